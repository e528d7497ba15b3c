//! Quiet, loud and boundary cases of `sccp-covert-payload`.

use event::{Anomaly, GlobalTitle, M3ua, Outcome, Proto, Sccp, SccpAddress, Sctp, SctpState, What};

use super::MAX_PARTIES;
use crate::Tuning;
use crate::card::Detector;
use crate::detectors::sides::test_network;
use crate::tests_support::{Events, check, check_with, names};

const ID: &str = "sccp-covert-payload";
const OUT: &str = "198.51.100.10:2905";
const STP: &str = "192.0.2.10:2905";
const OURS: &str = "99901000010";
const THEIRS: &str = "99902000077";

fn address(digits: &str, ssn: u8) -> Option<SccpAddress> {
    let gt =
        GlobalTitle { digits: digits.into(), np: Some(1), nai: Some(4), ..GlobalTitle::default() };
    Some(SccpAddress { gt: Some(gt), ssn: Some(ssn), ..SccpAddress::default() })
}

/// Data of no known user; 64 octets have six bits of entropy at most.
fn data(calling: &str, called: &str, ssn: u8, entropy: u16) -> Sccp {
    Sccp {
        message_type: 9,
        message: "UDT".into(),
        calling: address(calling, ssn),
        called: address(called, ssn),
        payload: Some("unknown".into()),
        payload_len: 64,
        entropy: Some(entropy),
        ..Sccp::default()
    }
}

fn push(events: &mut Events, secs: f64, ends: [&str; 2], what: What) {
    events.push(secs, ends[0], ends[1], Proto::Sctp, what);
}

fn sccp(events: &mut Events, secs: f64, ends: [&str; 2], sccp: Sccp) {
    push(events, secs, ends, What::Sccp(Box::new(sccp)));
}

fn talk(times: u32, ssn: u8, entropy: u16) -> Events {
    let mut events = Events::new();
    for i in 0..times {
        let secs = f64::from(i);
        sccp(&mut events, secs, [OUT, STP], data(THEIRS, OURS, ssn, entropy));
        sccp(&mut events, secs + 0.1, [STP, OUT], data(OURS, THEIRS, ssn, entropy));
    }
    events
}

#[test]
fn both_ways_and_its_boundary() {
    assert!(check_with(ID, test_network(), &talk(2, 222, 580)).is_empty());
    let alerts = check_with(ID, test_network(), &talk(3, 222, 580));
    assert_eq!(names(&alerts), ["payload.both-ways high"]);
    assert_eq!(alerts[0].outcome, Outcome::AnsweredWithData);
    assert_eq!(alerts[0].entities[0], format!("gt:{THEIRS}"));
    assert!(alerts[0].decided_by.as_deref().unwrap().contains("Partner A"));
    assert!(alerts[0].why.contains("222"), "{}", alerts[0].why);
    // An assigned subsystem hides it no better; text on a private one is only odd.
    assert_eq!(
        names(&check_with(ID, test_network(), &talk(5, 6, 580))),
        ["payload.both-ways high"]
    );
    let text = check_with(ID, test_network(), &talk(5, 222, 400));
    assert_eq!(names(&text), ["payload.both-ways medium"]);
    assert!(check_with(ID, test_network(), &talk(20, 6, 400)).is_empty());
    let undescribed = check(ID, &talk(5, 222, 580));
    assert_eq!(names(&undescribed), ["payload.both-ways high"]);
    assert!(undescribed[0].confidence <= 0.7);
}

#[test]
fn one_way_takes_more() {
    let one_way = |n: u32| {
        let mut events = Events::new();
        for i in 0..n {
            sccp(&mut events, f64::from(i), [OUT, STP], data(THEIRS, OURS, 222, 580));
        }
        names(&check_with(ID, test_network(), &events))
    };
    assert!(one_way(29).is_empty());
    assert_eq!(one_way(30), ["payload.one-way medium"]);
}

