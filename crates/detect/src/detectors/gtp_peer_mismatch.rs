//! Subscriber, serving network, addresses and peer that do not fit together.
//!
//! A request for a session says four times who sends it: its source, the addresses in it, the network that it claims to
//! serve from, and the subscriber's home. A peer that speaks for itself agrees with all of them.

use std::net::IpAddr;

use event::{Endpoints, Event, Fteid, Gtp, Level, Outcome, Plmn, TableCount, What};
use network::{Network, Owner, Partner};

use super::gtp::{
    Asked, entities, is_create, is_created, is_delete, is_update, owner_of_imsi, same_network,
    same_site,
};
use super::sides::NO_DESCRIPTION;
use crate::{Card, Check, Detector, Finding, Gap, Kinds, Scene, Source, Stage};

pub(crate) const CARD: Card = Card {
    id: "gtp-peer-mismatch",
    level: Level::Critical,
    summary: "Subscriber, serving network and peer do not fit",
    needs: "Requests that create, change and end sessions, with the serving network, routing area, user location, IMSI, APN \
            and endpoint addresses in them, and the tunnels that the capture saw being made.",
    quiet_for: "MVNOs and hubs that the description names (hubs); nodes of one operator that act for each other; our own \
                nodes among themselves; a subscriber that moved and registered where it went; shared cells.",
    description: "Needs plmns, networks and gsn of partners and [home]. Without, only locations in two countries and tunnels \
                  that strangers end are told, at lower levels.",
    thresholds: "None: one message is enough. Ending somebody else's tunnel, and moving it to a node that belongs to neither \
                 network, is critical.",
    stage: Stage::Control,
    settings: &[],
    judges: Kinds::GTP,
    basis: "GTP firewalls' checks as vendors publish them (redirection protection, handover control); TS 29.060 §7.3, TS \
            29.274 §7.2, TS 23.003 §9.1.2 (operator identifier of an APN); GSMA FS.20 and IR.88 as public sources describe them",
    checks: &[
        Check {
            name: "network.claimed",
            level: Level::High,
            looks_for: "a serving network, routing area or location that is not the sender's",
        },
        Check {
            name: "location.disagrees",
            level: Level::Medium,
            looks_for: "serving network, routing area and location of one message in different countries",
        },
        Check {
            name: "subscriber.foreign",
            level: Level::High,
            looks_for: "a session at a gateway for a subscriber who is not its operator's",
        },
        Check {
            name: "address.redirected",
            level: Level::High,
            looks_for: "endpoint addresses in a message that are not the sender's: packets shall go elsewhere",
        },
        Check {
            name: "apn.other-operator",
            level: Level::Medium,
            looks_for: "an access point name with the operator identifier of another network than the gateway's",
        },
        Check {
            name: "tunnel.moved",
            level: Level::Critical,
            looks_for: "a tunnel changed by a node of another network than the one that made it, or moved to a network where the \
                        subscriber did not register",
        },
        Check {
            name: "tunnel.ended-by-stranger",
            level: Level::Critical,
            looks_for: "a tunnel deleted by a node of another network than the one that made it",
        },
    ],
    attack: &["T1199", "T1557", "T1499"],
    fight: &["FGT1036.501", "FGT1599.505", "FGT1199.501"],
    motif: &["MOT3003", "MOT1199.301"],
};

pub(crate) struct GtpPeerMismatch {
    asked: Asked,
    no_description: bool,
    no_home_plmns: bool,
    no_partner_plmns: bool,
    unregistered: bool,
}

impl Default for GtpPeerMismatch {
    fn default() -> Self {
        Self {
            asked: Asked::new("gtp-peer-mismatch.asked"),
            no_description: false,
            no_home_plmns: false,
            no_partner_plmns: false,
            unregistered: false,
        }
    }
}

/// One message with whose its ends are.
struct Seen<'a> {
    scene: &'a Scene,
    network: &'a Network,
    event: &'a Event,
    gtp: &'a Gtp,
    ends: &'a Endpoints,
    from: Owner<'a>,
    to: Owner<'a>,
}

