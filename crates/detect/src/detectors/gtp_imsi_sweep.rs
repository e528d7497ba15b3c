//! Identities tried one after the other at a gateway.
//!
//! A node with customers is refused now and then, and succeeds beside it. Who looks for a subscriber that exists is refused
//! again and again, each time for somebody else: from one address, or from the addresses of one network in turn.

use std::net::IpAddr;
use std::time::Duration;

use event::{Capped, Event, Gtp, Level, Outcome, Subscriber, TableCount, Timestamp, What};

use super::gtp::{Attempt, Group, Trail, Window};
use crate::{Card, Check, Detector, Finding, Kinds, Limit, Scene, Setting, Stage, Tuning};

const FAST_SUBSCRIBERS: Setting = Setting {
    name: "fast_subscribers",
    default: 10,
    most: 64,
    unit: "subscribers",
    why: "The published emulator script loops over nine pairs, and sgsn-emulation tells of those; ten are somebody's list.",
};
const FAST_SECONDS: Setting = Setting {
    name: "fast_seconds",
    default: 600,
    most: 31_536_000,
    unit: "seconds",
    why: "Requests with retransmissions (T3 and N3 of TS 29.060 §7.6) take up to half a minute each: ten fit in ten minutes \
          even when nobody answers.",
};
const SLOW_SUBSCRIBERS: Setting = Setting {
    name: "slow_subscribers",
    default: 20,
    most: 64,
    unit: "subscribers",
    why: "In a day a node with few customers may meet several expired cards; twenty different ones are no accident where \
          most of what it asks is refused.",
};
const SLOW_SECONDS: Setting = Setting {
    name: "slow_seconds",
    default: 86_400,
    most: 31_536_000,
    unit: "seconds",
    why: "One attempt an hour stays below every limit of a gateway, and makes twenty-four a day.",
};
const REFUSED_PERCENT: Setting = Setting {
    name: "refused_percent",
    default: 60,
    most: 100,
    unit: "percent",
    why: "After a restart or a fault of the roaming partner's registrations a node is refused much and accepted more; who \
          tries numbers is accepted hardly ever.",
};

pub(crate) const CARD: Card = Card {
    id: "gtp-imsi-sweep",
    level: Level::High,
    summary: "Identities are tried one after the other",
    needs: "Requests of the GTP control plane that name a subscriber, and their answers: many different subscribers of one \
            source, refused because they are not known or may not, or not answered by a gateway that answers others.",
    quiet_for: "A network that starts again and is accepted; a gateway that refuses everybody for want of resources; a node \
                whose refusals are few beside what is accepted; retransmissions; one subscriber refused again and again.",
    description: "With [[partner]] networks the addresses of one partner count together; without, addresses of one /24 or /48.",
    thresholds: "See the settings: ten subscribers in ten minutes, or twenty in a day, and 60 % of all that was asked refused. \
                 Only distinct subscribers count, on both sides: who holds one valid card cannot hide behind it.",
    stage: Stage::Foothold,
    settings: &[FAST_SUBSCRIBERS, FAST_SECONDS, SLOW_SUBSCRIBERS, SLOW_SECONDS, REFUSED_PERCENT],
    judges: Kinds::GTP,
    basis: "CrowdStrike, LightBasin (2021): pairs of identities tried until a gateway accepts; TS 29.060 §7.7.1 and TS 29.274 \
            §8.4 (causes); vendors' GTP firewalls",
    checks: &[
        Check {
            name: "sweep.fast",
            level: Level::High,
            looks_for: "ten or more subscribers of one address refused within ten minutes",
        },
        Check {
            name: "sweep.slow",
            level: Level::High,
            looks_for: "twenty or more subscribers of one address refused within a day",
        },
        Check {
            name: "sweep.rotating",
            level: Level::High,
            looks_for: "the same from several addresses of one network in turn",
        },
    ],
    attack: &["T1595", "T1199"],
    fight: &["FGT5016", "FGT1199.501"],
    motif: &["MOT1199.301"],
};

const MAX_SOURCES: usize = 2_048;
const MAX_WAITING: usize = 32_768;
const MAX_GATEWAYS: usize = 4_096;
/// A request is retransmitted for at most T3 × N3; after this long it stays without an answer.
const SILENCE: Duration = Duration::from_secs(30);
/// A gateway that answered somebody this recently lives.
const ALIVE: Duration = Duration::from_secs(600);

