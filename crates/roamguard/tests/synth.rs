//! Made-up captures as their users meet them: a label beside each, the description that belongs to it, nothing overwritten.
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

use std::path::Path;
use std::process::{Command, Output};

fn roamguard(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_roamguard"));
    command.args(arguments).current_dir(folder).env("XDG_STATE_HOME", folder.join("state"));
    command.output().unwrap()
}

fn text(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).unwrap()
}

#[test]
fn a_scenario_with_its_label_and_description() {
    let folder = tempfile::tempdir().unwrap();
    let made = roamguard(folder.path(), &["synth", "map-ati-answered"]);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let label = std::fs::read_to_string(folder.path().join("map-ati-answered.json")).unwrap();
    assert!(label.contains("\"ss7-category-1\"") && label.contains("\"critical\""), "{label}");
    let arguments =
        ["scan", "-q", "--network", "map-ati-answered.network.toml", "map-ati-answered.pcapng"];
    let scanned = roamguard(folder.path(), &arguments);
    assert_eq!(scanned.status.code(), Some(1));
    assert!(text(&scanned.stdout).contains("ss7-category-1"));
    let again = roamguard(folder.path(), &["synth", "map-ati-answered"]);
    assert_eq!(again.status.code(), Some(2), "nothing is overwritten");
    let forced = roamguard(folder.path(), &["synth", "map-ati-answered", "--force", "--seed", "2"]);
    assert_eq!(forced.status.code(), Some(0));
}

#[test]
fn all_of_them_and_both_formats() {
    let folder = tempfile::tempdir().unwrap();
    let made = roamguard(folder.path(), &["synth", "--all", "all"]);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let captures = std::fs::read_dir(folder.path().join("all"))
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|e| e == "pcapng"))
        .count();
    assert!(captures > 100, "{captures}");
    let classic = roamguard(folder.path(), &["synth", "icmp-knock-binary", "-o", "x.pcap"]);
    assert_eq!(classic.status.code(), Some(0), "{}", text(&classic.stderr));
    let scanned = roamguard(folder.path(), &["scan", "-q", "x.pcap"]);
    assert_eq!(scanned.status.code(), Some(1));
}

#[test]
fn a_wrong_name_and_a_place_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = roamguard(folder.path(), &["synth", "map-ati"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("map-ati-answered"), "{}", text(&wrong.stderr));
    let nowhere = roamguard(folder.path(), &["synth", "clean", "-o", "no/such/folder/x.pcap"]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(text(&nowhere.stderr).contains("no/such/folder/x.pcap"));
}
