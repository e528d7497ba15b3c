//! An SSH session: its banners and key exchange when they are seen, its length and likely outcome when it ends.
//!
//! Source: RFC 4253; HASSH by its specification.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Name;

/// An SSH session. `src` of the event is the client.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Ssh {
    pub state: SshState,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hassh: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hassh_server: Option<String>,
    /// What the encrypted part looks like: passwords refused, or a session that got in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<SshOutcome>,
    /// Encrypted octets after the key exchange.
    pub bytes_to_server: u64,
    pub bytes_to_client: u64,
    /// Times the direction changed after the key exchange.
    pub turns: u32,
    pub duration_us: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<crate::Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Name>,
}

/// Where a session stands.
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
#[serde(rename_all = "kebab-case")]
pub enum SshState {
    /// Banners were exchanged.
    #[default]
    Opened,
    Closed,
}

/// What the encrypted part of a session looks like from outside. A guess from sizes and times, and called one.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum SshOutcome {
    /// Ended before anybody could authenticate: a scan, or a failed key exchange.
    NoAuthentication,
    /// Short and ended after few exchanges: refused.
    Refused,
    /// More traffic than authentication needs: somebody got in.
    Accepted,
}
