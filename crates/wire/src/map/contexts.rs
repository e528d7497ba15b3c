//! Application contexts: their names, and the operations that belong to them.
//!
//! Spec: 3GPP TS 29.002 §17.3 (release 17, and the withdrawn contexts of versions 1 and 2); TS 29.078 §4.2.3 for CAP; ETSI
//! EN 301 140-1 and ETS 300 374-1 for INAP.

use smallvec::SmallVec;

use super::{ApplicationContext, User};
use crate::ber::Oid;
use crate::{Anomalies, Flaw, Span, cap, inap};

/// An application context by its object identifier.
pub fn application_context(oid: Oid<'_>) -> Option<ApplicationContext> {
    match *oid.0 {
        // itu-t(0) identified-organization(4) etsi(0) mobileDomain(0) gsm-Network(1) ac(0), context, version.
        [4, 0, 0, 1, 0, context, version] => match context {
            50..=52 => cap::context_of_gsm(context, version),
            _ => map(context, version),
        },
        // umts-Network from phase 3 on: phase, ac(3), context.
        [4, 0, 0, 1, phase @ 21..=23, 3, context] => cap::context(phase, context),
        [4, 0, 1, 1, 1, context, version] => inap::context(context, version),
        _ => None,
    }
}

/// An application context by its object identifier as records have it: `0.4.0.0.1.0.29.3`.
pub fn context_of_dotted(dotted: &str) -> Option<ApplicationContext> {
    // The first two arcs share an octet (X.690 §8.19.4); the arcs of those that are known are small.
    let arcs = dotted.strip_prefix("0.")?;
    let mut octets = SmallVec::<[u8; 8]>::new();
    for arc in arcs.split('.') {
        octets.push(arc.parse().ok().filter(|arc| *arc < 0x80)?);
        if octets.len() > 8 {
            return None;
        }
    }
    application_context(Oid(&octets))
}

/// Whether an operation belongs to a context; `None` where that is not known for certain, as with operations of vendors.
pub fn belongs(context: &ApplicationContext, opcode: i64) -> Option<bool> {
    if u8::try_from(opcode).is_ok_and(|opcode| context.operations.contains(&opcode)) {
        return Some(true);
    }
    let elsewhere = super::operation_name(context.user, opcode).is_some();
    (elsewhere && !context.operations.is_empty()).then_some(false)
}

/// Notes an operation that belongs to other contexts than the one its dialogue was opened in: it was put there to slip past
/// whoever looks at the context alone. `at` is where the component stands.
pub fn check_operation(notes: &mut Anomalies, context: &ApplicationContext, opcode: i64, at: Span) {
    if belongs(context, opcode) == Some(false) {
        let code = u64::try_from(opcode).unwrap_or_default();
        notes.note(at, "map.operation", Flaw::IllegalValue(code));
    }
}

/// Who owns the arc that an application context stands in, whether or not it is one that has a name.
pub(super) fn owner(oid: Oid<'_>) -> User {
    match oid.0 {
        [4, 0, 0, 1, 0, 50..=52, ..] | [4, 0, 0, 1, 20..=23, ..] => User::Cap,
        [4, 0, 0, 1, 0, ..] => User::Map,
        // ETSI's in-network, and Q.1218, Q.1228, Q.1238 (17.1218 and on).
        [4, 0, 1, ..] | [0x11, 0x89, 0x42 | 0x4c | 0x56, ..] => User::Inap,
        _ => User::Unknown,
    }
}

/// The contexts of MAP by number and version.
macro_rules! contexts {
    ($number:ident, $version:ident: $($context:literal v $v:literal $name:literal [$($operation:literal)*];)*) => {
        match ($number, $version) {
            $(($context, $v) => Some(ApplicationContext {
                user: User::Map,
                dotted: concat!("0.4.0.0.1.0.", $context, ".", $v),
                name: $name,
                version: $v,
                operations: &[$($operation),*],
            }),)*
            _ => None,
        }
    };
}

