//! The names of INAP: operations, errors, application contexts.
//!
//! Spec: ITU-T Q.1218 §2.1 (CS1, to code 55), Q.1228 §4.1 (CS2, from 80); ETSI ETS 300 374-1 for the contexts.

use crate::cap;
use crate::map::{ApplicationContext, User};

/// The operation of a code.
pub(crate) fn operation_name(opcode: i64) -> Option<&'static str> {
    Some(match opcode {
        0 => "initialDP",
        1 => "originationAttemptAuthorized",
        2 => "collectedInformation",
        3 => "analysedInformation",
        4 => "routeSelectFailure",
        5 => "oCalledPartyBusy",
        6 => "oNoAnswer",
        7 => "oAnswer",
        8 => "oDisconnect",
        9 => "termAttemptAuthorized",
        10 => "tBusy",
        11 => "tNoAnswer",
        12 => "tAnswer",
        13 => "tDisconnect",
        14 => "oMidCall",
        15 => "tMidCall",
        16 => "assistRequestInstructions",
        17 => "establishTemporaryConnection",
        18 => "disconnectForwardConnection",
        19 => "connectToResource",
        20 => "connect",
        21 => "holdCallInNetwork",
        22 => "releaseCall",
        23 => "requestReportBCSMEvent",
        24 => "eventReportBCSM",
        25 => "requestNotificationChargingEvent",
        26 => "eventNotificationCharging",
        27 => "collectInformation",
        28 => "analyseInformation",
        29 => "selectRoute",
        30 => "selectFacility",
        31 => "continue",
        32 => "initiateCallAttempt",
        33 => "resetTimer",
        34 => "furnishChargingInformation",
        35 => "applyCharging",
        36 => "applyChargingReport",
        37 => "requestCurrentStatusReport",
        38 => "requestEveryStatusChangeReport",
        39 => "requestFirstStatusMatchReport",
        40 => "statusReport",
        41 => "callGap",
        42 => "activateServiceFiltering",
        43 => "serviceFilteringResponse",
        44 => "callInformationReport",
        45 => "callInformationRequest",
        46 => "sendChargingInformation",
        47 => "playAnnouncement",
        48 => "promptAndCollectUserInformation",
        49 => "specializedResourceReport",
        53 => "cancel",
        54 => "cancelStatusReportRequest",
        55 => "activityTest",
        80 => "facilitySelectedAndAvailable",
        81 => "originationAttempt",
        82 => "terminationAttempt",
        83 => "oAbandon",
        84 => "oSuspended",
        85 => "tSuspended",
        86 => "disconnectForwardConnectionWithArgument",
        87 => "authorizeTermination",
        88 => "continueWithArgument",
        89 => "createCallSegmentAssociation",
        90 => "disconnectLeg",
        91 => "mergeCallSegments",
        92 => "moveCallSegments",
        93 => "moveLeg",
        94 => "reconnect",
        95 => "splitLeg",
        96 => "entityReleased",
        97 => "manageTriggerData",
        98 => "requestReportUTSI",
        100 => "sendSTUI",
        101 => "reportUTSI",
        102 => "sendFacilityInformation",
        103 => "requestReportFacilityEvent",
        104 => "eventReportFacility",
        107 => "promptAndReceiveMessage",
        108 => "scriptInformation",
        109 => "scriptEvent",
        110 => "scriptRun",
        111 => "scriptClose",
        _ => return None,
    })
}

/// The error of a code: CAP took them over and spells the first one in its own way.
pub(crate) fn error_name(error: i64) -> Option<&'static str> {
    match error {
        0 => Some("cancelled"),
        1..=17 => cap::error_name(error),
        18 => Some("unknownResource"),
        _ => None,
    }
}

/// Contexts of CS1: itu-t(0) identified-organization(4) etsi(0) inDomain(1) in-network(1) cs1-ac(1), context, version.
#[rustfmt::skip]
pub(crate) fn context(context: u8, version: u8) -> Option<ApplicationContext> {
    let (dotted, name) = match (context, version) {
        (0, 0) => ("0.4.0.1.1.1.0.0", "cs1-ssp-to-scp"),
        (1, 0) => ("0.4.0.1.1.1.1.0", "cs1-assist-handoff-ssp-to-scp"),
        (2, 0) => ("0.4.0.1.1.1.2.0", "cs1-ip-to-scp"),
        (3, 0) => ("0.4.0.1.1.1.3.0", "cs1-scp-to-ssp"),
        (4, 0) => ("0.4.0.1.1.1.4.0", "cs1-scp-to-ssp-traffic-management"),
        (5, 0) => ("0.4.0.1.1.1.5.0", "cs1-scp-to-ssp-service-management"),
        (6, 0) => ("0.4.0.1.1.1.6.0", "cs1-ssp-to-scp-service-management"),
        _ => return None,
    };
    Some(ApplicationContext { user: User::Inap, dotted, name, version: 1, operations: &[] })
}
