//! Somebody maps operators by DNS: networks, nodes and access points asked for by the list.
//!
//! A node asks for the names that its visitors bring, and gets answers. Whoever walks through codes asks for what is not
//! there.

use std::net::IpAddr;
use std::time::Duration;

use event::{Capped, Dns, Endpoints, Event, Level, Outcome, TableCount, Timestamp, What};
use network::{Role, Use};

use super::dns::names::{self, Node, Zone};
use super::dns::{Distinct, Frames, is_unicast, key_of};
use super::sides::{NO_DESCRIPTION, Side};
use crate::card::{Card, Check, Detector, Finding, Gap, Kinds, Setting, Stage};
use crate::scene::Scene;
use crate::tuning::{Limit, Tuning};
use crate::wording::counted;

pub(crate) const CARD: Card = Card {
    id: "dns-grx-enumeration",
    level: Level::High,
    summary: "Somebody maps operators by DNS",
    needs: "DNS queries outside tunnels, and their answers.",
    quiet_for: "An MME or SGSN that resolves the access points of its visitors; listed and caching resolvers, whose names are answered; \
                our management networks, and our servers among themselves.",
    description: "[[element]] roles and the partners' `dns` and `gsn` lists say who resolves names for others and may ask for many. \
                  Without a description the roles that traffic showed decide, at a lower confidence.",
    thresholds: "Distinct networks, node names, access points and addresses, within 10 minutes, or four times as many within 24 hours; \
                 at least half of the answers are that there is no such name, or nothing answers at all. Twice as many networks \
                 need no misses. Five times the limit is high, and so is a zone that was handed out.",
    stage: Stage::Foothold,
    settings: SETTINGS,
    judges: Kinds::DNS,
    basis: "3GPP TS 23.003 for the names; RFC 5936, RFC 1995, RFC 8482, RFC 4892; checks D2, D4 and D10 of the threat reference",
    checks: &[
        Check {
            name: "enumeration.networks",
            level: Level::High,
            looks_for: "one client, or one network of clients, asks for names of many PLMNs",
        },
        Check {
            name: "enumeration.nodes",
            level: Level::High,
            looks_for: "many names of MMEs, areas and nodes, mostly of no such name",
        },
        Check {
            name: "enumeration.access-points",
            level: Level::High,
            looks_for: "many access point names, mostly of no such name, from whoever serves no visitors",
        },
        Check {
            name: "enumeration.addresses",
            level: Level::High,
            looks_for: "reverse names of one address after the other",
        },
        Check {
            name: "transfer.zone",
            level: Level::High,
            looks_for: "AXFR or IXFR by whoever is no server of the zone; high when records come back",
        },
        Check {
            name: "query.any",
            level: Level::Medium,
            looks_for: "ANY, which says all that a server knows of a name; low until it is asked for three times",
        },
        Check {
            name: "query.version",
            level: Level::Medium,
            looks_for: "class CHAOS: version.bind, hostname.bind, id.server",
        },
    ],
    attack: &["T1590.002", "T1046"],
    fight: &["FGT5016"],
    motif: &["MOT1046.301", "MOT3002"],
};

const NETWORKS: Setting = Setting {
    name: "networks",
    default: 15,
    most: 700,
    unit: "PLMNs",
    why: "within ten minutes a single node has visitors of a few networks",
};
const NODES: Setting = Setting {
    name: "nodes",
    default: 30,
    most: 700,
    unit: "names",
    why: "names of nodes and areas are asked for at handover, and they exist",
};
const ACCESS_POINTS: Setting = Setting {
    name: "access_points",
    default: 30,
    most: 700,
    unit: "names",
    why: "operators have a handful; a dictionary has hundreds",
};
const ADDRESSES: Setting = Setting {
    name: "addresses",
    default: 32,
    most: 700,
    unit: "addresses",
    why: "logs are resolved by a few at a time; a walk takes a whole network",
};
const RESOLVERS: Setting = Setting {
    name: "resolver_factor",
    default: 10,
    most: 100,
    unit: "times",
    why: "a resolver, MME or SGSN asks for all its visitors, and caches",
};

