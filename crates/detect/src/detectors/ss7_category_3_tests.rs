//! Quiet, loud and boundary cases of `ss7-category-3`.

use event::{Map, Outcome};
use network::Network;

use crate::detectors::category_3::tests_support::{
    AMERICA, FRANCE, FRANCE2, GERMANY, HLR, OURS, asked, described, s6a, session,
};
use crate::detectors::ss7::tests_support::{OUT, STP, address, imsi, invoke, push, reply};
use crate::tests_support::{Events, check, check_with, gaps, names};

const ID: &str = "ss7-category-3";
const HOUR: f64 = 3_600.0;

/// How a request ends.
#[derive(Clone, Copy)]
enum End {
    Granted,
    Data,
    Refused,
    Nothing,
}

/// An operation for our subscriber of this number; returns the frame of the invoke.
fn operation(
    events: &mut Events,
    secs: f64,
    opcode: i64,
    from: &str,
    number: u64,
    end: End,
) -> u64 {
    let otid = format!("{:04x}", events.list.len());
    let role = match opcode {
        2 | 57 | 67 => Some("vlr-Number"),
        23 => Some("sgsn-Number"),
        _ => None,
    };
    let map = Map {
        otid: Some(otid.as_str().into()),
        imsi: imsi(OURS, number),
        addresses: role.map(|role| address(role, from)).into_iter().collect(),
        ..invoke(opcode, from, HLR)
    };
    push(events, secs, OUT, STP, map);
    let frame = events.list.len() as u64;
    let component = match end {
        End::Granted | End::Data => "returnResultLast",
        End::Refused => "returnError",
        End::Nothing => return frame,
    };
    let answer = Map {
        dtid: Some(otid.as_str().into()),
        opcode: Some(opcode),
        returned: match end {
            End::Data => vec!["authentication-vectors".into()],
            _ => Vec::new(),
        },
        ..reply(component, frame)
    };
    push(events, secs + 0.1, STP, OUT, answer);
    frame
}

fn registered(events: &mut Events, secs: f64, from: &str) {
    operation(events, secs, 2, from, 1, End::Granted);
}

fn judged(events: &Events) -> Vec<String> {
    names(&check_with(ID, described(), events))
}

#[test]
fn too_far_too_fast() {
    let mut events = Events::new();
    registered(&mut events, 0.0, FRANCE);
    operation(&mut events, 600.0, 2, AMERICA, 1, End::Nothing);
    let alerts = check_with(ID, described(), &events);
    assert_eq!(names(&alerts), ["place.velocity medium"]);
    assert_eq!(alerts[0].entities[0], format!("gt:{AMERICA}"));
    assert!(alerts[0].decided_by.as_deref().unwrap().contains("America"), "{:?}", alerts[0]);
    assert!(alerts[0].frames.contains(&1) && alerts[0].frames.contains(&3), "{:?}", alerts[0]);

    // Answered, it moved the subscriber; refused, it did not.
    let mut granted = Events { list: events.list[..2].to_vec() };
    operation(&mut granted, 600.0, 2, AMERICA, 1, End::Granted);
    assert_eq!(judged(&granted), ["place.velocity high"]);
    let mut refused = Events { list: events.list[..2].to_vec() };
    operation(&mut refused, 600.0, 2, AMERICA, 1, End::Refused);
    let alerts = check_with(ID, described(), &refused);
    assert_eq!(names(&alerts), ["place.velocity medium"]);
    assert_eq!(alerts[0].outcome, Outcome::Refused);
    // What was refused taught nothing: the next one from France is no surprise.
    operation(&mut refused, 700.0, 56, FRANCE, 1, End::Data);
    assert_eq!(judged(&refused), ["place.velocity medium"]);
}

