//! Subscribers' data collected in bulk over MAP; a message centre that delivers, and a switch after a restart.

use super::Scenario;
use super::places::{B_STP, NETWORK, STP, a_vlr, hlr, partner_linkset, subscriber};
use crate::frame::map::{self, op};
use crate::frame::sccp::{Party, SSN_MSC, SSN_VLR};
use crate::timeline::{Answer, Linkset, Side, Timeline, at};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("map-harvest"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: routing,
    expect: &[("map-harvest", "high")],
};

pub(super) const ROUTING: Scenario = Scenario {
    name: "map-harvest-routing",
    about: "One title of partner A asks the way for messages to forty subscribers in seven minutes and delivers none.",
    ..LOUD
};

pub(super) const VECTORS: Scenario = Scenario {
    name: "map-harvest-vectors",
    about: "Partner A takes the vectors of forty subscribers, each two from another title of one block, and registers none.",
    make: vectors,
    ..LOUD
};

pub(super) const SLOW: Scenario = Scenario {
    name: "map-harvest-slow",
    about: "Partner A asks the way for messages to ninety subscribers, five an hour.",
    make: slow,
    ..LOUD
};

pub(super) const CENTRE: Scenario = Scenario {
    name: "map-message-centre",
    benign: true,
    about: "Partner A's message centre asks the way for sixty messages and delivers all but five to our router.",
    make: centre,
    expect: &[],
    ..LOUD
};

pub(super) const RESTART: Scenario = Scenario {
    name: "map-switch-restart",
    benign: true,
    about: "Partner A's switch restarts: vectors of fifty subscribers at once, registrations within two minutes.",
    make: restart,
    expect: &[],
    ..LOUD
};

/// The identity that our router gives out in place of the subscriber's.
fn alias(number: u32) -> String {
    format!("00101{:010}", 9_000_000_000_u64 + u64::from(number))
}

fn ask_the_way(tl: &mut Timeline, links: &mut Linkset, centre: &Party, number: u32) {
    let argument = map::send_routing_info_for_sm(&subscriber(number).1, &centre.digits);
    let answer = Answer::Result(map::routing_info_for_sm(&alias(number), "99901000031"));
    let opcode = op::SEND_ROUTING_INFO_FOR_SM;
    links.dialogue(tl, Side::Client, [centre, &hlr()], opcode, &argument, &answer);
}

fn take_vectors(tl: &mut Timeline, links: &mut Linkset, vlr: &Party, number: u32) {
    let argument = map::send_authentication_info(&subscriber(number).0, 1);
    let answer = Answer::Result(map::authentication_result(&[number as u8; 72]));
    let opcode = op::SEND_AUTHENTICATION_INFO;
    links.dialogue(tl, Side::Client, [vlr, &hlr()], opcode, &argument, &answer);
}

/// Partner B goes about its business, so that the capture goes on.
fn later(tl: &mut Timeline) {
    tl.wait_secs(1_800);
    let mut links = Linkset::open(tl, at(B_STP, 2905), at(STP, 2905), [3001, 1001]);
    let vlr = Party::gt("99903000020", SSN_VLR);
    take_vectors(tl, &mut links, &vlr, 999);
    register(tl, &mut links, &vlr, 999);
}

fn register(tl: &mut Timeline, links: &mut Linkset, vlr: &Party, number: u32) {
    let (imsi, msisdn) = subscriber(number);
    let argument = map::update_location(&imsi, &vlr.digits, &vlr.digits);
    let opcode = op::UPDATE_LOCATION;
    links.location_update(tl, Side::Client, [vlr, &hlr()], opcode, &argument, &msisdn);
}

fn routing(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let centre = Party::gt("99902000030", SSN_MSC);
    for number in 400..440 {
        ask_the_way(&mut tl, &mut links, &centre, number);
        tl.wait_secs(10);
    }
    later(&mut tl);
    tl.into_frames()
}

fn vectors(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    for number in 0..40 {
        let vlr = Party::gt(&format!("9990207{:04}", number / 2), SSN_VLR);
        take_vectors(&mut tl, &mut links, &vlr, 450 + number);
        tl.wait_secs(8);
    }
    later(&mut tl);
    tl.into_frames()
}

fn slow(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let centre = Party::gt("99902000030", SSN_MSC);
    for number in 500..590 {
        ask_the_way(&mut tl, &mut links, &centre, number);
        tl.wait_secs(720);
    }
    later(&mut tl);
    tl.into_frames()
}

fn centre(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let centre = Party::gt("99902000030", SSN_MSC);
    let router = Party::gt("99901000031", SSN_MSC);
    for number in 600..660 {
        ask_the_way(&mut tl, &mut links, &centre, number);
        tl.wait_secs(1);
        if number % 12 != 0 {
            let argument = map::mt_forward_sm(&alias(number), &centre.digits, "99902555000");
            let (opcode, done) = (op::MT_FORWARD_SM, Answer::Result(Vec::new()));
            links.dialogue(&mut tl, Side::Client, [&centre, &router], opcode, &argument, &done);
        }
        tl.wait_secs(4);
    }
    later(&mut tl);
    tl.into_frames()
}

fn restart(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    for number in 700..750 {
        take_vectors(&mut tl, &mut links, &a_vlr(), number);
    }
    tl.wait_secs(60);
    for number in 700..750 {
        register(&mut tl, &mut links, &a_vlr(), number);
        tl.wait_secs(1);
    }
    later(&mut tl);
    tl.into_frames()
}
