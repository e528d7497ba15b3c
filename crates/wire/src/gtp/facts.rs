//! What detections read in the elements of a message: identities, addresses, locations, causes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use smallvec::SmallVec;

use crate::cursor::short;
use crate::tbcd::Digits;
use crate::{Anomalies, Cursor, Flaw};

use super::apn::Apn;
use super::ie::{Format, Ie, Ies, MAX_DEPTH, is_grouped};
use super::names::ie_name;
use super::pco::Pco;
use super::structure::{self, Seen};
use super::{ERROR_INDICATION, Message};

/// MCC and MNC in the three octets of TS 24.008 §10.5.1.3.
pub type PlmnOctets = [u8; 3];

/// Identities that the emulator of OpenGGSN and osmo-ggsn sends unless told otherwise.
const PUBLISHED_IMSI: &str = "240010123456789";
const PUBLISHED_MSISDN: &str = "46702123456";

/// Bearer Context (TS 29.274 §8.28).
const BEARER_CONTEXT: u8 = 93;

/// The plane an endpoint belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Plane {
    #[default]
    Control,
    Data,
}

impl Plane {
    /// The word for it in records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::Data => "data",
        }
    }
}

/// A tunnel endpoint, or a bare node address where the message names one without TEID.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fteid {
    pub plane: Plane,
    pub teid: Option<u32>,
    pub ip: Option<IpAddr>,
    /// Interface type (TS 29.274 §8.22); v2 only.
    pub interface: Option<u8>,
}

/// The values of one message. A repeated element keeps its first value unless said otherwise.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts<'a> {
    pub cause: Option<u8>,
    pub imsi: Option<Digits>,
    pub msisdn: Option<Digits>,
    pub imei: Option<Digits>,
    /// The IMSI or MSISDN is one that a public tool ships as its default.
    pub published_identity: bool,
    pub apn: Option<Apn<'a>>,
    pub nsapi: Option<u8>,
    /// EPS bearer id of the message, otherwise of its first bearer context.
    pub ebi: Option<u8>,
    pub rai_plmn: Option<PlmnOctets>,
    pub uli_plmn: Option<PlmnOctets>,
    pub serving_network: Option<PlmnOctets>,
    pub rat_type: Option<u8>,
    pub selection_mode: Option<u8>,
    pub charging_characteristics: Option<u16>,
    /// Value of the quality of service element as it stands.
    pub qos: Option<&'a [u8]>,
    pub pco: Option<Pco>,
    /// Endpoints and node addresses; in v1 control plane first, in v2 in order, those of bearer contexts included.
    pub fteids: SmallVec<[Fteid; 4]>,
    /// The subscriber's address, IPv4 where there are both; unset while it is asked for.
    pub end_user_address: Option<IpAddr>,
    /// The IPv6 address or prefix where there are both.
    pub end_user_ipv6: Option<Ipv6Addr>,
    pub recovery: Option<u8>,
    /// Enterprise number of a private extension.
    pub private_extension: Option<u16>,
    /// Types at the top level, in order, repeats kept, at most [`Self::IES`].
    pub ies: SmallVec<[u8; 24]>,
    /// Mandatory elements that are not there, by type, with the instance in the upper octet; those of bearer contexts
    /// included.
    pub missing: SmallVec<[u16; 4]>,
    /// Octets that are no information element: unreadable, of an unassigned type, in an echo of a type that echoes do
    /// not have, or behind the end that the header gives.
    pub undecoded_len: u32,
    /// Offsets 17 to 20 of an echo as a little-endian number.
    pub key_field: Option<u32>,
    /// Offset 21 of such an echo.
    pub key_message: Option<u8>,
}

impl Facts<'_> {
    /// Elements that are listed.
    pub const IES: usize = 96;
    /// Endpoints that are listed: 11 bearers with an endpoint or two each.
    pub const FTEIDS: usize = 32;
}

