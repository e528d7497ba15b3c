//! Addresses in an operation that are not the sender's; and honest ones.

use super::Scenario;
use super::places::{
    A_SGSN, NETWORK, a_scf, a_sgsn, a_vlr, hlr, partner_linkset, register, subscriber,
};
use crate::frame::map::{self, op};
use crate::frame::sccp::{Party, SSN_MSC, SSN_VLR};
use crate::timeline::{Answer, Side, Timeline, v4};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("map-address-mismatch"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: forged_vlr,
    expect: &[("map-address-mismatch", "high")],
};

pub(super) const FORGED_VLR: Scenario = Scenario {
    name: "map-forged-vlr",
    about: "A location update under a title of partner A names a VLR of partner B, which then gets the subscriber's calls.",
    ..LOUD
};

pub(super) const FORGED_CONTROL_POINT: Scenario = Scenario {
    name: "map-forged-control-point",
    about: "anyTimeInterrogation under a partner's title says that it comes from a control point of ours; refused.",
    make: forged_control_point,
    expect: &[("map-address-mismatch", "high"), ("ss7-category-1", "high")],
    ..LOUD
};

pub(super) const WRONG_LINK: Scenario = Scenario {
    name: "map-title-over-wrong-link",
    about: "A title of partner B comes over partner A's link and point code.",
    make: wrong_link,
    ..LOUD
};

pub(super) const AGREE: Scenario = Scenario {
    name: "map-addresses-agree",
    benign: true,
    about: "Registrations and a short message of a partner, each with the addresses of its own nodes.",
    make: agree,
    expect: &[],
    ..LOUD
};

fn forged_vlr(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let (imsi, msisdn) = subscriber(1);
    let argument = map::update_location(&imsi, "99903000020", "99903000020");
    let parties = [&a_vlr(), &hlr()];
    links.location_update(&mut tl, Side::Client, parties, op::UPDATE_LOCATION, &argument, &msisdn);
    tl.into_frames()
}

fn forged_control_point(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let argument = map::any_time_interrogation(&subscriber(2).1, "99901000040");
    let opcode = op::ANY_TIME_INTERROGATION;
    let refused = Answer::Error(49);
    links.dialogue(&mut tl, Side::Client, [&a_scf(), &hlr()], opcode, &argument, &refused);
    tl.into_frames()
}

fn wrong_link(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let calling = Party::gt("99903000020", SSN_VLR);
    let argument = map::send_authentication_info(&subscriber(3).0, 1);
    let opcode = op::SEND_AUTHENTICATION_INFO;
    let refused = Answer::Error(8);
    links.dialogue(&mut tl, Side::Client, [&calling, &hlr()], opcode, &argument, &refused);
    tl.into_frames()
}

fn agree(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    for number in 0..3 {
        let (imsi, msisdn) = subscriber(number);
        let argument = map::update_location(&imsi, "99902000021", "99902000020");
        let parties = [&a_vlr(), &hlr()];
        links.location_update(
            &mut tl,
            Side::Client,
            parties,
            op::UPDATE_LOCATION,
            &argument,
            &msisdn,
        );
        tl.wait_secs(1);
        register(&mut tl, &mut links, number);
        tl.wait_secs(10);
    }
    let (imsi, msisdn) = subscriber(0);
    let argument = map::update_gprs_location(&imsi, "99902000022", v4(A_SGSN));
    let parties = [&a_sgsn(), &hlr()];
    let opcode = op::UPDATE_GPRS_LOCATION;
    links.location_update(&mut tl, Side::Client, parties, opcode, &argument, &msisdn);
    let centre = Party::gt("99902000030", SSN_MSC);
    let argument = map::send_routing_info_for_sm(&msisdn, "99902000030");
    let answer = Answer::Result(map::routing_info_for_sm("001019000000001", "99901000031"));
    let opcode = op::SEND_ROUTING_INFO_FOR_SM;
    links.dialogue(&mut tl, Side::Client, [&centre, &hlr()], opcode, &argument, &answer);
    let router = Party::gt("99901000031", SSN_MSC);
    let argument = map::mt_forward_sm("001019000000001", "99902000030", "99902555000");
    let taken = Answer::Result(Vec::new());
    links.dialogue(&mut tl, Side::Client, [&centre, &router], op::MT_FORWARD_SM, &argument, &taken);
    tl.into_frames()
}
