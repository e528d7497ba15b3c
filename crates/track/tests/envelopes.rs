//! Whatever is wrapped around a packet, its events are those of the bare packet, and say what was around it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod run;

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use event::{Event, Timestamp, What};
use run::{Run, config, events_of};
use testkit::frame::sctp::{self, Data};
use testkit::frame::transport::{Tcp, echo, tcp, udp};
use testkit::frame::{envelope, gtp, link, m3ua, sccp};
use track::{SHARDS, shard_of};

const OUTER: [[u8; 4]; 2] = [[198, 18, 0, 1], [198, 18, 0, 2]];

fn ip(v6: bool, host: u8) -> IpAddr {
    if v6 {
        IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, u16::from(host)])
    } else {
        IpAddr::from([192, 0, 2, host])
    }
}

/// GTP in both planes, M3UA over SCTP, a TCP opening, a ping.
fn traffic(v6: bool) -> Vec<Vec<u8>> {
    let at = |host, port| SocketAddr::new(ip(v6, host), port);
    let (gsn, peer) = (at(1, 2123), at(2, 2123));
    let mut packets = vec![
        udp(gsn, peer, &gtp::echo_request(7)),
        udp(peer, gsn, &gtp::echo_response(7, 1)),
        udp(
            at(1, 2152),
            at(2, 2152),
            &gtp::g_pdu(5, &echo(ip(v6, 9), ip(v6, 10), false, 1, 1, b"inner")),
        ),
    ];
    let (a, b) = (at(3, 2905), at(4, 2905));
    let party = |digits| sccp::Party::gt(digits, 6);
    let udt = sccp::udt(&party("4915112345"), &party("336123456"), &[0x62, 0]);
    let label = m3ua::Label { opc: 1, dpc: 2, si: 3, ni: 0, sls: 1 };
    let message = m3ua::data(&label, Some(1), &udt);
    let data =
        Data { tsn: 10, stream: 1, ssn: 0, ppid: 3, begin: true, end: true, payload: &message };
    packets.extend([
        sctp::packet(a, b, 0, &[sctp::init(0x11, 10, 2, &[])]),
        sctp::packet(b, a, 0x11, &[sctp::init_ack(0x22, 20, 2, &[], &[1, 2, 3, 4])]),
        sctp::packet(a, b, 0x22, &[sctp::cookie_echo(&[1, 2, 3, 4])]),
        sctp::packet(b, a, 0x11, &[sctp::cookie_ack()]),
        sctp::packet(a, b, 0x22, &[sctp::data(&data)]),
        sctp::packet(b, a, 0x11, &[sctp::sack(10, &[])]),
    ]);
    let (client, server) = (at(5, 40_000), at(6, 22));
    let segment = |flags, seq, ack| Tcp { flags, seq, ack, ..Tcp::default() };
    packets.extend([
        tcp(&segment(2, 100, 0), client, server, &[]),
        tcp(&segment(0x12, 500, 101), server, client, &[]),
        tcp(&segment(0x18, 101, 501), client, server, b"SSH-2.0-OpenSSH_9.6\r\n"),
        tcp(&segment(0x18, 501, 122), server, client, b"SSH-2.0-OpenSSH_9.2\r\n"),
        echo(ip(v6, 7), ip(v6, 8), false, 9, 1, b"an unknown pattern of a ping"),
        echo(ip(v6, 8), ip(v6, 7), true, 9, 1, b"an unknown pattern of a ping"),
    ]);
    packets
}

fn frames(packets: &[Vec<u8>], frame: impl Fn(&[u8]) -> Vec<u8>) -> Vec<(i64, Vec<u8>)> {
    packets.iter().zip(0..).map(|(packet, n)| (n * 10_000, frame(packet))).collect()
}

/// Records without what an envelope may change: numbers of flows at their level, and offsets.
fn bare(events: &[Event], wrapped: bool) -> Vec<String> {
    let mut records: Vec<String> = events
        .iter()
        .filter(|event| !wrapped || event.envelope.is_some())
        .filter(|event| !matches!(event.what, What::Stats(_) | What::Tunnel(_)))
        .map(|event| {
            let mut event = event.clone();
            event.envelope = None;
            event.flow_id = event.flow_id.map(|id| id >> 4);
            // When a capture ends is when its shard last had a frame.
            let mut ended = |reason: &Option<event::Name>| {
                if reason.as_deref() == Some("end of capture") {
                    event.at = Timestamp(0);
                }
            };
            match &mut event.what {
                What::Flow(flow) => ended(&flow.reason),
                // An opening may become known only then.
                What::Ssh(_) => event.at = Timestamp(0),
                What::Sctp(sctp) => {
                    ended(&sctp.reason);
                    sctp.association >>= 4;
                }
                What::Anomaly(anomaly) => anomaly.offset = None,
                _ => {}
            }
            format!("{event:?}")
        })
        .collect();
    records.sort();
    records
}

