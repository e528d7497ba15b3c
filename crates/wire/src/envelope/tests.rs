//! Every envelope built from its specification, every prefix of it, and what no envelope is.

use proptest::prelude::*;

use super::*;

fn opened(proto: u8, bytes: &[u8]) -> Option<Envelope<'_>> {
    in_ip(&mut Anomalies::new(), &ip::Packet::around(proto, Cursor::new(bytes)))
}

fn datagram(port: u16, bytes: &[u8]) -> Option<Envelope<'_>> {
    in_udp(&mut Anomalies::new(), 49_152, port, Cursor::new(bytes))
}

type Read<'a> = Option<(Kind, Option<u32>, Option<&'a [u8]>)>;

/// Kind, identifier and the IP packet inside.
fn read(envelope: Option<Envelope<'_>>) -> Read<'_> {
    envelope.map(|envelope| {
        let inner = match envelope.carried {
            Carried::Ip { packet, .. } => Some(packet.rest()),
            _ => None,
        };
        (envelope.kind, envelope.id, inner)
    })
}

fn gre(bytes: &[u8]) -> Read<'_> {
    read(opened(proto::GRE, bytes))
}

/// A frame around octets that begin like an IP packet.
fn frame(packet: &[u8]) -> Vec<u8> {
    [&[2; 12][..], &[8, 0], packet].concat()
}

/// A whole IPv4 packet with the right checksum.
const PACKET: [u8; 20] =
    [0x45, 0, 0, 20, 0, 0, 0, 0, 64, 59, 0xf6, 0xab, 192, 0, 2, 1, 192, 0, 2, 2];

#[test]
fn what_the_flags_of_gre_add_is_skipped() {
    assert_eq!(gre(&[0, 0, 8, 0, 0x45]), Some((Kind::Gre, None, Some(&[0x45][..]))));
    let keyed = [0x20, 0, 8, 0, 1, 2, 3, 4, 0x45];
    assert_eq!(gre(&keyed), Some((Kind::Gre, Some(0x0102_0304), Some(&[0x45][..]))));
    let all = [0xb0, 0, 0x86, 0xdd, 1, 2, 0, 0, 3, 4, 5, 6, 7, 8, 9, 10, 0x60];
    assert_eq!(gre(&all), Some((Kind::Gre, Some(0x0304_0506), Some(&[0x60][..]))));
    assert_eq!(gre(&all[..12]), None);
    // RFC 1701: a route of four octets, and an empty one that ends them.
    let routed = [0x40, 0, 8, 0, 0, 0, 0, 0, 8, 0, 4, 4, 1, 2, 3, 4, 0, 0, 0, 0, 0x45];
    assert_eq!(gre(&routed), Some((Kind::Gre, None, Some(&[0x45][..]))));
    // Redirected by WCCP, of either version.
    for redirect in [&[0, 0, 0x88, 0x3e, 0x45][..], &[0, 0, 0x88, 0x3e, 0, 1, 2, 3, 0x45]] {
        assert_eq!(gre(redirect), Some((Kind::Gre, None, Some(&[0x45][..]))));
    }
    // A keepalive, and a version that does not exist.
    assert_eq!(gre(&[0, 0, 0, 0]), None);
    assert_eq!(gre(&[0, 5, 8, 0, 0x45]), None);
}

#[test]
fn a_segment_in_the_key_is_nvgre() {
    let bytes = [&[0x20, 0, 0x65, 0x58, 0, 0x13, 0x89, 7][..], &frame(&[0x45])].concat();
    assert_eq!(gre(&bytes), Some((Kind::Nvgre, Some(5_001), Some(&[0x45][..]))));
    // Keys of tunnels: small numbers, a segment that is reserved, and one without a flow.
    for key in [7, 65_000, 0x000f_ff07, 0xffff_ff07, 0x0200_0000] {
        let bytes = [&[0x20, 0, 0x65, 0x58][..], &u32::to_be_bytes(key), &frame(&[0x45])].concat();
        assert_eq!(gre(&bytes), Some((Kind::Gre, Some(key), Some(&[0x45][..]))));
    }
}

#[test]
fn ppp_in_gre() {
    let packet =
        [0x30, 0x81, 0x88, 0x0b, 0, 5, 0, 77, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 3, 0, 0x21, 0x45];
    assert_eq!(gre(&packet), Some((Kind::Pptp, Some(77), Some(&[0x45][..]))));
    // An acknowledgement alone.
    assert_eq!(gre(&[0x20, 0x81, 0x88, 0x0b, 0, 0, 0, 77, 0, 0, 0, 2]), None);
}

