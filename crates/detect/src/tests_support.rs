//! Event lists in virtual time, for the tests of the detections.

use std::net::{IpAddr, SocketAddr};

use event::{
    Alert, Anomaly, Endpoints, Event, Flow, FlowState, Gtp, Handshake, Icmp, Opening, Proto,
    Timestamp, TunnelPath, What,
};
use network::Network;

use crate::{Engine, Gap, Tuning};

/// Time zero of all tests: 2023-11-14T22:13:20Z.
const EPOCH: f64 = 1_700_000_000.0;

/// `secs` after time zero.
pub(crate) fn at(secs: f64) -> Timestamp {
    #[expect(clippy::cast_possible_truncation, reason = "test times are small")]
    Timestamp(((EPOCH + secs) * 1e6).round() as i64)
}

/// `192.0.2.1:53`, `192.0.2.1` or `[2001:db8::1]:53`
pub(crate) fn end(text: &str) -> (IpAddr, u16) {
    match text.parse::<SocketAddr>() {
        Ok(socket) => (socket.ip(), socket.port()),
        Err(_) => (text.parse().unwrap(), 0),
    }
}

pub(crate) fn ends(src: &str, dest: &str, proto: Proto) -> Endpoints {
    let ((src_ip, src_port), (dest_ip, dest_port)) = (end(src), end(dest));
    Endpoints { src_ip, src_port, dest_ip, dest_port, proto }
}

/// A list of events; frames are numbered as they come.
#[derive(Default)]
pub(crate) struct Events {
    pub(crate) list: Vec<Event>,
}

impl Events {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Any event; change what the builder does not set in what comes back.
    pub(crate) fn push(
        &mut self,
        secs: f64,
        src: &str,
        dest: &str,
        proto: Proto,
        what: What,
    ) -> &mut Event {
        let ends = ends(src, dest, proto);
        let frame = self.list.len() as u64 + 1;
        let mut event = Event::new(at(secs), frame, Some(ends), what);
        event.flow_id = Some(flow_id(&ends));
        self.list.push(event);
        self.list.last_mut().unwrap()
    }

    /// First packet of a TCP flow: a SYN.
    pub(crate) fn syn(&mut self, secs: f64, src: &str, dest: &str) -> &mut Event {
        let flow = Flow { ip_proto: 6, handshake: Handshake::Syn, ..Flow::default() };
        self.push(secs, src, dest, Proto::Tcp, What::Flow(Box::new(flow)))
    }

    pub(crate) fn flow(&mut self, secs: f64, src: &str, dest: &str, flow: Flow) -> &mut Event {
        self.push(secs, src, dest, Proto::Tcp, What::Flow(Box::new(flow)))
    }

    /// A TCP flow whose opening is known.
    pub(crate) fn opened(
        &mut self,
        secs: f64,
        src: &str,
        dest: &str,
        turns: &[i32],
        marks: &[u16],
    ) -> &mut Event {
        let opening = Opening {
            turns: turns.to_vec(),
            marks_to_server: marks.to_vec(),
            printable_run: 5,
            ..Opening::default()
        };
        let flow = Flow {
            state: FlowState::Opened,
            ip_proto: 6,
            handshake: Handshake::Established,
            opening: Some(opening),
            ..Flow::default()
        };
        self.flow(secs, src, dest, flow)
    }

    /// An echo request with this data.
    pub(crate) fn ping(
        &mut self,
        secs: f64,
        src: &str,
        dest: &str,
        pattern: &'static str,
        data: &[u8],
    ) -> &mut Event {
        let icmp = Icmp {
            icmp_type: 8,
            id: Some(0x1234),
            sequence: Some(1),
            data_len: u32::try_from(data.len()).unwrap(),
            pattern: pattern.into(),
            data: Some(hex(data)),
            ..Icmp::default()
        };
        self.push(secs, src, dest, Proto::Icmp, What::Icmp(Box::new(icmp)))
    }

    pub(crate) fn gtp(&mut self, secs: f64, src: &str, dest: &str, gtp: Gtp) -> &mut Event {
        self.push(secs, src, dest, Proto::Udp, What::Gtp(Box::new(gtp)))
    }

    pub(crate) fn anomaly(
        &mut self,
        secs: f64,
        src: &str,
        dest: &str,
        proto: Proto,
        anomaly: Anomaly,
    ) -> &mut Event {
        self.push(secs, src, dest, proto, What::Anomaly(Box::new(anomaly)))
    }
}

/// One number for a conversation, whichever side speaks.
fn flow_id(ends: &Endpoints) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let (a, b) = ((ends.src_ip, ends.src_port), (ends.dest_ip, ends.dest_port));
    let mut hasher = DefaultHasher::new();
    (a.min(b), a.max(b), ends.proto).hash(&mut hasher);
    hasher.finish()
}

/// An ordinary subscriber's tunnel from `src` to `dest`.
pub(crate) fn path(src: &str, dest: &str, teid: u32) -> Option<Box<TunnelPath>> {
    let (src_ip, dest_ip) = (src.parse().unwrap(), dest.parse().unwrap());
    Some(Box::new(TunnelPath { src_ip, dest_ip, teid, depth: 1, imsi: None }))
}

pub(crate) fn hex(data: &[u8]) -> String {
    data.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn run(detections: &[&str], network: Network, events: &Events) -> Engine {
    let makers = detections.iter().map(|id| (crate::find(id).unwrap().make)());
    let mut engine = Engine::with(network, Tuning::default(), makers.collect());
    for event in &events.list {
        engine.on_event(event);
    }
    engine.finish();
    engine
}

/// The alerts that these detections make of the events, with laws that hold for all of them.
pub(crate) fn check_all(detections: &[&str], network: Network, events: &Events) -> Vec<Alert> {
    let alerts = run(detections, network.clone(), events).alerts();
    assert_eq!(alerts, run(detections, network, events).alerts(), "same events, other alerts");
    for alert in &alerts {
        assert!(!alert.frames.is_empty(), "{alert:?}");
        assert!(!alert.entities.is_empty(), "{alert:?}");
        assert!(alert.first_seen <= alert.last_seen, "{alert:?}");
        assert!((0.0..=1.0).contains(&alert.confidence), "{alert:?}");
        for text in [&alert.signature, &alert.why, &alert.honest_cause, &alert.next_step] {
            assert!(!text.is_empty(), "{alert:?}");
            assert!(!text.contains('\n'), "{alert:?}");
        }
        let card = crate::find(&alert.detection).unwrap().card;
        assert!(card.check(&alert.check).is_some(), "{alert:?}");
        assert!(alert.level <= card.level, "{alert:?}");
    }
    alerts
}

/// The alerts that this detection makes of the events, without a network description.
pub(crate) fn check(detection: &str, events: &Events) -> Vec<Alert> {
    check_all(&[detection], Network::default(), events)
}

/// The same with a description.
pub(crate) fn check_with(detection: &str, network: Network, events: &Events) -> Vec<Alert> {
    check_all(&[detection], network, events)
}

/// `check level` of each alert, worst first.
pub(crate) fn names(alerts: &[Alert]) -> Vec<String> {
    alerts.iter().map(|alert| format!("{} {}", alert.check, alert.level)).collect()
}

/// What could not be judged.
pub(crate) fn gaps(detection: &str, network: Network, events: &Events) -> Vec<Gap> {
    run(&[detection], network, events).gaps()
}
