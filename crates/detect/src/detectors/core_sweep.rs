//! One source that feels its way over core elements with telecom protocols.
//!
//! A node that has business with twenty others gets answers and goes on to talk. A scanner asks, is mostly ignored, and
//! never says more.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Duration;

use event::{
    Capped, Diameter, Dns, Endpoints, Event, Flow, FlowState, Gtp, Level, Outcome, Proto, Sctp,
    SctpState, TableCount, Timestamp, What,
};

use super::sides::{
    NO_DESCRIPTION, Side, flow_outcome, is_telecom_port, speaks_telecom, time_text,
};
use crate::Tuning;
use crate::card::{Card, Check, Detector, Finding, Gap, Kinds, Stage};
use crate::scene::Scene;

pub(crate) const CARD: Card = Card {
    id: "core-sweep",
    level: Level::High,
    summary: "One source feels its way over core elements",
    needs: "GTP echoes, SCTP INITs, Diameter capabilities exchanges, DNS questions and unanswered TCP and UDP flows, per source \
            and destination, with their answers and what followed.",
    quiet_for: "A GSN that keeps its peers alive (answered, or repeated to the same ones); resolvers, whose servers answer; whoever \
                speaks further with those it asked; the management networks; subscribers' traffic to the internet.",
    description: "[home] and [[partner]] networks let plain TCP and UDP probes count, from tunnels too. Without a description only \
                  telecom protocols and remote shells count.",
    thresholds: "The verdict waits three minutes, for late answers and for repeated keep-alives.",
    stage: Stage::Foothold,
    settings: Limits::SETTINGS,
    judges: Kinds::FLOW.and(Kinds::GTP).and(Kinds::SCTP),
    basis: "CrowdStrike on CordScan (2021, 2024); Mandiant on SUN4ME; the figures are those of the threat reference",
    checks: &[
        Check {
            name: "sweep.fast",
            level: Level::High,
            looks_for: "twenty or more destinations probed within 10 minutes, few answered, no session after",
        },
        Check {
            name: "sweep.slow",
            level: Level::High,
            looks_for: "twenty or more destinations probed within 24 hours, few answered, no session after",
        },
    ],
    attack: &["T1046", "T1018"],
    fight: &["FGT1046.501", "FGT1046"],
    motif: &["MOT1046", "MOT1046.301"],
};

limits! {
    Limits {
        destinations: 20, at most MAX_DESTINATIONS as u64, "destinations",
            "no node gets so many new peers at once";
        fast_seconds: 600, at most 86_400, "seconds",
            "a scan by hand or by a tool that does not hide";
        slow_seconds: 86_400, at most 604_800, "seconds",
            "the slowest scan that was published asked about one address an hour";
        answered_percent: 30, at most 100, "percent",
            "less than this of honest questions get an answer only where something is broken";
    }
}

/// Time for answers, and for a keep-alive of one a minute to show that it repeats.
const PATIENCE: Duration = Duration::from_secs(180);
/// Repeated at least this often over at least this long: a path that is kept alive.
const STEADY_TIMES: u32 = 3;
const STEADY_SPAN: Duration = Duration::from_secs(100);
const MAX_SOURCES: usize = 4_096;
const MAX_DESTINATIONS: usize = 64;
const MAX_DUE: usize = 8_192;

/// How a destination was probed.
mod kind {
    pub(super) const GTP: u8 = 1;
    pub(super) const SCTP: u8 = 2;
    pub(super) const DIAMETER: u8 = 4;
    pub(super) const DNS: u8 = 8;
    /// Questions that only a scanner has: CHAOS, AXFR, IXFR.
    pub(super) const DNS_ODD: u8 = 16;
    pub(super) const TCP: u8 = 32;
    pub(super) const UDP: u8 = 64;
    /// What messages say for themselves.
    pub(super) const MESSAGES: u8 = GTP | SCTP | DIAMETER | DNS | DNS_ODD;

    pub(super) const NAMES: [(u8, &str); 7] = [
        (GTP, "GTP echoes"),
        (SCTP, "SCTP INITs"),
        (DIAMETER, "Diameter capabilities exchanges"),
        (DNS, "DNS questions"),
        (DNS_ODD, "DNS version questions or zone transfers"),
        (TCP, "TCP connections"),
        (UDP, "UDP packets"),
    ];
}

