//! Reads a description critically: what contradicts itself, and what somebody should look at again.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use event::Plmn;
use ipnet::IpNet;

use crate::{Network, Partner, Problem, Role, Use};

/// Whose line of the file claims something, in words.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Claim {
    line: usize,
    who: String,
}

struct Critique<'n> {
    network: &'n Network,
    problems: BTreeSet<Problem>,
}

impl Network {
    /// Everything wrong or doubtful, in the order of the file.
    pub fn problems(&self) -> Vec<Problem> {
        let mut critique = Critique { network: self, problems: BTreeSet::new() };
        critique.home();
        critique.elements();
        critique.partners();
        critique.names();
        critique.networks();
        critique.prefixes();
        critique.once();
        critique.problems.into_iter().collect()
    }
}

impl Critique<'_> {
    fn note(&mut self, line: usize, error: bool, text: String) {
        self.problems.insert(Problem { line: (line > 0).then_some(line), error, text });
    }

    fn home(&mut self) {
        let home = &self.network.home;
        let line = home.line;
        for (missing, text) in [
            (
                home.plmns.is_empty(),
                "[home] has no `plmns`: whose subscriber it is cannot be judged",
            ),
            (
                !self.network.has_home_gts(),
                "[home] has no `gt_prefixes`: what comes from outside over SS7 cannot be judged",
            ),
            (
                !self.network.has_home_networks(),
                "[home] has no `networks`: what comes from outside over IP cannot be judged",
            ),
        ] {
            if missing {
                self.note(line, false, text.to_owned());
            }
        }
        self.plmns(line, "[home]", &home.plmns);
        self.realms(line, "[home]", &home.realms, &home.plmns);
        for gt in &home.sms_router {
            if !home.gt_prefixes.iter().any(|prefix| gt.starts_with(prefix.as_str())) {
                self.note(line, false, format!("`sms_router` {gt} is under none of `gt_prefixes`"));
            }
        }
        for pool in &home.subscriber_pools {
            for net in home.management.iter().filter(|net| overlap(pool, net)) {
                self.note(line, true, format!("subscriber pool {pool} overlaps management {net}"));
            }
            for net in home.networks.iter().filter(|net| overlap(pool, net)) {
                let text = format!(
                    "subscriber pool {pool} overlaps our network {net}: what is in the pool counts as subscribers"
                );
                self.note(line, pool.contains(net), text);
            }
            for element in &self.network.elements {
                for ip in element.addresses.iter().filter(|ip| pool.contains(*ip)) {
                    let text = format!(
                        "element {}: {ip} is in the subscriber pool {pool}: subscribers share its network",
                        element.name
                    );
                    self.note(element.line, false, text);
                }
            }
            for partner in &self.network.partners {
                for net in partner.networks.iter().filter(|net| overlap(pool, net)) {
                    let text = format!(
                        "partner {}: network {net} overlaps our subscriber pool {pool}",
                        partner.name
                    );
                    self.note(partner.line, true, text);
                }
            }
        }
    }

    fn elements(&mut self) {
        let home = &self.network.home;
        for element in &self.network.elements {
            let (line, name) = (element.line, &element.name);
            for role in element.roles.iter().filter(|role| Role::named(role).is_none()) {
                let hint = crate::read::suggest(role, Role::ALL.iter().map(|role| role.name()));
                self.note(line, true, format!("element {name}: no role is called `{role}`{hint}"));
            }
            if element.roles.is_empty() {
                self.note(line, false, format!("element {name} has no `roles`"));
            }
            for ip in &element.addresses {
                let inside = home.networks.iter().chain(&home.management).any(|n| n.contains(ip));
                if !home.networks.is_empty() && !inside {
                    let text = format!("element {name}: {ip} is in none of our `networks`");
                    self.note(line, false, text);
                }
            }
            for gt in &element.global_titles {
                let inside = home.gt_prefixes.iter().any(|prefix| gt.starts_with(prefix.as_str()));
                if !home.gt_prefixes.is_empty() && !inside {
                    let text = format!("element {name}: {gt} is under none of our `gt_prefixes`");
                    self.note(line, false, text);
                }
            }
            for host in &element.hosts {
                if !home.realms.is_empty() && !home.realms.iter().any(|realm| under(host, realm)) {
                    let text = format!("element {name}: {host} is in none of our `realms`");
                    self.note(line, false, text);
                }
            }
        }
    }

    fn partners(&mut self) {
        for partner in &self.network.partners {
            let line = partner.line;
            let who = format!("partner {}", partner.name);
            self.plmns(line, &who, &partner.plmns);
            self.realms(line, &who, &partner.realms, &partner.plmns);
            self.hubs(partner);
            self.agreements(partner);
            for of in Use::ALL {
                for ip in partner.list(of) {
                    let inside = partner.networks.iter().any(|net| net.contains(ip));
                    if !partner.networks.is_empty() && !inside {
                        let text =
                            format!("{who}: `{}` {ip} is in none of its networks", of.name());
                        self.note(line, false, text);
                    }
                }
            }
            let lists = Use::ALL.iter().any(|of| !partner.list(*of).is_empty());
            let says_something = lists
                || !partner.networks.is_empty()
                || !partner.gt_prefixes.is_empty()
                || !partner.point_codes.is_empty()
                || !partner.realms.is_empty()
                || !partner.plmns.is_empty();
            if !says_something {
                self.note(line, false, format!("{who} has nothing to be recognised by"));
            }
        }
    }

    fn hubs(&mut self, partner: &Partner) {
        let line = partner.lines.of("hubs").unwrap_or(partner.line);
        let who = format!("partner {}", partner.name);
        let home = &self.network.home.name;
        for hub in &partner.hubs {
            if *hub == partner.name {
                self.note(line, true, format!("{who} is its own hub"));
            } else if self.network.partner_by_name(hub).is_none()
                && (hub != home || home.is_empty())
            {
                let names = self.network.partners.iter().map(|other| other.name.as_str());
                let hint = crate::read::suggest(hub, names);
                self.note(line, true, format!("{who}: no partner is called `{hub}`{hint}"));
            }
        }
        // Of two that relay for each other one is a slip: traffic of either may then come from both.
        let around = self
            .network
            .hubs_of(partner)
            .find(|hub| hub.name != partner.name && self.network.may_relay(partner, hub));
        if let Some(hub) = around {
            let text = format!(
                "{who} and {} relay for each other: `hubs` names who carries traffic for this partner",
                hub.name
            );
            self.note(line, false, text);
        }
    }

    fn agreements(&mut self, partner: &Partner) {
        let line = partner.lines.of("agreements").unwrap_or(partner.line);
        let who = format!("partner {}", partner.name);
        let recognised = !partner.plmns.is_empty()
            || !partner.gt_prefixes.is_empty()
            || !partner.point_codes.is_empty()
            || !partner.realms.is_empty()
            || !partner.networks.is_empty()
            || Use::ALL.iter().any(|of| !partner.list(*of).is_empty())
            || self.network.partners.iter().any(|other| other.hubs.contains(&partner.name));
        if !partner.agreements.is_empty() && !recognised {
            let text = format!("{who} has `agreements`, but no traffic can be told to be its own");
            self.note(line, false, text);
        }
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for agreed in &partner.agreements {
            if !seen.insert(agreed) {
                self.note(line, false, format!("{who}: {agreed} stands twice in `agreements`"));
            }
            // GSMA FS.11: what roaming itself needs is of category 3 and asks for no contract.
            if ["map.2", "map.23", "map.3", "map.44", "map.56", "diameter.316", "diameter.318"]
                .contains(&agreed.as_str())
            {
                let text = format!(
                    "{who}: {agreed} needs none of the `agreements`: roaming itself uses it"
                );
                self.note(line, false, text);
            }
        }
    }

    fn plmns(&mut self, line: usize, who: &str, plmns: &[Plmn]) {
        for plmn in plmns {
            // ITU-T E.212 Annex C: 001 for tests; 999 for networks that nobody else meets.
            let what = match plmn.mcc {
                1 => "a test network",
                999 => "for internal use",
                _ => continue,
            };
            self.note(line, false, format!("{who}: {plmn} is {what}: right in a laboratory only"));
        }
    }

    fn realms(&mut self, line: usize, who: &str, realms: &[String], plmns: &[Plmn]) {
        for realm in realms {
            let Some(plmn) = Plmn::of_domain(realm) else { continue };
            if !plmns.is_empty() && !plmns.iter().any(|own| own.same_network(plmn)) {
                self.note(
                    line,
                    false,
                    format!("{who}: realm {realm} is of {plmn}, none of its PLMNs"),
                );
            }
        }
    }

    fn names(&mut self) {
        let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let elements = self.network.elements.iter().map(|e| ("element", e.name.as_str(), e.line));
        let partners = self.network.partners.iter().map(|p| ("partner", p.name.as_str(), p.line));
        let all: Vec<_> = elements.chain(partners).collect();
        for (kind, name, line) in all {
            if let Some(first) = seen.insert((kind, name), line) {
                let text = format!("{kind} {name}: line {first} has the same name");
                self.note(line, true, text);
            }
        }
    }

    /// Networks of different owners that touch. The most specific one decides, so nesting is doubtful and equality wrong.
    fn networks(&mut self) {
        let mut nets: Vec<(IpNet, Claim)> = Vec::new();
        let home = self.claim_home();
        nets.extend(self.network.home.networks.iter().map(|net| (*net, home.clone())));
        for partner in &self.network.partners {
            let claim = claim_partner(partner);
            nets.extend(partner.networks.iter().map(|net| (*net, claim.clone())));
        }
        nets.sort_by_key(|(net, claim)| (net.network(), net.prefix_len(), claim.line));
        let mut open: Vec<(IpNet, Claim)> = Vec::new();
        for (net, claim) in nets {
            while open.last().is_some_and(|(outer, _)| !outer.contains(&net)) {
                open.pop();
            }
            if let Some((outer, other)) = open.last() {
                let same = *outer == net;
                let text = if same {
                    format!("{}: network {net} is also of {}", claim.who, other.who)
                } else {
                    format!("{}: network {net} lies in {outer} of {}", claim.who, other.who)
                };
                if *other != claim {
                    self.note(claim.line, same, text);
                } else if same {
                    self.note(
                        claim.line,
                        false,
                        format!("{}: network {net} stands twice", claim.who),
                    );
                }
            }
            open.push((net, claim));
        }
    }

    /// The same for prefixes of global titles: the longest one decides.
    fn prefixes(&mut self) {
        let mut all: Vec<(&str, Claim)> = Vec::new();
        let home = self.claim_home();
        let network = self.network;
        all.extend(network.home.gt_prefixes.iter().map(|gt| (gt.as_str(), home.clone())));
        for partner in &network.partners {
            let claim = claim_partner(partner);
            all.extend(partner.gt_prefixes.iter().map(|gt| (gt.as_str(), claim.clone())));
        }
        all.sort();
        let mut open: Vec<(&str, Claim)> = Vec::new();
        for (gt, claim) in all {
            while open.last().is_some_and(|(outer, _)| !gt.starts_with(outer)) {
                open.pop();
            }
            if let Some((outer, other)) = open.last() {
                let same = *outer == gt;
                let text = if same {
                    format!("{}: GT prefix {gt} is also of {}", claim.who, other.who)
                } else {
                    format!("{}: GT prefix {gt} lies in {outer} of {}", claim.who, other.who)
                };
                if *other != claim {
                    self.note(claim.line, same, text);
                } else if same {
                    self.note(
                        claim.line,
                        false,
                        format!("{}: GT prefix {gt} stands twice", claim.who),
                    );
                }
            }
            open.push((gt, claim));
        }
    }

    /// What only one may have: addresses, global titles and hosts of elements, point codes, realms, PLMNs, listed addresses.
    fn once(&mut self) {
        let network = self.network;
        let mut addresses: BTreeMap<IpAddr, Claim> = BTreeMap::new();
        let mut words: BTreeMap<(&str, String), Claim> = BTreeMap::new();
        let mut found: Vec<(Claim, String, Claim)> = Vec::new();
        let mut word = |kind: &'static str, text: String, claim: &Claim| {
            if let Some(first) = words.get(&(kind, text.clone())) {
                found.push((claim.clone(), format!("{kind} {text}"), first.clone()));
            } else {
                words.insert((kind, text), claim.clone());
            }
        };
        for element in &network.elements {
            let claim = Claim { line: element.line, who: format!("element {}", element.name) };
            for ip in &element.addresses {
                word("address", ip.to_string(), &claim);
                addresses.entry(*ip).or_insert_with(|| claim.clone());
            }
            for gt in &element.global_titles {
                word("global title", gt.clone(), &claim);
            }
            for host in &element.hosts {
                word("host", host.to_ascii_lowercase(), &claim);
            }
        }
        let home = self.claim_home();
        for plmn in &network.home.plmns {
            word("PLMN", plmn.to_string(), &home);
        }
        for pc in &network.home.point_codes {
            word("point code", pc.to_string(), &home);
        }
        for realm in &network.home.realms {
            word("realm", realm.to_ascii_lowercase(), &home);
        }
        let mut clashes: Vec<(Claim, IpAddr, Claim)> = Vec::new();
        for partner in &network.partners {
            let claim = claim_partner(partner);
            for plmn in &partner.plmns {
                word("PLMN", plmn.to_string(), &claim);
            }
            for pc in &partner.point_codes {
                word("point code", pc.to_string(), &claim);
            }
            for realm in &partner.realms {
                word("realm", realm.to_ascii_lowercase(), &claim);
            }
            for of in Use::ALL {
                for ip in partner.list(of) {
                    word(of.name(), ip.to_string(), &claim);
                    if let Some(element) = addresses.get(ip) {
                        clashes.push((claim.clone(), *ip, element.clone()));
                    }
                }
            }
        }
        for (claim, what, first) in found {
            let whose = if first == claim {
                "stands twice".to_owned()
            } else {
                format!("is also of {}", first.who)
            };
            let error = first != claim;
            self.note(claim.line, error, format!("{}: {what} {whose}", claim.who));
        }
        for (claim, ip, element) in clashes {
            self.note(claim.line, true, format!("{}: {ip} is also of {}", claim.who, element.who));
        }
    }

    fn claim_home(&self) -> Claim {
        Claim { line: self.network.home.line, who: "[home]".to_owned() }
    }
}

fn claim_partner(partner: &Partner) -> Claim {
    Claim { line: partner.line, who: format!("partner {}", partner.name) }
}

fn overlap(a: &IpNet, b: &IpNet) -> bool {
    a.contains(b) || b.contains(a)
}

/// Whether a host is the realm or below it, on a label boundary.
fn under(host: &str, realm: &str) -> bool {
    let (host, realm) = (host.to_ascii_lowercase(), realm.to_ascii_lowercase());
    host.strip_suffix(realm.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
