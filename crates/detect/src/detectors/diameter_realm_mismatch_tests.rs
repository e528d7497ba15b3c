//! Quiet, loud and boundary cases of `diameter-realm-mismatch`.

use event::{Diameter, DiameterOthers};

use crate::detectors::diameter::testing::*;
use crate::tests_support::{Events, check, check_with, names};

const ID: &str = "diameter-realm-mismatch";

fn loud(events: &Events) -> Vec<String> {
    names(&check_with(ID, network(), events))
}

fn ulr(from: &str) -> Diameter {
    s6a(316, from, HOME, "00101")
}

#[test]
fn quiet_for_who_is_who_it_says() {
    let visited = |plmn: &str| plmn.parse().ok();
    for (way, message) in [
        ((A_DRA, DEA), Diameter { visited_plmn: visited("001-02"), ..ulr(A) }),
        ((A_DRA, DEA), ulr("EPC.mnc002.mcc001.3GPPnetwork.ORG.")),
        // A hub of partner B's, an MVNO behind its host, and both behind our own agent.
        ((HUB, DEA), Diameter { route_record: vec![format!("node.{B}")], ..ulr(B) }),
        ((A_DRA, DEA), Diameter { visited_plmn: visited("001-05"), ..ulr(A) }),
        (
            (DEA, HSS),
            Diameter { route_record: vec![format!("node.{A}"), format!("dea1.{HOME}")], ..ulr(A) },
        ),
        ((DEA, A_DRA), s6a(317, HOME, A, "00101")),
        ((A_DRA, DEA), Diameter { requested_vectors: Some(5), ..s6a(318, A, HOME, "00101") }),
        ((A_DRA, DEA), Diameter { serving_number: Some("99902000020".into()), ..ulr(A) }),
    ] {
        let mut events = one(way, message.clone());
        // Once more: what is familiar is not judged again.
        push(&mut events, 1.0, way, message);
        assert_eq!(loud(&events), [""; 0], "{:?}", events.list[0].what);
    }
}

#[test]
fn names_of_ours_from_outside() {
    for from in [HOME, "EPC.MNC001.mcc001.3gppnetwork.org.", "ims.mnc001.mcc001.3gppnetwork.org"] {
        let alerts = check_with(ID, network(), &one((A_DRA, DEA), s6a(319, from, HOME, "00101")));
        assert_eq!(names(&alerts), ["origin.own-identity critical"], "{from}");
        assert_eq!(alerts[0].entities[0], "ip:198.51.100.30");
    }
    // Only the host is ours.
    let host = Diameter { origin_host: Some(format!("hss1.{HOME}")), ..ulr(A) };
    assert_eq!(loud(&one((A_DRA, DEA), host)), ["origin.own-identity critical"]);
}

