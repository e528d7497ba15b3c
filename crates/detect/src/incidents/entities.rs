//! What the entities of alerts are to each other and to the description.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use event::PointCode;
use network::{Network, Owner};

/// How an entity joins alerts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A host, title or point code of a network.
    Node,
    /// One that the description does not know, where there is a description.
    Outsider,
    Subscriber,
    Tunnel,
    /// A whole network: nobody in particular.
    Realm,
    /// Text that names nothing.
    Nothing,
}

/// Whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Whose {
    Home,
    /// Name, and whether it relays for others.
    Partner(String, bool),
    Nobody,
}

/// Characters of a name in a story: those of an MME have 55 (TS 23.003 §19.4.2.4).
const MAX_LABEL: usize = 72;

#[derive(Debug)]
struct Entity {
    class: Class,
    whose: Whose,
    /// Addresses carry point codes, and these carry titles, hosts and realms.
    rank: u8,
    short_lived: bool,
    /// As people read it: `edns1 (192.0.2.53)`.
    label: String,
    /// The first of the names that it goes by.
    name: String,
    network: Option<usize>,
}

/// Every entity once, with a number in the order in which they came. An element of the description is one entity, by
/// whichever of its addresses, titles, codes and hosts it is named.
pub(super) struct Entities<'a> {
    network: &'a Network,
    by_name: BTreeMap<String, usize>,
    by_element: BTreeMap<String, usize>,
    list: Vec<Entity>,
    networks: BTreeMap<String, usize>,
    /// Which of the networks are described partners.
    partners: BTreeSet<usize>,
}

impl<'a> Entities<'a> {
    pub(super) const fn new(network: &'a Network) -> Self {
        Self {
            network,
            by_name: BTreeMap::new(),
            by_element: BTreeMap::new(),
            list: Vec::new(),
            networks: BTreeMap::new(),
            partners: BTreeSet::new(),
        }
    }

    pub(super) const fn description(&self) -> &'a Network {
        self.network
    }

    /// The number of an entity as an alert writes it: `ip:192.0.2.53`.
    pub(super) fn id_of(&mut self, name: &str) -> usize {
        if let Some(id) = self.by_name.get(name) {
            return *id;
        }
        let (kind, value) = name.split_once(':').unwrap_or(("", name));
        let network = self.network;
        let address: Option<IpAddr> = (kind == "ip").then(|| value.parse().ok()).flatten();
        let owner = match kind {
            "ip" => address.map_or(Owner::Unknown, |ip| network.owner_of_ip(ip)),
            "gt" => network.owner_of_gt(value),
            "pc" => {
                value.parse::<PointCode>().map_or(Owner::Unknown, |code| network.owner_of_pc(code))
            }
            "host" | "realm" => network.owner_of_realm(value),
            _ => Owner::Unknown,
        };
        if let Some(element) = owner.element()
            && let Some(id) = self.by_element.get(&element.name)
        {
            self.by_name.insert(name.to_owned(), *id);
            return *id;
        }
        let id = self.list.len();
        if let Some(element) = owner.element() {
            self.by_element.insert(element.name.clone(), id);
        }
        let whose = match owner {
            Owner::Home(_) => Whose::Home,
            Owner::Partner(partner) => {
                let hub = network.partners.iter().any(|other| other.hubs.contains(&partner.name));
                Whose::Partner(partner.name.clone(), hub)
            }
            Owner::Unknown => Whose::Nobody,
        };
        let pool = address.is_some_and(|ip| network.is_subscriber(ip));
        let known = network.is_empty() || whose != Whose::Nobody;
        let (class, rank) = match kind {
            "ip" if address.is_none() => (Class::Nothing, 0),
            "ip" if pool => (Class::Subscriber, 0),
            "ip" => (if known { Class::Node } else { Class::Outsider }, 0),
            "pc" => (if known { Class::Node } else { Class::Outsider }, 1),
            "gt" | "host" => (if known { Class::Node } else { Class::Outsider }, 2),
            "realm" => (Class::Realm, 2),
            "imsi" | "msisdn" | "imei" => (Class::Subscriber, 3),
            "teid" => (Class::Tunnel, 3),
            _ => (Class::Nothing, 3),
        };
        let key = network_key(kind, value, address, &whose);
        let place = self.networks.len();
        let key = key.map(|key| *self.networks.entry(key).or_insert(place));
        if matches!(whose, Whose::Partner(..)) {
            self.partners.extend(key);
        }
        self.list.push(Entity {
            class,
            label: label(kind, value, owner),
            name: name.to_owned(),
            whose,
            rank,
            short_lived: pool || class == Class::Tunnel,
            network: key,
        });
        self.by_name.insert(name.to_owned(), id);
        id
    }

    pub(super) fn class(&self, id: usize) -> Class {
        self.list.get(id).map_or(Class::Nothing, |entity| entity.class)
    }

    pub(super) fn rank(&self, id: usize) -> u8 {
        self.list.get(id).map_or(0, |entity| entity.rank)
    }

    pub(super) fn is_home(&self, id: usize) -> bool {
        self.list.get(id).is_some_and(|entity| entity.whose == Whose::Home)
    }

    /// One that speaks for several operators, or a whole network that is known.
    pub(super) fn is_relay(&self, id: usize) -> bool {
        self.list.get(id).is_some_and(|entity| match entity.whose {
            Whose::Partner(_, hub) => {
                (hub && !entity.name.starts_with("gt:")) || entity.class == Class::Realm
            }
            Whose::Home => entity.class == Class::Realm,
            Whose::Nobody => false,
        })
    }

    /// Whether what it names is soon somebody else's.
    pub(super) fn is_short_lived(&self, id: usize) -> bool {
        self.list.get(id).is_some_and(|entity| entity.short_lived)
    }

    /// The network that an attacker works from: a partner that relays for nobody, or a neighbourhood of addresses.
    pub(super) fn network_of(&self, id: usize) -> Option<usize> {
        self.list.get(id)?.network
    }

    /// Whether the network is a described partner.
    pub(super) fn is_partner(&self, network: usize) -> bool {
        self.partners.contains(&network)
    }

    pub(super) fn label(&self, id: usize) -> &str {
        self.list.get(id).map_or("", |entity| &entity.label)
    }

    pub(super) fn name(&self, id: usize) -> &str {
        self.list.get(id).map_or("", |entity| &entity.name)
    }
}