#[test]
fn mirrored_frames_of_three_types() {
    let first = [&[0, 0, 0x88, 0xbe][..], &frame(&[0x45])].concat();
    assert_eq!(gre(&first), Some((Kind::Erspan1, None, Some(&[0x45][..]))));
    let second =
        [&[0x10, 0, 0x88, 0xbe, 0, 0, 0, 9, 0x10, 7, 0, 100, 0, 0, 0, 0][..], &frame(&[0x45])]
            .concat();
    assert_eq!(gre(&second), Some((Kind::Erspan2, Some(100), Some(&[0x45][..]))));
    let head = [0x10, 0, 0x22, 0xeb, 0, 0, 0, 9, 0x20, 7, 0, 101, 0, 0, 0, 1, 0, 0];
    let plain = [&head[..], &[0, 0], &frame(&[0x45])].concat();
    let platform = [&head[..], &[0, 1], &[9; 8], &frame(&[0x45])].concat();
    // Frame type 2 is IP.
    let bare = [&head[..], &[2 << 2, 0], &[0x45]].concat();
    for bytes in [plain, platform, bare] {
        assert_eq!(gre(&bytes), Some((Kind::Erspan3, Some(101), Some(&[0x45][..]))));
    }
}

#[test]
fn vxlan_and_its_extension() {
    let vxlan = [&[8, 0, 0, 0, 0, 0x13, 0x88, 0][..], &frame(&[0x45])].concat();
    assert_eq!(read(datagram(4789, &vxlan)), Some((Kind::Vxlan, Some(5_000), Some(&[0x45][..]))));
    assert_eq!(read(datagram(2152, &vxlan)), None);
    // A group policy stands beside the VNI; without one, only a packet that is whole is believed.
    let group = [&[0x88, 0, 0, 7, 0, 0x13, 0x88, 0][..], &frame(&[0x45])].concat();
    assert_eq!(read(datagram(4789, &group)).map(|read| read.1), Some(Some(5_000)));
    assert!(datagram(4789, &[&[0; 8][..], &frame(&[0x45])].concat()).is_none());
    let mut notes = Anomalies::new();
    let silent = [&[0; 8][..], &frame(&PACKET)].concat();
    assert!(in_udp(&mut notes, 1, 4789, Cursor::new(&silent)).is_some());
    assert!(notes.has("vxlan.flags"));

    assert!(!looks_like_vxlan(&vxlan));
    let whole = [&[8, 0, 0, 0, 0, 0x13, 0x88, 0][..], &frame(&PACKET)].concat();
    assert!(looks_like_vxlan(&whole));
    for at in [0, 1, 7, 20, 22, 32] {
        let mut broken = whole.clone();
        broken[at] ^= 0x11;
        assert!(!looks_like_vxlan(&broken), "octet {at}");
    }

    let generic = |next| [0x0c, 0, 0, next, 0, 0, 1, 0, 0x45];
    assert_eq!(
        read(datagram(4790, &generic(1))),
        Some((Kind::VxlanGpe, Some(1), Some(&[0x45][..])))
    );
    assert!(datagram(4790, &generic(99)).is_none());
}

#[test]
fn geneve_with_options() {
    let options = [2, 0, 0x65, 0x58, 0, 0x13, 0x8b, 0, 1, 2, 0x80, 1, 0xde, 0xad, 0xbe, 0xef];
    let bytes = [&options[..], &frame(&[0x45])].concat();
    assert_eq!(read(datagram(6081, &bytes)), Some((Kind::Geneve, Some(5_003), Some(&[0x45][..]))));
    let mut notes = Anomalies::new();
    let mut long = bytes.clone();
    long[11] = 9;
    in_udp(&mut notes, 1, 6081, Cursor::new(&long));
    assert!(notes.has("geneve.option.length"));
    // Another version, and reserved flags.
    for (at, value) in [(0, 0x42), (1, 1)] {
        let mut other = bytes.clone();
        other[at] = value;
        assert!(datagram(6081, &other).is_none());
    }
}

