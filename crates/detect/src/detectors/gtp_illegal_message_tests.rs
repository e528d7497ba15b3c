//! Quiet, loud and boundary cases of `gtp-illegal-message`.

use event::{Anomaly, Fteid, Gtp, Outcome, Pfcp, Proto, Subscriber, What};
use network::Network;

use crate::detectors::sides::test_network;
use crate::tests_support::{Events, check, check_with, gaps, names, path};

const ID: &str = "gtp-illegal-message";
const A: &str = "198.51.100.20:2123";
const GGSN: &str = "192.0.2.20:2123";

fn message(version: u8, message_type: u8) -> Gtp {
    Gtp { version, message_type, message: "SGSN Context Request".into(), ..Gtp::default() }
}

fn found(src: &str, dest: &str, gtp: Gtp) -> Vec<String> {
    let mut events = Events::new();
    events.gtp(0.0, src, dest, gtp);
    names(&check_with(ID, test_network(), &events))
}

#[test]
fn what_roaming_carries() {
    for (version, message_type) in
        [(1, 1), (1, 16), (1, 20), (1, 31), (1, 128), (2, 32), (2, 34), (2, 66), (2, 101), (0, 1)]
    {
        assert_eq!(found(A, GGSN, message(version, message_type)), [""; 0], "{message_type}");
    }
    for message_type in [26, 254] {
        let gtp = Gtp { user_plane: true, ..message(1, message_type) };
        assert_eq!(found("198.51.100.20:2152", "192.0.2.20:2152", gtp), [""; 0]);
    }
}

#[test]
fn what_it_does_not() {
    let unknown = Gtp { message: "unknown".into(), ..message(2, 250) };
    for (gtp, expected) in [
        (message(1, 50), "interface.internal high"),
        (message(1, 32), "interface.internal high"),
        (message(2, 130), "interface.internal high"),
        (message(2, 170), "interface.internal high"),
        (message(1, 240), "interface.charging high"),
        (Gtp { prime: true, ..message(2, 4) }, "interface.charging high"),
        (message(1, 26), "interface.user-plane high"),
        (unknown, "type.unassigned high"),
        (message(1, 22), "type.by-agreement low"),
        (message(0, 16), "version.0 high"),
        (message(2, 95), "direction medium"),
    ] {
        assert_eq!(found(A, GGSN, gtp.clone()), [expected], "{gtp:?}");
    }
    let fteid = Fteid { interface: Some(10), ..Fteid::default() };
    let create = Gtp { fteids: vec![fteid], ..message(2, 32) };
    assert_eq!(found(A, GGSN, create), ["endpoint.internal medium"]);
    // Somebody whom nothing describes.
    assert_eq!(found("203.0.113.9:2123", GGSN, message(1, 50)), ["interface.internal high"]);
}

#[test]
fn inside_one_network_and_among_other_programs() {
    assert_eq!(found("192.0.2.22:2123", GGSN, message(1, 50)), [""; 0]);
    assert_eq!(found(A, "198.51.100.21:2123", message(1, 50)), [""; 0], "the partner's own");
    let voice =
        Gtp { message: "unknown".into(), claimed_len: 900, payload_len: 60, ..message(2, 250) };
    assert_eq!(found(A, GGSN, voice), [""; 0]);
    let mut inner = Events::new();
    inner.gtp(0.0, A, GGSN, message(1, 50)).path = path("198.51.100.20", "192.0.2.20", 1);
    assert_eq!(names(&check_with(ID, test_network(), &inner)), [""; 0]);
}

#[test]
fn by_agreement() {
    const TEXT: &str = "[home]\nnetworks = [\"192.0.2.0/24\"]\n[[partner]]\nname = \"N\"\n\
        networks = [\"198.51.100.0/24\"]\nagreements = [\"gtpv1.50\"]\n";
    let network = Network::parse(TEXT, "network.toml").unwrap();
    let mut events = Events::new();
    events.gtp(0.0, A, GGSN, message(1, 50));
    assert_eq!(names(&check_with(ID, network.clone(), &events)), [""; 0]);
    events.gtp(1.0, A, GGSN, message(1, 53));
    assert_eq!(names(&check_with(ID, network, &events)), ["interface.internal high"]);
}

