//! Builders of MAP and CAP events, for the tests of the detections of SS7.

use event::{
    Call, GlobalTitle, Map, NodeAddress, Party, PointCode, Proto, SccpAddress, Subscriber, What,
};

use network::Network;

use crate::tests_support::Events;

/// Partner A's STP, and ours.
pub(crate) const OUT: &str = "198.51.100.10:2905";
pub(crate) const STP: &str = "192.0.2.10:2905";
/// Titles of partner A, partner B, the hub, and ours.
pub(crate) const A: &str = "99902000001";
pub(crate) const B: &str = "99903000001";
pub(crate) const HUB: &str = "99904000001";
pub(crate) const HOME: &str = "99901000010";

pub(crate) fn title(digits: &str) -> GlobalTitle {
    GlobalTitle { digits: digits.into(), np: Some(1), nai: Some(4), ..GlobalTitle::default() }
}

pub(crate) fn gt(digits: &str) -> Option<SccpAddress> {
    Some(SccpAddress {
        gt: (!digits.is_empty()).then(|| title(digits)),
        ssn: Some(6),
        ..SccpAddress::default()
    })
}

/// A begin with one invoke.
pub(crate) fn invoke(opcode: i64, calling: &str, called: &str) -> Map {
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
        ..Map::default()
    }
}

/// The same in CAP.
pub(crate) fn cap_invoke(opcode: i64, calling: &str, called: &str) -> Map {
    Map { user: "cap".into(), ..invoke(opcode, calling, called) }
}

/// An answer to the invoke of the builder above, which the frame `request` carried.
pub(crate) fn reply(component: &'static str, request: u64) -> Map {
    Map {
        user: "map".into(),
        message: "end".into(),
        dtid: Some("01".into()),
        component: Some(component.into()),
        invoke_id: Some(1),
        request: Some(request),
        ..Map::default()
    }
}

/// An IMSI of this network: `00101`.
pub(crate) fn imsi(network: &str, number: u64) -> Option<Subscriber> {
    format!("{network}~{number:016x}").parse().ok()
}

pub(crate) fn address(role: &'static str, digits: &str) -> NodeAddress {
    NodeAddress { role: role.into(), gt: title(digits) }
}

/// A call's number: country code and pseudonym, or all digits of a node.
pub(crate) fn party(role: &'static str, country: &str) -> Party {
    let subscriber = format!("{country}~0000000000000001").parse().ok();
    Party { role: role.into(), number: GlobalTitle { subscriber, ..title("") } }
}

pub(crate) fn call(parties: Vec<Party>) -> Option<Box<Call>> {
    Some(Box::new(Call { parties, ..Call::default() }))
}

/// A component on a link; CAP gets a record of its own.
pub(crate) fn push(events: &mut Events, secs: f64, src: &str, dest: &str, map: Map) {
    let what = match map.user.as_ref() {
        "cap" | "inap" => What::Cap(Box::new(map)),
        _ => What::Map(Box::new(map)),
    };
    events.push(secs, src, dest, Proto::Sctp, what);
}

/// One component over partner A's link to ours.
pub(crate) fn one(map: Map) -> Events {
    let mut events = Events::new();
    push(&mut events, 0.0, OUT, STP, map);
    events
}

/// Point codes of a message on its way.
pub(crate) fn between(opc: u32, dpc: u32, map: Map) -> Map {
    Map { opc: Some(PointCode(opc)), dpc: Some(PointCode(dpc)), ..map }
}

/// Home 001-01, partner A 001-02 behind a hub, partner B 001-03, an MVNO 001-04 on partner A's network.
pub(crate) fn network() -> Network {
    const TEXT: &str = r#"
[home]
name = "Home"
plmns = ["001-01"]
gt_prefixes = ["99901"]
msisdn_prefixes = ["99901"]
point_codes = [1001]
networks = ["192.0.2.0/24"]
sms_router = ["99901000031"]

[[partner]]
name = "Partner A"
plmns = ["001-02"]
gt_prefixes = ["99902"]
point_codes = [2001]
networks = ["198.51.100.0/25"]
hubs = ["Hub"]

[[partner]]
name = "Partner B"
plmns = ["001-03"]
gt_prefixes = ["99903"]
point_codes = [3001]
networks = ["198.51.100.128/25"]
agreements = ["map.70", "cap.32"]

[[partner]]
name = "MVNO"
plmns = ["001-04"]
hubs = ["Partner A"]

[[partner]]
name = "Hub"
gt_prefixes = ["99904"]
point_codes = [4001]
networks = ["203.0.113.0/28"]
"#;
    Network::parse(TEXT, "network.toml").unwrap()
}
