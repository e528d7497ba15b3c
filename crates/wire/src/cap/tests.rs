//! Tests of the CAP reader.

use crate::ber::Oid;
use crate::map::{Argument, User, argument, error_name, operation_name, reads_as_cap, user};
use crate::tcap::ComponentKind;
use crate::{Anomalies, Cursor};

const IMSI: &[u8] = &[0x00, 0x01, 0x21, 0x43, 0x65, 0x87, 0x09, 0xf1];
/// 31654000101 as ISUP writes it: odd, international, E.164.
const ISUP: &[u8] = &[0x84, 0x10, 0x13, 0x56, 0x04, 0x00, 0x01, 0x01];
/// The same behind a qualifier.
const GENERIC: &[u8] = &[0x06, 0x84, 0x10, 0x13, 0x56, 0x04, 0x00, 0x01, 0x01];
/// The same as a mobile dialled it.
const BCD: &[u8] = &[0x91, 0x13, 0x56, 0x04, 0x00, 0x01, 0xf1];
const NODE: &[u8] = &[0x91, 0x94, 0x71, 0x02, 0x00, 0x00, 0x10];
const NUMBER_TEXT: &str = "31654000101";

fn tlv(tag: &[u8], value: &[u8]) -> Vec<u8> {
    let mut out = tag.to_vec();
    if value.len() >= 0x80 {
        out.push(0x81);
    }
    out.push(u8::try_from(value.len()).unwrap());
    out.extend(value);
    out
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(&[0x30], &parts.concat())
}

fn read(opcode: i64, parameter: &[u8]) -> Argument {
    let mut notes = Anomalies::new();
    let kind = ComponentKind::Invoke;
    let argument = argument(&mut notes, User::Cap, opcode, kind, Cursor::new(parameter));
    assert!(notes.is_empty(), "{notes:?}");
    argument
}