#[test]
fn vectors_taken_from_afar() {
    let mut events = Events::new();
    registered(&mut events, 0.0, FRANCE);
    operation(&mut events, 600.0, 56, AMERICA, 1, End::Data);
    let alerts = check_with(ID, described(), &events);
    assert_eq!(names(&alerts), ["place.velocity high"]);
    assert_eq!(alerts[0].returned, ["authentication-vectors"]);
    // And the subscriber is still where it was: that was somebody else.
    let mut moved = Events { list: events.list.clone() };
    operation(&mut moved, 610.0, 2, AMERICA, 1, End::Granted);
    operation(&mut moved, 900.0, 2, FRANCE, 1, End::Granted);
    let judged = judged(&moved);
    assert!(judged.contains(&"place.ping-pong critical".to_owned()), "{judged:?}");
}

#[test]
fn quiet_for_travel() {
    let mut flight = Events::new();
    registered(&mut flight, 0.0, FRANCE);
    operation(&mut flight, 8.0 * HOUR, 56, AMERICA, 1, End::Data);
    operation(&mut flight, 8.0 * HOUR + 3.0, 2, AMERICA, 1, End::Granted);
    // The network left behind tidies up a day later.
    operation(&mut flight, 32.0 * HOUR, 67, FRANCE, 1, End::Granted);
    assert_eq!(judged(&flight), Vec::<String>::new());

    // Border cells, by turns, vectors of which nothing came, and calls.
    let mut border = Events::new();
    registered(&mut border, 0.0, FRANCE);
    for n in 1..9 {
        let from = if n % 2 == 0 { FRANCE } else { GERMANY };
        operation(&mut border, f64::from(n) * 120.0, 56, from, 1, End::Data);
        if n % 3 == 0 {
            operation(&mut border, f64::from(n) * 120.0 + 2.0, 2, from, 1, End::Granted);
        }
    }
    operation(&mut border, HOUR, 59, GERMANY, 1, End::Data);
    assert_eq!(judged(&border), Vec::<String>::new());

    // One country, two domains, two nodes.
    let mut one = Events::new();
    registered(&mut one, 0.0, FRANCE);
    operation(&mut one, 2.0, 23, FRANCE2, 1, End::Granted);
    operation(&mut one, 60.0, 56, "33611111111", 2, End::Data);
    session(&mut one, 90.0, "198.51.100.20", "208-01", 1);
    assert_eq!(check(ID, &one).len(), 0);
}

#[test]
fn the_first_sight_gives_nothing_and_says_so() {
    let mut events = Events::new();
    for number in 0..20 {
        operation(&mut events, 1.0, 2, AMERICA, number, End::Nothing);
    }
    assert_eq!(judged(&events), Vec::<String>::new());
    let missing = gaps(ID, described(), &events);
    assert!(missing.iter().any(|gap| gap.missing.contains("earlier place")), "{missing:?}");
}

#[test]
fn the_speed_limit_is_a_limit() {
    // Paris to the nearest of America is as far as the table says; the limit lies between these two times.
    let network = described();
    let (france, america) = (network.network_of_gt(FRANCE), network.network_of_gt(AMERICA));
    let km = network.apart_km(france, america).unwrap();
    for (factor, loud) in [(0.98, true), (1.02, false)] {
        let mut events = Events::new();
        registered(&mut events, 0.0, FRANCE);
        operation(&mut events, (km / 1_000.0 * HOUR * factor).round(), 2, AMERICA, 1, End::Granted);
        assert_eq!(!judged(&events).is_empty(), loud, "{factor}");
    }
}

