//! Domain names (RFC 1035 §3.1, §4.1.4).

use std::fmt;

use crate::{Cursor, Flaw, Truncated};

/// A name in place, no heap: its labels with their lengths, lower case, without the root.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Name {
    labels: [u8; Self::CAP],
    len: u8,
}

impl Name {
    /// §3.1: 255 octets, one of which is the root.
    pub const CAP: usize = 254;

    /// Pointers that are followed; the longest sensible name has 127 labels, each of which could be one.
    const MAX_HOPS: u8 = 127;

    /// Reads the name at `cur`, which then stands behind it. `whole` is the message, for the pointers. A name that is
    /// broken keeps the labels before the flaw; only one that the message's end cuts off fails.
    pub(super) fn read<'a>(
        whole: Cursor<'a>,
        cur: &mut Cursor<'a>,
    ) -> Result<(Self, Option<Flaw>), Truncated> {
        let mut name = Self { labels: [0; Self::CAP], len: 0 };
        let mut flaw = None;
        let mut hops = 0u8;
        // After the first pointer, reading goes on in a copy.
        let mut jumped: Option<Cursor<'_>> = None;
        // Only what stands before the part being read may be pointed at, so that a loop is impossible.
        let mut part = cur.offset().saturating_sub(whole.offset());
        loop {
            let here = jumped.as_mut().unwrap_or(cur);
            let at = here.offset();
            let len = match (here.u8(), hops) {
                (Ok(len), _) => len,
                (Err(cut), 0) => return Err(cut),
                (Err(_), _) => return Ok((name, Some(Flaw::Truncated { missing: 1 }))),
            };
            match len {
                0 => return Ok((name, flaw)),
                1..=63 => {
                    let label = match (here.take(usize::from(len)), hops) {
                        (Ok(label), _) => label,
                        (Err(cut), 0) => return Err(cut),
                        (Err(cut), _) => {
                            return Ok((name, Some(Flaw::Truncated { missing: cut.missing })));
                        }
                    };
                    if flaw.is_none() && !name.push(len, label) {
                        flaw = Some(Flaw::TooMany);
                    }
                    if 0 < hops && flaw.is_some() {
                        return Ok((name, flaw));
                    }
                }
                0xc0.. => {
                    let low = match (here.u8(), hops) {
                        (Ok(low), _) => low,
                        (Err(cut), 0) => return Err(cut),
                        (Err(_), _) => return Ok((name, Some(Flaw::Truncated { missing: 1 }))),
                    };
                    let target = u16::from_be_bytes([len & 0x3f, low]);
                    let back = u32::from(target) < part;
                    part = u32::from(target);
                    hops = hops.saturating_add(1);
                    if !back || Self::MAX_HOPS < hops {
                        return Ok((name, Some(Flaw::IllegalValue(u64::from(target)))));
                    }
                    let mut next = whole;
                    if next.skip(usize::from(target)).is_err() {
                        return Ok((name, Some(Flaw::IllegalValue(u64::from(target)))));
                    }
                    jumped = Some(next);
                }
                _ if hops == 0 => return Err(Truncated { at, missing: 0 }),
                _ => return Ok((name, Some(Flaw::IllegalValue(u64::from(len))))),
            }
        }
    }

    fn push(&mut self, len: u8, label: &[u8]) -> bool {
        let start = usize::from(self.len);
        let end = start.saturating_add(label.len()).saturating_add(1);
        let Some((first, room)) =
            self.labels.get_mut(start..end).and_then(|room| room.split_first_mut())
        else {
            return false;
        };
        *first = len;
        for (to, from) in room.iter_mut().zip(label) {
            *to = from.to_ascii_lowercase();
        }
        self.len = u8::try_from(end).unwrap_or(u8::MAX);
        true
    }

    /// The labels, without dots or lengths.
    pub fn labels(&self) -> impl Iterator<Item = &[u8]> {
        let mut cur = Cursor::new(self.labels.get(..usize::from(self.len)).unwrap_or_default());
        std::iter::from_fn(move || {
            let len = cur.u8().ok()?;
            cur.take(usize::from(len)).ok()
        })
    }

    /// Characters of the name with its dots, without a final one.
    pub const fn len(&self) -> usize {
        (self.len as usize).saturating_sub(1)
    }

    /// The root.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// With dots, without a final one; the root is a single dot. Octets that are no letter, digit or common punctuation
/// are written `\ddd` as in RFC 1035 §5.1.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str(".");
        }
        for (index, label) in self.labels().enumerate() {
            if index != 0 {
                f.write_str(".")?;
            }
            for octet in label {
                match octet {
                    b'.' | b'\\' | b'"' => write!(f, "\\{}", char::from(*octet))?,
                    b'!'..=b'~' => write!(f, "{}", char::from(*octet))?,
                    _ => write!(f, "\\{octet:03}")?,
                }
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}
