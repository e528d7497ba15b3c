//! The only code that slices: a position in borrowed octets that can only move forward and never outside.

use std::fmt;

use crate::Span;

/// The input ended inside something of fixed size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Truncated {
    /// Where reading stopped.
    pub at: u32,
    /// Octets that were wanted and not there.
    pub missing: u32,
}

impl fmt::Display for Truncated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} octets missing at offset {}", self.missing, self.at)
    }
}

impl std::error::Error for Truncated {}

/// Octets not read yet, and where they stand in the frame.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Cursor<'a> {
    bytes: &'a [u8],
    at: u32,
}

impl fmt::Debug for Cursor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cursor({} octets at {})", self.bytes.len(), self.at)
    }
}

/// A length as the 32 bits that spans use; nothing that is read here is longer.
#[inline]
pub(crate) fn short(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

impl<'a> Cursor<'a> {
    /// At the start of a frame or buffer.
    #[inline]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Octets that stand at `at` of a frame.
    #[inline]
    pub const fn at(bytes: &'a [u8], at: u32) -> Self {
        Self { bytes, at }
    }

    /// Offset of the next octet in the frame.
    #[inline]
    pub const fn offset(&self) -> u32 {
        self.at
    }

    /// Octets left.
    #[inline]
    pub const fn len(&self) -> usize {
        self.bytes.len()
    }

    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// What is left, without moving.
    #[inline]
    pub const fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    /// The span of all that is left.
    #[inline]
    pub fn span(&self) -> Span {
        Span { start: self.at, len: short(self.bytes.len()) }
    }

    /// The span of the next `len` octets, as far as they are there.
    #[inline]
    pub fn span_of(&self, len: usize) -> Span {
        Span { start: self.at, len: short(len.min(self.bytes.len())) }
    }

    /// The next `len` octets.
    #[inline]
    pub fn take(&mut self, len: usize) -> Result<&'a [u8], Truncated> {
        match self.bytes.split_at_checked(len) {
            Some((head, tail)) => {
                self.bytes = tail;
                self.at = self.at.saturating_add(short(len));
                Ok(head)
            }
            None => {
                Err(Truncated { at: self.at, missing: short(len.saturating_sub(self.bytes.len())) })
            }
        }
    }

    /// The next `N` octets as an array.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Truncated> {
        match self.bytes.split_first_chunk::<N>() {
            Some((head, tail)) => {
                self.bytes = tail;
                self.at = self.at.saturating_add(short(N));
                Ok(*head)
            }
            None => {
                Err(Truncated { at: self.at, missing: short(N.saturating_sub(self.bytes.len())) })
            }
        }
    }

    #[inline]
    pub fn skip(&mut self, len: usize) -> Result<(), Truncated> {
        self.take(len).map(|_| ())
    }

    #[inline]
    pub fn u8(&mut self) -> Result<u8, Truncated> {
        self.array::<1>().map(|[a]| a)
    }

    #[inline]
    pub fn u16(&mut self) -> Result<u16, Truncated> {
        self.array().map(u16::from_be_bytes)
    }

    #[inline]
    pub fn u24(&mut self) -> Result<u32, Truncated> {
        self.array::<3>().map(|[a, b, c]| u32::from_be_bytes([0, a, b, c]))
    }

    #[inline]
    pub fn u32(&mut self) -> Result<u32, Truncated> {
        self.array().map(u32::from_be_bytes)
    }

    #[inline]
    pub fn u64(&mut self) -> Result<u64, Truncated> {
        self.array().map(u64::from_be_bytes)
    }

    #[inline]
    pub fn u16_le(&mut self) -> Result<u16, Truncated> {
        self.array().map(u16::from_le_bytes)
    }

    #[inline]
    pub fn u32_le(&mut self) -> Result<u32, Truncated> {
        self.array().map(u32::from_le_bytes)
    }

    /// The next octet without moving.
    #[inline]
    pub fn peek(&self) -> Option<u8> {
        self.bytes.first().copied()
    }

    /// A cursor over the next `len` octets, and whether they were all there. What a length claims beyond the end is cut
    /// off: a lie cannot reach outside.
    #[inline]
    pub fn sub(&mut self, len: usize) -> (Self, bool) {
        let whole = len <= self.bytes.len();
        let (head, tail) = self.bytes.split_at_checked(len).unwrap_or((self.bytes, &[]));
        let sub = Self { bytes: head, at: self.at };
        self.bytes = tail;
        self.at = self.at.saturating_add(short(head.len()));
        (sub, whole)
    }

    /// All that is left, moving to the end.
    #[inline]
    pub fn take_rest(&mut self) -> &'a [u8] {
        let (sub, _) = self.sub(self.bytes.len());
        sub.bytes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn moves_forward_and_never_outside(bytes in proptest::collection::vec(any::<u8>(), 0..64), steps in proptest::collection::vec(0usize..80, 0..20)) {
            let mut cur = Cursor::new(&bytes);
            for step in steps {
                let (before, left) = (cur.offset(), cur.len());
                let (sub, whole) = cur.sub(step);
                prop_assert_eq!(whole, step <= left);
                prop_assert_eq!(sub.len(), step.min(left));
                prop_assert_eq!(sub.offset(), before);
                prop_assert_eq!(cur.offset() as usize + cur.len(), bytes.len());
            }
            prop_assert_eq!(cur.take(cur.len() + 1).is_err(), true);
        }
    }
}
