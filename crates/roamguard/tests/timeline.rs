//! `roamguard timeline` as its users meet it: who may ask for whom, what belongs together, the table and the ladder.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    reason = "a test may stop where it finds what it did not expect"
)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn sample(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").join(name);
    path.to_str().unwrap().to_owned()
}

/// A state folder and a key in it.
struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("site.key"), "07".repeat(32)).unwrap();
        Self { dir }
    }

    fn key(&self) -> PathBuf {
        self.dir.path().join("site.key")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_roamguard"));
        command.args(arguments).env("XDG_STATE_HOME", self.dir.path());
        command.env("LC_ALL", "C.UTF-8").env_remove("NO_COLOR");
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What a timeline prints that finds something.
    fn timeline(&self, subject: &str, more: &[&str]) -> String {
        let key = self.key();
        let mut arguments = vec!["timeline", subject, "--key-file", key.to_str().unwrap()];
        arguments.extend(more);
        let output = self.run(&arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout)
    }
}

fn text(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).unwrap()
}

const EMULATED: &str = "imsi:001011234567890";

/// The IMSI of some tunnel of the sample, in clear, and its pseudonym.
fn subscriber(place: &Place) -> (String, String) {
    let records = |more: &[&str]| {
        let (key, capture) = (place.key(), sample("intrusion.pcap"));
        let mut arguments =
            vec!["scan", "--format", "json", "--only", "tunnel", "--subscriber-key"];
        arguments.push(key.to_str().unwrap());
        arguments.extend(more);
        arguments.push(&capture);
        let output = text(&place.run(&arguments).stdout);
        let record = output.lines().find(|line| line.contains("\"imsi\"")).unwrap().to_owned();
        let record: serde_json::Value = serde_json::from_str(&record).unwrap();
        record["tunnel"]["imsi"].as_str().unwrap().to_owned()
    };
    (records(&["--reveal-subscribers"]), records(&[]))
}

#[test]
fn a_subscriber_is_asked_for_by_digits_only_with_the_key_and_that_is_said() {
    let place = Place::new();
    let capture = sample("intrusion.pcap");
    let (imsi, pseudonym) = subscriber(&place);
    let without = place.run(&["timeline", &format!("imsi:{imsi}"), &capture]);
    assert_eq!(without.status.code(), Some(2));
    assert!(text(&without.stderr).contains("--key-file"));
    assert!(without.stdout.is_empty());

    let key = place.key();
    let key = key.to_str().unwrap();
    let with = place.run(&["timeline", "-q", &format!("imsi:{imsi}"), "--key-file", key, &capture]);
    assert_eq!(with.status.code(), Some(0));
    assert!(text(&with.stderr).contains("site.key"), "said even when quiet");
    // The title has the subject as it was written, and wraps where that ends.
    let rows = |table: &str| table[table.find("time (UTC)").unwrap()..].to_owned();
    let table = text(&with.stdout);
    assert_eq!(rows(&table), rows(&place.timeline(&pseudonym, &[&capture])), "the same subject");
    assert_eq!(rows(&table), rows(&place.timeline(&imsi, &[&capture])), "15 digits are an IMSI");
    // Digits appear where the user wrote them and nowhere else.
    assert_eq!(table.matches(&imsi).count(), 1);
}

#[test]
fn what_belongs_to_a_subscriber_is_there_though_it_does_not_name_him() {
    let place = Place::new();
    let (_, pseudonym) = subscriber(&place);
    let table = place.timeline(&pseudonym, &[&sample("intrusion.pcap")]);
    for what in [
        "also known as",
        "Create PDP Context Request",
        "Create PDP Context Response",
        "answered with data in",
        "begin updateGprsLocation",
        "end result of updateGprsLocation",
        "flow begins",
        "closed:",
        "names imsi, msisdn",
    ] {
        assert!(table.contains(what), "{what} is missing:\n{table}");
    }
    for line in table.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    assert!(!table.contains('\u{1b}'), "colour without a terminal");
}

