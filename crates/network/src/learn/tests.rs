//! Drafts from events: who is home, who relays, what is left out; and floods.

use std::net::{IpAddr, Ipv4Addr};

use event::{
    Alert, AlertState, Endpoints, Event, GlobalTitle, Level, Map, Outcome, PointCode, Proto,
    References, SccpAddress, Subscriber, Timestamp, Tunnel, TunnelState, What,
};

use super::{Asked, Learner};
use crate::{Network, Owner};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn event(frame: u64, src: IpAddr, dest: IpAddr, port: u16, proto: Proto, what: What) -> Event {
    let ends = Endpoints { src_ip: src, src_port: port, dest_ip: dest, dest_port: port, proto };
    Event::new(Timestamp::from_secs(1), frame, Some(ends), what)
}

fn address(digits: &str) -> Option<SccpAddress> {
    let gt = GlobalTitle { digits: digits.into(), ..GlobalTitle::default() };
    Some(SccpAddress { gt: Some(gt), ..SccpAddress::default() })
}

/// A visitor's registration over a link, and its answer.
fn registration(frame: u64, link: &str, vlr: &str, hlr: &str, imsi: &str) -> [Event; 2] {
    let (link, us) = (ip(link), ip("192.0.2.10"));
    let map = |calling: &str, called: &str, component: &'static str| Map {
        user: "map".into(),
        calling: address(calling),
        called: address(called),
        component: Some(component.into()),
        opcode: Some(2),
        opc: Some(PointCode(if component == "invoke" { 7 } else { 1 })),
        dpc: Some(PointCode(if component == "invoke" { 1 } else { 7 })),
        ..Map::default()
    };
    let asks = Map { imsi: imsi.parse::<Subscriber>().ok(), ..map(vlr, hlr, "invoke") };
    let answer =
        Map { outcome: Some(Outcome::AnsweredWithData), ..map(hlr, vlr, "returnResultLast") };
    let (asks, answer) = (What::Map(Box::new(asks)), What::Map(Box::new(answer)));
    [
        event(frame, link, us, 2905, Proto::Sctp, asks),
        event(frame + 1, us, link, 2905, Proto::Sctp, answer),
    ]
}

fn draft(events: impl IntoIterator<Item = Event>, asked: &Asked) -> (String, Network) {
    let mut learner = Learner::default();
    for event in events {
        learner.observe(&event);
    }
    let draft = learner.draft(asked);
    let network = Network::parse(&draft.text, "draft.toml")
        .unwrap_or_else(|error| panic!("{error}\n{}", draft.text));
    let errors: Vec<_> = network.problems().into_iter().filter(|p| p.error).collect();
    assert_eq!(errors, [], "{}", draft.text);
    (draft.text, network)
}

fn home_roamers() -> Vec<Event> {
    let mut events = Vec::new();
    for n in 0..10 {
        // Ours abroad with two partners over one carrier; theirs here.
        events.extend(registration(
            n * 10,
            "203.0.113.1",
            "99902000020",
            "99901000010",
            "001010000000001",
        ));
        events.extend(registration(
            n * 10 + 2,
            "203.0.113.1",
            "99903000020",
            "99901000010",
            "001010000000002",
        ));
    }
    events
}

#[test]
fn home_is_who_takes_part_in_everything_and_carriers_are_hubs() {
    let (text, network) = draft(home_roamers(), &Asked::default());
    let plmns: Vec<String> = network.home.plmns.iter().map(ToString::to_string).collect();
    assert_eq!(plmns, ["001-01"], "{text}");
    assert_eq!(network.home.gt_prefixes, ["99901"], "{text}");
    let hub = network.owner_of_ip(ip("203.0.113.1"));
    let hub_name = hub.partner().unwrap().name.clone();
    assert!(hub_name.starts_with("Hub "), "{text}");
    for title in ["99902000020", "99903000020"] {
        let partner = network.owner_of_gt(title).partner().unwrap();
        assert_eq!(partner.hubs, std::slice::from_ref(&hub_name), "{text}");
        assert!(network.speaks_for(hub, partner));
    }
    assert!(network.owner_of_ip(ip("192.0.2.10")).is_home());
}

