//! Quiet, loud and boundary cases of `gtp-malformed`.

use event::{Anomaly, Flow, Gtp, Outcome, Proto, What};
use network::Network;

use crate::detectors::sides::test_network;
use crate::tests_support::{Events, check, check_with, gaps, names, path};

const ID: &str = "gtp-malformed";
const A: &str = "198.51.100.20:2123";
const GGSN: &str = "192.0.2.20:2123";

fn create() -> Gtp {
    Gtp {
        version: 1,
        message_type: 16,
        message: "Create PDP Context Request".into(),
        imsi: Some("00101~0123456789abcdef".parse().unwrap()),
        teid: Some(0),
        payload_len: 120,
        claimed_len: 120,
        ..Gtp::default()
    }
}

fn found(gtp: Gtp) -> Vec<String> {
    let mut events = Events::new();
    events.gtp(0.0, A, GGSN, gtp);
    names(&check(ID, &events))
}

#[test]
fn one_message_that_nobody_can_serve() {
    for (gtp, expected) in [
        (Gtp { claimed_len: 160, ..create() }, "length medium"),
        (Gtp { claimed_len: 100, ..create() }, "length medium"),
        (Gtp { undecoded_len: 3, ..create() }, "length medium"),
        (Gtp { missing: vec![16], ..create() }, "mandatory medium"),
        (Gtp { message_type: 20, ..create() }, "teid medium"),
        (Gtp { version: 2, message_type: 34, ..create() }, "teid medium"),
    ] {
        assert_eq!(found(gtp.clone()), [expected], "{gtp:?}");
    }
}

#[test]
fn what_is_no_lie_or_not_ours_to_tell() {
    for gtp in [
        create(),
        Gtp { claimed_len: 160, snapped: true, missing: vec![16], ..create() },
        Gtp { message_type: 1, undecoded_len: 30, ..create() },
        Gtp { missing: vec![93], outcome: Some(Outcome::Refused), ..create() },
    ] {
        assert_eq!(found(gtp.clone()), [""; 0], "{gtp:?}");
    }
    // Another program on the port; answers that lack something.
    let voice = Gtp { imsi: None, claimed_len: 9_000, ..create() };
    assert_eq!(found(voice.clone()), ["length low"]);
    let answer = Gtp { missing: vec![2], outcome: Some(Outcome::Answered), ..create() };
    assert_eq!(found(answer), ["mandatory low"]);
    // A bearer is changed and its rate is not; what is opened has one.
    let update = Gtp { version: 2, message_type: 97, teid: Some(7), missing: vec![72], ..create() };
    assert_eq!(found(update.clone()), ["mandatory low"]);
    assert_eq!(found(Gtp { missing: vec![72, 93], ..update }), ["mandatory medium"]);
    // A listed node is believed.
    let mut events = Events::new();
    events.gtp(0.0, A, GGSN, voice);
    assert_eq!(names(&check_with(ID, test_network(), &events)), ["length medium"]);
    let mut inner = Events::new();
    inner.gtp(0.0, A, GGSN, Gtp { claimed_len: 160, ..create() }).path =
        path("198.51.100.20", "192.0.2.20", 1);
    assert_eq!(names(&check(ID, &inner)), [""; 0]);
}

fn noted(events: &mut Events, secs: f64, field: &'static str) {
    let frame = events.gtp(secs, A, GGSN, create()).frame;
    let anomaly = Anomaly {
        layer: "gtpv1".into(),
        field: field.into(),
        flaw: "illegal value".into(),
        ..Anomaly::default()
    };
    events.anomaly(secs, A, GGSN, Proto::Udp, anomaly).frame = frame;
}

#[test]
fn one_habit_and_three() {
    let mut events = Events::new();
    for (secs, field) in [(0.0, "gtpv1.order"), (1.0, "gtpv1.order"), (2.0, "gtpv1.spare")] {
        noted(&mut events, secs, field);
    }
    assert_eq!(names(&check(ID, &events)), ["habit low"]);
    noted(&mut events, 3.0, "gtpv1.duplicate");
    let alerts = check(ID, &events);
    assert_eq!(names(&alerts), ["several medium", "habit low"]);
    assert_eq!(alerts[0].frames.len(), 3);
    let mut events = Events::new();
    noted(&mut events, 0.0, "gtpv1.extension_length");
    assert_eq!(names(&check(ID, &events)), ["extension-header medium"]);
}

fn answer(events: &mut Events, secs: f64, unseen: bool) {
    let gtp = Gtp {
        message_type: 21,
        message: "Delete PDP Context Response".into(),
        imsi: None,
        teid: Some(9),
        outcome: Some(Outcome::Answered),
        request_unseen: unseen,
        request_frame: (!unseen).then_some(1),
        ..create()
    };
    events.gtp(secs, GGSN, A, gtp);
}

#[test]
fn answers_to_nothing() {
    let unasked = |count: u32, from: f64, others: u32| {
        let mut events = Events::new();
        events.syn(0.0, "192.0.2.1", "192.0.2.2");
        for n in 0..others {
            answer(&mut events, 1.0 + f64::from(n), false);
        }
        for n in 0..count {
            answer(&mut events, from + f64::from(n), true);
        }
        events
    };
    assert_eq!(names(&check(ID, &unasked(4, 100.0, 20))), [""; 0]);
    assert_eq!(names(&check(ID, &unasked(5, 100.0, 20))), ["state.no-request medium"]);
    // Among many that belong together, a capture that loses some frames.
    let mut lossy = Events::new();
    lossy.syn(0.0, "192.0.2.1", "192.0.2.2");
    for n in 0..200 {
        answer(&mut lossy, 100.0 + f64::from(n) * 0.1, n % 30 == 0);
    }
    assert_eq!(names(&check(ID, &lossy)), ["state.no-request low"]);
    // The capture begins midway; or shows one direction.
    for events in [unasked(20, 30.0, 0), unasked(20, 100.0, 0)] {
        assert_eq!(names(&check(ID, &events)), [""; 0]);
        assert_eq!(gaps(ID, Network::default(), &events).len(), 1);
    }
}

#[test]
fn an_address_that_was_not_given_out() {
    let mut events = Events::new();
    for (secs, assigned) in [(0.0, None), (1.0, Some("10.20.0.9")), (2.0, Some("10.20.0.9"))] {
        let flow = Flow { assigned: assigned.map(|ip| ip.parse().unwrap()), ..Flow::default() };
        let (src, dest) = ("10.20.0.77:4000", "203.0.113.9:443");
        let event = events.push(secs, src, dest, Proto::Udp, What::Flow(Box::new(flow)));
        event.path = path("198.51.100.20", "192.0.2.20", 1);
    }
    let alerts = check(ID, &events);
    assert_eq!(names(&alerts), ["source.spoofed medium"]);
    assert_eq!(alerts[0].entities[0], "ip:10.20.0.9");
}
