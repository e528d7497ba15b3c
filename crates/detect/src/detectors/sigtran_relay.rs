//! A host that turns outside instructions into signalling.
//!
//! The relay has no published bytes: its session may be encrypted, in any protocol, in a tunnel. What cannot be hidden is
//! time. An instruction comes in and a signalling message goes out; an answer comes back and the session speaks. Pairs are
//! counted and set against what chance would give at the host's own rate of signalling, so that a busy STP pairs with nothing.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Duration;

use event::{
    Capped, Endpoints, Event, Flow, Level, Outcome, Proto, TableCount, Timestamp, Turn, What,
};

use super::sides::{NO_DESCRIPTION, Side, is_telecom_port, port_text, speaks_telecom, tunnel_text};
use crate::Tuning;
use crate::card::{Card, Check, Detector, Finding, Gap, Kinds, Stage};
use crate::scene::Scene;

pub(crate) const CARD: Card = Card {
    id: "sigtran-relay",
    level: Level::Critical,
    summary: "A host turns outside instructions into signalling",
    needs: "Signalling messages of a host, and the turns of its TCP, UDP and tunnelled sessions with others.",
    quiet_for: "OAM, syslog and billing connections: their turns come periodically or follow the signalling instead of leading it; busy \
                nodes, where pairs are chance; sessions with management, our own nodes and telecom peers.",
    description: "[home] networks and management say who is no outsider, partners' `services` what is agreed. Without a description an \
                  outsider is an address that speaks no telecom protocol itself.",
    thresholds: "And less than one chance in 100,000 that this happens at the host's own rate (Chernoff bound of the binomial tail): relays \
                 answer to every instruction, other connections to none.",
    stage: Stage::SignallingAccess,
    settings: Limits::SETTINGS,
    judges: Kinds::M3UA.and(Kinds::MAP),
    basis: "CrowdStrike on SIGTRANslator (2024): the role of the tool is published, its bytes are not",
    checks: &[Check {
        name: "relay.paired",
        level: Level::Critical,
        looks_for: "an outsider's session whose turns pair up with the host's signalling",
    }],
    attack: &["T1090", "T1095"],
    fight: &["FGT1071.502", "FGT5045", "FGT1041", "FGT5016"],
    motif: &["MOT3002.301", "MOT3003.301"],
};

limits! {
    Limits {
        instructions: 5, at most 100_000, "instructions",
            "that were followed by signalling within two seconds: fewer are a coincidence";
        paired_percent: 70, at most 100, "percent",
            "of all instructions: a relay answers to nearly every one";
    }
}

/// Delays that are tried, in microseconds: the chance that something else happens within them grows with each.
const WINDOWS: [i64; 5] = [100_000, 250_000, 500_000, 1_000_000, 2_000_000];
const LONGEST: Duration = Duration::from_secs(2);
/// Turns are judged when whatever follows them has been seen.
const PATIENCE: Duration = Duration::from_secs(3);
/// ln of one in 100,000.
const UNLIKELY: f64 = -11.5;
/// Messages closer than this are one burst.
const BURST: Duration = Duration::from_millis(100);
const MAX_HOSTS: usize = 256;
const MAX_BURSTS: usize = 2_048;
const MAX_SESSIONS: usize = 8_192;
const MAX_WAITING: usize = 16_384;

/// When a host signalled, as starts of bursts.
#[derive(Debug, Default)]
struct Bursts {
    starts: VecDeque<(Timestamp, u64, u32)>,
    last: Timestamp,
}

impl Bursts {
    fn add(&mut self, at: Timestamp, frame: u64, octets: u32) {
        let joined = !self.starts.is_empty() && at.since(self.last) < BURST;
        self.last = self.last.max(at);
        if joined {
            return;
        }
        if self.starts.len() >= MAX_BURSTS {
            self.starts.pop_front();
        }
        self.starts.push_back((at, frame, octets));
    }

    /// The first burst in `from..=to`.
    fn first_in(&self, from: Timestamp, to: Timestamp) -> Option<(Timestamp, u64, u32)> {
        let at = self.starts.partition_point(|(start, ..)| *start < from);
        self.starts.get(at).copied().filter(|(start, ..)| *start <= to)
    }

    fn count_in(&self, from: Timestamp, to: Timestamp) -> usize {
        let first = self.starts.partition_point(|(start, ..)| *start < from);
        let behind = self.starts.partition_point(|(start, ..)| *start <= to);
        behind.saturating_sub(first)
    }
}

