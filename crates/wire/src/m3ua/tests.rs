//! Tests of the M3UA reader.

use proptest::prelude::*;

use super::*;

/// A DATA message as RFC 4666 §3.3.1 lays it out: network appearance, routing context, protocol data.
pub(crate) fn data(payload: &[u8]) -> Vec<u8> {
    let padding = vec![0; payload.len().wrapping_neg() & 3];
    let parameter_len = u16::try_from(16 + payload.len()).unwrap();
    let mut body = vec![0x02, 0, 0, 8, 0, 0, 0, 2, 0, 6, 0, 8, 0, 0, 0, 100, 0x02, 0x10];
    body.extend(parameter_len.to_be_bytes());
    body.extend([0, 0, 0x11, 0x22, 0, 0, 0x33, 0x44, 3, 2, 1, 15]);
    body.extend(payload);
    body.extend(padding);
    let mut message = vec![1, 0, 1, 1];
    message.extend(u32::try_from(8 + body.len()).unwrap().to_be_bytes());
    message.extend(body);
    message
}

#[test]
fn payload_data() {
    let bytes = data(&[9, 8, 7, 6, 5]);
    let mut notes = Anomalies::new();
    let message = dissect(&mut notes, &mut Cursor::new(&bytes)).unwrap();
    assert_eq!(name(message.class, message.kind), "DATA");
    assert_eq!(message.network_appearance, Some(2));
    assert_eq!(message.routing_contexts.as_slice(), [100]);
    let data = message.data.unwrap();
    assert_eq!(
        (data.opc, data.dpc, data.si, data.ni, data.mp, data.sls),
        (0x1122, 0x3344, 3, 2, 1, 15)
    );
    assert_eq!(data.payload.rest(), [9, 8, 7, 6, 5]);
    assert!(notes.is_empty(), "{notes:?}");
    assert!(probe(&bytes));
}

#[test]
fn management() {
    let bytes = [
        1, 0, 0, 0, 0, 0, 0, 32, 0, 0x0c, 0, 8, 0, 0, 0, 0x19, 0, 6, 0, 8, 0, 0, 0, 7, 0, 4, 0, 7,
        b'n', b'o', b'!', 0,
    ];
    let mut notes = Anomalies::new();
    let message = dissect(&mut notes, &mut Cursor::new(&bytes)).unwrap();
    assert_eq!(name(message.class, message.kind), "ERR");
    assert_eq!(message.error_code.and_then(error_name), Some("Invalid Routing Context"));
    assert_eq!(message.info, Some(&b"no!"[..]));
    assert!(notes.is_empty());
    let bytes = [1, 0, 2, 1, 0, 0, 0, 20, 0, 0x12, 0, 12, 0, 0, 0x11, 0x22, 2, 1, 2, 3];
    let message = dissect(&mut notes, &mut Cursor::new(&bytes)).unwrap();
    assert_eq!(message.affected_point_codes.as_slice(), [(0, 0x1122), (2, 0x01_02_03)]);
}

#[test]
fn a_length_that_lies_is_noted_and_reaches_nothing() {
    let mut bytes = data(&[9; 8]);
    bytes[7] = 0xff;
    let mut notes = Anomalies::new();
    assert!(dissect(&mut notes, &mut Cursor::new(&bytes)).unwrap().data.is_some());
    assert!(notes.has("m3ua.length"));
    assert!(!probe(&bytes));
}

#[test]
fn another_adaptation_layer_is_not_taken_for_it() {
    assert!(!probe(&[1, 0, 6, 1, 0, 0, 0, 8]));
    assert!(!probe(&[1, 0, 1, 1, 0, 0, 0, 16, 3, 0, 0, 8, 0, 0, 0, 0]));
    assert!(!probe(b"GET / HTTP/1.1\r\n"));
}

#[test]
fn every_prefix() {
    let bytes = data(&[1; 21]);
    for end in 0..bytes.len() {
        let mut notes = Anomalies::new();
        let message = dissect(&mut notes, &mut Cursor::new(&bytes[..end]));
        assert!(message.is_err() || !notes.is_empty(), "{end}");
    }
}

proptest! {
    #[test]
    fn any_octets(mut bytes in proptest::collection::vec(any::<u8>(), 0..120), mend in any::<bool>()) {
        if mend && bytes.len() > 8 {
            bytes[..4].copy_from_slice(&[1, 0, 1, 1]);
        }
        let _ = probe(&bytes);
        if let Ok(message) = dissect(&mut Anomalies::new(), &mut Cursor::new(&bytes)) {
            prop_assert!(message.routing_contexts.len() <= MAX_LIST);
        }
    }
}

#[test]
fn messages_that_are_known_have_names() {
    for (class, kind) in
        (0..=u8::MAX).flat_map(|class| (0..=u8::MAX).map(move |kind| (class, kind)))
    {
        assert_eq!(names::known(class, kind), name(class, kind) != "unknown", "{class} {kind}");
    }
}