/// A request without its answer.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    at: Timestamp,
    frame: u64,
    who: Subscriber,
    source: IpAddr,
    gateway: IpAddr,
}

#[derive(Debug)]
pub(crate) struct GtpImsiSweep {
    waiting: Capped<u64, Waiting>,
    trails: Capped<Group, Trail<Subscriber>>,
    /// When each gateway answered last.
    alive: Capped<IpAddr, Timestamp>,
    fast: (Limit, Limit),
    slow: (Limit, Limit),
    percent: Limit,
}

impl Default for GtpImsiSweep {
    fn default() -> Self {
        Self {
            waiting: Capped::new("gtp-imsi-sweep.waiting", MAX_WAITING),
            trails: Capped::new("gtp-imsi-sweep.sources", MAX_SOURCES),
            alive: Capped::new("gtp-imsi-sweep.gateways", MAX_GATEWAYS),
            fast: (Limit::new(&FAST_SUBSCRIBERS), Limit::new(&FAST_SECONDS)),
            slow: (Limit::new(&SLOW_SUBSCRIBERS), Limit::new(&SLOW_SECONDS)),
            percent: Limit::new(&REFUSED_PERCENT),
        }
    }
}

impl Detector for GtpImsiSweep {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::GTP
    }

    fn tune(&mut self, tuning: &Tuning) {
        let limit = |setting: &Setting| tuning.limit(&CARD, setting.name);
        self.fast = (limit(&FAST_SUBSCRIBERS), limit(&FAST_SECONDS));
        self.slow = (limit(&SLOW_SUBSCRIBERS), limit(&SLOW_SECONDS));
        self.percent = limit(&REFUSED_PERCENT);
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        let What::Gtp(gtp) = &event.what else { return };
        let Some(ends) = &event.ends else { return };
        if gtp.duplicate || gtp.user_plane || gtp.prime || event.path.is_some() {
            return;
        }
        let Some(outcome) = gtp.outcome else {
            if let Some(who) = gtp.imsi {
                let (source, gateway) = (ends.src_ip, ends.dest_ip);
                let waiting = Waiting { at: event.at, frame: event.frame, who, source, gateway };
                self.waiting.insert(event.frame, waiting);
            }
            return;
        };
        let Some(asked) = gtp.request_frame.and_then(|frame| self.waiting.remove(&frame)) else {
            return;
        };
        self.alive.insert(asked.gateway, event.at);
        let group = Group::around(scene.network.owner_of_ip(asked.source), asked.source);
        let groups = [Some(Group::Address(asked.source)), group];
        if outcome != Outcome::Refused {
            // Who never failed is nobody to keep.
            for group in groups.into_iter().flatten() {
                if let Some(trail) = self.trails.get_mut(&group) {
                    trail.worked(asked.who);
                }
            }
            return;
        }
        let attempt = asked.failed(event.at, Some(event.frame), !is_resource(gtp));
        self.failed(scene, event.ends, groups, attempt, findings);
    }

    fn advance(&mut self, scene: &Scene, now: Timestamp, findings: &mut Vec<Finding>) {
        while let Some((&frame, asked)) = self.waiting.oldest() {
            let (asked, due) = (*asked, asked.at.plus(SILENCE));
            if now < due {
                return;
            }
            self.waiting.remove(&frame);
            // Where nothing is ever heard of a gateway, the capture may show one direction only.
            let lives = self.alive.peek(&asked.gateway).is_some_and(|at| due.since(*at) <= ALIVE);
            if lives {
                let group = Group::around(scene.network.owner_of_ip(asked.source), asked.source);
                let groups = [Some(Group::Address(asked.source)), group];
                let attempt = asked.failed(due, None, false);
                self.failed(scene, None, groups, attempt, findings);
            }
        }
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.waiting.count(), self.trails.count(), self.alive.count()]
    }
}

impl Waiting {
    fn failed(&self, at: Timestamp, answer: Option<u64>, telling: bool) -> Attempt<Subscriber> {
        Attempt {
            at,
            frame: self.frame,
            answer,
            what: self.who,
            source: self.source,
            target: self.gateway,
            telling,
            worked: 0,
        }
    }
}

