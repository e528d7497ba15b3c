//! What the tests of whole runs share: captures in, records out.
#![allow(dead_code, unreachable_pub, reason = "every test binary takes what it needs")]

use std::path::{Path, PathBuf};

use engine::capture::Inputs;
use engine::detect::Tuning;
use engine::event::{Alert, Event, Pseudonymiser};
use engine::network::Network;
use engine::{Observer, Options, Summary};

/// A key that every test uses, so that records can be compared.
pub const KEY: [u8; 32] = [7; 32];

/// Options of a test run.
pub fn options(workers: usize, network: Option<&str>) -> Options {
    Options {
        workers,
        pseudonymiser: Pseudonymiser::new(KEY),
        tuning: Tuning::default(),
        network: network
            .map_or_else(Network::default, |text| Network::parse(text, "network.toml").unwrap()),
        from: None,
        to: None,
        every_event: true,
    }
}

/// Keeps every record.
#[derive(Default)]
pub struct Keep(pub Vec<Event>);

impl Observer for Keep {
    fn event(&mut self, event: &Event) -> std::io::Result<()> {
        self.0.push(event.clone());
        Ok(())
    }

    fn progress(&mut self, _: u64, _: u64) {}
}

/// A run over files.
pub fn scan(paths: &[PathBuf], options: Options) -> (Summary, Vec<Event>) {
    let inputs = Inputs::open(paths).unwrap();
    let mut keep = Keep::default();
    let summary = engine::run(inputs, options, &mut keep).unwrap();
    (summary, keep.0)
}

/// Frames with times in microseconds as a capture file.
pub fn write(path: &Path, frames: &[(i64, Vec<u8>)]) {
    testkit::pcap::write_pcap(path, frames).unwrap();
}

/// A run over frames.
pub fn scan_frames(frames: &[(i64, Vec<u8>)], options: Options) -> (Summary, Vec<Event>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("frames.pcap");
    write(&path, frames);
    scan(&[path], options)
}

/// Alerts as the lines that users get.
pub fn lines(alerts: &[Alert]) -> String {
    alerts
        .iter()
        .map(|alert| serde_json::to_string(&Event::from(alert.clone())).unwrap() + "\n")
        .collect()
}

/// Events as the lines that users get.
pub fn event_lines(events: &[Event]) -> String {
    events.iter().map(|event| serde_json::to_string(event).unwrap() + "\n").collect()
}

/// The folder of real captures, which not every clone has: `ROAMGUARD_CAPTURES`, or beside the workspace.
pub fn captures() -> Option<PathBuf> {
    let folder = std::env::var_os("ROAMGUARD_CAPTURES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/captures"),
        PathBuf::from,
    );
    if folder.join("INDEX.tsv").is_file() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no captures at {}; set ROAMGUARD_CAPTURES", folder.display());
    None
}

/// Lines of the index: path and notes.
pub fn index(folder: &Path) -> Vec<(PathBuf, Vec<String>)> {
    let text = std::fs::read_to_string(folder.join("INDEX.tsv")).unwrap();
    text.lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<String> = line.split('\t').map(str::to_owned).collect();
            (folder.join(&fields[0]), fields)
        })
        .filter(|(path, _)| path.is_file())
        .collect()
}