/// Reads the elements of a message. A G-PDU has none.
pub fn facts<'a>(notes: &mut Anomalies, message: &Message<'a>) -> Facts<'a> {
    let mut facts = Facts { undecoded_len: message.trailing_len, ..Facts::default() };
    if message.is_gpdu() {
        return facts;
    }
    if let Some((imsi, nsapi)) = message.tid {
        // The tunnel identifier of v0 is all there is in most of its messages; all zero on path messages.
        facts.imsi = imsi;
        facts.nsapi = imsi.map(|_| nsapi);
    }
    if message.is_echo() {
        let at = |offset: usize| message.bytes().get(offset).copied();
        if let (Some(a), Some(b), Some(c), Some(d), Some(kind)) =
            (at(17), at(18), at(19), at(20), at(21))
        {
            facts.key_field = Some(u32::from_le_bytes([a, b, c, d]));
            facts.key_message = Some(kind);
        }
    }
    structure::header(notes, message);
    let mut ies = message.ies();
    let mut v1 = Addresses::default();
    let mut seen = Seen::default();
    for ie in ies.by_ref() {
        if facts.ies.len() < Facts::IES {
            facts.ies.push(ie.kind);
        } else if facts.ies.len() == Facts::IES && !notes.has("gtp.ies") {
            notes.note(ie.value.span(), "gtp.ies", Flaw::TooMany);
        }
        if !belongs(message, ie) {
            let header = header_len(message, ie);
            let len = short(ie.value.len()).saturating_add(header);
            facts.undecoded_len = facts.undecoded_len.saturating_add(len);
        }
        if message.version == 2 && !message.prime {
            seen.v2(notes, ie);
            facts.v2(notes, message.message_type, ie, 0);
        } else {
            seen.v1(notes, message, ie);
            facts.v1(notes, message.version, ie, &mut v1);
        }
    }
    if let Some((at, flaw)) = ies.defect() {
        notes.note(at, ies.field(), flaw);
        facts.undecoded_len = facts.undecoded_len.saturating_add(short(ies.unread().len()));
    } else if message.is_whole() {
        seen.lacks(notes, message, &mut facts);
    }
    v1.join(message, &mut facts.fteids);
    facts.published_identity = facts.imsi.is_some_and(|imsi| imsi.as_str() == PUBLISHED_IMSI)
        || facts.msisdn.is_some_and(|msisdn| msisdn.as_str() == PUBLISHED_MSISDN);
    facts
}

/// Octets of type, length and instance before a value.
fn header_len(message: &Message<'_>, ie: Ie<'_>) -> u32 {
    match (message.version, ie.kind) {
        (2, _) if !message.prime => 4,
        (_, 0..=127) => 1,
        (1, 141) => 2,
        _ => 3,
    }
}

/// Whether an element is of a type that is assigned; in an echo, of one that echoes have (TS 29.060 §7.2, TS 29.274
/// §7.1).
fn belongs(message: &Message<'_>, ie: Ie<'_>) -> bool {
    match (message.is_echo(), message.version) {
        (true, 2) if !message.prime => matches!(ie.kind, 3 | 152 | 255),
        (true, _) => matches!(ie.kind, 14 | 141 | 251 | 255),
        (false, version) => {
            // The charging protocol has the elements of v1 in all its versions.
            ie_name(if message.prime { 1 } else { version }, ie.kind).is_some()
        }
    }
}

/// TEIDs and addresses of v0 and v1, which stand in elements of their own and are joined by order.
#[derive(Default)]
struct Addresses {
    control: Option<u32>,
    data: Option<u32>,
    gsn: SmallVec<[IpAddr; 4]>,
}

impl Addresses {
    /// The first GSN address is for signalling and the second for user traffic, further ones alternate (TS 29.060
    /// §7.3.1 and on). An error indication names a user-plane endpoint only (TS 29.281 §7.3.1).
    fn join(self, message: &Message<'_>, fteids: &mut SmallVec<[Fteid; 4]>) {
        let user_plane_only = message.message_type == ERROR_INDICATION
            || (self.control.is_none() && self.data.is_some() && self.gsn.len() == 1);
        let mut gsn = self.gsn.iter().copied();
        if !user_plane_only {
            let ip = gsn.next();
            if self.control.is_some() || ip.is_some() {
                fteids.push(Fteid {
                    plane: Plane::Control,
                    teid: self.control,
                    ip,
                    interface: None,
                });
            }
        }
        let ip = gsn.next();
        if self.data.is_some() || ip.is_some() {
            fteids.push(Fteid { plane: Plane::Data, teid: self.data, ip, interface: None });
        }
        for (index, ip) in gsn.enumerate() {
            let plane = if index & 1 == 0 { Plane::Control } else { Plane::Data };
            fteids.push(Fteid { plane, teid: None, ip: Some(ip), interface: None });
        }
    }
}

