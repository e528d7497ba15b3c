//! Tunnel endpoint identifiers guessed.
//!
//! A TEID is the only secret of a tunnel: 32 bits that the gateway chose. Whoever tries them gets "context not found" on
//! the control plane and error indications on the user plane, until one of them is somebody's session.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Duration;

use event::{
    Capped, Endpoints, Event, Gtp, Level, Outcome, Pfcp, TableCount, Timestamp, Tunnel,
    TunnelState, What,
};

use super::gtp::{Attempt, Group, Trail, Window, is_near};
use crate::{Card, Check, Detector, Finding, Gap, Kinds, Limit, Scene, Setting, Stage, Tuning};

const FAST_IDENTIFIERS: Setting = Setting {
    name: "fast_identifiers",
    default: 20,
    most: 64,
    unit: "identifiers",
    why: "A node that lost one tunnel is told so once; twenty unknown ones in a minute are nobody's housekeeping, unless a \
          node has restarted, which its recovery counter shows.",
};
const FAST_SECONDS: Setting = Setting {
    name: "fast_seconds",
    default: 60,
    most: 31_536_000,
    unit: "seconds",
    why: "Stale tunnels come up one by one as their subscribers move; a guesser has no reason to wait.",
};
const SLOW_IDENTIFIERS: Setting = Setting {
    name: "slow_identifiers",
    default: 40,
    most: 64,
    unit: "identifiers",
    why: "A busy node meets some stale tunnels a day; forty, with less than as many that worked beside them, are tried.",
};
const SLOW_SECONDS: Setting = Setting {
    name: "slow_seconds",
    default: 86_400,
    most: 31_536_000,
    unit: "seconds",
    why: "Two guesses an hour stay below every limit of a gateway, and make forty-eight a day.",
};
const UNKNOWN_PERCENT: Setting = Setting {
    name: "unknown_percent",
    default: 50,
    most: 100,
    unit: "percent",
    why: "Nearly all that an honest node asks is about tunnels that exist.",
};
const PATIENCE_SECONDS: Setting = Setting {
    name: "patience_seconds",
    default: 90,
    most: 3600,
    unit: "seconds",
    why: "Echoes are sent once a minute (TS 29.060 §7.2.1 allows no more): by then a restarted node has shown its new \
          recovery counter.",
};

pub(crate) const CARD: Card = Card {
    id: "gtp-teid-sweep",
    level: Level::High,
    summary: "Tunnel identifiers are guessed",
    needs: "Requests with a TEID and the answers that say there is no such context (GTPv1 causes 192 and 210, GTPv2 64), or \
            silence of a gateway that answers others; error indications of the user plane and whom they are sent to; PFCP \
            answers with cause 65.",
    quiet_for: "A node that restarted and lost its tunnels: its recovery counter changed within ten minutes before or a minute \
                and a half after. Tunnels that the capture saw being made; stale tunnels among many that work.",
    description: "With [[partner]] networks the addresses of one partner count together; without, addresses of one /24 or /48.",
    thresholds: "See the settings: twenty unknown identifiers in a minute or forty in a day, half of all that was asked. Only \
                 distinct identifiers count. The verdict waits for the recovery counter.",
    stage: Stage::Foothold,
    settings: &[
        FAST_IDENTIFIERS,
        FAST_SECONDS,
        SLOW_IDENTIFIERS,
        SLOW_SECONDS,
        UNKNOWN_PERCENT,
        PATIENCE_SECONDS,
    ],
    judges: Kinds::GTP.and(Kinds::PFCP),
    basis: "MITRE FiGHT FGT5031 (TEID uniqueness failure) and FGT5021; TS 29.060 §7.7.1, TS 29.274 §8.4, TS 29.281 §7.3.1, TS \
            29.244 §8.2.1",
    checks: &[
        Check {
            name: "control-plane",
            level: Level::High,
            looks_for: "requests about many contexts that do not exist, from one address or one network",
        },
        Check {
            name: "user-plane",
            level: Level::High,
            looks_for: "error indications about many tunnels, sent to one address or one network",
        },
        Check {
            name: "pfcp",
            level: Level::High,
            looks_for: "PFCP requests about many sessions that do not exist",
        },
    ],
    attack: &["T1595", "T1199"],
    fight: &["FGT5031", "FGT5021"],
    motif: &["MOT3003"],
};

