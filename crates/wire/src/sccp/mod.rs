//! SCCP: who a signalling message is for, and whom it is from.
//!
//! Spec: ITU-T Q.713 (03/2001). `§` below means a section of it. ANSI T1.112.3 has the same messages; what differs is the
//! address, which [`dissect_as`] is told about.

mod address;
mod digits;
mod management;
mod names;
mod user;

use crate::cursor::short;
use crate::mtp3::Variant;
use crate::{Anomalies, Cursor, Flaw, Span, Truncated};

use address::address;
pub use address::{Address, GlobalTitle, ssn_name};
pub use digits::Digits;
pub use management::{Management, management};
pub use names::{cause_name, return_cause_name};
pub use user::{user, user_between, user_message};

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
    /// P(S) and P(R) of DT2 and IT, P(R) of AK (§3.8, §3.9).
    pub send_sequence: Option<u8>,
    pub receive_sequence: Option<u8>,
    /// §3.10.
    pub credit: Option<u8>,
    pub hop_counter: Option<u8>,
    pub importance: Option<u8>,
    pub segmentation: Option<Segmentation>,
    /// Local references of a connection (§3.2, §3.3).
    pub destination_reference: Option<u32>,
    pub source_reference: Option<u32>,
    /// Refusal, release, reset or error cause of a connection (§3.11, §3.13 to §3.15); its name with [`cause_name`].
    pub cause: Option<u8>,
    /// DT1 and DT2: more segments follow (§3.7); the segments of a connection are not put together here.
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

/// Is this plausibly SCCP? A message type, and pointers and lengths that hold.
pub fn probe(bytes: &[u8]) -> bool {
    probe_as(bytes, Variant::Itu)
}

/// [`probe`], with addresses read as they are in this kind of network.
pub fn probe_as(bytes: &[u8], variant: Variant) -> bool {
    let mut notes = Anomalies::default();
    let mut parts = Parts { notes: &mut notes, variant, end: 0, loose: false };
    let message = read(&mut parts, &mut Cursor::new(bytes));
    !parts.loose
        && message.is_ok_and(|message| message.kind.name() != "unknown")
        && !notes
            .as_slice()
            .iter()
            .any(|note| matches!(note.field, "sccp.pointer" | "sccp.length" | "sccp.trailing"))
}

/// How the addresses of a message are coded that travels between point codes of more than 14 bits, or between none that
/// are known. ANSI where an address says so itself and reads as such; what China and Japan do only where an address has
/// a point code that makes sense in their size and not in ITU's; ITU otherwise.
pub fn guess(bytes: &[u8], wide: &[Variant]) -> Variant {
    let holds = |variant| {
        let mut notes = Anomalies::default();
        let message = dissect_as(&mut notes, &mut Cursor::new(bytes), variant);
        message.ok().filter(|message| message.addresses().all(Address::makes_sense)).is_some()
            && notes.is_empty()
    };
    let national = dissect(&mut Anomalies::default(), &mut Cursor::new(bytes))
        .is_ok_and(|message| message.addresses().any(Address::is_national));
    wide.iter()
        .copied()
        .find(|variant| {
            if *variant == Variant::Ansi {
                national && holds(*variant)
            } else {
                !national && holds(*variant) && !holds(Variant::Itu)
            }
        })
        .unwrap_or(Variant::Itu)
}

/// Reads one message with addresses as ITU-T has them. Fails only when the fixed part is cut short.
pub fn dissect<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Message<'a>, Truncated> {
    dissect_as(notes, cur, Variant::Itu)
}

/// Reads one message with addresses as they are in this kind of network.
pub fn dissect_as<'a>(
    notes: &mut Anomalies,
    cur: &mut Cursor<'a>,
    variant: Variant,
) -> Result<Message<'a>, Truncated> {
    read(&mut Parts { notes, variant, end: 0, loose: false }, cur)
}

