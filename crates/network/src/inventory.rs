//! The nodes that traffic shows, with the roles that their messages give away.
//!
//! Source: 3GPP TS 23.003 §8.2 (subsystem numbers), TS 29.060, TS 29.274 §8.22 (interface types),
//! TS 29.272 (S6a commands and their direction), RFC 4666.

mod facts;
mod nodes;

use std::borrow::Cow;
use std::net::IpAddr;

use ahash::RandomState;
use event::{
    Capped, CompactString, Diameter, Endpoints, Event, FlowState, GlobalTitle, Gtp, Map, PointCode,
    Proto, SccpAddress, SctpState, Slot, TableCount, Timestamp, What,
};

use self::facts::Facts;
use crate::node::{Node, Word, hash_of, stable_hash};
use crate::{Network, Owner, Role, Roles};

/// Nodes of each kind that are kept; an interconnect has some ten thousand global titles and far fewer of the rest.
const MAX_NODES: usize = 65_536;
/// Hosts that showed no role, apart from the others: a sweep over many addresses shall not push out those that did.
const MAX_HOSTS: usize = 65_536;
const MAX_POINT_CODES: usize = 16_384;
/// Pairs of addresses.
const MAX_CONTACTS: usize = 262_144;
/// Peers that all nodes together keep: 4 MB.
const MAX_PEERS: usize = 1_048_576;

/// Signalling relations that are recognised without looking each node up again.
const FAMILIAR: usize = 4_096;

/// What was learned from events so far; bounded.
#[derive(Debug)]
pub struct Inventory {
    /// Addresses with a role.
    nodes: Capped<IpAddr, Node>,
    /// Addresses without.
    hosts: Capped<IpAddr, Node>,
    titles: Capped<CompactString, Node>,
    names: Capped<String, Node>,
    point_codes: Capped<PointCode, Node>,
    contacts: Capped<(IpAddr, IpAddr), ()>,
    /// What nodes give away besides roles.
    facts: Facts,
    peer_budget: usize,
    hasher: RandomState,
    /// By a part of the hash of each relation; a new one takes the place of an old one.
    familiar: Vec<Option<Familiar>>,
}

/// A signalling relation that was learned from before: the same again changes times and counters only.
#[derive(Clone, Copy, Debug)]
struct Familiar {
    /// Hash of all that was learned from, keyed with a random seed.
    hash: u64,
    /// How many slots the tables had given up by then.
    released: [u64; 4],
    /// The Diameter host that sends.
    name: Option<Slot>,
    /// The two ends of each kind, the sender first.
    titles: [Option<Slot>; 2],
    codes: [Option<Slot>; 2],
    nodes: [Option<Slot>; 2],
}

impl Default for Inventory {
    fn default() -> Self {
        Self {
            nodes: Capped::new("inventory.nodes", MAX_NODES),
            hosts: Capped::new("inventory.hosts", MAX_HOSTS),
            titles: Capped::new("inventory.titles", MAX_NODES),
            names: Capped::new("inventory.names", MAX_NODES),
            point_codes: Capped::new("inventory.point_codes", MAX_POINT_CODES),
            contacts: Capped::new("inventory.contacts", MAX_CONTACTS),
            facts: Facts::default(),
            peer_budget: MAX_PEERS,
            hasher: RandomState::new(),
            familiar: vec![None; FAMILIAR],
        }
    }
}

