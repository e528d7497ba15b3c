//! Writing octets in network order.

/// Appends values to a growing message; every call gives the message back, so that calls chain.
pub trait Put {
    fn raw(&mut self, bytes: &[u8]) -> &mut Self;

    fn u8(&mut self, value: u8) -> &mut Self {
        self.raw(&[value])
    }

    fn u16(&mut self, value: u16) -> &mut Self {
        self.raw(&value.to_be_bytes())
    }

    /// The low 24 bits.
    fn u24(&mut self, value: u32) -> &mut Self {
        let [_, a, b, c] = value.to_be_bytes();
        self.raw(&[a, b, c])
    }

    fn u32(&mut self, value: u32) -> &mut Self {
        self.raw(&value.to_be_bytes())
    }

    fn u64(&mut self, value: u64) -> &mut Self {
        self.raw(&value.to_be_bytes())
    }

    fn zeros(&mut self, count: usize) -> &mut Self {
        for _ in 0..count {
            self.raw(&[0]);
        }
        self
    }
}

impl Put for Vec<u8> {
    fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.extend_from_slice(bytes);
        self
    }
}

/// Overwrites two octets that were left open.
pub fn patch_u16(bytes: &mut [u8], at: usize, value: u16) {
    bytes[at..at + 2].copy_from_slice(&value.to_be_bytes());
}

/// All parts, one after the other.
pub fn join<P: AsRef<[u8]>>(parts: &[P]) -> Vec<u8> {
    let mut out = Vec::new();
    for part in parts {
        out.extend_from_slice(part.as_ref());
    }
    out
}

/// Digits as telephony packs them: two in an octet, the first in the low half, `f` fills the last half (TS 29.002 §17.7.8,
/// TBCD-STRING). What is no decimal digit stands for itself in hexadecimal.
pub fn tbcd(digits: &str) -> Vec<u8> {
    digits_with_filler(digits, 0x0f)
}

/// Digits as SCCP packs them: like [`tbcd`], with 0 as filler (Q.713 §3.4.2.3.1).
pub fn bcd(digits: &str) -> Vec<u8> {
    digits_with_filler(digits, 0)
}

fn digits_with_filler(digits: &str, filler: u8) -> Vec<u8> {
    let values: Vec<u8> =
        digits.chars().filter_map(|c| c.to_digit(16)).map(|value| value as u8).collect();
    values.chunks(2).map(|pair| pair[0] | (pair.get(1).copied().unwrap_or(filler) << 4)).collect()
}

/// MCC and MNC in three octets (TS 24.008 §10.5.1.3), from text such as `001-01`.
pub fn plmn(text: &str) -> [u8; 3] {
    let mut d = text.chars().filter_map(|c| c.to_digit(10)).map(|value| value as u8);
    let mut next = || d.next();
    let [m1, m2, m3] = [next(), next(), next()].map(Option::unwrap_or_default);
    let [n1, n2] = [next(), next()].map(Option::unwrap_or_default);
    let n3 = next().unwrap_or(0x0f);
    [m2 << 4 | m1, n3 << 4 | m3, n2 << 4 | n1]
}

/// The Internet checksum (RFC 1071), to be carried on over several parts; parts but the last have even lengths.
#[derive(Clone, Copy, Debug, Default)]
pub struct Checksum(u64);

impl Checksum {
    pub fn over(mut self, bytes: &[u8]) -> Self {
        let mut sum = 0u64;
        let mut words = bytes.chunks_exact(4);
        for word in &mut words {
            sum += u64::from(u32::from_be_bytes([word[0], word[1], word[2], word[3]]));
        }
        let rest = words.remainder();
        let mut last = [0; 4];
        last[..rest.len()].copy_from_slice(rest);
        sum += u64::from(u32::from_be_bytes(last));
        self.0 += (sum >> 32) + (sum & 0xffff_ffff);
        self
    }

    pub fn finish(self) -> u16 {
        let mut sum = self.0;
        while sum >> 16 != 0 {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        !(sum as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_networks() {
        assert_eq!(tbcd("00101012345"), [0x00, 0x01, 0x01, 0x21, 0x43, 0xf5]);
        assert_eq!(bcd("123"), [0x21, 0x03]);
        assert_eq!(plmn("001-01"), [0x00, 0xf1, 0x10]);
        assert_eq!(plmn("310-150"), [0x13, 0x00, 0x51]);
    }

    #[test]
    fn checksum_of_a_known_header() {
        // The example header of RFC 1071's many readers: checksum b861.
        let header = [
            0x45, 0, 0, 0x73, 0, 0, 0x40, 0, 0x40, 0x11, 0, 0, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0,
            0xc7,
        ];
        assert_eq!(Checksum::default().over(&header).finish(), 0xb861);
    }
}