#[test]
fn what_came_back() {
    for (answer, expected, returned) in [
        (Gtp { ies: vec![1, 2, 129], ..message(1, 51) }, "critical", 2),
        (Gtp { ies: vec![1], ..message(1, 51) }, "critical", 1),
    ] {
        let mut events = Events::new();
        events.gtp(0.0, A, GGSN, message(1, 50));
        let outcome = Some(Outcome::Answered);
        events.gtp(0.1, GGSN, A, Gtp { request_frame: Some(1), outcome, ..answer });
        let alerts = check_with(ID, test_network(), &events);
        assert_eq!(names(&alerts), [format!("interface.internal {expected}")]);
        assert_eq!((alerts[0].returned.len(), alerts[0].count), (returned, 1));
        assert_eq!(alerts[0].outcome, Outcome::AnsweredWithData);
    }
    let mut events = Events::new();
    events.gtp(0.0, A, GGSN, message(1, 50));
    let outcome = Some(Outcome::Refused);
    events.gtp(0.1, GGSN, A, Gtp { request_frame: Some(1), outcome, ..message(1, 51) });
    let alerts = check_with(ID, test_network(), &events);
    assert_eq!(names(&alerts), ["interface.internal high"]);
    assert_eq!(alerts[0].outcome, Outcome::Refused);
}

fn pfcp() -> What {
    What::Pfcp(Box::new(Pfcp {
        version: 1,
        message_type: 50,
        message: "Session Establishment Request".into(),
        ..Pfcp::default()
    }))
}

#[test]
fn orders_to_a_user_plane() {
    let (from, to) = ("198.51.100.77:8805", "192.0.2.25:8805");
    let mut events = Events::new();
    events.push(0.0, from, to, Proto::Udp, pfcp());
    assert_eq!(names(&check_with(ID, test_network(), &events)), ["pfcp.interconnect critical"]);
    assert_eq!(names(&check(ID, &events)), [""; 0]);
    assert_eq!(gaps(ID, Network::default(), &events).len(), 9);
    let mut home = Events::new();
    home.push(0.0, "192.0.2.20:8805", to, Proto::Udp, pfcp());
    assert_eq!(names(&check_with(ID, test_network(), &home)), [""; 0]);
    let mut tunnel = Events::new();
    tunnel.push(0.0, "10.20.0.1:8805", to, Proto::Udp, pfcp()).path =
        path("198.51.100.20", "192.0.2.20", 1);
    assert_eq!(names(&check(ID, &tunnel)), ["pfcp.tunnel critical"]);
}

#[test]
fn roamers_show_where_an_interconnect_is() {
    let imsi: Subscriber = "00101~0123456789abcdef".parse().unwrap();
    let create =
        Gtp { imsi: Some(imsi), rai_plmn: Some("001-02".parse().unwrap()), ..message(1, 16) };
    let mut events = Events::new();
    events.gtp(0.0, A, GGSN, message(1, 50));
    events.gtp(1.0, A, GGSN, create.clone());
    assert_eq!(names(&check(ID, &events)), [""; 0]);
    events.gtp(2.0, A, GGSN, message(1, 50));
    assert_eq!(names(&check(ID, &events)), ["interface.internal medium"]);
    // At home nobody roams.
    let mut events = Events::new();
    events.gtp(1.0, A, GGSN, Gtp { rai_plmn: Some("001-01".parse().unwrap()), ..create });
    events.gtp(2.0, A, GGSN, message(1, 50));
    assert_eq!(names(&check(ID, &events)), [""; 0]);
}

#[test]
fn the_wrong_port() {
    let mut events = Events::new();
    for (secs, value) in [(0.0, 255), (1.0, 26)] {
        let anomaly = Anomaly {
            layer: "gtp".into(),
            field: "gtp.port".into(),
            value: Some(value),
            ..Anomaly::default()
        };
        events.anomaly(secs, A, GGSN, Proto::Udp, anomaly);
    }
    let alerts = check_with(ID, test_network(), &events);
    assert_eq!(names(&alerts), ["interface.user-plane high"]);
    assert_eq!(alerts[0].count, 1, "the message itself is judged by its type");
}
