//! Quiet, loud and boundary cases of `map-address-mismatch`.

use event::{Map, Outcome};
use network::Network;

use crate::detectors::ss7::tests_support::{
    A, B, HOME, HUB, OUT, STP, address, between, cap_invoke, invoke, network, one, push, reply,
};
use crate::tests_support::{Events, check, check_with, gaps, names};

const ID: &str = "map-address-mismatch";

/// Addresses of an argument by their roles.
type Named<'a> = &'a [(&'static str, &'a str)];

fn naming(opcode: i64, calling: &str, named: Named<'_>) -> Map {
    let addresses = named.iter().map(|(role, digits)| address(role, digits)).collect();
    Map { addresses, ..invoke(opcode, calling, HOME) }
}

fn found(map: Map) -> Vec<String> {
    names(&check_with(ID, network(), &one(map)))
}

#[test]
fn addresses_of_the_senders_network_and_of_its_hub_fit() {
    let quiet: [(i64, &str, Named); 9] = [
        (2, A, &[("msc-Number", "99902000020"), ("vlr-Number", "99902000021")]),
        (23, A, &[("sgsn-Number", "99902000022")]),
        // A hub's title, and a hub's message centre.
        (2, HUB, &[("msc-Number", "99902000020"), ("vlr-Number", "99902000020")]),
        (45, A, &[("serviceCentreAddress", "99904000030")]),
        // The home's own message centre, in a message from a mobile.
        (46, A, &[("serviceCentreAddressDA", "99901000030")]),
        // Whom the operation is about, or for.
        (4, A, &[("msc-Number", "99901000020")]),
        (3, A, &[("newMSC-Number", "99903000020")]),
        (7, A, &[("gsmSCF-Address", "99903000040")]),
        (71, A, &[("gsmSCF-Address", "99902000040")]),
    ];
    for (opcode, calling, named) in quiet {
        assert!(found(naming(opcode, calling, named)).is_empty(), "{opcode} {calling}");
    }
    // A national number says nothing.
    let mut map = naming(2, A, &[("vlr-Number", "99903000020")]);
    map.addresses[0].gt.nai = Some(2);
    assert!(found(map).is_empty());
}

#[test]
fn every_role_is_held_against_the_sender() {
    for (opcode, role, name) in [
        (2, "vlr-Number", "vlr"),
        (2, "msc-Number", "msc"),
        (23, "sgsn-Number", "sgsn"),
        (67, "vlr-Number", "vlr"),
        (71, "gsmSCF-Address", "gsmscf"),
        (62, "gsmSCF-Address", "gsmscf"),
        (65, "gsmSCF-Address", "gsmscf"),
        (45, "serviceCentreAddress", "service-centre"),
        (44, "serviceCentreAddressOA", "service-centre"),
        (22, "gmsc-OrGsmSCF-Address", "gateway"),
        (24, "ggsn-Number", "gateway"),
        (83, "mlc-Number", "gateway"),
        (85, "mlcNumber", "gateway"),
    ] {
        let map = naming(opcode, A, &[(role, "99903000020")]);
        assert_eq!(found(map), [format!("{name} high")], "{opcode}");
        let ours = naming(opcode, A, &[(role, "99901000020")]);
        assert_eq!(found(ours), [format!("{name} high")], "{opcode}");
    }
    let call =
        Map { addresses: vec![address("mscAddress", "99903000020")], ..cap_invoke(0, A, HOME) };
    assert_eq!(found(call), ["msc high"]);
    let both = naming(2, A, &[("msc-Number", "99902000020"), ("vlr-Number", "99903000020")]);
    let alerts = check_with(ID, network(), &one(both));
    assert_eq!(names(&alerts), ["vlr high"]);
    assert_eq!(alerts[0].entities[..2], [format!("gt:{A}"), "gt:99903000020".to_owned()]);
    assert!(alerts[0].decided_by.as_deref().unwrap().contains("Partner B"));
}

