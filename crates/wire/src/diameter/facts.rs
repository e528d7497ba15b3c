//! What detections read in the AVPs of a message, and whether its structure is sound: one walk over all of them.

use std::net::IpAddr;

use smallvec::SmallVec;

use crate::cursor::short;
use crate::tbcd::Digits;
use crate::text::Text;
use crate::{Anomalies, Flaw, Span};

use super::avp::{Avp, AvpId, Avps};
use super::dictionary::{DataType, Entry, MandatoryFlag, entry};
use super::mandatory::Watched;
use super::values;
use super::{HEADER_LEN, Message, VENDOR_3GPP};

/// Groups inside groups that are followed; 3GPP nests to seven.
pub(super) const MAX_DEPTH: u8 = 16;

/// The values of one message. A repeated AVP keeps its first value and is noted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts<'a> {
    /// May hold an IMSI where a node builds it so: to be shown with care.
    pub session_id: Option<Text<'a>>,
    pub origin_host: Option<Text<'a>>,
    pub origin_realm: Option<Text<'a>>,
    pub destination_host: Option<Text<'a>>,
    pub destination_realm: Option<Text<'a>>,
    pub route_records: SmallVec<[Text<'a>; 4]>,
    pub host_ip_addresses: SmallVec<[IpAddr; 2]>,
    pub product_name: Option<Text<'a>>,
    pub result_code: Option<u32>,
    pub experimental_result_code: Option<u32>,
    /// From User-Name, User-Id, Subscription-Id, 3GPP-IMSI or a NAI of TS 23.003 §14 and §19.
    pub imsi: Option<Digits>,
    pub msisdn: Option<Digits>,
    pub imei: Option<Digits>,
    /// MCC and MNC in three octets: Visited-PLMN-Id, or where a session says that it is served.
    pub visited_plmn: Option<[u8; 3]>,
    /// Visited-Network-Identifier (TS 29.229 §6.3.1).
    pub visited_network: Option<Text<'a>>,
    pub rat_type: Option<u32>,
    /// ULR-Flags, ULA-Flags, IDR-Flags… of the command itself.
    pub command_flags: Option<u32>,
    pub cancellation_type: Option<u32>,
    /// Name of the serving node: MME, SGSN, S-CSCF.
    pub serving_node: Option<Text<'a>>,
    pub serving_number: Option<Digits>,
    pub sc_address: Option<Digits>,
    /// Called-Station-Id, or Service-Selection at the top level.
    pub apn: Option<Text<'a>>,
    pub framed_ip: Option<IpAddr>,
    pub serving_ip: Option<IpAddr>,
    pub cc_request_type: Option<u32>,
    pub cc_request_number: Option<u32>,
    pub auth_session_state: Option<u32>,
    pub data_references: SmallVec<[u32; 4]>,
    /// Kinds of data in it, those in groups too.
    pub holds: Holds,
    pub redirect_host: Option<Text<'a>>,
    /// Number-Of-Requested-Vectors, of either generation.
    pub requested_vectors: Option<u32>,
    /// Second values of AVPs that may stand once, where they differ.
    pub others: Option<Box<Others<'a>>>,
    /// Auth-Application-Id and Acct-Application-Id of a capabilities exchange.
    pub applications: SmallVec<[u32; 8]>,
    /// AVPs at the top level, in order, repeats kept, at most [`Self::AVPS`].
    pub avps: SmallVec<[AvpId; 24]>,
    /// All AVPs, those in groups too.
    pub avp_count: u32,
    /// Octets behind the last AVP that could be read.
    pub undecoded_len: u32,
}

/// What else an AVP says that stands more than once: one reader takes the first value, another the last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Others<'a> {
    pub imsi: Option<Digits>,
    pub session_id: Option<Text<'a>>,
    pub origin_host: Option<Text<'a>>,
    pub origin_realm: Option<Text<'a>>,
    pub destination_host: Option<Text<'a>>,
    pub destination_realm: Option<Text<'a>>,
}

/// Kinds of data: a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holds(u16);

impl Holds {
    /// Authentication-Info (TS 29.272 §7.3.17), SIP-Auth-Data-Item (TS 29.229 §6.3.13).
    pub const VECTORS: Self = Self(1);
    /// Subscription-Data with something in it; User-Data of Cx.
    pub const SUBSCRIPTION: Self = Self(1 << 1);
    /// User-Data of Sh.
    pub const USER_DATA: Self = Self(1 << 2);
    /// Cells, areas, estimates of a position.
    pub const LOCATION: Self = Self(1 << 3);
    /// EPS-User-State.
    pub const STATE: Self = Self(1 << 4);
    /// Name, number or address of a serving node.
    pub const NODE: Self = Self(1 << 5);
    /// APN-Configuration, of GPRS too.
    pub const APN: Self = Self(1 << 6);
    pub const BARRING: Self = Self(1 << 7);
    pub const ACCESS_RESTRICTION: Self = Self(1 << 8);
    pub const TRACE: Self = Self(1 << 9);

