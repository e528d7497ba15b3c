//! Quiet, loud and boundary cases of `diameter-category-1`.

use event::{Diameter, Level, Outcome};
use network::Network;

use super::CARD;
use crate::detectors::diameter::commands::S6A;
use crate::detectors::diameter::testing::*;
use crate::tests_support::{Events, check, check_with, gaps, names};
use crate::{Engine, Tuning};

const ID: &str = "diameter-category-1";
const SH: u32 = 16_777_217;

fn loud(events: &Events) -> Vec<String> {
    names(&check_with(ID, network(), events))
}

#[test]
fn quiet_for_roaming_contracts_and_home() {
    for (way, message) in [
        ((A_DRA, DEA), s6a(316, A, HOME, "00101")),
        ((A_DRA, DEA), s6a(318, A, HOME, "00101")),
        ((DEA, A_DRA), s6a(317, HOME, A, "00101")),
        ((DEA, HSS), request(SH, 306, HOME, HOME)),
        ((HSS, DEA), request(16_777_216, 303, HOME, HOME)),
        // Partner A's own contract, and that of partner B's hub.
        ((A_DRA, DEA), request(16_777_265, 303, A, HOME)),
        ((B_DRA, DEA), request(16_777_267, 272, B, HOME)),
        // On its way to somebody else.
        ((A_DRA, B_DRA), request(SH, 306, A, B)),
        // SMS over SGd, and the base protocol.
        ((A_DRA, DEA), request(16_777_313, 8_388_645, A, HOME)),
        ((A_DRA, DEA), Diameter { proxiable: false, ..request(0, 257, A, HOME) }),
        ((A_DRA, DEA), Diameter { proxiable: false, ..request(0, 280, A, HOME) }),
    ] {
        let code = message.command_code;
        assert_eq!(loud(&one(way, message)), [""; 0], "{code} {way:?}");
    }
}

#[test]
fn applications_that_never_cross() {
    for (application, code, check) in [
        (SH, 306, "diameter.sh high"),
        (16_777_216, 303, "diameter.cx high"),
        (16_777_238, 272, "diameter.gx high"),
        (16_777_252, 324, "diameter.s13 high"),
        (16_777_255, 8_388_620, "diameter.slg high"),
        (16_777_291, 8_388_622, "diameter.slh high"),
        (16_777_312, 8_388_647, "diameter.s6c high"),
        (16_777_302, 8_388_635, "application.never-crosses high"),
        (3, 271, "application.never-crosses high"),
        (4, 272, "application.by-contract medium"),
        (16_777_264, 268, "application.by-contract medium"),
        (99_999, 306, "application.unknown medium"),
        // A command under an application that does not have it.
        (S6A, 306, "command.not-of-application high"),
        (S6A, 8_388_645, "command.not-of-application medium"),
        (S6A, 777, "command.not-of-application medium"),
        (0, 319, "command.not-of-application high"),
        (0xffff_ffff, 306, "command.not-of-application high"),
        (SH, 999, "diameter.sh high"),
    ] {
        let events = one((B_DRA, DEA), request(application, code, B, HOME));
        assert_eq!(loud(&events), [check], "{application} {code}");
    }
    // Partner A may use SWx; partner B may not.
    let events = one((B_DRA, DEA), request(16_777_265, 303, B, HOME));
    assert_eq!(loud(&events), ["diameter.swx high"]);
    let relayed =
        Diameter { proxiable: false, route_record: vec!["x".into()], ..request(0, 257, B, HOME) };
    assert_eq!(loud(&one((B_DRA, DEA), relayed)), ["base.relayed medium"]);
}

