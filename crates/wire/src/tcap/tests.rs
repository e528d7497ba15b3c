//! Tests of the TCAP reader.

use proptest::prelude::*;

use super::*;

fn tlv(tag: &[u8], value: &[u8]) -> Vec<u8> {
    let mut out = tag.to_vec();
    match value.len() {
        len @ 0..0x80 => out.push(u8::try_from(len).unwrap()),
        len => out.extend([0x81, u8::try_from(len).unwrap()]),
    }
    out.extend(value);
    out
}

/// Structured dialogue, AARQ with anyTimeInfoEnquiryContext-v3.
fn dialogue_request() -> Vec<u8> {
    let context = tlv(&[0xa1], &tlv(&[6], &[4, 0, 0, 1, 0, 29, 3]));
    let aarq = tlv(&[0x60], &[&[0x80, 2, 7, 0x80][..], &context].concat());
    let external = [tlv(&[6], &[0, 0x11, 0x86, 5, 1, 1, 1]), tlv(&[0xa0], &aarq)].concat();
    tlv(&[0x6b], &tlv(&[0x28], &external))
}

fn begin(opcode: &[u8]) -> Vec<u8> {
    let invoke = tlv(&[0xa1], &[&[2, 1, 1][..], opcode, &[0x30, 3, 0x80, 1, 9]].concat());
    let parts = [tlv(&[0x48], &[1, 2, 3, 4]), dialogue_request(), tlv(&[0x6c], &invoke)].concat();
    tlv(&[0x62], &parts)
}

fn read(bytes: &[u8]) -> (Message<'_>, Anomalies) {
    let mut notes = Anomalies::new();
    let message = dissect(&mut notes, &mut Cursor::new(bytes)).unwrap();
    (message, notes)
}

#[test]
fn a_begin_with_dialogue_and_invoke() {
    let bytes = begin(&[2, 1, 71]);
    let (message, notes) = read(&bytes);
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!((message.kind, message.otid), (Kind::Begin, Some(&[1, 2, 3, 4][..])));
    let dialogue = message.dialogue.unwrap();
    assert_eq!(dialogue.pdu, DialoguePdu::Request);
    assert_eq!(dialogue.application_context.unwrap().to_string(), "0.4.0.0.1.0.29.3");
    let [invoke] = message.components.as_slice() else { panic!() };
    assert_eq!((invoke.kind, invoke.invoke_id), (ComponentKind::Invoke, Some(1)));
    assert_eq!(invoke.opcode, Some(Code::Local(71)));
    assert_eq!(invoke.parameter.rest(), [0x30, 3, 0x80, 1, 9]);
    assert!(probe(&bytes));
}

#[test]
fn evasions_read_the_same_and_are_noted() {
    let (message, notes) = (begin(&[2, 2, 0, 71]), "tcap.opcode_length");
    let (read_message, noted) = read(&message);
    assert_eq!(read_message.components[0].opcode, Some(Code::Local(71)));
    assert!(noted.has(notes));

    let message = begin(&[6, 3, 4, 0, 71]);
    let (read_message, noted) = read(&message);
    assert_eq!(read_message.components[0].opcode, Some(Code::Global(Oid(&[4, 0, 71]))));
    assert!(noted.has("tcap.global_opcode"));

    let message = tlv(&[0x62], &tlv(&[0x48], &[1; 6]));
    let (read_message, noted) = read(&message);
    assert_eq!(read_message.otid, Some(&[1; 6][..]));
    assert!(noted.has("tcap.otid_length"));

    let mut message = begin(&[2, 1, 71]);
    message.extend([0xde, 0xad]);
    assert!(read(&message).1.has("tcap.trailing"));
}

#[test]
fn every_component_is_read() {
    let components = [
        tlv(&[0xa1], &[2, 1, 1, 0x80, 1, 7, 2, 1, 45]),
        tlv(&[0xa2], &[&[2, 1, 2][..], &tlv(&[0x30], &[2, 1, 56, 0xa3, 0])].concat()),
        tlv(&[0xa2], &[2, 1, 3]),
        tlv(&[0xa3], &[2, 1, 4, 2, 1, 27, 0x30, 0]),
        tlv(&[0xa4], &[5, 0, 0x81, 1, 1]),
        tlv(&[0xa7], &[&[2, 1, 6][..], &tlv(&[0x30], &[2, 1, 59])].concat()),
    ]
    .concat();
    let bytes = tlv(&[0x65], &[&[0x48, 1, 1, 0x49, 1, 2][..], &tlv(&[0x6c], &components)].concat());
    let (message, notes) = read(&bytes);
    assert!(notes.is_empty(), "{notes:?}");
    let [invoke, last, empty, error, reject, not_last] = message.components.as_slice() else {
        panic!()
    };
    assert_eq!((invoke.linked_id, invoke.opcode), (Some(7), Some(Code::Local(45))));
    assert!(invoke.parameter.is_empty());
    assert_eq!(last.opcode, Some(Code::Local(56)));
    assert_eq!(last.parameter.rest(), [0xa3, 0]);
    assert_eq!((empty.opcode, empty.invoke_id), (None, Some(3)));
    assert_eq!(error.error, Some(Code::Local(27)));
    assert_eq!(reject.problem.and_then(Problem::name), Some("unrecognizedOperation"));
    assert_eq!(reject.invoke_id, None);
    assert_eq!(not_last.kind, ComponentKind::ReturnResultNotLast);
}

