//! Tests of the ISUP reader.

use proptest::prelude::*;

use super::*;

/// IAM on circuit 14: called 0483902899 (national), calling 71375480.
const IAM: &[u8] = &[
    0x0e, 0, 0x01, 0x11, 0, 0, 0x0a, 3, 2, 9, 7, 0x03, 0x90, 0x40, 0x38, 0x09, 0x82, 0x99, 0x0a, 6,
    0x03, 0x11, 0x17, 0x73, 0x45, 0x08, 0,
];

fn read(bytes: &[u8], flavour: Flavour) -> (Message<'_>, Anomalies) {
    let mut notes = Anomalies::new();
    let message = dissect(&mut notes, &mut Cursor::new(bytes), flavour).unwrap();
    (message, notes)
}

#[test]
fn initial_address() {
    let (message, notes) = read(IAM, Flavour::Itu);
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!((message.cic, name(message.kind), message.category), (14, "IAM", Some(10)));
    let [called, calling] = message.numbers.as_slice() else { panic!("{:?}", message.numbers) };
    assert_eq!((called.role(), called.digits.as_str()), ("calledPartyNumber", "0483902899"));
    assert_eq!((called.nai, called.npi), (Some(3), Some(1)));
    assert_eq!((calling.role(), calling.digits.as_str()), ("callingPartyNumber", "71375480"));
    assert_eq!(calling.presentation, Some(0));
    assert!(probe(IAM));
    assert_eq!(guess(IAM), Flavour::Itu);
}

#[test]
fn initial_address_of_ansi() {
    let bytes = [
        0xff, 0x3f, 0x01, 0, 0x60, 0x01, 0x0a, 3, 6, 12, 3, 0x80, 0x90, 0xa2, 6, 0x03, 0x10, 0x02,
        0x52, 0x55, 0x01, 0xeb, 3, 0x83, 0x10, 0x05, 0,
    ];
    let (message, notes) = read(&bytes, Flavour::Ansi);
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(message.cic, 0x3fff);
    assert_eq!(message.numbers[0].digits.as_str(), "20255510");
    assert_eq!(
        (message.numbers[1].role(), message.numbers[1].digits.as_str()),
        ("chargeNumber", "5")
    );
    assert_eq!(guess(&bytes), Flavour::Ansi);
}

#[test]
fn release() {
    // Location 0, cause 16, ITU coding.
    let (message, notes) = read(&[1, 0, 0x0c, 2, 0, 2, 0x80, 0x90], Flavour::Itu);
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!((message.cause, message.cause_location), (Some(16), Some(0)));
    assert_eq!(message.cause.and_then(cause_name), Some("normal call clearing"));
    // With a recommendation in between.
    let (message, _) = read(&[1, 0, 0x0c, 2, 0, 3, 0x02, 0x80, 0x91], Flavour::Itu);
    assert_eq!((message.cause, message.cause_location), (Some(17), Some(2)));
}

#[test]
fn numbers_of_a_diverted_call() {
    let optional = [
        0x28, 4, 0x04, 0x14, 0x31, 0x06, 0x0b, 4, 0x84, 0x10, 0x31, 0x06, 0xc0, 5, 0x06, 0x04,
        0x13, 0x94, 0xf0, 0,
    ];
    let bytes = [&[1, 0, 0x09, 1][..], &optional].concat();
    let (message, notes) = read(&bytes, Flavour::Itu);
    assert!(notes.is_empty(), "{notes:?}");
    let shown: Vec<_> =
        message.numbers.iter().map(|number| (number.role(), number.digits.as_str())).collect();
    assert_eq!(
        shown,
        [("originalCalledNumber", "1360"), ("redirectingNumber", "136"), ("genericNumber", "490")]
    );
    assert_eq!(message.numbers[0].presentation, Some(1));
    // The signal that ends the digits is none of them.
    assert_eq!(message.numbers[2].digits.len(), 3);
}

#[test]
fn bicc_has_a_longer_circuit_code() {
    let bytes = [&[0x78, 0x56, 0x34, 0x12][..], &IAM[2..]].concat();
    let (message, notes) = read(&bytes, Flavour::Bicc);
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!((message.cic, message.numbers.len()), (0x1234_5678, 2));
}

#[test]
fn what_is_wrong_is_noted() {
    for (bytes, field) in [
        (&[1, 0, 0x7f][..], "isup.message_type"),
        (&[1, 0, 0x0c, 9, 0, 2, 0x80, 0x90], "isup.pointer"),
        (&[1, 0, 0x0c, 2, 0, 9, 0x80, 0x90], "isup.parameter_length"),
        (&[1, 0, 0x0c, 2, 0, 2, 0x80, 0x90, 1, 2, 3], "isup.trailing"),
        (&[1, 0, 0x09, 1, 0x28, 1, 4], "isup.end_of_optional"),
        (&[1, 0, 0x01, 0], "isup.parameter"),
        (&[1, 0, 0x09, 1, 0x28, 1, 4, 0], "isup.number"),
    ] {
        let (_, notes) = read(bytes, Flavour::Itu);
        assert!(notes.has(field), "{field}: {notes:?}");
        assert!(!probe(bytes), "{field}");
    }
}

#[test]
fn every_prefix() {
    for end in 0..IAM.len() {
        let mut notes = Anomalies::new();
        let message = dissect(&mut notes, &mut Cursor::new(&IAM[..end]), Flavour::Itu);
        assert!(message.is_err() || !notes.is_empty(), "{end}");
    }
}

proptest! {
    #[test]
    fn any_octets(kind in any::<u8>(), bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        let bytes = [&[1, 0, kind][..], &bytes].concat();
        for flavour in [Flavour::Itu, Flavour::Ansi, Flavour::Bicc] {
            if let Ok(message) = dissect(&mut Anomalies::new(), &mut Cursor::new(&bytes), flavour) {
                prop_assert!(message.numbers.len() <= MAX_NUMBERS);
            }
        }
        let _ = (probe(&bytes), guess(&bytes));
    }
}
