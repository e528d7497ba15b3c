//! What is different between two descriptions, table by table and key by key; comments and order are none.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Element, Home, Network, Partner, Use};

/// How a table came to be different.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    Added,
    Removed,
    Changed,
}

impl Change {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// A table that is different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `[home]`, `element stp1`, `partner Partner A`.
    pub table: String,
    pub change: Change,
    /// Line of the table in the old and in the new file.
    pub old_line: Option<usize>,
    pub new_line: Option<usize>,
    pub keys: Vec<KeyDifference>,
}

/// A key that is different: what it lost and what it gained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyDifference {
    pub key: &'static str,
    pub removed: Vec<String>,
    pub added: Vec<String>,
}

/// A table as keys with their items.
type Keys = Vec<(&'static str, Vec<String>)>;

impl Network {
    /// What is different in `new`: home first, then elements and partners by name.
    pub fn differences(&self, new: &Self) -> Vec<Difference> {
        let mut out = Vec::new();
        let home = |network: &Self| {
            (network.home.line > 0).then(|| table(home_keys(&network.home), network.home.line))
        };
        out.extend(difference("[home]", home(self), home(new)));
        let elements = |network: &Self| {
            named(network.elements.iter().map(|e| (e.name.as_str(), element_keys(e), e.line)))
        };
        let partners = |network: &Self| {
            named(network.partners.iter().map(|p| (p.name.as_str(), partner_keys(p), p.line)))
        };
        for (kind, mut before, mut after) in
            [("element", elements(self), elements(new)), ("partner", partners(self), partners(new))]
        {
            let names: BTreeSet<(String, usize)> =
                before.keys().chain(after.keys()).cloned().collect();
            for name in names {
                let title = format!("{kind} {}", name.0);
                out.extend(difference(&title, before.remove(&name), after.remove(&name)));
            }
        }
        out
    }
}

struct Side {
    keys: Keys,
    line: usize,
}

const fn table(keys: Keys, line: usize) -> Side {
    Side { keys, line }
}

/// Tables by name; where two have the same name, the second is told apart.
fn named<'n>(all: impl Iterator<Item = (&'n str, Keys, usize)>) -> BTreeMap<(String, usize), Side> {
    let mut out: BTreeMap<(String, usize), Side> = BTreeMap::new();
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, keys, line) in all {
        let time = times.entry(name).or_default();
        out.insert((name.to_owned(), *time), table(keys, line));
        *time += 1;
    }
    out
}

fn difference(title: &str, old: Option<Side>, new: Option<Side>) -> Option<Difference> {
    let change = match (&old, &new) {
        (None, None) => return None,
        (None, Some(_)) => Change::Added,
        (Some(_), None) => Change::Removed,
        (Some(_), Some(_)) => Change::Changed,
    };
    let (old_line, new_line) = (old.as_ref().map(|s| s.line), new.as_ref().map(|s| s.line));
    let (before, after) = (old.map_or(Vec::new(), |s| s.keys), new.map_or(Vec::new(), |s| s.keys));
    let of = |keys: &Keys, key: &str| -> Vec<String> {
        keys.iter().find(|(name, _)| *name == key).map_or_else(Vec::new, |(_, items)| items.clone())
    };
    let names: Vec<&'static str> =
        if after.is_empty() { &before } else { &after }.iter().map(|(name, _)| *name).collect();
    let mut keys = Vec::new();
    for key in names {
        let (was, is) = (of(&before, key), of(&after, key));
        let (had, has): (BTreeSet<&String>, BTreeSet<&String>) =
            (was.iter().collect(), is.iter().collect());
        let removed: Vec<String> = was.iter().filter(|item| !has.contains(item)).cloned().collect();
        let added: Vec<String> = is.iter().filter(|item| !had.contains(item)).cloned().collect();
        if !removed.is_empty() || !added.is_empty() {
            keys.push(KeyDifference { key, removed, added });
        }
    }
    if change == Change::Changed && keys.is_empty() {
        return None;
    }
    Some(Difference { table: title.to_owned(), change, old_line, new_line, keys })
}

