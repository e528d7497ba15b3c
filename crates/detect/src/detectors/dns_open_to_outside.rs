//! The DNS of the exchange answers whom it should not, or answers lead where they should not.
//!
//! A network's GRX name server is asked by the resolvers of its partners, and gives them names of its own network. It
//! resolves nothing for outsiders, tells internal names to nobody else, and the names of a partner lead to that partner.

use std::net::IpAddr;
use std::time::Duration;

use event::{Capped, Dns, Endpoints, Event, Level, Outcome, TableCount, Timestamp, What};
use network::{Network, Owner, Role, Use};

use super::dns::names::{self, Node, Read, Zone};
use super::dns::{Frames, is_unicast};
use super::sides::{NO_DESCRIPTION, Side};
use crate::card::{Card, Check, Detector, Finding, Gap, Kinds, Setting, Stage};
use crate::scene::Scene;
use crate::tuning::{Limit, Tuning};
use crate::wording::counted;

pub(crate) const CARD: Card = Card {
    id: "dns-open-to-outside",
    level: Level::High,
    summary: "The exchange's DNS answers whom it should not",
    needs: "DNS queries outside tunnels, and their answers; for unasked answers both directions.",
    quiet_for: "Listed partners' resolvers; what our own elements ask each other; public names of 3GPP; answers that lead to a \
                partner's hub.",
    description: "[home] networks, [[element]] roles and the partners' `dns` lists say who may ask whom; the partners' networks and \
                  PLMNs say where their names may lead. Nothing but unasked answers is evaluable without.",
    thresholds: "One answer is enough; a mere query stays low. Of unasked answers, a number within a minute, from peers whose other \
                 answers were asked for.",
    stage: Stage::Foothold,
    settings: &[UNASKED],
    judges: Kinds::DNS,
    basis: "3GPP TS 23.003 annex D on which names are whose; RFC 5358 on open resolvers; RFC 5452 on forged answers; checks D3, D5, D6, D8 \
            and D12 of the threat reference. A name that leads elsewhere (D6) is judged here, and is the only check above medium",
    checks: &[
        Check {
            name: "recursion.offered",
            level: Level::Medium,
            looks_for: "our name server resolves for an outsider: recursion available, and an answer that is not its own",
        },
        Check {
            name: "internal-name.answered",
            level: Level::Medium,
            looks_for: "a name under .gprs or 3gppnetwork.org is told to an address that is no listed resolver; low when only asked, \
                        refused, or asked by a listed node of the partner",
        },
        Check {
            name: "internal-name.leaked",
            level: Level::Medium,
            looks_for: "one of our nodes asks an outsider, who is no listed resolver, for such a name",
        },
        Check {
            name: "answer.redirected",
            level: Level::High,
            looks_for: "the address of an operator's node or access point lies outside that operator's networks and its hubs'; medium \
                        when that operator's own server, or ours, says so",
        },
        Check {
            name: "answer.unasked",
            level: Level::Medium,
            looks_for: "many answers to our resolver that it did not ask for: somebody guesses identifiers",
        },
    ],
    attack: &["T1590.002", "T1584.002", "T1557"],
    fight: &["FGT5016"],
    motif: &["MOT3002"],
};

const UNASKED: Setting = Setting {
    name: "unasked",
    default: 40,
    most: 100_000,
    unit: "answers",
    why: "late and repeated answers come by ones; a forger needs hundreds",
};
const MINUTE: Duration = Duration::from_secs(60);
const MAX_RESOLVERS: usize = 1_024;

/// Answers that reached one resolver.
#[derive(Debug, Default)]
struct Answers {
    began: Option<Timestamp>,
    asked: bool,
    unasked: u32,
    told: bool,
    frames: Frames,
}

#[derive(Debug)]
pub(crate) struct DnsOpenToOutside {
    resolvers: Capped<IpAddr, Answers>,
    unasked: Limit,
    undescribed: bool,
    unlisted: bool,
}

impl Default for DnsOpenToOutside {
    fn default() -> Self {
        Self {
            resolvers: Capped::new("dns-open-to-outside.resolvers", MAX_RESOLVERS),
            unasked: Limit::new(&UNASKED),
            undescribed: false,
            unlisted: false,
        }
    }
}

