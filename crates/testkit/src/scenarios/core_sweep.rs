//! One source feels its way over many nodes; and those whose trade it is to ask around.

use super::Scenario;
use super::places::{A_SGSN, GGSN, MONITOR, NETWORK, OUTSIDER, PGW};
use crate::frame::diameter::{self, Node};
use crate::frame::{dns, gtp, gtpv2, transport};
use crate::timeline::{Association, Side, Tcp, Timeline, addr, at};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("core-sweep"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: gtp_fast,
    expect: &[("core-sweep", "high")],
};

pub(super) const GTP_FAST: Scenario = Scenario {
    name: "sweep-gtp-fast",
    about: "Echoes of three versions to forty addresses in a minute; two answer.",
    network: None,
    ..LOUD
};

pub(super) const SCTP_SLOW: Scenario = Scenario {
    name: "sweep-sctp-slow",
    about: "An INIT every 45 minutes, each to another address; some are aborted, none comes up.",
    make: sctp_slow,
    ..LOUD
};

pub(super) const MIXED: Scenario = Scenario {
    name: "sweep-mixed",
    about: "TCP, DNS, Diameter and GTP probes over thirty addresses in five minutes.",
    make: mixed,
    ..LOUD
};

pub(super) const KEEP_ALIVES: Scenario = Scenario {
    name: "gsn-keeps-peers-alive",
    benign: true,
    about: "A GSN asks its twenty-five peers every minute, and they answer.",
    make: keep_alives,
    expect: &[],
    ..LOUD
};

pub(super) const MONITORING: Scenario = Scenario {
    name: "monitor-asks-around",
    benign: true,
    about: "A monitor in the management network probes sixty addresses; many are not in use.",
    make: monitor,
    expect: &[],
    ..LOUD
};

fn host(number: u32) -> String {
    format!("192.0.2.{}", 100 + number)
}

fn gtp_fast(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    for number in 0..40 {
        let to = host(number);
        let (from, node) = (at(OUTSIDER, 2_123), at(&to, 2_123));
        match number % 3 {
            0 => tl.udp(from, node, &gtp::echo_request(1)),
            1 => tl.udp(from, node, &gtpv2::echo_request(1, 0)),
            _ => tl.udp(at(OUTSIDER, gtp::PORT_V0), at(&to, gtp::PORT_V0), &gtp::v0_echo(1)),
        }
        if number == 12 || number == 27 {
            tl.wait_ms(12);
            tl.udp(node, from, &gtp::echo_response(1, 3));
        }
        tl.wait_ms(1_500);
    }
    tl.into_frames()
}

fn sctp_slow(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let ports = [2_904, 2_905, 3_868, 14_001, 36_412, 38_412];
    for number in 0..26u32 {
        let (from, to) = (at(OUTSIDER, 45_000), at(&host(number), ports[number as usize % 6]));
        if number % 5 == 0 {
            Association::refused(&mut tl, from, to);
        } else {
            Association::unanswered(&mut tl, from, to);
        }
        tl.wait_secs(45 * 60);
    }
    tl.into_frames()
}

fn mixed(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let node = Node::epc("probe", "001-09");
    for number in 0..32 {
        let to = host(number);
        match number % 4 {
            0 => Tcp::refused(&mut tl, at(OUTSIDER, 46_000), at(&to, 22)),
            1 => {
                let query = dns::query(9, "version.bind", dns::TXT, false);
                let asked = transport::udp(at(OUTSIDER, 46_001), at(&to, 53), &query);
                tl.packet(&asked);
                tl.wait_ms(4);
                tl.packet(&transport::port_unreachable(addr(&to), addr(OUTSIDER), &asked));
            }
            2 if number == 2 => {
                let mut tcp = Tcp::open(&mut tl, at(OUTSIDER, 46_002), at(&to, diameter::PORT));
                let cer = diameter::capabilities(&node, addr(OUTSIDER), 1, 1, None);
                tcp.say(&mut tl, Side::Client, &cer);
                let cea = diameter::capabilities(
                    &Node::epc("dea1", "001-01"),
                    addr(&to),
                    1,
                    1,
                    Some(3010),
                );
                tcp.say(&mut tl, Side::Server, &cea);
                tcp.close(&mut tl);
            }
            2 => {
                let mut tcp = Tcp::new(&mut tl, at(OUTSIDER, 46_002), at(&to, diameter::PORT));
                tcp.syn(&mut tl);
            }
            _ => tl.udp(at(OUTSIDER, 2_123), at(&to, 2_123), &gtp::echo_request(number as u16)),
        }
        tl.wait_secs(9);
    }
    tl.into_frames()
}

fn keep_alives(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    for round in 0..10u16 {
        for number in 0..25 {
            let (from, to) = (at(A_SGSN, 2_123), at(&host(number), 2_123));
            let sequence = round * 25 + number as u16;
            tl.ask(from, to, &gtp::echo_request(sequence), &gtp::echo_response(sequence, 3));
            tl.wait_ms(100);
        }
        for gateway in [GGSN, PGW] {
            let (from, to) = (at(A_SGSN, 2_123), at(gateway, 2_123));
            tl.ask(from, to, &gtp::echo_request(round), &gtp::echo_response(round, 3));
        }
        tl.wait_secs(55);
    }
    tl.into_frames()
}

fn monitor(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    for number in 0..60u32 {
        let to = host(number);
        if number % 4 == 0 {
            let mut tcp = Tcp::open(&mut tl, at(MONITOR, 47_000 + number as u16), at(&to, 443));
            tcp.close(&mut tl);
        } else {
            Tcp::new(&mut tl, at(MONITOR, 47_000 + number as u16), at(&to, 443)).syn(&mut tl);
        }
        tl.udp(at(MONITOR, 2_123), at(&to, 2_123), &gtp::echo_request(number as u16));
        tl.wait_secs(2);
    }
    tl.into_frames()
}
