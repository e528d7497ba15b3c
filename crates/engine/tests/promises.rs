//! The promises that everything else stands on: the same alerts, byte for byte, however the work is divided; and no
//! identity of a subscriber in any record.
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

use std::path::PathBuf;

use engine::event::{Event, Pseudonymiser, What};
use testkit::corpus::{corpus as drawn, corpus_network};
use testkit::scenarios;

type Frames = Vec<(i64, Vec<u8>)>;

/// An intrusion amid other traffic, and some corpus.
fn material() -> Vec<(&'static str, Frames, Option<&'static str>)> {
    let intrusion = scenarios::find("intrusion").unwrap();
    let mut mixed = Vec::new();
    drawn(3, 20_000, &mut |ns, frame: &[u8]| mixed.push((ns / 1000, frame.to_vec())));
    vec![
        ("intrusion", (intrusion.make)(5), intrusion.network),
        ("corpus", mixed, Some(corpus_network())),
    ]
}

#[test]
fn any_number_of_workers_gives_the_same_bytes() {
    for (name, frames, network) in material() {
        let (one, events) = common::scan_frames(&frames, common::options(1, network));
        let (again, events_again) = common::scan_frames(&frames, common::options(1, network));
        assert_eq!(common::lines(&one.alerts), common::lines(&again.alerts), "{name}: twice");
        assert_eq!(strip(&events), strip(&events_again), "{name}: events, twice");
        for workers in [2, 3, 7] {
            let (many, events_many) =
                common::scan_frames(&frames, common::options(workers, network));
            assert_eq!(
                common::lines(&one.alerts),
                common::lines(&many.alerts),
                "{name}: {workers} workers"
            );
            assert_eq!(strip(&events), strip(&events_many), "{name}: events, {workers} workers");
            assert_eq!(one.stats, many.stats, "{name}: statistics, {workers} workers");
            assert_eq!(one.elements, many.elements, "{name}: elements, {workers} workers");
            assert_eq!(one.incidents, many.incidents, "{name}: incidents, {workers} workers");
        }
    }
}

#[test]
fn a_capture_cut_in_three_gives_the_same_alerts() {
    for (name, frames, network) in material() {
        let (whole, events) = common::scan_frames(&frames, common::options(1, network));
        let dir = tempfile::tempdir().unwrap();
        let mut paths: Vec<PathBuf> = Vec::new();
        let third = frames.len() / 3;
        for (index, part) in
            [&frames[..third], &frames[third..2 * third + 7], &frames[2 * third + 7..]]
                .iter()
                .enumerate()
        {
            let path = dir.path().join(format!("part{index}.pcap"));
            common::write(&path, part);
            paths.push(path);
        }
        // The order in which files are named must not matter.
        paths.reverse();
        let (parts, events_parts) = common::scan(&paths, common::options(2, network));
        assert_eq!(common::lines(&whole.alerts), common::lines(&parts.alerts), "{name}");
        assert_eq!(whole.incidents, parts.incidents, "{name}: incidents");
        assert_eq!(whole.elements, parts.elements, "{name}: elements");
        assert_eq!(strip(&events), strip(&events_parts), "{name}: events");
    }
}

#[test]
fn no_identity_leaves_in_clear_unless_asked() {
    // Identities that the corpus and the intrusion use are found by revealing them.
    for (name, frames, network) in material() {
        let mut revealing = common::options(1, network);
        revealing.pseudonymiser = Pseudonymiser::revealing(common::KEY);
        let (_, clear) = common::scan_frames(&frames, revealing);
        let mut identities: Vec<String> = clear.iter().flat_map(identities).collect();
        identities.sort();
        identities.dedup();
        assert!(identities.len() > 3, "{name}: the material has subscribers");
        let (summary, events) = common::scan_frames(&frames, common::options(1, network));
        let records = common::event_lines(&events) + &common::lines(&summary.alerts);
        let closing: Vec<Event> = summary.closing_records().collect();
        let records = records + &common::event_lines(&closing);
        for identity in identities {
            // The subscriber's own digits, without country or network.
            let tail = identity.get(identity.len().saturating_sub(9)..).unwrap();
            // Made-up identities with a tail of zeros would be found in any number.
            if tail.bytes().collect::<std::collections::BTreeSet<u8>>().len() < 4 {
                continue;
            }
            assert!(!records.contains(tail), "{name}: {identity} stands in a record");
        }
    }
}

fn identities(event: &Event) -> Vec<String> {
    let subscribers = match &event.what {
        What::Map(map) | What::Cap(map) => vec![map.imsi, map.msisdn, map.imei],
        What::Gtp(gtp) => vec![gtp.imsi, gtp.msisdn, gtp.imei],
        What::Diameter(diameter) => vec![diameter.imsi, diameter.msisdn, diameter.imei],
        What::Tunnel(tunnel) => vec![tunnel.imsi, tunnel.msisdn],
        _ => Vec::new(),
    };
    subscribers
        .into_iter()
        .flatten()
        .map(|s| s.to_string())
        .filter(|digits| digits.len() >= 10)
        .collect()
}

/// Records without the names of files.
fn strip(events: &[Event]) -> String {
    let bare: Vec<Event> =
        events.iter().cloned().map(|event| Event { file: None, ..event }).collect();
    common::event_lines(&bare)
}