fn texts<T: ToString>(items: &[T]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

fn place(location: Option<[f64; 2]>) -> Vec<String> {
    location.map(|[lat, lon]| format!("[{lat}, {lon}]")).into_iter().collect()
}

fn text(text: &str) -> Vec<String> {
    if text.is_empty() { Vec::new() } else { vec![text.to_owned()] }
}

fn home_keys(home: &Home) -> Keys {
    vec![
        ("name", text(&home.name)),
        ("plmns", texts(&home.plmns)),
        ("gt_prefixes", texts(&home.gt_prefixes)),
        ("msisdn_prefixes", texts(&home.msisdn_prefixes)),
        ("point_codes", texts(&home.point_codes)),
        ("realms", texts(&home.realms)),
        ("networks", texts(&home.networks)),
        ("subscriber_pools", texts(&home.subscriber_pools)),
        ("management", texts(&home.management)),
        ("sms_router", texts(&home.sms_router)),
        ("location", place(home.location)),
    ]
}

fn element_keys(element: &Element) -> Keys {
    vec![
        ("roles", texts(&element.roles)),
        ("addresses", texts(&element.addresses)),
        ("point_codes", texts(&element.point_codes)),
        ("global_titles", texts(&element.global_titles)),
        ("hosts", texts(&element.hosts)),
    ]
}

fn partner_keys(partner: &Partner) -> Keys {
    let mut keys = vec![
        ("plmns", texts(&partner.plmns)),
        ("gt_prefixes", texts(&partner.gt_prefixes)),
        ("point_codes", texts(&partner.point_codes)),
        ("realms", texts(&partner.realms)),
        ("networks", texts(&partner.networks)),
    ];
    keys.extend(Use::ALL.iter().map(|of| (of.name(), texts(partner.list(*of)))));
    keys.extend([
        ("services", texts(&partner.services)),
        ("hubs", texts(&partner.hubs)),
        ("agreements", texts(&partner.agreements)),
        ("location", place(partner.location)),
    ]);
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_keys_that_came_went_and_changed() {
        let old = "[home]\nname = \"Us\"\nplmns = [\"001-01\"]\n[[element]]\nname = \"stp1\"\nroles = [\"stp\"]\n\
            [[partner]]\nname = \"A\"\ngsn = [\"192.0.2.1\", \"192.0.2.2\"]\n[[partner]]\nname = \"B\"\nhubs = [\"A\"]\n";
        let new = "[home]\nname = \"Us\" # the same\nplmns = [\"001-01\"]\nlocation = [1, 2]\n\
            [[partner]]\nname = \"C\"\nrealms = [\"c.example\"]\n\
            [[partner]]\nname = \"A\"\ngsn = [\"192.0.2.3\", \"192.0.2.2\"]\n[[partner]]\nname = \"B\"\nhubs = [\"A\"]\n";
        let read = |text: &str| Network::parse(text, "n.toml").unwrap();
        let (old, new) = (read(old), read(new));
        let said: Vec<String> =
            old.differences(&new)
                .iter()
                .map(|d| {
                    let keys = d.keys.iter().map(|k| {
                        format!(" {} -{} +{}", k.key, k.removed.join(","), k.added.join(","))
                    });
                    format!("{} {}{}", d.change.name(), d.table, keys.collect::<String>())
                })
                .collect();
        assert_eq!(
            said,
            [
                "changed [home] location - +[1, 2]",
                "removed element stp1 roles -stp +",
                "changed partner A gsn -192.0.2.1 +192.0.2.3",
                "added partner C realms - +c.example",
            ]
        );
        assert_eq!(new.differences(&new), []);
        assert_eq!(Network::default().differences(&Network::default()), []);
    }
}
