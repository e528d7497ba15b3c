//! Sessions from nodes that nobody listed.

use super::Scenario;
use super::places::{
    A_SGW, B_HOST, GGSN, NETWORK, OUTSIDER, PGW, partner_linkset, pool, roam, subscriber,
};
use crate::frame::{gtp, gtpv2};
use crate::timeline::{Session, Timeline, v4};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("rogue-gtp-peer"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: unlisted,
    expect: &[("rogue-gtp-peer", "high")],
};

pub(super) const UNLISTED: Scenario = Scenario {
    name: "gtp-peer-unlisted",
    about: "Create PDP Context from an address outside every partner.",
    ..LOUD
};

pub(super) const UNLISTED_LTE: Scenario = Scenario {
    name: "gtp-peer-unlisted-lte",
    about: "Create Session from a partner's address that is none of its nodes.",
    make: unlisted_lte,
    ..LOUD
};

pub(super) const LISTED: Scenario = Scenario {
    name: "gtp-peers-listed",
    benign: true,
    about: "Listed nodes of both generations.",
    make: listed,
    expect: &[],
    ..LOUD
};

fn unlisted(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let (imsi, msisdn) = subscriber(11);
    let create = gtp::Create::honest(&imsi, &msisdn, "001-02", v4(OUTSIDER), 0x31);
    Session::create_v1(&mut tl, &create, v4(GGSN), pool(11), 0x21);
    tl.into_frames()
}

fn lte(number: u32, sgw: &str) -> gtpv2::Create {
    let (imsi, msisdn) = subscriber(number);
    gtpv2::Create {
        imsi,
        msisdn,
        imei: format!("35845607{number:08}"),
        apn: "internet.mnc001.mcc001.gprs".to_owned(),
        serving: "001-02".to_owned(),
        sgw: v4(sgw),
        teid_control: 0x500 + number,
        teid_data: 0x600 + number,
        ebi: 5,
    }
}

fn unlisted_lte(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    Session::create_v2(&mut tl, &lte(12, B_HOST), v4(PGW), pool(12), 0x22);
    tl.into_frames()
}

fn listed(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    for number in 1..6 {
        roam(&mut tl, &mut links, number);
        tl.wait_secs(2);
    }
    // Registered like the others before its session.
    super::places::register(&mut tl, &mut links, 20);
    Session::create_v2(&mut tl, &lte(20, A_SGW), v4(PGW), pool(20), 0x23);
    tl.into_frames()
}
