//! The configuration as its users meet it: the sample, mistakes, suppressions that are counted.
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

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").join(name)
}

/// Runs the binary with a state folder of its own, as without a terminal.
fn roamguard(state: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_roamguard"));
    command.args(arguments).env("XDG_STATE_HOME", state).env_remove("NO_COLOR");
    command.output().unwrap()
}

fn text(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).unwrap()
}

/// The sample with every key taken out of its comment.
fn uncommented() -> String {
    let state = tempfile::tempdir().unwrap();
    let output = roamguard(state.path(), &["config", "sample"]);
    assert_eq!(output.status.code(), Some(0));
    let sample = text(&output.stdout);
    assert!(sample.lines().all(|line| line.chars().count() <= 100), "{sample}");
    sample
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(key) if key.starts_with(|c: char| c.is_ascii_lowercase() || "[\"".contains(c)) => {
                format!("{key}\n")
            }
            _ => format!("{line}\n"),
        })
        .collect()
}

fn check(config: &str) -> (Option<i32>, String) {
    let state = tempfile::tempdir().unwrap();
    let file = state.path().join("roamguard.toml");
    std::fs::write(&file, config).unwrap();
    let output = roamguard(state.path(), &["config", "check", file.to_str().unwrap()]);
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

#[test]
fn every_key_of_the_sample_is_one_that_is_read() {
    let (code, said) = check(&uncommented());
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("1 suppression"), "{said}");
    assert!(!said.contains(": 0 thresholds"), "{said}");
}

#[test]
fn a_mistake_is_told_with_its_line() {
    let (code, said) = check("[thresholds.core-sweep]\n\ndestination = 20\n");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("line 3") && said.contains("did you mean `destinations`?"), "{said}");
    let state = tempfile::tempdir().unwrap();
    let output = roamguard(state.path(), &["config", "check", "/nonexistent/roamguard.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("/nonexistent/roamguard.toml"));
}

fn scan(config: &str, extra: &[&str]) -> (Option<i32>, String, String) {
    let state = tempfile::tempdir().unwrap();
    let file = state.path().join("roamguard.toml");
    std::fs::write(&file, config).unwrap();
    let (network, capture) = (sample("network.toml"), sample("intrusion.pcap"));
    let mut arguments = vec!["scan", "--network", network.to_str().unwrap(), "--config"];
    arguments.extend([file.to_str().unwrap()]);
    arguments.extend(extra);
    arguments.push(capture.to_str().unwrap());
    let output = roamguard(state.path(), &arguments);
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_suppressed_alert_is_gone_and_counted() {
    let suppress = |until: &str| {
        format!(
            "[[suppress]]\ndetection = \"icmp-knock\"\nreason = \"exercise 7\"\nuntil = {until}\n"
        )
    };
    let (_, all, _) = scan("", &["--format", "json", "--only", "alert,stats"]);
    let (_, kept, _) =
        scan(&suppress("2030-01-01"), &["--format", "json", "--only", "alert,stats"]);
    let (_, ended, _) =
        scan(&suppress("2020-01-01"), &["--format", "json", "--only", "alert,stats"]);
    let of = |text: &str| {
        text.lines()
            .filter(|line| line.contains("\"event_type\":\"alert\"") && line.contains("icmp-knock"))
            .count()
    };
    assert!(of(&all) > 0 && of(&kept) == 0 && of(&ended) == of(&all));
    assert!(kept.contains("\"reason\":\"exercise 7\""), "counted");
    assert!(ended.contains("\"expired\":true"), "said");
    let (_, report, _) = scan(&suppress("2030-01-01"), &[]);
    assert!(report.contains("exercise 7") && report.contains("roamguard.toml:1"), "{report}");
}

#[test]
fn a_partner_that_nobody_described_is_remarked() {
    let config = "[[partner]]\nname = \"Nobody\"\nreason = \"r\"\nthresholds = {}\n";
    let (code, _, said) = scan(config, &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("roamguard.toml:2") && said.contains("Nobody"), "{said}");
}
