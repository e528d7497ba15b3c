//! Quiet, loud and boundary cases of `ss7-category-2`.

use event::{Alert, Map, Outcome, Subscriber};
use network::Network;

use crate::detectors::ss7::tests_support::{
    A, B, HOME, HUB, OUT, STP, address, between, call, cap_invoke, imsi, invoke, network, one,
    party, push, reply,
};
use crate::tests_support::{Events, check, check_with, gaps, names};

const ID: &str = "ss7-category-2";

fn about(opcode: i64, calling: &str, subscriber: Option<Subscriber>) -> Map {
    Map { imsi: subscriber, ..invoke(opcode, calling, HOME) }
}

fn alerts(events: &Events) -> Vec<Alert> {
    check_with(ID, network(), events)
}

fn named(map: Map) -> Vec<String> {
    names(&alerts(&one(map)))
}

#[test]
fn the_home_and_who_speaks_for_it_may() {
    for (opcode, calling, subscriber) in [
        // The home, its hub, the host of an MVNO and that host's hub.
        (3, A, "00102"),
        (7, HUB, "00102"),
        (70, A, "00104"),
        (3, HUB, "00104"),
        // A contract.
        (70, B, "00101"),
        // Our own nodes, and other categories.
        (3, "99901000020", "00101"),
        (2, A, "00101"),
        (71, A, "00101"),
    ] {
        let events = one(about(opcode, calling, imsi(subscriber, 1)));
        let events = if calling.starts_with("99901") {
            let mut ours = Events::new();
            push(
                &mut ours,
                0.0,
                "192.0.2.11:2905",
                STP,
                about(opcode, calling, imsi(subscriber, 1)),
            );
            ours
        } else {
            events
        };
        assert!(alerts(&events).is_empty(), "{opcode} {calling} {subscriber}");
    }
}

#[test]
fn nobody_outside_may_for_a_subscriber_of_ours() {
    for (opcode, name) in [
        (3, "map.cancel-location"),
        (4, "map.provide-roaming-number"),
        (7, "map.insert-subscriber-data"),
        (8, "map.delete-subscriber-data"),
        (50, "map.activate-trace-mode"),
        (60, "map.unstructured-ss-request"),
        (61, "map.unstructured-ss-notify"),
        (70, "map.provide-subscriber-info"),
        (83, "map.provide-subscriber-location"),
        (88, "map.ist-command"),
    ] {
        let found = alerts(&one(about(opcode, A, imsi("00101", 1))));
        assert_eq!(names(&found), [format!("{name} critical")]);
        assert!(found[0].entities.contains(&"imsi:00101~0000000000000001".to_owned()));
        assert_eq!(found[0].entities[0], format!("gt:{A}"));
    }
    // A title of ours that comes over somebody else's link is somebody else.
    assert_eq!(
        named(about(70, "99901000020", imsi("00101", 1))),
        ["map.provide-subscriber-info critical"]
    );
}

#[test]
fn for_a_guest_only_its_home_may() {
    assert_eq!(named(about(70, A, imsi("00103", 1))), ["map.provide-subscriber-info high"]);
    assert_eq!(named(about(3, "88123000001", imsi("00102", 1))), ["map.cancel-location high"]);
    // Nobody describes the network of the subscriber; the sender is known to have another.
    assert_eq!(named(about(3, A, imsi("00177", 1))), ["map.cancel-location medium"]);
    // A hub brings many that are described nowhere.
    let unknown = one(about(3, HUB, imsi("00177", 1)));
    assert!(alerts(&unknown).is_empty());
    // Geography: Germany's subscriber, a Russian title.
    assert_eq!(named(about(3, "79161234567", imsi("26299", 1))), ["map.cancel-location medium"]);
    assert!(alerts(&one(about(3, "491711234567", imsi("26299", 1)))).is_empty());
    // What nothing public confirms stays at medium.
    assert_eq!(named(about(36, A, imsi("00101", 1))), ["map.cancel-vcsg-location medium"]);
}

#[test]
fn the_answer_moves_the_level() {
    let mut events = one(about(70, A, imsi("00103", 1)));
    let result = Map {
        returned: vec!["location".into()],
        parameter_len: 30,
        ..reply("returnResultLast", 1)
    };
    push(&mut events, 0.1, STP, OUT, result);
    let found = alerts(&events);
    assert_eq!(names(&found), ["map.provide-subscriber-info critical"]);
    assert_eq!(found[0].outcome, Outcome::AnsweredWithData);
    assert_eq!(found[0].returned, ["location"]);

    let mut events = one(about(70, A, imsi("00103", 1)));
    let error = Map { error: Some("unknownSubscriber".into()), ..reply("returnError", 1) };
    push(&mut events, 0.1, STP, OUT, error);
    let found = alerts(&events);
    assert_eq!(names(&found), ["map.provide-subscriber-info high"]);
    assert_eq!((found[0].outcome, found[0].count), (Outcome::Refused, 1));
}

