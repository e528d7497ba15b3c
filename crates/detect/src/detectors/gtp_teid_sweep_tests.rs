//! Quiet, loud and boundary cases of `gtp-teid-sweep`.

use event::{Fteid, Gtp, Outcome, Pfcp, Proto, Tunnel, What};

use crate::detectors::sides::test_network;
use crate::tests_support::{Events, check, check_with, gaps, names};

const ID: &str = "gtp-teid-sweep";
const A: &str = "198.51.100.20:2123";
const GGSN: &str = "192.0.2.20:2123";

fn delete(events: &mut Events, secs: f64, teid: u32, cause: Option<u8>) {
    let request = Gtp {
        version: 2,
        message_type: 36,
        message: "Delete Session Request".into(),
        teid: Some(teid),
        ..Gtp::default()
    };
    let frame = events.gtp(secs, A, GGSN, request).frame;
    let Some(cause) = cause else { return };
    let refused = !(16..64).contains(&cause);
    let answer = Gtp {
        version: 2,
        message_type: 37,
        cause: Some(cause),
        request_frame: Some(frame),
        outcome: Some(if refused { Outcome::Refused } else { Outcome::Answered }),
        ..Gtp::default()
    };
    events.gtp(secs + 0.1, GGSN, A, answer);
}

fn sweep(count: u32, every: f64) -> Events {
    let mut events = Events::new();
    for teid in 1..=count {
        delete(&mut events, f64::from(teid) * every, teid, Some(64));
    }
    events
}

fn indication(events: &mut Events, secs: f64, teid: u32, tunnel: Option<u64>) {
    let unknown = Fteid { plane: "data".into(), teid: Some(teid), ..Fteid::default() };
    let gtp = Gtp {
        version: 1,
        message_type: 26,
        user_plane: true,
        fteids: vec![unknown],
        tunnel,
        ..Gtp::default()
    };
    events.gtp(secs, "192.0.2.20:2152", "198.51.100.20:2152", gtp);
}

fn echo(events: &mut Events, secs: f64, from: &str, to: &str, recovery: u8) {
    let gtp = Gtp { version: 1, message_type: 2, recovery: Some(recovery), ..Gtp::default() };
    events.gtp(secs, from, to, gtp);
}

#[test]
fn twenty_are_a_sweep_and_nineteen_are_not() {
    assert_eq!(names(&check(ID, &sweep(19, 2.0))), [""; 0]);
    let alerts = check(ID, &sweep(20, 2.0));
    assert_eq!(names(&alerts), ["control-plane high"]);
    assert_eq!(alerts[0].entities[0], "ip:198.51.100.20");
    assert_eq!(names(&check(ID, &sweep(39, 600.0))), [""; 0]);
    assert_eq!(names(&check(ID, &sweep(40, 600.0))), ["control-plane high"]);
}

#[test]
fn stale_tunnels_among_many_that_work() {
    let mut events = Events::new();
    for teid in 1..=90u32 {
        let cause = if teid % 3 == 0 { 64 } else { 16 };
        delete(&mut events, f64::from(teid) * 0.5, teid, Some(cause));
    }
    assert_eq!(names(&check_with(ID, test_network(), &events)), [""; 0]);
    // One identifier over and over.
    let mut events = Events::new();
    for secs in 0..60u32 {
        delete(&mut events, f64::from(secs), 7, Some(64));
    }
    assert_eq!(names(&check(ID, &events)), [""; 0]);
}

#[test]
fn error_indications_to_one_source() {
    let mut events = Events::new();
    let mut known = Events::new();
    for teid in 1..=25 {
        indication(&mut events, f64::from(teid), teid, None);
        indication(&mut known, f64::from(teid), teid, Some(u64::from(teid)));
    }
    let alerts = check(ID, &events);
    assert_eq!(names(&alerts), ["user-plane high"]);
    assert_eq!(alerts[0].entities[0], "ip:198.51.100.20");
    assert_eq!(alerts[0].ends.unwrap().src_ip.to_string(), "198.51.100.20");
    assert_eq!(names(&check(ID, &known)), [""; 0], "tunnels that were there");
}

#[test]
fn who_restarted_has_lost_its_tunnels() {
    // The counter shows before, or a minute later.
    for (first, then) in [(0.5, 0.7), (0.5, 80.0)] {
        let mut events = Events::new();
        echo(&mut events, first, GGSN, A, 3);
        for teid in 1..=25 {
            indication(&mut events, f64::from(teid), teid, None);
        }
        echo(&mut events, then, GGSN, A, 4);
        events.list.sort_by_key(|event| event.at);
        assert_eq!(names(&check(ID, &events)), [""; 0], "{then}");
    }
    // Too late; and who guesses may restart as often as it likes.
    for (from, to, then) in [(GGSN, A, 200.0), (A, GGSN, 30.0)] {
        let mut events = Events::new();
        echo(&mut events, 0.1, from, to, 3);
        for teid in 1..=25 {
            indication(&mut events, f64::from(teid), teid, None);
        }
        echo(&mut events, then, from, to, 4);
        assert_eq!(names(&check(ID, &events)), ["user-plane high"], "{from}");
    }
}

#[test]
fn silence_says_something_only_where_others_are_answered() {
    let mut events = Events::new();
    for teid in 1..=25 {
        delete(&mut events, f64::from(teid), teid, None);
    }
    events.syn(100.0, "192.0.2.1", "192.0.2.2");
    assert_eq!(names(&check(ID, &events)), [""; 0]);
    assert_eq!(gaps(ID, test_network(), &events).len(), 1);
    delete(&mut events, 0.2, 1_000, Some(16));
    events.list.sort_by_key(|event| event.at);
    assert_eq!(names(&check(ID, &events)), ["control-plane high"]);
}

#[test]
fn sessions_of_the_user_plane_and_tunnels_that_open() {
    let mut events = Events::new();
    let ends = ["192.0.2.40:8805", "192.0.2.41:8805"];
    for seid in 1..=20u64 {
        let secs = seid as f64;
        let ask = Pfcp { version: 1, message_type: 54, seid: Some(seid), ..Pfcp::default() };
        let frame =
            events.push(secs, ends[0], ends[1], Proto::Udp, What::Pfcp(Box::new(ask))).frame;
        let answer = Pfcp {
            version: 1,
            message_type: 55,
            cause: Some(65),
            outcome: Some(Outcome::Refused),
            request_frame: Some(frame),
            ..Pfcp::default()
        };
        events.push(secs + 0.1, ends[1], ends[0], Proto::Udp, What::Pfcp(Box::new(answer)));
    }
    assert_eq!(names(&check(ID, &events)), ["pfcp high"]);
    // As many tunnels that open as are unknown: a node that is busy.
    let mut events = Events::new();
    indication(&mut events, 0.0, 1, None);
    for teid in 2..=25 {
        indication(&mut events, f64::from(teid), teid, None);
        for more in 0..2 {
            let tunnel = Tunnel {
                serving_ip: Some("198.51.100.20".parse().unwrap()),
                gateway_teid: Some(teid * 100 + more),
                ..Tunnel::default()
            };
            let what = What::Tunnel(Box::new(tunnel));
            events.push(f64::from(teid), A, GGSN, Proto::Udp, what);
        }
    }
    assert_eq!(names(&check(ID, &events)), [""; 0]);
}
