//! A walk through all that is nested, for what nobody reads further.

use super::{Elements, MAX_DEPTH, Oid, minimal};
use crate::Anomalies;

/// Notes all that is wrong with what is nested in these elements, whether or not anybody reads it.
/// Returns how many elements stand side by side.
#[inline]
pub fn check(notes: &mut Anomalies, elements: Elements<'_>) -> usize {
    // What nothing is wrong with, nearly always, takes a few instructions for each element.
    clean(elements.cur.rest(), elements.depth).unwrap_or_else(|| checked(notes, elements))
}

#[cold]
fn checked(notes: &mut Anomalies, mut elements: Elements<'_>) -> usize {
    let mut count = 0usize;
    // No deeper than MAX_DEPTH: there the elements end.
    while let Some(element) = elements.next(notes) {
        count = count.saturating_add(1);
        element.check_type(notes);
        if element.constructed {
            checked(notes, element.elements());
        }
    }
    count
}

/// How many elements these octets are when all of them, and all that is nested, are as everybody writes them: tags of one or
/// two octets, lengths of one or two. `None` for all else, be there something wrong with it or not.
fn clean(mut octets: &[u8], depth: u8) -> Option<usize> {
    let mut count = 0usize;
    while let [first, behind_tag @ ..] = octets {
        let behind_tag = match (first & 0x1f, behind_tag) {
            (0x1f, [0x1f..=0x7f, behind @ ..]) => behind,
            (0x1f, _) => return None,
            _ => behind_tag,
        };
        let (length, behind) = match behind_tag {
            [length @ 0..=0x7f, behind @ ..] | [0x81, length @ 0x80..=0xff, behind @ ..] => {
                (usize::from(*length), behind)
            }
            _ => return None,
        };
        let (content, rest) = behind.split_at_checked(length)?;
        match first {
            // INTEGER and ENUMERATED, OBJECT IDENTIFIER.
            0x02 | 0x0a if !minimal(content) => return None,
            0x06 if !Oid(content).is_canonical() => return None,
            // Reserved, structures that say they are primitive, and the other way round.
            0x00 | 0x20 | 0x08 | 0x0b | 0x10 | 0x11 | 0x21..=0x27 | 0x29 | 0x2a => return None,
            0x2c..=0x2f | 0x32..=0x3f => return None,
            _ => {}
        }
        if first & 0x20 != 0 {
            let depth = depth.saturating_add(1);
            if depth >= MAX_DEPTH {
                return None;
            }
            clean(content, depth)?;
        }
        count = count.saturating_add(1);
        octets = rest;
    }
    Some(count)
}
