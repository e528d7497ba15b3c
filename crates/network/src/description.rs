//! The description as the file has it.

use std::net::IpAddr;

use event::{Plmn, PointCode};
use ipnet::IpNet;

use crate::index::Index;
use crate::{Lines, Role, Roles, Service};

/// Our own network.
#[derive(Clone, Debug, Default)]
pub struct Home {
    pub name: String,
    pub plmns: Vec<Plmn>,
    /// E.164 prefixes of our nodes' global titles.
    pub gt_prefixes: Vec<String>,
    pub msisdn_prefixes: Vec<String>,
    pub point_codes: Vec<PointCode>,
    pub realms: Vec<String>,
    pub networks: Vec<IpNet>,
    /// Addresses handed to subscribers.
    pub subscriber_pools: Vec<IpNet>,
    /// Bastions and monitoring.
    pub management: Vec<IpNet>,
    /// Global titles where SMS home routing answers.
    pub sms_router: Vec<String>,
    /// Latitude and longitude.
    pub location: Option<[f64; 2]>,
    /// Line of the file where it begins; zero when there is none.
    pub line: usize,
    /// Lines of its keys.
    pub lines: Lines,
}

/// A node of ours.
#[derive(Clone, Debug, Default)]
pub struct Element {
    pub name: String,
    /// As written; [`Element::has_role`] understands them.
    pub roles: Vec<String>,
    pub addresses: Vec<IpAddr>,
    pub point_codes: Vec<PointCode>,
    pub global_titles: Vec<String>,
    /// Diameter identities.
    pub hosts: Vec<String>,
    /// Line of the file where it begins.
    pub line: usize,
    /// Lines of its keys.
    pub lines: Lines,
}

impl Element {
    /// Whether it is described with that role.
    pub fn has_role(&self, role: Role) -> bool {
        self.roles.iter().any(|name| name == role.name())
    }

    /// Its roles, those that exist.
    pub fn role_set(&self) -> Roles {
        self.roles.iter().filter_map(|name| Role::named(name)).collect()
    }
}

/// Another operator, or a hub.
#[derive(Clone, Debug, Default)]
pub struct Partner {
    pub name: String,
    pub plmns: Vec<Plmn>,
    pub gt_prefixes: Vec<String>,
    pub point_codes: Vec<PointCode>,
    pub realms: Vec<String>,
    pub networks: Vec<IpNet>,
    /// The addresses allowed to speak each protocol with us.
    pub sigtran: Vec<IpAddr>,
    pub diameter: Vec<IpAddr>,
    pub gsn: Vec<IpAddr>,
    pub dns: Vec<IpAddr>,
    /// What is allowed beyond the usual, as written: `ssh from 198.51.100.9 to 192.0.2.53`.
    pub services: Vec<String>,
    /// The same, understood.
    pub rules: Vec<Service>,
    /// Names of partners that relay for this one.
    pub hubs: Vec<String>,
    /// Operations of category 1 or 2 that a contract allows: `map.70`, `diameter.319`.
    pub agreements: Vec<String>,
    /// Latitude and longitude.
    pub location: Option<[f64; 2]>,
    /// Line of the file where it begins.
    pub line: usize,
    /// Lines of its keys.
    pub lines: Lines,
}

impl Partner {
    /// The addresses allowed to speak a protocol with us.
    pub fn list(&self, of: Use) -> &[IpAddr] {
        match of {
            Use::Sigtran => &self.sigtran,
            Use::Diameter => &self.diameter,
            Use::Gsn => &self.gsn,
            Use::Dns => &self.dns,
        }
    }
}

/// What a partner's address is listed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Use {
    Sigtran,
    Diameter,
    Gsn,
    Dns,
}

impl Use {
    /// Every use, in the order of the enumeration.
    pub const ALL: [Self; 4] = [Self::Sigtran, Self::Diameter, Self::Gsn, Self::Dns];

    /// The key of the list in the file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sigtran => "sigtran",
            Self::Diameter => "diameter",
            Self::Gsn => "gsn",
            Self::Dns => "dns",
        }
    }
}

/// Whose something is.
#[derive(Clone, Copy, Debug, Default)]
pub enum Owner<'a> {
    /// Ours; the element where one is described.
    Home(Option<&'a Element>),
    Partner(&'a Partner),
    /// Described by nothing.
    #[default]
    Unknown,
}

impl<'a> Owner<'a> {
    /// Whether it is ours, an element or not.
    pub const fn is_home(self) -> bool {
        matches!(self, Owner::Home(_))
    }

    /// Whether nothing describes it.
    pub const fn is_unknown(self) -> bool {
        matches!(self, Owner::Unknown)
    }

    /// The element of ours that it is.
    pub const fn element(self) -> Option<&'a Element> {
        match self {
            Owner::Home(element) => element,
            _ => None,
        }
    }

    /// The partner whose it is.
    pub const fn partner(self) -> Option<&'a Partner> {
        match self {
            Owner::Partner(partner) => Some(partner),
            _ => None,
        }
    }

    /// Whether both belong to one operator; unknown ones belong to nobody.
    pub fn same(self, other: Self) -> bool {
        match (self, other) {
            (Owner::Home(_), Owner::Home(_)) => true,
            (Owner::Partner(a), Owner::Partner(b)) => a.name == b.name,
            _ => false,
        }
    }
}

/// What `network check` finds wrong or doubtful.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub line: Option<usize>,
    /// A contradiction; otherwise only doubtful.
    pub error: bool,
    pub text: String,
}

/// A description that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {text}")]
pub struct ReadError {
    pub path: String,
    /// Every defect with its line, one under another.
    pub text: String,
}

/// The whole description; the default one describes nothing.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// File name for `decided_by`; empty when there is no description.
    pub source: String,
    pub home: Home,
    pub elements: Vec<Element>,
    pub partners: Vec<Partner>,
    pub(crate) index: Index,
}

impl Network {
    /// A description from its parts; what questions need is prepared here.
    pub fn new(source: &str, home: Home, elements: Vec<Element>, partners: Vec<Partner>) -> Self {
        let index = Index::new(&home, &elements, &partners);
        Self { source: source.to_owned(), home, elements, partners, index }
    }

    /// Whether there is no description at all.
    pub fn is_empty(&self) -> bool {
        self.source.is_empty()
    }

    /// `network.toml:12 [home]`
    pub fn cite_home(&self) -> String {
        self.cite(self.home.line, "[home]")
    }

    /// `network.toml:31 element edns1`
    pub fn cite_element(&self, element: &Element) -> String {
        self.cite(element.line, &format!("element {}", element.name))
    }

    /// `network.toml:52 partner Partner A`
    pub fn cite_partner(&self, partner: &Partner) -> String {
        self.cite(partner.line, &format!("partner {}", partner.name))
    }

    /// The line that says whose something is; for what nobody owns, that the file does not name it.
    pub fn cite_owner(&self, owner: Owner<'_>) -> String {
        match owner {
            Owner::Home(Some(element)) => self.cite_element(element),
            Owner::Home(None) => self.cite_home(),
            Owner::Partner(partner) => self.cite_partner(partner),
            Owner::Unknown if self.is_empty() => "no network description".to_owned(),
            Owner::Unknown => format!("{}: not described", self.source),
        }
    }

    pub(crate) fn cite(&self, line: usize, what: &str) -> String {
        match (self.is_empty(), line) {
            (true, _) => "no network description".to_owned(),
            (false, 0) => format!("{} {what}", self.source),
            (false, line) => format!("{}:{line} {what}", self.source),
        }
    }
}