/// What does not fit.
struct Misfit {
    check: &'static str,
    level: Level,
    confidence: f64,
    what: String,
    why: String,
    honest: &'static str,
    decided_by: String,
}

impl Detector for GtpPeerMismatch {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::GTP
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        let What::Gtp(gtp) = &event.what else { return };
        let Some(ends) = &event.ends else { return };
        if gtp.message_type < 4 || gtp.user_plane || gtp.prime || event.path.is_some() {
            return;
        }
        if let (Some(request), Some(outcome)) = (gtp.request_frame, gtp.outcome) {
            for mut finding in self.asked.answered(event, request, outcome) {
                answered(&mut finding, gtp, outcome);
                findings.push(finding);
            }
        }
        let request = gtp.outcome.is_none() && !gtp.duplicate;
        let (create, update) = (is_create(gtp), is_update(gtp));
        let judged = request && (create || update || is_delete(gtp));
        let addresses = request || (gtp.outcome >= Some(Outcome::Answered) && !gtp.duplicate);
        if !judged && !(addresses && (is_created(gtp) || !gtp.fteids.is_empty())) {
            return;
        }
        let network = &scene.network;
        let (from, to) = (network.owner_of_ip(ends.src_ip), network.owner_of_ip(ends.dest_ip));
        let seen = Seen { scene, network, event, gtp, ends, from, to };
        let mut misfits: Vec<Misfit> = Vec::new();
        if judged {
            misfits.extend(self.stranger(&seen));
            misfits.extend(seen.two_countries());
        }
        if network.is_empty() {
            self.no_description |= judged && create;
        } else if !from.same(to) {
            if judged && (create || update) {
                misfits.extend(self.claimed(&seen));
            }
            if judged && create {
                misfits.extend(self.subscriber(&seen));
                misfits.extend(seen.access_point());
            }
            misfits.extend(seen.redirected());
        }
        for misfit in misfits {
            let finding = seen.finding(misfit);
            if request {
                self.asked.put(event.frame, &finding);
            }
            findings.push(finding);
        }
    }

    fn gaps(&self, scene: &Scene) -> Vec<Gap> {
        let gap = |check, missing: String| Gap { detection: CARD.id, check, missing };
        let mut gaps = Vec::new();
        if self.no_description {
            let names = [
                "network.claimed",
                "subscriber.foreign",
                "address.redirected",
                "apn.other-operator",
            ];
            gaps.extend(names.map(|check| gap(check, NO_DESCRIPTION.to_owned())));
        }
        let source = &scene.network.source;
        if self.no_home_plmns {
            gaps.push(gap("subscriber.foreign", format!("{source} has no plmns of [home]")));
        }
        if self.no_partner_plmns {
            gaps.push(gap("network.claimed", format!("{source} has no plmns of some partners")));
        }
        if self.unregistered {
            let missing = "registrations (MAP or S6a): whether a subscriber moved is not known";
            gaps.push(gap("tunnel.moved", missing.to_owned()));
        }
        gaps
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.asked.count()]
    }
}

