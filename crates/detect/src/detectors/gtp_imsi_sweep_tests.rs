//! Quiet, loud and boundary cases of `gtp-imsi-sweep`.

use event::{Gtp, Outcome, Subscriber};

use crate::detectors::sides::test_network;
use crate::tests_support::{Events, check, check_with, names};

const ID: &str = "gtp-imsi-sweep";
const GGSN: &str = "192.0.2.20:2123";

fn imsi(number: u64) -> Option<Subscriber> {
    Some(format!("00101~{number:016x}").parse().unwrap())
}

/// A request, and its answer with this cause a tenth of a second later; none is silence.
fn ask(events: &mut Events, secs: f64, from: &str, number: u64, cause: Option<u8>) {
    let request = Gtp {
        version: 1,
        message_type: 16,
        message: "Create PDP Context Request".into(),
        imsi: imsi(number),
        ..Gtp::default()
    };
    let frame = events.gtp(secs, from, GGSN, request).frame;
    let Some(cause) = cause else { return };
    let refused = cause != 128;
    let answer = Gtp {
        version: 1,
        message_type: 17,
        cause: Some(cause),
        request_frame: Some(frame),
        outcome: Some(if refused { Outcome::Refused } else { Outcome::AnsweredWithData }),
        ..Gtp::default()
    };
    events.gtp(secs + 0.1, GGSN, from, answer);
}

const A: &str = "198.51.100.20:2123";

fn sweep(count: u64, every: f64, cause: Option<u8>) -> Events {
    let mut events = Events::new();
    for number in 0..count {
        ask(&mut events, number as f64 * every, A, number, cause);
    }
    events
}

#[test]
fn ten_are_a_sweep_and_nine_are_not() {
    assert_eq!(names(&check(ID, &sweep(9, 20.0, Some(194)))), [""; 0]);
    let alerts = check(ID, &sweep(10, 20.0, Some(194)));
    assert_eq!(names(&alerts), ["sweep.fast high"]);
    assert_eq!(alerts[0].outcome, Outcome::Refused);
    assert_eq!(alerts[0].entities[0], "ip:198.51.100.20");
    // Slower than the window allows.
    assert_eq!(names(&check(ID, &sweep(10, 80.0, Some(194)))), [""; 0]);
    assert_eq!(names(&check(ID, &sweep(20, 3_000.0, Some(194)))), ["sweep.slow high"]);
    assert_eq!(names(&check(ID, &sweep(19, 3_000.0, Some(194)))), [""; 0]);
}

#[test]
fn restarts_full_gateways_and_one_who_tries_again() {
    let mut events = Events::new();
    for number in 0..60 {
        let cause = if number % 3 == 0 { 194 } else { 128 };
        ask(&mut events, number as f64 * 5.0, A, number, Some(cause));
    }
    assert_eq!(names(&check_with(ID, test_network(), &events)), [""; 0]);
    assert_eq!(names(&check(ID, &sweep(40, 5.0, Some(199)))), [""; 0], "no resources");
    let mut events = Events::new();
    for secs in 0..40 {
        ask(&mut events, f64::from(secs) * 5.0, A, 7, Some(194));
    }
    assert_eq!(names(&check(ID, &events)), [""; 0], "one subscriber");
}

#[test]
fn one_valid_card_hides_nothing() {
    let mut events = Events::new();
    for number in 0..12 {
        ask(&mut events, number as f64 * 20.0, A, number, Some(194));
        for again in 0..5 {
            ask(&mut events, number as f64 * 20.0 + f64::from(again) + 1.0, A, 999, Some(128));
        }
    }
    assert_eq!(names(&check(ID, &events)), ["sweep.fast high"]);
}

#[test]
fn addresses_in_turn() {
    let mut events = Events::new();
    for number in 0..12u64 {
        let from = format!("198.51.100.{}:2123", 20 + number % 4);
        ask(&mut events, number as f64 * 20.0, &from, number, Some(194));
    }
    for network in [test_network(), network::Network::default()] {
        assert_eq!(names(&check_with(ID, network, &events)), ["sweep.rotating high"]);
    }
}

#[test]
fn silence_of_a_gateway_that_answers_others() {
    assert_eq!(names(&check(ID, &sweep(15, 10.0, None))), [""; 0], "one direction");
    let mut events = Events::new();
    for number in 0..15u64 {
        let secs = number as f64 * 10.0;
        ask(&mut events, secs, "198.51.100.150:2123", 500 + number, Some(128));
        ask(&mut events, secs + 1.0, A, number, None);
    }
    assert_eq!(names(&check(ID, &events)), ["sweep.fast high"]);
}
