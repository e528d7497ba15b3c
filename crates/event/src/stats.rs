//! What a run read, and what it could not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Level, Name, TableCount, Timestamp};

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
    /// What became of requests, by protocol.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transactions: Vec<Transactions>,
    /// Pairs of nodes of which the capture shows one direction only, the busiest first, at most 32.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub one_way: Vec<OneWay>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<TableCount>,
    /// What became of each check.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub coverage: Vec<Coverage>,
    /// Suppressions of the configuration and what they kept back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suppressed: Vec<Suppressed>,
}

/// What became of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    pub detection: Name,
    pub check: Name,
    pub state: CoverageState,
    #[serde(default)]
    pub alerts: u64,
    /// What it lacked, for some of the traffic or for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
}

/// The three answers of a check.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum CoverageState {
    Fired,
    Clean,
    NotEvaluable,
}

/// A suppression of the configuration and what it kept back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Suppressed {
    /// The line of the configuration: `roamguard.toml:12`.
    pub decided_by: String,
    pub reason: String,
    pub until: String,
    /// The end date was over before the traffic: it kept nothing back.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub expired: bool,
    pub alerts: u64,
    /// The worst level among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
}

/// A name and how often.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Protocols {
    pub name: Name,
    pub count: u64,
}

/// Requests of one protocol and what became of them; for TCAP, dialogues and the first word of the other side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Transactions {
    /// `tcap`, `gtp`, `pfcp`, `diameter`, `dns`.
    pub protocol: Name,
    pub requests: u64,
    pub answered: u64,
    pub refused: u64,
    /// Nobody was seen answering them in time.
    pub unanswered: u64,
    /// Answers whose request the capture does not show.
    pub request_unseen: u64,
    /// Messages that were seen before, requests and answers.
    pub duplicates: u64,
    /// From request to answer, within a quarter: half of them were as fast, and 95 of a hundred.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median_us: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p95_us: Option<u64>,
}

/// A pair of nodes of which one direction was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct OneWay {
    pub protocol: Name,
    /// The side that was heard: an address, or `pc:1001` where there is none.
    pub src: String,
    pub dest: String,
    /// Requests of `src` without any answer from `dest`.
    pub requests: u64,
    /// Answers of `src` to what `dest` was never seen asking.
    pub answers: u64,
}
