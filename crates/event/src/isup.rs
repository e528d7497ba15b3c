//! An ISUP message: which circuit, and the numbers of a call that is set up or let go.
//!
//! Source: ITU-T Q.763; ANSI T1.113 for the same messages over ANSI MTP.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Name, Party, PointCode};

/// An ISUP message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Isup {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opc: Option<PointCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dpc: Option<PointCode>,
    /// Circuit identification code, or call instance code of BICC.
    pub cic: u32,
    /// It is BICC: ISUP's messages for bearers that are no circuits.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub bicc: bool,
    pub message_type: u8,
    /// `IAM`, `ACM`, `REL`…
    pub message: Name,
    /// Numbers by their role: `calledPartyNumber`, `callingPartyNumber`, `originalCalledNumber`, `redirectingNumber`,
    /// `genericNumber`, `connectedNumber`. They belong to people and are pseudonyms.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parties: Vec<Party>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calling_party_category: Option<u8>,
    /// Cause value of REL, RLC, ACM (Q.850).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause_name: Option<Name>,
    pub payload_len: u32,
}