impl<'a> Facts<'a> {
    /// TS 29.060 §7.7, GSM 09.60 §7.9.
    fn v1(&mut self, notes: &mut Anomalies, version: u8, ie: Ie<'a>, addresses: &mut Addresses) {
        let mut cur = ie.value;
        match ie.kind {
            1 => set(&mut self.cause, cur.u8().ok()),
            2 => {
                let imsi = digits(notes, "gtpv1.imsi", cur);
                set(&mut self.imsi, imsi);
            }
            3 => set(&mut self.rai_plmn, cur.array().ok()),
            14 => set(&mut self.recovery, cur.u8().ok()),
            15 => set(&mut self.selection_mode, cur.u8().ok().map(|octet| octet & 3)),
            16 => set(&mut addresses.data, label(version, cur)),
            17 => set(&mut addresses.control, label(version, cur)),
            20 => set(&mut self.nsapi, cur.u8().ok().map(|octet| octet & 15)),
            26 => set(&mut self.charging_characteristics, cur.u16().ok()),
            6 | 135 => set(&mut self.qos, Some(cur.rest())),
            128 => self.end_user_address_v1(notes, cur),
            131 => self.read_apn(notes, "gtpv1.apn", cur),
            132 => self.read_pco(notes, cur),
            133 => match address(cur) {
                Some(ip) if addresses.gsn.len() < 8 => addresses.gsn.push(ip),
                Some(_) => notes.note(cur.span(), "gtpv1.gsn_address", Flaw::TooMany),
                None => {
                    let flaw = Flaw::IllegalValue(cur.len() as u64);
                    notes.note(cur.span(), "gtpv1.gsn_address", flaw);
                }
            },
            134 => {
                // Nature and plan of the number come before the digits (TS 29.060 §7.7.33).
                let _ = cur.skip(1);
                let msisdn = digits(notes, "gtpv1.msisdn", cur);
                set(&mut self.msisdn, msisdn);
            }
            151 => set(&mut self.rat_type, cur.u8().ok()),
            152 => {
                let _ = cur.skip(1);
                set(&mut self.uli_plmn, cur.array().ok());
            }
            154 => {
                let imei = digits(notes, "gtpv1.imei", cur);
                set(&mut self.imei, imei);
            }
            255 => set(&mut self.private_extension, cur.u16().ok()),
            _ => {}
        }
    }

    /// TS 29.274 §8; bearer contexts and the like (§8.28) are opened.
    fn v2(&mut self, notes: &mut Anomalies, message_type: u8, ie: Ie<'a>, depth: u8) {
        let mut cur = ie.value;
        structure::fits(notes, "gtpv2.ie_length", cur, structure::length_v2(ie.kind));
        match ie.kind {
            1 => {
                let imsi = digits(notes, "gtpv2.imsi", cur);
                set(&mut self.imsi, imsi);
            }
            // A bearer's cause stands in only where the message has none; that of the message comes first.
            2 => set(&mut self.cause, cur.u8().ok()),
            3 => set(&mut self.recovery, cur.u8().ok()),
            71 => self.read_apn(notes, "gtpv2.apn", cur),
            73 => set(&mut self.ebi, cur.u8().ok().map(|octet| octet & 15)),
            74 => match address(cur) {
                Some(ip) => self.endpoint(Fteid { ip: Some(ip), ..Fteid::default() }),
                None => {
                    let flaw = Flaw::IllegalValue(cur.len() as u64);
                    notes.note(cur.span(), "gtpv2.ip_address", flaw);
                }
            },
            75 => {
                let imei = digits(notes, "gtpv2.mei", cur);
                set(&mut self.imei, imei);
            }
            76 => {
                let msisdn = digits(notes, "gtpv2.msisdn", cur);
                set(&mut self.msisdn, msisdn);
            }
            78 | 163 => self.read_pco(notes, cur),
            79 => self.paa(notes, cur),
            80 => set(&mut self.qos, Some(cur.rest())),
            82 => set(&mut self.rat_type, cur.u8().ok()),
            83 => set(&mut self.serving_network, cur.array().ok()),
            86 => self.uli_v2(notes, cur),
            87 => self.fteid(notes, cur),
            kind if is_grouped(kind) && depth < MAX_DEPTH => {
                self.group(notes, message_type, ie, depth.saturating_add(1));
            }
            kind if is_grouped(kind) => notes.note(cur.span(), "gtpv2.grouped", Flaw::TooDeep),
            95 => set(&mut self.charging_characteristics, cur.u16().ok()),
            122 => set(&mut self.nsapi, cur.u8().ok().map(|octet| octet & 15)),
            128 => set(&mut self.selection_mode, cur.u8().ok().map(|octet| octet & 3)),
            255 => set(&mut self.private_extension, cur.u16().ok()),
            _ => {}
        }
    }

