//! Alerts that belong together: who, by which way, when, what was answered, what to do next.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Level, Name, Outcome, Timestamp};

/// Alerts that share an entity, told as one story along the chain foothold, control, pivot, signalling access, collection.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Incident {
    /// That of its first alert; stays when others join.
    pub id: String,
    pub level: Level,
    pub severity: u8,
    /// One line: who did what to whom.
    pub title: String,
    /// What happened, in order, in sentences.
    pub story: Vec<String>,
    pub next_step: String,
    /// Stages of the chain that it shows, in the order of the chain.
    pub stages: Vec<Stage>,
    /// What its alerts share, most shared first.
    pub entities: Vec<String>,
    /// Ids of its alerts, in order of time.
    pub alerts: Vec<String>,
    /// The first frame of each alert, in their order, at most 16.
    pub frames: Vec<u64>,
    /// The furthest that anything in it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// What left, by kind.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub returned: Vec<Name>,
    pub nodes: Vec<IncidentNode>,
    pub edges: Vec<IncidentEdge>,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
}

/// A stage of the chain and what showed it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Stage {
    /// `foothold`, `control`, `pivot`, `signalling-access`, `collection`.
    pub name: Name,
    /// Ids of the alerts.
    pub alerts: Vec<String>,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
}

/// Something that the incident is about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct IncidentNode {
    /// As in `entities` of the alerts: `ip:192.0.2.53`.
    pub id: String,
    /// With the name that the network description gives it: `edns1 (192.0.2.53)`.
    pub label: String,
    /// `attacker`, `pivot` (attacked first and attacking later), `victim`, `subscriber` or `node`.
    pub role: Name,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
}

/// What one did to the other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct IncidentEdge {
    pub from: String,
    pub to: String,
    /// Detection that says so.
    pub detection: Name,
    pub level: Level,
    pub alert: String,
    pub count: u64,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
}