const SETTINGS: &[Setting] = &[NETWORKS, NODES, ACCESS_POINTS, ADDRESSES, RESOLVERS];

const FAST: Duration = Duration::from_secs(10 * 60);
const SLOW: Duration = Duration::from_secs(24 * 3600);
/// A day gives four times the chances of ten minutes.
const SLOW_TIMES: u64 = 4;
/// Clients of one network that make it more than one of them.
const SEVERAL: u32 = 3;
const MAX_CLIENTS: usize = 4_096;
const MAX_NETWORKS: usize = 1_024;

/// Whoever asks for many names by trade.
const RESOLVING: &[Role] = &[Role::Dns, Role::Sgsn, Role::Mme, Role::Sgw, Role::SubscriberDns];

/// What is counted, in the order of [`KINDS`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Networks,
    Nodes,
    AccessPoints,
    Addresses,
}

const KINDS: [(Kind, &str, &str); 4] = [
    (Kind::Networks, "enumeration.networks", "networks"),
    (Kind::Nodes, "enumeration.nodes", "names of nodes and areas"),
    (Kind::AccessPoints, "enumeration.access-points", "access points"),
    (Kind::Addresses, "enumeration.addresses", "addresses"),
];

/// What one client, or one network of them, asked for in one span.
#[derive(Debug, Default)]
struct Span {
    began: Option<Timestamp>,
    seen: [Distinct<16>; 4],
    told: [u32; 4],
    clients: Distinct<4>,
    queries: u32,
    answers: u32,
    missing: u32,
    refused: u32,
    /// Names that no operator has.
    impossible: u32,
    with_data: bool,
    frames: Frames,
}

#[derive(Debug, Default)]
struct Client {
    fast: Span,
    slow: Span,
    any: u32,
    any_frames: Frames,
}

#[derive(Debug)]
pub(crate) struct DnsGrxEnumeration {
    clients: Capped<IpAddr, Client>,
    networks: Capped<u64, Client>,
    limits: [Limit; 4],
    factor: u64,
    undescribed: bool,
}

impl Default for DnsGrxEnumeration {
    fn default() -> Self {
        Self {
            clients: Capped::new("dns-grx-enumeration.clients", MAX_CLIENTS),
            networks: Capped::new("dns-grx-enumeration.networks", MAX_NETWORKS),
            limits: [NETWORKS, NODES, ACCESS_POINTS, ADDRESSES].map(|setting| Limit::new(&setting)),
            factor: RESOLVERS.default,
            undescribed: false,
        }
    }
}

impl Detector for DnsGrxEnumeration {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::DNS
    }

    fn tune(&mut self, tuning: &Tuning) {
        self.limits = [NETWORKS, NODES, ACCESS_POINTS, ADDRESSES]
            .map(|setting| tuning.limit(&CARD, setting.name));
        self.factor = tuning.limit(&CARD, RESOLVERS.name).everybody();
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        let What::Dns(dns) = &event.what else { return };
        let Some(ends) = &event.ends else { return };
        if event.path.is_some() || dns.duplicate || !is_unicast(dns) {
            return;
        }
        let client = if dns.response { ends.dest_ip } else { ends.src_ip };
        if matches!(dns.qtype, Some(251 | 252 | 255)) || dns.qclass == Some(3) {
            self.odd(scene, event, dns, ends, findings);
        }
        let Some(name) = dns.qname.as_deref() else { return };
        let Some(read) = names::read(name) else { return };
        let kind = match (read.zone, read.node) {
            (Zone::Internet | Zone::Numbers, _) => return,
            (Zone::Reverse, _) => Kind::Addresses,
            (_, Node::Apn) => Kind::AccessPoints,
            _ => Kind::Nodes,
        };
        self.undescribed |= scene.network.is_empty();
        let plmn = read.plmn.map(|plmn| u64::from(plmn.mcc) * 1_000 + u64::from(plmn.mnc));
        let asked = Asked {
            event,
            dns,
            client,
            kind,
            name: dns.name_hash.unwrap_or_else(|| key_of(name)),
            possible: read.zone == Zone::Reverse
                || read.conforms() && read.plmn.is_none_or(|plmn| names::is_country(plmn.mcc)),
            plmn: plmn.map(|plmn| plmn.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
        };
        self.count(scene, &asked, findings);
    }

    fn gaps(&self, _: &Scene) -> Vec<Gap> {
        if !self.undescribed {
            return Vec::new();
        }
        let missing = format!("{NO_DESCRIPTION}: who may transfer a zone is not known");
        vec![Gap { detection: CARD.id, check: "transfer.zone", missing }]
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.clients.count(), self.networks.count()]
    }
}

