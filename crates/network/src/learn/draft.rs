//! Weighs the votes: which network is home, and whose every title, address, name and code is.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use event::{Alert, CompactString, Level, Plmn, PointCode};
use ipnet::IpNet;

use super::places::{networks, prefixes, widened};
use super::{Address, Learner, Met, Side, Votes, area};
use crate::{Network, Owner, Use};

/// What the draft is to be made of besides the votes.
#[derive(Debug, Default)]
pub struct Asked {
    /// Name of our network.
    pub name: Option<String>,
    /// Our network, where somebody knows it.
    pub home: Option<Plmn>,
    /// A description to go on from: what it says stays.
    pub old: Network,
    /// What was read, for the first lines.
    pub captures: String,
    /// Alerts of the same run: who is in a grave one is not listed.
    pub alerts: Vec<Alert>,
    /// Nodes of the same run with their roles.
    pub elements: Vec<event::Element>,
}

/// A drafted description.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// In TOML, with its evidence as comments.
    pub text: String,
    /// What a person should know at once.
    pub remarks: Vec<String>,
}

/// Who an identifier belongs to, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Home,
    /// A partner of the old description.
    Old(usize),
    Plmn(u16, u16),
    /// Titles of which no network is known.
    Area(CompactString),
    Realm(CompactString),
    /// Relays for several partners.
    Hub(IpNet),
    /// Speaks with us, and nothing says for whom.
    Peer(IpNet),
}

/// How sure it is which network is home.
#[derive(Clone, Debug, Default)]
pub(super) struct HomeEvidence {
    pub(super) text: String,
    pub(super) doubtful: bool,
}

/// Everything sorted by owner.
#[derive(Debug, Default)]
pub(super) struct Owners {
    pub(super) home: HomeEvidence,
    /// Networks by owner, with how often each was named.
    pub(super) plmns: BTreeMap<Key, BTreeMap<Plmn, u64>>,
    pub(super) prefixes: BTreeMap<Key, Vec<(String, Met, u64)>>,
    pub(super) realms: BTreeMap<Key, Vec<(CompactString, Met)>>,
    pub(super) codes: BTreeMap<Key, Vec<(PointCode, Met)>>,
    /// Point codes of ours by the address that spoke for them.
    pub(super) code_at: BTreeMap<IpAddr, Vec<PointCode>>,
    pub(super) addresses: BTreeMap<Key, Vec<(IpAddr, Address)>>,
    pub(super) networks: BTreeMap<Key, Vec<IpNet>>,
    pub(super) pools: Vec<(IpNet, u64, u64)>,
    /// Partners of whom a hub brought messages.
    pub(super) relayed: BTreeMap<Key, BTreeSet<Key>>,
    /// Who opened shells on our nodes: from, to, how often, first frame.
    pub(super) logins: Vec<(IpAddr, IpAddr, u64, u64)>,
    /// Who is in a grave alert, with the detection.
    pub(super) suspects: BTreeMap<String, String>,
    /// Addresses that nothing says anything about.
    pub(super) nobody: Vec<(IpAddr, Address)>,
}

impl Learner {
    /// The draft.
    pub fn draft(&self, asked: &Asked) -> Draft {
        let owners = Weighing::new(self, asked).owners();
        super::write::write(self, asked, &owners)
    }
}

/// A title with the network that its votes name.
type Voted<'t> = (&'t str, Option<(u16, u16)>);

/// Votes under examination.
struct Weighing<'l> {
    learner: &'l Learner,
    asked: &'l Asked,
    /// PLMNs of one operator point to one of them.
    same: BTreeMap<(u16, u16), (u16, u16)>,
    home: Option<Key>,
    suspects: BTreeMap<String, String>,
    /// First of an alert: who did it.
    attackers: BTreeSet<String>,
    /// Every prefix of titles with its owner, before home is known.
    prefixes: Vec<(String, Option<(u16, u16)>)>,
}

impl<'l> Weighing<'l> {
    fn new(learner: &'l Learner, asked: &'l Asked) -> Self {
        let mut suspects = BTreeMap::new();
        let mut attackers = BTreeSet::new();
        for alert in asked.alerts.iter().filter(|alert| alert.level >= Level::High) {
            for (at, entity) in alert.entities.iter().enumerate() {
                let entity = entity.to_ascii_lowercase();
                suspects.entry(entity.clone()).or_insert_with(|| alert.detection.to_string());
                if at == 0 {
                    attackers.insert(entity);
                }
            }
        }
        let mut weighing = Self {
            learner,
            asked,
            same: BTreeMap::new(),
            home: None,
            suspects,
            attackers,
            prefixes: Vec::new(),
        };
        weighing.join_plmns();
        weighing.title_prefixes();
        weighing
    }