#[test]
fn a_ladder_fits_the_page_and_has_a_form_for_old_terminals() {
    let place = Place::new();
    let (_, pseudonym) = subscriber(&place);
    let capture = sample("intrusion.pcap");
    let subjects = [pseudonym.as_str(), "ip:192.0.2.53", "gt:99901000010"];
    for (subject, width) in subjects.iter().flat_map(|subject| [(subject, 100), (subject, 80)]) {
        let columns = width.to_string();
        let ladder = place.timeline(subject, &["--ladder", "--width", &columns, &capture]);
        assert!(ladder.contains('▶') && ladder.contains('│'), "{ladder}");
        for line in ladder.lines() {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
        let ascii =
            place.timeline(subject, &["--ladder", "--width", &columns, "--ascii", &capture]);
        assert!(ascii.is_ascii() && ascii.contains("->"), "{ascii}");
    }
    let old = place
        .command(&["timeline", "--ladder", "ip:192.0.2.53", &capture])
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    assert!(old.stdout.is_ascii());
}

#[test]
fn records_and_tables_for_programs() {
    let place = Place::new();
    let (_, pseudonym) = subscriber(&place);
    let capture = sample("intrusion.pcap");
    let records = place.timeline(&pseudonym, &["--format", "json", &capture]);
    let kinds: Vec<String> = records
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|record| record["event_type"].as_str().unwrap().to_owned())
        .collect();
    for kind in ["gtp", "tunnel", "map", "flow"] {
        assert!(kinds.iter().any(|found| found == kind), "{kind}: {kinds:?}");
    }
    let table = place.timeline(&pseudonym, &["--format", "csv", &capture]);
    assert!(table.starts_with("timestamp,frame,protocol,from,to,message,outcome,round_trip_us"));
    assert!(table.contains("answered-with-data,20000"));
    let few =
        place.timeline(&pseudonym, &["--format", "json", "--max-events", "3", "-q", &capture]);
    assert_eq!(few.lines().filter(|line| !line.contains("\"alert\"")).count(), 3);
}

#[test]
fn every_form_of_a_subject_finds_its_events() {
    let place = Place::new();
    let capture = sample("intrusion.pcap");
    let scan = ["scan", "--format", "json", "--only", "tunnel,sctp,map,gtp", &capture];
    let scan = text(&place.run(&scan).stdout);
    let first = |kind: &str, field: &str| {
        scan.lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .map(|record| record[kind][field].clone())
            .find_map(|value| value.as_u64().filter(|value| *value > 0))
            .unwrap()
    };
    let teid = format!("0x{:x}", first("tunnel", "gateway_teid"));
    let code = format!("pc:{}", first("map", "opc"));
    let association = format!("association:{}", first("sctp", "association"));
    for (subject, expected) in [
        (teid.as_str(), "Create PDP Context Request"),
        (code.as_str(), "names"),
        (association.as_str(), "association"),
        ("gt:99901000010", "names called"),
        ("198.51.100.20", "names source"),
    ] {
        let table = place.timeline(subject, &[&capture]);
        assert!(table.contains(expected), "{subject}:\n{table}");
    }
    let named = place.timeline("ip:192.0.2.20", &["--network", &sample("network.toml"), &capture]);
    assert!(!named.lines().skip(4).all(|line| line.contains("192.0.2.20")), "elements have names");
}

#[test]
fn nothing_found_says_what_was_searched() {
    let place = Place::new();
    let output = place.run(&[
        "timeline",
        EMULATED,
        "--key-file",
        place.key().to_str().unwrap(),
        &sample("clean.pcap"),
    ]);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.is_empty());
    let said = text(&output.stderr);
    assert!(said.contains("nothing of") && said.contains("subscribers"), "{said}");
}

#[test]
fn wrong_use_and_damage_have_their_codes() {
    let place = Place::new();
    let capture = sample("intrusion.pcap");
    for (subject, hint) in
        [("31654000101", "gt:31654000101"), ("what", "session:"), ("gt:abc", "gt:")]
    {
        let output = place.run(&["timeline", subject, &capture]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(hint), "{said}");
    }
    let octets = std::fs::read(&capture).unwrap();
    let cut = place.dir.path().join("cut.pcap");
    std::fs::write(&cut, &octets[..octets.len() - 11]).unwrap();
    let output = place.run(&["timeline", "192.0.2.53", cut.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stdout).contains("question A"));
}

#[test]
fn standard_input_is_read_once() {
    let place = Place::new();
    let mut child = place
        .command(&["timeline", "192.0.2.53", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let octets = std::fs::read(sample("intrusion.pcap")).unwrap();
    child.stdin.take().unwrap().write_all(&octets).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("standard input"));
}

#[test]
fn any_number_of_workers_draws_the_same() {
    let place = Place::new();
    let capture = sample("intrusion.pcap");
    let one = place.timeline("192.0.2.53", &["-j", "1", &capture]);
    assert_eq!(one, place.timeline("192.0.2.53", &["-j", "2", &capture]));
}

#[test]
fn help_shows_forms_and_examples() {
    let place = Place::new();
    let help = text(&place.run(&["timeline", "--help"]).stdout);
    for word in ["Examples:", "--ladder", "gt:31654000101", "--key-file", "--max-events"] {
        assert!(help.contains(word), "{word}");
    }
    for line in help.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
}
