//! What the DNS detections share: names, and how much of one may be data.

#[cfg(test)]
pub(crate) mod builders;
pub(crate) mod commands;
pub(crate) mod names;
pub(crate) mod window;

use event::Dns;

use crate::stable_hash::stable_hash;

/// A key for tables: the name in lower case.
pub(crate) fn key_of(name: &str) -> u64 {
    stable_hash(name.bytes().map(|octet| octet.to_ascii_lowercase()))
}

/// Counts distinct hashes, roughly, in a fixed space: never more than there were, and fewer as it fills.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Distinct<const WORDS: usize>(Bits<WORDS>, u32);

#[derive(Clone, Copy, Debug)]
struct Bits<const WORDS: usize>([u64; WORDS]);

impl<const WORDS: usize> Default for Bits<WORDS> {
    fn default() -> Self {
        Self([0; WORDS])
    }
}

impl<const WORDS: usize> Distinct<WORDS> {
    /// Takes a hash in; true when it was not there before.
    pub(crate) fn add(&mut self, hash: u64) -> bool {
        // The upper half is as good as the lower one, and FNV's is mixed better.
        let at =
            usize::try_from((hash ^ (hash >> 32)) & 0xffff_ffff).unwrap_or_default() % (WORDS * 64);
        let Some(word) = self.0.0.get_mut(at / 64) else { return false };
        let bit = 1_u64 << (at % 64);
        let fresh = *word & bit == 0;
        *word |= bit;
        self.1 += u32::from(fresh);
        fresh
    }

    /// How many there were at least.
    pub(crate) const fn count(&self) -> u32 {
        self.1
    }
}

/// Frames that a finding will stand on: the first of them, and the last one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Frames {
    first: [u64; 8],
    len: u8,
}

impl Frames {
    pub(crate) fn add(&mut self, frame: u64) {
        let at = usize::from(self.len).min(self.first.len() - 1);
        if let Some(place) = self.first.get_mut(at) {
            *place = frame;
        }
        self.len = self.len.saturating_add(1).min(8);
    }

    pub(crate) fn list(&self) -> Vec<u64> {
        self.first.iter().copied().take(usize::from(self.len)).collect()
    }
}

/// Whether it is a query by the rules of the roaming exchange and no dialect of the local link.
pub(crate) fn is_unicast(dns: &Dns) -> bool {
    dns.dialect.is_none() && dns.opcode == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinct_hashes_count_once() {
        let mut seen = Distinct::<16>::default();
        for round in 0..3 {
            for n in 0..100 {
                seen.add(key_of(&format!("{n}.example")));
            }
            assert!((90..=100).contains(&seen.count()), "{} in round {round}", seen.count());
        }
        assert_eq!(key_of("A.Example"), key_of("a.example"));
    }

    #[test]
    fn the_first_frames_and_the_last() {
        let mut frames = Frames::default();
        (1..=40).for_each(|frame| frames.add(frame));
        assert_eq!(frames.list(), [1, 2, 3, 4, 5, 6, 7, 40]);
    }
}
