//! Requests whose sender, addresses, networks and tunnels do not fit together.

use super::Scenario;
use super::places::{
    A_SGSN, A_SGW, GGSN, NETWORK, OUTSIDER, PGW, honest, partner_linkset, pool, roam, subscriber,
};
use crate::frame::{gtp, gtpv2};
use crate::timeline::{Session, Timeline, at, v4};

/// Partner B's SGSN, and a second one of partner A.
const B_SGSN: &str = "198.51.100.148";
const A_SGSN2: &str = "198.51.100.22";

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("gtp-peer-mismatch"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: claimed,
    expect: &[("gtp-peer-mismatch", "high")],
};

pub(super) const CLAIMED: Scenario = Scenario {
    name: "gtp-serving-network-of-another",
    about: "Partner A's gateway asks for a session and says that partner B serves the subscriber.",
    ..LOUD
};

pub(super) const REDIRECTED: Scenario = Scenario {
    name: "gtp-endpoint-redirected",
    about: "A listed node asks for a session whose packets shall go to an address outside every network.",
    make: redirected,
    ..LOUD
};

pub(super) const ENDED: Scenario = Scenario {
    name: "gtp-tunnel-ended-by-stranger",
    about: "A node of partner B deletes a session that partner A's node asked for.",
    make: ended,
    expect: &[("gtp-peer-mismatch", "critical")],
    ..LOUD
};

pub(super) const MOVES: Scenario = Scenario {
    name: "gtp-tunnel-moves-at-home",
    benign: true,
    about: "Sessions of both generations; one moves to the partner's second node, which ends it.",
    make: moves,
    expect: &[],
    ..LOUD
};

fn claimed(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let (imsi, msisdn) = subscriber(31);
    let create = gtpv2::Create {
        imsi,
        msisdn,
        imei: "3584560700000031".to_owned(),
        apn: "internet.mnc001.mcc001.gprs".to_owned(),
        serving: "001-03".to_owned(),
        sgw: v4(A_SGW),
        teid_control: 0x531,
        teid_data: 0x631,
        ebi: 5,
    };
    Session::create_v2(&mut tl, &create, v4(PGW), pool(31), 0x31);
    tl.into_frames()
}

fn redirected(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let create = gtp::Create { sgsn: v4(OUTSIDER), ..honest(32) };
    let answer = gtp::Created {
        teid_data: 0x9032,
        teid_control: 0xa032,
        address: pool(32),
        ggsn: v4(GGSN),
        charging_id: 0x9032,
    };
    let created = gtp::created(create.teid_control, 0x32, &answer, &create.qos);
    tl.ask(at(A_SGSN, gtp::PORT_C), at(GGSN, gtp::PORT_C), &create.request(0x32), &created);
    tl.into_frames()
}

fn ended(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let session = roam(&mut tl, &mut links, 33);
    tl.wait_secs(40);
    let stranger = Session { serving: v4(B_SGSN), ..session };
    stranger.delete_v1(&mut tl, 0x33, gtp::Create::NSAPI);
    tl.into_frames()
}

fn moves(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    for number in 34..38 {
        let session = roam(&mut tl, &mut links, number);
        tl.wait_secs(30);
        let sequence = 0x800 + number as u16;
        let (data, control) = (0x7700 + number, 0x7800 + number);
        let update = gtp::update(session.control, sequence, data, control, v4(A_SGSN2));
        let answer = gtp::Created {
            teid_data: session.uplink,
            teid_control: session.control,
            address: session.subscriber,
            ggsn: session.gateway,
            charging_id: session.uplink,
        };
        let qos = honest(number).qos;
        let updated = gtp::updated(control, sequence, &answer, &qos);
        let (from, to) = (at(A_SGSN2, gtp::PORT_C), at(GGSN, gtp::PORT_C));
        tl.ask(from, to, &update, &updated);
        tl.wait_secs(30);
        let delete = gtp::delete(session.control, sequence + 0x100, gtp::Create::NSAPI);
        let deleted = gtp::cause(gtp::DELETE_RESPONSE, control, sequence + 0x100, gtp::ACCEPTED);
        tl.ask(from, to, &delete, &deleted);
    }
    tl.into_frames()
}
