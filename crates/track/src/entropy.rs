//! How evenly octets are spread: Shannon entropy.

/// Octets that are looked at: more than this tells no more.
const ENOUGH: usize = 1_024;

/// Entropy in hundredths of a bit per octet.
pub(crate) fn centibits(octets: &[u8]) -> u16 {
    centibits_of(octets.iter().copied())
}

/// The same of octets that do not stand side by side.
pub(crate) fn centibits_of(octets: impl Iterator<Item = u8>) -> u16 {
    let mut counts = [0u32; 256];
    let mut total = 0u32;
    for octet in octets.take(ENOUGH) {
        if let Some(count) = counts.get_mut(usize::from(octet)) {
            *count += 1;
        }
        total += 1;
    }
    if total == 0 {
        return 0;
    }
    let total = f64::from(total);
    let bits: f64 = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / total)
        .map(|share| -share * share.log2())
        .sum();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "no octet has more than eight bits"
    )]
    let centibits = (bits * 100.0).round() as u16;
    centibits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_shannon_has_it() {
        assert_eq!(centibits(b""), 0);
        assert_eq!(centibits(b"aaaa"), 0);
        assert_eq!(centibits(b"abab"), 100);
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(centibits(&all), 800);
    }
}
