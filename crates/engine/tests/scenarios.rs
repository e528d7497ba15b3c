//! Scenarios: a capture in, findings out. Every loud one raises what it is to raise, every benign twin nothing that
//! would wake anybody, with the description that belongs to it.

mod common;

use engine::detect;
use engine::event::Level;
use testkit::scenarios::SCENARIOS;

#[test]
fn every_scenario_raises_what_it_is_to_raise_and_nothing_else_of_weight() {
    let mut faults = Vec::new();
    for scenario in SCENARIOS {
        let frames = (scenario.make)(1);
        let (summary, _) = common::scan_frames(&frames, common::options(1, scenario.network));
        let found: Vec<(String, String, Level)> = summary
            .alerts
            .iter()
            .map(|alert| (alert.detection.to_string(), alert.check.to_string(), alert.level))
            .collect();
        for &(detection, level) in scenario.expect {
            let best =
                found.iter().filter(|(name, ..)| name == detection).map(|(.., level)| *level).max();
            if best != Some(level) {
                faults.push(format!(
                    "{}: wants {detection} at {level}, found {found:?}",
                    scenario.name
                ));
            }
        }
        for (detection, check, level) in &found {
            let wanted = scenario.expect.iter().any(|(name, _)| name == detection);
            if !wanted && *level >= Level::Medium {
                faults.push(format!(
                    "{}: {detection} / {check} at {level} was not asked for",
                    scenario.name
                ));
            }
        }
    }
    assert!(
        faults.is_empty(),
        "{} of {} scenarios:\n{}",
        faults.len(),
        SCENARIOS.len(),
        faults.join("\n")
    );
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
