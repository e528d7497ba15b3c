//! Somebody plays SGSN to get a tunnel (sgsnemu and its like).
//!
//! A session that no radio network asked for shows in four ways: the request has the habits of an emulator, its sender
//! tries one subscriber after another, nobody announced the subscriber, and it happens at the same hour every day.

mod announced;
mod habits;
mod walk;
mod window;

use std::net::IpAddr;
use std::time::Duration;

use event::{
    Capped, Endpoints, Event, Gtp, Level, Outcome, Subscriber, TableCount, Timestamp, What,
};
use network::{Owner, Role, Use};

use self::announced::Announced;
use self::habits::Habits;
use self::walk::{Walk, Walks};
use self::window::{Window, Windows};
use crate::{Card, Check, Detector, Finding, Gap, Kinds, Scene, Stage, Tuning};

/// An emulator sends an echo and its request at once.
const OPENING: Duration = Duration::from_secs(2);
/// Contexts that one start of an emulator asks for, numbered on from the echo.
const OPENING_REQUESTS: u32 = 16;
const MAX_PEERS: usize = 16_384;
const MAX_ASKED: usize = 16_384;
/// How often sessions without announcement are judged, in seconds.
const JUDGE_EVERY: i64 = 60;

pub(crate) const CARD: Card = Card {
    id: "sgsn-emulation",
    level: Level::Critical,
    summary: "Somebody plays SGSN to get a tunnel",
    needs: "Create PDP Context or Create Session Requests: the habits of an emulator in one of them (reserved NSAPI, \
            default credentials and identities, protocol options whose lengths disagree, no routing area, location or \
            radio access type); or one source that walks through several subscribers with refusals; or a session for a \
            subscriber whom no UpdateGprsLocation or Update-Location announced; or the same half hour every day.",
    quiet_for: "A listed SGSN with many subscribers; a gateway that refuses everybody for want of resources; a capture \
                that begins after the attach (not evaluable); a device that reports every night and is accepted.",
    description: "Addresses that a partner lists under gsn, and our own GSNs, are not judged by announcement and daily \
                  window. Nothing is needed for habits and walks.",
    thresholds: "A strong habit with 2 small ones, or 6 small ones: honest old SGSNs have up to five. 5 announced sessions and 80 % \
                 announced make absence meaningful.",
    stage: Stage::Control,
    settings: Limits::SETTINGS,
    judges: Kinds::GTP,
    basis: "CrowdStrike, LightBasin (2021) and LIMINAL PANDA (2024); the public source of sgsnemu (osmo-ggsn); TS \
            29.060 §7.3.1; TS 24.008 §10.5.6.2",
    checks: &[
        Check {
            name: "habits.published",
            level: Level::Critical,
            looks_for: "identities or credentials that a public SGSN emulator ships with",
        },
        Check {
            name: "habits.emulator",
            level: Level::High,
            looks_for: "several habits that no serving node has; medium where only one is strong",
        },
        Check {
            name: "walk",
            level: Level::High,
            looks_for: "one source that tries several subscribers and is mostly refused",
        },
        Check {
            name: "walk.accepted",
            level: Level::Critical,
            looks_for: "the same, and a gateway accepted at last",
        },
        Check {
            name: "unannounced",
            level: Level::High,
            looks_for: "a session for a subscriber whom no registration announced",
        },
        Check {
            name: "window.daily",
            level: Level::High,
            looks_for: "sessions asked for in the same half hour on three days, and at no other time",
        },
    ],
    attack: &["T1572", "T1090.003", "T1199"],
    fight: &["FGT1572.502", "FGT1599.505", "FGT5016", "FGT1199.501"],
    motif: &["MOT3003", "MOT1199.301"],
};

limits! {
    Limits {
        walk_refused: 4, at most 32, "subscribers",
            "the published script loops over nine pairs; fewer refused ones are a customer's expired cards";
        walk_before_accepted: 3, at most 32, "subscribers",
            "an acceptance after this many refused ones ends a walk";
        walk_seconds: 600, at most 86_400, "seconds",
            "ten minutes hold one round of the published script";
        walk_refused_percent: 60, at most 100, "percent",
            "nodes with customers are refused less";
        window_days: 3, at most 7, "days",
            "three days in a row make a habit";
        window_seconds: 2_100, at most 43_200, "seconds",
            "the published script acts for thirty minutes a day; five more for its last attempt and for drift";
        window_refused_percent: 20, at most 100, "percent",
            "a meter that reports every night is accepted";
    }
}

