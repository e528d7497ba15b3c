//! A tunnel carries remote control: a suspect session with one long, slow, typed conversation in it, or TinyShell.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Duration;

use event::{
    Capped, Event, Flow, FlowState, Level, Outcome, Proto, TableCount, Timestamp, Tunnel,
    TunnelPath, TunnelState, What,
};

use network::Owner;

use super::tinyshell_handshake;
use crate::{Card, Check, Detector, Finding, Kinds, Scene, Stage, Suspicion, Tuning};

limits! {
    Limits {
        turns: 20, at most 100_000, "turns",
            "a few commands and their answers, behind a key exchange";
        long_turns: 10, at most 100_000, "turns",
            "fewer are enough where the conversation lasts";
        long_seconds: 60, at most 86_400, "seconds",
            "what a person types takes longer than what a program sends";
        small_percent: 60, at most 100, "percent",
            "typed turns are small; transfers are not";
        bytes: 1_000_000, at most 1_000_000_000, "octets",
            "more is no conversation that somebody types";
        flows: 12, at most 1_000_000, "conversations",
            "a subscriber's device opens dozens in its tunnel, an operator's shell one";
    }
}

/// Pauses between a side's turns that differ by less than this share of the middle one, in percent, are a timer's.
const REGULAR_PERCENT: i64 = 10;
const MIN_PAUSES: usize = 4;
const MAX_PAUSES: usize = 32;
const MAX_TUNNELS: usize = 131_072;
const MAX_TOLD: usize = 16_384;
/// Flows of suspect sessions that are listened to at once.
const MAX_PACES: usize = 4_096;

pub(crate) const CARD: Card = Card {
    id: "tunnel-c2",
    level: Level::Critical,
    summary: "A suspect tunnel carries remote control",
    needs: "A session that sgsn-emulation or rogue-gtp-peer called suspect (high or above), and inside its tunnel a \
            conversation of small turns that is long and slow, or the opening of a TinyShell session.",
    quiet_for: "Sessions that nothing else calls suspect; devices that report on a timer; names and time; transfers; \
                tunnels with many conversations.",
    description: "Only through rogue-gtp-peer, which needs the partners' GSN lists.",
    thresholds: "All of these together make a conversation that somebody types.",
    stage: Stage::Control,
    settings: Limits::SETTINGS,
    judges: Kinds::TUNNEL,
    basis: "CrowdStrike, LightBasin (2021): TinyShell through sgsnemu's tunnel, half an hour a day",
    checks: &[
        Check {
            name: "interactive",
            level: Level::Critical,
            looks_for: "a long, slow conversation of small turns in a suspect session",
        },
        Check {
            name: "tinyshell",
            level: Level::Critical,
            looks_for: "the opening of a TinyShell session in a suspect session",
        },
    ],
    attack: &["T1572", "T1090.003", "T1059.004"],
    fight: &["FGT1572.502", "FGT1041", "FGT1599.505"],
    motif: &["MOT3003"],
};

/// What is known of a tunnel by one of its endpoints.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    request_frame: Option<u64>,
    serving_ip: Option<IpAddr>,
    flows: u32,
}

pub(crate) struct TunnelC2 {
    /// By the address and TEID at either end of the user plane.
    tunnels: Capped<(IpAddr, u32), Known>,
    told: Capped<u64, ()>,
    paces: Capped<u64, Pace>,
    limits: Limits,
}

impl Default for TunnelC2 {
    fn default() -> Self {
        Self {
            tunnels: Capped::new("tunnel-c2.tunnels", MAX_TUNNELS),
            told: Capped::new("tunnel-c2.told", MAX_TOLD),
            paces: Capped::new("tunnel-c2.paces", MAX_PACES),
            limits: Limits::default(),
        }
    }
}

