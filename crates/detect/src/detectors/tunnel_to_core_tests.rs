//! Quiet, loud and boundary cases of `tunnel-to-core`.

use event::{Flow, FlowState, Gtp, Handshake, Outcome, Proto, What};
use network::Network;

use crate::detectors::sides::test_network;
use crate::tests_support::{Events, check, check_with, gaps, names, path};

const ID: &str = "tunnel-to-core";

fn inner(events: &mut Events, secs: f64, dest: &str, proto: Proto, flow: Flow) {
    events.push(secs, "10.20.0.7:40000", dest, proto, What::Flow(Box::new(flow))).path =
        path("198.51.100.20", "192.0.2.20", 7);
}

fn new() -> Flow {
    Flow { handshake: Handshake::Syn, packets_to_server: 1, ..Flow::default() }
}

fn answered() -> Flow {
    Flow {
        state: FlowState::Closed,
        handshake: Handshake::Established,
        packets_to_server: 9,
        packets_to_client: 8,
        payload_to_client: 900,
        ..Flow::default()
    }
}

/// A gateway that was seen at work outside.
fn ggsn(events: &mut Events) {
    let create = Gtp { version: 1, message_type: 16, ..Gtp::default() };
    events.gtp(0.0, "198.51.100.20:2123", "192.0.2.20:2123", create);
    let answer = Gtp { version: 1, message_type: 17, ..Gtp::default() };
    events.gtp(0.1, "192.0.2.20:2123", "198.51.100.20:2123", answer);
}

#[test]
fn quiet_for_what_subscribers_may_reach() {
    let mut events = Events::new();
    inner(&mut events, 0.0, "93.184.216.34:443", Proto::Tcp, answered());
    inner(&mut events, 1.0, "10.20.0.9:5060", Proto::Udp, answered());
    inner(&mut events, 2.0, "10.10.0.53:53", Proto::Udp, answered());
    inner(&mut events, 3.0, "10.10.0.60:443", Proto::Tcp, answered());
    assert!(check_with(ID, test_network(), &events).is_empty());
    assert!(check(ID, &events).is_empty());
}

#[test]
fn quiet_outside_tunnels() {
    let mut events = Events::new();
    events.flow(0.0, "198.51.100.9:40000", "192.0.2.10:22", answered());
    assert!(check_with(ID, test_network(), &events).is_empty());
}

#[test]
fn loud_when_the_core_answers() {
    let mut events = Events::new();
    inner(&mut events, 0.0, "192.0.2.77:9999", Proto::Tcp, new());
    let alerts = check_with(ID, test_network(), &events);
    assert_eq!(names(&alerts), ["core.described high"]);
    inner(&mut events, 5.0, "192.0.2.77:9999", Proto::Tcp, answered());
    let alerts = check_with(ID, test_network(), &events);
    assert_eq!(names(&alerts), ["core.described critical"]);
    assert_eq!(alerts[0].outcome, Outcome::AnsweredWithData);
    assert_eq!(alerts[0].frames, [1, 2]);
    assert_eq!(alerts[0].entities[0], "ip:10.20.0.7");
}

#[test]
fn critical_for_signalling_and_management() {
    for dest in ["192.0.2.10:2905", "10.10.9.5:443", "192.0.2.53:22", "10.10.0.53:22"] {
        let mut events = Events::new();
        inner(&mut events, 0.0, dest, Proto::Tcp, new());
        let alerts = check_with(ID, test_network(), &events);
        assert_eq!(names(&alerts), ["core.described critical"], "{dest}");
    }
}

#[test]
fn a_partner_is_core_too() {
    let mut events = Events::new();
    inner(&mut events, 0.0, "198.51.100.77:8000", Proto::Tcp, new());
    let alerts = check_with(ID, test_network(), &events);
    assert_eq!(names(&alerts), ["core.described high"]);
    assert!(alerts[0].decided_by.as_deref().unwrap().ends_with("partner Partner A"));
}

#[test]
fn without_a_description_what_was_seen_decides() {
    let mut events = Events::new();
    ggsn(&mut events);
    inner(&mut events, 1.0, "192.0.2.20:22", Proto::Tcp, new());
    assert_eq!(names(&check(ID, &events)), ["core.seen high"]);
    inner(&mut events, 2.0, "192.0.2.20:22", Proto::Tcp, answered());
    assert_eq!(names(&check(ID, &events)), ["core.seen critical"]);
    assert_eq!(gaps(ID, Network::default(), &events).len(), 1);

    // Calls and portals of a core on one host.
    for (dest, proto, level) in [
        ("192.0.2.20:5060", Proto::Tcp, "low"),
        ("192.0.2.20:31226", Proto::Udp, "low"),
        ("192.0.2.20:80", Proto::Tcp, "medium"),
        ("192.0.2.20:2123", Proto::Udp, "critical"),
    ] {
        let mut events = Events::new();
        ggsn(&mut events);
        inner(&mut events, 1.0, dest, proto, answered());
        assert_eq!(names(&check(ID, &events)), [format!("core.seen {level}")], "{dest}");
    }

    let mut ping = Events::new();
    ggsn(&mut ping);
    inner(&mut ping, 1.0, "192.0.2.20", Proto::Icmp, Flow { ip_proto: 1, ..answered() });
    assert_eq!(names(&check(ID, &ping)), ["core.seen medium"]);
}

#[test]
fn midstream_the_core_may_stand_on_either_side() {
    let mut events = Events::new();
    let flow = Flow { midstream: true, packets_to_client: 3, ..answered() };
    events
        .push(0.0, "192.0.2.10:22", "10.20.0.7:40000", Proto::Tcp, What::Flow(Box::new(flow)))
        .path = path("192.0.2.20", "198.51.100.20", 7);
    let alerts = check_with(ID, test_network(), &events);
    assert_eq!(alerts[0].entities[..2], ["ip:10.20.0.7", "ip:192.0.2.10"]);
}

#[test]
fn a_closed_port_of_the_handset_is_no_ping() {
    let aimed = |flow| {
        let mut events = Events::new();
        ggsn(&mut events);
        inner(&mut events, 2.0, "192.0.2.20", Proto::Icmp, flow);
        names(&check(ID, &events))
    };
    assert_eq!(aimed(new()), ["core.seen low"]);
    assert_eq!(aimed(answered()), ["core.seen medium"]);
}
