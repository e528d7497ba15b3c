//! Object identifiers.
//!
//! Spec: ITU-T X.690 §8.19.

use std::fmt;

/// An object identifier (§8.19), shown dotted: `0.4.0.0.1.0.29.3`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Oid<'a>(pub &'a [u8]);

impl Oid<'_> {
    /// More arcs than this are not shown.
    const MAX_ARCS: usize = 32;

    /// Whether every arc ends, and none has octets that it does not need (§8.19.2).
    pub fn is_canonical(&self) -> bool {
        let mut starts = true;
        for &octet in self.0 {
            if starts && octet == 0x80 {
                return false;
            }
            starts = octet < 0x80;
        }
        starts && !self.0.is_empty()
    }

    /// The last arc; the first two, which share a number, have none.
    pub fn last_arc(&self) -> Option<u64> {
        self.numbers().skip(1).last()
    }

    /// The arcs after the first two, which share one number.
    fn numbers(&self) -> impl Iterator<Item = u64> {
        let mut value = 0u64;
        self.0.iter().filter_map(move |&octet| {
            value = value.saturating_mul(128).saturating_add(u64::from(octet & 0x7f));
            (octet & 0x80 == 0).then(|| std::mem::take(&mut value))
        })
    }
}

impl fmt::Display for Oid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, number) in self.numbers().take(Self::MAX_ARCS).enumerate() {
            if index == 0 {
                let first = (number / 40).min(2);
                write!(f, "{first}.{}", number.saturating_sub(first.saturating_mul(40)))?;
            } else {
                write!(f, ".{number}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Oid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
