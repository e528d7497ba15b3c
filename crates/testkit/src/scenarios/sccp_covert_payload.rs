//! Signalling that carries something else, and private protocols that may.

use rand::Rng;

use super::Scenario;
use super::places::{A_STP, NETWORK, STP, partner_linkset};
use crate::frame::sccp::{self, Party};
use crate::timeline::{Association, Linkset, Side, Timeline, at};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("sccp-covert-payload"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: both_ways,
    expect: &[("sccp-covert-payload", "high")],
};

pub(super) const BOTH_WAYS: Scenario = Scenario {
    name: "sccp-ciphertext-both-ways",
    about: "Unitdata of random octets between a title of partner A and one of ours, on subsystem 222, both ways.",
    ..LOUD
};

pub(super) const UNDESCRIBED: Scenario = Scenario {
    name: "sccp-ciphertext-undescribed",
    about: "The same on the subsystem of operation and maintenance; without a description.",
    network: None,
    make: on_omap,
    ..LOUD
};

pub(super) const MISFIT: Scenario = Scenario {
    name: "sctp-no-m3ua-on-its-port",
    about: "An association on port 2905 that says M3UA and carries random octets both ways.",
    make: misfit,
    ..LOUD
};

pub(super) const PRIVATE: Scenario = Scenario {
    name: "sccp-private-subsystem",
    benign: true,
    about: "Two of our own nodes speak a vendor's protocol on a private subsystem; one garbled message crosses the border.",
    make: private,
    expect: &[],
    ..LOUD
};

fn noise(tl: &mut Timeline, len: usize) -> Vec<u8> {
    // Nothing that looks like the beginning of TCAP.
    let mut octets: Vec<u8> = (0..len).map(|_| tl.rng.random()).collect();
    if let Some(first) = octets.first_mut() {
        *first = 0x97;
    }
    octets
}

fn talk(tl: &mut Timeline, links: &mut Linkset, parties: [&Party; 2], times: usize) {
    let [ours, theirs] = parties;
    for time in 0..times {
        let request = noise(tl, 40 + time * 7 % 90);
        links.sccp(tl, Side::Client, &sccp::udt(ours, theirs, &request));
        tl.wait_ms(140);
        let answer = noise(tl, 60 + time * 11 % 100);
        links.sccp(tl, Side::Server, &sccp::udt(theirs, ours, &answer));
        tl.wait_secs(3);
    }
}

fn both_ways(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let (ours, theirs) = (Party::gt("99901000010", 222), Party::gt("99902000077", 222));
    talk(&mut tl, &mut links, [&ours, &theirs], 12);
    tl.into_frames()
}

fn on_omap(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let (ours, theirs) = (Party::gt("447700900123", 4), Party::gt("12025550123", 4));
    talk(&mut tl, &mut links, [&ours, &theirs], 20);
    tl.into_frames()
}

fn misfit(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut association = Association::open(&mut tl, at(A_STP, 2905), at(STP, 2905));
    for _ in 0..10 {
        for side in [Side::Client, Side::Server] {
            let message = noise(&mut tl, 72);
            association.say(&mut tl, side, 1, 3, &message);
            tl.wait_ms(60);
        }
        tl.wait_secs(2);
    }
    association.shutdown(&mut tl, Side::Client);
    tl.into_frames()
}

fn private(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = Linkset::open(&mut tl, at("10.10.1.40", 2905), at(STP, 2905), [1040, 1001]);
    let (one, other) = (Party::gt("99901000010", 222), Party::gt("99901000040", 222));
    talk(&mut tl, &mut links, [&one, &other], 12);
    let mut border = partner_linkset(&mut tl);
    let garbled = noise(&mut tl, 50);
    let (ours, theirs) = (Party::gt("99901000010", 6), Party::gt("99902000020", 7));
    border.sccp(&mut tl, Side::Client, &sccp::udt(&ours, &theirs, &garbled));
    tl.into_frames()
}
