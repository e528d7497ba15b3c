//! icmp: examples of the specification, every prefix of them, and octets at random.

#![expect(clippy::cast_possible_truncation, reason = "lengths of messages made here")]

use proptest::prelude::*;

use super::*;

fn message(proto: u8, bytes: &[u8], read: impl FnOnce(Icmp<'_>)) {
    let packet = ip::Packet {
        src: [192, 0, 2, 1].into(),
        dst: [192, 0, 2, 2].into(),
        proto,
        ttl: 64,
        fragment: None,
        payload: Cursor::new(bytes),
        total_len: 20 + bytes.len() as u32,
        snapped: false,
    };
    read(dissect(&mut Anomalies::new(), &packet).unwrap());
}

#[test]
fn an_echo_of_either_version() {
    for (proto, request, reply) in [(1, 8, 0), (58, 128, 129)] {
        message(proto, &[request, 0, 1, 2, 0xaa, 0x56, 0, 7, 9, 9, 9], |icmp| {
            assert!(icmp.is_echo_request() && !icmp.is_echo_reply() && !icmp.is_error());
            assert_eq!((icmp.id, icmp.sequence), (Some(0xaa56), Some(7)));
            assert_eq!((icmp.data.rest(), icmp.data.offset()), (&[9u8, 9, 9][..], 8));
            assert_eq!(icmp.quoted(), None);
        });
        message(proto, &[reply, 0, 1, 2, 0, 1, 0, 7], |icmp| {
            assert!(icmp.is_echo_reply());
            assert_eq!(icmp.pattern(), "empty");
        });
    }
}

#[test]
fn an_error_quotes_the_conversation() {
    let mut unreachable = vec![3, 3, 0, 0, 0, 0, 0, 0];
    unreachable.extend_from_slice(&[0x45, 0, 0, 60, 0, 1, 0, 0, 64, 17, 0, 0]);
    unreachable.extend_from_slice(&[192, 0, 2, 2, 192, 0, 2, 1, 8, 75, 8, 76, 0, 40, 0, 0]);
    let quoted = Quoted {
        src: [192, 0, 2, 2].into(),
        dst: [192, 0, 2, 1].into(),
        proto: 17,
        ports: Some((2123, 2124)),
    };
    message(1, &unreachable, |icmp| {
        assert!(icmp.is_error());
        assert_eq!(icmp.quoted(), Some(quoted));
    });
    message(1, &unreachable[..30], |icmp| {
        assert_eq!(icmp.quoted(), Some(Quoted { ports: None, ..quoted }));
    });
    message(1, &unreachable[..20], |icmp| assert_eq!(icmp.quoted(), None));
}

#[test]
fn data_that_the_capture_cut_is_not_called_unknown() {
    let bytes = [8, 0, 0, 0, 0, 0, 0, 0, 0xfe, 0x31, 0x06];
    message(1, &bytes, |mut icmp| {
        assert_eq!(icmp.pattern(), "unknown");
        icmp.snapped = true;
        assert_eq!(icmp.pattern(), "snapped");
    });
}

#[test]
fn the_checksum_of_nothing_is_all_ones() {
    let nothing =
        [0x45, 0, 0, 28, 0, 0, 0, 0, 64, 1, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0];
    let mut notes = Anomalies::new();
    let packet = ip::dissect(&mut notes, &mut Cursor::new(&nothing)).unwrap();
    notes.clear();
    assert_eq!(check(&mut notes, &packet), Checksum::Unfinished);
    let flaw = crate::Flaw::BadChecksum { found: 0, computed: 0xffff };
    assert_eq!(notes.as_slice()[0].flaw, flaw);
}

fn run(from: u8, len: u8) -> Vec<u8> {
    (0..len).map(|n| from.wrapping_add(n)).collect()
}

fn data(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// 2023-11-14 22:13:27.412034 as 64-bit Linux sends it.
const LINUX_CLOCK: [u8; 16] = [0x17, 0xf1, 0x53, 0x65, 0, 0, 0, 0, 0x82, 0x49, 6, 0, 0, 0, 0, 0];
/// The same, big endian, of 32 bits.
const BSD_CLOCK: [u8; 8] = [0x65, 0x53, 0xf1, 0x17, 0, 6, 0x49, 0x82];

#[test]
fn the_programs() {
    for (word, octets) in [
        ("empty", vec![]),
        ("zero", vec![0; 56]),
        ("constant", vec![0xff; 18]),
        ("linux", data(&[&LINUX_CLOCK, &run(0x10, 40)])),
        ("linux", data(&[&LINUX_CLOCK, &run(0x10, 12)])),
        (
            "linux",
            data(&[
                &[0, 0, 0, 0, 0x53, 0xc6, 0x83, 0x80, 0, 0, 0, 0, 0, 3, 4, 0xb7],
                &run(0x10, 40),
            ]),
        ),
        ("linux", data(&[&LINUX_CLOCK[8..], &run(0x10, 12)])),
        ("bsd", data(&[&BSD_CLOCK, &run(8, 48)])),
        ("bsd", data(&[&[0x17, 0xf1, 0x53, 0x65, 0x82, 0x49, 6, 0], &run(8, 48)])),
        ("windows", b"abcdefghijklmnopqrstuvwabcdefghi".to_vec()),
        ("cisco", data(&[&[0, 0, 0, 0, 0, 0xa8, 0x25, 0xd7], &[0xab, 0xcd].repeat(32)])),
        ("busybox", data(&[&[0x6f, 0xad, 0x22, 0xf5], &[0; 52]])),
        ("fping", data(&[&LINUX_CLOCK, &[0; 40]])),
        ("fping", data(&[&[3, 0, 0, 0, 0, 0, 0, 0], &LINUX_CLOCK, &[0; 32]])),
        ("fping", data(&[&[3, 0, 0, 0], &BSD_CLOCK, &[0; 44]])),
        ("check_icmp", data(&[&LINUX_CLOCK, &[4, 2], &[0; 38]])),
        ("counting", run(0, 56)),
        ("counting", run(0xf0, 32)),
        ("repeated", b"\xde\xad\xbe\xef".repeat(9)),
        ("repeated", data(&[&LINUX_CLOCK, &b"\xca\xfe\x01".repeat(13)])),
        ("text", b"is anybody there? 1".to_vec()),
    ] {
        assert_eq!(pattern(&octets), word, "{octets:02x?}");
        assert!(PATTERNS.contains(&word));
    }
}

#[test]
fn what_could_wake_a_shell_is_unknown() {
    // An address and a port, plain and behind an ordinary run.
    for octets in [
        vec![203, 0, 113, 77, 0x1f, 0x90],
        data(&[&run(0, 16), &[203, 0, 113, 77, 0x1f, 0x90]]),
        // In the place of the clock.
        data(&[&[203, 0, 113, 77, 0x1f, 0x90, 0x55, 0xaa, 1, 2, 3, 4, 5, 6, 7, 8], &run(0x10, 40)]),
        data(&[&[203, 0, 113, 77, 0xff, 0x90, 0x55, 0xaa], &run(8, 48)]),
        // The published trigger of one implant.
        vec![0x72, 0x55, 0, 0, 203, 0, 113, 77, 0x1f, 0x90, b'j', b'u', b's', b't', 0, 0],
        data(&[&[0, 0], b"\xf3\xd5\xe7\xf4\xe1\xf3\xf3\xd5\xb0\xb4\xe4\xcd\xd4\xc7\xb6\xcc"]),
    ] {
        assert_eq!(pattern(&octets), "unknown", "{octets:02x?}");
    }
}

proptest! {
    #[test]
    fn every_answer_is_listed(octets in proptest::collection::vec(prop_oneof![Just(0u8), Just(1), any::<u8>()], 0..80)) {
        prop_assert!(PATTERNS.contains(&pattern(&octets)));
    }
}
