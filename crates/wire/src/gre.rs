//! GRE: a packet or an Ethernet frame inside an IP packet.
//!
//! Spec: RFC 2784, RFC 2890 (key and sequence number), RFC 1701 (routing, version 1 of RFC 2637).

use crate::link::{self, Carried, EtherType, LinkType, Tags};
use crate::{Anomalies, Cursor, Truncated};

/// Each of these says that four octets more stand in the header.
const CHECKSUM: u16 = 0x8000;
const KEY: u16 = 0x2000;
const SEQUENCE: u16 = 0x1000;
/// Source routes, which RFC 2784 took away, and the version: 1 is PPTP's.
const ROUTING: u16 = 0x4000;
const VERSION: u16 = 0x0007;

/// Reads one packet to its end: what it carries, `None` where that is not read. Fails when the header is cut short.
pub fn dissect<'a>(
    notes: &mut Anomalies,
    cur: &mut Cursor<'a>,
) -> Result<Option<Carried<'a>>, Truncated> {
    let flags = cur.u16()?;
    let protocol = EtherType(cur.u16()?);
    if flags & (ROUTING | VERSION) != 0 {
        cur.take_rest();
        return Ok(None);
    }
    for option in [CHECKSUM, KEY, SEQUENCE] {
        if flags & option != 0 {
            cur.skip(4)?;
        }
    }
    let payload = *cur;
    cur.take_rest();
    Ok(match protocol {
        EtherType::IPV4 | EtherType::IPV6 => {
            Some(Carried::Ip { tags: Tags::default(), packet: payload })
        }
        EtherType::BRIDGED => link::network(notes, LinkType::ETHERNET, payload),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Option<Carried<'_>>, Truncated> {
        dissect(&mut Anomalies::new(), &mut Cursor::new(bytes))
    }

    fn inner(bytes: &[u8]) -> Option<&[u8]> {
        match read(bytes) {
            Ok(Some(Carried::Ip { packet, .. })) => Some(packet.rest()),
            _ => None,
        }
    }

    #[test]
    fn what_the_flags_add_is_skipped() {
        assert_eq!(inner(&[0, 0, 8, 0, 0x45]), Some(&[0x45][..]));
        assert_eq!(inner(&[0x20, 0, 8, 0, 1, 2, 3, 4, 0x45]), Some(&[0x45][..]));
        let all = [0xb0, 0, 0x86, 0xdd, 1, 2, 0, 0, 3, 4, 5, 6, 7, 8, 9, 10, 0x60];
        assert_eq!(inner(&all), Some(&[0x60][..]));
        assert!(read(&all[..12]).is_err());
    }

    #[test]
    fn a_bridged_frame_is_walked() {
        let mut bytes = vec![0x20, 0, 0x65, 0x58, 0, 0, 0, 1];
        bytes.extend([0; 12]);
        bytes.extend([8, 0, 0x45]);
        assert_eq!(inner(&bytes), Some(&[0x45][..]));
    }

    #[test]
    fn other_versions_are_left_alone() {
        assert_eq!(read(&[0x30, 1, 0x88, 0x0b, 0, 0, 0, 0, 0, 0, 0, 0]), Ok(None));
        assert_eq!(read(&[0x40, 0, 8, 0, 0x45]), Ok(None));
    }
}
