//! A GTP message of the control plane, or a path message of the user plane; G-PDUs become `tunnel` and `flow` events.
//!
//! Source: 3GPP TS 29.060 (v1), TS 29.274 (v2), TS 29.281 (user plane), TS 09.60 (v0), TS 32.295 (GTP').

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Name, Outcome, Plmn, Subscriber};

/// A GTP message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Gtp {
    pub version: u8,
    /// GTP': the charging protocol (PT bit 0).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub prime: bool,
    /// Seen on the user-plane port.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub user_plane: bool,
    pub message_type: u8,
    /// `Echo Request`, `Create PDP Context Request`…
    pub message: Name,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub teid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause_name: Option<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imsi: Option<Subscriber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msisdn: Option<Subscriber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imei: Option<Subscriber>,
    /// The IMSI or MSISDN is one that a public tool ships as its default.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub published_identity: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nsapi: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ebi: Option<u8>,
    /// Network of the routing area identity, of the user location, and the serving network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rai_plmn: Option<Plmn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uli_plmn: Option<Plmn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serving_network: Option<Plmn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rat_type: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selection_mode: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charging_characteristics: Option<u16>,
    /// Quality of service profile as hexadecimal octets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qos: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pco: Option<Pco>,
    /// Tunnel endpoints and node addresses of the message, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fteids: Vec<Fteid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub end_user_address: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery: Option<u8>,
    /// Enterprise number of a private extension (RFC 3232), which tells the vendor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_extension: Option<u16>,
    /// Types of the information elements at the top level, in order, repeats kept.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ies: Vec<u8>,
    /// Mandatory information elements that are not there, by type; in v2 the instance stands in the upper octet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<u16>,
    /// Types of the extension headers, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<u8>,
    /// Octets of UDP payload; octets that the header's length field claims in all; octets behind the last readable element.
    pub payload_len: u32,
    pub claimed_len: u32,
    pub undecoded_len: u32,
    /// The capture kept only the beginning of the frame: a length that is not reached is no lie.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub snapped: bool,
    /// Offsets 17 to 20 as a little-endian number: where GTPDOOR keeps its key. Only on echoes long enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_field: Option<u32>,
    /// Offset 21 in the same layout: GTPDOOR's message type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_message: Option<u8>,
    /// The same sequence from the same peer was seen before: a retransmission; or, on a response, a second answer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub duplicate: bool,
    /// What became of the request, written on the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// `pcap_cnt` of the request that this answers, and how long it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_frame: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round_trip_us: Option<u64>,
    /// It answers something that the capture does not show: it began midway, or shows one direction only.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub request_unseen: bool,
    /// Number of the tunnel that the header's TEID belongs to, as in `tunnel` events; on an error indication, the tunnel
    /// that it is about. Unset where the capture did not show its making.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tunnel: Option<u64>,
    /// Who that tunnel was agreed with, on a request that comes from somebody else.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub tunnel_peer: Option<IpAddr>,
    /// Whose tunnel it is, on the same requests and on those that move it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tunnel_imsi: Option<Subscriber>,
    /// Network that served the tunnel so far, on a request that names another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<Plmn>,
}

/// Protocol configuration options (TS 24.008 §10.5.6.3), as far as they tell who made them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Pco {
    /// Protocol and container identifiers, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub protocols: Vec<u16>,
    /// PAP credentials are the ones that a public tool ships as its default.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub published_credentials: bool,
    /// A length inside disagrees with the length around it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub length_mismatch: bool,
}

/// A tunnel endpoint, or a bare node address where the message names one without TEID.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Fteid {
    /// `control` or `data`.
    pub plane: Name,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub teid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub ip: Option<IpAddr>,
    /// Interface type of a GTPv2 F-TEID (TS 29.274 §8.22).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interface: Option<u8>,
}
