//! Quiet, loud and boundary cases of `diameter-category-3`.

use event::{AvpCode, Diameter, Outcome};

use crate::detectors::category_3::tests_support::{asked, described, s6a, session};
use crate::tests_support::{Events, check, check_with, gaps, names};

const ID: &str = "diameter-category-3";
const HOUR: f64 = 3_600.0;
const DATA: Option<Outcome> = Some(Outcome::AnsweredWithData);
const YES: Option<Outcome> = Some(Outcome::Answered);
const NO: Option<Outcome> = Some(Outcome::Refused);
const FRANCE: &str = "208-98";
const AMERICA: &str = "310-980";

fn judged(events: &Events) -> Vec<String> {
    names(&check_with(ID, described(), events))
}

#[test]
fn too_far_too_fast() {
    let after = |outcome| {
        let mut events = Events::new();
        asked(&mut events, 0.0, s6a(316, FRANCE, 1), DATA);
        asked(&mut events, 600.0, s6a(316, AMERICA, 1), outcome);
        check_with(ID, described(), &events)
    };
    let alerts = after(None);
    assert_eq!(names(&alerts), ["place.velocity medium"]);
    assert_eq!(alerts[0].entities[0], "host:mme1.epc.mnc980.mcc310.3gppnetwork.org");
    assert_eq!(names(&after(NO)), ["place.velocity medium"]);
    let alerts = after(DATA);
    assert_eq!(names(&alerts), ["place.velocity high"]);
    assert_eq!(alerts[0].outcome, Outcome::AnsweredWithData);
}

#[test]
fn vectors_then_the_subscriber_is_still_there() {
    let mut events = Events::new();
    asked(&mut events, 0.0, s6a(316, FRANCE, 1), DATA);
    asked(&mut events, 600.0, s6a(318, AMERICA, 1), DATA);
    asked(&mut events, 601.0, s6a(316, AMERICA, 1), DATA);
    session(&mut events, 900.0, "198.51.100.20", FRANCE, 1);
    let judged = judged(&events);
    assert!(judged.contains(&"place.ping-pong critical".to_owned()), "{judged:?}");
    assert!(judged.contains(&"place.velocity high".to_owned()), "{judged:?}");
}

#[test]
fn quiet_for_travel_and_for_tidying_up() {
    let mut events = Events::new();
    asked(&mut events, 0.0, s6a(318, FRANCE, 1), DATA);
    asked(&mut events, 1.0, s6a(316, FRANCE, 1), DATA);
    asked(&mut events, 9.0 * HOUR, s6a(318, AMERICA, 1), DATA);
    asked(&mut events, 9.0 * HOUR + 1.0, s6a(316, AMERICA, 1), DATA);
    session(&mut events, 9.0 * HOUR + 3.0, "198.51.100.148", AMERICA, 1);
    asked(&mut events, 30.0 * HOUR, s6a(321, FRANCE, 1), YES);
    asked(&mut events, 31.0 * HOUR, s6a(323, AMERICA, 1), YES);
    assert_eq!(judged(&events), Vec::<String>::new());
    assert_eq!(check(ID, &events).len(), 0);
}

#[test]
fn purges_and_notifications_of_others() {
    let after = |request: Diameter, outcome| {
        let mut events = Events::new();
        asked(&mut events, 0.0, s6a(316, FRANCE, 1), DATA);
        asked(&mut events, 10.0 * HOUR, request, outcome);
        judged(&events)
    };
    assert_eq!(after(s6a(321, AMERICA, 1), None), ["purge.elsewhere medium"]);
    assert_eq!(after(s6a(321, AMERICA, 1), YES), ["purge.elsewhere high"]);
    assert_eq!(after(s6a(323, AMERICA, 1), None), ["service.elsewhere medium"]);
    // A new gateway for the subscriber's traffic is a sign of its own.
    let gateway = Diameter { avps: vec![AvpCode { vendor: 0, code: 486 }], ..s6a(323, AMERICA, 1) };
    assert_eq!(after(gateway, None), ["service.elsewhere high"]);
    // Another host of the serving network.
    let other = Diameter { origin_host: Some("mme2.example".into()), ..s6a(321, FRANCE, 1) };
    assert_eq!(after(other, YES), ["purge.other-node low"]);
    let shouted = Diameter {
        origin_host: Some("mme1.EPC.mnc098.mcc208.3gppnetwork.org".into()),
        ..s6a(321, FRANCE, 1)
    };
    assert_eq!(after(shouted, YES), Vec::<String>::new());
}

#[test]
fn vectors_that_nobody_used() {
    let mut events = Events::new();
    asked(&mut events, 0.0, s6a(316, FRANCE, 1), DATA);
    asked(&mut events, 20.0 * HOUR, s6a(318, AMERICA, 1), DATA);
    asked(&mut events, 21.0 * HOUR, s6a(316, FRANCE, 7), DATA);
    assert_eq!(judged(&events), ["vectors.unused medium"]);
}

#[test]
fn a_session_that_contradicts_the_registration() {
    let mut events = Events::new();
    asked(&mut events, 0.0, s6a(316, FRANCE, 1), DATA);
    session(&mut events, 300.0, "198.51.100.148", AMERICA, 1);
    assert_eq!(judged(&events), ["place.velocity high"]);
    let mut fine = Events::new();
    asked(&mut fine, 0.0, s6a(316, FRANCE, 1), DATA);
    session(&mut fine, 300.0, "198.51.100.20", FRANCE, 1);
    assert_eq!(judged(&fine), Vec::<String>::new());
}

#[test]
fn a_network_that_nobody_lists_and_the_first_sight() {
    let mut events = Events::new();
    asked(&mut events, 0.0, s6a(318, "420-97", 1), None);
    assert_eq!(judged(&events), ["sender.unlisted medium"]);
    let mut first = Events::new();
    asked(&mut first, 0.0, s6a(316, FRANCE, 1), None);
    assert_eq!(judged(&first), Vec::<String>::new());
    let missing = gaps(ID, described(), &first);
    assert!(missing.iter().any(|gap| gap.check == "place.velocity"), "{missing:?}");
}

#[test]
fn without_a_description_countries_decide() {
    let mut events = Events::new();
    asked(&mut events, 0.0, s6a(316, FRANCE, 1), DATA);
    asked(&mut events, 600.0, s6a(316, AMERICA, 1), DATA);
    let alerts = check(ID, &events);
    assert_eq!(names(&alerts), ["place.velocity medium"]);
    assert!(alerts[0].confidence <= 0.7);
}
