//! What a run read, and what it could not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Name, TableCount, Timestamp};

/// Counters of a run; the last record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Stats {
    pub frames: u64,
    pub bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Timestamp>,
    /// Frames cut short by the capture's snap length.
    pub snapped: u64,
    /// Frames of link types that are not read.
    pub unread_link: u64,
    pub events: u64,
    pub alerts: u64,
    /// Frames or messages by protocol.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub protocols: Vec<Protocols>,
    /// DATA chunks of SCTP seen, and how many their TSNs say there were.
    pub tsn_seen: u64,
    pub tsn_expected: u64,
    /// Anomalies by field, repeats included.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub anomalies: Vec<Protocols>,
    pub dialogues: u64,
    pub dialogues_unanswered: u64,
    pub tunnels: u64,
    pub subscribers: u64,
    pub flows: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<TableCount>,
}

/// A name and how often.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Protocols {
    pub name: Name,
    pub count: u64,
}
