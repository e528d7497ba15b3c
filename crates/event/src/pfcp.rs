//! A PFCP message: how a control plane tells a user plane what to do with a session.
//!
//! Source: 3GPP TS 29.244.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Fteid, Name, Outcome, Subscriber};

/// A PFCP message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Pfcp {
    pub version: u8,
    pub message_type: u8,
    /// `Session Establishment Request`…
    pub message: Name,
    /// SEID of the header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seid: Option<u64>,
    pub sequence: u32,
    /// Node ID: an address or a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub f_seid: Option<FSeid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause_name: Option<Name>,
    /// PDR and FAR identities that the message creates, changes or removes, at most 32 each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pdr_ids: Vec<u16>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub far_ids: Vec<u32>,
    /// F-TEIDs and outer headers that packets are to get, at most 16.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fteids: Vec<Fteid>,
    /// UE IP addresses, at most 8.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub ue_addresses: Vec<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_instance: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imsi: Option<Subscriber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msisdn: Option<Subscriber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imei: Option<Subscriber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_time_stamp: Option<u32>,
    /// Types of the information elements at the top level, in order, repeats kept.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ies: Vec<u16>,
    /// Mandatory information elements that are not there, by type, those of created rules included.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<u16>,
    /// The same request from the same peer was seen before; or, on a response, a second answer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub duplicate: bool,
    /// It answers something that the capture does not show.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub request_unseen: bool,
    /// What became of the request, written on the response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// `pcap_cnt` of the request that this answers, and how long it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_frame: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round_trip_us: Option<u64>,
}

/// A session endpoint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct FSeid {
    pub seid: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub ip: Option<IpAddr>,
}