/// A source inside a tunnel is another than the same address outside.
type Source = (IpAddr, Option<(IpAddr, u32)>);

#[derive(Debug)]
struct Destination {
    ip: IpAddr,
    first: Timestamp,
    last: Timestamp,
    frame: u64,
    times: u32,
    kinds: u8,
    answered: bool,
    refused: bool,
    /// More was said than the probe: a session, a subscriber's request, data.
    session: bool,
}

#[derive(Debug, Default)]
struct Probes {
    /// Most recently probed last.
    destinations: VecDeque<Destination>,
    /// Something came back to this source, from anybody: both directions are seen.
    heard: bool,
    due: bool,
    fast_told: Option<Timestamp>,
    slow_told: Option<Timestamp>,
    ends: Option<Endpoints>,
}

#[derive(Debug)]
pub(crate) struct CoreSweep {
    sources: Capped<Source, Probes>,
    /// Sources to be judged, by the time at which.
    due: VecDeque<(Timestamp, Source)>,
    plain_flows: bool,
    limits: Limits,
}

impl Default for CoreSweep {
    fn default() -> Self {
        Self {
            sources: Capped::new("core-sweep.sources", MAX_SOURCES),
            due: VecDeque::new(),
            plain_flows: false,
            limits: Limits::default(),
        }
    }
}

/// What an event says about source and destination.
enum Sign {
    Probe(u8),
    Answer,
    Refusal,
    Session,
}

impl Detector for CoreSweep {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::DIAMETER.and(Kinds::DNS).and(Kinds::FLOW).and(Kinds::GTP).and(Kinds::SCTP)
    }

    fn tune(&mut self, tuning: &Tuning) {
        self.limits = Limits::tuned(tuning, &CARD);
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, _findings: &mut Vec<Finding>) {
        let Some(ends) = &event.ends else { return };
        match &event.what {
            What::Flow(flow) => self.flow(scene, event, ends, flow),
            What::Gtp(gtp) if event.path.is_none() => self.gtp(scene, event, ends, gtp),
            What::Dns(dns) if event.path.is_none() => self.dns(scene, event, ends, dns),
            What::Sctp(sctp) if event.path.is_none() => self.sctp(scene, event, ends, sctp),
            What::Diameter(diameter) if event.path.is_none() => {
                self.diameter(scene, event, ends, diameter);
            }
            _ => {}
        }
    }

    fn advance(&mut self, scene: &Scene, now: Timestamp, findings: &mut Vec<Finding>) {
        while let Some((at, source)) = self.due.front().copied() {
            if at > now {
                return;
            }
            self.due.pop_front();
            let Some(probes) = self.sources.get_mut(&source) else { continue };
            probes.due = false;
            findings.extend(probes.judge(scene, &self.limits, source));
        }
    }

    fn gaps(&self, scene: &Scene) -> Vec<Gap> {
        if !self.plain_flows || scene.network.has_home_networks() {
            return Vec::new();
        }
        vec![Gap {
            detection: CARD.id,
            check: "sweep.fast",
            missing: format!("{NO_DESCRIPTION}: probes of other than telecom ports are not judged"),
        }]
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![
            self.sources.count(),
            TableCount {
                table: "core-sweep.due".into(),
                entries: self.due.len() as u64,
                cap: MAX_DUE as u64,
                evicted: 0,
            },
        ]
    }
}

impl CoreSweep {
    fn gtp(&mut self, scene: &Scene, event: &Event, ends: &Endpoints, gtp: &Gtp) {
        let out = (ends.src_ip, ends.dest_ip);
        let back = (ends.dest_ip, ends.src_ip);
        match gtp.message_type {
            1 => self.sign(scene, event, out, Sign::Probe(kind::GTP)),
            2 => self.sign(scene, event, back, Sign::Answer),
            // Version Not Supported, in all versions.
            3 => self.sign(scene, event, back, Sign::Refusal),
            // An error indication answers a G-PDU that nobody expected.
            26 => {}
            _ => {
                self.sign(scene, event, out, Sign::Session);
                self.sign(scene, event, back, Sign::Session);
            }
        }
    }