    fn attacks(&self, kind: &str, name: impl std::fmt::Display) -> bool {
        !self.attackers.is_empty() && self.attackers.contains(&format!("{kind}:{name}"))
    }

    /// Networks whose subscribers one title keeps or one gateway serves belong together.
    fn join_plmns(&mut self) {
        let learner = self.learner;
        let mut joins: Vec<((u16, u16), (u16, u16))> = Vec::new();
        let titles = learner.titles.iter().filter(|(gt, _)| !self.attacks("gt", gt));
        let addresses = learner.addresses.iter().filter(|(ip, _)| !self.attacks("ip", ip));
        for votes in titles.map(|(_, t)| &t.plmns).chain(addresses.map(|(_, a)| &a.plmns)) {
            let all: u64 = votes.0.iter().map(|(_, count)| count).sum();
            let mut firm = votes.0.iter().filter(|(_, count)| *count >= 3 && count * 5 >= all);
            if let Some((first, _)) = firm.next() {
                joins.extend(
                    firm.map(|(other, _)| ((first.mcc, first.mnc), (other.mcc, other.mnc))),
                );
            }
        }
        joins.sort_unstable();
        for (a, b) in joins {
            let (a, b) = (self.root((a.0, a.1)), self.root((b.0, b.1)));
            if a != b {
                self.same.insert(a.max(b), a.min(b));
            }
        }
    }

    fn root(&self, plmn: (u16, u16)) -> (u16, u16) {
        let mut at = plmn;
        // Each step goes to a smaller one.
        while let Some(next) = self.same.get(&at) {
            at = *next;
        }
        at
    }

    fn majority(&self, votes: &Votes<Plmn>) -> Option<(u16, u16)> {
        let mut by_root: BTreeMap<(u16, u16), u64> = BTreeMap::new();
        for (plmn, count) in &votes.0 {
            *by_root.entry(self.root((plmn.mcc, plmn.mnc))).or_default() += count;
        }
        let all: u64 = by_root.values().sum();
        let (root, count) =
            by_root.into_iter().max_by_key(|(root, count)| (*count, Reverse(*root)))?;
        (count * 10 >= all * 6).then_some(root)
    }

    fn title_prefixes(&mut self) {
        let mut titles: Vec<Voted<'_>> = self
            .learner
            .titles
            .iter()
            .map(|(digits, title)| {
                let trusted = !self.attacks("gt", digits);
                (digits.as_str(), self.majority(&title.plmns).filter(|_| trusted))
            })
            .collect();
        titles.sort_unstable();
        let mut areas: BTreeMap<&str, Vec<Voted<'_>>> = BTreeMap::new();
        for title in titles {
            areas.entry(area(title.0)).or_default().push(title);
        }
        self.prefixes =
            areas.into_iter().flat_map(|(area, titles)| prefixes(&titles, area.len())).collect();
    }

    fn key_of_plmn(&self, plmn: (u16, u16)) -> Key {
        let root = self.root(plmn);
        let known = [plmn, root].into_iter().find_map(|(mcc, mnc)| {
            let owner = self.asked.old.owner_of_plmn(Plmn { mcc, mnc, mnc_digits: 2 });
            self.key_of_owner(owner)
        });
        known.unwrap_or_else(|| self.named(Key::Plmn(root.0, root.1)))
    }

    fn key_of_owner(&self, owner: Owner<'_>) -> Option<Key> {
        match owner {
            Owner::Home(_) => Some(Key::Home),
            Owner::Partner(partner) => {
                self.asked.old.partners.iter().position(|p| p.name == partner.name).map(Key::Old)
            }
            Owner::Unknown => None,
        }
    }

    /// Home is called so once it is known.
    fn named(&self, key: Key) -> Key {
        if self.home.as_ref() == Some(&key) { Key::Home } else { key }
    }

