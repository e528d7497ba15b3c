//! SIGTRAN from a peer that nobody provisioned.
//!
//! The tools that speak SIGTRAN from a hijacked host have no published bytes to look for. What gives them away is the role
//! they take: an address, a point code or a global title that is not theirs; and gateways that refuse them.

use std::net::IpAddr;

use event::{
    Capped, CompactString, Event, Level, M3ua, Outcome, PointCode, SccpAddress, Sctp, SctpState,
    TableCount, Timestamp, What,
};
use network::{Network, Owner, Role, Use};

use super::sides::{NO_DESCRIPTION, Side};
use crate::Tuning;
use crate::card::{Card, Check, Detector, Finding, Gap, Kinds, Stage};
use crate::scene::Scene;

pub(crate) const CARD: Card = Card {
    id: "sigtran-rogue-peer",
    level: Level::High,
    summary: "SIGTRAN from a peer that is not provisioned",
    needs: "SCTP associations and attempts, M3UA management messages and traffic labels, and the global titles of SCCP messages.",
    quiet_for: "Listed addresses of partners with any number of associations, addresses that share an association with a listed one of the \
                same owner (failover), elements with a signalling role, hubs that relay for a partner.",
    description: "[[partner]] sigtran, [[element]] roles and addresses, point_codes and gt_prefixes say who is provisioned. Without a \
                  description only what gateways refuse is judged. Routing contexts and network appearances are not described.",
    thresholds: "One association or label is enough.",
    stage: Stage::SignallingAccess,
    settings: Limits::SETTINGS,
    judges: Kinds::SCTP.and(Kinds::M3UA).and(Kinds::MAP),
    basis: "CrowdStrike on SIGTRANslator (2024); RFC 4666 §3.8.1 for the error codes, and the numbers of its drafts",
    checks: &[
        Check {
            name: "peer.unlisted",
            level: Level::High,
            looks_for: "an SCTP association for SIGTRAN with an address that no list and no signalling element holds",
        },
        Check {
            name: "label.unlisted",
            level: Level::High,
            looks_for: "a DATA label whose originating point code is not that of the peer, or is ours and comes from outside",
        },
        Check {
            name: "gt.home-from-outside",
            level: Level::High,
            looks_for: "a calling global title of ours in a message that came over a link of somebody else",
        },
        Check {
            name: "asp.refused",
            level: Level::High,
            looks_for: "an M3UA error that refuses an ASP, its routing context or network appearance, or refused associations again and again",
        },
        Check {
            name: "routing-key.registration",
            level: Level::High,
            looks_for: "a routing key registration from outside",
        },
    ],
    attack: &["T1095", "T1199"],
    fight: &["FGT5016", "FGT1199.501"],
    motif: &["MOT3002.301", "MOT1199.301"],
};

limits! {
    Limits {
        refusals: 5, at most 100_000, "INITs",
            "a gateway that restarts refuses a few";
        refusal_seconds: 86_400, at most 604_800, "seconds",
            "a tool that waits between tries does not wait longer than a day";
    }
}

const MAX_PAIRS: usize = 4_096;
const MAX_TOLD: usize = 16_384;

/// Roles whose elements have SIGTRAN associations.
const SIGTRAN_ROLES: &[Role] = &[
    Role::Stp,
    Role::Hlr,
    Role::Hss,
    Role::Msc,
    Role::Vlr,
    Role::Smsc,
    Role::SmsRouter,
    Role::Sgsn,
    Role::Ggsn,
    Role::Mme,
    Role::Gmlc,
    Role::Scp,
    Role::Eir,
    Role::Firewall,
];

#[derive(Debug, Default)]
struct Refusals {
    count: u32,
    first: Timestamp,
    frames: Vec<u64>,
    /// This pair had an association: a restart, not a stranger.
    was_up: bool,
}

