//! Access point names (3GPP TS 23.003 §9.1).

use std::fmt;

use crate::Cursor;

/// An access point name: labels with their lengths (TS 23.003 §9.1), shown with dots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Apn<'a>(pub &'a [u8]);

impl Apn<'_> {
    /// TS 23.003 §9.1 allows 100 octets; more than this is not shown.
    pub const SHOWN: usize = 128;

    /// Whether the label lengths add up to the whole.
    pub(super) fn is_labelled(&self) -> bool {
        let mut cur = Cursor::new(self.0);
        while let Ok(len) = cur.u8() {
            if len == 0 || 63 < len || cur.skip(usize::from(len)).is_err() {
                return false;
            }
        }
        true
    }
}

impl fmt::Display for Apn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.get(..Self::SHOWN).unwrap_or(self.0);
        // Some stacks write the bare text.
        if !self.is_labelled() && self.0.first().is_some_and(u8::is_ascii_graphic) {
            return shown.escape_ascii().fmt(f);
        }
        let mut cur = Cursor::new(shown);
        let mut first = true;
        while let Ok(len) = cur.u8() {
            if !first {
                f.write_str(".")?;
            }
            first = false;
            let (label, _) = cur.sub(usize::from(len));
            label.rest().escape_ascii().fmt(f)?;
        }
        Ok(())
    }
}
