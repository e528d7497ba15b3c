//! How many different subscribers were seen, in constant memory.
//!
//! Source: Flajolet, Fusy, Gandouet, Meunier, "HyperLogLog: the analysis of a near-optimal cardinality estimation
//! algorithm" (2007); 4096 registers give a standard error of 1.6 %.

use event::Subscriber;

const BITS: u32 = 12;
const REGISTERS: usize = 1 << BITS;

pub(super) struct Sketch {
    registers: Vec<u8>,
}

impl Default for Sketch {
    fn default() -> Self {
        Self { registers: vec![0; REGISTERS] }
    }
}

impl Sketch {
    pub(super) fn add(&mut self, subscriber: &Subscriber) {
        // The pseudonym is a hash already; digits in the clear and the prefix are mixed in (splitmix64).
        let digits = subscriber.prefix.value();
        let mut hash =
            subscriber.pseudonym.unwrap_or(0) ^ digits.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        hash = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        hash = (hash ^ hash >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        hash ^= hash >> 31;
        let register = usize::try_from(hash >> (64 - BITS)).unwrap_or(0);
        let rank =
            u8::try_from((hash << BITS | 1 << (BITS - 1)).leading_zeros() + 1).unwrap_or(u8::MAX);
        if let Some(register) = self.registers.get_mut(register) {
            *register = (*register).max(rank);
        }
    }

    pub(super) fn count(&self) -> u64 {
        let registers = REGISTERS as f64;
        let zeros = self.registers.iter().filter(|rank| **rank == 0).count() as f64;
        let sum: f64 = self.registers.iter().map(|rank| (-f64::from(*rank)).exp2()).sum();
        let estimate = 0.7213 / (1.0 + 1.079 / registers) * registers * registers / sum;
        let estimate = if estimate <= 2.5 * registers && zeros > 0.0 {
            registers * (registers / zeros).ln()
        } else {
            estimate
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an estimate of at most 2^64 that is not negative"
        )]
        let count = estimate.round() as u64;
        count
    }
}

#[cfg(test)]
mod tests {
    use event::{Identity, Pseudonymiser};

    use super::*;

    #[test]
    fn close_enough() {
        for key in [Pseudonymiser::new([1; 32]), Pseudonymiser::revealing([1; 32])] {
            let mut sketch = Sketch::default();
            assert_eq!(sketch.count(), 0);
            for n in 0..20_000u64 {
                let imsi = format!("00101{:010}", n % 10_000);
                sketch.add(&key.subscriber(Identity::Imsi, &imsi));
                if n == 9 {
                    assert_eq!(sketch.count(), 10);
                }
            }
            let count = sketch.count();
            assert!((9_500..=10_500).contains(&count), "{count}");
        }
    }
}