#[test]
fn vectors_that_nobody_used() {
    let loud = |ask: f64, register: Option<(f64, &str)>| {
        let mut events = Events::new();
        registered(&mut events, 0.0, FRANCE);
        operation(&mut events, ask, 56, AMERICA, 1, End::Data);
        if let Some((after, from)) = register {
            operation(&mut events, ask + after, 2, from, 1, End::Refused);
        }
        operation(&mut events, ask + 2_000.0, 2, FRANCE, 99, End::Nothing);
        judged(&events)
    };
    assert_eq!(loud(20.0 * HOUR, None), ["vectors.unused medium"]);
    // Used in time, even if it was refused; and too late.
    assert_eq!(loud(20.0 * HOUR, Some((299.0, AMERICA))), Vec::<String>::new());
    assert_eq!(loud(20.0 * HOUR, Some((301.0, AMERICA))), ["vectors.unused medium"]);
    // A capture that ends before the time is up cannot tell.
    let mut short = Events::new();
    registered(&mut short, 0.0, FRANCE);
    operation(&mut short, 20.0 * HOUR, 56, AMERICA, 1, End::Data);
    assert_eq!(judged(&short), Vec::<String>::new());
    // Where it registers in LTE instead, it is the same network.
    let mut lte = Events::new();
    registered(&mut lte, 0.0, FRANCE);
    operation(&mut lte, 20.0 * HOUR, 56, AMERICA, 1, End::Data);
    asked(&mut lte, 20.0 * HOUR + 5.0, s6a(316, "310-980", 1), Some(Outcome::AnsweredWithData));
    operation(&mut lte, 21.0 * HOUR, 2, FRANCE, 99, End::Nothing);
    assert_eq!(judged(&lte), Vec::<String>::new());
}

#[test]
fn purges_and_services_of_others() {
    let after = |opcode, from, end| {
        let mut events = Events::new();
        registered(&mut events, 0.0, FRANCE);
        operation(&mut events, 6.0 * HOUR, opcode, from, 1, end);
        judged(&events)
    };
    assert_eq!(after(67, AMERICA, End::Nothing), ["purge.elsewhere medium"]);
    assert_eq!(after(67, AMERICA, End::Granted), ["purge.elsewhere high"]);
    assert_eq!(after(67, FRANCE, End::Granted), Vec::<String>::new());
    assert_eq!(after(67, FRANCE2, End::Granted), ["purge.other-node low"]);
    assert_eq!(after(59, AMERICA, End::Nothing), ["service.elsewhere medium"]);
    assert_eq!(after(10, AMERICA, End::Nothing), ["service.elsewhere high"]);
    assert_eq!(after(59, FRANCE, End::Granted), Vec::<String>::new());
    // The home asks the register where the subscriber is: whether the answer names the node or not, it may purge.
    for role in ["vlr-number", ""] {
        let mut asks = Events::new();
        registered(&mut asks, 0.0, FRANCE);
        let question =
            Map { otid: Some("00aa".into()), imsi: imsi(OURS, 1), ..invoke(70, HLR, FRANCE) };
        push(&mut asks, 5.0, STP, OUT, question);
        let found = Map {
            dtid: Some("00aa".into()),
            opcode: Some(70),
            addresses: Some(role)
                .filter(|role| !role.is_empty())
                .map(|role| address(role, FRANCE))
                .into_iter()
                .collect(),
            details: Some(Box::new(event::MapDetails {
                location_plmn: Some("208-01".parse().unwrap()),
                ..event::MapDetails::default()
            })),
            ..reply("returnResultLast", asks.list.len() as u64)
        };
        push(&mut asks, 5.1, OUT, STP, found);
        operation(&mut asks, 6.0 * HOUR, 67, FRANCE, 1, End::Granted);
        assert_eq!(judged(&asks), Vec::<String>::new(), "{role}");
    }
    // A place that nothing confirmed for long says nothing.
    let mut stale = Events::new();
    registered(&mut stale, 0.0, FRANCE);
    operation(&mut stale, 73.0 * HOUR, 67, AMERICA, 1, End::Granted);
    assert_eq!(judged(&stale), Vec::<String>::new());
}

#[test]
fn a_network_that_nobody_lists() {
    let mut events = Events::new();
    operation(&mut events, 0.0, 56, "96600000001", 1, End::Nothing);
    assert_eq!(judged(&events), ["sender.unlisted medium"]);
    let mut given = Events::new();
    operation(&mut given, 0.0, 56, "96600000001", 1, End::Data);
    assert_eq!(judged(&given), ["sender.unlisted high"]);
    // Far as well, it is a second sign.
    let mut far = Events::new();
    registered(&mut far, 0.0, FRANCE);
    operation(&mut far, 60.0, 2, "96600000001", 1, End::Nothing);
    assert_eq!(judged(&far), ["place.velocity high"]);
}

