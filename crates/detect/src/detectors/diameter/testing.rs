//! Messages and a description for the tests of the detections of Diameter.

use event::{Diameter, Event, Identity, Outcome, Proto, Pseudonymiser, Subscriber, What};
use network::Network;

use super::commands::S6A;
use crate::tests_support::Events;

pub(crate) const HOME: &str = "epc.mnc001.mcc001.3gppnetwork.org";
pub(crate) const A: &str = "epc.mnc002.mcc001.3gppnetwork.org";
pub(crate) const B: &str = "epc.mnc003.mcc001.3gppnetwork.org";
pub(crate) const NOBODY: &str = "epc.mnc099.mcc999.3gppnetwork.org";

/// Our agent, and the addresses of the peers.
pub(crate) const DEA: &str = "192.0.2.30:3868";
pub(crate) const HSS: &str = "192.0.2.40:3868";
pub(crate) const A_DRA: &str = "198.51.100.30:40000";
pub(crate) const B_DRA: &str = "198.51.100.158:40000";
pub(crate) const HUB: &str = "203.0.113.10:40000";
pub(crate) const STRANGER: &str = "203.0.113.200:40000";

pub(crate) fn network() -> Network {
    const TEXT: &str = r#"
[home]
name = "Home"
plmns = ["001-01"]
realms = ["epc.mnc001.mcc001.3gppnetwork.org"]
gt_prefixes = ["99901"]
networks = ["192.0.2.0/24"]

[[element]]
name = "dea1"
roles = ["dra"]
addresses = ["192.0.2.30"]
hosts = ["dea1.epc.mnc001.mcc001.3gppnetwork.org"]

[[element]]
name = "hss1"
roles = ["hss"]
addresses = ["192.0.2.40"]
hosts = ["hss1.epc.mnc001.mcc001.3gppnetwork.org"]

[[partner]]
name = "Partner A"
plmns = ["001-02"]
realms = ["epc.mnc002.mcc001.3gppnetwork.org"]
gt_prefixes = ["99902"]
networks = ["198.51.100.0/25"]
diameter = ["198.51.100.30", "198.51.100.31"]
agreements = ["diameter.16777265"]

[[partner]]
name = "Partner B"
plmns = ["001-03"]
realms = ["epc.mnc003.mcc001.3gppnetwork.org"]
gt_prefixes = ["99903"]
networks = ["198.51.100.128/25"]
diameter = ["198.51.100.158"]
hubs = ["Hub"]

[[partner]]
name = "Virtual"
plmns = ["001-05"]
realms = ["epc.mnc005.mcc001.3gppnetwork.org"]
hubs = ["Partner A"]

[[partner]]
name = "Hub"
realms = ["ipx.example"]
networks = ["203.0.113.0/28"]
diameter = ["203.0.113.10"]
agreements = ["diameter.16777267"]
"#;
    Network::parse(TEXT, "network.toml").unwrap()
}

/// A subscriber of the network with these five digits.
pub(crate) fn imsi(plmn: &str) -> Option<Subscriber> {
    Some(Pseudonymiser::new([7; 32]).subscriber(Identity::Imsi, &format!("{plmn}0123456789")))
}

/// A request of `host` in the realm `from` to the realm `to`.
pub(crate) fn request(application: u32, code: u32, from: &str, to: &str) -> Diameter {
    Diameter {
        command_code: code,
        command: "Some-Command".into(),
        request: true,
        proxiable: true,
        application_id: application,
        hop_by_hop_id: 1,
        end_to_end_id: 1,
        session_id: Some(format!("node.{from};1;2")),
        origin_host: Some(format!("node.{from}")),
        origin_realm: Some(from.to_owned()),
        destination_realm: Some(to.to_owned()),
        ..Diameter::default()
    }
}

pub(crate) fn s6a(code: u32, from: &str, to: &str, plmn: &str) -> Diameter {
    Diameter { imsi: imsi(plmn), ..request(S6A, code, from, to) }
}

/// The answer to `request`, which stood in that frame.
pub(crate) fn answer(request: &Diameter, frame: u64, result: u32) -> Diameter {
    let refused = result >= 3_000;
    Diameter {
        command_code: request.command_code,
        application_id: request.application_id,
        hop_by_hop_id: request.hop_by_hop_id,
        end_to_end_id: request.end_to_end_id,
        origin_host: Some(format!("hss1.{HOME}")),
        origin_realm: Some(HOME.to_owned()),
        result_code: Some(result),
        outcome: Some(if refused { Outcome::Refused } else { Outcome::Answered }),
        request_frame: Some(frame),
        ..Diameter::default()
    }
}

pub(crate) fn push<'e>(
    events: &'e mut Events,
    secs: f64,
    (src, dest): (&str, &str),
    diameter: Diameter,
) -> &'e mut Event {
    events.push(secs, src, dest, Proto::Sctp, What::Diameter(Box::new(diameter)))
}

pub(crate) fn one(way: (&str, &str), diameter: Diameter) -> Events {
    let mut events = Events::new();
    push(&mut events, 0.0, way, diameter);
    events
}
