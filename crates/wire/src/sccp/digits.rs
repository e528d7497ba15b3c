//! Digits of an address, held without heap.

use std::fmt;

/// Up to 32 digits as text. More than that no numbering plan has; what is beyond is counted and not kept.
// Aligned, so that the octets are looked through by words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(C, align(8))]
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
        if let Some((text, len)) = decimal(octets, count) {
            let [first, ..] = digits.text.as_chunks_mut::<16>().0 else { return digits };
            *first = text;
            digits.len = len;
            return digits;
        }
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
        // What is behind the digits is text too: by whole words it takes a third of the time.
        let text = std::str::from_utf8(&self.text).unwrap_or_default();
        text.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// A number that is the same for the same digits, for tables where a clash does no harm.
    pub fn mixed(&self) -> u64 {
        let (words, _) = self.text.as_chunks::<8>();
        words.iter().fold(u64::from(self.len), |mixed, word| {
            let mixed = (mixed ^ u64::from_le_bytes(*word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            mixed ^ mixed >> 29
        })
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

/// What nearly all numbers are, eight octets or fewer of decimal digits, at one go: text and how many digits, at most `count`.
fn decimal(octets: &[u8], count: usize) -> Option<([u8; 16], u8)> {
    /// In each octet.
    const fn each(octet: u8) -> u128 {
        u128::from_le_bytes([octet; 16])
    }
    let mut word = [0xff; 8];
    word.get_mut(..octets.len())?.copy_from_slice(octets);
    // Every octet becomes two, the lower half first.
    let mut halves = u128::from(u64::from_le_bytes(word));
    halves = (halves | halves << 32) & 0x0000_0000_ffff_ffff_0000_0000_ffff_ffff;
    halves = (halves | halves << 16) & 0x0000_ffff_0000_ffff_0000_ffff_0000_ffff;
    halves = (halves | halves << 8) & 0x00ff_00ff_00ff_00ff_00ff_00ff_00ff_00ff;
    halves = (halves | halves << 4) & each(0x0f);
    // Where the first stands that is no decimal digit: a filler ends the number, all else is not read here.
    let other = (halves + each(6)) & each(0x10);
    let end = (other.trailing_zeros() / 8).min(16);
    let len = end.min(u32::try_from(count).unwrap_or(u32::MAX));
    if len == end && end < 16 && halves >> (end * 8) & 15 != 15 && usize::try_from(end) != Ok(count)
    {
        return None;
    }
    let kept = u128::MAX.checked_shr(128 - len * 8).unwrap_or_default();
    Some((((halves | each(b'0')) & kept).to_le_bytes(), u8::try_from(len).unwrap_or_default()))
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One half of an octet after the other.
    fn slowly(octets: &[u8], odd: bool) -> String {
        let halves = octets.iter().flat_map(|octet| [octet & 15, octet >> 4]);
        let count = (octets.len() * 2).saturating_sub(usize::from(odd));
        halves
            .take(count)
            .take_while(|half| *half != 15)
            .map(|half| char::from(digit(half)))
            .collect()
    }

    proptest! {
        #[test]
        fn at_one_go_as_one_by_one(octets in proptest::collection::vec(prop_oneof![
            8 => (0u8..10, 0u8..10).prop_map(|(low, high)| high << 4 | low),
            1 => any::<u8>(),
            1 => (0u8..10).prop_map(|low| 0xf0 | low),
        ], 0..14), odd: bool) {
            let digits = Digits::from_bcd(&octets, odd);
            let slow = slowly(&octets, odd);
            prop_assert_eq!(digits.as_str(), &slow);
            // Equal digits are equal octets, whatever stood behind them.
            prop_assert!(digits.text[slow.len()..].iter().all(|octet| *octet == 0));
            prop_assert_eq!(digits.dropped(), 0);
        }
    }
}
