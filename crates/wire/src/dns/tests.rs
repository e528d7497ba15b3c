//! DNS on examples, prefixes and noise.

use proptest::prelude::*;

use super::*;
use crate::laws;

/// An answer with a compressed owner, two addresses and EDNS.
fn answer() -> Vec<u8> {
    let mut bytes = vec![0x12, 0x34, 0x85, 0x80, 0, 1, 0, 2, 0, 0, 0, 1];
    bytes.extend(b"\x08INTERNET\x06mnc001\x06mcc001\x04gprs\x00\x00\x01\x00\x01");
    bytes.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]);
    bytes.extend([0xc0, 12, 0, 28, 0, 1, 0, 0, 0, 60, 0, 16]);
    bytes.extend([0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    bytes.extend([0, 0, 41, 0x10, 0, 0, 0, 0x80, 0, 0, 0]);
    bytes
}

fn question(labels: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    bytes.extend(labels);
    bytes.extend([0, 16, 0, 1]);
    bytes
}

fn read(bytes: &[u8]) -> (Anomalies, Message) {
    let mut notes = Anomalies::new();
    let message = dissect(&mut notes, &mut Cursor::new(bytes)).unwrap();
    (notes, message)
}

fn fields(notes: &Anomalies) -> Vec<&'static str> {
    notes.as_slice().iter().map(|anomaly| anomaly.field).collect()
}

#[test]
fn an_answer_with_two_addresses() {
    let bytes = answer();
    let (notes, message) = read(&bytes);
    assert_eq!(fields(&notes), [""; 0]);
    let question = message.question.unwrap();
    assert_eq!(question.name.to_string(), "internet.mnc001.mcc001.gprs");
    assert_eq!((question.name.len(), question.qtype, question.qclass), (27, 1, 1));
    assert!(message.response && message.authoritative && message.recursion_available);
    assert_eq!((message.rcode, message.answers, message.trailing_len), (0, 2, 0));
    let addresses: Vec<_> = message.addresses.iter().map(ToString::to_string).collect();
    assert_eq!(addresses, ["192.0.2.1", "2001:db8::1"]);
    let edns = message.edns.unwrap();
    assert_eq!((edns.udp_payload_size, edns.dnssec_ok), (4096, true));
    assert!(probe(&bytes));
}

#[test]
fn names() {
    let name = |labels: &[u8]| {
        let (notes, message) = read(&question(labels));
        (message.question.map(|question| question.name.to_string()), fields(&notes))
    };
    assert_eq!(name(b"\x00"), (Some(".".into()), vec![]));
    assert_eq!(name(b"\x03a.b\x01\xff\x00"), (Some("a\\.b.\\255".into()), vec![]));
    // To itself, forwards, and behind the end: never a loop.
    for pointer in [[0xc0, 12], [0xc0, 13], [0xc0, 200], [0xff, 0xff]] {
        assert_eq!(name(&pointer), (Some(".".into()), vec!["dns.name"]));
    }
    assert_eq!(name(b"\x01a\xc0\x0c"), (Some("a".into()), vec!["dns.name"]));
    assert_eq!(name(b"\x41a"), (None, vec!["dns.records"]));
    // Longer than a name may be: the labels that fit, and the walk goes on.
    let long: Vec<u8> = [&[63][..], &[b'x'; 63]].concat().repeat(5);
    let (text, noted) = name(&[&long[..], &[0]].concat());
    assert_eq!((text.map(|text| text.len()), noted), (Some(63 * 3 + 2), vec!["dns.name"]));
    // A chain of pointers in a second question, each to the one before it.
    let mut chain = vec![0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    chain.extend([0xc0, 4]);
    assert_eq!(fields(&read(&chain).0), ["dns.records"]);
}

#[test]
fn what_stands_behind_the_last_record() {
    let mut bytes = answer();
    bytes.extend(b"hidden");
    let (notes, message) = read(&bytes);
    assert_eq!((message.trailing_len, fields(&notes)), (6, vec!["dns.trailing"]));
    assert!(!probe(&bytes));
    bytes[7] = 9;
    let (notes, message) = read(&bytes);
    assert_eq!(message.trailing_len, 0);
    assert_eq!(fields(&notes), ["dns.label", "dns.records"]);
    // Counts that lie cost nothing.
    bytes[4..12].fill(0xff);
    assert!(read(&bytes).0.has("dns.records"));
}

#[test]
fn framing_of_a_stream() {
    assert_eq!(framed_len(&[0]), None);
    assert_eq!(framed_len(&[0, 11]), None);
    assert_eq!(framed_len(&[0, 40, 1]), Some(42));
}

#[test]
fn whatever_is_cut_off() {
    let bytes = answer();
    for len in 0..bytes.len() {
        laws::check(&bytes[..len]);
        assert!(!probe(&bytes[..len]), "{len}");
    }
}

proptest! {
    #[test]
    fn noise_behind_a_header(counts in any::<[u8; 2]>(), body in proptest::collection::vec(any::<u8>(), 0..120)) {
        let mut bytes = vec![0, 1, 0x80, 0, 0, counts[0], 0, counts[1], 0, 0, 0, 0];
        bytes.extend(body);
        laws::check(&bytes);
    }

    #[test]
    fn a_message_with_changes(at in any::<prop::sample::Index>(), value in any::<u8>()) {
        let mut bytes = answer();
        let at = at.index(bytes.len());
        bytes[at] = value;
        laws::check(&bytes);
    }
}
