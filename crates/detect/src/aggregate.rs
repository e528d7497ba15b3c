//! Runs all detections over the events and makes alerts of their findings: repetition is one alert that counts.

use std::collections::{BTreeMap, BTreeSet};

use event::{
    Alert, AlertState, Coverage, CoverageState, Event, Level, References, Suppressed, TableCount,
    Timestamp,
};
use network::Network;

use crate::stable_hash::stable_hash;
use crate::{Card, DETECTORS, Detector, Finding, Gap, Kinds, Scene, Tuning};

/// Alerts kept at once; more than this and the newest of the lowest level are only counted.
const MAX_ALERTS: usize = 20_000;
/// Frames named in one alert; the last one seen replaces the last of these.
const MAX_FRAMES: usize = 16;

/// All detections, their shared scene, and the alerts so far.
pub struct Engine {
    scene: Scene,
    detectors: Vec<Box<dyn Detector>>,
    /// What each of them wants to look at.
    wants: Vec<Kinds>,
    /// Their cards, and whether what they find counts.
    cards: Vec<(&'static Card, AlertState)>,
    /// Kinds of events that came.
    seen: Kinds,
    findings: Vec<Finding>,
    alerts: BTreeMap<Key, Alert>,
    /// Alerts of each level, so that a full table knows at once whether anything may make room.
    of_level: [i64; 5],
    dropped: u64,
    last_second: Option<i64>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("alerts", &self.alerts.len()).finish_non_exhaustive()
    }
}

impl Engine {
    /// Every detection of the list, with this description.
    pub fn new(network: Network, tuning: Tuning) -> Self {
        #[cfg_attr(not(feature = "rules"), expect(unused_mut, reason = "rules come to them"))]
        let mut detectors: Vec<_> = DETECTORS.iter().map(|entry| (entry.make)()).collect();
        #[cfg(feature = "rules")]
        detectors.extend(tuning.rules.as_ref().map(|rules| rules.detector()));
        Self::with(network, tuning, detectors)
    }

    /// These detections only.
    pub fn with(network: Network, tuning: Tuning, mut detectors: Vec<Box<dyn Detector>>) -> Self {
        for detector in &mut detectors {
            detector.tune(&tuning);
        }
        Self {
            scene: Scene::new(network, tuning),
            seen: Kinds::NONE,
            wants: detectors.iter().map(|detector| detector.wants()).collect(),
            cards: detectors.iter().flat_map(|detector| detector.cards()).collect(),
            detectors,
            findings: Vec::new(),
            alerts: BTreeMap::new(),
            of_level: [0; 5],
            dropped: 0,
            last_second: None,
        }
    }

    /// Looks at one event. Events come in capture order.
    pub fn on_event(&mut self, event: &Event) {
        self.advance(event.at);
        self.scene.observe(event);
        let kind = Kinds::of(&event.what);
        self.seen = self.seen.and(kind);
        for (detector, wants) in self.detectors.iter_mut().zip(&self.wants) {
            if wants.any(kind) {
                detector.on_event(&self.scene, event, &mut self.findings);
            }
        }
        self.collect();
        self.scene.remember(event);
    }

    /// Time has come to `now`. Windows close at whole seconds, so that it does not matter how often this is called.
    pub fn advance(&mut self, now: Timestamp) {
        let second = now.secs();
        if self.last_second.is_some_and(|last| second <= last) {
            return;
        }
        self.last_second = Some(second);
        for detector in &mut self.detectors {
            detector.advance(&self.scene, Timestamp::from_secs(second), &mut self.findings);
        }
        self.collect();
    }

    /// Closes every window: the capture ends here.
    pub fn finish(&mut self) {
        let end = self.scene.now.plus(std::time::Duration::from_secs(86_400 * 2));
        for detector in &mut self.detectors {
            detector.advance(&self.scene, end, &mut self.findings);
        }
        self.collect();
    }

    /// The alerts so far, worst first, then by time, then by name: the same order in every run.
    pub fn alerts(&self) -> Vec<Alert> {
        self.kept().0
    }

    /// The same, with what suppressions of the configuration kept back.
    pub fn kept(&self) -> (Vec<Alert>, Vec<Suppressed>) {
        let mut alerts: Vec<Alert> = self.alerts.values().cloned().collect();
        let suppressed = self.scene.tuning.suppress(&self.scene.network, &mut alerts);
        // Flows are told at their end: what is found of them does not come in the order of their frames.
        alerts.iter_mut().for_each(|alert| alert.frames.sort_unstable());
        alerts.sort_by(|a, b| {
            (b.level.cmp(&a.level))
                .then_with(|| a.first_seen.cmp(&b.first_seen))
                .then_with(|| a.detection.cmp(&b.detection))
                .then_with(|| a.check.cmp(&b.check))
                .then_with(|| a.frames.cmp(&b.frames))
                .then_with(|| a.entities.cmp(&b.entities))
        });
        (alerts, suppressed)
    }

