//! Tests of ANSI TCAP and the identities of ANSI-41.

use crate::tcap::{Code, ComponentKind, Kind, Message, Package, ansi41, dissect, strict};
use crate::{Anomalies, Cursor};

fn read(bytes: &[u8]) -> (Message<'_>, Anomalies) {
    let mut notes = Anomalies::new();
    let message = dissect(&mut notes, &mut Cursor::new(bytes)).unwrap();
    crate::laws::two_readings(bytes);
    (message, notes)
}

#[test]
fn a_query_of_ansi_41() {
    // authenticationRequest: query with permission, one invoke with its parameter set.
    let parameters = [
        &[0x88, 5, 0x21, 0x43, 0x65, 0x87, 0x09][..],
        &[0x89, 4, 1, 2, 3, 4],
        &[0x9f, 0x81, 0x72, 8, 0x13, 0x00, 0x10, 0x32, 0x54, 0x76, 0x98, 0xf0],
        &[0x9f, 0x5d, 9, 0x0d, 0x00, 0x21, 10, 0x21, 0x43, 0x65, 0x87, 0x90],
    ]
    .concat();
    let set = [&[0xf2, u8::try_from(parameters.len()).unwrap()][..], &parameters].concat();
    let invoke = [&[0xcf, 1, 7, 0xd1, 2, 9, 28][..], &set].concat();
    let wrap = |tag: u8, content: &[u8]| {
        [&[tag, u8::try_from(content.len()).unwrap()][..], content].concat()
    };
    let components = wrap(0xe8, &wrap(0xe9, &invoke));
    let bytes = wrap(0xe2, &[&[0xc7, 4, 0, 0, 0, 9][..], &components].concat());
    let (message, notes) = read(&bytes);
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(message.kind, Kind::Ansi(Package::QueryWithPermission));
    assert_eq!((message.otid, message.dtid), (Some(&[0, 0, 0, 9][..]), None));
    let [invoke] = message.components.as_slice() else { panic!() };
    assert_eq!((invoke.kind, invoke.invoke_id), (ComponentKind::Invoke, Some(7)));
    assert_eq!(invoke.opcode, Some(Code::Private(0x091c)));
    assert!(ansi41::is_ansi41(&message));
    assert_eq!(ansi41::operation_name(0x091c), Some("authenticationRequest"));
    let identities = ansi41::identities(invoke.parameter);
    assert_eq!(identities.min.unwrap().as_str(), "1234567890");
    assert_eq!(identities.imsi.unwrap().as_str(), "310001234567890");
    assert_eq!(identities.mdn.unwrap().as_str(), "1234567809");
}

#[test]
fn a_conversation_has_both_identities() {
    let bytes = [
        &[0xe5, 23, 0xc7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0xe8, 11][..],
        &[0xed, 9, 0xcf, 2, 1, 7, 0xd0, 1, 0x81, 0xf2, 0],
    ]
    .concat();
    let (message, notes) = read(&bytes);
    assert!(notes.has("tcap.opcode_length"));
    assert_eq!(message.kind.name(), "conversationWithPermission");
    assert_eq!((message.otid, message.dtid), (Some(&[1, 2, 3, 4][..]), Some(&[5, 6, 7, 8][..])));
    let [invoke] = message.components.as_slice() else { panic!() };
    assert_eq!((invoke.invoke_id, invoke.linked_id), (Some(1), Some(7)));
    assert!(matches!(invoke.opcode, Some(Code::National(_))));
}

#[test]
fn answers_name_what_they_answer() {
    let response = |component: &[u8]| {
        let length = |len: usize| u8::try_from(len).unwrap();
        [
            &[
                0xe4,
                length(component.len() + 8),
                0xc7,
                4,
                0,
                0,
                0,
                9,
                0xe8,
                length(component.len()),
            ],
            component,
        ]
        .concat()
    };
    let bytes = response(&[0xea, 5, 0xcf, 1, 7, 0xf2, 0]);
    let (message, notes) = read(&bytes);
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(message.dtid, Some(&[0, 0, 0, 9][..]));
    assert_eq!(message.components[0].kind, ComponentKind::ReturnResultLast);
    assert_eq!(message.components[0].invoke_id, Some(7));

    let bytes = response(&[0xeb, 8, 0xcf, 1, 7, 0xd4, 1, 0x81, 0xf2, 0]);
    let (message, notes) = read(&bytes);
    assert!(notes.is_empty(), "{notes:?}");
    let error = message.components[0].error.and_then(Code::number).unwrap();
    assert_eq!(ansi41::error_name(error), Some("unrecognizedMIN"));

    let bytes = response(&[0xec, 9, 0xcf, 1, 7, 0xd5, 2, 2, 2, 0xf2, 0]);
    let (message, notes) = read(&bytes);
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(message.components[0].problem.unwrap().name(), Some("unrecognizedOperationCode"));
}

#[test]
fn aborts_and_dialogues() {
    let bytes = [0xf6, 9, 0xc7, 4, 0, 0, 0, 9, 0xd7, 1, 4];
    let (message, notes) = read(&bytes);
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(message.abort_cause_name(), Some("unassignedRespondingTransactionID"));

    let bytes = [
        &[0xe2, 20, 0xc7, 4, 0, 0, 0, 9][..],
        &[0xf9, 12, 0xda, 1, 3, 0xdc, 3, 0x2a, 0x86, 0x48, 0xfd, 2, 0x28, 0],
    ]
    .concat();
    let (message, notes) = read(&bytes);
    assert!(notes.is_empty(), "{notes:?}");
    let dialogue = message.dialogue.unwrap();
    assert_eq!(dialogue.application_context.unwrap().to_string(), "1.2.840");
    assert!(dialogue.user_information.is_some());
}

#[test]
fn tricks_are_told() {
    for (bytes, field) in [
        (&[0xe2, 4, 0xc7, 2, 1, 2][..], "tcap.otid_length"),
        (&[0xe4, 5, 0xc7, 3, 1, 2, 3], "tcap.dtid_length"),
        (&[0xe2, 0], "tcap.otid"),
        (&[0xe2, 8, 0xe8, 0, 0xc7, 4, 0, 0, 0, 9], "tcap.order"),
        (&[0xe2, 7, 0xc7, 0x81, 4, 0, 0, 0, 9], "ber.length"),
        (&[0xe4, 9, 0xc7, 4, 0, 0, 0, 9, 0xd7, 1, 4], "tcap.unknown_tag"),
    ] {
        let (_, notes) = read(bytes);
        assert!(notes.has(field), "{field} {notes:?}");
        assert!(strict::read(bytes).is_err());
    }
}
