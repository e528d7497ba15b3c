//! MTP2: the signal units of a link.
//!
//! Spec: ITU-T Q.703 §2.2, §2.3, §11; Annex A for sequence numbers of 12 bits.

use crate::cursor::short;
use crate::{Anomalies, Cursor, Flaw, Truncated};

/// A signal unit between two flags, without the check bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalUnit<'a> {
    /// Backward and forward sequence number with their indicator bits.
    pub bsn: u16,
    pub bib: bool,
    pub fsn: u16,
    pub fib: bool,
    /// Length indicator.
    pub li: u16,
    /// Sequence numbers have 12 bits, the length 9.
    pub extended: bool,
    pub unit: Unit<'a>,
    /// The check bits, where the capture kept them.
    pub fcs: Option<u16>,
}

/// What a signal unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit<'a> {
    /// It only fills the line (FISU).
    FillIn,
    /// It says how the link is (LSSU).
    Status(StatusIndication),
    /// A message of MTP3, from the service information octet on (MSU).
    Message(Cursor<'a>),
}

/// Q.703 §11.1.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusIndication(pub u8);

impl StatusIndication {
    /// `SIO` out of alignment, `SIN` normal, `SIE` emergency, `SIOS` out of service, `SIPO` processor outage, `SIB` busy.
    pub const fn name(self) -> &'static str {
        match self.0 & 7 {
            0 => "SIO",
            1 => "SIN",
            2 => "SIE",
            3 => "SIOS",
            4 => "SIPO",
            5 => "SIB",
            _ => "unknown",
        }
    }
}

/// Octets of check bits.
const FCS: usize = 2;

/// Reads a signal unit. `extended` is what the capture says of the sequence numbers; where it says nothing they are
/// short ones, unless only the long ones give a length that is right.
pub fn signal_unit<'a>(
    notes: &mut Anomalies,
    cur: &mut Cursor<'a>,
    extended: Option<bool>,
) -> Result<SignalUnit<'a>, Truncated> {
    let at = *cur;
    let extended = extended.unwrap_or_else(|| !length_holds(at, false) && length_holds(at, true));
    let (bsn, bib, fsn, fib, li) = if extended {
        let (backward, forward, li) = (cur.u16_le()?, cur.u16_le()?, cur.u16_le()?);
        let indicator = |word: u16| word & 0x8000 != 0;
        (backward & 0xfff, indicator(backward), forward & 0xfff, indicator(forward), li & 0x1ff)
    } else {
        let [backward, forward, li] = cur.array()?;
        let number = |octet: u8| u16::from(octet & 0x7f);
        let indicator = |octet: u8| octet & 0x80 != 0;
        (
            number(backward),
            indicator(backward),
            number(forward),
            indicator(forward),
            u16::from(li & 0x3f),
        )
    };
    let long = if extended { 511 } else { 63 };
    // The largest length stands for that many or more; then nothing says whether check bits are there.
    let wanted = if li == long { cur.len() } else { usize::from(li) };
    let (mut body, whole) = cur.sub(wanted);
    if !whole {
        let missing = short(wanted.saturating_sub(body.len()));
        notes.note(at.span(), "mtp2.li", Flaw::Truncated { missing });
    }
    let fcs = if cur.len() == FCS { cur.u16_le().ok() } else { None };
    if !cur.is_empty() {
        let (found, expected) = (u64::from(li), body.len().saturating_add(cur.len()) as u64);
        notes.note(at.span(), "mtp2.li", Flaw::Disagrees { found, expected });
        cur.take_rest();
    }
    let unit = match li {
        0 => Unit::FillIn,
        1 | 2 => Unit::Status(StatusIndication(body.u8()?)),
        _ => Unit::Message(body),
    };
    Ok(SignalUnit { bsn, bib, fsn, fib, li, extended, unit, fcs })
}

/// Whether the length indicator fits what is there, with check bits or without.
fn length_holds(cur: Cursor<'_>, extended: bool) -> bool {
    let (header, li, long) = match (extended, cur.rest()) {
        (false, [_, _, li, ..]) => (3, usize::from(li & 0x3f), 63),
        (true, [_, _, _, _, low, high, ..]) => {
            (6, usize::from(u16::from_le_bytes([*low, *high]) & 0x1ff), 511)
        }
        _ => return false,
    };
    let left = cur.len().saturating_sub(header);
    if li == long { left >= long } else { left == li || left == li.saturating_add(FCS) }
}