/// Parties and node addresses in one line.
fn line(argument: &Argument) -> String {
    let call = argument.call.clone().unwrap_or_default();
    let parties = call.parties.iter().map(|party| {
        let kind = if party.person { "" } else { "node:" };
        format!("{kind}{}={}/{}", party.role, party.number.digits, party.number.nature)
    });
    let addresses = argument.addresses.iter().map(|(role, gt)| format!("{role}={}", gt.digits));
    parties.chain(addresses).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_call_is_reported() {
    let cell = tlv(&[0xa3], &tlv(&[0x80], &[0, 0xf1, 0x10, 0, 1, 0, 2]));
    let location = [tlv(&[2], &[0]), tlv(&[0x81], NODE), cell].concat();
    let extension = tlv(&[0x80], NODE);
    let argument = sequence(&[
        tlv(&[0x80], &[1, 0xf4]),
        tlv(&[0x83], ISUP),
        tlv(&[0x8a], ISUP),
        tlv(&[0x9c], &[2]),
        tlv(&[0x99], GENERIC),
        tlv(&[0x9f, 0x32], IMSI),
        tlv(&[0xbf, 0x34], &location),
        tlv(&[0x9f, 0x37], NODE),
        tlv(&[0x9f, 0x38], BCD),
        tlv(&[0xbf, 0x3b], &extension),
    ]);
    let read = read(0, &argument);
    let call = read.call.as_ref().unwrap();
    assert_eq!(call.service_key, Some(500));
    assert_eq!((call.event_type, call.event_type_name), (Some(2), Some("collectedInfo")));
    assert_eq!(read.imsi.unwrap().to_string(), "001012345678901");
    assert_eq!(read.details.location_plmn, Some([0, 0xf1, 0x10]));
    let node = "491720000001";
    assert_eq!(
        line(&read),
        format!(
            "callingPartyNumber={NUMBER_TEXT}/4 locationNumber={NUMBER_TEXT}/4 \
             additionalCallingPartyNumber={NUMBER_TEXT}/4 calledPartyBCDNumber={NUMBER_TEXT}/4 \
             vlr-number={node} mscAddress={node} gmscAddress={node}"
        )
    );
}

#[test]
fn a_call_is_sent_elsewhere() {
    let destination = tlv(&[0xa0], &tlv(&[4], ISUP));
    let connect = sequence(&[
        destination.clone(),
        tlv(&[0x86], ISUP),
        tlv(&[0xae], &tlv(&[4], GENERIC)),
        tlv(&[0x9d], ISUP),
    ]);
    let expected = format!(
        "destinationRoutingAddress={NUMBER_TEXT}/4 originalCalledPartyID={NUMBER_TEXT}/4 \
         genericNumber={NUMBER_TEXT}/4 redirectingPartyID={NUMBER_TEXT}/4"
    );
    assert_eq!(line(&read(20, &connect)), expected);
    let attempt = sequence(&[destination, tlv(&[0x9e], ISUP), tlv(&[0x9f, 0x34], NODE)]);
    let expected = format!(
        "destinationRoutingAddress={NUMBER_TEXT}/4 callingPartyNumber={NUMBER_TEXT}/4 \
         gsmSCFAddress=491720000001"
    );
    assert_eq!(line(&read(32, &attempt)), expected);
    let assisted = read(17, &sequence(&[tlv(&[0x80], GENERIC), tlv(&[0x81], &[0, 0x21])]));
    assert_eq!(line(&assisted), format!("node:assistingSSPIPRoutingAddress={NUMBER_TEXT}/4"));
    assert!(assisted.call.unwrap().correlated);
    let resource = read(19, &sequence(&[tlv(&[0x80], ISUP)]));
    assert_eq!(line(&resource), format!("node:ipRoutingAddress={NUMBER_TEXT}/4"));
}

#[test]
fn events_and_causes() {
    let armed = |event| sequence(&[tlv(&[0x80], &[event]), tlv(&[0x81], &[1])]);
    let request = sequence(&[tlv(&[0xa0], &[armed(7), armed(9)].concat())]);
    assert_eq!(read(23, &request).call.unwrap().requested_events.as_slice(), [7, 9]);
    let specific = tlv(&[0xa2], &tlv(&[0xa7], &tlv(&[0x80], &[0x80, 0x90])));
    let report = read(24, &sequence(&[tlv(&[0x80], &[9]), specific])).call.unwrap();
    assert_eq!((report.event_type_name, report.cause), (Some("oDisconnect"), Some(16)));
    assert_eq!(read(22, &tlv(&[4], &[0x80, 0x9f])).call.unwrap().cause, Some(31));
    assert_eq!(read(22, &tlv(&[4], &[0x00, 0x80, 0x9f])).call.unwrap().cause, Some(31));
    let charging = tlv(&[0x80], &tlv(&[0xa0], &tlv(&[0x80], &[0x0e, 0x10])));
    assert_eq!(read(35, &sequence(&[charging])).call.unwrap().max_duration_ds, Some(3600));
}

#[test]
fn short_messages_and_sessions() {
    let message = sequence(&[
        tlv(&[0x80], &[1]),
        tlv(&[0x81], BCD),
        tlv(&[0x82], BCD),
        tlv(&[0x83], &[1]),
        tlv(&[0x84], IMSI),
        tlv(&[0x87], NODE),
        tlv(&[0x89], &[0x41]),
        tlv(&[0x8a], &[0x40]),
        tlv(&[0x8b], &[0xf6]),
    ]);
    let sms = read(60, &message);
    assert_eq!(
        line(&sms),
        format!(
            "destinationSubscriberNumber={NUMBER_TEXT}/4 callingPartyNumber={NUMBER_TEXT}/4 \
             sMSCAddress=491720000001"
        )
    );
    let details = sms.details;
    assert_eq!((details.tp_mti, details.tp_pid, details.tp_dcs), (Some(1), Some(0x40), Some(0xf6)));
    assert!(details.tp_udhi);
    let location =
        tlv(&[0xac], &[tlv(&[0x81], &[0, 0xf1, 0x10, 0, 1, 2]), tlv(&[0x83], NODE)].concat());
    let session = sequence(&[
        tlv(&[0x80], &[5]),
        tlv(&[0x81], &[11]),
        tlv(&[0x82], BCD),
        tlv(&[0x83], IMSI),
        tlv(&[0x88], b"\x08internet"),
        location,
        tlv(&[0x8f], &[4, 192, 0, 2, 1]),
    ]);
    let gprs = read(78, &session);
    let call = gprs.call.as_ref().unwrap();
    assert_eq!(call.apn.as_deref(), Some("internet"));
    assert_eq!(call.event_type_name, Some("pdp-ContextEstablishment"));
    assert_eq!(gprs.msisdn.unwrap().digits.to_string(), NUMBER_TEXT);
    assert_eq!(gprs.hosts.as_slice(), [("gGSNAddress", "192.0.2.1".parse().unwrap())]);
    assert_eq!(line(&gprs), "sgsn-Number=491720000001");
}

#[test]
fn lists_have_an_end() {
    let many = vec![tlv(&[4], GENERIC); 20].concat();
    let argument = read(20, &sequence(&[tlv(&[0xae], &many)]));
    assert_eq!(argument.call.unwrap().parties.len(), super::MAX_PARTIES);
    let events = vec![sequence(&[tlv(&[0x80], &[7])]); 20].concat();
    let argument = read(23, &sequence(&[tlv(&[0xa0], &events)]));
    assert_eq!(argument.call.unwrap().requested_events.len(), super::MAX_EVENTS);
}

#[test]
fn a_wrong_shape_is_noted() {
    let mut notes = Anomalies::new();
    argument(&mut notes, User::Cap, 0, ComponentKind::Invoke, Cursor::new(&[4, 1, 0]));
    assert!(notes.has("cap.argument"));
}

#[test]
fn names() {
    assert_eq!(operation_name(User::Cap, 32), Some("initiateCallAttempt"));
    assert_eq!(error_name(User::Cap, 12), Some("taskRefused"));
    assert_eq!(user(Some(Oid(&[4, 0, 0, 1, 23, 3, 4])), None, None), User::Cap);
}

#[test]
fn what_reads_as_a_call_without_being_told() {
    let connect = sequence(&[tlv(&[0xa0], &tlv(&[4], ISUP))]);
    assert!(reads_as_cap(20, Cursor::new(&connect)));
    let report = sequence(&[tlv(&[0x80], &[7]), tlv(&[0xa3], &tlv(&[0x81], &[2]))]);
    assert!(reads_as_cap(24, Cursor::new(&report)));
    // An event that has no name; a cause, which anything could be; MAP's question for a subscriber's SGSN, of the same code.
    assert!(!reads_as_cap(24, Cursor::new(&sequence(&[tlv(&[0x80], &[99])]))));
    assert!(!reads_as_cap(22, Cursor::new(&tlv(&[4], &[0x80, 0x90]))));
    let routing = sequence(&[tlv(&[0x80], IMSI), tlv(&[0x82], NODE)]);
    assert!(!reads_as_cap(24, Cursor::new(&routing)));
}
