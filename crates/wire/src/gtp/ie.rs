//! Information elements: TV and TLV of v0 and v1 (TS 29.060 §7.7), TLIV of v2 (TS 29.274 §8.2).

use crate::{Cursor, Flaw, Span};

/// How information elements are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    V0,
    V1,
    V2,
}

/// One information element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ie<'a> {
    pub kind: u8,
    /// v2 only; 0 otherwise.
    pub instance: u8,
    pub value: Cursor<'a>,
}

/// Information elements in order, repeats kept, no heap. Ends at the first octet that cannot be read as one;
/// [`Ies::unread`] and [`Ies::defect`] then tell what is left and why.
#[derive(Clone, Copy, Debug)]
pub struct Ies<'a> {
    format: Format,
    cur: Cursor<'a>,
    defect: Option<(Span, Flaw)>,
}

impl<'a> Ies<'a> {
    pub const fn new(format: Format, cur: Cursor<'a>) -> Self {
        Self { format, cur, defect: None }
    }

    /// Octets that could not be read as information elements, once the iterator has ended.
    pub const fn unread(&self) -> Cursor<'a> {
        self.cur
    }

    /// What stopped the reading.
    pub const fn defect(&self) -> Option<(Span, Flaw)> {
        self.defect
    }

    /// The name of the field that [`Self::defect`] is about.
    pub const fn field(&self) -> &'static str {
        match self.format {
            Format::V0 => "gtpv0.ie_length",
            Format::V1 => "gtpv1.ie_length",
            Format::V2 => "gtpv2.ie_length",
        }
    }

    fn read(&mut self) -> Result<Ie<'a>, Flaw> {
        let mut cur = self.cur;
        let truncated = |missing| Flaw::Truncated { missing };
        let kind = cur.u8().map_err(|cut| truncated(cut.missing))?;
        let mut instance = 0;
        let len = match self.format {
            Format::V2 => {
                let len = cur.u16().map_err(|cut| truncated(cut.missing))?;
                instance = cur.u8().map_err(|cut| truncated(cut.missing))? & 15;
                usize::from(len)
            }
            format if kind < 128 => {
                let len = fixed_len(format, kind);
                usize::from(len.ok_or(Flaw::IllegalValue(u64::from(kind)))?)
            }
            // Extension Header Type List (TS 29.060 §7.7.40): the one with a length of a single octet.
            Format::V1 if kind == 141 => {
                usize::from(cur.u8().map_err(|cut| truncated(cut.missing))?)
            }
            _ => usize::from(cur.u16().map_err(|cut| truncated(cut.missing))?),
        };
        match cur.sub(len) {
            (value, true) => {
                self.cur = cur;
                Ok(Ie { kind, instance, value })
            }
            (value, false) => {
                let missing = len.saturating_sub(value.len());
                Err(truncated(crate::cursor::short(missing)))
            }
        }
    }
}

/// Grouped elements inside grouped elements that are opened: the specification needs two levels.
pub(super) const MAX_DEPTH: u8 = 4;

impl<'a> Ies<'a> {
    /// Shows every element, those inside others behind them, as far as they can be read: depth and element.
    pub fn walk(self, show: &mut dyn FnMut(u8, Ie<'a>)) {
        self.walk_from(0, show);
    }

    fn walk_from(self, depth: u8, show: &mut dyn FnMut(u8, Ie<'a>)) {
        for ie in self {
            show(depth, ie);
            if self.format == Format::V2 && is_grouped(ie.kind) && depth < MAX_DEPTH {
                Self::new(Format::V2, ie.value).walk_from(depth.saturating_add(1), show);
            }
        }
    }
}

impl<'a> Iterator for Ies<'a> {
    type Item = Ie<'a>;

    fn next(&mut self) -> Option<Ie<'a>> {
        if self.cur.is_empty() || self.defect.is_some() {
            return None;
        }
        match self.read() {
            Ok(ie) => Some(ie),
            Err(flaw) => {
                self.defect = Some((self.cur.span(), flaw));
                None
            }
        }
    }
}

/// Whether a v2 type holds further elements (TS 29.274 table 8.1-1, "Grouped").
pub const fn is_grouped(kind: u8) -> bool {
    matches!(kind, 93 | 109 | 180 | 181 | 191 | 195 | 208 | 209 | 214)
}

/// Octets of value of the types below 128, which carry no length (TS 29.060 table 37, GSM 09.60 table 38).
pub(super) const fn fixed_len(format: Format, kind: u8) -> Option<u8> {
    let v0 = matches!(format, Format::V0);
    Some(match kind {
        // Cause, reordering, MAP cause, MS validated, recovery, selection mode, teardown or reason, NSAPI, RANAP cause,
        // radio priorities, MS not reachable, packet transfer command.
        1 | 8 | 11 | 13 | 14 | 15 | 19 | 20 | 21 | 23 | 24 | 29 | 126 => 1,
        // IMSI; routing area identity.
        2 => 8,
        3 => 6,
        // TLLI, P-TMSI, charging id.
        4 | 5 | 127 => 4,
        // QoS profile of v0; P-TMSI signature.
        6 | 12 => 3,
        // Authentication triplet.
        9 => 28,
        // Flow labels of two octets became TEIDs of four.
        16 | 17 if v0 => 2,
        16 | 17 => 4,
        18 if v0 => 3,
        18 => 5,
        // RAB context.
        22 => 9,
        // Packet flow id, charging characteristics, trace reference and type.
        25..=28 => 2,
        _ => return None,
    })
}