    /// Checks that could not be judged.
    pub fn gaps(&self) -> Vec<Gap> {
        let mut gaps: Vec<Gap> =
            self.detectors.iter().flat_map(|detector| detector.gaps(&self.scene)).collect();
        gaps.sort();
        gaps.dedup();
        gaps
    }

    /// What became of each check: fired, clean, or not evaluable.
    pub fn coverage(&self) -> Vec<Coverage> {
        let gaps = self.gaps();
        let mut coverage = Vec::new();
        for (card, _) in &self.cards {
            let unseen = (!self.seen.any(card.judges))
                .then(|| format!("no {} in the capture", card.judges.names().join(" or ")));
            for check in card.checks {
                let of_check = (card.id, check.name, String::new());
                let alerts = self
                    .alerts
                    .range(of_check..)
                    .take_while(|((detection, name, _), _)| {
                        (*detection, *name) == (card.id, check.name)
                    })
                    .count() as u64;
                let missing = gaps
                    .iter()
                    .find(|gap| (gap.detection, gap.check) == (card.id, check.name))
                    .map(|gap| gap.missing.clone())
                    .or_else(|| unseen.clone());
                let state = match (alerts, &missing) {
                    (1.., _) => CoverageState::Fired,
                    (0, Some(_)) => CoverageState::NotEvaluable,
                    (0, None) => CoverageState::Clean,
                };
                coverage.push(Coverage {
                    detection: card.id.into(),
                    check: check.name.into(),
                    state,
                    alerts,
                    missing,
                });
            }
        }
        coverage
    }

    /// The tables of all detections, and the alerts themselves.
    pub fn tables(&self) -> Vec<TableCount> {
        let mut tables: Vec<TableCount> =
            self.detectors.iter().flat_map(|detector| detector.tables()).collect();
        tables.extend(self.scene.inventory.tables());
        tables.extend(self.scene.suspects.tables());
        tables.extend(self.scene.whereabouts.tables());
        tables.push(TableCount {
            table: "alerts".into(),
            entries: self.alerts.len() as u64,
            cap: MAX_ALERTS as u64,
            evicted: self.dropped,
        });
        tables
    }

    /// What the detections share.
    pub const fn scene(&self) -> &Scene {
        &self.scene
    }

    fn collect(&mut self) {
        if self.findings.is_empty() {
            return;
        }
        for finding in self.findings.drain(..) {
            let Some((card, state)) =
                self.cards.iter().find(|(card, _)| card.id == finding.detection)
            else {
                continue;
            };
            self.scene.suspects.remember(&finding);
            let key = (finding.detection, finding.check, finding.key.clone());
            if let Some(alert) = self.alerts.get_mut(&key) {
                let level = alert.level;
                again(alert, finding);
                let worse = alert.level;
                count(&mut self.of_level, level, -1);
                count(&mut self.of_level, worse, 1);
                continue;
            }
            if self.alerts.len() >= MAX_ALERTS {
                self.dropped += 1;
                if !make_room(&mut self.alerts, &mut self.of_level, finding.level) {
                    continue;
                }
            }
            count(&mut self.of_level, finding.level, 1);
            self.alerts.insert(key, Alert { state: *state, ..first(card, finding) });
        }
    }
}

type Key = (&'static str, &'static str, String);

fn count(of_level: &mut [i64; 5], level: Level, by: i64) {
    if let Some(n) = of_level.get_mut(level as usize) {
        *n += by;
    }
}

/// Lets go of the newest alert of the lowest level, if that is below `level`.
fn make_room(alerts: &mut BTreeMap<Key, Alert>, of_level: &mut [i64; 5], level: Level) -> bool {
    let lower = of_level.get(..level as usize).unwrap_or_default();
    let Some(lowest) = lower.iter().position(|n| *n > 0) else { return false };
    let newest = alerts
        .iter()
        .filter(|(_, alert)| alert.level as usize == lowest)
        .max_by_key(|(_, alert)| alert.first_seen)
        .map(|(key, _)| key.clone());
    let Some(gone) = newest.and_then(|key| alerts.remove(&key)) else { return false };
    count(of_level, gone.level, -1);
    true
}