#[derive(Debug)]
pub(crate) struct SigtranRoguePeer {
    refusals: Capped<(IpAddr, IpAddr), Refusals>,
    /// Titles and links that were told, so that busy links do not repeat the work.
    told: Capped<(IpAddr, CompactString), u64>,
    saw_sigtran: bool,
    limits: Limits,
}

impl Default for SigtranRoguePeer {
    fn default() -> Self {
        Self {
            refusals: Capped::new("sigtran-rogue-peer.refusals", MAX_PAIRS),
            told: Capped::new("sigtran-rogue-peer.told", MAX_TOLD),
            saw_sigtran: false,
            limits: Limits::default(),
        }
    }
}

impl Detector for SigtranRoguePeer {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::M3UA.and(Kinds::MAP).and(Kinds::CAP).and(Kinds::SCCP).and(Kinds::SCTP)
    }

    fn tune(&mut self, tuning: &Tuning) {
        self.limits = Limits::tuned(tuning, &CARD);
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        match &event.what {
            What::Map(map) | What::Cap(map) if map.component_index == 0 => {
                self.title(scene, event, map.calling.as_ref(), findings);
            }
            // Service messages carry the addresses of the message that they return, swapped.
            What::Sccp(sccp) if !matches!(sccp.message_type, 0x0a | 0x12 | 0x14) => {
                self.title(scene, event, sccp.calling.as_ref(), findings);
            }
            What::M3ua(m3ua) => self.m3ua(scene, event, m3ua, findings),
            What::Sctp(sctp) if event.path.is_none() && is_sigtran(event, sctp) => {
                self.association(scene, event, sctp, findings);
            }
            _ => {}
        }
    }

    fn gaps(&self, scene: &Scene) -> Vec<Gap> {
        if !self.saw_sigtran {
            return Vec::new();
        }
        let gap = |check, what: &str| Gap {
            detection: CARD.id,
            check,
            missing: format!("{NO_DESCRIPTION} of {what}"),
        };
        let network = &scene.network;
        let mut gaps = Vec::new();
        if !provisioned(network) {
            gaps.push(gap("peer.unlisted", "SIGTRAN peers"));
        }
        if !network.has_point_codes() {
            gaps.push(gap("label.unlisted", "point codes"));
        }
        if !network.has_home_gts() || !network.has_home_networks() {
            gaps.push(gap("gt.home-from-outside", "home global titles and networks"));
        }
        if !network.has_home_networks() {
            gaps.push(gap("routing-key.registration", "home networks"));
        }
        gaps
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.refusals.count(), self.told.count()]
    }
}

/// By what it carried; before that, by the registered ports of M2UA, M3UA, M2PA and SUA.
fn is_sigtran(event: &Event, sctp: &Sctp) -> bool {
    match sctp.payload.as_deref() {
        Some("m3ua" | "m2pa" | "m2ua" | "sua") => true,
        Some("unknown") | None => event.ends.is_some_and(|ends| {
            let port = |port| matches!(port, 2904 | 2905 | 3565 | 14001);
            port(ends.dest_port) || (port(ends.src_port) && sctp.midstream)
        }),
        _ => false,
    }
}

fn provisioned(network: &Network) -> bool {
    network.has_sigtran_lists()
        || network.elements.iter().any(|element| element.has_role(Role::Stp))
}

fn describes_own(network: &Network) -> bool {
    network
        .elements
        .iter()
        .any(|element| element.role_set().any(SIGTRAN_ROLES) && !element.addresses.is_empty())
}