/// A role that an event gives to one of its ends, and why.
type Part = Option<(Role, &'static str)>;

impl Inventory {
    /// Learns from an event; what rides in a subscriber's tunnel says nothing about nodes.
    pub fn observe(&mut self, event: &Event) {
        let Some(ends) = event.ends.as_ref().filter(|_| event.path.is_none()) else { return };
        let mut seen = Seen { inventory: self, at: event.at, frame: event.frame, ends };
        match &event.what {
            What::Gtp(gtp) => seen.gtp(gtp),
            What::Diameter(diameter) => seen.diameter(diameter),
            What::Map(map) | What::Cap(map) => seen.map(map),
            What::Sccp(sccp) => {
                seen.title(sccp.calling.as_ref(), sccp.called.as_ref(), "sccp", &[]);
                seen.codes(sccp.opc, sccp.dpc, "sccp");
                seen.carries("sccp");
            }
            What::M3ua(m3ua) => {
                seen.codes(m3ua.opc, m3ua.dpc, "m3ua");
                match m3ua.message.as_ref() {
                    "ASPUP_ACK" | "ASPAC_ACK" => {
                        seen.addresses(
                            "m3ua",
                            Some((Role::Stp, "acknowledges M3UA servers")),
                            None,
                        );
                    }
                    _ => seen.addresses("m3ua", None, None),
                }
            }
            What::Sctp(sctp) => {
                let part = match (sctp.state, sctp.payload.as_deref()) {
                    (
                        SctpState::Established | SctpState::Closed,
                        Some("m3ua" | "m2pa" | "m2ua" | "sua"),
                    ) => Some((Role::Stp, "end of a SIGTRAN association")),
                    _ => None,
                };
                seen.addresses(sctp.payload.as_deref().unwrap_or("sctp"), part, part);
            }
            What::Dns(dns) => {
                let server = dns.response && ends.src_port == 53;
                seen.addresses("dns", server.then_some((Role::Dns, "answers DNS")), None);
            }
            What::Pfcp(pfcp) => {
                // TS 29.244 §7.5.2: the control plane asks, the user plane answers.
                let part = match pfcp.message_type {
                    50 => Some((Role::Smf, "sends PFCP Session Establishment Request")),
                    51 => Some((Role::Upf, "answers PFCP Session Establishment Request")),
                    _ => None,
                };
                seen.addresses("pfcp", part, None);
            }
            What::Icmp(_) => seen.addresses("icmp", None, None),
            What::Ssh(_) => seen.addresses("ssh", None, None),
            What::Flow(flow) if matches!(flow.state, FlowState::New | FlowState::Opened) => {
                let protocol = flow.app_proto.as_deref().unwrap_or(carrier(ends.proto));
                seen.addresses(protocol, None, None);
            }
            _ => {}
        }
    }

    /// Keeps who called whom. The scene calls this after the detections looked, so that the first contact is new to them.
    pub fn remember_contact(&mut self, event: &Event) {
        let Some(ends) = event.ends.as_ref().filter(|_| event.path.is_none()) else { return };
        match &event.what {
            What::Flow(flow) if flow.state == FlowState::New => {
                self.contacts.insert((ends.src_ip, ends.dest_ip), ());
                // Who called is a guess where the beginning was not seen.
                if flow.midstream {
                    self.contacts.insert((ends.dest_ip, ends.src_ip), ());
                }
            }
            What::Sctp(sctp) if sctp.state == SctpState::Established => {
                self.contacts.insert((ends.src_ip, ends.dest_ip), ());
            }
            _ => {}
        }
    }

    /// Learns what nodes give away besides their roles: answering ports, words about their make, names that go together.
    pub fn remember_facts(&mut self, event: &Event, network: &Network) {
        self.facts.observe(event, network);
    }

    /// Whether `from` was seen calling `to` before this event, outside tunnels.
    pub fn contacted(&self, from: IpAddr, to: IpAddr) -> bool {
        self.contacts.contains(&(from, to))
    }

    /// Roles that an address has shown, outside tunnels.
    pub fn roles_of(&self, ip: IpAddr) -> Roles {
        self.nodes.peek(&ip).map_or_else(Roles::default, |node| node.roles)
    }

    /// Roles that a global title has shown.
    pub fn roles_of_gt(&self, digits: &str) -> Roles {
        self.titles.peek(digits).map_or_else(Roles::default, |node| node.roles)
    }

    /// Roles that a Diameter host has shown.
    pub fn roles_of_host(&self, host: &str) -> Roles {
        self.names.peek(lower(host).as_ref()).map_or_else(Roles::default, |node| node.roles)
    }

    /// When an address was first seen, outside tunnels.
    pub fn first_seen(&self, ip: IpAddr) -> Option<Timestamp> {
        self.nodes.peek(&ip).or_else(|| self.hosts.peek(&ip)).map(|node| node.first_seen)
    }

    /// Every node: those with roles first, then by address, global title, host and point code.
    pub fn elements(&self, network: &Network) -> Vec<event::Element> {
        let mut out: Vec<event::Element> = Vec::new();
        for (ip, node) in self.nodes.iter().chain(self.hosts.iter()) {
            let owner = network.owner_of_ip(*ip);
            out.push(event::Element { address: Some(*ip), ..element(node, owner) });
        }
        for (digits, node) in self.titles.iter() {
            let gt = GlobalTitle { digits: digits.clone(), ..GlobalTitle::default() };
            let owner = network.owner_of_gt(digits);
            out.push(event::Element { gt: Some(gt), ..element(node, owner) });
        }
        for (host, node) in self.names.iter() {
            let owner = network.owner_of_realm(host);
            let mut made = element(node, owner);
            made.plmn = event::Plmn::of_domain(host).or(made.plmn);
            out.push(event::Element { host: Some(host.clone()), ..made });
        }
        for (pc, node) in self.point_codes.iter() {
            let owner = network.owner_of_pc(*pc);
            out.push(event::Element { point_code: Some(*pc), ..element(node, owner) });
        }
        in_order(&mut out);
        out
    }

    /// How many slots the tables of signalling nodes gave up.
    const fn released(&self) -> [u64; 4] {
        let Self { titles, names, point_codes, nodes, .. } = self;
        [titles.released(), names.released(), point_codes.released(), nodes.released()]
    }

    /// How full each table is.
    pub fn tables(&self) -> Vec<TableCount> {
        let mut tables = vec![
            self.nodes.count(),
            self.hosts.count(),
            self.titles.count(),
            self.names.count(),
            self.point_codes.count(),
            self.contacts.count(),
        ];
        tables.extend(self.facts.tables());
        tables
    }
}

/// Those with roles first, then by address, global title, host and point code.
fn in_order(elements: &mut [event::Element]) {
    elements.sort_by(|a, b| {
        (a.roles.is_empty().cmp(&b.roles.is_empty()))
            .then_with(|| kind(a).cmp(&kind(b)))
            .then_with(|| a.address.cmp(&b.address))
            .then_with(|| a.gt.cmp(&b.gt))
            .then_with(|| a.host.cmp(&b.host))
            .then_with(|| a.point_code.cmp(&b.point_code))
    });
}

/// The word for a flow whose payload nothing recognised.
const fn carrier(proto: Proto) -> &'static str {
    match proto {
        Proto::Tcp => "tcp",
        Proto::Udp => "udp",
        Proto::Sctp => "sctp",
        Proto::Icmp | Proto::Icmpv6 => "icmp",
        Proto::Gre => "gre",
        Proto::Esp => "esp",
        Proto::Other => "ip",
    }
}