impl Detector for TunnelC2 {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::FLOW.and(Kinds::TUNNEL)
    }

    fn tune(&mut self, tuning: &Tuning) {
        self.limits = Limits::tuned(tuning, &CARD);
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        match &event.what {
            What::Tunnel(tunnel) if tunnel.state == TunnelState::Opened => self.opened(tunnel),
            What::Flow(flow) => {
                let Some(path) = &event.path else { return };
                if flow.state == FlowState::New {
                    if event.ends.is_some_and(|ends| ends.proto == Proto::Tcp) {
                        let key = (path.dest_ip, path.teid);
                        self.tunnels.entry(&key, Known::default).0.flows += 1;
                    }
                    return;
                }
                if let Some(finding) = self.judge(scene, event, flow, path) {
                    findings.push(finding);
                }
            }
            _ => {}
        }
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.tunnels.count(), self.told.count(), self.paces.count()]
    }
}

impl TunnelC2 {
    fn opened(&mut self, tunnel: &Tunnel) {
        let known =
            Known { request_frame: tunnel.request_frame, serving_ip: tunnel.serving_ip, flows: 0 };
        for (ip, teid) in
            [(tunnel.gateway_ip, tunnel.gateway_teid), (tunnel.serving_ip, tunnel.serving_teid)]
        {
            if let (Some(ip), Some(teid)) = (ip, teid) {
                self.tunnels.insert((ip, teid), known);
            }
        }
    }

    fn judge(
        &mut self,
        scene: &Scene,
        event: &Event,
        flow: &Flow,
        path: &TunnelPath,
    ) -> Option<Finding> {
        if event.flow_id.is_some_and(|id| self.told.contains(&id)) {
            return None;
        }
        let known = self.tunnels.peek(&(path.dest_ip, path.teid)).copied().unwrap_or_default();
        let suspicion = suspicion(scene, path, &known)?;
        let tinyshell = flow
            .opening
            .as_ref()
            .is_some_and(|opening| tinyshell_handshake::shape(flow, opening).is_some());
        let timer = self.is_timer(event, flow);
        let owner = scene.network.owner_of_ip(path.src_ip);
        let check = if tinyshell {
            "tinyshell"
        } else if !timer
            && u64::from(known.flows) <= self.limits.flows.of(owner)
            && is_conversation(event, flow, &self.limits, owner)
        {
            "interactive"
        } else {
            return None;
        };
        if let Some(id) = event.flow_id {
            self.told.insert(id, ());
        }
        Some(controlled(scene, event, flow, path, suspicion, check))
    }

    /// Whether a timer speaks: the pauses between the turns of the side that asks are all alike. An event may carry
    /// few turns, so that those of earlier ones count as well.
    fn is_timer(&mut self, event: &Event, flow: &Flow) -> bool {
        let mut once = Pace::default();
        let pace = match event.flow_id {
            Some(id) => self.paces.entry(&id, Pace::default).0,
            None => &mut once,
        };
        for turn in flow.turns.iter().filter(|turn| turn.to_server) {
            pace.turn(turn.at);
        }
        pace.is_regular()
    }
}

/// The last pauses of a side between its turns, in microseconds.
#[derive(Clone, Debug, Default)]
struct Pace {
    last: Option<Timestamp>,
    pauses: VecDeque<i64>,
}

impl Pace {
    fn turn(&mut self, at: Timestamp) {
        if let Some(last) = self.last.replace(at) {
            if MAX_PAUSES <= self.pauses.len() {
                self.pauses.pop_front();
            }
            self.pauses.push_back(at.0.saturating_sub(last.0));
        }
    }

    fn is_regular(&self) -> bool {
        let mut pauses: Vec<i64> = self.pauses.iter().copied().collect();
        pauses.sort_unstable();
        let Some(&middle) = pauses.get(pauses.len() / 2) else { return false };
        let even = pauses
            .iter()
            .filter(|pause| {
                pause.saturating_sub(middle).saturating_abs().saturating_mul(100)
                    <= middle.saturating_mul(REGULAR_PERCENT)
            })
            .count();
        // A timer has its log-in at the start and, rarely, something to report.
        MIN_PAUSES <= pauses.len() && (even + 1 >= pauses.len() || even * 10 >= pauses.len() * 9)
    }
}

