//! Quiet, loud and boundary cases of `dns-tunnel`.

use event::{Dns, Outcome};

use super::{CARD, MAX_PAIRS, SETTINGS};
use crate::Tuning;
use crate::card::Detector;
use crate::detectors::dns::builders::{BASE32, HEX, ask, noise, of_type, push, question};
use crate::detectors::sides::test_network;
use crate::tests_support::{Events, check, check_with, names, path};

const ID: &str = "dns-tunnel";
const CLIENT: &str = "192.0.2.53";
const SERVER: &str = "203.0.113.9";
const TXT: u16 = 16;

fn long(n: u32, domain: &str) -> String {
    format!("{}.{}.{domain}", noise(n, BASE32, 57), noise(n + 7_777, BASE32, 40))
}

fn channel(n: u32, step: f64, qtype: u16, answer: (u8, &[&str])) -> Events {
    let mut events = Events::new();
    for i in 0..n {
        let query = of_type(qtype, &long(i, "t.example.net"));
        // No cadence: pauses differ.
        let secs = f64::from(i) * step + f64::from(i * 37 % 11) * step / 20.0;
        ask(&mut events, secs, [CLIENT, SERVER], query, answer);
    }
    events
}

#[test]
fn a_channel_is_loud_with_and_without_a_description() {
    let events = channel(60, 1.0, TXT, (0, &["198.18.0.1"]));
    let alerts = check(ID, &events);
    assert!(names(&alerts).contains(&"tunnel.names high".to_owned()), "{:?}", names(&alerts));
    let alert = alerts.iter().find(|alert| alert.check == "tunnel.names").unwrap();
    assert_eq!(alert.outcome, Outcome::AnsweredWithData);
    assert_eq!(alert.entities[0], format!("ip:{CLIENT}"));
    assert!(alert.entities.contains(&"host:example.net".to_owned()), "{:?}", alert.entities);
    let described = check_with(ID, test_network(), &events);
    let alert = described.iter().find(|alert| alert.check == "tunnel.names").unwrap();
    assert!(alert.decided_by.as_deref().unwrap().contains("edns1"), "{alert:?}");
    assert!(alert.signature.contains("edns1"), "{}", alert.signature);
}

#[test]
fn few_names_are_no_channel_yet() {
    assert!(check(ID, &channel(9, 1.0, TXT, (0, &[]))).is_empty());
    assert_eq!(names(&check(ID, &channel(10, 1.0, TXT, (0, &[])))), ["tunnel.names high"]);
    // By names alone it takes twenty.
    assert!(check(ID, &channel(19, 1.0, 1, (0, &[]))).is_empty());
    assert!(!check(ID, &channel(22, 1.0, 1, (0, &[]))).is_empty());
}

#[test]
fn slow_ones_are_seen_within_hours() {
    let events = channel(60, 300.0, 1, (0, &["198.18.0.1"]));
    assert_eq!(names(&check(ID, &events)), ["tunnel.slow high"]);
}

#[test]
fn refused_stays_lower() {
    let events = channel(60, 1.0, TXT, (5, &[]));
    let alerts = check(ID, &events);
    let alert = alerts.iter().find(|alert| alert.check == "tunnel.names").unwrap();
    assert_eq!((alert.level.to_string(), alert.outcome), ("medium".to_owned(), Outcome::Refused));
}

#[test]
fn repeated_messages_and_local_dialects_do_not_count() {
    let mut events = channel(60, 1.0, TXT, (0, &[]));
    for event in &mut events.list {
        let event::What::Dns(dns) = &mut event.what else { continue };
        if event.frame % 4 < 2 {
            dns.duplicate = true;
        } else {
            dns.dialect = Some("mdns".into());
        }
    }
    assert!(check(ID, &events).is_empty());
}