/// Addresses before titles before hosts before point codes.
const fn kind(element: &event::Element) -> u8 {
    match element {
        event::Element { address: Some(_), .. } => 0,
        event::Element { gt: Some(_), .. } => 1,
        event::Element { host: Some(_), .. } => 2,
        _ => 3,
    }
}

fn element(node: &Node, owner: Owner<'_>) -> event::Element {
    let (roles, evidence) = node.roles_and_evidence();
    let (owner, plmn) = match owner {
        Owner::Home(Some(element)) => (Some(element.name.clone()), None),
        Owner::Home(None) => (Some("home".to_owned()), None),
        Owner::Partner(partner) => (Some(partner.name.clone()), partner.plmns.first().copied()),
        Owner::Unknown => (None, None),
    };
    event::Element {
        roles,
        evidence,
        plmn,
        owner,
        protocols: node.protocols.clone(),
        peers: node.peers() as u64,
        messages: node.messages,
        first_seen: Some(node.first_seen),
        last_seen: Some(node.last_seen),
        ..event::Element::default()
    }
}

/// One event under observation.
struct Seen<'a> {
    inventory: &'a mut Inventory,
    at: Timestamp,
    frame: u64,
    ends: &'a Endpoints,
}

impl Seen<'_> {
    fn addresses(&mut self, protocol: &str, src: Part, dest: Part) {
        let protocol = Word::new(protocol);
        let (a, b) = (self.ends.src_ip, self.ends.dest_ip);
        for (ip, peer, part, sent) in [(a, b, src, 1), (b, a, dest, 0)] {
            let Inventory { nodes, hosts, peer_budget, .. } = &mut *self.inventory;
            let (node, out) = match nodes.get_mut(&ip) {
                Some(node) => (node, None),
                // With its first role it moves among those that have one.
                None if part.is_some() => {
                    let known = hosts.remove(&ip);
                    nodes.entry(&ip, || known.unwrap_or_else(|| Node::new(self.at)))
                }
                None => hosts.entry(&ip, || Node::new(self.at)),
            };
            *peer_budget += out.map_or(0, |(_, node)| node.peers());
            node.seen(self.at);
            node.messages += sent;
            node.speaks(protocol);
            if let Some((role, why)) = part {
                node.plays(role, why, self.frame);
            }
            node.meets(hash_of(peer), peer_budget);
        }
    }

    fn carries(&mut self, protocol: &'static str) {
        let part = Some((Role::Stp, "carries SCCP"));
        self.addresses(protocol, part, part);
    }

    fn gtp(&mut self, gtp: &Gtp) {
        // What claims to be longer than it is may be another program on the port: it teaches nothing.
        let sound = gtp.claimed_len <= gtp.payload_len || gtp.snapped;
        let (src, dest): (Part, Part) = match (gtp.version, gtp.prime, gtp.message_type) {
            _ if !sound => (None, None),
            // TS 29.060 §7.1 and TS 09.60 §7.1 number the two messages alike.
            (0 | 1, false, 16) => (Some((Role::Sgsn, "sends Create PDP Context Request")), None),
            (0 | 1, false, 17) => (
                Some((Role::Ggsn, "answers Create PDP Context Request")),
                Some((Role::Sgsn, "its Create PDP Context Request is answered")),
            ),
            (2, false, 32) => (sender(gtp, "sends Create Session Request"), None),
            (2, false, 33) => (sender(gtp, "answers Create Session Request"), None),
            _ => (None, None),
        };
        self.addresses(if gtp.user_plane { "gtp-u" } else { "gtp" }, src, dest);
    }

    fn diameter(&mut self, diameter: &Diameter) {
        let from_host = host_part(diameter);
        let origin = diameter.origin_host.as_deref().filter(|host| host.len() <= 255);
        let other = diameter.destination_host.as_deref().filter(|name| name.len() <= 255);
        let relayed = !diameter.route_record.is_empty();
        let hash = self.inventory.hasher.hash_one((
            "diameter",
            (origin, other),
            (self.ends.src_ip, self.ends.dest_ip),
            (from_host.map(|(role, _)| role), relayed),
        ));
        if self.again(hash) {
            return;
        }
        if let Some(host) = origin {
            let key = lower(host);
            let peer = other.map(|name| stable_hash(lower(name).as_bytes()));
            let (node, out) = match self.inventory.names.get_mut(key.as_ref()) {
                Some(node) => (node, None),
                None => self.inventory.names.entry(&key.into_owned(), || Node::new(self.at)),
            };
            self.inventory.peer_budget += out.map_or(0, |(_, node)| node.peers());
            if let Some(peer) = peer {
                node.meets(peer, &mut self.inventory.peer_budget);
            }
            node.seen(self.at);
            node.messages += 1;
            node.speaks(Word::new("diameter"));
            if let Some((role, why)) = from_host {
                node.plays(role, why, self.frame);
            }
        }
        // What an agent passes on says what others are; answers carry no mark of it, so what it showed before counts.
        let agent = self.inventory.roles_of(self.ends.src_ip).has(Role::Dra);
        let src = if agent || relayed {
            Some((Role::Dra, "relays Diameter requests"))
        } else {
            from_host
        };
        self.addresses("diameter", src, None);
        let nodes = self.nodes();
        // One without a role stands in another table, and may yet move.
        if nodes.iter().all(Option::is_some) {
            let names = &self.inventory.names;
            let name = origin.and_then(|host| names.peek_slot(&lower(host).into_owned()));
            self.is_familiar(Familiar { name, nodes, ..self.nobody(hash) });
        }
    }

    /// Where the two addresses stand, if they have roles.
    fn nodes(&self) -> [Option<Slot>; 2] {
        [self.ends.src_ip, self.ends.dest_ip].map(|ip| self.inventory.nodes.peek_slot(&ip))
    }

    /// A relation of which no end is known yet.
    const fn nobody(&self, hash: u64) -> Familiar {
        Familiar {
            hash,
            released: self.inventory.released(),
            name: None,
            titles: [None; 2],
            codes: [None; 2],
            nodes: [None; 2],
        }
    }

    /// What was learned needs no second look until a slot is given up.
    fn is_familiar(&mut self, learned: Familiar) {
        if let Some(place) = self.inventory.familiar.get_mut(place_of(learned.hash)) {
            *place = Some(learned);
        }
    }

    fn map(&mut self, map: &Map) {
        let calling = map.calling.as_ref();
        let invoke = map.component.as_deref() == Some("invoke");
        let by_operation: Part = match map.opcode.filter(|_| invoke) {
            Some(45) => Some((Role::Smsc, "sends sendRoutingInfoForSM")),
            Some(44) => Some((Role::Smsc, "sends mt-ForwardSM")),
            _ => None,
        };
        let parts = [calling.and_then(|address| subsystem(address.ssn)), by_operation];
        let user = if map.user.is_empty() { "tcap" } else { map.user.as_ref() };
        let called = map.called.as_ref();
        let hash = self.inventory.hasher.hash_one((
            digits(calling),
            digits(called),
            (map.opc, map.dpc, self.ends.src_ip, self.ends.dest_ip),
            (user, calling.and_then(|address| address.ssn), by_operation.map(|(role, _)| role)),
        ));
        if self.again(hash) {
            return;
        }
        self.title(calling, called, user, &parts);
        self.codes(map.opc, map.dpc, user);
        self.carries("sccp");
        let of_title = |address| self.inventory.titles.peek_slot(digits(address)?);
        let of_code = |code: Option<PointCode>| self.inventory.point_codes.peek_slot(&code?);
        self.is_familiar(Familiar {
            titles: [of_title(calling), of_title(called)],
            codes: [of_code(map.opc), of_code(map.dpc)],
            nodes: self.nodes(),
            ..self.nobody(hash)
        });
    }

    /// Counts a message of a relation that is known; false where it is not.
    fn again(&mut self, hash: u64) -> bool {
        let known = self.inventory.familiar.get(place_of(hash)).copied().flatten();
        let Some(known) = known.filter(|known| known.hash == hash) else { return false };
        if known.released != self.inventory.released() {
            return false;
        }
        let Inventory { titles, names, point_codes, nodes, .. } = &mut *self.inventory;
        let count = |node: Option<&mut Node>, sent: u64| {
            if let Some(node) = node {
                node.seen(self.at);
                node.messages += sent;
            }
        };
        count(known.name.and_then(|slot| names.use_slot(slot)), 1);
        for (slot, sent) in known.titles.into_iter().zip([1, 0]) {
            count(slot.and_then(|slot| titles.use_slot(slot)), sent);
        }
        for (slot, sent) in known.codes.into_iter().zip([1, 0]) {
            count(slot.and_then(|slot| point_codes.use_slot(slot)), sent);
        }
        for (slot, sent) in known.nodes.into_iter().zip([1, 0]) {
            count(slot.and_then(|slot| nodes.use_slot(slot)), sent);
        }
        true
    }

    fn title(
        &mut self,
        calling: Option<&SccpAddress>,
        called: Option<&SccpAddress>,
        protocol: &str,
        parts: &[Part],
    ) {
        let (from, to) = (digits(calling), digits(called));
        let protocol = Word::new(protocol);
        for (own, peer, sent) in [(from, to, true), (to, from, false)] {
            let Some(own) = own else { continue };
            let (node, out) = self.inventory.titles.entry(own, || Node::new(self.at));
            self.inventory.peer_budget += out.map_or(0, |(_, node)| node.peers());
            node.seen(self.at);
            node.messages += u64::from(sent);
            node.speaks(protocol);
            if let Some(peer) = peer {
                node.meets(stable_hash(peer.as_bytes()), &mut self.inventory.peer_budget);
            }
            for (role, why) in parts.iter().flatten().filter(|_| sent) {
                node.plays(*role, why, self.frame);
            }
        }
    }

    fn codes(&mut self, opc: Option<PointCode>, dpc: Option<PointCode>, protocol: &str) {
        if let Some(code) = opc {
            self.inventory.facts.sends(self.ends.src_ip, code, self.frame);
        }
        let protocol = Word::new(protocol);
        for (own, peer, sent) in [(opc, dpc, 1), (dpc, opc, 0)] {
            let Some(own) = own else { continue };
            let (node, out) = self.inventory.point_codes.entry(&own, || Node::new(self.at));
            self.inventory.peer_budget += out.map_or(0, |(_, node)| node.peers());
            node.seen(self.at);
            node.messages += sent;
            node.speaks(protocol);
            if let Some(peer) = peer {
                node.meets(stable_hash(&peer.0.to_be_bytes()), &mut self.inventory.peer_budget);
            }
        }
    }
}

