//! Tests of the SCCP reader.

use proptest::prelude::*;

use super::*;

/// Called SSN 6, GT 31201111111 (11 digits, odd); calling SSN 8, GT 491720000001 (even).
const CALLED: &[u8] = &[0x12, 6, 0, 0x11, 4, 0x13, 0x02, 0x11, 0x11, 0x11, 0x01];
const CALLING: &[u8] = &[0x12, 8, 0, 0x12, 4, 0x94, 0x71, 0x02, 0x00, 0x00, 0x10];

fn lv(value: &[u8]) -> Vec<u8> {
    [&[u8::try_from(value.len()).unwrap()], value].concat()
}

fn udt(data: &[u8]) -> Vec<u8> {
    [&[9, 0x81, 3, 14, 25][..], &lv(CALLED), &lv(CALLING), &lv(data)].concat()
}

fn xudt(data: &[u8], optional: &[u8]) -> Vec<u8> {
    let to_optional = u8::try_from(data.len() + 26).unwrap();
    [&[0x11, 1, 15, 4, 15, 26, to_optional][..], &lv(CALLED), &lv(CALLING), &lv(data), optional]
        .concat()
}

fn read(bytes: &[u8]) -> (Message<'_>, Anomalies) {
    let mut notes = Anomalies::new();
    let message = dissect(&mut notes, &mut Cursor::new(bytes)).unwrap();
    (message, notes)
}

#[test]
fn unitdata() {
    let bytes = udt(&[0x62, 0]);
    let (message, notes) = read(&bytes);
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(message.kind, MessageType::UDT);
    assert_eq!((message.class, message.return_on_error), (Some(1), true));
    let called = message.called.unwrap();
    assert_eq!(called.ssn, Some(6));
    let title = called.global_title.unwrap();
    assert_eq!(title.digits.as_str(), "31201111111");
    assert_eq!((title.tt, title.np, title.es, title.nai), (Some(0), Some(1), Some(1), Some(4)));
    assert_eq!(message.calling.unwrap().global_title.unwrap().digits.as_str(), "491720000001");
    assert_eq!(message.data.unwrap().rest(), [0x62, 0]);
    assert_eq!(user(&message, &[0x62, 0]), "tcap");
    assert!(probe(&bytes));
}

#[test]
fn tcap_that_lies_about_its_length_is_still_tcap() {
    let bytes = udt(&[0x62, 40, 0x48, 1, 1]);
    let (message, _) = read(&bytes);
    assert_eq!(user(&message, &[0x62, 40, 0x48, 1, 1]), "tcap");
    assert_eq!(user(&message, &[0x62, 0, 0xde, 0xad]), "tcap");
    assert_eq!(user(&message, &[0x99, 0, 0xde, 0xad]), "unknown");
}

#[test]
fn extended_unitdata_with_a_segment() {
    let bytes = xudt(&[1, 2, 3], &[0x10, 4, 0xc2, 1, 2, 3, 0x12, 1, 5, 0]);
    let (message, notes) = read(&bytes);
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(message.hop_counter, Some(15));
    assert_eq!(message.importance, Some(5));
    assert_eq!(message.data.unwrap().rest(), [1, 2, 3]);
    let expected =
        Segmentation { first: true, class: 1, remaining: 2, local_reference: 0x03_02_01 };
    assert_eq!(message.segmentation, Some(expected));
}

#[test]
fn long_unitdata() {
    let data = vec![0x5a; 300];
    // Pointers of two octets, counted from the second one.
    let mut bytes = vec![0x13, 0, 12];
    for pointer in [7u16, 17, 27, 0] {
        bytes.extend(pointer.to_le_bytes());
    }
    bytes.extend(lv(CALLED));
    bytes.extend(lv(CALLING));
    bytes.extend(300u16.to_le_bytes());
    bytes.extend(&data);
    let (message, notes) = read(&bytes);
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(message.called.unwrap().ssn, Some(6));
    assert_eq!(message.calling.unwrap().ssn, Some(8));
    assert_eq!(message.data.unwrap().rest(), data);
}

#[test]
fn it_came_back() {
    let mut bytes = udt(&[0x62, 0]);
    bytes[0] = 0x0a;
    bytes[1] = 1;
    let (message, _) = read(&bytes);
    assert!(message.kind.is_service());
    assert_eq!(
        message.return_cause.and_then(return_cause_name),
        Some("no translation for this specific address")
    );
}

#[test]
fn connections() {
    let (message, _) = read(&[1, 1, 2, 3, 2, 2, 4, 2, 0x42, 254, 0x0f, 3, 0, 1, 0x30, 0]);
    assert_eq!(message.kind.name(), "CR");
    assert_eq!((message.source_reference, message.class), (Some(0x03_02_01), Some(2)));
    assert_eq!(message.called.unwrap().ssn, Some(254));
    let data = message.data.unwrap().rest();
    assert_eq!(user(&message, data), "bssap");
    let (message, notes) = read(&[6, 1, 0, 0, 1, 1, 2, 7, 8]);
    assert_eq!(message.data.unwrap().rest(), [7, 8]);
    assert!(message.more_data && notes.is_empty());
}

#[test]
fn the_four_formats_of_a_global_title() {
    for (octets, digits, nai) in [
        (&[0x04, 0x84, 0x21, 0x03][..], "123", Some(4)),
        (&[0x08, 0x09, 0x21, 0x43], "1234", None),
        (&[0x0c, 0x09, 0x12, 0x21, 0x43], "1234", None),
        (&[0x10, 0x09, 0x11, 0x04, 0x21, 0x03], "123", Some(4)),
    ] {
        let mut notes = Anomalies::new();
        let title = address(&mut notes, Cursor::new(octets), Variant::Itu).global_title.unwrap();
        assert_eq!((title.digits.as_str(), title.nai), (digits, nai));
        assert!(notes.is_empty());
    }
    let mut notes = Anomalies::new();
    let parsed = address(&mut notes, Cursor::new(&[0x43, 0xe8, 0xc3, 8]), Variant::Itu);
    assert_eq!((parsed.point_code, parsed.ssn, parsed.route_on_ssn), (Some(0x3e8), Some(8), true));
}

