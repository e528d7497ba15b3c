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

fn read(bytes: &[u8]) -> (Anomalies, Message<'_>) {
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
        let bytes = question(labels);
        let (notes, message) = read(&bytes);
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

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 1, 0x84, 0, 0, 1, 0, 1, 0, 0, 0, 0];
    bytes.extend(b"\x03epc\x06mnc001\x06mcc001\x0b3gppnetwork\x03org\x00\x00\x23\x00\x01\xc0\x0c");
    bytes.extend(kind.to_be_bytes());
    bytes.extend([0, 1, 0, 0, 1, 44]);
    bytes.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
    bytes.extend(data);
    bytes
}

#[test]
fn data_of_records() {
    let naptr = b"\x00\x0a\x00\x64\x01a\x13x-3gpp-sgw:x-s5-gtp\x00\x07topon-a\xc0\x0c";
    let cases: &[(u16, &[u8], &str)] = &[
        (2, b"\x02ns\xc0\x0c", "ns.epc.mnc001.mcc001.3gppnetwork.org"),
        (15, b"\x00\x0a\x02mx\x00", "10 mx"),
        (6, b"\x02ns\x00\x01a\x00\0\0\0\x07\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "ns 7"),
        (33, b"\0\x01\0\x02\x08\x4b\x03gsn\x00", "1 2 2123 gsn"),
        (
            35,
            naptr,
            "10 100 \"a\" \"x-3gpp-sgw:x-s5-gtp\" \"\" topon-a.epc.mnc001.mcc001.3gppnetwork.org",
        ),
        (16, b"\x03abc\x02de", "2 strings, 5 octets"),
        (43, b"\x12\x34\x08\x02\xaa\xbb", "4660 8 2"),
        (48, b"\x01\x01\x03\x08key", "257 3 8"),
        (257, b"\x00\x05issueca.example", "0 issue 10 octets"),
        (65, b"\x00\x01\x00", "1 ."),
        (99, b"\x01", "1 octets"),
        (1, &[192, 0, 2, 1], "192.0.2.1"),
    ];
    for (kind, data, text) in cases {
        let bytes = record(*kind, data);
        let (notes, message) = read(&bytes);
        assert_eq!(fields(&notes), [""; 0], "{kind}");
        let read: Vec<_> = message.records().collect();
        assert_eq!((read.len(), read[0].rtype, read[0].ttl), (1, *kind, 300));
        assert_eq!(read[0].name().unwrap().to_string(), "epc.mnc001.mcc001.3gppnetwork.org");
        assert_eq!(read[0].data().unwrap().to_string(), *text);
        assert_eq!(message.questions().count(), 1);
        for len in 0..bytes.len() {
            laws::check(&bytes[..len]);
        }
        if !matches!(kind, 16 | 99) {
            let bytes = record(*kind, &data[..data.len() - 1]);
            let (notes, _) = read_short(&bytes);
            assert!(notes.has("dns.rdata") || notes.has("dns.rdlength") || *kind > 40, "{kind}");
        }
    }
    // An owner that points at itself, and a name in the data that does.
    let mut bytes = record(2, b"\xc0\x47");
    let at = u8::try_from(bytes.len() - 2).unwrap();
    bytes[usize::from(at) + 1] = at;
    assert_eq!(fields(&read(&bytes).0), ["dns.rdata"]);
    let owner = usize::from(at) - 12;
    bytes[owner + 1] = u8::try_from(owner).unwrap();
    assert!(read(&bytes).0.has("dns.name"));
}

fn read_short(bytes: &[u8]) -> (Anomalies, usize) {
    let (notes, message) = read(bytes);
    (notes, message.records().count())
}

#[test]
fn options_of_edns() {
    let mut bytes = answer();
    let rdlength = bytes.len() - 2;
    bytes[rdlength + 1] = 12;
    bytes.extend([0, 10, 0, 4, 1, 2, 3, 4, 0, 8, 0, 0]);
    let (notes, message) = read(&bytes);
    assert_eq!(fields(&notes), [""; 0]);
    assert_eq!(message.edns.unwrap().options.as_slice(), [10, 8]);
    let last = bytes.len() - 1;
    bytes[last] = 9;
    assert_eq!(fields(&read(&bytes).0), ["dns.opt"]);
}

#[test]
fn dialects_and_other_ports() {
    assert!(probe_anywhere(&answer()) && probe_dialect(&answer()));
    let mut odd = answer();
    odd[2] |= 0x78;
    assert!(!probe_anywhere(&odd) && !probe_dialect(&odd));
    // An announcement of mDNS: an answer without a question.
    let mut bytes = vec![0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    bytes.extend(b"\x01a\x05local\x00\x00\x01\x80\x01\0\0\0\x78\0\x04\xc0\0\x02\x01");
    assert!(probe_dialect(&bytes) && !probe(&bytes) && !probe_anywhere(&bytes));
    assert_eq!((opcode_name(5), opcode_name(3)), (Some("UPDATE"), None));
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
