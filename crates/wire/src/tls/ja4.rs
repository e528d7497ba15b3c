//! JA4, the fingerprint of a TLS client, by its specification (FoxIO, JA4 alone).

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::{ClientHello, EXTENSION_ALPN, EXTENSION_SERVER_NAME};

impl ClientHello<'_> {
    /// Of a client over TCP: what it offers in ten characters, then two hashes over its suites and extensions in the
    /// order of their numbers, so that shuffling them changes nothing.
    pub fn ja4(&self) -> String {
        let suites = sorted(numbers(self.cipher_suites));
        let extensions = self.extensions.iter().copied().filter(|kind| !is_grease(*kind));
        let version = match self.version {
            0x0304 => "13",
            0x0303 => "12",
            0x0302 => "11",
            0x0301 => "10",
            0x0300 => "s3",
            0x0002 => "s2",
            _ => "00",
        };
        let name = if self.extensions.contains(&EXTENSION_SERVER_NAME) { 'd' } else { 'i' };
        let [first, last] = alpn(self.alpn.unwrap_or_default());
        let (n_suites, n_extensions) = (suites.len().min(99), extensions.clone().count().min(99));
        let mut told = list(&sorted(
            extensions.filter(|kind| !matches!(*kind, EXTENSION_SERVER_NAME | EXTENSION_ALPN)),
        ));
        let algorithms: Vec<u16> = numbers(self.signature_algorithms).collect();
        if !algorithms.is_empty() {
            told.push('_');
            told.push_str(&list(&algorithms));
        }
        let suites = hash(&list(&suites), suites.is_empty());
        let told = hash(&told, n_extensions == 0);
        format!("t{version}{name}{n_suites:02}{n_extensions:02}{first}{last}_{suites}_{told}")
    }
}

/// Numbers of two octets, without those that are only there to keep servers tolerant.
fn numbers(octets: &[u8]) -> impl Iterator<Item = u16> {
    let pairs = octets.as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair));
    pairs.filter(|number| !is_grease(*number))
}

/// RFC 8701 §2: both octets alike and ending in A.
const fn is_grease(number: u16) -> bool {
    let [high, low] = number.to_be_bytes();
    high == low && low & 0x0f == 0x0a
}

fn sorted(numbers: impl Iterator<Item = u16>) -> Vec<u16> {
    let mut numbers: Vec<u16> = numbers.collect();
    numbers.sort_unstable();
    numbers
}

fn list(numbers: &[u16]) -> String {
    let mut text = String::with_capacity(numbers.len().saturating_mul(5));
    for (place, number) in numbers.iter().enumerate() {
        let comma = if place == 0 { "" } else { "," };
        // Writing to a string cannot fail.
        let _ = write!(text, "{comma}{number:04x}");
    }
    text
}

/// The first twelve digits, or zeros where there is nothing to hash.
fn hash(text: &str, nothing: bool) -> String {
    let mut digits = String::with_capacity(12);
    for octet in Sha256::digest(text.as_bytes()).iter().take(6) {
        let octet = if nothing { 0 } else { *octet };
        let _ = write!(digits, "{octet:02x}");
    }
    digits
}

/// First and last character of the protocol that a client would rather speak; of their hexadecimal digits where they are
/// no letters or digits.
fn alpn(protocol: &[u8]) -> [char; 2] {
    let (Some(first), Some(last)) = (protocol.first(), protocol.last()) else { return ['0', '0'] };
    if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() {
        return [char::from(*first), char::from(*last)];
    }
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    [digit(first >> 4), digit(last & 15)]
}

#[cfg(test)]
mod tests {
    use smallvec::SmallVec;

    use super::*;

    fn octets(numbers: &[u16]) -> Vec<u8> {
        numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
    }

    /// The client of the specification's own example, in an order that differs from the sorted one.
    #[test]
    fn the_example_of_the_specification() {
        let suites = octets(&[
            0x2a2a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013,
            0xc014, 0x009c, 0x009d, 0x002f, 0x0035,
        ]);
        let algorithms = octets(&[0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601]);
        let extensions = [
            0x1a1a, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023,
            0x0012, 0x002b, 0xff01, 0x000b, 0x000a, 0x0015, 0x0a0a,
        ];
        let mut hello = ClientHello {
            version: 0x0304,
            cipher_suites: &suites,
            server_name: Some("example.com"),
            alpn: Some(b"h2"),
            extensions: SmallVec::from_slice(&extensions),
            signature_algorithms: &algorithms,
        };
        assert_eq!(hello.ja4(), "t13d1516h2_8daaf6152771_e5627efa2ab1");
        hello.cipher_suites = &[];
        hello.extensions.clear();
        hello.signature_algorithms = &[];
        (hello.alpn, hello.version) = (None, 0x0303);
        assert_eq!(hello.ja4(), "t12i000000_000000000000_000000000000");
    }

    #[test]
    fn protocols_that_are_no_text() {
        for (protocol, text) in [
            (&b"h2"[..], ['h', '2']),
            (b"http/1.1", ['h', '1']),
            (b"", ['0', '0']),
            (&[0xab], ['a', 'b']),
            (&[0xab, 0xcd], ['a', 'd']),
            (&[0x30, 0xab], ['3', 'b']),
            (&[0x30, 0x31, 0xab, 0xcd], ['3', 'd']),
            (&[0x30, 0xab, 0xcd, 0x31], ['0', '1']),
        ] {
            assert_eq!(alpn(protocol), text, "{protocol:?}");
        }
    }
}
