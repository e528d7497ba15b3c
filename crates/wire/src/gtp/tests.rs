//! GTP on examples, prefixes and noise.

use proptest::prelude::*;

use super::*;
use crate::laws;

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).unwrap().try_into().unwrap())
        .collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// Create PDP Context Request as sgsnemu of osmo-ggsn 1.9 sends it, with RAI and ULI given by hand.
fn create_pdp() -> Vec<u8> {
    hex("3210007a00000000 18010000 0202040400000001f1 0302f44004d201 0e06 0f01 1000000001 1100000001 1400 1a0800
         800002f121 83000908696e7465726e6574 84001580c0231101010011036d69670868656d6d656c6967 850004c0000201
         850004c0000201 8600079113560400 01f1 870004000b921f 9800080002f44004d2004d")
}

fn ie(kind: u8, instance: u8, value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![kind];
    bytes.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
    bytes.push(instance);
    bytes.extend(value);
    bytes
}

fn v2(flags: u8, kind: u8, teid: Option<u32>, ies: &[Vec<u8>]) -> Vec<u8> {
    let mut rest = Vec::new();
    if let Some(teid) = teid {
        rest.extend(teid.to_be_bytes());
    }
    rest.extend([0x00, 0x12, 0x34, 0x00]);
    rest.extend(ies.concat());
    let mut bytes = vec![flags, kind];
    bytes.extend(u16::try_from(rest.len()).unwrap().to_be_bytes());
    bytes.extend(rest);
    bytes
}

/// Create Session Request over S8 (TS 29.274 §7.2.1).
fn create_session() -> Vec<u8> {
    let bearer = [
        ie(73, 0, &[5]),
        ie(87, 2, &[0x84, 0, 0, 0x10, 1, 192, 0, 2, 9]),
        ie(80, 0, &[&[0x7c, 9][..], &[0; 20]].concat()),
    ];
    let mut uli = vec![0x18];
    uli.extend([0x00, 0xf1, 0x10, 0, 1]);
    uli.extend([0x02, 0xf4, 0x40, 0, 0, 0, 1]);
    v2(
        0x48,
        32,
        Some(0),
        &[
            ie(1, 0, &[0x00, 0x01, 0x01, 0, 0, 0, 0, 0xf1]),
            ie(76, 0, &[0x99, 0x99, 0x01, 0x00, 0xf3]),
            ie(75, 0, &[0x53, 0x46, 0x09, 0x80, 0x00, 0x00, 0x10, 0x00]),
            ie(86, 0, &uli),
            ie(83, 0, &[0x00, 0xf1, 0x10]),
            ie(82, 0, &[6]),
            ie(87, 0, &[0x86, 0, 0, 0x10, 0, 192, 0, 2, 8]),
            ie(71, 0, b"\x08internet\x06mnc001\x06mcc001\x04gprs"),
            ie(128, 0, &[0xfc]),
            ie(79, 0, &[1, 0, 0, 0, 0]),
            ie(93, 0, &bearer.concat()),
            ie(3, 0, &[7]),
        ],
    )
}

fn read(bytes: &[u8]) -> (Anomalies, Message<'_>, Facts<'_>) {
    let mut notes = Anomalies::new();
    let message = dissect(&mut notes, &mut Cursor::new(bytes)).unwrap();
    let facts = facts(&mut notes, &message);
    (notes, message, facts)
}

fn fields(notes: &Anomalies) -> Vec<&'static str> {
    notes.as_slice().iter().map(|anomaly| anomaly.field).collect()
}

