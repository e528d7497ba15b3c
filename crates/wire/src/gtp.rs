//! GTP: the tunnels of mobile data, their control plane and the charging protocol beside them.
//!
//! Sources: 3GPP TS 29.060 (v1-C), TS 29.281 (v1-U), TS 29.274 (v2-C), GSM 09.60 (v0), TS 32.295 (GTP'). `§` below means
//! a section of the one named.

mod apn;
mod extension;
mod facts;
mod ie;
mod names;
mod pco;
mod probe;
mod structure;
#[cfg(test)]
mod tests;

pub use apn::Apn;
pub use extension::{Extensions, must_be_known};
pub use facts::{Facts, Fteid, Plane, PlmnOctets, facts};
pub use ie::{Format, Ie, Ies, is_grouped};
pub use names::{cause_name, extension_name, ie_name, interface_name, message_name, rat_name};
pub use pco::Pco;
pub use probe::{Kind, probe};

use crate::cursor::short;
use crate::tbcd::Digits;
use crate::{Anomalies, Cursor, Flaw, Truncated};

/// The port of control planes v1 and v2, of the user plane, and of v0 and GTP'.
pub const CONTROL_PORT: u16 = 2123;
pub const USER_PORT: u16 = 2152;
pub const CHARGING_PORT: u16 = 3386;

/// Message types that more than one room asks for.
pub const ECHO_REQUEST: u8 = 1;
pub const ECHO_RESPONSE: u8 = 2;
pub const ERROR_INDICATION: u8 = 26;
pub const END_MARKER: u8 = 254;
pub const G_PDU: u8 = 255;

/// One message: its header, and behind it information elements or an inner packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// As the header says, 0 to 7.
    pub version: u8,
    /// GTP': protocol type 0 (TS 32.295 §6.1.1).
    pub prime: bool,
    pub message_type: u8,
    /// v1, v2 with the T flag; the flow label of v0.
    pub teid: Option<u32>,
    pub sequence: Option<u32>,
    /// N-PDU number (v1 with the PN flag).
    pub n_pdu: Option<u8>,
    /// Extension headers of v1.
    pub extensions: Extensions,
    /// Tunnel identifier of v0: IMSI and NSAPI (GSM 09.60 §6).
    pub tid: Option<(Option<Digits>, u8)>,
    /// A further message follows in the same datagram (v2 P flag).
    pub piggyback: bool,
    /// Octets that are there for this message: all that is left of the datagram, or up to the piggybacked message.
    pub payload_len: u32,
    /// Octets that the length field claims, header included.
    pub claimed_len: u32,
    /// Information elements; the inner packet of a G-PDU.
    pub body: Cursor<'a>,
    /// Octets of the datagram behind what the length field claims.
    pub trailing_len: u32,
    /// All octets of the message that are there, from the header on.
    pub whole: Cursor<'a>,
}

impl<'a> Message<'a> {
    /// Name of the message type; `unknown` where its version has none.
    pub fn name(&self) -> &'static str {
        message_name(self.version, self.prime, self.message_type).unwrap_or("unknown")
    }

    /// Whether the body is a subscriber's packet.
    pub const fn is_gpdu(&self) -> bool {
        self.message_type == G_PDU && self.version < 2 && !self.prime
    }

    /// Whether this is an echo request or response.
    pub const fn is_echo(&self) -> bool {
        matches!(self.message_type, ECHO_REQUEST | ECHO_RESPONSE)
    }

    /// Whether this answers something: path and tunnel responses have the number behind their request.
    pub fn is_response(&self) -> bool {
        names::is_response(self.name())
    }

    /// The information elements, in order, repeats kept. None for a G-PDU.
    pub fn ies(&self) -> Ies<'a> {
        let format = match (self.version, self.prime) {
            (0, _) => Format::V0,
            (2, false) => Format::V2,
            _ => Format::V1,
        };
        let body = if self.is_gpdu() { Cursor::at(&[], self.body.offset()) } else { self.body };
        Ies::new(format, body)
    }

    /// All octets of the message that are there, from the header on.
    pub const fn bytes(&self) -> &'a [u8] {
        self.whole.rest()
    }

    /// Whether the body is there up to where the length field puts its end.
    pub const fn is_whole(&self) -> bool {
        self.claimed_len <= self.payload_len
    }
}

/// Reads one message and leaves the cursor behind it: at a piggybacked message, otherwise at the end. Fails only when
/// the fixed header is cut short; every other defect is noted and reading goes on.
pub fn dissect<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Message<'a>, Truncated> {
    let flags = cur.peek().ok_or(Truncated { at: cur.offset(), missing: 1 })?;
    match flags >> 5 {
        version @ (0..=2) if is_prime(flags) => dissect_prime(notes, cur, version),
        0 => dissect_v0(notes, cur),
        1 => dissect_v1(notes, cur),
        2 => dissect_v2(notes, cur),
        version => {
            notes.note(cur.span_of(1), "gtp.version", Flaw::IllegalValue(u64::from(version)));
            dissect_v1(notes, cur)
        }
    }
}

