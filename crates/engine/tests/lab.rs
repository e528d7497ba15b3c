//! The genuine thing: osmo-ggsn and the sgsnemu that Debian ships, in two network namespaces of this machine, captured
//! afresh. Says loudly that it was skipped where root or the programs are missing.
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

use std::path::Path;
use std::process::Command;

use engine::event::Level;

#[test]
fn sgsnemu_in_the_lab_is_found() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/sgsnemu-lab.sh");
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("lab.pcap");
    let status = Command::new("bash").arg(&script).env("OUT", &out).status().unwrap();
    if status.code() == Some(77) {
        eprintln!("SKIPPED: the lab needs root, osmo-ggsn, iproute2, ethtool and tcpdump");
        return;
    }
    assert!(status.success(), "{status}");
    found(&out);
}

/// The same programs, recorded once and kept with the project.
#[test]
fn the_recorded_lab_is_found() {
    found(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/sgsnemu.pcap"));
}

fn found(capture: &Path) {
    let (summary, _) = common::scan(&[capture.to_path_buf()], common::options(1, None));
    let alert = summary
        .alerts
        .iter()
        .find(|alert| alert.detection == "sgsn-emulation")
        .expect("sgsn-emulation");
    assert!(alert.level >= Level::High, "{alert:?}");
    assert!(!alert.frames.is_empty() && !alert.why.is_empty() && !alert.next_step.is_empty());
}
