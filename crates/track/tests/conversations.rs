//! Conversations in virtual time and the events that they become.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod run;

use event::{
    Event, Flow, FlowState, Handshake, Outcome, SctpState, Ssh, SshOutcome, SshState, Tunnel,
    TunnelState, What,
};
use run::{config, events_of, pick, scenario};
use testkit::frame::ip::packet;
use testkit::timeline::{Association, Side, Tcp, Timeline, addr, at};

fn flows(events: &[Event]) -> Vec<&Flow> {
    pick(events, |what| if let What::Flow(flow) = what { Some(flow.as_ref()) } else { None })
}

fn tunnels(events: &[Event]) -> Vec<&Tunnel> {
    pick(events, |what| if let What::Tunnel(tunnel) = what { Some(tunnel.as_ref()) } else { None })
}

fn ssh(events: &[Event]) -> Vec<&Ssh> {
    pick(events, |what| if let What::Ssh(ssh) = what { Some(ssh.as_ref()) } else { None })
}

fn fields(events: &[Event]) -> Vec<&str> {
    events
        .iter()
        .filter_map(|event| {
            if let What::Anomaly(anomaly) = &event.what {
                Some(anomaly.field.as_ref())
            } else {
                None
            }
        })
        .collect()
}

#[test]
fn the_opening_does_not_depend_on_segments() {
    for (name, turns) in [
        ("tinyshell-classic", [92, -52]),
        ("tinyshell-joined", [92, -52]),
        ("tinyshell-split", [92, -52]),
        ("tinyshell-connect-back", [-92, 52]),
        ("tinyshell-in-a-tunnel", [92, -52]),
    ] {
        let events = scenario(name);
        let opening = flows(&events).iter().find_map(|flow| flow.opening.clone()).unwrap();
        assert_eq!(opening.turns[..2], turns, "{name}");
        assert!(opening.printable_run < 10, "{name}");
    }
}

#[test]
fn a_connection_from_its_first_packet_to_its_last() {
    let mut tl = Timeline::new(1);
    let mut tcp = Tcp::open(&mut tl, at("192.0.2.1", 40_000), at("198.51.100.1", 7_000));
    tcp.say(&mut tl, Side::Client, &[0; 3_000]);
    tcp.say(&mut tl, Side::Server, b"yes");
    tcp.close(&mut tl);
    let events = events_of(&config(), &tl.into_frames());
    let flows = flows(&events);
    let states: Vec<_> = flows.iter().map(|flow| flow.state).collect();
    assert_eq!(states, [FlowState::New, FlowState::Closed]);
    let closed = flows[1];
    assert_eq!(closed.handshake, Handshake::Established);
    assert_eq!((closed.payload_to_server, closed.payload_to_client), (3_000, 3));
    assert_eq!(closed.reason.as_deref(), Some("fin"));
    assert_eq!(closed.opening.clone().unwrap().turns, [3_000, -3]);
    assert!(!closed.midstream);
}

#[test]
fn a_refused_connection_says_so() {
    let mut tl = Timeline::new(1);
    Tcp::refused(&mut tl, at("192.0.2.1", 40_000), at("198.51.100.1", 22));
    let events = events_of(&config(), &tl.into_frames());
    let last = *flows(&events).last().unwrap();
    assert_eq!((last.handshake, last.reason.as_deref()), (Handshake::Refused, Some("rst")));
}

#[test]
fn a_flow_that_falls_silent_ends_at_a_whole_second() {
    let mut tl = Timeline::new(1);
    tl.udp(at("192.0.2.1", 40_000), at("198.51.100.1", 7_000), b"hello");
    let mut frames = tl.into_frames();
    let mut later = frames[0].clone();
    later.0 += 400_000_000;
    frames.push(later);
    let events = events_of(&config(), &frames);
    let flows = flows(&events);
    assert_eq!(flows[1].reason.as_deref(), Some("idle"));
    assert_eq!(events[1].at.0 % 1_000_000, 0);
    assert_eq!(events[1].frame, 1);
}

#[test]
fn passwords_refused_and_a_session_that_got_in() {
    let refused = scenario("ssh-spray-fast");
    let ends: Vec<_> = ssh(&refused)
        .iter()
        .filter(|ssh| ssh.state == SshState::Closed)
        .map(|ssh| ssh.outcome)
        .collect();
    assert!(
        ends.len() >= 10 && ends.iter().all(|end| *end == Some(SshOutcome::Refused)),
        "{ends:?}"
    );
    let accepted = scenario("ssh-spray-accepted");
    assert!(ssh(&accepted).iter().any(|ssh| ssh.outcome == Some(SshOutcome::Accepted)));
    assert!(ssh(&accepted).iter().all(|ssh| ssh.client.is_some() && ssh.hassh.is_some()));
}

