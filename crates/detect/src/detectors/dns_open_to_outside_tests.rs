//! Quiet, loud and boundary cases of `dns-open-to-outside`.

use event::{Dns, Outcome};

use super::MAX_RESOLVERS;
use crate::Tuning;
use crate::card::Detector;
use crate::detectors::dns::builders::{answer, ask, push, question};
use crate::detectors::sides::test_network;
use crate::tests_support::{Events, check, check_with, gaps, names};

const ID: &str = "dns-open-to-outside";
const EDNS: &str = "192.0.2.53";
const OUT: &str = "203.0.113.77";
const A_DNS: &str = "198.51.100.53";
const OURS: &str = "internet.mnc001.mcc001.gprs";

/// The description of the other tests, with PLMNs.
fn network() -> network::Network {
    const TEXT: &str = r#"
[home]
name = "Home"
plmns = ["001-01"]
networks = ["192.0.2.0/24"]
management = ["10.10.9.0/24"]

[[element]]
name = "edns1"
roles = ["dns"]
addresses = ["192.0.2.53"]

[[partner]]
name = "Partner A"
plmns = ["001-02"]
networks = ["198.51.100.0/25"]
gsn = ["198.51.100.20"]
dns = ["198.51.100.53"]
hubs = ["Hub"]

[[partner]]
name = "Hub"
networks = ["203.0.113.0/28"]
dns = ["203.0.113.3"]
"#;
    network::Network::parse(TEXT, "network.toml").unwrap()
}

fn one(ends: [&str; 2], name: &str, found: (u8, &[&str])) -> Vec<event::Alert> {
    let mut events = Events::new();
    ask(&mut events, 0.0, ends, question(name), found);
    check_with(ID, network(), &events)
}

#[test]
fn internal_names_are_for_listed_resolvers() {
    let told = one([OUT, EDNS], OURS, (0, &["192.0.2.20"]));
    assert_eq!(names(&told), ["internal-name.answered medium"]);
    assert_eq!((told[0].outcome, told[0].count), (Outcome::AnsweredWithData, 1));
    assert_eq!(told[0].entities[0], format!("ip:{OUT}"));
    assert_eq!(names(&one([OUT, EDNS], OURS, (5, &[]))), ["internal-name.answered low"]);
    // A node of the partner's should ask its own resolver.
    let node = one(["198.51.100.20", EDNS], OURS, (0, &["192.0.2.20"]));
    assert_eq!(names(&node), ["internal-name.answered low"]);
    assert!(one([A_DNS, EDNS], OURS, (0, &["192.0.2.20"])).is_empty());
    assert!(one(["192.0.2.22", EDNS], OURS, (0, &["192.0.2.20"])).is_empty());
    assert!(
        one([OUT, EDNS], "epdg.epc.mnc001.mcc001.pub.3gppnetwork.org", (0, &[EDNS])).is_empty()
    );
}

#[test]
fn internal_names_asked_of_outsiders() {
    let name = "internet.mnc002.mcc001.gprs";
    assert_eq!(names(&one([EDNS, OUT], name, (3, &[]))), ["internal-name.leaked medium"]);
    let host = one([EDNS, "198.51.100.60"], name, (3, &[]));
    assert_eq!(names(&host), ["internal-name.leaked low"]);
    assert!(one([EDNS, A_DNS], name, (3, &[])).is_empty());
    assert!(one([EDNS, OUT], "www.example.com", (0, &["198.18.0.1"])).is_empty());
}

#[test]
fn recursion_for_outsiders() {
    let resolved = |client: &str, authoritative| {
        let mut events = Events::new();
        push(&mut events, 0.0, client, EDNS, question("www.example.com"));
        let answer = Dns {
            recursion_available: true,
            authoritative,
            request_frame: Some(1),
            ..answer("www.example.com", 0, &["198.18.0.1"])
        };
        push(&mut events, 0.1, EDNS, client, answer);
        names(&check_with(ID, network(), &events))
    };
    assert_eq!(resolved(OUT, false), ["recursion.offered medium"]);
    assert!(resolved(OUT, true).is_empty());
    assert!(resolved(A_DNS, false).is_empty());
    assert!(resolved("10.10.9.5", false).is_empty());
}

#[test]
fn names_that_lead_elsewhere() {
    let theirs = "internet.apn.epc.mnc002.mcc001.3gppnetwork.org";
    let led = one(["192.0.2.22", "203.0.113.99"], theirs, (0, &["203.0.113.99"]));
    assert_eq!(names(&led), ["answer.redirected high", "internal-name.leaked medium"]);
    assert!(led[0].decided_by.as_deref().unwrap().contains("Partner A"));
    let own = one([EDNS, A_DNS], theirs, (0, &["203.0.113.99"]));
    assert_eq!(names(&own), ["answer.redirected medium"]);
    // Its own networks, its hub's, and networks of operators that nobody described.
    assert!(one([EDNS, A_DNS], theirs, (0, &["198.51.100.20"])).is_empty());
    assert!(one([EDNS, A_DNS], theirs, (0, &["203.0.113.5"])).is_empty());
    let unknown = "internet.mnc009.mcc001.gprs";
    assert!(one([EDNS, A_DNS], unknown, (0, &["203.0.113.99"])).is_empty());
    let zone = "mnc002.mcc001.gprs";
    assert!(one([EDNS, A_DNS], zone, (0, &["203.0.113.99"])).is_empty());
}

#[test]
fn answers_that_nobody_asked_for() {
    let forged = |n: u32| {
        let mut events = Events::new();
        ask(&mut events, 0.0, [EDNS, A_DNS], question("a.example.com"), (0, &["198.18.0.1"]));
        for i in 0..n {
            let dns = Dns { request_unseen: true, ..answer("a.example.com", 0, &["203.0.113.9"]) };
            push(&mut events, 1.0 + f64::from(i) * 0.01, A_DNS, EDNS, dns);
        }
        names(&check_with(ID, network(), &events))
    };
    assert!(forged(39).is_empty());
    assert_eq!(forged(40), ["answer.unasked medium"]);
}

#[test]
fn without_a_description_little_can_be_said() {
    let mut events = Events::new();
    ask(&mut events, 0.0, [OUT, EDNS], question(OURS), (0, &["192.0.2.20"]));
    assert!(check(ID, &events).is_empty());
    assert_eq!(gaps(ID, network::Network::default(), &events).len(), 4);
    assert!(gaps(ID, test_network(), &events).is_empty());
}

#[test]
fn tables_are_bounded() {
    let scene = crate::Scene::new(network(), Tuning::default());
    let mut detector = super::DnsOpenToOutside::default();
    let mut findings = Vec::new();
    for i in 0..u32::try_from(MAX_RESOLVERS).unwrap() + 100 {
        let mut events = Events::new();
        let client = format!("10.30.{}.{}", i >> 8, i & 255);
        push(&mut events, 0.0, A_DNS, &client, answer("a.example.com", 0, &["198.18.0.1"]));
        detector.on_event(&scene, &events.list[0], &mut findings);
    }
    let tables = detector.tables();
    assert!(
        tables.iter().all(|table| table.entries <= table.cap && table.evicted > 0),
        "{tables:?}"
    );
}
