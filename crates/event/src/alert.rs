//! What a detection says.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Endpoints, Name, Outcome, Timestamp};

/// How bad it is.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    #[default]
    Informational,
    Low,
    Medium,
    High,
    Critical,
}

impl Level {
    /// EVE's number: 1 is worst.
    pub const fn severity(self) -> u8 {
        match self {
            Self::Critical => 1,
            Self::High => 2,
            Self::Medium => 3,
            Self::Low => 4,
            Self::Informational => 5,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Informational => "informational",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Text that is no level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotALevel;

impl fmt::Display for NotALevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a level: informational, low, medium, high or critical")
    }
}

impl std::error::Error for NotALevel {}

impl FromStr for Level {
    type Err = NotALevel;

    fn from_str(text: &str) -> Result<Self, NotALevel> {
        [Self::Informational, Self::Low, Self::Medium, Self::High, Self::Critical]
            .into_iter()
            .find(|level| level.name().eq_ignore_ascii_case(text))
            .ok_or(NotALevel)
    }
}

/// Techniques of the frameworks that analysts sort findings by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct References {
    /// MITRE ATT&CK.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attack: Vec<Name>,
    /// MITRE FiGHT.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fight: Vec<Name>,
    /// GSMA MoTIF.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub motif: Vec<Name>,
}

/// Whether an alert counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AlertState {
    #[default]
    Active,
    /// Found by a rule on trial.
    Test,
}

impl AlertState {
    /// Whether it counts.
    pub const fn is_active(&self) -> bool {
        matches!(self, Self::Active)
    }
}

/// A finding, with the frames it stands on. The addresses of the record are those of the first frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Alert {
    /// The same thing has the same id in every run, as long as the key for subscribers is the same.
    #[serde(default)]
    pub id: String,
    /// Id in the list of detections; never renamed.
    pub detection: Name,
    /// The finer check, under its detection: `callback.binary-address`.
    pub check: Name,
    pub level: Level,
    pub severity: u8,
    /// One line that says what happened.
    pub signature: String,
    /// 0 to 1.
    pub confidence: f64,
    pub outcome: Outcome,
    /// What an answer gave away, by kind: `imsi`, `location`, `authentication-vectors`, `subscription`, `node-address`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returned: Vec<Name>,
    /// Why we think so, with the figures.
    pub why: String,
    /// How it could be innocent.
    pub honest_cause: String,
    pub next_step: String,
    /// The line of the network description that decided, or `no network description`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// What it is about: `ip:192.0.2.53`, `gt:99901000010`, `pc:1001`, `imsi:00101~…`, `teid:…`, `realm:…`.
    pub entities: Vec<String>,
    /// `pcap_cnt` of the frames it stands on: never empty; the first sixteen and the last where there are more.
    pub frames: Vec<u64>,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    /// How often the same was found.
    pub count: u64,
    pub references: References,
    /// Whether it counts: what a rule on trial finds is marked and never raises the exit code.
    #[serde(default, skip_serializing_if = "AlertState::is_active")]
    pub state: AlertState,
    /// Where it stands in the chain of an intrusion: `foothold`, `control`, `pivot`, `signalling-access`, `collection`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Name>,
    /// Id of the incident that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<String>,
    /// Addresses for the record; not part of the object.
    #[serde(skip)]
    pub ends: Option<Endpoints>,
}
