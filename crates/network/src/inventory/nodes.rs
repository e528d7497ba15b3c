//! Identities that belong to one node become one element, where the evidence is firm.
//!
//! Firm is: the description says so; a name that one address alone gives itself to its direct peers; the addresses of one
//! association; a point code that alone, and always, sends from an address. A global title is a node's only by the
//! description: it travels through gateways, and what is behind one address may be many.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use event::{Element, ElementIdentity, ElementService, PointCode};

use super::Inventory;
use super::facts::{ASKERS, Alias};
use crate::node::{Node, hash_of, stable_hash};
use crate::{Network, Owner};

/// Peers that are named, and services that are listed, of one node.
const MAX_PEERS: usize = 16;
const MAX_SERVICES: usize = 32;

impl Inventory {
    /// The nodes with all that is known of them: identities of one node in one element. Those with roles first, then by
    /// address, global title, host and point code.
    pub fn nodes(&self, network: &Network) -> Vec<Element> {
        let mut elements = self.elements(network);
        self.fill(&mut elements);
        let mut merged = self.merge(elements, network);
        super::in_order(&mut merged);
        merged
    }

    /// Services, hints, user plane and peers of each.
    fn fill(&self, elements: &mut [Element]) {
        let peers = Peers::new(self);
        let mut services: HashMap<IpAddr, Vec<ElementService>> = HashMap::new();
        for ((ip, proto, port), exposure) in self.facts.services.iter() {
            services.entry(*ip).or_default().push(ElementService {
                proto: *proto,
                port: *port,
                app_proto: exposure.app_proto.clone(),
                answered_to: (0u8..)
                    .zip(ASKERS)
                    .filter(|(bit, _)| exposure.asked_by & (1 << bit) != 0)
                    .map(|(_, name)| name.into())
                    .collect(),
                conversations: exposure.conversations,
                first_seen: exposure.first,
                last_seen: exposure.last,
            });
        }
        for element in elements {
            element.peer_names = peers.of(self, element);
            let Some(ip) = element.address else { continue };
            element.services = services.remove(&ip).unwrap_or_default();
            // Busy ports first, so that a sweep that found many odd ones does not hide them.
            element
                .services
                .sort_by_key(|of| (std::cmp::Reverse(of.conversations), of.proto, of.port));
            element.services.truncate(MAX_SERVICES);
            element.services.sort_by_key(|of| (of.proto, of.port));
            element.hints = self.facts.hints.peek(&ip).cloned().unwrap_or_default();
            element.user_plane = self.facts.user_plane.peek(&ip).cloned().unwrap_or_default();
            element.restarts = self.facts.restarts.peek(&ip).map_or(0, |(_, changes)| *changes);
        }
    }

    fn merge(&self, elements: Vec<Element>, network: &Network) -> Vec<Element> {
        let places: HashMap<String, usize> = elements
            .iter()
            .enumerate()
            .filter_map(|(place, element)| Some((identity(element)?, place)))
            .collect();
        let mut groups = Groups { parents: (0..elements.len()).collect() };
        let mut reasons: BTreeMap<usize, String> = BTreeMap::new();
        let mut described: BTreeMap<&str, usize> = BTreeMap::new();
        for (place, element) in elements.iter().enumerate() {
            if let Some(of) = described_as(element, network) {
                let first = *described.entry(of.name.as_str()).or_insert(place);
                if groups.join(first, place) {
                    reasons.insert(place, network.cite_element(of));
                }
            }
        }
        let mut links: Vec<(&(IpAddr, Alias), String)> = self
            .facts
            .links
            .iter()
            .map(|(key, link)| (key, format!("{} (frame {})", link.why, link.frame)))
            .collect();
        links.sort();
        let mut names_of: BTreeMap<usize, Vec<ElementIdentity>> = BTreeMap::new();
        for ((ip, alias), why) in &links {
            let Some(&own) = places.get(&format!("ip:{ip}")) else { continue };
            if let Alias::Ip(other) = alias
                && let Some(&place) = places.get(&format!("ip:{other}"))
                && same_owner(network, *ip, *other)
                && groups.join(own, place)
            {
                reasons.insert(place.max(own), why.clone());
            }
        }
        // A name that several nodes give themselves is none's: somebody borrows it.
        let mut claims: BTreeMap<&Alias, BTreeSet<usize>> = BTreeMap::new();
        for ((ip, alias), _) in &links {
            if let Some(&own) = places.get(&format!("ip:{ip}")) {
                claims.entry(alias).or_default().insert(groups.root(own));
            }
        }
        for ((ip, alias), why) in &links {
            let Some(&own) = places.get(&format!("ip:{ip}")) else { continue };
            if claims.get(alias).is_none_or(|of| of.len() > 1) {
                continue;
            }
            match alias {
                Alias::Ip(_) => {}
                Alias::Host(host) => match places.get(&format!("host:{host}")) {
                    Some(&place) => {
                        if groups.join(own, place) {
                            reasons.insert(place.max(own), why.clone());
                        }
                    }
                    None => names_of
                        .entry(own)
                        .or_default()
                        .push(ElementIdentity { id: format!("host:{host}"), why: why.clone() }),
                },
                Alias::Node(node) => names_of
                    .entry(own)
                    .or_default()
                    .push(ElementIdentity { id: format!("node:{node}"), why: why.clone() }),
            }
        }
        self.point_codes(&elements, &places, &mut groups, &mut reasons);
        let mut out: BTreeMap<usize, Element> = BTreeMap::new();
        for (place, element) in elements.into_iter().enumerate() {
            let root = groups.root(place);
            let extra = names_of.remove(&place).unwrap_or_default();
            match out.get_mut(&root) {
                None => {
                    let mut element = element;
                    element.identities = extra;
                    out.insert(root, element);
                }
                Some(into) => {
                    let why = reasons.get(&place).cloned().unwrap_or_default();
                    absorb(into, element, why);
                    into.identities.extend(extra);
                }
            }
        }
        out.into_values()
            .map(|mut element| {
                element.identities.sort();
                element.identities.dedup_by(|a, b| a.id == b.id);
                element
            })
            .collect()
    }