fn read<'a>(parts: &mut Parts<'_>, cur: &mut Cursor<'a>) -> Result<Message<'a>, Truncated> {
    let at = *cur;
    let kind = MessageType(cur.u8()?);
    let mut message = Message::new(kind);
    match kind {
        MessageType::CR => {
            message.source_reference = Some(reference(cur)?);
            message.class(cur)?;
            message.variable(parts, cur, &[Part::Called, Part::Optional])?;
        }
        MessageType::CC => {
            message.references(cur)?;
            message.class(cur)?;
            message.variable(parts, cur, &[Part::Optional])?;
        }
        MessageType::CREF => {
            message.destination_reference = Some(reference(cur)?);
            message.cause = Some(cur.u8()?);
            message.variable(parts, cur, &[Part::Optional])?;
        }
        MessageType::RLSD => {
            message.references(cur)?;
            message.cause = Some(cur.u8()?);
            message.variable(parts, cur, &[Part::Optional])?;
        }
        MessageType::RLC | MessageType::RSC => message.references(cur)?,
        MessageType::RSR => {
            message.references(cur)?;
            message.cause = Some(cur.u8()?);
        }
        MessageType::DT1 => {
            message.destination_reference = Some(reference(cur)?);
            message.more_data = cur.u8()? & 1 != 0;
            message.variable(parts, cur, &[Part::Data])?;
        }
        MessageType::DT2 => {
            message.destination_reference = Some(reference(cur)?);
            message.sequencing(cur)?;
            message.variable(parts, cur, &[Part::Data])?;
        }
        MessageType::AK => {
            message.destination_reference = Some(reference(cur)?);
            message.receive_sequence = Some(cur.u8()? >> 1);
            message.credit = Some(cur.u8()?);
        }
        MessageType::ED => {
            message.destination_reference = Some(reference(cur)?);
            message.variable(parts, cur, &[Part::Data])?;
        }
        MessageType::EA => message.destination_reference = Some(reference(cur)?),
        MessageType::ERR => {
            message.destination_reference = Some(reference(cur)?);
            message.cause = Some(cur.u8()?);
        }
        MessageType::IT => {
            message.references(cur)?;
            message.class(cur)?;
            message.sequencing(cur)?;
            message.credit = Some(cur.u8()?);
        }
        MessageType::UDT => {
            message.class(cur)?;
            message.variable(parts, cur, &[Part::Called, Part::Calling, Part::Data])?;
        }
        MessageType::UDTS => {
            message.return_cause = Some(cur.u8()?);
            message.variable(parts, cur, &[Part::Called, Part::Calling, Part::Data])?;
        }
        MessageType::XUDT => {
            message.class(cur)?;
            message.hop_counter = Some(cur.u8()?);
            message.variable(parts, cur, EXTENDED)?;
        }
        MessageType::XUDTS => {
            message.return_cause = Some(cur.u8()?);
            message.hop_counter = Some(cur.u8()?);
            message.variable(parts, cur, EXTENDED)?;
        }
        MessageType::LUDT => {
            message.class(cur)?;
            message.hop_counter = Some(cur.u8()?);
            message.variable(parts, cur, LONG)?;
        }
        MessageType::LUDTS => {
            message.return_cause = Some(cur.u8()?);
            message.hop_counter = Some(cur.u8()?);
            message.variable(parts, cur, LONG)?;
        }
        _ => {
            parts.notes.note(
                at.span_of(1),
                "sccp.message_type",
                Flaw::IllegalValue(u64::from(kind.0)),
            );
            cur.take_rest();
        }
    }
    let parts_end = parts.end.max(cur.offset());
    let left = cur.offset().saturating_add(short(cur.len())).saturating_sub(parts_end);
    if LINK_CHECK_OCTETS < left {
        let at = Span { start: parts_end, len: left };
        parts.notes.note(at, "sccp.trailing", Flaw::Trailing(left));
    }
    cur.take_rest();
    Ok(message)
}

/// Check bits of a link that a capture left behind the last message of it.
const LINK_CHECK_OCTETS: u32 = 2;

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

/// What the parts of a message are read with.
struct Parts<'n> {
    notes: &'n mut Anomalies,
    variant: Variant,
    /// Where the part ends that ends last.
    end: u32,
    /// The first part does not stand right behind the pointers: allowed, and nobody does it.
    loose: bool,
}