    /// Whether it has all of the other set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether there is nothing in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl Facts<'_> {
    /// AVPs that are listed.
    pub const AVPS: usize = 128;
    /// Route records that are listed; more than eight hops is suspect already.
    pub const ROUTE_RECORDS: usize = 32;
    /// Addresses that are listed.
    pub const ADDRESSES: usize = 16;
    /// Applications that are listed.
    pub const APPLICATIONS: usize = 16;
    /// References to data that are listed.
    pub const DATA_REFERENCES: usize = 8;
}

/// Reads the AVPs of a message, those in groups too, and notes what breaks the rules of its command.
pub fn facts<'a>(notes: &mut Anomalies, message: &Message<'a>) -> Facts<'a> {
    let mut facts = Facts::default();
    let mut reader = Reader { notes, facts: &mut facts, message, named: false };
    let mut watched = Watched::default();
    let mut avps = message.avps();
    let mut user_names = 0u32;
    for avp in avps.by_ref() {
        if avp.id == USER_NAME {
            user_names = user_names.saturating_add(1);
            if user_names == 2 {
                reader.notes.note(avp.value.span(), "diameter.user_name", Flaw::Repeated);
            }
        }
        if watched.see(avp.id.vendor, avp.id.code) {
            reader.notes.note(avp.value.span(), "diameter.avp_repeated", Flaw::Repeated);
        }
        if reader.facts.avps.len() < Facts::AVPS {
            reader.facts.avps.push(avp.id);
        } else if !reader.notes.has("diameter.avps") {
            reader.notes.note(avp.value.span(), "diameter.avps", Flaw::TooMany);
        }
        reader.avp(avp, AvpId::default(), 0);
    }
    facts.undecoded_len = short(avps.unread().len());
    note_defect(notes, &avps);
    // What could not be read to its end may have been there.
    if facts.undecoded_len == 0 && message.is_whole() && message.version == 1 {
        let header = short(HEADER_LEN);
        for code in watched.missing(message) {
            let at = Span { start: message.body.offset().saturating_sub(header), len: header };
            notes.note(at, "diameter.mandatory", Flaw::Lacks(u64::from(code)));
        }
    }
    facts
}

const USER_NAME: AvpId = AvpId { vendor: 0, code: 1 };
/// Groups that quote another message, or what a proxy wants back: nothing in them is said by this message.
const FAILED_AVP: AvpId = AvpId { vendor: 0, code: 279 };
const PROXY_INFO: AvpId = AvpId { vendor: 0, code: 284 };
const EXPERIMENTAL_RESULT: AvpId = AvpId { vendor: 0, code: 297 };

fn note_defect(notes: &mut Anomalies, avps: &Avps<'_>) {
    if let Some((at, flaw)) = avps.defect() {
        notes.note(at, "diameter.avp_length", flaw);
    }
}

struct Reader<'n, 'm, 'a> {
    notes: &'n mut Anomalies,
    facts: &'n mut Facts<'a>,
    message: &'m Message<'a>,
    /// The IMSI is that of a User-Name at the top level.
    named: bool,
}

impl<'a> Reader<'_, '_, 'a> {
    fn avp(&mut self, avp: Avp<'a>, group: AvpId, depth: u8) {
        self.facts.avp_count = self.facts.avp_count.saturating_add(1);
        let entry = entry(avp.id.vendor, avp.id.code);
        if avp.flags & 0x1f != 0 || avp.odd_padding || entry.is_some_and(|entry| odd(&avp, entry)) {
            self.check(&avp, entry);
        }
        if depth == 0 {
            self.top(avp);
        } else if group == FAILED_AVP || group == PROXY_INFO {
            return;
        }
        match (avp.id.vendor, avp.id.code) {
            (0, 443) => return self.subscription_id(avp, depth),
            (0, 458) => return self.equipment(avp, depth),
            (0, _) => self.ietf(avp, group),
            (VENDOR_3GPP, _) => self.tgpp(avp, depth),
            _ => {}
        }
        if entry.is_some_and(|entry| entry.data_type == DataType::Grouped) {
            self.group(avp, depth);
        }
    }

