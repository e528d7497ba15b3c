//! Hostile input through the whole pipeline: a million random and mutated frames, without a panic, twice the same.

mod common;

use engine::capture::Inputs;
use engine::{Options, Quiet};
use testkit::pcap::{Format, Writer};

/// Frames of this test: a million over two runs, the second with two workers.
const FRAMES: usize = 500_000;

#[test]
fn a_million_random_and_mutated_frames() {
    let dir = tempfile::tempdir().unwrap();
    for (seed, workers) in [(1, 1), (2, 2)] {
        let path = dir.path().join(format!("{seed}.pcap"));
        let mut writer = Writer::new(
            std::io::BufWriter::new(std::fs::File::create(&path).unwrap()),
            Format::default(),
        )
        .unwrap();
        for (index, frame) in testkit::hostile::random_frames(seed).take(FRAMES).enumerate() {
            writer.frame(1_700_000_000_000_000_000 + index as i64 * 37_000_000, &frame).unwrap();
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