impl GtpImsiSweep {
    fn failed(
        &mut self,
        scene: &Scene,
        ends: Option<event::Endpoints>,
        groups: [Option<Group>; 2],
        attempt: Attempt<Subscriber>,
        findings: &mut Vec<Finding>,
    ) {
        let owner = scene.network.owner_of_ip(attempt.source);
        let secs = |limit: &Limit| Duration::from_secs(limit.of(owner));
        let spans = [
            ("sweep.fast", self.fast.0.of(owner), secs(&self.fast.1)),
            ("sweep.slow", self.slow.0.of(owner), secs(&self.slow.1)),
        ];
        let percent = self.percent.of(owner);
        for group in groups.into_iter().flatten() {
            let (trail, _) = self.trails.entry(&group, Trail::default);
            trail.ends = trail.ends.or(ends.map(|ends| ends.reversed()));
            trail.failed(attempt);
            for (number, (check, enough, span)) in spans.into_iter().enumerate() {
                let failed = trail.failed_within(attempt.at, span) as u64;
                if failed < enough || trail.is_told(number, attempt.at, span) {
                    continue;
                }
                let Some(window) = trail.window(attempt.at, span) else { continue };
                let rotating = !matches!(group, Group::Address(_));
                // One of them alone would be told by its address, and silence alone is nobody's verdict on a subscriber.
                let meant = window.telling + window.silent;
                if window.percent() < percent
                    || meant * 2 < window.failed
                    || (rotating && window.sources.len() < 2)
                {
                    continue;
                }
                trail.tell(number, attempt.at);
                let check = if rotating { "sweep.rotating" } else { check };
                findings.push(finding(scene, check, &attempt, &window, trail.ends));
                break;
            }
        }
    }
}

/// Causes of a gateway that is full or ill (TS 29.060 §7.7.1, TS 29.274 §8.4).
fn is_resource(gtp: &Gtp) -> bool {
    match gtp.version {
        2 => matches!(gtp.cause, Some(72 | 73 | 100 | 113 | 120)),
        _ => matches!(gtp.cause, Some(199 | 204 | 211 | 212)),
    }
}

fn finding(
    scene: &Scene,
    check: &'static str,
    attempt: &Attempt<Subscriber>,
    window: &Window,
    ends: Option<event::Endpoints>,
) -> Finding {
    let owner = scene.network.owner_of_ip(attempt.source);
    let minutes = window.last.since(window.first).as_secs().div_ceil(60).max(1);
    let target = scene.who(attempt.target);
    let who = if check == "sweep.rotating" {
        let whose = owner.partner().map_or("one network", |partner| partner.name.as_str());
        format!("{} addresses of {whose}", window.sources.len())
    } else {
        scene.who(attempt.source)
    };
    // One end each first: a reader takes the second for the victim.
    let (sources, targets) = (window.sources.iter(), window.targets.iter());
    let ends_first = sources.clone().take(1).chain(targets.clone().take(1));
    let entities: Vec<String> = ends_first
        .chain(sources.skip(1))
        .chain(targets.skip(1))
        .map(|ip| format!("ip:{ip}"))
        .collect();
    let level = CARD.check(check).map_or(Level::High, |check| check.level);
    Finding {
        detection: CARD.id,
        check,
        level,
        key: match check {
            "sweep.rotating" => format!("{who}>"),
            _ => attempt.source.to_string(),
        },
        confidence: if window.silent * 2 > window.failed { 0.6 } else { 0.85 },
        outcome: if window.silent == window.failed { Outcome::Attempt } else { Outcome::Refused },
        returned: Vec::new(),
        signature: format!("{who} tried {} subscribers at {target}", window.failed),
        why: format!(
            "{} different subscribers within {minutes} minutes: {} refused as unknown or not allowed, {} for other reasons, \
             {} without an answer; {} others were accepted in that time ({} % failed).",
            window.failed,
            window.telling,
            window.failed.saturating_sub(window.telling + window.silent),
            window.silent,
            window.worked,
            window.percent()
        ),
        honest_cause: "Registrations of a partner's roamers that were lost, a list of cards that was not provisioned, or a \
                       test with numbers that do not exist."
            .to_owned(),
        next_step: format!(
            "Ask the operator of {} what asked; list the sessions that {target} accepted from it, and limit the rate of \
             refusals per source at the border.",
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
#[path = "gtp_imsi_sweep_tests.rs"]
mod tests;
