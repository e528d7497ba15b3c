//! Files good and bad: what was written is read, what is damaged is told, and nothing depends on what a file claims.

#![expect(clippy::cast_possible_truncation, reason = "test data is made of small numbers")]

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use proptest::prelude::*;

use crate::file::CaptureFile;
use crate::{Batch, Damage, Error, Inputs, MAX_FRAME, PcapWriter, PcapngWriter, Resolution};

#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    ts: i64,
    link: u16,
    orig: u32,
    bytes: Vec<u8>,
    comment: Option<String>,
}

fn read(bytes: &[u8]) -> Result<(Vec<Seen>, Vec<Damage>), Error> {
    let name: Arc<str> = Arc::from("test");
    let mut file = CaptureFile::of(Cursor::new(bytes.to_vec()), &name)?;
    let mut out = Vec::new();
    while let Some(record) = file.next() {
        out.push(Seen {
            ts: record.ts_nanos,
            link: record.link,
            orig: record.orig_len,
            bytes: file.bytes(&record).to_vec(),
            comment: record.comment,
        });
        assert!(out.len() <= bytes.len(), "more frames than octets");
    }
    assert!(file.next().is_none(), "the end stays the end");
    Ok((out, file.damages()))
}

fn frames(count: usize) -> Vec<Seen> {
    (0..count)
        .map(|i| Seen {
            ts: 1_700_000_000_000_000_000 + i as i64 * 1_234_567_000,
            link: 1,
            orig: 60 + i as u32 % 40,
            bytes: (0..60 + i % 40).map(|j| (i * 7 + j * 13 + i * j) as u8).collect(),
            comment: None,
        })
        .collect()
}

fn pcap(frames: &[Seen]) -> Vec<u8> {
    let mut writer = PcapWriter::new(Vec::new(), 1, Resolution::Nanos).unwrap();
    for frame in frames {
        writer.write(frame.ts, frame.orig, &frame.bytes).unwrap();
    }
    writer.finish().unwrap()
}

fn pcapng(frames: &[Seen]) -> Vec<u8> {
    let mut writer = PcapngWriter::new(Vec::new()).unwrap();
    for frame in frames {
        let comment = frame.comment.as_deref();
        writer.write(frame.link, frame.ts, frame.orig, &frame.bytes, comment).unwrap();
    }
    writer.finish().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// Seconds, fraction, captured and original length, octets, and how many more octets its header has.
type ByHand<'a> = (u32, u32, u32, u32, &'a [u8], usize);

