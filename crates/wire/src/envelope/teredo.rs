//! Teredo: IPv6 in UDP through address translation.
//!
//! Spec: RFC 4380 §5.1.1.

use super::{Envelope, Kind};
use crate::Cursor;
use crate::link::{Carried, Tags};

/// Authentication and origin may stand first; then there must be an IPv6 packet that fills the datagram.
pub(super) fn dissect(mut cur: Cursor<'_>) -> Option<Envelope<'_>> {
    if cur.rest().starts_with(&[0, 1]) {
        cur.skip(2).ok()?;
        let (client, value) = (cur.u8().ok()?, cur.u8().ok()?);
        // Nonce and confirmation.
        cur.skip(usize::from(client) + usize::from(value) + 9).ok()?;
    }
    if cur.rest().starts_with(&[0, 0]) {
        cur.skip(8).ok()?;
    }
    let header = cur.rest().first_chunk::<40>()?;
    let length = usize::from(u16::from_be_bytes([header[4], header[5]]));
    if header[0] >> 4 != 6 || cur.len() < length.saturating_add(40) {
        return None;
    }
    let carried = Carried::Ip { tags: Tags::default(), packet: cur };
    Some(Envelope { kind: Kind::Teredo, id: None, carried })
}
