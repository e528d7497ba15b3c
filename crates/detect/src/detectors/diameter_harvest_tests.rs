//! Quiet, loud and boundary cases of `diameter-harvest`.

use event::{Diameter, DiameterOthers, Outcome};

use crate::detectors::category_3::tests_support::{asked, described, s6a};
use crate::tests_support::{Events, check, check_with, names};

const ID: &str = "diameter-harvest";
const FRANCE: &str = "208-98";
const DATA: Option<Outcome> = Some(Outcome::AnsweredWithData);

fn spread(number: u64) -> Option<event::Subscriber> {
    format!("23499~{:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).parse().ok()
}

fn request(command: u32, number: u64) -> Diameter {
    Diameter { imsi: spread(number), ..s6a(command, FRANCE, number) }
}

fn judged(events: &Events) -> Vec<String> {
    names(&check_with(ID, described(), events))
}

fn later(events: &mut Events) {
    asked(events, 90_000.0, request(316, 999_999), None);
}

#[test]
fn vectors_without_registration() {
    let loud = |count: u64, registered: u64| {
        let mut events = Events::new();
        for number in 0..count {
            asked(&mut events, number as f64, request(318, number), DATA);
            if number < registered {
                asked(&mut events, number as f64 + 0.5, request(316, number), DATA);
            }
        }
        later(&mut events);
        check_with(ID, described(), &events)
    };
    let alerts = loud(25, 0);
    assert_eq!(names(&alerts), ["vectors.unregistered high"]);
    assert_eq!(alerts[0].outcome, Outcome::AnsweredWithData);
    assert_eq!(alerts[0].entities[0], "host:mme1.epc.mnc098.mcc208.3gppnetwork.org");
    assert_eq!(loud(17, 0).len(), 0);
    assert_eq!(loud(200, 200).len(), 0);
    assert_eq!(loud(200, 30).len(), 0);
}

#[test]
fn hosts_that_change_their_names() {
    let mut events = Events::new();
    for number in 0..60 {
        let ask = request(318, number);
        let host = format!("MME{number}.epc.mnc098.mcc208.3gppnetwork.org");
        asked(&mut events, number as f64, Diameter { origin_host: Some(host), ..ask }, None);
    }
    later(&mut events);
    let alerts = check_with(ID, described(), &events);
    assert_eq!(names(&alerts), ["vectors.unregistered high"]);
    assert!(alerts[0].signature.contains("hosts of realm"), "{:?}", alerts[0]);
}

#[test]
fn users_that_nobody_knows() {
    let mut events = Events::new();
    for number in 0..60 {
        let ask = request(318, number);
        let answer = Diameter {
            request: false,
            request_frame: Some(events.list.len() as u64 + 1),
            experimental_result_code: Some(5_001),
            outcome: Some(Outcome::Refused),
            ..ask.clone()
        };
        asked(&mut events, number as f64, ask, None);
        let what = event::What::Diameter(Box::new(answer));
        events.push(
            number as f64 + 0.1,
            "192.0.2.30:3868",
            "198.51.100.30:3868",
            event::Proto::Sctp,
            what,
        );
        asked(&mut events, number as f64 + 0.2, request(316, number), None);
    }
    later(&mut events);
    assert_eq!(judged(&events), ["subscribers.unknown high"]);
}

#[test]
fn questions_of_other_interfaces() {
    let loud = |count: u64, plmn: &str| {
        let mut events = Events::new();
        for number in 0..count {
            let ask = Diameter { application_id: 16_777_217, ..s6a(306, plmn, number) };
            let ask = Diameter { imsi: spread(number), ..ask };
            asked(&mut events, number as f64, ask, DATA);
        }
        later(&mut events);
        judged(&events)
    };
    assert_eq!(loud(12, FRANCE), ["questions.bulk high"]);
    assert_eq!(loud(8, FRANCE), Vec::<String>::new());
    assert_eq!(loud(12, "234-99"), Vec::<String>::new());
}

#[test]
fn without_a_description() {
    let mut events = Events::new();
    for number in 0..30 {
        asked(&mut events, number as f64, request(318, number), DATA);
    }
    later(&mut events);
    let alerts = check(ID, &events);
    assert_eq!(names(&alerts), ["vectors.unregistered medium"]);
    assert!(alerts[0].confidence <= 0.7);
}

#[test]
fn the_second_of_two_names_counts() {
    let mut events = Events::new();
    for number in 0..30 {
        // The first name is always the same, and innocent.
        let others = DiameterOthers { imsi: request(318, number).imsi, ..Default::default() };
        let ask = Diameter { others: Some(Box::new(others)), ..request(318, 1) };
        asked(&mut events, number as f64, ask, DATA);
    }
    later(&mut events);
    assert_eq!(judged(&events), ["vectors.unregistered high"]);
}
