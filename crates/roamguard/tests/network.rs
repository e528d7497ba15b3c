//! `learn` and `network` as their users meet them: drafts, IR.21 files, differences, answers.
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

fn ir21(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../network/tests/ir21").join(name)
}

/// Runs the binary with a state folder of its own, as without a terminal.
fn roamguard<S: AsRef<std::ffi::OsStr>>(folder: &Path, arguments: &[S]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_roamguard"));
    command.args(arguments).env("XDG_STATE_HOME", folder.join("state")).env_remove("NO_COLOR");
    command.output().unwrap()
}

fn text(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).unwrap()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Detections at or above medium of a scan with that description.
fn detections(folder: &Path, capture: &Path, network: &Path) -> Vec<String> {
    let arguments = [
        "scan",
        "-q",
        path(capture),
        "--network",
        path(network),
        "--level",
        "medium",
        "--format",
        "csv",
    ];
    let table = text(&roamguard(folder, &arguments).stdout);
    table.lines().skip(1).filter_map(|line| line.split(',').nth(1)).map(str::to_owned).collect()
}

/// A draft made from a sample.
fn draft(folder: &Path, name: &str, capture: &str, more: &[&str]) -> (PathBuf, String) {
    let out = folder.join(name);
    let capture = sample(capture);
    let mut arguments = vec!["learn", path(&capture), "--out", path(&out)];
    arguments.extend(more);
    let run = roamguard(folder, &arguments);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
    (out, text(&run.stderr))
}

#[test]
fn a_draft_of_clean_traffic_judges_it_clean_and_still_finds_the_intrusion() {
    let folder = tempfile::tempdir().unwrap();
    let (network, said) =
        draft(folder.path(), "draft.toml", "clean.pcap", &["--name", "Ex \"A\"\nB"]);
    assert!(said.contains("it is a draft"), "{said}");
    let written = std::fs::read_to_string(&network).unwrap();
    assert!(written.starts_with("# DRAFT of a network description"), "{written}");
    for line in written.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    for part in [
        "plmns = [\"001-01\"]",
        "gt_prefixes = [\"99901\"]",
        "gsn = [\"198.51.100.20\"]",
        "sigtran = [\"198.51.100.10\"]",
        "(first: frame ",
    ] {
        assert!(written.contains(part), "{part}:\n{written}");
    }
    let check = roamguard(folder.path(), &["network", "check", path(&network)]);
    assert_eq!(check.status.code(), Some(0), "{}", text(&check.stdout));
    assert_eq!(detections(folder.path(), &sample("clean.pcap"), &network), [""; 0]);
    let mut found = detections(folder.path(), &sample("intrusion.pcap"), &network);
    found.sort();
    found.dedup();
    for id in [
        "icmp-knock",
        "rogue-gtp-peer",
        "sgsn-emulation",
        "ss7-category-1",
        "ssh-password-spray",
        "tunnel-c2",
    ] {
        assert!(found.iter().any(|detection| detection == id), "{id}: {found:?}");
    }
    // The same again is the same, whoever reads the packets; an existing file stays.
    let one = roamguard(folder.path(), &["learn", "-q", "-j", "1", path(&sample("clean.pcap"))]);
    let two = roamguard(folder.path(), &["learn", "-q", "-j", "3", path(&sample("clean.pcap"))]);
    assert_eq!(text(&one.stdout), text(&two.stdout));
    let again =
        roamguard(folder.path(), &["learn", path(&sample("clean.pcap")), "--out", path(&network)]);
    assert_eq!(again.status.code(), Some(2));
    assert!(text(&again.stderr).contains("is not overwritten"), "{}", text(&again.stderr));
}

#[test]
fn who_is_in_a_grave_alert_is_no_partner() {
    let folder = tempfile::tempdir().unwrap();
    let (network, _) = draft(folder.path(), "draft.toml", "intrusion.pcap", &[]);
    let written = std::fs::read_to_string(&network).unwrap();
    // The name server that was taken over played SGSN: ours, but nobody's gateway.
    let listed = |line: &&str| line.starts_with("gsn") && line.contains("192.0.2.53");
    assert_eq!(written.lines().find(listed), None, "{written}");
    assert!(written.contains("it is in an alert of"), "{written}");
    assert!(written.contains("plmns = [\"001-01\"]"), "{written}");
}