#[test]
fn a_context_as_the_emulator_asks_for_it() {
    let bytes = create_pdp();
    let (notes, message, facts) = read(&bytes);
    assert_eq!(fields(&notes), [""; 0]);
    assert_eq!((message.version, message.message_type), (1, 16));
    assert_eq!(message.name(), "Create PDP Context Request");
    assert!(!message.is_response());
    assert_eq!((message.teid, message.sequence), (Some(0), Some(0x1801)));
    assert_eq!((message.payload_len, message.claimed_len), (130, 130));
    assert_eq!(facts.imsi.unwrap().as_str(), "204040000000101");
    assert_eq!(facts.msisdn.unwrap().as_str(), "31654000101");
    assert!(!facts.published_identity);
    assert_eq!(facts.apn.unwrap().to_string(), "internet");
    assert_eq!((facts.nsapi, facts.selection_mode, facts.recovery), (Some(0), Some(1), Some(6)));
    assert_eq!(facts.charging_characteristics, Some(0x0800));
    assert_eq!((facts.rai_plmn, facts.uli_plmn), (Some([2, 0xf4, 0x40]), Some([2, 0xf4, 0x40])));
    assert_eq!(facts.qos, Some(&[0, 0x0b, 0x92, 0x1f][..]));
    let pco = facts.pco.unwrap();
    assert_eq!(pco.protocols.as_slice(), [0xc023]);
    assert!(pco.published_credentials && !pco.length_mismatch);
    let ip = Some("192.0.2.1".parse().unwrap());
    assert_eq!(
        facts.fteids.as_slice(),
        [
            Fteid { plane: Plane::Control, teid: Some(1), ip, interface: None },
            Fteid { plane: Plane::Data, teid: Some(1), ip, interface: None },
        ]
    );
    assert_eq!(facts.end_user_address, None);
    assert_eq!(
        facts.ies.as_slice(),
        [2, 3, 14, 15, 16, 17, 20, 26, 128, 131, 132, 133, 133, 134, 135, 152]
    );
    assert_eq!((facts.undecoded_len, facts.key_field), (0, None));
    assert_eq!(probe(&bytes), Some(Kind::Control));
}

#[test]
fn a_session_with_a_bearer() {
    let bytes = create_session();
    let (notes, message, facts) = read(&bytes);
    assert_eq!(fields(&notes), [""; 0]);
    assert_eq!(message.name(), "Create Session Request");
    assert_eq!((message.teid, message.sequence), (Some(0), Some(0x1234)));
    assert_eq!(facts.imsi.unwrap().as_str(), "001010000000001");
    assert_eq!(facts.msisdn.unwrap().as_str(), "999910003");
    assert_eq!(facts.imei.unwrap().as_str(), "3564900800000100");
    assert_eq!(facts.apn.unwrap().to_string(), "internet.mnc001.mcc001.gprs");
    // The tracking area's network, not the cell's.
    assert_eq!((facts.uli_plmn, facts.rai_plmn), (Some([0, 0xf1, 0x10]), None));
    assert_eq!(facts.serving_network, Some([0, 0xf1, 0x10]));
    assert_eq!((facts.rat_type, facts.ebi, facts.recovery), (Some(6), Some(5), Some(7)));
    assert_eq!((facts.selection_mode, facts.end_user_address), (Some(0), None));
    let planes: Vec<_> = facts.fteids.iter().map(|f| (f.plane, f.teid, f.interface)).collect();
    assert_eq!(
        planes,
        [(Plane::Control, Some(0x1000), Some(6)), (Plane::Data, Some(0x1001), Some(4))]
    );
    assert_eq!(facts.ies.as_slice(), [1, 76, 75, 86, 83, 82, 87, 71, 128, 79, 93, 3]);
    assert_eq!(probe(&bytes), Some(Kind::Control));
}

#[test]
fn a_piggybacked_message_is_read_after_its_carrier() {
    let mut bytes = v2(0x58, 33, Some(1), &[ie(2, 0, &[16, 0])]);
    bytes.extend(v2(0x48, 95, Some(1), &[ie(73, 0, &[5])]));
    let (mut notes, mut cur) = (Anomalies::new(), Cursor::new(&bytes));
    let first = dissect(&mut notes, &mut cur).unwrap();
    assert!(first.piggyback && first.is_response());
    assert_eq!(first.payload_len, first.claimed_len);
    let second = dissect(&mut notes, &mut cur).unwrap();
    assert_eq!((second.message_type, cur.len()), (95, 0));
    assert_eq!(fields(&notes), [""; 0]);
    // The flag without the message.
    let alone = v2(0x58, 33, Some(1), &[ie(2, 0, &[64, 0])]);
    assert_eq!(fields(&read(&alone).0), ["gtpv2.piggyback"]);
}