impl Detector for DnsOpenToOutside {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::DNS
    }

    fn tune(&mut self, tuning: &Tuning) {
        self.unasked = tuning.limit(&CARD, UNASKED.name);
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        let What::Dns(dns) = &event.what else { return };
        let Some(ends) = &event.ends else { return };
        if event.path.is_some() || dns.duplicate || !is_unicast(dns) {
            return;
        }
        if dns.response {
            self.unasked(scene, event, dns, ends, findings);
        }
        if !scene.network.has_home_networks() {
            self.undescribed = true;
            return;
        }
        let (client, server) = match dns.response {
            false => (ends.src_ip, ends.dest_ip),
            true => (ends.dest_ip, ends.src_ip),
        };
        let read = dns.qname.as_deref().and_then(names::read);
        let talk = Talk { scene, event, dns, client, server };
        if dns.response && !dns.addresses.is_empty() {
            redirected(&talk, read, findings);
        }
        let (asks, answers) = (Side::of(&scene.network, client), Side::of(&scene.network, server));
        match (asks.is_foreign(), answers.is_foreign()) {
            (true, false) => {
                self.unlisted |= !scene.network.has_dns_lists();
                served(&talk, &asks, &answers, read, findings);
            }
            (false, true) => leaked(&talk, &asks, &answers, read, findings),
            _ => {}
        }
    }

    fn gaps(&self, _: &Scene) -> Vec<Gap> {
        let gap =
            |check, missing: &str| Gap { detection: CARD.id, check, missing: missing.to_owned() };
        if self.undescribed {
            return CARD
                .checks
                .iter()
                .filter(|check| check.name != "answer.unasked")
                .map(|check| gap(check.name, &format!("{NO_DESCRIPTION} of the home networks")))
                .collect();
        }
        if self.unlisted {
            return vec![gap("internal-name.answered", "the partners' lists of resolvers (dns)")];
        }
        Vec::new()
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.resolvers.count()]
    }
}

/// A query or an answer, and who speaks with whom.
struct Talk<'a> {
    scene: &'a Scene,
    event: &'a Event,
    dns: &'a Dns,
    client: IpAddr,
    server: IpAddr,
}

impl Talk<'_> {
    fn finding(&self, check: &'static str, level: Level) -> Finding {
        let dns = self.dns;
        let mut finding = CARD.finding(check, self.event);
        finding.level = level;
        finding.confidence = 0.85;
        finding.outcome = dns.outcome.unwrap_or(Outcome::Attempt);
        finding.counts = !dns.response || dns.request_unseen;
        finding.key = format!("{}|{}", self.client, self.server);
        finding.frames = dns.request_frame.into_iter().chain([self.event.frame]).collect();
        finding.entities = vec![format!("ip:{}", self.client), format!("ip:{}", self.server)];
        finding
    }

    fn name(&self) -> &str {
        self.dns.qname.as_deref().unwrap_or(".")
    }
}

