//! Applications and commands of Diameter: which way their requests go, and what has no business on a roaming edge.
//!
//! Numbers: IANA AAA parameters, TS 29.230, and the grammar of each application. The categories are a default profile in
//! the manner of GSMA FS.19, derived from the architecture that each interface's specification draws; where operators
//! are known to agree otherwise, an entry is marked so and never decides a level above medium. The configuration may give
//! a command (`diameter.319`) or a whole application (`diameter.16777217`) another category; 0 is none.

use network::{Network, Partner};

use crate::Tuning;

/// Whether an application's requests cross a roaming edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    /// Between neighbours only: the base protocol.
    Hop,
    /// It is what roaming is made of.
    Yes,
    /// Both ends stand in one network, but operators are known to agree otherwise: wireless LAN, charging, local breakout.
    Deals,
    /// Both ends stand in one network.
    No,
}

/// An application.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Application {
    pub(crate) id: u32,
    /// Its reference point: `S6a/S6d`.
    pub(crate) name: &'static str,
    pub(crate) edge: Edge,
    /// What says so.
    pub(crate) source: &'static str,
}

/// Which way a request goes between a subscriber's home and the network that serves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goes {
    /// To the neighbour, never further.
    Hop,
    VisitedToHome,
    HomeToVisited,
    /// Between nodes of one network.
    Inside,
}

/// A command of one application, as a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Command {
    pub(crate) application: u32,
    pub(crate) code: u32,
    /// `ULR`
    pub(crate) short: &'static str,
    /// 1 never crosses the edge, 2 only from the subscriber's home, 3 only from where the subscriber is, 0 not judged.
    pub(crate) category: u8,
    pub(crate) goes: Goes,
    /// The architecture leaves no doubt; otherwise contracts differ and nothing above medium rests on it alone.
    pub(crate) sure: bool,
}

pub(crate) const BASE: u32 = 0;
pub(crate) const RELAY: u32 = 0xffff_ffff;
pub(crate) const S6A: u32 = 16_777_251;

macro_rules! applications {
    ($($id:literal $name:literal $edge:ident $source:literal,)*) => {
        /// By identifier.
        pub(crate) const APPLICATIONS: &[Application] =
            &[$(Application { id: $id, name: $name, edge: Edge::$edge, source: $source },)*];
    };
}

applications! {
    0 "base" Hop "RFC 6733 §2.4",
    1 "NASREQ" No "RFC 7155",
    2 "Mobile IPv4" No "RFC 4004",
    3 "accounting (Rf)" No "TS 32.299 §5.1: inside one network's charging",
    4 "credit control (Gy, Ro)" Deals "RFC 8506; TS 32.299 §5.2: online charging of a roaming exchange only by contract",
    5 "EAP" No "RFC 4072",
    6 "SIP" No "RFC 4740: never used by 3GPP networks",
    7 "MIP6I" No "RFC 5778",
    8 "MIP6A" No "RFC 5778",
    9 "QoS" No "RFC 5866",
    10 "capabilities update" Hop "RFC 6737",
    11 "IKE SK" No "RFC 6738",
    12 "NAT control" No "RFC 6736",
    13 "ERP" No "RFC 6942",
    16_777_216 "Cx/Dx" No "TS 29.228 §5: CSCF and HSS of one IMS",
    16_777_217 "Sh" No "TS 29.328 §4: application servers and HSS of one network",
    16_777_218 "Re/Rf" No "TS 32.296",
    16_777_219 "Wx" No "TS 29.234 §4: AAA server and HSS of the home network",
    16_777_220 "Zn" No "TS 29.109 §5",
    16_777_221 "Zh" No "TS 29.109 §4: bootstrapping server and HSS of the home network",
    16_777_222 "Gq" No "TS 29.209",
    16_777_223 "Gmb" No "TS 29.061 §17",
    16_777_224 "Gx (release 6)" No "TS 29.210",
    16_777_225 "Gx over Gy" No "TS 29.210",
    16_777_226 "MM10" No "TS 29.140",
    16_777_229 "Rx (release 6)" Deals "TS 29.211; on S9 TS 29.215 §5b",
    16_777_230 "Pr" No "TS 29.234",
    16_777_236 "Rx" Deals "TS 29.214; on S9 TS 29.215 §5b",
    16_777_238 "Gx" No "TS 29.212 §4: gateway and PCRF of one network",
    16_777_250 "STa" Deals "TS 29.273 §5; over SWd to the home network where wireless LAN roaming is agreed",
    16_777_251 "S6a/S6d" Yes "TS 29.272 §5: serving node and home HSS",
    16_777_252 "S13/S13'" No "TS 29.272 §6: serving node and equipment register of one network",
    16_777_255 "SLg" No "TS 29.172 §4; between networks location services speak Lr (TS 23.271 §5.5)",
    16_777_264 "SWm" Deals "TS 29.273 §7; over SWd to the home network where wireless LAN roaming is agreed",
    16_777_265 "SWx" No "TS 29.273 §8: AAA server and HSS of the home network",
    16_777_266 "Gxx" No "TS 29.212 §4a",
    16_777_267 "S9" Deals "TS 29.215: home and visited PCRF where local breakout is agreed",
    16_777_268 "Zpn" No "TS 29.109 §6",
    16_777_272 "S6b" Deals "TS 29.273 §9; over SWd to the home network where wireless LAN roaming is agreed",
    16_777_291 "SLh" No "TS 29.173 §4: GMLC and HSS of the home network",
    16_777_292 "SGmb" No "TS 29.061 §20",
    16_777_302 "Sy" No "TS 29.219 §4: PCRF and charging of the home network",
    16_777_303 "Sd" No "TS 29.212 §4b",
    16_777_308 "S7a" Deals "TS 29.272 §6A: serving node and CSG server, of the home network too where agreed",
    16_777_309 "Tsp" No "TS 29.368",
    16_777_310 "S6m" No "TS 29.336 §6: interworking function and HSS of the home network",
    16_777_311 "T4" No "TS 29.337",
    16_777_312 "S6c" No "TS 29.338 §5: message centre or router and HSS of the home network",
    16_777_313 "SGd" Yes "TS 29.338 §6: serving node and message centre",
    16_777_318 "S15" No "TS 29.212 §4e",
    16_777_319 "S9a" No "TS 29.215 §6",
    16_777_320 "S9a*" No "TS 29.215 §6",
    16_777_335 "MB2-C" No "TS 29.468",
    16_777_336 "PC4a" No "TS 29.344",
    16_777_337 "PC2" No "TS 29.343",
    16_777_340 "PC6/PC7" Deals "TS 29.345",
    16_777_342 "Np" No "TS 29.217",
    16_777_345 "S6t" No "TS 29.336 §8: exposure function and HSS of the home network",
    16_777_346 "T6a/T6b" Deals "TS 29.128: to the home network over T7 where IoT roaming is agreed",
    16_777_999 "S6b (One-AAA)" No "a vendor's",
    4_294_967_295 "relay" Hop "RFC 6733 §2.4: announced in capabilities only",
}

