//! A Diameter peer that is not provisioned.
//!
//! A peer connection begins with a Capabilities-Exchange that says who calls, from which addresses, and for what (RFC 6733
//! §5.3). Whoever is on no list, calls from elsewhere than it says, or wants more than the last time is not the peer that
//! somebody provisioned.

use event::{Capped, Diameter, Endpoints, Event, Level, TableCount, What};
use network::{Owner, Use};

use super::diameter::answers::{Pending, result};
use super::diameter::commands::{RELAY, application};
use super::diameter::peers::{self, bare};
use super::sides::NO_DESCRIPTION;
use crate::card::{Card, Check, Detector, Finding, Gap, Kinds, Stage};
use crate::scene::Scene;

const ADDRESS: &str = "capabilities.unlisted-address";
const IDENTITY: &str = "capabilities.unlisted-identity";
const REQUEST: &str = "request.unlisted-address";
const MISMATCH: &str = "capabilities.other-address";
const GROWN: &str = "capabilities.grown";
const REFUSED: &str = "capabilities.unknown-peer";

/// DIAMETER_UNKNOWN_PEER (RFC 6733 §7.1.3).
const UNKNOWN_PEER: u32 = 3_010;

const fn check(name: &'static str, level: Level, looks_for: &'static str) -> Check {
    Check { name, level, looks_for }
}

pub(crate) const CARD: Card = Card {
    id: "diameter-rogue-peer",
    level: Level::High,
    summary: "A Diameter peer that is not provisioned",
    needs: "Capabilities-Exchange requests and their answers, and all other requests, with the addresses that sent them.",
    quiet_for: "Listed addresses, also where a peer fails over from one to another; what our own nodes open; what passes us by.",
    description: "[[partner]] diameter lists the addresses, realms and plmns the identities. Without such lists only what a peer says \
                  against itself, and what the called node refuses, is told.",
    thresholds: "One request is enough.",
    stage: Stage::Foothold,
    settings: &[],
    judges: Kinds::DIAMETER,
    basis: "RFC 6733 §5.3, §5.6; GSMA IR.88 on Diameter edge agents, as vendors publish it",
    checks: &[
        check(
            ADDRESS,
            Level::High,
            "a Capabilities-Exchange from an address that no partner lists",
        ),
        check(
            IDENTITY,
            Level::High,
            "a Capabilities-Exchange from a listed address in a name that its partner does not have",
        ),
        check(REQUEST, Level::High, "any other request from an address that no partner lists"),
        check(
            MISMATCH,
            Level::Medium,
            "a Capabilities-Exchange whose Host-IP-Address is not the address that sent it; low where both are one partner's",
        ),
        check(
            GROWN,
            Level::Medium,
            "a peer that announces applications it did not announce before",
        ),
        check(
            REFUSED,
            Level::Medium,
            "a Capabilities-Exchange that was refused because nobody knows the peer",
        ),
    ],
    attack: &["T1199", "T1133"],
    fight: &["FGT5016", "FGT1199.501"],
    motif: &["MOT1199.301", "MOT1046.301"],
};

/// Peers whose applications are remembered.
const MAX_PEERS: usize = 4_096;

#[derive(Debug)]
pub(crate) struct DiameterRoguePeer {
    pending: Pending,
    /// Applications that each host announced, at most sixteen, in order.
    announced: Capped<String, Vec<u32>>,
    unjudged: bool,
}

impl Default for DiameterRoguePeer {
    fn default() -> Self {
        Self {
            pending: Pending::new("diameter-rogue-peer.pending"),
            announced: Capped::new("diameter-rogue-peer.announced", MAX_PEERS),
            unjudged: false,
        }
    }
}

impl Detector for DiameterRoguePeer {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::DIAMETER
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        let What::Diameter(diameter) = &event.what else { return };
        let Some(ends) = &event.ends else { return };
        if !diameter.request {
            if diameter.command_code == 257 && diameter.result_code == Some(UNKNOWN_PEER) {
                refused(scene, event, ends, diameter, findings);
            }
            return self.pending.answer(event, diameter, CARD.level, findings);
        }
        let network = &scene.network;
        let owner = network.owner_of_ip(ends.src_ip);
        // Ours calls, or nobody calls us.
        if owner.is_home()
            || (network.has_home_networks() && !network.owner_of_ip(ends.dest_ip).is_home())
        {
            return;
        }
        let opens = diameter.command_code == 257;
        let listed = network.listed_by(ends.src_ip, Use::Diameter);
        let mut found = Vec::new();
        if !network.has_diameter_lists() {
            self.unjudged = true;
        } else if listed.is_none() {
            let check = if opens { ADDRESS } else { REQUEST };
            let whose = match owner {
                Owner::Partner(partner) => {
                    format!(
                        "the address is of {}, which does not list it for Diameter",
                        partner.name
                    )
                }
                _ => "the address is nobody's in the description".to_owned(),
            };
            let mut one = tell(scene, event, ends, diameter, check, whose);
            one.confidence = if owner.is_unknown() { 0.95 } else { 0.85 };
            found.push(one);
        }
        if opens {
            if let Some(partner) = listed {
                let origin = peers::owner_of_origin(network, diameter);
                let named = match origin {
                    Owner::Partner(of) => network.may_relay(partner, of),
                    // Its own realms are not described: nothing to hold the name against.
                    Owner::Unknown => partner.realms.is_empty() && partner.plmns.is_empty(),
                    Owner::Home(_) => false,
                };
                if !named {
                    let why = format!(
                        "the address is listed by {}, but the name is of {}",
                        partner.name,
                        peers::name_of(origin)
                    );
                    found.push(tell(scene, event, ends, diameter, IDENTITY, why));
                }
            }
            found.extend(other_address(scene, event, ends, diameter));
            found.extend(self.grown(scene, event, ends, diameter));
        }
        let grave: Vec<Finding> =
            found.iter().filter(|finding| finding.level >= Level::Medium).cloned().collect();
        self.pending.ask(event, diameter, &grave);
        findings.extend(found);
    }

    fn gaps(&self, scene: &Scene) -> Vec<Gap> {
        if !self.unjudged {
            return Vec::new();
        }
        let missing = if scene.network.is_empty() {
            NO_DESCRIPTION.to_owned()
        } else {
            "`diameter` lists of the partners".to_owned()
        };
        [ADDRESS, IDENTITY, REQUEST]
            .map(|check| Gap { detection: CARD.id, check, missing: missing.clone() })
            .to_vec()
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.pending.count(), self.announced.count()]
    }
}

