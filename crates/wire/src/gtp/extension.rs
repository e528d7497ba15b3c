//! The extension headers of GTPv1 (TS 29.281 §5.2).

use crate::{Anomalies, Cursor, Flaw};

use super::names::extension_name;

/// The types of the extension headers of one message, in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extensions {
    types: [u8; Self::CAP],
    len: u8,
}

impl Extensions {
    /// More than this no interface chains; the rest is not read.
    pub const CAP: usize = 8;

    pub fn types(&self) -> &[u8] {
        self.types.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// Walks the chain that begins with a header of type `next`, and leaves the cursor behind it.
    pub(super) fn read(notes: &mut Anomalies, cur: &mut Cursor<'_>, next: u8) -> Self {
        let mut read = Self::default();
        let mut next = next;
        while next != 0 {
            let Some(slot) = read.types.get_mut(usize::from(read.len)) else {
                notes.note(cur.span(), "gtpv1.extension", Flaw::TooMany);
                break;
            };
            *slot = next;
            read.len = read.len.saturating_add(1);
            if extension_name(next).is_none() {
                notes.note(cur.span_of(1), "gtpv1.extension", Flaw::IllegalValue(u64::from(next)));
            }
            let at = cur.span();
            let units = cur.u8();
            // The length counts itself, the content and the next type, in units of four octets; zero would never end.
            if units == Ok(0) {
                notes.note(at, "gtpv1.extension_length", Flaw::IllegalValue(0));
                break;
            }
            let content =
                usize::from(units.unwrap_or_default()).saturating_mul(4).saturating_sub(2);
            let read_next = units.and_then(|_| cur.skip(content)).and_then(|()| cur.u8());
            match read_next {
                Ok(following) => next = following,
                Err(cut) => {
                    notes.note(at, "gtpv1.extension", Flaw::Truncated { missing: cut.missing });
                    cur.take_rest();
                    break;
                }
            }
        }
        read
    }
}