macro_rules! commands {
    ($($application:literal { $($code:literal $short:literal $category:literal $goes:ident $sure:literal,)* })*) => {
        /// By application, then by code.
        pub(crate) const COMMANDS: &[Command] = &[$($(Command {
            application: $application,
            code: $code,
            short: $short,
            category: $category,
            goes: Goes::$goes,
            sure: $sure,
        },)*)*];
    };
}

// The short names are those of the grammars, as requests.
commands! {
    0 {
        257 "CER" 0 Hop true,
        280 "DWR" 0 Hop true,
        282 "DPR" 0 Hop true,
    }
    1 { 258 "RAR" 1 Inside true, 265 "AAR" 1 Inside true, 271 "ACR" 1 Inside true, 274 "ASR" 1 Inside true, 275 "STR" 1 Inside true, }
    3 { 271 "ACR" 1 Inside true, 274 "ASR" 1 Inside true, 275 "STR" 1 Inside true, }
    4 { 258 "RAR" 1 Inside false, 272 "CCR" 1 Inside false, 274 "ASR" 1 Inside false, 275 "STR" 1 Inside false, }
    5 { 258 "RAR" 1 Inside true, 268 "DER" 1 Inside true, 271 "ACR" 1 Inside true, 274 "ASR" 1 Inside true, 275 "STR" 1 Inside true, }
    6 {
        283 "UAR" 1 Inside true,
        284 "SAR" 1 Inside true,
        285 "LIR" 1 Inside true,
        286 "MAR" 1 Inside true,
        287 "RTR" 1 Inside true,
        288 "PPR" 1 Inside true,
    }
    10 { 328 "CUR" 0 Hop true, }
    16_777_216 {
        300 "UAR" 1 Inside true,
        301 "SAR" 1 Inside true,
        302 "LIR" 1 Inside true,
        303 "MAR" 1 Inside true,
        304 "RTR" 1 Inside true,
        305 "PPR" 1 Inside true,
    }
    16_777_217 { 306 "UDR" 1 Inside true, 307 "PUR" 1 Inside true, 308 "SNR" 1 Inside true, 309 "PNR" 1 Inside true, }
    16_777_219 { 301 "SAR" 1 Inside true, 303 "MAR" 1 Inside true, 304 "RTR" 1 Inside true, 305 "PPR" 1 Inside true, }
    16_777_220 { 310 "BIR" 1 Inside true, }
    16_777_221 { 303 "MAR" 1 Inside true, }
    16_777_224 { 258 "RAR" 1 Inside true, 272 "CCR" 1 Inside true, }
    16_777_229 { 258 "RAR" 1 Inside false, 265 "AAR" 1 Inside false, 274 "ASR" 1 Inside false, 275 "STR" 1 Inside false, }
    16_777_236 { 258 "RAR" 1 Inside false, 265 "AAR" 1 Inside false, 274 "ASR" 1 Inside false, 275 "STR" 1 Inside false, }
    16_777_238 { 258 "RAR" 1 Inside true, 272 "CCR" 1 Inside true, }
    16_777_250 { 258 "RAR" 1 HomeToVisited false, 265 "AAR" 1 VisitedToHome false, 268 "DER" 1 VisitedToHome false, 274 "ASR" 1 HomeToVisited false, 275 "STR" 1 VisitedToHome false, }
    16_777_251 {
        316 "ULR" 3 VisitedToHome true,
        317 "CLR" 2 HomeToVisited true,
        318 "AIR" 3 VisitedToHome true,
        319 "IDR" 2 HomeToVisited true,
        320 "DSR" 2 HomeToVisited true,
        321 "PUR" 3 VisitedToHome true,
        322 "RSR" 2 HomeToVisited true,
        323 "NOR" 3 VisitedToHome true,
    }
    16_777_252 { 324 "ECR" 1 Inside true, }
    16_777_255 { 8_388_620 "PLR" 1 HomeToVisited true, 8_388_621 "LRR" 1 VisitedToHome true, }
    16_777_264 { 258 "RAR" 1 HomeToVisited false, 265 "AAR" 1 VisitedToHome false, 268 "DER" 1 VisitedToHome false, 274 "ASR" 1 HomeToVisited false, 275 "STR" 1 VisitedToHome false, }
    16_777_265 { 301 "SAR" 1 Inside true, 303 "MAR" 1 Inside true, 304 "RTR" 1 Inside true, 305 "PPR" 1 Inside true, }
    16_777_266 { 258 "RAR" 1 Inside true, 272 "CCR" 1 Inside true, }
    16_777_267 { 258 "RAR" 1 HomeToVisited false, 265 "AAR" 1 VisitedToHome false, 272 "CCR" 1 VisitedToHome false, 274 "ASR" 1 HomeToVisited false, 275 "STR" 1 VisitedToHome false, }
    16_777_272 { 258 "RAR" 1 HomeToVisited false, 265 "AAR" 1 VisitedToHome false, 268 "DER" 1 VisitedToHome false, 274 "ASR" 1 HomeToVisited false, 275 "STR" 1 VisitedToHome false, }
    16_777_291 { 8_388_622 "RIR" 1 Inside true, }
    16_777_302 { 275 "STR" 1 Inside true, 8_388_635 "SLR" 1 Inside true, 8_388_636 "SNR" 1 Inside true, }
    16_777_303 { 258 "RAR" 1 Inside true, 272 "CCR" 1 Inside true, 8_388_637 "TSR" 1 Inside true, }
    16_777_308 { 8_388_638 "UVR" 1 VisitedToHome false, 8_388_642 "CVR" 1 HomeToVisited false, 8_388_667 "RSR" 1 HomeToVisited false, }
    16_777_309 { 8_388_639 "DAR" 1 Inside true, 8_388_640 "DNR" 1 Inside true, }
    16_777_310 { 8_388_641 "SIR" 1 Inside true, }
    16_777_311 { 8_388_643 "DTR" 1 Inside true, 8_388_644 "DRR" 1 Inside true, }
    16_777_312 { 8_388_647 "SRR" 1 Inside true, 8_388_648 "ALR" 1 Inside true, 8_388_649 "RDR" 1 Inside true, }
    16_777_313 { 8_388_645 "OFR" 3 VisitedToHome false, 8_388_646 "TFR" 2 HomeToVisited false, 8_388_648 "ALR" 3 VisitedToHome false, }
    16_777_318 { 258 "RAR" 1 Inside true, 272 "CCR" 1 Inside true, }
    16_777_345 { 8_388_718 "CIR" 1 Inside true, 8_388_719 "RIR" 1 Inside true, 8_388_726 "NIR" 1 Inside true, }
    16_777_346 {
        8_388_718 "CIR" 1 HomeToVisited false,
        8_388_719 "RIR" 1 VisitedToHome false,
        8_388_732 "CMR" 1 VisitedToHome false,
        8_388_733 "ODR" 1 VisitedToHome false,
        8_388_734 "TDR" 1 HomeToVisited false,
    }
}

