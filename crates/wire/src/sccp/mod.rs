//! SCCP: who a signalling message is for, and whom it is from.
//!
//! Spec: ITU-T Q.713 (03/2001). `§` below means a section of it.

mod address;
mod digits;

use crate::cursor::short;
use crate::{Anomalies, Cursor, Flaw, Truncated, tcap};

use address::address;
pub use address::{Address, GlobalTitle, ssn_name};
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

impl MessageType {
    pub const CR: Self = Self(0x01);
    pub const CC: Self = Self(0x02);
    pub const CREF: Self = Self(0x03);
    pub const RLSD: Self = Self(0x04);
    pub const RLC: Self = Self(0x05);
    pub const DT1: Self = Self(0x06);
    pub const DT2: Self = Self(0x07);
    pub const AK: Self = Self(0x08);
    pub const UDT: Self = Self(0x09);
    pub const UDTS: Self = Self(0x0a);
    pub const ED: Self = Self(0x0b);
    pub const EA: Self = Self(0x0c);
    pub const RSR: Self = Self(0x0d);
    pub const RSC: Self = Self(0x0e);
    pub const ERR: Self = Self(0x0f);
    pub const IT: Self = Self(0x10);
    pub const XUDT: Self = Self(0x11);
    pub const XUDTS: Self = Self(0x12);
    pub const LUDT: Self = Self(0x13);
    pub const LUDTS: Self = Self(0x14);

    /// `UDT`, `XUDTS`, `CR`…, `unknown` where there is none.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CR => "CR",
            Self::CC => "CC",
            Self::CREF => "CREF",
            Self::RLSD => "RLSD",
            Self::RLC => "RLC",
            Self::DT1 => "DT1",
            Self::DT2 => "DT2",
            Self::AK => "AK",
            Self::UDT => "UDT",
            Self::UDTS => "UDTS",
            Self::ED => "ED",
            Self::EA => "EA",
            Self::RSR => "RSR",
            Self::RSC => "RSC",
            Self::ERR => "ERR",
            Self::IT => "IT",
            Self::XUDT => "XUDT",
            Self::XUDTS => "XUDTS",
            Self::LUDT => "LUDT",
            Self::LUDTS => "LUDTS",
            _ => "unknown",
        }
    }

    /// UDT, XUDT, LUDT and their service messages; the others need a connection.
    pub const fn is_connectionless(self) -> bool {
        matches!(self.0, 0x09 | 0x0a | 0x11..=0x14)
    }

    /// UDTS, XUDTS and LUDTS: a message that came back.
    pub const fn is_service(self) -> bool {
        matches!(self.0, 0x0a | 0x12 | 0x14)
    }
}

/// §3.12.
pub const fn return_cause_name(cause: u8) -> Option<&'static str> {
    Some(match cause {
        0x0 => "no translation for an address of such nature",
        0x1 => "no translation for this specific address",
        0x2 => "subsystem congestion",
        0x3 => "subsystem failure",
        0x4 => "unequipped user",
        0x5 => "MTP failure",
        0x6 => "network congestion",
        0x7 => "unqualified",
        0x8 => "error in message transport",
        0x9 => "error in local processing",
        0xa => "destination cannot perform reassembly",
        0xb => "SCCP failure",
        0xc => "hop counter violation",
        0xd => "segmentation not supported",
        0xe => "segmentation failure",
        _ => return None,
    })
}

/// What the user data is, by shape and subsystem: `tcap`, `scmg`, `bssap`, `ranap`, `isup` or `unknown`.
pub fn user(message: &Message<'_>, data: &[u8]) -> &'static str {
    if tcap::probe(data) {
        return "tcap";
    }
    let ssn = |wanted: &[u8]| {
        [&message.called, &message.calling]
            .into_iter()
            .filter_map(|address| address.as_ref()?.ssn)
            .any(|ssn| wanted.contains(&ssn))
    };
    if ssn(TCAP) && tcap::begins(data) {
        return "tcap";
    }
    let known = message.called.is_some() || message.calling.is_some();
    let len = data.len();
    match *data {
        // SCMG (§5.2): a format identifier, the subsystem, its point code, its multiplicity.
        [1..=6, _, _, _, _, ..] if ssn(&[1]) => "scmg",
        // TS 48.006 §9.3: discrimination parameter 0 or 1 with DLCI, then a length.
        [0, length, ..] if usize::from(length).saturating_add(2) == len => bssap(known, ssn(BSSAP)),
        [1, _, length, ..] if usize::from(length).saturating_add(3) == len => {
            bssap(known, ssn(BSSAP))
        }
        // TS 25.413 §9.4: choice, procedure code, criticality.
        [0x00 | 0x20 | 0x40 | 0x60, 0..=64, criticality, ..]
            if criticality & 0x3f == 0 && (!known || ssn(&[142])) =>
        {
            "ranap"
        }
        [_, ..] if ssn(&[3]) => "isup",
        _ => "unknown",
    }
}

/// Subsystems whose messages are TCAP (TS 23.003 §8): those of MAP and CAP.
const TCAP: &[u8] = &[5, 6, 7, 8, 9, 10, 145, 146, 147, 148, 149, 150];

/// Subsystems of the A interface.
const BSSAP: &[u8] = &[250, 251, 252, 254];

const fn bssap(addressed: bool, on_its_subsystem: bool) -> &'static str {
    if !addressed || on_its_subsystem { "bssap" } else { "unknown" }
}

