//! What a session request gives away about the program that made it.

use event::{Gtp, Level};

/// NSAPIs and bearer identities below this are reserved (TS 24.008 §10.5.6.2).
const FIRST_FREE: u8 = 5;
/// Charging characteristics "normal", and nothing else.
const NORMAL_CHARGING: u16 = 0x0800;
/// Selection mode "MS provided APN, subscription not verified".
const NOT_VERIFIED: u8 = 1;
/// Small habits that make a strong one sure, and that are enough without one.
const WITH_ANCHOR: usize = 2;
const WITHOUT_ANCHOR: usize = 6;

/// The habits of one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Habits {
    /// Values that a public emulator ships with.
    pub(super) published: Vec<&'static str>,
    /// What no serving node sends.
    pub(super) anchors: Vec<&'static str>,
    /// What some serving node may send.
    pub(super) small: Vec<&'static str>,
    /// Those of the small ones that only emulators and laboratories have.
    odd: usize,
}

impl Habits {
    /// Reads a Create PDP Context or Create Session Request. `opening`: the peer began with an echo right before.
    pub(super) fn of(gtp: &Gtp, opening: bool) -> Self {
        let mut habits = Self::default();
        let pco = gtp.pco.as_ref();
        let v2 = gtp.version == 2;
        if gtp.published_identity {
            habits.published.push("the default IMSI or MSISDN of a public SGSN emulator");
        }
        if pco.is_some_and(|pco| pco.published_credentials) {
            habits.published.push("the default PAP credentials of a public SGSN emulator");
        }
        let bearer = if v2 { gtp.ebi } else { gtp.nsapi };
        if bearer.is_some_and(|id| id < FIRST_FREE) {
            habits.anchors.push(if v2 { "a reserved bearer identity" } else { "a reserved NSAPI" });
        }
        if pco.is_some_and(|pco| pco.length_mismatch) {
            habits.anchors.push("protocol options whose lengths disagree");
        }
        // An element counts as missing only where the list of elements is known.
        let lacks = |known: bool, ie: u8| !known && !gtp.ies.is_empty() && !gtp.ies.contains(&ie);
        let mut odd = |yes: bool, what: &'static str| {
            if yes {
                habits.small.push(what);
                habits.odd += 1;
            }
        };
        odd(is_default_qos(gtp), "the default quality of service of a public emulator");
        odd(
            gtp.selection_mode == Some(NOT_VERIFIED),
            "an APN that the subscription does not verify",
        );
        odd(opening, "an echo right before, numbered from the same counter");
        if v2 {
            odd(lacks(gtp.serving_network.is_some(), 83), "no serving network");
        } else {
            odd(lacks(gtp.rai_plmn.is_some(), 3), "no routing area");
        }
        let (rat, uli, imei, zone) = if v2 { (82, 86, 75, 114) } else { (151, 152, 154, 153) };
        let mut small = |yes: bool, what: &'static str| {
            if yes {
                habits.small.push(what);
            }
        };
        small(
            gtp.charging_characteristics == Some(NORMAL_CHARGING),
            "charging characteristics 0x0800",
        );
        // GTPv0 has no such elements.
        if gtp.version != 0 {
            small(lacks(gtp.rat_type.is_some(), rat), "no radio access type");
            small(lacks(gtp.uli_plmn.is_some(), uli), "no user location");
            small(
                lacks(gtp.imei.is_some(), imei) && lacks(false, zone),
                "neither device identity nor time zone",
            );
        }
        habits
    }

    /// How bad they are together. A reserved NSAPI alone is a doubt: that no device may have it is a rule, that no
    /// network ever sends it is not confirmed.
    pub(super) fn level(&self) -> Option<Level> {
        if !self.published.is_empty() {
            return Some(Level::Critical);
        }
        let (anchors, small) = (self.anchors.len(), self.small.len());
        match anchors {
            0 if WITHOUT_ANCHOR <= small && 2 <= self.odd => Some(Level::High),
            0 if WITHOUT_ANCHOR <= small + 1 && 3 <= self.odd => Some(Level::Medium),
            0 => None,
            1 if small < WITH_ANCHOR => Some(Level::Medium),
            _ => Some(Level::High),
        }
    }

    /// `a reserved NSAPI, no radio access type`
    pub(super) fn told(&self) -> String {
        let all = self.published.iter().chain(&self.anchors).chain(&self.small);
        all.copied().collect::<Vec<_>>().join(", ")
    }
}

/// The profile that the emulator has built in, with and without the octet of priority before it; newer builds add more
/// octets of their own.
fn is_default_qos(gtp: &Gtp) -> bool {
    let Some(qos) = gtp.qos.as_deref() else { return false };
    let qos = qos.to_ascii_lowercase();
    let rest = match gtp.version {
        0 => return qos == "000b92" || qos == "0b921f",
        _ => qos.strip_prefix("0b921f").or_else(|| qos.get(2..)?.strip_prefix("0b921f")),
    };
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("9396404074f9ffff"))
}
