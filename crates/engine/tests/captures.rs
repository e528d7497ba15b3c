//! Real captures: every one is read to its end, benign ones wake nobody, the genuine emulator is found.
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

use engine::Options;
use engine::capture::{Batch, Inputs};
use engine::event::{Event, Level, What};

/// Every capture is read without a panic; its records survive JSON; memory stays bounded by construction.
#[test]
fn every_capture_is_read_and_its_records_survive_json() {
    let Some(folder) = common::captures() else { return };
    let mut read = 0;
    let mut records = 0;
    for (path, _) in common::index(&folder) {
        let (_, events) = common::scan(std::slice::from_ref(&path), common::options(1, None));
        for event in &events {
            let line = serde_json::to_string(event).unwrap();
            let back: Event = serde_json::from_str(&line)
                .unwrap_or_else(|e| panic!("{}: {e}: {line}", path.display()));
            assert_eq!(&back, event, "{}", path.display());
        }
        read += 1;
        records += events.len();
    }
    println!("{read} captures, {records} records");
    assert!(read > 200, "{read} captures");
}

/// Captures that the index calls benign and that hold what a detection is for.
const RIGHT: &[(&str, &str)] = &[
    // A recording of the emulator itself, with its default identities: made to test a parser, and emulation all the same.
    ("zeek__zeek/gtp_control_prime.pcap", "sgsn-emulation"),
];

/// A description in which the usual private addresses are home, and much of the rest is a partner's. It fits none of the
/// captures, so the two detections that say what it forbids have much to say of laboratories and of the open Internet.
const FORBIDS: &[&str] = &["forbidden-service", "tunnel-to-core"];

/// That description.
const BROAD: &str = r#"
[home]
name = "Laboratory"
plmns = ["001-01", "999-70", "208-93"]
gt_prefixes = ["1"]
msisdn_prefixes = ["1"]
networks = ["10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fe80::/10"]

[[partner]]
name = "Everybody else"
plmns = ["262-01", "310-410"]
gt_prefixes = ["4"]
networks = ["128.0.0.0/2"]
"#;

/// Benign captures (tag b in the index) give no alert of level medium or above that a person would call wrong.
#[test]
fn benign_captures_wake_nobody() {
    let Some(folder) = common::captures() else { return };
    let mut faults = Vec::new();
    for (path, fields) in common::index(&folder) {
        let tags = fields[8]
            .split("use=")
            .nth(1)
            .and_then(|rest| rest.split(';').next())
            .unwrap_or("")
            .to_owned();
        if !tags.contains('b') {
            continue;
        }
        for network in [None, Some(BROAD)] {
            let options = Options { every_event: false, ..common::options(1, network) };
            let (summary, _) = common::scan(std::slice::from_ref(&path), options);
            for alert in summary.alerts.iter().filter(|alert| alert.level >= Level::Medium) {
                let detection = alert.detection.as_ref();
                if RIGHT.contains(&(fields[0].as_str(), detection))
                    || network.is_some() && FORBIDS.contains(&detection)
                {
                    continue;
                }
                let way = network.map_or("without", |_| "with");
                faults.push(format!(
                    "{} {way} a description: {detection} / {} {}: {}",
                    fields[0], alert.check, alert.level, alert.why
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_genuine_emulator_is_found() {
    let Some(folder) = common::captures() else { return };
    let path = folder.join("lab__osmo-ggsn/sgsnemu-ping.pcap");
    let (summary, _) = common::scan(&[path], common::options(1, None));
    assert!(
        summary
            .alerts
            .iter()
            .any(|alert| alert.detection == "sgsn-emulation" && alert.level >= Level::High)
    );
}

/// Malformed and fuzz-found captures (tag d in the index) are read to their end, every frame is counted, and what is
/// wrong has its field and, where it stands in a frame, its place there.
#[test]
fn malformed_captures_are_read_to_their_end() {
    let Some(folder) = common::captures() else { return };
    let (mut read, mut anomalies, mut placed) = (0, 0, 0);
    for (path, fields) in common::index(&folder) {
        let tags = fields[8].split("use=").nth(1).and_then(|rest| rest.split(';').next());
        if !tags.is_some_and(|tags| tags.contains('d')) {
            continue;
        }
        let name = &fields[0];
        let mut lengths = vec![0];
        let mut inputs = Inputs::open(&[&path]).unwrap();
        let mut batch = Batch::default();
        while inputs.next_batch(&mut batch) {
            lengths.extend(batch.frames().map(|frame| frame.bytes.len()));
        }
        let (summary, events) = common::scan(std::slice::from_ref(&path), common::options(1, None));
        assert_eq!(summary.stats.frames as usize, lengths.len() - 1, "{name}");
        for event in &events {
            let What::Anomaly(anomaly) = &event.what else { continue };
            let line = || format!("{name}: {}", serde_json::to_string(event).unwrap());
            assert!(!anomaly.layer.is_empty() && !anomaly.field.is_empty(), "{}", line());
            assert!(!anomaly.flaw.is_empty(), "{}", line());
            anomalies += 1;
            if let Some(offset) = anomaly.offset {
                placed += 1;
                assert!(offset as usize <= lengths[event.frame as usize], "{}", line());
            }
        }
        read += 1;
    }
    println!("{read} captures, {anomalies} anomalies, {placed} with their place in the frame");
    assert!(read >= 40, "{read} captures");
    assert!(placed * 2 > anomalies, "{placed} of {anomalies} anomalies have a place");
}
