//! ERSPAN: frames that a switch mirrors, in GRE.
//!
//! Spec: draft-foschiano-erspan-03, §4.1 to §4.3.

use super::{Envelope, Kind};
use crate::link::{self, Carried, EtherType, Tags};
use crate::{Anomalies, Cursor, Flaw, Truncated};

/// Type I has no header of its own and no sequence number in GRE; types II and III have both.
pub(super) fn dissect<'a>(
    notes: &mut Anomalies,
    protocol: EtherType,
    sequenced: bool,
    mut cur: Cursor<'a>,
) -> Result<Envelope<'a>, Truncated> {
    if protocol == EtherType::ERSPAN && !sequenced {
        let carried = link::behind(notes, EtherType::BRIDGED, cur)?;
        return Ok(Envelope { kind: Kind::Erspan1, id: None, carried });
    }
    let at = cur.span_of(8);
    let version = cur.u16()? >> 12;
    let session = u32::from(cur.u16()? & 0x03ff);
    if version == 2 {
        // Timestamp, security group, and what says whether there is a subheader.
        cur.skip(6)?;
        let kind = cur.u16()?;
        if kind & 1 == 1 {
            cur.skip(8)?;
        }
        let carried = match kind >> 10 & 0x1f {
            2 => Carried::Ip { tags: Tags::default(), packet: cur },
            _ => link::behind(notes, EtherType::BRIDGED, cur)?,
        };
        return Ok(Envelope { kind: Kind::Erspan3, id: Some(session), carried });
    }
    if version != 1 {
        notes.note(at, "erspan.version", Flaw::IllegalValue(u64::from(version)));
    }
    cur.skip(4)?;
    let carried = link::behind(notes, EtherType::BRIDGED, cur)?;
    Ok(Envelope { kind: Kind::Erspan2, id: Some(session), carried })
}
