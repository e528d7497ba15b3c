//! Quiet, loud and boundary cases of `gtpdoor-knock`.

use event::{Anomaly, Gtp, Outcome, Proto};
use network::Network;

use crate::tests_support::{Events, check, check_with, gaps, names};

const ASKER: &str = "198.51.100.66:2123";
const HOST: &str = "192.0.2.20:2123";

fn echo(message_type: u8, version: u8, len: u32) -> Gtp {
    Gtp {
        version,
        message_type,
        message: if message_type == 1 { "Echo Request" } else { "Echo Response" }.into(),
        sequence: Some(1),
        payload_len: len,
        claimed_len: len,
        ..Gtp::default()
    }
}

fn one(gtp: Gtp) -> Vec<String> {
    let mut events = Events::new();
    events.gtp(0.0, ASKER, HOST, gtp);
    names(&check("gtpdoor-knock", &events))
}

#[test]
fn echoes_as_stacks_send_them() {
    let quiet = [
        echo(1, 1, 12),
        Gtp { ies: vec![14], recovery: Some(7), ..echo(1, 1, 14) },
        Gtp { ies: vec![14, 255], ..echo(1, 1, 60) },
        Gtp { ies: vec![3, 152, 255], ..echo(1, 2, 40) },
        Gtp { user_plane: true, undecoded_len: 30, ..echo(1, 1, 42) },
        Gtp { claimed_len: 80, snapped: true, ..echo(1, 1, 22) },
        Gtp { claimed_len: 80, snapped: true, undecoded_len: 18, ..echo(1, 1, 30) },
    ];
    for gtp in quiet {
        assert_eq!(one(gtp.clone()), [""; 0], "{gtp:?}");
    }
    let mut v0 = Events::new();
    v0.gtp(0.0, "198.51.100.66:3386", "192.0.2.20:3386", echo(1, 0, 20));
    v0.gtp(1.0, "198.51.100.66:3386", "192.0.2.20:3386", Gtp { prime: true, ..echo(1, 2, 6) });
    assert_eq!(names(&check("gtpdoor-knock", &v0)), [""; 0]);
    let mut other = Events::new();
    let voice = Gtp { undecoded_len: 322, claimed_len: 4, ..echo(1, 2, 326) };
    other.gtp(0.0, "198.51.100.66:2123", "192.0.2.20:50140", voice);
    assert_eq!(names(&check("gtpdoor-knock", &other)), [""; 0], "a client that got this port");
}

#[test]
fn echoes_that_no_stack_sends() {
    let loud = [
        (
            Gtp { key_field: Some(135_798_642), undecoded_len: 12, ..echo(1, 1, 24) },
            "key.default critical",
        ),
        (Gtp { undecoded_len: 12, key_field: Some(99), ..echo(1, 1, 24) }, "echo.covert high"),
        (Gtp { claimed_len: 12, ..echo(1, 1, 24) }, "echo.covert high"),
        (Gtp { claimed_len: 99, ..echo(1, 1, 24) }, "echo.length high"),
        (echo(1, 0, 24), "echo.version high"),
        (Gtp { ies: vec![1], ..echo(1, 1, 24) }, "echo.unknown-element medium"),
        (Gtp { teid: Some(5), ..echo(1, 1, 12) }, "echo.teid medium"),
        (Gtp { undecoded_len: 7, ..echo(1, 1, 19) }, "echo.covert medium"),
        (Gtp { undecoded_len: 8, ..echo(1, 1, 20) }, "echo.covert high"),
    ];
    for (gtp, expected) in loud {
        assert_eq!(one(gtp.clone()), [expected], "{gtp:?}");
    }
}

#[test]
fn a_command_and_its_answer() {
    let mut events = Events::new();
    events.gtp(0.0, ASKER, HOST, Gtp { undecoded_len: 20, ..echo(1, 1, 32) });
    let answer = Gtp { undecoded_len: 200, request_frame: Some(1), ..echo(2, 1, 212) };
    events.gtp(0.1, HOST, ASKER, answer);
    let alerts = check("gtpdoor-knock", &events);
    assert_eq!(names(&alerts), ["echo.covert critical"]);
    assert_eq!((alerts[0].count, alerts[0].outcome), (1, Outcome::AnsweredWithData));
    assert_eq!(alerts[0].frames, [1, 2]);
    assert_eq!(alerts[0].entities, ["ip:198.51.100.66", "ip:192.0.2.20"]);

    let mut default = Events::new();
    default.gtp(0.0, ASKER, HOST, Gtp { key_field: Some(135_798_642), ..echo(1, 1, 24) });
    default.gtp(0.1, HOST, ASKER, Gtp { request_frame: Some(1), ..echo(2, 1, 14) });
    assert_eq!(check("gtpdoor-knock", &default)[0].outcome, Outcome::Answered);
}