    /// A point code that sends from one node only, which sends with no other.
    fn point_codes(
        &self,
        elements: &[Element],
        places: &HashMap<String, usize>,
        groups: &mut Groups,
        reasons: &mut BTreeMap<usize, String>,
    ) {
        for (place, element) in elements.iter().enumerate() {
            let Some(code) = element.point_code else { continue };
            let Some(senders) = self.facts.senders.peek(&code).filter(|few| !few.more) else {
                continue;
            };
            let only = |ip: &IpAddr| {
                self.facts.codes.peek(ip).is_some_and(|few| !few.more && few.values == [code])
            };
            let mut roots: BTreeSet<usize> = BTreeSet::new();
            for ip in &senders.values {
                roots.extend(places.get(&format!("ip:{ip}")).map(|place| groups.root(*place)));
            }
            let mut nodes = roots.into_iter();
            let (Some(node), None) = (nodes.next(), nodes.next()) else { continue };
            if senders.values.iter().all(only) && groups.join(node, place) {
                let why = format!(
                    "all it sends has this code, and nobody else's (frame {})",
                    senders.frame()
                );
                reasons.insert(place.max(node), why);
            }
        }
    }
}

/// Which elements are one; the root is the first of them.
struct Groups {
    parents: Vec<usize>,
}

impl Groups {
    fn root(&self, mut of: usize) -> usize {
        while let Some(&parent) = self.parents.get(of).filter(|parent| **parent != of) {
            of = parent;
        }
        of
    }

    /// Whether they were two before.
    fn join(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(parent) = self.parents.get_mut(a.max(b)) {
            *parent = a.min(b);
        }
        a != b
    }
}

/// Names of peers by the hashes that nodes keep of them; a hash that two names share names nobody.
struct Peers {
    addresses: HashMap<u32, Option<String>>,
    titles: HashMap<u32, Option<String>>,
    hosts: HashMap<u32, Option<String>>,
    codes: HashMap<u32, Option<String>>,
}

impl Peers {
    fn new(inventory: &Inventory) -> Self {
        fn index(names: impl Iterator<Item = (u32, String)>) -> HashMap<u32, Option<String>> {
            let mut out = HashMap::new();
            for (hash, name) in names {
                out.entry(hash).and_modify(|known| *known = None).or_insert(Some(name));
            }
            out
        }
        let addresses = inventory.nodes.iter().chain(inventory.hosts.iter());
        Self {
            addresses: index(addresses.map(|(ip, _)| (hash_of(*ip), format!("ip:{ip}")))),
            titles: index(
                inventory
                    .titles
                    .iter()
                    .map(|(digits, _)| (stable_hash(digits.as_bytes()), format!("gt:{digits}"))),
            ),
            hosts: index(
                inventory
                    .names
                    .iter()
                    .map(|(host, _)| (stable_hash(host.as_bytes()), format!("host:{host}"))),
            ),
            codes: index(
                inventory
                    .point_codes
                    .iter()
                    .map(|(code, _)| (stable_hash(&code.0.to_be_bytes()), format!("pc:{code}"))),
            ),
        }
    }