    fn dns(&mut self, scene: &Scene, event: &Event, ends: &Endpoints, dns: &Dns) {
        if dns.response {
            let sign = if dns.rcode == Some(5) { Sign::Refusal } else { Sign::Answer };
            return self.sign(scene, event, (ends.dest_ip, ends.src_ip), sign);
        }
        let odd = dns.qclass == Some(3) || matches!(dns.qtype, Some(251 | 252));
        let kind = if odd { kind::DNS_ODD } else { kind::DNS };
        self.sign(scene, event, (ends.src_ip, ends.dest_ip), Sign::Probe(kind));
    }

    fn sctp(&mut self, scene: &Scene, event: &Event, ends: &Endpoints, sctp: &Sctp) {
        let pair = (ends.src_ip, ends.dest_ip);
        match sctp.state {
            SctpState::Init => self.sign(scene, event, pair, Sign::Probe(kind::SCTP)),
            SctpState::Refused => self.sign(scene, event, pair, Sign::Refusal),
            SctpState::Established => self.sign(scene, event, pair, Sign::Answer),
            SctpState::Closed if sctp.data_chunks > 0 => {
                self.sign(scene, event, pair, Sign::Session);
            }
            SctpState::Closed => {}
        }
    }

    fn diameter(&mut self, scene: &Scene, event: &Event, ends: &Endpoints, diameter: &Diameter) {
        let out = (ends.src_ip, ends.dest_ip);
        let back = (ends.dest_ip, ends.src_ip);
        match (diameter.command_code, diameter.request) {
            (257, true) => self.sign(scene, event, out, Sign::Probe(kind::DIAMETER)),
            (257, false) if diameter.result_code == Some(2001) => {
                self.sign(scene, event, back, Sign::Answer);
            }
            (257, false) => self.sign(scene, event, back, Sign::Refusal),
            // Watchdogs and disconnects say nothing; everything else is business.
            (280 | 282, _) => {}
            _ => {
                self.sign(scene, event, out, Sign::Session);
                self.sign(scene, event, back, Sign::Session);
            }
        }
    }

    /// Whether a flow was answered is known at its end.
    fn flow(&mut self, scene: &Scene, event: &Event, ends: &Endpoints, flow: &Flow) {
        if flow.state != FlowState::Closed || flow.midstream {
            return;
        }
        let outcome = flow_outcome(ends.proto, flow);
        let pair = (ends.src_ip, ends.dest_ip);
        if outcome == Outcome::AnsweredWithData {
            // Outside tunnels, signalling says for itself what its answers were.
            if event.path.is_some()
                || !matches!(
                    (ends.proto, ends.dest_port),
                    (Proto::Sctp, _)
                        | (Proto::Tcp, 3868 | 5868)
                        | (Proto::Udp, 2123 | 2152 | 3386 | 53)
                )
            {
                self.sign(scene, event, pair, Sign::Answer);
            }
            return;
        }
        let kind = match ends.proto {
            Proto::Tcp => kind::TCP,
            // GTP and DNS messages are probes by themselves; a flow alone may be answers to what was not seen.
            Proto::Udp
                if event.path.is_none() && matches!(ends.dest_port, 53 | 2123 | 2152 | 3386) =>
            {
                return;
            }
            Proto::Udp if outcome < Outcome::Answered => kind::UDP,
            Proto::Sctp if event.path.is_some() => kind::SCTP,
            _ => return,
        };
        self.plain_flows = true;
        if counts(scene, event, ends) {
            self.sign(scene, event, pair, Sign::Probe(kind));
            match outcome {
                Outcome::Refused => self.sign(scene, event, pair, Sign::Refusal),
                // That a connection was accepted does not answer the question asked over it.
                Outcome::Answered if flow.payload_to_server == 0 => {
                    self.sign(scene, event, pair, Sign::Answer);
                }
                _ => {}
            }
        }
    }

    fn sign(&mut self, scene: &Scene, event: &Event, (from, to): (IpAddr, IpAddr), sign: Sign) {
        let source = (from, event.path.as_ref().map(|path| (path.dest_ip, path.teid)));
        let Sign::Probe(kind) = sign else {
            // Answers make no entry, so that only who asks costs memory.
            if let Some(probes) = self.sources.get_mut(&source) {
                probes.answer(to, &sign);
            }
            return;
        };
        if scene.network.is_management(from) {
            return;
        }
        let (probes, _) = self.sources.entry(&source, Probes::default);
        probes.probe(event, to, kind);
        if !probes.due
            && enough(
                probes.destinations.len(),
                self.limits.destinations.of(scene.network.owner_of_ip(from)),
            )
            && self.due.len() < MAX_DUE
        {
            probes.due = true;
            self.due.push_back((event.at.plus(PATIENCE), source));
        }
    }
}

