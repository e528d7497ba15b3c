//! ip: examples of the specification, every prefix of them, and octets at random.

#![expect(clippy::cast_possible_truncation, reason = "lengths of messages made here")]

use etherparse::{IpFragOffset, Ipv4Header, PacketBuilder, SlicedPacket, TransportSlice};
use proptest::prelude::*;

use super::*;

fn read(bytes: &[u8]) -> (Option<Packet<'_>>, Anomalies, usize) {
    let (mut notes, mut cur) = (Anomalies::new(), Cursor::new(bytes));
    let packet = dissect(&mut notes, &mut cur);
    (packet, notes, cur.len())
}

fn udp_in_v4(payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    PacketBuilder::ipv4([192, 0, 2, 1], [192, 0, 2, 2], 64)
        .udp(2123, 2124)
        .write(&mut packet, payload)
        .unwrap();
    packet
}

#[test]
fn the_length_of_the_packet_ends_it_and_not_the_frame() {
    let mut bytes = udp_in_v4(b"hello");
    bytes.extend_from_slice(&[0; 13]);
    let (packet, notes, left) = read(&bytes);
    let packet = packet.unwrap();
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!((packet.payload.len(), packet.total_len, left), (13, 33, 13));
    assert_eq!((packet.proto, packet.ttl, packet.snapped), (proto::UDP, 64, false));
    assert_eq!(packet.src.to_string(), "192.0.2.1");
}

#[test]
fn a_cut_packet_is_read_as_far_as_it_goes() {
    let bytes = udp_in_v4(b"hello");
    for len in 0..bytes.len() {
        let (packet, notes, _) = read(&bytes[..len]);
        assert!(!notes.is_empty(), "{len}");
        assert_eq!(packet.is_some(), 20 <= len, "{len}");
        assert!(packet.is_none_or(|packet| packet.snapped && packet.payload.len() == len - 20));
    }
}

#[test]
fn length_zero_is_offload_and_a_shorter_one_is_a_lie() {
    for (stated, noted) in [(0u16, false), (19, true)] {
        let mut bytes = udp_in_v4(b"hello");
        bytes[2..4].copy_from_slice(&stated.to_be_bytes());
        let (packet, notes, _) = read(&bytes);
        let packet = packet.unwrap();
        assert_eq!((packet.payload.len(), packet.total_len), (13, 33));
        assert_eq!(notes.has("ip.len"), noted);
    }
}

#[test]
fn a_wrong_header_checksum_is_noted_and_computed() {
    let mut bytes = udp_in_v4(b"hello");
    let right = u16::from_be_bytes([bytes[10], bytes[11]]);
    bytes[10..12].copy_from_slice(&[0, 0]);
    let (packet, notes, _) = read(&bytes);
    assert!(packet.is_some());
    assert_eq!(
        notes.as_slice()[0].flaw,
        Flaw::BadChecksum { found: 0, computed: u64::from(right) }
    );
}

#[test]
fn options_and_header_lengths_that_lie() {
    let mut header =
        Ipv4Header::new(8, 9, etherparse::IpNumber::UDP, [1, 2, 3, 4], [5, 6, 7, 8]).unwrap();
    header.options = [1, 1, 1, 1, 1, 1, 1, 0].into();
    header.set_payload_len(8).unwrap();
    header.header_checksum = header.calc_header_checksum();
    let mut bytes = Vec::new();
    header.write(&mut bytes).unwrap();
    bytes.extend_from_slice(&[7; 8]);
    let (packet, notes, _) = read(&bytes);
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!((packet.unwrap().payload.rest(), packet.unwrap().total_len), (&[7u8; 8][..], 36));

    bytes[0] = 0x42;
    assert!(read(&bytes).1.has("ip.hdr_len"));
    bytes[0] = 0x4f;
    let (packet, notes, _) = read(&bytes);
    assert!(notes.has("ip.hdr_len") && packet.unwrap().payload.is_empty());
}

#[test]
fn pieces_of_datagrams() {
    let mut bytes = udp_in_v4(b"hello");
    bytes[6..8].copy_from_slice(&0x2001u16.to_be_bytes());
    let fragment = read(&bytes).0.unwrap().fragment.unwrap();
    assert_eq!((fragment.offset, fragment.more), (8, true));
    bytes[6..8].copy_from_slice(&0x4000u16.to_be_bytes());
    assert_eq!(read(&bytes).0.unwrap().fragment, None);

    let v6 = v6_with(44, &[17, 0, 0x00, 0x11, 0, 0, 0, 9, 1, 2, 3]);
    let packet = read(&v6).0.unwrap();
    assert_eq!(packet.fragment, Some(Fragment { id: 9, offset: 16, more: true }));
    assert_eq!((packet.proto, packet.payload.rest()), (17, &[1u8, 2, 3][..]));

    // RFC 6946: a first and last piece is no piece.
    let atomic = v6_with(44, &[17, 0, 0, 0, 0, 0, 0, 9, 1, 2, 3]);
    let packet = read(&atomic).0.unwrap();
    assert_eq!((packet.proto, packet.fragment, packet.payload.len()), (17, None, 3));
}