/// The application with this identifier.
pub(crate) fn application(id: u32) -> Option<&'static Application> {
    let at = APPLICATIONS.binary_search_by_key(&id, |application| application.id).ok()?;
    APPLICATIONS.get(at)
}

/// The command of an application.
pub(crate) fn command(application: u32, code: u32) -> Option<&'static Command> {
    let at = position(application, code)?;
    COMMANDS.get(at)
}

fn position(application: u32, code: u32) -> Option<usize> {
    COMMANDS
        .binary_search_by_key(&(application, code), |command| (command.application, command.code))
        .ok()
}

/// Whether the table knows which commands an application has.
pub(crate) fn has_commands(application: u32) -> bool {
    COMMANDS.binary_search_by_key(&application, |command| command.application).is_ok()
}

/// Applications that have a command with this code.
pub(crate) fn applications_of(code: u32) -> impl Iterator<Item = &'static Application> {
    COMMANDS
        .iter()
        .filter(move |command| command.code == code)
        .filter_map(|command| application(command.application))
}

/// The categories as they stand: the default profile, and what the operator set differently.
#[derive(Clone, Debug)]
pub(crate) struct Categories {
    /// In the order of the commands; `None` where the default holds.
    commands: Vec<Option<u8>>,
    /// In the order of the applications.
    applications: Vec<Option<u8>>,
    tuned: bool,
}

