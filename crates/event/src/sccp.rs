//! An SCCP message that carries no TCAP dialogue of its own: service messages, connections, management, the unknown.
//!
//! SUA carries the same users without SCCP; its data messages give the same record, marked with `sua`.
//! Source: ITU-T Q.713, ANSI T1.112, RFC 3868.

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Name, Outcome, PointCode, SccpAddress};

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
    /// The transaction that the returned message was to open, as hexadecimal octets.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub otid: Option<CompactString>,
    /// What became of that message, where the capture shows it: it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// `pcap_cnt` of that message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<u64>,
    /// Local references of a connection, as this message names them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_reference: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination_reference: Option<u32>,
    /// Protocol class: 0 and 1 connectionless, 2 and 3 connection-oriented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hop_counter: Option<u8>,
    /// Why a connection was refused, released, reset or in error (CREF, RLSD, RSR, ERR).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause_name: Option<Name>,
    /// Subsystem and point code that a message of SCCP management is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affected_ssn: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affected_pc: Option<PointCode>,
    /// It came as a message of SUA, of this name; then `message_type` and `message` are what SCCP has for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sua: Option<Name>,
    /// What the user data is: `tcap`, `scmg`, `bssap`, `ranap`, `isup`, `unknown`, or unset without data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<Name>,
    /// The message in it by its name: `SST`, `Complete Layer 3 Information`, `InitialUE-Message`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload_message: Option<Name>,
    pub payload_len: u32,
    /// Of data that are `unknown`: Shannon entropy in hundredths of a bit per octet, over the first 1,024 octets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entropy: Option<u16>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub segmented: bool,
}
