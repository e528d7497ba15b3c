//! An SCTP association: its attempt, its birth, its end, and how much of its data was seen.
//!
//! Source: RFC 9260.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Name;

/// An association, or an attempt at one. `src` of the event is the side that sent INIT where that was seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Sctp {
    pub state: SctpState,
    /// Association number in this run, the same in all its events.
    pub association: u64,
    /// Addresses that INIT and INIT ACK listed, or that DATA used, of the event's source and destination side.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub src_addresses: Vec<IpAddr>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub dest_addresses: Vec<IpAddr>,
    /// Streams offered in INIT.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outbound_streams: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inbound_streams: Option<u16>,
    /// Payload protocol identifiers seen in DATA, with `3` for M3UA and `46` for Diameter, and the name of each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ppids: Vec<u32>,
    /// What the payload is by its shape: `m3ua`, `m2pa`, `m2ua`, `sua`, `diameter`, `s1ap`, `ngap`, `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<Name>,
    pub packets: u64,
    pub data_chunks: u64,
    /// DATA chunks seen, and how many the TSNs say there were: the share of what crossed that was seen.
    pub tsn_seen: u64,
    pub tsn_expected: u64,
    /// The same by direction: what the source side sent, and what the destination side sent.
    pub tsn_seen_from_src: u64,
    pub tsn_expected_from_src: u64,
    pub tsn_seen_from_dest: u64,
    pub tsn_expected_from_dest: u64,
    /// Messages that are not what their payload protocol identifier says, nor anything else that we know; without a
    /// known identifier those on a port of SIGTRAN or Diameter. By direction, and the octets of all.
    #[serde(skip_serializing_if = "is_zero")]
    pub misfits_from_src: u64,
    #[serde(skip_serializing_if = "is_zero")]
    pub misfits_from_dest: u64,
    #[serde(skip_serializing_if = "is_zero")]
    pub misfit_octets: u64,
    /// Mean Shannon entropy of those messages in hundredths of a bit per octet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub misfit_entropy: Option<u16>,
    /// DATA chunks whose TSN was seen before; none of them is decoded again.
    pub retransmitted: u64,
    /// Error causes of an ABORT or ERROR chunk, or why we closed the record: `shutdown`, `abort`, `idle`, `end of capture`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Name>,
    /// The capture began inside the association.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub midstream: bool,
    /// Only one side was ever heard: the capture shows one direction. Said when the association ends.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub one_way: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields over by reference")]
const fn is_zero(value: &u64) -> bool {
    *value == 0
}

/// Where an association stands.
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
pub enum SctpState {
    /// INIT sent; one event per attempt.
    #[default]
    Init,
    /// Cookie acknowledged, or first DATA of an association that began before the capture.
    Established,
    /// ABORT as the answer to INIT, or before the association was up.
    Refused,
    /// Ended: shutdown, abort, idle, or the end of the capture.
    Closed,
}
