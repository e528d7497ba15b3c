//! Diameter on examples, prefixes and noise.

use proptest::prelude::*;

use super::*;
use crate::laws;

fn avp(code: u32, flags: u8, value: &[u8]) -> Vec<u8> {
    let mut bytes = code.to_be_bytes().to_vec();
    let header = if flags & 0x80 == 0 { 8 } else { 12 };
    let len = u32::try_from(value.len()).unwrap() + header;
    bytes.push(flags);
    bytes.extend(&len.to_be_bytes()[1..]);
    if flags & 0x80 != 0 {
        bytes.extend(VENDOR_3GPP.to_be_bytes());
    }
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn message(flags: u8, command: u32, application: u32, avps: &[Vec<u8>]) -> Vec<u8> {
    let body = avps.concat();
    let len = u32::try_from(body.len()).unwrap() + 20;
    let mut bytes = vec![1];
    bytes.extend(&len.to_be_bytes()[1..]);
    bytes.push(flags);
    bytes.extend(&command.to_be_bytes()[1..]);
    for number in [application, 0x1111, 0x2222] {
        bytes.extend(number.to_be_bytes());
    }
    bytes.extend(body);
    bytes
}

/// Update-Location-Request (TS 29.272 §7.2.3).
fn update_location() -> Vec<u8> {
    message(
        0xc0,
        316,
        16_777_251,
        &[
            avp(263, 0x40, b"mme.epc.mnc001.mcc001.3gppnetwork.org;1;2"),
            avp(264, 0x40, b"mme.epc.mnc001.mcc001.3gppnetwork.org"),
            avp(296, 0x40, b"epc.mnc001.mcc001.3gppnetwork.org"),
            avp(283, 0x40, b"epc.mnc099.mcc999.3gppnetwork.org"),
            avp(1, 0x40, b"999990000000001"),
            avp(277, 0x40, &1u32.to_be_bytes()),
            avp(282, 0x40, b"dra.example"),
            avp(1032, 0xc0, &1004u32.to_be_bytes()),
            avp(1405, 0xc0, &34u32.to_be_bytes()),
            avp(1407, 0xc0, &[0x00, 0xf1, 0x10]),
            avp(1401, 0xc0, &avp(1402, 0xc0, b"35649008000001")),
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
fn a_location_update() {
    let bytes = update_location();
    let (notes, message, facts) = read(&bytes);
    assert_eq!(fields(&notes), [""; 0]);
    assert_eq!((message.command(), message.application()), ("Update-Location", Some("S6a/S6d")));
    assert!(message.is_request() && message.is_proxiable() && !message.is_error());
    assert_eq!((message.hop_by_hop_id, message.end_to_end_id), (0x1111, 0x2222));
    assert_eq!(facts.origin_realm.unwrap().to_string(), "epc.mnc001.mcc001.3gppnetwork.org");
    assert_eq!(facts.imsi.unwrap().as_str(), "999990000000001");
    assert_eq!(facts.imei.unwrap().as_str(), "35649008000001");
    assert_eq!(facts.visited_plmn, Some([0, 0xf1, 0x10]));
    assert_eq!(facts.route_records.len(), 1);
    let avps: Vec<_> = facts.avps.iter().map(ToString::to_string).collect();
    assert_eq!(
        avps,
        [
            "263",
            "264",
            "296",
            "283",
            "1",
            "277",
            "282",
            "10415:1032",
            "10415:1405",
            "10415:1407",
            "10415:1401"
        ]
    );
    assert_eq!((facts.rat_type, facts.command_flags), (Some(1004), Some(34)));
    assert_eq!((facts.auth_session_state, facts.avp_count), (Some(1), 12));
    let mut walked = Vec::new();
    message.walk(|depth, avp| walked.push((depth, avp.id.code)));
    assert_eq!(walked.len(), 12);
    assert_eq!(walked[10..], [(0, 1401), (1, 1402)]);
    assert!(probe(&bytes));
    assert_eq!(message_len(&bytes), Some(bytes.len()));
}

/// What a command lacks, by code.
#[test]
fn what_a_command_must_bring() {
    let lacks = |flags, command, application, avps: &[Vec<u8>]| {
        let bytes = message(flags, command, application, avps);
        let (notes, ..) = read(&bytes);
        let lacks = notes.as_slice().iter().filter_map(|anomaly| match anomaly.flaw {
            Flaw::Lacks(code) => Some((anomaly.at.start, anomaly.at.len, code)),
            _ => None,
        });
        lacks.collect::<Vec<_>>()
    };
    let origin = [avp(264, 0x40, b"a.example"), avp(296, 0x40, b"example")];
    assert_eq!(lacks(0x80, 280, 0, &origin), []);
    assert_eq!(lacks(0, 280, 0, &origin), [(0, 20, 268)]);
    assert_eq!(lacks(0x80, 282, 0, &origin), [(0, 20, 273)]);
    let codes = |all: Vec<(u32, u32, u64)>| all.iter().map(|lack| lack.2).collect::<Vec<_>>();
    assert_eq!(codes(lacks(0xc0, 316, 16_777_251, &origin)), [263, 283, 277, 1, 1407, 1405, 1032]);
    assert_eq!(codes(lacks(0xc0, 272, 4, &origin)), [263, 283, 258, 416, 415, 461]);
    // An answer that reports an error of the protocol needs no session; a command without a name has no rules.
    let error = [&origin[..], &[avp(268, 0x40, &3002u32.to_be_bytes())]].concat();
    assert_eq!(lacks(0x60, 316, 16_777_251, &error), []);
    assert_eq!(lacks(0x80, 77_777, 99, &origin), []);
}

#[test]
fn sessions_and_serving_nodes() {
    let bytes = message(
        0xc0,
        272,
        16_777_238,
        &[
            avp(416, 0x40, &1u32.to_be_bytes()),
            avp(415, 0x40, &[0; 4]),
            avp(30, 0x40, b"internet"),
            avp(8, 0x40, &[10, 20, 0, 1]),
            avp(6, 0xc0, &[198, 51, 100, 20]),
            avp(18, 0xc0, b"00101"),
            avp(1, 0xc0, b"001010000000001"),
            avp(
                458,
                0x40,
                &[avp(459, 0x40, &[0; 4]), avp(460, 0x40, b"3564900800000101")].concat(),
            ),
        ],
    );
    let (_, _, facts) = read(&bytes);
    assert_eq!((facts.cc_request_type, facts.cc_request_number), (Some(1), Some(0)));
    assert_eq!(facts.apn.unwrap().to_string(), "internet");
    assert_eq!(facts.framed_ip.unwrap().to_string(), "10.20.0.1");
    assert_eq!(facts.serving_ip.unwrap().to_string(), "198.51.100.20");
    assert_eq!(facts.visited_plmn, Some([0, 0xf1, 0x10]));
    assert_eq!(facts.imsi.unwrap().as_str(), "001010000000001");
    assert_eq!(facts.imei.unwrap().as_str(), "3564900800000101");

    // What a failed AVP quotes is nobody's identity.
    let quoted = avp(279, 0x40, &avp(1, 0x40, b"001010000000001"));
    assert_eq!(read(&message(0x20, 316, 16_777_251, &[quoted])).2.imsi, None);
    let s6c = message(
        0xc0,
        8_388_647,
        16_777_312,
        &[
            avp(3300, 0xc0, &[0x21, 0x43]),
            avp(2401, 0xc0, &avp(2402, 0xc0, b"mme.example")),
            avp(701, 0xc0, &[0x99, 0x09, 0x01, 0, 0x30, 0xf1]),
        ],
    );
    let (_, _, facts) = read(&s6c);
    assert_eq!(facts.sc_address.unwrap().as_str(), "1234");
    assert_eq!(facts.serving_node.unwrap().to_string(), "mme.example");
}

#[test]
fn an_answer_with_an_experimental_result() {
    let result =
        [avp(266, 0x40, &VENDOR_3GPP.to_be_bytes()), avp(298, 0x40, &5001u32.to_be_bytes())];
    let mut avps = vec![avp(263, 0x40, b"mme;1;2"), avp(297, 0x40, &result.concat())];
    avps.extend([avp(264, 0x40, b"hss.example"), avp(296, 0x40, b"example")]);
    let bytes = message(0x40, 318, 16_777_251, &avps);
    let (notes, message, facts) = read(&bytes);
    assert_eq!(fields(&notes), [""; 0]);
    assert!(!message.is_request());
    assert_eq!((facts.result_code, facts.experimental_result_code), (None, Some(5001)));
    assert_eq!(experimental_result_name(5001), Some("DIAMETER_ERROR_USER_UNKNOWN"));
}

#[test]
fn a_subscriber_in_many_spellings() {
    let nai = b"0001010000000001@nai.epc.mnc001.mcc001.3gppnetwork.org";
    let ims = b"001010000000001@ims.mnc001.mcc001.3gppnetwork.org";
    let subscription = |kind: u32, data: &[u8]| {
        avp(443, 0x40, &[avp(450, 0x40, &kind.to_be_bytes()), avp(444, 0x40, data)].concat())
    };
    for avps in [
        avp(1, 0x40, b"001010000000001"),
        avp(1, 0x40, nai),
        avp(1, 0x40, ims),
        subscription(1, b"001010000000001"),
        subscription(3, nai),
        avp(700, 0xc0, &avp(601, 0xc0, &[b"sip:", &ims[..]].concat())),
        avp(3102, 0xc0, &avp(1, 0x40, b"001010000000001")),
    ] {
        let bytes = message(0x80, 316, 16_777_251, &[avps]);
        let (_, _, facts) = read(&bytes);
        assert_eq!(facts.imsi.map(|imsi| imsi.to_string()).as_deref(), Some("001010000000001"));
    }
    for avps in
        [subscription(0, b"99901000031"), avp(701, 0xc0, &[0x99, 0x09, 0x01, 0, 0x30, 0xf1])]
    {
        let bytes = message(0x80, 272, 4, &[avps]);
        let (_, _, facts) = read(&bytes);
        assert_eq!(facts.msisdn.map(|msisdn| msisdn.to_string()).as_deref(), Some("99901000031"));
    }
    for name in ["alice", "alice@example.com", "12345", "0123456789012345"] {
        let bytes = message(0x80, 316, 16_777_251, &[avp(1, 0x40, name.as_bytes())]);
        assert_eq!(read(&bytes).2.imsi, None, "{name}");
    }
}

#[test]
fn defects_have_their_names() {
    let ok = avp(264, 0x40, b"a.example");
    let mut long = avp(264, 0x40, b"a.example");
    long[7] = 200;
    let mut short = avp(264, 0x40, b"a.example");
    short[7] = 3;
    let mut padded = ok.clone();
    *padded.last_mut().unwrap() = 1;
    for (bytes, field) in [
        (message(0x8f, 280, 0, &[]), "diameter.reserved"),
        (message(0xa0, 280, 0, &[]), "diameter.flags"),
        (message(0x80, 280, 0, &[long]), "diameter.avp_length"),
        (message(0x80, 280, 0, &[short]), "diameter.avp_length"),
        (message(0x80, 280, 0, &[padded]), "diameter.avp_padding"),
        (message(0x80, 280, 0, &[ok.clone(), ok.clone()]), "diameter.origin_host"),
        (message(0x80, 280, 0, &[avp(1, 0x40, b"1"), avp(1, 0x40, b"2")]), "diameter.user_name"),
        (message(0x80, 280, 0, &[avp(264, 0x41, b"a.example")]), "diameter.avp_reserved"),
        (message(0x80, 280, 0, &[avp(257, 0x40, &[0, 1, 10])]), "diameter.host_ip_address"),
        (message(0x80, 280, 0, &[avp(268, 0x40, &[0, 1])]), "diameter.result_code"),
    ] {
        let (notes, ..) = read(&bytes);
        assert!(fields(&notes).contains(&field), "{field} in {:?}", fields(&notes));
    }
    for (bytes, field) in [
        (message(0x80, 280, 0, &[avp(264, 0, b"a.example")]), "diameter.avp_flags"),
        (message(0x80, 280, 0, &[avp(269, 0x40, b"x")]), "diameter.avp_flags"),
        (message(0x80, 280, 0, &[avp(278, 0x40, b"12345")]), "diameter.avp_value"),
        (message(0x80, 282, 0, &[avp(273, 0x40, &[0; 4]).repeat(2)]), "diameter.avp_repeated"),
        (message(0x80, 316, 16_777_251, &[]), "diameter.mandatory"),
        (message(0x80, 280, 0, &[avp(264, 0xc0, b"x")]), "diameter.mandatory"),
    ] {
        let (notes, ..) = read(&bytes);
        assert!(fields(&notes).contains(&field), "{field} in {:?}", fields(&notes));
    }
    let mut deep = avp(701, 0xc0, &[0x21]);
    for _ in 0..20 {
        deep = avp(1400, 0xc0, &deep);
    }
    let bytes = message(0x80, 319, 16_777_251, &[deep]);
    assert!(fields(&read(&bytes).0).contains(&"diameter.grouped"));
    let mut lie = update_location();
    lie[3] = 19;
    lie[2] = 0;
    assert!(fields(&read(&lie).0).contains(&"diameter.length"));
    assert_eq!(message_len(&lie), None);
    assert!(!probe(&lie));
}

#[test]
fn framing_of_a_stream() {
    let bytes = update_location();
    assert_eq!(message_len(&bytes[..3]), None);
    assert_eq!(message_len(b"GET / HTTP"), None);
    assert_eq!(message_len(&[1, 0xff, 0xff, 0xfc]), None);
    for len in 20..bytes.len() {
        assert_eq!(message_len(&bytes[..len]), Some(bytes.len()));
    }
    // Two in one segment.
    let two = [bytes.clone(), bytes.clone()].concat();
    // Joined midway: the next message is found, however much of the one before is there.
    for skip in 0..bytes.len() {
        assert_eq!(find(&two[skip..]), Some((bytes.len() - skip) % bytes.len()), "{skip}");
    }
    assert_eq!(find(&[1; 500]), None);
    assert_eq!(find(&bytes[1..]), None);
    let (mut notes, mut cur) = (Anomalies::new(), Cursor::new(&two));
    dissect(&mut notes, &mut cur).unwrap();
    assert_eq!(dissect(&mut notes, &mut cur).unwrap().command_code, 316);
    assert!(cur.is_empty() && notes.is_empty());
}

#[test]
fn whatever_is_cut_off() {
    let bytes = update_location();
    for len in 0..bytes.len() {
        laws::check(&bytes[..len]);
    }
}

proptest! {
    #[test]
    fn noise_behind_a_header(flags in any::<u8>(), body in proptest::collection::vec(any::<u8>(), 0..120)) {
        laws::check(&message(flags, 316, 16_777_251, &[body]));
    }

    #[test]
    fn a_message_with_changes(at in any::<prop::sample::Index>(), value in any::<u8>()) {
        let mut bytes = update_location();
        let at = at.index(bytes.len());
        bytes[at] = value;
        laws::check(&bytes);
    }
}
