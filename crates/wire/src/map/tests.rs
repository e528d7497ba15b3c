//! Tests of the MAP reader.

use proptest::prelude::*;

use super::*;
use crate::Span;

const IMSI: &[u8] = &[0x00, 0x01, 0x21, 0x43, 0x65, 0x87, 0x09, 0xf1];
const IMSI_TEXT: &str = "001012345678901";
/// 31654000101, international, E.164.
const NUMBER: &[u8] = &[0x91, 0x13, 0x56, 0x04, 0x00, 0x01, 0xf1];
/// 491720000001.
const NODE: &[u8] = &[0x91, 0x94, 0x71, 0x02, 0x00, 0x00, 0x10];
const NUMBER_TEXT: &str = "31654000101";
const NODE_TEXT: &str = "491720000001";

fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    if value.len() >= 0x80 {
        out.push(0x81);
    }
    out.push(u8::try_from(value.len()).unwrap());
    out.extend(value);
    out
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

/// What was read, in one line.
fn read(opcode: i64, kind: ComponentKind, parameter: &[u8]) -> String {
    let mut notes = Anomalies::new();
    let argument = argument(&mut notes, User::Map, opcode, kind, Cursor::new(parameter));
    assert!(notes.is_empty(), "{notes:?}");
    let mut out = Vec::new();
    out.extend(argument.imsi.map(|imsi| format!("imsi={imsi}")));
    out.extend(argument.msisdn.map(|msisdn| format!("msisdn={}", msisdn.digits)));
    out.extend(argument.imei.map(|imei| format!("imei={imei}")));
    out.extend(argument.addresses.iter().map(|(role, gt)| format!("{role}={}", gt.digits)));
    out.extend(argument.hosts.iter().map(|(role, host)| format!("{role}={host}")));
    if let Some(call) = &argument.call {
        out.extend(
            call.parties.iter().map(|party| format!("{}={}", party.role, party.number.digits)),
        );
    }
    if !argument.returned.is_empty() {
        out.push(format!("returned={}", argument.returned.join(",")));
    }
    out.join(" ")
}

/// The details alone.
fn details(opcode: i64, kind: ComponentKind, parameter: &[u8]) -> Details {
    let mut notes = Anomalies::new();
    argument(&mut notes, User::Map, opcode, kind, Cursor::new(parameter)).details
}

fn invoke(opcode: i64, parameter: &[u8]) -> String {
    read(opcode, ComponentKind::Invoke, parameter)
}

fn result(opcode: i64, parameter: &[u8]) -> String {
    read(opcode, ComponentKind::ReturnResultLast, parameter)
}

#[test]
fn location_registration() {
    let argument =
        sequence(&[tlv(4, IMSI), tlv(0x81, NODE), tlv(4, NODE), tlv(0xa6, &[0x80, 1, 0])]);
    let expected = format!("imsi={IMSI_TEXT} msc-Number={NODE_TEXT} vlr-Number={NODE_TEXT}");
    assert_eq!(invoke(2, &argument), expected);
    let host = tlv(4, &[4, 192, 0, 2, 1]);
    let argument = sequence(&[tlv(4, IMSI), tlv(4, NODE), host]);
    let expected = format!("imsi={IMSI_TEXT} sgsn-Number={NODE_TEXT} sgsn-Address=192.0.2.1");
    assert_eq!(invoke(23, &argument), expected);
    let expected = format!("hlr-Number={NODE_TEXT} returned=node-address");
    assert_eq!(result(2, &sequence(&[tlv(4, NODE)])), expected);
    let expected = format!("imsi={IMSI_TEXT}");
    for identity in [
        tlv(4, IMSI),
        sequence(&[tlv(4, IMSI), tlv(4, &[1, 2, 3, 4])]),
        tlv(0xa3, &[tlv(4, IMSI), tlv(10, &[0])].concat()),
        tlv(0xa3, &sequence(&[tlv(4, IMSI), tlv(4, &[1, 2, 3, 4])])),
    ] {
        assert_eq!(invoke(3, &identity), expected, "{identity:x?}");
    }
    let argument = tlv(0xa3, &[tlv(4, IMSI), tlv(0x80, NODE)].concat());
    assert_eq!(invoke(67, &argument), format!("imsi={IMSI_TEXT} vlr-Number={NODE_TEXT}"));
}