/// The title of an address, where it can be a node's: E.164 allows 15 digits, and much more than that is none.
fn digits(address: Option<&SccpAddress>) -> Option<&CompactString> {
    address?.gt.as_ref().map(|gt| &gt.digits).filter(|d| (1..=32).contains(&d.len()))
}

/// Where a relation is remembered.
fn place_of(hash: u64) -> usize {
    usize::try_from(hash % FAMILIAR as u64).unwrap_or(0)
}

/// A name in lower case, without a copy where it is already.
pub(crate) fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|octet| octet.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// The sender's own control-plane endpoint comes first in a message and says what it is (TS 29.274 §8.22).
fn sender(gtp: &Gtp, why: &'static str) -> Part {
    let first = gtp.fteids.iter().find(|fteid| fteid.plane == "control")?;
    let role = match first.interface? {
        6 | 11 => Role::Sgw,
        7 => Role::Pgw,
        10 | 12 | 13 => Role::Mme,
        14 | 17 | 18 => Role::Sgsn,
        _ => return None,
    };
    Some((role, why))
}

/// What the origin host of a Diameter message is, by application, command and direction.
fn host_part(diameter: &Diameter) -> Part {
    let part = match (diameter.application_id, diameter.command_code, diameter.request) {
        // S6a: the MME asks, the HSS answers; and the other way round.
        (16_777_251, 316 | 318 | 321 | 323, true) => (Role::Mme, "sends S6a requests of an MME"),
        (16_777_251, 316 | 318 | 321 | 323, false) => (Role::Hss, "answers S6a requests of an MME"),
        (16_777_251, 317 | 319 | 320 | 322, true) => (Role::Hss, "sends S6a requests of an HSS"),
        (16_777_251, 317 | 319 | 320 | 322, false) => (Role::Mme, "answers S6a requests of an HSS"),
        // S13, Cx, Sh, SWx.
        (16_777_252, 324, false) => (Role::Eir, "answers S13"),
        (16_777_216, 300..=303, false) => (Role::Hss, "answers Cx"),
        (16_777_217, 306..=308, false) => (Role::Hss, "answers Sh"),
        (16_777_265, 301 | 303, false) => (Role::Hss, "answers SWx"),
        // S6c: the message centre and the gateway ask.
        (16_777_312, 8_388_647, true) => (Role::Smsc, "sends S6c routing requests"),
        (16_777_312, 8_388_647, false) => (Role::Hss, "answers S6c routing requests"),
        // Gx, Gy.
        (16_777_238, 272, true) => (Role::Pgw, "sends Gx requests"),
        (16_777_238, 272, false) => (Role::Pcrf, "answers Gx"),
        (4, 272, false) => (Role::Ocs, "answers Gy"),
        _ => return None,
    };
    Some(part)
}

