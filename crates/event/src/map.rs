//! One TCAP component, with the addresses it travelled under: `map` records carry MAP and what is unknown, `cap` records
//! CAP and INAP.
//!
//! A message with several components gives one event each, so that no component hides behind the first; a message
//! without any (an empty End, an Abort) gives one event with `component` unset.
//! Source: ITU-T Q.773 (TCAP), 3GPP TS 29.002 (MAP), TS 29.078 (CAP).

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Call, GlobalTitle, Name, Outcome, Plmn, PointCode, SccpAddress, Subscriber};

/// A component of a TCAP message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Map {
    /// `map`, `cap`, `inap`, `ansi-map` (ANSI-41), or `unknown` where neither context nor subsystem says.
    pub user: Name,
    /// Originating and destination point code of the MTP3 or M3UA label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opc: Option<PointCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dpc: Option<PointCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calling: Option<SccpAddress>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub called: Option<SccpAddress>,
    /// `begin`, `continue`, `end`, `abort` or `unidirectional`; ANSI: `queryWithPermission`, `response`…
    pub message: Name,
    /// Transaction identities as hexadecimal octets.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub otid: Option<CompactString>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub dtid: Option<CompactString>,
    /// The application context, dotted: `0.4.0.0.1.0.29.3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_context: Option<Name>,
    /// Its name and version where known: `anyTimeInfoEnquiryContext-v3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_context_name: Option<Name>,
    /// Of an invoke later in a dialogue: the context that the dialogue was opened in, where the operation does not belong to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialogue_context: Option<Name>,
    /// `invoke`, `returnResultLast`, `returnResultNotLast`, `returnError`, `reject`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<Name>,
    /// Position of this component in its message, from 0, and how many there are.
    pub component_index: u8,
    pub component_count: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoke_id: Option<i64>,
    /// Local operation code; in results and errors that of the request, once the dialogue is joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opcode: Option<i64>,
    /// Its name: `anyTimeInterrogation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Name>,
    /// The operation code was given in the global form (an object identifier).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub global_opcode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Name>,
    /// What the error's parameter says more: the cause of `callBarred` or `roamingNotAllowed`, the diagnostic of
    /// `unknownSubscriber` or `absentSubscriberSM`, the network resource of `systemFailure`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_diagnostic: Option<u32>,
    /// P-Abort cause of an abort by the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abort_cause: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imsi: Option<Subscriber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub msisdn: Option<Subscriber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imei: Option<Subscriber>,
    /// Node addresses in the argument, each with the name that its specification gives it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<NodeAddress>,
    /// What a result carried, by kind: `imsi`, `location`, `authentication-vectors`, `subscription`, `node-address`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub returned: Vec<Name>,
    /// Octets of the parameter.
    pub parameter_len: u32,
    /// The message was put together from several SCCP segments.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub segmented: bool,
    /// What became of an invoke, written on the component that shows it: results, errors, aborts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// `pcap_cnt` of the request that this answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<u64>,
    /// From the request to this answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round_trip_us: Option<u64>,
    /// It answers something that the capture does not show: it began midway, or shows one direction only.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub request_unseen: bool,
    /// The same message between the same peers was seen before: a retransmission.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub duplicate: bool,
    /// What was noted of the encoding of the whole message, by field: `ber.length`, `tcap.global_opcode`, `map.operation`;
    /// each once, at most sixteen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub anomalies: Vec<Name>,
    /// What a CAP or INAP argument says of the call; of MAP the numbers that calls are forwarded to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<Box<Call>>,
    /// What else the argument or the result says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Box<MapDetails>>,
}

/// An address of a node inside a MAP argument.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct NodeAddress {
    /// As in the ASN.1: `msc-Number`, `gsmSCF-Address`, `serviceCentreAddress`.
    pub role: Name,
    pub gt: GlobalTitle,
}

/// What an argument or a result says besides identities and addresses. No text of a message is ever here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct MapDetails {
    /// What an interrogation asks for, by its ASN.1 names: `locationInformation`, `subscriberState`, `imei`…
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requested: Vec<Name>,
    /// `numberOfRequestedVectors`, `requestingNodeType` of sendAuthenticationInfo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_vectors: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requesting_node: Option<u8>,
    /// How many authentication vectors a result carries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vectors: Option<u8>,
    /// Network of the cell or area in a location, or of the network that asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_plmn: Option<Plmn>,
    /// `cell`, `area` or `routing-area`: how fine the location is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_kind: Option<Name>,
    /// The location has coordinates.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub geographical: bool,
    /// `ageOfLocationInformation`, minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_age_min: Option<u32>,
    /// `assumedIdle`, `camelBusy`, `netDetNotReachable`, `notProvidedFromVLR`; of GPRS `ps-Detached`…
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscriber_state: Option<Name>,
    /// Octets of a short message, header and text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sm_len: Option<u16>,
    /// Message type indicator, protocol identifier and data coding scheme of a short message (TS 23.040), and whether it has
    /// a user data header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tp_mti: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tp_pid: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tp_dcs: Option<u8>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub tp_udhi: bool,
    /// Octets and data coding scheme of a USSD string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ussd_len: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ussd_dcs: Option<u8>,
    /// Supplementary service code (TS 29.002 §17.7.5): 33 unconditional call forwarding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ss_code: Option<u8>,
    /// `cancellationType`, `locationEstimateType`, `lcsClientType`, `sm-DeliveryOutcome`, `alertReason`: the number that
    /// says what the operation is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<u8>,
}