    fn key_of_title(&self, digits: &str) -> Key {
        if let Some(key) = self.key_of_owner(self.asked.old.owner_of_gt(digits)) {
            return key;
        }
        let at = self.prefixes.partition_point(|(prefix, _)| prefix.as_str() <= digits);
        let found = at.checked_sub(1).and_then(|at| self.prefixes.get(at));
        match found.filter(|(prefix, _)| digits.starts_with(prefix.as_str())) {
            Some((_, Some(plmn))) => self.key_of_plmn(*plmn),
            Some((prefix, None)) => self.named(Key::Area(prefix.as_str().into())),
            None => self.named(Key::Area(area(digits).into())),
        }
    }

    fn key_of_realm(&self, realm: &str) -> Key {
        if let Some(key) = self.key_of_owner(self.asked.old.owner_of_realm(realm)) {
            return key;
        }
        let by_votes = || self.majority(&self.learner.realms.peek(realm)?.plmns);
        let plmn = Plmn::of_domain(realm).map(|plmn| (plmn.mcc, plmn.mnc)).or_else(by_votes);
        match plmn {
            Some(plmn) => self.key_of_plmn(plmn),
            None => self.named(Key::Realm(realm.into())),
        }
    }

    fn key_of_side(&self, side: &Side) -> Key {
        match side {
            Side::Plmn(mcc, mnc) => self.key_of_plmn((*mcc, *mnc)),
            Side::Area(area) => {
                let at =
                    self.prefixes.partition_point(|(prefix, _)| prefix.as_str() < area.as_str());
                let first = self.prefixes.get(at);
                match first.filter(|(prefix, _)| prefix.starts_with(area.as_str())) {
                    Some((_, Some(plmn))) => self.key_of_plmn(*plmn),
                    _ => self.key_of_title(area),
                }
            }
            Side::Realm(realm) => self.key_of_realm(realm),
            Side::Ip(ip) => {
                if let Some(key) = self.key_of_owner(self.asked.old.owner_of_ip(*ip)) {
                    return key;
                }
                let votes = self.learner.addresses.peek(ip);
                match votes.and_then(|address| self.majority(&address.plmns)) {
                    Some(plmn) => self.key_of_plmn(plmn),
                    None => self.named(Key::Peer(near(*ip))),
                }
            }
        }
    }

    /// Home is the one network that takes part in everything that crosses the edge.
    fn find_home(&mut self) -> HomeEvidence {
        if let Some(plmn) = self.asked.home {
            let root = self.root((plmn.mcc, plmn.mnc));
            self.home = Some(Key::Plmn(root.0, root.1));
            return HomeEvidence { text: format!("{plmn} was given"), doubtful: false };
        }
        if self.asked.old.home.line > 0 {
            self.home = Some(Key::Home);
            let text = format!("taken over from {}", self.asked.old.source);
            return HomeEvidence { text, doubtful: false };
        }
        #[derive(Default)]
        struct Share {
            messages: u64,
            asked: u64,
            others: BTreeSet<Key>,
        }
        let mut shares: BTreeMap<Key, Share> = BTreeMap::new();
        let mut all = 0;
        for ((from, to), relation) in self.learner.relations.iter() {
            let (from, to) = (self.key_of_side(from), self.key_of_side(to));
            let messages = relation.asked.max(relation.answered);
            all += messages;
            let share = shares.entry(to.clone()).or_default();
            share.messages += messages;
            share.asked += messages;
            share.others.insert(from.clone());
            if from != to {
                let share = shares.entry(from).or_default();
                share.messages += messages;
                share.others.insert(to);
            }
        }
        let mut ranked: Vec<(&Key, &Share)> = shares.iter().collect();
        ranked.sort_by_key(|(key, share)| {
            (Reverse(share.messages), Reverse(share.others.len()), Reverse(share.asked), *key)
        });
        // Two that take part in nearly as much: the one with more counterparts, then the one that is asked more.
        if let [(_, first), (_, second), ..] = ranked.as_slice()
            && second.messages * 10 >= first.messages * 9
            && (second.others.len(), second.asked) > (first.others.len(), first.asked)
        {
            ranked.swap(0, 1);
        }
        let Some((key, share)) = ranked.first() else {
            return self.home_by_peers();
        };
        let others = share.others.iter().filter(|other| other != key).count();
        let runner_up = ranked.get(1);
        let close = runner_up.is_some_and(|(_, other)| other.messages * 10 >= share.messages * 9);
        let mut text = format!(
            "takes part in {} of {all} requests and sessions, with {others} other {}, and is asked {} times",
            share.messages,
            if others == 1 { "side" } else { "sides" },
            share.asked
        );
        if let (true, Some((other, _))) = (close, runner_up) {
            text.push_str(&format!(
                "; {} takes part in nearly as many: --home decides",
                shown(other)
            ));
        }
        let doubtful = close || share.messages * 10 < all * 8;
        self.home = Some((*key).clone());
        HomeEvidence { text, doubtful }
    }