/// A server of ours and a client from outside.
fn served(
    talk: &Talk<'_>,
    asks: &Side<'_>,
    answers: &Side<'_>,
    read: Option<Read<'_>>,
    findings: &mut Vec<Finding>,
) {
    let (scene, dns) = (talk.scene, talk.dns);
    let network = &scene.network;
    if network.listed_by(talk.client, Use::Dns).is_some()
        || matches!(answers, Side::Management | Side::Subscriber)
    {
        return;
    }
    let data = dns.outcome == Some(Outcome::AnsweredWithData);
    let (who, whom) = (scene.who(talk.client), scene.who(talk.server));
    let cite = Some(asks.cite(network));
    let resolved = dns.response && dns.recursion_available && !dns.authoritative && data;
    if resolved && dns.recursion_desired {
        let mut finding = talk.finding("recursion.offered", Level::Medium);
        finding.signature = format!("{whom} resolves names for {who}");
        finding.why = format!(
            "It offers recursion, and answered {} with {} not its own; {} is {} and on no list of resolvers",
            talk.name(),
            counted(dns.answers, "record that is", "records that are"),
            talk.client,
            asks.name()
        );
        finding.honest_cause = "A partner's resolver that its entry does not list yet".to_owned();
        finding.next_step =
            "Refuse recursion to all but your own nodes, and see what else this address asked for"
                .to_owned();
        finding.decided_by.clone_from(&cite);
        findings.push(finding);
    }
    // Where nobody lists resolvers, everybody's would be strange.
    if !read.is_some_and(|read| read.is_internal()) || !network.has_dns_lists() {
        return;
    }
    let node = network.listed_by(talk.client, Use::Gsn).is_some();
    let level = if data && !node { Level::Medium } else { Level::Low };
    let mut finding = talk.finding("internal-name.answered", level);
    finding.signature = match data {
        true => format!("{whom} tells {who} the internal name {}", talk.name()),
        false => format!("{who} asks {whom} for the internal name {}", talk.name()),
    };
    finding.why = format!(
        "{} is {} and on no list of resolvers{}{}",
        talk.client,
        asks.name(),
        if node { ", though a listed node: it should ask its own resolver" } else { "" },
        if data {
            format!("; {} came back", counted(dns.answers, "record", "records"))
        } else {
            String::new()
        }
    );
    finding.honest_cause = "A partner's resolver that its entry does not list yet".to_owned();
    finding.next_step = "Ask the partner whose this address is; if nobody's, close port 53 to it and look at what else it did".to_owned();
    finding.decided_by = cite;
    findings.push(finding);
}

/// A client of ours and a server outside.
fn leaked(
    talk: &Talk<'_>,
    asks: &Side<'_>,
    answers: &Side<'_>,
    read: Option<Read<'_>>,
    findings: &mut Vec<Finding>,
) {
    let network = &talk.scene.network;
    // A server of a partner that lists none may be anybody of it.
    let lists_none = matches!(answers, Side::Partner(partner) if partner.dns.is_empty());
    if !read.is_some_and(|read| read.is_internal())
        || network.listed_by(talk.server, Use::Dns).is_some()
        || !network.has_dns_lists()
        || lists_none
    {
        return;
    }
    let (who, whom) = (talk.scene.who(talk.client), talk.scene.who(talk.server));
    let nobody = matches!(answers, Side::Outside);
    let mut finding =
        talk.finding("internal-name.leaked", if nobody { Level::Medium } else { Level::Low });
    finding.signature = format!("{who} asks {whom} for the internal name {}", talk.name());
    finding.why = format!(
        "{} is {} and on no list of resolvers; {} is {}",
        talk.server,
        answers.name(),
        talk.client,
        asks.name()
    );
    finding.honest_cause = "A forwarder set to a public resolver; a root of the exchange that the description does not list".to_owned();
    finding.next_step = format!(
        "Look at the resolver configuration of {}, and whether somebody changed it",
        talk.client
    );
    finding.decided_by = Some(answers.cite(network));
    findings.push(finding);
}