#[derive(Debug, Default)]
struct Signalling {
    sent: Bursts,
    received: Bursts,
}

/// The session between a signalling host and an outsider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    host: IpAddr,
    outsider: IpAddr,
    /// The tunnel whose end the host is, by its far end.
    tunnel: Option<IpAddr>,
    /// In tunnels nobody says which side of the inner flow sits at the host: both are tried.
    host_calls: bool,
}

#[derive(Debug, Default)]
struct Session {
    turns_in: u32,
    turns_out: u32,
    /// Instructions followed by signalling, per window.
    followed: [u32; WINDOWS.len()],
    /// Answers that followed signalling received.
    answered: u32,
    first: Timestamp,
    last: Timestamp,
    frames: Vec<u64>,
    sizes: Sizes,
    told: bool,
}

/// Sums for the correlation of sizes.
#[derive(Debug, Default)]
struct Sizes {
    n: f64,
    x: f64,
    y: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Sizes {
    fn add(&mut self, x: u32, y: u32) {
        let (x, y) = (f64::from(x), f64::from(y));
        self.n += 1.0;
        self.x += x;
        self.y += y;
        self.xx += x * x;
        self.yy += y * y;
        self.xy += x * y;
    }

    /// Pearson's, or nothing where one side never varied.
    fn correlation(&self) -> Option<f64> {
        let spread = (self.n * self.xx - self.x * self.x) * (self.n * self.yy - self.y * self.y);
        (self.n >= 5.0 && spread > 1.0)
            .then(|| (self.n * self.xy - self.x * self.y) / spread.sqrt())
    }
}

#[derive(Debug)]
struct Waiting {
    ready: Timestamp,
    key: Key,
    /// The outsider spoke.
    inbound: bool,
    turn: Turn,
    frame: u64,
    ends: Endpoints,
    what: String,
}

#[derive(Debug)]
pub(crate) struct SigtranRelay {
    hosts: Capped<IpAddr, Signalling>,
    sessions: Capped<Key, Session>,
    waiting: VecDeque<Waiting>,
    dropped: u64,
    limits: Limits,
}

impl Default for SigtranRelay {
    fn default() -> Self {
        Self {
            hosts: Capped::new("sigtran-relay.hosts", MAX_HOSTS),
            sessions: Capped::new("sigtran-relay.sessions", MAX_SESSIONS),
            waiting: VecDeque::new(),
            dropped: 0,
            limits: Limits::default(),
        }
    }
}

impl Detector for SigtranRelay {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::FLOW.and(Kinds::MAP).and(Kinds::CAP).and(Kinds::SCCP)
    }

    fn tune(&mut self, tuning: &Tuning) {
        self.limits = Limits::tuned(tuning, &CARD);
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, _findings: &mut Vec<Finding>) {
        match &event.what {
            What::Map(map) | What::Cap(map) if map.component_index == 0 => {
                self.signalled(event, map.parameter_len)
            }
            What::Sccp(sccp) => self.signalled(event, sccp.payload_len),
            What::Flow(flow) if !flow.turns.is_empty() => self.turns(scene, event, flow),
            _ => {}
        }
    }

    fn advance(&mut self, scene: &Scene, now: Timestamp, findings: &mut Vec<Finding>) {
        while self.waiting.front().is_some_and(|waiting| waiting.ready <= now) {
            if let Some(waiting) = self.waiting.pop_front() {
                findings.extend(self.judge(scene, &waiting));
            }
        }
    }

    fn gaps(&self, scene: &Scene) -> Vec<Gap> {
        if self.hosts.is_empty() || scene.network.has_home_networks() {
            return Vec::new();
        }
        vec![Gap {
            detection: CARD.id,
            check: "relay.paired",
            missing: format!("{NO_DESCRIPTION}: who is an outsider was judged by what they speak"),
        }]
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![
            self.hosts.count(),
            self.sessions.count(),
            TableCount {
                table: "sigtran-relay.waiting".into(),
                entries: self.waiting.len() as u64,
                cap: MAX_WAITING as u64,
                evicted: self.dropped,
            },
        ]
    }
}

impl SigtranRelay {
    fn signalled(&mut self, event: &Event, octets: u32) {
        let Some(ends) = event.ends.as_ref().filter(|_| event.path.is_none()) else { return };
        let (sender, _) = self.hosts.entry(&ends.src_ip, Signalling::default);
        sender.sent.add(event.at, event.frame, octets);
        let (receiver, _) = self.hosts.entry(&ends.dest_ip, Signalling::default);
        receiver.received.add(event.at, event.frame, octets);
    }

