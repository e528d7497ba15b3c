//! Quiet, loud and boundary cases of `dns-grx-enumeration`.

use event::{Dns, Level, Outcome};

use super::MAX_CLIENTS;
use crate::Tuning;
use crate::card::Detector;
use crate::detectors::dns::builders::{ask, of_type, push, question};
use crate::detectors::sides::test_network;
use crate::tests_support::{Events, check, check_with, gaps, names, path};

const ID: &str = "dns-grx-enumeration";
const SERVER: &str = "192.0.2.53";
const HOST: &str = "198.51.100.77";

fn networks(client: &str, n: u32, step: f64, answer: (u8, &[&str])) -> Events {
    let mut events = Events::new();
    for i in 0..n {
        let name = format!("epdg.epc.mnc{:03}.mcc{}.3gppnetwork.org", i % 100, 262 + i / 100);
        ask(&mut events, f64::from(i) * step, [client, SERVER], question(&name), answer);
    }
    events
}

#[test]
fn a_walk_of_networks_and_its_boundary() {
    assert!(check_with(ID, test_network(), &networks(HOST, 14, 1.0, (3, &[]))).is_empty());
    let alerts = check_with(ID, test_network(), &networks(HOST, 15, 1.0, (3, &[])));
    assert_eq!(names(&alerts), ["enumeration.networks medium"]);
    assert_eq!(alerts[0].outcome, Outcome::Answered);
    assert_eq!(alerts[0].entities, [format!("ip:{HOST}")]);
    assert!(alerts[0].decided_by.as_deref().unwrap().contains("Partner A"));
    let many = check_with(ID, test_network(), &networks(HOST, 140, 1.0, (3, &[])));
    assert!(names(&many).contains(&"enumeration.networks high".to_owned()), "{:?}", names(&many));
    // What exists is as good to know.
    let found = check_with(ID, test_network(), &networks(HOST, 40, 1.0, (0, &["198.18.0.1"])));
    assert_eq!(names(&found), ["enumeration.networks medium"]);
}

#[test]
fn slow_walks_and_silent_servers() {
    let slow = check_with(ID, test_network(), &networks(HOST, 80, 900.0, (3, &[])));
    assert_eq!(names(&slow), ["enumeration.networks medium"]);
    let mut events = Events::new();
    for i in 0..20 {
        let name = format!("epdg.epc.mnc{i:03}.mcc262.3gppnetwork.org");
        push(&mut events, f64::from(i), HOST, SERVER, question(&name));
    }
    let alerts = check_with(ID, test_network(), &events);
    assert_eq!(names(&alerts), ["enumeration.networks medium"]);
    assert_eq!(alerts[0].outcome, Outcome::Attempt);
}

#[test]
fn a_network_of_clients_is_one() {
    let mut events = Events::new();
    for i in 0..60 {
        let client = format!("203.0.113.{}", 20 + i % 6);
        let name = format!("epdg.epc.mnc{i:03}.mcc262.3gppnetwork.org");
        ask(&mut events, f64::from(i), [&client, SERVER], question(&name), (3, &[]));
    }
    assert_eq!(names(&check_with(ID, test_network(), &events)), ["enumeration.networks medium"]);
}

#[test]
fn nodes_access_points_and_addresses() {
    let walk = |name: &dyn Fn(u32) -> String| {
        let mut events = Events::new();
        for i in 0..40 {
            ask(&mut events, f64::from(i), [HOST, SERVER], question(&name(i)), (3, &[]));
        }
        names(&check_with(ID, test_network(), &events))
    };
    let areas = |i| format!("tac-lb{i:02x}.tac-hb00.tac.epc.mnc001.mcc001.3gppnetwork.org");
    assert_eq!(walk(&areas), ["enumeration.nodes medium"]);
    assert_eq!(
        walk(&|i| format!("apn{i}.mnc001.mcc001.gprs")),
        ["enumeration.access-points medium"]
    );
    assert_eq!(walk(&|i| format!("{i}.2.0.192.in-addr.arpa")), ["enumeration.addresses medium"]);
    assert!(walk(&|i| format!("host{i}.example.com")).is_empty());
}