/// Is this plausibly SCCP? A message type, and pointers and lengths that hold.
pub fn probe(bytes: &[u8]) -> bool {
    let mut notes = Anomalies::default();
    let message = dissect(&mut notes, &mut Cursor::new(bytes));
    message.is_ok_and(|message| message.kind.name() != "unknown")
        && !notes.as_slice().iter().any(|note| matches!(note.field, "sccp.pointer" | "sccp.length"))
}

/// Reads one message. Fails only when the fixed part is cut short.
pub fn dissect<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Message<'a>, Truncated> {
    let at = *cur;
    let kind = MessageType(cur.u8()?);
    let mut message = Message {
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
    };
    match kind {
        MessageType::CR => {
            message.source_reference = Some(reference(cur)?);
            message.class(cur)?;
            message.variable(notes, cur, &[Part::Called, Part::Optional])?;
        }
        MessageType::CC => {
            message.references(cur)?;
            message.class(cur)?;
            message.variable(notes, cur, &[Part::Optional])?;
        }
        MessageType::CREF => {
            message.destination_reference = Some(reference(cur)?);
            message.cause = Some(cur.u8()?);
            message.variable(notes, cur, &[Part::Optional])?;
        }
        MessageType::RLSD => {
            message.references(cur)?;
            message.cause = Some(cur.u8()?);
            message.variable(notes, cur, &[Part::Optional])?;
        }
        MessageType::RLC | MessageType::RSC => message.references(cur)?,
        MessageType::RSR => {
            message.references(cur)?;
            message.cause = Some(cur.u8()?);
        }
        MessageType::DT1 => {
            message.destination_reference = Some(reference(cur)?);
            message.more_data = cur.u8()? & 1 != 0;
            message.variable(notes, cur, &[Part::Data])?;
        }
        MessageType::DT2 => {
            message.destination_reference = Some(reference(cur)?);
            let [_send, receive] = cur.array()?;
            message.more_data = receive & 1 != 0;
            message.variable(notes, cur, &[Part::Data])?;
        }
        MessageType::AK => {
            message.destination_reference = Some(reference(cur)?);
            cur.skip(2)?;
        }
        MessageType::ED => {
            message.destination_reference = Some(reference(cur)?);
            message.variable(notes, cur, &[Part::Data])?;
        }
        MessageType::EA => message.destination_reference = Some(reference(cur)?),
        MessageType::ERR => {
            message.destination_reference = Some(reference(cur)?);
            message.cause = Some(cur.u8()?);
        }
        MessageType::IT => {
            message.references(cur)?;
            message.class(cur)?;
            cur.skip(3)?;
        }
        MessageType::UDT => {
            message.class(cur)?;
            message.variable(notes, cur, &[Part::Called, Part::Calling, Part::Data])?;
        }
        MessageType::UDTS => {
            message.return_cause = Some(cur.u8()?);
            message.variable(notes, cur, &[Part::Called, Part::Calling, Part::Data])?;
        }
        MessageType::XUDT => {
            message.class(cur)?;
            message.hop_counter = Some(cur.u8()?);
            message.variable(notes, cur, EXTENDED)?;
        }
        MessageType::XUDTS => {
            message.return_cause = Some(cur.u8()?);
            message.hop_counter = Some(cur.u8()?);
            message.variable(notes, cur, EXTENDED)?;
        }
        MessageType::LUDT => {
            message.class(cur)?;
            message.hop_counter = Some(cur.u8()?);
            message.variable(notes, cur, LONG)?;
        }
        MessageType::LUDTS => {
            message.return_cause = Some(cur.u8()?);
            message.hop_counter = Some(cur.u8()?);
            message.variable(notes, cur, LONG)?;
        }
        _ => {
            notes.note(at.span_of(1), "sccp.message_type", Flaw::IllegalValue(u64::from(kind.0)));
        }
    }
    cur.take_rest();
    Ok(message)
}

/// What a pointer leads to (§1.4).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Called,
    Calling,
    Data,
    LongData,
    Optional,
}

