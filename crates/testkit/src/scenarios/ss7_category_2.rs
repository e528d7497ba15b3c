//! Operations that only the subscriber's home may send, from somebody else; and the home itself.

use super::Scenario;
use super::places::{A_STP, NETWORK, STP, a_scf, partner_linkset, subscriber};
use crate::frame::cap;
use crate::frame::map::{self, op};
use crate::frame::sccp::{self, Party, SSN_CAP, SSN_HLR, SSN_VLR};
use crate::frame::tcap::{self, Context};
use crate::timeline::{Answer, Linkset, Side, Timeline, at};

/// capssf-scfGeneric of CAP version 2.
const CAP_CALL: Context = Context(50, 1);

const LOUD: Scenario = Scenario {
    name: "",
    detection: Some("ss7-category-2"),
    benign: false,
    about: "",
    network: Some(NETWORK),
    make: located,
    expect: &[("ss7-category-2", "critical")],
};

pub(super) const LOCATED: Scenario = Scenario {
    name: "map-psi-of-our-subscriber",
    about: "provideSubscriberInfo about subscribers of ours from a partner's title; our VLR gives the cell.",
    ..LOUD
};

pub(super) const CONTROL_POINT: Scenario = Scenario {
    name: "map-foreign-control-point",
    about: "The profile of a guest, from its home's title, with a control point in a third country.",
    make: control_point,
    ..LOUD
};

pub(super) const THROWN_OUT: Scenario = Scenario {
    name: "map-guest-thrown-out",
    about: "cancelLocation for guests of partner B from a title of partner A.",
    make: thrown_out,
    expect: &[("ss7-category-2", "high")],
    ..LOUD
};

pub(super) const ORDERED: Scenario = Scenario {
    name: "cap-connect-unasked",
    about: "A control point of a partner opens a dialogue with our switch by connect.",
    make: ordered,
    ..LOUD
};

pub(super) const UNDESCRIBED: Scenario = Scenario {
    name: "map-psi-undescribed",
    about: "provideSubscriberInfo about a subscriber of one country from a title of another; without a description.",
    network: None,
    make: undescribed,
    expect: &[("ss7-category-2", "medium")],
    ..LOUD
};

pub(super) const GUESTS: Scenario = Scenario {
    name: "map-home-of-our-guests",
    benign: true,
    about: "Guests of partner A: their profile, their location, their calls and a cancellation, all from their home.",
    make: guests,
    expect: &[],
    ..LOUD
};

fn our_vlr() -> Party {
    Party::gt("99901000020", SSN_VLR)
}

fn a_hlr() -> Party {
    Party::gt("99902000010", SSN_HLR)
}

fn guest(network: &str, number: u32) -> String {
    format!("{network}{:010}", 20_000 + number * 37)
}

fn located(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    for number in 0..3 {
        let argument = map::provide_subscriber_info(&subscriber(number).0);
        let answer = Answer::Result(map::subscriber_info("99901000020", "001-01", 80));
        let opcode = op::PROVIDE_SUBSCRIBER_INFO;
        let parties = [&a_hlr(), &our_vlr()];
        links.dialogue(&mut tl, Side::Client, parties, opcode, &argument, &answer);
        tl.wait_secs(20);
    }
    tl.into_frames()
}

fn control_point(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let argument = map::insert_control_point(&guest("00102", 1), "447700900040");
    let opcode = op::INSERT_SUBSCRIBER_DATA;
    let taken = Answer::Result(Vec::new());
    links.dialogue(&mut tl, Side::Client, [&a_hlr(), &our_vlr()], opcode, &argument, &taken);
    tl.into_frames()
}

fn thrown_out(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    for number in 0..4 {
        let argument = map::cancel_location(&guest("00103", number));
        let opcode = op::CANCEL_LOCATION;
        let taken = Answer::Result(Vec::new());
        links.dialogue(&mut tl, Side::Client, [&a_hlr(), &our_vlr()], opcode, &argument, &taken);
        tl.wait_secs(2);
    }
    tl.into_frames()
}