#[test]
fn hubs_hosts_and_places_without_a_position() {
    let mut events = Events::new();
    registered(&mut events, 0.0, FRANCE);
    // The hub asks under its own title; a virtual operator's host speaks for it; test networks are nowhere.
    operation(&mut events, 60.0, 56, "61999040001", 1, End::Data);
    operation(&mut events, 0.0, 2, "61499990020", 2, End::Granted);
    operation(&mut events, 60.0, 56, AMERICA, 2, End::Data);
    assert_eq!(judged(&events), Vec::<String>::new());
    operation(&mut events, 120.0, 2, "99902000020", 1, End::Granted);
    assert_eq!(judged(&events), Vec::<String>::new());
    let missing = gaps(ID, described(), &events);
    assert!(missing.iter().any(|gap| gap.missing.contains("position")), "{missing:?}");
}

#[test]
fn protocols_share_the_memory() {
    // LTE in America, then a switch in France; and a session that contradicts a registration by MAP.
    let mut events = Events::new();
    asked(&mut events, 0.0, s6a(316, "310-980", 1), Some(Outcome::AnsweredWithData));
    operation(&mut events, 300.0, 2, FRANCE, 1, End::Nothing);
    assert_eq!(judged(&events), ["place.velocity high"]);
    let mut session_elsewhere = Events::new();
    registered(&mut session_elsewhere, 0.0, FRANCE);
    session(&mut session_elsewhere, 300.0, "198.51.100.148", "310-980", 1);
    let alerts = check_with(ID, described(), &session_elsewhere);
    assert_eq!(names(&alerts), ["place.velocity high"]);
    assert_eq!(alerts[0].entities[0], "ip:198.51.100.148");
}

#[test]
fn without_a_description_countries_decide() {
    let mut events = Events::new();
    registered(&mut events, 0.0, FRANCE);
    operation(&mut events, 600.0, 2, AMERICA, 1, End::Granted);
    let alerts = check(ID, &events);
    assert_eq!(names(&alerts), ["place.velocity medium"]);
    assert!(alerts[0].confidence <= 0.7, "{}", alerts[0].confidence);
    let mut two = Events::new();
    asked(&mut two, 0.0, s6a(316, "310-980", 1), Some(Outcome::AnsweredWithData));
    operation(&mut two, 600.0, 2, FRANCE, 1, End::Granted);
    assert_eq!(names(&check(ID, &two)), ["place.velocity high"]);
}

#[test]
fn a_retransmission_is_nothing_new() {
    let mut events = Events::new();
    registered(&mut events, 0.0, FRANCE);
    operation(&mut events, 600.0, 2, AMERICA, 1, End::Nothing);
    operation(&mut events, 601.0, 2, AMERICA, 1, End::Nothing);
    if let event::What::Map(map) = &mut events.list[3].what {
        map.duplicate = true;
    }
    let alerts = check_with(ID, described(), &events);
    assert_eq!((alerts.len(), alerts[0].count), (1, 1));
}

#[test]
fn a_flood_finds_its_bounds() {
    let mut events = Events::new();
    for number in 0..6_000 {
        operation(&mut events, 0.0, 4, "447700900010", number, End::Nothing);
    }
    for event in &mut events.list {
        if let event::What::Map(map) = &mut event.what {
            map.called = crate::detectors::ss7::tests_support::gt(FRANCE);
        }
    }
    for number in 0..6_000 {
        operation(&mut events, 20.0 * HOUR, 56, AMERICA, number, End::Nothing);
        operation(&mut events, 20.0 * HOUR, 67, AMERICA, number, End::Nothing);
    }
    let mut engine = crate::Engine::with(
        Network::default(),
        crate::Tuning::default(),
        vec![(crate::find(ID).unwrap().make)()],
    );
    events.list.iter().for_each(|event| engine.on_event(event));
    for table in engine.tables() {
        assert!(table.entries <= table.cap, "{table:?}");
    }
}
