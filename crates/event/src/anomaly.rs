//! Something in a frame that its specification does not allow, or a published magic in its data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Name;

/// One defect; repeated ones between the same two hosts are counted in the statistics.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Anomaly {
    /// Protocol: the part of `field` before the first dot.
    pub layer: Name,
    /// Field as our parsers name it: `gtpv1.length`, `udp.checksum`, `payload.magic`.
    pub field: Name,
    /// What is wrong: `truncated`, `illegal value`, `disagrees`, `overlap`, `magic`…
    pub flaw: Name,
    /// The value that was found, where it is a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<u64>,
    /// Offset in the frame, where the frame holds the bytes itself (nothing reassembled).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u32>,
    /// For `payload.magic` outside tunnels: the first octets of the payload, hexadecimal, at most 64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// The flow that carries it had traffic in both directions before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub busy: bool,
}
