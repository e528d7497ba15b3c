//! What detections read in the AVPs of a message.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use smallvec::SmallVec;

use crate::tbcd::Digits;
use crate::text::Text;
use crate::{Anomalies, Cursor, Flaw};

use super::avp::{Avp, AvpId, Avps};
use super::{Message, VENDOR_3GPP};

const USER_NAME: AvpId = AvpId { vendor: 0, code: 1 };

/// Groups inside groups that are followed; 3GPP nests to five.
const MAX_DEPTH: u8 = 8;

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
    /// From User-Name, User-Id, Subscription-Id or a NAI of TS 23.003 §14 and §19.
    pub imsi: Option<Digits>,
    pub msisdn: Option<Digits>,
    pub imei: Option<Digits>,
    /// MCC and MNC in three octets.
    pub visited_plmn: Option<[u8; 3]>,
    /// AVPs at the top level, in order, repeats kept, at most [`Self::AVPS`].
    pub avps: SmallVec<[AvpId; 24]>,
    /// Octets behind the last AVP that could be read.
    pub undecoded_len: u32,
}

impl Facts<'_> {
    /// AVPs that are listed.
    pub const AVPS: usize = 128;
    /// Route records that are listed; more than eight hops is suspect already.
    pub const ROUTE_RECORDS: usize = 32;
    /// Addresses that are listed.
    pub const ADDRESSES: usize = 16;
}

/// Reads the AVPs of a message.
pub fn facts<'a>(notes: &mut Anomalies, message: &Message<'a>) -> Facts<'a> {
    let mut facts = Facts::default();
    let mut avps = message.avps();
    let mut user_names = 0u32;
    for avp in avps.by_ref() {
        if avp.id == USER_NAME {
            user_names = user_names.saturating_add(1);
            if user_names == 2 {
                notes.note(avp.value.span(), "diameter.user_name", Flaw::Repeated);
            }
        }
        if facts.avps.len() < Facts::AVPS {
            facts.avps.push(avp.id);
        } else if !notes.has("diameter.avps") {
            notes.note(avp.value.span(), "diameter.avps", Flaw::TooMany);
        }
        facts.avp(notes, avp, 0);
    }
    facts.undecoded_len = crate::cursor::short(avps.unread().len());
    note_defect(notes, &avps);
    facts
}

fn note_defect(notes: &mut Anomalies, avps: &Avps<'_>) {
    if let Some((at, flaw)) = avps.defect() {
        notes.note(at, "diameter.avp_length", flaw);
    }
}

impl<'a> Facts<'a> {
    fn avp(&mut self, notes: &mut Anomalies, avp: Avp<'a>, depth: u8) {
        let at = avp.value.span();
        if avp.flags & 0x1f != 0 {
            notes.note(at, "diameter.avp_reserved", Flaw::IllegalValue(u64::from(avp.flags)));
        }
        if avp.odd_padding {
            notes.note(at, "diameter.avp_padding", Flaw::IllegalValue(u64::from(avp.id.code)));
        }
        let text = Text(avp.value.rest());
        match (avp.id.vendor, avp.id.code) {
            (0, 1) if self.imsi.is_none() => self.imsi = imsi_of(avp.value.rest()),
            (0, 257) if self.host_ip_addresses.len() < Self::ADDRESSES => {
                match address(avp.value) {
                    Some(ip) => self.host_ip_addresses.push(ip),
                    None => {
                        let flaw = Flaw::IllegalValue(avp.value.len() as u64);
                        notes.note(at, "diameter.host_ip_address", flaw);
                    }
                }
            }
            (0, 263) if depth == 0 => {
                once(notes, avp, "diameter.session_id", &mut self.session_id, Some(text));
            }
            (0, 264) if depth == 0 => {
                once(notes, avp, "diameter.origin_host", &mut self.origin_host, Some(text));
            }
            (0, 268) if depth == 0 => {
                once(notes, avp, "diameter.result_code", &mut self.result_code, avp.number());
            }
            (0, 269) if depth == 0 => {
                once(notes, avp, "diameter.product_name", &mut self.product_name, Some(text));
            }
            (0, 282) if depth == 0 && self.route_records.len() < Self::ROUTE_RECORDS => {
                self.route_records.push(text);
            }
            (0, 283) if depth == 0 => {
                let slot = &mut self.destination_realm;
                once(notes, avp, "diameter.destination_realm", slot, Some(text));
            }
            (0, 293) if depth == 0 => {
                let slot = &mut self.destination_host;
                once(notes, avp, "diameter.destination_host", slot, Some(text));
            }
            (0, 296) if depth == 0 => {
                once(notes, avp, "diameter.origin_realm", &mut self.origin_realm, Some(text));
            }
            (0, 298) => {
                let slot = &mut self.experimental_result_code;
                once(notes, avp, "diameter.experimental_result_code", slot, avp.number());
            }
            // Subscription-Id (RFC 8506 §8.46).
            (0, 443) => self.subscription_id(notes, avp, depth),
            (VENDOR_3GPP, 701) => {
                let msisdn = Digits::tbcd(avp.value.rest());
                once(notes, avp, "diameter.msisdn", &mut self.msisdn, msisdn);
            }
            (VENDOR_3GPP, 1402) => {
                let imei = Digits::ascii(avp.value.rest());
                once(notes, avp, "diameter.imei", &mut self.imei, imei);
            }
            (VENDOR_3GPP, 1407) => {
                let mut cur = avp.value;
                let plmn = cur.array().ok().filter(|_| cur.is_empty());
                once(notes, avp, "diameter.visited_plmn", &mut self.visited_plmn, plmn);
            }
            // Public-Identity: a URI whose user part may be an IMSI under an IMS realm (TS 23.003 §13.4B).
            (VENDOR_3GPP, 601) => {
                let uri = avp.value.rest();
                let nai = uri.strip_prefix(b"sip:").unwrap_or(uri);
                if self.imsi.is_none() && nai.contains(&b'@') {
                    self.imsi = imsi_of(nai);
                }
            }
            // Experimental-Result, and the 3GPP groups in which identities stand.
            (0, 297) | (VENDOR_3GPP, 700 | 1400 | 1401 | 3102) => self.group(notes, avp, depth),
            _ => {}
        }
    }

