//! A DNS message.
//!
//! Source: RFC 1035, RFC 6891. Names asked inside a subscriber's tunnel keep their last two labels only.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Name, Outcome};

/// A DNS message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Dns {
    pub id: u16,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub response: bool,
    pub opcode: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opcode_name: Option<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rcode: Option<u8>,
    /// Name of the code, with the upper bits of EDNS where they are there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rcode_name: Option<Name>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub authoritative: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub recursion_desired: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub recursion_available: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    /// First question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qname: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qtype: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qtype_name: Option<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qclass: Option<u16>,
    pub qname_len: u16,
    pub questions: u16,
    pub answers: u16,
    pub authorities: u16,
    pub additionals: u16,
    /// Addresses of A and AAAA answers, at most eight.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub addresses: Vec<IpAddr>,
    /// Records of the answer section, at most eight.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<DnsRecord>,
    /// EDNS (RFC 6891): the size of datagram that the sender can take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub udp_payload_size: Option<u16>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dnssec_ok: bool,
    /// Options of EDNS by number, at most eight.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<u16>,
    /// Over TCP, where whole zones are handed out too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stream: bool,
    /// `mdns` or `llmnr` where it is one of these dialects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialect: Option<Name>,
    pub message_len: u32,
    /// Octets behind the last record.
    pub trailing_len: u32,
    /// The same message between the same peers was seen before: a retransmission.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub duplicate: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_frame: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round_trip_us: Option<u64>,
    /// It answers something that the capture does not show: it began midway, or shows one direction only.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub request_unseen: bool,
}

/// A record of an answer. Inside a subscriber's tunnel names keep their last two labels only, and data are left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct DnsRecord {
    pub name: String,
    /// Number of the type.
    pub rtype: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rtype_name: Option<Name>,
    pub ttl: u32,
    /// Addresses, names and priorities as zone files write them; of texts and keys only their length.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub data: String,
}