#[test]
fn a_draft_goes_on_from_an_older_one() {
    let folder = tempfile::tempdir().unwrap();
    let (old, _) = draft(folder.path(), "old.toml", "clean.pcap", &[]);
    let named = std::fs::read_to_string(&old).unwrap().replace("Network 001-02", "Partner \u{e4}");
    let named = format!("{named}agreements = [\"map.70\"]\n");
    std::fs::write(&old, named).unwrap();
    let (new, _) = draft(folder.path(), "new.toml", "clean.pcap", &["--network", path(&old)]);
    let diff = roamguard(folder.path(), &["network", "diff", path(&old), path(&new)]);
    assert_eq!(diff.status.code(), Some(0), "{}", text(&diff.stdout));
    let (other, _) = draft(folder.path(), "home.toml", "clean.pcap", &["--home", "001-02"]);
    let other = std::fs::read_to_string(other).unwrap();
    let home = other.split("[[").next().unwrap();
    assert!(home.contains("plmns = [\"001-02\"]") && home.contains("001-02 was given"), "{home}");
}

#[test]
fn ir21_files_are_merged_told_and_shown() {
    let folder = tempfile::tempdir().unwrap();
    let network = folder.path().join("network.toml");
    std::fs::write(&network, "# Ours.\n[home]\nname = \"Us\"\nplmns = [\"001-01\"]\n").unwrap();
    let arguments = [
        "network".to_owned(),
        "import".to_owned(),
        path(&ir21("new.xml")).to_owned(),
        path(&ir21("old.xml")).to_owned(),
        "--into".to_owned(),
        path(&network).to_owned(),
    ];
    let before = folder.path().join("before.toml");
    std::fs::copy(&network, &before).unwrap();
    let run = roamguard(folder.path(), &arguments);
    let said = text(&run.stdout);
    assert_eq!(run.status.code(), Some(0), "{said}{}", text(&run.stderr));
    for part in [
        "Testaria & Sons Mobile: new",
        "gsn: added 198.51.100.20",
        "stale: old.xml",
        "not understood: old.xml:18",
        "was changed",
    ] {
        assert!(said.contains(part), "{part}:\n{said}");
    }
    assert!(std::fs::read_to_string(&network).unwrap().starts_with("# Ours.\n[home]"));
    let again = text(&roamguard(folder.path(), &arguments).stdout);
    assert!(again.contains("is as it was"), "{again}");

    let diff = roamguard(folder.path(), &["network", "diff", path(&before), path(&network)]);
    let said = text(&diff.stdout);
    assert_eq!(diff.status.code(), Some(1));
    assert!(
        said.contains("+ partner Little MVNO (added") && said.contains("2 added, 0 removed"),
        "{said}"
    );
    for line in said.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    let json = roamguard(
        folder.path(),
        &["network", "diff", path(&before), path(&network), "--format", "json"],
    );
    for line in text(&json.stdout).lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(value["change"], "added");
    }

    let show = text(
        &roamguard(folder.path(), &["network", "show", path(&network), "198.51.100.20"]).stdout,
    );
    assert!(show.contains("as address: partner Testaria & Sons Mobile"), "{show}");
    assert!(show.contains("gsn"), "{show}");
    let all = text(&roamguard(folder.path(), &["network", "show", path(&network)]).stdout);
    assert!(all.contains("brought by Testaria & Sons Mobile"), "{all}");
}

#[test]
fn wrong_use_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let pdf = folder.path().join("ABCDE.xml");
    std::fs::write(&pdf, "%PDF-1.4").unwrap();
    let network = folder.path().join("n.toml");
    std::fs::write(&network, "[home]\nname = \"Us\"\n").unwrap();
    for (arguments, code, part) in [
        (vec!["network", "import", path(&pdf)], 2, "ask for the RAEX XML"),
        (vec!["network", "import", "nowhere.xml"], 2, "there is no such file"),
        (vec!["network", "import", path(folder.path()), "--as-of", "yesterday"], 2, "as-of"),
        (vec!["network", "show", path(&network), "what?"], 2, "neither an address"),
        (vec!["network", "diff", path(&network), "nowhere.toml"], 2, "nowhere.toml"),
        (vec!["learn", "--home", "1", "x.pcap"], 2, "not a PLMN"),
        (vec!["learn", "nowhere.pcap"], 2, "nowhere.pcap"),
    ] {
        let run = roamguard(folder.path(), &arguments);
        let said = text(&run.stderr);
        assert_eq!(run.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(part), "{arguments:?}: {said}");
    }
}
