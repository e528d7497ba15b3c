//! A node of the network as the traffic shows it.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{GlobalTitle, Name, Plmn, PointCode, Timestamp};

/// A node and what it was seen doing; made at the end of a run and on demand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Element {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub address: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gt: Option<GlobalTitle>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point_code: Option<PointCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Roles by the network description's words: `stp`, `hlr`, `sgsn`, `ggsn`, `mme`, `dns`…
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Name>,
    /// Why each role is believed, in the order of `roles`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plmn: Option<Plmn>,
    /// Name in the network description, or the partner it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub protocols: Vec<Name>,
    pub peers: u64,
    pub messages: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Timestamp>,
}
