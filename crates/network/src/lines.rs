//! Where each key of a description stands, so that an alert can quote the line that decided it.

use std::net::IpAddr;

use event::{Plmn, PointCode};

use crate::{Element, Network, Owner, Partner, Use};

/// Lines of the keys of one table, and of the items of lists that go over several lines.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    keys: Vec<Key>,
}

#[derive(Clone, Debug)]
struct Key {
    name: &'static str,
    line: usize,
    /// Empty where every item stands on the line of the key.
    items: Vec<usize>,
}

impl Lines {
    pub(crate) fn note(&mut self, name: &'static str, line: usize, items: Vec<usize>) {
        let apart = items.iter().any(|item| *item != line);
        self.keys.push(Key { name, line, items: if apart { items } else { Vec::new() } });
    }

    /// The line of a key; none where the table does not have it.
    pub fn of(&self, key: &str) -> Option<usize> {
        self.keys.iter().find(|k| k.name == key).map(|k| k.line)
    }

    /// The line of an item of a list, counted from zero.
    pub fn of_item(&self, key: &str, item: usize) -> Option<usize> {
        let key = self.keys.iter().find(|k| k.name == key)?;
        Some(key.items.get(item).copied().unwrap_or(key.line))
    }
}

/// A key of an owner's table, and which item of its list decided.
type Place = (&'static str, usize);

impl Network {
    /// The line of a key: `network.toml:57 partner Partner A, gsn`. Where the table has no such key, that it has none:
    /// `network.toml:52 partner Partner A, no agreements`.
    pub fn cite_key(&self, owner: Owner<'_>, key: &str) -> String {
        let Some((what, lines, line)) = self.table(owner) else { return self.cite_owner(owner) };
        match lines.of(key) {
            Some(at) => self.cite(at, &format!("{what}, {key}")),
            None => self.cite(line, &format!("{what}, no {key}")),
        }
    }

    /// The line of one item of a list: the item as it is told to the reader, or the key where it is not found.
    fn cite_place(&self, owner: Owner<'_>, place: Option<Place>) -> String {
        let Some((what, lines, _)) = self.table(owner) else { return self.cite_owner(owner) };
        let Some((key, item)) = place else { return self.cite_owner(owner) };
        self.cite(lines.of_item(key, item).unwrap_or(0), &format!("{what}, {key}"))
    }

    /// The line that says whose address it is: `network.toml:57 partner Partner A, gsn`.
    pub fn cite_ip(&self, ip: IpAddr) -> String {
        let ip = ip.to_canonical();
        let owner = self.owner_of_ip(ip);
        let widest = |nets: &[ipnet::IpNet]| {
            // The most specific one decides.
            let inside = nets.iter().enumerate().filter(|(_, net)| net.contains(&ip));
            inside.max_by_key(|(at, net)| (net.prefix_len(), usize::MAX - at)).map(|(at, _)| at)
        };
        let place = match owner {
            Owner::Home(Some(element)) => position(&element.addresses, &ip, "addresses"),
            Owner::Home(None) => widest(&self.home.networks)
                .map(|at| ("networks", at))
                .or_else(|| widest(&self.home.management).map(|at| ("management", at))),
            Owner::Partner(partner) => Use::ALL
                .iter()
                .find_map(|of| position(partner.list(*of), &ip, of.name()))
                .or_else(|| widest(&partner.networks).map(|at| ("networks", at))),
            Owner::Unknown => match widest(&self.home.subscriber_pools) {
                Some(at) => {
                    return self.cite_place(Owner::Home(None), Some(("subscriber_pools", at)));
                }
                None => return self.nowhere(&ip.to_string()),
            },
        };
        self.cite_place(owner, place)
    }

    /// The line that lists the address for that use, whoever owns it; where none does, that nobody lists it.
    pub fn cite_listed(&self, ip: IpAddr, of: Use) -> String {
        let ip = ip.to_canonical();
        match self.listed_by(ip, of) {
            Some(partner) => {
                self.cite_place(Owner::Partner(partner), position(partner.list(of), &ip, of.name()))
            }
            None if self.is_empty() => "no network description".to_owned(),
            None => format!("{}: {ip} in no {} list", self.source, of.name()),
        }
    }

    /// The line that says whose node a global title names.
    pub fn cite_gt(&self, digits: &str) -> String {
        let owner = self.owner_of_gt(digits);
        let longest = |prefixes: &[String]| {
            let ours = prefixes.iter().enumerate().filter(|(_, p)| digits.starts_with(p.as_str()));
            ours.max_by_key(|(at, p)| (p.len(), usize::MAX - at)).map(|(at, _)| ("gt_prefixes", at))
        };
        let place = match owner {
            Owner::Home(Some(element)) => {
                position_by(&element.global_titles, |gt| gt == digits, "global_titles")
            }
            Owner::Home(None) => {
                position_by(&self.home.sms_router, |gt| gt == digits, "sms_router")
                    .or_else(|| longest(&self.home.gt_prefixes))
            }
            Owner::Partner(partner) => longest(&partner.gt_prefixes),
            Owner::Unknown => return self.nowhere(digits),
        };
        self.cite_place(owner, place)
    }

    /// The line that says whose point code it is.
    pub fn cite_pc(&self, pc: PointCode) -> String {
        let owner = self.owner_of_pc(pc);
        let place = match owner {
            Owner::Home(Some(element)) => position(&element.point_codes, &pc, "point_codes"),
            Owner::Home(None) => position(&self.home.point_codes, &pc, "point_codes"),
            Owner::Partner(partner) => position(&partner.point_codes, &pc, "point_codes"),
            Owner::Unknown => return self.nowhere(&format!("point code {pc}")),
        };
        self.cite_place(owner, place)
    }

    /// The line that says whose network it is.
    pub fn cite_plmn(&self, plmn: Plmn) -> String {
        let owner = self.owner_of_plmn(plmn);
        let same = |other: &Plmn| other.same_network(plmn);
        let place = match owner {
            Owner::Home(_) => position_by(&self.home.plmns, same, "plmns"),
            Owner::Partner(partner) => position_by(&partner.plmns, same, "plmns"),
            Owner::Unknown => return self.nowhere(&plmn.to_string()),
        };
        self.cite_place(owner, place)
    }

    /// The line that says whose Diameter host or realm it is; its PLMN decides where no realm does.
    pub fn cite_realm(&self, name: &str) -> String {
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        let owner = self.owner_of_realm(&name);
        let longest = |realms: &[String]| {
            let ours = realms.iter().enumerate().filter(|(_, realm)| ends_with(&name, realm));
            ours.max_by_key(|(at, realm)| (realm.len(), usize::MAX - at))
                .map(|(at, _)| ("realms", at))
        };
        let by_plmn = |plmns: &[Plmn]| {
            let plmn = Plmn::of_domain(&name)?;
            position_by(plmns, |other: &Plmn| other.same_network(plmn), "plmns")
        };
        let place = match owner {
            Owner::Home(Some(element)) => {
                position_by(&element.hosts, |host| ends_with(&name, host), "hosts")
            }
            Owner::Home(None) => longest(&self.home.realms).or_else(|| by_plmn(&self.home.plmns)),
            Owner::Partner(partner) => longest(&partner.realms).or_else(|| by_plmn(&partner.plmns)),
            // What stands in a name comes from the wire; it is quoted by the alert itself.
            Owner::Unknown => return self.cite_owner(owner),
        };
        self.cite_place(owner, place)
    }

    /// The line of the agreement that allows an operation, of the partner or of who relays for it; that there is none
    /// otherwise.
    pub fn cite_agreement(&self, partner: &Partner, operation: &str) -> String {
        let holder = self.agreed_by(partner, operation).unwrap_or(partner);
        match position_by(&holder.agreements, |agreed| agreed == operation, "agreements") {
            Some(place) => self.cite_place(Owner::Partner(holder), Some(place)),
            None => match partner.lines.of("agreements") {
                Some(at) => self
                    .cite(at, &format!("partner {}, agreements without {operation}", partner.name)),
                None => self.cite_key(Owner::Partner(partner), "agreements"),
            },
        }
    }

    fn nowhere(&self, what: &str) -> String {
        if self.is_empty() {
            return "no network description".to_owned();
        }
        format!("{}: {what} not described", self.source)
    }

    /// How a table is called, its keys and its first line.
    fn table<'a>(&'a self, owner: Owner<'a>) -> Option<(String, &'a Lines, usize)> {
        match owner {
            Owner::Home(None) => Some(("[home]".to_owned(), &self.home.lines, self.home.line)),
            Owner::Home(Some(Element { name, lines, line, .. })) => {
                Some((format!("element {name}"), lines, *line))
            }
            Owner::Partner(Partner { name, lines, line, .. }) => {
                Some((format!("partner {name}"), lines, *line))
            }
            Owner::Unknown => None,
        }
    }
}

fn position<T: PartialEq>(list: &[T], wanted: &T, key: &'static str) -> Option<Place> {
    position_by(list, |item| item == wanted, key)
}

fn position_by<T>(list: &[T], is: impl Fn(&T) -> bool, key: &'static str) -> Option<Place> {
    list.iter().position(is).map(|at| (key, at))
}

/// Whether a name in lower case is `realm` or below it.
fn ends_with(name: &str, realm: &str) -> bool {
    let realm = realm.to_ascii_lowercase();
    name.strip_suffix(realm.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
#[path = "lines_tests.rs"]
mod tests;