#[test]
fn a_tunnel_knows_its_subscriber_and_its_traffic() {
    let events = scenario("sgsnemu-defaults");
    let tunnels = tunnels(&events);
    assert_eq!(tunnels.len(), 2, "{tunnels:#?}");
    assert!(tunnels.iter().all(|tunnel| tunnel.imsi.is_some() && !tunnel.without_control));
    assert_eq!((tunnels[0].state, tunnels[1].state), (TunnelState::Opened, TunnelState::Closed));
    assert_eq!(tunnels[1].reason.as_deref(), Some("deleted"));
    let inside: Vec<_> = events.iter().filter_map(|event| event.path.as_ref()).collect();
    assert!(!inside.is_empty() && inside.iter().all(|path| path.imsi == tunnels[0].imsi));
}

#[test]
fn traffic_without_control_is_one_tunnel_in_both_directions() {
    let frames: Vec<_> = (testkit::scenarios::find("tunnel-c2-shell").unwrap().make)(1)
        .into_iter()
        // Without the control plane: port 2123 stands behind Ethernet and IP without options.
        .filter(|(_, frame)| frame.get(36..38) != Some(&2123u16.to_be_bytes()))
        .collect();
    let events = events_of(&config(), &frames);
    let tunnels = tunnels(&events);
    let opened: Vec<_> =
        tunnels.iter().filter(|tunnel| tunnel.state == TunnelState::Opened).collect();
    assert_eq!(opened.len(), 1, "{tunnels:#?}");
    let closed = tunnels.last().unwrap();
    assert!(
        closed.without_control && closed.gateway_teid.is_some() && closed.serving_teid.is_some()
    );
    assert!(closed.packets_up > 0 && closed.packets_down > 0);
}

#[test]
fn a_tunnel_in_a_tunnel_is_noted() {
    for name in ["gtp-in-gtp-user-plane", "gtp-in-gtp-control-plane"] {
        let events = scenario(name);
        assert!(fields(&events).contains(&"gtp.nested"), "{name}");
    }
}

#[test]
fn clean_traffic_has_no_defects() {
    for name in ["clean", "sgsn-with-many-roamers", "ssh-bastion-sessions", "map-ati-at-home"] {
        assert_eq!(fields(&scenario(name)), Vec::<&str>::new(), "{name}");
    }
}

#[test]
fn results_know_their_operation_and_segments_are_one_message() {
    let events = scenario("map-segmented");
    let maps =
        pick(&events, |what| if let What::Map(map) = what { Some(map.as_ref()) } else { None });
    assert!(maps[0].segmented && maps[0].opcode == Some(71));
    assert_eq!(maps[1].outcome, Some(Outcome::AnsweredWithData));
    assert_eq!(maps[1].operation.as_deref(), Some("anyTimeInterrogation"));
    let asked = events.iter().find(|event| matches!(event.what, What::Map(_))).unwrap();
    assert_eq!(maps[1].request, Some(asked.frame));
}

#[test]
fn an_association_from_its_attempt_to_its_end() {
    let mut tl = Timeline::new(1);
    let mut link = Association::open(&mut tl, at("198.51.100.10", 2905), at("192.0.2.10", 2905));
    for _ in 0..4 {
        link.say(&mut tl, Side::Client, 1, 3, &[1, 0, 3, 3, 0, 0, 0, 8]);
    }
    link.shutdown(&mut tl, Side::Client);
    let events = events_of(&config(), &tl.into_frames());
    let states =
        pick(&events, |what| if let What::Sctp(sctp) = what { Some(sctp.as_ref()) } else { None });
    let seen: Vec<_> = states.iter().map(|sctp| sctp.state).collect();
    assert_eq!(seen, [SctpState::Init, SctpState::Established, SctpState::Closed]);
    assert_eq!((states[2].tsn_seen, states[2].tsn_expected), (4, 4));
    assert_eq!(states[2].payload.as_deref(), Some("m3ua"));
}

fn echoes(events: &[Event]) -> usize {
    pick(events, |what| if let What::Icmp(icmp) = what { Some(icmp) } else { None }).len()
}

