//! Hostile input through the whole pipeline: a million random and mutated frames, without a panic and under every cap.
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

use std::io::BufWriter;

use engine::capture::{Inputs, PcapngWriter};
use engine::{Options, Quiet};

/// Frames of each of two runs, one with one worker and one with two.
const FRAMES: usize = 500_000;

#[test]
fn a_million_random_and_mutated_frames() {
    let dir = tempfile::tempdir().unwrap();
    for (seed, workers) in [(1, 1), (2, 2)] {
        let path = dir.path().join(format!("{seed}.pcapng"));
        let mut writer =
            PcapngWriter::new(BufWriter::new(std::fs::File::create(&path).unwrap())).unwrap();
        for (index, (link, frame)) in testkit::mutate::random_frames(seed).take(FRAMES).enumerate()
        {
            let at = 1_700_000_000_000_000_000 + index as i64 * 37_000_000;
            writer.write(link, at, frame.len() as u32, &frame, None).unwrap();
        }
        writer.finish().unwrap();
        let options = Options { every_event: false, ..common::options(workers, None) };
        let summary = engine::run(Inputs::open(&[path]).unwrap(), options, &mut Quiet).unwrap();
        assert_eq!(summary.stats.frames, FRAMES as u64);
        for table in &summary.stats.tables {
            assert!(table.entries <= table.cap, "{table:?}");
        }
    }
}