impl Default for Categories {
    fn default() -> Self {
        Self::new(&Tuning::default())
    }
}

impl Categories {
    pub(crate) fn new(tuning: &Tuning) -> Self {
        let set = |number: u32| tuning.category(&format!("diameter.{number}"));
        let commands = COMMANDS
            .iter()
            .map(|command| set(command.code).or_else(|| set(command.application)))
            .collect();
        let applications = APPLICATIONS.iter().map(|application| set(application.id)).collect();
        Self { commands, applications, tuned: tuning.has_categories() }
    }

    /// What the operator says of a command that is known, else of its application; `None` where the default holds.
    pub(crate) fn tuned(&self, application: u32, code: u32) -> Option<u8> {
        if !self.tuned {
            return None;
        }
        if let Some(at) = position(application, code) {
            return self.commands.get(at).copied().flatten();
        }
        let at = APPLICATIONS.binary_search_by_key(&application, |known| known.id).ok()?;
        self.applications.get(at).copied().flatten()
    }

    /// Category of a request: the operator's word, else the default profile's; an application that never crosses is of
    /// category 1 whatever the command.
    pub(crate) fn of(&self, application_id: u32, code: u32) -> u8 {
        if let Some(category) = self.tuned(application_id, code) {
            return category;
        }
        if let Some(command) = command(application_id, code) {
            return command.category;
        }
        match application(application_id) {
            Some(Application { edge: Edge::No | Edge::Deals, .. }) => 1,
            _ => 0,
        }
    }
}

/// Whether the partner, or a hub that relays for it, has a contract for the command or for its application:
/// `diameter.319`, `diameter.16777265`.
pub(crate) fn agreed(network: &Network, partner: &Partner, application: u32, code: u32) -> bool {
    if partner.agreements.is_empty() && partner.hubs.is_empty() {
        return false;
    }
    let names = [format!("diameter.{code}"), format!("diameter.{application}")];
    std::iter::once(partner)
        .chain(network.hubs_of(partner))
        .any(|party| names.iter().any(|name| network.has_agreement(party, name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_order_and_whole() {
        assert!(APPLICATIONS.windows(2).all(|pair| pair[0].id < pair[1].id));
        let key = |command: &Command| (command.application, command.code);
        assert!(COMMANDS.windows(2).all(|pair| key(&pair[0]) < key(&pair[1])));
        for command in COMMANDS {
            let application = application(command.application).unwrap();
            assert_eq!(
                application.edge == Edge::Yes,
                matches!(command.category, 2 | 3),
                "{command:?}"
            );
            assert_eq!(application.edge == Edge::Hop, command.goes == Goes::Hop, "{command:?}");
            assert!(!(application.edge == Edge::Deals && command.sure), "{command:?}");
        }
        assert!(APPLICATIONS.iter().all(|application| !application.source.is_empty()));
    }

    #[test]
    fn the_operator_has_the_last_word() {
        let plain = Categories::default();
        assert_eq!(plain.of(S6A, 319), 2);
        assert_eq!(plain.of(16_777_217, 306), 1);
        assert_eq!(plain.of(16_777_216, 999), 1);
        assert_eq!(plain.of(S6A, 999), 0);
        let mut tuning = Tuning::default();
        tuning.set_category("diameter.319", 1);
        tuning.set_category("diameter.16777217", 0);
        let tuned = Categories::new(&tuning);
        assert_eq!(tuned.of(S6A, 319), 1);
        assert_eq!(tuned.of(S6A, 320), 2);
        assert_eq!(tuned.of(16_777_217, 306), 0);
        assert_eq!(tuned.of(16_777_217, 999), 0);
    }
}