#[test]
fn l2tp_of_both_versions() {
    let data = [0x40, 2, 0, 13, 0, 1, 0, 2, 0xff, 3, 0, 0x21, 0x45];
    assert_eq!(read(datagram(1701, &data)), Some((Kind::L2tp, Some(2), Some(&[0x45][..]))));
    // Sequence numbers and an offset.
    let long = [0x0a, 2, 0, 1, 0, 2, 0, 1, 0, 2, 0, 1, 9, 0x21, 0x45];
    assert_eq!(read(datagram(1701, &long)), Some((Kind::L2tp, Some(2), Some(&[0x45][..]))));
    // Control, and a length beyond the datagram.
    assert!(datagram(1701, &[0xc8, 2, 0, 12, 0, 1, 0, 0, 0, 1, 0, 0]).is_none());
    assert!(datagram(1701, &[0x40, 2, 0, 99, 0, 1, 0, 2, 0x21, 0x45]).is_none());
    // In version 3 nobody says how long the cookie is.
    for cookie in [0, 4, 8] {
        let udp = [&[0, 3, 0, 0, 0, 0, 0, 3][..], &vec![0xcc; cookie], &frame(&PACKET)].concat();
        assert_eq!(read(datagram(1701, &udp)), Some((Kind::L2tpV3, Some(3), Some(&PACKET[..]))));
        assert_eq!(
            read(opened(proto::L2TP, &udp[4..])),
            Some((Kind::L2tpV3, Some(3), Some(&PACKET[..])))
        );
    }
}

#[test]
fn teredo_with_what_may_stand_first() {
    let mut packet = vec![0x60, 0, 0, 0, 0, 1, 59, 1];
    packet.extend([0x20; 32]);
    packet.push(0xaa);
    let origin = [0, 0, 0x12, 0x34, 1, 2, 3, 4];
    let authentication = [0, 1, 1, 2, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 0];
    for head in [&[][..], &origin, &authentication, &[&authentication[..], &origin].concat()] {
        let bytes = [head, &packet].concat();
        assert_eq!(read(datagram(3544, &bytes)), Some((Kind::Teredo, None, Some(&packet[..]))));
        assert!(datagram(3544, &bytes[..bytes.len() - 1]).is_none());
    }
}

#[test]
fn the_rest() {
    let label = [0, 0x3e, 0x81, 64, 0x45];
    assert_eq!(read(datagram(6635, &label)), Some((Kind::Mpls, Some(1_000), Some(&[0x45][..]))));
    assert_eq!(read(opened(proto::MPLS, &label)).map(|read| read.0), Some(Kind::Mpls));
    let etherip = [&[0x30, 0][..], &frame(&[0x45])].concat();
    assert_eq!(
        read(opened(proto::ETHERIP, &etherip)),
        Some((Kind::EtherIp, None, Some(&[0x45][..])))
    );
    assert_eq!(read(opened(proto::IPV6, &[0x60])).map(|read| read.0), Some(Kind::SixInFour));
}

#[test]
fn ipsec_by_its_headers() {
    let mut ike = vec![1; 8];
    ike.extend([0; 8]);
    ike.extend([33, 0x20, 34, 8, 0, 0, 0, 0, 0, 0, 0, 28]);
    assert_eq!(super::ike(Cursor::new(&ike)).map(|ike| (ike.major, ike.exchange)), Some((2, 34)));
    let marked = [&[0; 4][..], &ike].concat();
    assert!(matches!(in_udp_4500(Cursor::new(&marked)), Some(InUdp4500::Ike(_))));
    ike[27] = 29;
    assert_eq!(super::ike(Cursor::new(&ike)), None);
    assert_eq!(in_udp_4500(Cursor::new(&[0xff])), Some(InUdp4500::Keepalive));
    let esp = [&[0, 0, 1, 0, 0, 0, 0, 5][..], &[0xab; 16]].concat();
    assert_eq!(in_udp_4500(Cursor::new(&esp)), Some(InUdp4500::Esp { spi: 256, sequence: 5 }));
    assert_eq!(in_udp_4500(Cursor::new(&esp[..12])), None);
}

proptest! {
    #[test]
    fn anything_may_stand_in_an_envelope(proto in 0u8..=255, port in prop::sample::select(vec![1701u16, 3544, 4754, 4789, 4790, 6081, 6635, 8472]), bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        opened(proto, &bytes);
        datagram(port, &bytes);
        looks_like_vxlan(&bytes);
        in_udp_4500(Cursor::new(&bytes));
    }
}
