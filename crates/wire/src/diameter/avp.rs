//! Attribute-value pairs (RFC 6733 §4).

use std::fmt;

use super::dictionary::{DataType, entry};
use super::facts::MAX_DEPTH;
use crate::cursor::short;
use crate::{Cursor, Flaw, Span};

/// Which AVP: code and vendor, 0 for the IETF's space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AvpId {
    pub vendor: u32,
    pub code: u32,
}

impl fmt::Display for AvpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.vendor {
            0 => write!(f, "{}", self.code),
            vendor => write!(f, "{vendor}:{}", self.code),
        }
    }
}

/// One AVP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Avp<'a> {
    pub id: AvpId,
    pub flags: u8,
    pub value: Cursor<'a>,
    /// Padding that is not zero, as the specification wants it: a place to hide octets.
    pub odd_padding: bool,
}

impl<'a> Avp<'a> {
    /// The AVPs inside, for those that are grouped.
    pub const fn group(&self) -> Avps<'a> {
        Avps::new(self.value)
    }

    /// Value of a four-octet number.
    pub fn number(&self) -> Option<u32> {
        let mut cur = self.value;
        cur.u32().ok().filter(|_| cur.is_empty())
    }
}

/// Every AVP below these in the order of the octets, with its depth from 0: groups are followed as far as the dictionary
/// knows them and [`super::facts::MAX_DEPTH`] allows.
pub(super) fn walk<'a>(avps: Avps<'a>, depth: u8, visit: &mut impl FnMut(u8, &Avp<'a>)) {
    for avp in avps {
        visit(depth, &avp);
        let known = entry(avp.id.vendor, avp.id.code);
        if depth < MAX_DEPTH && known.is_some_and(|known| known.data_type == DataType::Grouped) {
            walk(avp.group(), depth.saturating_add(1), visit);
        }
    }
}

/// AVPs in order, repeats kept, no heap. Ends at the first that cannot be read; [`Avps::defect`] then tells why.
#[derive(Clone, Copy, Debug)]
pub struct Avps<'a> {
    cur: Cursor<'a>,
    defect: Option<(Span, Flaw)>,
}

impl<'a> Avps<'a> {
    pub const fn new(cur: Cursor<'a>) -> Self {
        Self { cur, defect: None }
    }

    /// What stopped the reading.
    pub const fn defect(&self) -> Option<(Span, Flaw)> {
        self.defect
    }

    /// Octets that could not be read, once the iterator has ended.
    pub const fn unread(&self) -> Cursor<'a> {
        self.cur
    }

    #[inline]
    fn read(&mut self) -> Result<Avp<'a>, Flaw> {
        let cut = |cut: crate::Truncated| Flaw::Truncated { missing: cut.missing };
        let mut cur = self.cur;
        let [c0, c1, c2, c3, flags, l0, l1, l2] = cur.array().map_err(cut)?;
        let code = u32::from_be_bytes([c0, c1, c2, c3]);
        let len = u32::from_be_bytes([0, l0, l1, l2]);
        let mut header = 8;
        let mut vendor = 0;
        if flags & 0x80 != 0 {
            vendor = cur.u32().map_err(cut)?;
            header = 12;
        }
        let value_len = len.checked_sub(header).ok_or(Flaw::IllegalValue(u64::from(len)))?;
        let (value, whole) = cur.sub(value_len as usize);
        if !whole {
            return Err(Flaw::Truncated { missing: value_len.saturating_sub(short(value.len())) });
        }
        // The last AVP of a group may come without its padding.
        let (padding, _) = cur.sub((value_len.wrapping_neg() & 3) as usize);
        let odd_padding = padding.rest().iter().any(|octet| *octet != 0);
        self.cur = cur;
        Ok(Avp { id: AvpId { vendor, code }, flags, value, odd_padding })
    }
}

impl<'a> Iterator for Avps<'a> {
    type Item = Avp<'a>;

    #[inline]
    fn next(&mut self) -> Option<Avp<'a>> {
        if self.cur.is_empty() || self.defect.is_some() {
            return None;
        }
        match self.read() {
            Ok(avp) => Some(avp),
            Err(flaw) => {
                self.defect = Some((self.cur.span(), flaw));
                None
            }
        }
    }
}