/// Why the session around this flow is suspect. Where nobody was seen asking for it, its endpoints speak for it.
fn suspicion(scene: &Scene, path: &TunnelPath, known: &Known) -> Option<Suspicion> {
    match known.request_frame {
        Some(frame) => scene.suspects.session(frame),
        None => [Some(path.src_ip), Some(path.dest_ip), known.serving_ip]
            .into_iter()
            .flatten()
            .find_map(|ip| scene.suspects.peer(ip)),
    }
}

fn is_conversation(event: &Event, flow: &Flow, limits: &Limits, owner: Owner<'_>) -> bool {
    let timer = matches!(flow.app_proto.as_deref(), Some("dns" | "ntp" | "snmp" | "syslog"));
    let proto = event.ends.is_some_and(|ends| matches!(ends.proto, Proto::Tcp | Proto::Udp));
    if !proto || timer && flow.dns_framed != Some(false) {
        return false;
    }
    let lasted = flow.start.map_or(Duration::ZERO, |start| event.at.since(start));
    let small = flow.small_turn_count;
    let enough = small >= limits.turns.of(owner)
        || small >= limits.long_turns.of(owner) && lasted >= limits.long_seconds.secs(owner);
    let both = flow.packets_to_server > 0 && flow.packets_to_client > 0;
    enough
        && both
        && small * 100 >= flow.turn_count * limits.small_percent.of(owner)
        && flow.bytes_to_server.saturating_add(flow.bytes_to_client) <= limits.bytes.of(owner)
}

fn controlled(
    scene: &Scene,
    event: &Event,
    flow: &Flow,
    path: &TunnelPath,
    suspicion: Suspicion,
    check: &'static str,
) -> Finding {
    let mut finding = CARD.finding(check, event);
    finding.confidence = if check == "tinyshell" { 0.95 } else { 0.8 };
    finding.outcome = Outcome::Answered;
    let (from, to, port) = match event.ends {
        Some(ends) => (scene.who(ends.src_ip), scene.who(ends.dest_ip), ends.dest_port),
        None => ("an address".into(), "an address".into(), 0),
    };
    let (near, far) = (path.src_ip.min(path.dest_ip), path.src_ip.max(path.dest_ip));
    finding.key = format!("{near}-{far}>{to}");
    finding.signature = format!(
        "A suspect tunnel between {} and {} carries remote control: {from} talks with {to}:{port}",
        scene.who(path.src_ip),
        scene.who(path.dest_ip)
    );
    let seconds = flow.start.map_or(0.0, |start| event.at.since(start).as_secs_f64());
    let talk = match check {
        "tinyshell" => "The flow opens with the sizes of a TinyShell session".to_owned(),
        _ => format!(
            "{} of its {} turns are small enough to be typed or read, {} octets in {seconds:.0} s",
            flow.small_turn_count,
            flow.turn_count,
            flow.bytes_to_server.saturating_add(flow.bytes_to_client)
        ),
    };
    finding.why = format!(
        "{talk}. The session that carries it was called suspect by {} ({}, frame {}).",
        suspicion.detection, suspicion.check, suspicion.frame
    );
    finding.honest_cause =
        "A tester who logs in somewhere through a test session; a new partner's subscriber with a terminal.".into();
    finding.next_step = format!(
        "End the session at the gateway ({}), find out what {to}:{port} is and who else talks to it, and look at the \
         host behind {} for sgsnemu, a tun device and a route to {to} through it.",
        path.dest_ip, path.src_ip
    );
    let owner = scene.network.owner_of_ip(path.src_ip);
    finding.decided_by = Some(scene.network.cite_owner(owner));
    finding.entities = vec![format!("ip:{}", path.src_ip), format!("ip:{}", path.dest_ip)];
    if let Some(ends) = event.ends {
        finding.entities.extend([format!("ip:{}", ends.src_ip), format!("ip:{}", ends.dest_ip)]);
    }
    finding.entities.extend(path.imsi.map(|imsi| format!("imsi:{imsi}")));
    finding.entities.push(format!("teid:{:#010x}@{}", path.teid, path.dest_ip));
    finding.frames = vec![suspicion.frame, event.frame];
    finding.frames.dedup();
    if let Some(start) = flow.start {
        finding.first_seen = start;
    }
    finding
}