fn ordered(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    let switch = Party::gt("99901000020", SSN_CAP);
    let otid = links.transaction();
    let connect = tcap::invoke(1, cap::op::CONNECT, &cap::connect("447700900123"));
    let begin = tcap::begin(otid, Some(tcap::aarq(CAP_CALL)), &[connect]);
    links.sccp(&mut tl, Side::Client, &sccp::udt(&switch, &a_scf(), &begin));
    tl.wait_ms(30);
    let abort = tcap::abort(otid, 1);
    links.sccp(&mut tl, Side::Server, &sccp::udt(&a_scf(), &switch, &abort));
    tl.into_frames()
}

/// Numbers that two countries set aside for drama, and a test network of one of them.
fn undescribed(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = Linkset::open(&mut tl, at(A_STP, 2905), at(STP, 2905), [2001, 1001]);
    let calling = Party::gt("12025550123", SSN_HLR);
    let called = Party::gt("447700900020", SSN_VLR);
    let argument = map::provide_subscriber_info("234990000012345");
    let opcode = op::PROVIDE_SUBSCRIBER_INFO;
    links.dialogue(
        &mut tl,
        Side::Client,
        [&calling, &called],
        opcode,
        &argument,
        &Answer::Error(27),
    );
    tl.into_frames()
}

fn guests(seed: u64) -> Vec<(i64, Vec<u8>)> {
    let mut tl = Timeline::new(seed);
    let mut links = partner_linkset(&mut tl);
    for number in 0..3 {
        let (imsi, msisdn) = (guest("00102", number), format!("9990255{number:04}"));
        // Our VLR registers them; the profile comes in the middle and names nobody.
        let argument = map::update_location(&imsi, "99901000020", "99901000020");
        let parties = [&our_vlr(), &a_hlr()];
        links.location_update(
            &mut tl,
            Side::Server,
            parties,
            op::UPDATE_LOCATION,
            &argument,
            &msisdn,
        );
        tl.wait_secs(5);
        let home = [&a_hlr(), &our_vlr()];
        let control = map::insert_control_point(&imsi, "99902000040");
        let taken = Answer::Result(Vec::new());
        links.dialogue(&mut tl, Side::Client, home, op::INSERT_SUBSCRIBER_DATA, &control, &taken);
        let argument = map::provide_subscriber_info(&imsi);
        let answer = Answer::Result(map::subscriber_info("99901000020", "001-01", 81));
        let opcode = op::PROVIDE_SUBSCRIBER_INFO;
        links.dialogue(&mut tl, Side::Client, home, opcode, &argument, &answer);
        call(&mut tl, &mut links, &imsi, &msisdn);
        tl.wait_secs(60);
        let argument = map::cancel_location(&imsi);
        links.dialogue(&mut tl, Side::Client, home, op::CANCEL_LOCATION, &argument, &taken);
    }
    tl.into_frames()
}

/// A guest calls; our switch asks its control point, which lets the call go on.
fn call(tl: &mut Timeline, links: &mut Linkset, imsi: &str, msisdn: &str) {
    let switch = Party::gt("99901000020", SSN_CAP);
    let asked = cap::initial_dp(1, imsi, msisdn, "447700900123", "99901000020", "001-01");
    let (otid, dtid) = (links.transaction(), links.transaction());
    let begin = tcap::begin(
        otid,
        Some(tcap::aarq(CAP_CALL)),
        &[tcap::invoke(1, cap::op::INITIAL_DP, &asked)],
    );
    links.sccp(tl, Side::Server, &sccp::udt(&a_scf(), &switch, &begin));
    tl.wait_ms(40);
    let events = cap::request_report_bcsm_event(&[9]);
    let go_on = tcap::continued(
        dtid,
        otid,
        Some(tcap::aare(CAP_CALL)),
        &[
            tcap::invoke(1, cap::op::REQUEST_REPORT_BCSM_EVENT, &events),
            tcap::invoke(2, cap::op::CONTINUE, &[]),
        ],
    );
    links.sccp(tl, Side::Client, &sccp::udt(&switch, &a_scf(), &go_on));
    tl.wait_secs(30);
    let report = tcap::invoke(2, cap::op::EVENT_REPORT_BCSM, &cap::event_report_bcsm(9));
    links.sccp(tl, Side::Server, &sccp::udt(&a_scf(), &switch, &tcap::end(dtid, None, &[report])));
    tl.wait_ms(10);
}
