//! Quiet, loud and boundary cases of `forbidden-service`.

use event::{Flow, FlowState, Handshake, Outcome, Proto, What};
use network::Network;

use crate::detectors::sides::test_network;
use crate::tests_support::{Events, check, check_with, gaps, names};

const ID: &str = "forbidden-service";

fn closed(app: &'static str) -> Flow {
    Flow {
        state: FlowState::Closed,
        app_proto: (!app.is_empty()).then(|| app.into()),
        handshake: Handshake::Established,
        packets_to_server: 9,
        packets_to_client: 8,
        payload_to_server: 500,
        payload_to_client: 900,
        ..Flow::default()
    }
}

fn one(src: &str, dest: &str, proto: Proto, flow: Flow) -> Events {
    let mut events = Events::new();
    events.push(0.0, src, dest, proto, What::Flow(Box::new(flow)));
    events
}

fn described(src: &str, dest: &str, proto: Proto, flow: Flow) -> Vec<String> {
    names(&check_with(ID, test_network(), &one(src, dest, proto, flow)))
}

#[test]
fn quiet_for_the_work_of_the_interconnect() {
    let udp = |app| Flow { handshake: Handshake::None, ..closed(app) };
    for (src, dest, proto, flow) in [
        ("198.51.100.20:2123", "192.0.2.20:2123", Proto::Udp, udp("gtp")),
        ("192.0.2.20:2152", "198.51.100.20:2152", Proto::Udp, udp("gtp-u")),
        ("198.51.100.53:3000", "192.0.2.53:53", Proto::Udp, udp("dns")),
        ("192.0.2.53:3000", "198.51.100.53:53", Proto::Tcp, closed("dns")),
        ("198.51.100.10:2905", "192.0.2.10:2905", Proto::Sctp, udp("")),
        ("198.51.100.20", "192.0.2.20", Proto::Icmp, udp("")),
        // By the partner's services, from the management networks, inside the home network, subscribers, others' traffic.
        ("198.51.100.9:4000", "192.0.2.53:22", Proto::Tcp, closed("ssh")),
        ("10.10.9.4:4000", "198.51.100.10:22", Proto::Tcp, closed("ssh")),
        ("192.0.2.10:4000", "192.0.2.53:22", Proto::Tcp, closed("ssh")),
        ("10.20.0.4:4000", "203.0.113.77:443", Proto::Tcp, closed("tls")),
        ("203.0.113.77:4000", "198.51.100.10:22", Proto::Tcp, closed("ssh")),
    ] {
        assert!(described(src, dest, proto, flow).is_empty(), "{src} {dest}");
    }
}

#[test]
fn quiet_without_a_description() {
    for app in ["ssh", "tls", "http", "smb", ""] {
        let events = one("198.51.100.9:4000", "192.0.2.53:22", Proto::Tcp, closed(app));
        assert!(check(ID, &events).is_empty(), "{app}");
        assert_eq!(gaps(ID, Network::default(), &events).len(), 4);
    }
}

#[test]
fn loud_by_shape_before_port() {
    for (dest, proto, app) in [
        ("192.0.2.20:22", Proto::Tcp, "ssh"),
        ("192.0.2.20:8022", Proto::Tcp, "ssh"),
        ("192.0.2.20:443", Proto::Tcp, "ssh"),
        ("192.0.2.20:2323", Proto::Tcp, "telnet"),
        ("192.0.2.20:445", Proto::Tcp, ""),
        ("192.0.2.20:8805", Proto::Udp, "pfcp"),
        ("192.0.2.20:161", Proto::Udp, ""),
        ("192.0.2.20:36412", Proto::Sctp, ""),
        ("192.0.2.20", Proto::Gre, ""),
    ] {
        let names = described("198.51.100.77:4000", dest, proto, closed(app));
        assert!(
            names.iter().all(|name| name.ends_with(" high")) && names.len() == 1,
            "{dest} {names:?}"
        );
    }
}

#[test]
fn loud_for_a_name_server_that_calls_out() {
    assert_eq!(
        described("192.0.2.53:40000", "203.0.113.77:4444", Proto::Tcp, closed("")),
        ["role.calls-out high"]
    );
    let shell = Flow { dns_framed: Some(false), ..closed("") };
    assert_eq!(
        described("192.0.2.53:40000", "203.0.113.77:53", Proto::Tcp, shell.clone()),
        ["dns.not-dns high"]
    );
    let events = one("192.0.2.53:40000", "203.0.113.77:53", Proto::Tcp, shell);
    assert_eq!(names(&check(ID, &events)), ["dns.not-dns medium"]);
}

#[test]
fn ssh_on_hidden_ports() {
    for (port, loud) in
        [(1022, true), (22022, true), (57722, true), (2222, false), (922, false), (8023, false)]
    {
        let dest = format!("192.0.2.53:{port}");
        let events = one("198.51.100.77:4000", &dest, Proto::Tcp, closed("ssh"));
        let want: &[&str] = if loud { &["ssh.hidden-port medium"] } else { &[] };
        assert_eq!(names(&check(ID, &events)), want, "{port}");
    }
}

#[test]
fn an_attempt_is_one_level_lower_and_a_flow_is_told_once() {
    let syn = Flow {
        handshake: Handshake::Syn,
        payload_to_client: 0,
        packets_to_client: 0,
        ..closed("")
    };
    let events = one("198.51.100.77:4000", "192.0.2.20:22", Proto::Tcp, syn);
    let alerts = check_with(ID, test_network(), &events);
    assert_eq!(names(&alerts), ["service.forbidden medium"]);
    assert_eq!(alerts[0].outcome, Outcome::Attempt);

    let mut events = Events::new();
    events.syn(0.0, "198.51.100.77:4000", "192.0.2.20:22");
    events.flow(
        0.2,
        "198.51.100.77:4000",
        "192.0.2.20:22",
        Flow { state: FlowState::Opened, ..closed("ssh") },
    );
    events.flow(9.0, "198.51.100.77:4000", "192.0.2.20:22", closed("ssh"));
    let alerts = check_with(ID, test_network(), &events);
    assert_eq!(names(&alerts), ["service.forbidden high"]);
    assert_eq!(alerts[0].count, 1);
    assert!(alerts[0].decided_by.as_deref().unwrap().contains("Partner A"));
}

#[test]
fn roles_that_do_not_fit() {
    let udp = Flow { handshake: Handshake::None, ..closed("gtp") };
    assert_eq!(
        described("198.51.100.20:2123", "192.0.2.53:2123", Proto::Udp, udp),
        ["role.mismatch medium"]
    );
    assert_eq!(
        described("198.51.100.20:4000", "192.0.2.77:9999", Proto::Tcp, closed("")),
        ["service.unlisted medium"]
    );
}
