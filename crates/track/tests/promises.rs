//! What the tracker promises whatever arrives: no subscriber in an event, bounded tables, the same answer twice, no panic.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod run;

use std::collections::BTreeSet;

use event::{Event, Pseudonymiser, Timestamp};
use proptest::prelude::*;
use run::{Run, config, events_of};
use track::Config;

fn lines(events: &[Event]) -> String {
    events.iter().map(|event| serde_json::to_string(event).unwrap() + "\n").collect()
}

/// Every identity in a record, wherever it stands.
fn identities(value: &serde_json::Value, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(object) => {
            for (key, value) in object {
                match value {
                    serde_json::Value::String(text)
                        if matches!(key.as_str(), "imsi" | "msisdn" | "imei" | "subscriber") =>
                    {
                        found.insert(text.clone());
                    }
                    other => identities(other, found),
                }
            }
        }
        serde_json::Value::Array(list) => list.iter().for_each(|value| identities(value, found)),
        _ => {}
    }
}

fn mixed(packets: u64) -> Vec<(i64, Vec<u8>)> {
    let mut frames = Vec::new();
    testkit::corpus(3, packets, &mut |at, bytes| frames.push((at / 1_000, bytes.to_vec())));
    frames
}

#[test]
fn no_identity_leaves_in_the_clear() {
    let clear = Config::new(Pseudonymiser::revealing([7; 32]));
    let mut traffic = vec![mixed(20_000)];
    traffic.extend(testkit::SCENARIOS.iter().map(|scenario| (scenario.make)(1)));
    let mut seen = 0;
    for frames in traffic {
        let mut digits = BTreeSet::new();
        for event in events_of(&clear, &frames) {
            identities(&serde_json::to_value(&event).unwrap(), &mut digits);
        }
        digits.retain(|digits| digits.len() >= 9 && digits.bytes().all(|b| b.is_ascii_digit()));
        seen += digits.len();
        let hidden = lines(&events_of(&config(), &frames));
        for digits in &digits {
            assert!(!hidden.contains(digits.as_str()), "{digits} is in the events");
        }
    }
    assert!(seen > 100, "{seen} identities are too few to prove anything");
}

#[test]
fn the_same_frames_give_the_same_events() {
    let frames = mixed(20_000);
    assert_eq!(lines(&events_of(&config(), &frames)), lines(&events_of(&config(), &frames)));
}

#[test]
fn events_survive_their_records() {
    for event in events_of(&config(), &mixed(5_000)) {
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event, "{text}");
    }
}

#[test]
fn a_hundred_thousand_random_and_mutated_frames() {
    let mut run = Run::new(&config());
    for (step, (link, bytes)) in testkit::random_frames(11).take(100_000).enumerate() {
        run.frame(Timestamp(i64::try_from(step).unwrap() * 20_000), link, &bytes);
        run.events.clear();
    }
    run.finish();
    assert_eq!(run.counters().0.frames, 100_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_octets_on_any_link(frames in proptest::collection::vec((0u16..300, proptest::collection::vec(any::<u8>(), 0..200), any::<i32>()), 0..60)) {
        let mut run = Run::new(&config());
        for (link, bytes, at) in &frames {
            run.frame(Timestamp(i64::from(*at) * 1_000), *link, bytes);
        }
        run.finish();
    }
}

/// Small caps, so that a flood that fits a test reaches them.
fn small() -> Config {
    Config {
        flows: 128,
        stream_bytes: 10_000,
        tunnel_ends: 64,
        datagrams: 8,
        fragment_bytes: 10_000,
        echoes: 64,
        reported: 64,
        associations: 16,
        message_bytes: 10_000,
        segmented: 8,
        gtp_requests: 64,
        tunnels: 64,
        dialogues: 64,
        diameter_requests: 64,
        dns_requests: 64,
        ..config()
    }
}

fn ipv4(src: u32, dst: u32, protocol: u8, fragment: u16, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(20 + payload.len()).unwrap().to_be_bytes();
    let [_, _, id1, id0] = src.to_be_bytes();
    let mut packet = vec![0x45, 0, len[0], len[1], id1, id0];
    packet.extend(fragment.to_be_bytes());
    packet.extend([64, protocol, 0, 0]);
    packet.extend(src.to_be_bytes());
    packet.extend(dst.to_be_bytes());
    packet.extend(payload);
    packet
}

fn udp(src: u16, dst: u16, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(8 + payload.len()).unwrap().to_be_bytes();
    [&src.to_be_bytes()[..], &dst.to_be_bytes(), &len, &[0, 0], payload].concat()
}

fn gpdu(teid: u32, inner: &[u8]) -> Vec<u8> {
    let len = u16::try_from(inner.len()).unwrap().to_be_bytes();
    [&[0x30, 0xff, len[0], len[1]][..], &teid.to_be_bytes(), inner].concat()
}

/// A SYN or data of TCP without options.
fn tcp(src: u16, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut segment =
        [&src.to_be_bytes()[..], &[0, 80, 0, 0, 1, 0, 0, 0, 0, 0, 0x50, flags]].concat();
    segment.extend([1, 0, 0, 0, 0, 0]);
    segment.extend(payload);
    segment
}

fn flood(count: u32, frame: impl Fn(u32) -> Vec<u8>) {
    let mut run = Run::new(&small());
    for step in 0..count {
        run.frame(Timestamp(i64::from(step) * 10), 101, &frame(step));
        run.events.clear();
    }
    let (shards, join) = run.counters();
    let tables: Vec<_> = shards.tables.into_iter().chain(join.tables).collect();
    assert!(tables.iter().all(|table| table.entries <= table.cap), "{tables:#?}");
    assert!(tables.iter().any(|table| table.evicted > 0), "no cap was reached: {tables:#?}");
    run.finish();
}

#[test]
fn a_million_tunnels() {
    flood(1_000_000, |step| {
        let inner = ipv4(0x0a00_0000 | step & 0xffff, 0xc633_6401, 17, 0, &udp(4_000, 53, &[1; 8]));
        ipv4(
            0xc000_0201,
            0xc633_6402,
            17,
            0,
            &udp(2152, 2152, &gpdu(step.wrapping_mul(2_654_435_761), &inner)),
        )
    });
}

#[test]
fn fragments_that_never_complete() {
    flood(100_000, |step| ipv4(step, 0xc633_6402, 17, 0x2001, &[7; 64]));
}

#[test]
fn connections_that_never_come_about() {
    flood(100_000, |step| {
        ipv4(step.wrapping_mul(2_654_435_761), 0xc633_6402, 6, 0, &tcp(1_024, 2, b""))
    });
}

#[test]
fn streams_with_holes() {
    flood(100_000, |step| {
        let source = step / 3;
        let flags = if step % 3 == 0 { 2 } else { 0x18 };
        let mut segment = tcp(1_024, flags, if flags == 2 { b"" } else { &[9; 400] });
        // Everything behind the first segment is ahead of what was seen.
        segment[7] = u8::try_from(step % 3 * 90).unwrap();
        ipv4(source, 0xc633_6402, 6, 0, &segment)
    });
}

#[test]
fn pings_from_everywhere() {
    flood(100_000, |step| {
        ipv4(step, 0xc633_6402, 1, 0, &[8, 0, 0, 0, 1, 2, 3, 4, 0xde, 0xad, 1, 2, 3])
    });
}
