//! Quiet, loud and boundary cases of `sms-home-routing-bypass`.

use event::{Map, MapDetails, Outcome};
use network::Network;

use crate::detectors::sides::test_network;
use crate::detectors::ss7::tests_support::{
    A, B, HOME, OUT, STP, address, gt, imsi, invoke, network, one, push, reply,
};
use crate::tests_support::{Events, check, check_with, gaps, names};

const ID: &str = "sms-home-routing-bypass";
const ROUTER: &str = "99901000031";
const SWITCH: &str = "99901000020";

fn message(calling: &str, node: &str, home: &str) -> Map {
    Map { imsi: imsi(home, 1), ..invoke(44, calling, node) }
}

/// What our HLR, or the router, tells who asked.
fn told(asker: &str, node: &str, number: u64) -> Map {
    Map {
        calling: gt(HOME),
        called: gt(asker),
        opcode: Some(45),
        imsi: imsi("00101", number),
        addresses: vec![address("networkNode-Number", node)],
        returned: vec!["imsi".into(), "node-address".into()],
        request: None,
        ..reply("returnResultLast", 0)
    }
}

fn found(map: Map) -> Vec<String> {
    names(&check_with(ID, network(), &one(map)))
}

#[test]
fn what_goes_to_the_router_and_what_guests_get_is_quiet() {
    assert!(found(message(A, ROUTER, "00101")).is_empty());
    // A guest's home writes to the switch that serves it.
    assert!(found(message(A, SWITCH, "00102")).is_empty());
    // Our own centre.
    let mut events = Events::new();
    push(&mut events, 0.0, "192.0.2.11:2905", STP, message("99901000030", SWITCH, "00101"));
    // The router asks and is told; a partner is told the router and an identity of its making.
    push(&mut events, 1.0, STP, "192.0.2.11:2905", told(ROUTER, SWITCH, 1));
    push(&mut events, 2.0, STP, OUT, told(A, ROUTER, 9));
    // From a mobile.
    let from_mobile = Map {
        addresses: vec![address("serviceCentreAddressDA", "99901000030")],
        imsi: imsi("00101", 1),
        ..invoke(46, A, "99901000030")
    };
    push(&mut events, 3.0, OUT, STP, from_mobile);
    assert!(check_with(ID, network(), &events).is_empty());
}

#[test]
fn a_message_past_the_router() {
    let alerts = check_with(ID, network(), &one(message(A, SWITCH, "00101")));
    assert_eq!(names(&alerts), ["mt-forward.past-router high"]);
    assert!(alerts[0].decided_by.as_deref().unwrap().contains("sms_router"));
    assert_eq!(alerts[0].entities[0], format!("gt:{A}"));
    // Version 2 has the other code for both directions.
    let old = Map {
        addresses: vec![address("serviceCentreAddressOA", A)],
        imsi: imsi("00101", 1),
        ..invoke(46, A, SWITCH)
    };
    assert_eq!(found(old), ["mt-forward.past-router high"]);
    // A local number instead of an identity: not evaluable.
    let local = one(Map { imsi: None, ..message(A, SWITCH, "00101") });
    assert!(check_with(ID, network(), &local).is_empty());
    assert_eq!(gaps(ID, network(), &local).len(), 1);
}

#[test]
fn a_node_that_was_given_out_is_no_bypass_but_a_leak() {
    let mut events = Events::new();
    push(&mut events, 0.0, STP, OUT, told(A, SWITCH, 9));
    push(&mut events, 1.0, OUT, STP, message(A, SWITCH, "00101"));
    // Given to one, used by another.
    push(&mut events, 2.0, OUT, STP, message(B, SWITCH, "00101"));
    let alerts = check_with(ID, network(), &events);
    let mut found = names(&alerts);
    found.sort();
    assert_eq!(found, ["mt-forward.past-router high", "routing-info.real-node high"]);
    let leak = alerts.iter().find(|alert| alert.check == "routing-info.real-node").unwrap();
    assert_eq!((leak.outcome, leak.frames.as_slice()), (Outcome::AnsweredWithData, &[1][..]));
    let past = alerts.iter().find(|alert| alert.check == "mt-forward.past-router").unwrap();
    assert_eq!(past.entities[0], format!("gt:{B}"));
}

