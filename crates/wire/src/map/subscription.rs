//! Parts of a subscription that name nodes or numbers: the control points of CAMEL services, and where calls are forwarded.
//! Who writes a control point of his own into a visited switch hears of every call.
//!
//! Spec: 3GPP TS 29.002 §17.7.1, §17.7.4 (release 17).

use super::arguments::{CONTEXT_3, OCTETS, SEQUENCE, context};
use super::details;
use super::fields::Field::{Address, Inside, List, Other, Person, Skip};
use super::fields::Fields;
use crate::cap::Form;

const SCF: &str = "gsmSCF-Address";

/// O-CSI, T-CSI.
pub(super) const CSI: Fields =
    &[(SEQUENCE, List(&[(SEQUENCE, Inside(&[(context(0), Address(SCF))]))]))];
/// SMS-CSI, GPRS-CSI.
const SMS_CSI: Fields = &[(context(0), List(&[(SEQUENCE, Inside(&[(context(2), Address(SCF))]))]))];
/// Behind the dialled number.
pub(super) const D_CSI: Fields =
    &[(context(0), List(&[(SEQUENCE, Inside(&[(OCTETS, Skip), (OCTETS, Address(SCF))]))]))];
const SS_CSI: Fields = &[(SEQUENCE, Inside(&[(OCTETS, Address(SCF))]))];
/// M-CSI, MG-CSI.
const M_CSI: Fields = &[(context(0), Address(SCF))];

/// VlrCamelSubscriptionInfo.
pub(super) const VLR_CAMEL: Fields = &[
    (context(0), Inside(CSI)),
    (context(2), Inside(SS_CSI)),
    (context(5), Inside(M_CSI)),
    (context(6), Inside(SMS_CSI)),
    (context(7), Inside(CSI)),
    (context(9), Inside(D_CSI)),
    (context(10), Inside(SMS_CSI)),
];

/// SGSN-CAMEL-SubscriptionInfo.
pub(super) const SGSN_CAMEL: Fields = &[
    (context(0), Inside(SMS_CSI)),
    (context(1), Inside(SMS_CSI)),
    (CONTEXT_3, Inside(SMS_CSI)),
    (context(5), Inside(M_CSI)),
];

/// CAMEL-SubscriptionInfo, as control points are told it.
pub(super) const CAMEL: Fields = &[
    (context(0), Inside(CSI)),
    (context(2), Inside(D_CSI)),
    (CONTEXT_3, Inside(CSI)),
    (context(5), Inside(CSI)),
    (context(9), Inside(SMS_CSI)),
    (context(10), Inside(SMS_CSI)),
    (context(11), Inside(SS_CSI)),
    (context(12), Inside(M_CSI)),
    (context(15), Inside(SMS_CSI)),
    (context(17), Inside(M_CSI)),
    (context(18), Inside(CSI)),
    (context(20), Inside(D_CSI)),
    (context(21), Inside(CSI)),
];

/// GmscCamelSubscriptionInfo.
pub(super) const GMSC_CAMEL: Fields =
    &[(context(0), Inside(CSI)), (context(1), Inside(CSI)), (context(5), Inside(D_CSI))];

const FORWARDED_TO: &str = "forwardedToNumber";

/// ForwardingFeature and Ext-ForwFeature, one after the other.
pub(super) const FORWARDING_FEATURES: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(5), Person(FORWARDED_TO, Form::Map)),
        (context(9), Person("longForwardedToNumber", Form::Map)),
        (context(10), Person("longForwardedToNumber", Form::Map)),
    ]),
)];

/// ForwardingInfo, Ext-ForwInfo.
pub(super) const FORWARDING_INFO: Fields =
    &[(OCTETS, Other(details::ss_code)), (SEQUENCE, List(FORWARDING_FEATURES))];

/// ForwardingData.
pub(super) const FORWARDING_DATA: Fields = &[
    (context(5), Person(FORWARDED_TO, Form::Map)),
    (context(8), Person("longForwardedToNumber", Form::Map)),
];

/// ModificationRequestFor-CF-Info.
pub(super) const FORWARDING_CHANGE: Fields =
    &[(context(0), Other(details::ss_code)), (CONTEXT_3, Person(FORWARDED_TO, Form::Map))];

/// Ext-ForwardingInfoFor-CSE.
pub(super) const FORWARDING_FOR_SCF: Fields =
    &[(context(0), Other(details::ss_code)), (context(1), List(FORWARDING_FEATURES))];

/// RegisterSS-Arg.
pub(super) const REGISTRATION: Fields =
    &[(OCTETS, Other(details::ss_code)), (context(4), Person(FORWARDED_TO, Form::Map))];