    #[cold]
    fn check(&mut self, avp: &Avp<'a>, entry: Option<&Entry>) {
        let at = avp.value.span();
        let code = u64::from(avp.id.code);
        if avp.flags & 0x1f != 0 {
            let flaw = Flaw::IllegalValue(u64::from(avp.flags));
            self.notes.note(at, "diameter.avp_reserved", flaw);
        }
        if avp.odd_padding {
            self.notes.note(at, "diameter.avp_padding", Flaw::IllegalValue(code));
        }
        let Some(entry) = entry else { return };
        if odd_flag(avp, entry) {
            self.notes.note(at, "diameter.avp_flags", Flaw::IllegalValue(code));
        }
        if odd_width(avp, entry) {
            self.notes.note(at, "diameter.avp_value", Flaw::IllegalValue(code));
        }
    }

    fn group(&mut self, avp: Avp<'a>, depth: u8) {
        if MAX_DEPTH <= depth {
            self.notes.note(avp.value.span(), "diameter.grouped", Flaw::TooDeep);
            return;
        }
        let mut avps = avp.group();
        for inner in avps.by_ref() {
            self.avp(inner, avp.id, depth.saturating_add(1));
        }
        note_defect(self.notes, &avps);
    }

    /// What counts only at the top level.
    fn top(&mut self, avp: Avp<'a>) {
        let notes = &mut *self.notes;
        let facts = &mut *self.facts;
        let text = Text(avp.value.rest());
        let (field, slot) = match (avp.id.vendor, avp.id.code) {
            (0, 263) => ("diameter.session_id", &mut facts.session_id),
            (0, 264) => ("diameter.origin_host", &mut facts.origin_host),
            (0, 269) => ("diameter.product_name", &mut facts.product_name),
            (0, 283) => ("diameter.destination_realm", &mut facts.destination_realm),
            (0, 293) => ("diameter.destination_host", &mut facts.destination_host),
            (0, 296) => ("diameter.origin_realm", &mut facts.origin_realm),
            (0, 292) => return first(&mut facts.redirect_host, Some(text)),
            (0, 282) => {
                if facts.route_records.len() < Facts::ROUTE_RECORDS {
                    facts.route_records.push(text);
                }
                return;
            }
            (0, 268) => {
                let (slot, value) = (&mut facts.result_code, avp.number());
                return once(notes, avp, "diameter.result_code", slot, value);
            }
            (0, 257) => {
                match values::address(avp.value) {
                    Some(ip) if facts.host_ip_addresses.len() < Facts::ADDRESSES => {
                        facts.host_ip_addresses.push(ip);
                    }
                    Some(_) => {}
                    None => {
                        let flaw = Flaw::IllegalValue(avp.value.len() as u64);
                        notes.note(avp.value.span(), "diameter.host_ip_address", flaw);
                    }
                }
                return;
            }
            (0, 277) => return first(&mut facts.auth_session_state, avp.number()),
            (0, 415) => return first(&mut facts.cc_request_number, avp.number()),
            (0, 416) => return first(&mut facts.cc_request_type, avp.number()),
            (0, 30 | 493) => return first(&mut facts.apn, Some(text)),
            (VENDOR_3GPP, 1407) => {
                let mut cur = avp.value;
                let plmn = cur.array().ok().filter(|_| cur.is_empty());
                return once(notes, avp, "diameter.visited_plmn", &mut facts.visited_plmn, plmn);
            }
            // The flags of requests and answers of S6a, SWx, Cx, S6c, S6t, SLg and SLh: each command has one of them.
            (
                VENDOR_3GPP,
                637
                | 653
                | 655
                | 1405
                | 1406
                | 1421
                | 1422
                | 1441..=1443
                | 1490
                | 1508
                | 1522
                | 1635
                | 1638..=1640
                | 1679
                | 2411
                | 2545
                | 2546
                | 3145
                | 3164
                | 3302
                | 3310
                | 3323,
            ) => return first(&mut facts.command_flags, avp.number()),
            (VENDOR_3GPP, 1420) => return first(&mut facts.cancellation_type, avp.number()),
            (VENDOR_3GPP, 600) => return first(&mut facts.visited_network, Some(text)),
            (VENDOR_3GPP, 703) => {
                if facts.data_references.len() < Facts::DATA_REFERENCES {
                    facts.data_references.extend(avp.number());
                }
                return;
            }
            _ => return,
        };
        let differs = slot.is_some_and(|first| first != text);
        once(notes, avp, field, slot, Some(text));
        if differs {
            self.other(avp.id.code, text);
        }
    }