#[test]
fn quiet_for_our_own_nodes_management_and_what_came_back() {
    let mut events = Events::new();
    for i in 0..40 {
        let secs = f64::from(i);
        let (one, other) = ("192.0.2.11:2905", STP);
        sccp(&mut events, secs, [one, other], data("99901000040", OURS, 222, 580));
        sccp(&mut events, secs, [other, one], data(OURS, "99901000040", 222, 580));
        let management = Sccp { payload: Some("scmg".into()), ..data("", "", 1, 580) };
        sccp(&mut events, secs, [OUT, STP], management);
        let back = Sccp { return_cause: Some(1), ..data(OURS, THEIRS, 222, 580) };
        sccp(&mut events, secs, [OUT, STP], back);
    }
    sccp(&mut events, 50.0, [OUT, STP], data("99902000001", OURS, 6, 580));
    assert!(check_with(ID, test_network(), &events).is_empty());
    // Our own titles on both ends, but over a partner's link.
    let mut spoofed = Events::new();
    for i in 0..4 {
        let secs = f64::from(i);
        sccp(&mut spoofed, secs, [OUT, STP], data("99901000040", OURS, 222, 580));
        sccp(&mut spoofed, secs, [STP, OUT], data(OURS, "99901000040", 222, 580));
    }
    assert_eq!(names(&check_with(ID, test_network(), &spoofed)), ["payload.both-ways high"]);
}

fn stray(events: &mut Events, secs: f64, ends: [&str; 2], field: &'static str, ppid: u64) {
    let anomaly = Anomaly {
        layer: "sctp".into(),
        field: field.into(),
        flaw: "illegal value".into(),
        value: Some(ppid),
        ..Anomaly::default()
    };
    events.anomaly(secs, ends[0], ends[1], Proto::Sctp, anomaly);
}

#[test]
fn associations_that_are_not_what_they_say() {
    let mut events = Events::new();
    stray(&mut events, 0.0, [OUT, STP], "sctp.payload", 3);
    assert!(check_with(ID, test_network(), &events).is_empty(), "one way");
    stray(&mut events, 1.0, [STP, OUT], "sctp.payload", 3);
    assert_eq!(names(&check_with(ID, test_network(), &events)), ["association.misfit medium"]);
    let closed = |out, back| Sctp {
        state: SctpState::Closed,
        ppids: vec![3],
        payload: Some("m3ua".into()),
        misfits_from_src: out,
        misfits_from_dest: back,
        misfit_octets: 900,
        misfit_entropy: Some(590),
        ..Sctp::default()
    };
    push(&mut events, 9.0, [OUT, STP], What::Sctp(Box::new(closed(4, 4))));
    let alerts = check_with(ID, test_network(), &events);
    assert_eq!(names(&alerts), ["association.misfit high"]);
    assert_eq!(alerts[0].frames, [1, 2, 3]);

    for (ends, sctp) in [
        ([OUT, STP], closed(1, 1)),
        ([OUT, STP], closed(40, 0)),
        (["192.0.2.11:2905", STP], closed(40, 40)),
        ([OUT, STP], Sctp { ppids: vec![18], payload: Some("s1ap".into()), ..closed(9, 9) }),
    ] {
        let mut events = Events::new();
        push(&mut events, 0.0, ends, What::Sctp(Box::new(sctp)));
        assert!(check_with(ID, test_network(), &events).is_empty());
    }
}

#[test]
fn relabelled_messages_and_information_strings() {
    let mut events = Events::new();
    stray(&mut events, 0.0, [OUT, STP], "sctp.data_payload_proto_id", 3);
    assert_eq!(names(&check_with(ID, test_network(), &events)), ["association.relabelled low"]);

    let told = |distinct: u32| {
        let mut events = Events::new();
        for i in 0..40 {
            let info = format!("{:016x}-{:08x}", (i % distinct) * 0x9e37, (i % distinct) * 77);
            let m3ua = M3ua { message: "NTFY".into(), info: Some(info), ..M3ua::default() };
            push(&mut events, f64::from(i), [OUT, STP], What::M3ua(Box::new(m3ua)));
        }
        names(&check_with(ID, test_network(), &events))
    };
    assert!(told(3).is_empty());
    assert_eq!(told(20), ["management.information medium"]);
}

#[test]
fn tables_are_bounded() {
    let scene = crate::Scene::new(network::Network::default(), Tuning::default());
    let mut detector = super::SccpCovertPayload::default();
    let mut findings = Vec::new();
    for i in 0..u32::try_from(MAX_PARTIES).unwrap() + 200 {
        let mut events = Events::new();
        sccp(&mut events, 0.0, [OUT, STP], data(&format!("99902{i:06}"), OURS, 222, 580));
        let host = format!("10.{}.{}.1:2905", i >> 8, i & 255);
        stray(&mut events, 0.0, [&host, STP], "sctp.payload", 3);
        for event in &events.list {
            detector.on_event(&scene, event, &mut findings);
        }
    }
    let tables = detector.tables();
    assert!(
        tables.iter().all(|table| table.entries <= table.cap && table.evicted > 0),
        "{tables:?}"
    );
    assert!(findings.is_empty());
}