const MAX_SOURCES: usize = 2_048;
const MAX_WAITING: usize = 32_768;
const MAX_NODES: usize = 8_192;
const MAX_RESTARTS: usize = 64;
const MAX_DUE: usize = 1_024;
const SILENCE: Duration = Duration::from_secs(30);
const ALIVE: Duration = Duration::from_secs(600);
/// What a restarted node has lost comes up within this time: keep-alives and periodic updates.
const AFTER_RESTART: Duration = Duration::from_secs(600);

/// Which identifiers are guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Plane {
    Control,
    User,
    Pfcp,
}

impl Plane {
    const fn check(self) -> &'static str {
        match self {
            Self::Control => "control-plane",
            Self::User => "user-plane",
            Self::Pfcp => "pfcp",
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    at: Timestamp,
    frame: u64,
    id: u64,
    source: IpAddr,
    gateway: IpAddr,
    plane: Plane,
    /// The capture saw the tunnel being made: silence says nothing about it.
    known: bool,
}

/// A verdict that waits for the recovery counters.
#[derive(Debug)]
struct Due {
    at: Timestamp,
    since: Timestamp,
    targets: Vec<IpAddr>,
    finding: Finding,
}

#[derive(Debug)]
pub(crate) struct GtpTeidSweep {
    waiting: Capped<u64, Waiting>,
    trails: Capped<(Plane, Group), Trail<u64>>,
    alive: Capped<IpAddr, Timestamp>,
    /// Recovery counters by node and version.
    recovery: Capped<(IpAddr, u8), u64>,
    restarts: VecDeque<(Timestamp, IpAddr)>,
    due: VecDeque<Due>,
    due_dropped: u64,
    one_way: bool,
    fast: (Limit, Limit),
    slow: (Limit, Limit),
    percent: Limit,
    patience: Limit,
}

impl Default for GtpTeidSweep {
    fn default() -> Self {
        Self {
            waiting: Capped::new("gtp-teid-sweep.waiting", MAX_WAITING),
            trails: Capped::new("gtp-teid-sweep.sources", MAX_SOURCES),
            alive: Capped::new("gtp-teid-sweep.gateways", MAX_NODES),
            recovery: Capped::new("gtp-teid-sweep.recovery", MAX_NODES),
            restarts: VecDeque::new(),
            due: VecDeque::new(),
            due_dropped: 0,
            one_way: false,
            fast: (Limit::new(&FAST_IDENTIFIERS), Limit::new(&FAST_SECONDS)),
            slow: (Limit::new(&SLOW_IDENTIFIERS), Limit::new(&SLOW_SECONDS)),
            percent: Limit::new(&UNKNOWN_PERCENT),
            patience: Limit::new(&PATIENCE_SECONDS),
        }
    }
}

impl Detector for GtpTeidSweep {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::GTP.and(Kinds::PFCP).and(Kinds::TUNNEL)
    }

    fn tune(&mut self, tuning: &Tuning) {
        let limit = |setting: &Setting| tuning.limit(&CARD, setting.name);
        self.fast = (limit(&FAST_IDENTIFIERS), limit(&FAST_SECONDS));
        self.slow = (limit(&SLOW_IDENTIFIERS), limit(&SLOW_SECONDS));
        self.percent = limit(&UNKNOWN_PERCENT);
        self.patience = limit(&PATIENCE_SECONDS);
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, _findings: &mut Vec<Finding>) {
        let Some(ends) = &event.ends else { return };
        match &event.what {
            What::Gtp(gtp) if event.path.is_none() && !gtp.prime => {
                self.gtp(scene, event, ends, gtp);
            }
            What::Pfcp(pfcp) if event.path.is_none() => self.pfcp(scene, event, ends, pfcp),
            What::Tunnel(tunnel) => self.opened(scene, tunnel),
            _ => {}
        }
    }