#[test]
fn more_answers_than_questions() {
    let answer = |sequence, recovery| Gtp {
        sequence: Some(sequence),
        recovery: Some(recovery),
        ies: vec![14],
        ..echo(2, 1, 14)
    };
    let mut events = Events::new();
    events.gtp(0.0, ASKER, HOST, echo(1, 1, 12));
    events.gtp(0.01, HOST, ASKER, answer(1, 7));
    events.gtp(0.0101, HOST, ASKER, answer(1, 7));
    assert_eq!(names(&check("gtpdoor-knock", &events)), [""; 0], "the tap doubles");
    events.gtp(0.02, HOST, ASKER, answer(0, 0));
    let alerts = check("gtpdoor-knock", &events);
    assert_eq!(names(&alerts), ["echo.second-answer high"]);
    assert_eq!(alerts[0].frames, [1, 4]);

    let mut retransmitted = Events::new();
    retransmitted.gtp(0.0, ASKER, HOST, echo(1, 1, 12));
    retransmitted.gtp(3.0, ASKER, HOST, echo(1, 1, 12));
    retransmitted.gtp(3.1, HOST, ASKER, answer(1, 7));
    retransmitted.gtp(3.2, HOST, ASKER, answer(1, 7));
    assert_eq!(names(&check("gtpdoor-knock", &retransmitted)), [""; 0]);

    let mut midway = Events::new();
    midway.gtp(0.0, HOST, ASKER, answer(1, 7));
    midway.gtp(60.0, HOST, ASKER, answer(2, 7));
    assert_eq!(names(&check("gtpdoor-knock", &midway)), [""; 0]);
}

#[test]
fn an_echo_to_a_host_that_is_no_gsn() {
    let text = "[home]\nnetworks = [\"192.0.2.0/24\"]\n\
        [[element]]\nname = \"edns1\"\nroles = [\"dns\"]\naddresses = [\"192.0.2.53\"]\n\
        [[element]]\nname = \"ggsn1\"\nroles = [\"ggsn\"]\naddresses = [\"192.0.2.20\"]\n";
    let network = Network::parse(text, "network.toml").unwrap();
    let mut events = Events::new();
    events.gtp(0.0, ASKER, HOST, echo(1, 1, 12));
    assert_eq!(names(&check_with("gtpdoor-knock", network.clone(), &events)), [""; 0]);
    events.gtp(1.0, ASKER, "192.0.2.53:2123", echo(1, 1, 12));
    let alerts = check_with("gtpdoor-knock", network, &events);
    assert_eq!(names(&alerts), ["echo.not-gsn high"]);
    assert_eq!(alerts[0].decided_by.as_deref(), Some("network.toml:3 element edns1"));
    assert_eq!(gaps("gtpdoor-knock", Network::default(), &events).len(), 1);
}

#[test]
fn the_beacon() {
    let beacon = || Anomaly {
        layer: "tcp".into(),
        field: "tcp.urgent_pointer".into(),
        flaw: "magic".into(),
        value: Some(1),
        ..Anomaly::default()
    };
    let mut events = Events::new();
    events.anomaly(0.0, "192.0.2.20:22", "198.51.100.66:40000", Proto::Tcp, beacon());
    assert_eq!(names(&check("gtpdoor-knock", &events)), ["beacon.urgent-pointer high"]);
    let mut after = Events::new();
    after.gtp(0.0, ASKER, HOST, Gtp { undecoded_len: 20, ..echo(1, 1, 32) });
    after.anomaly(9.0, "192.0.2.20:22", "198.51.100.66:40000", Proto::Tcp, beacon());
    let alerts = check("gtpdoor-knock", &after);
    assert_eq!(names(&alerts), ["beacon.urgent-pointer critical", "echo.covert high"]);
}

/// No IP in G-PDUs from `from` to `to`.
fn no_ip(events: &mut Events, seconds: f64, from: &str, to: &str) {
    let anomaly = Anomaly { layer: "ip".into(), field: "ip.version".into(), ..Anomaly::default() };
    events.push(seconds, from, to, Proto::Udp, event::What::Anomaly(Box::new(anomaly)));
}

#[test]
fn a_conversation_in_the_user_plane_that_is_no_ip() {
    let (outside, ours) = ("198.51.100.66:2152", "192.0.2.20:2152");
    let network = || {
        let text = "[home]\nname = \"Home\"\nplmns = [\"001-01\"]\nnetworks = [\"192.0.2.0/24\"]\n";
        Network::parse(text, "network.toml").unwrap()
    };
    let mut events = Events::new();
    no_ip(&mut events, 0.0, outside, ours);
    assert_eq!(names(&check_with("gtpdoor-knock", network(), &events)), [""; 0], "one way");
    no_ip(&mut events, 1.0, ours, outside);
    let alerts = check_with("gtpdoor-knock", network(), &events);
    assert_eq!(names(&alerts), ["data.no-ip high"]);
    assert_eq!(alerts[0].entities[0], "ip:198.51.100.66");
    assert_eq!(alerts[0].frames.len(), 2);
    assert_eq!(names(&check("gtpdoor-knock", &events)), ["data.no-ip medium"]);

    // The same in a session that was made, and on another port.
    let mut made = Events::new();
    let tunnel = event::Tunnel {
        serving_ip: Some("198.51.100.66".parse().unwrap()),
        gateway_ip: Some("192.0.2.20".parse().unwrap()),
        ..event::Tunnel::default()
    };
    made.push(0.0, outside, ours, Proto::Udp, event::What::Tunnel(Box::new(tunnel)));
    no_ip(&mut made, 1.0, outside, ours);
    no_ip(&mut made, 2.0, ours, outside);
    no_ip(&mut made, 3.0, "198.51.100.67:4789", "192.0.2.21:4789");
    no_ip(&mut made, 4.0, "192.0.2.21:4789", "198.51.100.67:4789");
    assert_eq!(names(&check_with("gtpdoor-knock", network(), &made)), [""; 0]);
}
