//! Geneve.
//!
//! Spec: RFC 8926 §3.4, §3.5.

use super::{Envelope, Kind};
use crate::link::{self, EtherType};
use crate::{Anomalies, Cursor, Flaw, Truncated};

pub(super) fn dissect<'a>(
    notes: &mut Anomalies,
    mut cur: Cursor<'a>,
) -> Result<Option<Envelope<'a>>, Truncated> {
    let [version_length, flags] = cur.array()?;
    let protocol = EtherType(cur.u16()?);
    let vni = cur.u32()? >> 8;
    // Version zero is the only one, and the lower bits of the flags are reserved.
    if version_length >> 6 != 0 || flags & 0x3f != 0 {
        return Ok(None);
    }
    let (mut options, whole) = cur.sub(usize::from(version_length & 0x3f) * 4);
    let at = options.span();
    if !whole {
        notes.note(at, "geneve.opt_len", Flaw::Truncated { missing: 0 });
    }
    // Class, type, length in words: they must fill what the header says. At most 63 words.
    while !options.is_empty() {
        let (Ok(_), Ok(words)) = (options.skip(3), options.u8()) else {
            notes.note(at, "geneve.option.length", Flaw::Truncated { missing: 1 });
            break;
        };
        if options.skip(usize::from(words & 0x1f) * 4).is_err() {
            notes.note(at, "geneve.option.length", Flaw::IllegalValue(u64::from(words & 0x1f)));
            break;
        }
    }
    let carried = link::behind(notes, protocol, cur)?;
    Ok(Some(Envelope { kind: Kind::Geneve, id: Some(vni), carried }))
}