#[test]
fn authentication() {
    let imsi = format!("imsi={IMSI_TEXT}");
    assert_eq!(invoke(56, &tlv(4, IMSI)), imsi);
    assert_eq!(invoke(56, &sequence(&[tlv(0x80, IMSI), tlv(2, &[5])])), imsi);
    let vectors = "returned=authentication-vectors";
    assert_eq!(result(56, &sequence(&[sequence(&[tlv(4, &[0; 16])])])), vectors);
    assert_eq!(result(56, &tlv(0xa3, &tlv(0xa1, &sequence(&[tlv(4, &[0; 16])])))), vectors);
    assert_eq!(result(56, &tlv(0xa3, &[])), "");
}

#[test]
fn interrogation() {
    let argument =
        sequence(&[tlv(0xa0, &tlv(0x81, NUMBER)), tlv(0xa1, &tlv(0x80, &[])), tlv(0x83, NODE)]);
    let expected = format!("msisdn={NUMBER_TEXT} gsmSCF-Address={NODE_TEXT}");
    assert_eq!(invoke(71, &argument), expected);
    assert!(reads_as_map(71, Cursor::new(&argument)));
    let location =
        tlv(0xa0, &[tlv(2, &[0]), tlv(0x81, NODE), tlv(0xa3, &tlv(0x80, &[0; 7]))].concat());
    let info = sequence(&[location, tlv(0xa1, &tlv(0x80, &[])), tlv(0x85, &[0x53; 8])]);
    let expected = format!(
        "imei=3535353535353535 vlr-number={NODE_TEXT} returned=node-address,location,state,imei"
    );
    assert_eq!(result(71, &sequence(&[info])), expected);
    let argument = sequence(&[tlv(0xa0, &tlv(0x80, IMSI)), tlv(0xa1, &[]), tlv(0x82, NODE)]);
    assert_eq!(invoke(62, &argument), format!("imsi={IMSI_TEXT} gsmSCF-Address={NODE_TEXT}"));
    assert_eq!(result(62, &sequence(&[tlv(0xa1, &[])])), "returned=subscription");
    assert_eq!(invoke(58, &tlv(4, NUMBER)), format!("msisdn={NUMBER_TEXT}"));
    assert_eq!(result(58, &tlv(4, IMSI)), format!("imsi={IMSI_TEXT} returned=imsi"));
}

#[test]
fn call_handling() {
    let argument = sequence(&[tlv(0x80, NUMBER), tlv(0x83, &[0]), tlv(0x86, NODE)]);
    let expected = format!("msisdn={NUMBER_TEXT} gmsc-OrGsmSCF-Address={NODE_TEXT}");
    assert_eq!(invoke(22, &argument), expected);
    let expected = format!("imsi={IMSI_TEXT} roamingNumber={NODE_TEXT} returned=imsi,node-address");
    assert_eq!(result(22, &tlv(0xa3, &[tlv(0x89, IMSI), tlv(4, NODE)].concat())), expected);
    assert_eq!(result(22, &sequence(&[tlv(4, IMSI), tlv(4, NODE)])), expected);
    let argument = sequence(&[tlv(0x80, IMSI), tlv(0x81, NODE)]);
    assert_eq!(invoke(4, &argument), format!("imsi={IMSI_TEXT} msc-Number={NODE_TEXT}"));
    let expected = format!("roamingNumber={NODE_TEXT} returned=node-address");
    assert_eq!(result(4, &tlv(4, NODE)), expected);
    assert_eq!(result(4, &sequence(&[tlv(4, NODE)])), expected);
}