    /// Without any name or number, the address with most counterparts is ours.
    fn home_by_peers(&mut self) -> HomeEvidence {
        let mut peers: BTreeMap<IpAddr, u64> = BTreeMap::new();
        for ((a, b), _) in self.learner.pairs.iter() {
            *peers.entry(*a).or_default() += 1;
            *peers.entry(*b).or_default() += 1;
        }
        let best = peers.iter().max_by_key(|(ip, count)| (**count, Reverse(**ip)));
        let Some((ip, count)) = best else {
            let text = "nothing in the capture names a network: fill it in".to_owned();
            return HomeEvidence { text, doubtful: true };
        };
        self.home = Some(Key::Peer(near(*ip)));
        let text = format!("{ip} has most counterparts ({count}); no network is named anywhere");
        HomeEvidence { text, doubtful: true }
    }

    fn owners(mut self) -> Owners {
        let mut owners = Owners { home: self.find_home(), ..Owners::default() };
        let keys = self.addresses(&mut owners);
        self.titles(&mut owners, &keys);
        self.codes(&mut owners, &keys);
        self.names(&mut owners, &keys);
        self.pools(&mut owners, &keys);
        self.logins(&mut owners);
        owners.suspects = self.suspects;
        owners
    }

    /// Whose every address is.
    fn addresses(&self, owners: &mut Owners) -> BTreeMap<IpAddr, Key> {
        let mut weights: BTreeMap<IpAddr, BTreeMap<Key, u64>> = BTreeMap::new();
        let mut weigh = |ip: IpAddr, key: Key, weight: u64| {
            if !matches!(key, Key::Peer(_)) {
                *weights.entry(ip).or_default().entry(key).or_default() += weight;
            }
        };
        for (ip, address) in self.learner.addresses.iter() {
            for (plmn, count) in &address.plmns.0 {
                weigh(*ip, self.key_of_plmn((plmn.mcc, plmn.mnc)), count * 3);
            }
        }
        for (digits, title) in self.learner.titles.iter() {
            for (ip, count) in &title.links.0 {
                weigh(*ip, self.key_of_title(digits), *count);
            }
        }
        for (realm, node) in self.learner.realms.iter() {
            for (ip, count) in &node.links.0 {
                weigh(*ip, self.key_of_realm(realm), count * 3);
            }
            for (ip, count) in &node.relayed.0 {
                weigh(*ip, self.key_of_realm(realm), *count);
            }
        }
        let mut keys: BTreeMap<IpAddr, Key> = BTreeMap::new();
        for (ip, _) in self.learner.addresses.iter() {
            if let Some(key) = self.key_of_owner(self.asked.old.owner_of_ip(*ip)) {
                keys.insert(*ip, key);
            }
        }
        for (ip, by_key) in &weights {
            if keys.contains_key(ip) {
                continue;
            }
            let all: u64 = by_key.values().sum();
            let home = by_key.get(&Key::Home).copied().unwrap_or(0);
            let top = by_key.iter().max_by_key(|(key, weight)| (**weight, Reverse(*key)));
            let Some((best, weight)) = top else { continue };
            // Ours passes on what others say; what says things in our name from outside shows in alerts.
            let key = if home * 5 >= all && !self.attacks("ip", ip) {
                Key::Home
            } else if weight * 10 >= all * 9 || by_key.len() == 1 {
                best.clone()
            } else {
                let hub = Key::Hub(near(*ip));
                for (key, weight) in by_key {
                    if *weight * 20 >= all && *key != Key::Home {
                        owners.relayed.entry(key.clone()).or_default().insert(hub.clone());
                    }
                }
                hub
            };
            if key == Key::Home && self.attacks("ip", ip) {
                continue;
            }
            keys.insert(*ip, key);
        }
        self.neighbours(&mut keys);
        self.join_neighbours(&mut keys);
        let mut by_key: BTreeMap<Key, Vec<IpAddr>> = BTreeMap::new();
        for (ip, address) in self.learner.addresses.iter() {
            match keys.get(ip) {
                Some(key) => {
                    by_key.entry(key.clone()).or_default().push(*ip);
                    owners.addresses.entry(key.clone()).or_default().push((*ip, address.clone()));
                    for (plmn, count) in &address.plmns.0 {
                        if self.key_of_plmn((plmn.mcc, plmn.mnc)) == *key {
                            *owners
                                .plmns
                                .entry(key.clone())
                                .or_default()
                                .entry(*plmn)
                                .or_default() += count;
                        }
                    }
                }
                None => owners.nobody.push((*ip, address.clone())),
            }
        }
        owners.nobody.sort_by_key(|(ip, _)| *ip);
        // A host of ours that took to attacking is still ours; anybody else's is not taken in.
        let mut all: Vec<(IpAddr, usize)> =
            owners.nobody.iter().map(|(ip, _)| (*ip, usize::MAX)).collect();
        for (number, (key, own)) in by_key.iter().enumerate() {
            let stranger = |ip: &IpAddr| *key != Key::Home && self.attacks("ip", ip);
            all.extend(own.iter().map(|ip| (*ip, if stranger(ip) { usize::MAX } else { number })));
        }
        all.sort_unstable();
        for (number, key) in by_key.keys().enumerate() {
            owners.networks.insert(key.clone(), networks(&all, number));
        }
        for list in owners.addresses.values_mut() {
            list.sort_by_key(|(ip, _)| *ip);
        }
        keys
    }

