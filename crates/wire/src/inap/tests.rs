//! Tests of the INAP reader.

use crate::ber::Oid;
use crate::map::{Argument, User, argument, error_name, operation_name, user};
use crate::tcap::ComponentKind;
use crate::{Anomalies, Cursor};

/// 31654000101: odd, international, E.164.
const NUMBER: &[u8] = &[0x84, 0x10, 0x13, 0x56, 0x04, 0x00, 0x01, 0x01];

fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    [&[tag, u8::try_from(value.len()).unwrap()], value].concat()
}

fn read(opcode: i64, parameter: &[u8]) -> Argument {
    let mut notes = Anomalies::new();
    let kind = ComponentKind::Invoke;
    let argument = argument(&mut notes, User::Inap, opcode, kind, Cursor::new(parameter));
    assert!(notes.is_empty(), "{notes:?}");
    argument
}

fn parties(argument: &Argument) -> Vec<&'static str> {
    argument.call.iter().flat_map(|call| call.parties.iter().map(|party| party.role)).collect()
}

#[test]
fn a_call_is_reported() {
    let fields = [
        tlv(0x80, &[100]),
        tlv(0x81, NUMBER),
        tlv(0x82, NUMBER),
        tlv(0x83, NUMBER),
        tlv(0x9c, &[3]),
    ];
    let read = read(0, &tlv(0x30, &fields.concat()));
    assert_eq!(parties(&read), ["dialledDigits", "calledPartyNumber", "callingPartyNumber"]);
    let call = read.call.unwrap();
    assert_eq!((call.service_key, call.event_type_name), (Some(100), Some("analyzedInformation")));
}

#[test]
fn a_detection_point_of_its_own() {
    let service = tlv(0xa0, &tlv(0x80, &[9]));
    let common = [service, tlv(0x82, NUMBER), tlv(0x83, NUMBER)].concat();
    let read = read(3, &tlv(0x30, &tlv(0xa0, &common)));
    assert_eq!(parties(&read), ["calledPartyNumber", "callingPartyNumber"]);
    assert_eq!(read.call.unwrap().service_key, Some(9));
}

#[test]
fn a_call_is_sent_elsewhere_and_released() {
    let fields = [tlv(0xa0, &tlv(4, NUMBER)), tlv(0x9b, NUMBER)];
    let connect = read(20, &tlv(0x30, &fields.concat()));
    assert_eq!(parties(&connect), ["destinationRoutingAddress", "callingPartyNumber"]);
    let both = tlv(0x30, &tlv(0xa2, &tlv(0x80, NUMBER)));
    assert_eq!(parties(&read(19, &both)), ["ipRoutingAddress"]);
    assert_eq!(read(22, &tlv(4, &[0x80, 0x90])).call.unwrap().cause, Some(16));
}

#[test]
fn names() {
    assert_eq!(operation_name(User::Inap, 29), Some("selectRoute"));
    assert_eq!(operation_name(User::Inap, 50), None);
    assert_eq!(error_name(User::Inap, 18), Some("unknownResource"));
    assert_eq!(user(Some(Oid(&[4, 0, 1, 1, 1, 0, 0])), Some(6), None), User::Inap);
}