/// Whether an address may have a SIGTRAN association; `others` are the addresses of its side.
fn may_signal(network: &Network, ip: IpAddr, others: &[IpAddr]) -> bool {
    if network.listed_by(ip, Use::Sigtran).is_some() {
        return true;
    }
    let owner = network.owner_of_ip(ip);
    match owner {
        Owner::Home(Some(element)) => {
            return element.role_set().any(SIGTRAN_ROLES) || element.roles.is_empty();
        }
        // Where nobody wrote down our own nodes, or this partner's, they cannot be missing from the list.
        Owner::Home(None) if !describes_own(network) => return true,
        Owner::Partner(partner) if partner.sigtran.is_empty() => return true,
        _ => {}
    }
    // A second path of a multi-homed node. An address that the same owner does not hold may list whatever it likes.
    others.iter().take(16).any(|other| {
        let listed = network.listed_by(*other, Use::Sigtran).is_some()
            || network
                .element_of_ip(*other)
                .is_some_and(|element| element.role_set().any(SIGTRAN_ROLES));
        listed && owner.same(network.owner_of_ip(*other))
    })
}

impl SigtranRoguePeer {
    fn association(
        &mut self,
        scene: &Scene,
        event: &Event,
        sctp: &Sctp,
        findings: &mut Vec<Finding>,
    ) {
        self.saw_sigtran = true;
        let Some(ends) = &event.ends else { return };
        let network = &scene.network;
        let outcome = match sctp.state {
            SctpState::Init => Outcome::Attempt,
            SctpState::Refused => Outcome::Refused,
            SctpState::Closed if sctp.data_chunks > 0 => Outcome::AnsweredWithData,
            SctpState::Established | SctpState::Closed => Outcome::Answered,
        };
        let mut provisioned_pair = false;
        if provisioned(network) {
            let src = may_signal(network, ends.src_ip, &sctp.src_addresses);
            let dest = may_signal(network, ends.dest_ip, &sctp.dest_addresses);
            provisioned_pair = src && dest;
            // The far side of a stranger inside our own network is told by the stranger.
            let rogue = match (src, dest) {
                (true, true) => None,
                (false, _) => Some((ends.src_ip, ends.dest_ip)),
                (true, false) => Some((ends.dest_ip, ends.src_ip)),
            };
            if let Some((rogue, peer)) = rogue {
                findings.push(unlisted(scene, event, sctp, rogue, peer, outcome));
            }
        }
        if !provisioned_pair {
            self.refused(scene, event, sctp, findings);
        }
    }

    /// Associations that are refused again and again.
    fn refused(&mut self, scene: &Scene, event: &Event, sctp: &Sctp, findings: &mut Vec<Finding>) {
        let Some(ends) = &event.ends else { return };
        let pair = (ends.src_ip, ends.dest_ip);
        match sctp.state {
            SctpState::Init => {}
            SctpState::Established | SctpState::Closed => {
                let (refusals, _) = self.refusals.entry(&pair, Refusals::default);
                refusals.was_up |= sctp.state == SctpState::Established || sctp.data_chunks > 0;
            }
            // The end of an association that began before the capture.
            SctpState::Refused if sctp.midstream => {}
            SctpState::Refused => {
                let owner = scene.network.owner_of_ip(ends.src_ip);
                let span = self.limits.refusal_seconds.secs(owner);
                let limit = self.limits.refusals.of(owner);
                let (refusals, _) = self.refusals.entry(&pair, Refusals::default);
                if refusals.count == 0 || event.at.since(refusals.first) > span {
                    *refusals = Refusals {
                        first: event.at,
                        was_up: refusals.was_up,
                        ..Refusals::default()
                    };
                }
                refusals.count = refusals.count.saturating_add(1);
                if refusals.frames.len() < 8 {
                    refusals.frames.push(event.frame);
                }
                if u64::from(refusals.count) != limit || refusals.was_up {
                    return;
                }
                let (rogue, gateway) = pair;
                findings.push(Finding {
                    key: format!("{rogue}>{gateway}"),
                    confidence: 0.7,
                    outcome: Outcome::Refused,
                    signature: format!("{gateway} refuses the SIGTRAN associations of {rogue}, which tries again and again"),
                    why: format!(
                        "{limit} INITs from {rogue} to {gateway}:{} were answered with ABORT since {}, and none came up",
                        ends.dest_port, refusals.first
                    ),
                    honest_cause: "A partner's new or moved node before the gateway was configured, or a gateway that is down.".to_owned(),
                    next_step: format!("Ask whose {rogue} is; look at the gateway's log of refused associations and at what else {rogue} sends."),
                    decided_by: Some(Side::of(&scene.network, rogue).cite(&scene.network)),
                    entities: vec![format!("ip:{rogue}"), format!("ip:{gateway}")],
                    first_seen: refusals.first,
                    frames: refusals.frames.clone(),
                    ..CARD.finding("asp.refused", event)
                });
            }
        }
    }

