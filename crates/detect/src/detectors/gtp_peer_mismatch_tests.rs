//! Quiet, loud and boundary cases of `gtp-peer-mismatch`.

use event::{Fteid, Gtp, Outcome, Plmn, Subscriber};
use network::Network;

use crate::tests_support::{Events, check, check_with, gaps, names, path};

const ID: &str = "gtp-peer-mismatch";
const A: &str = "198.51.100.20:2123";
const B: &str = "198.51.100.148:2123";
const GGSN: &str = "192.0.2.20:2123";

const NETWORK: &str = r#"
[home]
name = "Home"
plmns = ["001-01"]
networks = ["192.0.2.0/24"]
[[element]]
name = "ggsn1"
roles = ["ggsn"]
addresses = ["192.0.2.20"]
[[partner]]
name = "Partner A"
plmns = ["001-02"]
networks = ["198.51.100.0/25"]
gsn = ["198.51.100.20"]
[[partner]]
name = "Partner B"
plmns = ["001-03"]
networks = ["198.51.100.128/25"]
gsn = ["198.51.100.148"]
[[partner]]
name = "MVNO of A"
plmns = ["001-04"]
hubs = ["Partner A"]
[[partner]]
name = "MVNO of ours"
plmns = ["001-05"]
hubs = ["Home"]
"#;

fn network() -> Network {
    Network::parse(NETWORK, "network.toml").unwrap()
}

fn plmn(text: &str) -> Option<Plmn> {
    Some(text.parse().unwrap())
}

fn imsi(network: &str) -> Option<Subscriber> {
    Some(format!("{}~0123456789abcdef", network.replace('-', "")).parse().unwrap())
}

fn create() -> Gtp {
    Gtp {
        version: 1,
        message_type: 16,
        message: "Create PDP Context Request".into(),
        imsi: imsi("001-01"),
        rai_plmn: plmn("001-02"),
        apn: Some("internet.mnc001.mcc001.gprs".to_owned()),
        ..Gtp::default()
    }
}

fn fteid(ip: &str) -> Fteid {
    Fteid { plane: "data".into(), teid: Some(7), ip: Some(ip.parse().unwrap()), interface: None }
}

fn found(src: &str, gtp: Gtp) -> Vec<String> {
    let mut events = Events::new();
    events.gtp(0.0, src, GGSN, gtp);
    names(&check_with(ID, network(), &events))
}

#[test]
fn what_fits() {
    for gtp in [
        create(),
        Gtp { rai_plmn: plmn("001-04"), ..create() },
        Gtp { imsi: imsi("001-05"), apn: Some("internet.MNC005.mcc001.GPRS".into()), ..create() },
        Gtp { fteids: vec![fteid("198.51.100.20"), fteid("198.51.100.99")], ..create() },
        Gtp { rai_plmn: None, ..create() },
        Gtp { duplicate: true, rai_plmn: plmn("001-03"), ..create() },
    ] {
        assert_eq!(found(A, gtp), [""; 0]);
    }
    // Our own nodes among themselves.
    assert_eq!(found("192.0.2.22:2123", Gtp { rai_plmn: plmn("001-03"), ..create() }), [""; 0]);
}

#[test]
fn what_does_not() {
    for (gtp, expected) in [
        (Gtp { rai_plmn: plmn("001-03"), ..create() }, "network.claimed high"),
        (Gtp { rai_plmn: plmn("001-01"), ..create() }, "network.claimed high"),
        (Gtp { rai_plmn: plmn("001-77"), ..create() }, "network.claimed medium"),
        (Gtp { rai_plmn: plmn("234-15"), ..create() }, "network.claimed high"),
        (Gtp { rai_plmn: None, uli_plmn: plmn("001-03"), ..create() }, "network.claimed medium"),
        (Gtp { imsi: imsi("001-03"), ..create() }, "subscriber.foreign high"),
        (Gtp { imsi: imsi("234-15"), ..create() }, "subscriber.foreign high"),
        (Gtp { fteids: vec![fteid("203.0.113.9")], ..create() }, "address.redirected high"),
        (Gtp { fteids: vec![fteid("192.0.2.99")], ..create() }, "address.redirected high"),
        (Gtp { fteids: vec![fteid("127.0.0.1")], ..create() }, "address.redirected high"),
        (
            Gtp { apn: Some("internet.mnc003.mcc001.gprs".into()), ..create() },
            "apn.other-operator medium",
        ),
        (Gtp { uli_plmn: plmn("234-15"), ..create() }, "location.disagrees medium"),
    ] {
        // A partner that others name as their hub speaks for more than the description knows.
        let text = NETWORK.replace("hubs = [\"Partner A\"]", "");
        let network = Network::parse(&text, "network.toml").unwrap();
        let mut events = Events::new();
        events.gtp(0.0, A, GGSN, gtp.clone());
        assert_eq!(names(&check_with(ID, network, &events)), [expected], "{gtp:?}");
    }
}

