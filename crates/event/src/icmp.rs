//! An ICMP or ICMPv6 message that says something: echoes whose data no ping program sends, the first echo of each
//! conversation, replies that differ from their request, errors.
//!
//! Source: RFC 792, RFC 4443.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Name;

/// An ICMP message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Icmp {
    pub icmp_type: u8,
    pub icmp_code: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u16>,
    pub data_len: u32,
    /// Which program's data it is: `linux`, `windows`, `bsd`, `cisco`, `fping`, `zero`, `constant`, `counting`, `text`,
    /// `empty`… or `unknown`.
    pub pattern: Name,
    /// Data of an echo of unknown pattern outside tunnels, or of one whose clock does not tell the time, as hexadecimal
    /// octets, at most 256 of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// The reply carries other data than its request.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reply_differs: bool,
    /// `pcap_cnt` of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_frame: Option<u64>,
    /// For errors: the conversation that the message is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub about_dest_ip: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about_dest_port: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about_proto: Option<u8>,
}
