//! IPsec as such: ESP by its index, the key exchange by its header. Nothing is opened, null encryption neither.
//!
//! Spec: RFC 4303 §2, RFC 3948 §2 (in UDP), RFC 7296 §3.1 and RFC 2408 §3.1 (IKE).

use crate::Cursor;

/// Index and sequence number of an ESP packet.
pub fn esp(mut cur: Cursor<'_>) -> Option<(u32, u32)> {
    Some((cur.u32().ok()?, cur.u32().ok()?))
}

/// An IKE header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ike {
    pub major: u8,
    pub exchange: u8,
    pub initiator_spi: u64,
    pub responder_spi: u64,
}

/// Reads the header of IKE, when it is one: version 1 or 2 and a length that fills the datagram.
pub fn ike(mut cur: Cursor<'_>) -> Option<Ike> {
    let whole = cur.len();
    let initiator_spi = cur.u64().ok()?;
    let responder_spi = cur.u64().ok()?;
    let [_, version, exchange, _] = cur.array().ok()?;
    cur.skip(4).ok()?;
    let length = usize::try_from(cur.u32().ok()?).ok()?;
    let known = matches!((version, exchange), (0x10, 1..=6 | 32..=34) | (0x20, 34..=44));
    (known && initiator_spi != 0 && length == whole).then_some(Ike {
        major: version >> 4,
        exchange,
        initiator_spi,
        responder_spi,
    })
}

/// What a datagram on port 4500 is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InUdp4500 {
    Keepalive,
    Ike(Ike),
    Esp { spi: u32, sequence: u32 },
}

/// RFC 3948 §2.1 to §2.3: one octet of ones, a marker of four zeros and IKE, or ESP, whose index is never below 256.
pub fn in_udp_4500(cur: Cursor<'_>) -> Option<InUdp4500> {
    if cur.rest() == [0xff] {
        return Some(InUdp4500::Keepalive);
    }
    let mut behind = cur;
    if behind.u32().ok()? == 0 {
        return ike(behind).map(InUdp4500::Ike);
    }
    // Header, an initialisation vector or a checksum, padding: no packet is shorter.
    if cur.len() < 20 {
        return None;
    }
    let (spi, sequence) = esp(cur)?;
    (spi > 255).then_some(InUdp4500::Esp { spi, sequence })
}