/// What a node says it is by its subsystem number (ITU-T Q.713 §3.4.2.2; TS 23.003 §8.2).
fn subsystem(ssn: Option<u8>) -> Part {
    let part = match ssn? {
        6 => (Role::Hlr, "sends from subsystem 6"),
        7 => (Role::Vlr, "sends from subsystem 7"),
        8 => (Role::Msc, "sends from subsystem 8"),
        9 => (Role::Eir, "sends from subsystem 9"),
        145 => (Role::Gmlc, "sends from subsystem 145"),
        147 => (Role::Scp, "sends from subsystem 147"),
        149 => (Role::Sgsn, "sends from subsystem 149"),
        150 => (Role::Ggsn, "sends from subsystem 150"),
        _ => return None,
    };
    Some(part)
}

#[cfg(test)]
mod tests {
    use event::{Endpoints, GlobalTitle};

    use super::*;

    /// A message among few nodes, chosen by a number.
    fn message(n: u64) -> Event {
        let pick =
            |shift: usize, of: u8| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[shift] % of;
        let address = |n: u8, ssn| {
            let gt = GlobalTitle { digits: format!("3165400{n}").into(), ..Default::default() };
            Some(SccpAddress { gt: Some(gt), ssn: Some(ssn), ..SccpAddress::default() })
        };
        let ends = Endpoints {
            src_ip: IpAddr::from([192, 0, 2, pick(0, 3)]),
            src_port: 2905,
            dest_ip: IpAddr::from([198, 51, 100, pick(1, 3)]),
            dest_port: 2905,
            proto: Proto::Sctp,
        };
        let map = Map {
            user: if pick(2, 4) == 0 { "cap".into() } else { "map".into() },
            calling: address(pick(3, 12), 6 + pick(5, 3)),
            called: address(pick(4, 12), 7),
            opc: Some(PointCode(pick(6, 3).into())),
            dpc: Some(PointCode(9)),
            component: Some("invoke".into()),
            opcode: Some([2, 44, 45][usize::from(pick(7, 3))]),
            ..Map::default()
        };
        Event::new(
            Timestamp::from_secs(i64::try_from(n).unwrap()),
            n,
            Some(ends),
            What::Map(Box::new(map)),
        )
    }

