//! Scenarios: a capture in, findings out. Every loud one raises what it is to raise, every benign twin nothing of level
//! medium or above, with the description that belongs to it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "a test may stop where it finds what it did not expect"
)]

mod common;

use engine::detect;
use engine::event::Level;
use testkit::scenarios::SCENARIOS;

#[test]
fn every_scenario_raises_what_it_is_to_raise_and_every_twin_stays_quiet() {
    let mut faults = Vec::new();
    for scenario in SCENARIOS {
        let frames = (scenario.make)(1);
        let (summary, _) = common::scan_frames(&frames, common::options(1, scenario.network));
        let found: Vec<(&str, &str, Level)> = summary
            .alerts
            .iter()
            .map(|alert| (alert.detection.as_ref(), alert.check.as_ref(), alert.level))
            .collect();
        for &(detection, level) in scenario.expect {
            let level: Level = level.parse().unwrap();
            let best = found.iter().filter(|(id, ..)| *id == detection).map(|(.., level)| *level);
            if best.max() != Some(level) {
                faults.push(format!(
                    "{}: wants {detection} at {level}, found {found:?}",
                    scenario.name
                ));
            }
        }
        // An attack may show in more than one way; what is honest may not show at all.
        for (detection, check, level) in &found {
            if scenario.benign && *level >= Level::Medium {
                faults
                    .push(format!("{}: {detection} / {check} at {level} is wrong", scenario.name));
            }
        }
        for alert in &summary.alerts {
            let texts = [&alert.signature, &alert.why, &alert.honest_cause, &alert.next_step];
            if alert.frames.is_empty() || texts.iter().any(|text| text.is_empty()) {
                faults.push(format!(
                    "{}: an alert without frames or reasons: {alert:?}",
                    scenario.name
                ));
            }
        }
    }
    let (wrong, all) = (faults.len(), SCENARIOS.len());
    assert!(faults.is_empty(), "{wrong} faults in {all} scenarios:\n{}", faults.join("\n"));
}

/// Every detection has a loud scenario and a benign twin.
#[test]
fn every_detection_is_shown_and_has_a_twin() {
    for entry in detect::DETECTORS {
        let id = entry.card.id;
        let loud = SCENARIOS.iter().any(|s| s.expect.iter().any(|(name, _)| *name == id));
        let twin = SCENARIOS.iter().any(|s| s.benign && s.detection == Some(id));
        assert!(loud, "{id} has no scenario that shows it");
        assert!(twin, "{id} has no benign twin");
    }
}
