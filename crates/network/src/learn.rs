//! Learns from events what a network description could say: who answers for which network, and who speaks for whom.
//!
//! Nothing here decides: votes are counted while events pass, [`Learner::draft`] weighs them at the end and writes a
//! description that somebody has to read.
//! Source: 3GPP TS 29.002 §8 (which side of a MAP operation the HLR is), TS 29.272 §5.2 (the same for S6a),
//! TS 23.003 §19.2 (networks in names).

mod draft;
mod places;
#[cfg(test)]
mod tests;
mod write;

use std::net::IpAddr;

use event::{
    Capped, CompactString, Diameter, Dns, Event, FlowState, Gtp, Map, Outcome, Plmn, PointCode,
    Proto, SccpAddress, Sctp, SctpState, TableCount, Tunnel, TunnelState, What, country_code_len,
};
use ipnet::IpNet;

use crate::Use;

pub use draft::{Asked, Draft};

/// Global titles, addresses and names that are kept; more are counted and said.
const MAX_NODES: usize = 32_768;
const MAX_REALMS: usize = 4_096;
const MAX_CODES: usize = 8_192;
const MAX_POOLS: usize = 16_384;
const MAX_RELATIONS: usize = 16_384;
const MAX_PAIRS: usize = 65_536;
const MAX_LOGINS: usize = 4_096;
/// Candidates that one thing keeps; an honest one has one or two.
const MAX_VOTES: usize = 8;
/// An international number has at most this many digits (ITU-T E.164 §6.1), and a node's rarely fewer than seven.
const TITLE_DIGITS: std::ops::RangeInclusive<usize> = 5..=15;

/// Candidates with how often each was named, in the order in which they came.
#[derive(Clone, Debug)]
pub(crate) struct Votes<K>(pub(crate) Vec<(K, u64)>);

impl<K> Default for Votes<K> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: PartialEq + Copy> Votes<K> {
    fn vote(&mut self, candidate: K) {
        if let Some((_, votes)) = self.0.iter_mut().find(|(known, _)| *known == candidate) {
            *votes += 1;
        } else if self.0.len() < MAX_VOTES {
            self.0.push((candidate, 1));
        }
    }
}

/// How a node was met.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Met {
    pub(crate) sent: u64,
    pub(crate) received: u64,
    /// Requests of it that were answered, and answers of it; requests of it that were refused.
    pub(crate) accepted: u64,
    pub(crate) refused: u64,
    pub(crate) first_frame: u64,
}

impl Met {
    fn at(frame: u64) -> Self {
        Self { first_frame: frame, ..Self::default() }
    }

