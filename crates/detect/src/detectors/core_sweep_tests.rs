//! Quiet, loud and boundary cases of `core-sweep`.

use event::{
    Diameter, Dns, Flow, FlowState, Gtp, Handshake, Outcome, Proto, Sctp, SctpState, What,
};

use crate::detectors::sides::test_network;
use crate::tests_support::{Events, check, check_with, names, path};

const ID: &str = "core-sweep";
const SCANNER: &str = "203.0.113.99";

fn echo(message_type: u8) -> Gtp {
    Gtp { version: 1, message_type, ..Gtp::default() }
}

fn echoes(n: u32, step: f64, answered: u32) -> Events {
    let mut events = Events::new();
    for i in 0..n {
        let dest = format!("192.0.2.{}:2123", i + 1);
        let secs = f64::from(i) * step;
        events.gtp(secs, "203.0.113.99:2123", &dest, echo(1));
        if i < answered {
            events.gtp(secs + 0.05, &dest, "203.0.113.99:2123", echo(2));
        }
    }
    events
}

fn closed(handshake: Handshake) -> Flow {
    Flow { state: FlowState::Closed, handshake, packets_to_server: 1, ..Flow::default() }
}

#[test]
fn fast_slow_and_their_boundaries() {
    assert!(check(ID, &echoes(19, 5.0, 0)).is_empty());
    let alerts = check(ID, &echoes(20, 5.0, 0));
    assert_eq!(names(&alerts), ["sweep.fast high"]);
    assert_eq!(alerts[0].outcome, Outcome::Attempt);
    assert_eq!(alerts[0].entities[0], format!("ip:{SCANNER}"));
    assert!(alerts[0].frames.len() == 16);
    assert_eq!(names(&check(ID, &echoes(20, 3_000.0, 2))), ["sweep.slow high"]);
    // Over more than a day.
    assert!(check(ID, &echoes(20, 6_000.0, 0)).is_empty());
}

#[test]
fn the_share_of_answers_decides() {
    assert_eq!(check(ID, &echoes(20, 5.0, 5)).len(), 1);
    assert!(check(ID, &echoes(20, 5.0, 6)).is_empty());
}

#[test]
fn quiet_for_a_gsn_that_keeps_its_peers_alive() {
    let mut events = Events::new();
    for round in 0..10 {
        for i in 0..30 {
            let dest = format!("198.51.100.{}:2123", i + 1);
            let secs = f64::from(round) * 60.0 + f64::from(i) * 0.1;
            events.gtp(secs, "192.0.2.20:2123", &dest, echo(1));
            events.gtp(secs + 0.05, &dest, "192.0.2.20:2123", echo(2));
        }
    }
    assert!(check(ID, &events).is_empty());
    // A tap that shows one direction only.
    events.list.retain(|event| {
        event.ends.unwrap().dest_port == 2123
            && event.ends.unwrap().src_ip.to_string() == "192.0.2.20"
    });
    assert!(check(ID, &events).is_empty());
}

#[test]
fn quiet_for_resolvers_and_for_the_internet() {
    let mut events = Events::new();
    for i in 0..60 {
        let dest = format!("198.51.100.{}:53", i + 1);
        events.push(f64::from(i), "192.0.2.53:4000", &dest, Proto::Udp, What::Dns(Box::default()));
        let answer = Dns { response: true, ..Dns::default() };
        events.push(
            f64::from(i) + 0.02,
            &dest,
            "192.0.2.53:4000",
            Proto::Udp,
            What::Dns(Box::new(answer)),
        );
        // A subscriber's file sharing, and a desktop whose servers are down.
        let peer = format!("93.184.216.{}:6881", i + 1);
        events.flow(f64::from(i), "10.20.0.7:5000", &peer, closed(Handshake::Syn)).path =
            path("198.51.100.20", "192.0.2.20", 7);
        let web = format!("93.184.215.{}:443", i + 1);
        events.flow(f64::from(i), "10.0.0.7:5000", &web, closed(Handshake::Syn));
    }
    events.list.sort_by_key(|event| event.at);
    assert!(check(ID, &events).is_empty());
    assert!(check_with(ID, test_network(), &events).is_empty());
}

#[test]
fn quiet_when_sessions_follow_and_for_management() {
    let mut events = echoes(25, 5.0, 0);
    for i in 0..25 {
        let dest = format!("192.0.2.{}:2123", i + 1);
        events.gtp(130.0, "203.0.113.99:2123", &dest, echo(16));
    }
    assert!(check(ID, &events).is_empty());
    let mut events = Events::new();
    for i in 0..25 {
        events.gtp(f64::from(i), "10.10.9.7:2123", &format!("192.0.2.{}:2123", i + 1), echo(1));
    }
    assert!(check_with(ID, test_network(), &events).is_empty());
}

