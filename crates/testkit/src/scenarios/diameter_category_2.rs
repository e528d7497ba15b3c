//! Commands that only a subscriber's home may send, from others; and from the home.

use super::Scenario;
use super::diameter_category_1::Link;
use super::places::{NETWORK, subscriber};
use crate::frame::diameter::{self, Node};
use crate::timeline::{Side, Timeline};

const DELETE_SUBSCRIBER_DATA: u32 = 320;

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("diameter-category-2"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: own,
    expect: &[("diameter-category-2", "critical")],
};

pub(super) const OWN: Scenario = Scenario {
    name: "s6a-own-subscribers-from-outside",
    about: "Partner A cancels, rewrites and deletes what our MME knows of our own subscribers.",
    ..LOUD
};

pub(super) const FOREIGN: Scenario = Scenario {
    name: "s6a-location-of-others-roamer",
    about: "Partner B asks our MME by Insert-Subscriber-Data where partner A's subscriber is, and is told.",
    make: foreign,
    ..LOUD
};

pub(super) const UNDESCRIBED: Scenario = Scenario {
    name: "s6a-cancelled-undescribed",
    network: None,
    about: "Cancel-Location from the realm of another network than the subscriber's; without a description.",
    make: undescribed,
    expect: &[("diameter-category-2", "high")],
    ..LOUD
};

pub(super) const HOME: Scenario = Scenario {
    name: "s6a-real-home",
    benign: true,
    about: "Partner A's HSS updates and cancels its own subscribers in our network; ours does so in partner A's.",
    make: home,
    expect: &[],
    ..LOUD
};

fn mme() -> Node {
    Node::epc("mme1", "001-01")
}

fn own(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut link = Link::a(&mut tl);
    let from = Node::epc("hss1", "001-02");
    let asked = [
        (diameter::CANCEL_LOCATION, vec![diameter::number_3gpp(1420, 2)]),
        (diameter::INSERT_SUBSCRIBER_DATA, diameter::idr_location()),
        (DELETE_SUBSCRIBER_DATA, vec![diameter::number_3gpp(1421, 0x80)]),
    ];
    for (number, (command, more)) in (0..).zip(asked) {
        let (imsi, way) = (subscriber(number).0, (Side::Client, command));
        let refused: (u32, &[Vec<u8>]) = (5_001, &[]);
        link.s6a(&mut tl, way, [&from, &mme()], &imsi, &more, Some(refused));
        tl.wait_secs(2);
    }
    tl.into_frames()
}

fn foreign(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut link = Link::b(&mut tl);
    let from = Node::epc("hss1", "001-03");
    let cell = diameter::avp_3gpp(1602, &[0x00, 0xf1, 0x10, 0x00, 0x12, 0x34, 0x56]);
    let place = diameter::grouped_3gpp(1600, &[cell]);
    let data = vec![diameter::grouped_3gpp(1496, &[place])];
    let way = (Side::Client, diameter::INSERT_SUBSCRIBER_DATA);
    let more = diameter::idr_location();
    link.s6a(&mut tl, way, [&from, &mme()], "001020000012345", &more, Some((2001, &data)));
    tl.into_frames()
}

fn undescribed(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut link = Link::a(&mut tl);
    let from = Node::epc("hss1", "001-02");
    let way = (Side::Client, diameter::CANCEL_LOCATION);
    link.s6a(&mut tl, way, [&from, &mme()], &subscriber(3).0, &diameter::clr(), None);
    tl.into_frames()
}

fn home(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut link = Link::a(&mut tl);
    let (theirs, ours) = (Node::epc("hss1", "001-02"), Node::epc("hss1", "001-01"));
    let profile = diameter::ula("99902300001")[1].clone();
    let done: Option<(u32, &[Vec<u8>])> = Some((2001, &[]));
    let way = (Side::Client, diameter::INSERT_SUBSCRIBER_DATA);
    link.s6a(&mut tl, way, [&theirs, &mme()], "001020000012345", &[profile], done);
    let way = (Side::Client, diameter::CANCEL_LOCATION);
    link.s6a(&mut tl, way, [&theirs, &mme()], "001020000012345", &diameter::clr(), done);
    let visited = Node::epc("mme1", "001-02");
    let way = (Side::Server, diameter::CANCEL_LOCATION);
    link.s6a(&mut tl, way, [&ours, &visited], &subscriber(7).0, &diameter::clr(), done);
    tl.into_frames()
}