/// Our VLR registers a guest; what comes back names nobody.
fn registration(visitor: &str, sender: &str) -> Events {
    let mut events = Events::new();
    let opening = Map { imsi: imsi(visitor, 1), ..invoke(2, "99901000020", A) };
    push(&mut events, 0.0, STP, OUT, opening);
    let insert = Map {
        message: "continue".into(),
        otid: Some("77".into()),
        dtid: Some("01".into()),
        ..invoke(7, sender, "99901000020")
    };
    push(&mut events, 0.1, OUT, STP, insert);
    events
}

#[test]
fn the_subscriber_may_stand_in_the_opening_message_or_an_earlier_component() {
    assert!(alerts(&registration("00102", A)).is_empty());
    assert_eq!(names(&alerts(&registration("00103", A))), ["map.insert-subscriber-data high"]);

    let mut events = Events::new();
    let first = Map { component_count: 2, ..about(56, A, imsi("00101", 1)) };
    let second = Map { component_index: 1, component_count: 2, ..invoke(3, A, HOME) };
    for map in [first, second] {
        push(&mut events, 0.0, OUT, STP, map);
        let frame = events.list[0].frame;
        events.list.last_mut().unwrap().frame = frame;
    }
    assert_eq!(names(&alerts(&events)), ["map.cancel-location critical"]);
}

#[test]
fn a_capture_that_begins_midway_is_a_gap() {
    let mut events = registration("00103", A);
    events.list.remove(0);
    assert!(alerts(&events).is_empty());
    let found = gaps(ID, network(), &events);
    assert_eq!(found.len(), 1);
    assert!(found[0].missing.contains("begins after"), "{found:?}");
    // A begin that names nobody.
    let nobody = one(about(3, A, None));
    assert_eq!(gaps(ID, network(), &nobody)[0].missing, "the subscriber of some operations");
}

#[test]
fn numbers_tell_the_country() {
    let number = |digits: &str| digits.parse().ok();
    let text = |calling, called: &str| Map { msisdn: number(called), ..about(61, calling, None) };
    // The number is of our country, the sender is not.
    assert_eq!(
        named(text("491711234567", "999~0000000000000001")),
        ["map.unstructured-ss-notify high"]
    );
    assert_eq!(
        named(text("491711234567", "44~0000000000000001")),
        ["map.unstructured-ss-notify medium"]
    );
    let same = one(text(A, "999~0000000000000001"));
    assert!(alerts(&same).is_empty());
    assert_eq!(gaps(ID, network(), &same).len(), 1);
    // Identities revealed.
    assert_eq!(named(text(A, "99901555000")), ["map.unstructured-ss-notify high"]);
}

#[test]
fn a_reset_comes_from_the_hlr_that_it_names() {
    let reset = |calling, hlr: &str| Map {
        addresses: vec![address("hlr-Number", hlr)],
        ..about(37, calling, None)
    };
    assert!(alerts(&one(reset(A, "99902000010"))).is_empty());
    assert!(alerts(&one(reset(HUB, "99902000010"))).is_empty());
    assert_eq!(named(reset(A, "99903000010")), ["map.reset high"]);
    assert_eq!(named(reset(A, "99901000010")), ["map.reset critical"]);
    assert_eq!(named(reset("88123000001", "88123000001")), ["map.reset medium"]);
}

#[test]
fn a_control_point_is_the_homes() {
    let profile = |calling, subscriber, scf: &str| Map {
        addresses: vec![address("gsmSCF-Address", scf)],
        ..about(7, calling, imsi(subscriber, 1))
    };
    assert!(alerts(&one(profile(A, "00102", "99902000040"))).is_empty());
    assert!(alerts(&one(profile(A, "00102", "99904000040"))).is_empty());
    // The category passes, the control point does not.
    let found = alerts(&one(profile(A, "00102", "88123000040")));
    assert_eq!(names(&found), ["control-point.foreign critical"]);
    assert_eq!(found[0].entities[..2], [format!("gt:{A}"), "gt:88123000040".to_owned()]);
    assert_eq!(named(profile(A, "00102", "99901000040")), ["control-point.foreign critical"]);
    assert_eq!(
        named(profile(A, "00101", "88123000040")),
        ["control-point.foreign critical", "map.insert-subscriber-data critical"]
    );
    // Without a description, countries.
    let drama = Map {
        addresses: vec![address("gsmSCF-Address", "12025550123")],
        ..invoke(7, "447700900123", "491711234567")
    };
    assert_eq!(names(&check(ID, &one(drama))), ["control-point.foreign high"]);
}