impl GtpPeerMismatch {
    /// The network that a request claims to come from, against whose address it came from.
    fn claimed(&mut self, seen: &Seen<'_>) -> Option<Misfit> {
        let (named, kind) = seen.serving()?;
        let network = seen.network;
        let owner = network.owner_of_plmn(named);
        let (level, confidence, whose) = match (seen.from, owner) {
            (Owner::Partner(_), Owner::Partner(other)) if network.speaks_for(seen.from, other) => {
                return None;
            }
            (Owner::Partner(_), Owner::Partner(other)) => (Level::High, 0.9, other.name.clone()),
            (Owner::Partner(_), Owner::Home(_)) => (Level::High, 0.85, "our own".to_owned()),
            (Owner::Partner(partner), Owner::Unknown) => {
                if partner.plmns.is_empty() || is_hub(network, partner) {
                    self.no_partner_plmns = true;
                    return None;
                }
                let near = partner.plmns.iter().any(|plmn| plmn.mcc == named.mcc);
                let (level, confidence) =
                    if near { (Level::Medium, 0.5) } else { (Level::High, 0.75) };
                (level, confidence, "nobody's that we know".to_owned())
            }
            // A cell that is shared with others, or a core that serves another's radio network.
            (Owner::Home(_), Owner::Partner(other)) => {
                if network.speaks_for(seen.from, other) {
                    return None;
                }
                (Level::Medium, 0.5, other.name.clone())
            }
            // Who the sender is decides, where the nodes are listed.
            (Owner::Unknown, Owner::Home(_) | Owner::Partner(_)) if !network.has_gsn_lists() => {
                (Level::High, 0.7, seen.name(owner))
            }
            _ => return None,
        };
        Some(Misfit {
            check: "network.claimed",
            level: if kind == "user location" { level.min(Level::Medium) } else { level },
            confidence,
            what: format!("claims to serve from {named}, which is not its network"),
            why: format!(
                "Its {kind} is {named} ({whose}), and {} belongs to {}",
                seen.ends.src_ip,
                seen.name(seen.from)
            ),
            honest: "A partner that carries another operator's roamers, a network that was merged or renumbered, shared radio \
                     access: name it in hubs or plmns.",
            decided_by: network.cite_plmn(named),
        })
    }

    /// Whose subscriber a gateway is asked to serve.
    fn subscriber(&mut self, seen: &Seen<'_>) -> Option<Misfit> {
        let imsi = seen.gtp.imsi.as_ref()?;
        let network = seen.network;
        let owner = owner_of_imsi(network, imsi);
        let plmn =
            imsi.plmn().map_or_else(|| "an unreadable network".to_owned(), |p| p.to_string());
        let (level, confidence, whose) = match (seen.to, owner) {
            (Owner::Home(_), _) if !network.has_home_plmns() => {
                self.no_home_plmns = true;
                return None;
            }
            (Owner::Home(_), Owner::Home(_)) => return None,
            (Owner::Home(_), Owner::Partner(other)) => {
                // An MVNO whose sessions end at our gateway.
                if network.speaks_for(seen.to, other) {
                    return None;
                }
                (Level::High, 0.8, format!("a subscriber of {}", other.name))
            }
            (Owner::Home(_), Owner::Unknown) => {
                (Level::High, 0.8, "neither ours nor any partner's subscriber".to_owned())
            }
            (Owner::Partner(_), Owner::Partner(other)) => {
                if network.speaks_for(seen.to, other) {
                    return None;
                }
                (Level::Medium, 0.6, format!("a subscriber of {}", other.name))
            }
            (Owner::Partner(_), Owner::Home(_)) => {
                (Level::Medium, 0.5, "a subscriber of ours".to_owned())
            }
            _ => return None,
        };
        Some(Misfit {
            check: "subscriber.foreign",
            level,
            confidence,
            what: format!("asked for a session of a subscriber of {plmn}"),
            why: format!(
                "The IMSI is of {plmn}: {whose}, and the gateway {} is {}",
                seen.ends.dest_ip,
                seen.whose(seen.to)
            ),
            honest: "An MVNO that the description does not name (a partner entry whose hubs names the host), or a new range of \
                     IMSIs.",
            decided_by: imsi
                .plmn()
                .map_or_else(|| network.cite_home(), |plmn| network.cite_plmn(plmn)),
        })
    }

