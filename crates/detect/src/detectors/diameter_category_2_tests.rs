//! Quiet, loud and boundary cases of `diameter-category-2`.

use event::{Diameter, DiameterOthers, Outcome};
use network::Network;

use crate::detectors::diameter::commands::S6A;
use crate::detectors::diameter::testing::*;
use crate::tests_support::{Events, check, check_with, gaps, names};

const ID: &str = "diameter-category-2";

fn loud(events: &Events) -> Vec<String> {
    names(&check_with(ID, network(), events))
}

#[test]
fn quiet_for_the_real_home() {
    for (way, message) in [
        // Partner A cancels its roamer, in any spelling; an MVNO's host speaks for it; a hub relays.
        ((A_DRA, DEA), s6a(317, A, HOME, "00102")),
        ((A_DRA, DEA), s6a(319, "EPC.mnc002.mcc001.3GPPnetwork.org.", HOME, "00102")),
        ((A_DRA, DEA), s6a(320, A, HOME, "00105")),
        ((HUB, DEA), s6a(317, B, HOME, "00103")),
        ((A_DRA, DEA), Diameter { imsi: None, ..s6a(322, A, HOME, "00102") }),
        // A network that nobody described, about its own.
        ((HUB, DEA), s6a(317, NOBODY, HOME, "99999")),
        // Ours, to the networks that our subscribers visit.
        ((DEA, A_DRA), s6a(317, HOME, A, "00101")),
        ((HSS, DEA), s6a(319, HOME, A, "00101")),
        // Not category 2.
        ((A_DRA, DEA), s6a(316, A, HOME, "00101")),
        ((A_DRA, DEA), s6a(321, A, HOME, "00101")),
    ] {
        let code = message.command_code;
        assert_eq!(loud(&one(way, message)), [""; 0], "{code} {way:?}");
    }
}

#[test]
fn own_subscribers_are_nobody_elses() {
    for code in [317, 319, 320] {
        for (src, from) in
            [(A_DRA, A), (STRANGER, NOBODY), (STRANGER, "evil.example"), (B_DRA, HOME)]
        {
            let events = one((src, DEA), s6a(code, from, HOME, "00101"));
            assert_eq!(loud(&events), ["subscriber.own critical"], "{code} {from}");
        }
    }
    let events = one((A_DRA, DEA), s6a(317, A, HOME, "00101"));
    let alerts = check_with(ID, network(), &events);
    assert!(alerts[0].decided_by.as_deref().unwrap().contains("network.toml"), "{alerts:?}");
    assert_eq!(alerts[0].outcome, Outcome::Attempt);
}

#[test]
fn others_subscribers_are_their_homes() {
    for (src, from, plmn) in [
        (A_DRA, A, "00103"),
        (B_DRA, B, "00105"),
        (STRANGER, NOBODY, "00102"),
        (STRANGER, "evil.example", "00102"),
        (STRANGER, NOBODY, "99998"),
        (B_DRA, HOME, "00102"),
    ] {
        let events = one((src, DEA), s6a(319, from, HOME, plmn));
        assert_eq!(loud(&events), ["subscriber.foreign high"], "{from} {plmn}");
    }
    let asked = s6a(319, A, HOME, "00103");
    let mut events = one((A_DRA, DEA), asked.clone());
    let data = Diameter { returned: vec!["location".into()], ..answer(&asked, 1, 2001) };
    push(&mut events, 0.1, (DEA, A_DRA), data);
    let alerts = check_with(ID, network(), &events);
    assert_eq!(names(&alerts), ["subscriber.foreign critical"]);
    assert_eq!(alerts[0].returned, ["location"]);

    let mut events = one((A_DRA, DEA), asked.clone());
    push(&mut events, 0.1, (DEA, A_DRA), answer(&asked, 1, 5423));
    assert_eq!(loud(&events), ["subscriber.foreign high"]);
}

#[test]
fn a_second_identity_is_seen() {
    let others = DiameterOthers { imsi: imsi("00101"), ..DiameterOthers::default() };
    let message = Diameter { others: Some(Box::new(others)), ..s6a(319, A, HOME, "00102") };
    assert_eq!(loud(&one((A_DRA, DEA), message)), ["subscriber.own critical"]);
}

#[test]
fn location_from_the_right_home_is_low() {
    let flags = |flags| Diameter { command_flags: Some(flags), ..s6a(319, A, HOME, "00102") };
    assert_eq!(loud(&one((A_DRA, DEA), flags(0x18))), ["insert.location low"]);
    assert_eq!(loud(&one((A_DRA, DEA), flags(0x10))), ["insert.location low"]);
    assert_eq!(loud(&one((A_DRA, DEA), flags(0x07))), [""; 0]);
    let trace = Diameter { writes: vec!["trace".into()], ..s6a(319, A, HOME, "00102") };
    assert_eq!(loud(&one((A_DRA, DEA), trace)), ["insert.rewrite low"]);
}

#[test]
fn resets_and_short_messages() {
    let reset = |from| Diameter { imsi: None, ..s6a(322, from, HOME, "00102") };
    assert_eq!(loud(&one((STRANGER, DEA), reset("evil.example"))), ["reset.stranger high"]);
    assert_eq!(loud(&one((STRANGER, DEA), reset(HOME))), ["reset.stranger high"]);
    // Contracts differ about SGd: medium at most.
    let tfr = Diameter { imsi: imsi("00101"), ..request(16_777_313, 8_388_646, A, HOME) };
    assert_eq!(loud(&one((A_DRA, DEA), tfr)), ["subscriber.own medium"]);
    // No identity: not judged, and said.
    let nameless = one((A_DRA, DEA), request(S6A, 317, A, HOME));
    assert_eq!(loud(&nameless), [""; 0]);
    assert_eq!(gaps(ID, network(), &nameless).len(), 1);
}

#[test]
fn without_a_description_networks_in_names_decide() {
    let events = one((A_DRA, DEA), s6a(317, A, HOME, "00101"));
    let alerts = check(ID, &events);
    assert_eq!(names(&alerts), ["subscriber.foreign high"]);
    assert!(alerts[0].confidence < 0.7);
    let hosted = one((A_DRA, DEA), s6a(317, A, HOME, "00107"));
    assert_eq!(names(&check(ID, &hosted)), ["subscriber.foreign medium"]);
    for message in [s6a(317, A, HOME, "00102"), s6a(317, "lab", "lab", "00101")] {
        assert!(check(ID, &one((A_DRA, DEA), message)).is_empty());
    }
    let lab = one((A_DRA, DEA), s6a(317, "lab", "lab", "00101"));
    assert_eq!(gaps(ID, Network::default(), &lab).len(), 1);
}