    /// The same in Diameter: hosts in either case, agents, commands of several roles and of none.
    fn diameter(n: u64) -> Event {
        let pick =
            |shift: usize, of: u8| n.wrapping_mul(0xd6e8_feb8_6659_fd93).to_be_bytes()[shift] % of;
        let host =
            |n: u8| (n > 0).then(|| format!("{}{n}.example", ["mme", "MME"][usize::from(n & 1)]));
        let event = message(n);
        let diameter = Diameter {
            application_id: 16_777_251,
            command_code: [316, 317, 280][usize::from(pick(0, 3))],
            request: pick(1, 2) == 0,
            origin_host: host(pick(2, 5)),
            destination_host: host(pick(3, 5)),
            route_record: if pick(4, 40) == 0 { vec!["dra".to_owned()] } else { vec![] },
            ..Diameter::default()
        };
        Event { what: What::Diameter(Box::new(diameter)), ..event }
    }

    #[test]
    fn a_known_relation_is_learned_from_as_a_new_one() {
        let (mut fast, mut slow) = (Inventory::default(), Inventory::default());
        for n in 1..6_000 {
            let event = if n % 2 == 0 { message(n) } else { diameter(n) };
            fast.observe(&event);
            slow.familiar.fill(None);
            slow.observe(&event);
        }
        let network = Network::default();
        assert_eq!(fast.elements(&network), slow.elements(&network));
        assert!(
            fast.titles.iter().map(|(digits, _)| digits).eq(slow.titles.iter().map(|(d, _)| d))
        );
        assert!(fast.names.iter().map(|(name, _)| name).eq(slow.names.iter().map(|(n, _)| n)));
        assert!(fast.nodes.iter().map(|(ip, _)| ip).eq(slow.nodes.iter().map(|(ip, _)| ip)));
        assert!(fast.familiar.iter().flatten().count() > 100);
    }
}