    /// A tunnel that somebody changes or ends who did not make it.
    fn stranger(&mut self, seen: &Seen<'_>) -> Option<Misfit> {
        let (gtp, network, sender) = (seen.gtp, seen.network, seen.ends.src_ip);
        let tunnel = gtp.tunnel?;
        let peer = gtp.tunnel_peer;
        if peer.is_none() && gtp.moved_from.is_none() {
            return None;
        }
        let same = peer.is_none_or(|peer| {
            // Not described: one site has several addresses, and one node one of each family.
            let near = same_site(peer, sender) || peer.is_ipv4() != sender.is_ipv4();
            peer == sender
                || seen.from.same(network.owner_of_ip(peer))
                || near && seen.from.is_unknown() && network.owner_of_ip(peer).is_unknown()
        });
        if is_delete(gtp) {
            let peer = peer.filter(|_| !same)?;
            if related(network, seen.from, network.owner_of_ip(peer)) {
                return None;
            }
            let described = !network.is_empty();
            let (level, confidence) =
                if described { (Level::Critical, 0.85) } else { (Level::High, 0.6) };
            return Some(Misfit {
                check: "tunnel.ended-by-stranger",
                level,
                confidence,
                what: format!("wants to end a tunnel of {}", seen.scene.who(peer)),
                why: format!(
                    "Tunnel {tunnel} was agreed with {}, and {sender} asks to delete it",
                    seen.scene.who(peer)
                ),
                honest: "A node that took over from another without telling the gateway, or a pool whose nodes use addresses \
                         of several networks.",
                decided_by: network.cite_ip(sender),
            });
        }
        if !is_update(gtp) {
            return None;
        }
        let named = seen.serving().map(|(plmn, _)| plmn);
        let moved = gtp.moved_from.zip(named);
        // In one network nodes hand over to each other all day.
        if same && moved.is_none_or(|(before, now)| is_one(network, before, now)) {
            return None;
        }
        let registered = self.is_registered(seen, named);
        let fits = named.is_some_and(|plmn| match network.owner_of_plmn(plmn) {
            Owner::Partner(other) => network.speaks_for(seen.from, other),
            owner => owner.same(seen.from),
        });
        let (level, confidence, how) = match registered {
            Some(true) if fits || network.is_empty() => return None,
            _ if !network.is_empty() && !fits && !same => {
                (Level::Critical, 0.8, "and it belongs to neither network")
            }
            // Told by the network that it claims.
            _ if !fits && !network.is_empty() => return None,
            Some(false) => (Level::High, 0.75, "and the subscriber did not register there"),
            _ => {
                self.unregistered = true;
                (Level::Low, 0.3, "and whether the subscriber registered there is not known")
            }
        };
        let from = peer.map_or_else(
            || gtp.moved_from.map_or_else(String::new, |plmn| plmn.to_string()),
            |peer| seen.scene.who(peer),
        );
        Some(Misfit {
            check: "tunnel.moved",
            level,
            confidence,
            what: format!("moves a tunnel that was agreed with {from}"),
            why: format!(
                "Tunnel {tunnel} was agreed with {from}, now {sender} changes it{}, {how}",
                named.map_or_else(String::new, |plmn| format!(" from {plmn}"))
            ),
            honest: "A subscriber that crossed a border within a call: the new network registers it at the same time.",
            decided_by: network.cite_ip(sender),
        })
    }

    /// Whether the subscriber registered in the network that claims to serve now; unset where no registration of it was
    /// seen at all.
    fn is_registered(&self, seen: &Seen<'_>, named: Option<Plmn>) -> Option<bool> {
        let imsi = seen.gtp.imsi.or(seen.gtp.tunnel_imsi)?;
        let known = seen.scene.whereabouts.of_imsi(&imsi)?;
        let named = seen.network.network_of_plmn(named?);
        let mut places = known.served().filter(|place| place.source() != Source::Gtp).peekable();
        places.peek()?;
        Some(places.any(|place| place.network() == named))
    }
}

