//! Networks far apart, for the tests of both detections.

use event::{Diameter, Gtp, Outcome, Plmn, Proto, What};
use network::Network;

use crate::detectors::ss7::tests_support::imsi;
use crate::tests_support::Events;

/// Ours in Britain, partners in France, the United States and next door to France; a hub, and a virtual operator on a
/// partner.
const TEXT: &str = r#"
[home]
name = "Home"
plmns = ["234-99"]
gt_prefixes = ["447700900"]

[[partner]]
name = "France"
plmns = ["208-98"]
gt_prefixes = ["336000"]
realms = ["epc.mnc098.mcc208.3gppnetwork.org"]
gsn = ["198.51.100.20"]
hubs = ["Hub"]

[[partner]]
name = "America"
plmns = ["310-980"]
gt_prefixes = ["1202555"]
realms = ["epc.mnc980.mcc310.3gppnetwork.org"]
gsn = ["198.51.100.148"]

[[partner]]
name = "Germany"
plmns = ["262-98"]
gt_prefixes = ["491999"]

[[partner]]
name = "Hub"
gt_prefixes = ["6199904"]

[[partner]]
name = "Virtual"
plmns = ["505-98"]
gt_prefixes = ["6149999"]
hubs = ["America"]

[[partner]]
name = "Test"
plmns = ["001-02"]
gt_prefixes = ["99902"]
"#;

pub(crate) const HLR: &str = "447700900010";
pub(crate) const FRANCE: &str = "33600000020";
pub(crate) const FRANCE2: &str = "33600000021";
pub(crate) const AMERICA: &str = "12025550120";
pub(crate) const GERMANY: &str = "4919990020";

pub(crate) fn described() -> Network {
    Network::parse(TEXT, "network.toml").unwrap()
}

/// One of our subscribers.
pub(crate) const OURS: &str = "23499";

/// An S6a request of a network such as `208-98`.
pub(crate) fn s6a(command: u32, plmn: &str, number: u64) -> Diameter {
    let visited: Plmn = plmn.parse().unwrap();
    let realm = format!("epc.mnc{:03}.mcc{:03}.3gppnetwork.org", visited.mnc, visited.mcc);
    Diameter {
        command_code: command,
        command: "a command".into(),
        request: true,
        application_id: 16_777_251,
        end_to_end_id: u32::try_from(number).unwrap() * 1_000 + command,
        origin_host: Some(format!("MME1.{realm}")),
        origin_realm: Some(realm),
        imsi: imsi(OURS, number),
        visited_plmn: matches!(command, 316 | 318).then_some(visited),
        ..Diameter::default()
    }
}

/// The request and its answer; returns the frame of the request.
pub(crate) fn asked(
    events: &mut Events,
    secs: f64,
    request: Diameter,
    outcome: Option<Outcome>,
) -> u64 {
    let answer = Diameter {
        request: false,
        request_frame: Some(events.list.len() as u64 + 1),
        outcome,
        imsi: None,
        ..request.clone()
    };
    let what = What::Diameter(Box::new(request));
    events.push(secs, "198.51.100.30:3868", "192.0.2.30:3868", Proto::Sctp, what);
    let frame = events.list.len() as u64;
    if outcome.is_some() {
        let what = What::Diameter(Box::new(answer));
        events.push(secs + 0.1, "192.0.2.30:3868", "198.51.100.30:3868", Proto::Sctp, what);
    }
    frame
}

/// A session from this peer, accepted.
pub(crate) fn session(events: &mut Events, secs: f64, peer: &str, plmn: &str, number: u64) {
    let request = Gtp {
        version: 1,
        message_type: 16,
        message: "Create PDP Context Request".into(),
        imsi: imsi(OURS, number),
        rai_plmn: Some(plmn.parse().unwrap()),
        ..Gtp::default()
    };
    let answer = Gtp {
        version: 1,
        message_type: 17,
        request_frame: Some(events.list.len() as u64 + 1),
        outcome: Some(Outcome::Answered),
        ..Gtp::default()
    };
    events.gtp(secs, peer, "192.0.2.20", request);
    events.gtp(secs + 0.1, "192.0.2.20", peer, answer);
}