    /// Another value of an AVP that was there before.
    #[cold]
    fn other(&mut self, code: u32, text: Text<'a>) {
        let others = self.facts.others.get_or_insert_default();
        let slot = match code {
            263 => &mut others.session_id,
            264 => &mut others.origin_host,
            283 => &mut others.destination_realm,
            293 => &mut others.destination_host,
            296 => &mut others.origin_realm,
            _ => return,
        };
        first(slot, Some(text));
    }

    /// The subscriber by name. A User-Name at the top level is who a message is about, whatever stood before it; what says
    /// somebody else is kept beside it.
    fn user_name(&mut self, name: &[u8], top: bool) {
        let Some(imsi) = values::imsi_of(name) else { return };
        let known = self.facts.imsi;
        if known.is_none() || (top && !self.named) {
            self.facts.imsi = Some(imsi);
            self.named = top;
        }
        if top && let Some(other) = known.filter(|known| *known != imsi) {
            let other = if self.facts.imsi == Some(imsi) { other } else { imsi };
            first(&mut self.facts.others.get_or_insert_default().imsi, Some(other));
        }
    }

    /// What counts wherever it stands, in the space of the IETF.
    fn ietf(&mut self, avp: Avp<'a>, group: AvpId) {
        let facts = &mut *self.facts;
        match avp.id.code {
            1 => self.user_name(avp.value.rest(), group == AvpId::default()),
            8 => first(&mut facts.framed_ip, values::any_address(avp.value)),
            97 => first(&mut facts.framed_ip, values::prefix(avp.value)),
            258 | 259 if self.message.command_code == 257 => {
                if let Some(id) = avp.number()
                    && facts.applications.len() < Facts::APPLICATIONS
                    && !facts.applications.contains(&id)
                {
                    facts.applications.push(id);
                }
            }
            298 if group == EXPERIMENTAL_RESULT => {
                let (slot, value) = (&mut facts.experimental_result_code, avp.number());
                once(self.notes, avp, "diameter.experimental_result_code", slot, value);
            }
            _ => {}
        }
    }

    /// What counts wherever it stands, of 3GPP's AVPs.
    fn tgpp(&mut self, avp: Avp<'a>, depth: u8) {
        let facts = &mut *self.facts;
        let bytes = avp.value.rest();
        match avp.id.code {
            1 if bytes.len() >= 6 => first(&mut facts.imsi, values::imsi(bytes)),
            6 | 1050 => first(&mut facts.serving_ip, values::any_address(avp.value)),
            15 if bytes.len() == 16 => {
                first(&mut facts.serving_ip, values::any_address(avp.value));
            }
            18 => first(&mut facts.visited_plmn, values::plmn_of_digits(bytes)),
            20 => first(&mut facts.imei, values::imei(bytes)),
            22 => first(&mut facts.visited_plmn, values::plmn_of_location(avp.value)),
            601 => {
                let (imsi, msisdn) = values::public_identity(bytes);
                first(&mut facts.imsi, imsi);
                first(&mut facts.msisdn, msisdn);
            }
            602 | 2402 | 2409 => {
                facts.holds.add(Holds::NODE);
                first(&mut facts.serving_node, Some(Text(bytes)));
            }
            612 | 1413 => facts.holds.add(Holds::VECTORS),
            606 => facts.holds.add(Holds::SUBSCRIPTION),
            702 => facts.holds.add(Holds::USER_DATA),
            // Location-Estimate; EPS-Location-Information, of the MME, of the SGSN; cells and areas in it.
            1242 | 1496 | 1600..=1609 if !bytes.is_empty() => facts.holds.add(Holds::LOCATION),
            1400 if !bytes.is_empty() => facts.holds.add(Holds::SUBSCRIPTION),
            1410 => first(&mut facts.requested_vectors, avp.number()),
            1425 => facts.holds.add(Holds::BARRING),
            1426 => facts.holds.add(Holds::ACCESS_RESTRICTION),
            1430 | 1469 => facts.holds.add(Holds::APN),
            // User-Id of a reset: the leading digits of those it is about (TS 29.272 §7.3.50).
            1444 => first(&mut facts.imsi, values::imsi(bytes)),
            1458 => facts.holds.add(Holds::TRACE),
            1495 => facts.holds.add(Holds::STATE),
            2401 => facts.holds.add(Holds::NODE),
            701 => {
                let msisdn = Digits::tbcd(bytes);
                if depth == 0 {
                    once(self.notes, avp, "diameter.msisdn", &mut facts.msisdn, msisdn);
                } else {
                    first(&mut facts.msisdn, msisdn);
                }
            }
            1032 => first(&mut facts.rat_type, avp.number()),
            1402 => {
                let imei = Digits::ascii(bytes);
                once(self.notes, avp, "diameter.imei", &mut facts.imei, imei);
            }
            1489 | 1645 | 2403 => {
                facts.holds.add(Holds::NODE);
                first(&mut facts.serving_number, Digits::tbcd(bytes));
            }
            3300 => first(&mut facts.sc_address, Digits::tbcd(bytes)),
            _ => {}
        }
    }