#[test]
fn echoes_of_honest_stacks_leave_nothing_over() {
    for text in [
        "32010004 00000000 18000000",
        "32020006 00000000 18000000 0e01",
        "3201000c 00000000 00010000 ff0005 000a 010203",
        "40010009 00000100 03000100 07",
        "4002000e 00000100 03000100 07 98000100 01",
        "1e01000000000000ffffffff0000000000000000",
    ] {
        let bytes = hex(text);
        let (notes, message, facts) = read(&bytes);
        assert_eq!(fields(&notes), [""; 0], "{text}");
        assert_eq!((facts.undecoded_len, message.is_echo()), (0, true), "{text}");
        assert_eq!(message.payload_len, message.claimed_len, "{text}");
        assert_eq!(probe(&bytes), Some(Kind::Control), "{text}");
    }
}

#[test]
fn an_echo_with_a_command_in_it() {
    // The layout that GTPDOOR was published with: key at 17, type at 21, whatever the flags.
    for flags in [0x32, 0x30, 0x00, 0x1e, 0x48, 0x40, 0x72, 0xe0] {
        let mut bytes =
            hex("00010004 00000000 000000000000000000 721f1808 06 0800 a1b2c3d4e5f60718");
        bytes[0] = flags;
        let (notes, message, facts) = read(&bytes);
        assert_eq!(facts.key_field, Some(135_798_642), "{flags:02x}");
        assert_eq!(facts.key_message, Some(6), "{flags:02x}");
        assert_ne!(facts.undecoded_len, 0, "{flags:02x}");
        assert_ne!(message.payload_len, message.claimed_len, "{flags:02x}");
        assert!(!notes.is_empty());
        assert_eq!(probe(&bytes), None);
    }
    // A length that fits does not make octets into elements.
    let honest = hex("32010014 00000000 18000000 0000000000 721f1808 06 0800 00000000");
    let (_, message, facts) = read(&honest);
    assert_eq!((message.payload_len, message.claimed_len, facts.undecoded_len), (28, 28, 16));
}

#[test]
fn the_older_emulator_counts_one_too_many() {
    let bytes = hex("80c02312 01010011 036d6967 0868656d6d656c6967");
    let mut notes = Anomalies::new();
    let pco = Pco::read(&mut notes, Cursor::new(&bytes));
    assert!(pco.published_credentials && pco.length_mismatch);
    assert!(notes.has("gtp.pco_length"));
}

#[test]
fn user_plane() {
    // PDU session container (0x85) before the packet.
    let with_extension = hex("34ff000c 00000007 00000085 01100100 45000004");
    let (teid, inner) = gpdu(Cursor::new(&with_extension)).unwrap();
    assert_eq!((teid, inner.rest(), inner.offset()), (7, &[0x45, 0, 0, 4][..], 16));
    let (notes, message, _) = read(&with_extension);
    assert_eq!(message.extensions.types(), [0x85]);
    assert_eq!((message.body, fields(&notes)), (inner, vec![]));
    let plain = hex("30ff0004 00000007 45000004");
    assert_eq!(gpdu(Cursor::new(&plain)).map(|(teid, inner)| (teid, inner.len())), Some((7, 4)));
    // A radio bearer between the halves of a base station: no IP inside.
    assert_eq!(probe(&hex("34ff000a 00000007 00000084 01000000 8000")), Some(Kind::User));
    assert_eq!(probe(&hex("34ff000a 00000007 00000085 01100100 8000")), None);
    // Lengths that lie, headers without end and other messages are for the slow path.
    for (text, field) in [
        ("30ff0005 00000007 45000004", "gtpv1.length"),
        ("30ff0003 00000007 45000004", "gtpv1.length"),
        ("38ff0004 00000007 45000004", "gtpv1.reserved"),
        ("34ff0008 00000007 00000085 00000000", "gtpv1.extension_length"),
        ("34ff0008 00000007 00000085 02000000", "gtpv1.extension"),
        ("34ff0002 00000007 0000", "gtpv1.flags"),
    ] {
        let bytes = hex(text);
        assert_eq!(gpdu(Cursor::new(&bytes)), None, "{text}");
        assert!(fields(&read(&bytes).0).contains(&field), "{text}");
    }
    // Error Indication: the endpoint that nobody knows.
    let error = hex("321a0010 00000000 00000000 1000000009 850004c0000207");
    let (_, message, facts) = read(&error);
    assert_eq!(message.name(), "Error Indication");
    let ip = Some("192.0.2.7".parse().unwrap());
    assert_eq!(
        facts.fteids.as_slice(),
        [Fteid { plane: Plane::Data, teid: Some(9), ip, interface: None }]
    );
}

