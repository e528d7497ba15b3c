//! Scenarios: what is made is what is written down, and tshark reads it.

use std::collections::BTreeSet;

use super::*;
use crate::pcap::{self, Format};
use crate::tshark;

#[test]
fn names_are_unique_and_twins_expect_nothing() {
    let names: BTreeSet<_> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
    assert_eq!(names.len(), SCENARIOS.len());
    for scenario in SCENARIOS {
        assert!(!scenario.name.is_empty() && !scenario.about.is_empty());
        assert_eq!(scenario.benign, scenario.expect.is_empty(), "{}", scenario.name);
        assert_eq!(find(scenario.name).map(|found| found.name), Some(scenario.name));
    }
}

#[test]
fn every_detection_has_a_loud_case_and_a_twin() {
    let loud: BTreeSet<_> = SCENARIOS
        .iter()
        .filter(|scenario| !scenario.benign)
        .filter_map(|scenario| scenario.detection)
        .collect();
    assert_eq!(loud.len(), 37);
    let twins: BTreeSet<_> = SCENARIOS
        .iter()
        .filter(|scenario| scenario.benign)
        .filter_map(|scenario| scenario.detection)
        .collect();
    assert_eq!(loud, twins);
}

#[test]
fn the_same_from_a_seed_and_in_time_order() {
    for scenario in SCENARIOS {
        let frames = (scenario.make)(1);
        assert!(!frames.is_empty(), "{}", scenario.name);
        assert!(frames.is_sorted_by_key(|(at, _)| *at), "{}", scenario.name);
        assert_eq!(frames, (scenario.make)(1), "{}", scenario.name);
    }
}

#[test]
fn samples_are_small_enough_to_give_away() {
    for (name, file) in samples() {
        assert!(file.len() < 300 * 1024, "{name}: {} octets", file.len());
    }
}

/// The samples and the list in the project are what this crate makes; `UPDATE=1` writes them.
#[test]
fn what_is_made_is_what_is_written_down() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = vec![
        (root.join("scenarios/README.md"), catalogue().into_bytes()),
        (root.join("scenarios/expected.jsonl"), expectations().into_bytes()),
    ];
    files.extend(samples().into_iter().map(|(name, file)| (root.join("samples").join(name), file)));
    for (path, made) in files {
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &made).unwrap();
        }
        let written = std::fs::read(&path).unwrap_or_default();
        assert!(written == made, "{} is not what testkit makes: run with UPDATE=1", path.display());
    }
}

#[test]
fn tshark_has_no_complaint() {
    for scenario in SCENARIOS {
        // The point of these is that they do not decode: tshark goes by their ports.
        let odd = [
            "gtpdoor-published-key",
            "gtpdoor-other-key",
            "forbidden-no-dns-on-53",
            "gtp-in-gtp-game-on-its-port",
            "gtp-context-over-gp",
            "gtp-internal-at-home",
            "gtp-malformed-requests",
            "gtp-malformed-undescribed",
            "gtp-vendor-habits",
            "sctp-no-m3ua-on-its-port",
        ];
        // Nor are encodings made to confuse a reader to please this one.
        let evades = scenario.detection == Some("tcap-evasion") && !scenario.benign;
        if evades || odd.contains(&scenario.name) {
            continue;
        }
        let file = pcap::bytes(&(scenario.make)(1), Format::default());
        let Some(complaints) = tshark::complaints(&file) else {
            eprintln!("SKIPPED: tshark is not installed");
            return;
        };
        assert!(complaints.is_empty(), "{}:\n{complaints}", scenario.name);
    }
}