    fn m3ua(&mut self, scene: &Scene, event: &Event, m3ua: &M3ua, findings: &mut Vec<Finding>) {
        self.saw_sigtran = true;
        let Some(ends) = &event.ends else { return };
        let network = &scene.network;
        match (m3ua.message_class, m3ua.message_type) {
            (0, 0) => findings.extend(asp_refused(scene, event, m3ua)),
            (1, 1) => {
                if let Some(opc) = m3ua.opc.filter(|_| network.has_point_codes()) {
                    findings.extend(label(scene, event, m3ua, opc));
                }
            }
            (9, 1 | 3) if network.has_home_networks() => {
                let from = Side::of(network, ends.src_ip);
                if !from.is_foreign() {
                    return;
                }
                findings.push(Finding {
                    key: format!("{}>{}", ends.src_ip, ends.dest_ip),
                    confidence: 0.8,
                    signature: format!("{} ({}) asks {} for a routing key", ends.src_ip, from.name(), ends.dest_ip),
                    why: format!(
                        "M3UA {} with {} from outside: whoever registers a routing key receives that traffic (RFC 4666 §3.6)",
                        m3ua.message, contexts(m3ua)
                    ),
                    honest_cause: "A hub that works with dynamic registration by agreement.".to_owned(),
                    next_step: format!("See in the gateway whether the registration was accepted and for which point codes; withdraw it and ask {}.", from.name()),
                    decided_by: Some(from.cite(network)),
                    entities: vec![format!("ip:{}", ends.src_ip), format!("ip:{}", ends.dest_ip)],
                    ..CARD.finding("routing-key.registration", event)
                });
            }
            _ => {}
        }
    }

    /// One of our titles as the sender, on a link that is not ours.
    fn title(
        &mut self,
        scene: &Scene,
        event: &Event,
        calling: Option<&SccpAddress>,
        findings: &mut Vec<Finding>,
    ) {
        self.saw_sigtran = true;
        let network = &scene.network;
        if !network.has_home_gts() || !network.has_home_networks() {
            return;
        }
        let Some(gt) =
            calling.and_then(|address| address.gt.as_ref()).filter(|gt| !gt.digits.is_empty())
        else {
            return;
        };
        let Some(ends) = &event.ends else { return };
        if !network.owner_of_gt(&gt.digits).is_home() {
            return;
        }
        let from = Side::of(network, ends.src_ip);
        if !from.is_foreign() {
            return;
        }
        // One finding for the first message of a title on a link, then one for each hundred.
        let (count, _) = self.told.entry(&(ends.src_ip, gt.digits.clone()), || 0);
        *count += 1;
        if *count != 1 && *count % 100 != 0 {
            return;
        }
        let count = *count;
        findings.push(Finding {
            key: format!("{}|{gt}", ends.src_ip),
            confidence: 0.9,
            signature: format!("{} ({}) sends SCCP messages under our own title {gt}", ends.src_ip, from.name()),
            why: format!(
                "the calling global title {gt} is of the home network, the message came from {} to {}, which is not; {count} so far",
                ends.src_ip, ends.dest_ip
            ),
            honest_cause: "A hosted or virtual operator inside our range, ported numbers in transit, or a link of ours that the description \
                           does not name."
                .to_owned(),
            next_step: format!("Block calling titles of our own ranges on links from outside, and ask {} where the message entered its network.", from.name()),
            decided_by: Some(network.cite_home()),
            entities: vec![format!("ip:{}", ends.src_ip), format!("gt:{gt}"), format!("ip:{}", ends.dest_ip)],
            ..CARD.finding("gt.home-from-outside", event)
        });
    }
}

