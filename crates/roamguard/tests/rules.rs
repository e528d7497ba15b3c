//! The operator's own rules as users meet them: shipped rules hold their cases, mistakes are explained, trials raise nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop where it finds what it did not expect"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn roamguard(arguments: &[&str]) -> Output {
    let state = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_roamguard"));
    command.args(arguments).current_dir(root()).env("XDG_STATE_HOME", state.path());
    command.output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

const PINGS: &str = "title: Any ping
name: any-ping
status: stable
level: high
logsource: { product: roamguard, category: icmp }
detection:
  echo: { icmp.icmp_type: 8 }
  condition: echo
";

#[test]
fn shipped_rules_hold_together_and_pass_their_cases() {
    let checked = roamguard(&["rules", "check", "rules"]);
    assert_eq!(checked.status.code(), Some(0), "{}", stdout(&checked));
    let tested = roamguard(&["rules", "test", "rules"]);
    assert_eq!(tested.status.code(), Some(0), "{}", stdout(&tested));
    assert!(!stdout(&tested).contains("no case expects"), "{}", stdout(&tested));
}

#[test]
fn a_case_that_fails_says_what_is_missing_and_what_is_too_much() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    file(
        "pings.yml",
        &format!("{PINGS}---\n{}", PINGS.replace("ping", "pong").replace("8", "200")),
    );
    file(
        "pings.cases.toml",
        "[[case]]\nname = \"wrong\"\ninput = \"pings.jsonl\"\nexpect = [{ rule = \"any-pong\" }]\n",
    );
    file(
        "pings.jsonl",
        "{\"timestamp\":\"2023-11-14T22:13:20.000000Z\",\"event_type\":\"icmp\",\"src_ip\":\"192.0.2.1\",\
         \"dest_ip\":\"192.0.2.2\",\"proto\":\"ICMP\",\"pcap_cnt\":1,\"icmp\":{\"icmp_type\":8}}\n",
    );
    let output = roamguard(&["rules", "test", folder.path().to_str().unwrap()]);
    let said = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for wanted in
        ["FAIL", "missing: any-pong", "too much: any-ping high, 1 times", "1 case, 1 failed"]
    {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    let nothing = tempfile::tempdir().unwrap();
    let none = roamguard(&["rules", "test", nothing.path().to_str().unwrap()]);
    assert_eq!(none.status.code(), Some(2));
}

#[test]
fn a_mistake_is_shown_with_its_line_and_ends_with_two() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pings.yml");
    std::fs::write(&file, PINGS.replace("icmp.icmp_type", "icmp.icmp_typ")).unwrap();
    let file = file.to_str().unwrap();
    let output = roamguard(&["rules", "check", file]);
    let said = stdout(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for wanted in [
        "pings.yml:7:11: no record has a field",
        "  7 |   echo: { icmp.icmp_typ: 8 }",
        "did you mean `icmp.icmp_type`?",
    ] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    // A scan with such a rule does not begin.
    let scan = roamguard(&["scan", "--rules", file, "samples/clean.pcap"]);
    assert_eq!(scan.status.code(), Some(2));
    assert!(String::from_utf8(scan.stderr).unwrap().contains("did you mean"));
}

#[test]
fn a_rule_counts_on_trial_it_does_not_and_a_draft_waits() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pings.yml");
    for (status, code, alert) in
        [("stable", 1, true), ("test", 0, true), ("experimental", 0, false)]
    {
        std::fs::write(&file, PINGS.replace("stable", status)).unwrap();
        let arguments = [
            "scan",
            "--format",
            "json",
            "--only",
            "alert",
            "--rules",
            file.to_str().unwrap(),
            "samples/clean.pcap",
        ];
        let one = roamguard(&[&arguments[..], &["-j", "1"]].concat());
        let said = stdout(&one);
        assert_eq!(one.status.code(), Some(code), "{status}: {said}");
        assert_eq!(said.contains("rule:any-ping"), alert, "{status}: {said}");
        assert_eq!(said.contains("\"state\":\"test\""), status == "test", "{said}");
        assert_eq!(stdout(&roamguard(&[&arguments[..], &["-j", "2"]].concat())), said);
    }
}

#[test]
fn the_page_of_the_manual_lists_the_fields_as_they_are() {
    let page = root().join("docs/rules.md");
    let text = std::fs::read_to_string(&page).unwrap();
    let mark = "<!-- From here on generated: UPDATE=1 cargo test -p roamguard --test rules -->\n";
    let (before, written) = text.split_once(mark).expect("the mark before the generated part");
    let table = stdout(&roamguard(&["rules", "fields", "--markdown"]));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&page, format!("{before}{mark}\n{table}")).unwrap();
        return;
    }
    assert_eq!(written.trim(), table.trim(), "UPDATE=1 cargo test -p roamguard --test rules");
}