    /// The elements inside another one.
    fn group(&mut self, notes: &mut Anomalies, message_type: u8, group: Ie<'a>, depth: u8) {
        let mut inner = Ies::new(Format::V2, group.value);
        let mut seen = Seen::default();
        for ie in inner.by_ref() {
            seen.inner(ie);
            self.v2(notes, message_type, ie, depth);
        }
        if let Some((at, flaw)) = inner.defect() {
            notes.note(at, inner.field(), flaw);
        } else if group.kind == BEARER_CONTEXT {
            seen.lacks_in_bearer(notes, message_type, group, &mut self.missing);
        }
    }

    fn read_apn(&mut self, notes: &mut Anomalies, field: &'static str, cur: Cursor<'a>) {
        let apn = Apn(cur.rest());
        if !apn.is_labelled() {
            notes.note(cur.span(), field, Flaw::NotCanonical(cur.len() as u64));
        }
        set(&mut self.apn, Some(apn));
    }

    fn read_pco(&mut self, notes: &mut Anomalies, cur: Cursor<'a>) {
        let pco = Pco::read(notes, cur);
        set(&mut self.pco, Some(pco));
    }

    fn endpoint(&mut self, fteid: Fteid) {
        if self.fteids.len() < Self::FTEIDS {
            self.fteids.push(fteid);
        }
    }

    /// §8.22: flags and interface type, TEID or GRE key, then the addresses that the flags announce.
    fn fteid(&mut self, notes: &mut Anomalies, value: Cursor<'a>) {
        let mut cur = value;
        let (Ok(flags), Ok(teid)) = (cur.u8(), cur.u32()) else {
            let flaw = Flaw::Truncated { missing: 5u32.saturating_sub(short(value.len())) };
            notes.note(value.span(), "gtpv2.f_teid", flaw);
            return;
        };
        let interface = flags & 0x3f;
        let plane = match interface {
            6..=14 | 17 | 18 | 24..=27 | 30 | 32 | 35 | 36 | 40 => Plane::Control,
            _ => Plane::Data,
        };
        let mut fteid = Fteid { plane, teid: Some(teid), ip: None, interface: Some(interface) };
        let mut first = true;
        if flags & 0x80 != 0 {
            match cur.array::<4>() {
                Ok(octets) => {
                    fteid.ip = Some(Ipv4Addr::from(octets).into());
                    self.endpoint(fteid);
                    first = false;
                }
                Err(cut) => {
                    let flaw = Flaw::Truncated { missing: cut.missing };
                    notes.note(value.span(), "gtpv2.f_teid", flaw);
                }
            }
        }
        if flags & 0x40 != 0 {
            match cur.array::<16>() {
                Ok(octets) => {
                    fteid.ip = Some(Ipv6Addr::from(octets).into());
                    self.endpoint(fteid);
                    first = false;
                }
                Err(cut) => {
                    let flaw = Flaw::Truncated { missing: cut.missing };
                    notes.note(value.span(), "gtpv2.f_teid", flaw);
                }
            }
        }
        if first {
            notes.note(value.span_of(1), "gtpv2.f_teid", Flaw::IllegalValue(u64::from(flags)));
            self.endpoint(fteid);
        }
    }

    /// TS 29.060 §7.7.27: organisation, type, and the address when there is one.
    fn end_user_address_v1(&mut self, notes: &mut Anomalies, value: Cursor<'a>) {
        let mut cur = value;
        let Ok([organisation, kind]) = cur.array() else {
            notes.note(value.span(), "gtpv1.end_user_address", Flaw::Missing);
            return;
        };
        match (organisation & 15, kind, cur.len()) {
            (1, 0x21 | 0x57 | 0x8d, _) => self.subscriber_address(cur),
            // PPP and non-IP have no address; X.25 and others are no longer assigned.
            (0 | 1, _, 0) => {}
            _ => {
                let flaw = Flaw::IllegalValue(u64::from(u16::from_be_bytes([organisation, kind])));
                notes.note(value.span_of(2), "gtpv1.end_user_address", flaw);
            }
        }
    }

