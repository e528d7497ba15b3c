//! Subscribers who are where they cannot be, by MAP; and those who travel.

use super::Scenario;
use super::places::{B_STP, NETWORK, STP, a_vlr, hlr, partner_linkset, subscriber};
use crate::frame::map::{self, op};
use crate::frame::sccp::{Party, SSN_HLR, SSN_VLR};
use crate::timeline::{Answer, Linkset, Side, Timeline, at};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("ss7-category-3"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: taken_over,
    expect: &[("ss7-category-3", "high")],
};

pub(super) const TAKEN_OVER: Scenario = Scenario {
    name: "map-location-taken-over",
    about: "Ten minutes after partner A, partner B on the other side of the world takes vectors and registers the subscriber.",
    ..LOUD
};

pub(super) const BY_TURNS: Scenario = Scenario {
    name: "map-location-by-turns",
    about: "The same, and then the subscriber registers with partner A again: vectors went to somebody else.",
    make: by_turns,
    expect: &[("ss7-category-3", "critical")],
    ..LOUD
};

pub(super) const PURGED: Scenario = Scenario {
    name: "map-purged-from-elsewhere",
    about: "Partner B purges subscribers whom partner A serves, and dials in the name of one.",
    make: purged,
    ..LOUD
};

pub(super) const VECTORS: Scenario = Scenario {
    name: "map-vectors-never-used",
    about: "A day later partner B takes vectors of a subscriber whom partner A serves, and no registration follows.",
    make: vectors,
    expect: &[("ss7-category-3", "medium")],
    ..LOUD
};

pub(super) const UNDESCRIBED: Scenario = Scenario {
    name: "map-location-undescribed",
    about: "Registrations on two continents within ten minutes, by country codes; without a description.",
    network: None,
    make: undescribed,
    expect: &[("ss7-category-3", "medium")],
    ..LOUD
};

pub(super) const FLIGHT: Scenario = Scenario {
    name: "map-flight",
    benign: true,
    about: "Subscribers of ours fly from partner A to partner B; A tidies up after they left, B's other switch serves.",
    make: flight,
    expect: &[],
    ..LOUD
};

fn b_vlr() -> Party {
    Party::gt("99903000020", SSN_VLR)
}

fn b_linkset(tl: &mut Timeline) -> Linkset {
    Linkset::open(tl, at(B_STP, 2905), at(STP, 2905), [3001, 1001])
}

fn authenticate(tl: &mut Timeline, links: &mut Linkset, vlr: &Party, number: u32) {
    let argument = map::send_authentication_info(&subscriber(number).0, 1);
    let vector = Answer::Result(map::authentication_result(&[number as u8; 72]));
    let opcode = op::SEND_AUTHENTICATION_INFO;
    links.dialogue(tl, Side::Client, [vlr, &hlr()], opcode, &argument, &vector);
}

/// Vectors, then the registration with the profile in it.
fn arrive(tl: &mut Timeline, links: &mut Linkset, vlr: &Party, number: u32) {
    authenticate(tl, links, vlr, number);
    let (imsi, msisdn) = subscriber(number);
    let argument = map::update_location(&imsi, &vlr.digits, &vlr.digits);
    let opcode = op::UPDATE_LOCATION;
    links.location_update(tl, Side::Client, [vlr, &hlr()], opcode, &argument, &msisdn);
}

fn purge(tl: &mut Timeline, links: &mut Linkset, vlr: &Party, number: u32) {
    let argument = map::purge_ms(&subscriber(number).0, &vlr.digits);
    let done = Answer::Result(vec![0x30, 0]);
    links.dialogue(tl, Side::Client, [vlr, &hlr()], op::PURGE_MS, &argument, &done);
}

fn taken_over(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let (mut a, mut b) = (partner_linkset(&mut tl), b_linkset(&mut tl));
    arrive(&mut tl, &mut a, &a_vlr(), 20);
    arrive(&mut tl, &mut a, &a_vlr(), 21);
    tl.wait_secs(600);
    arrive(&mut tl, &mut b, &b_vlr(), 20);
    tl.into_frames()
}

fn by_turns(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let (mut a, mut b) = (partner_linkset(&mut tl), b_linkset(&mut tl));
    arrive(&mut tl, &mut a, &a_vlr(), 22);
    tl.wait_secs(600);
    arrive(&mut tl, &mut b, &b_vlr(), 22);
    tl.wait_secs(900);
    arrive(&mut tl, &mut a, &a_vlr(), 22);
    tl.into_frames()
}

fn purged(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let (mut a, mut b) = (partner_linkset(&mut tl), b_linkset(&mut tl));
    for number in 30..34 {
        arrive(&mut tl, &mut a, &a_vlr(), number);
    }
    tl.wait_secs(8 * 3_600);
    for number in 30..33 {
        purge(&mut tl, &mut b, &b_vlr(), number);
        tl.wait_secs(20);
    }
    let argument = map::process_unstructured_ss_request(&[0xaa, 0x18], &subscriber(33).1);
    let opcode = op::PROCESS_UNSTRUCTURED_SS_REQUEST;
    let refused = Answer::Error(36);
    b.dialogue(&mut tl, Side::Client, [&b_vlr(), &hlr()], opcode, &argument, &refused);
    tl.into_frames()
}

fn vectors(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let (mut a, mut b) = (partner_linkset(&mut tl), b_linkset(&mut tl));
    arrive(&mut tl, &mut a, &a_vlr(), 35);
    tl.wait_secs(24 * 3_600);
    authenticate(&mut tl, &mut b, &b_vlr(), 35);
    tl.wait_secs(900);
    arrive(&mut tl, &mut a, &a_vlr(), 36);
    tl.into_frames()
}

/// Titles from ranges that two countries set aside for drama.
fn undescribed(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let home = Party::gt("61491570010", SSN_HLR);
    let (imsi, msisdn) = (subscriber(37).0, "61491570156");
    for title in ["447700900120", "12025550120"] {
        let vlr = Party::gt(title, SSN_VLR);
        let argument = map::update_location(&imsi, title, title);
        let opcode = op::UPDATE_LOCATION;
        links.location_update(&mut tl, Side::Client, [&vlr, &home], opcode, &argument, msisdn);
        tl.wait_secs(600);
    }
    tl.into_frames()
}

fn flight(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let (mut a, mut b) = (partner_linkset(&mut tl), b_linkset(&mut tl));
    for number in 40..46 {
        arrive(&mut tl, &mut a, &a_vlr(), number);
        tl.wait_secs(30);
    }
    tl.wait_secs(24 * 3_600);
    for number in 40..46 {
        arrive(&mut tl, &mut b, &b_vlr(), number);
        tl.wait_secs(20);
    }
    tl.wait_secs(3_600);
    for number in 40..43 {
        purge(&mut tl, &mut a, &a_vlr(), number);
    }
    for number in 40..46 {
        authenticate(&mut tl, &mut b, &b_vlr(), number);
        tl.wait_secs(100);
    }
    tl.into_frames()
}