fn unlisted(
    scene: &Scene,
    event: &Event,
    sctp: &Sctp,
    rogue: IpAddr,
    peer: IpAddr,
    outcome: Outcome,
) -> Finding {
    let network = &scene.network;
    let (side, other) = (Side::of(network, rogue), Side::of(network, peer));
    let what = sctp
        .payload
        .as_deref()
        .filter(|name| *name != "unknown")
        .unwrap_or("sigtran")
        .to_uppercase();
    let did = match outcome {
        Outcome::Attempt => "tries to open",
        Outcome::Refused => "was refused",
        Outcome::Answered | Outcome::AnsweredWithData => "has",
    };
    // Between two nodes of ours, an address without an entry is most likely missing from the description.
    let undescribed = matches!((side, other), (Side::Home(None), Side::Home(_) | Side::Management));
    let why = match side {
        Side::Partner(partner) => {
            format!("{rogue} is in the networks of {} but not in its list `sigtran`", partner.name)
        }
        Side::Home(Some(element)) => {
            format!(
                "{} has the roles {} and no business with SIGTRAN",
                element.name,
                element.roles.join(", ")
            )
        }
        Side::Home(None) => format!("{rogue} is in our networks and is no described element"),
        Side::Management => {
            format!("{rogue} is in the management networks, which carry no signalling")
        }
        Side::Subscriber => format!("{rogue} is an address of subscribers"),
        Side::Outside => format!("{rogue} is in nobody's networks and on nobody's list `sigtran`"),
    };
    Finding {
        level: if undescribed { Level::Low } else { Level::High },
        // One attempt is one finding, whatever becomes of it.
        counts: sctp.state == SctpState::Init || (sctp.midstream && sctp.state == SctpState::Established),
        key: rogue.to_string(),
        confidence: if undescribed { 0.4 } else { 0.9 },
        outcome,
        signature: format!("{rogue} ({}) {did} a {what} association with {peer} ({})", side.name(), other.name()),
        why: format!("{why}; {} DATA chunks, {} packets", sctp.data_chunks, sctp.packets),
        honest_cause: "A migration, a laboratory or disaster-recovery node, or a second vendor's STP that the description does not list yet.".to_owned(),
        next_step: format!(
            "Ask who provisioned {rogue}; if nobody did, take the association down at {peer} and look on the host behind {rogue} for the \
             process that holds an SCTP socket."
        ),
        decided_by: Some(side.cite(network)),
        entities: vec![format!("ip:{rogue}"), format!("ip:{peer}")],
        ..CARD.finding("peer.unlisted", event)
    }
}

/// RFC 4666 §3.8.1; the second set is that of the drafts, which old stacks still send.
const fn refusal(code: u32) -> Option<&'static str> {
    Some(match code {
        13 => "refused, management blocking",
        14 => "ASP identifier required",
        15 => "invalid ASP identifier",
        21 => "invalid network appearance",
        25 => "invalid routing context",
        26 => "no configured AS for ASP",
        8 | 12 => "invalid routing context (draft)",
        11 => "refused (draft)",
        _ => return None,
    })
}