    fn advance(&mut self, scene: &Scene, now: Timestamp, findings: &mut Vec<Finding>) {
        while let Some((&frame, asked)) = self.waiting.oldest() {
            let (asked, due) = (*asked, asked.at.plus(SILENCE));
            if now < due {
                break;
            }
            self.waiting.remove(&frame);
            if asked.known {
                continue;
            }
            if self.alive.peek(&asked.gateway).is_some_and(|at| due.since(*at) <= ALIVE) {
                self.failed(scene, asked.plane, None, asked.failed(due, None));
            } else {
                self.one_way = true;
            }
        }
        while self.due.front().is_some_and(|due| due.at <= now) {
            let Some(due) = self.due.pop_front() else { return };
            let restarted = self.restarts.iter().any(|(at, node)| {
                // Whoever guesses may count its own restarts as it likes: only who lost the tunnels is believed.
                due.since.since(*at) <= AFTER_RESTART && is_near(&due.targets, *node)
            });
            if !restarted {
                findings.push(due.finding);
            }
        }
    }

    fn gaps(&self, _: &Scene) -> Vec<Gap> {
        if !self.one_way {
            return Vec::new();
        }
        let missing = "answers of some gateways: the capture shows one direction".to_owned();
        vec![Gap { detection: CARD.id, check: "control-plane", missing }]
    }

    fn tables(&self) -> Vec<TableCount> {
        let due = TableCount {
            table: "gtp-teid-sweep.due".into(),
            entries: self.due.len() as u64,
            cap: MAX_DUE as u64,
            evicted: self.due_dropped,
        };
        vec![
            self.waiting.count(),
            self.trails.count(),
            self.alive.count(),
            self.recovery.count(),
            due,
        ]
    }
}

impl Waiting {
    fn failed(&self, at: Timestamp, answer: Option<u64>) -> Attempt<u64> {
        Attempt {
            at,
            frame: self.frame,
            answer,
            what: self.id,
            source: self.source,
            target: self.gateway,
            telling: answer.is_some(),
            worked: 0,
        }
    }
}

impl GtpTeidSweep {
    fn gtp(&mut self, scene: &Scene, event: &Event, ends: &Endpoints, gtp: &Gtp) {
        // Nodes count the restarts of their user plane as zero (TS 29.281 §8.2).
        if let Some(counter) = gtp.recovery.filter(|_| !gtp.user_plane) {
            self.recovered(event.at, (ends.src_ip, gtp.version), u64::from(counter));
        }
        if gtp.message_type == 26 && gtp.version < 2 {
            let unknown = gtp.fteids.iter().find_map(|fteid| fteid.teid);
            // Who said it about a tunnel that was there has lost it, or it was deleted while packets were on their way.
            if let (Some(teid), None) = (unknown, gtp.tunnel) {
                let attempt = Attempt {
                    at: event.at,
                    frame: event.frame,
                    answer: Some(event.frame),
                    what: u64::from(teid),
                    source: ends.dest_ip,
                    target: ends.src_ip,
                    telling: true,
                    worked: 0,
                };
                self.failed(scene, Plane::User, Some(ends.reversed()), attempt);
            }
            return;
        }
        if gtp.duplicate || gtp.user_plane {
            return;
        }
        let Some(outcome) = gtp.outcome else {
            if let Some(teid) = gtp.teid.filter(|teid| *teid != 0 && gtp.message_type > 3) {
                let (source, gateway) = (ends.src_ip, ends.dest_ip);
                let (at, frame, known) = (event.at, event.frame, gtp.tunnel.is_some());
                let (id, plane) = (u64::from(teid), Plane::Control);
                let asked = Waiting { at, frame, id, source, gateway, plane, known };
                self.waiting.insert(frame, asked);
            }
            return;
        };
        let unknown = match gtp.version {
            2 => gtp.cause == Some(64),
            _ => matches!(gtp.cause, Some(192 | 210)),
        };
        self.answered(scene, event, ends, gtp.request_frame, outcome, unknown);
        // A session that is granted speaks for whom it is granted to.
        if outcome == Outcome::AnsweredWithData
            && let Some(teid) = gtp.fteids.iter().find_map(|fteid| fteid.teid)
        {
            self.worked(scene, Plane::Control, ends.dest_ip, u64::from(teid));
        }
    }