#[test]
fn version_0_and_charging() {
    let delete = hex("1e140000 0001 0102 ffffffff 0001010000000051");
    let (notes, message, facts) = read(&delete);
    assert_eq!(fields(&notes), [""; 0]);
    assert_eq!(message.name(), "Delete PDP Context Request");
    assert_eq!((message.teid, message.sequence), (Some(0x0102), Some(1)));
    assert_eq!(facts.imsi.unwrap().as_str(), "001010000000001");
    assert_eq!(facts.nsapi, Some(5));
    let response = hex("4ff10002 0009 01b1");
    let (_, message, facts) = read(&response);
    assert!(message.prime && message.version == 2);
    assert_eq!((message.name(), facts.cause), ("Data Record Transfer Response", Some(177)));
}

#[test]
fn defects_have_their_names() {
    for (bytes, field) in [
        (hex("e0010000 00000000"), "gtp.version"),
        (hex("32100006 00000000 18010000 0202"), "gtpv1.ie_length"),
        (hex("32100006 00000000 18010000 0700"), "gtpv1.ie_length"),
        (v2(0x48, 32, Some(0), &[vec![1, 0, 9, 0, 1]]), "gtpv2.ie_length"),
        (v2(0x4b, 32, Some(0), &[]), "gtpv2.reserved"),
        (v2(0x48, 32, Some(0), &[ie(1, 0, &[0xaa])]), "gtpv2.imsi"),
        (v2(0x48, 32, Some(0), &[ie(86, 0, &[8, 0, 0xf1])]), "gtpv2.uli"),
        (v2(0x48, 32, Some(0), &[ie(87, 0, &[0x80, 0])]), "gtpv2.f_teid"),
        (v2(0x48, 32, Some(0), &[ie(79, 0, &[1, 0])]), "gtpv2.paa"),
        (v2(0x48, 32, Some(0), &[ie(71, 0, b"internet")]), "gtpv2.apn"),
        ([v2(0x48, 32, Some(0), &[]), vec![0]].concat(), "gtpv2.length"),
    ] {
        let (notes, ..) = read(&bytes);
        assert!(fields(&notes).contains(&field), "{field} in {:?}", fields(&notes));
    }
    let mut nested = ie(73, 0, &[5]);
    for _ in 0..20 {
        nested = ie(93, 0, &nested);
    }
    let deep = v2(0x48, 32, Some(0), &[nested]);
    assert!(fields(&read(&deep).0).contains(&"gtpv2.grouped"));
}

