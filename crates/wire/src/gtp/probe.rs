//! Is this GTP? Strict and cheap: for ports that promise nothing.

use crate::Cursor;

use super::ie::Format;
use super::names::message_name;
use super::{END_MARKER, ERROR_INDICATION, G_PDU, Ies};

/// What a datagram looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// v0, v1-C or v2-C.
    Control,
    /// v1-U: G-PDU, end marker, error indication.
    User,
    /// GTP'.
    Charging,
}

/// Elements after which a message is taken at its word.
const ENOUGH: usize = 8;

/// `Some` only when version, flags, message type and every length fit, and the elements (or the inner packet) do too.
/// Echoes have the same shape in both planes and count as control.
pub fn probe(bytes: &[u8]) -> Option<Kind> {
    let mut cur = Cursor::new(bytes);
    let [flags, kind] = cur.array().ok()?;
    let length = usize::from(cur.u16().ok()?);
    match flags {
        // GTP' with its six octets.
        0x0f | 0x2e | 0x2f | 0x4e | 0x4f => {
            message_name(flags >> 5, true, kind)?;
            cur.skip(2).ok()?;
            (length == cur.len() && plausible(Format::V1, cur)).then_some(Kind::Charging)
        }
        // The same with the twenty octets of version 0.
        0x0e => {
            message_name(0, true, kind)?;
            cur.skip(16).ok()?;
            (length == cur.len() && plausible(Format::V0, cur)).then_some(Kind::Charging)
        }
        0x1e | 0x1f => {
            message_name(0, false, kind)?;
            cur.skip(16).ok()?;
            if length != cur.len() {
                return None;
            }
            if kind == G_PDU {
                return inner_packet(cur).then_some(Kind::User);
            }
            plausible(Format::V0, cur).then_some(Kind::Control)
        }
        0x30..=0x37 => {
            message_name(1, false, kind)?;
            cur.skip(4).ok()?;
            if length != cur.len() {
                return None;
            }
            if kind == G_PDU {
                let (_, inner) = super::gpdu(Cursor::new(bytes))?;
                return (inner_packet(inner) || radio_bearer(bytes)).then_some(Kind::User);
            }
            if flags & 7 != 0 {
                let [_, _, _, next] = cur.array().ok()?;
                if flags & 4 != 0 && next != 0 {
                    return None;
                }
            }
            let plane = match kind {
                END_MARKER | ERROR_INDICATION => Kind::User,
                _ => Kind::Control,
            };
            plausible(Format::V1, cur).then_some(plane)
        }
        0x40..=0x5f if flags & 3 == 0 => {
            message_name(2, false, kind)?;
            let (mut body, whole) = cur.sub(length);
            if !whole || (flags & 0x10 == 0 && !cur.is_empty()) {
                return None;
            }
            body.skip(if flags & 8 == 0 { 4 } else { 8 }).ok()?;
            plausible(Format::V2, body).then_some(Kind::Control)
        }
        _ => None,
    }
}

fn plausible(format: Format, body: Cursor<'_>) -> bool {
    let mut ies = Ies::new(format, body);
    let version = if format == Format::V2 { 2 } else { 1 };
    let named =
        ies.by_ref().take(ENOUGH).all(|ie| super::names::ie_name(version, ie.kind).is_some());
    named && ies.defect().is_none()
}

/// Whether the first extension header is one behind which a radio bearer's PDCP stands, which has no shape of its own
/// (TS 38.425 §5.4, TS 29.281 §5.2.2).
fn radio_bearer(bytes: &[u8]) -> bool {
    matches!(bytes, [0x34..=0x37, _, _, _, _, _, _, _, _, _, _, 0x82..=0x84 | 0xc0, ..])
}

/// An IP header whose length fits, or nothing that could be judged in an empty or PPP packet.
fn inner_packet(inner: Cursor<'_>) -> bool {
    let mut cur = inner;
    match inner.peek().map(|octet| octet >> 4) {
        Some(4) => {
            let _ = cur.skip(2);
            cur.u16().is_ok_and(|total| usize::from(total) == inner.len()) && 20 <= inner.len()
        }
        Some(6) => {
            let _ = cur.skip(4);
            cur.u16().is_ok_and(|len| usize::from(len).saturating_add(40) == inner.len())
        }
        _ => false,
    }
}
