//! CAP, the protocol between a switch and the operator's service control point (CAMEL), and what INAP shares with it: who
//! calls whom, where a call is sent instead, what the control point wants to hear of.
//!
//! Spec: 3GPP TS 29.078 (release 17), ITU-T Q.763 (numbers and causes). `§` below means a section of TS 29.078.

pub(crate) mod arguments;
pub(crate) mod kept;
mod names;
mod numbers;

use smallvec::SmallVec;

use crate::map::AddressString;
pub(crate) use arguments::fields;
pub(crate) use names::{
    context, context_of_gsm, error_name, event_bcsm as event_name, operation_name,
};
pub(crate) use numbers::Form;

/// More numbers of one operation than this are not read.
pub(crate) const MAX_PARTIES: usize = 16;
/// More armed events of one operation than this are not read.
pub(crate) const MAX_EVENTS: usize = 16;

/// What an argument says of a call, a session or a short message, and the numbers that MAP forwards calls to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    pub service_key: Option<u32>,
    /// Numbers in the order of the message.
    pub parties: SmallVec<[Party; 4]>,
    pub event_type: Option<u8>,
    pub event_type_name: Option<&'static str>,
    /// Events that the control point wants to hear of.
    pub requested_events: SmallVec<[u8; MAX_EVENTS]>,
    /// Cause value (ITU-T Q.850).
    pub cause: Option<u8>,
    /// `maxCallPeriodDuration` and its like, tenths of a second.
    pub max_duration_ds: Option<u32>,
    /// A `correlationID` is there.
    pub correlated: bool,
    pub apn: Option<String>,
}

/// A number under its role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// Its name in the ASN.1: `callingPartyNumber`, `destinationRoutingAddress`…
    pub role: &'static str,
    /// Nature in the numbers of Q.763, whatever form the number came in: 4 international, 3 national, 1 subscriber.
    pub number: AddressString,
    /// A person's number; otherwise that of a node, such as `assistingSSPIPRoutingAddress`.
    pub person: bool,
}

#[cfg(test)]
mod tests;
