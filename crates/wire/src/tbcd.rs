//! Digits of numbers and identities: telephony BCD (3GPP TS 29.002 §17.7.8, TS 24.008 §10.5.4.7) and plain text.

use std::fmt;

/// Up to [`Self::CAP`] decimal digits in place, no heap.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digits {
    text: [u8; Self::CAP],
    len: u8,
}

impl Digits {
    /// An IMSI has at most 15, an IMEISV 16, an E.164 number 15 digits; the rest is tolerance.
    pub const CAP: usize = 19;

    /// Semi-octets, low half first. A filler `F` ends them; whatever else is no decimal digit, digits behind a filler,
    /// no digit at all or too many of them give `None`.
    pub fn tbcd(octets: &[u8]) -> Option<Self> {
        let mut digits = Self::default();
        let mut ended = false;
        for octet in octets {
            for half in [octet & 15, octet >> 4] {
                match half {
                    15 => ended = true,
                    0..=9 if !ended => digits.push(b'0' | half)?,
                    _ => return None,
                }
            }
        }
        (digits.len != 0).then_some(digits)
    }

    /// Text that is nothing but decimal digits.
    pub fn ascii(text: &[u8]) -> Option<Self> {
        let mut digits = Self::default();
        for octet in text {
            if !octet.is_ascii_digit() {
                return None;
            }
            digits.push(*octet)?;
        }
        (digits.len != 0).then_some(digits)
    }

    fn push(&mut self, digit: u8) -> Option<()> {
        *self.text.get_mut(usize::from(self.len))? = digit;
        self.len = self.len.saturating_add(1);
        Some(())
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
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephony_bcd() {
        let read = |octets: &[u8]| Digits::tbcd(octets).map(|digits| digits.to_string());
        assert_eq!(
            read(&[0x02, 0x04, 0x04, 0, 0, 0, 0x01, 0xf1]).as_deref(),
            Some("204040000000101")
        );
        assert_eq!(read(&[0x21, 0x43]).as_deref(), Some("1234"));
        assert_eq!(read(&[0x21, 0xf3, 0xff]).as_deref(), Some("123"));
        for octets in [&[] as &[u8], &[0xff], &[0x2a], &[0x1f], &[0xf1, 0x21], &[0x11; 10]] {
            assert_eq!(read(octets), None, "{octets:02x?}");
        }
        assert_eq!(Digits::ascii(b"001010000000001").unwrap().len(), 15);
        assert_eq!(Digits::ascii(b"12a"), None);
    }
}
