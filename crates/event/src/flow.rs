//! A conversation between two endpoints, outside tunnels or inside.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Name, Timestamp};

/// A flow. `src` of the event is the side that began it, as far as was seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Flow {
    pub state: FlowState,
    /// IP protocol number, for protocols without a name in `proto`.
    pub ip_proto: u8,
    /// What the payload is by its shape: `ssh`, `tls`, `http`, `dns`, `diameter`, `gtp`, `telnet`, `sip`, `bgp`, `syslog`…,
    /// unset when nothing recognised it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_proto: Option<Name>,
    /// Server name of a TLS opening.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sni: Option<String>,
    /// JA4 of the client's opening, by its specification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ja4: Option<String>,
    /// Security parameters index of ESP, the first that was seen from the side that began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spi: Option<u32>,
    pub handshake: Handshake,
    pub packets_to_server: u64,
    pub packets_to_client: u64,
    /// Octets of IP packets.
    pub bytes_to_server: u64,
    pub bytes_to_client: u64,
    /// Octets of payload.
    pub payload_to_server: u64,
    pub payload_to_client: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<Timestamp>,
    /// How the stream began, once enough was seen to tell; only for TCP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opening: Option<Opening>,
    /// What was said in turn since the last event of this flow, at most 32: for conversations slow enough to be typed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<Turn>,
    /// Turns since the start, and those that were small enough to be typed or read.
    pub turn_count: u64,
    pub small_turn_count: u64,
    /// First payload was framed as DNS over TCP; set on port 53 only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dns_framed: Option<bool>,
    /// The capture began inside the flow.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub midstream: bool,
    /// Address that the subscriber of the tunnel was given, on the first event of a flow that goes up the tunnel from
    /// another.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub assigned: Option<IpAddr>,
    /// Why it ended: `fin`, `rst`, `replaced` by a new connection of the same ports, `idle`, `evicted`, `end of capture`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Name>,
}

/// The first exchanges of a TCP stream, in stream offsets, so that segmentation does not matter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Opening {
    /// Octets said in turn before the other side answered; positive by the side that began, negative by the other.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<i32>,
    /// Offsets at which segments of each side ended in its first 512 octets, at most 8 each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub marks_to_server: Vec<u16>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub marks_to_client: Vec<u16>,
    /// Longest run of printable octets in the first 256 of each side.
    pub printable_run: u16,
}

/// One side's data before the other spoke again, or before a pause of 300 ms.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Turn {
    pub at: Timestamp,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub to_server: bool,
    pub bytes: u32,
}

/// Where a flow stands.
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
pub enum FlowState {
    /// First packet.
    #[default]
    New,
    /// The opening of the stream is known, or the payload was recognised.
    Opened,
    /// A flow that lives: turns and counters since the last event.
    Active,
    Closed,
}

/// How far the TCP handshake came.
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
pub enum Handshake {
    /// No TCP, or no packet of the handshake was seen.
    #[default]
    None,
    /// SYN without an answer yet.
    Syn,
    /// SYN and SYN+ACK.
    SynAck,
    /// All three.
    Established,
    /// SYN answered by RST.
    Refused,
}