impl Parts<'_> {
    fn until(&mut self, cur: &Cursor<'_>) {
        self.end = self.end.max(cur.offset());
    }
}

impl<'a> Message<'a> {
    /// Nothing but its type: what other protocols that carry SCCP's users fill in.
    pub const fn new(kind: MessageType) -> Self {
        Self {
            kind,
            class: None,
            return_on_error: false,
            called: None,
            calling: None,
            return_cause: None,
            send_sequence: None,
            receive_sequence: None,
            credit: None,
            hop_counter: None,
            importance: None,
            segmentation: None,
            destination_reference: None,
            source_reference: None,
            cause: None,
            more_data: false,
            data: None,
        }
    }

    fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.called.iter().chain(&self.calling)
    }

    /// Sequencing/segmenting (§3.9): P(S), P(R) and whether more follows.
    fn sequencing(&mut self, cur: &mut Cursor<'_>) -> Result<(), Truncated> {
        let [send, receive] = cur.array()?;
        self.send_sequence = Some(send >> 1);
        self.receive_sequence = Some(receive >> 1);
        self.more_data = receive & 1 != 0;
        Ok(())
    }

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
        with: &mut Parts<'_>,
        cur: &mut Cursor<'a>,
        parts: &[Part],
    ) -> Result<(), Truncated> {
        let long = parts.contains(&Part::LongData);
        let mut first = true;
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
            if first {
                let nearest = parts.len().saturating_mul(if long { 2 } else { 1 });
                with.loose = pointer != 0 && pointer != nearest.saturating_sub(usize::from(long));
                first = false;
            }
            if pointer == 0 {
                if part != Part::Optional {
                    with.notes.note(at.span_of(1), "sccp.pointer", Flaw::IllegalValue(0));
                }
                continue;
            }
            let length = match target.skip(pointer) {
                Ok(()) if part == Part::Optional => {
                    self.optional(with, target);
                    continue;
                }
                Ok(()) if part == Part::LongData => target.u16_le().map(usize::from),
                Ok(()) => target.u8().map(usize::from),
                Err(cut) => Err(cut),
            };
            let Ok(length) = length else {
                with.notes.note(at.span_of(1), "sccp.pointer", Flaw::IllegalValue(pointer as u64));
                continue;
            };
            let (value, whole) = target.sub(length);
            with.until(&target);
            if !whole {
                let missing = short(length.saturating_sub(value.len()));
                with.notes.note(value.span(), "sccp.length", Flaw::Truncated { missing });
            }
            match part {
                Part::Called => self.called = Some(address(with.notes, value, with.variant)),
                Part::Calling => self.calling = Some(address(with.notes, value, with.variant)),
                Part::Data | Part::LongData | Part::Optional => self.data = Some(value),
            }
        }
        Ok(())
    }

    /// The optional parameters: name, length, value, until the end of them (§3.1).
    fn optional(&mut self, with: &mut Parts<'_>, mut cur: Cursor<'a>) {
        loop {
            let at = cur;
            let Ok(name) = cur.u8() else {
                with.notes.note(at.span(), "sccp.end_of_optional", Flaw::Missing);
                return;
            };
            if name == 0 {
                with.until(&cur);
                return;
            }
            let length = if name == 0x13 {
                cur.u16_le().map(usize::from)
            } else {
                cur.u8().map(usize::from)
            };
            let Ok(length) = length else {
                with.notes.note(at.span(), "sccp.length", Flaw::Truncated { missing: 1 });
                return;
            };
            let (mut value, whole) = cur.sub(length);
            if !whole {
                let missing = short(length.saturating_sub(value.len()));
                with.notes.note(at.span(), "sccp.length", Flaw::Truncated { missing });
            }
            match name {
                0x03 => self.called = Some(address(with.notes, value, with.variant)),
                0x04 => self.calling = Some(address(with.notes, value, with.variant)),
                0x0f | 0x13 => self.data = Some(value),
                0x10 => match segmentation(&mut value) {
                    Ok(segmentation) => self.segmentation = Some(segmentation),
                    Err(cut) => with.notes.note(
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