/// §17.3.2 and §17.3.3.
#[rustfmt::skip]
fn map(context: u8, version: u8) -> Option<ApplicationContext> {
    contexts! { context, version:
        1 v 1 "networkLocUpContext-v1" [2 7 9 38 50];
        1 v 2 "networkLocUpContext-v2" [2 7 38 50 57];
        1 v 3 "networkLocUpContext-v3" [2 7 38 50 57];
        2 v 1 "locationCancellationContext-v1" [3];
        2 v 2 "locationCancellationContext-v2" [3];
        2 v 3 "locationCancellationContext-v3" [3];
        3 v 1 "roamingNumberEnquiryContext-v1" [4];
        3 v 2 "roamingNumberEnquiryContext-v2" [4];
        3 v 3 "roamingNumberEnquiryContext-v3" [4];
        4 v 3 "istAlertingContext-v3" [87];
        5 v 1 "locationInfoRetrievalContext-v1" [22];
        5 v 2 "locationInfoRetrievalContext-v2" [22];
        5 v 3 "locationInfoRetrievalContext-v3" [22];
        6 v 3 "callControlTransferContext-v3" [6];
        6 v 4 "callControlTransferContext-v4" [6];
        7 v 3 "reportingContext-v3" [73 74 75];
        8 v 3 "callCompletionContext-v3" [76 77];
        9 v 3 "serviceTerminationContext-v3" [88];
        10 v 1 "resetContext-v1" [37];
        10 v 2 "resetContext-v2" [37];
        10 v 3 "resetContext-v3" [37];
        11 v 1 "handoverControlContext-v1" [28 29 30 33 34 35 52 69];
        11 v 2 "handoverControlContext-v2" [29 33 34 35 52 68 69];
        11 v 3 "handoverControlContext-v3" [29 33 34 52 68 69];
        12 v 3 "sIWFSAllocationContext-v3" [31 32];
        13 v 1 "equipmentMngtContext-v1" [43];
        13 v 2 "equipmentMngtContext-v2" [43];
        13 v 3 "equipmentMngtContext-v3" [43];
        14 v 1 "infoRetrievalContext-v1" [9];
        14 v 2 "infoRetrievalContext-v2" [56];
        14 v 3 "infoRetrievalContext-v3" [56];
        15 v 2 "interVlrInfoRetrievalContext-v2" [55];
        15 v 3 "interVlrInfoRetrievalContext-v3" [55];
        16 v 1 "subscriberDataMngtContext-v1" [7 8];
        16 v 2 "subscriberDataMngtContext-v2" [7 8];
        16 v 3 "subscriberDataMngtContext-v3" [7 8];
        17 v 1 "tracingContext-v1" [50 51];
        17 v 2 "tracingContext-v2" [50 51];
        17 v 3 "tracingContext-v3" [50 51];
        18 v 1 "networkFunctionalSsContext-v1" [10 11 12 13 14 16 17 18 19 54];
        18 v 2 "networkFunctionalSsContext-v2" [10 11 12 13 14 16 17 18];
        19 v 2 "networkUnstructuredSsContext-v2" [59 60 61];
        20 v 1 "shortMsgGatewayContext-v1" [45 47];
        20 v 2 "shortMsgGatewayContext-v2" [45 47 63];
        20 v 3 "shortMsgGatewayContext-v3" [45 47 63];
        21 v 1 "shortMsgRelayContext-v1" [46];
        21 v 2 "shortMsgMO-RelayContext-v2" [46];
        21 v 3 "shortMsgMO-RelayContext-v3" [46];
        22 v 3 "subscriberDataModificationNotificationContext-v3" [5];
        23 v 1 "shortMsgAlertContext-v1" [49];
        23 v 2 "shortMsgAlertContext-v2" [64];
        24 v 1 "mwdMngtContext-v1" [48];
        24 v 2 "mwdMngtContext-v2" [66];
        24 v 3 "mwdMngtContext-v3" [66];
        25 v 2 "shortMsgMT-RelayContext-v2" [46];
        25 v 3 "shortMsgMT-RelayContext-v3" [44];
        26 v 2 "imsiRetrievalContext-v2" [58];
        27 v 2 "msPurgingContext-v2" [67];
        27 v 3 "msPurgingContext-v3" [67];
        28 v 3 "subscriberInfoEnquiryContext-v3" [70];
        29 v 3 "anyTimeInfoEnquiryContext-v3" [71];
        31 v 3 "groupCallControlContext-v3" [39 40 41 42];
        32 v 3 "gprsLocationUpdateContext-v3" [7 23 50];
        33 v 3 "gprsLocationInfoRetrievalContext-v3" [24];
        33 v 4 "gprsLocationInfoRetrievalContext-v4" [24];
        34 v 3 "failureReportContext-v3" [25];
        35 v 3 "gprsNotifyContext-v3" [26];
        36 v 3 "ss-InvocationNotificationContext-v3" [72];
        37 v 3 "locationSvcGatewayContext-v3" [85];
        38 v 3 "locationSvcEnquiryContext-v3" [83 86];
        39 v 3 "authenticationFailureReportContext-v3" [15];
        40 v 3 "secureTransportHandlingContext-v3" [];
        41 v 3 "shortMsgMT-Relay-VGCS-Context-v3" [21];
        42 v 3 "mm-EventReportingContext-v3" [89];
        43 v 3 "anyTimeInfoHandlingContext-v3" [62 65];
        44 v 3 "resourceManagementContext-v3" [20];
        45 v 3 "groupCallInfoRetrievalContext-v3" [84];
        46 v 3 "vcsgLocationUpdateContext-v3" [7 53];
        47 v 3 "vcsgLocationCancellationContext-v3" [36];
    }
}
