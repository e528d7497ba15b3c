//! A node of the network as the traffic shows it.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{GlobalTitle, Name, Plmn, PointCode, Proto, Timestamp};

/// A node and what it was seen doing; made at the end of a run and on demand. Identities of one node stand in one
/// element where the evidence is firm: the first of each kind in a field of its own, all others under `identities`.
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
    /// Further identities of the same node, and why each is believed to be one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub identities: Vec<ElementIdentity>,
    /// Addresses that it gave out for user traffic in F-TEIDs, at most 8.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub user_plane: Vec<IpAddr>,
    /// What it said of its make and version, at most 8.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<ElementHint>,
    /// Ports that answered on it, at most 32.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ElementService>,
    /// Its peers as `ip:…`, `gt:…`, `host:…`, `pc:…`, at most 16 of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub peer_names: Vec<String>,
    /// How often its GTP or PFCP recovery counter changed.
    #[serde(skip_serializing_if = "is_zero")]
    pub restarts: u64,
}

/// Another name of a node.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(default)]
pub struct ElementIdentity {
    /// As in `entities` of alerts: `ip:192.0.2.11`, `host:dea1.example`, `pc:1001`, `gt:99901000010`; `node:…` of PFCP.
    pub id: String,
    /// What joins it to the others, with the frame that showed it.
    pub why: String,
}

/// A word of a node about its make: chosen by the node, so a hint and no proof.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(default)]
pub struct ElementHint {
    /// `diameter.product-name`, `ssh.server`, `ssh.client`, `gtp.private-extension`, `dns.version`.
    pub kind: Name,
    /// At most 64 characters.
    pub value: String,
    /// Frame that first had it.
    pub frame: u64,
}

/// A port that answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ElementService {
    pub proto: Proto,
    pub port: u16,
    /// What was spoken there by its shape.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_proto: Option<Name>,
    /// To whom it answered: `home`, `partner`, `outside`; without a description everybody is `outside`.
    pub answered_to: Vec<Name>,
    /// Conversations in which it answered.
    pub conversations: u64,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}
