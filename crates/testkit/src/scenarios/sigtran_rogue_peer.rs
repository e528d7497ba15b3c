//! SIGTRAN from peers that are not provisioned, and the unusual days of those that are.

use super::Scenario;
use super::places::{A_HOST, A_STP, A_STP2, NETWORK, STP, a_vlr, hlr, partner_linkset, subscriber};
use crate::frame::sccp::{Party, SSN_HLR};
use crate::frame::{m3ua, map};
use crate::timeline::{Answer, Linkset, Side, Timeline, at};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("sigtran-rogue-peer"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: unlisted,
    expect: &[("sigtran-rogue-peer", "high")],
};

pub(super) const UNLISTED: Scenario = Scenario {
    name: "sigtran-unlisted-association",
    about: "A host of a partner's that is no signalling node brings an association up and sends MAP.",
    ..LOUD
};

pub(super) const REFUSED: Scenario = Scenario {
    name: "sigtran-asp-refused",
    about: "The gateway refuses an ASP again and again; without a description.",
    network: None,
    make: refused,
    ..LOUD
};

pub(super) const OUR_TITLE: Scenario = Scenario {
    name: "sigtran-our-title-from-outside",
    about: "On a partner's link a message calls from a global title of our own.",
    make: our_title,
    ..LOUD
};

pub(super) const SECOND_ASSOCIATION: Scenario = Scenario {
    name: "sigtran-second-association",
    benign: true,
    about: "A partner's second node takes over when the first goes down.",
    make: second_association,
    expect: &[],
    ..LOUD
};

fn authenticate(tl: &mut Timeline, links: &mut Linkset, number: u32) {
    let (imsi, _) = subscriber(number);
    let opcode = map::op::SEND_AUTHENTICATION_INFO;
    let argument = map::send_authentication_info(&imsi, 1);
    let answer = Answer::Result(map::authentication_result(&[number as u8; 72]));
    links.dialogue(tl, Side::Client, [&a_vlr(), &hlr()], opcode, &argument, &answer);
}

fn unlisted(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = Linkset::open(&mut tl, at(A_HOST, 2905), at(STP, 2905), [2001, 1001]);
    for number in 0..3 {
        authenticate(&mut tl, &mut links, number);
        tl.wait_secs(4);
    }
    tl.into_frames()
}

fn refused(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    for round in 0..3 {
        let code = [13, 26, 25][round];
        let client = at(A_HOST, 2905 + round as u16);
        Linkset::refused(&mut tl, client, at(STP, 2905), code);
        tl.wait_secs(20);
    }
    tl.into_frames()
}

fn our_title(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let (imsi, _) = subscriber(3);
    let forged = Party::gt("99901000011", SSN_HLR);
    let opcode = map::op::SEND_AUTHENTICATION_INFO;
    let argument = map::send_authentication_info(&imsi, 5);
    let answer = Answer::Result(map::authentication_result(&[9; 72]));
    links.dialogue(&mut tl, Side::Client, [&forged, &hlr()], opcode, &argument, &answer);
    tl.into_frames()
}

fn second_association(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut first = Linkset::open(&mut tl, at(A_STP, 2905), at(STP, 2905), [2001, 1001]);
    for number in 0..4 {
        authenticate(&mut tl, &mut first, number);
        tl.wait_secs(2);
    }
    first.say(&mut tl, Side::Client, 0, &m3ua::asp_down());
    first.association.shutdown(&mut tl, Side::Client);
    let mut second = Linkset::open(&mut tl, at(A_STP2, 2905), at(STP, 2905), [2001, 1001]);
    for number in 4..9 {
        authenticate(&mut tl, &mut second, number);
        tl.wait_secs(2);
    }
    second.association.heartbeat(&mut tl, Side::Server);
    tl.into_frames()
}
