//! sctp: examples of the specification, every prefix of them, and octets at random.

use proptest::prelude::*;

use super::*;

fn packet_of(chunks: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x0b, 0x59, 0x0b, 0x5a, 1, 2, 3, 4, 0, 0, 0, 0];
    bytes.extend_from_slice(chunks);
    let sum = crc32c::crc32c(&bytes).to_le_bytes();
    bytes[8..12].copy_from_slice(&sum);
    bytes
}

fn walk(bytes: &[u8]) -> (Vec<(Chunk<'_>, Body<'_>)>, Anomalies) {
    let mut notes = Anomalies::new();
    let mut packet = dissect(&mut notes, &mut Cursor::new(bytes)).unwrap();
    let mut chunks = Vec::new();
    while let Some(chunk) = packet.chunks.next_chunk(&mut notes) {
        let body = chunk.body(&mut notes);
        chunks.push((chunk, body));
    }
    (chunks, notes)
}

const DATA: [u8; 24] =
    [0, 3, 0, 21, 0, 0, 0, 9, 0, 1, 0, 2, 0, 0, 0, 3, b'h', b'e', b'l', b'l', b'o', 0, 0, 0];

#[test]
fn bundled_data() {
    let bytes = packet_of(&[DATA, DATA].concat());
    let (chunks, notes) = walk(&bytes);
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(chunks.len(), 2);
    let Body::Data(data) = chunks[1].1 else { panic!("{chunks:?}") };
    assert_eq!((data.tsn, data.stream, data.ssn, data.ppid), (9, 1, 2, PPID_M3UA));
    assert!(data.is_complete() && !data.unordered && !data.immediate && !data.interleaved);
    assert_eq!((data.payload.rest(), data.payload.offset()), (&b"hello"[..], 52));
    assert_eq!((chunks[1].0.at.start, chunks[1].0.at.len), (36, 21));
    assert_eq!(check(&mut Anomalies::new(), Cursor::new(&bytes)), Checksum::Right);
    // The last chunk may go without its padding.
    assert!(walk(&bytes[..bytes.len() - 3]).1.is_empty());
}

