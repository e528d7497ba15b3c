//! A subscriber's tunnel: born from an accepted request, or found in the user plane without one.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Name, Plmn, Subscriber};

/// A tunnel. `src` of the event is the serving side (SGSN, SGW), `dest` the gateway (GGSN, PGW).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Tunnel {
    pub state: TunnelState,
    /// Tunnel number in this run, the same in all its events.
    pub tunnel: u64,
    pub version: u8,
    /// Nobody was seen creating it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub without_control: bool,
    /// Endpoint of the user plane at the serving side (downlink) and at the gateway (uplink).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub serving_ip: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serving_teid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub gateway_ip: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway_teid: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imsi: Option<Subscriber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msisdn: Option<Subscriber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apn: Option<String>,
    /// Address handed to the subscriber.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub end_user_address: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serving_network: Option<Plmn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rat_type: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nsapi: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ebi: Option<u8>,
    /// `pcap_cnt` of the request that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_frame: Option<u64>,
    pub packets_up: u64,
    pub packets_down: u64,
    pub bytes_up: u64,
    pub bytes_down: u64,
    /// Inner flows seen so far.
    pub flows: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<crate::Timestamp>,
    /// Why it ended: `deleted`, `idle`, `error indication`, `replaced`, `end of capture`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Name>,
}

/// Where a tunnel stands.
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
pub enum TunnelState {
    #[default]
    Opened,
    /// Counters of a tunnel that lives.
    Active,
    Closed,
}