/// Our switch asks about the call of a subscriber who dialled a number of this country.
fn asked(subscriber: &str, dialled: &str, answer: Map) -> Events {
    let mut events = Events::new();
    let opening = Map {
        imsi: imsi(subscriber, 1),
        call: call(vec![party("calledPartyBCDNumber", dialled)]),
        ..cap_invoke(0, "99901000020", A)
    };
    push(&mut events, 0.0, STP, OUT, opening);
    let answer = Map {
        message: "continue".into(),
        otid: Some("77".into()),
        dtid: Some("01".into()),
        ..answer
    };
    push(&mut events, 0.1, OUT, STP, answer);
    events
}

#[test]
fn control_points_answer_and_do_not_begin() {
    let visited = "99901000020";
    for code in [20, 22, 31, 35, 62, 65, 66, 74, 75, 79] {
        let found = alerts(&one(cap_invoke(code, A, visited)));
        assert_eq!(names(&found), ["cap.instruction-in-begin critical"], "{code}");
    }
    assert!(alerts(&one(cap_invoke(41, A, visited))).is_empty());
    assert!(alerts(&one(cap_invoke(55, A, visited))).is_empty());
    assert!(alerts(&one(cap_invoke(0, A, visited))).is_empty());
    assert!(alerts(&one(cap_invoke(32, B, visited))).is_empty());
    assert_eq!(
        named(cap_invoke(32, A, visited)),
        ["cap.initiate-call-attempt-from-outside medium"]
    );

    assert!(alerts(&asked("00102", "44", cap_invoke(31, A, visited))).is_empty());
    assert_eq!(
        names(&alerts(&asked("00103", "44", cap_invoke(31, A, visited)))),
        ["cap.instruction high"]
    );
    assert_eq!(
        names(&alerts(&asked("00101", "44", cap_invoke(22, A, visited)))),
        ["cap.instruction critical"]
    );
    // The question was not seen.
    let mut events = asked("00101", "44", cap_invoke(22, A, visited));
    events.list.remove(0);
    assert!(alerts(&events).is_empty());
    assert_eq!(gaps(ID, network(), &events)[0].check, "cap.instruction");
}

#[test]
fn a_detour_through_a_third_country() {
    let connect = |country| Map {
        call: call(vec![party("destinationRoutingAddress", country)]),
        ..cap_invoke(20, A, "99901000020")
    };
    assert_eq!(
        names(&alerts(&asked("00102", "44", connect("7")))),
        ["cap.destination-in-third-country medium"]
    );
    // The dialled country, and the control point's own.
    assert!(alerts(&asked("00102", "44", connect("44"))).is_empty());
    assert!(alerts(&asked("00102", "44", connect("999"))).is_empty());
}

#[test]
fn without_a_description_countries_decide() {
    let map = |calling| Map { imsi: imsi("26299", 1), ..invoke(70, calling, "447700900123") };
    let found = check(ID, &one(map("79161234567")));
    assert_eq!(names(&found), ["map.provide-subscriber-info medium"]);
    assert!(found[0].confidence < 0.7);
    assert!(check(ID, &one(map("491711234567"))).is_empty());
    // Titles of one country: nothing says who is outside.
    let home = one(map("447700900456"));
    assert!(check(ID, &home).is_empty());
    assert_eq!(gaps(ID, Network::default(), &home).len(), 1);
}

#[test]
fn a_title_is_not_needed_where_the_link_or_the_point_code_speaks() {
    assert_eq!(named(about(3, "", imsi("00101", 1))), ["map.cancel-location critical"]);
    let mut events = Events::new();
    let map = between(2001, 1001, about(3, "", imsi("00101", 1)));
    events.push(0.0, STP, STP, event::Proto::Sctp, event::What::Map(Box::new(map)));
    events.list[0].ends = None;
    assert_eq!(names(&alerts(&events)), ["map.cancel-location critical"]);
}

#[test]
fn a_flood_of_openings_keeps_the_table_at_its_cap() {
    let mut detector = super::Ss7Category2::default();
    let scene = crate::Scene::new(network(), crate::Tuning::default());
    let mut findings = Vec::new();
    for n in 0..100_000_u32 {
        let otid = Some(format!("{n:08x}").as_str().into());
        let opening = Map { imsi: imsi("00102", 1), otid, ..invoke(2, "99901000020", A) };
        let events = one(opening);
        crate::Detector::on_event(&mut detector, &scene, &events.list[0], &mut findings);
    }
    let tables = crate::Detector::tables(&detector);
    assert!(tables.iter().all(|table| table.entries <= table.cap), "{tables:?}");
    assert!(findings.is_empty());
}