#[test]
fn every_protocol_counts_and_refusals_are_no_answers() {
    let mut events = Events::new();
    for i in 0..24u32 {
        let (secs, host) = (f64::from(i) * 4.0, format!("192.0.2.{}", i + 1));
        match i % 4 {
            0 => {
                let dest = format!("{host}:2905");
                for state in [SctpState::Init, SctpState::Refused] {
                    let sctp = Sctp { state, ..Sctp::default() };
                    events.push(
                        secs,
                        "203.0.113.99:4000",
                        &dest,
                        Proto::Sctp,
                        What::Sctp(Box::new(sctp)),
                    );
                }
            }
            1 => {
                let cer = Diameter { command_code: 257, request: true, ..Diameter::default() };
                let refusal =
                    Diameter { command_code: 257, result_code: Some(3010), ..Diameter::default() };
                let dest = format!("{host}:3868");
                events.push(
                    secs,
                    "203.0.113.99:4000",
                    &dest,
                    Proto::Tcp,
                    What::Diameter(Box::new(cer)),
                );
                events.push(
                    secs,
                    &dest,
                    "203.0.113.99:4000",
                    Proto::Tcp,
                    What::Diameter(Box::new(refusal)),
                );
            }
            2 => {
                let dns = Dns { qclass: Some(3), ..Dns::default() };
                events.push(
                    secs,
                    "203.0.113.99:4000",
                    &format!("{host}:53"),
                    Proto::Udp,
                    What::Dns(Box::new(dns)),
                );
            }
            _ => {
                events.flow(
                    secs,
                    "203.0.113.99:4000",
                    &format!("{host}:22"),
                    closed(Handshake::Refused),
                );
            }
        }
    }
    let alerts = check(ID, &events);
    assert_eq!(names(&alerts), ["sweep.fast high"]);
    assert_eq!(alerts[0].outcome, Outcome::Refused);
    for word in ["SCTP", "Diameter", "DNS", "TCP"] {
        assert!(alerts[0].signature.contains(word), "{}", alerts[0].signature);
    }
}

#[test]
fn from_a_tunnel_over_the_core() {
    let mut events = Events::new();
    for i in 0..22 {
        events
            .flow(
                f64::from(i),
                "10.20.0.7:5000",
                &format!("192.0.2.{}:80", i + 1),
                closed(Handshake::Syn),
            )
            .path = path("198.51.100.20", "192.0.2.20", 7);
    }
    let alerts = check_with(ID, test_network(), &events);
    assert_eq!(names(&alerts), ["sweep.fast high"]);
    assert!(alerts[0].signature.contains("tunnel"), "{}", alerts[0].signature);
    assert!(check(ID, &events).is_empty());
}

#[test]
fn the_flow_of_an_echo_is_no_repetition() {
    let mut events = Events::new();
    for i in 0..20 {
        let (secs, dest) = (f64::from(i) * 5.0, format!("192.0.2.{}:2123", i + 1));
        for again in 0..3 {
            events.gtp(secs + f64::from(again), "203.0.113.99:2123", &dest, echo(1));
        }
        let flow = Flow { start: Some(crate::tests_support::at(secs)), ..closed(Handshake::None) };
        events.push(
            secs + 300.0,
            "203.0.113.99:2123",
            &dest,
            Proto::Udp,
            What::Flow(Box::new(flow)),
        );
    }
    events.list.sort_by_key(|event| event.at);
    let alerts = check(ID, &events);
    assert_eq!(names(&alerts), ["sweep.fast high"]);
    assert!(alerts[0].signature.ends_with("with GTP echoes"), "{}", alerts[0].signature);
}

#[test]
fn echoes_inside_a_tunnel() {
    let mut events = Events::new();
    for i in 0..22 {
        let what = What::Flow(Box::new(closed(Handshake::None)));
        let dest = format!("192.0.2.{}:2123", i + 1);
        events.push(f64::from(i), "10.20.0.7:5000", &dest, Proto::Udp, what).path =
            path("198.51.100.20", "192.0.2.20", 7);
    }
    assert_eq!(names(&check_with(ID, test_network(), &events)), ["sweep.fast high"]);
}

#[test]
fn quiet_where_only_answers_were_seen() {
    let mut events = Events::new();
    for i in 0..40 {
        let dest = format!("198.51.100.{}:2152", i + 1);
        events.gtp(f64::from(i), "192.0.2.20:2152", &dest, echo(2));
        let flow = closed(Handshake::None);
        let what = What::Flow(Box::new(flow));
        events.push(f64::from(i) + 300.0, "192.0.2.20:2152", &dest, Proto::Udp, what);
    }
    events.list.sort_by_key(|event| event.at);
    assert!(check(ID, &events).is_empty());
}

#[test]
fn an_open_port_is_no_answer_to_the_question_asked_over_it() {
    let ask = |flow: Flow| {
        let mut events = Events::new();
        for i in 0..20 {
            let dest = format!("192.0.2.{}:3868", i + 1);
            let cer = Diameter { command_code: 257, request: true, ..Diameter::default() };
            let secs = f64::from(i) * 5.0;
            let what = What::Diameter(Box::new(cer));
            events.push(secs, "203.0.113.99:4000", &dest, Proto::Tcp, what);
            events.flow(secs + 1.0, "203.0.113.99:4000", &dest, flow.clone());
        }
        names(&check(ID, &events))
    };
    let open = closed(Handshake::Established);
    let asked = Flow { payload_to_server: 120, packets_to_client: 2, ..open.clone() };
    assert_eq!(ask(asked), ["sweep.fast high"]);
    assert_eq!(ask(open), [""; 0], "accepted, and nothing asked");
}
