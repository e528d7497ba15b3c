//! tls: examples of the specification, every prefix of them, and octets at random.

#![expect(clippy::cast_possible_truncation, reason = "lengths of messages made here")]

use super::*;

fn extension(kind: u16, value: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &(value.len() as u16).to_be_bytes(), value].concat()
}

fn server_name(name: &[u8]) -> Vec<u8> {
    let entry = [&[0][..], &(name.len() as u16).to_be_bytes(), name].concat();
    extension(0, &[&(entry.len() as u16).to_be_bytes()[..], &entry].concat())
}

fn hello(extensions: &[Vec<u8>]) -> Vec<u8> {
    let extensions = extensions.concat();
    let mut body = vec![3, 3];
    body.extend_from_slice(&[9; 32]);
    body.extend_from_slice(&[0, 0, 4, 0x13, 1, 0x13, 2, 1, 0]);
    body.extend_from_slice(&(extensions.len() as u16).to_be_bytes());
    body.extend_from_slice(&extensions);
    let message = [&[1, 0][..], &(body.len() as u16).to_be_bytes(), &body].concat();
    [&[22, 3, 1][..], &(message.len() as u16).to_be_bytes(), &message].concat()
}

fn read(bytes: &[u8]) -> (Opening<'_>, Anomalies) {
    let mut notes = Anomalies::new();
    (opening(&mut notes, Cursor::new(bytes)), notes)
}

#[test]
fn a_client_says_where_it_wants_to_go() {
    let bytes = hello(&[
        extension(0x0a0a, &[]),
        server_name(b"hss.example.net"),
        extension(16, &[0, 3, 2, b'h', b'2']),
        extension(43, &[6, 0x7a, 0x7a, 3, 4, 3, 3]),
    ]);
    let (opening, notes) = read(&bytes);
    assert!(notes.is_empty() && probe(&bytes), "{notes:?}");
    let Opening::ClientHello(hello) = opening else { panic!("{opening:?}") };
    assert_eq!(hello.server_name, Some("hss.example.net"));
    assert_eq!((hello.version, hello.alpn), (0x0304, Some(&b"h2"[..])));
    assert_eq!(hello.cipher_suites, [0x13, 1, 0x13, 2]);
}

/// A ClientHello cut into records of so many octets.
fn in_records(bytes: &[u8], size: usize) -> Vec<u8> {
    let record = |part: &[u8]| [&[22, 3, 1][..], &(part.len() as u16).to_be_bytes(), part].concat();
    bytes[5..].chunks(size).flat_map(record).collect()
}

#[test]
fn a_hello_over_several_records() {
    let whole = hello(&[server_name(b"hss.example.net"), extension(43, &[2, 3, 4])]);
    let Opening::ClientHello(expected) = read(&whole).0 else { panic!() };
    for size in [5, 9, 50, 70] {
        let bytes = in_records(&whole, size);
        for len in 0..bytes.len() {
            assert_eq!(read(&bytes[..len]).0, Opening::More, "{size} {len}");
            assert!(joined(&bytes[..len]).is_none());
        }
        assert_eq!(read(&bytes).0, Opening::Split);
        let message = joined(&bytes).unwrap();
        let mut cur = Cursor::new(&message);
        assert_eq!(super::hello(&mut Anomalies::new(), &mut cur).unwrap(), expected);
    }
    // Another kind of record in the middle.
    let mut bytes = in_records(&whole, 50);
    bytes[55] = 23;
    assert!(matches!(read(&bytes).0, Opening::Record { .. }) && joined(&bytes).is_none());
}

#[test]
fn every_hello_cut_short_may_go_on() {
    let bytes = hello(&[server_name(b"hss.example.net")]);
    for len in 0..bytes.len() {
        assert_eq!(read(&bytes[..len]).0, Opening::More, "{len}");
    }
}

#[test]
fn other_records_and_other_protocols() {
    let server = [22, 3, 3, 0, 6, 2, 0, 0, 2, 3, 3];
    assert_eq!(read(&server).0, Opening::Record { content_type: 22, version: 0x0303 });
    assert_eq!(read(&[23, 3, 3, 0, 1, 9]).0, Opening::Record { content_type: 23, version: 0x0303 });
    assert_eq!(read(b"GET / HTTP/1.1\r\n").0, Opening::No);
    assert_eq!(read(&[22, 3, 1, 0xff, 0xff, 1]).0, Opening::No);
    assert!(!probe(b"GET / HTTP/1.1\r\n") && !probe(&[22, 3, 1, 0, 9, 99]));
}

#[test]
fn names_and_lengths_that_lie_are_noted() {
    let bytes = hello(&[server_name(b"a\nb")]);
    let (opening, notes) = read(&bytes);
    assert!(matches!(opening, Opening::ClientHello(hello) if hello.server_name.is_none()));
    assert!(notes.has("tls.handshake.extensions_server_name"));

    let bytes = hello(&[vec![0, 16, 0, 99, 1]]);
    assert!(read(&bytes).1.has("tls.handshake.extension.len"));

    let mut bytes = hello(&[]);
    bytes[45] = 200;
    let (opening, notes) = read(&bytes);
    assert!(matches!(opening, Opening::Record { .. }) && notes.has("tls.handshake.length"));
}