fn network_key(kind: &str, value: &str, address: Option<IpAddr>, whose: &Whose) -> Option<String> {
    match whose {
        // Everything of ours is one network, which says nothing about two of its hosts.
        Whose::Home | Whose::Partner(_, true) => return None,
        Whose::Partner(name, false) => return Some(format!("partner:{name}")),
        Whose::Nobody => {}
    }
    match (kind, address) {
        (_, Some(IpAddr::V4(ip))) => {
            let [a, b, c, _] = ip.octets();
            Some(format!("ip:{a}.{b}.{c}.0/24"))
        }
        (_, Some(IpAddr::V6(ip))) => {
            let [a, b, c, ..] = ip.segments();
            Some(format!("ip:{a:x}:{b:x}:{c:x}::/48"))
        }
        // Country code and the beginning of the national destination code.
        ("gt", None) => value.get(..5).map(|prefix| format!("gt:{prefix}")),
        ("host", None) => value
            .split_once('.')
            .map(|(_, domain)| format!("domain:{}", domain.to_ascii_lowercase())),
        ("realm", None) => Some(format!("domain:{}", value.to_ascii_lowercase())),
        _ => None,
    }
}

fn label(kind: &str, value: &str, owner: Owner<'_>) -> String {
    let value = short(value);
    let text = match kind {
        "ip" => value.to_string(),
        "gt" => format!("GT {value}"),
        "pc" => format!("point code {value}"),
        "host" => format!("host {value}"),
        "realm" => format!("realm {value}"),
        "imsi" | "msisdn" | "imei" => format!("subscriber {value}"),
        "teid" => format!("tunnel {value}"),
        _ => value.to_string(),
    };
    match owner {
        Owner::Home(Some(element)) => format!("{} ({value})", element.name),
        Owner::Home(None) => text,
        Owner::Partner(partner) => format!("{text} of {}", partner.name),
        Owner::Unknown => text,
    }
}

/// Names are an attacker's to choose, and a story names them often; records have them whole.
fn short(value: &str) -> std::borrow::Cow<'_, str> {
    match value.char_indices().nth(MAX_LABEL) {
        Some((end, _)) => format!("{}…", value.get(..end).unwrap_or_default()).into(),
        None => value.into(),
    }
}
