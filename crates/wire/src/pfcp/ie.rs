//! Information elements of PFCP: type and length of two octets, a vendor's number where the type says so (§8.1.1).

use crate::cursor::short;
use crate::{Cursor, Flaw, Span};

/// One information element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ie<'a> {
    pub kind: u16,
    /// Whose element it is; types from 32768 on are not of 3GPP.
    pub enterprise: Option<u16>,
    pub value: Cursor<'a>,
}

/// Information elements in order, repeats kept, no heap. Ends at the first octet that cannot be read as one;
/// [`Ies::unread`] and [`Ies::defect`] then tell what is left and why.
#[derive(Clone, Copy, Debug)]
pub struct Ies<'a> {
    cur: Cursor<'a>,
    defect: Option<(Span, Flaw)>,
}

impl<'a> Ies<'a> {
    /// Groups inside groups that are opened: the specification needs three levels.
    pub const MAX_DEPTH: u8 = 6;

    pub const fn new(cur: Cursor<'a>) -> Self {
        Self { cur, defect: None }
    }

    /// Octets that could not be read as information elements, once the iterator has ended.
    pub const fn unread(&self) -> Cursor<'a> {
        self.cur
    }

    /// What stopped the reading.
    pub const fn defect(&self) -> Option<(Span, Flaw)> {
        self.defect
    }

    /// Shows every element, those inside others behind them, as far as they can be read: depth and element.
    pub fn walk(self, show: &mut dyn FnMut(u8, Ie<'a>)) {
        self.walk_from(0, show);
    }

    fn walk_from(self, depth: u8, show: &mut dyn FnMut(u8, Ie<'a>)) {
        for ie in self {
            show(depth, ie);
            if is_grouped(ie.kind) && depth < Self::MAX_DEPTH {
                Self::new(ie.value).walk_from(depth.saturating_add(1), show);
            }
        }
    }

    fn read(&mut self) -> Result<Ie<'a>, Flaw> {
        let mut cur = self.cur;
        let cut = |missing| Flaw::Truncated { missing };
        let kind = cur.u16().map_err(|error| cut(error.missing))?;
        let len = usize::from(cur.u16().map_err(|error| cut(error.missing))?);
        let (mut value, whole) = cur.sub(len);
        if !whole {
            return Err(cut(short(len.saturating_sub(value.len()))));
        }
        let mut enterprise = None;
        if kind & 0x8000 != 0 {
            enterprise = Some(value.u16().map_err(|error| cut(error.missing))?);
        }
        self.cur = cur;
        Ok(Ie { kind, enterprise, value })
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

/// Whether an element holds further elements (table 8.1.2-1, "Grouped").
pub const fn is_grouped(kind: u16) -> bool {
    matches!(
        kind,
        1..=18 | 51 | 54 | 58 | 59 | 68 | 77..=80 | 83 | 85..=87 | 99 | 102 | 105 | 118 | 127..=130 | 132 | 143
            | 147 | 165..=169 | 175 | 176 | 183 | 187..=190 | 195 | 199..=201 | 203 | 205 | 211..=214 | 216
            | 218 | 220 | 221 | 225..=227 | 233 | 238..=240 | 242 | 247 | 252 | 254..=256 | 261 | 263 | 264
            | 267 | 270..=273 | 276 | 277 | 279 | 290 | 295 | 300..=304 | 310 | 311 | 315 | 316
    )
}
