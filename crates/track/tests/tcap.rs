//! TCAP over SCCP: what stands in records of both standards, and that tricks of the encoding hide nothing.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod run;

use event::{Event, Map, Outcome, What};
use run::{config, events_of, pick};
use testkit::frame::sccp::{Party, SSN_HLR, SSN_VLR, udt, udts};
use testkit::frame::tcap::{self, ansi};
use testkit::frame::{ber, cap, map};
use testkit::timeline::{Linkset, Side, Timeline, at};

const IMSI: &str = "001010123456789";
const SCF: &str = "99901000031";
/// Subsystem of CAP (TS 23.003 section 8.2).
const SSN_CAP: u8 = 146;

fn events(messages: &[(Side, Vec<u8>)]) -> Vec<Event> {
    events_between([SSN_VLR, SSN_HLR], messages)
}

fn events_between(ssns: [u8; 2], messages: &[(Side, Vec<u8>)]) -> Vec<Event> {
    let mut tl = Timeline::new(1);
    let (client, server) = (at("192.0.2.1", 2905), at("198.51.100.1", 2905));
    let mut link = Linkset::open(&mut tl, client, server, [11, 22]);
    let parties = [Party::gt("99901000001", ssns[0]), Party::gt("99902000001", ssns[1])];
    for (side, message) in messages {
        let own = *side as usize;
        link.sccp(&mut tl, *side, &udt(&parties[1 - own], &parties[own], message));
    }
    events_of(&config(), &tl.into_frames())
}

fn maps(events: &[Event]) -> Vec<&Map> {
    pick(events, |what| if let What::Map(map) = what { Some(map.as_ref()) } else { None })
}

fn fields(events: &[Event]) -> Vec<&str> {
    let anomalies =
        pick(
            events,
            |what| if let What::Anomaly(anomaly) = what { Some(anomaly.as_ref()) } else { None },
        );
    anomalies.iter().map(|anomaly| anomaly.field.as_ref()).collect()
}

fn interrogation() -> Vec<u8> {
    map::any_time_interrogation_of_imsi(IMSI, SCF)
}

fn begin(invoke: Vec<u8>) -> Vec<u8> {
    let context = map::context(map::op::ANY_TIME_INTERROGATION);
    tcap::begin(5, Some(tcap::aarq(context)), &[invoke])
}

#[test]
fn an_opening_message_that_comes_back_is_refused() {
    let parties = [Party::gt("99901000001", SSN_VLR), Party::gt("99902000001", SSN_HLR)];
    let opening = begin(tcap::invoke(1, map::op::ANY_TIME_INTERROGATION, &interrogation()));
    let mut tl = Timeline::new(1);
    let (client, server) = (at("192.0.2.1", 2905), at("198.51.100.1", 2905));
    let mut link = Linkset::open(&mut tl, client, server, [11, 22]);
    link.sccp(&mut tl, Side::Client, &udt(&parties[1], &parties[0], &opening));
    link.sccp(&mut tl, Side::Server, &udts(1, &parties[0], &parties[1], &opening));
    // Somebody else's message of the same number, which nobody was seen sending.
    link.sccp(&mut tl, Side::Client, &udts(1, &parties[1], &parties[0], &opening));
    let events = events_of(&config(), &tl.into_frames());
    let asked = events.iter().find(|event| matches!(event.what, What::Map(_))).unwrap().frame;
    let returned =
        pick(&events, |what| if let What::Sccp(sccp) = what { Some(sccp.as_ref()) } else { None });
    let told: Vec<_> = returned.iter().map(|sccp| (sccp.outcome, sccp.request)).collect();
    assert_eq!(told, [(Some(Outcome::Refused), Some(asked)), (None, None)]);
    assert!(returned.iter().all(|sccp| sccp.otid.is_some()));
}

#[test]
fn tricks_hide_no_operation() {
    let ati = map::op::ANY_TIME_INTERROGATION;
    let plain = begin(tcap::invoke(1, ati, &interrogation()));
    let plain_events = events(&[(Side::Client, plain.clone())]);
    assert_eq!(fields(&plain_events), [""; 0]);
    let expected = maps(&plain_events)[0].clone();
    assert_eq!(expected.operation.as_deref(), Some("anyTimeInterrogation"));
    let content = &plain[2..];
    for (message, field) in [
        (begin(tcap::invoke_global(1, ati, &interrogation())), "tcap.global_opcode"),
        (begin(tcap::invoke_padded(1, ati, &interrogation())), "tcap.opcode_length"),
        (ber::tlv_padded(0x62, content), "ber.length"),
        (ber::tlv_indefinite(0x62, content), "ber.indefinite"),
        ([&[0x7f, 2][..], &plain[1..]].concat(), "ber.tag"),
        (ber::tlv(0x62, &[content, &[0, 0]].concat()), "ber.padding"),
        ([&plain[..], &[1, 2, 3]].concat(), "tcap.trailing"),
    ] {
        let events = events(&[(Side::Client, message)]);
        let read = maps(&events)[0];
        assert!(fields(&events).contains(&field), "{field}: {:?}", fields(&events));
        assert_eq!(read.operation, expected.operation, "{field}");
        assert_eq!(
            (read.imsi, read.otid.clone()),
            (expected.imsi, expected.otid.clone()),
            "{field}"
        );
        assert_eq!(read.addresses, expected.addresses, "{field}");
    }
}

