//! Writes the draft: TOML that is read back without error, every line with what it stands on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::net::IpAddr;

use event::{Plmn, PointCode};
use ipnet::IpNet;

use super::draft::{Asked, Draft, Key, Owners, listable};
use super::{Learner, Met};
use crate::{Element, Network, Partner, Role, Use};

/// Columns of a line.
const WIDTH: usize = 100;
/// Titles and hosts of ours that get a table of their own; a network has few hundred.
const MAX_ELEMENTS: usize = 1_000;
/// Peers that are named with the reason why they are not listed.
const MAX_DOUBTS: usize = 50;

pub(super) fn write(learner: &Learner, asked: &Asked, owners: &Owners) -> Draft {
    let mut page = Page { text: String::new(), remarks: Vec::new(), names: BTreeSet::new() };
    let parties = parties(owners, &asked.old);
    let names = page.names(owners, &asked.old, &parties);
    page.head(asked, owners, &parties);
    page.home(asked, owners);
    page.elements(learner, asked, owners);
    for key in &parties {
        page.partner(asked, owners, &names, key);
    }
    page.rest(learner, owners, &parties);
    Draft { text: page.text, remarks: page.remarks }
}

/// Partners that the draft lists: those of the old description, and those that something but a subscriber's number shows.
fn parties(owners: &Owners, old: &Network) -> Vec<Key> {
    let mut all: BTreeSet<Key> = (0..old.partners.len()).map(Key::Old).collect();
    let spoke = |met: &Met| met.sent > 0;
    for (key, prefixes) in &owners.prefixes {
        if prefixes.iter().any(|(_, met, honest)| *honest > 0 && met.messages() > 1) {
            all.insert(key.clone());
        }
    }
    for (key, realms) in &owners.realms {
        if realms.iter().any(|(_, met)| spoke(met)) {
            all.insert(key.clone());
        }
    }
    for (key, addresses) in &owners.addresses {
        if addresses.iter().any(|(ip, address)| {
            Use::ALL
                .iter()
                .any(|of| used(address, *of) && listable(owners, *ip, address, *of).is_ok())
        }) {
            all.insert(key.clone());
        }
    }
    all.remove(&Key::Home);
    all.into_iter().collect()
}

fn used(address: &super::Address, of: Use) -> bool {
    address.uses.get(of as usize).is_some_and(|count| *count > 0)
}

struct Page {
    text: String,
    remarks: Vec<String>,
    names: BTreeSet<String>,
}