/// Each message without one of its mandatory elements says so, and says nothing while it has them all.
#[test]
fn mandatory_elements() {
    // A v1 element by its type, long enough to be read.
    fn v1(kind: u8) -> Vec<u8> {
        let len = match kind {
            128 => 2,
            133 | 135 => 4,
            131 | 134 | 141 => 1,
            _ => 6,
        };
        let mut bytes = vec![kind];
        match kind {
            0..=127 => bytes.extend(vec![1; usize::from(ie::fixed_len(Format::V1, kind).unwrap())]),
            141 => bytes.extend([1, 1]),
            128 => bytes.extend([0, 2, 0xf1, 0x21]),
            _ => bytes.extend([&[0, len][..], &vec![0; usize::from(len)]].concat()),
        }
        bytes
    }
    fn message(kind: u8, elements: &[u8]) -> Vec<u8> {
        let body: Vec<u8> = elements.iter().flat_map(|kind| v1(*kind)).collect();
        let teid = u8::from(!matches!(kind, 1..=3 | 26 | 31));
        let mut bytes = vec![0x32, kind, 0, u8::try_from(body.len() + 4).unwrap(), 0, 0, 0, teid];
        bytes.extend([0, 1, 0, 0]);
        bytes.extend(body);
        bytes
    }
    for (kind, elements, layer) in [
        (2, &[14][..], "gtpv1.mandatory"),
        (16, &[16, 20, 133, 133, 135], "gtpv1.mandatory"),
        (18, &[20], "gtpv1.mandatory"),
        (26, &[16, 133], "gtpu.mandatory"),
        (27, &[2, 17, 128, 131, 133], "gtpv1.mandatory"),
        (31, &[141], "gtpv1.mandatory"),
        (48, &[3, 5], "gtpv1.mandatory"),
    ] {
        let bytes = message(kind, elements);
        let (notes, _, facts) = read(&bytes);
        assert!(!notes.has(layer) && facts.missing.is_empty(), "{kind}: {:?}", fields(&notes));
        for gone in 0..elements.len() {
            let mut left = elements.to_vec();
            let gone = left.remove(gone);
            let bytes = message(kind, &left);
            let (notes, _, facts) = read(&bytes);
            assert_eq!(facts.missing.as_slice(), [u16::from(gone)], "{kind}");
            let lack = notes.as_slice().iter().find(|anomaly| anomaly.field == layer).unwrap();
            assert_eq!((lack.flaw, lack.at.start), (Flaw::Lacks(u64::from(gone)), 0), "{kind}");
        }
    }
    // A bearer that has no quality of service, a session that has no bearer.
    let bearer = ie(93, 0, &ie(73, 0, &[5]));
    let bytes = v2(0x48, 32, Some(0), &[ie(82, 0, &[6]), ie(71, 0, b"\x01a"), bearer]);
    let (notes, _, facts) = read(&bytes);
    assert_eq!(facts.missing.as_slice(), [80, 87]);
    assert_eq!(fields(&notes), ["gtpv2.mandatory"; 2]);
    // One that was refused needs none.
    let refused = v2(0x48, 33, Some(1), &[ie(2, 0, &[94, 0])]);
    assert_eq!(fields(&read(&refused).0), [""; 0]);
    let restart = v2(0x48, 179, Some(0), &[ie(74, 0, &[192, 0, 2, 1])]);
    assert_eq!(read(&restart).2.missing.as_slice(), [0x014a]);
    // What the capture cut off is not missing.
    let bytes = message(16, &[16, 20, 133]);
    assert_eq!(read(&bytes[..bytes.len() - 1]).2.missing.as_slice(), [0; 0]);
}