const EXTENDED: &[Part] = &[Part::Called, Part::Calling, Part::Data, Part::Optional];
const LONG: &[Part] = &[Part::Called, Part::Calling, Part::LongData, Part::Optional];

/// A local reference (§3.2).
fn reference(cur: &mut Cursor<'_>) -> Result<u32, Truncated> {
    cur.array().map(|[a, b, c]| u32::from_le_bytes([a, b, c, 0]))
}

impl<'a> Message<'a> {
    fn references(&mut self, cur: &mut Cursor<'_>) -> Result<(), Truncated> {
        self.destination_reference = Some(reference(cur)?);
        self.source_reference = Some(reference(cur)?);
        Ok(())
    }

    /// §3.6.
    fn class(&mut self, cur: &mut Cursor<'_>) -> Result<(), Truncated> {
        let octet = cur.u8()?;
        self.class = Some(octet & 15);
        self.return_on_error = octet & 0x80 != 0;
        Ok(())
    }

    /// The pointers and what they lead to (§1.4 to §1.8).
    fn variable(
        &mut self,
        notes: &mut Anomalies,
        cur: &mut Cursor<'a>,
        parts: &[Part],
    ) -> Result<(), Truncated> {
        let long = parts.contains(&Part::LongData);
        for &part in parts {
            let at = *cur;
            // A pointer counts from its own last octet; two-octet ones (§1.4) have the least significant first.
            let (pointer, mut target) = if long {
                let [_, tail @ ..] = at.rest() else {
                    return Err(Truncated { at: at.offset(), missing: 2 });
                };
                let base = Cursor::at(tail, at.offset().saturating_add(1));
                (usize::from(cur.u16_le()?), base)
            } else {
                (usize::from(cur.u8()?), at)
            };
            if pointer == 0 {
                if part != Part::Optional {
                    notes.note(at.span_of(1), "sccp.pointer", Flaw::IllegalValue(0));
                }
                continue;
            }
            let length = match target.skip(pointer) {
                Ok(()) if part == Part::Optional => {
                    self.optional(notes, target);
                    continue;
                }
                Ok(()) if part == Part::LongData => target.u16_le().map(usize::from),
                Ok(()) => target.u8().map(usize::from),
                Err(cut) => Err(cut),
            };
            let Ok(length) = length else {
                notes.note(at.span_of(1), "sccp.pointer", Flaw::IllegalValue(pointer as u64));
                continue;
            };
            let (value, whole) = target.sub(length);
            if !whole {
                let missing = short(length.saturating_sub(value.len()));
                notes.note(value.span(), "sccp.length", Flaw::Truncated { missing });
            }
            match part {
                Part::Called => self.called = Some(address(notes, value)),
                Part::Calling => self.calling = Some(address(notes, value)),
                Part::Data | Part::LongData | Part::Optional => self.data = Some(value),
            }
        }
        Ok(())
    }

    /// The optional parameters: name, length, value, until the end of them (§3.1).
    fn optional(&mut self, notes: &mut Anomalies, mut cur: Cursor<'a>) {
        loop {
            let at = cur;
            let Ok(name) = cur.u8() else {
                notes.note(at.span(), "sccp.end_of_optional", Flaw::Missing);
                return;
            };
            if name == 0 {
                return;
            }
            let length = if name == 0x13 {
                cur.u16_le().map(usize::from)
            } else {
                cur.u8().map(usize::from)
            };
            let Ok(length) = length else {
                notes.note(at.span(), "sccp.length", Flaw::Truncated { missing: 1 });
                return;
            };
            let (mut value, whole) = cur.sub(length);
            if !whole {
                let missing = short(length.saturating_sub(value.len()));
                notes.note(at.span(), "sccp.length", Flaw::Truncated { missing });
            }
            match name {
                0x03 => self.called = Some(address(notes, value)),
                0x04 => self.calling = Some(address(notes, value)),
                0x0f | 0x13 => self.data = Some(value),
                0x10 => match segmentation(&mut value) {
                    Ok(segmentation) => self.segmentation = Some(segmentation),
                    Err(cut) => notes.note(
                        at.span_of(2),
                        "sccp.segmentation",
                        Flaw::Truncated { missing: cut.missing },
                    ),
                },
                0x11 => self.hop_counter = value.u8().ok(),
                0x12 => self.importance = value.u8().ok().map(|octet| octet & 7),
                _ => {}
            }
        }
    }
}

/// §3.17.
fn segmentation(cur: &mut Cursor<'_>) -> Result<Segmentation, Truncated> {
    let octet = cur.u8()?;
    Ok(Segmentation {
        first: octet & 0x80 != 0,
        class: octet >> 6 & 1,
        remaining: octet & 15,
        local_reference: reference(cur)?,
    })
}

#[cfg(test)]
mod tests;
