//! Clean traffic stays quiet: no alert of level medium or above on the mixed corpus, with the description of its network
//! and without.
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

use engine::capture::Inputs;
use engine::event::Level;
use engine::{Options, Quiet};
use testkit::corpus::day_corpus;
use testkit::pcap::{Format, Writer};
use testkit::{corpus, corpus_network};

#[test]
fn two_hundred_thousand_clean_packets() {
    stays_quiet(corpus, 1);
    stays_quiet(corpus, 2);
}

/// The slow detections look at days.
#[test]
fn days_of_clean_traffic() {
    stays_quiet(day_corpus, 1);
}

type Make = fn(u64, u64, &mut dyn FnMut(i64, &[u8]));

fn stays_quiet(make: Make, seed: u64) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(format!("{seed}.pcap"));
    let mut writer = Writer::new(
        std::io::BufWriter::new(std::fs::File::create(&path).unwrap()),
        Format::default(),
    )
    .unwrap();
    make(seed, 200_000, &mut |ns, frame: &[u8]| writer.frame(ns, frame).unwrap());
    writer.finish().unwrap();
    for network in [Some(corpus_network()), None] {
        let options = Options { every_event: false, ..common::options(2, network) };
        let summary =
            engine::run(Inputs::open(std::slice::from_ref(&path)).unwrap(), options, &mut Quiet)
                .unwrap();
        let loud: Vec<String> = summary
            .alerts
            .iter()
            .filter(|alert| alert.level >= Level::Medium)
            .map(|alert| {
                format!("{} / {} {}: {}", alert.detection, alert.check, alert.level, alert.why)
            })
            .collect();
        assert!(loud.is_empty(), "seed {seed}: {}", loud.join("\n"));
        assert_eq!(summary.stats.frames, 200_000);
    }
}
