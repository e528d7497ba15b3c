//! L2TP: PPP and other frames between access and network.
//!
//! Spec: RFC 2661 §3.1 (version 2), RFC 3931 §4.1 (version 3), RFC 4719 (Ethernet).

use super::{Envelope, Kind, looks_like_ethernet, looks_like_ip};
use crate::link::{self, Carried, EtherType, Tags};
use crate::{Anomalies, Cursor, Truncated};

const CONTROL: u16 = 0x8000;
const LENGTH: u16 = 0x4000;
const SEQUENCE: u16 = 0x0800;
const OFFSET: u16 = 0x0200;
/// Bits that must be zero in both versions.
const RESERVED: u16 = 0x34f0;

/// A datagram on the port of L2TP; control messages carry nothing.
pub(super) fn dissect<'a>(notes: &mut Anomalies, cur: Cursor<'a>) -> Option<Envelope<'a>> {
    let mut cur = cur;
    let flags = cur.u16().ok()?;
    if flags & (RESERVED | CONTROL) != 0 {
        return None;
    }
    match flags & 0x0f {
        2 => version_2(notes, flags, cur).ok().flatten(),
        3 => {
            cur.skip(2).ok()?;
            let session = cur.u32().ok()?;
            version_3(notes, session, cur)
        }
        _ => None,
    }
}

fn version_2<'a>(
    notes: &mut Anomalies,
    flags: u16,
    mut cur: Cursor<'a>,
) -> Result<Option<Envelope<'a>>, Truncated> {
    if flags & LENGTH != 0 {
        let length = usize::from(cur.u16()?);
        // The length is of the whole message; what does not fit is not L2TP.
        match length.checked_sub(4) {
            Some(rest) if rest <= cur.len() => cur = cur.sub(rest).0,
            _ => return Ok(None),
        }
    }
    cur.skip(2)?;
    let session = cur.u16()?;
    if flags & SEQUENCE != 0 {
        cur.skip(4)?;
    }
    if flags & OFFSET != 0 {
        let padding = cur.u16()?;
        cur.skip(usize::from(padding))?;
    }
    if cur.is_empty() {
        return Ok(None);
    }
    let carried = link::in_ppp(notes, cur)?;
    Ok(Some(Envelope { kind: Kind::L2tp, id: Some(u32::from(session)), carried }))
}

/// IP protocol 115; session zero is control.
pub(super) fn version_3_over_ip<'a>(
    notes: &mut Anomalies,
    mut cur: Cursor<'a>,
) -> Option<Envelope<'a>> {
    let session = cur.u32().ok()?;
    if session == 0 {
        return None;
    }
    version_3(notes, session, cur)
}

/// How long cookie and sublayer are was agreed when the session began, so the frame behind them must show itself.
fn version_3<'a>(notes: &mut Anomalies, session: u32, cur: Cursor<'a>) -> Option<Envelope<'a>> {
    for skipped in [0, 4, 8, 12] {
        let mut frame = cur;
        frame.skip(skipped).ok()?;
        let carried = if looks_like_ethernet(frame.rest()) {
            link::behind(notes, EtherType::BRIDGED, frame).ok()?
        } else if looks_like_ip(frame.rest()) {
            Carried::Ip { tags: Tags::default(), packet: frame }
        } else {
            continue;
        };
        return Some(Envelope { kind: Kind::L2tpV3, id: Some(session), carried });
    }
    None
}
