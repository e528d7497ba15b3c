//! What the argument of a call control operation says of the call: CAP and INAP.
//!
//! Source: 3GPP TS 29.078 (CAP), ITU-T Q.1218 (INAP CS1), Q.763 (numbers).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{GlobalTitle, Name, Plmn};

/// The call that an operation is about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Call {
    /// Which service of the SCP was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_key: Option<u32>,
    /// Numbers by the name that the ASN.1 gives them: `callingPartyNumber`, `calledPartyBCDNumber`, `redirectingPartyID`,
    /// `destinationRoutingAddress`, `assistingSSPIPRoutingAddress`…
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parties: Vec<Party>,
    /// `eventTypeBCSM` or `eventTypeSMS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_type: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_type_name: Option<Name>,
    /// Events that were asked for (RequestReportBCSMEvent), at most 16.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requested_events: Vec<u8>,
    /// Cause value of a release (Q.850).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<u8>,
    /// Network of the cell in the location information.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_plmn: Option<Plmn>,
    /// The longest time that a call or session may last before the SCP is asked again (ApplyCharging), tenths of a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_duration_ds: Option<u32>,
    /// `correlationID` of an assisted call, as it was given out with the routing address.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub correlated: bool,
    /// Access point name of a GPRS session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apn: Option<String>,
}

/// A number of a call, under its role. A node's number is written out, a person's is a pseudonym.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Party {
    pub role: Name,
    pub number: GlobalTitle,
}