    /// Every conversation crosses the edge, so that one end tells about the other.
    fn neighbours(&self, keys: &mut BTreeMap<IpAddr, Key>) {
        let mut peers: BTreeMap<IpAddr, BTreeSet<IpAddr>> = BTreeMap::new();
        for ((a, b), _) in self.learner.pairs.iter() {
            peers.entry(*a).or_default().insert(*b);
            peers.entry(*b).or_default().insert(*a);
        }
        for _ in 0..2 {
            let known = keys.clone();
            let mut nets: BTreeMap<IpNet, BTreeSet<&Key>> = BTreeMap::new();
            for (ip, key) in &known {
                nets.entry(near(*ip)).or_default().insert(key);
            }
            for (ip, others) in peers.iter().filter(|(ip, _)| !known.contains_key(*ip)) {
                if self.attacks("ip", ip) {
                    continue;
                }
                let met: BTreeSet<&Key> = others.iter().filter_map(|o| known.get(o)).collect();
                let around = nets.get(&near(*ip));
                let foreign = met.iter().filter(|key| ***key != Key::Home).count();
                let beside_home = around.is_some_and(|keys| keys.contains(&Key::Home));
                let only_foreign = foreign > 0 && foreign == met.len();
                if only_foreign && (foreign > 1 || beside_home) {
                    keys.insert(*ip, Key::Home);
                } else if met.len() == 1 && met.contains(&Key::Home) {
                    let key = self.nearest(*ip, &known).unwrap_or(Key::Peer(near(*ip)));
                    keys.insert(*ip, key);
                } else if met.is_empty() && self.home == Some(Key::Peer(near(*ip))) {
                    keys.insert(*ip, Key::Home);
                }
            }
        }
    }

    /// What only titles, names or addresses are known of belongs to the network whose addresses stand next to its own.
    fn join_neighbours(&self, keys: &mut BTreeMap<IpAddr, Key>) {
        let mut wanted: BTreeMap<Key, Option<Key>> = BTreeMap::new();
        for (ip, key) in keys.iter() {
            if matches!(key, Key::Area(_) | Key::Realm(_) | Key::Peer(_)) {
                let beside = self.nearest(*ip, keys).filter(|other| self.may_join(key, other));
                let seen = wanted.entry(key.clone()).or_insert_with(|| beside.clone());
                if *seen != beside {
                    *seen = None;
                }
            }
        }
        for key in keys.values_mut() {
            if let Some(Some(joined)) = wanted.get(key) {
                *key = joined.clone();
            }
        }
    }

    /// Titles of one country are not joined with a network of another.
    fn may_join(&self, key: &Key, other: &Key) -> bool {
        let (Key::Area(prefix), Key::Plmn(mcc, _)) = (key, other) else { return true };
        let (number, network) = (crate::Country::of_number(prefix), crate::Country::of_mcc(*mcc));
        number.is_none() || network.is_none() || number == network
    }