/// A query or answer with what it is about.
struct Asked<'a> {
    event: &'a Event,
    dns: &'a Dns,
    client: IpAddr,
    kind: Kind,
    name: u64,
    possible: bool,
    plmn: Option<u64>,
}

/// Whether an address asks for others: by the description, or by what it was seen to be.
fn resolves(scene: &Scene, ip: IpAddr) -> bool {
    let network = &scene.network;
    if let Some(element) = network.element_of_ip(ip) {
        return element.role_set().any(RESOLVING);
    }
    if network.listed_by(ip, Use::Dns).is_some() || network.listed_by(ip, Use::Gsn).is_some() {
        return true;
    }
    // Where lists exist, whoever is on none of them is what it is not said to be.
    !network.has_dns_lists() && scene.inventory.roles_of(ip).any(RESOLVING)
}

/// The network of a client: 24 bits, or 64 of version 6.
fn network_of(ip: IpAddr) -> u64 {
    match ip {
        IpAddr::V4(ip) => u64::from(u32::from(ip) >> 8),
        IpAddr::V6(ip) => u64::try_from(u128::from(ip) >> 64).unwrap_or_default(),
    }
}

impl DnsGrxEnumeration {
    fn count(&mut self, scene: &Scene, asked: &Asked<'_>, findings: &mut Vec<Finding>) {
        let key = network_of(asked.client);
        let question = !asked.dns.response || asked.dns.request_unseen;
        if question {
            self.clients.entry(&asked.client, Client::default);
        }
        let Some(client) = self.clients.get_mut(&asked.client) else { return };
        let mut due = [false; 2];
        for ((span, within), due) in
            [(&mut client.fast, FAST), (&mut client.slow, SLOW)].into_iter().zip(&mut due)
        {
            *due = span.take(asked, within, question, &self.limits, within == SLOW);
        }
        if due.contains(&true) && !scene.network.is_management(asked.client) {
            let owner = scene.network.owner_of_ip(asked.client);
            let resolver = resolves(scene, asked.client);
            let factor = if resolver { self.factor } else { 1 };
            let limits = self.limits.each_ref().map(|limit| limit.of(owner) * factor);
            for (span, times) in [(&mut client.fast, 1), (&mut client.slow, SLOW_TIMES)] {
                span.judge(
                    scene,
                    asked,
                    limits.map(|limit| limit * times),
                    resolver,
                    None,
                    findings,
                );
            }
        }
        // A network of clients: only of those who have no trade in it.
        if question && !due.contains(&true) {
            self.networks.entry(&key, Client::default);
        }
        let Some(network) = self.networks.get_mut(&key) else { return };
        let ready = network.fast.take(asked, FAST, question, &self.limits, false);
        if ready
            && network.fast.clients.count() >= SEVERAL
            && !scene.network.is_management(asked.client)
            && !resolves(scene, asked.client)
        {
            let limits = self.limits.each_ref().map(|limit| limit.everybody() * 2);
            let clients = network.fast.clients.count();
            network.fast.judge(scene, asked, limits, false, Some(clients), findings);
        }
    }

