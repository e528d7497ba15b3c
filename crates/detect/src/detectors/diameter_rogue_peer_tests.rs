//! Quiet, loud and boundary cases of `diameter-rogue-peer`.

use event::Diameter;
use network::Network;

use crate::detectors::diameter::testing::*;
use crate::tests_support::{Events, check, check_with, gaps, names};

const ID: &str = "diameter-rogue-peer";

fn loud(events: &Events) -> Vec<String> {
    names(&check_with(ID, network(), events))
}

fn cer(from: &str, address: &str) -> Diameter {
    Diameter {
        proxiable: false,
        host_ip_address: vec![address.parse().unwrap()],
        applications: vec![16_777_251],
        destination_realm: None,
        ..request(0, 257, from, HOME)
    }
}

#[test]
fn quiet_for_listed_peers_and_ours() {
    let mut events = one((A_DRA, DEA), cer(A, "198.51.100.30"));
    // Fails over to the second listed address, with the same and with fewer applications.
    push(&mut events, 9.0, ("198.51.100.31:1", DEA), cer(A, "198.51.100.31"));
    push(&mut events, 9.1, ("198.51.100.31:1", DEA), s6a(316, A, HOME, "00101"));
    push(&mut events, 9.2, (HUB, DEA), cer("ipx.example", "203.0.113.10"));
    push(&mut events, 9.3, (DEA, A_DRA), cer(HOME, "192.0.2.30"));
    push(&mut events, 9.4, (DEA, HSS), cer(HOME, "192.0.2.30"));
    push(&mut events, 9.5, (STRANGER, A_DRA), cer(NOBODY, "203.0.113.200"));
    assert_eq!(loud(&events), [""; 0]);
}

#[test]
fn strangers_call() {
    let mut events = one((STRANGER, DEA), cer(A, "203.0.113.200"));
    let alerts = check_with(ID, network(), &events);
    assert_eq!(names(&alerts), ["capabilities.unlisted-address high"]);
    assert_eq!(alerts[0].entities[0], "ip:203.0.113.200");
    push(&mut events, 1.0, (STRANGER, DEA), s6a(316, A, HOME, "00101"));
    let mut both = loud(&events);
    both.sort();
    assert_eq!(both, ["capabilities.unlisted-address high", "request.unlisted-address high"]);
    // In a partner's network, and not on its list.
    let near = one(("198.51.100.99:1", DEA), cer(A, "198.51.100.99"));
    assert_eq!(loud(&near), ["capabilities.unlisted-address high"]);
    // A listed address in names of others, and in ours.
    for from in [B, NOBODY, HOME, "evil.example"] {
        let other = one((A_DRA, DEA), cer(from, "198.51.100.30"));
        assert_eq!(loud(&other), ["capabilities.unlisted-identity high"], "{from}");
    }
}

#[test]
fn what_it_says_of_itself() {
    let elsewhere = |address: &str| loud(&one((A_DRA, DEA), cer(A, address)));
    assert_eq!(elsewhere("203.0.113.201"), ["capabilities.other-address medium"]);
    assert_eq!(elsewhere("198.51.100.31"), ["capabilities.other-address low"]);
    assert_eq!(elsewhere("10.0.0.1"), ["capabilities.other-address low"]);
    let mut events = one((A_DRA, DEA), cer(A, "198.51.100.30"));
    let more = Diameter { applications: vec![16_777_251, 16_777_217], ..cer(A, "198.51.100.30") };
    push(&mut events, 60.0, (A_DRA, DEA), more);
    let alerts = check_with(ID, network(), &events);
    assert_eq!(names(&alerts), ["capabilities.grown medium"]);
    assert!(alerts[0].why.contains("Sh"), "{}", alerts[0].why);
}

#[test]
fn without_a_description_the_called_node_says_it() {
    let asked = cer(A, "203.0.113.200");
    let mut events = one((STRANGER, DEA), asked.clone());
    assert_eq!(names(&check(ID, &events)), [""; 0]);
    assert_eq!(gaps(ID, Network::default(), &events).len(), 3);
    push(&mut events, 0.1, (DEA, STRANGER), answer(&asked, 1, 3010));
    assert_eq!(names(&check(ID, &events)), ["capabilities.unknown-peer medium"]);
}
