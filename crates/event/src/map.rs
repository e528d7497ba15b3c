//! One TCAP component, with the addresses it travelled under: `map` records carry MAP and what is unknown, `cap` records
//! CAP and INAP.
//!
//! A message with several components gives one event each, so that no component hides behind the first; a message
//! without any (an empty End, an Abort) gives one event with `component` unset.
//! Source: ITU-T Q.773 (TCAP), 3GPP TS 29.002 (MAP), TS 29.078 (CAP).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Call, GlobalTitle, Name, Outcome, PointCode, SccpAddress, Subscriber};

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
    pub otid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dtid: Option<String>,
    /// The application context, dotted: `0.4.0.0.1.0.29.3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_context: Option<Name>,
    /// Its name and version where known: `anyTimeInfoEnquiryContext-v3`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_context_name: Option<Name>,
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
    /// What a CAP or INAP argument says of the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<Box<Call>>,
}

/// An address of a node inside a MAP argument.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct NodeAddress {
    /// As in the ASN.1: `msc-Number`, `gsmSCF-Address`, `serviceCentreAddress`.
    pub role: Name,
    pub gt: GlobalTitle,
}
