//! The long header of QUIC, without deciphering anything.
//!
//! Specs: RFC 9000 §17.2, RFC 8999, RFC 9369 (version 2).

use crate::{Cursor, Truncated};

/// The start of a packet with a long header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LongHeader {
    pub version: u32,
    /// Type in two bits; what it means depends on the version.
    pub packet_type: u8,
    pub destination_id_len: u8,
    pub source_id_len: u8,
}

/// A client's first datagram has at least so many octets (RFC 9000 §14.1).
const MIN_INITIAL: usize = 1_200;

/// Is this datagram QUIC? It must name a version that exists, with identifiers that fit; a client's first one is as long
/// as it must be.
pub fn probe(bytes: &[u8]) -> bool {
    let Ok(header) = long_header(&mut Cursor::new(bytes)) else { return false };
    let known = matches!(header.version, 1 | 0x6b33_43cf | 0xff00_0001..=0xff00_0040);
    let initial = match header.version {
        0x6b33_43cf => header.packet_type == 1,
        _ => header.packet_type == 0,
    };
    known
        && bytes.first().is_some_and(|first| first & 0xc0 == 0xc0)
        && header.destination_id_len <= 20
        && header.source_id_len <= 20
        && (!initial || header.source_id_len != 0 || MIN_INITIAL <= bytes.len())
        && (initial || header.destination_id_len != 0 || header.source_id_len != 0)
}

/// Reads the long header as far as all versions have it (RFC 8999 §5.1).
pub fn long_header(cur: &mut Cursor<'_>) -> Result<LongHeader, Truncated> {
    let first = cur.u8()?;
    let version = cur.u32()?;
    let destination_id_len = cur.u8()?;
    cur.skip(usize::from(destination_id_len))?;
    let source_id_len = cur.u8()?;
    cur.skip(usize::from(source_id_len))?;
    if first & 0x80 == 0 {
        return Err(Truncated { at: cur.offset(), missing: 0 });
    }
    Ok(LongHeader { version, packet_type: first >> 4 & 3, destination_id_len, source_id_len })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_begins() {
        let mut bytes = vec![0xc3, 0, 0, 0, 1, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0];
        assert!(!probe(&bytes));
        bytes.resize(1_200, 0x5a);
        assert!(probe(&bytes));
        let header = long_header(&mut Cursor::new(&bytes)).unwrap();
        assert_eq!((header.packet_type, header.destination_id_len), (0, 8));
        bytes[4] = 77;
        assert!(!probe(&bytes));
        bytes[4] = 1;
        bytes[5] = 21;
        assert!(!probe(&bytes));
        assert!(!probe(&[0x40; 1_300]) && !probe(&[0xff; 1_300]) && !probe(&[]));
    }
}