fn v6_with(next: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x60, 0, 0, 0, 0, payload.len() as u8, next, 61];
    bytes.extend_from_slice(&[0x20; 16]);
    bytes.extend_from_slice(&[0x21; 16]);
    bytes.extend_from_slice(payload);
    bytes
}

#[test]
fn extension_headers_are_walked_and_capped() {
    let chain = [
        &[60, 0, 0, 0, 0, 0, 0, 0][..],
        &[43, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        &[51, 0, 0, 0, 0, 0, 0, 0],
        &[17, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        b"data",
    ]
    .concat();
    let bytes = v6_with(0, &chain);
    let (packet, notes, _) = read(&bytes);
    let packet = packet.unwrap();
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!((packet.proto, packet.payload.rest()), (17, &b"data"[..]));

    let long = v6_with(60, &[60, 0, 0, 0, 0, 0, 0, 0].repeat(20));
    assert!(read(&long).1.has("ipv6.exthdr"));
    let (packet, notes, _) = (read(&v6_with(60, &[17, 9, 0])).0.map(|p| p.proto), 0, 0);
    assert_eq!((packet, notes), (Some(60), 0));
}

#[test]
fn neither_version() {
    let (packet, notes, _) = read(&[0x75; 40]);
    assert!(packet.is_none() && notes.has("ip.version"));
    assert!(read(&[]).1.has("ip.header"));
}

#[test]
fn sums_of_every_length() {
    for len in 0..33u8 {
        let bytes: Vec<u8> = (0..len).map(|n| n.wrapping_mul(0x9d) ^ 0xa5).collect();
        let mut slow = 0u64;
        for pair in bytes.chunks(2) {
            slow += u64::from(pair[0]) << 8 | u64::from(pair.get(1).copied().unwrap_or(0));
        }
        assert_eq!(fold(sum_of(&bytes)), fold(slow), "{len}");
    }
}

proptest! {
    /// etherparse builds it, we read it: addresses, carried octets, and every checksum right.
    #[test]
    fn as_etherparse_builds_it(
        v6: bool, ttl: u8, src: [u8; 16], dst: [u8; 16], ports: (u16, u16), tcp: bool,
        payload in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut bytes = Vec::new();
        let builder = if v6 {
            PacketBuilder::ipv6(src, dst, ttl)
        } else {
            PacketBuilder::ipv4(*src.first_chunk().unwrap(), *dst.first_chunk().unwrap(), ttl)
        };
        if tcp {
            builder.tcp(ports.0, ports.1, 7, 512).write(&mut bytes, &payload).unwrap();
        } else {
            builder.udp(ports.0, ports.1).write(&mut bytes, &payload).unwrap();
        }
        let (packet, mut notes, left) = read(&bytes);
        let packet = packet.unwrap();
        prop_assert_eq!((packet.ttl, packet.snapped, left), (ttl, false, 0));
        let theirs = SlicedPacket::from_ip(&bytes).unwrap();
        let mut cur = packet.payload;
        let (src_port, dst_port, carried, checksum) = match theirs.transport.unwrap() {
            TransportSlice::Udp(_) => {
                let udp = crate::transport::udp(&mut notes, &mut cur).unwrap();
                (udp.src_port, udp.dst_port, udp.payload, crate::transport::check_udp(&mut notes, &packet, &udp))
            }
            _ => {
                let tcp = crate::transport::tcp(&mut notes, &mut cur).unwrap();
                prop_assert_eq!(tcp.seq, 7);
                (tcp.src_port, tcp.dst_port, tcp.payload, crate::transport::check_tcp(&mut notes, &packet))
            }
        };
        prop_assert!(notes.is_empty(), "{:?}", notes);
        prop_assert_eq!(((src_port, dst_port), carried.rest()), (ports, payload.as_slice()));
        prop_assert_eq!(checksum, Checksum::Right);
    }

    /// What etherparse reads strictly out of mutated packets, we read the same.
    #[test]
    fn as_etherparse_reads_it(
        flips in proptest::collection::vec((0usize..60, any::<u8>()), 0..6),
        v6: bool, payload in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut bytes = if v6 { v6_with(17, &[&[8, 75, 8, 76, 0, 8, 0, 0], payload.as_slice()].concat()) } else { udp_in_v4(&payload) };
        for (at, value) in flips {
            if let Some(octet) = bytes.get_mut(at) {
                *octet ^= value;
            }
        }
        let Ok(theirs) = etherparse::IpSlice::from_slice(&bytes) else { return Ok(()) };
        let (ours, _, _) = read(&bytes);
        let ours = ours.unwrap();
        prop_assert_eq!((ours.src, ours.dst), (theirs.source_addr(), theirs.destination_addr()));
        if let Some(v4) = theirs.ipv4() {
            // Zero is the rest of the frame for us and an error for them; AH we walk in both versions.
            prop_assert_eq!(u32::from(v4.header().total_len()), ours.total_len);
            prop_assert_eq!(v4.header().fragments_offset() != IpFragOffset::ZERO || v4.header().more_fragments(), ours.fragment.is_some());
        }
        let carried = theirs.payload();
        if carried.ip_number.0 == ours.proto && ours.fragment.is_none() {
            prop_assert_eq!(carried.payload, ours.payload.rest());
        }
    }
}