#[test]
fn short_messages() {
    let argument = sequence(&[tlv(0x80, NUMBER), tlv(0x81, &[0xff]), tlv(0x82, NODE)]);
    let expected = format!("msisdn={NUMBER_TEXT} serviceCentreAddress={NODE_TEXT}");
    assert_eq!(invoke(45, &argument), expected);
    assert_eq!(invoke(47, &sequence(&[tlv(4, NUMBER), tlv(4, NODE), tlv(10, &[1])])), expected);
    let answer = sequence(&[tlv(4, IMSI), tlv(0xa0, &tlv(0x81, NODE))]);
    let expected =
        format!("imsi={IMSI_TEXT} networkNode-Number={NODE_TEXT} returned=imsi,node-address");
    assert_eq!(result(45, &answer), expected);
    let text = tlv(4, b"never read");
    let mobile_terminated = sequence(&[tlv(0x80, IMSI), tlv(0x84, NODE), text.clone()]);
    let expected = format!("imsi={IMSI_TEXT} serviceCentreAddressOA={NODE_TEXT}");
    assert_eq!(invoke(44, &mobile_terminated), expected);
    assert_eq!(invoke(46, &mobile_terminated), expected);
    let mobile_originated = sequence(&[tlv(0x84, NODE), tlv(0x82, NUMBER), text, tlv(4, IMSI)]);
    let expected =
        format!("imsi={IMSI_TEXT} msisdn={NUMBER_TEXT} serviceCentreAddressDA={NODE_TEXT}");
    assert_eq!(invoke(46, &mobile_originated), expected);
}

#[test]
fn location_services() {
    let argument = sequence(&[tlv(0x30, &[0x80, 1, 0]), tlv(4, NODE), tlv(0x82, IMSI)]);
    assert_eq!(invoke(83, &argument), format!("imsi={IMSI_TEXT} mlc-Number={NODE_TEXT}"));
    assert_eq!(result(83, &sequence(&[tlv(4, &[0; 8])])), "returned=location");
    let argument = sequence(&[tlv(0x80, NODE), tlv(0xa1, &tlv(0x81, NUMBER))]);
    assert_eq!(invoke(85, &argument), format!("msisdn={NUMBER_TEXT} mlcNumber={NODE_TEXT}"));
    let answer = sequence(&[tlv(0xa0, &tlv(0x80, IMSI)), tlv(0xa1, &tlv(4, NODE))]);
    let expected =
        format!("imsi={IMSI_TEXT} networkNode-Number={NODE_TEXT} returned=imsi,node-address");
    assert_eq!(result(85, &answer), expected);
}

#[test]
fn gprs_and_the_rest() {
    let argument = sequence(&[tlv(0x80, IMSI), tlv(0x82, NODE)]);
    assert_eq!(invoke(24, &argument), format!("imsi={IMSI_TEXT} ggsn-Number={NODE_TEXT}"));
    let expected = "sgsn-Address=192.0.2.9 returned=node-address";
    assert_eq!(result(24, &sequence(&[tlv(0x80, &[4, 192, 0, 2, 9])])), expected);
    let argument = sequence(&[tlv(0x80, IMSI), tlv(0x81, NUMBER), tlv(0x82, &[10])]);
    assert_eq!(invoke(7, &argument), format!("imsi={IMSI_TEXT} msisdn={NUMBER_TEXT}"));
    assert_eq!(invoke(37, &sequence(&[tlv(4, NODE)])), format!("hlr-Number={NODE_TEXT}"));
    assert_eq!(invoke(43, &tlv(4, &[0x53; 8])), "imei=3535353535353535");
    let ussd = sequence(&[tlv(4, &[15]), tlv(4, b"never read"), tlv(0x80, NUMBER)]);
    assert_eq!(invoke(59, &ussd), format!("msisdn={NUMBER_TEXT}"));
}