/// Asserts that both sides tell the same, and shows only what differs.
#[track_caller]
fn same(found: &[String], expected: &[String], name: &str) {
    let only = |a: &[String], b: &[String]| -> Vec<String> {
        a.iter().filter(|record| !b.contains(record)).cloned().collect()
    };
    let (more, less) = (only(found, expected), only(expected, found));
    assert!(found == expected, "{name}\nmore: {more:#?}\nless: {less:#?}");
}

fn outer(v6: bool) -> [IpAddr; 2] {
    if v6 { [1, 2].map(|host| ip(true, host + 100)) } else { OUTER.map(IpAddr::from) }
}

#[test]
fn every_envelope_is_as_good_as_none() {
    for (inner_v6, outer_v6) in [(false, false), (true, false), (false, true), (true, true)] {
        let packets = traffic(inner_v6);
        let expected = bare(&events_of(&config(), &frames(&packets, link::ethernet)), false);
        assert!(expected.len() > 15, "{expected:#?}");
        let [src, dst] = outer(outer_v6);
        let in_ip = match (inner_v6, outer_v6) {
            (false, false) => "ipip",
            (true, false) => "6in4",
            (false, true) => "4in6",
            (true, true) => "6in6",
        };
        for kind in envelope::KINDS.iter().chain([&in_ip]) {
            if *kind == "teredo" && !inner_v6 {
                continue;
            }
            let events = events_of(
                &config(),
                &frames(&packets, |packet| link::ethernet(&envelope::wrap(kind, src, dst, packet))),
            );
            same(&bare(&events, true), &expected, kind);
            for around in events.iter().filter_map(|event| event.envelope.as_deref()) {
                assert_eq!((around.kind.as_ref(), around.depth), (*kind, 1));
                assert_eq!((around.src_ip, around.dest_ip), (Some(src), Some(dst)));
            }
            let tunnels = events.iter().filter(|event| matches!(event.what, What::Tunnel(_)));
            assert!(
                tunnels.clone().count() >= 1 && tunnels.clone().all(|it| it.envelope.is_some())
            );
            // What is left is the flow of the envelope itself.
            let rest: Vec<_> = events
                .iter()
                .filter(|event| event.envelope.is_none())
                .filter(|event| !matches!(event.what, What::Flow(_) | What::Tunnel(_)))
                .collect();
            assert!(rest.is_empty(), "{kind}: {rest:?}");
            let ids: BTreeSet<_> = events.iter().filter_map(|event| event.flow_id).collect();
            assert!(ids.len() >= 6, "{kind}: one number for two flows: {ids:?}");
        }
    }
}

type Layer = fn(&[u8]) -> Vec<u8>;

#[test]
fn link_layers_are_as_good_as_ethernet() {
    for v6 in [false, true] {
        let packets = traffic(v6);
        let expected = bare(&events_of(&config(), &frames(&packets, link::ethernet)), false);
        let layers: [(&str, Layer); 8] = [
            ("vlan", |packet| link::tagged(packet, &[(0x88a8, 1), (0x8100, 2)])),
            ("mpls", |packet| link::mpls(packet, &[16, 17])),
            ("pseudowire", |packet| link::pseudowire(packet, true)),
            ("pseudowire without control word", |packet| link::pseudowire(packet, false)),
            ("802.1ah", |packet| link::backbone(packet, 1_000)),
            ("nsh", |packet| link::nsh(packet, 42)),
            ("pppoe", |packet| link::pppoe(packet, 1)),
            ("snap", link::snap),
        ];
        for (name, layer) in layers {
            let events = events_of(&config(), &frames(&packets, layer));
            same(&bare(&events, false), &expected, name);
        }
    }
}

#[test]
fn envelopes_in_envelopes_in_tunnels() {
    let packets = traffic(false);
    let [src, dst] = outer(false);
    let expected = bare(&events_of(&config(), &frames(&packets, link::ethernet)), false);
    let nested = |packet: &[u8]| {
        let vxlan = envelope::wrap("vxlan", ip(false, 101), ip(false, 102), packet);
        link::ethernet(&envelope::wrap("erspan2", src, dst, &vxlan))
    };
    let events = events_of(&config(), &frames(&packets, nested));
    let deep: Vec<Event> = events
        .iter()
        .filter(|event| event.envelope.as_ref().is_some_and(|around| around.depth == 2))
        .cloned()
        .collect();
    same(&bare(&deep, true), &expected, "nested");
    let around = deep[0].envelope.as_deref().unwrap();
    assert_eq!((around.kind.as_ref(), around.id, around.src_ip), ("erspan2", Some(100), Some(src)));

    // A subscriber's packets in an envelope that a GTP tunnel carries, and SCTP there: the tunnel stays the path.
    let carried = |packet: &[u8]| {
        let inner = envelope::wrap("gre", ip(false, 101), ip(false, 102), packet);
        let gsn = |host| SocketAddr::new(ip(false, host), 2152);
        link::ethernet(&udp(gsn(20), gsn(21), &gtp::g_pdu(77, &inner)))
    };
    let events = events_of(&config(), &frames(&packets, carried));
    let sctp: Vec<_> = events.iter().filter(|event| matches!(event.what, What::Sctp(_))).collect();
    assert!(sctp.len() >= 3);
    for event in sctp {
        assert_eq!(event.path.as_ref().unwrap().teid, 77);
        assert_eq!(event.envelope.as_ref().unwrap().kind, "gre");
    }
}

