//! VXLAN and its generic protocol extension.
//!
//! Spec: RFC 7348 §5; draft-ietf-nvo3-vxlan-gpe-12 §3; draft-smith-vxlan-group-policy (the G bit).

use super::{Envelope, Kind, looks_like_ethernet};
use crate::link::{self, Carried, EtherType, Tags};
use crate::{Anomalies, Cursor, Flaw, Truncated};

/// A VNI is there.
const VNI: u8 = 0x08;
/// The next protocol is there.
const PROTOCOL: u8 = 0x04;
/// Bits that no version gives a meaning: what sets one of them is something else.
const UNKNOWN: u8 = 0x70;

pub(super) fn dissect<'a>(
    notes: &mut Anomalies,
    mut cur: Cursor<'a>,
) -> Result<Option<Envelope<'a>>, Truncated> {
    let at = cur.span_of(8);
    let flags = cur.u8()?;
    cur.skip(3)?;
    let vni = cur.u32()? >> 8;
    if flags & UNKNOWN != 0 || (flags & VNI == 0 && !looks_like_ethernet(cur.rest())) {
        return Ok(None);
    }
    if flags & VNI == 0 {
        // A receiver drops such a frame, so whoever sends it talks to something else.
        notes.note(at, "vxlan.flags", Flaw::IllegalValue(u64::from(flags)));
    }
    let carried = link::behind(notes, EtherType::BRIDGED, cur)?;
    Ok(Some(Envelope { kind: Kind::Vxlan, id: Some(vni), carried }))
}

pub(super) fn generic<'a>(
    notes: &mut Anomalies,
    mut cur: Cursor<'a>,
) -> Result<Option<Envelope<'a>>, Truncated> {
    let [flags, _, _, next] = cur.array()?;
    let vni = cur.u32()? >> 8;
    if flags & 0xc0 != 0 || flags & (VNI | PROTOCOL) == 0 {
        return Ok(None);
    }
    let protocol = match next {
        _ if flags & PROTOCOL == 0 => EtherType::BRIDGED,
        1 => EtherType::IPV4,
        2 => EtherType::IPV6,
        3 => EtherType::BRIDGED,
        4 => EtherType::NSH,
        5 => EtherType::MPLS,
        _ => return Ok(None),
    };
    let carried = match protocol {
        EtherType::IPV4 | EtherType::IPV6 => Carried::Ip { tags: Tags::default(), packet: cur },
        _ => link::behind(notes, protocol, cur)?,
    };
    let id = (flags & VNI != 0).then_some(vni);
    Ok(Some(Envelope { kind: Kind::VxlanGpe, id, carried }))
}

/// Whether this is VXLAN on some port of somebody's choice: strictly as the first edition has it, around an IP packet
/// that is whole and right.
pub fn looks_like_vxlan(bytes: &[u8]) -> bool {
    match bytes.split_first_chunk::<8>() {
        Some(([VNI, 0, 0, 0, _, _, _, 0], frame)) => looks_like_ethernet(frame),
        _ => false,
    }
}