#[test]
fn a_refusal_says_why() {
    let context = map::context(map::op::ANY_TIME_INTERROGATION);
    let request = begin(tcap::invoke(1, map::op::ANY_TIME_INTERROGATION, &interrogation()));
    for (answer, why) in [
        (tcap::abort(5, 4), "resourceLimitation"),
        (
            tcap::abort_by_user(5, Some(tcap::aare_refused(context))),
            "applicationContextNameNotSupported",
        ),
    ] {
        let events = events(&[(Side::Client, request.clone()), (Side::Server, answer)]);
        let answer = maps(&events)[1];
        assert_eq!(answer.error.as_deref(), Some(why));
        assert_eq!(answer.outcome, Some(Outcome::Refused));
        assert_eq!(fields(&events), [""; 0]);
    }
}

#[test]
fn ansi_41_is_read_and_joined() {
    let min = ansi::min("7191234518");
    let messages = [
        (Side::Client, ansi::query(9, &[ansi::invoke(7, 28, std::slice::from_ref(&min))])),
        (Side::Server, ansi::conversation(8, 9, &[ansi::invoke(1, 41, &[])])),
        (Side::Client, ansi::response(8, &[ansi::error(1, 0x86)])),
        (Side::Server, ansi::response(9, &[ansi::result(7, &[min])])),
    ];
    let events = events(&messages);
    assert_eq!(fields(&events), [""; 0]);
    let maps = maps(&events);
    assert_eq!(maps.len(), 4);
    assert!(maps.iter().all(|map| map.user == "ansi-map"));
    assert_eq!(maps[0].message, "queryWithPermission");
    assert_eq!(maps[0].operation.as_deref(), Some("authenticationRequest"));
    assert_eq!(maps[0].opcode, Some(0x091c));
    assert!(maps[0].msisdn.unwrap().to_string().starts_with("1~"));
    assert_eq!(maps[1].message, "conversationWithoutPermission");
    assert_eq!(maps[2].error.as_deref(), Some("operationNotSupported"));
    assert_eq!(maps[3].operation.as_deref(), Some("authenticationRequest"));
    assert_eq!(maps[3].outcome, Some(Outcome::AnsweredWithData));
    assert_eq!(maps[3].request, Some(maps_frame(&events, 0)));
    assert_eq!(maps[3].msisdn, maps[0].msisdn);
}

/// The frame of a map record by its place.
fn maps_frame(events: &[Event], place: usize) -> u64 {
    let frames = events.iter().filter(|event| matches!(event.what, What::Map(_)));
    frames.map(|event| event.frame).nth(place).unwrap()
}

#[test]
fn a_call_is_told_without_the_people_in_it() {
    const CALLER: &str = "999010000123";
    const DIALLED: &str = "999020000456";
    const ELSEWHERE: &str = "999770000789";
    // CAP phase 2 between switch and control point stands in the arc of MAP (TS 29.078 annex A).
    let context = tcap::aarq(tcap::Context(50, 1));
    let asked = cap::initial_dp(7, IMSI, CALLER, DIALLED, "99901000011", "00101");
    let messages = [
        (
            Side::Client,
            tcap::begin(5, Some(context), &[tcap::invoke(1, cap::op::INITIAL_DP, &asked)]),
        ),
        (
            Side::Server,
            tcap::continued(
                9,
                5,
                None,
                &[
                    tcap::invoke(
                        2,
                        cap::op::REQUEST_REPORT_BCSM_EVENT,
                        &cap::request_report_bcsm_event(&[7, 9]),
                    ),
                    tcap::invoke(3, cap::op::CONNECT, &cap::connect(ELSEWHERE)),
                ],
            ),
        ),
        (
            Side::Client,
            tcap::continued(
                5,
                9,
                None,
                &[tcap::invoke(4, cap::op::EVENT_REPORT_BCSM, &cap::event_report_bcsm(9))],
            ),
        ),
        (
            Side::Server,
            tcap::end(5, None, &[tcap::invoke(5, cap::op::RELEASE_CALL, &cap::release_call(31))]),
        ),
    ];
    let events = events_between([SSN_CAP; 2], &messages);
    let caps =
        pick(&events, |what| if let What::Cap(map) = what { Some(map.as_ref()) } else { None });
    let operations: Vec<_> = caps.iter().map(|cap| cap.operation.as_deref().unwrap()).collect();
    assert_eq!(
        operations,
        ["initialDP", "requestReportBCSMEvent", "connect", "eventReportBCSM", "releaseCall"]
    );
    let call = |index: usize| caps[index].call.as_ref().unwrap();
    assert_eq!(call(0).service_key, Some(7));
    assert_eq!(call(0).location_plmn.unwrap().to_string(), "001-01");
    assert_eq!(call(1).requested_events, [7, 9]);
    assert_eq!(call(2).parties[0].role, "destinationRoutingAddress");
    assert_eq!((call(3).event_type, call(4).cause), (Some(9), Some(31)));
    let people = [0, 2].map(|index| &call(index).parties);
    assert!(people.into_iter().flatten().all(|party| party.number.subscriber.is_some()));
    let text = serde_json::to_string(&events).unwrap();
    assert!(
        [IMSI, CALLER, DIALLED, ELSEWHERE].iter().all(|digits| !text.contains(digits)),
        "{text}"
    );
}
