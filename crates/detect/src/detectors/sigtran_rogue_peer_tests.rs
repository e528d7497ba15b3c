//! Quiet, loud and boundary cases of `sigtran-rogue-peer`.

use event::{GlobalTitle, M3ua, Map, PointCode, Proto, SccpAddress, Sctp, SctpState, What};
use network::Network;

use crate::detectors::sides::test_network;
use crate::tests_support::{Events, check, check_with, gaps, names};

const ID: &str = "sigtran-rogue-peer";
const STP: &str = "192.0.2.10:2905";

fn sctp(events: &mut Events, secs: f64, src: &str, dest: &str, state: SctpState) {
    let sctp = Sctp { state, payload: Some("m3ua".into()), ..Sctp::default() };
    events.push(secs, src, dest, Proto::Sctp, What::Sctp(Box::new(sctp)));
}

fn m3ua(src: &str, m3ua: M3ua) -> Events {
    let mut events = Events::new();
    events.push(0.0, src, STP, Proto::Sctp, What::M3ua(Box::new(m3ua)));
    events
}

fn label(opc: u32) -> M3ua {
    M3ua {
        message_class: 1,
        message_type: 1,
        message: "DATA".into(),
        opc: Some(PointCode(opc)),
        dpc: Some(PointCode(1001)),
        ..M3ua::default()
    }
}

fn from_title(src: &str, digits: &str) -> Events {
    let gt = GlobalTitle { digits: digits.into(), ..GlobalTitle::default() };
    let map = Map {
        calling: Some(SccpAddress { gt: Some(gt), ..SccpAddress::default() }),
        ..Map::default()
    };
    let mut events = Events::new();
    events.push(0.0, src, STP, Proto::Sctp, What::Map(Box::new(map)));
    events
}

#[test]
fn quiet_for_listed_peers_and_their_second_paths() {
    let mut events = Events::new();
    for src in [
        "198.51.100.10:2905",
        "198.51.100.10:2906",
        "198.51.100.11:2905",
        "203.0.113.10:2905",
        "192.0.2.11:2905",
    ] {
        sctp(&mut events, 0.0, src, STP, SctpState::Init);
        sctp(&mut events, 0.1, src, STP, SctpState::Established);
    }
    // Failover to an address that shares the association.
    let failover = Sctp {
        state: SctpState::Established,
        src_addresses: vec!["198.51.100.10".parse().unwrap(), "198.51.100.12".parse().unwrap()],
        ..Sctp::default()
    };
    events.push(9.0, "198.51.100.12:2905", STP, Proto::Sctp, What::Sctp(Box::new(failover)));
    assert!(check_with(ID, test_network(), &events).is_empty());
    assert!(check(ID, &events).is_empty());
}

#[test]
fn loud_for_strangers_and_for_hosts_of_another_role() {
    for (src, who) in [
        ("203.0.113.99:4000", "an outsider"),
        ("198.51.100.77:4000", "Partner A"),
        ("192.0.2.53:4000", "our element edns1"),
        ("10.10.9.4:4000", "our management network"),
    ] {
        let mut events = Events::new();
        sctp(&mut events, 0.0, src, STP, SctpState::Init);
        sctp(&mut events, 0.1, src, STP, SctpState::Established);
        let alerts = check_with(ID, test_network(), &events);
        assert_eq!(names(&alerts), ["peer.unlisted high"], "{src}");
        assert!(alerts[0].signature.contains(who), "{}", alerts[0].signature);
    }
    // A node of ours that nobody described, with another of ours and with a partner.
    for (peer, level) in [(STP, "low"), ("198.51.100.10:2905", "high")] {
        let mut events = Events::new();
        sctp(&mut events, 0.0, "10.10.1.40:2905", peer, SctpState::Established);
        let alerts = check_with(ID, test_network(), &events);
        assert_eq!(names(&alerts), [format!("peer.unlisted {level}")]);
    }
    // Whoever lists an address that is not its own gains nothing.
    let liar = Sctp { src_addresses: vec!["198.51.100.10".parse().unwrap()], ..Sctp::default() };
    let mut events = Events::new();
    events.push(0.0, "203.0.113.99:4000", STP, Proto::Sctp, What::Sctp(Box::new(liar)));
    assert_eq!(names(&check_with(ID, test_network(), &events)), ["peer.unlisted high"]);
}

