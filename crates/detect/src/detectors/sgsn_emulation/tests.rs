//! Quiet, loud and boundary cases of `sgsn-emulation`.

use event::{Gtp, Identity, Map, Outcome, Pco, Plmn, Proto, Pseudonymiser, Subscriber, What};
use network::Network;

use crate::tests_support::{Events, check, check_with, gaps, names, path};

const PEER: &str = "198.51.100.66:2123";
const GATEWAY: &str = "192.0.2.20:2123";

fn subscriber(n: u32) -> Subscriber {
    Pseudonymiser::new([7; 32]).subscriber(Identity::Imsi, &format!("00101{n:010}"))
}

fn plmn() -> Option<Plmn> {
    "001-02".parse().ok()
}

/// What an SGSN of release 8 sends.
fn honest(n: u32) -> Gtp {
    Gtp {
        version: 1,
        message_type: 16,
        message: "Create PDP Context Request".into(),
        sequence: Some(500 + n),
        imsi: Some(subscriber(n)),
        nsapi: Some(5),
        rai_plmn: plmn(),
        uli_plmn: plmn(),
        rat_type: Some(1),
        selection_mode: Some(0),
        charging_characteristics: Some(0x0800),
        qos: Some("021b921f7396d1fe74064a4a".into()),
        ies: vec![2, 3, 15, 16, 17, 20, 26, 128, 131, 133, 133, 134, 135, 151, 152, 153, 154],
        ..Gtp::default()
    }
}

/// What the emulator sends when its user gave it identities, credentials, routing area and location.
fn emulator(n: u32) -> Gtp {
    Gtp {
        nsapi: Some(0),
        rat_type: None,
        selection_mode: Some(1),
        qos: Some("000b921f".into()),
        pco: Some(Pco { protocols: vec![0xc023], ..Pco::default() }),
        ies: vec![2, 3, 14, 15, 16, 17, 20, 26, 128, 131, 132, 133, 133, 134, 135, 152],
        ..honest(n)
    }
}

fn response(request: u64, cause: u8) -> Gtp {
    let accepted = cause == 128;
    Gtp {
        version: 1,
        message_type: 17,
        message: "Create PDP Context Response".into(),
        cause: Some(cause),
        cause_name: Some(if accepted { "Request accepted" } else { "IMSI not known" }.into()),
        request_frame: Some(request),
        outcome: Some(if accepted { Outcome::AnsweredWithData } else { Outcome::Refused }),
        ..Gtp::default()
    }
}

fn one(gtp: Gtp) -> Vec<String> {
    let mut events = Events::new();
    events.gtp(0.0, PEER, GATEWAY, gtp);
    names(&check("sgsn-emulation", &events))
}

#[test]
fn habits_of_serving_nodes() {
    let release_99 = Gtp {
        rat_type: None,
        uli_plmn: None,
        ies: vec![2, 3, 15, 16, 17, 20, 26, 128, 131, 133, 133, 134, 135],
        ..honest(1)
    };
    let session = Gtp {
        version: 2,
        message_type: 32,
        message: "Create Session Request".into(),
        nsapi: None,
        ebi: Some(5),
        serving_network: plmn(),
        ies: vec![1, 86, 83, 82, 87, 87, 71, 128, 99, 79, 127, 72, 78, 93],
        ..honest(1)
    };
    let inner = Gtp { duplicate: true, ..emulator(1) };
    for gtp in [honest(1), release_99, session, inner] {
        assert_eq!(one(gtp.clone()), [""; 0], "{gtp:?}");
    }
}

#[test]
fn habits_of_the_emulator() {
    let defaults = Pco { published_credentials: true, ..Pco::default() };
    let mismatch = Some(Pco { length_mismatch: true, ..Pco::default() });
    let v0 = Gtp { version: 0, qos: Some("000b92".into()), ..emulator(1) };
    for (gtp, expected) in [
        (Gtp { pco: Some(defaults), ..emulator(1) }, "habits.published critical"),
        (Gtp { published_identity: true, ..honest(1) }, "habits.published critical"),
        (emulator(1), "habits.emulator high"),
        (v0, "habits.emulator high"),
        (Gtp { nsapi: Some(5), pco: mismatch.clone(), ..emulator(1) }, "habits.emulator high"),
        (Gtp { nsapi: Some(0), pco: mismatch, ..honest(1) }, "habits.emulator high"),
        (Gtp { nsapi: Some(4), ..honest(1) }, "habits.emulator medium"),
        (
            Gtp {
                nsapi: Some(5),
                rai_plmn: None,
                uli_plmn: None,
                ies: vec![2, 15, 16, 17, 20, 26, 128, 131, 133, 133, 134, 135],
                ..emulator(1)
            },
            "habits.emulator high",
        ),
    ] {
        assert_eq!(one(gtp.clone()), [expected], "{gtp:?}");
    }
}

#[test]
fn the_answer_and_the_echo_before() {
    let mut events = Events::new();
    let echo = Gtp { version: 1, message_type: 1, sequence: Some(500), ..Gtp::default() };
    events.gtp(0.0, PEER, GATEWAY, echo);
    events.gtp(0.1, PEER, GATEWAY, emulator(1));
    events.gtp(0.2, GATEWAY, PEER, response(2, 128));
    let alerts = check("sgsn-emulation", &events);
    assert_eq!(names(&alerts), ["habits.emulator high"]);
    assert_eq!(alerts[0].frames, [1, 2, 3]);
    assert_eq!((alerts[0].count, alerts[0].outcome), (1, Outcome::AnsweredWithData));
    assert!(alerts[0].why.contains("an echo right before"), "{}", alerts[0].why);
    assert!(alerts[0].entities.contains(&format!("imsi:{}", subscriber(1))));

    let mut inner = Events::new();
    inner.gtp(0.0, PEER, GATEWAY, emulator(1)).path = path("198.51.100.20", "192.0.2.20", 1);
    assert_eq!(names(&check("sgsn-emulation", &inner)), [""; 0], "that is gtp-in-gtp");
}

