//! Short messages past the router that guards our subscribers; and messages that go where they belong.

use super::Scenario;
use super::places::{NETWORK, hlr, partner_linkset, subscriber};
use crate::frame::map::{self, op};
use crate::frame::sccp::{Party, SSN_MSC};
use crate::timeline::{Answer, Linkset, Side, Timeline};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("sms-home-routing-bypass"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: past,
    expect: &[("sms-home-routing-bypass", "high")],
};

pub(super) const PAST: Scenario = Scenario {
    name: "sms-past-the-router",
    about: "mt-forwardSM from a partner's title straight to the switch that serves subscribers of ours; nobody asked the way.",
    ..LOUD
};

pub(super) const LEAK: Scenario = Scenario {
    name: "sms-real-node-given-out",
    about: "sendRoutingInfoForSM is answered with the real switch and not with the router's address; a message follows.",
    make: leak,
    ..LOUD
};

pub(super) const ROUTED: Scenario = Scenario {
    name: "sms-by-the-router",
    benign: true,
    about: "A partner's message centre is given the router and delivers there, and to the switch only for its own subscriber.",
    make: routed,
    expect: &[],
    ..LOUD
};

const SWITCH: &str = "99901000020";
const ROUTER: &str = "99901000031";
const CENTRE: &str = "99902000030";

fn ask(tl: &mut Timeline, links: &mut Linkset, msisdn: &str, imsi: &str, node: &str) {
    let argument = map::send_routing_info_for_sm(msisdn, CENTRE);
    let answer = Answer::Result(map::routing_info_for_sm(imsi, node));
    let opcode = op::SEND_ROUTING_INFO_FOR_SM;
    let parties = [&Party::gt(CENTRE, SSN_MSC), &hlr()];
    links.dialogue(tl, Side::Client, parties, opcode, &argument, &answer);
    tl.wait_ms(200);
}

fn deliver(tl: &mut Timeline, links: &mut Linkset, imsi: &str, node: &str) {
    let argument = map::mt_forward_sm(imsi, CENTRE, "99902555000");
    let parties = [&Party::gt(CENTRE, SSN_MSC), &Party::gt(node, SSN_MSC)];
    let taken = Answer::Result(Vec::new());
    links.dialogue(tl, Side::Client, parties, op::MT_FORWARD_SM, &argument, &taken);
    tl.wait_secs(4);
}

fn past(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    for number in 0..3 {
        deliver(&mut tl, &mut links, &subscriber(number).0, SWITCH);
    }
    tl.into_frames()
}

fn leak(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let (imsi, msisdn) = subscriber(1);
    ask(&mut tl, &mut links, &msisdn, &imsi, SWITCH);
    deliver(&mut tl, &mut links, &imsi, SWITCH);
    tl.into_frames()
}

fn routed(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    for number in 0..3 {
        let alias = format!("00101{:010}", 9_000_000_000_u64 + u64::from(number));
        ask(&mut tl, &mut links, &subscriber(number).1, &alias, ROUTER);
        deliver(&mut tl, &mut links, &alias, ROUTER);
    }
    // A subscriber of the partner's, whom our switch serves: its home answered its own centre.
    deliver(&mut tl, &mut links, "001020000012345", SWITCH);
    tl.into_frames()
}