    /// §8.14: type in three bits; the IPv6 prefix has its length before it, and comes before an IPv4 address.
    fn paa(&mut self, notes: &mut Anomalies, value: Cursor<'a>) {
        let mut cur = value;
        let kind = cur.u8().unwrap_or_default() & 7;
        let wanted = match kind {
            1 => 4,
            2 => 17,
            3 => 21,
            4 | 5 => cur.len(),
            _ => {
                notes.note(value.span_of(1), "gtpv2.paa", Flaw::IllegalValue(u64::from(kind)));
                return;
            }
        };
        if cur.len() != wanted {
            let flaw = Flaw::Disagrees { found: cur.len() as u64, expected: wanted as u64 };
            notes.note(value.span(), "gtpv2.paa", flaw);
        }
        match kind {
            1 => self.subscriber_address(cur),
            2 | 3 => {
                let _ = cur.skip(1);
                let ipv6 = cur.array::<16>().ok().map(Ipv6Addr::from);
                let ipv4 = cur.array::<4>().ok().filter(|_| kind == 3).map(Ipv4Addr::from);
                self.subscriber(ipv4, ipv6);
            }
            _ => {}
        }
    }

    /// Four octets, sixteen, or four and sixteen.
    fn subscriber_address(&mut self, value: Cursor<'a>) {
        let mut cur = value;
        let ipv4 = match cur.len() {
            4 | 20 => cur.array::<4>().ok().map(Ipv4Addr::from),
            _ => None,
        };
        self.subscriber(ipv4, cur.array::<16>().ok().map(Ipv6Addr::from));
    }

    fn subscriber(&mut self, ipv4: Option<Ipv4Addr>, ipv6: Option<Ipv6Addr>) {
        let ipv4 = ipv4.filter(|ip| !ip.is_unspecified());
        let ipv6 = ipv6.filter(|ip| !ip.is_unspecified());
        set(&mut self.end_user_address, ipv4.map(IpAddr::V4).or(ipv6.map(IpAddr::V6)));
        set(&mut self.end_user_ipv6, ipv6.filter(|_| ipv4.is_some()));
    }

    /// §8.21: the flags of the first octet say which identities follow, in this order. The tracking area's network is
    /// preferred, as the one that serves; a shared cell may name another.
    fn uli_v2(&mut self, notes: &mut Anomalies, value: Cursor<'a>) {
        /// Flag, octets, rank.
        const KINDS: [(u8, usize, u8); 8] = [
            (0x01, 7, 4),
            (0x02, 7, 3),
            (0x04, 7, 2),
            (0x08, 5, 1),
            (0x10, 7, 5),
            (0x20, 5, 6),
            (0x40, 6, 7),
            (0x80, 6, 8),
        ];
        let mut cur = value;
        let Ok(flags) = cur.u8() else {
            notes.note(value.span(), "gtpv2.uli", Flaw::Missing);
            return;
        };
        let mut best: Option<(u8, PlmnOctets)> = None;
        for (flag, len, rank) in KINDS {
            if flags & flag == 0 {
                continue;
            }
            let (mut part, whole) = cur.sub(len);
            if !whole {
                let missing = short(len.saturating_sub(part.len()));
                notes.note(value.span(), "gtpv2.uli", Flaw::Truncated { missing });
            }
            let Ok(plmn) = part.array::<3>() else { break };
            if best.is_none_or(|(other, _)| rank < other) {
                best = Some((rank, plmn));
            }
            if flag == 0x04 {
                set(&mut self.rai_plmn, Some(plmn));
            }
        }
        set(&mut self.uli_plmn, best.map(|(_, plmn)| plmn));
    }
}

/// The first value stays: a repeated element must not overwrite what the receiver acts upon.
fn set<T>(slot: &mut Option<T>, value: Option<T>) {
    if slot.is_none() {
        *slot = value;
    }
}

fn digits(notes: &mut Anomalies, field: &'static str, cur: Cursor<'_>) -> Option<Digits> {
    let digits = Digits::tbcd(cur.rest());
    // All fillers is how an unknown identity is written (emergency attach without IMSI).
    if digits.is_none() && cur.rest().iter().any(|octet| *octet != 0xff) {
        notes.note(
            cur.span(),
            field,
            Flaw::IllegalValue(u64::from(cur.peek().unwrap_or_default())),
        );
    }
    digits
}

fn address(cur: Cursor<'_>) -> Option<IpAddr> {
    let mut cur = cur;
    match cur.len() {
        4 => cur.array::<4>().ok().map(|octets| Ipv4Addr::from(octets).into()),
        16 => cur.array::<16>().ok().map(|octets| Ipv6Addr::from(octets).into()),
        _ => None,
    }
}

/// A TEID, or the flow label of two octets that came before it.
fn label(version: u8, cur: Cursor<'_>) -> Option<u32> {
    let mut cur = cur;
    if version == 0 { cur.u16().ok().map(u32::from) } else { cur.u32().ok() }
}