    /// Type 0 is an E.164 number, 1 an IMSI, 3 a NAI (RFC 8506 §8.46).
    fn subscription_id(&mut self, avp: Avp<'a>, depth: u8) {
        let (mut kind, mut data) = (None, None);
        self.pairs(avp, depth, |code, inner| match code {
            450 => kind = inner.number(),
            444 => data = Some(inner.value.rest()),
            _ => {}
        });
        let facts = &mut *self.facts;
        match (kind, data) {
            (Some(0), Some(data)) => {
                let number = data.strip_prefix(b"+").unwrap_or(data);
                first(&mut facts.msisdn, Digits::ascii(number));
            }
            (Some(1 | 3), Some(data)) => first(&mut facts.imsi, values::imsi_of(data)),
            (Some(2), Some(data)) => {
                let (imsi, msisdn) = values::public_identity(data);
                first(&mut facts.imsi, imsi);
                first(&mut facts.msisdn, msisdn);
            }
            _ => {}
        }
    }

    /// Type 0 is an IMEISV (RFC 8506 §8.49).
    fn equipment(&mut self, avp: Avp<'a>, depth: u8) {
        let (mut kind, mut value) = (None, None);
        self.pairs(avp, depth, |code, inner| match code {
            459 => kind = inner.number(),
            460 => value = Some(inner.value.rest()),
            _ => {}
        });
        if let (Some(0), Some(value)) = (kind, value) {
            first(&mut self.facts.imei, values::imei(value));
        }
    }

    /// The AVPs of a group of the IETF's space that holds no groups.
    fn pairs(&mut self, avp: Avp<'a>, depth: u8, mut take: impl FnMut(u32, &Avp<'a>)) {
        if MAX_DEPTH <= depth {
            self.notes.note(avp.value.span(), "diameter.grouped", Flaw::TooDeep);
            return;
        }
        let mut avps = avp.group();
        for inner in avps.by_ref() {
            self.facts.avp_count = self.facts.avp_count.saturating_add(1);
            if inner.id.vendor == 0 {
                take(inner.id.code, &inner);
            }
            let known = entry(inner.id.vendor, inner.id.code);
            if inner.flags & 0x1f != 0 || inner.odd_padding || known.is_some_and(|e| odd(&inner, e))
            {
                self.check(&inner, known);
            }
        }
        note_defect(self.notes, &avps);
    }
}

/// Whether the dictionary and the AVP disagree.
#[inline]
fn odd(avp: &Avp<'_>, entry: &Entry) -> bool {
    odd_width(avp, entry) || odd_flag(avp, entry)
}

#[inline]
fn odd_width(avp: &Avp<'_>, entry: &Entry) -> bool {
    entry.data_type.width().is_some_and(|width| width != avp.value.len())
}

#[inline]
fn odd_flag(avp: &Avp<'_>, entry: &Entry) -> bool {
    match entry.mandatory {
        MandatoryFlag::Must => avp.flags & 0x40 == 0,
        MandatoryFlag::MustNot => avp.flags & 0x40 != 0,
        MandatoryFlag::Unsaid => false,
    }
}

/// Keeps the first value.
#[inline]
fn first<T>(slot: &mut Option<T>, value: Option<T>) {
    if slot.is_none() {
        *slot = value;
    }
}

/// Keeps the first value; notes a second one, and a value that cannot be read.
fn once<T>(
    notes: &mut Anomalies,
    avp: Avp<'_>,
    field: &'static str,
    slot: &mut Option<T>,
    value: Option<T>,
) {
    if value.is_none() {
        notes.note(avp.value.span(), field, Flaw::IllegalValue(avp.value.len() as u64));
    }
    if slot.is_some() {
        notes.note(avp.value.span(), field, Flaw::Repeated);
    } else {
        *slot = value;
    }
}
