//! ISUP and BICC: calls over circuits, and whom they connect.
//!
//! Spec: ITU-T Q.763 (`§` below), ANSI T1.113.3 where it differs, Q.1902.3 (BICC: the same messages, a longer circuit code).

mod layout;
mod names;

use smallvec::SmallVec;

use crate::cursor::short;
use crate::sccp::Digits;
use crate::{Anomalies, Cursor, Flaw, Truncated};

use layout::layout;
pub use names::{cause_name, name, parameter_name};

/// Numbers of one message that are kept; one has a handful.
pub const MAX_NUMBERS: usize = 16;
/// Parameters of one message that are read.
const MAX_PARAMETERS: usize = 128;

/// Whose messages: circuit code and one message differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// Circuit code of 12 bits.
    Itu,
    /// Circuit code of 14 bits; the initial address message has another shape.
    Ansi,
    /// Call instance code of 32 bits.
    Bicc,
}

/// One message.
#[derive(Clone, Debug, PartialEq)]
pub struct Message<'a> {
    /// Circuit identification code (§1.2), or call instance code of BICC.
    pub cic: u32,
    pub kind: u8,
    /// Calling party's category (§3.11).
    pub category: Option<u8>,
    /// Cause value (§3.12, Q.850) and location.
    pub cause: Option<u8>,
    pub cause_location: Option<u8>,
    pub numbers: SmallVec<[Number; 2]>,
    /// From behind the message type.
    pub body: Cursor<'a>,
}

/// A number of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// Code of the parameter (table 5).
    pub parameter: u8,
    /// Nature of address: 3 national, 4 international.
    pub nai: Option<u8>,
    /// Numbering plan: 1 E.164.
    pub npi: Option<u8>,
    /// Address presentation: 1 restricted.
    pub presentation: Option<u8>,
    /// Without the signal that ends them.
    pub digits: Digits,
}

impl Number {
    /// What the number is, as ASN.1 of INAP spells it.
    pub const fn role(&self) -> &'static str {
        match self.parameter {
            parameter::CALLED => "calledPartyNumber",
            parameter::SUBSEQUENT => "subsequentNumber",
            parameter::CALLING => "callingPartyNumber",
            parameter::REDIRECTING => "redirectingNumber",
            parameter::REDIRECTION => "redirectionNumber",
            parameter::CONNECTED => "connectedNumber",
            parameter::ORIGINAL_CALLED => "originalCalledNumber",
            parameter::LOCATION => "locationNumber",
            parameter::TRANSFER => "callTransferNumber",
            parameter::CALLED_IN => "calledINNumber",
            parameter::CHARGE => "chargeNumber",
            _ => "genericNumber",
        }
    }
}

/// Parameters that are read in value (table 5).
mod parameter {
    pub(super) const CALLED: u8 = 0x04;
    pub(super) const SUBSEQUENT: u8 = 0x05;
    pub(super) const CATEGORY: u8 = 0x09;
    pub(super) const CALLING: u8 = 0x0a;
    pub(super) const REDIRECTING: u8 = 0x0b;
    pub(super) const REDIRECTION: u8 = 0x0c;
    pub(super) const CAUSE: u8 = 0x12;
    pub(super) const CONNECTED: u8 = 0x21;
    pub(super) const ORIGINAL_CALLED: u8 = 0x28;
    pub(super) const LOCATION: u8 = 0x3f;
    pub(super) const TRANSFER: u8 = 0x45;
    pub(super) const CALLED_IN: u8 = 0x6f;
    pub(super) const GENERIC: u8 = 0xc0;
    pub(super) const CHARGE: u8 = 0xeb;
}

/// Is this plausibly ISUP, in whatever flavour has a circuit code of two octets?
pub fn probe(bytes: &[u8]) -> bool {
    holds(bytes, Flavour::Itu) || holds(bytes, Flavour::Ansi)
}

/// Whether a message has the parts that its type has, and ends where they do.
fn holds(bytes: &[u8], flavour: Flavour) -> bool {
    sense(bytes, flavour).is_some()
}

