//! Quiet, loud and boundary cases of `ssh-password-spray`.

use event::{Flow, FlowState, Handshake, Proto, Ssh, SshOutcome, SshState, What};

use crate::detectors::sides::test_network;
use crate::tests_support::{Events, at, check, check_with, names, path};

const ID: &str = "ssh-password-spray";
use SshOutcome::{Accepted, NoAuthentication, Refused};

fn session(events: &mut Events, secs: f64, src: &str, dest: &str, outcome: SshOutcome) {
    let ssh = Ssh {
        state: SshState::Closed,
        client: Some("SSH-2.0-libssh_0.9.6".to_owned()),
        hassh: Some("51cba57125523ce4b9db67714a90bf6e".to_owned()),
        outcome: Some(outcome),
        start: Some(at(secs)),
        ..Ssh::default()
    };
    events.push(secs + 2.0, src, dest, Proto::Tcp, What::Ssh(Box::new(ssh)));
}

/// `n` refused sessions, one each `step` seconds, over `hosts` hosts.
fn spray(n: u32, step: f64, hosts: u32) -> Events {
    let mut events = Events::new();
    for i in 0..n {
        let dest = format!("192.0.2.{}:22", 50 + i % hosts);
        session(&mut events, f64::from(i) * step, "198.51.100.66:40000", &dest, Refused);
    }
    events
}

#[test]
fn quiet_for_somebody_who_mistypes() {
    let mut events = spray(5, 20.0, 1);
    session(&mut events, 200.0, "198.51.100.66:40000", "192.0.2.50:22", Accepted);
    assert!(check(ID, &events).is_empty());
}

#[test]
fn quiet_for_a_bastion_and_for_banner_checks() {
    let mut events = Events::new();
    for i in 0..60 {
        let dest = format!("192.0.2.{}:22", 50 + i % 6);
        let outcome = if i % 5 == 0 { Refused } else { Accepted };
        session(&mut events, f64::from(i) * 100.0, "198.51.100.66:40000", &dest, outcome);
        session(&mut events, f64::from(i) * 100.0, "198.51.100.67:40000", &dest, NoAuthentication);
    }
    assert!(check(ID, &events).is_empty());
}

#[test]
fn quiet_for_management() {
    let mut events = Events::new();
    for i in 0..30 {
        session(&mut events, f64::from(i), "10.10.9.4:4000", "192.0.2.53:22", Refused);
    }
    assert!(check_with(ID, test_network(), &events).is_empty());
    assert_eq!(names(&check(ID, &events)), ["spray.fast high"]);
}

#[test]
fn fast_and_slow_boundaries() {
    assert!(check(ID, &spray(9, 30.0, 9)).is_empty());
    assert_eq!(names(&check(ID, &spray(10, 30.0, 1))), ["spray.fast high"]);
    assert_eq!(names(&check(ID, &spray(10, 30.0, 10))), ["spray.fast high"]);
    // One in two hours over three hosts; over two, an expired key; over two days, too slow.
    assert_eq!(names(&check(ID, &spray(10, 7_200.0, 3))), ["spray.slow high"]);
    assert!(check(ID, &spray(10, 7_200.0, 2)).is_empty());
    assert!(check(ID, &spray(12, 20_000.0, 4)).is_empty());
    let mut patient = Events::new();
    for i in 0..10 {
        let secs = f64::from(i) * 7_200.0 + f64::from(i * i % 7) * 600.0;
        session(&mut patient, secs, "198.51.100.66:40000", "192.0.2.53:22", Refused);
    }
    assert_eq!(names(&check(ID, &patient)), ["spray.slow high"]);
}

#[test]
fn accepted_after_ten() {
    let mut events = spray(12, 30.0, 4);
    session(&mut events, 500.0, "198.51.100.66:40000", "192.0.2.53:22", Accepted);
    let alerts = check(ID, &events);
    assert_eq!(names(&alerts), ["spray.accepted critical", "spray.fast high"]);
    assert_eq!(alerts[0].entities[..2], ["ip:198.51.100.66", "ip:192.0.2.53"]);
    assert_eq!(alerts[0].frames.last(), Some(&13));
    assert!(alerts[0].why.contains("library"), "{}", alerts[0].why);
    // Somebody else who gets in is not part of it.
    let mut events = spray(12, 30.0, 4);
    session(&mut events, 500.0, "198.51.100.5:40000", "192.0.2.53:22", Accepted);
    assert_eq!(names(&check(ID, &events)), ["spray.fast high"]);
}

#[test]
fn inside_a_tunnel_and_undecoded() {
    let mut events = spray(10, 30.0, 4);
    for event in &mut events.list {
        event.path = path("198.51.100.20", "192.0.2.20", 7);
    }
    let alerts = check(ID, &events);
    assert_eq!(names(&alerts), ["spray.fast high"]);
    assert!(alerts[0].signature.contains("tunnel"), "{}", alerts[0].signature);

    let mut events = Events::new();
    for i in 0..10 {
        let flow = Flow {
            state: FlowState::Closed,
            handshake: Handshake::Established,
            payload_to_server: 2_500,
            payload_to_client: 2_800,
            ..Flow::default()
        };
        events.flow(
            f64::from(i) * 20.0,
            &format!("198.51.100.66:{}", 4000 + i),
            "192.0.2.53:22",
            flow,
        );
    }
    assert_eq!(names(&check(ID, &events)), ["spray.fast high"]);
}