impl Seen<'_> {
    /// The network that the message says it serves from, and where it says so. A location is that of a cell, which may
    /// be shared: the other two come first.
    fn serving(&self) -> Option<(Plmn, &'static str)> {
        let gtp = self.gtp;
        (gtp.serving_network.map(|plmn| (plmn, "serving network")))
            .or_else(|| gtp.rai_plmn.map(|plmn| (plmn, "routing area")))
            .or_else(|| gtp.uli_plmn.map(|plmn| (plmn, "user location")))
    }

    fn two_countries(&self) -> Option<Misfit> {
        let gtp = self.gtp;
        let named = [
            (gtp.serving_network, "serving network"),
            (gtp.rai_plmn, "routing area"),
            (gtp.uli_plmn, "user location"),
        ];
        let mut named = named.iter().filter_map(|(plmn, kind)| Some(((*plmn)?, *kind)));
        let (first, kind) = named.next()?;
        // Large countries have several codes, one after the other.
        let (other, what) = named.find(|(plmn, _)| plmn.mcc / 10 != first.mcc / 10)?;
        Some(Misfit {
            check: "location.disagrees",
            level: Level::Medium,
            confidence: 0.6,
            what: format!("serves one subscriber in two countries, {first} and {other}"),
            why: format!("Its {kind} is {first} and its {what} is {other}"),
            honest: "A cell at a border that is shared with the neighbour, or a node with a wrong configuration.",
            decided_by: self.network.cite_ip(self.ends.src_ip),
        })
    }

    /// Where the message wants packets to be sent.
    fn redirected(&self) -> Option<Misfit> {
        let (network, sender) = (self.network, self.ends.src_ip);
        let (fteid, ip, owner, level, confidence) = self.gtp.fteids.iter().find_map(|fteid| {
            let ip = fteid.ip.filter(|ip| *ip != sender && is_meant(self.gtp, fteid))?;
            let owner = network.owner_of_ip(ip);
            if owner.same(self.from) {
                return None;
            }
            let (level, confidence) = self.astray(ip, owner)?;
            Some((fteid, ip, owner, level, confidence))
        })?;
        Some(Misfit {
            check: "address.redirected",
            level,
            confidence,
            what: format!("wants packets sent to {ip}, which is not its own"),
            why: format!(
                "The {} endpoint in the message is {ip}, {}, and the sender {sender} is {}",
                fteid.plane,
                self.whose(owner),
                self.whose(self.from)
            ),
            honest: "A hub that translates addresses and leaves those inside messages alone, or user-plane nodes that the \
                     description does not list.",
            decided_by: network.cite_ip(ip),
        })
    }

    /// How bad it is that an address of `owner` stands in the message.
    fn astray(&self, ip: IpAddr, owner: Owner<'_>) -> Option<(Level, f64)> {
        let network = self.network;
        if is_nowhere(ip) {
            return Some((Level::High, 0.7));
        }
        match (self.from, owner) {
            (_, owner) if related(network, self.from, owner) => None,
            (Owner::Partner(_), Owner::Home(_)) => Some((Level::High, 0.85)),
            (Owner::Partner(_) | Owner::Home(_), Owner::Partner(_)) => Some((Level::High, 0.8)),
            (Owner::Unknown, Owner::Home(_) | Owner::Partner(_)) => Some((Level::High, 0.6)),
            (Owner::Partner(partner), Owner::Unknown) => {
                // The other family may be described by nobody.
                let compared = ip.is_ipv4() == self.ends.src_ip.is_ipv4();
                let hub = !partner.hubs.is_empty() || is_hub(network, partner);
                match (partner.networks.is_empty(), hub) {
                    _ if !compared => None,
                    (false, false) => Some((Level::High, 0.65)),
                    _ => Some((Level::Medium, 0.4)),
                }
            }
            _ => None,
        }
    }

    /// The operator identifier of the access point name.
    fn access_point(&self) -> Option<Misfit> {
        let apn = self.gtp.apn.as_deref()?;
        let suffix = apn.len().checked_sub(5).and_then(|at| apn.get(at..))?;
        if !suffix.eq_ignore_ascii_case(".gprs") {
            return None;
        }
        let plmn = Plmn::of_domain(apn)?;
        let owner = self.network.owner_of_plmn(plmn);
        let fits = match (self.to, owner) {
            (to, Owner::Partner(other)) => self.network.speaks_for(to, other),
            (Owner::Home(_), Owner::Home(_)) => true,
            (Owner::Home(_), Owner::Unknown) => !self.network.has_home_plmns(),
            (Owner::Partner(_), Owner::Home(_)) => false,
            _ => true,
        };
        (!fits).then(|| Misfit {
            check: "apn.other-operator",
            level: Level::Medium,
            confidence: 0.6,
            what: format!("asked for an access point of {plmn}"),
            why: format!(
                "The operator identifier of the APN is {plmn}, and the gateway {} is {}",
                self.ends.dest_ip,
                self.whose(self.to)
            ),
            honest: "An MVNO or a hosted gateway that the description does not name.",
            decided_by: self.network.cite_plmn(plmn),
        })
    }

    fn name(&self, owner: Owner<'_>) -> String {
        match owner {
            Owner::Home(_) => "our own network".to_owned(),
            Owner::Partner(partner) => partner.name.clone(),
            Owner::Unknown => "nobody that is described".to_owned(),
        }
    }

    fn whose(&self, owner: Owner<'_>) -> String {
        match owner {
            Owner::Home(_) => "ours".to_owned(),
            Owner::Partner(partner) => format!("{}'s", partner.name),
            Owner::Unknown => "nobody's that is described".to_owned(),
        }
    }

    fn finding(&self, misfit: Misfit) -> Finding {
        let (sender, receiver) = (self.ends.src_ip, self.ends.dest_ip);
        let (who, whom) = (self.scene.who(sender), self.scene.who(receiver));
        let mut finding = CARD.finding(misfit.check, self.event);
        finding.level = misfit.level;
        finding.confidence = misfit.confidence;
        finding.key = format!("{sender}>{receiver}");
        finding.signature = format!("{who} {}, at {whom}", misfit.what);
        finding.why =
            format!("{} (GTP version {}): {}.", self.gtp.message, self.gtp.version, misfit.why);
        finding.honest_cause = misfit.honest.to_owned();
        finding.next_step = format!(
            "Ask the operator of {sender} whether the message is its own; list the sessions that {receiver} has with it, and \
             have the border compare source, addresses and networks of such requests."
        );
        finding.decided_by = Some(misfit.decided_by);
        finding.entities = entities(sender, receiver, self.gtp.imsi.or(self.gtp.tunnel_imsi));
        if let Some(teid) = self.gtp.teid.filter(|teid| *teid != 0) {
            finding.entities.push(format!("teid:{teid:#010x}"));
        }
        finding
    }
}