#[test]
fn nobodys_numbers_are_held_against_the_country() {
    // Of another country than the partner's title; the same country may be a range that is not described.
    assert_eq!(found(naming(2, A, &[("vlr-Number", "447700900020")])), ["vlr high"]);
    assert_eq!(found(naming(2, "447700900020", &[("vlr-Number", "12025550123")])), ["vlr medium"]);
    assert!(found(naming(2, "447700900020", &[("vlr-Number", "447911123456")])).is_empty());
    assert_eq!(found(naming(2, "88123000001", &[("vlr-Number", "99902000020")])), ["vlr high"]);
    // What a hub brings is its affair.
    assert_eq!(found(naming(2, HUB, &[("vlr-Number", "447700900020")])), ["vlr low"]);
}

#[test]
fn two_networks_in_one_location_update() {
    let hub = naming(2, HUB, &[("msc-Number", "99902000020"), ("vlr-Number", "99904000020")]);
    assert!(found(hub).is_empty());
    let text = "[home]\ngt_prefixes = [\"99901\"]\n\
                [[partner]]\nname = \"One\"\ngt_prefixes = [\"99902\"]\nhubs = [\"Hub\"]\n\
                [[partner]]\nname = \"Two\"\ngt_prefixes = [\"99903\"]\nhubs = [\"Hub\"]\n\
                [[partner]]\nname = \"Hub\"\ngt_prefixes = [\"99904\"]\n";
    let described = Network::parse(text, "network.toml").unwrap();
    let apart = naming(2, HUB, &[("msc-Number", "99902000020"), ("vlr-Number", "99903000020")]);
    assert_eq!(names(&check_with(ID, described, &one(apart))), ["msc-vlr high"]);
}

#[test]
fn the_link_and_the_point_code_are_the_titles_too() {
    let from = |src: &str, map: Map| {
        let mut events = Events::new();
        push(&mut events, 0.0, src, STP, map.clone());
        // Asked again, the answer is the same.
        push(&mut events, 1.0, src, STP, map);
        let alerts = check_with(ID, network(), &events);
        assert!(alerts.iter().all(|alert| alert.count == 2), "{alerts:?}");
        names(&alerts)
    };
    let b_link = "198.51.100.138:2905";
    assert!(from(OUT, invoke(2, A, HOME)).is_empty());
    assert!(from(b_link, invoke(2, B, HOME)).is_empty());
    assert!(from("203.0.113.10:2905", invoke(2, A, HOME)).is_empty());
    assert_eq!(from(OUT, invoke(2, B, HOME)), ["link high"]);
    assert_eq!(from(b_link, invoke(2, A, HOME)), ["link high"]);
    // A title of ours from outside.
    assert_eq!(from(OUT, invoke(2, "99901000020", HOME)), ["link high"]);
    // The adjacent node is ours, the point code tells.
    let inside = "192.0.2.11:2905";
    assert!(from(inside, between(4001, 1001, invoke(2, A, HOME))).is_empty());
    assert!(from(inside, between(1002, 1001, invoke(2, A, HOME))).is_empty());
    assert_eq!(from(inside, between(3001, 1001, invoke(2, A, HOME))), ["opc high"]);
    assert_eq!(from(inside, between(3001, 1001, invoke(2, "99901000020", HOME))), ["opc high"]);
    // Nobody's title over a partner's link: whose customer that is, is not described.
    assert!(from(OUT, invoke(2, "88123000001", HOME)).is_empty());
}

#[test]
fn the_outcome_is_told() {
    let mut events = one(naming(2, A, &[("vlr-Number", "99903000020")]));
    push(&mut events, 0.1, STP, OUT, Map { ..reply("returnResultLast", 1) });
    let alerts = check_with(ID, network(), &events);
    assert_eq!((alerts[0].outcome, alerts[0].count), (Outcome::Answered, 1));
}

#[test]
fn without_a_description_countries_decide() {
    let map = |vlr: &str| {
        let addresses = vec![address("vlr-Number", vlr)];
        Map { addresses, ..invoke(2, "447700900001", "491711234567") }
    };
    let alerts = check(ID, &one(map("79161234567")));
    assert_eq!(names(&alerts), ["vlr medium"]);
    assert!(alerts[0].confidence < 0.7);
    assert!(check(ID, &one(map("447700900020"))).is_empty());
    let home = Map {
        addresses: vec![address("vlr-Number", "447700900020")],
        ..invoke(2, "447700900001", "447700900002")
    };
    assert!(check(ID, &one(home.clone())).is_empty());
    assert_eq!(gaps(ID, Network::default(), &one(home)).len(), 1);
}