/// A file by hand, with its words in a given byte order.
fn by_hand(magic: u32, big: bool, minor: u16, records: &[ByHand<'_>]) -> Vec<u8> {
    let w = |v: u32| if big { v.to_be_bytes() } else { v.to_le_bytes() };
    let h = |v: u16| if big { v.to_be_bytes() } else { v.to_le_bytes() };
    let mut out = w(magic).to_vec();
    out.extend(h(2));
    out.extend(h(minor));
    out.extend([0; 8]);
    out.extend(w(65_535));
    out.extend(w(113));
    for (secs, fraction, captured, original, bytes, more) in records {
        for v in [secs, fraction, captured, original] {
            out.extend(w(*v));
        }
        out.extend(vec![0xee; *more]);
        out.extend(*bytes);
    }
    out
}

#[test]
fn every_variant_of_the_old_format() {
    let data: &[u8] = &[7; 20];
    for big in [false, true] {
        for (magic, minor, more, fraction, nanos) in [
            (0xa1b2_c3d4, 4, 0, 5u32, 5_000),
            (0xa1b2_3c4d, 4, 0, 5, 5),
            (0xa1b2_cd34, 4, 8, 5, 5_000),
            (0xa1b2_cd34, 4, 12, 5, 5_000),
            (0xa1b2_c3d4, 4, 4, 5, 5_000),
        ] {
            let record = (1_700_000_000, fraction, 20, 30, data, more);
            let file = by_hand(magic, big, minor, &[record, record, record, record]);
            let (seen, damages) = read(&file).unwrap();
            assert_eq!(damages, [], "{magic:x} {more}");
            assert_eq!(seen.len(), 4, "{magic:x} {more}");
            assert_eq!(seen[3].ts, 1_700_000_000_000_000_000 + nanos);
            assert_eq!((seen[3].link, seen[3].orig, seen[3].bytes.as_slice()), (113, 30, data));
        }
    }
    // Old versions have the lengths the other way round.
    for minor in [2, 3] {
        let file = by_hand(0xa1b2_c3d4, true, minor, &[(1_700_000_000, 5, 30, 20, data, 0)]);
        let (seen, _) = read(&file).unwrap();
        assert_eq!((seen[0].orig, seen[0].bytes.len()), (30, 20));
    }
}

#[test]
fn blocks_of_every_kind() {
    for big in [false, true] {
        let w = |v: u32| if big { v.to_be_bytes() } else { v.to_le_bytes() };
        let h = |v: u16| if big { v.to_be_bytes() } else { v.to_le_bytes() };
        let block = |kind: u32, body: &[u8]| {
            let total = w(u32::try_from(body.len() + 12).unwrap());
            [w(kind).as_slice(), &total, body, &total].concat()
        };
        let section =
            block(0x0a0d_0d0a, &[w(0x1a2b_3c4d).as_slice(), &h(1), &h(0), &[0xff; 8]].concat());
        let interface = |link: u16, snap: u32, options: &[u8]| {
            block(1, &[h(link).as_slice(), &h(0), &w(snap), options].concat())
        };
        let resolution = |r: u8| [h(9).as_slice(), &h(1), &[r, 0, 0, 0], &[0; 4]].concat();
        let hour = if big { 3_600i64.to_be_bytes() } else { 3_600i64.to_le_bytes() };
        let offset = [h(14).as_slice(), &h(8), &hour].concat();
        let packet = |interface: u32, ticks: u64, options: &[u8]| {
            let (high, low) = ((ticks >> 32) as u32, ticks as u32);
            let head = [interface, high, low, 3, 9].map(w).concat();
            block(6, &[head.as_slice(), &[1, 2, 3, 0], options].concat())
        };
        let comment = [h(1).as_slice(), &h(2), b"hi\0\0", &h(1), &h(3), b"yes\0", &[0; 4]].concat();
        let old = [h(1).as_slice(), &h(7), &[0, 5, 3, 9].map(w).concat(), &[1, 2, 3, 0]].concat();
        let file = [
            section.clone(),
            interface(1, 0, &[]),
            interface(113, 2, &[offset.as_slice(), &resolution(9)].concat()),
            interface(101, 0, &resolution(0x80 | 10)),
            interface(101, 0, &resolution(12)),
            interface(101, 0, &resolution(0x7f)),
            packet(0, 5, &comment),
            packet(1, 5, &[]),
            packet(2, 1024 + 512, &[]),
            packet(3, 5_000, &[]),
            packet(4, u64::MAX, &[]),
            block(4, &[0; 4]),
            block(0x0bad_cafe, &vec![9; 2 << 20]),
            block(2, &old),
            block(3, &[w(3).as_slice(), &[1, 2, 3, 0]].concat()),
            // A section of its own with interfaces of its own.
            section,
            interface(276, 0, &[]),
            packet(0, 6, &[]),
            packet(1, 6, &[]),
        ]
        .concat();
        let (seen, damages) = read(&file).unwrap();
        let times: Vec<i64> = seen.iter().map(|s| s.ts).collect();
        let hour = 3_600_000_000_000;
        assert_eq!(times, [5_000, hour + 5, 1_500_000_000, 5, 1, hour + 5, hour + 5, 6_000]);
        let links: Vec<u16> = seen.iter().map(|s| s.link).collect();
        assert_eq!(links, [1, 113, 101, 101, 101, 113, 1, 276]);
        assert!(seen.iter().all(|s| s.bytes == [1, 2, 3]), "{seen:?}");
        assert_eq!(seen[0].comment.as_deref(), Some("hi\nyes"));
        assert_eq!(damages.len(), 1, "{damages:?}");
        assert!(damages[0].what.contains("interface 1, which is not described"), "{}", damages[0]);
    }
}

#[test]
fn a_defect_costs_what_it_hit_and_no_more() {
    let all = frames(400);
    for (kind, whole) in [("pcap", pcap(&all)), ("pcapng", pcapng(&all))] {
        // The header of a record in the middle is overwritten with noise.
        let mut file = whole.clone();
        let middle = file.len() / 2;
        let at = (middle..).find(|at| file[*at..].starts_with(&all[200].bytes[..20])).unwrap() - 28;
        for (i, octet) in file[at..at + 28].iter_mut().enumerate() {
            *octet = 0xf1 ^ (i as u8);
        }
        let (seen, damages) = read(&file).unwrap();
        assert!((397..400).contains(&seen.len()), "{kind}: {}", seen.len());
        assert_eq!(seen.last(), all.last(), "{kind}");
        assert_eq!(damages.len(), 1, "{kind}: {damages:?}");
        assert!(damages[0].offset.abs_diff(at as u64) < 40, "{kind}: {} {at}", damages[0]);
        assert!(damages[0].what.contains("octets skipped"), "{kind}: {}", damages[0]);

        // Octets are missing, so that nothing is aligned any more.
        let mut file = whole.clone();
        file.drain(middle..middle + 333);
        let (seen, damages) = read(&file).unwrap();
        assert!((392..400).contains(&seen.len()), "{kind}: {}", seen.len());
        assert_eq!(seen.last(), all.last(), "{kind}");
        assert!(!damages.is_empty(), "{kind}");

        // Zeros at the end, as of a preallocated file.
        let file = [whole.clone(), vec![0; 3 << 20]].concat();
        let (seen, damages) = read(&file).unwrap();
        assert_eq!((seen.len(), damages.len()), (400, 1), "{kind}: {damages:?}");
        assert_eq!(damages[0].offset, whole.len() as u64, "{kind}");
    }
}

#[test]
fn a_length_that_lies_takes_no_memory() {
    let good = frames(3);
    for claimed in [MAX_FRAME as u32 + 1, 0x7fff_ffff, u32::MAX] {
        let mut file = pcap(&good);
        for word in [1_700_000_004, 0, claimed, claimed] {
            file.extend(word.to_le_bytes());
        }
        file.extend([0xaa; 100]);
        let (seen, damages) = read(&file).unwrap();
        assert_eq!(seen, good);
        assert_eq!(damages.len(), 1);
        assert!(damages[0].to_string().starts_with("test: damaged at octet "), "{}", damages[0]);
        let mut file = pcapng(&good);
        for word in [6, claimed & !3, 0, 0] {
            file.extend(word.to_le_bytes());
        }
        let (seen, damages) = read(&file).unwrap();
        assert_eq!(seen, good);
        assert_eq!(damages.len(), 1);
    }
}

#[test]
fn every_prefix_gives_what_is_whole_in_it() {
    let all = frames(12);
    for (kind, whole) in [("pcap", pcap(&all)), ("pcapng", pcapng(&all))] {
        for len in 0..=whole.len() {
            match read(&whole[..len]) {
                Ok((seen, damages)) => {
                    assert!(all.starts_with(&seen), "{kind} {len}");
                    let whole_again = if kind == "pcap" { pcap(&seen) } else { pcapng(&seen) };
                    // The first packet of a pcapng brings its interface with it.
                    let clean = whole_again.len() == len || (kind == "pcapng" && len == 60);
                    assert_eq!(damages.is_empty(), clean, "{kind} {len} {damages:?}");
                }
                Err(error) => assert!(len < 28, "{kind} {len}: {error}"),
            }
        }
    }
}

#[test]
fn packed_files_read_the_same() {
    let all = frames(5_000);
    let plain = pcap(&all);
    let gz = gzip(&plain);
    let members = [gzip(&plain[..1000]), gzip(&plain[1000..])].concat();
    let zst = zstd::stream::encode_all(plain.as_slice(), 1).unwrap();
    let two = [
        zstd::stream::encode_all(&plain[..777], 1).unwrap(),
        zstd::stream::encode_all(&plain[777..], 1).unwrap(),
    ]
    .concat();
    for (kind, file) in [("gz", &gz), ("members", &members), ("zst", &zst), ("frames", &two)] {
        let (seen, damages) = read(file).unwrap();
        assert_eq!(damages, [], "{kind}");
        assert_eq!(seen, all, "{kind}");
    }
    for (kind, file) in [("gz", &gz), ("zst", &zst)] {
        let (seen, damages) = read(&file[..file.len() * 2 / 3]).unwrap();
        assert!(!seen.is_empty() && all.starts_with(&seen), "{kind}");
        assert_eq!(damages.len(), 1, "{kind}");
        assert!(damages[0].what.contains("reading failed"), "{kind}: {}", damages[0]);
        assert!(damages[0].to_string().contains(" of the unpacked content: "), "{}", damages[0]);
    }
}

#[test]
fn what_is_no_capture_is_told_apart() {
    for (bytes, says) in [
        (b"".as_slice(), "is empty"),
        (b"ab", "2 octets long"),
        (b"frame,time\n1,2\n", "a text file"),
        (&[0xd4, 0xc3, 0xb2, 0xa1, 2, 0], "ends inside the file header: 6 of 24"),
        (&[0x0a, 0x0d, 0x0d, 0x0a, 28, 0], "ends inside the file header: 6 of 28"),
        (b"\x7fELF\x02\x01\x01\0", "a program"),
        (b"\xfd7zXZ\0\0\x04", "packed with xz"),
        (&[0, 1, 2, 3, 4], "begins with 00 01 02 03"),
    ] {
        let error = read(bytes).unwrap_err().to_string();
        assert!(error.starts_with("test: ") && error.contains(says), "{error}");
    }
    let error = read(&gzip(b"only text\n")).unwrap_err().to_string();
    assert!(error.contains("a text file"), "{error}");
    assert!(Inputs::open(&["/does/not/exist.pcap"]).is_err());
    assert!(matches!(Inputs::open::<&str>(&[]), Err(Error::Nothing)));
}

#[test]
fn a_pcapng_without_packets_is_fine() {
    let (seen, damages) = read(&pcapng(&[])).unwrap();
    assert_eq!((seen.len(), damages.len()), (0, 0));
    let (seen, damages) = read(&pcap(&[])).unwrap();
    assert_eq!((seen.len(), damages.len()), (0, 0));
}

/// Number, time, file and octets of a frame.
type Numbered = (u64, i64, u16, Vec<u8>);

/// Every frame, in batches.
fn run(paths: &[PathBuf]) -> (Vec<Numbered>, Inputs) {
    let mut inputs = Inputs::open(paths).unwrap();
    let mut batch = Batch::default();
    let mut out = Vec::new();
    while inputs.next_batch(&mut batch) {
        assert!(batch.octets() <= (1 << 20) + MAX_FRAME);
        out.extend(
            batch.frames().map(|f| (f.meta.number, f.meta.ts_nanos, f.meta.file, f.bytes.to_vec())),
        );
    }
    assert!(!inputs.next_batch(&mut batch) && batch.is_empty());
    (out, inputs)
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn cut_into_three_and_merged_it_is_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let all = frames(30_000);
    let whole = write(folder.path(), "whole.pcap", &pcap(&all));
    let (expected, _) = run(&[whole]);
    let numbers: Vec<u64> = expected.iter().map(|f| f.0).collect();
    assert_eq!(numbers, (1..=30_000).collect::<Vec<u64>>());
    let strip = |frames: Vec<Numbered>| -> Vec<(u64, i64, Vec<u8>)> {
        frames.into_iter().map(|(number, ts, _, bytes)| (number, ts, bytes)).collect()
    };
    let expected = strip(expected);

    // One after another, named in the wrong order, of several kinds.
    let c = write(folder.path(), "cut/c.pcap.gz", &gzip(&pcap(&all[20_000..])));
    let a = write(folder.path(), "cut/a.pcap", &pcap(&all[..7_000]));
    let b = write(folder.path(), "cut/deep/b.pcapng", &pcapng(&all[7_000..20_000]));
    assert_eq!(strip(run(&[c, a, b]).0), expected);
    // The folder as a whole, with other things in it.
    write(folder.path(), "cut/notes.txt", b"taken on Monday\n");
    let (seen, inputs) = run(&[folder.path().join("cut")]);
    assert_eq!(strip(seen), expected);
    assert_eq!(inputs.files().len(), 3);
    assert_eq!(inputs.skipped().len(), 1);
    assert!(
        inputs.skipped()[0].why.starts_with("is no capture: a text file"),
        "{:?}",
        inputs.skipped()
    );
    assert_eq!(inputs.progress().total(), Some(inputs.progress().read()));

    // Dealt out in turn.
    let hands: Vec<PathBuf> = (0..3)
        .map(|hand| {
            let part: Vec<Seen> = all.iter().skip(hand).step_by(3).cloned().collect();
            write(folder.path(), &format!("hand{hand}.pcap"), &pcap(&part))
        })
        .collect();
    assert_eq!(strip(run(&hands).0), expected);

    // Named twice, read once.
    let again = [folder.path().join("cut"), folder.path().join("cut/./a.pcap")];
    assert_eq!(strip(run(&again).0), expected);

    // Of the same time, that of the file named first.
    let x = write(folder.path(), "x.pcap", &pcap(&all[..2]));
    let y = write(folder.path(), "y.pcap", &pcap(&all[..2]));
    let files: Vec<u16> = run(&[x, y]).0.iter().map(|f| f.2).collect();
    assert_eq!(files, [0, 1, 0, 1]);
}

#[test]
fn damage_and_comments_reach_the_caller() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = frames(3);
    all[1].comment = Some("look here".to_owned());
    let mut bytes = pcapng(&all);
    bytes.truncate(bytes.len() - 7);
    let path = write(folder.path(), "cut.pcapng", &bytes);
    let mut inputs = Inputs::open(&[&path]).unwrap();
    let mut batch = Batch::default();
    assert!(inputs.next_batch(&mut batch));
    let comments: Vec<_> = batch.frames().map(|f| f.comment.map(str::to_owned)).collect();
    assert_eq!(comments, [None, Some("look here".to_owned())]);
    assert_eq!(batch.get(1).unwrap().meta.number, 2);
    assert!(!inputs.next_batch(&mut batch));
    let damages = inputs.damages();
    assert_eq!(damages.len(), 1);
    assert!(damages[0].what.starts_with("cut short inside a block"), "{}", damages[0]);
    assert_eq!(*damages[0].file, *path.display().to_string());
}