/// The names of an operator lead to that operator.
fn redirected(talk: &Talk<'_>, read: Option<Read<'_>>, findings: &mut Vec<Finding>) {
    let Some(read) = read.filter(|read| read.is_internal() && read.conforms()) else { return };
    if !matches!(talk.dns.qtype, Some(1 | 28))
        || read.node == Node::Apex
        || read.zone == Zone::Public
    {
        return;
    }
    let network = &talk.scene.network;
    let Some(plmn) = read.plmn else { return };
    let owner = network.owner_of_plmn(plmn);
    let described = match owner {
        Owner::Home(_) => network.has_home_networks(),
        Owner::Partner(partner) => !partner.networks.is_empty() || !partner.gsn.is_empty(),
        Owner::Unknown => false,
    };
    if !described {
        return;
    }
    let wrong: Vec<IpAddr> =
        talk.dns.addresses.iter().copied().filter(|ip| !leads_home(network, owner, *ip)).collect();
    let Some(first) = wrong.first() else { return };
    let says = network.owner_of_ip(talk.server);
    let own = says.same(owner) || says.is_home() || relays(says, owner, network);
    let mut finding =
        talk.finding("answer.redirected", if own { Level::Medium } else { Level::High });
    let whose = match owner {
        Owner::Partner(partner) => partner.name.clone(),
        _ => "our network".to_owned(),
    };
    finding.confidence = if own { 0.6 } else { 0.85 };
    finding.key = format!("{}|{whose}", talk.server);
    finding.signature = format!(
        "{} says that {} of {whose} is at {first}",
        talk.scene.who(talk.server),
        talk.name()
    );
    finding.why = format!(
        "{} outside the networks of {whose} and its hubs; {first} is {}",
        match talk.dns.addresses.len() {
            1 => "the address lies".to_owned(),
            all => format!("{} of {all} addresses lie", wrong.len()),
        },
        Side::of(network, *first).name()
    );
    finding.honest_cause = format!(
        "{whose} has new networks, or shares a gateway with another operator, and the description is older"
    );
    finding.next_step = format!(
        "Ask {whose} whether {first} is theirs; until then look at sessions that went there, and at who can write into that name \
         server"
    );
    finding.decided_by = Some(network.cite_owner(owner));
    finding.entities = vec![
        format!("ip:{}", talk.server),
        format!("ip:{}", talk.client),
        format!("ip:{first}"),
        format!("host:{}", talk.name()),
    ];
    findings.push(finding);
}

/// Whether an address is the operator's, or that of a hub or host that speaks for it.
fn leads_home(network: &Network, owner: Owner<'_>, ip: IpAddr) -> bool {
    let at = network.owner_of_ip(ip);
    at.same(owner) || relays(at, owner, network)
}

fn relays(relay: Owner<'_>, owner: Owner<'_>, network: &Network) -> bool {
    match (relay, owner) {
        (Owner::Partner(relay), Owner::Partner(partner)) => network.may_relay(relay, partner),
        _ => false,
    }
}

impl DnsOpenToOutside {
    /// Answers that nobody asked for.
    fn unasked(
        &mut self,
        scene: &Scene,
        event: &Event,
        dns: &Dns,
        ends: &Endpoints,
        findings: &mut Vec<Finding>,
    ) {
        let resolver = ends.dest_ip;
        if !dns.request_unseen {
            let (answers, _) = self.resolvers.entry(&resolver, Answers::default);
            answers.asked = true;
            return;
        }
        let Some(answers) = self.resolvers.get_mut(&resolver) else { return };
        if answers.began.is_none_or(|began| event.at >= began.plus(MINUTE) || event.at < began) {
            *answers =
                Answers { began: Some(event.at), asked: answers.asked, ..Answers::default() };
        }
        answers.unasked = answers.unasked.saturating_add(1);
        answers.frames.add(event.frame);
        let owner = scene.network.owner_of_ip(resolver);
        let limit = self.unasked.of(owner);
        let is_dns = owner.element().is_some_and(|element| element.has_role(Role::Dns));
        let ours = scene.network.is_empty() || is_dns;
        if !answers.asked || answers.told || u64::from(answers.unasked) < limit || !ours {
            return;
        }
        answers.told = true;
        let mut finding = CARD.finding("answer.unasked", event);
        finding.level = if scene.network.is_empty() { Level::Low } else { Level::Medium };
        finding.confidence = 0.6;
        finding.outcome = Outcome::Attempt;
        finding.key = resolver.to_string();
        finding.signature = format!("{} gets answers that it did not ask for", scene.who(resolver));
        finding.why = format!(
            "{} answers within a minute that fit no query; the last claims to come from {} and is about {}",
            answers.unasked,
            scene.who(ends.src_ip),
            dns.qname.as_deref().unwrap_or("nothing")
        );
        finding.honest_cause =
            "Queries that the capture missed: loss, or another path for one direction".to_owned();
        finding.next_step = "Compare with the resolver's own counters, and look at the cached names that these answers are about".to_owned();
        finding.decided_by = Some(scene.network.cite_owner(owner));
        finding.frames = answers.frames.list();
        finding.entities = vec![format!("ip:{}", ends.src_ip), format!("ip:{resolver}")];
        findings.push(finding);
    }
}

#[cfg(test)]
#[path = "dns_open_to_outside_tests.rs"]
mod tests;