#[test]
fn in_a_subscribers_tunnel_only_numbers_are_needed() {
    let mut events = Events::new();
    for i in 0..60 {
        let whole = of_type(TXT, &long(i, "t.example.net"));
        let kept = Dns { qname: Some("example.net".into()), ..whole };
        push(&mut events, f64::from(i), "10.20.0.9", "10.10.0.53", kept).path =
            path("198.51.100.20", "192.0.2.20", 7);
    }
    let alerts = check_with(ID, test_network(), &events);
    let alert = alerts.iter().find(|alert| alert.check == "tunnel.names").unwrap();
    assert!(alert.signature.contains("TEID 0x00000007"), "{}", alert.signature);
    assert!(alert.entities.contains(&"teid:0x00000007".to_owned()));
}

#[test]
fn split_over_clients_or_domains() {
    let mut events = Events::new();
    for i in 0..48 {
        let client = format!("198.51.100.{}", 60 + i % 6);
        let query = of_type(TXT, &long(i, "example.net"));
        ask(&mut events, f64::from(i) * 4.0, [&client, SERVER], query, (0, &[]));
    }
    assert_eq!(names(&check(ID, &events)), ["tunnel.many-clients high"]);
    let mut events = Events::new();
    for i in 0..48 {
        let query = question(&long(i, &format!("shop{}.example", i % 6)));
        ask(&mut events, f64::from(i) * 4.0, [CLIENT, SERVER], query, (0, &["198.18.0.1"]));
    }
    assert_eq!(names(&check(ID, &events)), ["tunnel.many-domains high"]);
}

#[test]
fn quiet_for_honest_names() {
    let mut events = Events::new();
    for i in 0..200 {
        let secs = f64::from(i) * 1.3;
        let ends = [CLIENT, SERVER];
        let edge = noise(i, "abcdefghijklmnopqrstuvwxyz0123456789", 14);
        ask(
            &mut events,
            secs,
            ends,
            question(&format!("{edge}.cdn.example.com")),
            (0, &["198.18.0.1"]),
        );
        let object = noise(i, HEX, 32);
        ask(
            &mut events,
            secs,
            ends,
            question(&format!("{object}.img.example.com")),
            (0, &["198.18.0.1"]),
        );
        let listed = format!("{}.2.0.192.zen.example.org", i % 250);
        ask(&mut events, secs, ends, question(&listed), (3, &[]));
        let nibbles: String = noise(i, HEX, 32).chars().flat_map(|c| [c, '.']).collect();
        ask(&mut events, secs, ends, question(&format!("{nibbles}dnsbl.example.org")), (3, &[]));
        ask(&mut events, secs, ends, question(&format!("{nibbles}ip6.arpa")), (3, &[]));
        let number = Dns { qtype: Some(35), ..question("*.e164.arpa") };
        ask(&mut events, secs, ends, number, (0, &[]));
        let meter =
            "device-0a1b2c3d4e5f60718293a4b5c6d7e8f9.eu-central.ingest.telemetry.example.com";
        ask(&mut events, secs, ends, question(meter), (0, &["198.18.0.1"]));
        let area = format!("tac-lb{:02x}.tac-hb01.tac.epc.mnc001.mcc001.3gppnetwork.org", i % 250);
        ask(&mut events, secs, ends, question(&area), (0, &["198.18.0.1"]));
        let file = format!("{}.hash.avqs.mcafee.com", noise(i, HEX, 40));
        ask(&mut events, secs, ends, question(&file), (0, &["198.18.0.1"]));
        let key = of_type(TXT, "selector1._domainkey.example.com");
        ask(&mut events, secs, ends, key, (0, &[]));
    }
    for alerts in [check(ID, &events), check_with(ID, test_network(), &events)] {
        assert!(alerts.is_empty(), "{:?} {}", names(&alerts), alerts[0].why);
    }
}

#[test]
fn mistyped_access_points_are_low_until_they_are_answered() {
    let typed = |answer: (u8, &'static [&'static str])| {
        let mut events = Events::new();
        for i in 0..40 {
            let name = format!("{}.mnc002.mcc001.gprs", noise(i, BASE32, 60));
            ask(&mut events, f64::from(i), [CLIENT, SERVER], question(&name), answer);
        }
        check(ID, &events)
    };
    assert_eq!(names(&typed((3, &[]))), ["name.in-operator-zone low"]);
    assert_eq!(names(&typed((0, &["198.18.0.1"]))), ["name.in-operator-zone high"]);
}