    /// Types and classes that no node of the exchange needs.
    fn odd(
        &mut self,
        scene: &Scene,
        event: &Event,
        dns: &Dns,
        ends: &Endpoints,
        findings: &mut Vec<Finding>,
    ) {
        let (client, server) = match dns.response {
            false => (ends.src_ip, ends.dest_ip),
            true => (ends.dest_ip, ends.src_ip),
        };
        let side = Side::of(&scene.network, client);
        let among_us = !side.is_foreign() && !Side::of(&scene.network, server).is_foreign();
        if matches!(side, Side::Management) || among_us && !scene.network.is_empty() {
            return;
        }
        let what = match (dns.qclass, dns.qtype) {
            (Some(3), _) => "query.version",
            (_, Some(251 | 252)) => "transfer.zone",
            _ => "query.any",
        };
        let data = dns.response && dns.outcome == Some(Outcome::AnsweredWithData);
        let mut finding = CARD.finding(what, event);
        finding.level = Level::Medium;
        finding.frames = dns.request_frame.into_iter().chain([event.frame]).collect();
        if what == "query.any" {
            let (entry, _) = self.clients.entry(&client, Client::default);
            if !dns.response {
                entry.any = entry.any.saturating_add(1);
                entry.any_frames.add(event.frame);
                finding.frames = entry.any_frames.list();
            }
            if entry.any < 3 {
                finding.level = Level::Low;
            }
        }
        let listed = scene.network.listed_by(client, Use::Dns).is_some();
        if what == "transfer.zone" && data {
            finding.level = Level::High;
            finding.returned.push("zone".into());
        } else if what == "transfer.zone" && listed && dns.qtype == Some(251) {
            // A secondary server keeps up with its primary one.
            finding.level = Level::Low;
        } else if dns.outcome == Some(Outcome::Refused) && listed {
            finding.level = Level::Low;
        }
        finding.counts = !dns.response || dns.request_unseen;
        finding.outcome = dns.outcome.unwrap_or(Outcome::Attempt);
        finding.confidence = if scene.network.is_empty() { 0.6 } else { 0.85 };
        finding.key = format!("{client}|{server}");
        let (who, whom) = (scene.who(client), scene.who(server));
        let name = dns.qname.as_deref().unwrap_or(".");
        finding.signature = match what {
            "query.version" => format!("{who} asks {whom} which software it runs ({name})"),
            "transfer.zone" if data => format!("{whom} hands the zone {name} to {who}"),
            "transfer.zone" => format!("{who} asks {whom} for the whole zone {name}"),
            _ => format!("{who} asks {whom} for everything about {name}"),
        };
        finding.why = format!(
            "Type {}, class {}{}; {client} is {}",
            dns.qtype_name.as_deref().unwrap_or("unknown"),
            dns.qclass.unwrap_or(1),
            if dns.response {
                format!("; {} came back", counted(dns.answers, "record", "records"))
            } else {
                String::new()
            },
            side.name()
        );
        finding.honest_cause = match what {
            "query.version" => {
                "A health check of a load balancer, or an inventory of your own from outside"
            }
            "transfer.zone" => "A secondary server that the description does not list",
            _ => "An old mail server or a test by hand",
        }
        .to_owned();
        finding.next_step = format!(
            "See whether the server answers such questions at all, and what else {client} asked on the exchange"
        );
        finding.decided_by = Some(side.cite(&scene.network));
        finding.entities = vec![format!("ip:{client}"), format!("ip:{server}")];
        findings.push(finding);
    }
}

impl Span {
    /// Counts; true where something reached the smallest limit that could matter.
    fn take(
        &mut self,
        asked: &Asked<'_>,
        within: Duration,
        question: bool,
        limits: &[Limit; 4],
        slow: bool,
    ) -> bool {
        let at = asked.event.at;
        if self.began.is_none_or(|began| at >= began.plus(within) || at < began) {
            *self = Self { began: Some(at), ..Self::default() };
        }
        if question {
            self.queries = self.queries.saturating_add(1);
            self.impossible = self.impossible.saturating_add(u32::from(!asked.possible));
            self.frames.add(asked.event.frame);
            self.clients.add(key_of_ip(asked.client));
            if let Some(seen) = self.seen.get_mut(asked.kind as usize) {
                seen.add(asked.name);
            }
            if let (Some(plmn), [networks, ..]) = (asked.plmn, &mut self.seen) {
                networks.add(plmn);
            }
        }
        if asked.dns.response {
            self.answers = self.answers.saturating_add(1);
            let outcome = asked.dns.outcome.unwrap_or(Outcome::Attempt);
            let missing = asked.dns.rcode == Some(3) || outcome == Outcome::Answered;
            self.missing = self.missing.saturating_add(u32::from(missing));
            self.refused = self.refused.saturating_add(u32::from(outcome == Outcome::Refused));
            self.with_data |= outcome == Outcome::AnsweredWithData;
        }
        let times = if slow { SLOW_TIMES } else { 1 };
        self.seen.iter().zip(&self.told).zip(limits).any(|((seen, told), limit)| {
            u64::from(seen.count()) >= limit.everybody() * times && seen.count() * 2 >= told * 3
        })
    }

