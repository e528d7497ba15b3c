//! GRE, and what is told apart by its protocol field: NVGRE, PPTP, ERSPAN.
//!
//! Spec: RFC 2784, RFC 2890 (key and sequence number), RFC 1701 (routing), RFC 2637 (version 1), RFC 7637 (NVGRE).

use super::{Envelope, Kind, erspan};
use crate::link::{self, Carried, EtherType};
use crate::{Anomalies, Cursor, Flaw, Truncated};

const CHECKSUM: u16 = 0x8000;
const ROUTING: u16 = 0x4000;
const KEY: u16 = 0x2000;
const SEQUENCE: u16 = 0x1000;
/// Version 1 only.
const ACKNOWLEDGEMENT: u16 = 0x0080;
const VERSION: u16 = 0x0007;
/// Source routes of one packet that are walked; RFC 2784 took them away.
const MAX_ROUTES: usize = 16;

pub(super) fn dissect<'a>(
    notes: &mut Anomalies,
    mut cur: Cursor<'a>,
) -> Result<Option<Envelope<'a>>, Truncated> {
    let at = cur.span_of(4);
    let flags = cur.u16()?;
    let protocol = EtherType(cur.u16()?);
    match flags & VERSION {
        0 => {}
        1 if protocol == EtherType::PPP => return pptp(notes, flags, cur),
        version => {
            notes.note(at, "gre.version", Flaw::IllegalValue(u64::from(version)));
            return Ok(None);
        }
    }
    if flags & (CHECKSUM | ROUTING) != 0 {
        cur.skip(4)?;
    }
    let key = if flags & KEY == 0 { None } else { Some(cur.u32()?) };
    let sequenced = flags & SEQUENCE != 0;
    if sequenced {
        cur.skip(4)?;
    }
    if flags & ROUTING != 0 && !routes(&mut cur)? {
        notes.note(at, "gre.routing", Flaw::TooMany);
        return Ok(None);
    }
    let envelope = |kind, id, carried| Ok(Some(Envelope { kind, id, carried }));
    match protocol {
        EtherType::ERSPAN | EtherType::ERSPAN_3 => {
            erspan::dissect(notes, protocol, sequenced, cur).map(Some)
        }
        EtherType::BRIDGED => {
            let carried = link::behind(notes, protocol, cur)?;
            match key {
                Some(key) if flags & (CHECKSUM | SEQUENCE) == 0 && is_segment(key, &carried) => {
                    envelope(Kind::Nvgre, Some(key >> 8), carried)
                }
                _ => envelope(Kind::Gre, key, carried),
            }
        }
        EtherType::WCCP => {
            // The second version puts four octets in front, the first nothing.
            if cur.peek().is_some_and(|octet| octet >> 4 != 4) {
                cur.skip(4)?;
            }
            envelope(Kind::Gre, key, link::behind(notes, EtherType::IPV4, cur)?)
        }
        // Keepalives of routers (protocol zero) and what has a length there carry nothing.
        EtherType(..=1500) => Ok(None),
        _ => envelope(Kind::Gre, key, link::behind(notes, protocol, cur)?),
    }
}

/// Whether a key of bridged frames is taken for a segment and a flow (RFC 7637 §3.2): a segment outside of what is
/// reserved, a flow that is told apart, and no tag in the frame (§3.3 forbids it). No single packet proves it: the key of a
/// tunnel may look the same when somebody chose a big number, or wrote it as an address.
fn is_segment(key: u32, carried: &Carried<'_>) -> bool {
    let (Carried::Ip { tags, .. } | Carried::Other { tags, .. }) = carried else { return false };
    (0x1000..0xff_ffff).contains(&(key >> 8))
        && key & 0xff != 0
        && tags.vlan_ids.iter().all(Option::is_none)
}

/// RFC 1701: family, offset and length of each, an empty one at the end.
fn routes(cur: &mut Cursor<'_>) -> Result<bool, Truncated> {
    for _ in 0..MAX_ROUTES {
        let [family_high, family_low, _, length] = cur.array()?;
        if family_high == 0 && family_low == 0 && length == 0 {
            return Ok(true);
        }
        cur.skip(usize::from(length))?;
    }
    Ok(false)
}

/// RFC 2637 §4.1: the key is the length of the payload and the call.
fn pptp<'a>(
    notes: &mut Anomalies,
    flags: u16,
    mut cur: Cursor<'a>,
) -> Result<Option<Envelope<'a>>, Truncated> {
    let at = cur.span_of(4);
    let length = cur.u16()?;
    let call = cur.u16()?;
    for option in [SEQUENCE, ACKNOWLEDGEMENT] {
        if flags & option != 0 {
            cur.skip(4)?;
        }
    }
    // An acknowledgement alone.
    if flags & SEQUENCE == 0 || length == 0 {
        return Ok(None);
    }
    let (payload, whole) = cur.sub(usize::from(length));
    if !whole {
        let missing = u32::from(length).saturating_sub(payload.span().len);
        notes.note(at, "gre.key.payload_length", Flaw::Truncated { missing });
    }
    let carried = link::in_ppp(notes, payload)?;
    Ok(Some(Envelope { kind: Kind::Pptp, id: Some(u32::from(call)), carried }))
}
