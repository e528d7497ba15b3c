//! Quiet, loud and boundary cases of `bpfdoor-knock`.

use event::{Anomaly, Flow, FlowState, Handshake, Proto, What};

use crate::tests_support::{Events, check, hex, names, path};

const SENDER: &str = "203.0.113.200:50000";
const HOST: &str = "192.0.2.53:53";

fn magic(busy: bool, rest: &[u8]) -> Anomaly {
    Anomaly {
        layer: "payload".into(),
        field: "payload.magic".into(),
        flaw: "magic".into(),
        value: Some(0x7255),
        data: Some(hex(&[&[0x72, 0x55][..], rest].concat())),
        busy,
        ..Anomaly::default()
    }
}

fn knock() -> Events {
    let mut events = Events::new();
    events.anomaly(0.0, SENDER, HOST, Proto::Udp, magic(false, &[0, 0, 203, 0, 113, 9]));
    events
}

#[test]
fn alone_it_is_a_doubt() {
    let alerts = check("bpfdoor-knock", &knock());
    assert_eq!(names(&alerts), ["magic.alone medium"]);
    assert_eq!(alerts[0].frames, [1]);

    let mut busy = Events::new();
    busy.anomaly(0.0, SENDER, HOST, Proto::Udp, magic(true, &[1, 2]));
    assert_eq!(names(&check("bpfdoor-knock", &busy)), [""; 0], "a conversation that went on");

    let mut tunnelled = knock();
    tunnelled.list[0].path = path("198.51.100.20", "192.0.2.20", 1);
    assert_eq!(names(&check("bpfdoor-knock", &tunnelled)), [""; 0]);
}

#[test]
fn a_busy_port_and_a_conversation() {
    let mut busy = Events::new();
    for n in 0..20 {
        let from = format!("198.51.100.{n}:5000");
        busy.push(0.0, &from, HOST, Proto::Udp, What::Flow(Box::default()));
    }
    busy.anomaly(1.0, SENDER, HOST, Proto::Udp, magic(false, &[1, 2]));
    assert_eq!(names(&check("bpfdoor-knock", &busy)), [""; 0]);

    let mut conversation = knock();
    let closed = Flow {
        state: FlowState::Closed,
        packets_to_server: 3,
        packets_to_client: 2,
        ..Flow::default()
    };
    conversation.push(200.0, SENDER, HOST, Proto::Udp, What::Flow(Box::new(closed)));
    assert_eq!(names(&check("bpfdoor-knock", &conversation)), [""; 0]);
}

#[test]
fn what_it_woke() {
    for (from, to, expected) in [
        ("192.0.2.53:40000", "203.0.113.200:443", "magic.callback critical"),
        ("192.0.2.53:40000", "203.0.113.9:443", "magic.callback critical"),
        ("203.0.113.200:40000", "192.0.2.53:42391", "magic.shell-port critical"),
        ("203.0.113.200:40000", "192.0.2.53:43390", "magic.shell-port critical"),
    ] {
        let mut events = knock();
        events.syn(60.0, from, to);
        let alerts = check("bpfdoor-knock", &events);
        assert_eq!(names(&alerts), [expected], "{from} {to}");
        assert_eq!(alerts[0].frames, [1, 2]);
        assert_eq!(alerts[0].entities[0], "ip:203.0.113.200");
    }
    for (secs, from, to) in [
        (60.1, "192.0.2.53:40000", "203.0.113.200:443"),
        (5.0, "192.0.2.53:40000", "203.0.113.10:443"),
        (5.0, "203.0.113.200:40000", "192.0.2.53:43391"),
        (5.0, "203.0.113.201:40000", "192.0.2.53:42391"),
    ] {
        let mut events = knock();
        events.syn(secs, from, to);
        assert_eq!(names(&check("bpfdoor-knock", &events)), ["magic.alone medium"], "{from} {to}");
    }
}

#[test]
fn a_service_with_another_voice() {
    let speaks = |app_proto: Option<&'static str>| {
        let mut events = knock();
        events.syn(5.0, "203.0.113.200:40000", "192.0.2.53:22");
        let flow = Flow {
            state: FlowState::Opened,
            handshake: Handshake::Established,
            app_proto: app_proto.map(Into::into),
            payload_to_server: 100,
            payload_to_client: 100,
            ..Flow::default()
        };
        events.flow(6.0, "203.0.113.200:40000", "192.0.2.53:22", flow);
        names(&check("bpfdoor-knock", &events))
    };
    assert_eq!(speaks(None), ["magic.redirected critical"]);
    assert_eq!(speaks(Some("ssh")), ["magic.alone medium"]);
}

#[test]
fn a_busy_port_with_a_follow_up() {
    let mut events = Events::new();
    events.anomaly(0.0, SENDER, HOST, Proto::Udp, magic(true, &[1, 2]));
    events.syn(5.0, "192.0.2.53:40000", "203.0.113.200:443");
    assert_eq!(names(&check("bpfdoor-knock", &events)), ["magic.callback critical"]);
    let mut habit = Events::new();
    habit.syn(0.0, "192.0.2.53:39000", "203.0.113.200:443");
    habit.anomaly(1.0, SENDER, HOST, Proto::Udp, magic(true, &[1, 2]));
    habit.syn(5.0, "192.0.2.53:40000", "203.0.113.200:443");
    assert_eq!(names(&check("bpfdoor-knock", &habit)), [""; 0]);
}
