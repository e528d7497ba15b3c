//! link: examples of the specification, every prefix of them, and octets at random.

use proptest::prelude::*;

use super::*;

fn read(link: LinkType, bytes: &[u8]) -> (Option<Carried<'_>>, Anomalies) {
    let mut notes = Anomalies::new();
    (network(&mut notes, link, Cursor::new(bytes)), notes)
}

/// The offset at which IP begins, and the tags around it.
fn ip_at(link: LinkType, head: &[u8]) -> (u32, Tags) {
    let frame = [head, &[0x45, 0, 0, 20]].concat();
    let (carried, notes) = read(link, &frame);
    let Some(Carried::Ip { tags, packet }) = carried else {
        panic!("{carried:?}, {notes:?}");
    };
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(packet.rest(), [0x45, 0, 0, 20]);
    (packet.offset(), tags)
}

const MACS: [u8; 12] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];

fn ethernet(rest: &[u8]) -> Vec<u8> {
    [&MACS, rest].concat()
}

#[test]
fn ethernet_and_its_tags() {
    let plain = ip_at(LinkType::ETHERNET, &ethernet(&[0x08, 0x00]));
    assert_eq!(plain, (14, Tags::default()));
    let (at, tags) = ip_at(
        LinkType::ETHERNET,
        &ethernet(&[0x88, 0xa8, 0x20, 100, 0x91, 0x00, 0, 7, 0x81, 0x00, 0, 8, 0x86, 0xdd]),
    );
    assert_eq!((at, tags.vlan_ids), (26, [Some(100), Some(7)]));
    let snap = [0, 12, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0];
    assert_eq!(ip_at(LinkType::ETHERNET, &ethernet(&snap)).0, 22);
}

#[test]
fn mpls_to_the_bottom_of_the_stack() {
    let labels = [0x88, 0x47, 0x00, 0x01, 0x00, 0x40, 0x00, 0x02, 0x01, 0x40];
    let (at, tags) = ip_at(LinkType::ETHERNET, &ethernet(&labels));
    assert_eq!((at, tags.mpls_label), (22, Some(16)));
    let pseudowire =
        [&[0x88, 0x47, 0, 1, 1, 64, 0, 0, 0, 0][..], &MACS, &[0x81, 0, 0, 5, 8, 0]].concat();
    let (at, tags) = ip_at(LinkType::ETHERNET, &ethernet(&pseudowire));
    assert_eq!((at, tags.mpls_label, tags.vlan_ids), (40, Some(16), [Some(5), None]));
}

#[test]
fn pppoe_with_and_without_compression() {
    let session = [0x88, 0x64, 0x11, 0, 0x12, 0x34, 0, 6, 0x00, 0x21];
    let (at, tags) = ip_at(LinkType::ETHERNET, &ethernet(&session));
    assert_eq!((at, tags.pppoe_session), (22, Some(0x1234)));
    assert_eq!(ip_at(LinkType::PPP, &[0xff, 0x03, 0x00, 0x21]).0, 4);
    assert_eq!(ip_at(LinkType::PPP, &[0x21]).0, 1);
}

#[test]
fn the_other_link_types() {
    assert_eq!(ip_at(LinkType::LINUX_SLL, &[&[0; 14][..], &[8, 0]].concat()).0, 16);
    assert_eq!(ip_at(LinkType::LINUX_SLL2, &[&[8, 0][..], &[0; 18]].concat()).0, 20);
    assert_eq!(ip_at(LinkType::NULL, &[2, 0, 0, 0]).0, 4);
    assert_eq!(ip_at(LinkType::NULL, &[0, 0, 0, 30]).0, 4);
    assert_eq!(ip_at(LinkType::LOOP, &[0, 0, 0, 2]).0, 4);
    for raw in [LinkType::RAW, LinkType::RAW_BSD, LinkType::RAW_OPENBSD, LinkType::IPV4] {
        assert_eq!(ip_at(raw, &[]).0, 0);
    }
    let message = [1, 2, 3, 4, 5];
    assert_eq!(read(LinkType::MTP3, &message).0, Some(Carried::Mtp3(Cursor::new(&message))));
    assert_eq!(read(LinkType::UPPER_PDU, &message).0, None);
}

#[test]
fn too_many_tags_are_noted_and_not_followed() {
    let tags = [0x81, 0, 0, 1].repeat(40);
    let frame = ethernet(&tags);
    let (carried, notes) = read(LinkType::ETHERNET, &frame);
    assert!(matches!(carried, Some(Carried::Other { ethertype: EtherType::VLAN, .. })));
    assert!(notes.has("vlan.depth"));
    let labels = ethernet(&[&[0x88, 0x47][..], &[0, 1, 0, 64].repeat(40)].concat());
    assert!(read(LinkType::ETHERNET, &labels).1.has("mpls.depth"));
}

#[test]
fn every_frame_cut_short_says_so() {
    let frame = ethernet(&[0x81, 0, 0, 5, 0x88, 0x47, 0, 1, 1, 64, 0x45]);
    for len in 0..frame.len() - 1 {
        let (carried, notes) = read(LinkType::ETHERNET, &frame[..len]);
        match carried {
            None => assert!(notes.has("frame.length"), "{len}"),
            Some(Carried::Other { payload, .. }) => assert!(payload.is_empty(), "{len}"),
            other => panic!("{len}: {other:?}"),
        }
    }
}

proptest! {
    /// etherparse finds the same network layer behind the same VLAN tags.
    #[test]
    fn as_etherparse_reads_it(
        tags in proptest::collection::vec((prop_oneof![Just([0x81, 0]), Just([0x88, 0xa8])], 0u16..4096), 0..4),
        protocol in prop_oneof![Just([8u8, 0]), Just([0x86, 0xdd]), Just([8, 6])],
        payload in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        let mut frame = MACS.to_vec();
        for (kind, id) in &tags {
            frame.extend_from_slice(kind);
            frame.extend_from_slice(&id.to_be_bytes());
        }
        frame.extend_from_slice(&protocol);
        frame.extend_from_slice(&payload);
        let theirs = etherparse::LaxSlicedPacket::from_ethernet(&frame).unwrap();
        let (ours, _) = read(LinkType::ETHERNET, &frame);
        let (Some(Carried::Ip { tags: ours, .. }) | Some(Carried::Other { tags: ours, .. })) = ours else {
            panic!("{ours:?}")
        };
        let ids: Vec<u16> = theirs.vlan_ids().iter().map(|id| id.value()).collect();
        prop_assert_eq!(ours.vlan_ids[0], ids.first().copied());
        prop_assert_eq!(ours.vlan_ids[1], ids.get(1).copied());
    }

    #[test]
    fn any_octets_of_any_link(link in proptest::sample::select(LinkType::READ), bytes in proptest::collection::vec(any::<u8>(), 0..128)) {
        let (carried, notes) = read(link, &bytes);
        if carried.is_none() {
            prop_assert!(!notes.is_empty());
        }
    }
}