    fn group(&mut self, notes: &mut Anomalies, avp: Avp<'a>, depth: u8) {
        if MAX_DEPTH <= depth {
            notes.note(avp.value.span(), "diameter.grouped", Flaw::TooDeep);
            return;
        }
        let mut avps = avp.group();
        for inner in avps.by_ref() {
            self.avp(notes, inner, depth.saturating_add(1));
        }
        note_defect(notes, &avps);
    }

    /// Type 0 is an E.164 number, 1 an IMSI, 3 a NAI.
    fn subscription_id(&mut self, notes: &mut Anomalies, avp: Avp<'a>, depth: u8) {
        if MAX_DEPTH <= depth {
            return;
        }
        let (mut kind, mut data) = (None, None);
        let mut avps = avp.group();
        for inner in avps.by_ref() {
            match (inner.id.vendor, inner.id.code) {
                (0, 450) => kind = inner.number(),
                (0, 444) => data = Some(inner.value.rest()),
                _ => {}
            }
        }
        note_defect(notes, &avps);
        match (kind, data) {
            (Some(0), Some(data)) if self.msisdn.is_none() => {
                self.msisdn = Digits::ascii(data.strip_prefix(b"+").unwrap_or(data));
            }
            (Some(1 | 3), Some(data)) if self.imsi.is_none() => self.imsi = imsi_of(data),
            _ => {}
        }
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

/// An IMSI alone (TS 29.272 §5.2), or the user part of a NAI: there EAP methods put one digit before it (TS 23.003
/// §14.3, §19.3.2), and IMS does not (§13.3).
fn imsi_of(name: &[u8]) -> Option<Digits> {
    let at = name.iter().position(|octet| *octet == b'@');
    let Some((user, realm)) = at.and_then(|at| name.split_at_checked(at)) else {
        return Digits::ascii(name).filter(|imsi| (6..=15).contains(&imsi.len()));
    };
    let realm = realm.to_ascii_lowercase();
    if !realm.ends_with(b".3gppnetwork.org") {
        return None;
    }
    let eap = realm.starts_with(b"@nai.") || realm.starts_with(b"@wlan.");
    let imsi = match user.split_first() {
        Some((b'0'..=b'8', rest)) if eap => rest,
        _ => user,
    };
    Digits::ascii(imsi).filter(|imsi| (6..=15).contains(&imsi.len()))
}

/// §4.3.1: two octets of address family (IANA), then the address.
fn address(value: Cursor<'_>) -> Option<IpAddr> {
    let mut cur = value;
    match (cur.u16().ok()?, cur.len()) {
        (1, 4) => cur.array::<4>().ok().map(|octets| Ipv4Addr::from(octets).into()),
        (2, 16) => cur.array::<16>().ok().map(|octets| Ipv6Addr::from(octets).into()),
        _ => None,
    }
}
