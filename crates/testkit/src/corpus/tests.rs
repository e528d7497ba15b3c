//! The corpus: tshark reads it without complaint, and the same seed gives the same frames.

use super::*;
use crate::pcap::{Format, Writer};
use crate::tshark;

/// One of the corpora.
type Make = fn(u64, u64, &mut dyn FnMut(i64, &[u8]));

fn digest(seed: u64, packets: u64) -> (u64, i64, u64) {
    let (mut count, mut last, mut sum) = (0, 0, 0u64);
    corpus(seed, packets, &mut |at, frame| {
        assert!(at >= last, "time goes back: {at} after {last}");
        last = at;
        count += 1;
        for octet in frame {
            sum = sum.wrapping_mul(31).wrapping_add(u64::from(*octet));
        }
    });
    (count, last, sum)
}

#[test]
fn the_same_from_a_seed_and_as_long_as_asked() {
    let one = digest(1, 5_000);
    assert_eq!(one.0, 5_000);
    assert_eq!(one, digest(1, 5_000));
    assert_ne!(one.2, digest(2, 5_000).2);
}

#[test]
fn the_mix_is_as_promised() {
    let (mut user, mut octets, mut frames) = (0u64, 0u64, 0u64);
    corpus(3, 50_000, &mut |_, frame| {
        frames += 1;
        octets += frame.len() as u64;
        user += u64::from(frame[23] == 17 && frame[34..36] == [0x08, 0x68]);
    });
    assert!((66..74).contains(&(user * 100 / frames)), "{user} of {frames}");
    assert!((350..450).contains(&(octets / frames)), "{} octets a frame", octets / frames);
}

#[test]
fn tshark_has_no_complaint() {
    let write = |make: Make, packets| {
        let mut writer = Writer::new(Vec::new(), Format::default()).unwrap();
        make(7, packets, &mut |at, frame| writer.frame(at, frame).unwrap());
        writer.finish().unwrap()
    };
    let corpora =
        [(corpus as Make, 20_000), (map_corpus, 2_000), (gtpu_corpus, 2_000), (day_corpus, 10_000)];
    for (make, packets) in corpora {
        let Some(complaints) = tshark::complaints(&write(make, packets)) else {
            eprintln!("SKIPPED: tshark is not installed");
            return;
        };
        assert!(complaints.is_empty(), "{complaints}");
    }
}