#[test]
fn a_search_through_what_looks_like_packets_ends() {
    // Each pair of words could begin a block, each four a record, until the far end disagrees or is missing.
    let bait: Vec<u8> = [6u32, 327_676].iter().flat_map(|w| w.to_le_bytes()).collect();
    let file = [pcapng(&frames(2)), vec![0xff; 12], bait.repeat(400_000)].concat();
    let (seen, damages) = read(&file).unwrap();
    assert_eq!((seen.len(), damages.len()), (2, 1));
    let bait: Vec<u8> =
        [1_700_000_001u32, 7, 262_144, 262_144].iter().flat_map(|w| w.to_le_bytes()).collect();
    let file = [pcap(&frames(2)), vec![0xff; 16], bait.repeat(200_000)].concat();
    let (seen, _) = read(&file).unwrap();
    assert!(seen.len() < 20, "{}", seen.len());
}

#[test]
fn offsets_go_beyond_four_gigabytes() {
    use std::io::Read as _;
    let claimed = 0xffff_fffcu32;
    let opening = pcapng(&frames(1));
    let block = [0x0bad_cafeu32, claimed].iter().flat_map(|w| w.to_le_bytes()).collect::<Vec<u8>>();
    let source = Cursor::new([opening.clone(), block].concat())
        .chain(std::io::repeat(0).take(u64::from(claimed) - 12))
        .chain(Cursor::new(
            [claimed.to_le_bytes().as_slice(), &pcapng(&frames(2)), &[1, 2, 3]].concat(),
        ));
    let mut file = CaptureFile::of(source, &Arc::from("test")).unwrap();
    let mut count = 0;
    while file.next().is_some() {
        count += 1;
    }
    assert_eq!(count, 3);
    let damages = file.damages();
    let expected = opening.len() + pcapng(&frames(2)).len() + claimed as usize;
    assert_eq!(damages.len(), 1);
    assert_eq!(damages[0].offset, expected as u64);
}

