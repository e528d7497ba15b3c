//! The roles of nodes, in the words of the description.

use std::fmt;

/// What a node is for.
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
    SmsRouter,
    SubscriberDns,
    Pcrf,
    Ocs,
    Eir,
    Gmlc,
    Scp,
    Billing,
    Firewall,
    Amf,
    Smf,
    Upf,
    Sepp,
    Proxy,
}

impl Role {
    /// Every role, in the order of the enumeration.
    pub const ALL: [Self; 27] = [
        Self::Stp,
        Self::Hlr,
        Self::Msc,
        Self::Vlr,
        Self::Smsc,
        Self::Sgsn,
        Self::Ggsn,
        Self::Sgw,
        Self::Pgw,
        Self::Mme,
        Self::Hss,
        Self::Dra,
        Self::Dns,
        Self::SmsRouter,
        Self::SubscriberDns,
        Self::Pcrf,
        Self::Ocs,
        Self::Eir,
        Self::Gmlc,
        Self::Scp,
        Self::Billing,
        Self::Firewall,
        Self::Amf,
        Self::Smf,
        Self::Upf,
        Self::Sepp,
        Self::Proxy,
    ];

    /// The word that a description uses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stp => "stp",
            Self::Hlr => "hlr",
            Self::Msc => "msc",
            Self::Vlr => "vlr",
            Self::Smsc => "smsc",
            Self::Sgsn => "sgsn",
            Self::Ggsn => "ggsn",
            Self::Sgw => "sgw",
            Self::Pgw => "pgw",
            Self::Mme => "mme",
            Self::Hss => "hss",
            Self::Dra => "dra",
            Self::Dns => "dns",
            Self::SmsRouter => "sms-router",
            Self::SubscriberDns => "subscriber-dns",
            Self::Pcrf => "pcrf",
            Self::Ocs => "ocs",
            Self::Eir => "eir",
            Self::Gmlc => "gmlc",
            Self::Scp => "scp",
            Self::Billing => "billing",
            Self::Firewall => "firewall",
            Self::Amf => "amf",
            Self::Smf => "smf",
            Self::Upf => "upf",
            Self::Sepp => "sepp",
            Self::Proxy => "proxy",
        }
    }

    /// The role of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A set of roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roles(pub u32);

impl Roles {
    /// Whether the role is in the set.
    pub const fn has(self, role: Role) -> bool {
        self.0 & (1 << role as u32) != 0
    }

    /// Puts a role in.
    pub const fn add(&mut self, role: Role) {
        self.0 |= 1 << role as u32;
    }

    /// Whether there is no role in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether any of `roles` is in the set.
    pub fn any(self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.has(*role))
    }

    /// The roles of the set, in the order of the enumeration.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.has(*role))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        let mut set = Self::default();
        for role in roles {
            set.add(role);
        }
        set
    }
}

impl fmt::Display for Roles {
    /// `sgsn, ggsn`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, role) in self.iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            f.write_str(role.name())?;
        }
        Ok(())
    }
}