/// `None` where a message does not hold; else whether the number that it calls, if any, is one.
fn sense(bytes: &[u8], flavour: Flavour) -> Option<bool> {
    let mut notes = Anomalies::default();
    let message = dissect(&mut notes, &mut Cursor::new(bytes), flavour).ok()?;
    let holds = name(message.kind) != "unknown" && notes.is_empty();
    let called = message.numbers.iter().find(|number| number.parameter == parameter::CALLED);
    holds.then(|| {
        called.is_none_or(|number| {
            let digits = number.digits.as_str();
            !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
        })
    })
}

/// The flavour between point codes of 24 bits: ITU's (China) unless only ANSI's reading makes sense.
pub fn guess(bytes: &[u8]) -> Flavour {
    let (itu, ansi) = (sense(bytes, Flavour::Itu), sense(bytes, Flavour::Ansi));
    // The initial address messages of both may read the same; then ITU's has its number right behind the pointers.
    let gap = matches!(bytes, [_, _, 1, _, _, _, _, 3, pointer, ..] if *pointer != 2);
    // `None` is less than `false`, and that less than `true`.
    if itu < ansi || gap && itu == ansi { Flavour::Ansi } else { Flavour::Itu }
}

/// Reads one message (§1). Fails only when circuit code or message type are cut short.
pub fn dissect<'a>(
    notes: &mut Anomalies,
    cur: &mut Cursor<'a>,
    flavour: Flavour,
) -> Result<Message<'a>, Truncated> {
    let cic = match flavour {
        Flavour::Itu => u32::from(cur.u16_le()? & 0x0fff),
        Flavour::Ansi => u32::from(cur.u16_le()? & 0x3fff),
        Flavour::Bicc => cur.u32_le()?,
    };
    let at = *cur;
    let kind = cur.u8()?;
    let mut message = Message {
        cic,
        kind,
        category: None,
        cause: None,
        cause_location: None,
        numbers: SmallVec::new(),
        body: *cur,
    };
    match layout(kind, flavour) {
        Some(layout) => {
            if let Err(cut) = message.parts(notes, *cur, layout) {
                notes.note(at.span(), "isup.parameter", Flaw::Truncated { missing: cut.missing });
            }
        }
        None if name(kind) == "unknown" => {
            notes.note(at.span_of(1), "isup.message_type", Flaw::IllegalValue(u64::from(kind)));
        }
        None => {}
    }
    cur.take_rest();
    Ok(message)
}

