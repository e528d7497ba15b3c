//! The binary as its users meet it: output, exit codes, wrong use.
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

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

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

#[test]
fn a_scan_answers_in_order_and_fits_a_hundred_columns() {
    let state = tempfile::tempdir().unwrap();
    let output = roamguard(state.path(), &["scan", sample("intrusion.pcap").to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let report = text(&output.stdout);
    let places: Vec<usize> = [
        "INCIDENTS",
        "WHAT HAPPENED",
        "WHO IS THERE",
        "WHAT WAS IN IT",
        "WHAT COULD NOT BE JUDGED",
        "CHECKS",
    ]
    .iter()
    .map(|title| report.find(title).unwrap_or_else(|| panic!("{title} is missing")))
    .collect();
    assert!(places.is_sorted(), "{places:?}");
    for line in report.lines().skip(1) {
        assert!(line.chars().count() <= 100, "{line}");
    }
    assert!(!report.contains('\u{1b}'), "colour without a terminal");
    for id in ["icmp-knock", "sgsn-emulation", "tunnel-c2", "ss7-category-1", "ssh-password-spray"]
    {
        assert!(report.contains(id), "{id}");
    }
}

/// The sample is one intrusion, and is told as one.
#[test]
fn an_intrusion_is_one_story() {
    let state = tempfile::tempdir().unwrap();
    let (capture, network) = (sample("intrusion.pcap"), sample("network.toml"));
    let (capture, network) = (capture.to_str().unwrap(), network.to_str().unwrap());
    let report = text(&roamguard(state.path(), &["scan", "--network", network, capture]).stdout);
    assert!(report.contains("INCIDENTS  1 critical"), "{report}");
    assert!(report.contains("foothold > control > collection"), "{report}");
    assert!(report.contains("answered with data: "), "{report}");
    for line in report.lines().skip(1) {
        assert!(line.chars().count() <= 100, "{line}");
    }
    let arguments =
        ["scan", "--format", "json", "--only", "alert,incident", "--network", network, capture];
    let output = roamguard(state.path(), &arguments);
    let records: Vec<serde_json::Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let incidents: Vec<&serde_json::Value> =
        records.iter().filter(|record| record["event_type"] == "incident").collect();
    assert_eq!(incidents.len(), 1, "{incidents:#?}");
    let id = &incidents[0]["incident"]["id"];
    assert!(incidents[0]["pcap_cnt"].as_u64() > Some(0));
    for alert in records.iter().filter(|record| record["event_type"] == "alert") {
        assert_eq!(&alert["alert"]["incident"], id, "{alert}");
    }
}

#[test]
fn each_check_says_what_became_of_it() {
    let state = tempfile::tempdir().unwrap();
    let capture = sample("sgsnemu.pcap");
    let capture = capture.to_str().unwrap();
    let short = text(&roamguard(state.path(), &["scan", capture]).stdout);
    let long = text(&roamguard(state.path(), &["scan", "--coverage", capture]).stdout);
    assert!(
        short.contains("--coverage lists each") && short.contains("not evaluable  "),
        "{short}"
    );
    for line in ["fired 1", "clean", "not evaluable  map."] {
        assert!(long.contains(line), "{line}: {long}");
    }
    for line in short.lines().chain(long.lines()).skip(1) {
        assert!(line.chars().count() <= 100, "{line}");
    }
}

#[test]
fn clean_traffic_exits_clean() {
    let state = tempfile::tempdir().unwrap();
    let network = sample("network.toml");
    for extra in [&[][..], &["--network", network.to_str().unwrap()][..]] {
        let clean = sample("clean.pcap");
        let mut arguments = vec!["scan", clean.to_str().unwrap()];
        arguments.extend(extra);
        let output = roamguard(state.path(), &arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    }
}

#[test]
fn every_line_of_json_is_a_record_and_the_last_is_the_statistics() {
    let state = tempfile::tempdir().unwrap();
    let intrusion = sample("intrusion.pcap");
    let output =
        roamguard(state.path(), &["scan", "--format", "json", intrusion.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let records: Vec<serde_json::Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<&str> =
        records.iter().map(|record| record["event_type"].as_str().unwrap()).collect();
    assert_eq!(kinds.last(), Some(&"stats"));
    for kind in ["alert", "map", "gtp", "tunnel", "flow", "icmp", "ssh", "dns", "sctp", "element"] {
        assert!(kinds.contains(&kind), "{kind}");
    }
    let only = ["scan", "--format", "json", "--only", "alert", intrusion.to_str().unwrap()];
    let alerts = roamguard(state.path(), &only);
    assert!(text(&alerts.stdout).lines().all(|line| line.contains("\"event_type\":\"alert\"")));
    let again = roamguard(state.path(), &only);
    assert_eq!(alerts.stdout, again.stdout, "the key of the first run is used by the second");
}

#[test]
fn csv_has_a_line_an_alert() {
    let state = tempfile::tempdir().unwrap();
    let arguments =
        ["scan", "--format", "csv", "--level", "high", sample("intrusion.pcap").to_str().unwrap()]
            .map(str::to_owned);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let table = text(&roamguard(state.path(), &arguments).stdout);
    let mut lines = table.lines();
    assert!(lines.next().unwrap().starts_with("level,detection,check,first_seen"));
    assert!(lines.all(|line| line.starts_with("critical,") || line.starts_with("high,")));
}

#[test]
fn the_fail_level_decides_the_exit_code() {
    let state = tempfile::tempdir().unwrap();
    let lab = sample("sgsnemu.pcap");
    let lab = lab.to_str().unwrap();
    assert_eq!(roamguard(state.path(), &["scan", lab]).status.code(), Some(1));
    let clean = sample("clean.pcap");
    let low = ["scan", "--fail-level", "informational", clean.to_str().unwrap()];
    assert_eq!(roamguard(state.path(), &low).status.code(), Some(0));
}

#[test]
fn standard_input_is_read() {
    let state = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_roamguard"))
        .args(["scan", "-"])
        .env("XDG_STATE_HOME", state.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let octets = std::fs::read(sample("sgsnemu.pcap")).unwrap();
    child.stdin.take().unwrap().write_all(&octets).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("sgsn-emulation"));
}

#[test]
fn a_damaged_file_gives_what_was_readable_and_says_where_it_broke() {
    let state = tempfile::tempdir().unwrap();
    let octets = std::fs::read(sample("intrusion.pcap")).unwrap();
    let path = state.path().join("cut.pcap");
    std::fs::write(&path, &octets[..octets.len() - 11]).unwrap();
    let output = roamguard(state.path(), &["scan", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(3));
    let (report, remarks) = (text(&output.stdout), text(&output.stderr));
    assert!(remarks.contains("cut.pcap") && remarks.contains("octet"), "{remarks}");
    assert!(report.contains("icmp-knock"), "what was readable is judged");
}

#[test]
fn wrong_use_says_what_to_do() {
    let state = tempfile::tempdir().unwrap();
    let notes = state.path().join("notes.txt");
    std::fs::write(&notes, "this is no capture\n").unwrap();
    let network = state.path().join("network.toml");
    std::fs::write(&network, "[home]\nname = \"x\"\ngt_prefixe = [\"999\"]\n").unwrap();
    let (notes, network) = (notes.to_str().unwrap(), network.to_str().unwrap());
    let clean = sample("clean.pcap");
    let clean = clean.to_str().unwrap();
    let wrong: &[(&[&str], &str)] = &[
        (&["scan", "nowhere.pcap"], "nowhere.pcap"),
        (&["scan", notes], "no capture"),
        (&["scan", "--network", network, clean], "gt_prefixes"),
        (&["network", "check", network], "gt_prefixes"),
        (&["rules", "explain", "icmp-nock"], "icmp-knock"),
        (&["scan", "--only", "alerts", clean], "alert"),
        (&["scan", "--subscriber-key", notes, clean], "64 hexadecimal"),
        (&["scan", "--only", "alert", clean], "--format json"),
        (
            &["scan", "--from", "2024-01-01T00:00:00Z", "--to", "2023-01-01T00:00:00Z", clean],
            "--to",
        ),
        (&["timeline", "--ladder", "--format", "csv", "192.0.2.53", clean], "--ladder"),
    ];
    for (arguments, hint) in wrong {
        let output = roamguard(state.path(), arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(hint), "{arguments:?}: {said}");
        assert!(said.lines().count() <= 3, "one error, once: {said}");
    }
}

/// Where nothing was read, nothing is called in order.
#[test]
fn a_window_without_frames_judges_nothing() {
    let state = tempfile::tempdir().unwrap();
    let clean = sample("clean.pcap");
    let arguments = ["scan", "--from", "2030-01-01T00:00:00Z", clean.to_str().unwrap()];
    let output = roamguard(state.path(), &arguments);
    let (report, remarks) = (text(&output.stdout), text(&output.stderr));
    assert!(
        report.contains("no frame to judge") && report.contains("no frame was read"),
        "{report}"
    );
    assert!(!report.contains("every check had what it needs"), "{report}");
    assert!(remarks.contains("no frame from 2030-01-01"), "{remarks}");
}

#[test]
fn the_description_of_the_samples_is_in_order() {
    let state = tempfile::tempdir().unwrap();
    let network = sample("network.toml");
    let output = roamguard(state.path(), &["network", "check", network.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
}

#[test]
fn every_detection_has_its_page() {
    let state = tempfile::tempdir().unwrap();
    let list = text(&roamguard(state.path(), &["rules", "list"]).stdout);
    let ids: Vec<&str> = list
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|id| !id.is_empty())
        .collect();
    assert!(ids.len() >= 37, "{ids:?}");
    for id in ids {
        let output = roamguard(state.path(), &["rules", "explain", id]);
        assert_eq!(output.status.code(), Some(0));
        let page = text(&output.stdout);
        assert!(
            page.contains("checks") && page.lines().all(|line| line.chars().count() <= 100),
            "{page}"
        );
    }
}

#[test]
fn revealing_says_so() {
    let state = tempfile::tempdir().unwrap();
    let lab = sample("sgsnemu.pcap");
    let arguments = ["scan", "--format", "json", "--reveal-subscribers", lab.to_str().unwrap()];
    let output = roamguard(state.path(), &arguments);
    assert!(text(&output.stderr).contains("--reveal-subscribers"));
    assert!(text(&output.stdout).contains("101000000010100"));
    let hidden = roamguard(state.path(), &["scan", "--format", "json", lab.to_str().unwrap()]);
    assert!(!text(&hidden.stdout).contains("000000010100"));
}

#[test]
fn the_inventory_names_nodes_and_what_changed() {
    let state = tempfile::tempdir().unwrap();
    let (capture, clean, network) =
        (sample("intrusion.pcap"), sample("clean.pcap"), sample("network.toml"));
    let (capture, clean) = (capture.to_str().unwrap(), clean.to_str().unwrap());
    let network = network.to_str().unwrap();
    let list = text(&roamguard(state.path(), &["elements", "--network", network, capture]).stdout);
    for line in ["pc:1001", "tcp/22 ssh to home, partner", "ssh.server", "sgsn: sends Create PDP"] {
        assert!(list.contains(line), "{line}: {list}");
    }
    assert!(list.lines().skip(1).all(|line| line.chars().count() <= 100), "{list}");
    let table = roamguard(state.path(), &["elements", "--format", "csv", capture]);
    assert!(text(&table.stdout).starts_with("names,owner,roles"));
    let old = state.path().join("old.jsonl");
    let records =
        roamguard(state.path(), &["elements", "--format", "json", "--network", network, clean]);
    assert_eq!(records.status.code(), Some(0));
    std::fs::write(&old, &records.stdout).unwrap();
    let old = old.to_str().unwrap();
    let diff = |capture: &str, format: &str| {
        let arguments =
            ["elements", "--diff", old, "--format", format, "--network", network, capture];
        let output = roamguard(state.path(), &arguments);
        (output.status.code(), text(&output.stdout))
    };
    assert_eq!(diff(clean, "text"), (Some(0), "Nothing changed.\n".to_owned()));
    let (code, drift) = diff(capture, "text");
    assert_eq!(code, Some(1));
    assert!(drift.contains("new role: sgsn"), "{drift}");
    let (_, json) = diff(capture, "json");
    for line in json.lines() {
        let change: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(["new", "gone", "changed"].contains(&change["change"].as_str().unwrap()), "{line}");
    }
    // Records of a scan do as well, and a file without elements is none.
    let empty = state.path().join("empty.jsonl");
    std::fs::write(&empty, "\n").unwrap();
    let wrong = roamguard(state.path(), &["elements", "--diff", empty.to_str().unwrap(), clean]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("no element"), "{}", text(&wrong.stderr));
}

/// A long run shall not end where nothing can be written.
#[test]
fn a_draft_wants_a_folder_that_is_there() {
    let state = tempfile::tempdir().unwrap();
    let out = state.path().join("nowhere").join("network.toml");
    let clean = sample("clean.pcap");
    let arguments = ["learn", "--out", out.to_str().unwrap(), clean.to_str().unwrap()];
    let output = roamguard(state.path(), &arguments);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("is no folder"), "{}", text(&output.stderr));
}

/// Who asked whom stands above the alerts, and not by which node code.
#[test]
fn headings_name_both_ends() {
    let state = tempfile::tempdir().unwrap();
    let report = text(
        &roamguard(state.path(), &["scan", sample("intrusion.pcap").to_str().unwrap()]).stdout,
    );
    assert!(report.contains("\ngt:99902000040 → gt:99901000010\n"), "{report}");
    assert!(!report.contains(" → pc:"), "{report}");
}