    fn of(&self, inventory: &Inventory, element: &Element) -> Vec<String> {
        let (node, names): (Option<&Node>, _) = match element {
            Element { address: Some(ip), .. } => {
                (inventory.nodes.peek(ip).or_else(|| inventory.hosts.peek(ip)), &self.addresses)
            }
            Element { gt: Some(gt), .. } => (inventory.titles.peek(&gt.digits), &self.titles),
            Element { host: Some(host), .. } => (inventory.names.peek(host), &self.hosts),
            Element { point_code: Some(code), .. } => {
                (inventory.point_codes.peek(code), &self.codes)
            }
            _ => return Vec::new(),
        };
        let mut list: Vec<String> = node
            .into_iter()
            .flat_map(Node::peer_hashes)
            .filter_map(|hash| names.get(hash)?.clone())
            .collect();
        list.sort();
        list.truncate(MAX_PEERS);
        list
    }
}

/// `ip:192.0.2.53`
fn identity(element: &Element) -> Option<String> {
    match element {
        Element { address: Some(ip), .. } => Some(format!("ip:{ip}")),
        Element { gt: Some(gt), .. } => Some(format!("gt:{gt}")),
        Element { host: Some(host), .. } => Some(format!("host:{host}")),
        Element { point_code: Some(code), .. } => Some(format!("pc:{code}")),
        _ => None,
    }
}

fn described_as<'a>(element: &Element, network: &'a Network) -> Option<&'a crate::Element> {
    match element {
        Element { address: Some(ip), .. } => network.element_of_ip(*ip),
        Element { gt: Some(gt), .. } => network.element_of_gt(&gt.digits),
        Element { host: Some(host), .. } => network.element_of_host(host),
        Element { point_code: Some(code), .. } => element_of_code(network, *code),
        _ => None,
    }
}

/// The one element of that code. A network's gateways may share one, and then it is none's.
fn element_of_code(network: &Network, code: PointCode) -> Option<&crate::Element> {
    let mut with = network.elements.iter().filter(|element| element.point_codes.contains(&code));
    with.next().filter(|_| with.next().is_none())
}

/// An address of somebody else in one's own list proves nothing.
fn same_owner(network: &Network, a: IpAddr, b: IpAddr) -> bool {
    let (a, b) = (network.owner_of_ip(a), network.owner_of_ip(b));
    a.same(b) || matches!((a, b), (Owner::Unknown, Owner::Unknown))
}

/// Takes another identity of the same node in.
fn absorb(into: &mut Element, other: Element, why: String) {
    let id = identity(&other);
    let same_kind = (into.address.is_some() && other.address.is_some())
        || (into.gt.is_some() && other.gt.is_some())
        || (into.host.is_some() && other.host.is_some())
        || (into.point_code.is_some() && other.point_code.is_some());
    into.address = into.address.or(other.address);
    into.gt = into.gt.take().or(other.gt);
    into.host = into.host.take().or(other.host);
    into.point_code = into.point_code.or(other.point_code);
    into.identities.extend(id.map(|id| ElementIdentity { id, why }));
    for (role, evidence) in other.roles.into_iter().zip(other.evidence) {
        if !into.roles.contains(&role) {
            into.roles.push(role);
            into.evidence.push(evidence);
        }
    }
    into.owner = into.owner.take().or(other.owner);
    into.plmn = into.plmn.or(other.plmn);
    for protocol in other.protocols {
        if !into.protocols.contains(&protocol) {
            into.protocols.push(protocol);
        }
    }
    into.protocols.sort();
    // A message counts for the address and for the name in it: what another kind of identity sent is the same again.
    if same_kind {
        into.messages += other.messages;
        into.peers += other.peers;
    } else {
        into.messages = into.messages.max(other.messages);
        into.peers = into.peers.max(other.peers);
    }
    into.first_seen = into.first_seen.into_iter().chain(other.first_seen).min();
    into.last_seen = into.last_seen.into_iter().chain(other.last_seen).max();
    into.hints.extend(other.hints);
    into.services.extend(other.services);
    for ip in other.user_plane {
        if !into.user_plane.contains(&ip) {
            into.user_plane.push(ip);
        }
    }
    into.peer_names.extend(other.peer_names);
    into.peer_names.sort();
    into.peer_names.dedup();
    into.peer_names.truncate(MAX_PEERS);
    into.restarts += other.restarts;
}

#[cfg(test)]
#[path = "nodes_tests.rs"]
mod tests;