#[test]
fn labels_against_the_owners_of_links() {
    for (src, opc, loud) in [
        ("198.51.100.10:2905", 2001, false),
        ("203.0.113.10:2905", 2001, false),
        ("203.0.113.10:2905", 4001, false),
        ("192.0.2.11:2905", 1001, false),
        ("198.51.100.10:2905", 3001, true),
        ("198.51.100.10:2905", 1001, true),
        ("198.51.100.10:2905", 777, true),
        ("203.0.113.99:2905", 2001, true),
    ] {
        let alerts = check_with(ID, test_network(), &m3ua(src, label(opc)));
        let want: &[&str] = if loud { &["label.unlisted high"] } else { &[] };
        assert_eq!(names(&alerts), want, "{src} {opc}");
    }
}

#[test]
fn our_titles_from_outside() {
    assert!(
        check_with(ID, test_network(), &from_title("198.51.100.10:2905", "99902000001")).is_empty()
    );
    assert!(
        check_with(ID, test_network(), &from_title("192.0.2.11:2905", "99901000001")).is_empty()
    );
    let events = from_title("198.51.100.10:2905", "99901000001");
    let alerts = check_with(ID, test_network(), &events);
    assert_eq!(names(&alerts), ["gt.home-from-outside high"]);
    assert!(alerts[0].decided_by.as_deref().unwrap().ends_with("[home]"));
    assert!(check(ID, &events).is_empty());
    assert_eq!(gaps(ID, Network::default(), &events).len(), 4);
}

#[test]
fn refused_by_the_gateway() {
    for (code, loud) in [
        (13, true),
        (14, true),
        (21, true),
        (25, true),
        (26, true),
        (11, true),
        (1, false),
        (6, false),
        (20, false),
    ] {
        let mut events = Events::new();
        let err = M3ua { error_code: Some(code), ..M3ua::default() };
        events.push(0.0, STP, "203.0.113.99:4000", Proto::Sctp, What::M3ua(Box::new(err)));
        let want: &[&str] = if loud { &["asp.refused high"] } else { &[] };
        assert_eq!(names(&check(ID, &events)), want, "{code}");
    }
    // A provisioned peer with a wrong configuration.
    let mut events = Events::new();
    let err = M3ua { error_code: Some(25), ..M3ua::default() };
    events.push(0.0, STP, "198.51.100.10:2905", Proto::Sctp, What::M3ua(Box::new(err)));
    assert_eq!(names(&check_with(ID, test_network(), &events)), ["asp.refused low"]);
}

#[test]
fn refused_associations_again_and_again() {
    let tries = |n: u32, up: bool| {
        let mut events = Events::new();
        if up {
            sctp(&mut events, 0.0, "203.0.113.99:4000", STP, SctpState::Established);
        }
        for i in 0..n {
            sctp(&mut events, f64::from(i) * 10.0 + 1.0, "203.0.113.99:4000", STP, SctpState::Init);
            sctp(
                &mut events,
                f64::from(i) * 10.0 + 1.1,
                "203.0.113.99:4000",
                STP,
                SctpState::Refused,
            );
        }
        names(&check(ID, &events))
    };
    assert!(tries(4, false).is_empty());
    assert_eq!(tries(5, false), ["asp.refused high"]);
    assert!(tries(9, true).is_empty());
}

#[test]
fn registration_of_routing_keys() {
    let register =
        M3ua { message_class: 9, message_type: 1, message: "REG REQ".into(), ..M3ua::default() };
    let alerts = check_with(ID, test_network(), &m3ua("198.51.100.10:2905", register));
    assert_eq!(names(&alerts), ["routing-key.registration high"]);
}