    fn turns(&mut self, scene: &Scene, event: &Event, flow: &Flow) {
        let Some(ends) = event.ends else { return };
        if self.hosts.is_empty() || !matches!(ends.proto, Proto::Tcp | Proto::Udp) {
            return;
        }
        if is_telecom_port(ends.proto, ends.dest_port)
            || matches!(
                flow.app_proto.as_deref(),
                Some("diameter" | "gtp" | "gtp-u" | "dns" | "sip" | "bgp" | "radius" | "ntp")
            )
        {
            return;
        }
        let (src, dest) = (ends.src_ip, ends.dest_ip);
        match event.path.as_deref() {
            None => {
                self.keep(
                    scene,
                    event,
                    flow,
                    Key { host: src, outsider: dest, tunnel: None, host_calls: true },
                );
                self.keep(
                    scene,
                    event,
                    flow,
                    Key { host: dest, outsider: src, tunnel: None, host_calls: false },
                );
            }
            Some(path) => {
                for (host, far) in [(path.src_ip, path.dest_ip), (path.dest_ip, path.src_ip)] {
                    self.keep(
                        scene,
                        event,
                        flow,
                        Key { host, outsider: dest, tunnel: Some(far), host_calls: true },
                    );
                    self.keep(
                        scene,
                        event,
                        flow,
                        Key { host, outsider: src, tunnel: Some(far), host_calls: false },
                    );
                }
                // The host itself, reached through a tunnel.
                self.keep(
                    scene,
                    event,
                    flow,
                    Key { host: dest, outsider: src, tunnel: None, host_calls: false },
                );
            }
        }
    }

    fn keep(&mut self, scene: &Scene, event: &Event, flow: &Flow, key: Key) {
        if self.hosts.peek(&key.host).is_none() || !is_outsider(scene, event, flow, key) {
            return;
        }
        let Some(ends) = event.ends else { return };
        let what = match (&event.path, key.tunnel) {
            (Some(path), _) => format!(
                "{} in {}",
                port_text(ends.proto, flow.ip_proto, ends.dest_port),
                tunnel_text(path)
            ),
            _ => port_text(ends.proto, flow.ip_proto, ends.dest_port),
        };
        for turn in &flow.turns {
            if self.waiting.len() >= MAX_WAITING {
                self.dropped += 1;
                continue;
            }
            self.waiting.push_back(Waiting {
                ready: event.at.max(turn.at.plus(PATIENCE)),
                key,
                // A turn to the server comes from whoever called.
                inbound: turn.to_server != key.host_calls,
                turn: turn.clone(),
                frame: event.frame,
                ends,
                what: what.clone(),
            });
        }
    }

    fn judge(&mut self, scene: &Scene, waiting: &Waiting) -> Option<Finding> {
        let signalling = self.hosts.peek(&waiting.key.host)?;
        let (session, _) = self.sessions.entry(&waiting.key, Session::default);
        let at = waiting.turn.at;
        if session.turns_in + session.turns_out == 0 {
            session.first = at;
        }
        session.first = session.first.min(at);
        session.last = session.last.max(at);
        if !waiting.inbound {
            session.turns_out = session.turns_out.saturating_add(1);
            let heard = signalling.received.first_in(at.minus(LONGEST), at).is_some();
            session.answered = session.answered.saturating_add(u32::from(heard));
            return None;
        }
        session.turns_in = session.turns_in.saturating_add(1);
        let (start, frame, octets) = signalling.sent.first_in(at, at.plus(LONGEST))?;
        for (count, window) in session.followed.iter_mut().zip(WINDOWS) {
            *count = count.saturating_add(u32::from(start.0.saturating_sub(at.0) <= window));
        }
        session.sizes.add(waiting.turn.bytes, octets);
        // The instruction's flow and what followed it; the oldest and the newest are kept.
        for frame in [waiting.frame, frame] {
            if !session.frames.contains(&frame) {
                if session.frames.len() >= 16 {
                    session.frames.pop();
                }
                session.frames.push(frame);
            }
        }
        if session.told {
            return None;
        }
        let span = session.last.since(session.first).as_secs_f64().max(1.0) + LONGEST.as_secs_f64();
        let bursts = signalling.sent.count_in(session.first, session.last.plus(LONGEST));
        #[expect(clippy::cast_precision_loss, reason = "at most 2,048")]
        let rate = bursts as f64 / span;
        let (followed, window) = session.significant(
            rate,
            self.limits.instructions.everybody(),
            self.limits.paired_percent.everybody(),
        )?;
        session.told = true;
        Some(finding(scene, waiting, session, followed, window, rate))
    }
}

