//! Diameter peers that nobody provisioned; and one that reconnects.

use super::Scenario;
use super::diameter_category_1::Link;
use super::places::{NETWORK, OUTSIDER2, subscriber};
use crate::frame::diameter::{self, Node};
use crate::timeline::{Side, Timeline};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("diameter-rogue-peer"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: unlisted,
    expect: &[("diameter-rogue-peer", "high")],
};

pub(super) const UNLISTED: Scenario = Scenario {
    name: "diameter-unlisted-peer",
    about: "An outsider connects to our edge in the name of partner A, is accepted, and takes vectors.",
    ..LOUD
};

pub(super) const OTHER_NAME: Scenario = Scenario {
    name: "diameter-listed-address-other-name",
    about: "From partner A's listed address a peer connects in the name of partner B.",
    make: other_name,
    ..LOUD
};

pub(super) const UNDESCRIBED: Scenario = Scenario {
    name: "diameter-unknown-peer-refused",
    network: None,
    about: "A node refuses a peer because it does not know it; without a description.",
    make: refused,
    expect: &[("diameter-rogue-peer", "medium")],
    ..LOUD
};

pub(super) const RECONNECTS: Scenario = Scenario {
    name: "diameter-peer-reconnects",
    benign: true,
    about: "Partner A's listed edge loses its connection and comes back.",
    make: reconnects,
    expect: &[],
    ..LOUD
};

fn dea() -> Node {
    Node::epc("dea1", "001-01")
}

fn vectors(tl: &mut Timeline, link: &mut Link, number: u32) {
    let (from, hss) = (Node::epc("mme1", "001-02"), Node::epc("hss1", "001-01"));
    let way = (Side::Client, diameter::AUTHENTICATION_INFORMATION);
    let data = diameter::aia(&[3; 72]);
    let imsi = subscriber(number).0;
    link.s6a(tl, way, [&from, &hss], &imsi, &diameter::air("001-02"), Some((2001, &data)));
}

fn unlisted(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let nodes = [&Node::epc("dea7", "001-02"), &dea()];
    let mut link = Link::open(&mut tl, [OUTSIDER2, "192.0.2.30"], nodes, 2001);
    vectors(&mut tl, &mut link, 1);
    tl.into_frames()
}

fn other_name(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let nodes = [&Node::epc("dea7", "001-03"), &dea()];
    Link::open(&mut tl, ["198.51.100.30", "192.0.2.30"], nodes, 2001);
    tl.into_frames()
}

fn refused(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let nodes = [&Node::epc("dea7", "001-02"), &dea()];
    Link::open(&mut tl, [OUTSIDER2, "192.0.2.30"], nodes, 3010);
    tl.into_frames()
}

fn reconnects(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    for number in 0..2 {
        let mut link = Link::a(&mut tl);
        vectors(&mut tl, &mut link, number);
        link.close(&mut tl);
        tl.wait_secs(20);
    }
    tl.into_frames()
}