/// The inner packet of a plain G-PDU and its tunnel: version 1, nothing unusual. `None` means that [`dissect`] should
/// have a look.
#[inline]
pub fn gpdu<'a>(cur: Cursor<'a>) -> Option<(u32, Cursor<'a>)> {
    let mut cur = cur;
    let [flags, kind, l1, l2, t1, t2, t3, t4] = cur.array().ok()?;
    if kind != G_PDU
        || flags & 0xf8 != 0x30
        || usize::from(u16::from_be_bytes([l1, l2])) != cur.len()
    {
        return None;
    }
    if flags & 7 != 0 {
        let [_, _, _, mut next] = cur.array().ok()?;
        if flags & 4 == 0 {
            next = 0;
        }
        let mut hops = 0;
        while next != 0 {
            let units = usize::from(cur.u8().ok()?);
            let content = units.checked_mul(4)?.checked_sub(2)?;
            cur.skip(content).ok()?;
            next = cur.u8().ok()?;
            hops += 1;
            if Extensions::CAP < hops {
                return None;
            }
        }
    }
    Some((u32::from_be_bytes([t1, t2, t3, t4]), cur))
}

/// Protocol type 0 with the spare bits that GTP' has set: `VVV0111x`. Version 2 has no protocol type, and there the
/// same bits would break its own rules.
const fn is_prime(flags: u8) -> bool {
    flags & 0x10 == 0 && (flags >> 5 < 2 || flags & 0x1e == 0x0e)
}

/// What stands between the header and the end of what the length field claims, the rest of the datagram counted.
struct Extent<'a> {
    payload_len: u32,
    claimed_len: u32,
    body: Cursor<'a>,
    trailing_len: u32,
    whole: Cursor<'a>,
}

/// Cuts the body out. `start` is the message's first octet, `cur` stands behind those octets that the length does not
/// count.
fn extent<'a>(
    notes: &mut Anomalies,
    start: Cursor<'a>,
    cur: &mut Cursor<'a>,
    length: u16,
    field: &'static str,
    piggyback: bool,
) -> Extent<'a> {
    let fixed = cur.offset().saturating_sub(start.offset());
    let claimed_len = fixed.saturating_add(u32::from(length));
    let there = short(cur.len());
    let (body, whole) = cur.sub(usize::from(length));
    let mut trailing_len = 0;
    if !whole {
        let missing = u32::from(length).saturating_sub(there);
        notes.note(start.span(), field, Flaw::Truncated { missing });
    }
    if !piggyback && !cur.is_empty() {
        trailing_len = short(cur.len());
        notes.note(cur.span(), field, Flaw::Trailing(trailing_len));
        cur.take_rest();
    }
    let behind = if piggyback { short(cur.len()) } else { 0 };
    let payload_len = short(start.len()).saturating_sub(behind);
    let (whole, _) = { start }.sub(payload_len as usize);
    Extent { payload_len, claimed_len, body, trailing_len, whole }
}

/// The 20 octets of GSM 09.60 §6; also the older header of GTP'.
fn dissect_v0<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Message<'a>, Truncated> {
    let start = *cur;
    let [flags, message_type] = cur.array()?;
    let length = cur.u16()?;
    let sequence = cur.u16()?;
    let flow_label = cur.u16()?;
    cur.skip(4)?;
    let tid: [u8; 8] = cur.array()?;
    if flags & 0x0e != 0x0e {
        notes.note(start.span_of(1), "gtpv0.reserved", Flaw::IllegalValue(u64::from(flags)));
    }
    let extent = extent(notes, start, cur, length, "gtpv0.length", false);
    Ok(Message {
        version: 0,
        prime: flags & 0x10 == 0,
        message_type,
        teid: Some(u32::from(flow_label)),
        sequence: Some(u32::from(sequence)),
        n_pdu: None,
        extensions: Extensions::default(),
        tid: Some(read_tid(tid)),
        piggyback: false,
        payload_len: extent.payload_len,
        claimed_len: extent.claimed_len,
        body: extent.body,
        trailing_len: extent.trailing_len,
        whole: extent.whole,
    })
}

/// IMSI in fifteen semi-octets and NSAPI in the last.
fn read_tid(tid: [u8; 8]) -> (Option<Digits>, u8) {
    let mut imsi = tid;
    let [.., last] = &mut imsi;
    let nsapi = *last >> 4;
    *last |= 0xf0;
    let imsi = if tid.iter().all(|octet| *octet == 0) { None } else { Digits::tbcd(&imsi) };
    (imsi, nsapi)
}

