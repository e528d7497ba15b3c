//! Sessions from a GSN that nobody listed.

use std::net::IpAddr;

use event::{Capped, Endpoints, Event, Gtp, Level, Outcome, TableCount, What};
use network::{Element, Owner, Role, Use};

use crate::{Card, Check, Detector, Finding, Gap, Kinds, Scene, Stage};

/// Requests that may still be answered.
const MAX_ASKED: usize = 16_384;

/// Roles of ours that ask for sessions, or stand for those that do.
const SERVING: &[Role] = &[
    Role::Sgsn,
    Role::Ggsn,
    Role::Sgw,
    Role::Pgw,
    Role::Mme,
    Role::Amf,
    Role::Smf,
    Role::Upf,
    Role::Firewall,
    Role::Proxy,
];

pub(crate) const CARD: Card = Card {
    id: "rogue-gtp-peer",
    level: Level::High,
    summary: "Session requested by a peer outside the roaming list",
    needs: "A request that creates, changes or ends a subscriber's session (Create and Update PDP Context, Create \
            Session, Modify Bearer, and their deletes) and the lists of GSN addresses.",
    quiet_for: "Addresses that a partner lists under gsn, and home elements that serve subscribers.",
    description: "Needs gsn in at least one [[partner]]; without, it is not evaluable. An address inside a partner's \
                  networks that is not in its gsn list is reported too, and says so.",
    thresholds: "None: one request is enough.",
    stage: Stage::Control,
    settings: &[],
    judges: Kinds::GTP,
    basis: "GSMA FS.20 and IR.88 (roaming partners' GSN addresses are exchanged in IR.21); vendor GTP firewalls",
    checks: &[
        Check {
            name: "session.unlisted",
            level: Level::High,
            looks_for: "a session request from an address that is described by nothing",
        },
        Check {
            name: "session.partner-unlisted",
            level: Level::High,
            looks_for: "a session request from a partner's network, but not from its listed GSNs",
        },
        Check {
            name: "session.home-host",
            level: Level::High,
            looks_for: "a session request from a host of ours that is no GSN",
        },
    ],
    attack: &["T1199", "T1572"],
    fight: &["FGT1199.501", "FGT5016"],
    motif: &["MOT1199.301", "MOT3003"],
};

pub(crate) struct RogueGtpPeer {
    asked: Capped<u64, Finding>,
    not_evaluable: bool,
}

impl Default for RogueGtpPeer {
    fn default() -> Self {
        Self { asked: Capped::new("rogue-gtp-peer.asked", MAX_ASKED), not_evaluable: false }
    }
}

impl Detector for RogueGtpPeer {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::GTP
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        let What::Gtp(gtp) = &event.what else { return };
        let Some(ends) = event.ends.filter(|_| event.path.is_none() && !gtp.user_plane) else {
            return;
        };
        if let Some(request) = gtp.request_frame {
            let Some(mut finding) = self.asked.remove(&request) else { return };
            finding.outcome = gtp.outcome.unwrap_or(Outcome::Answered);
            finding.counts = false;
            finding.at = event.at;
            finding.frames.push(event.frame);
            if finding.outcome >= Outcome::Answered {
                finding.why.push_str(" The gateway accepted it.");
                finding.confidence = 0.95;
            }
            findings.push(finding);
            return;
        }
        if !is_session_request(gtp) {
            return;
        }
        if !scene.network.has_gsn_lists() {
            self.not_evaluable = true;
            return;
        }
        let Some(finding) = unlisted(scene, event, gtp, &ends) else { return };
        self.asked.insert(event.frame, finding.clone());
        findings.push(finding);
    }

    fn gaps(&self, scene: &Scene) -> Vec<Gap> {
        if !self.not_evaluable {
            return Vec::new();
        }
        let missing = if scene.network.is_empty() {
            "no network description".to_owned()
        } else {
            format!("{} lists no partner's GSN addresses (gsn)", scene.network.source)
        };
        CARD.checks
            .iter()
            .map(|check| Gap { detection: CARD.id, check: check.name, missing: missing.clone() })
            .collect()
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.asked.count()]
    }
}

/// Requests that the serving side sends about one subscriber's session.
fn is_session_request(gtp: &Gtp) -> bool {
    if gtp.prime {
        return false;
    }
    match gtp.version {
        0 | 1 => matches!(gtp.message_type, 16 | 18 | 20),
        2 => matches!(gtp.message_type, 32 | 34 | 36),
        _ => false,
    }
}

/// Gateways of ours ask too (PGW-initiated changes, deletes), and a serving node listed by nobody may not.
fn is_serving(element: &Element) -> bool {
    element.role_set().any(SERVING)
}

