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
        let mut count = octets.len().saturating_mul(2).saturating_sub(usize::from(odd));
        let mut at = 0usize;
        for (pair, &octet) in digits.text.chunks_exact_mut(2).zip(octets) {
            let both = PAIRS.get(usize::from(octet)).copied().unwrap_or_default();
            pair.copy_from_slice(&both);
            let [low, high] = both;
            if low == FILLER || high == FILLER {
                count = count.min(at.saturating_add(usize::from(low != FILLER)));
                break;
            }
            at = at.saturating_add(2);
        }
        let kept = count.min(Self::CAP);
        // Equal digits are equal octets, whatever stood behind them.
        digits.text.iter_mut().skip(kept).take(2).for_each(|octet| *octet = 0);
        digits.len = u8::try_from(kept).unwrap_or_default();
        digits.dropped = u8::try_from(count.saturating_sub(kept)).unwrap_or(u8::MAX);
        digits
    }

    pub fn as_bytes(&self) -> &[u8] {
        self.text.get(..usize::from(self.len)).unwrap_or_default()
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
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

const FILLER: u8 = 0;

/// The character of a semi-octet.
const fn digit(nibble: u8) -> u8 {
    match nibble {
        0..=9 => b'0' | nibble,
        10 => b'*',
        11 => b'#',
        12 => b'a',
        13 => b'b',
        14 => b'c',
        _ => FILLER,
    }
}

/// The two characters of each octet.
const PAIRS: [[u8; 2]; 256] = {
    let mut pairs = [[FILLER; 2]; 256];
    let mut octet = 0u8;
    let mut rest: &mut [[u8; 2]] = &mut pairs;
    while let [pair, behind @ ..] = rest {
        *pair = [digit(octet & 15), digit(octet >> 4)];
        octet = octet.wrapping_add(1);
        rest = behind;
    }
    pairs
};