/// Whether a plain flow is a probe of the core: by the description, by what the address was seen to be, or by its port.
fn counts(scene: &Scene, event: &Event, ends: &Endpoints) -> bool {
    match Side::of(&scene.network, ends.dest_ip) {
        Side::Management | Side::Home(_) | Side::Partner(_) => return true,
        Side::Subscriber => return false,
        Side::Outside => {}
    }
    if speaks_telecom(scene.inventory.roles_of(ends.dest_ip)) {
        return true;
    }
    let telecom = is_telecom_port(ends.proto, ends.dest_port);
    let signalling = telecom && ends.dest_port != 2152 && ends.dest_port != 2123;
    if event.path.is_some() {
        // A subscriber may send anything to the internet.
        return signalling;
    }
    telecom || (ends.proto == Proto::Tcp && matches!(ends.dest_port, 22 | 23 | 2904 | 2905 | 57722))
}

impl Probes {
    fn probe(&mut self, event: &Event, ip: IpAddr, kind: u8) {
        self.ends = event.ends.or(self.ends);
        // A flow is known at its end, and only says again what a message said before.
        let (at, flow) = match &event.what {
            What::Flow(flow) => (flow.start.unwrap_or(event.at), true),
            _ => (event.at, false),
        };
        let known = self.destinations.iter().position(|destination| destination.ip == ip);
        if let Some(destination) = known.filter(|_| flow).and_then(|i| self.destinations.get_mut(i))
        {
            destination.kinds |= if destination.kinds & kind::MESSAGES == 0 { kind } else { 0 };
            return;
        }
        let mut destination = match known.and_then(|i| self.destinations.remove(i)) {
            Some(destination) => destination,
            None => {
                if self.destinations.len() >= MAX_DESTINATIONS {
                    self.destinations.pop_front();
                }
                Destination {
                    ip,
                    first: at,
                    last: at,
                    frame: event.frame,
                    times: 0,
                    kinds: 0,
                    answered: false,
                    refused: false,
                    session: false,
                }
            }
        };
        destination.last = destination.last.max(at);
        destination.times = destination.times.saturating_add(1);
        destination.kinds |= kind;
        self.destinations.push_back(destination);
    }

    fn answer(&mut self, ip: IpAddr, sign: &Sign) {
        self.heard = true;
        let Some(destination) =
            self.destinations.iter_mut().find(|destination| destination.ip == ip)
        else {
            return;
        };
        match sign {
            Sign::Answer => destination.answered = true,
            Sign::Refusal => destination.refused = true,
            Sign::Session => destination.session = true,
            Sign::Probe(_) => {}
        }
    }

    fn judge(&mut self, scene: &Scene, limits: &Limits, source: Source) -> Option<Finding> {
        let heard = self.heard;
        let counted: Vec<&Destination> = self
            .destinations
            .iter()
            // Plain questions count where answers can be seen at all: a tap of one direction shows none.
            .filter(|destination| destination.kinds != kind::DNS || heard)
            .collect();
        let whose = scene.network.owner_of_ip(source.0);
        let (fast, slow) = (limits.fast_seconds.secs(whose), limits.slow_seconds.secs(whose));
        let least = limits.destinations.of(whose);
        let answered = limits.answered_percent.of(whose);
        let last = counted.iter().map(|destination| destination.last).max()?;
        for (check, span, told) in
            [("sweep.fast", fast, self.fast_told), ("sweep.slow", slow, self.slow_told)]
        {
            // The window that ends with the newest destination, and told once per window.
            let newest = counted.iter().map(|destination| destination.first).max()?;
            if told.is_some_and(|told| newest.since(told) < span) {
                return None;
            }
            let since = newest.minus(span);
            let window: Vec<&Destination> =
                counted.iter().copied().filter(|destination| destination.first >= since).collect();
            if !enough(window.len(), least) || !few_answered(&window, heard, answered) {
                continue;
            }
            let finding = finding(scene, source, self.ends, check, &window, (least, span), last);
            if check == "sweep.fast" {
                self.fast_told = Some(newest);
            }
            self.slow_told = Some(newest);
            return Some(finding);
        }
        None
    }
}

