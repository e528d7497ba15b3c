//! Quiet, loud and boundary cases of `ss7-category-1`.

use event::{Map, Outcome, Proto, Sccp, What};
use network::Network;

use crate::detectors::sides::test_network;
use crate::detectors::ss7::tests_support::{HOME, OUT, STP, cap_invoke, invoke, push, reply};
use crate::tests_support::{Events, check, check_with, gaps, names};

const ID: &str = "ss7-category-1";

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
    let cap = cap_invoke(31, "99902000001", "99901000010");
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

#[test]
fn operations_that_no_public_source_names_are_medium_until_they_are_answered() {
    let mut events = one(OUT, STP, invoke(68, "99902000001", HOME));
    assert_eq!(names(&check_with(ID, test_network(), &events)), ["map.prepare-handover medium"]);
    let confirmed = Map { ..reply("returnResultLast", 1) };
    push(&mut events, 0.1, STP, OUT, confirmed);
    assert_eq!(names(&check_with(ID, test_network(), &events)), ["map.prepare-handover high"]);
}

#[test]
fn a_result_whose_request_was_not_seen_left_all_the_same() {
    let result = Map {
        calling: invoke(71, HOME, "").calling,
        called: invoke(71, "99902000001", "").calling,
        opcode: Some(71),
        returned: vec!["location".into()],
        parameter_len: 40,
        request: None,
        request_unseen: true,
        ..reply("returnResultLast", 0)
    };
    let events = one(STP, OUT, result.clone());
    let alerts = check_with(ID, test_network(), &events);
    assert_eq!(names(&alerts), ["map.any-time-interrogation critical"]);
    assert_eq!(
        (alerts[0].outcome, alerts[0].entities[0].as_str()),
        (Outcome::AnsweredWithData, "gt:99902000001")
    );
    // What others answer us is not our loss.
    let ours = Map { calling: result.called.clone(), called: result.calling.clone(), ..result };
    assert!(check_with(ID, test_network(), &one(OUT, STP, ours)).is_empty());
}

#[test]
fn what_the_network_gives_back_and_what_is_aborted_is_refused() {
    let mut events = one(OUT, STP, invoke(71, "99902000001", HOME));
    let sccp = Sccp { request: Some(1), otid: Some("01".into()), ..Sccp::default() };
    events.push(0.1, STP, OUT, Proto::Sctp, What::Sccp(Box::new(sccp)));
    let alerts = check_with(ID, test_network(), &events);
    assert_eq!(
        (names(&alerts), alerts[0].outcome),
        (vec!["map.any-time-interrogation high".to_owned()], Outcome::Refused)
    );

    let mut events = one(OUT, STP, invoke(71, "99902000001", HOME));
    let abort = Map {
        message: "abort".into(),
        component: None,
        outcome: Some(Outcome::Refused),
        ..reply("", 1)
    };
    push(&mut events, 0.1, STP, OUT, abort);
    assert_eq!(check_with(ID, test_network(), &events)[0].outcome, Outcome::Refused);
}

#[test]
fn the_configuration_decides_what_is_category_1() {
    let mut tuning = crate::Tuning::default();
    tuning.set_category("cap.0", 1);
    tuning.set_category("map.71", 0);
    let makers = vec![(crate::find(ID).unwrap().make)()];
    let mut engine = crate::Engine::with(test_network(), tuning, makers);
    let mut events = one(OUT, STP, cap_invoke(0, "99902000001", HOME));
    push(&mut events, 1.0, OUT, STP, invoke(71, "99902000001", HOME));
    events.list.iter().for_each(|event| engine.on_event(event));
    engine.finish();
    assert_eq!(names(&engine.alerts()), ["configured-category high"]);
}

#[test]
fn a_flood_of_requests_keeps_the_table_at_its_cap() {
    let mut events = Events::new();
    for n in 0..6_000u32 {
        let otid = Some(format!("{n:08x}").as_str().into());
        let map = Map { otid, ..invoke(71, "99902000001", HOME) };
        push(&mut events, f64::from(n) * 0.001, OUT, STP, map);
    }
    let alerts = check_with(ID, test_network(), &events);
    assert_eq!((alerts.len(), alerts[0].count), (1, 6_000));
}
