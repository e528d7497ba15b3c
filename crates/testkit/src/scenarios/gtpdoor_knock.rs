//! GTP echoes that carry more than an echo, and honest ones that look rich.

use rand::Rng;

use super::Scenario;
use super::places::{A_SGSN, A_SGW, EDNS, GGSN, NETWORK, OUTSIDER, PGW, partner_linkset, roam};
use crate::bytes::Put;
use crate::frame::transport::{ACK, RST, Tcp as Segment};
use crate::frame::{gtp, gtpv2, transport};
use crate::timeline::{Side, Tcp, Timeline, at};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("gtpdoor-knock"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: published_key,
    expect: &[("gtpdoor-knock", "critical")],
};

pub(super) const PUBLISHED_KEY: Scenario = Scenario {
    name: "gtpdoor-published-key",
    about: "An echo with the published key in its place, answered; without a description.",
    network: None,
    ..LOUD
};

pub(super) const OTHER_KEY: Scenario = Scenario {
    name: "gtpdoor-other-key",
    about: "The same shape with another key: data that are no elements, a length that lies, two answers.",
    make: other_key,
    expect: &[("gtpdoor-knock", "high")],
    ..LOUD
};

pub(super) const BEACON: Scenario = Scenario {
    name: "gtpdoor-beacon",
    about: "Several connections are answered with RST and ACK, an urgent pointer of 1, and no URG.",
    make: beacon,
    expect: &[("gtpdoor-knock", "high")],
    ..LOUD
};

pub(super) const NO_IP: Scenario = Scenario {
    name: "gtpdoor-in-the-user-plane",
    about: "Commands and answers in G-PDUs that carry no IP, between hosts that made no session.",
    make: no_ip,
    expect: &[("gtpdoor-knock", "high")],
    ..LOUD
};

pub(super) const NO_IP_OF_A_SESSION: Scenario = Scenario {
    name: "gtp-session-without-ip",
    benign: true,
    about: "A session was made, and what it carries is no IP.",
    make: no_ip_of_a_session,
    expect: &[],
    ..LOUD
};

pub(super) const HONEST_ECHOES: Scenario = Scenario {
    name: "gtp-honest-echoes",
    benign: true,
    about: "Recovery, Private Extension and Node Features as vendors send them, on both planes and versions.",
    make: honest_echoes,
    expect: &[],
    ..LOUD
};

fn no_ip(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let (there, here) = (at(OUTSIDER, 2152), at(GGSN, 2152));
    for number in 0..6 {
        let mut data = vec![0; 48];
        tl.rng.fill(&mut data[..]);
        // Neither 4 nor 6 in its first half octet.
        data[0] = 0xb0 | number;
        tl.ask(there, here, &gtp::g_pdu(0x51, &data), &gtp::g_pdu(0x51, &data[..24]));
        tl.wait_secs(7);
    }
    tl.into_frames()
}

fn no_ip_of_a_session(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let roamer = roam(&mut tl, &mut links, 11);
    let user = |ip: std::net::Ipv4Addr| std::net::SocketAddr::new(ip.into(), 2152);
    let (there, here) = (user(roamer.serving), user(roamer.gateway));
    for number in 0..6 {
        let frame = [[0x02, 0, 0, 0, 0, number]; 8].concat();
        let (up, down) = (roamer.uplink, roamer.downlink);
        tl.ask(there, here, &gtp::g_pdu(up, &frame), &gtp::g_pdu(down, &frame));
        tl.wait_secs(7);
    }
    tl.into_frames()
}

/// The layout: eight octets of header, nine of padding, a key, a kind, a length; then what would be encrypted.
fn layout(tl: &mut Timeline, kind: u8, key: [u8; 4], rest: usize) -> Vec<u8> {
    let mut random = vec![0; rest];
    tl.rng.fill(&mut random[..]);
    let mut out = vec![0x32, kind];
    out.u16(4).u32(0).zeros(9).raw(&key).u8(6).u16(rest as u16).raw(&random);
    out
}

fn published_key(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let key = [0x72, 0x1f, 0x18, 0x08];
    let request = layout(&mut tl, 1, key, 8);
    let answer = layout(&mut tl, 2, key, 24);
    tl.ask(at(OUTSIDER, 2_123), at(GGSN, 2_123), &request, &answer);
    tl.into_frames()
}

fn other_key(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let (from, to) = (at(OUTSIDER, 2_123), at(EDNS, 2_123));
    for _ in 0..3 {
        let request = layout(&mut tl, 1, [0xa1, 0x5c, 0x0f, 0x93], 20);
        let answer = layout(&mut tl, 2, [0xa1, 0x5c, 0x0f, 0x93], 60);
        tl.udp(from, to, &request);
        tl.wait_ms(4);
        tl.udp(to, from, &gtp::echo_response(0, 3));
        tl.wait_ms(6);
        tl.udp(to, from, &answer);
        tl.wait_secs(5);
    }
    tl.into_frames()
}

fn beacon(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    for port in [8_080, 443, 10_001] {
        let (from, to) = (at(OUTSIDER, 45_000), at(GGSN, port));
        let mut probe = Tcp::new(&mut tl, from, to);
        probe.send(&mut tl, Side::Client, ACK, &[]);
        tl.wait_ms(3);
        let header = Segment {
            seq: probe.next[1],
            ack: probe.next[0],
            flags: RST | ACK,
            urgent: 1,
            ..Segment::default()
        };
        tl.packet(&transport::tcp(&header, to, from, &[]));
        tl.wait_secs(2);
    }
    tl.into_frames()
}

fn honest_echoes(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let (sgsn, ggsn) = (at(A_SGSN, 2_123), at(GGSN, 2_123));
    let (sgw, pgw) = (at(A_SGW, 2_123), at(PGW, 2_123));
    for sequence in 0..6u16 {
        let long = u32::from(sequence);
        tl.ask(sgsn, ggsn, &gtp::echo_request(sequence), &gtp::echo_response(sequence, 3));
        let extension = gtp::private_extension(10_923, &[1, 2, 3, 4, 5, 6, 7, 8]);
        let request = gtp::message(gtp::ECHO_REQUEST, 0, 0x900 + sequence, &extension);
        let mut elements = gtp::element(14, &[3]);
        elements.raw(&extension);
        let answer = gtp::message(gtp::ECHO_RESPONSE, 0, 0x900 + sequence, &elements);
        tl.ask(sgsn, ggsn, &request, &answer);
        let answer = gtpv2::echo_response(long, 4, Some(3));
        tl.ask(sgw, pgw, &gtpv2::echo_request(long, 9), &answer);
        let (user, gateway) = (at(A_SGSN, 2_152), at(GGSN, 2_152));
        tl.ask(user, gateway, &gtp::echo_request(sequence), &gtp::echo_response(sequence, 0));
        tl.wait_secs(60);
    }
    tl.into_frames()
}
