//! SCCP: who a signalling message is for, and whom it is from.
//!
//! Spec: ITU-T Q.713 (03/2001). `§` below means a section of it.

mod digits;

use crate::{Anomalies, Cursor, Truncated};

pub use digits::Digits;

/// One message. What a type does not have is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct Message<'a> {
    pub kind: MessageType,
    /// §3.6: 0 and 1 connectionless, 2 and 3 connection-oriented.
    pub class: Option<u8>,
    /// The sender wants the message back when it cannot be delivered (§3.6, octet's upper half).
    pub return_on_error: bool,
    pub called: Option<Address>,
    pub calling: Option<Address>,
    /// Why it came back (§3.12).
    pub return_cause: Option<u8>,
    pub hop_counter: Option<u8>,
    pub importance: Option<u8>,
    pub segmentation: Option<Segmentation>,
    /// Local references of a connection (§3.2, §3.3).
    pub destination_reference: Option<u32>,
    pub source_reference: Option<u32>,
    /// Refusal, release, reset or error cause of a connection (§3.11, §3.13 to §3.15).
    pub cause: Option<u8>,
    /// DT1: more segments follow (§3.7); the segments of a connection are not put together here.
    pub more_data: bool,
    /// The user's octets: one segment of them where `segmentation` says so.
    pub data: Option<Cursor<'a>>,
}

/// §2.1. Any octet is a `MessageType`; some have names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageType(pub u8);

/// §3.17.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Segmentation {
    pub first: bool,
    /// The protocol class that the sender's user asked for.
    pub class: u8,
    /// How many segments follow this one.
    pub remaining: u8,
    pub local_reference: u32,
}

/// Called or calling party address (§3.4, §3.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// Address indicator as read.
    pub indicator: u8,
    /// Routing indicator: on the subsystem number instead of the global title.
    pub route_on_ssn: bool,
    pub point_code: Option<u16>,
    pub ssn: Option<u8>,
    pub global_title: Option<GlobalTitle>,
}

/// §3.4.2.3, all four formats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GlobalTitle {
    /// Which format: 1 nature of address, 2 translation type, 3 with numbering plan, 4 with both.
    pub gti: u8,
    pub tt: Option<u8>,
    /// Numbering plan: 1 E.164, 6 E.212, 7 E.214.
    pub np: Option<u8>,
    /// Encoding scheme: 1 odd, 2 even number of digits.
    pub es: Option<u8>,
    /// Nature of address: 4 international.
    pub nai: Option<u8>,
    pub digits: Digits,
}

impl MessageType {
    /// `UDT`, `XUDTS`, `CR`…
    pub const fn name(self) -> &'static str {
        match self.0 {
            _ => "unknown",
        }
    }
}

/// §3.12: `no translation for this specific address`…
pub const fn return_cause_name(_cause: u8) -> Option<&'static str> {
    None
}

/// Q.713 §3.4.2.2 and TS 23.003 §8: `hlr`, `msc`…
pub const fn ssn_name(_ssn: u8) -> Option<&'static str> {
    None
}

/// What the user data is, by shape first and subsystem second: `tcap`, `scmg`, `bssap`, `ranap`, `isup` or `unknown`.
pub fn user(_message: &Message<'_>, _data: &[u8]) -> &'static str {
    "unknown"
}

/// Is this plausibly SCCP?
pub fn probe(_bytes: &[u8]) -> bool {
    false
}

/// Reads one message. Fails only when the fixed part is cut short.
pub fn dissect<'a>(_notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Message<'a>, Truncated> {
    let kind = MessageType(cur.u8()?);
    Ok(Message {
        kind,
        class: None,
        return_on_error: false,
        called: None,
        calling: None,
        return_cause: None,
        hop_counter: None,
        importance: None,
        segmentation: None,
        destination_reference: None,
        source_reference: None,
        cause: None,
        more_data: false,
        data: None,
    })
}