#[test]
fn parts_that_do_not_fit() {
    let visited = |plmn: &str| plmn.parse().ok();
    for (src, message, expected) in [
        (
            A_DRA,
            Diameter { origin_host: Some(format!("mme.{B}")), session_id: None, ..ulr(A) },
            vec!["origin.host-realm high"],
        ),
        (
            A_DRA,
            Diameter { origin_host: Some("edge.example".into()), session_id: None, ..ulr(A) },
            vec!["origin.host-realm low"],
        ),
        (A_DRA, Diameter { visited_plmn: visited("001-03"), ..ulr(A) }, vec!["visited-plmn high"]),
        (A_DRA, Diameter { visited_plmn: visited("001-77"), ..ulr(A) }, vec!["visited-plmn low"]),
        (
            A_DRA,
            Diameter { visited_plmn: visited("999-77"), ..ulr(A) },
            vec!["visited-plmn medium"],
        ),
        (A_DRA, s6a(316, A, HOME, "00103"), vec!["imsi.destination medium"]),
        (A_DRA, ulr(B), vec!["peer.origin high", "route-record low"]),
        (A_DRA, ulr(NOBODY), vec!["peer.origin low"]),
        (B_DRA, ulr(NOBODY), vec!["peer.origin high"]),
        (
            A_DRA,
            Diameter { session_id: Some(format!("mme.{B};1;2")), ..ulr(A) },
            vec!["session-id medium"],
        ),
        (
            A_DRA,
            Diameter { session_id: Some(format!("other.{A};1;2")), ..ulr(A) },
            vec!["session-id low"],
        ),
        (A_DRA, Diameter { session_id: Some("nonsense".into()), ..ulr(A) }, vec!["session-id low"]),
        (
            A_DRA,
            Diameter { route_record: vec![format!("dea1.{HOME}")], ..ulr(A) },
            vec!["route-record medium"],
        ),
        (A_DRA, Diameter { route_record: vec![format!("x.{A}"); 8], ..ulr(A) }, vec![]),
        (
            A_DRA,
            Diameter { route_record: vec![format!("x.{A}"); 9], ..ulr(A) },
            vec!["route-record low"],
        ),
        (HUB, ulr(B), vec!["route-record low"]),
        (A_DRA, s6a(316, A, A, "00102"), vec!["realms.equal low"]),
        (
            A_DRA,
            Diameter { requested_vectors: Some(6), ..s6a(318, A, HOME, "00101") },
            vec!["vectors low"],
        ),
        (
            A_DRA,
            Diameter { serving_number: Some("99903000020".into()), ..ulr(A) },
            vec!["serving-number medium"],
        ),
        (
            A_DRA,
            Diameter { destination_host: Some("hss1\u{0}.x".into()), ..ulr(A) },
            vec!["origin.syntax medium"],
        ),
        (A_DRA, ulr("epc.mnc002.mcc001.mnc003.3gppnetwork.org"), vec!["origin.syntax medium"]),
    ] {
        let text = format!("{message:?}");
        let found: Vec<String> = loud(&one((src, DEA), message))
            .into_iter()
            .filter(|one| !(one.starts_with("peer.origin") && text.contains("mnc003.3gpp")))
            .collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn what_stands_twice() {
    let twice = |others: DiameterOthers| {
        one((A_DRA, DEA), Diameter { others: Some(Box::new(others)), ..ulr(A) })
    };
    let imsi = twice(DiameterOthers { imsi: imsi("00102"), ..DiameterOthers::default() });
    assert_eq!(loud(&imsi), ["avp.duplicate critical"]);
    assert_eq!(names(&check(ID, &imsi)), ["avp.duplicate high"]);
    let host = twice(DiameterOthers { origin_host: Some("x".into()), ..DiameterOthers::default() });
    assert_eq!(loud(&host), ["avp.duplicate critical"]);
    let session =
        twice(DiameterOthers { session_id: Some("x".into()), ..DiameterOthers::default() });
    assert_eq!(loud(&session), ["avp.duplicate medium"]);
}

#[test]
fn redirects() {
    let redirected = |host: &str| {
        let asked = s6a(317, HOME, A, "00101");
        let mut events = one((DEA, A_DRA), asked.clone());
        let answer = Diameter {
            origin_host: Some(format!("mme.{A}")),
            origin_realm: Some(A.into()),
            redirect_host: Some(host.into()),
            ..answer(&asked, 1, 3006)
        };
        push(&mut events, 0.1, (A_DRA, DEA), answer);
        loud(&events)
    };
    assert_eq!(redirected("aaa://evil.example:3868;transport=tcp"), ["answer.redirect medium"]);
    assert_eq!(redirected(&format!("aaa://mme.{B}")), ["answer.redirect medium"]);
    assert_eq!(redirected(&format!("aaa://MME.{A}:3868")), [""; 0]);
}

#[test]
fn the_outcome_raises() {
    let asked = ulr(B);
    let mut events = one((A_DRA, DEA), asked.clone());
    let data = Diameter { returned: vec!["subscription".into()], ..answer(&asked, 1, 2001) };
    push(&mut events, 0.1, (DEA, A_DRA), data);
    assert_eq!(loud(&events), ["peer.origin critical", "route-record low"]);
}

#[test]
fn without_a_description_only_contradictions() {
    let host = Diameter { origin_host: Some(format!("mme.{B}")), session_id: None, ..ulr(A) };
    let alerts = check(ID, &one((A_DRA, DEA), host));
    assert_eq!(names(&alerts), ["origin.host-realm medium"]);
    assert!(alerts[0].confidence < 0.7);
    assert!(check(ID, &one((A_DRA, DEA), ulr(A))).is_empty());
    let lab = s6a(316, "localdomain", "localdomain", "00101");
    assert!(check(ID, &one((A_DRA, DEA), lab)).is_empty());
}