impl DiameterRoguePeer {
    /// RFC 6733 §5.3: what a peer wants may grow by provisioning, which both sides know of.
    fn grown(
        &mut self,
        scene: &Scene,
        event: &Event,
        ends: &Endpoints,
        diameter: &Diameter,
    ) -> Option<Finding> {
        let host = bare(diameter.origin_host.as_deref()?).into_owned();
        let now = &diameter.applications;
        let (known, new) = {
            let mut new = false;
            let (known, _) = self.announced.entry(&host, || {
                new = true;
                now.clone()
            });
            (known, new)
        };
        if new {
            return None;
        }
        let more: Vec<u32> =
            now.iter().copied().filter(|id| *id != RELAY && !known.contains(id)).collect();
        // Who relays all of them announces no more by naming one.
        let relays = known.contains(&RELAY);
        for id in now {
            if known.len() < 32 && !known.contains(id) {
                known.push(*id);
            }
        }
        if more.is_empty() || relays {
            return None;
        }
        let names: Vec<String> = more
            .iter()
            .map(|id| application(*id).map_or_else(|| id.to_string(), |it| it.name.to_owned()))
            .collect();
        let why = format!("it announces {}, which it did not before", names.join(", "));
        Some(tell(scene, event, ends, diameter, GROWN, why))
    }
}

/// Host-IP-Address has all addresses of the sender's association (RFC 6733 §5.3.5).
fn other_address(
    scene: &Scene,
    event: &Event,
    ends: &Endpoints,
    diameter: &Diameter,
) -> Option<Finding> {
    let said = &diameter.host_ip_address;
    let source = ends.src_ip.to_canonical();
    if said.is_empty() || said.iter().any(|ip| ip.to_canonical() == source) {
        return None;
    }
    let network = &scene.network;
    let owner = network.owner_of_ip(source);
    let one = said.iter().all(|ip| network.owner_of_ip(*ip).same(owner));
    let first = said.first()?;
    // Private addresses behind a translation say nothing about who it is.
    let private = matches!(first, std::net::IpAddr::V4(ip) if ip.is_private() || ip.is_unspecified() || ip.is_loopback());
    let why = format!("it says that its address is {first}, and sent from {source}");
    let mut finding = tell(scene, event, ends, diameter, MISMATCH, why);
    // Without a description a lab whose addresses were changed looks the same.
    if one || private || network.is_empty() {
        finding.level = Level::Low;
    }
    finding.confidence = 0.6;
    Some(finding)
}

/// The called node does not know who calls.
fn refused(
    scene: &Scene,
    event: &Event,
    ends: &Endpoints,
    diameter: &Diameter,
    findings: &mut Vec<Finding>,
) {
    if scene.network.owner_of_ip(ends.dest_ip).is_home() {
        return;
    }
    let (caller, called) = (scene.who(ends.dest_ip), scene.who(ends.src_ip));
    let mut finding = CARD.finding(REFUSED, event);
    finding.key = format!("{}>{}", ends.dest_ip, ends.src_ip);
    finding.confidence = 0.6;
    finding.outcome = event::Outcome::Refused;
    finding.signature = format!("{called} does not know {caller}, which called as a Diameter peer");
    finding.why =
        format!("frame {} refuses the Capabilities-Exchange: {}", event.frame, result(diameter));
    finding.honest_cause = "A new peer that one side has not provisioned yet.".to_owned();
    finding.next_step =
        format!("Ask who operates {}, and whether it tried other nodes.", ends.dest_ip);
    finding.decided_by = Some(scene.network.cite_owner(scene.network.owner_of_ip(ends.dest_ip)));
    finding.entities = vec![format!("ip:{}", ends.dest_ip), format!("ip:{}", ends.src_ip)];
    finding.frames.extend(diameter.request_frame);
    findings.push(finding);
}

fn tell(
    scene: &Scene,
    event: &Event,
    ends: &Endpoints,
    diameter: &Diameter,
    check: &'static str,
    why: String,
) -> Finding {
    let who = peers::sender(event, diameter);
    let finding = Finding {
        confidence: 0.8,
        signature: format!(
            "{who} at {} sent {} to {}: {why}",
            scene.who(ends.src_ip),
            peers::command_text(diameter),
            scene.who(ends.dest_ip)
        ),
        why,
        honest_cause: "A new address or node of a partner that the description does not list yet, or a translation of addresses on the \
                       way."
            .to_owned(),
        next_step: "See whether the exchange was accepted; if so, close the connection at the agent and let it accept listed peers \
                    only. Ask the partner whose name is used."
            .to_owned(),
        decided_by: Some(scene.network.cite_ip(ends.src_ip)),
        ..CARD.finding(check, event)
    };
    let mut finding = peers::told(event, diameter, true, finding);
    // An address is who it is, whatever names it uses.
    finding.key = format!("{}>{}", ends.src_ip, ends.dest_ip);
    finding
}

#[cfg(test)]
#[path = "diameter_rogue_peer_tests.rs"]
mod tests;
