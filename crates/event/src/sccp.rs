//! An SCCP message that carries no TCAP dialogue of its own: service messages, connections, management, the unknown.
//!
//! Source: ITU-T Q.713.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Name, PointCode, SccpAddress};

/// An SCCP message that gave no `map` event.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Sccp {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opc: Option<PointCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dpc: Option<PointCode>,
    pub message_type: u8,
    /// `UDT`, `XUDT`, `UDTS`, `CR`…
    pub message: Name,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calling: Option<SccpAddress>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub called: Option<SccpAddress>,
    /// Why it came back (UDTS, XUDTS, LUDTS).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_cause: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_cause_name: Option<Name>,
    /// What the user data is: `tcap`, `scmg`, `bssap`, `ranap`, `isup`, `unknown`, or unset without data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<Name>,
    pub payload_len: u32,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub segmented: bool,
}