#[test]
fn links_in_circles_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a/b/c.pcap", &pcap(&frames(2)));
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path(), folder.path().join("a/round")).unwrap();
    let (seen, inputs) = run(&[folder.path().to_owned()]);
    assert_eq!(seen.len(), 2);
    #[cfg(unix)]
    assert_eq!(inputs.skipped()[0].why, "a link to a folder");
}

#[test]
fn a_folder_without_captures_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.txt", b"text");
    write(folder.path(), "empty.pcap", b"");
    let error = Inputs::open(&[folder.path()]).unwrap_err();
    assert!(matches!(error, Error::EmptyFolder { skipped: 2, .. }), "{error}");
}

fn seen() -> impl Strategy<Value = Seen> {
    (
        0i64..4_000_000_000_000_000_000,
        any::<u16>(),
        any::<u32>(),
        proptest::collection::vec(any::<u8>(), 0..200),
        proptest::option::of("[a-z]{1,9}"),
    )
        .prop_map(|(ts, link, orig, bytes, comment)| Seen { ts, link, orig, bytes, comment })
}

proptest! {
    #[test]
    fn written_and_read_again(all in proptest::collection::vec(seen(), 0..20)) {
        let (back, damages) = read(&pcapng(&all)).unwrap();
        prop_assert_eq!(&back, &all);
        prop_assert_eq!(damages, []);
        // The old format has one link type, no comments, and blank records are holes.
        let plain: Vec<Seen> = all
            .into_iter()
            .filter(|frame| frame.ts >= 1_000_000_000)
            .map(|frame| Seen { link: 1, comment: None, ..frame })
            .collect();
        let (back, damages) = read(&pcap(&plain)).unwrap();
        prop_assert_eq!(back, plain);
        prop_assert_eq!(damages, []);
    }

    #[test]
    fn noise_neither_panics_nor_hangs(
        noise in proptest::collection::vec(any::<u8>(), 0..4_000),
        magic in 0usize..6,
        hits in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..12),
    ) {
        let head: &[u8] = [
            b"".as_slice(),
            &[0xd4, 0xc3, 0xb2, 0xa1],
            &[0xa1, 0xb2, 0x3c, 0x4d],
            &[0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a],
            &[0x1f, 0x8b, 8, 0],
            &[0x28, 0xb5, 0x2f, 0xfd],
        ][magic];
        let _ = read(&[head, &noise].concat());
        // A good file with octets changed.
        for mut file in [pcap(&frames(9)), pcapng(&frames(9))] {
            for (at, octet) in &hits {
                let at = at.index(file.len());
                file[at] = *octet;
            }
            if let Ok((seen, _)) = read(&file) {
                prop_assert!(seen.len() <= 40);
            }
        }
    }
}