#[test]
fn outcome_and_what_left() {
    let asked = Diameter { imsi: imsi("00101"), ..request(SH, 306, A, HOME) };
    let mut events = one((A_DRA, DEA), asked.clone());
    let data = Diameter {
        returned: vec!["user-data".into(), "location".into()],
        ..answer(&asked, 1, 2001)
    };
    push(&mut events, 0.1, (DEA, A_DRA), data);
    let alerts = check_with(ID, network(), &events);
    assert_eq!(names(&alerts), ["diameter.sh critical"]);
    assert_eq!((alerts[0].outcome, alerts[0].count), (Outcome::AnsweredWithData, 1));
    assert_eq!(alerts[0].returned, ["user-data", "location"]);
    assert_eq!(alerts[0].frames, [1, 2]);
    assert_eq!(alerts[0].entities[0], format!("host:node.{A}"));
    assert!(alerts[0].decided_by.as_deref().unwrap().contains("Partner A"), "{alerts:?}");

    let mut events = one((A_DRA, DEA), asked.clone());
    push(&mut events, 0.1, (DEA, A_DRA), answer(&asked, 1, 3007));
    let alerts = check_with(ID, network(), &events);
    assert_eq!(names(&alerts), ["diameter.sh high"]);
    assert_eq!(alerts[0].outcome, Outcome::Refused);
}

#[test]
fn spellings_and_relays_hide_nothing() {
    // Upper case, a trailing dot, an MNC of two digits; behind our own agent; under our own name.
    for (way, from) in [
        ((B_DRA, DEA), "EPC.MNC003.MCC001.3GPPNETWORK.ORG."),
        ((HUB, DEA), B),
        ((DEA, HSS), B),
        ((STRANGER, DEA), NOBODY),
        ((STRANGER, DEA), "evil.example"),
        ((STRANGER, DEA), HOME),
        // In partner A's name over somebody else's link: still Sh.
        ((STRANGER, DEA), A),
    ] {
        assert_eq!(loud(&one(way, request(SH, 306, from, HOME))), ["diameter.sh high"], "{from}");
    }
    // No names at all.
    let nameless = Diameter { origin_host: None, origin_realm: None, ..request(SH, 306, B, HOME) };
    assert_eq!(loud(&one((B_DRA, DEA), nameless)), ["diameter.sh high"]);
}

#[test]
fn without_a_description_realms_decide() {
    let alerts = check(ID, &one((A_DRA, DEA), request(SH, 306, A, HOME)));
    assert_eq!(names(&alerts), ["diameter.sh medium"]);
    assert!(alerts[0].confidence < 0.7);
    let same = one((A_DRA, DEA), request(SH, 306, HOME, HOME));
    assert!(check(ID, &same).is_empty());
    let lab = one((A_DRA, DEA), request(SH, 306, "localdomain", "localdomain"));
    assert!(check(ID, &lab).is_empty());
    assert_eq!(gaps(ID, Network::default(), &lab).len(), 1);
}

#[test]
fn the_configuration_changes_categories() {
    let mut tuning = Tuning::default();
    tuning.set_category("diameter.319", 1);
    tuning.set_category("diameter.16777217", 0);
    let run = |events: &Events| {
        let made = (crate::find(ID).unwrap().make)();
        let mut engine = Engine::with(network(), tuning.clone(), vec![made]);
        events.list.iter().for_each(|event| engine.on_event(event));
        engine.finish();
        names(&engine.alerts())
    };
    let idr = one((A_DRA, DEA), s6a(319, A, HOME, "00102"));
    assert_eq!(run(&idr), ["application.never-crosses high"]);
    assert_eq!(run(&one((A_DRA, DEA), request(SH, 306, A, HOME))), [""; 0]);
}

#[test]
fn a_flood_stays_within_its_table() {
    let mut events = Events::new();
    for n in 0..6_000u32 {
        let message = Diameter { hop_by_hop_id: n, end_to_end_id: n, ..request(SH, 306, A, HOME) };
        push(&mut events, f64::from(n) * 0.001, (A_DRA, DEA), message);
    }
    let made = (crate::find(ID).unwrap().make)();
    let mut engine = Engine::with(network(), Tuning::default(), vec![made]);
    events.list.iter().for_each(|event| engine.on_event(event));
    let tables = engine.tables();
    let table = tables.iter().find(|table| table.table == "diameter-category-1.pending").unwrap();
    assert_eq!((table.entries, table.evicted > 0), (4_096, true));
    assert_eq!(CARD.level, Level::Critical);
}
