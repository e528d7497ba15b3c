//! Operations that never cross an interconnect, in plain and in disguise; and where they are allowed.

use super::Scenario;
use super::places::{B_STP, NETWORK, STP, a_scf, hlr, partner_linkset, subscriber};
use crate::frame::map::{self, op};
use crate::frame::sccp::{self, Party, SSN_HLR, SSN_SCF};
use crate::frame::tcap;
use crate::timeline::{Answer, Linkset, Side, Timeline, at};

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("ss7-category-1"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: answered,
    expect: &[("ss7-category-1", "critical")],
};

pub(super) const ANSWERED: Scenario = Scenario {
    name: "map-ati-answered",
    about: "anyTimeInterrogation from a partner's title; our HLR gives the location.",
    ..LOUD
};

pub(super) const REFUSED: Scenario = Scenario {
    name: "map-category-1-refused",
    about: "sendRoutingInfo, sendIMSI and anyTimeInterrogation, each refused.",
    make: refused,
    expect: &[("ss7-category-1", "high")],
    ..LOUD
};

pub(super) const SECOND_COMPONENT: Scenario = Scenario {
    name: "map-second-component",
    about: "anyTimeInterrogation hides behind an allowed operation in one message.",
    make: second_component,
    expect: &[("ss7-category-1", "high")],
    ..LOUD
};

pub(super) const SEGMENTED: Scenario = Scenario {
    name: "map-segmented",
    about: "anyTimeInterrogation cut into XUDT segments and SCTP fragments.",
    make: segmented,
    ..LOUD
};

pub(super) const UNDESCRIBED: Scenario = Scenario {
    name: "map-ati-undescribed",
    about: "anyTimeInterrogation between titles of two countries; without a description.",
    network: None,
    make: undescribed,
    ..LOUD
};

pub(super) const AGREED: Scenario = Scenario {
    name: "map-ati-agreed",
    benign: true,
    about: "anyTimeInterrogation from partner B, whose contract allows it.",
    make: agreed,
    expect: &[],
    ..LOUD
};

pub(super) const AT_HOME: Scenario = Scenario {
    name: "map-ati-at-home",
    benign: true,
    about: "Our own service node asks our own HLR.",
    make: at_home,
    expect: &[],
    ..LOUD
};

fn location() -> Answer {
    Answer::Result(map::subscriber_info("99901000020", "001-01", 77))
}

fn answered(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    for number in 0..4 {
        let argument = map::any_time_interrogation(&subscriber(number).1, "99902000040");
        let opcode = op::ANY_TIME_INTERROGATION;
        links.dialogue(&mut tl, Side::Client, [&a_scf(), &hlr()], opcode, &argument, &location());
        tl.wait_secs(3);
    }
    tl.into_frames()
}

fn refused(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let msisdn = subscriber(4).1;
    let asked = [
        (op::SEND_ROUTING_INFO, map::send_routing_info(&msisdn, "99902000040"), 52),
        (op::SEND_IMSI, map::send_imsi(&msisdn), 52),
        (op::ANY_TIME_INTERROGATION, map::any_time_interrogation(&msisdn, "99902000040"), 49),
    ];
    for (opcode, argument, code) in asked {
        let answer = Answer::Error(code);
        links.dialogue(&mut tl, Side::Client, [&a_scf(), &hlr()], opcode, &argument, &answer);
        tl.wait_secs(3);
    }
    tl.into_frames()
}

/// An allowed request and one that is not, in one begin.
fn second_component(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let (imsi, msisdn) = subscriber(5);
    let allowed = map::send_authentication_info(&imsi, 1);
    let hidden = map::any_time_interrogation(&msisdn, "99902000040");
    let otid = links.transaction();
    let begin = tcap::begin(
        otid,
        Some(tcap::aarq(map::context(op::SEND_AUTHENTICATION_INFO))),
        &[
            tcap::invoke(1, op::SEND_AUTHENTICATION_INFO, &allowed),
            tcap::invoke(2, op::ANY_TIME_INTERROGATION, &hidden),
        ],
    );
    links.sccp(&mut tl, Side::Client, &sccp::udt(&hlr(), &a_scf(), &begin));
    tl.into_frames()
}

fn segmented(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let argument = map::any_time_interrogation(&subscriber(6).1, "99902000040");
    let context = map::context(op::ANY_TIME_INTERROGATION);
    let otid = links.transaction();
    let invoke = tcap::invoke(1, op::ANY_TIME_INTERROGATION, &argument);
    let begin = tcap::begin(otid, Some(tcap::aarq(context)), &[invoke]);
    for (index, part) in
        sccp::xudt_segments(&hlr(), &a_scf(), &begin, 30, 0x00_a1_07).into_iter().enumerate()
    {
        let message = links.payload(Side::Client, &part);
        if index == 1 {
            links.association.say_fragmented(&mut tl, Side::Client, 1, 3, &message, 24);
        } else {
            links.say(&mut tl, Side::Client, 1, &message);
        }
        tl.wait_ms(3);
    }
    let answer = map::subscriber_info("99901000020", "001-01", 78);
    let done = tcap::result(1, op::ANY_TIME_INTERROGATION, &answer);
    let end = tcap::end(otid, Some(tcap::aare(context)), &[done]);
    links.sccp(&mut tl, Side::Server, &sccp::udt(&a_scf(), &hlr(), &end));
    tl.into_frames()
}

/// Titles from ranges that two countries set aside for drama.
fn undescribed(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let calling = Party::gt("12025550123", SSN_SCF);
    let called = Party::gt("447700900123", SSN_HLR);
    let argument = map::any_time_interrogation("447700900456", "12025550123");
    let answer = Answer::Result(map::subscriber_info("447700900020", "001-01", 79));
    let opcode = op::ANY_TIME_INTERROGATION;
    links.dialogue(&mut tl, Side::Client, [&calling, &called], opcode, &argument, &answer);
    tl.into_frames()
}

fn agreed(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = Linkset::open(&mut tl, at(B_STP, 2905), at(STP, 2905), [3001, 1001]);
    let calling = Party::gt("99903000040", SSN_SCF);
    let argument = map::any_time_interrogation(&subscriber(7).1, "99903000040");
    let opcode = op::ANY_TIME_INTERROGATION;
    links.dialogue(&mut tl, Side::Client, [&calling, &hlr()], opcode, &argument, &location());
    tl.into_frames()
}

fn at_home(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = Linkset::open(&mut tl, at("10.10.1.40", 2905), at(STP, 2905), [1040, 1001]);
    let calling = Party::gt("99901000040", SSN_SCF);
    let argument = map::any_time_interrogation(&subscriber(8).1, "99901000040");
    let opcode = op::ANY_TIME_INTERROGATION;
    links.dialogue(&mut tl, Side::Client, [&calling, &hlr()], opcode, &argument, &location());
    tl.into_frames()
}