#[cfg(test)]
mod tests {
    use event::{Flow, FlowState, Gtp, Handshake, Pco, Proto, Timestamp, Tunnel, Turn, What};
    use network::Network;

    use crate::tests_support::{Events, at, check_all, names, path};

    const SGSN: &str = "198.51.100.66:2123";
    const GGSN: &str = "192.0.2.20:2123";

    /// A session of the emulator (`published`) or of nobody in particular, and its tunnel.
    fn session(published: bool) -> Events {
        let mut events = Events::new();
        let request = Gtp {
            version: 1,
            message_type: 16,
            message: "Create PDP Context Request".into(),
            nsapi: Some(5),
            pco: Some(Pco { published_credentials: published, ..Pco::default() }),
            ..Gtp::default()
        };
        events.gtp(0.0, SGSN, GGSN, request);
        let tunnel = Tunnel {
            version: 1,
            serving_ip: "198.51.100.66".parse().ok(),
            serving_teid: Some(1),
            gateway_ip: "192.0.2.20".parse().ok(),
            gateway_teid: Some(7),
            request_frame: Some(1),
            ..Tunnel::default()
        };
        events.push(0.1, SGSN, GGSN, Proto::Udp, What::Tunnel(Box::new(tunnel)));
        events
    }

    fn talk(small: u64, all: u64, bytes: u64, start: Timestamp, turns: Vec<Turn>) -> Flow {
        Flow {
            state: FlowState::Active,
            handshake: Handshake::Established,
            packets_to_server: all,
            packets_to_client: all,
            bytes_to_server: bytes / 2,
            bytes_to_client: bytes / 2,
            small_turn_count: small,
            turn_count: all,
            start: Some(start),
            turns,
            ..Flow::default()
        }
    }

    fn with(published: bool, flow: Flow) -> Vec<String> {
        let mut events = session(published);
        events.flow(200.0, "10.20.0.5:40000", "203.0.113.7:443", flow).path =
            path("198.51.100.66", "192.0.2.20", 7);
        let alerts = check_all(&["sgsn-emulation", "tunnel-c2"], Network::default(), &events);
        let mut alerts = alerts;
        alerts.retain(|alert| alert.detection == "tunnel-c2");
        names(&alerts)
    }

    fn typed() -> Vec<Turn> {
        let pauses = [0.4, 1.7, 9.0, 2.2, 30.0, 0.9, 4.1, 3.3, 12.0];
        let mut now = 100.0;
        pauses
            .iter()
            .map(|pause| {
                now += pause;
                Turn { at: at(now), to_server: true, bytes: 40 }
            })
            .collect()
    }

    #[test]
    fn remote_control_in_a_suspect_session() {
        let long = || talk(12, 16, 9_000, at(100.0), typed());
        assert_eq!(with(true, long()), ["interactive critical"]);
        assert_eq!(with(false, long()), [""; 0], "nobody suspects this session");
        assert_eq!(with(true, talk(20, 30, 9_000, at(190.0), typed())), ["interactive critical"]);
        for flow in [
            talk(19, 30, 9_000, at(190.0), typed()),
            talk(9, 12, 9_000, at(100.0), typed()),
            talk(12, 30, 9_000, at(100.0), typed()),
            talk(40, 60, 2_000_000, at(100.0), typed()),
            Flow { app_proto: Some("ntp".into()), ..long() },
        ] {
            assert_eq!(with(true, flow.clone()), [""; 0], "{flow:?}");
        }
    }

