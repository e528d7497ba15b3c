//! Quiet, loud and boundary cases of `map-harvest`.

use event::{Map, Subscriber};

use crate::detectors::sides::test_network;
use crate::detectors::ss7::tests_support::{A, B, HOME, OUT, STP, gt, imsi, invoke, push, reply};
use crate::tests_support::{Events, check, check_with, names};

const ID: &str = "map-harvest";

fn msisdn(number: u64) -> Option<Subscriber> {
    format!("99901~{:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).parse().ok()
}

fn about(number: u64) -> Option<Subscriber> {
    imsi("00101", number.wrapping_mul(0xd6e8_feb8_6659_fd93))
}

fn ask(events: &mut Events, secs: f64, opcode: i64, from: &str, number: u64) {
    let who = Map { otid: None, ..invoke(opcode, from, HOME) };
    let map = match opcode {
        45 | 71 => Map { msisdn: msisdn(number), ..who },
        _ => Map { imsi: about(number), ..who },
    };
    push(events, secs, OUT, STP, map);
}

/// So many questions, one every `every` seconds.
fn asked(count: u64, every: f64, opcode: i64, from: impl Fn(u64) -> String) -> Events {
    let mut events = Events::new();
    for number in 0..count {
        ask(&mut events, number as f64 * every, opcode, &from(number), number);
    }
    // Later somebody else, so that the capture goes on.
    ask(&mut events, count as f64 * every + 4_000.0, 2, B, 1_000_000);
    events
}

fn judged(events: &Events) -> Vec<String> {
    names(&check_with(ID, test_network(), events))
}

#[test]
fn questions_for_messages_that_nobody_delivers() {
    let events = asked(25, 4.0, 45, |_| A.to_owned());
    let alerts = check_with(ID, test_network(), &events);
    assert_eq!(names(&alerts), ["messages.undelivered high"]);
    assert_eq!(alerts[0].entities[0], format!("gt:{A}"));
    assert!(alerts[0].decided_by.as_deref().unwrap().contains("Partner A"), "{:?}", alerts[0]);
    assert!(alerts[0].frames.len() <= 8 && alerts[0].frames.contains(&1), "{:?}", alerts[0]);
    assert_eq!(judged(&asked(17, 4.0, 45, |_| A.to_owned())), Vec::<String>::new());
    // One subscriber, asked about again and again, is a phone that is off.
    let mut one = Events::new();
    for n in 0..200 {
        ask(&mut one, f64::from(n), 45, A, 1);
    }
    ask(&mut one, 9_000.0, 45, B, 2);
    assert_eq!(judged(&one), Vec::<String>::new());
}

#[test]
fn a_centre_that_delivers_is_quiet() {
    // All but a few; under an identity of the router's making; and from another title of its block.
    for (deliveries, from, loud) in [(300, A, false), (300, "99902000777", false), (60, A, true)] {
        let mut events = Events::new();
        for number in 0..300_u64 {
            let secs = number as f64 * 2.0;
            ask(&mut events, secs, 45, A, number);
            if number % (300 / deliveries) == 0 {
                ask(&mut events, secs + 1.0, 44, from, 500_000 + number);
            }
        }
        ask(&mut events, 9_000.0, 45, B, 2);
        let alerts = judged(&events);
        let alone = alerts.iter().filter(|name| name.contains("undelivered")).count();
        assert_eq!(alone > 0, loud || from != A, "{deliveries} {from} {alerts:?}");
    }
}

#[test]
fn vectors_without_registration() {
    assert_eq!(judged(&asked(25, 4.0, 56, |_| A.to_owned())), ["vectors.unregistered high"]);
    // A serving node after a restart: all at once, and the registrations follow.
    let mut restart = Events::new();
    for number in 0..400 {
        ask(&mut restart, number as f64 * 0.01, 56, A, number);
    }
    for number in 0..400 {
        ask(&mut restart, 60.0 + number as f64 * 0.1, 2, A, number);
    }
    ask(&mut restart, 9_000.0, 45, B, 2);
    assert_eq!(judged(&restart), Vec::<String>::new());
    // A capture that ends before registrations could follow.
    let mut cut = Events::new();
    for number in 0..400 {
        ask(&mut cut, number as f64 * 0.01, 56, A, number);
    }
    assert_eq!(judged(&cut), Vec::<String>::new());
}

#[test]
fn slow_and_spread_over_titles() {
    // Four an hour.
    assert_eq!(judged(&asked(80, 900.0, 45, |_| A.to_owned())), ["messages.undelivered high"]);
    // Forty titles of one block, each asks about two.
    let spread = asked(80, 5.0, 45, |n| format!("9990200{:04}", n % 40));
    let alerts = check_with(ID, test_network(), &spread);
    assert_eq!(names(&alerts), ["messages.undelivered high"]);
    assert!(alerts[0].signature.contains("titles beginning with 9990200"), "{:?}", alerts[0]);
    // Nobody asks for so few in a week.
    assert_eq!(judged(&asked(40, 15_000.0, 45, |_| A.to_owned())), Vec::<String>::new());
}

#[test]
fn questions_that_nobody_outside_has() {
    assert_eq!(judged(&asked(12, 30.0, 71, |_| A.to_owned())), ["questions.bulk high"]);
    assert_eq!(judged(&asked(8, 30.0, 71, |_| A.to_owned())), Vec::<String>::new());
    // Partner B may; we may; and a home network asks about its own.
    assert_eq!(judged(&asked(12, 30.0, 71, |_| B.to_owned())), Vec::<String>::new());
    assert_eq!(judged(&asked(12, 30.0, 71, |_| HOME.to_owned())), Vec::<String>::new());
    assert_eq!(judged(&asked(12, 30.0, 70, |_| HOME.to_owned())), Vec::<String>::new());
}

#[test]
fn numbers_that_do_not_exist() {
    let mut events = Events::new();
    for number in 0..60 {
        let secs = number as f64 * 3.0;
        ask(&mut events, secs, 45, A, number);
        ask(&mut events, secs + 0.2, 44, A, number);
        let request = events.list.len() as u64 - 1;
        let error = Map {
            opcode: Some(45),
            error_code: Some(1),
            called: gt(A),
            dtid: Some("01".into()),
            ..reply(if number % 3 == 0 { "returnResultLast" } else { "returnError" }, request)
        };
        push(&mut events, secs + 0.1, STP, OUT, error);
    }
    ask(&mut events, 9_000.0, 45, B, 2);
    assert_eq!(judged(&events), ["subscribers.unknown high"]);
}

#[test]
fn without_a_description() {
    let few = check(ID, &asked(30, 4.0, 45, |_| "33600000001".to_owned()));
    assert_eq!(names(&few), ["messages.undelivered medium"]);
    assert!(few[0].confidence <= 0.7);
    let many = check(ID, &asked(120, 4.0, 45, |_| "33600000001".to_owned()));
    assert_eq!(names(&many), ["messages.undelivered high"]);
}

#[test]
fn questions_without_a_description_are_judged_between_countries() {
    // Test codes tell no country: the home network itself may be asking.
    assert_eq!(check(ID, &asked(30, 4.0, 70, |_| A.to_owned())).len(), 0);
    let mut abroad = asked(30, 4.0, 71, |_| "33600000001".to_owned());
    for event in &mut abroad.list {
        if let event::What::Map(map) = &mut event.what {
            map.called = gt("447700900010");
        }
    }
    assert_eq!(names(&check(ID, &abroad)), ["questions.bulk high"]);
}

#[test]
fn a_flood_of_askers_finds_its_bounds() {
    let events = asked(9_000, 0.01, 45, |n| format!("{n:011}"));
    let mut engine = crate::Engine::with(
        test_network(),
        crate::Tuning::default(),
        vec![(crate::find(ID).unwrap().make)()],
    );
    events.list.iter().for_each(|event| engine.on_event(event));
    for table in engine.tables() {
        assert!(table.entries <= table.cap, "{table:?}");
    }
}
