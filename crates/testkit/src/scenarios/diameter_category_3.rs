//! Subscribers who are where they cannot be, by S6a; and those who travel.

use super::Scenario;
use super::places::{GGSN, NETWORK, pool, subscriber};
use crate::frame::diameter::{self, Exchange, Node, PORT};
use crate::frame::gtp;
use crate::frame::sctp::PPID_DIAMETER;
use crate::timeline::{Association, Session, Side, Timeline, at, v4};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("diameter-category-3"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: taken_over,
    expect: &[("diameter-category-3", "high")],
};

pub(super) const TAKEN_OVER: Scenario = Scenario {
    name: "s6a-location-taken-over",
    about: "Five minutes after partner A, partner B on the other side of the world takes vectors and registers the subscriber.",
    ..LOUD
};

pub(super) const PURGED: Scenario = Scenario {
    name: "s6a-purged-from-elsewhere",
    about: "Partner B purges subscribers whom partner A serves.",
    make: purged,
    ..LOUD
};

pub(super) const SESSION: Scenario = Scenario {
    name: "s6a-session-elsewhere",
    about: "Registered with partner A by S6a, and a session over GTP from partner B four minutes later.",
    make: session,
    ..LOUD
};

pub(super) const TRAVEL: Scenario = Scenario {
    name: "s6a-travel",
    benign: true,
    about: "Subscribers of ours register with partner A, fly to partner B and register there; A purges them a day later.",
    make: travel,
    expect: &[],
    ..LOUD
};

/// A partner's edge and its link to ours.
pub(super) struct Edge {
    association: Association,
    /// `001-02`
    visited: &'static str,
    mme: Node,
    hop: u32,
}

impl Edge {
    pub(super) fn a(tl: &mut Timeline) -> Self {
        Self::open(tl, "198.51.100.30", "001-02")
    }

    pub(super) fn b(tl: &mut Timeline) -> Self {
        Self::open(tl, "198.51.100.158", "001-03")
    }

    fn open(tl: &mut Timeline, ip: &str, visited: &'static str) -> Self {
        let (client, server) = (at(ip, PORT), at("192.0.2.30", PORT));
        let mut association = Association::open(tl, client, server);
        let (theirs, ours) = (Node::epc("dea1", visited), Node::epc("dea1", "001-01"));
        let request = diameter::capabilities(&theirs, client.ip(), 1, 1, None);
        association.say(tl, Side::Client, 0, PPID_DIAMETER, &request);
        let answer = diameter::capabilities(&ours, server.ip(), 1, 1, Some(2001));
        association.say(tl, Side::Server, 0, PPID_DIAMETER, &answer);
        let mme = Node::epc("mmec01.mmegi8001.mme", visited);
        Self { association, visited, mme, hop: 0x1000 }
    }

    /// A request of the partner's MME, and what our HSS answers.
    pub(super) fn ask(
        &mut self,
        tl: &mut Timeline,
        command: u32,
        number: u32,
        more: &[Vec<u8>],
        result: u32,
        answer: &[Vec<u8>],
    ) {
        self.hop += 1;
        let exchange = Exchange::new(&self.mme, self.hop);
        let hss = Node::epc("hss1", "001-01");
        let imsi = subscriber(number).0;
        let request =
            diameter::s6a_request(&exchange, command, &self.mme, None, &hss.realm, &imsi, more);
        self.association.say(tl, Side::Client, 1, PPID_DIAMETER, &request);
        tl.wait_ms(25);
        let answer = diameter::s6a_answer(&exchange, command, &hss, result, answer);
        self.association.say(tl, Side::Server, 1, PPID_DIAMETER, &answer);
        tl.wait_ms(10);
    }

    pub(super) fn vectors(&mut self, tl: &mut Timeline, number: u32) {
        let (request, answer) = (diameter::air(self.visited), diameter::aia(&[number as u8; 72]));
        let command = diameter::AUTHENTICATION_INFORMATION;
        self.ask(tl, command, number, &request, 2001, &answer);
    }

    pub(super) fn register(&mut self, tl: &mut Timeline, number: u32) {
        let (request, answer) = (diameter::ulr(self.visited), diameter::ula(&subscriber(number).1));
        self.ask(tl, diameter::UPDATE_LOCATION, number, &request, 2001, &answer);
    }

    fn arrive(&mut self, tl: &mut Timeline, number: u32) {
        self.vectors(tl, number);
        self.register(tl, number);
    }
}

fn taken_over(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let (mut a, mut b) = (Edge::a(&mut tl), Edge::b(&mut tl));
    a.arrive(&mut tl, 50);
    a.arrive(&mut tl, 51);
    tl.wait_secs(300);
    b.arrive(&mut tl, 50);
    tl.into_frames()
}

fn purged(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let (mut a, mut b) = (Edge::a(&mut tl), Edge::b(&mut tl));
    for number in 52..56 {
        a.arrive(&mut tl, number);
    }
    tl.wait_secs(6 * 3_600);
    for number in 52..55 {
        b.ask(&mut tl, diameter::PURGE_UE, number, &[], 2001, &[]);
        tl.wait_secs(10);
    }
    tl.into_frames()
}

fn session(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut a = Edge::a(&mut tl);
    a.arrive(&mut tl, 57);
    tl.wait_secs(240);
    let (imsi, msisdn) = subscriber(57);
    let create = gtp::Create::honest(&imsi, &msisdn, "001-03", v4("198.51.100.148"), 0x57);
    Session::create_v1(&mut tl, &create, v4(GGSN), pool(57), 0x157);
    tl.into_frames()
}

fn travel(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let (mut a, mut b) = (Edge::a(&mut tl), Edge::b(&mut tl));
    for number in 60..66 {
        a.arrive(&mut tl, number);
        tl.wait_secs(40);
    }
    tl.wait_secs(22 * 3_600);
    for number in 60..66 {
        b.arrive(&mut tl, number);
        tl.wait_secs(40);
    }
    tl.wait_secs(12 * 3_600);
    for number in 60..66 {
        a.ask(&mut tl, diameter::PURGE_UE, number, &[], 2001, &[]);
        tl.wait_secs(2);
    }
    tl.into_frames()
}
