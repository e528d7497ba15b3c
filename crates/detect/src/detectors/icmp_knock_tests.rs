//! Quiet, loud and boundary cases of `icmp-knock`.

use event::{Flow, FlowState, Handshake, Icmp, Outcome, Proto, What};
use network::Network;

use crate::tests_support::{Events, check, check_with, names, path};

const PINGER: &str = "203.0.113.200";
const HOST: &str = "192.0.2.53";

/// 40 octets that no ping program sends, with `part` in the middle.
fn strange(part: &[u8]) -> Vec<u8> {
    [
        &[0x9d, 0x03, 0xe1, 0x77, 0xb2, 0x40, 0xfc, 0x91, 0x2e, 0xd8][..],
        part,
        &[0xa7, 0x5b, 0xc4, 0x1f][..],
    ]
    .concat()
}

fn knock(data: &[u8], pattern: &'static str, delay: f64) -> Events {
    let mut events = Events::new();
    events.ping(0.0, PINGER, HOST, pattern, data);
    events.syn(delay, "192.0.2.53:40000", "203.0.113.77:53");
    events
}

#[test]
fn every_way_to_write_the_address() {
    let cases: [(&[u8], &str); 4] = [
        (&[203, 0, 113, 77, 0, 53], "callback.binary-address critical"),
        (&[53, 0, 77, 113, 0, 203], "callback.binary-address critical"),
        (&[203 ^ 9, 9, 113 ^ 9, 77 ^ 9, 9, 53 ^ 9], "callback.xor-address critical"),
        (b"203.0.113.77:53", "callback.text-address critical"),
    ];
    for (part, expected) in cases {
        let alerts = check("icmp-knock", &knock(&strange(part), "unknown", 5.0));
        assert_eq!(names(&alerts), [expected], "{part:02x?}");
        assert_eq!(alerts[0].frames, [1, 2]);
        assert_eq!(alerts[0].entities, ["ip:203.0.113.200", "ip:192.0.2.53", "ip:203.0.113.77"]);
        assert_eq!(alerts[0].outcome, Outcome::Attempt);
    }
    let text = check("icmp-knock", &knock(b"up 203.0.113.77 53 now", "text", 5.0));
    assert_eq!(names(&text), ["callback.text-address critical"]);
}

#[test]
fn an_address_with_padding_looks_like_a_clock_with_padding() {
    let padded = |part: &[u8]| [part, &[0; 40]].concat();
    for part in [&[203, 0, 113, 77, 0, 53][..], &[0, 0, 0, 53, 203, 0, 113, 77]] {
        let alerts = check("icmp-knock", &knock(&padded(part), "fping", 5.0));
        assert_eq!(names(&alerts), ["callback.binary-address critical"], "{part:02x?}");
    }
    let clock = padded(&[0x78, 0x56, 0x34, 0x12, 0x11, 0x22, 0, 0]);
    assert_eq!(names(&check("icmp-knock", &knock(&clock, "fping", 5.0))), [""; 0]);
}

#[test]
fn the_window_is_a_minute() {
    let data = strange(&[203, 0, 113, 77, 0, 53]);
    assert_eq!(check("icmp-knock", &knock(&data, "unknown", 60.0)).len(), 1);
    assert_eq!(names(&check("icmp-knock", &knock(&data, "unknown", 60.1))), [""; 0]);
}

#[test]
fn the_outcome_does_not_count_twice() {
    let mut events = knock(&strange(&[203, 0, 113, 77, 0, 53]), "unknown", 5.0);
    let flow =
        Flow { state: FlowState::Opened, handshake: Handshake::Established, ..Flow::default() };
    events.flow(6.0, "192.0.2.53:40000", "203.0.113.77:53", flow);
    let alerts = check("icmp-knock", &events);
    assert_eq!((alerts[0].count, alerts[0].outcome), (1, Outcome::Answered));
    assert_eq!(alerts[0].frames, [1, 2, 3]);
}

#[test]
fn a_new_place_after_a_strangers_ping() {
    let alerts = check("icmp-knock", &knock(&strange(&[]), "unknown", 5.0));
    assert_eq!(names(&alerts), ["callback.unannounced high"]);
}

#[test]
fn a_known_place_after_a_strangers_ping() {
    let mut events = Events::new();
    events.syn(0.0, "192.0.2.53:39000", "203.0.113.77:53");
    events.ping(10.0, PINGER, HOST, "unknown", &strange(&[203, 0, 113, 77, 0, 53]));
    events.syn(15.0, "192.0.2.53:40000", "203.0.113.77:53");
    assert_eq!(names(&check("icmp-knock", &events)), [""; 0]);
}