/// Whether one may speak for the other.
fn related(network: &Network, a: Owner<'_>, b: Owner<'_>) -> bool {
    let speaks = |speaker, of: Owner<'_>| {
        of.partner().is_some_and(|partner| network.speaks_for(speaker, partner))
    };
    a.same(b) || speaks(a, b) || speaks(b, a)
}

/// Whether others name it as their hub.
fn is_hub(network: &Network, partner: &Partner) -> bool {
    network.partners.iter().any(|other| other.hubs.contains(&partner.name))
}

/// Whether both belong to one operator.
fn is_one(network: &Network, a: Plmn, b: Plmn) -> bool {
    same_network(a, b) || network.owner_of_plmn(a).same(network.owner_of_plmn(b))
}

/// Whether the endpoint is the sender's own. A request on S11 also names the gateway behind the one that is asked.
const fn is_meant(gtp: &Gtp, fteid: &Fteid) -> bool {
    match (gtp.version, fteid.interface) {
        // S5/S8, S2b, S2a: user and control plane of either side.
        (2, Some(4..=7 | 30..=37)) => true,
        (2, _) => false,
        _ => true,
    }
}

/// An address to which no packet can be sent over an interconnect.
fn is_nowhere(ip: IpAddr) -> bool {
    ip.is_unspecified()
        || ip.is_loopback()
        || ip.is_multicast()
        || matches!(ip, IpAddr::V4(v4) if v4.is_link_local() || v4.is_broadcast())
}

/// What the answer adds.
fn answered(finding: &mut Finding, gtp: &Gtp, outcome: Outcome) {
    if outcome == Outcome::Refused {
        let name = gtp.cause_name.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
        finding.why.push_str(&format!(" It was refused{name}."));
        return;
    }
    finding.why.push_str(" It was accepted.");
    finding.confidence = (finding.confidence + 0.1).min(0.97);
}

#[cfg(test)]
#[path = "gtp_peer_mismatch_tests.rs"]
mod tests;