    fn pfcp(&mut self, scene: &Scene, event: &Event, ends: &Endpoints, pfcp: &Pfcp) {
        if let Some(since) = pfcp.recovery_time_stamp {
            self.recovered(event.at, (ends.src_ip, u8::MAX), u64::from(since));
        }
        if pfcp.duplicate {
            return;
        }
        match pfcp.outcome {
            Some(outcome) => {
                let unknown = pfcp.cause == Some(65);
                self.answered(scene, event, ends, pfcp.request_frame, outcome, unknown);
            }
            None => {
                if let Some(id) = pfcp.seid.filter(|seid| *seid != 0) {
                    let (source, gateway) = (ends.src_ip, ends.dest_ip);
                    let (at, frame, plane) = (event.at, event.frame, Plane::Pfcp);
                    let asked = Waiting { at, frame, id, source, gateway, plane, known: true };
                    self.waiting.insert(frame, asked);
                }
            }
        }
    }

    fn opened(&mut self, scene: &Scene, tunnel: &Tunnel) {
        if tunnel.state != TunnelState::Opened || tunnel.without_control {
            return;
        }
        if let (Some(serving), Some(teid)) = (tunnel.serving_ip, tunnel.gateway_teid) {
            self.worked(scene, Plane::User, serving, u64::from(teid));
        }
    }

    fn answered(
        &mut self,
        scene: &Scene,
        event: &Event,
        ends: &Endpoints,
        request: Option<u64>,
        outcome: Outcome,
        unknown: bool,
    ) {
        let Some(asked) = request.and_then(|frame| self.waiting.remove(&frame)) else {
            if request.is_some() {
                self.alive.insert(ends.src_ip, event.at);
            }
            return;
        };
        self.alive.insert(asked.gateway, event.at);
        if unknown {
            let attempt = asked.failed(event.at, Some(event.frame));
            self.failed(scene, asked.plane, Some(ends.reversed()), attempt);
        } else if outcome != Outcome::Refused {
            self.worked(scene, asked.plane, asked.source, asked.id);
        }
    }

    fn recovered(&mut self, at: Timestamp, node: (IpAddr, u8), counter: u64) {
        let mut fresh = false;
        let (known, _) = self.recovery.entry(&node, || {
            fresh = true;
            counter
        });
        if fresh || *known == counter {
            return;
        }
        *known = counter;
        if self.restarts.len() >= MAX_RESTARTS {
            self.restarts.pop_front();
        }
        self.restarts.push_back((at, node.0));
    }

    fn worked(&mut self, scene: &Scene, plane: Plane, source: IpAddr, id: u64) {
        // Who never failed is nobody to keep.
        if self.trails.is_empty() {
            return;
        }
        let around = Group::around(scene.network.owner_of_ip(source), source);
        for group in [Some(Group::Address(source)), around].into_iter().flatten() {
            if let Some(trail) = self.trails.get_mut(&(plane, group)) {
                trail.worked(id);
            }
        }
    }