    /// Messages in both directions.
    pub(crate) const fn messages(&self) -> u64 {
        self.sent + self.received
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Title {
    pub(crate) met: Met,
    /// Networks whose subscribers it keeps or serves.
    pub(crate) plmns: Votes<Plmn>,
    /// Addresses that its messages came from.
    pub(crate) links: Votes<IpAddr>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Address {
    pub(crate) met: Met,
    pub(crate) plmns: Votes<Plmn>,
    /// By [`Use`]: messages of each protocol.
    pub(crate) uses: [u64; Use::ALL.len()],
    pub(crate) user_plane: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Name {
    pub(crate) met: Met,
    pub(crate) plmns: Votes<Plmn>,
    /// Addresses that its own messages came from, hop by hop, or any where none was heard.
    pub(crate) links: Votes<IpAddr>,
    pub(crate) relayed: Votes<IpAddr>,
    /// Of a host: its realm.
    pub(crate) realm: Option<CompactString>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Code {
    pub(crate) met: Met,
    pub(crate) links: Votes<IpAddr>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Pool {
    pub(crate) sessions: u64,
    pub(crate) first_frame: u64,
    pub(crate) gateways: Votes<IpAddr>,
}

/// One end of a relation between operators, as far as a message tells it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Side {
    Plmn(u16, u16),
    /// Country code and the beginning of the national number.
    Area(CompactString),
    Realm(CompactString),
    Ip(IpAddr),
}

impl Side {
    const fn of(plmn: Plmn) -> Self {
        Self::Plmn(plmn.mcc, plmn.mnc)
    }
}

/// How often one side asked the other, and was answered.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Relation {
    pub(crate) asked: u64,
    pub(crate) answered: u64,
}

/// Collects the votes; bounded.
#[derive(Debug)]
pub struct Learner {
    titles: Capped<CompactString, Title>,
    addresses: Capped<IpAddr, Address>,
    realms: Capped<CompactString, Name>,
    hosts: Capped<CompactString, Name>,
    codes: Capped<PointCode, Code>,
    pools: Capped<IpNet, Pool>,
    relations: Capped<(Side, Side), Relation>,
    pairs: Capped<(IpAddr, IpAddr), u64>,
    /// Who opened shells where: how often, and first in which frame.
    logins: Capped<(IpAddr, IpAddr), (u64, u64)>,
}

impl Default for Learner {
    fn default() -> Self {
        Self {
            titles: Capped::new("learn.titles", MAX_NODES),
            addresses: Capped::new("learn.addresses", MAX_NODES),
            realms: Capped::new("learn.realms", MAX_REALMS),
            hosts: Capped::new("learn.hosts", MAX_NODES),
            codes: Capped::new("learn.codes", MAX_CODES),
            pools: Capped::new("learn.pools", MAX_POOLS),
            relations: Capped::new("learn.relations", MAX_RELATIONS),
            pairs: Capped::new("learn.pairs", MAX_PAIRS),
            logins: Capped::new("learn.logins", MAX_LOGINS),
        }
    }
}

impl Learner {
    /// Counts what an event says; what rides in a subscriber's tunnel says nothing about operators.
    pub fn observe(&mut self, event: &Event) {
        let Some(ends) = event.ends.as_ref().filter(|_| event.path.is_none()) else { return };
        let (src, dest, frame) =
            (ends.src_ip.to_canonical(), ends.dest_ip.to_canonical(), event.frame);
        match &event.what {
            What::Map(map) | What::Cap(map) => self.map(map, src, dest, frame),
            What::Sccp(sccp) => {
                self.heard(src, dest, Some(Use::Sigtran), frame);
                self.code(sccp.opc, src, frame, true);
                self.code(sccp.dpc, dest, frame, false);
                self.title(sccp.calling.as_ref(), Some(src), frame, true);
                self.title(sccp.called.as_ref(), None, frame, false);
            }
            What::M3ua(m3ua) => {
                self.heard(src, dest, Some(Use::Sigtran), frame);
                self.code(m3ua.opc, src, frame, true);
                self.code(m3ua.dpc, dest, frame, false);
            }
            What::Sctp(sctp) => self.sctp(sctp, src, dest, frame),
            What::Diameter(diameter) => self.diameter(diameter, src, dest, frame),
            What::Gtp(gtp) => self.gtp(gtp, src, dest, frame),
            What::Tunnel(tunnel) => self.tunnel(tunnel, src, dest, frame),
            What::Dns(dns)
                if ends.proto == Proto::Udp
                    && (ends.src_port == 53 || ends.dest_port == 53)
                    && dns.dialect.is_none() =>
            {
                self.dns(dns, src, dest, frame);
            }
            What::Flow(flow)
                if flow.state == FlowState::Opened && flow.app_proto.as_deref() == Some("ssh") =>
            {
                self.logins.entry(&(src, dest), || (0, frame)).0.0 += 1;
            }
            _ => {}
        }
    }

    /// How full each table is; what made room is missing in the draft.
    pub fn tables(&self) -> Vec<TableCount> {
        vec![
            self.titles.count(),
            self.addresses.count(),
            self.realms.count(),
            self.hosts.count(),
            self.codes.count(),
            self.pools.count(),
            self.relations.count(),
            self.pairs.count(),
            self.logins.count(),
        ]
    }

    fn map(&mut self, map: &Map, src: IpAddr, dest: IpAddr, frame: u64) {
        self.heard(src, dest, Some(Use::Sigtran), frame);
        self.code(map.opc, src, frame, true);
        self.code(map.dpc, dest, frame, false);
        let plmn = map.imsi.as_ref().and_then(event::Subscriber::plmn);
        let invoke = map.component.as_deref() == Some("invoke");
        let subscribers = plmn.filter(|_| invoke && map.user == "map");
        // updateLocation, updateGprsLocation, sendAuthenticationInfo, sendRoutingInfoForGprs, restoreData, purgeMS go to
        // the HLR; cancelLocation, insertSubscriberData and deleteSubscriberData come from it.
        let keeps_called = matches!(map.opcode, Some(2 | 23 | 24 | 56 | 57 | 67));
        let keeps_calling = matches!(map.opcode, Some(3 | 7 | 8));
        let answered = match map.outcome {
            Some(Outcome::Answered | Outcome::AnsweredWithData) => Some(true),
            Some(Outcome::Refused) => Some(false),
            _ => None,
        };
        if let Some(title) = self.title(map.calling.as_ref(), Some(src), frame, true) {
            if let Some(plmn) = subscribers.filter(|_| keeps_calling) {
                title.plmns.vote(plmn);
            }
            title.met.accepted += u64::from(answered == Some(true));
        }
        if let Some(title) = self.title(map.called.as_ref(), None, frame, false) {
            if let Some(plmn) = subscribers.filter(|_| keeps_called) {
                title.plmns.vote(plmn);
            }
            title.met.accepted += u64::from(answered == Some(true));
            title.met.refused += u64::from(answered == Some(false));
        }
        if let Some(details) = &map.details
            && let Some(plmn) = details.location_plmn
            && answered == Some(true)
        {
            // The node that serves the cell is of the cell's network.
            for address in map
                .addresses
                .iter()
                .filter(|a| matches!(a.role.as_ref(), "vlr-Number" | "msc-Number" | "sgsn-Number"))
            {
                if let Some(title) = self.titles.get_mut(&address.gt.digits) {
                    title.plmns.vote(plmn);
                }
            }
        }
        let area = |address: Option<&SccpAddress>| {
            digits(address).map(|digits| Side::Area(area(digits).into()))
        };
        let home = plmn.filter(|_| keeps_called).map(Side::of);
        let (from, to) = (area(map.calling.as_ref()), area(map.called.as_ref()).or(home));
        if let (Some(from), Some(to)) = (from, to) {
            if invoke {
                self.relation(from, to, false);
            } else if answered == Some(true) {
                self.relation(to, from, true);
            }
        }
    }

    fn sctp(&mut self, sctp: &Sctp, src: IpAddr, dest: IpAddr, frame: u64) {
        let of = match sctp.payload.as_deref() {
            Some("m3ua" | "m2pa" | "m2ua" | "sua") => Some(Use::Sigtran),
            Some("diameter") => Some(Use::Diameter),
            _ => None,
        };
        let Some(of) = of else { return };
        if matches!(sctp.state, SctpState::Established | SctpState::Closed) && sctp.data_chunks > 0
        {
            // Multihoming: every address of either end that the handshake listed.
            let sides = [(src, &sctp.src_addresses), (dest, &sctp.dest_addresses)];
            for (own, others) in sides {
                for ip in std::iter::once(&own).chain(others).take(8) {
                    let address = self.address(ip.to_canonical(), frame);
                    if let Some(count) = address.uses.get_mut(of as usize) {
                        *count += 1;
                    }
                }
            }
        }
    }

    fn diameter(&mut self, diameter: &Diameter, src: IpAddr, dest: IpAddr, frame: u64) {
        self.heard(src, dest, Some(Use::Diameter), frame);
        let imsi = diameter.imsi.as_ref().and_then(event::Subscriber::plmn);
        let request = diameter.request;
        let s6a = diameter.application_id == 16_777_251;
        // S6a: the MME sends 316, 318, 321 and 323; the HSS sends 317, 319, 320 and 322.
        let to_home = s6a && matches!(diameter.command_code, 316 | 318 | 321 | 323);
        let from_home = s6a && matches!(diameter.command_code, 317 | 319 | 320 | 322);
        // Peers introduce themselves and watch each other; every other message may have come through agents.
        let own = matches!(diameter.command_code, 257 | 280 | 282);
        let accepted = (!request).then(|| diameter.result_code.unwrap_or(0) / 1000 == 2);
        let realm_of = |name: Option<&String>| name.and_then(|name| known_name(name));
        let origin = realm_of(diameter.origin_realm.as_ref());
        let target = realm_of(diameter.destination_realm.as_ref());
        if let Some(host) = realm_of(diameter.origin_host.as_ref()) {
            let (node, _) =
                self.hosts.entry(&host, || Name { met: Met::at(frame), ..Name::default() });
            node.met.sent += 1;
            if own {
                node.links.vote(src)
            } else {
                node.relayed.vote(src)
            }
            if node.realm.is_none() {
                node.realm.clone_from(&origin);
            }
        }
        if let Some(realm) = &origin {
            let node = self.realm(realm, frame);
            node.met.sent += 1;
            if own {
                node.links.vote(src)
            } else {
                node.relayed.vote(src)
            }
            if request
                && to_home
                && let Some(visited) = diameter.visited_plmn
            {
                node.plmns.vote(visited);
            }
            if let Some(plmn) = imsi.filter(|_| request && from_home) {
                node.plmns.vote(plmn);
            }
            node.met.accepted += u64::from(accepted == Some(true));
        }
        if let Some(realm) = &target {
            let node = self.realm(realm, frame);
            node.met.received += 1;
            if let Some(plmn) = imsi.filter(|_| request && to_home) {
                node.plmns.vote(plmn);
            }
        }
        let (a, b) = (self.address(src, frame), accepted);
        a.met.accepted += u64::from(b == Some(true));
        let other = self.address(dest, frame);
        other.met.accepted += u64::from(accepted == Some(true));
        other.met.refused += u64::from(accepted == Some(false));
        let side = |realm: CompactString| match Plmn::of_domain(&realm) {
            Some(plmn) => Side::of(plmn),
            None => Side::Realm(realm),
        };
        if let (true, Some(from), Some(to)) = (request, origin, target.or(None)) {
            self.relation(side(from), side(to), false);
        }
    }

    fn gtp(&mut self, gtp: &Gtp, src: IpAddr, dest: IpAddr, frame: u64) {
        if gtp.prime {
            return;
        }
        self.heard(src, dest, Some(Use::Gsn), frame);
        let accepted = match gtp.outcome {
            Some(Outcome::Answered | Outcome::AnsweredWithData) => Some(true),
            Some(Outcome::Refused) => Some(false),
            _ => None,
        };
        let opens = matches!((gtp.version, gtp.message_type), (0 | 1, 16) | (2, 32));
        let home = gtp.imsi.as_ref().and_then(event::Subscriber::plmn);
        let visited = gtp.serving_network.or(gtp.rai_plmn).or(gtp.uli_plmn);
        let node = self.address(src, frame);
        node.user_plane |= gtp.user_plane;
        node.met.accepted += u64::from(accepted == Some(true));
        if let Some(plmn) = visited.filter(|_| opens) {
            node.plmns.vote(plmn);
        }
        let node = self.address(dest, frame);
        node.user_plane |= gtp.user_plane;
        node.met.accepted += u64::from(accepted == Some(true));
        node.met.refused += u64::from(accepted == Some(false));
        if let Some(plmn) = home.filter(|_| opens) {
            node.plmns.vote(plmn);
        }
        if opens {
            let from = visited.map_or(Side::Ip(src), Side::of);
            let to = home.map_or(Side::Ip(dest), Side::of);
            self.relation(from, to, false);
        }
    }

    fn tunnel(&mut self, tunnel: &Tunnel, src: IpAddr, dest: IpAddr, frame: u64) {
        if tunnel.state != TunnelState::Opened || tunnel.without_control {
            return;
        }
        let home = tunnel.imsi.as_ref().and_then(event::Subscriber::plmn);
        for (ip, plmn) in [(tunnel.serving_ip, tunnel.serving_network), (tunnel.gateway_ip, home)] {
            let Some(ip) = ip.map(|ip| ip.to_canonical()) else { continue };
            let node = self.address(ip, frame);
            if ip != src && ip != dest {
                node.user_plane = true;
                node.met.accepted += 1;
                node.met.received += 1;
                if let Some(count) = node.uses.get_mut(Use::Gsn as usize) {
                    *count += 1;
                }
            }
            if let Some(plmn) = plmn {
                node.plmns.vote(plmn);
            }
        }
        if let (Some(from), Some(to)) = (tunnel.serving_network, home) {
            self.relation(Side::of(from), Side::of(to), true);
        }
        if let Some(net) = tunnel.end_user_address.and_then(pool_of) {
            let (pool, _) =
                self.pools.entry(&net, || Pool { first_frame: frame, ..Pool::default() });
            pool.sessions += 1;
            pool.gateways.vote(dest);
        }
    }

    fn dns(&mut self, dns: &Dns, src: IpAddr, dest: IpAddr, frame: u64) {
        self.heard(src, dest, Some(Use::Dns), frame);
        if !dns.response {
            return;
        }
        let served = dns.rcode == Some(0);
        let owner = dns.qname.as_deref().filter(|_| dns.authoritative).and_then(Plmn::of_domain);
        let node = self.address(src, frame);
        node.met.accepted += u64::from(served);
        if let Some(plmn) = owner.filter(|_| served) {
            node.plmns.vote(plmn);
        }
        let node = self.address(dest, frame);
        node.met.accepted += u64::from(served);
        node.met.refused += u64::from(!served);
    }

    /// A message from one address to another.
    fn heard(&mut self, src: IpAddr, dest: IpAddr, of: Option<Use>, frame: u64) {
        for (ip, sent) in [(src, true), (dest, false)] {
            let node = self.address(ip, frame);
            if sent {
                node.met.sent += 1;
            } else {
                node.met.received += 1;
            }
            if let Some(count) = of.and_then(|of| node.uses.get_mut(of as usize)) {
                *count += 1;
            }
        }
        let pair = if src < dest { (src, dest) } else { (dest, src) };
        *self.pairs.entry(&pair, || 0).0 += 1;
    }

    fn address(&mut self, ip: IpAddr, frame: u64) -> &mut Address {
        self.addresses.entry(&ip, || Address { met: Met::at(frame), ..Address::default() }).0
    }

    fn realm(&mut self, realm: &CompactString, frame: u64) -> &mut Name {
        self.realms.entry(realm, || Name { met: Met::at(frame), ..Name::default() }).0
    }

    fn code(&mut self, code: Option<PointCode>, ip: IpAddr, frame: u64, sent: bool) {
        let Some(code) = code else { return };
        let (node, _) = self.codes.entry(&code, || Code { met: Met::at(frame), ..Code::default() });
        node.links.vote(ip);
        if sent {
            node.met.sent += 1;
        } else {
            node.met.received += 1;
        }
    }

    fn title(
        &mut self,
        address: Option<&SccpAddress>,
        link: Option<IpAddr>,
        frame: u64,
        sent: bool,
    ) -> Option<&mut Title> {
        let digits = digits(address)?;
        let (title, _) =
            self.titles.entry(digits, || Title { met: Met::at(frame), ..Title::default() });
        if sent {
            title.met.sent += 1;
        } else {
            title.met.received += 1;
        }
        if let Some(link) = link {
            title.links.vote(link);
        }
        Some(title)
    }

    fn relation(&mut self, from: Side, to: Side, answered: bool) {
        let (relation, _) = self.relations.entry(&(from, to), Relation::default);
        if answered {
            relation.answered += 1;
        } else {
            relation.asked += 1;
        }
    }
}

/// The digits of a node's title.
fn digits(address: Option<&SccpAddress>) -> Option<&CompactString> {
    let digits = &address?.gt.as_ref()?.digits;
    (TITLE_DIGITS.contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))
        .then_some(digits)
}

/// Country code and so much of the national number as tells operators apart: the area code of North America, two
/// digits elsewhere (ITU-T E.164 §6.2).
pub(crate) fn area(digits: &str) -> &str {
    let country = country_code_len(digits);
    let national = if digits.starts_with('1') { 3 } else { 2 };
    digits.get(..country + national).unwrap_or(digits)
}

/// A name that a description may hold, in lower case.
fn known_name(name: &str) -> Option<CompactString> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let sound = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    if name.is_empty() || name.len() > 255 || !name.bytes().all(sound) {
        return None;
    }
    Some(name.to_ascii_lowercase().into())
}

/// The network around a subscriber's address that is taken to be handed out with it.
fn pool_of(ip: IpAddr) -> Option<IpNet> {
    let len = if ip.is_ipv4() { 24 } else { 48 };
    IpNet::new(ip.to_canonical(), len).ok().map(|net| net.trunc())
}