#[test]
fn what_is_inside_ip_and_gre_is_read() {
    let (src, dst) = (addr("192.0.2.1"), addr("198.51.100.1"));
    let echo = testkit::frame::transport::echo(src, dst, false, 7, 1, b"anybody there?");
    let gre = |protocol: [u8; 2], payload: &[u8]| {
        let header = [0x20, 0, protocol[0], protocol[1], 0, 0, 0, 9];
        packet(src, dst, 47, &[&header, payload].concat())
    };
    for outer in [
        packet(src, dst, 4, &echo),
        gre([0x08, 0x00], &echo),
        gre([0x65, 0x58], &testkit::frame::link::ethernet(&echo)),
    ] {
        let mut tl = Timeline::new(1);
        tl.packet(&outer);
        let events = events_of(&config(), &tl.into_frames());
        assert_eq!(echoes(&events), 1);
        // One flow for the envelope, one for what is in it.
        let new = flows(&events).iter().filter(|flow| flow.state == FlowState::New).count();
        assert_eq!(new, 2);
    }
}

#[test]
fn envelopes_in_envelopes_come_to_an_end() {
    let (src, dst) = (addr("192.0.2.1"), addr("198.51.100.1"));
    let mut inner = testkit::frame::transport::echo(src, dst, false, 7, 1, b"anybody there?");
    for depth in 1..=6 {
        inner = packet(src, dst, 4, &inner);
        let mut tl = Timeline::new(1);
        tl.packet(&inner);
        let events = events_of(&config(), &tl.into_frames());
        assert_eq!(echoes(&events), usize::from(depth <= 4), "{depth}");
        assert_eq!(fields(&events).contains(&"ip.nested"), depth > 4, "{depth}");
    }
}

#[test]
fn a_resolvers_client_may_have_a_port_of_gtp() {
    let (client, server) = (at("192.0.2.1", 2_152), at("198.51.100.1", 53));
    let mut tl = Timeline::new(1);
    tl.udp(client, server, &testkit::frame::dns::query(1, "example.net", 1, true));
    let events = events_of(&config(), &tl.into_frames());
    assert!(events.iter().any(|event| matches!(event.what, What::Dns(_))));
    assert!(!events.iter().any(|event| matches!(event.what, What::Gtp(_))));
}

#[test]
fn an_address_is_no_clock() {
    let (src, dst) = (addr("192.0.2.1"), addr("198.51.100.1"));
    let shown = |word: [u8; 4]| {
        let data = [&word[..], &[0x01, 0xbb, 0, 0], &[0; 40]].concat();
        let mut tl = Timeline::new(1);
        tl.packet(&testkit::frame::transport::echo(src, dst, false, 7, 1, &data));
        let events = events_of(&config(), &tl.into_frames());
        let pings =
            pick(
                &events,
                |what| if let What::Icmp(icmp) = what { Some(icmp.as_ref()) } else { None },
            );
        assert_eq!(pings[0].pattern, "fping");
        pings[0].data.is_some()
    };
    let now = u32::try_from(Timeline::new(1).now / 1_000_000).unwrap();
    assert!(!shown(now.to_le_bytes()) && !shown(now.to_be_bytes()), "a program's clock");
    assert!(shown([100, 64, 7, 9]), "where to call, and padding");
}

#[test]
fn what_the_capture_cut_off_is_no_lie() {
    let (peer, gateway) = (at("198.51.100.20", 2_123), at("192.0.2.20", 2_123));
    let mut tl = Timeline::new(1);
    tl.udp(
        peer,
        gateway,
        &[&[0x32, 1, 0, 44, 0, 0, 0, 0, 0, 1, 0, 0, 255, 0, 37][..], &[9; 37]].concat(),
    );
    let frames = tl.into_frames();
    let (time, whole) = &frames[0];
    for (kept, snapped) in [(whole.len(), false), (whole.len() - 20, true)] {
        let mut run = run::Run::new(&config());
        run.cut(event::Timestamp(*time), 1, &whole[..kept], whole.len());
        run.finish();
        let gtp =
            pick(
                &run.events,
                |what| if let What::Gtp(gtp) = what { Some(gtp.as_ref()) } else { None },
            );
        assert_eq!(gtp[0].snapped, snapped, "{kept}");
        assert_eq!(gtp[0].claimed_len > gtp[0].payload_len, snapped, "{kept}");
    }
}
