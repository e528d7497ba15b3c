//! Quiet, loud and boundary cases of `tcap-evasion`.

use event::{Anomaly, Map, Outcome, Proto, SccpAddress, What};

use crate::detectors::ss7::tests_support::{
    A, B, HOME, OUT, STP, cap_invoke, imsi, invoke, network, one, push, reply,
};
use crate::tests_support::{Events, check, check_with, names};

const ID: &str = "tcap-evasion";
const ATI: i64 = 71;
const SAI: i64 = 56;

fn odd(fields: &[&'static str], map: Map) -> Map {
    Map { anomalies: fields.iter().map(|field| (*field).into()).collect(), ..map }
}

/// A begin in a context that is known.
fn named(opcode: i64) -> Map {
    Map {
        application_context: Some("0.4.0.0.1.0.14.3".into()),
        application_context_name: Some("infoRetrievalContext-v3".into()),
        operation: Some("someOperation".into()),
        ..invoke(opcode, A, HOME)
    }
}

fn loud(events: &Events) -> Vec<String> {
    names(&check_with(ID, network(), events))
}

#[test]
fn quiet_for_what_is_legal_and_what_is_ours() {
    for map in [
        named(SAI),
        named(ATI),
        odd(&["ber.indefinite"], named(SAI)),
        odd(&["ber.indefinite"], named(2)),
        // A call begins with several orders; INAP has long and global codes.
        odd(&["tcap.components"], Map { component_count: 3, ..cap_invoke(20, A, HOME) }),
        odd(&["tcap.opcode_length"], Map { user: "inap".into(), opcode: Some(300), ..named(300) }),
        odd(&["tcap.global_opcode"], Map { user: "inap".into(), ..named(20) }),
        odd(&["map.argument"], named(SAI)),
        // Version 1 has no dialogue portion.
        Map { operation: Some("updateLocation".into()), ..invoke(2, A, HOME) },
        Map { message: "continue".into(), component_count: 3, ..named(7) },
        // From a node of ours, and past us.
        odd(&["ber.length"], invoke(ATI, HOME, A)),
    ] {
        let mut events = Events::new();
        let ours =
            map.calling.as_ref().and_then(|it| it.gt.as_ref()).is_some_and(|gt| gt.digits == HOME);
        let (src, dest) = if ours { (STP, OUT) } else { (OUT, STP) };
        let text = format!("{:?} {:?}", map.opcode, map.anomalies);
        push(&mut events, 0.0, src, dest, map);
        assert_eq!(loud(&events), [""; 0], "{text}");
    }
}

#[test]
fn every_trick_is_named_and_weighs_more_with_something_behind_it() {
    for (field, check) in [
        ("tcap.global_opcode", "opcode.global"),
        ("ber.integer", "number.padded"),
        ("tcap.opcode_length", "number.padded"),
        ("ber.tag", "tag.form"),
        ("ber.length", "length.form"),
        ("tcap.otid_length", "transaction.length"),
        ("map.operation", "context.operation"),
        ("ber.oid", "context.form"),
        ("sccp.segmentation", "segments.overlap"),
        ("ber.padding", "length.overrun"),
        ("ber.overrun", "length.overrun"),
        ("tcap.unknown_tag", "structure"),
        ("tcap.order", "structure"),
        ("tcap.trailing", "structure"),
    ] {
        assert_eq!(loud(&one(odd(&[field], named(SAI)))), [format!("{check} medium")], "{field}");
        assert_eq!(loud(&one(odd(&[field], named(ATI)))), [format!("{check} high")], "{field}");
    }
    assert_eq!(loud(&one(odd(&["ber.indefinite"], named(ATI)))), ["length.indefinite high"]);
    let several = |map: Map| odd(&["tcap.components"], Map { component_count: 2, ..map });
    assert_eq!(loud(&one(several(named(SAI)))), ["components.several low"]);
    assert_eq!(loud(&one(several(named(ATI)))), ["components.several high"]);
    assert_eq!(loud(&one(several(invoke(2, A, HOME)))), ["components.several medium"]);
}

#[test]
fn contexts_packages_and_subsystems() {
    let bare = |opcode| Map { operation: Some("x".into()), ..invoke(opcode, A, HOME) };
    assert_eq!(loud(&one(bare(SAI))), ["context.missing medium"]);
    assert_eq!(loud(&one(bare(ATI))), ["context.missing high"]);
    let foreign =
        |opcode| Map { application_context: Some("0.4.0.0.1.0.29.3.7".into()), ..bare(opcode) };
    assert_eq!(loud(&one(foreign(SAI))), ["context.unknown medium"]);
    assert_eq!(loud(&one(foreign(ATI))), ["context.unknown high"]);
    let packed = |message: &'static str| Map { message: message.into(), ..named(SAI) };
    assert_eq!(loud(&one(packed("end"))), ["package.state low"]);
    assert_eq!(loud(&one(packed("unidirectional"))), ["package.state medium"]);
    for (ssn, expected) in [(None, "address.subsystem low"), (Some(250), "address.subsystem low")] {
        let called = named(SAI).called.map(|called| SccpAddress { ssn, ..called });
        assert_eq!(loud(&one(Map { called, ..named(SAI) })), [expected]);
    }
    // An empty begin that only opens the dialogue.
    let empty = Map { component: None, component_count: 0, opcode: None, ..named(SAI) };
    assert_eq!(loud(&one(odd(&["tcap.otid_length"], empty))), ["transaction.length medium"]);
}

#[test]
fn the_subscribers_home_may_write_as_it_likes() {
    let isd = |network: &str| odd(&["ber.length"], Map { imsi: imsi(network, 7), ..named(7) });
    assert_eq!(loud(&one(isd("00102"))), ["length.form medium"]);
    assert_eq!(loud(&one(isd("00104"))), ["length.form medium"]);
    assert_eq!(loud(&one(isd("00101"))), ["length.form high"]);
    assert_eq!(loud(&one(isd("00103"))), ["length.form high"]);
    // Partner B may send map.70: nothing forbidden is behind it.
    let agreed = odd(&["ber.length"], Map { imsi: imsi("00101", 7), ..invoke(70, B, HOME) });
    assert_eq!(
        loud(&one(Map { application_context_name: Some("x".into()), ..agreed })),
        ["length.form medium"]
    );
}

#[test]
fn one_alert_for_all_components_and_their_answer() {
    let mut events = Events::new();
    for index in 0..3 {
        let map = Map {
            component_index: index,
            component_count: 3,
            invoke_id: Some(i64::from(index) + 1),
            ..named(if index == 2 { ATI } else { SAI })
        };
        push(&mut events, 0.0, OUT, STP, odd(&["map.operation", "tcap.components"], map));
    }
    let alerts = check_with(ID, network(), &events);
    assert_eq!(names(&alerts), ["context.operation high"]);
    assert_eq!(alerts[0].count, 1);
    assert!(alerts[0].why.contains("map.71"), "{}", alerts[0].why);

    let mut events = one(odd(&["ber.length"], named(ATI)));
    push(&mut events, 0.1, STP, OUT, Map { parameter_len: 30, ..reply("returnResultLast", 1) });
    let alerts = check_with(ID, network(), &events);
    assert_eq!(names(&alerts), ["length.form high"]);
    assert_eq!((alerts[0].outcome, alerts[0].frames.len()), (Outcome::AnsweredWithData, 2));
}

#[test]
fn without_a_description() {
    let abroad = odd(&["ber.length"], Map { ..invoke(ATI, "31654000101", "44770000001") });
    let abroad = Map { application_context_name: Some("x".into()), ..abroad };
    assert_eq!(names(&check(ID, &one(abroad))), ["length.form high"]);
    let alerts = check(ID, &one(odd(&["ber.length"], named(SAI))));
    assert_eq!(names(&alerts), ["length.form medium"]);
    assert!(alerts[0].confidence <= 0.6);
}

#[test]
fn messages_that_never_end() {
    let lost = |times: u32| {
        let mut events = Events::new();
        for n in 0..times {
            let anomaly = Anomaly {
                layer: "sccp".into(),
                field: "sccp.unfinished".into(),
                flaw: "missing".into(),
                value: Some(1),
                ..Anomaly::default()
            };
            events.anomaly(f64::from(n), OUT, STP, Proto::Sctp, anomaly);
            // Told when the time for it is over.
            push(&mut events, f64::from(n) + 11.0, OUT, STP, named(SAI));
            let len = events.list.len();
            events.list.swap(len - 1, len - 2);
        }
        loud(&events)
    };
    assert_eq!(lost(4), [""; 0]);
    assert_eq!(lost(5), ["segments.unfinished medium"]);
}

#[test]
fn what_cannot_be_read() {
    let mut events = Events::new();
    let sccp =
        event::Sccp { payload: Some("tcap".into()), payload_len: 3, ..event::Sccp::default() };
    events.push(0.0, OUT, STP, Proto::Sctp, What::Sccp(Box::new(sccp.clone())));
    assert_eq!(loud(&events), ["undecodable medium"]);
    let mut back = Events::new();
    let returned = event::Sccp { return_cause: Some(1), ..sccp };
    back.push(0.0, OUT, STP, Proto::Sctp, What::Sccp(Box::new(returned)));
    assert_eq!(loud(&back), [""; 0]);
}

#[test]
fn an_operation_that_leaves_the_context_of_its_dialogue() {
    let later = |code| Map {
        message: "continue".into(),
        application_context: None,
        application_context_name: None,
        dialogue_context: Some("0.4.0.0.1.0.14.3".into()),
        ..odd(&["map.operation"], named(code))
    };
    let alerts = check_with(ID, network(), &one(later(ATI)));
    assert_eq!(names(&alerts), ["context.operation high"]);
    assert!(alerts[0].signature.contains("0.4.0.0.1.0.14.3"), "{:?}", alerts[0]);
    assert_eq!(loud(&one(later(SAI))), ["context.operation medium"]);
    // The same message in the context that it belongs to.
    let plain = Map { anomalies: Vec::new(), dialogue_context: None, ..later(ATI) };
    assert_eq!(loud(&one(plain)), [""; 0]);
}