impl Limits {
    fn walk(&self, owner: Owner<'_>) -> walk::Bounds {
        walk::Bounds {
            window: self.walk_seconds.secs(owner),
            refused: self.walk_refused.of(owner),
            before_accepted: self.walk_before_accepted.of(owner),
            percent: self.walk_refused_percent.of(owner),
        }
    }

    fn window(&self, owner: Owner<'_>) -> window::Bounds {
        window::Bounds {
            days: self.window_days.of(owner),
            seconds: self.window_seconds.of(owner),
            refused_percent: self.window_refused_percent.of(owner),
        }
    }
}

/// The last echo of a pair.
#[derive(Clone, Copy, Debug)]
struct Echo {
    at: Timestamp,
    frame: u64,
    sequence: u32,
}

pub(crate) struct SgsnEmulation {
    echoes: Capped<(IpAddr, IpAddr), Echo>,
    asked: Capped<u64, Finding>,
    walks: Walks,
    windows: Windows,
    announced: Announced,
    judged: i64,
    limits: Limits,
}

impl Default for SgsnEmulation {
    fn default() -> Self {
        Self {
            echoes: Capped::new("sgsn-emulation.echoes", MAX_PEERS),
            asked: Capped::new("sgsn-emulation.asked", MAX_ASKED),
            walks: Walks::default(),
            windows: Windows::default(),
            announced: Announced::default(),
            judged: i64::MIN,
            limits: Limits::default(),
        }
    }
}