#[test]
fn quiet_for_those_who_resolve_for_others() {
    // Partner A's resolver and SGSN: most of it exists, and what users type does not count.
    for client in ["198.51.100.53", "198.51.100.20"] {
        let mut events = Events::new();
        for i in 0..120 {
            let name = format!("internet.mnc{:03}.mcc{}.gprs", i % 5, 204 + i);
            let found: (u8, &[&str]) = if i % 4 == 0 { (3, &[]) } else { (0, &["198.18.0.1"]) };
            ask(&mut events, f64::from(i), [client, SERVER], question(&name), found);
            let typed = format!("intrenet{i}.mnc001.mcc001.gprs");
            ask(&mut events, f64::from(i), [client, SERVER], question(&typed), (3, &[]));
        }
        let alerts = check_with(ID, test_network(), &events);
        assert!(alerts.is_empty(), "{client}: {:?}", names(&alerts));
    }
    let monitor = networks("10.10.9.20", 60, 1.0, (3, &[]));
    assert!(check_with(ID, test_network(), &monitor).is_empty());
}

#[test]
fn transfers_versions_and_any() {
    let one = |dns: Dns, answer: (u8, &[&str])| {
        let mut events = Events::new();
        ask(&mut events, 0.0, [HOST, SERVER], dns, answer);
        check_with(ID, test_network(), &events)
    };
    let zone = || of_type(252, "mnc001.mcc001.gprs");
    let given = one(zone(), (0, &["192.0.2.20"]));
    assert_eq!(names(&given), ["transfer.zone high"]);
    assert_eq!((given[0].returned.as_slice(), given[0].count), (["zone".into()].as_slice(), 1));
    let refused = one(zone(), (5, &[]));
    assert_eq!(names(&refused), ["transfer.zone medium"]);
    assert_eq!(refused[0].outcome, Outcome::Refused);
    let version = Dns { qclass: Some(3), ..of_type(16, "version.bind") };
    assert_eq!(names(&one(version, (0, &[]))), ["query.version medium"]);
    assert_eq!(names(&one(of_type(255, "example.com"), (0, &[]))), ["query.any low"]);

    let mut events = Events::new();
    for i in 0..3 {
        ask(&mut events, f64::from(i), [HOST, SERVER], of_type(255, "example.com"), (0, &[]));
    }
    assert_eq!(names(&check_with(ID, test_network(), &events)), ["query.any medium"]);

    // Our servers among themselves, and our monitoring.
    for client in ["192.0.2.54", "10.10.9.5"] {
        let mut events = Events::new();
        ask(&mut events, 0.0, [client, SERVER], zone(), (0, &["192.0.2.20"]));
        assert!(check_with(ID, test_network(), &events).is_empty(), "{client}");
    }
}

#[test]
fn without_a_description() {
    let events = networks(HOST, 60, 1.0, (3, &[]));
    let alerts = check(ID, &events);
    assert!(alerts.iter().all(|alert| alert.level <= Level::Medium && alert.confidence <= 0.6));
    assert!(names(&alerts).contains(&"enumeration.networks medium".to_owned()));
    assert_eq!(gaps(ID, network::Network::default(), &events)[0].check, "transfer.zone");
    // What subscribers ask is for others to judge.
    let mut inside = networks(HOST, 60, 1.0, (3, &[]));
    for event in &mut inside.list {
        event.path = path("198.51.100.20", "192.0.2.20", 7);
    }
    assert!(check(ID, &inside).is_empty());
}

#[test]
fn tables_are_bounded() {
    let scene = crate::Scene::new(network::Network::default(), Tuning::default());
    let mut detector = super::DnsGrxEnumeration::default();
    let mut findings = Vec::new();
    for i in 0..u32::try_from(MAX_CLIENTS).unwrap() + 300 {
        let mut events = Events::new();
        let client = format!("10.{}.{}.1", i >> 8, i & 255);
        push(&mut events, 0.0, &client, SERVER, question("a.mnc001.mcc001.gprs"));
        detector.on_event(&scene, &events.list[0], &mut findings);
    }
    for table in detector.tables() {
        assert!(table.entries <= table.cap && table.evicted > 0, "{table:?}");
    }
    assert!(findings.is_empty());
}
