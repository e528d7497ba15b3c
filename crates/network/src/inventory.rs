//! The nodes that traffic shows, with the roles that their messages give away.

use std::net::IpAddr;

use event::Event;

/// A role, in the words of the description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Stp,
    Hlr,
    Msc,
    Vlr,
    Smsc,
    Sgsn,
    Ggsn,
    Sgw,
    Pgw,
    Mme,
    Hss,
    Dra,
    Dns,
}

/// A set of roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roles(pub u32);

impl Roles {
    pub const fn has(self, role: Role) -> bool {
        self.0 & (1 << role as u32) != 0
    }

    pub fn add(&mut self, role: Role) {
        self.0 |= 1 << role as u32;
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What was learned from events so far; bounded.
#[derive(Debug, Default)]
pub struct Inventory {}

impl Inventory {
    pub fn observe(&mut self, _event: &Event) {}

    /// Roles that an address has shown, outside tunnels.
    pub fn roles_of(&self, _ip: IpAddr) -> Roles {
        Roles::default()
    }
}