impl Message<'_> {
    /// Mandatory parameters of fixed length, pointers, and what they lead to (§1.5 to §1.8).
    fn parts(
        &mut self,
        notes: &mut Anomalies,
        mut cur: Cursor<'_>,
        layout: &layout::Layout,
    ) -> Result<(), Truncated> {
        for (parameter, len) in layout.fixed {
            let value = Cursor::new(cur.take(usize::from(*len))?);
            self.take(notes, *parameter, value);
        }
        let mut end = cur.offset();
        for parameter in layout.variable {
            let Some(mut value) = pointed(notes, &mut cur)? else {
                notes.note(cur.span_of(0), "isup.pointer", Flaw::Missing);
                continue;
            };
            let length = usize::from(value.u8()?);
            let (value, whole) = value.sub(length);
            if !whole {
                let missing = short(length.saturating_sub(value.len()));
                notes.note(value.span(), "isup.parameter_length", Flaw::Truncated { missing });
            }
            end = end.max(value.offset().saturating_add(short(value.len())));
            self.take(notes, *parameter, value);
        }
        if layout.optional
            && let Some(optional) = pointed(notes, &mut cur)?
        {
            end = end.max(self.optional(notes, optional));
        }
        end = end.max(cur.offset());
        let left = short(cur.len()).saturating_sub(end.saturating_sub(cur.offset()));
        // Two octets may be the check bits of the link.
        if left > 2 {
            let at = crate::Span { start: end, len: left };
            notes.note(at, "isup.trailing", Flaw::Trailing(left));
        }
        Ok(())
    }

    /// Name, length, value, until the end of them (§1.8). Where that is.
    fn optional(&mut self, notes: &mut Anomalies, mut cur: Cursor<'_>) -> u32 {
        for _ in 0..MAX_PARAMETERS {
            let at = cur;
            let Ok(parameter) = cur.u8() else {
                notes.note(at.span(), "isup.end_of_optional", Flaw::Missing);
                return cur.offset();
            };
            if parameter == 0 {
                return cur.offset();
            }
            let Ok(length) = cur.u8() else {
                notes.note(at.span(), "isup.parameter_length", Flaw::Truncated { missing: 1 });
                return cur.offset();
            };
            let length = usize::from(length);
            let (value, whole) = cur.sub(length);
            if !whole {
                let missing = short(length.saturating_sub(value.len()));
                notes.note(at.span(), "isup.parameter_length", Flaw::Truncated { missing });
            }
            self.take(notes, parameter, value);
        }
        notes.note(cur.span(), "isup.parameter", Flaw::TooMany);
        cur.offset()
    }

    fn take(&mut self, notes: &mut Anomalies, code: u8, value: Cursor<'_>) {
        let number = match code {
            parameter::CATEGORY => {
                self.category = value.peek();
                return;
            }
            parameter::CAUSE => {
                if let Ok((location, cause)) = cause(value) {
                    (self.cause_location, self.cause) = (Some(location), Some(cause));
                }
                return;
            }
            parameter::CALLED
            | parameter::SUBSEQUENT
            | parameter::CALLING
            | parameter::REDIRECTING
            | parameter::REDIRECTION
            | parameter::CONNECTED
            | parameter::ORIGINAL_CALLED
            | parameter::LOCATION
            | parameter::TRANSFER
            | parameter::CALLED_IN
            | parameter::GENERIC
            | parameter::CHARGE => number(code, value),
            _ => return,
        };
        match number {
            Ok(number) if self.numbers.len() < MAX_NUMBERS => self.numbers.push(number),
            Ok(_) => notes.note(value.span(), "isup.number", Flaw::TooMany),
            Err(cut) => {
                notes.note(value.span(), "isup.number", Flaw::Truncated { missing: cut.missing });
            }
        }
    }
}

/// Where the next pointer leads: it counts from itself (§1.7). `None` for zero and for what is outside, which is noted.
fn pointed<'a>(
    notes: &mut Anomalies,
    cur: &mut Cursor<'a>,
) -> Result<Option<Cursor<'a>>, Truncated> {
    let mut target = *cur;
    let pointer = cur.u8()?;
    if pointer == 0 {
        return Ok(None);
    }
    if target.skip(usize::from(pointer)).is_err() {
        notes.note(cur.span_of(0), "isup.pointer", Flaw::IllegalValue(u64::from(pointer)));
        return Ok(None);
    }
    Ok(Some(target))
}

/// §3.12: coding standard and location, perhaps a recommendation, the cause value.
fn cause(mut cur: Cursor<'_>) -> Result<(u8, u8), Truncated> {
    let first = cur.u8()?;
    if first & 0x80 == 0 {
        cur.skip(1)?;
    }
    Ok((first & 15, cur.u8()? & 0x7f))
}

/// §3.9, §3.10, §3.26, §3.30, §3.44…: they have the same form, but that a generic number begins with its qualifier and a
/// subsequent one has neither nature nor plan.
fn number(parameter: u8, mut cur: Cursor<'_>) -> Result<Number, Truncated> {
    if parameter == parameter::GENERIC {
        cur.skip(1)?;
    }
    let first = cur.u8()?;
    let odd = first & 0x80 != 0;
    if parameter == parameter::SUBSEQUENT {
        let digits = Digits::from_bcd(cur.rest(), odd);
        return Ok(Number { parameter, nai: None, npi: None, presentation: None, digits });
    }
    let second = cur.u8()?;
    Ok(Number {
        parameter,
        nai: Some(first & 0x7f),
        npi: Some(second >> 4 & 7),
        // What the called number has there is spare.
        presentation: (parameter != parameter::CALLED).then_some(second >> 2 & 3),
        digits: Digits::from_bcd(cur.rest(), odd),
    })
}

#[cfg(test)]
mod tests;
