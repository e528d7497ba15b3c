//! Frames and messages a second, layer by layer and end to end: `cargo bench -p engine`.
//!
//! Everything runs on one thread over files that are in the page cache, so that a second of wall time is a CPU-second.
//! The items of each line are frames, and messages where it says so.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark over files that it makes itself"
)]

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use divan::Bencher;
use divan::counter::ItemsCount;
use engine::capture::{Batch, Inputs};
use engine::detect::Tuning;
use engine::event::{Pseudonymiser, Timestamp};
use engine::network::Network;
use engine::{Options, Quiet};
use testkit::corpus;
use testkit::pcap::{Format, Writer};
use track::{Config, Frame, SHARDS, Shard, shard_of};

const FRAMES: u64 = 300_000;

fn main() {
    divan::main();
}

/// Draws a corpus into a temporary file once.
fn drawn(kind: &str) -> PathBuf {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let path = FOLDER.get_or_init(|| tempfile::tempdir().unwrap()).path().join(kind);
    if !path.is_file() {
        let file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
        let mut writer = Writer::new(file, Format::default()).unwrap();
        let mut sink = |ns: i64, frame: &[u8]| writer.frame(ns, frame).unwrap();
        match kind {
            "map" => corpus::map_corpus(1, FRAMES, &mut sink),
            "gtpu" => corpus::gtpu_corpus(1, FRAMES, &mut sink),
            _ => corpus(1, FRAMES, &mut sink),
        }
        writer.finish().unwrap();
    }
    path
}

fn batches(path: &Path, mut each: impl FnMut(&Batch)) {
    let mut inputs = Inputs::open(&[path]).unwrap();
    let mut batch = Batch::default();
    while inputs.next_batch(&mut batch) {
        each(&batch);
    }
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn frames_read(bencher: Bencher<'_, '_>) {
    let path = drawn("mixed");
    bencher.counter(ItemsCount::new(FRAMES)).bench_local(|| {
        let mut octets = 0;
        batches(&path, |batch| octets += batch.octets());
        octets
    });
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn frames_sliced(bencher: Bencher<'_, '_>) {
    let path = drawn("mixed");
    bencher.counter(ItemsCount::new(FRAMES)).bench_local(|| {
        let mut notes = wire::Anomalies::new();
        let mut payload = 0;
        batches(&path, |batch| {
            for frame in batch.frames() {
                notes.clear();
                let link = wire::link::LinkType(frame.meta.link);
                let carried = wire::link::network(&mut notes, link, wire::Cursor::new(frame.bytes));
                let Some(wire::link::Carried::Ip { mut packet, .. }) = carried else { continue };
                payload +=
                    wire::ip::dissect(&mut notes, &mut packet).map_or(0, |ip| ip.payload.len());
            }
        });
        payload
    });
}

#[divan::bench(args = ["mixed", "map", "gtpu"], sample_count = 5, sample_size = 1)]
fn frames_tracked(bencher: Bencher<'_, '_>, kind: &str) {
    let path = drawn(kind);
    bencher.counter(ItemsCount::new(FRAMES)).bench_local(|| {
        let config = Config::new(Pseudonymiser::new([0; 32]));
        let mut shards: Vec<Shard> =
            (0_u8..).take(SHARDS).map(|index| Shard::new(&config, index)).collect();
        let mut events = Vec::new();
        let mut count = 0;
        batches(&path, |batch| {
            for frame in batch.frames() {
                let meta = frame.meta;
                let at = Timestamp::from_nanos(meta.ts_nanos);
                let shard = usize::from(shard_of(meta.link, frame.bytes));
                let frame = Frame {
                    number: meta.number,
                    at,
                    link: meta.link,
                    bytes: frame.bytes,
                    orig_len: meta.orig_len,
                };
                shards[shard].frame(&frame, &mut events);
                count += events.len();
                events.clear();
            }
        });
        count
    });
}

#[divan::bench(args = ["mixed", "map", "gtpu"], sample_count = 5, sample_size = 1)]
fn end_to_end(bencher: Bencher<'_, '_>, kind: &str) {
    let path = drawn(kind);
    bencher.counter(ItemsCount::new(FRAMES)).bench_local(|| {
        let options = Options {
            workers: 1,
            pseudonymiser: Pseudonymiser::new([0; 32]),
            tuning: Tuning::default(),
            network: Network::parse(corpus::corpus_network(), "network.toml").unwrap(),
            from: None,
            to: None,
            every_event: false,
        };
        engine::run(Inputs::open(&[&path]).unwrap(), options, &mut Quiet).unwrap().stats.events
    });
}
