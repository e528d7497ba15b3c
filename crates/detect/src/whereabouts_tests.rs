//! What teaches a place, and what must not.

use event::{
    Call, Diameter, Event, GlobalTitle, Gtp, Map, MapDetails, NodeAddress, Outcome, Plmn, Proto,
    SccpAddress, Subscriber, What,
};
use network::{Network, NetworkId};

use super::*;
use crate::tests_support::Events;

const HLR: &str = "447700900010";
const VLR_US: &str = "12025550120";
const VLR_FR: &str = "33600000020";

fn imsi() -> Subscriber {
    "23499~00000000000000a1".parse().unwrap()
}

fn msisdn() -> Subscriber {
    "44~00000000000000b2".parse().unwrap()
}

fn gt(digits: &str) -> Option<SccpAddress> {
    let gt = GlobalTitle { digits: digits.into(), np: Some(1), ..GlobalTitle::default() };
    Some(SccpAddress { gt: Some(gt), ssn: Some(7), ..SccpAddress::default() })
}

fn invoke(opcode: i64, calling: &str, called: &str) -> Map {
    Map {
        user: "map".into(),
        calling: gt(calling),
        called: gt(called),
        message: "begin".into(),
        otid: Some("01".into()),
        component: Some("invoke".into()),
        component_count: 1,
        invoke_id: Some(1),
        opcode: Some(opcode),
        imsi: Some(imsi()),
        ..Map::default()
    }
}

fn result(opcode: i64, request: u64) -> Map {
    Map {
        dtid: Some("01".into()),
        otid: None,
        message: "end".into(),
        component: Some("returnResultLast".into()),
        request: Some(request),
        imsi: None,
        ..invoke(opcode, HLR, VLR_US)
    }
}

fn push(events: &mut Events, secs: f64, what: What) {
    events.push(secs, "198.51.100.10", "192.0.2.10", Proto::Sctp, what);
}

fn map(events: &mut Events, secs: f64, map: Map) {
    push(events, secs, What::Map(Box::new(map)));
}

fn learned(events: &Events) -> Whereabouts {
    let network = Network::default();
    let mut whereabouts = Whereabouts::default();
    for event in &events.list {
        whereabouts.observe(&network, event);
        whereabouts.remember(event);
    }
    whereabouts
}

fn country(whereabouts: &Whereabouts) -> Option<&'static str> {
    let place = whereabouts.of_imsi(&imsi())?.latest()?;
    Network::default().country_of(place.network()).map(|country| country.iso)
}

#[test]
fn a_registration_counts_when_it_is_accepted() {
    let mut events = Events::new();
    map(&mut events, 0.0, invoke(2, VLR_US, HLR));
    assert_eq!(country(&learned(&events)), None);
    let mut refused = Events { list: events.list.clone() };
    map(&mut refused, 0.1, Map { component: Some("returnError".into()), ..result(2, 1) });
    assert_eq!(country(&learned(&refused)), None);
    map(&mut events, 0.1, result(2, 1));
    let whereabouts = learned(&events);
    assert_eq!(country(&whereabouts), Some("US"));
    let place = whereabouts.of_imsi(&imsi()).unwrap().latest().unwrap();
    assert_eq!(whereabouts.node_name(&place), Some(VLR_US));
    assert_eq!((place.frame(), place.source()), (1, Source::Map));
}

#[test]
fn who_is_asked_for_vectors_learns_nothing() {
    let mut events = Events::new();
    map(&mut events, 0.0, invoke(56, VLR_US, HLR));
    map(&mut events, 0.1, result(56, 1));
    assert_eq!(country(&learned(&events)), None);
}

#[test]
fn the_place_before_is_kept_and_a_cancelled_one_is_left() {
    let mut events = Events::new();
    map(&mut events, 0.0, invoke(2, VLR_FR, HLR));
    map(&mut events, 0.1, result(2, 1));
    map(&mut events, 60.0, invoke(2, VLR_US, HLR));
    map(&mut events, 60.1, result(2, 3));
    let known = learned(&events).of_imsi(&imsi()).unwrap();
    let iso = |place: Place| Network::default().country_of(place.network()).unwrap().iso;
    assert_eq!((known.latest().map(iso), known.before().map(iso)), (Some("US"), Some("FR")));
    // The home network cancels; a stranger cannot.
    let mut cancelled = Events { list: events.list.clone() };
    map(&mut cancelled, 70.0, invoke(3, "61400000001", VLR_US));
    assert_eq!(country(&learned(&cancelled)), Some("US"));
    map(&mut cancelled, 71.0, invoke(3, HLR, VLR_US));
    assert_eq!(country(&learned(&cancelled)), None);
}