/// The captures that developers share, with the number of frames that tshark reads in each.
#[test]
fn real_captures_have_the_frames_that_tshark_reads() {
    let folder = std::env::var("ROAMGUARD_CAPTURES").unwrap_or_else(|_| {
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/captures").to_owned()
    });
    let folder = Path::new(&folder);
    let Ok(index) = std::fs::read_to_string(folder.join("INDEX.tsv")) else {
        eprintln!("SKIPPED: no INDEX.tsv in {}; set ROAMGUARD_CAPTURES", folder.display());
        return;
    };
    // tshark stops at the first damage, and at a link type that it does not know; we go on.
    let more = ["ss7_traffic_20250528_140351.pcap", "vtp_asan-3.pcap"];
    let mut wrong = Vec::new();
    let mut checked = 0;
    for line in index.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let (path, expected): (&str, usize) = (fields[0], fields[3].parse().unwrap());
        let (seen, inputs) = run(&[folder.join(path)]);
        for damage in inputs.damages() {
            eprintln!("{damage}");
        }
        checked += 1;
        let found = seen.len();
        let right =
            found == expected || (found > expected && more.iter().any(|name| path.ends_with(name)));
        if !right {
            wrong.push(format!("{path}: {found} frames, tshark reads {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(checked > 200, "{checked}");
}

#[test]
fn a_capture_in_memory_is_a_file_without_a_place() {
    let bytes = gzip(&pcap(&frames(3)));
    let len = bytes.len() as u64;
    let mut inputs = Inputs::from_bytes("upload", bytes).unwrap();
    let mut batch = Batch::default();
    assert!(inputs.next_batch(&mut batch));
    assert_eq!(batch.frames().count(), 3);
    assert_eq!(&*inputs.files()[0], "upload");
    assert_eq!((inputs.progress().read(), inputs.progress().total()), (len, Some(len)));
    assert!(Inputs::from_bytes("none", Vec::new()).is_err());
}