#[test]
fn an_association_begins() {
    let init = [
        &[1, 0, 0, 0x30][..],
        &[0, 0, 0, 7, 0, 1, 0, 0, 0, 10, 0, 11, 0, 0, 0, 9],
        &[0, 5, 0, 8, 192, 0, 2, 1],
        &[0, 6, 0, 20, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
    ]
    .concat();
    let bytes = packet_of(&init);
    let (chunks, notes) = walk(&bytes);
    assert!(notes.is_empty(), "{notes:?}");
    let Body::Init(init) = chunks[0].1 else { panic!("{chunks:?}") };
    assert_eq!((init.initiate_tag, init.a_rwnd, init.initial_tsn), (7, 0x10000, 9));
    assert_eq!((init.outbound_streams, init.inbound_streams), (10, 11));
    let addresses: Vec<String> = init.parameters.addresses().map(|ip| ip.to_string()).collect();
    assert_eq!(addresses, ["192.0.2.1", "2001:db8::1"]);
}

#[test]
fn an_association_is_refused() {
    let bytes = packet_of(&[6, 0, 0, 12, 0, 12, 0, 8, b'n', b'o', b'p', b'e']);
    let (chunks, _) = walk(&bytes);
    let Body::Abort(mut causes) = chunks[0].1 else { panic!("{chunks:?}") };
    let cause = causes.next_cause(&mut Anomalies::new()).unwrap();
    assert_eq!((cause.code, cause.name()), (12, "user-initiated abort"));
    assert_eq!(cause.info.rest(), b"nope");
    assert_eq!(causes.next_cause(&mut Anomalies::new()), None);
}

#[test]
fn an_address_is_added() {
    let asconf = [
        &[0xc1, 0, 0, 0x20, 0, 0, 0, 1, 0, 5, 0, 8, 192, 0, 2, 1][..],
        &[0xc0, 1, 0, 16, 0, 0, 0, 1, 0, 5, 0, 8, 192, 0, 2, 9],
    ]
    .concat();
    let bytes = packet_of(&asconf);
    let (chunks, notes) = walk(&bytes);
    let Body::Asconf { serial: 1, mut parameters } = chunks[0].1 else { panic!("{chunks:?}") };
    let mut notes_again = Anomalies::new();
    let first = parameters.next_parameter(&mut notes_again).unwrap();
    assert_eq!(first.address(), Some([192, 0, 2, 1].into()));
    let added = parameters.next_parameter(&mut notes_again).unwrap();
    assert_eq!(
        (added.kind, added.asconf_address()),
        (Parameter::ADD_IP, Some([192, 0, 2, 9].into()))
    );
    assert!(notes.is_empty() && notes_again.is_empty());
}

#[test]
fn pieces_in_the_interleaved_form() {
    let first = [64, 2, 0, 24, 0, 0, 0, 9, 0, 1, 0, 0, 0, 0, 0, 5, 0, 0, 0, 46, 1, 2, 3, 4];
    let last = [64, 1, 0, 24, 0, 0, 0, 10, 0, 1, 0, 0, 0, 0, 0, 5, 0, 0, 0, 1, 5, 6, 7, 8];
    let bytes = packet_of(&[first, last].concat());
    let (chunks, _) = walk(&bytes);
    let (Body::Data(first), Body::Data(last)) = (chunks[0].1, chunks[1].1) else { panic!() };
    assert_eq!((first.ppid, first.fsn, first.ssn), (PPID_DIAMETER, 0, 5));
    assert_eq!((last.ppid, last.fsn, last.ending, last.beginning), (0, 1, true, false));
    assert!(first.interleaved && !first.is_complete());
}

#[test]
fn lengths_that_lie() {
    let too_long = packet_of(&[0, 3, 0, 200, 0, 0, 0, 9, 0, 1, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4]);
    let (chunks, notes) = walk(&too_long);
    assert_eq!(notes.as_slice()[0].flaw, Flaw::Truncated { missing: 180 });
    assert!(
        !chunks[0].0.whole && matches!(chunks[0].1, Body::Data(data) if data.payload.len() == 4)
    );

    let too_short = packet_of(&[&[0, 3, 0, 3][..], &DATA].concat());
    let (chunks, notes) = walk(&too_short);
    assert!(chunks.is_empty() && notes.has("sctp.chunk_length"));

    let no_payload = packet_of(
        &DATA[..16]
            .iter()
            .enumerate()
            .map(|(n, o)| if n == 3 { 16 } else { *o })
            .collect::<Vec<_>>(),
    );
    assert!(walk(&no_payload).1.has("sctp.data_payload"));

    let trailing = packet_of(&[&DATA[..], &[1, 2]].concat());
    assert_eq!(walk(&trailing).1.as_slice()[0].flaw, Flaw::Trailing(2));

    let mut padded = DATA;
    padded[22] = 7;
    assert!(walk(&packet_of(&padded)).1.has("sctp.chunk_padding"));
}

#[test]
fn every_packet_cut_short() {
    let bytes = packet_of(&[DATA, DATA].concat());
    for len in 0..bytes.len() {
        let mut notes = Anomalies::new();
        let packet = dissect(&mut notes, &mut Cursor::new(&bytes[..len]));
        assert_eq!(packet.is_ok(), 12 <= len, "{len}");
        if 12 <= len {
            let (chunks, notes) = walk(&bytes[..len]);
            let whole = matches!(len, 12 | 33..=36 | 57..);
            assert_eq!(notes.is_empty(), whole, "{len}: {chunks:?} {notes:?}");
        }
    }
}

#[test]
fn checksums_new_old_and_unfinished() {
    let mut bytes = packet_of(&DATA);
    bytes[9] ^= 1;
    let mut notes = Anomalies::new();
    assert_eq!(check(&mut notes, Cursor::new(&bytes)), Checksum::Wrong);
    assert_eq!((notes.as_slice()[0].at.start, notes.as_slice()[0].at.len), (8, 4));
    bytes[8..12].fill(0);
    assert_eq!(check(&mut notes, Cursor::new(&bytes)), Checksum::Unfinished);
    // RFC 1950 over the same octets with the field zero.
    let adler = adler32(&bytes[..8], &bytes[12..]);
    bytes[8..12].copy_from_slice(&adler.to_be_bytes());
    assert_eq!(check(&mut notes, Cursor::new(&bytes)), Checksum::Right);
    assert_eq!(adler32(b"Wikipedi", b"a") & 0xffff, 0x398);
}

proptest! {
    #[test]
    fn chunks_end(bytes in proptest::collection::vec(any::<u8>(), 12..300)) {
        let (chunks, _) = walk(&bytes);
        prop_assert!(chunks.len() <= bytes.len() / 4);
        for (chunk, _) in chunks {
            prop_assert!((chunk.at.start + chunk.at.len) as usize <= bytes.len());
        }
    }
}