    /// Whose known network stands next to an address, within the smallest block that holds any; of two, nobody's.
    fn nearest(&self, ip: IpAddr, known: &BTreeMap<IpAddr, Key>) -> Option<Key> {
        let (narrow, wide) = if ip.is_ipv4() { (31, 24) } else { (127, 64) };
        for len in (wide..=narrow).rev() {
            let net = IpNet::new(ip, len).ok()?.trunc();
            let mut inside = known
                .range(net.network()..=net.broadcast())
                .map(|(_, key)| key)
                .filter(|key| matches!(key, Key::Plmn(..) | Key::Old(_) | Key::Home));
            if let Some(first) = inside.next() {
                let alone = *first != Key::Home && inside.all(|key| key == first);
                return alone.then(|| first.clone());
            }
        }
        None
    }

    fn titles(&self, owners: &mut Owners, keys: &BTreeMap<IpAddr, Key>) {
        // Titles of no known network belong to whom their link belongs.
        let mut links: BTreeMap<Key, BTreeMap<Key, u64>> = BTreeMap::new();
        for (digits, title) in self.learner.titles.iter() {
            let key = self.key_of_title(digits);
            if matches!(key, Key::Area(_)) {
                for (ip, count) in &title.links.0 {
                    if let Some(owner) = keys.get(ip).filter(|owner| {
                        matches!(owner, Key::Plmn(..) | Key::Old(_) | Key::Realm(_))
                    }) {
                        *links.entry(key.clone()).or_default().entry(owner.clone()).or_default() +=
                            count;
                    }
                }
            }
        }
        let mut by_prefix: BTreeMap<(Key, String), (Met, u64)> = BTreeMap::new();
        for (digits, title) in self.learner.titles.iter() {
            let mut key = self.key_of_title(digits);
            if let Some(by_owner) = links.get(&key).filter(|by_owner| by_owner.len() == 1)
                && let Some((owner, _)) = by_owner.iter().next()
            {
                key = owner.clone();
            }
            for (plmn, count) in &title.plmns.0 {
                if self.key_of_plmn((plmn.mcc, plmn.mnc)) == key {
                    *owners.plmns.entry(key.clone()).or_default().entry(*plmn).or_default() +=
                        count;
                }
            }
            // One that was only ever called, never spoke, proves nothing.
            let honest =
                !self.attacks("gt", digits) && (title.met.sent > 0 || !title.plmns.0.is_empty());
            let prefix = self.prefix_of(digits).to_owned();
            let (met, count) = by_prefix
                .entry((key, prefix))
                .or_insert_with(|| (Met::at(title.met.first_frame), 0));
            met.sent += title.met.sent;
            met.received += title.met.received;
            met.first_frame = met.first_frame.min(title.met.first_frame);
            *count += u64::from(honest);
        }
        for ((key, prefix), (met, count)) in by_prefix {
            owners.prefixes.entry(key).or_default().push((prefix, met, count));
        }
    }

    fn codes(&self, owners: &mut Owners, keys: &BTreeMap<IpAddr, Key>) {
        for (code, node) in self.learner.codes.iter() {
            let mut weights: BTreeMap<&Key, u64> = BTreeMap::new();
            for (ip, count) in &node.links.0 {
                if let Some(key) = keys.get(ip) {
                    *weights.entry(key).or_default() += count;
                }
            }
            let best = weights.into_iter().max_by_key(|(key, weight)| (*weight, Reverse(*key)));
            if let Some((key, _)) = best.filter(|_| !self.attacks("pc", code)) {
                owners.codes.entry(key.clone()).or_default().push((*code, node.met));
                if *key == Key::Home {
                    let own = node.links.0.iter().filter(|(ip, _)| keys.get(ip) == Some(key));
                    let most = own.max_by_key(|(ip, count)| (*count, Reverse(*ip)));
                    if let Some((ip, _)) = most {
                        owners.code_at.entry(*ip).or_default().push(*code);
                    }
                }
            }
        }
        for list in owners.codes.values_mut() {
            list.sort_by_key(|(code, _)| *code);
        }
        for list in owners.code_at.values_mut() {
            list.sort_unstable();
        }
    }

