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
    /// Longest label of the name before its last two, in octets. With several questions the longest name counts, here and
    /// in the next three: nobody honest asks several, and data hide in the second.
    #[serde(skip_serializing_if = "is_zero")]
    pub label_len_max: u8,
    /// Shannon entropy of those labels in hundredths of a bit per octet, without their dots.
    #[serde(skip_serializing_if = "is_zero_16")]
    pub entropy: u16,
    /// The smallest alphabet that those labels are written in: `digits`, `hex`, `host` (what host names are made of),
    /// `printable`, `binary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alphabet: Option<Name>,
    /// Hash of the whole name with the site's key: names are counted by it where they are not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_hash: Option<u64>,
    pub questions: u16,
    pub answers: u16,
    pub authorities: u16,
    pub additionals: u16,
    /// Addresses of A and AAAA answers, in order, at most 32.
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
    /// Octets of all options together.
    #[serde(skip_serializing_if = "is_zero_16")]
    pub options_len: u16,
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

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields over by reference")]
const fn is_zero(value: &u8) -> bool {
    *value == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields over by reference")]
const fn is_zero_16(value: &u16) -> bool {
    *value == 0
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
