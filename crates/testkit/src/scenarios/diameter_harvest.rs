//! Subscribers' data collected in bulk over S6a; and a network that restarts.

use super::Scenario;
use super::diameter_category_3::Edge;
use super::places::NETWORK;
use crate::frame::diameter;
use crate::timeline::Timeline;

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("diameter-harvest"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: vectors,
    expect: &[("diameter-harvest", "high")],
};

pub(super) const VECTORS: Scenario = Scenario {
    name: "s6a-harvest-vectors",
    about: "Partner A takes the vectors of forty subscribers in five minutes and registers none.",
    ..LOUD
};

pub(super) const UNKNOWN: Scenario = Scenario {
    name: "s6a-harvest-unknown",
    about: "Partner A asks for the vectors of sixty identities, most of which do not exist.",
    make: unknown,
    ..LOUD
};

pub(super) const RESTART: Scenario = Scenario {
    name: "s6a-restart",
    benign: true,
    about: "Partner A's MME restarts: vectors of fifty subscribers at once, registrations within two minutes.",
    make: restart,
    expect: &[],
    ..LOUD
};

/// Partner B goes about its business, so that the capture goes on.
fn later(tl: &mut Timeline) {
    tl.wait_secs(1_800);
    let mut b = Edge::b(tl);
    b.vectors(tl, 999);
    b.register(tl, 999);
}

fn vectors(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut a = Edge::a(&mut tl);
    for number in 800..840 {
        a.vectors(&mut tl, number);
        tl.wait_secs(7);
    }
    later(&mut tl);
    tl.into_frames()
}

fn unknown(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut a = Edge::a(&mut tl);
    let (command, request) = (diameter::AUTHENTICATION_INFORMATION, diameter::air("001-02"));
    for number in 850..910 {
        if number % 10 == 0 {
            a.vectors(&mut tl, number);
        } else {
            a.ask(&mut tl, command, number, &request, 5001, &[]);
        }
        tl.wait_secs(3);
    }
    later(&mut tl);
    tl.into_frames()
}

fn restart(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut a = Edge::a(&mut tl);
    for number in 920..970 {
        a.vectors(&mut tl, number);
    }
    tl.wait_secs(60);
    for number in 920..970 {
        a.register(&mut tl, number);
        tl.wait_secs(1);
    }
    later(&mut tl);
    tl.into_frames()
}