fn first(card: &Card, finding: Finding) -> Alert {
    let names = |list: &'static [&'static str]| list.iter().map(|name| (*name).into()).collect();
    let id = id(&finding);
    let mut entities = finding.entities;
    let mut named = BTreeSet::new();
    entities.retain(|entity| named.insert(entity.clone()));
    let mut frames = finding.frames;
    if let Some(&last) = frames.last()
        && frames.len() > MAX_FRAMES
    {
        frames.truncate(MAX_FRAMES - 1);
        frames.push(last);
    }
    Alert {
        id,
        state: AlertState::Active,
        incident: None,
        stage: Some(card.stage.name().into()),
        detection: finding.detection.into(),
        check: finding.check.into(),
        level: finding.level,
        severity: finding.level.severity(),
        signature: finding.signature,
        confidence: finding.confidence,
        outcome: finding.outcome,
        returned: finding.returned,
        why: finding.why,
        honest_cause: finding.honest_cause,
        next_step: finding.next_step,
        decided_by: finding.decided_by,
        entities,
        frames,
        first_seen: finding.first_seen,
        last_seen: finding.at,
        count: 1,
        references: References {
            attack: names(card.attack),
            fight: names(card.fight),
            motif: names(card.motif),
        },
        ends: finding.ends,
    }
}

/// The same thing has the same id in every run with the same key for subscribers.
fn id(finding: &Finding) -> String {
    let parts = [finding.detection, finding.check, &finding.key];
    let octets = parts.iter().flat_map(|part| part.bytes().chain([0]));
    format!("{:016x}", stable_hash(octets))
}

/// The same once more: counts, and what got worse replaces what was said.
fn again(alert: &mut Alert, finding: Finding) {
    alert.count += u64::from(finding.counts);
    alert.last_seen = alert.last_seen.max(finding.at);
    for frame in finding.frames {
        if alert.frames.contains(&frame) {
            continue;
        }
        if alert.frames.len() >= MAX_FRAMES {
            alert.frames.pop();
        }
        alert.frames.push(frame);
    }
    for entity in finding.entities {
        if alert.entities.len() < MAX_FRAMES && !alert.entities.contains(&entity) {
            alert.entities.push(entity);
        }
    }
    for kind in finding.returned {
        if !alert.returned.contains(&kind) {
            alert.returned.push(kind);
        }
    }
    let worse = (finding.level, finding.outcome) > (alert.level, alert.outcome);
    if worse || finding.confidence > alert.confidence {
        alert.confidence = alert.confidence.max(finding.confidence);
    }
    if worse {
        alert.level = finding.level.max(alert.level);
        alert.severity = alert.level.severity();
        alert.outcome = finding.outcome.max(alert.outcome);
        alert.signature = finding.signature;
        alert.why = finding.why;
        alert.honest_cause = finding.honest_cause;
        alert.next_step = finding.next_step;
        alert.decided_by = finding.decided_by.or_else(|| alert.decided_by.take());
    }
}

#[cfg(test)]
mod tests {
    use event::{Gtp, Proto};

    use super::*;
    use crate::tests_support::{Events, check};

    fn rogue_echo(events: &mut Events, secs: f64, peer: &str) {
        let gtp = Gtp {
            version: 1,
            message_type: 1,
            message: "Echo Request".into(),
            payload_len: 40,
            claimed_len: 40,
            undecoded_len: 28,
            ..Gtp::default()
        };
        events.gtp(secs, peer, "192.0.2.20:2123", gtp);
    }

    #[test]
    fn repetition_is_one_alert_that_counts() {
        let mut events = Events::new();
        for n in 0..40 {
            rogue_echo(&mut events, f64::from(n) * 60.0, "198.51.100.66:2123");
        }
        rogue_echo(&mut events, 9_999.0, "198.51.100.67:2123");
        let alerts = check("gtpdoor-knock", &events);
        assert_eq!(alerts.iter().map(|alert| alert.count).collect::<Vec<_>>(), [40, 1]);
        let frames = &alerts[0].frames;
        assert_eq!(
            (frames.len(), frames.first(), frames.last()),
            (MAX_FRAMES, Some(&1), Some(&40))
        );
    }

    #[test]
    fn the_newest_of_the_lowest_level_makes_room() {
        let mut events = Events::new();
        for (n, peer) in ["198.51.100.66:2123", "198.51.100.67:2123"].into_iter().enumerate() {
            rogue_echo(&mut events, f64::from(u8::try_from(n).unwrap()), peer);
        }
        let mut of_level = [0; 5];
        let mut alerts = BTreeMap::new();
        for alert in check("gtpdoor-knock", &events) {
            count(&mut of_level, alert.level, 1);
            alerts.insert(("gtpdoor-knock", "echo.covert", alert.entities.concat()), alert);
        }
        assert!(!make_room(&mut alerts, &mut of_level, Level::High), "nothing is lower");
        assert!(make_room(&mut alerts, &mut of_level, Level::Critical));
        let left = alerts.values().next().and_then(|alert| alert.ends).unwrap();
        assert_eq!((left.src_ip.to_string(), left.proto), ("198.51.100.66".into(), Proto::Udp));
        assert_eq!((alerts.len(), of_level), (1, [0, 0, 0, 1, 0]));
    }
}