#[test]
fn aborts() {
    let (message, _) = read(&[0x67, 6, 0x49, 1, 5, 0x4a, 1, 1]);
    assert_eq!(message.kind, Kind::Abort);
    assert_eq!(message.abort_cause.and_then(abort_cause_name), Some("unrecognizedTransactionID"));
}

#[test]
fn an_accepted_dialogue() {
    let context = tlv(&[0xa1], &tlv(&[6], &[4, 0, 0, 1, 0, 20, 3]));
    let fields = [&context[..], &[0xa2, 3, 2, 1, 0, 0xa3, 5, 0xa1, 3, 2, 1, 0]].concat();
    let external =
        [tlv(&[6], &[0, 0x11, 0x86, 5, 1, 1, 1]), tlv(&[0xa0], &tlv(&[0x61], &fields))].concat();
    let bytes =
        tlv(&[0x64], &[&[0x49, 1, 2][..], &tlv(&[0x6b], &tlv(&[0x28], &external))].concat());
    let dialogue = read(&bytes).0.dialogue.unwrap();
    assert_eq!(dialogue.pdu, DialoguePdu::Response);
    assert_eq!((dialogue.result, dialogue.diagnostic), (Some(0), Some(0)));
}

#[test]
fn indefinite_lengths_are_no_defect() {
    let bytes =
        [0x62, 0x80, 0x48, 1, 9, 0x6c, 0x80, 0xa1, 0x80, 2, 1, 1, 2, 1, 71, 0, 0, 0, 0, 0, 0];
    let (message, notes) = read(&bytes);
    assert!(notes.is_empty(), "{notes:?}");
    assert!(message.indefinite);
    assert_eq!(message.components[0].opcode, Some(Code::Local(71)));
}

#[test]
fn too_many_components_are_bounded() {
    let bytes =
        tlv(&[0x62], &[&[0x48, 1, 9][..], &tlv(&[0x6c], &[0xa1, 3, 2, 1, 1].repeat(20))].concat());
    let (message, notes) = read(&bytes);
    assert_eq!(message.components.len(), MAX_COMPONENTS);
    assert!(notes.has("tcap.components"));
}

#[test]
fn ansi_is_recognised() {
    let bytes = [0xe2, 4, 0xc7, 2, 1, 2];
    assert!(probe(&bytes));
    assert_eq!(read(&bytes).0.kind, Kind::Ansi(2));
    assert!(!probe(b"GET /") && !probe(&[]) && !probe(&[0x62, 40, 1]));
}

#[test]
fn every_prefix() {
    let bytes = begin(&[2, 1, 71]);
    for end in 0..bytes.len() {
        let mut notes = Anomalies::new();
        let message = dissect(&mut notes, &mut Cursor::new(&bytes[..end]));
        assert!(message.is_err() || !notes.is_empty(), "{end}");
    }
}

proptest! {
    #[test]
    fn mutated(changes in proptest::collection::vec((0usize..70, any::<u8>()), 1..6)) {
        let mut bytes = begin(&[2, 1, 71]);
        for (at, octet) in changes {
            if let Some(slot) = bytes.get_mut(at) {
                *slot = octet;
            }
        }
        let mut notes = Anomalies::new();
        if let Ok(message) = dissect(&mut notes, &mut Cursor::new(&bytes)) {
            prop_assert!(message.components.len() <= MAX_COMPONENTS);
            if let Some(name) = message.dialogue.and_then(|dialogue| dialogue.application_context) {
                let _ = name.to_string();
            }
        }
    }

    #[test]
    fn any_octets(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let bytes = [&[0x62][..], &bytes].concat();
        let _ = (probe(&bytes), dissect(&mut Anomalies::new(), &mut Cursor::new(&bytes)));
    }
}