fn asp_refused(scene: &Scene, event: &Event, m3ua: &M3ua) -> Option<Finding> {
    let ends = event.ends.as_ref()?;
    let code = m3ua.error_code?;
    let reason = refusal(code)?;
    let (gateway, rogue) = (ends.src_ip, ends.dest_ip);
    let network = &scene.network;
    let side = Side::of(network, rogue);
    // An error towards one of our own nodes, or a provisioned peer, is a matter of configuration.
    let listed = provisioned(network) && may_signal(network, rogue, &[]);
    Some(Finding {
        level: if listed { Level::Low } else { Level::High },
        key: format!("{rogue}>{gateway}"),
        confidence: if listed { 0.3 } else { 0.75 },
        outcome: Outcome::Refused,
        signature: format!("The gateway {gateway} refuses {rogue} as a signalling peer: {reason}"),
        why: format!("M3UA error {code} ({reason}) from {gateway} to {rogue}, with {}", contexts(m3ua)),
        honest_cause: "A new node before both ends agree on routing context, network appearance or ASP identifier.".to_owned(),
        next_step: format!("Ask who runs {rogue}. If it is no planned peer, see what it tries next and what else its host does; close SCTP to it at the border."),
        decided_by: Some(side.cite(network)),
        entities: vec![format!("ip:{rogue}"), format!("ip:{gateway}")],
        ..CARD.finding("asp.refused", event)
    })
}

fn contexts(m3ua: &M3ua) -> String {
    let contexts: Vec<String> =
        m3ua.routing_contexts.iter().take(8).map(ToString::to_string).collect();
    let mut text = if contexts.is_empty() {
        "no routing context".to_owned()
    } else {
        format!("routing context {}", contexts.join(", "))
    };
    if let Some(appearance) = m3ua.network_appearance {
        text.push_str(&format!(" and network appearance {appearance}"));
    }
    text
}

/// The originating point code against the owner of the address that sent it.
fn label(scene: &Scene, event: &Event, m3ua: &M3ua, opc: PointCode) -> Option<Finding> {
    let network = &scene.network;
    let ends = event.ends.as_ref()?;
    let from = Side::of(network, ends.src_ip);
    let owner = network.owner_of_pc(opc);
    let (confidence, why) = match (from, owner) {
        (Side::Partner(_) | Side::Outside, Owner::Home(_)) if network.has_home_networks() => {
            (0.9, format!("point code {opc} is ours, and {} is not", ends.src_ip))
        }
        (Side::Partner(partner), Owner::Partner(holder)) if !network.may_relay(partner, holder) => {
            (
                0.85,
                format!(
                    "point code {opc} is that of {}, for which {} does not relay",
                    holder.name, partner.name
                ),
            )
        }
        // Without point codes of this partner, an unknown one may be its own.
        (Side::Partner(partner), Owner::Unknown) if !partner.point_codes.is_empty() => (
            0.75,
            format!("point code {opc} is in nobody's entry, and {} lists others", partner.name),
        ),
        (Side::Outside, Owner::Partner(holder)) if network.has_home_networks() => (
            0.85,
            format!(
                "point code {opc} is that of {}, and {} is not one of its addresses",
                holder.name, ends.src_ip
            ),
        ),
        _ => return None,
    };
    let dpc = m3ua.dpc.map(|dpc| dpc.to_string()).unwrap_or_default();
    Some(Finding {
        key: format!("{}|{opc}", ends.src_ip),
        confidence,
        outcome: Outcome::Attempt,
        signature: format!("{} ({}) sends as point code {opc} to {dpc}", ends.src_ip, from.name()),
        why: format!(
            "{why}; first DATA with the label {opc} to {dpc}, service indicator {}",
            m3ua.si.unwrap_or_default()
        ),
        honest_cause:
            "A new point code of the partner or of an operator behind its hub, not yet described."
                .to_owned(),
        next_step: format!(
            "Check at the gateway which association brought {opc}, screen originating point codes there, and ask {}.",
            from.name()
        ),
        decided_by: Some(if owner.is_unknown() {
            from.cite(network)
        } else {
            network.cite_owner(owner)
        }),
        entities: vec![
            format!("ip:{}", ends.src_ip),
            format!("pc:{opc}"),
            format!("ip:{}", ends.dest_ip),
        ],
        ..CARD.finding("label.unlisted", event)
    })
}

#[cfg(test)]
#[path = "sigtran_rogue_peer_tests.rs"]
mod tests;
