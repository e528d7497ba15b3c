//! Quiet, loud and boundary cases of `sigtran-relay`.

use event::{Flow, FlowState, Level, Map, Proto, Turn, What};
use network::Network;

use crate::detectors::sides::test_network;
use crate::tests_support::{Events, at, check, check_with, names, path};

const ID: &str = "sigtran-relay";

struct Case {
    events: Events,
    turns: Vec<Turn>,
}

impl Case {
    fn new() -> Self {
        Self { events: Events::new(), turns: Vec::new() }
    }

    fn map(&mut self, secs: f64, src: &str, dest: &str, octets: u32) {
        let map = Map { parameter_len: octets, ..Map::default() };
        self.events.push(secs, src, dest, Proto::Sctp, What::Map(Box::new(map)));
    }

    fn turn(&mut self, secs: f64, to_server: bool, bytes: u32) {
        self.turns.push(Turn { at: at(secs), to_server, bytes });
    }

    /// The session that the turns belong to, told in pieces of 32.
    fn finish(mut self, src: &str, dest: &str, proto: Proto, tunnel: bool) -> Events {
        for turns in self.turns.chunks(32) {
            let secs = (turns.last().unwrap().at.0 - at(0.0).0) as f64 / 1e6 + 0.5;
            let flow = Flow { state: FlowState::Active, turns: turns.to_vec(), ..Flow::default() };
            let event = self.events.push(secs, src, dest, proto, What::Flow(Box::new(flow)));
            if tunnel {
                event.path = path("192.0.2.10", "198.51.100.20", 7);
            }
        }
        self.events.list.sort_by_key(|event| event.at);
        self.events
    }
}

const HOST: &str = "192.0.2.10";
const HLR: &str = "198.51.100.10";

/// `n` instructions, each followed by an operation after `delay`, its answer and a report.
fn relay(n: u32, step: f64, delay: f64, host_calls: bool) -> Case {
    let mut case = Case::new();
    for i in 0..n {
        let secs = f64::from(i) * step + f64::from(i * i % 7) * 0.3;
        case.turn(secs, !host_calls, 40 + i * 3);
        case.map(secs + delay, HOST, HLR, 20 + i * 3);
        case.map(secs + delay + 0.3, HLR, HOST, 60);
        case.turn(secs + delay + 0.35, host_calls, 90);
    }
    case
}

#[test]
fn loud_whoever_called() {
    let called = relay(8, 12.0, 0.15, false).finish(
        "203.0.113.77:5000",
        "192.0.2.10:443",
        Proto::Tcp,
        false,
    );
    let alerts = check(ID, &called);
    assert_eq!(names(&alerts), ["relay.paired critical"]);
    assert_eq!(alerts[0].entities, ["ip:203.0.113.77", "ip:192.0.2.10"]);
    assert!(alerts[0].why.contains("sizes agree"), "{}", alerts[0].why);
    assert_eq!(names(&check_with(ID, test_network(), &called)), ["relay.paired critical"]);

    let calls =
        relay(8, 12.0, 0.15, true).finish("192.0.2.10:40000", "203.0.113.77:53", Proto::Udp, false);
    assert_eq!(names(&check(ID, &calls)), ["relay.paired critical"]);

    let tunnelled =
        relay(8, 12.0, 0.15, true).finish("10.20.0.7:40000", "203.0.113.77:443", Proto::Tcp, true);
    assert_eq!(names(&check(ID, &tunnelled)), ["relay.paired critical"]);
}

#[test]
fn five_instructions_are_enough_and_four_are_not() {
    for (n, want) in [(4, 0), (5, 1)] {
        let events = relay(n, 20.0, 0.15, false).finish(
            "203.0.113.77:5000",
            "192.0.2.10:443",
            Proto::Tcp,
            false,
        );
        assert_eq!(check(ID, &events).len(), want, "{n}");
    }
}

#[test]
fn quiet_for_management_and_our_own_nodes() {
    for far in ["10.10.9.4:5000", "192.0.2.77:5000"] {
        let events = relay(20, 12.0, 0.15, false).finish(far, "192.0.2.10:443", Proto::Tcp, false);
        assert!(check_with(ID, test_network(), &events).is_empty(), "{far}");
    }
}

#[test]
fn quiet_for_a_busy_stp() {
    let mut case = Case::new();
    for i in 0..20_000 {
        case.map(f64::from(i) * 0.02 + f64::from(i * 7919 % 13) * 0.001, HOST, HLR, 60);
        case.map(f64::from(i) * 0.02 + 0.007, HLR, HOST, 60);
    }
    for i in 0..60 {
        case.turn(f64::from(i) * 6.5 + 0.003, true, 80);
        case.turn(f64::from(i) * 6.5 + 0.1, false, 900);
    }
    let events = case.finish("203.0.113.77:5000", "192.0.2.10:161", Proto::Udp, false);
    assert!(check(ID, &events).is_empty());
}

#[test]
fn quiet_for_polls_and_for_records_that_follow() {
    // Signalling now and then, a poll each ten seconds, and a record sent out after each message received.
    let mut poll = Case::new();
    let mut records = Case::new();
    for i in 0..100u32 {
        let secs = f64::from(i) * 7.3 + f64::from(i * i % 11) * 0.4;
        for case in [&mut poll, &mut records] {
            case.map(secs, HLR, HOST, 60);
            case.map(secs + 0.02, HOST, HLR, 60);
        }
        records.turn(secs + 0.05, false, 200);
        poll.turn(f64::from(i) * 10.0, true, 60);
        poll.turn(f64::from(i) * 10.0 + 0.05, false, 600);
    }
    let poll = poll.finish("203.0.113.77:5000", "192.0.2.10:161", Proto::Udp, false);
    assert!(check(ID, &poll).is_empty());
    let records = records.finish("203.0.113.77:5000", "192.0.2.10:5001", Proto::Tcp, false);
    assert!(check_with(ID, Network::default(), &records).is_empty());
}

#[test]
fn an_application_interface_is_less() {
    let events = relay(8, 12.0, 0.15, false).finish(
        "203.0.113.77:5000",
        "192.0.2.10:2775",
        Proto::Tcp,
        false,
    );
    assert_eq!(check(ID, &events)[0].level, Level::Medium);
}