    fn prefix_of<'d>(&'d self, digits: &'d str) -> &'d str {
        let at = self.prefixes.partition_point(|(prefix, _)| prefix.as_str() <= digits);
        let found = at.checked_sub(1).and_then(|at| self.prefixes.get(at));
        match found.filter(|(prefix, _)| digits.starts_with(prefix.as_str())) {
            Some((prefix, _)) => prefix,
            None => area(digits),
        }
    }

    fn names(&self, owners: &mut Owners, keys: &BTreeMap<IpAddr, Key>) {
        let mut realms: Vec<(&CompactString, &super::Name)> = self.learner.realms.iter().collect();
        realms.sort_by_key(|(realm, _)| *realm);
        for (realm, node) in realms {
            if self.attacks("realm", realm) || node.met.sent == 0 {
                continue;
            }
            let mut key = self.key_of_realm(realm);
            if matches!(key, Key::Realm(_))
                && let Some((ip, _)) = node.links.0.first()
                && let Some(owner) = keys.get(ip).filter(|owner| !matches!(owner, Key::Hub(_)))
            {
                key = owner.clone();
            }
            if let Some(plmn) = Plmn::of_domain(realm) {
                *owners.plmns.entry(key.clone()).or_default().entry(plmn).or_default() +=
                    node.met.messages();
            }
            owners.realms.entry(key).or_default().push((realm.clone(), node.met));
        }
    }

    fn logins(&self, owners: &mut Owners) {
        let ours = owners.networks.get(&Key::Home).cloned().unwrap_or_default();
        for ((from, to), (count, frame)) in self.learner.logins.iter() {
            if ours.iter().any(|net| net.contains(to)) {
                owners.logins.push((*from, *to, *count, *frame));
            }
        }
        owners.logins.sort_unstable();
    }

    fn pools(&self, owners: &mut Owners, keys: &BTreeMap<IpAddr, Key>) {
        let mut ours: Vec<(IpNet, u64, u64)> = Vec::new();
        for (net, pool) in self.learner.pools.iter() {
            if pool.gateways.0.iter().any(|(ip, _)| keys.get(ip) == Some(&Key::Home)) {
                ours.push((*net, pool.sessions, pool.first_frame));
            }
        }
        let nets: Vec<IpNet> = ours.iter().map(|(net, ..)| *net).collect();
        let taken: Vec<IpNet> = owners.networks.values().flatten().copied().collect();
        for net in widened(&nets, &taken) {
            // Where nodes have their addresses no subscriber has one, or the capture is of a laboratory.
            if taken.iter().any(|other| other.contains(&net) || net.contains(other)) {
                continue;
            }
            let inside = ours.iter().filter(|(small, ..)| net.contains(small));
            let (sessions, frame) = inside
                .fold((0, u64::MAX), |(sum, first), (_, count, frame)| {
                    (sum + count, first.min(*frame))
                });
            owners.pools.push((net, sessions, frame));
        }
    }
}

/// The /24 or /64 of an address.
fn near(ip: IpAddr) -> IpNet {
    let len = if ip.is_ipv4() { 24 } else { 64 };
    IpNet::new(ip, len).map_or_else(|_| IpNet::from(ip), |net| net.trunc())
}

/// An owner in words.
pub(super) fn shown(key: &Key) -> String {
    match key {
        Key::Home => "home".to_owned(),
        Key::Old(at) => format!("partner {at}"),
        Key::Plmn(mcc, mnc) => format!("network {mcc:03}-{mnc:02}"),
        Key::Area(prefix) => format!("titles under {prefix}"),
        Key::Realm(realm) => format!("realm {realm}"),
        Key::Hub(net) => format!("hub in {net}"),
        Key::Peer(net) => format!("peer in {net}"),
    }
}

/// Whether an address is listed for a use, or why not.
pub(super) fn listable(
    owners: &Owners,
    ip: IpAddr,
    address: &Address,
    of: Use,
) -> Result<(), String> {
    if let Some(detection) = owners.suspects.get(&format!("ip:{ip}")) {
        return Err(format!("it is in an alert of {detection}"));
    }
    let met = address.met;
    if met.messages() <= 1 && !address.user_plane {
        return Err("one packet only".to_owned());
    }
    if met.refused > 0 && met.accepted == 0 {
        return Err("whatever it asked was refused".to_owned());
    }
    if met.sent == 0 && met.accepted == 0 {
        return Err("it never answered".to_owned());
    }
    if of == Use::Dns && met.accepted == 0 {
        return Err("no question of it was answered".to_owned());
    }
    Ok(())
}