impl Detector for SgsnEmulation {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::DIAMETER.and(Kinds::GTP).and(Kinds::MAP).and(Kinds::CAP)
    }

    fn tune(&mut self, tuning: &Tuning) {
        self.limits = Limits::tuned(tuning, &CARD);
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        match &event.what {
            What::Map(map) | What::Cap(map) => self.announced.map(map),
            What::Diameter(diameter) => self.announced.diameter(diameter),
            What::Gtp(gtp) if !gtp.user_plane && !gtp.prime => {
                let Some(ends) = event.ends.filter(|_| event.path.is_none()) else { return };
                match (gtp.version, gtp.message_type) {
                    (_, 1) => self.echo(event, gtp, &ends),
                    (0 | 1, 16) | (2, 32) => self.request(scene, event, gtp, &ends, findings),
                    (0 | 1, 17) | (2, 33) => self.response(scene, event, gtp, &ends, findings),
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn advance(&mut self, _: &Scene, now: Timestamp, findings: &mut Vec<Finding>) {
        if now.secs() < self.judged.saturating_add(JUDGE_EVERY) {
            return;
        }
        self.judged = now.secs();
        self.announced.judge(now, findings);
    }

    fn gaps(&self, _: &Scene) -> Vec<Gap> {
        let gap = |missing: &str| Gap {
            detection: CARD.id,
            check: "unannounced",
            missing: missing.to_owned(),
        };
        self.announced.missing().map(gap).into_iter().collect()
    }

    fn tables(&self) -> Vec<TableCount> {
        let mut tables =
            vec![self.echoes.count(), self.asked.count(), self.walks.count(), self.windows.count()];
        tables.extend(self.announced.tables());
        tables
    }
}

impl SgsnEmulation {
    fn echo(&mut self, event: &Event, gtp: &Gtp, ends: &Endpoints) {
        if let Some(sequence) = gtp.sequence {
            let echo = Echo { at: event.at, frame: event.frame, sequence };
            self.echoes.insert((ends.src_ip, ends.dest_ip), echo);
        }
    }

    fn request(
        &mut self,
        scene: &Scene,
        event: &Event,
        gtp: &Gtp,
        ends: &Endpoints,
        findings: &mut Vec<Finding>,
    ) {
        if gtp.duplicate {
            return;
        }
        let (peer, gateway) = (ends.src_ip, ends.dest_ip);
        let echo = self.echoes.peek(&(peer, gateway)).copied().filter(|echo| {
            let behind = gtp.sequence.map(|sequence| sequence.wrapping_sub(echo.sequence) & 0xffff);
            event.at.since(echo.at) <= OPENING
                && behind.is_some_and(|n| (1..=OPENING_REQUESTS).contains(&n))
        });
        let habits = Habits::of(gtp, echo.is_some());
        let level = habits.level();
        self.walks.requested(event, gtp, peer, gateway);
        if let Some(level) = level {
            let finding = emulated(scene, event, gtp, ends, &habits, level, echo);
            self.asked.insert(event.frame, finding.clone());
            findings.push(finding);
        }
        let described = is_gsn(scene, peer);
        let announced = gtp.imsi.is_some_and(|imsi| self.announced.knows(imsi));
        if let Some(imsi) = gtp.imsi {
            self.announced.requested(imsi, peer, event.at, || {
                (!described).then(|| unannounced(scene, event, gtp, ends, imsi))
            });
        }
        if described {
            return;
        }
        let bounds = self.limits.window(scene.network.owner_of_ip(peer));
        if let Some(window) = self.windows.requested(event, gtp, peer, level.is_some(), bounds)
            && !announced
        {
            findings.push(daily(scene, event, ends, &window));
        }
    }

    fn response(
        &mut self,
        scene: &Scene,
        event: &Event,
        gtp: &Gtp,
        ends: &Endpoints,
        findings: &mut Vec<Finding>,
    ) {
        let Some(request) = gtp.request_frame else { return };
        let peer = ends.dest_ip;
        if let Some(mut finding) = self.asked.remove(&request) {
            answered(&mut finding, event, gtp);
            findings.push(finding);
        }
        self.announced.answered(request, |finding| {
            answered(finding, event, gtp);
            // It was not told yet, so the answer is a part of it.
            finding.counts = true;
        });
        self.windows.answered(gtp, peer);
        let bounds = self.limits.walk(scene.network.owner_of_ip(peer));
        if let Some(walk) = self.walks.answered(gtp, peer, request, bounds) {
            findings.push(walked(scene, event, gtp, ends, walk));
        }
    }
}

/// A node that a partner lists, or one of ours that serves subscribers.
fn is_gsn(scene: &Scene, ip: IpAddr) -> bool {
    const GSN: &[Role] = &[Role::Sgsn, Role::Ggsn, Role::Sgw, Role::Pgw, Role::Mme];
    scene.network.listed_by(ip, Use::Gsn).is_some()
        || scene.network.element_of_ip(ip).is_some_and(|element| element.role_set().any(GSN))
}

fn decided_by(scene: &Scene, peer: IpAddr) -> Option<String> {
    Some(match scene.network.listed_by(peer, Use::Gsn) {
        Some(partner) => scene.network.cite_partner(partner),
        None => scene.network.cite_owner(scene.network.owner_of_ip(peer)),
    })
}

/// What all findings here have in common.
fn session(scene: &Scene, event: &Event, ends: &Endpoints, check: &'static str) -> Finding {
    let (peer, gateway) = (ends.src_ip, ends.dest_ip);
    let mut finding = CARD.finding(check, event);
    finding.key = format!("{peer}>{gateway}");
    finding.next_step = format!(
        "Ask the operator of {peer}{} whether an SGSN stands there; find its sessions in the records of {gateway} and \
         end them; list the tunnel's flows (what it reached is the point of it), and block {peer} at the border.",
        match scene.network.owner_of_ip(peer) {
            Owner::Partner(partner) => format!(" ({})", partner.name),
            Owner::Home(_) => " (in our own network: look at the host itself)".to_owned(),
            Owner::Unknown => String::new(),
        }
    );
    finding.decided_by = decided_by(scene, peer);
    finding.entities = vec![format!("ip:{peer}"), format!("ip:{gateway}")];
    finding
}

fn emulated(
    scene: &Scene,
    event: &Event,
    gtp: &Gtp,
    ends: &Endpoints,
    habits: &Habits,
    level: Level,
    echo: Option<Echo>,
) -> Finding {
    let check = if habits.published.is_empty() { "habits.emulator" } else { "habits.published" };
    let mut finding = session(scene, event, ends, check);
    finding.level = level;
    finding.confidence = match level {
        Level::Critical => 0.97,
        Level::High => 0.85,
        _ => 0.45,
    };
    finding.signature = format!(
        "{} plays SGSN: it asked {} for a tunnel in the way of an emulator",
        scene.who(ends.src_ip),
        scene.who(ends.dest_ip)
    );
    let apn = gtp.apn.as_ref().map_or_else(String::new, |apn| format!(" for APN {apn}"));
    finding.why =
        format!("The {} (GTP version {}){apn} has {}.", gtp.message, gtp.version, habits.told());
    finding.honest_cause = "A laboratory, a load test or an IREG test with the same tools; an old SGSN that leaves out \
                            what later releases added."
        .into();
    finding.entities.extend(gtp.imsi.map(|imsi| format!("imsi:{imsi}")));
    if let Some(echo) = echo {
        finding.frames.insert(0, echo.frame);
        finding.first_seen = echo.at;
    }
    finding
}

fn answered(finding: &mut Finding, event: &Event, gtp: &Gtp) {
    finding.counts = false;
    finding.at = event.at;
    finding.frames.push(event.frame);
    finding.outcome = gtp.outcome.unwrap_or(Outcome::Answered);
    let cause = gtp.cause_name.as_deref().unwrap_or("no cause");
    if finding.outcome >= Outcome::Answered {
        finding.why.push_str(" The gateway gave it a tunnel");
        match gtp.end_user_address {
            Some(address) => finding.why.push_str(&format!(" and the address {address}.")),
            None => finding.why.push('.'),
        }
    } else {
        finding.why.push_str(&format!(" The gateway refused: {cause}."));
    }
}

fn walked(scene: &Scene, event: &Event, gtp: &Gtp, ends: &Endpoints, walk: Walk) -> Finding {
    // The answer goes the other way; who walks comes first.
    let ends = ends.reversed();
    let check = if walk.accepted.is_some() { "walk.accepted" } else { "walk" };
    let mut finding = session(scene, event, &ends, check);
    finding.ends = Some(ends);
    finding.key = ends.src_ip.to_string();
    finding.confidence = if walk.accepted.is_some() { 0.9 } else { 0.75 };
    finding.outcome =
        if walk.accepted.is_some() { Outcome::AnsweredWithData } else { Outcome::Refused };
    finding.signature = format!(
        "{} walks through subscribers to get a tunnel from {}{}",
        scene.who(ends.src_ip),
        scene.who(ends.dest_ip),
        if walk.accepted.is_some() { ", and got one" } else { "" }
    );
    finding.why = format!(
        "{} session requests in 10 minutes, {} of them refused, for {} different subscribers{}.",
        walk.requests,
        walk.refused.len(),
        walk.distinct,
        match (&walk.accepted, &gtp.cause_name) {
            (Some(_), _) => "; the last one was accepted".to_owned(),
            (None, Some(cause)) => format!("; the last cause was \"{cause}\""),
            (None, None) => String::new(),
        }
    );
    finding.honest_cause =
        "A roaming test with a set of test cards, or a partner whose subscribers were just barred."
            .into();
    let attempts = walk.refused.iter().chain(&walk.accepted);
    finding.frames = attempts.clone().map(|attempt| attempt.frame).collect();
    finding.frames.dedup();
    if !finding.frames.contains(&event.frame) {
        finding.frames.push(event.frame);
    }
    finding.first_seen = walk.refused.first().map_or(event.at, |attempt| attempt.at);
    for attempt in attempts.rev().take(9) {
        finding.entities.extend(attempt.subscriber.map(|who| format!("imsi:{who}")));
        let gateway = format!("ip:{}", attempt.gateway);
        if !finding.entities.contains(&gateway) {
            finding.entities.push(gateway);
        }
    }
    finding.entities.dedup();
    finding
}

fn unannounced(
    scene: &Scene,
    event: &Event,
    gtp: &Gtp,
    ends: &Endpoints,
    imsi: Subscriber,
) -> Finding {
    let mut finding = session(scene, event, ends, "unannounced");
    finding.confidence = 0.65;
    finding.signature = format!(
        "{} asked {} for a tunnel for a subscriber who never registered",
        scene.who(ends.src_ip),
        scene.who(ends.dest_ip)
    );
    finding.why = format!(
        "The {} for {imsi} came from a source none of whose sessions was announced; the capture saw the \
         UpdateGprsLocation or Update-Location of nearly all other subscribers before their sessions, and none for \
         this one.",
        gtp.message
    );
    finding.honest_cause =
        "The registration went over a link that the capture does not see, or before it began."
            .into();
    finding.entities.push(format!("imsi:{imsi}"));
    finding
}

fn daily(scene: &Scene, event: &Event, ends: &Endpoints, window: &Window) -> Finding {
    let mut finding = session(scene, event, ends, "window.daily");
    finding.key = ends.src_ip.to_string();
    finding.confidence = 0.75;
    finding.signature = format!(
        "{} asks for tunnels at the same time every day and at no other",
        scene.who(ends.src_ip)
    );
    finding.why = format!(
        "On three days in a row all of its {} session requests, for {} subscribers, fell into the same {} minutes of \
         the day.",
        window.requests,
        window.subscribers.len(),
        window.minutes
    );
    finding.honest_cause =
        "A daily roaming test, or a meter that reports at night; those register first.".into();
    finding.frames = window.frames.clone();
    finding.frames.push(event.frame);
    finding.frames.dedup();
    finding.first_seen = window.since;
    finding.entities.extend(window.subscribers.iter().take(9).map(|who| format!("imsi:{who}")));
    finding
}

#[cfg(test)]
mod tests;