#[test]
fn who_is_given_is_home() {
    let plmn: event::Plmn = "001-09".parse().unwrap();
    let home = Some(plmn);
    let (text, network) = draft(home_roamers(), &Asked { home, ..Asked::default() });
    assert_eq!(network.home.plmns, [plmn], "{text}");
    assert!(!network.home.gt_prefixes.contains(&"99901".to_owned()), "{text}");
}

#[test]
fn attackers_and_single_packets_are_comments() {
    let mut events = home_roamers();
    events.extend(registration(
        500,
        "203.0.113.66",
        "77755000099",
        "99901000010",
        "001010000000001",
    ));
    let asks = What::Dns(Box::default());
    events.push(event(600, ip("203.0.113.200"), ip("192.0.2.53"), 53, Proto::Udp, asks));
    let alert = Alert {
        id: String::new(),
        detection: "ss7-category-3".into(),
        check: "x".into(),
        level: Level::High,
        severity: 2,
        signature: String::new(),
        confidence: 0.9,
        outcome: Outcome::Attempt,
        returned: Vec::new(),
        why: String::new(),
        honest_cause: String::new(),
        next_step: String::new(),
        decided_by: None,
        entities: vec!["ip:203.0.113.66".to_owned(), "gt:77755000099".to_owned()],
        frames: vec![500],
        first_seen: Timestamp::from_secs(1),
        last_seen: Timestamp::from_secs(1),
        count: 1,
        references: References::default(),
        stage: None,
        state: AlertState::Active,
        incident: None,
        ends: None,
    };
    let asked = Asked { alerts: vec![alert], ..Asked::default() };
    let (text, network) = draft(events, &asked);
    assert!(network.owner_of_ip(ip("203.0.113.66")).is_unknown(), "{text}");
    assert!(network.owner_of_ip(ip("203.0.113.200")).is_unknown(), "{text}");
    let sigtran: Vec<_> = network.partners.iter().flat_map(|p| &p.sigtran).collect();
    assert_eq!(sigtran, [&ip("203.0.113.1")], "{text}");
    assert!(
        text.contains("203.0.113.66") && text.contains("it is in an alert of ss7-category-3"),
        "{text}"
    );
}

#[test]
fn pools_are_what_our_gateways_hand_out() {
    let mut events = home_roamers();
    for n in 0..20u8 {
        let tunnel = Tunnel {
            state: TunnelState::Opened,
            imsi: "001010000000001".parse().ok(),
            serving_network: "001-02".parse().ok(),
            serving_ip: Some(ip("198.51.100.20")),
            gateway_ip: Some(ip("192.0.2.20")),
            end_user_address: Some(IpAddr::from([10, 20, n, 9])),
            ..Tunnel::default()
        };
        let what = What::Tunnel(Box::new(tunnel));
        events.push(event(700, ip("198.51.100.20"), ip("192.0.2.20"), 2123, Proto::Udp, what));
    }
    let (text, network) = draft(events, &Asked::default());
    let pools: Vec<String> =
        network.home.subscriber_pools.iter().map(ToString::to_string).collect();
    assert_eq!(pools, ["10.20.0.0/16"], "{text}");
    assert!(matches!(network.owner_of_ip(ip("192.0.2.20")), Owner::Home(_)), "{text}");
}

#[test]
fn nothing_gives_a_draft_that_says_so() {
    let (text, network) = draft([], &Asked::default());
    assert!(text.contains("nothing in the capture names a network"), "{text}");
    assert_eq!((network.partners.len(), network.elements.len()), (0, 0));
}

#[test]
fn floods_stay_within_the_caps_and_drafts_stay_readable() {
    let mut learner = Learner::default();
    for event in home_roamers() {
        learner.observe(&event);
    }
    for n in 0..200_000u32 {
        let link = IpAddr::from(Ipv4Addr::from(0x0b00_0000 + n));
        let digits = format!("{}", 20_000_000_000 + u64::from(n) * 7_919);
        let [asks, _] = registration(
            u64::from(n),
            &link.to_string(),
            &digits,
            "99901000010",
            "001010000000001",
        );
        learner.observe(&asks);
    }
    for table in learner.tables() {
        assert!(table.entries <= table.cap, "{table:?}");
    }
    let draft = learner.draft(&Asked::default());
    assert!(draft.text.contains("there was more than is kept"));
    Network::parse(&draft.text, "draft.toml").unwrap();
}
