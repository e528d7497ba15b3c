//! PFCP on examples, prefixes and noise.

use proptest::prelude::*;

use super::*;
use crate::gtp::{Fteid, Plane};
use crate::laws;

fn ie(kind: u16, value: &[u8]) -> Vec<u8> {
    let mut bytes = kind.to_be_bytes().to_vec();
    bytes.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
    bytes.extend(value);
    bytes
}

fn message(flags: u8, kind: u8, seid: Option<u64>, ies: &[Vec<u8>]) -> Vec<u8> {
    let mut rest = Vec::new();
    if let Some(seid) = seid {
        rest.extend(seid.to_be_bytes());
    }
    rest.extend([0, 0, 7, if flags & 2 == 0 { 0 } else { 0x50 }]);
    rest.extend(ies.concat());
    let mut bytes = vec![flags | u8::from(seid.is_some()), kind];
    bytes.extend(u16::try_from(rest.len()).unwrap().to_be_bytes());
    bytes.extend(rest);
    bytes
}

/// Session Establishment Request (§7.5.2): a rule for each direction.
fn establishment() -> Vec<u8> {
    let pdi = [
        ie(20, &[0]),
        ie(21, &[1, 0, 0, 0x10, 1, 192, 0, 2, 9]),
        ie(22, b"\x08internet"),
        ie(93, &[2, 10, 45, 0, 2]),
    ];
    let uplink =
        [ie(56, &[0, 1]), ie(29, &[0, 0, 0, 255]), ie(2, &pdi.concat()), ie(108, &[0, 0, 0, 1])];
    let pdi = [ie(20, &[1]), ie(93, &[6, 10, 45, 0, 2])];
    let downlink =
        [ie(56, &[0, 2]), ie(29, &[0, 0, 0, 255]), ie(2, &pdi.concat()), ie(108, &[0, 0, 0, 2])];
    let core = [ie(108, &[0, 0, 0, 1]), ie(44, &[2]), ie(4, &ie(42, &[1]))];
    let to_radio = [ie(42, &[0]), ie(84, &[1, 0, 0, 0, 0x20, 1, 192, 0, 2, 33])];
    let access = [ie(108, &[0, 0, 0, 2]), ie(44, &[2]), ie(4, &to_radio.concat())];
    message(
        0x20,
        50,
        Some(0),
        &[
            ie(60, &[0, 192, 0, 2, 8]),
            ie(57, &[2, 0, 0, 0, 0, 0, 0, 0, 0x1d, 192, 0, 2, 8]),
            ie(1, &uplink.concat()),
            ie(1, &downlink.concat()),
            ie(3, &core.concat()),
            ie(3, &access.concat()),
            ie(113, &[1]),
            ie(141, &[5, 8, 0x00, 0x01, 0x01, 0, 0, 0, 0, 0xf1, 5, 0x99, 0x99, 0x01, 0x00, 0xf3]),
            ie(0x8003, &[0x10, 0x27, 1, 2]),
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
fn a_session_is_established() {
    let bytes = establishment();
    let (notes, message, facts) = read(&bytes);
    assert_eq!(fields(&notes), [""; 0]);
    assert_eq!(message.name(), "Session Establishment Request");
    assert_eq!((message.seid, message.sequence, message.priority), (Some(0), 7, None));
    assert!(!message.is_response());
    assert_eq!(facts.node_id, Some(NodeId::Ip("192.0.2.8".parse().unwrap())));
    let ipv4 = Some("192.0.2.8".parse().unwrap());
    assert_eq!(facts.f_seid, Some(FSeid { seid: 0x1d, ipv4, ipv6: None }));
    assert_eq!(facts.pdr_ids.as_slice(), [1, 2]);
    assert_eq!(facts.far_ids.as_slice(), [1, 2]);
    let endpoint = |teid, ip: &str| Fteid {
        plane: Plane::Data,
        teid: Some(teid),
        ip: Some(ip.parse().unwrap()),
        interface: None,
    };
    let fteids = [endpoint(0x1001, "192.0.2.9"), endpoint(0x2001, "192.0.2.33")];
    assert_eq!(facts.fteids.as_slice(), fteids);
    assert_eq!(facts.ue_addresses.as_slice(), ["10.45.0.2".parse::<std::net::IpAddr>().unwrap()]);
    assert_eq!(facts.network_instance.unwrap().to_string(), "internet");
    assert_eq!(facts.imsi.unwrap().as_str(), "001010000000001");
    assert_eq!(facts.msisdn.unwrap().as_str(), "999910003");
    assert_eq!(facts.ies.as_slice(), [60, 57, 1, 1, 3, 3, 113, 141, 0x8003]);
    assert!(facts.missing.is_empty() && probe(&bytes));
    let mut kinds = Vec::new();
    message.ies().walk(&mut |depth, ie| kinds.push((depth, ie.kind)));
    assert_eq!(
        kinds.get(2..9).unwrap(),
        [(0, 1), (1, 56), (1, 29), (1, 2), (2, 20), (2, 21), (2, 22)]
    );
}

#[test]
fn nodes_meet() {
    // Association Setup by name, with a name server's idea of an operator.
    let setup =
        message(0x20, 5, None, &[ie(60, b"\x02\x03smf\x07example"), ie(96, &[0xe6, 0, 0, 1])]);
    let (notes, message_read, facts) = read(&setup);
    assert_eq!((fields(&notes), message_read.seid), (vec![], None));
    let Some(NodeId::Fqdn(name)) = facts.node_id else { panic!("no name") };
    assert_eq!(name.to_string(), "smf.example");
    assert_eq!(facts.recovery_time_stamp, Some(0xe600_0001));
    assert!(probe(&setup));
    let answer =
        message(0x22, 6, None, &[ie(60, &[0, 192, 0, 2, 9]), ie(19, &[1]), ie(96, &[0; 4])]);
    let (notes, message_read, facts) = read(&answer);
    assert_eq!((fields(&notes), facts.cause), (vec![], Some(1)));
    assert_eq!((message_read.priority, message_read.is_response()), (Some(5), true));
    assert_eq!(cause_name(1), Some("Request accepted (success)"));
}

#[test]
fn a_message_that_follows_on() {
    let first = message(0x24, 54, Some(9), &[]);
    let second = message(0x20, 54, Some(10), &[]);
    let both = [first.clone(), second].concat();
    let (mut notes, mut cur) = (Anomalies::new(), Cursor::new(&both));
    let message = dissect(&mut notes, &mut cur).unwrap();
    assert!(message.follow_on && message.is_whole() && probe(&both));
    assert_eq!(dissect(&mut notes, &mut cur).unwrap().seid, Some(10));
    assert_eq!((cur.len(), fields(&notes)), (0, vec![]));
    assert_eq!(fields(&read(&first).0), ["pfcp.follow_on"]);
}

#[test]
fn mandatory_elements() {
    for kind in 0..=u8::MAX {
        let seid = (50 <= kind).then_some(1);
        let bytes = message(0x20, kind, seid, &[]);
        let (notes, _, facts) = read(&bytes);
        assert_eq!(facts.missing.as_slice(), structure::mandatory(kind), "{kind}");
        assert_eq!(notes.has("pfcp.message_type"), message_name(kind).is_none(), "{kind}");
        assert_eq!(
            probe(&bytes),
            message_name(kind).is_some() && facts.missing.is_empty(),
            "{kind}"
        );
    }
    // A rule without identity, inside.
    let bytes = message(0x20, 52, Some(1), &[ie(9, &ie(29, &[0, 0, 0, 1]))]);
    let (notes, _, facts) = read(&bytes);
    assert_eq!((facts.missing.as_slice(), fields(&notes)), (&[56][..], vec!["pfcp.mandatory"]));
    assert_eq!(notes.as_slice().first().unwrap().at.start, 20);
}

#[test]
fn defects_have_their_names() {
    let change = |ies: &[Vec<u8>]| message(0x20, 52, Some(1), ies);
    for (bytes, field) in [
        (message(0x40, 52, Some(1), &[]), "pfcp.version"),
        (message(0x38, 52, Some(1), &[]), "pfcp.spare"),
        (message(0x20, 52, None, &[]), "pfcp.seid"),
        (message(0x20, 52, Some(0), &[]), "pfcp.seid"),
        (message(0x20, 11, Some(1), &[]), "pfcp.seid"),
        ([change(&[]), vec![0]].concat(), "pfcp.length"),
        (change(&[vec![0, 1, 0, 9, 0]]), "pfcp.ie_length"),
        (change(&[ie(1, &[0, 56, 0, 9])]), "pfcp.ie_length"),
        (change(&[ie(56, &[1])]), "pfcp.ie_length"),
        (change(&[ie(60, &[3])]), "pfcp.node_id"),
        (change(&[ie(57, &[2, 0])]), "pfcp.f_seid"),
        (change(&[ie(21, &[1, 0, 0])]), "pfcp.f_teid"),
        (change(&[ie(84, &[1, 0, 0])]), "pfcp.outer_header_creation"),
        (change(&[ie(93, &[2, 10])]), "pfcp.ue_ip_address"),
        (change(&[ie(141, &[1, 8, 0])]), "pfcp.user_id"),
        (change(&[ie(60, &[0, 1, 2, 3, 4]), ie(60, &[0, 1, 2, 3, 4])]), "pfcp.duplicate"),
    ] {
        let (notes, ..) = read(&bytes);
        assert!(fields(&notes).contains(&field), "{field} in {:?}", fields(&notes));
    }
    let mut nested = ie(56, &[0, 5]);
    for _ in 0..20 {
        nested = ie(1, &nested);
    }
    assert!(fields(&read(&change(&[nested])).0).contains(&"pfcp.grouped"));
}

#[test]
fn whatever_is_cut_off() {
    let bytes = establishment();
    for len in 0..bytes.len() {
        laws::check(&bytes[..len]);
    }
}

proptest! {
    #[test]
    fn noise(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        laws::check(&bytes);
    }

    #[test]
    fn a_message_with_changes(at in any::<prop::sample::Index>(), value in any::<u8>(), flags in any::<u8>()) {
        let mut bytes = establishment();
        let at = at.index(bytes.len());
        bytes[at] = value;
        laws::check(&bytes);
        bytes[0] = flags;
        laws::check(&bytes);
    }
}