    #[test]
    fn a_timer_is_no_hand() {
        let turns = (0..12)
            .map(|n| Turn { at: at(100.0 + 8.0 * f64::from(n)), to_server: true, bytes: 40 })
            .collect();
        assert_eq!(with(true, talk(24, 24, 9_000, at(100.0), turns)), [""; 0]);
    }

    #[test]
    fn a_timer_that_logs_in_first_is_no_hand_and_one_with_commands_is() {
        let beats = |commands: &[f64]| {
            let mut times: Vec<f64> = [100.0, 100.1]
                .into_iter()
                .chain((1..24).map(|n| 100.0 + 8.0 * f64::from(n)))
                .collect();
            times.extend(commands);
            times.sort_by(f64::total_cmp);
            let turns =
                times.into_iter().map(|secs| Turn { at: at(secs), to_server: true, bytes: 40 });
            with(true, talk(24, 24, 9_000, at(100.0), turns.collect()))
        };
        assert_eq!(beats(&[]), [""; 0]);
        assert_eq!(beats(&[131.0, 133.5, 150.2]), ["interactive critical"]);
    }

    #[test]
    fn a_timer_is_known_across_events() {
        let told = |pauses: [f64; 8]| {
            let mut events = session(true);
            let mut now = 100.0;
            for (n, pair) in (1u64..).zip(pauses.chunks(2)) {
                let mut turns = Vec::new();
                for pause in pair {
                    now += pause;
                    turns.push(Turn { at: at(now), to_server: true, bytes: 40 });
                }
                let flow = talk(n * 4, n * 4, 4_000, at(100.0), turns);
                let event = events.flow(now + 1.0, "10.20.0.5:40000", "203.0.113.7:443", flow);
                (event.path, event.flow_id) = (path("198.51.100.66", "192.0.2.20", 7), Some(9));
            }
            let mut alerts =
                check_all(&["sgsn-emulation", "tunnel-c2"], Network::default(), &events);
            alerts.retain(|alert| alert.detection == "tunnel-c2");
            names(&alerts)
        };
        assert_eq!(told([0.1, 60.0, 60.1, 60.0, 59.9, 60.0, 60.0, 60.2]), [""; 0]);
        assert_eq!(told([0.1, 9.0, 31.0, 4.0, 55.0, 12.0, 2.0, 40.0]), ["interactive critical"]);
    }

    #[test]
    fn tinyshell_in_a_suspect_session() {
        let mut events = session(true);
        events.opened(9.0, "10.20.0.5:40000", "203.0.113.7:443", &[-92, 52, -36], &[]).path =
            path("198.51.100.66", "192.0.2.20", 7);
        let alerts = check_all(&["sgsn-emulation", "tunnel-c2"], Network::default(), &events);
        assert_eq!(names(&alerts), ["habits.published critical", "tinyshell critical"]);
        assert_eq!(alerts[1].frames, [1, 3]);
        assert_eq!(alerts[1].entities[0], "ip:198.51.100.66");
    }

    #[test]
    fn a_phone_with_many_conversations() {
        let mut events = session(true);
        for n in 0..13 {
            events.syn(1.0, "10.20.0.5:40000", &format!("203.0.113.{n}:443")).path =
                path("198.51.100.66", "192.0.2.20", 7);
        }
        let flow = talk(30, 40, 9_000, at(100.0), typed());
        events.flow(200.0, "10.20.0.5:40000", "203.0.113.7:443", flow).path =
            path("198.51.100.66", "192.0.2.20", 7);
        let alerts = check_all(&["sgsn-emulation", "tunnel-c2"], Network::default(), &events);
        assert_eq!(names(&alerts), ["habits.published critical"]);
    }
}
