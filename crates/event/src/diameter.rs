//! A Diameter message.
//!
//! Source: RFC 6733; 3GPP TS 29.272 (S6a/S6d).

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Name, Outcome, Plmn, Subscriber};

/// A Diameter message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Diameter {
    pub command_code: u32,
    /// `Update-Location`, `Capabilities-Exchange`…, without Request or Answer.
    pub command: Name,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub request: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub proxiable: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub error_flag: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub retransmitted: bool,
    pub application_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<Name>,
    pub hop_by_hop_id: u32,
    pub end_to_end_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin_host: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin_realm: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination_host: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination_realm: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub route_record: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub host_ip_address: Vec<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_code: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub experimental_result_code: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imsi: Option<Subscriber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msisdn: Option<Subscriber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imei: Option<Subscriber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visited_plmn: Option<Plmn>,
    /// Codes of the AVPs at the top level, in order; vendor AVPs as `vendor:code`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub avps: Vec<String>,
    /// What became of the request, written on the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// `pcap_cnt` of the request that this answers, and how long it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_frame: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round_trip_us: Option<u64>,
}