    fn judge(
        &mut self,
        scene: &Scene,
        asked: &Asked<'_>,
        limits: [u64; 4],
        resolver: bool,
        clients: Option<u32>,
        findings: &mut Vec<Finding>,
    ) {
        let misses = self.missing + self.refused;
        let missed = self.answers > 0 && misses * 2 >= self.answers
            // Nobody answers at all: only where there was time for it.
            || self.answers == 0 && self.queries >= 10
            || self.impossible * 2 >= self.queries;
        for ((kind, check, noun), limit) in KINDS.into_iter().zip(limits) {
            let place = kind as usize;
            let Some(seen) = self.seen.get(place).map(Distinct::count) else { continue };
            let Some(told) = self.told.get_mut(place) else { continue };
            let many = u64::from(seen);
            // Answers lag a little behind their questions, and who asks for what exists learns as much.
            let plenty = kind == Kind::Networks && !resolver && many >= limit * 2;
            // Users type access points: whoever serves them passes their mistakes on.
            let typed = kind == Kind::AccessPoints && resolver;
            if many < limit || !(missed || plenty) || typed || seen * 2 < *told * 3 {
                continue;
            }
            *told = seen;
            let who = match clients {
                Some(n) => format!("{n} clients around {}", asked.client),
                None => scene.who(asked.client),
            };
            let mut finding = CARD.finding(check, asked.event);
            finding.level = if many >= limit * 5 { Level::High } else { Level::Medium };
            finding.confidence = match (scene.network.is_empty(), self.answers) {
                (_, 0) => 0.5,
                (true, _) => 0.6,
                (false, _) => 0.85,
            };
            finding.outcome = match () {
                () if self.with_data => Outcome::AnsweredWithData,
                () if self.missing > 0 => Outcome::Answered,
                () if self.refused > 0 => Outcome::Refused,
                () => Outcome::Attempt,
            };
            finding.key = match clients {
                Some(_) => format!("network {:x}", network_of(asked.client)),
                None => asked.client.to_string(),
            };
            finding.signature =
                format!("{who} asks for {seen} {noun} by DNS, most of which do not exist");
            if !missed {
                finding.signature = format!("{who} asks for {seen} {noun} by DNS");
            }
            finding.why = format!(
                "{} queries, {} answers: {} of no such name, {} refused; {} names can be nobody's; {limit} {noun} are the limit{}",
                self.queries,
                self.answers,
                self.missing,
                self.refused,
                self.impossible,
                if resolver { " for whoever resolves for others" } else { "" }
            );
            finding.honest_cause =
                "A resolver or MME that the description does not list; the tests of a new roaming partner".to_owned();
            finding.next_step = format!(
                "Find out what {} is; if it is no resolver, treat it as the first host of an intruder and look at what else it \
                 reached",
                asked.client
            );
            let side = Side::of(&scene.network, asked.client);
            finding.decided_by = Some(side.cite(&scene.network));
            finding.frames = self.frames.list();
            finding.entities = vec![format!("ip:{}", asked.client)];
            findings.push(finding);
        }
    }
}

fn key_of_ip(ip: IpAddr) -> u64 {
    match ip {
        IpAddr::V4(ip) => u64::from(u32::from(ip)),
        IpAddr::V6(ip) => u64::try_from(u128::from(ip) & u128::from(u64::MAX)).unwrap_or_default(),
    }
    .wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
#[path = "dns_grx_enumeration_tests.rs"]
mod tests;