#[test]
fn what_is_asked_for() {
    let wanted =
        tlv(0xa1, &[tlv(0x80, &[]), tlv(0x81, &[]), tlv(0x83, &[]), tlv(0x86, &[])].concat());
    let argument = sequence(&[tlv(0xa0, &tlv(0x81, NUMBER)), wanted, tlv(0x83, NODE)]);
    let read = details(71, ComponentKind::Invoke, &argument);
    let names: Vec<_> = read.requested().collect();
    assert_eq!(names, ["locationInformation", "subscriberState", "currentLocation", "imei"]);
    let wanted = tlv(0xa1, &[tlv(0xa1, &[]), tlv(0x82, &[])].concat());
    let argument = sequence(&[tlv(0xa0, &tlv(0x81, NUMBER)), wanted, tlv(0x82, NODE)]);
    let read = details(62, ComponentKind::Invoke, &argument);
    assert_eq!(read.requested().collect::<Vec<_>>(), ["requestedSS-Info", "odb"]);
    let argument =
        sequence(&[tlv(0x80, IMSI), tlv(2, &[5]), tlv(0x83, &[1]), tlv(0x84, &[0, 0xf1, 0x10])]);
    let read = details(56, ComponentKind::Invoke, &argument);
    assert_eq!((read.requested_vectors, read.requesting_node), (Some(5), Some(1)));
    assert_eq!(read.location_plmn, Some([0, 0xf1, 0x10]));
}

#[test]
fn how_fine_a_location_is() {
    let cell = tlv(0xa3, &tlv(0x80, &[0, 0xf1, 0x10, 0, 1, 0, 2]));
    let location = tlv(0xa0, &[tlv(2, &[3]), tlv(0x80, &[0; 8]), tlv(0x81, NODE), cell].concat());
    let answer = sequence(&[sequence(&[location, tlv(0xa1, &tlv(0x81, &[]))])]);
    let read = details(70, ComponentKind::ReturnResultLast, &answer);
    assert_eq!(
        (read.location_kind, read.location_plmn),
        (Some(LocationKind::Cell), Some([0, 0xf1, 0x10]))
    );
    assert_eq!((read.geographical, read.location_age_min), (true, Some(3)));
    assert_eq!(read.subscriber_state, Some("camelBusy"));
    let area = tlv(0xa0, &tlv(0xa3, &tlv(0x81, &[0, 0xf1, 0x10, 0, 1])));
    let read = details(70, ComponentKind::ReturnResultLast, &sequence(&[sequence(&[area])]));
    assert_eq!(read.location_kind, Some(LocationKind::Area));
}

#[test]
fn vectors_are_counted() {
    let set = sequence(&[tlv(4, &[0; 16]), tlv(4, &[0; 4]), tlv(4, &[0; 8])]);
    let triplets = sequence(&[set.clone(), set.clone()]);
    assert_eq!(details(56, ComponentKind::ReturnResultLast, &triplets).vectors, Some(2));
    let list = tlv(0xa3, &tlv(0xa0, &[set.clone(), set.clone(), set.clone()].concat()));
    assert_eq!(details(56, ComponentKind::ReturnResultLast, &list).vectors, Some(3));
    let old = sequence(&[tlv(0xa1, &set), tlv(0xa1, &set), tlv(0x80, IMSI)]);
    assert_eq!(details(9, ComponentKind::ReturnResultLast, &old).vectors, Some(2));
    let expected = format!("imsi={IMSI_TEXT} returned=authentication-vectors,imsi");
    assert_eq!(result(9, &old), expected);
}