fn unlisted(scene: &Scene, event: &Event, gtp: &Gtp, ends: &Endpoints) -> Option<Finding> {
    let (peer, gateway): (IpAddr, IpAddr) = (ends.src_ip, ends.dest_ip);
    let network = &scene.network;
    if network.listed_by(peer, Use::Gsn).is_some() {
        return None;
    }
    let (check, how) = match network.owner_of_ip(peer) {
        Owner::Home(Some(element)) if is_serving(element) => return None,
        Owner::Home(Some(element)) => (
            "session.home-host",
            format!(
                "{} is described as {}, which asks for no sessions",
                element.name,
                element.role_set()
            ),
        ),
        // Nobody said which hosts of ours are GSNs, so this one may be one.
        Owner::Home(None) if !network.elements.iter().any(is_serving) => return None,
        Owner::Home(None) => {
            ("session.home-host", format!("{peer} is in our networks but is no described GSN"))
        }
        Owner::Partner(partner) => (
            "session.partner-unlisted",
            format!(
                "{peer} lies in the networks of {} but is not in its list of GSNs",
                partner.name
            ),
        ),
        Owner::Unknown => ("session.unlisted", format!("{peer} belongs to no described operator")),
    };
    let mut finding = CARD.finding(check, event);
    finding.confidence = if check == "session.unlisted" { 0.9 } else { 0.8 };
    finding.key = format!("{peer}>{gateway}");
    finding.signature = format!(
        "{} asked {} for a subscriber's session and is no listed GSN",
        scene.who(peer),
        scene.who(gateway)
    );
    let whose = gtp
        .imsi
        .and_then(|imsi| imsi.plmn())
        .map_or_else(String::new, |plmn| format!(" for a subscriber of {plmn}"));
    finding.why = format!("A {}{whose} came from {peer}; {how}.", gtp.message);
    finding.honest_cause =
        "A partner's new or moved GSN that the IR.21 import has not brought yet; a hub that is not described.".into();
    finding.next_step = format!(
        "Compare {peer} with the partner's current IR.21; if it is not there, ask the IPX provider who announces it, \
         block it at the border, and list the sessions that {gateway} accepted from it."
    );
    let owner = network.owner_of_ip(peer);
    finding.decided_by = Some(network.cite_owner(owner));
    finding.entities = vec![format!("ip:{peer}"), format!("ip:{gateway}")];
    finding.entities.extend(gtp.imsi.map(|imsi| format!("imsi:{imsi}")));
    Some(finding)
}

#[cfg(test)]
mod tests {
    use event::{Gtp, Outcome};
    use network::Network;

    use crate::tests_support::{Events, check_with, gaps, names, path};

    const NETWORK: &str = "[home]\nnetworks = [\"192.0.2.0/24\"]\n\
        [[element]]\nname = \"ggsn1\"\nroles = [\"ggsn\"]\naddresses = [\"192.0.2.20\"]\n\
        [[element]]\nname = \"sgw1\"\nroles = [\"sgw\"]\naddresses = [\"192.0.2.21\"]\n\
        [[element]]\nname = \"edns1\"\nroles = [\"dns\"]\naddresses = [\"192.0.2.53\"]\n\
        [[partner]]\nname = \"Partner A\"\nnetworks = [\"198.51.100.0/25\"]\ngsn = [\"198.51.100.20\"]\n";

    fn network() -> Network {
        Network::parse(NETWORK, "network.toml").unwrap()
    }

    fn create() -> Gtp {
        Gtp {
            version: 1,
            message_type: 16,
            message: "Create PDP Context Request".into(),
            ..Gtp::default()
        }
    }

    fn from(peer: &str, to: &str) -> Vec<String> {
        let mut events = Events::new();
        events.gtp(0.0, peer, to, create());
        names(&check_with("rogue-gtp-peer", network(), &events))
    }

    #[test]
    fn who_may_and_who_may_not() {
        assert_eq!(from("198.51.100.20:2123", "192.0.2.20:2123"), [""; 0]);
        assert_eq!(from("192.0.2.21:2123", "198.51.100.20:2123"), [""; 0]);
        for (peer, expected) in [
            ("198.51.100.66:2123", "session.partner-unlisted high"),
            ("203.0.113.9:2123", "session.unlisted high"),
            ("192.0.2.53:2123", "session.home-host high"),
            ("192.0.2.99:2123", "session.home-host high"),
        ] {
            assert_eq!(from(peer, "192.0.2.20:2123"), [expected], "{peer}");
        }
    }

    #[test]
    fn the_answer_belongs_to_the_question() {
        let mut events = Events::new();
        for secs in [0.0, 1.0] {
            events.gtp(secs, "203.0.113.9:2123", "192.0.2.20:2123", create());
        }
        let answer = Gtp {
            message_type: 17,
            request_frame: Some(1),
            outcome: Some(Outcome::Answered),
            ..create()
        };
        events.gtp(2.0, "192.0.2.20:2123", "203.0.113.9:2123", answer);
        let alerts = check_with("rogue-gtp-peer", network(), &events);
        assert_eq!(names(&alerts), ["session.unlisted high"]);
        assert_eq!((alerts[0].count, alerts[0].outcome), (2, Outcome::Answered));
        assert_eq!(alerts[0].frames, [1, 2, 3]);
    }

    #[test]
    fn echoes_inner_messages_and_missing_lists() {
        let mut events = Events::new();
        events.gtp(0.0, "203.0.113.9:2123", "192.0.2.20:2123", Gtp { message_type: 1, ..create() });
        events.gtp(0.0, "203.0.113.9:2123", "192.0.2.20:2123", create()).path =
            path("198.51.100.20", "192.0.2.20", 1);
        assert_eq!(names(&check_with("rogue-gtp-peer", network(), &events)), [""; 0]);
        assert!(gaps("rogue-gtp-peer", Network::default(), &events).is_empty(), "nothing to judge");
        events.gtp(1.0, "203.0.113.9:2123", "192.0.2.20:2123", create());
        assert_eq!(names(&check_with("rogue-gtp-peer", Network::default(), &events)), [""; 0]);
        assert_eq!(gaps("rogue-gtp-peer", Network::default(), &events).len(), 3);
    }
}
