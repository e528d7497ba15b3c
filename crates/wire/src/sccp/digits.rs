//! Digits of an address, held without heap.

use std::fmt;

/// Up to 32 digits as text. More than that no numbering plan has; what is beyond is counted and not kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digits {
    text: [u8; Self::CAP],
    len: u8,
    dropped: u8,
}

impl Digits {
    pub const CAP: usize = 32;

    pub const fn new() -> Self {
        Self { text: [0; Self::CAP], len: 0, dropped: 0 }
    }

    /// From semi-octets, the lower one first (Q.713 §3.4.2.3.1): 0 to 9, then `*#abc` (TS 29.002 TBCD-STRING). Stops
    /// at a filler (15). With `odd` the upper half of the last octet does not count.
    pub fn from_bcd(octets: &[u8], odd: bool) -> Self {
        let mut digits = Self::new();
        let last = octets.len().saturating_sub(1);
        for (index, &octet) in octets.iter().enumerate() {
            if !digits.push(octet & 15) || (odd && index == last) || !digits.push(octet >> 4) {
                break;
            }
        }
        digits
    }

    /// Adds one semi-octet; false for the filler, which ends a number.
    fn push(&mut self, nibble: u8) -> bool {
        let digit = match nibble {
            0..=9 => b'0' | nibble,
            10 => b'*',
            11 => b'#',
            12 => b'a',
            13 => b'b',
            14 => b'c',
            _ => return false,
        };
        match self.text.get_mut(usize::from(self.len)) {
            Some(slot) => {
                *slot = digit;
                self.len = self.len.saturating_add(1);
            }
            None => self.dropped = self.dropped.saturating_add(1),
        }
        true
    }

    pub fn as_str(&self) -> &str {
        let text = self.text.get(..usize::from(self.len)).unwrap_or_default();
        std::str::from_utf8(text).unwrap_or_default()
    }

    pub const fn len(&self) -> usize {
        self.len as usize
    }

    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Digits that were there and are not kept.
    pub const fn dropped(&self) -> u8 {
        self.dropped
    }
}

impl Default for Digits {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
