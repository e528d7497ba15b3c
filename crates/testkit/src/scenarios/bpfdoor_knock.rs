//! Packets that begin as a passive implant of the BPFDoor class wants it, and some that begin so by chance.

use rand::Rng;

use super::Scenario;
use super::places::{EDNS, NETWORK, OUTSIDER};
use crate::bytes::Put;
use crate::frame::transport::{ACK, PSH};
use crate::timeline::{Side, Tcp, Timeline, addr, at};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("bpfdoor-knock"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: udp_callback,
    expect: &[("bpfdoor-knock", "critical")],
};

pub(super) const UDP_CALLBACK: Scenario = Scenario {
    name: "bpfdoor-udp-callback",
    about: "The magic in UDP to a port where nobody listens; the host connects back to the sender.",
    ..LOUD
};

pub(super) const TCP_REDIRECT: Scenario = Scenario {
    name: "bpfdoor-tcp-redirect",
    about: "The magic in a TCP segment with no connection; then a connection into the range of redirected ports.",
    network: None,
    make: tcp_redirect,
    ..LOUD
};

pub(super) const ICMP_ALONE: Scenario = Scenario {
    name: "bpfdoor-icmp-alone",
    about: "The magic in a ping; nothing follows.",
    make: icmp_alone,
    expect: &[("bpfdoor-knock", "medium")],
    ..LOUD
};

pub(super) const BUSY_PORT: Scenario = Scenario {
    name: "bpfdoor-chance-on-busy-port",
    benign: true,
    about: "Among many datagrams of a lively exchange one begins with the two octets.",
    make: busy_port,
    expect: &[],
    ..LOUD
};

fn random(tl: &mut Timeline, head: &[u8], len: usize) -> Vec<u8> {
    let mut out = head.to_vec();
    let mut rest = vec![0; len];
    tl.rng.fill(&mut rest[..]);
    out.raw(&rest);
    out
}

fn udp_callback(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let data = random(&mut tl, &[0x72, 0x55, 0, 0], 28);
    tl.udp(at(OUTSIDER, 33_210), at(EDNS, 9_999), &data);
    tl.wait_ms(800);
    let mut tcp = Tcp::open(&mut tl, at(EDNS, 42_001), at(OUTSIDER, 8_443));
    for _ in 0..5 {
        let bytes = random(&mut tl, &[], 23);
        tcp.say(&mut tl, Side::Server, &bytes);
        let bytes = random(&mut tl, &[], 190);
        tcp.say(&mut tl, Side::Client, &bytes);
        tl.wait_secs(2);
    }
    tcp.close(&mut tl);
    tl.into_frames()
}

fn tcp_redirect(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let data = random(&mut tl, &[0x52, 0x93, 0, 0], 28);
    let mut stray = Tcp::new(&mut tl, at(OUTSIDER, 33_211), at(EDNS, 80));
    stray.send(&mut tl, Side::Client, PSH | ACK, &data);
    tl.wait_ms(400);
    let mut tcp = Tcp::open(&mut tl, at(OUTSIDER, 33_212), at(EDNS, 42_400));
    for _ in 0..5 {
        let bytes = random(&mut tl, &[], 19);
        tcp.say(&mut tl, Side::Client, &bytes);
        let bytes = random(&mut tl, &[], 230);
        tcp.say(&mut tl, Side::Server, &bytes);
        tl.wait_secs(2);
    }
    tcp.close(&mut tl);
    tl.into_frames()
}

fn icmp_alone(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let data = random(&mut tl, &[0x72, 0x55, 0, 0], 28);
    tl.ping_unanswered(addr(OUTSIDER), addr(EDNS), 0x1234, &data);
    tl.wait_secs(90);
    tl.udp(
        at("198.51.100.53", 40_000),
        at(EDNS, 53),
        &crate::frame::dns::query(7, "internet.mnc001.mcc001.gprs", 1, false),
    );
    tl.into_frames()
}

fn busy_port(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let (a, b) = (at("198.51.100.90", 5_004), at("192.0.2.90", 5_004));
    for round in 0..400 {
        let head: &[u8] = if round == 300 { &[0x72, 0x55] } else { &[0x80, 0x60] };
        let up = random(&mut tl, head, 160);
        let down = random(&mut tl, &[0x80, 0x60], 160);
        tl.ask(a, b, &up, &down);
    }
    tl.into_frames()
}
