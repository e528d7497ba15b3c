//! The laws over many inputs: random octets, and seeds with a few octets changed, cut, repeated or put together.
//!
//! A seed is one frame as hexadecimal digits in `seeds/`, with a first line that says what it is. Always the same
//! inputs, so that what fails once fails again.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use wire::laws;

const INPUTS: usize = 200_000;

/// SplitMix64 (G. Steele, D. Lea, C. Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end.max(1)).unwrap()).unwrap()
    }

    fn octet(&mut self) -> u8 {
        // The ends of the range break more than its middle.
        match self.next() {
            n if n % 4 == 0 => [0x00, 0xff, 0x7f, 0x80][self.below(4)],
            n => u8::try_from(n & 0xff).unwrap(),
        }
    }
}

fn seeds() -> Vec<(String, Vec<u8>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/seeds");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut seeds = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let digits: Vec<u32> = text
            .lines()
            .skip(1)
            .flat_map(str::chars)
            .filter(|c| !c.is_whitespace())
            .map(|c| c.to_digit(16).unwrap())
            .collect();
        let octets = digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap());
        seeds.push((file.display().to_string(), octets.collect()));
    }
    assert!(!seeds.is_empty());
    seeds
}

fn mutate(random: &mut Random, octets: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..=random.below(4) {
        let at = random.below(octets.len());
        match random.below(8) {
            0..=3 if !octets.is_empty() => octets[at] = random.octet(),
            4 if !octets.is_empty() => octets[at] ^= 1 << random.below(8),
            5 => octets.truncate(at),
            6 => {
                let from = random.below(other.len());
                octets.splice(at..at, other[from..].iter().copied().take(32));
            }
            _ => {
                let octet = random.octet();
                octets.insert(at, octet);
            }
        }
    }
    octets.truncate(4096);
}

#[test]
fn seeds_and_every_prefix_of_them() {
    for (name, octets) in seeds() {
        println!("{name}");
        for len in 0..=octets.len() {
            laws::check(&octets[..len]);
        }
        // From behind every header as well: each parser gets its own message.
        for start in 0..octets.len().min(100) {
            laws::check(&octets[start..]);
        }
    }
}

#[test]
fn random_and_mutated_octets() {
    let seeds = seeds();
    let mut random = Random(20_240_229);
    for input in 0..INPUTS {
        let mut octets;
        if input % 4 == 0 {
            octets = Vec::new();
            for _ in 0..random.below(120) {
                octets.push(random.octet());
            }
        } else {
            let (seed, other) = (random.below(seeds.len()), random.below(seeds.len()));
            octets = seeds[seed].1.clone();
            // Half of them from behind the headers.
            if input % 2 == 0 {
                octets.drain(..random.below(octets.len().min(80)));
            }
            mutate(&mut random, &mut octets, &seeds[other].1);
        }
        laws::check(&octets);
    }
}
