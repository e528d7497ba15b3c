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
fn indefinite_lengths_are_read_and_told() {
    let bytes =
        [0x62, 0x80, 0x48, 1, 9, 0x6c, 0x80, 0xa1, 0x80, 2, 1, 1, 2, 1, 71, 0, 0, 0, 0, 0, 0];
    let (message, notes) = read(&bytes);
    assert_eq!(notes.as_slice().len(), 3);
    assert!(notes.as_slice().iter().all(|note| note.field == "ber.indefinite"), "{notes:?}");
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
fn what_is_no_tcap() {
    assert!(!probe(b"GET /") && !probe(&[]) && !probe(&[0x62, 40, 1]));
}

#[test]
fn tricks_of_the_transaction_portion() {
    let invoke = || tlv(&[0x6c], &tlv(&[0xa1], &[2, 1, 1, 2, 1, 71]));
    let otid = || tlv(&[0x48], &[1, 2, 3, 4]);
    let message = |parts: &[Vec<u8>]| tlv(&[0x62], &parts.concat());
    for (bytes, field) in [
        (message(&[invoke(), otid()]), "tcap.order"),
        (message(&[otid(), otid(), invoke()]), "tcap.duplicate"),
        (message(&[otid(), invoke(), invoke()]), "tcap.duplicate"),
        (message(&[otid(), tlv(&[0x49], &[1]), invoke()]), "tcap.unknown_tag"),
        (message(&[otid(), tlv(&[0x4d], &[1]), invoke()]), "tcap.unknown_tag"),
        (message(&[otid(), vec![0, 0], invoke()]), "ber.padding"),
        (message(&[otid(), invoke(), vec![0]]), "ber.padding"),
        (message(&[vec![0x48, 0x81, 4, 1, 2, 3, 4], invoke()]), "ber.length"),
        (message(&[vec![0x5f, 8, 4, 1, 2, 3, 4], invoke()]), "ber.tag"),
        (message(&[vec![0x68, 6, 4, 4, 1, 2, 3, 4], invoke()]), "ber.tag"),
        (tlv(&[0x42], &[otid(), invoke()].concat()), "ber.tag"),
        (message(&[otid(), vec![0x4c, 8, 0xa1, 6, 2, 1, 1, 2, 1, 71]]), "ber.tag"),
        (message(&[otid(), vec![0x6c, 9, 0xa1, 6, 2, 1, 1, 2, 1, 71]]), "ber.overrun"),
        (message(&[otid(), tlv(&[0x6c], &[])]), "tcap.components"),
    ] {
        let (read_message, notes) = read(&bytes);
        assert!(notes.has(field), "{field}: {notes:?}");
        assert!(strict::read(&bytes).is_err(), "{field}");
        if field != "tcap.components" {
            assert_eq!(read_message.otid, Some(&[1, 2, 3, 4][..]), "{field}");
            assert_eq!(read_message.components[0].opcode, Some(Code::Local(71)), "{field}");
        }
    }
}

#[test]
fn tricks_of_components() {
    for (component, field) in [
        (&[2, 2, 0, 1, 2, 1, 71][..], "ber.integer"),
        (&[2, 2, 1, 1, 2, 1, 71], "tcap.invoke_id"),
        (&[2, 1, 1, 2, 2, 0, 71], "tcap.opcode_length"),
        (&[2, 1, 1, 2, 1, 71, 0x30, 0, 0x30, 0], "tcap.parameter"),
        (&[2, 1, 1, 2, 1, 71, 0x30, 4, 0x80, 0x81, 1, 9], "ber.length"),
        (&[2, 1, 1, 2, 1, 71, 0x30, 5, 0xa0, 4, 0x80, 1, 9], "ber.overrun"),
        (&[2, 1, 1, 2, 1, 71, 0x30, 5, 0x80, 1, 9, 0, 0], "ber.padding"),
        (&[2, 1, 1, 2, 1, 71, 0x30, 4, 0x24, 2, 4, 0], "ber.tag"),
        (&[2, 1, 1, 2, 1, 71, 0x10, 3, 0x80, 1, 9], "ber.tag"),
        (&[2, 1, 1, 2, 1, 71, 0x80, 0x80], "ber.indefinite"),
        (&[2, 1, 1, 0x22, 3, 2, 1, 71], "ber.tag"),
        (&[2, 1, 1, 2, 1, 71, 0x30, 4, 6, 2, 0x80, 1], "ber.oid"),
        (&[2, 1, 1, 2, 1, 71, 0x30, 4, 2, 2, 0, 1], "ber.integer"),
        (&[5, 0, 2, 1, 71], "tcap.invoke_id"),
        (&[2, 1, 1], "tcap.opcode"),
    ] {
        let component = tlv(&[0x6c], &tlv(&[0xa1], component));
        let bytes = tlv(&[0x62], &[tlv(&[0x48], &[1]), component].concat());
        let (message, notes) = read(&bytes);
        assert!(notes.has(field), "{field}: {notes:?}");
        assert!(strict::read(&bytes).is_err(), "{field}");
        if field != "tcap.opcode" {
            assert_eq!(message.components[0].opcode, Some(Code::Local(71)), "{field}");
        }
    }
}

#[test]
fn several_operations_in_a_begin_are_told() {
    let two = |second: u8| {
        let invokes = [tlv(&[0xa1], &[2, 1, 1, 2, 1, 7]), tlv(&[0xa1], &[2, 1, 2, 2, 1, second])];
        tlv(&[0x62], &[tlv(&[0x48], &[1]), tlv(&[0x6c], &invokes.concat())].concat())
    };
    assert!(read(&two(7)).1.is_empty());
    let bytes = two(71);
    let (_, notes) = read(&bytes);
    assert_eq!(notes.as_slice()[0].flaw, Flaw::Disagrees { found: 71, expected: 7 });
    assert!(strict::read(&bytes).is_ok());
}

#[test]
fn refused_and_aborted_dialogues() {
    let portion = |syntax: u8, pdu: &[u8]| {
        let external = [tlv(&[6], &[0, 0x11, 0x86, 5, 1, syntax, 1]), tlv(&[0xa0], pdu)].concat();
        tlv(&[0x6b], &tlv(&[0x28], &external))
    };
    let context = tlv(&[0xa1], &tlv(&[6], &[4, 0, 0, 1, 0, 20, 3]));
    let refused =
        [&[0x80, 2, 7, 0x80][..], &context, &[0xa2, 3, 2, 1, 1, 0xa3, 5, 0xa1, 3, 2, 1, 2]];
    let bytes =
        tlv(&[0x67], &[&[0x49, 1, 2][..], &portion(1, &tlv(&[0x61], &refused.concat()))].concat());
    let (message, notes) = read(&bytes);
    assert!(notes.is_empty(), "{notes:?}");
    let dialogue = message.dialogue.unwrap();
    assert_eq!(dialogue.result_name(), Some("reject-permanent"));
    assert_eq!(dialogue.diagnostic_name(), Some("applicationContextNameNotSupported"));
    assert_eq!(dialogue.pdu.name(), Some("AARE"));

    let abort = tlv(&[0x64], &[0x80, 1, 1]);
    let bytes = tlv(&[0x67], &[&[0x49, 1, 2][..], &portion(1, &abort)].concat());
    let (message, notes) = read(&bytes);
    assert!(notes.is_empty(), "{notes:?}");
    let dialogue = message.dialogue.unwrap();
    assert_eq!(dialogue.abort_source_name(), Some("dialogueServiceProvider"));

    let audt = portion(2, &tlv(&[0x60], &context));
    let invoke = tlv(&[0x6c], &tlv(&[0xa1], &[2, 1, 1, 2, 1, 71]));
    let bytes = tlv(&[0x61], &[&audt[..], &invoke].concat());
    let (message, notes) = read(&bytes);
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(message.dialogue.unwrap().pdu, DialoguePdu::Unidirectional);

    // What the user says in a syntax of his own is his business.
    let own = tlv(&[0x28], &[tlv(&[6], &[4, 0, 0, 1, 1, 1, 1]), tlv(&[0xa0], &[0xa4, 0])].concat());
    let bytes = tlv(&[0x67], &[&[0x49, 1, 2][..], &tlv(&[0x6b], &own)].concat());
    let (message, notes) = read(&bytes);
    assert!(notes.is_empty(), "{notes:?}");
    assert!(message.dialogue.unwrap().user_information.is_some());
}

#[test]
fn tricks_of_the_dialogue_portion() {
    let context = || tlv(&[0xa1], &tlv(&[6], &[4, 0, 0, 1, 0, 29, 3]));
    let reference = || tlv(&[6], &[0, 0x11, 0x86, 5, 1, 1, 1]);
    let aarq = || tlv(&[0x60], &context());
    let parts = |parts: &[Vec<u8>]| tlv(&[0x6b], &tlv(&[0x28], &parts.concat()));
    for (portion, reads) in [
        // In a form that carries the same octets, under another name, without a name.
        (parts(&[reference(), tlv(&[0x81], &aarq())]), true),
        (parts(&[tlv(&[6], &[4, 0, 1]), tlv(&[0xa0], &aarq())]), true),
        (parts(&[tlv(&[0xa0], &aarq())]), true),
        // A context twice, a field that it does not have, an answer in a begin.
        (parts(&[reference(), tlv(&[0xa0], &tlv(&[0x60], &context().repeat(2)))]), true),
        (
            parts(&[
                reference(),
                tlv(&[0xa0], &tlv(&[0x60], &[context(), vec![0xa7, 0]].concat())),
            ]),
            true,
        ),
        (parts(&[reference(), tlv(&[0xa0], &tlv(&[0x61], &context()))]), true),
        (parts(&[reference(), tlv(&[0xa0], &[aarq(), aarq()].concat())]), true),
        (parts(&[reference()]), false),
        (parts(&[reference(), tlv(&[0xa0], &tlv(&[0x62], &context()))]), false),
        (tlv(&[0x6b], &tlv(&[0x30], &reference())), false),
        (tlv(&[0x6b], &[]), false),
    ] {
        let bytes = tlv(&[0x62], &[tlv(&[0x48], &[1]), portion].concat());
        let (message, notes) = read(&bytes);
        assert!(
            notes.has("tcap.dialogue") || notes.has("tcap.duplicate"),
            "{bytes:02x?} {notes:?}"
        );
        let context = message.dialogue.and_then(|dialogue| dialogue.application_context);
        assert_eq!(context.is_some(), reads, "{bytes:02x?}");
    }
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

/// Well-formed messages of this specification.
fn well_formed() -> impl Strategy<Value = Vec<u8>> {
    let octet = any::<u8>;
    let octets = |range: std::ops::Range<usize>| proptest::collection::vec(octet(), range);
    let leaf = octets(0..40).prop_map(|value| tlv(&[0x80], &value));
    let parameter = leaf.prop_recursive(3, 12, 4, |inner| {
        (0usize..5, proptest::collection::vec(inner, 0..4)).prop_map(|(tag, inner)| {
            let tag = [&[0x30][..], &[0xa1], &[0x31], &[0xbf, 0x34], &[0xa4]][tag];
            tlv_long(tag, &inner.concat())
        })
    });
    let parameter = prop_oneof![Just(Vec::new()), parameter];
    let component = (0usize..6, octet(), 0u8..128, parameter, octet()).prop_map(
        |(kind, id, code, parameter, other)| {
            let (id, code) = (vec![2, 1, id], vec![2, 1, code]);
            let result = |tag: u8, id: Vec<u8>| {
                tlv_long(
                    &[tag],
                    &[id, tlv_long(&[0x30], &[&code[..], &parameter].concat())].concat(),
                )
            };
            match kind {
                0 => tlv_long(&[0xa1], &[&id[..], &code, &parameter].concat()),
                1 => tlv_long(&[0xa1], &[&id[..], &[0x80, 1, other], &code, &parameter].concat()),
                2 => result(0xa2, id),
                3 => result(0xa7, id),
                4 => tlv_long(&[0xa3], &[&id[..], &code, &parameter].concat()),
                _ if other & 1 == 0 => tlv(&[0xa4], &[5, 0, 0x80 | other >> 1 & 3, 1, other]),
                _ => tlv(&[0xa4], &[&id[..], &[0x80 | other >> 1 & 3, 1, other]].concat()),
            }
        },
    );
    let portion = proptest::collection::vec(component, 0..4).prop_map(|components| {
        if components.is_empty() { Vec::new() } else { tlv_long(&[0x6c], &components.concat()) }
    });
    (0usize..5, octets(1..5), octets(1..5), any::<bool>(), portion).prop_map(
        |(kind, otid, dtid, with_dialogue, components)| {
            let (otid, dtid) = (tlv(&[0x48], &otid), tlv(&[0x49], &dtid));
            let request = if with_dialogue { dialogue_request() } else { Vec::new() };
            match kind {
                0 => tlv_long(&[0x62], &[otid, request, components].concat()),
                1 => tlv_long(&[0x64], &[dtid, components].concat()),
                2 => tlv_long(&[0x65], &[otid, dtid, components].concat()),
                3 => tlv(&[0x67], &[dtid, vec![0x4a, 1, 3]].concat()),
                _ if components.is_empty() => tlv(&[0x67], &dtid),
                _ => tlv_long(&[0x61], &components),
            }
        },
    )
}

fn tlv_long(tag: &[u8], value: &[u8]) -> Vec<u8> {
    let mut out = tag.to_vec();
    let [high, low] = u16::try_from(value.len()).unwrap().to_be_bytes();
    match (high, low) {
        (0, 0..0x80) => out.push(low),
        (0, _) => out.extend([0x81, low]),
        _ => out.extend([0x82, high, low]),
    }
    out.extend(value);
    out
}

proptest! {
    /// What is well-formed is read by both, to the same, and nothing is noted but the mix of operations.
    #[test]
    fn both_readers_take_what_is_well_formed(bytes in well_formed()) {
        let (message, notes) = read(&bytes);
        prop_assert!(notes.as_slice().iter().all(|note| note.field == "tcap.components"), "{:?}", notes);
        prop_assert_eq!(strict::read(&bytes), Ok(strict::Reading::of(&message)));
    }

    /// What the strict reader refuses or reads otherwise is noted, whatever was done to the message.
    #[test]
    fn where_the_readers_part_is_noted(
        mut bytes in well_formed(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 0u8..5, any::<u8>()), 1..5),
    ) {
        const TELLING: [u8; 16] =
            [0, 0x80, 0x81, 0x82, 0xff, 0x1f, 0x3f, 2, 5, 6, 0x22, 0x48, 0x49, 0x6c, 0x6b, 0xa1];
        for (at, what, octet) in changes {
            let at = at.index(bytes.len());
            let telling = TELLING[usize::from(octet & 15)];
            match what {
                0 => bytes[at] = octet,
                1 => bytes[at] = telling,
                2 => bytes.insert(at, telling),
                3 => bytes[at] = bytes[at].wrapping_add(1),
                _ if bytes.len() > 2 => { bytes.remove(at); }
                _ => {}
            }
        }
        crate::laws::two_readings(&bytes);
    }

    /// The same of what begins as a message and goes on as it will.
    #[test]
    fn where_the_readers_part_in_noise(first in 0usize..8, bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        let first = [0x61, 0x62, 0x64, 0x65, 0x67, 0xe2, 0xe5, 0xf6][first];
        crate::laws::two_readings(&tlv(&[first], &bytes));
    }
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