#[test]
fn a_known_host_on_a_new_port_that_the_ping_names() {
    let mut events = Events::new();
    events.push(0.0, "192.0.2.53:53", "203.0.113.77:53", Proto::Udp, What::Flow(Box::default()));
    events.ping(10.0, PINGER, HOST, "unknown", &strange(&[203, 0, 113, 77, 0, 53]));
    events.syn(15.0, "192.0.2.53:40000", "203.0.113.77:53");
    assert_eq!(names(&check("icmp-knock", &events)), ["callback.binary-address critical"]);
}

#[test]
fn clients_and_monitoring() {
    let mut events = Events::new();
    for i in 0..4 {
        events.syn(f64::from(i), "192.0.2.53:39000", &format!("198.51.100.{}:443", i + 1));
    }
    events.ping(10.0, PINGER, HOST, "unknown", &strange(&[]));
    events.syn(15.0, "192.0.2.53:40000", "203.0.113.77:53");
    assert_eq!(names(&check("icmp-knock", &events)), [""; 0], "a client");

    let mut events = Events::new();
    for i in 0..8 {
        events.ping(f64::from(i) * 20.0, PINGER, HOST, "unknown", &strange(&[1, 2, 3]));
    }
    events.syn(150.0, "192.0.2.53:40000", "203.0.113.77:53");
    assert_eq!(names(&check("icmp-knock", &events)), [""; 0], "monitoring");

    let text = format!("probe from {PINGER} to {HOST} seq 7");
    let mut events = Events::new();
    events.ping(0.0, PINGER, HOST, "text", text.as_bytes());
    events.syn(2.0, "192.0.2.53:40000", "203.0.113.200:53");
    assert_eq!(names(&check("icmp-knock", &events)), [""; 0], "addresses without a port");
}

#[test]
fn a_ping_from_management_is_no_strangers() {
    let network = Network::parse(
        "[home]\nnetworks = [\"192.0.2.0/24\"]\nmanagement = [\"203.0.113.192/26\"]\n",
        "network.toml",
    )
    .unwrap();
    let alerts = check_with("icmp-knock", network, &knock(&strange(&[]), "unknown", 5.0));
    assert_eq!(names(&alerts), [""; 0]);
}

#[test]
fn ordinary_pings_and_tunnels() {
    assert_eq!(names(&check("icmp-knock", &knock(&[0; 48], "zero", 5.0))), [""; 0]);
    let mut events = knock(&strange(&[]), "unknown", 5.0);
    for event in &mut events.list {
        event.path = path("198.51.100.1", "192.0.2.1", 7);
    }
    assert_eq!(names(&check("icmp-knock", &events)), [""; 0]);
}

#[test]
fn the_junos_trigger_alone() {
    let magic = [
        0xf3, 0xd5, 0xe7, 0xf4, 0xe1, 0xf3, 0xf3, 0xd5, 0xb0, 0xb4, 0xe4, 0xcd, 0xd4, 0xc7, 0xb6,
        0xcc,
    ];
    let mut events = Events::new();
    events.ping(0.0, PINGER, HOST, "unknown", &[&b"1\0"[..], &magic, &[203, 0, 113, 7]].concat());
    assert_eq!(names(&check("icmp-knock", &events)), ["magic.junos critical"]);
    let mut events = Events::new();
    events.ping(0.0, PINGER, HOST, "unknown", &[&b"1\0"[..], &magic[..15], &[0; 9]].concat());
    assert_eq!(names(&check("icmp-knock", &events)), [""; 0], "one octet short");
}

#[test]
fn replies_with_other_data() {
    let reply = |len, pattern: &'static str| {
        What::Icmp(Box::new(Icmp {
            data_len: len,
            pattern: pattern.into(),
            reply_differs: true,
            ..Icmp::default()
        }))
    };
    let mut events = Events::new();
    events.push(0.0, HOST, PINGER, Proto::Icmp, reply(56, "unknown"));
    assert_eq!(names(&check("icmp-knock", &events)), ["reply.differs medium"]);
    events.push(1.0, HOST, PINGER, Proto::Icmp, reply(300, "unknown"));
    events.push(2.0, HOST, PINGER, Proto::Icmp, reply(900, "unknown"));
    assert_eq!(names(&check("icmp-knock", &events)), ["reply.differs high"]);
    let mut rewritten = Events::new();
    rewritten.push(0.0, HOST, PINGER, Proto::Icmp, reply(56, "linux"));
    assert_eq!(names(&check("icmp-knock", &rewritten)), [""; 0], "a middlebox and time stamps");
}
