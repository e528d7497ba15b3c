//! Tests of the BER reader.

use proptest::prelude::*;

use super::*;

fn read(bytes: &[u8]) -> (Vec<(Tag, bool, Vec<u8>)>, Anomalies) {
    let mut notes = Anomalies::new();
    let mut elements = Elements::new(Cursor::new(bytes));
    let mut found = Vec::new();
    while let Some(element) = elements.next(&mut notes) {
        found.push((element.tag, element.constructed, element.content.rest().to_vec()));
    }
    (found, notes)
}

#[test]
fn canonical_elements() {
    let (found, notes) = read(&[0x02, 1, 5, 0x30, 2, 0x80, 0, 0x9f, 0x21, 1, 9]);
    assert_eq!(
        found,
        [
            (Tag::INTEGER, false, vec![5]),
            (Tag::SEQUENCE, true, vec![0x80, 0]),
            (Tag::context(33), false, vec![9]),
        ]
    );
    assert!(notes.is_empty());
}

#[test]
fn a_padded_length_and_a_long_tag_read_the_same_and_are_noted() {
    for (bytes, field) in [
        (&[0x02, 0x81, 1, 5][..], "ber.length"),
        (&[0x02, 0x83, 0, 0, 1, 5], "ber.length"),
        (&[0x1f, 0x02, 1, 5], "ber.tag"),
        (&[0x1f, 0x80, 0x02, 1, 5], "ber.tag"),
    ] {
        let (found, notes) = read(bytes);
        assert_eq!(found, [(Tag::INTEGER, false, vec![5])], "{bytes:?}");
        assert!(notes.has(field), "{bytes:?}");
    }
    let (_, notes) = read(&[&[0x04, 0x81, 0x80][..], &[0; 128]].concat());
    assert!(notes.is_empty());
}

#[test]
fn the_indefinite_form_ends_at_its_own_end() {
    let (found, notes) = read(&[0x30, 0x80, 0x31, 0x80, 2, 1, 1, 0, 0, 4, 2, 0, 0, 0, 0, 2, 1, 7]);
    assert_eq!(
        found,
        [
            (Tag::SEQUENCE, true, vec![0x31, 0x80, 2, 1, 1, 0, 0, 4, 2, 0, 0]),
            (Tag::INTEGER, false, vec![7]),
        ]
    );
    assert!(notes.is_empty());
    let (found, notes) = read(&[0x30, 0x80, 2, 1, 1]);
    assert_eq!(found.len(), 1);
    assert!(notes.has("ber.indefinite"));
}

#[test]
fn depth_is_bounded() {
    let bytes: Vec<u8> = (0..200u8).rev().flat_map(|n| [0x30, n.min(127)]).collect();
    let mut notes = Anomalies::new();
    let mut element = Elements::new(Cursor::new(&bytes)).next(&mut notes);
    let mut depth = 0;
    while let Some(inner) = element {
        depth += 1;
        element = inner.elements().next(&mut notes);
    }
    assert_eq!(depth, usize::from(MAX_DEPTH));
    assert!(notes.has("ber.depth"));
}

#[test]
fn integers() {
    assert_eq!(integer(&[0x47]), Some(71));
    assert_eq!(integer(&[0, 0x47]), Some(71));
    assert_eq!(integer(&[0xff]), Some(-1));
    assert_eq!(integer(&[0x80, 0]), Some(-32768));
    assert_eq!(integer(&[]), None);
    assert_eq!(integer(&[0x7f; 9]), None);
}

#[test]
fn object_identifiers() {
    assert_eq!(Oid(&[4, 0, 0, 1, 0, 29, 3]).to_string(), "0.4.0.0.1.0.29.3");
    assert_eq!(Oid(&[0, 0x11, 0x86, 5, 1, 1, 1]).to_string(), "0.0.17.773.1.1.1");
    assert_eq!(Oid(&[0x2a, 0x86, 0x48]).to_string(), "1.2.840");
    assert_eq!(Oid(&[0x88, 0x37]).to_string(), "2.999");
    assert_eq!(Oid(&[]).to_string(), "");
}

proptest! {
    #[test]
    fn any_octets(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut notes = Anomalies::new();
        let mut stack = vec![Elements::new(Cursor::new(&bytes))];
        let mut seen = 0;
        while let Some(mut elements) = stack.pop() {
            while let Some(element) = elements.next(&mut notes) {
                seen += 1;
                prop_assert!(element.span.start as usize + element.span.len as usize <= bytes.len());
                let _ = (element.integer(), element.octets());
                stack.push(element.elements());
            }
        }
        prop_assert!(seen <= bytes.len() * usize::from(MAX_DEPTH));
    }
}
