//! A Diameter message.
//!
//! Source: RFC 6733; 3GPP TS 29.272 (S6a/S6d).

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

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
    /// Name of the result, whichever of the two it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imsi: Option<Subscriber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msisdn: Option<Subscriber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imei: Option<Subscriber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visited_plmn: Option<Plmn>,
    /// Visited-Network-Identifier of Cx.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visited_network: Option<String>,
    /// RAT-Type by the numbers of TS 29.212 §5.3.31: 1004 is E-UTRAN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rat_type: Option<u32>,
    /// The AVP of flags that belongs to the command: ULR-Flags, ULA-Flags, IDR-Flags, CLR-Flags…
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command_flags: Option<u32>,
    /// Why a location is cancelled (TS 29.272 §7.3.24).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancellation_type: Option<u32>,
    /// Name of the serving node that the message tells: MME, SGSN, S-CSCF.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serving_node: Option<String>,
    /// Number of the serving node that the message tells: SGSN, MSC, MME for short messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serving_number: Option<String>,
    /// Address of the message centre (S6c, SGd).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sc_address: Option<String>,
    /// APN: Called-Station-Id, or Service-Selection at the top level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apn: Option<String>,
    /// Address that the subscriber's session has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub framed_ip: Option<IpAddr>,
    /// Address of the serving node that is in charge (3GPP-SGSN-Address, AN-GW-Address).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub serving_ip: Option<IpAddr>,
    /// 1 initial, 2 update, 3 termination, 4 event (RFC 8506 §8.3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cc_request_type: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cc_request_number: Option<u32>,
    /// 0 the server keeps state, 1 it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_session_state: Option<u32>,
    /// What of a subscriber's data Sh asks for (TS 29.328 §7.6), at most eight.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub data_reference: Vec<u32>,
    /// Applications that a peer announces in a capabilities exchange, at most sixteen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub applications: Vec<u32>,
    /// All AVPs, those in groups too.
    #[serde(skip_serializing_if = "is_zero")]
    pub avp_count: u32,
    /// Codes of the AVPs at the top level, in order; vendor AVPs as `vendor:code`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub avps: Vec<AvpCode>,
    /// What an answer gives away, by kind: `authentication-vectors`, `subscription`, `user-data`, `location`, `state`,
    /// `node-address`, `imsi`, `msisdn`, `imei`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub returned: Vec<Name>,
    /// What a request writes into a subscriber's data, by kind: `apn`, `barring`, `access-restriction`, `trace`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub writes: Vec<Name>,
    /// Redirect-Host: where an answer sends the request instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_host: Option<String>,
    /// Number-Of-Requested-Vectors (TS 29.272 §7.3.12).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_vectors: Option<u32>,
    /// Second values of AVPs that may stand once; unset where there are none, or they say the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub others: Option<Box<DiameterOthers>>,
    /// The same message between the same peers was seen before: a retransmission.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub duplicate: bool,
    /// What became of the request, written on the answer.
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
}

/// What else an AVP says that stands more than once: one reader takes the first value, another the last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct DiameterOthers {
    /// From a second User-Name, or from an AVP before it that reads like one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imsi: Option<Subscriber>,
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
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Code of an AVP: as text `263`, or `10415:1407` with the vendor whose it is (RFC 6733 §4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AvpCode {
    /// Zero without a vendor.
    pub vendor: u32,
    pub code: u32,
}

impl fmt::Display for AvpCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.vendor {
            0 => write!(f, "{}", self.code),
            vendor => write!(f, "{vendor}:{}", self.code),
        }
    }
}

/// Text that is no code of an AVP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnAvpCode;

impl fmt::Display for NotAnAvpCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the code of an AVP such as 263 or 10415:1407")
    }
}

impl std::error::Error for NotAnAvpCode {}

impl FromStr for AvpCode {
    type Err = NotAnAvpCode;

    fn from_str(text: &str) -> Result<Self, NotAnAvpCode> {
        let (vendor, code) = text.split_once(':').unwrap_or(("0", text));
        let number = |text: &str| text.parse().map_err(|_| NotAnAvpCode);
        Ok(Self { vendor: number(vendor)?, code: number(code)? })
    }
}

impl Serialize for AvpCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AvpCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for AvpCode {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AvpCode".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^([0-9]+:)?[0-9]+$" })
    }
}