#[test]
fn structure() {
    for (bytes, field) in [
        // IMSI behind the recovery; two NSAPIs are fine, two charging characteristics are not.
        (hex("3220000f 00000000 18010000 0e01 020101010101010101"), "gtpv1.order"),
        (hex("3280000b 00000001 18010000 97000101 980001"), "gtpv1.ie_length"),
        (hex("3214000a 00000001 18010000 1405 1a0800 1a"), "gtpv1.ie_length"),
        (hex("3214000c 00000001 18010000 1405 1a0800 1a0800"), "gtpv1.duplicate"),
        (hex("32140006 00000000 18010000 1405"), "gtpv1.teid"),
        (hex("32010004 00000001 18010000"), "gtpv1.teid"),
        (hex("30140002 00000001 1405"), "gtpv1.sequence"),
        (hex("32090004 00000001 18010000"), "gtpv1.message_type"),
        (v2(0x48, 32, Some(0), &[ie(82, 0, &[6]), ie(82, 0, &[6])]), "gtpv2.duplicate"),
        (v2(0x48, 32, Some(0), &[ie(83, 0, &[1, 2])]), "gtpv2.ie_length"),
        (v2(0x48, 34, Some(0), &[]), "gtpv2.teid"),
        (v2(0x40, 34, None, &[]), "gtpv2.teid"),
        (v2(0x48, 1, Some(1), &[]), "gtpv2.teid"),
        (v2(0x48, 199, Some(1), &[]), "gtpv2.message_type"),
    ] {
        let (notes, ..) = read(&bytes);
        assert!(fields(&notes).contains(&field), "{field} in {:?}", fields(&notes));
    }
    let [echo, create] = [hex("32010004 00000000 18000000"), create_pdp()];
    let [echo, create] = [&echo, &create].map(|bytes| read(bytes).1);
    assert!(echo.belongs_on(true) && echo.belongs_on(false));
    assert!(!create.belongs_on(true) && create.belongs_on(false));
}

#[test]
fn extension_headers() {
    // PDU session container from the radio with flow 9, then a PDCP number, then a UDP port.
    let bytes = hex("34ff0010 00000007 00000085 011009c0 01123440 01086800");
    let (notes, message, _) = read(&bytes);
    assert_eq!(fields(&notes), [""; 0]);
    let read_of = message.extensions;
    assert_eq!(read_of.types(), [0x85, 0xc0, 0x40]);
    assert_eq!((read_of.pdu_type, read_of.qfi), (Some(1), Some(9)));
    assert_eq!((read_of.pdcp_number, read_of.udp_port), (Some(0x1234), Some(2152)));
    // Unknown: one that may be passed over and one that may not.
    for (kind, field) in [("11", "gtpv1.extension"), ("91", "gtpv1.extension_required")] {
        let bytes = hex(&format!("34ff0008 00000007 000000{kind} 01000000"));
        assert_eq!(fields(&read(&bytes).0), [field]);
    }
    let bytes = hex("34ff000c 00000007 00000040 0200000000000000");
    assert_eq!(fields(&read(&bytes).0), ["gtpv1.extension_length"]);
}

#[test]
fn elements_inside_others() {
    let bytes = create_session();
    let (_, message, _) = read(&bytes);
    let mut kinds = Vec::new();
    message.ies().walk(&mut |depth, ie| kinds.push((depth, ie.kind, ie.instance)));
    let end = [(0, 93, 0), (1, 73, 0), (1, 87, 2), (1, 80, 0), (0, 3, 0)];
    assert!(kinds.ends_with(&end), "{kinds:?}");
}

#[test]
fn whatever_is_cut_off() {
    for bytes in [create_pdp(), create_session()] {
        for len in 0..bytes.len() {
            laws::check(&bytes[..len]);
        }
    }
}

proptest! {
    #[test]
    fn noise(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        laws::check(&bytes);
    }

    #[test]
    fn a_message_with_changes(at in any::<prop::sample::Index>(), value in any::<u8>(), flags in any::<u8>(), first in any::<bool>()) {
        let mut bytes = if first { create_pdp() } else { create_session() };
        let at = at.index(bytes.len());
        bytes[at] = value;
        laws::check(&bytes);
        bytes[0] = flags;
        laws::check(&bytes);
    }

    #[test]
    fn the_fast_path_agrees(flags in 0x30u8..0x38, rest in proptest::collection::vec(any::<u8>(), 0..60)) {
        let mut bytes = vec![flags, G_PDU];
        bytes.extend(u16::try_from(rest.len()).unwrap().to_be_bytes());
        bytes.extend([0, 0, 0, 9]);
        bytes.extend(&rest);
        if let Some((teid, inner)) = gpdu(Cursor::new(&bytes)) {
            let (_, message, _) = read(&bytes);
            prop_assert_eq!(message.teid, Some(teid));
            prop_assert_eq!(message.body, inner);
        }
    }
}