#[test]
fn headers_of_texts_and_no_text() {
    // SMS-DELIVER with a user data header, from 31654000101, PID 64 (silent), DCS 4.
    let deliver =
        [&[0x44, 11, 0x91, 0x13, 0x56, 0x04, 0, 0x01, 0xf1, 0x40, 0x04][..], &[0; 20]].concat();
    let mobile_terminated = sequence(&[tlv(0x80, IMSI), tlv(0x84, NODE), tlv(4, &deliver)]);
    for opcode in [44, 46] {
        let read = details(opcode, ComponentKind::Invoke, &mobile_terminated);
        assert_eq!((read.tp_mti, read.tp_pid, read.tp_dcs), (Some(0), Some(0x40), Some(4)));
        assert_eq!((read.sm_len, read.tp_udhi), (Some(31), true));
    }
    let submit = [0x11, 7, 4, 0x91, 0x21, 0x43, 0x00, 0xf1, 0xaa, 1];
    let mobile_originated = sequence(&[tlv(0x84, NODE), tlv(0x82, NUMBER), tlv(4, &submit)]);
    let read = details(46, ComponentKind::Invoke, &mobile_originated);
    assert_eq!((read.tp_mti, read.tp_pid, read.tp_dcs), (Some(1), Some(0), Some(0xf1)));
    let cut = sequence(&[tlv(0x84, NODE), tlv(0x82, NUMBER), tlv(4, &[0x11, 7, 200])]);
    let read = details(46, ComponentKind::Invoke, &cut);
    assert_eq!((read.tp_mti, read.tp_pid), (Some(1), None));
    let ussd = sequence(&[tlv(4, &[15]), tlv(4, b"*100#")]);
    let read = details(59, ComponentKind::Invoke, &ussd);
    assert_eq!((read.ussd_dcs, read.ussd_len), (Some(15), Some(5)));
    assert_eq!(details(19, ComponentKind::Invoke, &tlv(22, b"*100#")).ussd_len, Some(5));
}

#[test]
fn control_points_written_into_a_subscription() {
    let data = sequence(&[tlv(10, &[2]), tlv(2, &[1]), tlv(0x80, NODE), tlv(0x81, &[0])]);
    let o_csi = tlv(0xa0, &sequence(&[data]));
    let sms = sequence(&[tlv(0x80, &[1]), tlv(0x81, &[1]), tlv(0x82, NODE), tlv(0x83, &[0])]);
    let sms_csi = tlv(0xa6, &tlv(0xa0, &sms));
    let camel = tlv(0xad, &[o_csi, sms_csi].concat());
    let argument = sequence(&[tlv(0x80, IMSI), camel]);
    // Twice the same is said once.
    assert_eq!(invoke(7, &argument), format!("imsi={IMSI_TEXT} gsmSCF-Address={NODE_TEXT}"));
}

#[test]
fn forwarding() {
    let argument = sequence(&[tlv(4, &[0x21]), tlv(0x83, &[0x11]), tlv(0x84, NUMBER)]);
    assert_eq!(invoke(10, &argument), format!("forwardedToNumber={NUMBER_TEXT}"));
    assert_eq!(details(10, ComponentKind::Invoke, &argument).ss_code, Some(0x21));
    let feature = sequence(&[tlv(0x84, &[7]), tlv(0x85, NUMBER)]);
    let expected = format!("forwardedToNumber={NUMBER_TEXT} returned=subscription");
    assert_eq!(result(14, &tlv(0xa3, &feature)), expected);
    assert_eq!(result(10, &tlv(0xa0, &[tlv(4, &[0x21]), sequence(&[feature])].concat())), expected);
    let change = tlv(0xa2, &[tlv(0x80, &[0x21]), tlv(0x83, NUMBER)].concat());
    let argument = sequence(&[tlv(0xa0, &tlv(0x80, IMSI)), tlv(0x81, NODE), change]);
    let expected =
        format!("imsi={IMSI_TEXT} gsmSCF-Address={NODE_TEXT} forwardedToNumber={NUMBER_TEXT}");
    assert_eq!(invoke(65, &argument), expected);
}

