//! PFCP: how a control plane tells a user plane what to do with the packets of a session.
//!
//! Spec: 3GPP TS 29.244 (releases 16 to 18). `§` below means a section of it.

mod facts;
mod ie;
mod names;
mod structure;
#[cfg(test)]
mod tests;

pub use facts::{FSeid, Facts, NodeId, facts};
pub use ie::{Ie, Ies, is_grouped};
pub use names::{cause_name, ie_name, message_name};

use crate::cursor::short;
use crate::{Anomalies, Cursor, Flaw, Truncated};

/// The port of both sides (§4.2.1).
pub const PORT: u16 = 8805;

/// Types from here on are about a session and have its SEID (§7.3).
const FIRST_OF_SESSIONS: u8 = 50;

/// One message: its header, and the information elements behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// As the header says; 1 is the only one there is.
    pub version: u8,
    pub message_type: u8,
    /// Session endpoint identifier of the receiver (S flag).
    pub seid: Option<u64>,
    pub sequence: u32,
    /// Message priority (MP flag), 0 to 15, 0 before all others.
    pub priority: Option<u8>,
    /// A further message follows in the same datagram (FO flag).
    pub follow_on: bool,
    /// Octets that are there for this message, and that the length field claims, header included.
    pub payload_len: u32,
    pub claimed_len: u32,
    /// Information elements.
    pub body: Cursor<'a>,
    /// All octets of the message that are there, from the header on.
    pub whole: Cursor<'a>,
}

impl<'a> Message<'a> {
    /// Name of the message type; `unknown` where it has none.
    pub fn name(&self) -> &'static str {
        message_name(self.message_type).unwrap_or("unknown")
    }

    /// Whether this answers something: requests have even numbers among sessions, odd ones among nodes (§7.3).
    pub const fn is_response(&self) -> bool {
        match self.message_type {
            11 => true,
            12..=17 => self.message_type & 1 == 1,
            1..=10 => self.message_type & 1 == 0,
            _ => self.message_type & 1 == 1,
        }
    }

    /// The information elements, in order, repeats kept.
    pub const fn ies(&self) -> Ies<'a> {
        Ies::new(self.body)
    }

    /// Whether the body is there up to where the length field puts its end.
    pub const fn is_whole(&self) -> bool {
        self.claimed_len <= self.payload_len
    }
}

/// Reads one message and leaves the cursor behind it: at the message that follows on, otherwise at the end. Fails only
/// when the fixed header is cut short; every other defect is noted and reading goes on (§7.2.2).
pub fn dissect<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Message<'a>, Truncated> {
    let start = *cur;
    let [flags, message_type] = cur.array()?;
    let length = cur.u16()?;
    let with_seid = flags & 1 != 0;
    let fixed = if with_seid { 12usize } else { 4 };
    if cur.len() < fixed {
        let missing = short(fixed.saturating_sub(cur.len()));
        return Err(Truncated { at: cur.offset(), missing });
    }
    let version = flags >> 5;
    if version != 1 {
        notes.note(start.span_of(1), "pfcp.version", Flaw::IllegalValue(u64::from(version)));
    }
    if flags & 0x18 != 0 {
        notes.note(start.span_of(1), "pfcp.spare", Flaw::IllegalValue(u64::from(flags)));
    }
    let follow_on = flags & 4 != 0;
    let there = short(cur.len());
    let (mut body, whole) = cur.sub(usize::from(length));
    if !whole {
        let missing = u32::from(length).saturating_sub(there);
        notes.note(start.span(), "pfcp.length", Flaw::Truncated { missing });
    }
    if follow_on && cur.is_empty() {
        notes.note(start.span_of(1), "pfcp.follow_on", Flaw::Missing);
    }
    if !follow_on && !cur.is_empty() {
        notes.note(cur.span(), "pfcp.length", Flaw::Trailing(short(cur.len())));
        cur.take_rest();
    }
    let behind = if follow_on { short(cur.len()) } else { 0 };
    let payload_len = short(start.len()).saturating_sub(behind);
    let (mut seid, mut sequence, mut priority) = (None, 0, None);
    if body.len() < fixed {
        let flaw = Flaw::Disagrees { found: u64::from(length), expected: fixed as u64 };
        notes.note(start.span_of(4), "pfcp.length", flaw);
        body.take_rest();
    } else {
        if with_seid {
            seid = body.u64().ok();
        }
        sequence = body.u24().unwrap_or_default();
        let at = body.span_of(1);
        let last = body.u8().unwrap_or_default();
        priority = (flags & 2 != 0).then_some(last >> 4);
        let spare = if flags & 2 == 0 { last } else { last & 15 };
        if spare != 0 {
            notes.note(at, "pfcp.spare", Flaw::IllegalValue(u64::from(spare)));
        }
    }
    let (whole, _) = { start }.sub(payload_len as usize);
    Ok(Message {
        version,
        message_type,
        seid,
        sequence,
        priority,
        follow_on: follow_on && !cur.is_empty(),
        payload_len,
        claimed_len: u32::from(length).saturating_add(4),
        body,
        whole,
    })
}

/// Is this PFCP? Strict and cheap, for ports that promise nothing: flags, type and every length fit, all elements have
/// names, and those that the message must have are there.
pub fn probe(bytes: &[u8]) -> bool {
    let mut cur = Cursor::new(bytes);
    let (Ok([flags, kind]), Ok(length)) = (cur.array(), cur.u16()) else { return false };
    let of_session = FIRST_OF_SESSIONS <= kind;
    if !(0x20..0x28).contains(&flags)
        || message_name(kind).is_none()
        || (flags & 1 != 0) != of_session
    {
        return false;
    }
    let (mut body, whole) = cur.sub(usize::from(length));
    let follow_on = flags & 4 != 0;
    if !whole || follow_on == cur.is_empty() || body.skip(if of_session { 12 } else { 4 }).is_err()
    {
        return false;
    }
    let mut seen = structure::Seen::default();
    let mut ies = Ies::new(body);
    let named = ies.by_ref().all(|ie| {
        seen.mark(ie.kind);
        ie_name(ie.kind).is_some() || ie.enterprise.is_some()
    });
    named && ies.defect().is_none() && structure::mandatory(kind).iter().all(|kind| seen.has(*kind))
}
