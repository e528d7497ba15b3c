//! Quiet, loud and boundary cases of `ss7-category-1`.

use event::{GlobalTitle, Map, Outcome, Proto, SccpAddress, What};
use network::Network;

use crate::detectors::sides::test_network;
use crate::tests_support::{Events, check, check_with, gaps, names};

const ID: &str = "ss7-category-1";
const OUT: &str = "198.51.100.10:2905";
const STP: &str = "192.0.2.10:2905";

fn gt(digits: &str) -> Option<SccpAddress> {
    let gt =
        GlobalTitle { digits: digits.into(), np: Some(1), nai: Some(4), ..GlobalTitle::default() };
    Some(SccpAddress {
        gt: (!digits.is_empty()).then_some(gt),
        ssn: Some(6),
        ..SccpAddress::default()
    })
}

fn invoke(opcode: i64, calling: &str, called: &str) -> Map {
    Map {
        user: "map".into(),
        calling: gt(calling),
        called: gt(called),
        message: "begin".into(),
        otid: Some("01".into()),
        component: Some("invoke".into()),
        component_count: 1,
        invoke_id: Some(1),
        opcode: Some(opcode),
        ..Map::default()
    }
}

fn reply(component: &'static str, request: u64) -> Map {
    Map {
        user: "map".into(),
        message: "end".into(),
        dtid: Some("01".into()),
        component: Some(component.into()),
        invoke_id: Some(1),
        request: Some(request),
        ..Map::default()
    }
}

fn push(events: &mut Events, secs: f64, src: &str, dest: &str, map: Map) {
    events.push(secs, src, dest, Proto::Sctp, What::Map(Box::new(map)));
}

fn one(src: &str, dest: &str, map: Map) -> Events {
    let mut events = Events::new();
    push(&mut events, 0.0, src, dest, map);
    events
}

#[test]
fn quiet_for_agreements_and_home() {
    for (opcode, calling, called, src) in [
        // Partner B may, Partner A's hub may, and our own nodes may.
        (71, "99903000001", "99901000010", OUT),
        (22, "99902000001", "99901000010", OUT),
        (71, "99901000020", "99901000010", "192.0.2.11:2905"),
        // Other categories, and what only passes through.
        (2, "99902000001", "99901000010", OUT),
        (45, "99902000001", "99901000010", OUT),
        (71, "99902000001", "99903000010", OUT),
    ] {
        let dest = if called.starts_with("99903") { "203.0.113.10:2905" } else { STP };
        let events = one(src, dest, invoke(opcode, calling, called));
        assert!(check_with(ID, test_network(), &events).is_empty(), "{opcode} {calling}");
    }
    let cap = Map { user: "cap".into(), ..invoke(31, "99902000001", "99901000010") };
    assert!(check_with(ID, test_network(), &one(OUT, STP, cap)).is_empty());
}

#[test]
fn loud_and_critical_with_data() {
    let mut events = one(OUT, STP, invoke(71, "99902000001", "99901000010"));
    let alerts = check_with(ID, test_network(), &events);
    assert_eq!(names(&alerts), ["map.any-time-interrogation high"]);
    assert_eq!(alerts[0].outcome, Outcome::Attempt);
    assert!(alerts[0].decided_by.as_deref().unwrap().contains("Partner A"));
    assert_eq!(alerts[0].entities[0], "gt:99902000001");

    let result = Map {
        returned: vec!["location".into()],
        parameter_len: 40,
        ..reply("returnResultLast", 1)
    };
    push(&mut events, 0.1, STP, OUT, result);
    let alerts = check_with(ID, test_network(), &events);
    assert_eq!(names(&alerts), ["map.any-time-interrogation critical"]);
    assert_eq!(alerts[0].outcome, Outcome::AnsweredWithData);
    assert_eq!(alerts[0].frames, [1, 2]);
    assert!(alerts[0].why.contains("location"), "{}", alerts[0].why);
}

#[test]
fn refused_stays_high() {
    let mut events = one(OUT, STP, invoke(71, "99902000001", "99901000010"));
    push(
        &mut events,
        0.1,
        STP,
        OUT,
        Map { error: Some("ati-NotAllowed".into()), ..reply("returnError", 1) },
    );
    let alerts = check_with(ID, test_network(), &events);
    assert_eq!(names(&alerts), ["map.any-time-interrogation high"]);
    assert_eq!(alerts[0].outcome, Outcome::Refused);
}

#[test]
fn every_component_counts() {
    let mut events = Events::new();
    for (index, opcode) in [45, 46, 62].into_iter().enumerate() {
        let map = Map {
            component_index: u8::try_from(index).unwrap(),
            component_count: 3,
            invoke_id: Some(opcode),
            ..invoke(opcode, "99902000001", "99901000010")
        };
        push(&mut events, 0.0, OUT, STP, map);
    }
    let alerts = check_with(ID, test_network(), &events);
    assert_eq!(names(&alerts), ["map.any-time-subscription-interrogation high"]);
    assert!(alerts[0].why.contains("component 3 of 3"), "{}", alerts[0].why);
}

#[test]
fn our_own_title_from_outside_and_unallocated_codes() {
    let spoofed = one(OUT, STP, invoke(58, "99901000020", "99901000010"));
    assert_eq!(names(&check_with(ID, test_network(), &spoofed)), ["map.send-imsi high"]);
    let nameless = one(OUT, STP, invoke(85, "", "99901000010"));
    assert_eq!(
        names(&check_with(ID, test_network(), &nameless)),
        ["map.send-routing-info-for-lcs high"]
    );
    for opcode in [27, 82, 90, 108] {
        let events = one(OUT, STP, invoke(opcode, "99902000001", "99901000010"));
        assert_eq!(names(&check_with(ID, test_network(), &events)), ["map.unallocated high"]);
    }
}

#[test]
fn without_a_description_countries_decide() {
    let abroad = one(OUT, STP, invoke(71, "31654000101", "44770000001"));
    let alerts = check(ID, &abroad);
    assert_eq!(names(&alerts), ["map.any-time-interrogation high"]);
    assert!(alerts[0].confidence < 0.7);
    // Codes that networks share: the digits behind them tell.
    assert_eq!(check(ID, &one(OUT, STP, invoke(71, "99902000001", "99901000010"))).len(), 1);

    for (calling, called) in
        [("31654000101", "31620000001"), ("", "31620000001"), ("99901000002", "99901000001")]
    {
        let same = one(OUT, STP, invoke(71, calling, called));
        assert!(check(ID, &same).is_empty(), "{calling}");
        assert_eq!(gaps(ID, Network::default(), &same).len(), 1);
    }
}
