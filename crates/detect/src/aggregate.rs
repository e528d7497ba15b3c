//! Runs all detections over the events and makes alerts of their findings: repetition is one alert that counts.

use std::collections::BTreeMap;

use event::{Alert, Event, Level, References, TableCount, Timestamp};
use network::Network;

use crate::{Card, DETECTORS, Detector, Finding, Gap, Scene};

/// Alerts kept at once; more than this and the newest of the lowest level are only counted.
const MAX_ALERTS: usize = 20_000;
/// Frames named in one alert; the last one seen replaces the last of these.
const MAX_FRAMES: usize = 16;

/// All detections, their shared scene, and the alerts so far.
pub struct Engine {
    scene: Scene,
    detectors: Vec<Box<dyn Detector>>,
    findings: Vec<Finding>,
    alerts: BTreeMap<(&'static str, &'static str, String), Alert>,
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
    pub fn new(network: Network) -> Self {
        Self::with(network, DETECTORS.iter().map(|entry| (entry.make)()).collect())
    }

    /// These detections only.
    pub fn with(network: Network, detectors: Vec<Box<dyn Detector>>) -> Self {
        Self {
            scene: Scene::new(network),
            detectors,
            findings: Vec::new(),
            alerts: BTreeMap::new(),
            dropped: 0,
            last_second: None,
        }
    }

    /// Looks at one event. Events come in capture order.
    pub fn on_event(&mut self, event: &Event) {
        self.advance(event.at);
        self.scene.observe(event);
        for detector in &mut self.detectors {
            detector.on_event(&self.scene, event, &mut self.findings);
        }
        self.collect();
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
        let mut alerts: Vec<Alert> = self.alerts.values().cloned().collect();
        alerts.sort_by(|a, b| {
            (b.level.cmp(&a.level))
                .then_with(|| a.first_seen.cmp(&b.first_seen))
                .then_with(|| a.detection.cmp(&b.detection))
                .then_with(|| a.check.cmp(&b.check))
                .then_with(|| a.frames.cmp(&b.frames))
                .then_with(|| a.entities.cmp(&b.entities))
        });
        alerts
    }

    /// Checks that could not be judged.
    pub fn gaps(&self) -> Vec<Gap> {
        let mut gaps: Vec<Gap> =
            self.detectors.iter().flat_map(|detector| detector.gaps(&self.scene)).collect();
        gaps.sort();
        gaps.dedup();
        gaps
    }

    pub fn tables(&self) -> Vec<TableCount> {
        let mut tables: Vec<TableCount> =
            self.detectors.iter().flat_map(|detector| detector.tables()).collect();
        tables.push(TableCount {
            table: "alerts".into(),
            entries: self.alerts.len() as u64,
            cap: MAX_ALERTS as u64,
            evicted: self.dropped,
        });
        tables
    }

    pub const fn scene(&self) -> &Scene {
        &self.scene
    }

    fn collect(&mut self) {
        for finding in self.findings.drain(..) {
            let Some(card) = crate::find(finding.detection).map(|entry| entry.card) else {
                continue;
            };
            let key = (finding.detection, finding.check, finding.key.clone());
            let room = self.alerts.len() < MAX_ALERTS;
            match self.alerts.get_mut(&key) {
                Some(alert) => again(alert, finding),
                None if room => {
                    self.alerts.insert(key, first(card, finding));
                }
                None => self.dropped += 1,
            }
        }
    }
}

fn first(card: &Card, finding: Finding) -> Alert {
    let names = |list: &'static [&'static str]| list.iter().map(|name| (*name).into()).collect();
    let mut frames = finding.frames;
    frames.truncate(MAX_FRAMES);
    Alert {
        detection: finding.detection.into(),
        check: finding.check.into(),
        level: finding.level,
        severity: finding.level.severity(),
        signature: finding.signature,
        confidence: finding.confidence,
        outcome: finding.outcome,
        why: finding.why,
        honest_cause: finding.honest_cause,
        next_step: finding.next_step,
        decided_by: finding.decided_by,
        entities: finding.entities,
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

/// The same once more: counts, and what got worse replaces what was said.
fn again(alert: &mut Alert, finding: Finding) {
    alert.count += 1;
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

/// Whether an alert counts for the exit code.
impl Engine {
    pub fn worst(&self) -> Option<Level> {
        self.alerts.values().map(|alert| alert.level).max()
    }
}