#[test]
fn an_identity_that_registers_is_a_real_one() {
    let mut events = Events::new();
    let registers = Map { imsi: imsi("00101", 5), ..invoke(2, A, HOME) };
    push(&mut events, 0.0, OUT, STP, registers);
    push(&mut events, 1.0, STP, OUT, told(B, ROUTER, 6));
    assert!(check_with(ID, network(), &events).is_empty());
    push(&mut events, 2.0, STP, OUT, told(B, ROUTER, 5));
    assert_eq!(names(&check_with(ID, network(), &events)), ["routing-info.real-imsi high"]);
}

#[test]
fn questions_by_imsi_and_in_version_1() {
    let mut by_imsi = invoke(45, A, "99901123456789");
    if let Some(gt) = by_imsi.called.as_mut().and_then(|called| called.gt.as_mut()) {
        gt.np = Some(7);
    }
    assert_eq!(found(by_imsi), ["routing-info.by-imsi medium"]);
    let version = |name: &'static str| Map {
        application_context_name: Some(name.into()),
        ..invoke(45, A, HOME)
    };
    assert_eq!(found(version("shortMsgGatewayContext-v1")), ["routing-info.version-1 low"]);
    assert!(found(version("shortMsgGatewayContext-v3")).is_empty());
}

#[test]
fn silent_messages_and_messages_for_the_sim() {
    let with = |details: MapDetails, node: &str, home: &str| Map {
        details: Some(Box::new(details)),
        ..message(A, node, home)
    };
    let silent = MapDetails { tp_pid: Some(0x40), ..MapDetails::default() };
    assert_eq!(found(with(silent.clone(), ROUTER, "00101")), ["mt-forward.silent medium"]);
    assert!(found(with(silent, SWITCH, "00102")).is_empty());
    let sim = MapDetails { tp_pid: Some(0x7f), tp_dcs: Some(0xf6), ..MapDetails::default() };
    assert_eq!(found(with(sim, ROUTER, "00101")), ["mt-forward.sim-toolkit medium"]);
    let binary = MapDetails { tp_dcs: Some(0xf6), tp_udhi: true, ..MapDetails::default() };
    assert_eq!(found(with(binary, ROUTER, "00101")), ["mt-forward.sim-toolkit medium"]);
    // Text for the telephone, of class 1.
    let text = MapDetails { tp_pid: Some(0), tp_dcs: Some(0xf1), ..MapDetails::default() };
    assert!(found(with(text, ROUTER, "00101")).is_empty());
}

#[test]
fn the_outcome_is_told() {
    let mut events = one(message(A, SWITCH, "00101"));
    let error = Map { error: Some("absentSubscriber".into()), ..reply("returnError", 1) };
    push(&mut events, 0.1, STP, OUT, error);
    let alerts = check_with(ID, network(), &events);
    assert_eq!((alerts[0].outcome, alerts[0].count), (Outcome::Refused, 1));
}

#[test]
fn without_a_router_only_a_capture_that_is_old_enough_tells() {
    // A description without a router.
    let mut events = Events::new();
    push(&mut events, 0.0, STP, OUT, told(A, SWITCH, 1));
    push(&mut events, 299.0, OUT, STP, message(B, SWITCH, "00101"));
    assert!(check_with(ID, test_network(), &events).is_empty());
    assert!(gaps(ID, test_network(), &events).iter().any(|gap| gap.missing.contains("before")));
    push(&mut events, 301.0, OUT, STP, message(A, SWITCH, "00101"));
    assert!(check_with(ID, test_network(), &events).is_empty());
    push(&mut events, 302.0, OUT, STP, message(B, SWITCH, "00101"));
    assert_eq!(
        names(&check_with(ID, test_network(), &events)),
        ["mt-forward.node-not-given-out medium"]
    );
    // Without any description nothing says where messages belong.
    let alone = one(message("447700900030", "447700900020", "00101"));
    assert!(check(ID, &alone).is_empty());
    assert_eq!(gaps(ID, Network::default(), &alone).len(), 1);
}

#[test]
fn tables_keep_their_caps() {
    let mut detector = super::SmsHomeRoutingBypass::default();
    let scene = crate::Scene::new(network(), crate::Tuning::default());
    let mut findings = Vec::new();
    for n in 0..70_000_u64 {
        let mut map = told(&format!("99902{n:06}"), ROUTER, n);
        map.calling = gt(HOME);
        let mut events = Events::new();
        push(&mut events, 0.0, STP, OUT, map);
        crate::Detector::on_event(&mut detector, &scene, &events.list[0], &mut findings);
    }
    let tables = crate::Detector::tables(&detector);
    assert!(tables.iter().all(|table| table.entries <= table.cap), "{tables:?}");
    assert!(tables.iter().any(|table| table.evicted > 0), "{tables:?}");
}