#[test]
fn errors_and_what_they_say() {
    let said = |error, parameter: &[u8]| error_diagnostic(User::Map, error, Cursor::new(parameter));
    assert_eq!(said(1, &sequence(&[tlv(10, &[1])])), Some(1));
    assert_eq!(said(6, &sequence(&[tlv(2, &[5]), tlv(0x80, &[6])])), Some(5));
    assert_eq!(said(8, &sequence(&[tlv(10, &[0])])), Some(0));
    assert_eq!(said(13, &tlv(10, &[1])), Some(1));
    assert_eq!(said(13, &sequence(&[tlv(10, &[1])])), Some(1));
    assert_eq!(said(17, &tlv(4, &[9])), Some(9));
    assert_eq!(said(27, &sequence(&[tlv(0x80, &[2])])), Some(2));
    assert_eq!(said(34, &tlv(10, &[4])), Some(4));
    assert_eq!(said(34, &[]), None);
    assert_eq!(said(36, &sequence(&[tlv(10, &[1])])), None);
    let refused = tlv(10, &[2]);
    assert_eq!(error_diagnostic(User::Cap, 12, Cursor::new(&refused)), Some(2));
}

#[test]
fn operations_belong_to_contexts() {
    let context = |octets: &[u8]| application_context(Oid(octets)).unwrap();
    let routing = context(&[4, 0, 0, 1, 0, 20, 3]);
    assert_eq!(routing.dotted, "0.4.0.0.1.0.20.3");
    assert_eq!(belongs(&routing, 45), Some(true));
    assert_eq!(belongs(&routing, 71), Some(false));
    // An operation of a vendor.
    assert_eq!((belongs(&routing, -1), belongs(&routing, 27)), (None, None));
    let mut notes = Anomalies::new();
    check_operation(&mut notes, &routing, 45, Span::default());
    assert!(notes.is_empty());
    check_operation(&mut notes, &routing, 71, Span::default());
    assert!(notes.has("map.operation"));
    assert_eq!(belongs(&context(&[4, 0, 0, 1, 0, 40, 3]), 78), None);
    let call = context(&[4, 0, 0, 1, 23, 3, 4]);
    assert_eq!(
        (call.dotted, belongs(&call, 0), belongs(&call, 60)),
        ("0.4.0.0.1.23.3.4", Some(true), Some(false))
    );
    assert_eq!(context(&[4, 0, 1, 1, 1, 0, 0]).name, "cs1-ssp-to-scp");
}