/// TS 29.060 §6, TS 29.281 §5.1: eight octets, four more when any of E, S and PN is set, extension headers after E.
fn dissect_v1<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Message<'a>, Truncated> {
    let start = *cur;
    let [flags, message_type] = cur.array()?;
    let length = cur.u16()?;
    let teid = cur.u32()?;
    if flags & 0x08 != 0 {
        notes.note(start.span_of(1), "gtpv1.reserved", Flaw::IllegalValue(u64::from(flags)));
    }
    let mut extent = extent(notes, start, cur, length, "gtpv1.length", false);
    let body = &mut extent.body;
    let (mut sequence, mut n_pdu, mut extensions) = (None, None, Extensions::default());
    if flags & 7 != 0 {
        if let Ok([s1, s2, pn, next]) = body.array() {
            sequence = (flags & 2 != 0).then_some(u32::from(u16::from_be_bytes([s1, s2])));
            n_pdu = (flags & 1 != 0).then_some(pn);
            if flags & 4 != 0 {
                extensions = Extensions::read(notes, body, next);
            }
        } else {
            let missing = 4u32.saturating_sub(short(body.len()));
            notes.note(body.span(), "gtpv1.flags", Flaw::Truncated { missing });
        }
    }
    Ok(Message {
        version: flags >> 5,
        prime: false,
        message_type,
        teid: Some(teid),
        sequence,
        n_pdu,
        extensions,
        tid: None,
        piggyback: false,
        payload_len: extent.payload_len,
        claimed_len: extent.claimed_len,
        body: extent.body,
        trailing_len: extent.trailing_len,
        whole: extent.whole,
    })
}

/// TS 29.274 §5.1: the length counts from the fifth octet on.
fn dissect_v2<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Message<'a>, Truncated> {
    let start = *cur;
    let [flags, message_type] = cur.array()?;
    let length = cur.u16()?;
    // The fixed part that must be there before anything else is worth reading.
    let fixed = if flags & 8 == 0 { 4usize } else { 8 };
    if cur.len() < fixed {
        return Err(Truncated {
            at: cur.offset(),
            missing: short(fixed.saturating_sub(cur.len())),
        });
    }
    if flags & 3 != 0 {
        notes.note(start.span_of(1), "gtpv2.reserved", Flaw::IllegalValue(u64::from(flags)));
    }
    let piggyback = flags & 0x10 != 0;
    let mut extent = extent(notes, start, cur, length, "gtpv2.length", piggyback);
    if piggyback && cur.is_empty() {
        notes.note(start.span_of(1), "gtpv2.piggyback", Flaw::Missing);
    }
    let (mut teid, mut sequence) = (None, None);
    let body = &mut extent.body;
    if body.len() < fixed {
        notes.note(
            start.span_of(4),
            "gtpv2.length",
            Flaw::Disagrees { found: u64::from(length), expected: fixed as u64 },
        );
        body.take_rest();
    } else {
        if flags & 8 != 0 {
            teid = body.u32().ok();
        }
        sequence = body.u24().ok();
        let at = body.span_of(1);
        let spare = body.u8().unwrap_or_default();
        let spare = if flags & 4 == 0 { spare } else { spare & 15 };
        if spare != 0 {
            notes.note(at, "gtpv2.spare", Flaw::IllegalValue(u64::from(spare)));
        }
    }
    Ok(Message {
        version: 2,
        prime: false,
        message_type,
        teid,
        sequence,
        n_pdu: None,
        extensions: Extensions::default(),
        tid: None,
        piggyback: piggyback && !cur.is_empty(),
        payload_len: extent.payload_len,
        claimed_len: extent.claimed_len,
        body: extent.body,
        trailing_len: extent.trailing_len,
        whole: extent.whole,
    })
}

/// TS 32.295 §6.1.1: six octets; version 0 with a clear last bit keeps the twenty of GSM 09.60.
fn dissect_prime<'a>(
    notes: &mut Anomalies,
    cur: &mut Cursor<'a>,
    version: u8,
) -> Result<Message<'a>, Truncated> {
    let start = *cur;
    let flags = cur.peek().unwrap_or_default();
    if version == 0 && flags & 1 == 0 {
        return dissect_v0(notes, cur);
    }
    let [_, message_type] = cur.array()?;
    let length = cur.u16()?;
    let sequence = cur.u16()?;
    if flags & 0x0e != 0x0e {
        notes.note(start.span_of(1), "gtpprime.reserved", Flaw::IllegalValue(u64::from(flags)));
    }
    let extent = extent(notes, start, cur, length, "gtpprime.length", false);
    Ok(Message {
        version,
        prime: true,
        message_type,
        teid: None,
        sequence: Some(u32::from(sequence)),
        n_pdu: None,
        extensions: Extensions::default(),
        tid: None,
        piggyback: false,
        payload_len: extent.payload_len,
        claimed_len: extent.claimed_len,
        body: extent.body,
        trailing_len: extent.trailing_len,
        whole: extent.whole,
    })
}