fn of_tunnel(message_type: u8) -> Gtp {
    Gtp {
        message_type,
        message: "Delete PDP Context Request".into(),
        teid: Some(7),
        tunnel: Some(1),
        tunnel_peer: Some("198.51.100.20".parse().unwrap()),
        tunnel_imsi: imsi("001-01"),
        imsi: None,
        apn: None,
        ..create()
    }
}

#[test]
fn tunnels_and_strangers() {
    let ends = |gtp: Gtp| Gtp { rai_plmn: None, ..gtp };
    assert_eq!(found(B, ends(of_tunnel(20))), ["tunnel.ended-by-stranger critical"]);
    assert_eq!(found("198.51.100.22:2123", ends(of_tunnel(20))), [""; 0], "the partner's own");
    let update = Gtp { rai_plmn: plmn("001-02"), ..of_tunnel(18) };
    assert_eq!(found("198.51.100.22:2123", update.clone()), [""; 0]);
    // From B, and it says that A serves still.
    assert_eq!(found(B, update.clone()), ["tunnel.moved critical", "network.claimed high"]);
    // Over the border: nobody knows whether the subscriber went there.
    let moved = Gtp { rai_plmn: plmn("001-03"), moved_from: plmn("001-02"), ..update };
    assert_eq!(found(B, moved.clone()), ["tunnel.moved low"]);
    let mut events = Events::new();
    events.gtp(0.0, B, GGSN, moved);
    let told = gaps(ID, network(), &events);
    assert!(told.iter().any(|gap| gap.check == "tunnel.moved"), "{told:?}");
}

#[test]
fn the_answer_belongs_to_the_question() {
    let mut events = Events::new();
    events.gtp(0.0, A, GGSN, Gtp { rai_plmn: plmn("001-03"), ..create() });
    let answer = Gtp {
        message_type: 17,
        request_frame: Some(1),
        outcome: Some(Outcome::AnsweredWithData),
        ..Gtp { version: 1, ..Gtp::default() }
    };
    events.gtp(0.1, GGSN, A, answer);
    let alerts = check_with(ID, network(), &events);
    assert_eq!(names(&alerts), ["network.claimed high"]);
    assert_eq!((alerts[0].count, alerts[0].outcome), (1, Outcome::AnsweredWithData));
    assert_eq!(alerts[0].frames, [1, 2]);
    assert_eq!(alerts[0].entities[0], "ip:198.51.100.20");
}

#[test]
fn without_a_description() {
    let mut events = Events::new();
    events.gtp(0.0, A, GGSN, Gtp { rai_plmn: plmn("001-03"), ..create() });
    events.gtp(1.0, B, GGSN, Gtp { rai_plmn: None, ..of_tunnel(20) });
    // The same site is as good as the same node.
    events.gtp(2.0, "198.51.100.9:2123", GGSN, Gtp { rai_plmn: None, ..of_tunnel(20) });
    events.gtp(3.0, "203.0.113.9:2123", GGSN, Gtp { rai_plmn: None, ..of_tunnel(20) });
    assert_eq!(names(&check(ID, &events)), ["tunnel.ended-by-stranger high"]);
    assert_eq!(gaps(ID, Network::default(), &events).len(), 4);
}

#[test]
fn inner_messages_and_lists_without_networks() {
    let mut events = Events::new();
    events.gtp(0.0, A, GGSN, Gtp { rai_plmn: plmn("001-03"), ..create() }).path =
        path("198.51.100.20", "192.0.2.20", 1);
    assert_eq!(names(&check_with(ID, network(), &events)), [""; 0]);
    let poor = NETWORK.replace("plmns", "#plmns");
    let mut events = Events::new();
    events.gtp(0.0, A, GGSN, Gtp { imsi: imsi("234-15"), ..create() });
    let poor = Network::parse(&poor, "network.toml").unwrap();
    assert_eq!(names(&check_with(ID, poor.clone(), &events)), [""; 0]);
    assert_eq!(gaps(ID, poor, &events).len(), 2);
}
