//! The description as the file has it, and the questions that detections ask of it.

use std::net::IpAddr;

use event::{Plmn, PointCode};
use ipnet::IpNet;

/// Our own network.
#[derive(Clone, Debug, Default)]
pub struct Home {
    pub name: String,
    pub plmns: Vec<Plmn>,
    pub gt_prefixes: Vec<String>,
    pub msisdn_prefixes: Vec<String>,
    pub point_codes: Vec<PointCode>,
    pub realms: Vec<String>,
    pub networks: Vec<IpNet>,
    pub subscriber_pools: Vec<IpNet>,
    pub management: Vec<IpNet>,
    pub sms_router: Vec<String>,
    pub location: Option<[f64; 2]>,
}

/// A node of ours.
#[derive(Clone, Debug, Default)]
pub struct Element {
    pub name: String,
    pub roles: Vec<String>,
    pub addresses: Vec<IpAddr>,
    pub point_codes: Vec<PointCode>,
    pub global_titles: Vec<String>,
    pub hosts: Vec<String>,
    /// Line of the file where it begins.
    pub line: usize,
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
    pub sigtran: Vec<IpAddr>,
    pub diameter: Vec<IpAddr>,
    pub gsn: Vec<IpAddr>,
    pub dns: Vec<IpAddr>,
    pub services: Vec<String>,
    pub hubs: Vec<String>,
    pub agreements: Vec<String>,
    pub location: Option<[f64; 2]>,
    /// Line of the file where it begins.
    pub line: usize,
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

/// What `network check` finds wrong or doubtful.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub line: Option<usize>,
    pub error: bool,
    pub text: String,
}

/// A description that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {text}")]
pub struct ReadError {
    pub path: String,
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
}

impl Network {
    /// Whether there is no description at all.
    pub fn is_empty(&self) -> bool {
        self.source.is_empty()
    }

    /// Whose address it is: by element, by partner's listed addresses, by networks; subscriber pools are not ours in this sense.
    pub fn owner_of_ip(&self, _ip: IpAddr) -> Owner<'_> {
        Owner::Unknown
    }
}