#[test]
fn addresses_of_ansi() {
    let read = |octets: &[u8]| {
        let mut notes = Anomalies::new();
        let parsed = address(&mut notes, Cursor::new(octets), Variant::Ansi);
        assert!(notes.is_empty(), "{notes:?}");
        parsed
    };
    // Subsystem, point code, and a title of ANSI's format 1.
    let titled = read(&[0x87, 6, 1, 2, 245, 10, 0x12, 0x02, 0x52, 0x55, 0x01, 0x00]);
    assert_eq!((titled.ssn, titled.point_code), (Some(6), Some(0xf5_02_01)));
    let title = titled.global_title.unwrap();
    assert_eq!((title.tt, title.np, title.nai), (Some(10), Some(1), None));
    assert_eq!(title.digits.as_str(), "2025551000");
    // It says international, and has ANSI's five octets all the same.
    let claimed = read(&[0x43, 8, 9, 0, 0]);
    assert_eq!((claimed.ssn, claimed.point_code, claimed.ansi), (Some(8), Some(9), true));
    let international = read(&[0x43, 9, 0, 8]);
    assert_eq!((international.ssn, international.point_code), (Some(8), Some(9)));
}

#[test]
fn what_goes_with_a_connection() {
    let (message, notes) = read(&[7, 1, 0, 0, 0x04, 0x07, 1, 2, 7, 8]);
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!((message.send_sequence, message.receive_sequence), (Some(2), Some(3)));
    assert!(message.more_data);
    let (message, _) = read(&[0x10, 1, 0, 0, 2, 0, 0, 3, 0x04, 0x06, 9]);
    assert_eq!(
        (message.class, message.credit, message.source_reference),
        (Some(3), Some(9), Some(2))
    );
    let (message, _) = read(&[8, 1, 0, 0, 0x06, 5]);
    assert_eq!((message.receive_sequence, message.credit), (Some(3), Some(5)));
    for (bytes, cause) in [
        (&[3, 1, 0, 0, 5, 0][..], "destination inaccessible"),
        (&[4, 1, 0, 0, 2, 0, 0, 9, 0], "subsystem congestion"),
        (&[13, 1, 0, 0, 2, 0, 0, 8], "network operational"),
        (&[15, 1, 0, 0, 2], "point code mismatch"),
    ] {
        let (message, notes) = read(bytes);
        assert!(notes.is_empty(), "{notes:?}");
        assert_eq!(message.cause.and_then(|found| cause_name(message.kind, found)), Some(cause));
        for end in 1..bytes.len() {
            let mut notes = Anomalies::new();
            let cut = dissect(&mut notes, &mut Cursor::new(&bytes[..end]));
            assert!(cut.is_err() || !notes.is_empty(), "{end}");
        }
    }
}

#[test]
fn octets_behind_the_end_are_noted() {
    let bytes = [&udt(&[0x62, 0])[..], &[1, 2, 3]].concat();
    let (_, notes) = read(&bytes);
    assert!(notes.has("sccp.trailing"));
    assert!(!probe(&bytes));
}

#[test]
fn odd_addresses_are_noted() {
    for (octets, field) in [
        (&[0x10, 0x00, 0x12, 0x04, 0x21, 0xf3][..], "sccp.es"),
        (&[0x24, 1, 2, 3], "sccp.gti"),
        (&[0x13, 1], "sccp.address"),
        (&[0x42, 8, 9], "sccp.address"),
        (&[], "sccp.address"),
    ] {
        let mut notes = Anomalies::new();
        address(&mut notes, Cursor::new(octets), Variant::Itu);
        assert!(notes.has(field), "{field}");
    }
    let mut notes = Anomalies::new();
    let long = [&[0x10, 0, 0x12, 4][..], &[0x11; 200]].concat();
    let title = address(&mut notes, Cursor::new(&long), Variant::Itu).global_title.unwrap();
    assert_eq!(title.digits.len(), Digits::CAP);
    assert!(notes.has("sccp.digits"));
}

#[test]
fn every_prefix() {
    for bytes in [udt(&[0x62, 0]), xudt(&[1, 2, 3], &[0x10, 4, 0xc2, 1, 2, 3, 0])] {
        for end in 0..bytes.len() {
            let mut notes = Anomalies::new();
            let message = dissect(&mut notes, &mut Cursor::new(&bytes[..end]));
            assert!(message.is_err() || !notes.is_empty(), "{end}");
        }
    }
}

proptest! {
    #[test]
    fn any_octets(kind in 0u8..24, bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        let bytes = [&[kind][..], &bytes].concat();
        if let Ok(message) = dissect(&mut Anomalies::new(), &mut Cursor::new(&bytes)) {
            let data = message.data.map_or(&[][..], |data| data.rest());
            prop_assert!(data.len() < bytes.len());
            user(&message, data);
        }
        probe(&bytes);
    }

    #[test]
    fn mutated(at in 0usize..40, octet in any::<u8>()) {
        let mut bytes = xudt(&[1, 2, 3], &[0x10, 4, 0xc2, 1, 2, 3, 0]);
        if let Some(slot) = bytes.get_mut(at) {
            *slot = octet;
        }
        let _ = dissect(&mut Anomalies::new(), &mut Cursor::new(&bytes));
    }
}
