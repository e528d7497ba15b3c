//! Text as a message carries it: octets that ought to be characters.

use std::fmt;

/// Borrowed octets that a specification calls text. Shown, they are valid UTF-8 and cut at [`Self::SHOWN`] octets,
/// whatever the sender wrote.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<'a>(pub &'a [u8]);

impl<'a> Text<'a> {
    /// No name that means anything is longer (RFC 1035 §2.3.4).
    pub const SHOWN: usize = 255;

    pub const fn as_bytes(&self) -> &'a [u8] {
        self.0
    }

    pub const fn len(&self) -> usize {
        self.0.len()
    }

    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.get(..Self::SHOWN).unwrap_or(self.0);
        for chunk in shown.utf8_chunks() {
            f.write_str(chunk.valid())?;
            if !chunk.invalid().is_empty() {
                f.write_str("\u{fffd}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_was_sent_can_be_shown() {
        assert_eq!(Text(b"mme.example").to_string(), "mme.example");
        assert_eq!(Text(b"a\xffb").to_string(), "a\u{fffd}b");
        assert_eq!(Text(&[b'x'; 1000]).to_string().len(), Text::SHOWN);
    }
}