fn walk(subscribers: u32, cause: u8) -> Events {
    let mut events = Events::new();
    for n in 0..subscribers {
        let secs = f64::from(n) * 10.0;
        events.gtp(secs, PEER, GATEWAY, honest(n));
        let request = events.list.len() as u64;
        events.gtp(secs + 0.1, GATEWAY, PEER, response(request, cause));
    }
    events
}

#[test]
fn a_walk_through_subscribers() {
    assert_eq!(names(&check("sgsn-emulation", &walk(3, 194))), [""; 0]);
    assert_eq!(names(&check("sgsn-emulation", &walk(4, 194))), ["walk high"]);
    assert_eq!(names(&check("sgsn-emulation", &walk(9, 199))), [""; 0], "no resources");
    assert_eq!(names(&check("sgsn-emulation", &walk(9, 128))), [""; 0], "successes");
    let mut accepted = walk(8, 194);
    accepted.gtp(90.0, PEER, GATEWAY, honest(8));
    accepted.gtp(90.1, GATEWAY, PEER, response(17, 128));
    let alerts = check("sgsn-emulation", &accepted);
    assert_eq!(names(&alerts), ["walk.accepted critical", "walk high"]);
    assert_eq!(alerts[0].entities[0], "ip:198.51.100.66");
    assert!(alerts[0].frames.contains(&17) || alerts[0].frames.contains(&18));

    let mut mixed = walk(4, 194);
    for n in 10..20 {
        mixed.gtp(5.0, PEER, GATEWAY, honest(n));
        let request = mixed.list.len() as u64;
        mixed.gtp(5.1, GATEWAY, PEER, response(request, 128));
    }
    mixed.list.sort_by_key(|event| event.at);
    assert_eq!(names(&check("sgsn-emulation", &mixed)), [""; 0], "mostly accepted");
}

fn registration(events: &mut Events, secs: f64, n: u32) {
    let map = Map {
        user: "map".into(),
        component: Some("invoke".into()),
        opcode: Some(23),
        imsi: Some(subscriber(n)),
        ..Map::default()
    };
    events.push(secs, "198.51.100.10", "192.0.2.10", Proto::Sctp, What::Map(Box::new(map)));
}

/// `announced` sessions of an SGSN, `others` that nobody announced of another.
fn sessions(announced: u32, others: u32, from: &str) -> Events {
    let mut events = Events::new();
    for n in 0..announced {
        registration(&mut events, f64::from(n), n);
        events.gtp(f64::from(n) + 0.5, "198.51.100.20:2123", GATEWAY, honest(n));
    }
    for n in 0..others {
        events.gtp(600.0, from, GATEWAY, honest(1000 + n));
    }
    events
}

#[test]
fn a_session_that_nobody_announced() {
    let alerts = check("sgsn-emulation", &sessions(8, 1, PEER));
    assert_eq!(names(&alerts), ["unannounced high"]);
    assert_eq!(alerts[0].entities[0], "ip:198.51.100.66");
    let same_node = sessions(8, 1, "198.51.100.20:2123");
    assert_eq!(names(&check("sgsn-emulation", &same_node)), [""; 0], "a working node");

    for (announced, others) in [(8, 3), (4, 1), (0, 3)] {
        let events = sessions(announced, others, PEER);
        assert_eq!(names(&check("sgsn-emulation", &events)), [""; 0], "{announced} {others}");
        let gap = gaps("sgsn-emulation", Network::default(), &events);
        assert_eq!(gap.len(), 1, "{announced} {others}");
    }

    let text = "[[partner]]\nname = \"A\"\ngsn = [\"198.51.100.66\"]\n";
    let network = Network::parse(text, "network.toml").unwrap();
    let events = sessions(8, 1, PEER);
    assert_eq!(names(&check_with("sgsn-emulation", network, &events)), [""; 0], "listed");
    let text = "[[partner]]\nname = \"A\"\ngsn = [\"198.51.100.20\"]\n";
    let network = Network::parse(text, "network.toml").unwrap();
    let alerts = check_with("sgsn-emulation", network, &events);
    assert_eq!(names(&alerts), ["unannounced high"], "the listed one shows what is usual");
}

fn daily(days: u32, minutes: f64, subscribers: u32) -> Events {
    let mut events = Events::new();
    for day in 0..days {
        for n in 0..subscribers {
            let drift = f64::from(day % 2) * minutes * 60.0;
            events.gtp(f64::from(day) * 86_400.0 + drift + f64::from(n), PEER, GATEWAY, honest(n));
        }
    }
    events
}

#[test]
fn the_same_half_hour_every_day() {
    assert_eq!(names(&check("sgsn-emulation", &daily(3, 10.0, 2))), ["window.daily high"]);
    // A meter alone, and a fleet of them.
    for (days, minutes, subscribers) in [(2, 10.0, 2), (3, 40.0, 2), (3, 10.0, 1), (5, 10.0, 40)] {
        let alerts = check("sgsn-emulation", &daily(days, minutes, subscribers));
        assert_eq!(names(&alerts), [""; 0], "{days} {minutes} {subscribers}");
    }
}