#[test]
fn a_single_name_that_is_data() {
    let one = |name: &str| {
        let mut events = Events::new();
        push(&mut events, 0.0, CLIENT, SERVER, question(name));
        names(&check(ID, &events))
    };
    let data = noise(3, "abcdefghijklmnopqrstuvwxyz0123456789+/", 55);
    assert_eq!(one(&format!("h4si{data}=.txt.example")), ["name.encoded-data high"]);
    assert_eq!(one(&format!("ab{data}==.txt.example")), ["name.encoded-data medium"]);
    assert!(one("key=1.example.com").is_empty());
}

#[test]
fn commands_in_addresses() {
    let spell = |text: &str, key: u8| -> Vec<String> {
        let mut octets: Vec<u8> = text.bytes().map(|octet| octet ^ key).collect();
        octets.resize(octets.len().next_multiple_of(4), key);
        octets.chunks(4).map(|c| format!("{}.{}.{}.{}", c[0], c[1], c[2], c[3])).collect()
    };
    let told = |name: &str, text: &str| {
        let mut events = Events::new();
        let addresses = spell(text, 0x21);
        let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
        ask(&mut events, 0.0, [CLIENT, SERVER], question(name), (0, &addresses));
        check(ID, &events)
    };
    assert_eq!(
        names(&told("a.example.org", "ps -ef | grep sctp; uname -a")),
        ["answer.command high"]
    );
    assert_eq!(names(&told("a.example.org", "cat /etc/passwd")), ["answer.command medium"]);
    let nodep = told("a.nodep", "cat /etc/passwd");
    assert_eq!(names(&nodep), ["answer.nodep high", "answer.command medium"]);
    let edge = ["52.84.3.11", "13.32.99.7", "18.64.4.200", "99.86.0.1"];
    let mut events = Events::new();
    ask(&mut events, 0.0, [CLIENT, SERVER], question("a.example.org"), (0, &edge));
    assert!(check(ID, &events).is_empty());
}

#[test]
fn octets_behind_messages() {
    let mut events = Events::new();
    for i in 0..3 {
        let dns = Dns { trailing_len: 40, ..question("www.example.com") };
        push(&mut events, f64::from(i), CLIENT, SERVER, dns);
        let before = check(ID, &events);
        assert_eq!(before.is_empty(), i < 2, "{i}");
    }
    assert_eq!(names(&check(ID, &events)), ["message.hidden-octets medium"]);
}

#[test]
fn thresholds_are_the_operators_to_set() {
    let events = channel(60, 1.0, TXT, (0, &[]));
    let mut tuning = Tuning::default();
    let score = SETTINGS.iter().find(|setting| setting.name == "score").unwrap();
    tuning.set(CARD.id, score, None, 500);
    let mut detector = super::DnsTunnel::default();
    detector.tune(&tuning);
    let scene = crate::Scene::new(network::Network::default(), tuning);
    let mut findings = Vec::new();
    events.list.iter().for_each(|event| detector.on_event(&scene, event, &mut findings));
    assert!(findings.iter().all(|finding| finding.check == "tunnel.many-domains"), "{findings:?}");
}

#[test]
fn tables_are_bounded() {
    let scene = crate::Scene::new(network::Network::default(), Tuning::default());
    let mut detector = super::DnsTunnel::default();
    let mut findings = Vec::new();
    let many = u32::try_from(MAX_PAIRS).unwrap() + 500;
    let mut query = of_type(TXT, "x.example.net");
    for i in 0..many {
        query.qname = Some(format!("x.d{i}.example"));
        query.name_hash = Some(u64::from(i));
        let mut events = Events::new();
        let client = format!("10.{}.{}.{}", i >> 16, i >> 8 & 255, i & 255);
        push(&mut events, 0.0, &client, SERVER, query.clone());
        detector.on_event(&scene, &events.list[0], &mut findings);
    }
    for table in detector.tables() {
        assert!(table.entries <= table.cap, "{table:?}");
        assert!(table.evicted > 0, "{table:?}");
    }
}