/// Whether a count has reached its limit.
fn enough(count: usize, limit: u64) -> bool {
    u64::try_from(count).is_ok_and(|count| count >= limit)
}

/// Few answered, where a refusal is no answer, and a session or a kept-alive path is one.
fn few_answered(window: &[&Destination], heard: bool, percent: u64) -> bool {
    let answered = window
        .iter()
        .filter(|destination| {
            let steady = destination.times >= STEADY_TIMES
                && destination.last.since(destination.first) >= STEADY_SPAN
                && (destination.answered || !heard);
            destination.session || steady || (destination.answered && !destination.refused)
        })
        .count();
    (answered as u64) * 100 < window.len() as u64 * percent
}

fn finding(
    scene: &Scene,
    (ip, tunnel): Source,
    ends: Option<Endpoints>,
    check: &'static str,
    window: &[&Destination],
    (least, span): (u64, Duration),
    last: Timestamp,
) -> Finding {
    let count = |test: fn(&Destination) -> bool| {
        window.iter().filter(|destination| test(destination)).count()
    };
    let answered = count(|destination| destination.answered && !destination.refused);
    let refused = count(|destination| destination.refused);
    let kinds = window.iter().fold(0, |kinds, destination| kinds | destination.kinds);
    let names: Vec<&str> =
        kind::NAMES.iter().filter(|(bit, _)| kinds & bit != 0).map(|(_, name)| *name).collect();
    let first = window.iter().map(|destination| destination.first).min().unwrap_or(last);
    let seconds = last.since(first).as_secs();
    let side = Side::of(&scene.network, ip);
    let who = match (&tunnel, scene.network.is_empty()) {
        (Some((gateway, teid)), _) => {
            format!("{ip}, a subscriber in the tunnel to {gateway} TEID {teid:#010x},")
        }
        (None, true) => ip.to_string(),
        (None, false) => format!("{ip} ({})", side.name()),
    };
    let mut frames: Vec<u64> = window.iter().map(|destination| destination.frame).collect();
    frames.sort_unstable();
    frames.dedup();
    let frame = frames.first().copied().unwrap_or_default();
    let mut entities = vec![format!("ip:{ip}")];
    if let Some((gateway, teid)) = tunnel {
        entities.push(format!("ip:{gateway}"));
        entities.push(format!("teid:{teid:#010x}"));
    }
    let mut targets: Vec<IpAddr> = window.iter().map(|destination| destination.ip).collect();
    targets.sort_unstable();
    entities.extend(targets.iter().take(12).map(|target| format!("ip:{target}")));
    let many = if window.len() >= MAX_DESTINATIONS { "or more " } else { "" };
    let base = Event { frame, ..Event::new(last, frame, ends, What::Flow(Box::default())) };
    Finding {
        key: format!("{ip}|{}", tunnel.map(|(gateway, teid)| format!("{gateway}:{teid:08x}")).unwrap_or_default()),
        confidence: if answered == 0 { 0.85 } else { 0.8 },
        outcome: match (answered, refused) {
            (0, 0) => Outcome::Attempt,
            (0, _) => Outcome::Refused,
            _ => Outcome::Answered,
        },
        signature: format!("{who} probed {} {many}addresses in {} with {}", window.len(), time_text(seconds), names.join(", ")),
        why: format!(
            "{} {many}destinations within {}, the limit is {least} in {}; {answered} answered, {refused} refused, and no session followed \
             with the rest",
            window.len(),
            time_text(seconds),
            time_text(span.as_secs())
        ),
        honest_cause: "A monitor or a roaming test that the description does not name, a node that was moved and looks for its old peers, \
                       or a tap that shows one direction only."
            .to_owned(),
        next_step: format!(
            "Find out whose {ip} is and what runs there; look at the nodes that answered for what came after, and limit echoes and INITs at the \
             border to listed peers."
        ),
        decided_by: Some(side.cite(&scene.network)),
        entities,
        first_seen: first,
        frames,
        ..CARD.finding(check, &base)
    }
}