impl Page {
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A comment, broken at spaces. What comes from the wire has no control characters by then.
    fn comment(&mut self, text: &str) {
        let mut line = String::from("#");
        for word in text.split_whitespace() {
            if line.len() > 1 && line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.line(&line);
                line = String::from("#");
            }
            line.push(' ');
            line.extend(word.chars().map(|c| if c.is_control() { '?' } else { c }));
        }
        self.line(&line);
    }

    /// `key = ["a", "b"]`, over several lines where one is too short.
    fn list<T: ToString>(&mut self, key: &str, items: &[T]) {
        let items: Vec<String> = items.iter().map(|item| quoted(&item.to_string())).collect();
        self.items(key, &items);
    }

    fn items(&mut self, key: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        let one = format!("{key} = [{}]", items.join(", "));
        if one.chars().count() <= WIDTH {
            self.line(&one);
            return;
        }
        self.line(&format!("{key} = ["));
        let mut line = String::from("   ");
        for item in items {
            if line.len() > 3 && line.chars().count() + item.chars().count() + 2 > WIDTH {
                self.line(&line);
                line = String::from("   ");
            }
            let _ = write!(line, " {item},");
        }
        self.line(&line);
        self.line("]");
    }

    fn location(&mut self, location: Option<[f64; 2]>) {
        if let Some([lat, lon]) = location {
            self.line(&format!("location = [{lat:?}, {lon:?}]"));
        }
    }

    fn names(&mut self, owners: &Owners, old: &Network, parties: &[Key]) -> BTreeMap<Key, String> {
        let mut names = BTreeMap::new();
        for key in parties {
            let wanted = match key {
                Key::Old(at) => old.partners.get(*at).map_or_else(String::new, |p| p.name.clone()),
                Key::Plmn(..) => {
                    let plmn = owners.plmns.get(key).and_then(most);
                    plmn.map_or_else(|| super::draft::shown(key), |plmn| format!("Network {plmn}"))
                }
                Key::Area(prefix) => format!("Titles {prefix}"),
                Key::Realm(realm) => format!("Realm {realm}"),
                Key::Hub(net) => format!("Hub {}", net.addr()),
                Key::Peer(net) => format!("Peer {net}"),
                Key::Home => continue,
            };
            let mut name = wanted.clone();
            let mut number = 2;
            while !self.names.insert(name.clone()) {
                name = format!("{wanted} ({number})");
                number += 1;
            }
            names.insert(key.clone(), name);
        }
        names
    }

    fn head(&mut self, asked: &Asked, owners: &Owners, parties: &[Key]) {
        self.comment("DRAFT of a network description, made from what a capture shows. Read it before you use it.");
        self.comment(&format!("Made from: {}", asked.captures));
        if !asked.old.is_empty() {
            self.comment(&format!(
                "Goes on from {}: what it says stays; its comments are not here.",
                asked.old.source
            ));
        }
        self.line("#");
        self.comment("To check before you rely on it:");
        let sure = if owners.home.doubtful { "DOUBTFUL" } else { "likely" };
        self.comment(&format!(
            "1. That [home] is your network ({sure}: {}); --home MCC-MNC says otherwise.",
            owners.home.text
        ));
        self.comment(
            "2. `networks` are guessed from a few addresses: write your and your partners' real prefixes.",
        );
        self.comment(
            "3. Who is a partner: whoever was there is listed here, invited or not. IR.21 files say who should be: roamguard network import FILE --into THIS-FILE.",
        );
        self.comment(
            "4. Lines that are commented out: peers that did something a peer does not do, with the reason.",
        );
        self.comment(
            "5. Hubs, agreements, services, bastions (`management`) and `location` cannot be seen: add them.",
        );
        self.comment("Then: roamguard network check THIS-FILE");
        self.line("");
        if owners.home.doubtful {
            self.remarks.push(format!(
                "which network is yours is doubtful ({}): say it with --home MCC-MNC",
                owners.home.text
            ));
        }
        let strangers = parties.iter().filter(|key| matches!(key, Key::Peer(_))).count();
        if strangers > 0 {
            self.remarks.push(format!(
                "{strangers} of {} partners are known by nothing but addresses: name them or take them out",
                parties.len()
            ));
        }
    }

    fn home(&mut self, asked: &Asked, owners: &Owners) {
        let old = &asked.old.home;
        let key = Key::Home;
        self.line("[home]");
        let name = asked.name.clone().unwrap_or_else(|| {
            if old.name.is_empty() { "My network".to_owned() } else { old.name.clone() }
        });
        self.line(&format!("name = {}", quoted(&name)));
        let mut plmns = old.plmns.clone();
        plmns.extend(asked.home);
        let seen = self.plmns(owners, &key, plmns);
        self.list("plmns", &seen);
        self.prefixes(owners, &key, &old.gt_prefixes);
        self.list("msisdn_prefixes", &old.msisdn_prefixes);
        if old.msisdn_prefixes.is_empty() {
            self.comment(
                "msisdn_prefixes = [] # subscribers' numbers are pseudonyms here: fill it in",
            );
        }
        self.codes(owners, &key, &old.point_codes);
        self.realms(owners, &key, &old.realms);
        let nets = self.networks(owners, &key, &old.networks);
        let mut pools = old.subscriber_pools.clone();
        let fresh: Vec<&(IpNet, u64, u64)> = owners
            .pools
            .iter()
            .filter(|(net, ..)| !pools.iter().any(|p| p.contains(net)))
            .collect();
        if !fresh.is_empty() {
            let sessions: u64 = fresh.iter().map(|(_, sessions, _)| sessions).sum();
            let first = fresh.iter().map(|(.., frame)| *frame).min().unwrap_or(0);
            self.comment(&format!(
                "Pools: addresses that our gateways handed out in {sessions} {} (first: frame {first}), each with its /24 or /48.",
                plural(sessions, "session", "sessions")
            ));
        }
        pools.extend(fresh.into_iter().map(|(net, ..)| *net));
        self.list("subscriber_pools", &pools);
        self.management(asked, owners);
        self.list("sms_router", &old.sms_router);
        self.location(old.location);
        self.line("");
        if seen.is_empty() && nets.is_empty() && asked.old.is_empty() {
            self.remarks.push("nothing in the capture says anything of your network".to_owned());
        }
    }

    /// Bastions log in to several nodes from inside; whoever else does is for somebody to judge.
    fn management(&mut self, asked: &Asked, owners: &Owners) {
        let mut out = asked.old.home.management.clone();
        let mut by_client: BTreeMap<IpAddr, Vec<(IpAddr, u64)>> = BTreeMap::new();
        for (from, to, _, frame) in &owners.logins {
            by_client.entry(*from).or_default().push((*to, *frame));
        }
        let mut said = 0;
        for (from, nodes) in by_client {
            let frame = nodes.iter().map(|(_, frame)| *frame).min().unwrap_or(0);
            if out.iter().any(|net| net.contains(&from)) {
                continue;
            }
            let inside = match from {
                IpAddr::V4(ip) => ip.is_private(),
                IpAddr::V6(ip) => ip.is_unique_local(),
            };
            let known =
                owners.addresses.iter().any(|(_, list)| list.iter().any(|(ip, _)| *ip == from));
            let suspect = owners.suspects.get(&format!("ip:{from}"));
            said += 1;
            if said > MAX_DOUBTS {
                continue;
            }
            let count = nodes.len() as u64;
            let what = format!(
                "{from} opened SSH to {count} {} (frame {frame})",
                plural(count, "node of ours", "nodes of ours")
            );
            match suspect {
                Some(detection) => {
                    self.comment(&format!("management {from} left out: {what}, and it is in an alert of {detection}"));
                }
                None if inside && !known => {
                    self.comment(&format!("Taken for a bastion because its address is private: {what}. Check it."));
                    out.push(IpNet::from(from));
                }
                None => self.comment(&format!(
                    "left out: {what}. If that is agreed, add \"ssh from {from} to {}\" to the partner's `services`.",
                    nodes.first().map_or(String::new(), |(to, _)| to.to_string())
                )),
            }
        }
        self.list("management", &out);
    }

    fn plmns(&mut self, owners: &Owners, key: &Key, old: Vec<Plmn>) -> Vec<Plmn> {
        let mut out = old;
        if let Some(seen) = owners.plmns.get(key) {
            let mut by_count: Vec<(&Plmn, &u64)> = seen.iter().collect();
            by_count.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
            let fresh: Vec<(&Plmn, &u64)> = by_count
                .into_iter()
                .filter(|(plmn, _)| !out.iter().any(|o| o.same_network(**plmn)))
                .collect();
            let mut said = Vec::new();
            for (plmn, count) in fresh {
                if !out.iter().any(|o| o.same_network(*plmn)) {
                    out.push(*plmn);
                    said.push(format!("{plmn} in {count}"));
                }
            }
            if !said.is_empty() {
                self.comment(&format!(
                    "Networks named by its nodes' messages: {}",
                    said.join(", ")
                ));
            }
        }
        out
    }

    fn prefixes(&mut self, owners: &Owners, key: &Key, old: &[String]) {
        let mut out = old.to_vec();
        let mut said = Vec::new();
        for (prefix, met, honest) in owners.prefixes.get(key).into_iter().flatten() {
            if out.iter().any(|known| prefix.starts_with(known.as_str())) {
                continue;
            }
            if *honest == 0 || met.messages() <= 1 {
                self.comment(&format!(
                    "gt_prefixes {prefix} left out: {} {} and no title of it that spoke in peace (frame {})",
                    met.messages(),
                    plural(met.messages(), "message", "messages"),
                    met.first_frame
                ));
                continue;
            }
            said.push(format!(
                "{prefix}: {honest} {}, {} messages, first in frame {}",
                plural(*honest, "title", "titles"),
                met.messages(),
                met.first_frame
            ));
            let suspects = owners.suspects.range(format!("gt:{prefix}")..);
            let suspects = suspects.take_while(|(gt, _)| gt.starts_with(&format!("gt:{prefix}")));
            for (gt, detection) in suspects.take(8) {
                let digits = gt.strip_prefix("gt:").unwrap_or(gt);
                self.comment(&format!(
                    "CHECK: {digits}, which {prefix} covers, is in an alert of {detection}"
                ));
            }
            out.push(prefix.clone());
        }
        self.evidence("Titles", &said);
        self.list("gt_prefixes", &out);
    }

    fn codes(&mut self, owners: &Owners, key: &Key, old: &[PointCode]) {
        let mut out = old.to_vec();
        let fresh = owners.codes.get(key).into_iter().flatten().map(|(code, _)| *code);
        out.extend(fresh.filter(|code| !old.contains(code)).take(1_000));
        let items: Vec<String> = out.iter().map(ToString::to_string).collect();
        self.items("point_codes", &items);
    }

    fn realms(&mut self, owners: &Owners, key: &Key, old: &[String]) {
        let mut out = old.to_vec();
        let mut said = Vec::new();
        for (realm, met) in owners.realms.get(key).into_iter().flatten() {
            if out.iter().any(|known| known.eq_ignore_ascii_case(realm)) {
                continue;
            }
            said.push(format!(
                "{realm}: {} messages, first in frame {}",
                met.messages(),
                met.first_frame
            ));
            out.push(realm.to_string());
        }
        self.evidence("Realms", &said);
        self.list("realms", &out);
    }

    fn networks(&mut self, owners: &Owners, key: &Key, old: &[IpNet]) -> Vec<IpNet> {
        let mut out = old.to_vec();
        let seen = owners.networks.get(key).into_iter().flatten();
        let fresh: Vec<IpNet> =
            seen.filter(|net| !old.iter().any(|known| known.contains(*net))).copied().collect();
        if !fresh.is_empty() {
            let count = owners.addresses.get(key).map_or(0, Vec::len) as u64;
            self.comment(&format!(
                "Networks: around {count} {} of it, as wide as nobody else was seen in: check them.",
                plural(count, "address", "addresses")
            ));
        }
        out.extend(fresh);
        self.list("networks", &out);
        out
    }

    fn evidence(&mut self, what: &str, said: &[String]) {
        let (shown, rest) = said.split_at(said.len().min(8));
        if shown.is_empty() {
            return;
        }
        let more = if rest.is_empty() { String::new() } else { format!("; {} more", rest.len()) };
        self.comment(&format!("{what}: {}{more}", shown.join("; ")));
    }

    fn elements(&mut self, learner: &Learner, asked: &Asked, owners: &Owners) {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        let mut names: BTreeSet<String> =
            asked.old.elements.iter().map(|element| element.name.clone()).collect();
        for element in &asked.old.elements {
            self.old_element(element);
        }
        let home: BTreeMap<IpAddr, &super::Address> = owners
            .addresses
            .get(&Key::Home)
            .into_iter()
            .flatten()
            .map(|(ip, address)| (*ip, address))
            .collect();
        let prefixes = owners.prefixes.get(&Key::Home);
        let mut written = 0;
        let mut left = 0_u64;
        for node in &asked.elements {
            let roles: Vec<&str> = node
                .roles
                .iter()
                .map(AsRef::as_ref)
                .filter(|role| Role::named(role).is_some())
                .collect();
            let Some(first) = roles.first() else { continue };
            let ours = match node {
                event::Element { address: Some(ip), .. } => {
                    home.contains_key(&ip.to_canonical()) && asked.old.element_of_ip(*ip).is_none()
                }
                event::Element { gt: Some(gt), .. } => {
                    let digits = gt.digits.as_str();
                    prefixes.into_iter().flatten().any(|(p, ..)| digits.starts_with(p.as_str()))
                        && asked.old.element_of_gt(digits).is_none()
                        && learner.titles.peek(digits).is_some_and(|title| title.met.accepted > 0)
                }
                event::Element { host: Some(host), .. } => {
                    let realm = learner.hosts.peek(host.to_ascii_lowercase().as_str());
                    let realm = realm.and_then(|host| host.realm.clone());
                    let realms = owners.realms.get(&Key::Home).into_iter().flatten();
                    realm.is_some_and(|realm| realms.clone().any(|(known, _)| *known == realm))
                        && asked.old.element_of_host(host).is_none()
                }
                _ => false,
            };
            if !ours {
                continue;
            }
            if written >= MAX_ELEMENTS {
                left += 1;
                continue;
            }
            let entity = match node {
                event::Element { address: Some(ip), .. } => format!("ip:{ip}"),
                event::Element { gt: Some(gt), .. } => format!("gt:{}", gt.digits),
                event::Element { host: Some(host), .. } => {
                    format!("host:{}", host.to_ascii_lowercase())
                }
                _ => continue,
            };
            written += 1;
            let name = loop {
                let count = counts.entry(first).or_default();
                *count += 1;
                let name = format!("{first}{count}");
                if names.insert(name.clone()) {
                    break name;
                }
            };
            self.line("[[element]]");
            self.line(&format!("name = {}", quoted(&name)));
            if let Some(detection) = owners.suspects.get(&entity) {
                self.comment(&format!(
                    "CHECK: it is in an alert of {detection}, as the victim or as somebody's foothold"
                ));
            }
            let evidence: Vec<&str> = node.evidence.iter().map(String::as_str).collect();
            self.comment(&format!("{}; {} messages", evidence.join("; "), node.messages));
            self.list("roles", &roles);
            match node {
                event::Element { address: Some(ip), .. } => {
                    let ip = ip.to_canonical();
                    self.list("addresses", &[ip]);
                    // One that speaks for many codes passes on what others say.
                    let codes = owners.code_at.get(&ip).filter(|codes| codes.len() <= 4);
                    let described = |code: &&PointCode| asked.old.element_of_pc(**code).is_some();
                    let codes = codes.into_iter().flatten().filter(|code| !described(code));
                    let codes: Vec<String> = codes.map(ToString::to_string).collect();
                    self.items("point_codes", &codes);
                }
                event::Element { gt: Some(gt), .. } => self.list("global_titles", &[&gt.digits]),
                event::Element { host: Some(host), .. } => self.list("hosts", &[host]),
                _ => {}
            }
            self.line("");
        }
        if left > 0 {
            self.comment(&format!("{left} more titles and hosts of ours with roles are left out"));
            self.line("");
        }
    }

    fn old_element(&mut self, element: &Element) {
        self.line("[[element]]");
        self.line(&format!("name = {}", quoted(&element.name)));
        self.list("roles", &element.roles);
        self.list("addresses", &element.addresses);
        let codes: Vec<String> = element.point_codes.iter().map(ToString::to_string).collect();
        self.items("point_codes", &codes);
        self.list("global_titles", &element.global_titles);
        self.list("hosts", &element.hosts);
        self.line("");
    }

    fn partner(
        &mut self,
        asked: &Asked,
        owners: &Owners,
        names: &BTreeMap<Key, String>,
        key: &Key,
    ) {
        let default = Partner::default();
        let old = match key {
            Key::Old(at) => asked.old.partners.get(*at).unwrap_or(&default),
            _ => &default,
        };
        let Some(name) = names.get(key) else { return };
        self.line("[[partner]]");
        self.line(&format!("name = {}", quoted(name)));
        match key {
            Key::Peer(_) => self.comment(
                "Confidence low: it spoke with us, and nothing says for which network. Name it or take it out.",
            ),
            Key::Hub(_) => self.comment(
                "Confidence medium: messages of several networks came from it; those name it in `hubs`.",
            ),
            Key::Area(_) | Key::Realm(_) => self.comment(
                "Confidence medium: known by its titles or names; no subscriber showed which network it is.",
            ),
            _ => {}
        }
        let plmns = self.plmns(owners, key, old.plmns.clone());
        self.list("plmns", &plmns);
        self.prefixes(owners, key, &old.gt_prefixes);
        self.codes(owners, key, &old.point_codes);
        self.realms(owners, key, &old.realms);
        self.networks(owners, key, &old.networks);
        for of in Use::ALL {
            let mut list = old.list(of).to_vec();
            let mut doubts = 0_usize;
            for (ip, address) in owners.addresses.get(key).into_iter().flatten() {
                if !used(address, of) || list.contains(ip) {
                    continue;
                }
                match listable(owners, *ip, address, of) {
                    Ok(()) => list.push(*ip),
                    Err(why) => {
                        doubts += 1;
                        if doubts <= MAX_DOUBTS {
                            self.comment(&format!(
                                "{} {ip} left out: {why} (frame {})",
                                of.name(),
                                address.met.first_frame
                            ));
                        }
                    }
                }
            }
            if doubts > MAX_DOUBTS {
                self.comment(&format!("{} more left out", doubts - MAX_DOUBTS));
            }
            self.list(of.name(), &list);
        }
        self.list("services", &old.services);
        let mut hubs = old.hubs.clone();
        for hub in owners.relayed.get(key).into_iter().flatten() {
            if let Some(name) = names.get(hub).filter(|name| !hubs.contains(name)) {
                hubs.push(name.clone());
            }
        }
        self.list("hubs", &hubs);
        self.list("agreements", &old.agreements);
        self.location(old.location);
        self.line("");
    }

    /// What is no line of the description, and why.
    fn rest(&mut self, learner: &Learner, owners: &Owners, parties: &[Key]) {
        let mut said: Vec<String> = Vec::new();
        let strangers =
            owners.addresses.iter().filter(|(key, _)| **key != Key::Home && !parties.contains(key));
        for (ip, address) in strangers.flat_map(|(_, list)| list).chain(&owners.nobody) {
            let of = Use::ALL.into_iter().find(|of| used(address, *of));
            let Some(of) = of else { continue };
            let why = match listable(owners, *ip, address, of) {
                Ok(()) => "nothing says whose it is".to_owned(),
                Err(why) => why,
            };
            said.push(format!("{} {ip}: {why} (frame {})", of.name(), address.met.first_frame));
        }
        if !said.is_empty() {
            self.comment("Left out altogether:");
            for text in said.iter().take(MAX_DOUBTS) {
                self.comment(text);
            }
            if said.len() > MAX_DOUBTS {
                self.comment(&format!("{} more", said.len() - MAX_DOUBTS));
            }
            self.remarks.push(format!(
                "{} left out; the end of the draft says why",
                if said.len() == 1 {
                    "1 peer is".to_owned()
                } else {
                    format!("{} peers are", said.len())
                }
            ));
        }
        let full: Vec<String> = learner
            .tables()
            .iter()
            .filter(|table| table.evicted > 0)
            .map(|table| format!("{} of {}", table.evicted, table.table))
            .collect();
        if !full.is_empty() {
            let text = format!("there was more than is kept: {} forgotten", full.join(", "));
            self.comment(&text);
            self.remarks.push(text);
        }
    }
}

/// The PLMN that was named most.
fn most(plmns: &BTreeMap<Plmn, u64>) -> Option<Plmn> {
    plmns.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0))).map(|(plmn, _)| *plmn)
}

const fn plural(count: u64, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