#[test]
fn too_many_envelopes_are_said() {
    let mut packet = traffic(false).swap_remove(0);
    for _ in 0..7 {
        packet = envelope::wrap("ipip", ip(false, 101), ip(false, 102), &packet);
    }
    let events = events_of(&config(), &[(0, link::ethernet(&packet))]);
    assert!(events.iter().any(
        |event| matches!(&event.what, What::Anomaly(anomaly) if anomaly.field == "ip.nested")
    ));
    assert!(!events.iter().any(|event| matches!(event.what, What::Gtp(_))));
}

#[test]
fn tenants_are_told_apart_and_mirrors_are_not() {
    let packets = &traffic(false)[9..13];
    let flows = |kind: &str, payload: fn(u32, &[u8]) -> Vec<u8>| {
        let [src, dst] = outer(false);
        let mut run = Run::new(&config());
        for id in [1, 2] {
            for packet in packets {
                let payload = payload(id, packet);
                let outer = match kind {
                    "udp" => {
                        udp(SocketAddr::new(src, 50_000), SocketAddr::new(dst, 4789), &payload)
                    }
                    _ => testkit::frame::ip::packet(src, dst, 47, &payload),
                };
                run.frame(Timestamp(0), 1, &link::ethernet(&outer));
            }
        }
        run.finish();
        let closed = |event: &&Event| {
            event.envelope.is_some()
                && matches!(&event.what, What::Flow(flow) if flow.state == event::FlowState::Closed)
        };
        run.events.iter().filter(closed).count()
    };
    assert_eq!(flows("udp", envelope::vxlan), 2);
    assert_eq!(
        flows("gre", |id, packet| envelope::erspan(2, u16::try_from(id).unwrap(), packet)),
        1
    );
}

#[test]
fn signalling_stays_together_whatever_is_around_it() {
    let [src, dst] = outer(false);
    for packet in traffic(false) {
        let is_sctp = packet[9] == 132;
        let mut shards = BTreeSet::new();
        for kind in envelope::KINDS.iter().filter(|kind| **kind != "teredo") {
            let there = shard_of(1, &link::ethernet(&envelope::wrap(kind, src, dst, &packet)));
            let back = shard_of(1, &link::ethernet(&envelope::wrap(kind, dst, src, &packet)));
            assert_eq!(there, back, "{kind}");
            assert!(usize::from(there) < SHARDS);
            if is_sctp {
                assert_eq!(there, 0, "{kind}");
            }
            shards.insert(there);
        }
        assert_eq!(shards.len(), 1, "of one pair of nodes");
    }
}

#[test]
fn esp_and_the_key_exchange_are_known_and_stay_closed() {
    let [src, dst] = outer(false);
    let esp = [&[0, 0, 0x12, 0x34, 0, 0, 0, 1][..], &[0xab; 32]].concat();
    let mut ike = vec![1; 8];
    ike.extend([0; 8]);
    ike.extend([33, 0x20, 34, 8, 0, 0, 0, 0, 0, 0, 0, 44]);
    ike.extend([0; 16]);
    let natted = [&[0; 4][..], &ike].concat();
    let at = |ip, port| SocketAddr::new(ip, port);
    let packets = [
        testkit::frame::ip::packet(src, dst, 50, &esp),
        udp(at(src, 500), at(dst, 500), &ike),
        udp(at(src, 4500), at(dst, 4500), &esp),
        udp(at(src, 14_500), at(dst, 4500), &natted),
    ];
    let events = events_of(&config(), &frames(&packets, link::ethernet));
    let found: Vec<_> = events
        .iter()
        .filter_map(|event| match &event.what {
            What::Flow(flow) if flow.state == event::FlowState::Closed => {
                Some((flow.ip_proto, flow.app_proto.as_deref(), flow.spi))
            }
            _ => None,
        })
        .collect();
    for expected in
        [(50, None, Some(0x1234)), (17, Some("ike"), None), (17, Some("esp"), Some(0x1234))]
    {
        assert!(found.contains(&expected), "{expected:?} in {found:?}");
    }
}
