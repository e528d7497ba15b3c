//! Tests of the SUA reader.

use proptest::prelude::*;

use super::*;

fn parameter(tag: u16, value: &[u8]) -> Vec<u8> {
    let mut out = tag.to_be_bytes().to_vec();
    out.extend(u16::try_from(value.len() + 4).unwrap().to_be_bytes());
    out.extend(value);
    out.resize(out.len().next_multiple_of(4), 0);
    out
}

fn message(class: u8, kind: u8, parameters: &[Vec<u8>]) -> Vec<u8> {
    let body = parameters.concat();
    let mut out = vec![1, 0, class, kind];
    out.extend(u32::try_from(body.len() + 8).unwrap().to_be_bytes());
    out.extend(body);
    out
}

fn party(tag: u16, ssn: u8, count: u8, digits: &[u8]) -> Vec<u8> {
    let title = [&[0, 0, 0, 4, count, 0, 1, 4][..], digits].concat();
    let inner = [
        &[0, 1, 0, 5][..],
        &parameter(0x8001, &title),
        &parameter(0x8002, &[0, 0, 0x11, 0x22]),
        &parameter(0x8003, &[0, 0, 0, ssn]),
    ]
    .concat();
    parameter(tag, &inner)
}

fn cldt() -> Vec<u8> {
    message(
        7,
        1,
        &[
            parameter(0x0006, &[0, 0, 0, 7]),
            parameter(0x0115, &[0, 0, 0, 0x81]),
            party(0x0102, 8, 11, &[0x13, 0x32, 0x54, 0x76, 0x98, 0x01]),
            party(0x0103, 6, 4, &[0x21, 0x43]),
            parameter(0x0116, &[0, 0, 0, 1]),
            parameter(0x010b, &[0x62, 0]),
        ],
    )
}

#[test]
fn connectionless_data() {
    let bytes = cldt();
    let mut notes = Anomalies::new();
    let read = dissect(&mut notes, &mut Cursor::new(&bytes)).unwrap();
    assert!(notes.is_empty(), "{notes:?}");
    assert!(probe(&bytes) && !m3ua::probe(&bytes));
    assert_eq!(name(read.class, read.kind), "CLDT");
    assert_eq!(read.routing_contexts.as_slice(), [7]);
    let sccp = read.sccp().unwrap();
    assert_eq!((sccp.kind, sccp.class, sccp.return_on_error), (MessageType::UDT, Some(1), true));
    let (calling, called) = (sccp.calling.unwrap(), sccp.called.unwrap());
    assert_eq!(calling.global_title.unwrap().digits.as_str(), "31234567891");
    assert_eq!(called.global_title.unwrap().digits.as_str(), "1234");
    assert_eq!(
        (called.ssn, called.point_code, called.route_on_ssn),
        (Some(6), Some(0x1122), false)
    );
    assert_eq!(sccp.data.unwrap().rest(), [0x62, 0]);
}

#[test]
fn it_came_back_and_connections() {
    let came_back = message(
        7,
        2,
        &[
            parameter(0x0106, &[0, 0, 1, 1]),
            party(0x0102, 8, 2, &[0x21]),
            party(0x0103, 6, 2, &[0x21]),
            parameter(0x010b, &[0x62, 0]),
        ],
    );
    let read = dissect(&mut Anomalies::new(), &mut Cursor::new(&came_back)).unwrap();
    let sccp = read.sccp().unwrap();
    assert_eq!((sccp.kind, sccp.return_cause), (MessageType::UDTS, Some(1)));
    let data = message(
        8,
        8,
        &[
            parameter(0x0107, &[0, 0, 1, 0]),
            parameter(0x0105, &[0, 0, 1, 2]),
            parameter(0x010b, &[1, 2, 3]),
        ],
    );
    let read = dissect(&mut Anomalies::new(), &mut Cursor::new(&data)).unwrap();
    let sccp = read.sccp().unwrap();
    assert_eq!((sccp.kind, sccp.more_data), (MessageType::DT1, true));
    assert_eq!(sccp.destination_reference, Some(0x102));
    assert_eq!(read.data.unwrap().len(), 3);
}

#[test]
fn management_is_not_sccp() {
    let error = message(0, 0, &[parameter(0x000c, &[0, 0, 0, 0x1b])]);
    let read = dissect(&mut Anomalies::new(), &mut Cursor::new(&error)).unwrap();
    assert_eq!(read.error_code.and_then(error_name), Some("Subsystem Status Unknown"));
    assert_eq!(read.sccp(), None);
    assert!(!probe(&error));
}

#[test]
fn every_prefix() {
    let bytes = cldt();
    for end in 0..bytes.len() {
        let mut notes = Anomalies::new();
        let read = dissect(&mut notes, &mut Cursor::new(&bytes[..end]));
        assert!(read.is_err() || !notes.is_empty(), "{end}");
    }
}

proptest! {
    #[test]
    fn any_octets(class in 6u8..10, kind in 0u8..13, at in 8usize..80, octet in any::<u8>()) {
        let mut bytes = cldt();
        (bytes[2], bytes[3]) = (class, kind);
        if let Some(slot) = bytes.get_mut(at) {
            *slot = octet;
        }
        if let Ok(read) = dissect(&mut Anomalies::new(), &mut Cursor::new(&bytes)) {
            let _ = read.sccp();
        }
    }
}
