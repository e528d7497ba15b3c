//! M3UA as seen between signalling gateway and application server: state, management, and each new traffic label once.
//!
//! Source: RFC 4666.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Name, PointCode};

/// An M3UA message other than DATA; or the first DATA of an association with a label (`opc`, `dpc`, `si`, `ni`, context).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct M3ua {
    pub message_class: u8,
    pub message_type: u8,
    /// `ASPUP`, `ASPAC`, `ERR`, `DATA`…
    pub message: Name,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub routing_contexts: Vec<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_appearance: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asp_identifier: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Name>,
    /// Status of a notification: type and information.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_name: Option<Name>,
    /// How traffic is shared: `override`, `loadshare`, `broadcast`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traffic_mode: Option<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub congestion_level: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concerned_destination: Option<PointCode>,
    /// DUPU: the user part that is unavailable, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Name>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_cause: Option<Name>,
    /// Routing keys that somebody registers or deregisters, and what became of that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub registrations: Vec<M3uaRegistration>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub affected_point_codes: Vec<PointCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opc: Option<PointCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dpc: Option<PointCode>,
    /// Service indicator: 3 SCCP, 5 ISUP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub si: Option<u8>,
    /// Network indicator: 0 international, 2 national.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ni: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub info: Option<String>,
}

/// A routing key: for which traffic somebody wants to be asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct M3uaRegistration {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_key: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub routing_context: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub destinations: Vec<PointCode>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub originators: Vec<PointCode>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub service_indicators: Vec<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Name>,
}
