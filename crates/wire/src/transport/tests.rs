//! transport: examples of the specification, every prefix of them, and octets at random.

use super::*;
use crate::ip::Packet;

fn datagram(length: u16, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![8, 75, 8, 76];
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(&[0, 0]);
    bytes.extend_from_slice(payload);
    bytes
}

#[test]
fn a_datagram_and_lengths_that_disagree() {
    for (length, octets, flaw) in [
        (13, 5, None),
        (11, 3, Some(Flaw::Disagrees { found: 11, expected: 13 })),
        (15, 5, Some(Flaw::Truncated { missing: 2 })),
        (3, 5, Some(Flaw::Disagrees { found: 3, expected: 13 })),
        (0, 5, Some(Flaw::Disagrees { found: 0, expected: 13 })),
    ] {
        let bytes = datagram(length, b"hello");
        let (mut notes, mut cur) = (Anomalies::new(), Cursor::new(&bytes));
        let udp = udp(&mut notes, &mut cur).unwrap();
        assert_eq!((udp.src_port, udp.dst_port, udp.payload.len()), (2123, 2124, octets));
        assert_eq!(notes.as_slice().first().map(|anomaly| anomaly.flaw), flaw, "{length}");
    }
    let short = udp(&mut Anomalies::new(), &mut Cursor::new(&[1, 2, 3]));
    assert_eq!(short, Err(Truncated { at: 0, missing: 5 }));
}

fn segment(offset_flags: [u8; 2], urgent: u16, rest: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 22, 0xc0, 1, 0, 0, 0, 1, 0, 0, 0, 2];
    bytes.extend_from_slice(&offset_flags);
    bytes.extend_from_slice(&[0x10, 0, 0, 0]);
    bytes.extend_from_slice(&urgent.to_be_bytes());
    bytes.extend_from_slice(rest);
    bytes
}

fn read(bytes: &[u8]) -> (Tcp<'_>, Anomalies) {
    let mut notes = Anomalies::new();
    (tcp(&mut notes, &mut Cursor::new(bytes)).unwrap(), notes)
}

#[test]
fn a_segment_with_options() {
    let bytes = segment([0x60, TcpFlags::SYN], 0, &[2, 4, 5, 180, 9, 9]);
    let (tcp, notes) = read(&bytes);
    assert!(notes.is_empty() && tcp.flags.syn() && !tcp.flags.ack());
    assert_eq!((tcp.options, tcp.payload.rest()), (&[2u8, 4, 5, 180][..], &[9u8, 9][..]));
    assert_eq!((tcp.src_port, tcp.dst_port, tcp.seq, tcp.ack), (22, 0xc001, 1, 2));
}

#[test]
fn header_lengths_that_lie() {
    let bytes = segment([0x40, TcpFlags::ACK], 0, &[1, 2]);
    let (tcp, notes) = read(&bytes);
    assert!(notes.has("tcp.hdr_len"));
    assert_eq!(tcp.payload.len(), 2);
    let bytes = segment([0xf0, TcpFlags::ACK], 0, &[1, 2]);
    let (tcp, notes) = read(&bytes);
    assert_eq!(notes.as_slice()[0].flaw, Flaw::Truncated { missing: 38 });
    assert!(tcp.payload.is_empty());
}

#[test]
fn the_refusal_that_is_a_beacon() {
    let (rst, ack, urg) = (TcpFlags::RST, TcpFlags::ACK, TcpFlags::URG);
    let magic = |offset, flags, urgent| {
        let bytes = segment([offset, flags], urgent, &[0; 4]);
        read(&bytes).1.has("tcp.urgent_pointer")
    };
    assert!(magic(0x50, rst | ack, 1));
    assert!(!magic(0x50, rst | ack, 0));
    assert!(!magic(0x50, rst | ack, 2));
    assert!(!magic(0x50, rst | ack | urg, 1));
    assert!(!magic(0x60, rst | ack, 1));
    assert!(!magic(0x50, rst, 1));
}

#[test]
fn checksums_unfinished_wrong_and_absent() {
    let mut packet = Vec::new();
    etherparse::PacketBuilder::ipv4([192, 0, 2, 1], [192, 0, 2, 2], 64)
        .udp(1, 2)
        .write(&mut packet, b"hello")
        .unwrap();
    let check = |bytes: &[u8]| {
        let mut notes = Anomalies::new();
        let ip: Packet<'_> = ip::dissect(&mut notes, &mut Cursor::new(bytes)).unwrap();
        let udp = udp(&mut notes, &mut ip.payload.clone()).unwrap();
        (check_udp(&mut notes, &ip, &udp), notes.has("udp.checksum"))
    };
    assert_eq!(check(&packet), (Checksum::Right, false));
    packet[26] ^= 1;
    assert_eq!(check(&packet), (Checksum::Wrong, true));
    packet[26..28].copy_from_slice(&[0, 0]);
    assert_eq!(check(&packet), (Checksum::Absent, false));
    // The sum of the pseudo-header alone: c000 + 0201 + c000 + 0202 + 0011 + 000d, folded.
    packet[26..28].copy_from_slice(&0x8422u16.to_be_bytes());
    assert_eq!(check(&packet), (Checksum::Unfinished, true));
    assert_eq!(check(&packet[..30]), (Checksum::Unknown, false));
}