#[test]
fn the_home_network_knows() {
    let mut events = Events::new();
    map(&mut events, 0.0, invoke(4, HLR, VLR_FR));
    assert_eq!(country(&learned(&events)), Some("FR"));
    // Asked, the switch says where: the location is the answer's.
    let mut asked = Events::new();
    map(&mut asked, 0.0, invoke(70, HLR, VLR_US));
    let details = MapDetails {
        location_plmn: Some("310-410".parse().unwrap()),
        location_age_min: Some(1),
        ..MapDetails::default()
    };
    let mut told = Map { details: Some(Box::new(details)), ..result(70, 1) };
    told.addresses = vec![NodeAddress {
        role: "vlr-Number".into(),
        gt: GlobalTitle { digits: VLR_US.into(), ..GlobalTitle::default() },
    }];
    map(&mut asked, 0.2, told);
    assert_eq!(country(&learned(&asked)), Some("US"));
}

#[test]
fn calls_sessions_and_s6a_tell_places_too() {
    let mut events = Events::new();
    let mut call = Map { user: "cap".into(), ..invoke(0, VLR_FR, HLR) };
    let location_plmn: Option<Plmn> = Some("208-01".parse().unwrap());
    call.call = Some(Box::new(Call { location_plmn, ..Call::default() }));
    push(&mut events, 0.0, What::Cap(Box::new(call)));
    assert_eq!(country(&learned(&events)), None, "nobody answered yet");
    let answer = Map {
        user: "cap".into(),
        otid: Some("09".into()),
        dtid: Some("01".into()),
        message: "continue".into(),
        imsi: None,
        ..invoke(31, HLR, VLR_FR)
    };
    push(&mut events, 0.1, What::Cap(Box::new(answer)));
    assert_eq!(country(&learned(&events)), Some("FR"));

    let mut lte = Events::new();
    let request = Diameter {
        command_code: 316,
        request: true,
        application_id: 16_777_251,
        end_to_end_id: 7,
        origin_realm: Some("EPC.mnc410.mcc310.3gppnetwork.org".into()),
        imsi: Some(imsi()),
        ..Diameter::default()
    };
    let answer = Diameter {
        request: false,
        request_frame: Some(1),
        outcome: Some(Outcome::AnsweredWithData),
        imsi: None,
        ..request.clone()
    };
    push(&mut lte, 0.0, What::Diameter(Box::new(request)));
    push(&mut lte, 0.1, What::Diameter(Box::new(answer)));
    assert_eq!(country(&learned(&lte)), Some("US"));

    let mut session = Events::new();
    let request = Gtp {
        version: 1,
        message_type: 16,
        imsi: Some(imsi()),
        msisdn: Some(msisdn()),
        rai_plmn: Some("208-01".parse().unwrap()),
        ..Gtp::default()
    };
    let answer = Gtp {
        version: 1,
        message_type: 17,
        request_frame: Some(1),
        outcome: Some(Outcome::Answered),
        ..Gtp::default()
    };
    push(&mut session, 0.0, What::Gtp(Box::new(request)));
    push(&mut session, 0.1, What::Gtp(Box::new(answer)));
    let whereabouts = learned(&session);
    assert_eq!(country(&whereabouts), Some("FR"));
    assert!(whereabouts.of_msisdn(&msisdn()).is_some());
}

#[test]
fn the_number_of_a_registration_is_joined() {
    let mut events = Events::new();
    map(&mut events, 0.0, invoke(2, VLR_FR, HLR));
    let profile = Map {
        otid: Some("02".into()),
        dtid: Some("01".into()),
        message: "continue".into(),
        imsi: None,
        msisdn: Some(msisdn()),
        ..invoke(7, HLR, VLR_FR)
    };
    map(&mut events, 0.1, profile);
    map(&mut events, 0.2, result(2, 1));
    assert!(learned(&events).of_msisdn(&msisdn()).is_some());
}

#[test]
fn a_million_strangers_find_room() {
    let network = Network::default();
    let mut whereabouts = Whereabouts::default();
    for n in 0..1_200_000_u64 {
        let imsi = Subscriber { prefix: imsi().prefix, pseudonym: Some(n) };
        let ask = Map { imsi: Some(imsi), ..invoke(4, HLR, VLR_FR) };
        let event = Event::new(Timestamp(0), n, None, What::Map(Box::new(ask)));
        whereabouts.observe(&network, &event);
        whereabouts.remember(&event);
    }
    let count = whereabouts.subscribers.count();
    assert_eq!((count.entries, count.cap), (MAX_SUBSCRIBERS as u64, MAX_SUBSCRIBERS as u64));
    assert!(count.evicted > 0);
    assert!(size_of::<Option<(u64, Known)>>() <= 72, "{}", size_of::<Option<(u64, Known)>>());
    assert_eq!(size_of::<NetworkId>(), 6);
}