/// Every context says of itself what its octets say.
#[test]
fn dotted_texts_are_those_of_the_octets() {
    for number in 0..=255u8 {
        for version in 0..=8u8 {
            for octets in [
                &[4, 0, 0, 1, 0, number, version][..],
                &[4, 0, 0, 1, 21 + version % 3, 3, number][..],
                &[4, 0, 1, 1, 1, number, version][..],
            ] {
                if let Some(context) = application_context(Oid(octets)) {
                    assert_eq!(context.dotted, Oid(octets).to_string());
                    let owned = user(Some(Oid(octets)), None, None);
                    assert_eq!(owned, context.user, "{}", context.dotted);
                    for opcode in context.operations {
                        assert!(
                            operation_name(context.user, i64::from(*opcode)).is_some(),
                            "{opcode}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn what_does_not_fit_is_noted() {
    let mut notes = Anomalies::new();
    let read = argument(&mut notes, User::Map, 71, ComponentKind::Invoke, Cursor::new(&[2, 1, 9]));
    assert_eq!(read, Argument::default());
    assert!(notes.has("map.argument"));
    // releaseCall of CAP has the code of sendRoutingInfo.
    assert!(!reads_as_map(22, Cursor::new(&[4, 2, 0x80, 0x90])));
}

#[test]
fn evasions_read_the_same_and_are_noted() {
    let address = tlv(0x83, NODE);
    let mut long_tag = vec![0xbf, 0x00];
    long_tag.extend(tlv(0, &tlv(0x81, NUMBER)).split_off(1));
    let mut long_length = vec![0xa0, 0x82, 0];
    long_length.extend(tlv(0, &tlv(0x81, NUMBER)).split_off(1));
    let pieces = tlv(0xa0, &tlv(0xa1, &tlv(4, NUMBER)));
    for (identity, field) in
        [(long_tag, "ber.tag"), (long_length, "ber.length"), (pieces, "ber.tag")]
    {
        let mut notes = Anomalies::new();
        let parameter = sequence(&[identity, address.clone()]);
        let kind = ComponentKind::Invoke;
        let read = argument(&mut notes, User::Map, 71, kind, Cursor::new(&parameter));
        assert_eq!(read.msisdn.unwrap().digits.as_str(), NUMBER_TEXT, "{field}");
        assert!(notes.has(field), "{field}: {notes:?}");
    }
}

#[test]
fn names() {
    assert_eq!(operation_name(User::Map, 71), Some("anyTimeInterrogation"));
    assert_eq!(operation_name(User::Cap, 0), Some("initialDP"));
    assert_eq!(operation_name(User::Map, 27), None);
    assert_eq!(error_name(User::Map, 49), Some("ati-NotAllowed"));
    let context = application_context(Oid(&[4, 0, 0, 1, 0, 29, 3])).unwrap();
    assert_eq!((context.name, context.version), ("anyTimeInfoEnquiryContext-v3", 3));
    assert_eq!(application_context(Oid(&[4, 0, 0, 1, 0, 29, 9])), None);
    let cap = application_context(Oid(&[4, 0, 0, 1, 0, 50, 1])).unwrap();
    assert_eq!((cap.user, cap.version), (User::Cap, 2));
}

#[test]
fn who_speaks() {
    assert_eq!(user(Some(Oid(&[4, 0, 0, 1, 0, 29, 3])), Some(146), None), User::Map);
    assert_eq!(user(Some(Oid(&[4, 0, 0, 1, 0x15, 3, 4])), None, None), User::Cap);
    assert_eq!(user(None, Some(6), Some(147)), User::Map);
    assert_eq!(user(None, Some(152), Some(146)), User::Cap);
    assert_eq!(user(None, Some(200), None), User::Unknown);
}

#[test]
fn dialogue_references() {
    let open = tlv(0xa0, &[tlv(0x80, &[&[0x96], IMSI].concat()), tlv(0x81, NODE)].concat());
    let external = tlv(0x28, &[tlv(6, &[4, 0, 0, 1, 1, 1, 1]), tlv(0xa0, &open)].concat());
    let (destination, origination) = references(&mut Anomalies::new(), Cursor::new(&external));
    let destination = destination.unwrap();
    assert_eq!((destination.plan, destination.digits.as_str()), (6, IMSI_TEXT));
    assert_eq!(origination.unwrap().digits.as_str(), NODE_TEXT);
}

proptest! {
    #[test]
    fn any_octets(opcode in 0i64..128, answer in any::<bool>(), user in 0usize..3, bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        let kind = if answer { ComponentKind::ReturnResultLast } else { ComponentKind::Invoke };
        let user = [User::Map, User::Cap, User::Inap][user];
        let wrapped = tlv(0x30, &bytes);
        for bytes in [&bytes, &wrapped] {
            let argument = argument(&mut Anomalies::new(), user, opcode, kind, Cursor::new(bytes));
            prop_assert!(argument.addresses.len() <= 16 && argument.returned.len() < 9);
            error_diagnostic(user, opcode, Cursor::new(bytes));
            reads_as_map(opcode, Cursor::new(bytes));
            references(&mut Anomalies::new(), Cursor::new(bytes));
        }
    }

    #[test]
    fn mutated(at in 0usize..60, octet in any::<u8>()) {
        let mut bytes = sequence(&[tlv(0xa0, &tlv(0x81, NUMBER)), tlv(0xa1, &tlv(0x80, &[])), tlv(0x83, NODE)]);
        if let Some(slot) = bytes.get_mut(at) {
            *slot = octet;
        }
        for end in 0..bytes.len() {
            argument(&mut Anomalies::new(), User::Map, 71, ComponentKind::Invoke, Cursor::new(&bytes[..end]));
        }
    }
}
