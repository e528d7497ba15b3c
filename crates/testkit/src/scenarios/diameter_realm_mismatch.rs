//! Diameter requests whose origin is not who it says; and names that only look odd.

use super::Scenario;
use super::diameter_category_1::Link;
use super::places::{NETWORK, subscriber};
use crate::frame::diameter::{self, Node};
use crate::timeline::{Side, Timeline};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("diameter-realm-mismatch"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: own,
    expect: &[("diameter-realm-mismatch", "critical")],
};

pub(super) const OWN: Scenario = Scenario {
    name: "s6a-in-our-own-name",
    about: "A Cancel-Location in the name of our own HSS comes over partner A's link.",
    ..LOUD
};

pub(super) const BORROWED: Scenario = Scenario {
    name: "s6a-in-anothers-name",
    about: "Over partner A's link somebody takes vectors in the name of partner B's MME.",
    make: borrowed,
    ..LOUD
};

pub(super) const TWICE: Scenario = Scenario {
    name: "s6a-two-user-names",
    about: "A request with two User-Names: a subscriber of partner A's for the filter, ours for the HSS.",
    make: twice,
    ..LOUD
};

pub(super) const VISITED: Scenario = Scenario {
    name: "s6a-visited-plmn-of-another",
    about: "An Authentication-Information-Request of partner A's names partner B's network as visited.",
    make: visited,
    expect: &[("diameter-realm-mismatch", "high")],
    ..LOUD
};

pub(super) const SPELLED: Scenario = Scenario {
    name: "s6a-names-spelled-otherwise",
    benign: true,
    about: "Partner A's MME writes its names in capitals, and a trailing dot behind the realm.",
    make: spelled,
    expect: &[],
    ..LOUD
};

fn hss() -> Node {
    Node::epc("hss1", "001-01")
}

fn own(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut link = Link::a(&mut tl);
    let mme = Node::epc("mme1", "001-01");
    let way = (Side::Client, diameter::CANCEL_LOCATION);
    link.s6a(&mut tl, way, [&hss(), &mme], &subscriber(1).0, &diameter::clr(), None);
    tl.into_frames()
}

/// Vectors, asked for by that node over partner A's link.
fn vectors(seed: u64, from: &Node, plmn: &str, answered: bool) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut link = Link::a(&mut tl);
    let way = (Side::Client, diameter::AUTHENTICATION_INFORMATION);
    let (imsi, data) = (subscriber(2).0, diameter::aia(&[5; 72]));
    let answer: Option<(u32, &[Vec<u8>])> = answered.then_some((2001, &data));
    link.s6a(&mut tl, way, [from, &hss()], &imsi, &diameter::air(plmn), answer);
    tl.into_frames()
}

fn borrowed(seed: u64) -> Vec<(i64, Vec<u8>)> {
    vectors(seed, &Node::epc("mme1", "001-03"), "001-03", true)
}

fn visited(seed: u64) -> Vec<(i64, Vec<u8>)> {
    vectors(seed, &Node::epc("mme1", "001-02"), "001-03", false)
}

fn twice(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut link = Link::a(&mut tl);
    let from = Node::epc("hss1", "001-02");
    let mut more = diameter::idr_location();
    more.push(diameter::text(1, &subscriber(3).0));
    let way = (Side::Client, diameter::INSERT_SUBSCRIBER_DATA);
    let mme = Node::epc("mme1", "001-01");
    link.s6a(&mut tl, way, [&from, &mme], "001020000012345", &more, None);
    tl.into_frames()
}

fn spelled(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let plain = Node::epc("mme1", "001-02");
    let from = Node {
        host: plain.host.to_ascii_uppercase(),
        realm: format!("{}.", plain.realm.to_ascii_uppercase()),
    };
    vectors(seed, &from, "001-02", true)
}
