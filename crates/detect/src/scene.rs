//! What every detection may know besides its event: the description, and who was seen being what.

use std::net::IpAddr;

use event::{Event, Timestamp};
use network::{Inventory, Network, Owner, Role};

use crate::{Suspects, Tuning, Whereabouts};

/// Roles of nodes that signal, or that others find their way by: what an intruder wants to stand on.
const CORE: &[Role] = &[
    Role::Stp,
    Role::Hlr,
    Role::Msc,
    Role::Vlr,
    Role::Smsc,
    Role::Sgsn,
    Role::Ggsn,
    Role::Sgw,
    Role::Pgw,
    Role::Mme,
    Role::Hss,
    Role::Dra,
    Role::Dns,
];

/// Shared, read-only memory of the detections; updated once per event, before they look at it.
#[derive(Debug, Default)]
pub struct Scene {
    pub network: Network,
    pub tuning: Tuning,
    pub inventory: Inventory,
    /// Time of the first event of the run: what was before it cannot have been seen.
    pub began: Option<Timestamp>,
    pub now: Timestamp,
    /// Sessions that a detection has already called suspect.
    pub suspects: Suspects,
    /// Where subscribers are.
    pub whereabouts: Whereabouts,
}

impl Scene {
    pub fn new(network: Network, tuning: Tuning) -> Self {
        Self { network, tuning, ..Self::default() }
    }

    pub(crate) fn observe(&mut self, event: &Event) {
        self.began.get_or_insert(event.at);
        self.now = self.now.max(event.at);
        self.inventory.observe(event);
        self.whereabouts.observe(&self.network, event);
    }

    /// What the detections were to see as new becomes known.
    pub(crate) fn remember(&mut self, event: &Event) {
        self.inventory.remember_contact(event);
        self.inventory.remember_facts(event, &self.network);
        self.whereabouts.remember(event);
    }

    /// An address with the name that the description gives it: `edns1 (192.0.2.53)`, `198.51.100.9 of Partner A`.
    pub fn who(&self, ip: IpAddr) -> String {
        match self.network.owner_of_ip(ip) {
            Owner::Home(Some(element)) => format!("{} ({ip})", element.name),
            Owner::Partner(partner) => format!("{ip} of {}", partner.name),
            Owner::Home(None) | Owner::Unknown => ip.to_string(),
        }
    }

    /// Whether an address is a node of the core: a described element that is not there for subscribers, or one that
    /// signals.
    pub fn is_core(&self, ip: IpAddr) -> bool {
        match self.network.element_of_ip(ip) {
            Some(_) => !self.network.is_for_subscribers(ip),
            None => self.inventory.roles_of(ip).any(CORE),
        }
    }
}
