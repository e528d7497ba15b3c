//! Subscribers tried one after the other, and a node that starts again.

use super::Scenario;
use super::places::{A_SGSN, A_SGW, GGSN, NETWORK, honest, partner_linkset, register, subscriber};
use crate::frame::gtp;
use crate::timeline::{Session, Timeline, v4};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("gtp-imsi-sweep"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: fast,
    expect: &[("gtp-imsi-sweep", "high")],
};

pub(super) const FAST: Scenario = Scenario {
    name: "imsi-sweep-fast",
    about: "Fifteen subscribers in five minutes from one node, none of whom the gateway knows.",
    ..LOUD
};

pub(super) const SLOW: Scenario = Scenario {
    name: "imsi-sweep-slow",
    about: "One subscriber every half hour, for twelve hours; without a description.",
    network: None,
    make: slow,
    ..LOUD
};

pub(super) const ROTATING: Scenario = Scenario {
    name: "imsi-sweep-rotating",
    about: "Twelve subscribers in six minutes from four addresses of one partner in turn.",
    make: rotating,
    ..LOUD
};

pub(super) const RESTART: Scenario = Scenario {
    name: "imsi-sweep-restart",
    benign: true,
    about: "A node starts again: forty subscribers come back within minutes, some are refused.",
    make: restart,
    expect: &[],
    ..LOUD
};

fn unknown(tl: &mut Timeline, from: &str, number: u32) {
    let (imsi, msisdn) = subscriber(number);
    let create = gtp::Create::honest(&imsi, &msisdn, "001-02", v4(from), 0x0200_0000 + number);
    Session::refused_v1(tl, &create, v4(GGSN), number as u16, gtp::IMSI_NOT_KNOWN);
}

fn fast(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    for number in 500..515 {
        unknown(&mut tl, A_SGSN, number);
        tl.wait_secs(20);
    }
    tl.into_frames()
}

fn slow(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    for number in 520..544 {
        unknown(&mut tl, A_SGSN, number);
        tl.wait_secs(1_800);
    }
    tl.into_frames()
}

fn rotating(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let nodes = [A_SGSN, A_SGW, "198.51.100.22", "198.51.100.23"];
    for (number, from) in (550..562).zip(nodes.into_iter().cycle()) {
        unknown(&mut tl, from, number);
        tl.wait_secs(30);
    }
    tl.into_frames()
}

fn restart(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    for number in 600..640 {
        register(&mut tl, &mut links, number);
        tl.wait_ms(300);
        if number % 5 == 4 {
            let create = honest(number);
            Session::refused_v1(&mut tl, &create, v4(GGSN), number as u16, gtp::IMSI_NOT_KNOWN);
        } else {
            let address = super::places::pool(number);
            Session::create_v1(&mut tl, &honest(number), v4(GGSN), address, number as u16);
        }
        tl.wait_secs(5);
    }
    tl.into_frames()
}