    fn failed(
        &mut self,
        scene: &Scene,
        plane: Plane,
        ends: Option<Endpoints>,
        attempt: Attempt<u64>,
    ) {
        let owner = scene.network.owner_of_ip(attempt.source);
        let secs = |limit: &Limit| Duration::from_secs(limit.of(owner));
        let spans = [
            (self.fast.0.of(owner), secs(&self.fast.1)),
            (self.slow.0.of(owner), secs(&self.slow.1)),
        ];
        let percent = self.percent.of(owner);
        let around = Group::around(owner, attempt.source);
        for group in [Some(Group::Address(attempt.source)), around].into_iter().flatten() {
            let (trail, _) = self.trails.entry(&(plane, group), Trail::default);
            trail.ends = trail.ends.or(ends);
            trail.failed(attempt);
            for (number, (enough, span)) in spans.into_iter().enumerate() {
                let failed = trail.failed_within(attempt.at, span) as u64;
                if failed < enough || trail.is_told(number, attempt.at, span) {
                    continue;
                }
                let Some(window) = trail.window(attempt.at, span) else { continue };
                let rotating = !matches!(group, Group::Address(_));
                if window.percent() < percent || (rotating && window.sources.len() < 2) {
                    continue;
                }
                trail.tell(number, attempt.at);
                if self.due.len() >= MAX_DUE {
                    self.due_dropped += 1;
                    break;
                }
                let finding = finding(scene, plane, rotating, &attempt, &window, trail.ends);
                let at = attempt.at.plus(secs(&self.patience));
                let due = Due { at, since: window.last, targets: window.targets.clone(), finding };
                // With patience of a partner's own they may come out of order.
                let place = self.due.partition_point(|other| other.at <= at);
                self.due.insert(place, due);
                break;
            }
        }
    }
}

fn finding(
    scene: &Scene,
    plane: Plane,
    rotating: bool,
    attempt: &Attempt<u64>,
    window: &Window,
    ends: Option<Endpoints>,
) -> Finding {
    let owner = scene.network.owner_of_ip(attempt.source);
    let seconds = window.last.since(window.first).as_secs().max(1);
    let target = scene.who(attempt.target);
    let who = if rotating {
        let whose = owner.partner().map_or("one network", |partner| partner.name.as_str());
        format!("{} addresses of {whose}", window.sources.len())
    } else {
        scene.who(attempt.source)
    };
    let mut entities: Vec<String> = window.sources.iter().map(|ip| format!("ip:{ip}")).collect();
    entities.extend(window.targets.iter().map(|ip| format!("ip:{ip}")));
    let (what, said) = match plane {
        Plane::Control => ("tunnels that do not exist", "answers that there is no such context"),
        Plane::User => ("tunnels that do not exist", "error indications"),
        Plane::Pfcp => ("sessions that do not exist", "answers that there is no such session"),
    };
    let check = plane.check();
    Finding {
        detection: CARD.id,
        check,
        level: CARD.check(check).map_or(Level::High, |check| check.level),
        key: if rotating { format!("{who}>") } else { attempt.source.to_string() },
        confidence: if window.silent * 2 > window.failed { 0.6 } else { 0.85 },
        outcome: if window.silent == window.failed { Outcome::Attempt } else { Outcome::Refused },
        returned: Vec::new(),
        signature: format!("{who} asked {target} about {} {what}", window.failed),
        why: format!(
            "{} different identifiers within {seconds} seconds: {} {said}, {} without any answer; {} others worked in that \
             time ({} % unknown), and no node restarted.",
            window.failed,
            window.telling,
            window.silent,
            window.worked,
            window.percent()
        ),
        honest_cause: "A node that restarted without counting it, a failover that left its contexts behind, or a capture that \
                       lost the echo with the new recovery counter."
            .to_owned(),
        next_step: format!(
            "Ask the operator of {} whether a node failed there; look whether its identifiers follow one another (a guesser \
             counts), whether one of them worked, and whether {target} chooses its own at random.",
            attempt.source
        ),
        decided_by: Some(scene.network.cite_ip(attempt.source)),
        entities,
        frames: window.frames.clone(),
        at: attempt.at,
        first_seen: window.first,
        ends,
        counts: true,
    }
}

#[cfg(test)]
#[path = "gtp_teid_sweep_tests.rs"]
mod tests;
