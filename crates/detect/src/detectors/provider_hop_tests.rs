//! Quiet, loud and boundary cases of `provider-hop`.

use event::{Flow, FlowState, Gtp, Handshake, Proto, Ssh, SshOutcome, SshState, What};

use crate::detectors::sides::test_network;
use crate::tests_support::{Events, at, check, check_with, names};

const ID: &str = "provider-hop";

fn ssh(events: &mut Events, from: f64, to: f64, src: &str, dest: &str, outcome: SshOutcome) {
    let ssh = Ssh {
        state: SshState::Closed,
        outcome: Some(outcome),
        start: Some(at(from)),
        ..Ssh::default()
    };
    events.push(to, src, dest, Proto::Tcp, What::Ssh(Box::new(ssh)));
}

fn hop(inward: (&str, f64, f64), stone: &str, outward: (&str, f64, f64)) -> Events {
    let mut events = Events::new();
    let (host_in, host_out) = (format!("{stone}:22"), format!("{stone}:40000"));
    ssh(&mut events, inward.1, inward.2, inward.0, &host_in, SshOutcome::Accepted);
    ssh(&mut events, outward.1, outward.2, &host_out, outward.0, SshOutcome::Accepted);
    events.list.sort_by_key(|event| event.at);
    events
}

const A: (&str, f64, f64) = ("198.51.100.9:40000", 0.0, 600.0);
const B: (&str, f64, f64) = ("198.51.100.200:22", 60.0, 500.0);

#[test]
fn loud_between_providers() {
    let alerts = check_with(ID, test_network(), &hop(A, "192.0.2.53", B));
    assert_eq!(names(&alerts), ["hop.described critical"]);
    assert_eq!(alerts[0].entities, ["ip:198.51.100.9", "ip:192.0.2.53", "ip:198.51.100.200"]);
    assert_eq!(alerts[0].frames, [1, 2]);
    // To an outsider, and with the session in ending first.
    let out = ("203.0.113.77:22", 60.0, 900.0);
    assert_eq!(
        names(&check_with(ID, test_network(), &hop(A, "192.0.2.53", out))),
        ["hop.described critical"]
    );
}

#[test]
fn quiet_for_bastions_and_inner_sessions() {
    for (inward, stone, outward) in [
        (A, "10.10.9.4", B),
        // The same provider, our own far ends.
        (A, "192.0.2.53", ("198.51.100.30:22", 60.0, 500.0)),
        (("10.10.9.4:4000", 0.0, 600.0), "192.0.2.53", B),
        (A, "192.0.2.53", ("192.0.2.10:22", 60.0, 500.0)),
        // One after the other, and the one out before the one in.
        (("198.51.100.9:40000", 0.0, 50.0), "192.0.2.53", B),
        (("198.51.100.9:40000", 100.0, 600.0), "192.0.2.53", B),
    ] {
        let events = hop(inward, stone, outward);
        assert!(
            check_with(ID, test_network(), &events).is_empty(),
            "{inward:?} {stone} {outward:?}"
        );
    }
}

#[test]
fn quiet_for_refused_log_ins() {
    let mut events = Events::new();
    ssh(&mut events, 0.0, 600.0, "198.51.100.9:40000", "192.0.2.53:22", SshOutcome::Refused);
    ssh(&mut events, 10.0, 700.0, "192.0.2.53:40000", "198.51.100.200:22", SshOutcome::Accepted);
    assert!(check_with(ID, test_network(), &events).is_empty());
}

#[test]
fn without_a_description_a_telecom_element() {
    let mut events =
        hop(("198.51.100.9:40000", 0.0, 600.0), "192.0.2.20", ("203.0.113.77:22", 60.0, 500.0));
    assert!(check(ID, &events).is_empty());
    let answer = Gtp { version: 1, message_type: 17, ..Gtp::default() };
    events.gtp(-1.0, "192.0.2.20:2123", "198.51.100.20:2123", answer);
    events.list.sort_by_key(|event| event.at);
    assert_eq!(names(&check(ID, &events)), ["hop.seen high"]);
}

#[test]
fn typed_flows_of_no_known_protocol() {
    let typed = |turns| Flow {
        state: FlowState::Active,
        handshake: Handshake::Established,
        small_turn_count: turns,
        payload_to_server: 900,
        payload_to_client: 5_000,
        start: Some(at(0.0)),
        ..Flow::default()
    };
    let case = |turns, port| {
        let mut events = Events::new();
        events.flow(60.0, "198.51.100.9:40000", &format!("192.0.2.53:{port}"), typed(turns));
        ssh(&mut events, 30.0, 90.0, "192.0.2.53:40000", "198.51.100.200:22", SshOutcome::Accepted);
        names(&check_with(ID, test_network(), &events))
    };
    assert_eq!(case(12, 4444), ["hop.described critical"]);
    assert!(case(11, 4444).is_empty());
    assert!(case(12, 3868).is_empty());
}