impl Session {
    /// The smallest delay at which chance is out of the question.
    fn significant(&self, rate: f64, least: u64, percent: u64) -> Option<(u32, i64)> {
        for (followed, window) in self.followed.into_iter().zip(WINDOWS) {
            if u64::from(followed) < least
                || u64::from(followed) * 100 < u64::from(self.turns_in) * percent
            {
                continue;
            }
            #[expect(clippy::cast_precision_loss, reason = "two seconds in microseconds are exact")]
            let by_chance = 1.0 - (-rate * window as f64 / 1e6).exp();
            if ln_tail(followed, self.turns_in, by_chance) < UNLIKELY {
                return Some((followed, window));
            }
        }
        None
    }
}

/// Chernoff's bound on the logarithm of the chance for `k` or more of `n` when each has probability `p`.
fn ln_tail(k: u32, n: u32, p: f64) -> f64 {
    let (n, share) = (f64::from(n), f64::from(k) / f64::from(n.max(1)));
    let p = p.clamp(1e-9, 1.0);
    if share <= p {
        return 0.0;
    }
    let rest = if share < 1.0 { (1.0 - share) * ((1.0 - share) / (1.0 - p)).ln() } else { 0.0 };
    -n * (share * (share / p).ln() + rest)
}

/// Whether the far end is somebody who has no business with a signalling host.
fn is_outsider(scene: &Scene, event: &Event, flow: &Flow, key: Key) -> bool {
    if key.host == key.outsider || key.tunnel == Some(key.outsider) {
        return false;
    }
    let network = &scene.network;
    if network.has_home_networks() {
        return match Side::of(network, key.outsider) {
            Side::Management | Side::Home(_) => false,
            Side::Subscriber => true,
            Side::Partner(partner) => event
                .ends
                .is_some_and(|ends| network.allowed_service(partner, &ends, flow).is_none()),
            Side::Outside => !speaks_telecom(scene.inventory.roles_of(key.outsider)),
        };
    }
    !speaks_telecom(scene.inventory.roles_of(key.outsider))
}

fn finding(
    scene: &Scene,
    waiting: &Waiting,
    session: &Session,
    followed: u32,
    window: i64,
    rate: f64,
) -> Finding {
    let Key { host, outsider, tunnel, .. } = waiting.key;
    let side = Side::of(&scene.network, outsider);
    let correlation = session.sizes.correlation().filter(|value| *value >= 0.5);
    let sizes = correlation
        .map(|value| format!("; their sizes agree too (correlation {value:.2})"))
        .unwrap_or_default();
    // An SMSC's or USSD gateway's application interface pairs the same way.
    let gateway = matches!(waiting.ends.dest_port, 2775 | 2776);
    let base = Event {
        ends: Some(waiting.ends),
        ..Event::new(session.last, waiting.frame, Some(waiting.ends), What::Flow(Box::default()))
    };
    let mut entities = vec![format!("ip:{outsider}"), format!("ip:{host}")];
    entities.extend(tunnel.map(|far| format!("ip:{far}")));
    let mut frames = session.frames.clone();
    frames.sort_unstable();
    Finding {
        level: if gateway { Level::Medium } else { Level::Critical },
        key: format!("{outsider}>{host}"),
        confidence: if correlation.is_some() { 0.9 } else { 0.8 },
        outcome: if session.answered > 0 { Outcome::AnsweredWithData } else { Outcome::Answered },
        signature: format!("{host} turns instructions of {outsider} into signalling ({})", waiting.what),
        why: format!(
            "{followed} of {} turns of {outsider} were followed by a signalling message of {host} within {} ms, {} of {} turns back came within \
             2 s of signalling received; {host} sends {rate:.2} bursts a second, which explains few of them{sizes}",
            session.turns_in,
            window / 1_000,
            session.answered,
            session.turns_out
        ),
        honest_cause: "A message centre, USSD gateway or interworking function that serves an application at that address by contract, or a \
                       test bench."
            .to_owned(),
        next_step: format!(
            "Take {host} off the signalling network if nobody can name the application behind {outsider}; on {host}, find the process that holds \
             both an SCTP socket and that session."
        ),
        decided_by: Some(side.cite(&scene.network)),
        entities,
        first_seen: session.first,
        frames,
        ..CARD.finding("relay.paired", &base)
    }
}

#[cfg(test)]
#[path = "sigtran_relay_tests.rs"]
mod tests;
