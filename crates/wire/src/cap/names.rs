//! The names of CAP: operations, errors, application contexts, and the events of its models.
//!
//! Spec: 3GPP TS 29.078 §4.2.3, §5.3, §5.4 (release 17), TS 29.078 of phases 1 and 2 for the contexts that were numbered as
//! MAP's are.

use crate::map::{ApplicationContext, User};

/// The operation of a code (§5.3).
pub(crate) fn operation_name(opcode: i64) -> Option<&'static str> {
    Some(match opcode {
        0 => "initialDP",
        16 => "assistRequestInstructions",
        17 => "establishTemporaryConnection",
        18 => "disconnectForwardConnection",
        19 => "connectToResource",
        20 => "connect",
        22 => "releaseCall",
        23 => "requestReportBCSMEvent",
        24 => "eventReportBCSM",
        27 => "collectInformation",
        31 => "continue",
        32 => "initiateCallAttempt",
        33 => "resetTimer",
        34 => "furnishChargingInformation",
        35 => "applyCharging",
        36 => "applyChargingReport",
        41 => "callGap",
        44 => "callInformationReport",
        45 => "callInformationRequest",
        46 => "sendChargingInformation",
        47 => "playAnnouncement",
        48 => "promptAndCollectUserInformation",
        49 => "specializedResourceReport",
        53 => "cancel",
        55 => "activityTest",
        60 => "initialDPSMS",
        61 => "furnishChargingInformationSMS",
        62 => "connectSMS",
        63 => "requestReportSMSEvent",
        64 => "eventReportSMS",
        65 => "continueSMS",
        66 => "releaseSMS",
        67 => "resetTimerSMS",
        70 => "activityTestGPRS",
        71 => "applyChargingGPRS",
        72 => "applyChargingReportGPRS",
        73 => "cancelGPRS",
        74 => "connectGPRS",
        75 => "continueGPRS",
        76 => "entityReleasedGPRS",
        77 => "furnishChargingInformationGPRS",
        78 => "initialDPGPRS",
        79 => "releaseGPRS",
        80 => "eventReportGPRS",
        81 => "requestReportGPRSEvent",
        82 => "resetTimerGPRS",
        83 => "sendChargingInformationGPRS",
        86 => "disconnectForwardConnectionWithArgument",
        88 => "continueWithArgument",
        90 => "disconnectLeg",
        93 => "moveLeg",
        95 => "splitLeg",
        96 => "entityReleased",
        97 => "playTone",
        _ => return None,
    })
}

/// The error of a code (§5.4).
pub(crate) fn error_name(error: i64) -> Option<&'static str> {
    Some(match error {
        0 => "canceled",
        1 => "cancelFailed",
        3 => "eTCFailed",
        4 => "improperCallerResponse",
        6 => "missingCustomerRecord",
        7 => "missingParameter",
        8 => "parameterOutOfRange",
        10 => "requestedInfoError",
        11 => "systemFailure",
        12 => "taskRefused",
        13 => "unavailableResource",
        14 => "unexpectedComponentSequence",
        15 => "unexpectedDataValue",
        16 => "unexpectedParameter",
        17 => "unknownLegID",
        50 => "unknownPDPID",
        51 => "unknownCSID",
        _ => return None,
    })
}

/// Contexts of phases 1 and 2, which stand in the arc of MAP and count their version from 0.
#[rustfmt::skip]
pub(crate) fn context_of_gsm(context: u8, version: u8) -> Option<ApplicationContext> {
    let (dotted, name, operations): (_, _, &[u8]) = match (context, version) {
        (50, 0) => ("0.4.0.0.1.0.50.0", "CAP-v1-gsmSSF-to-gsmSCF-AC", SSF),
        (50, 1) => ("0.4.0.0.1.0.50.1", "CAP-v2-gsmSSF-to-gsmSCF-AC", SSF),
        (51, 1) => ("0.4.0.0.1.0.51.1", "CAP-v2-assist-gsmSSF-to-gsmSCF-AC", ASSIST),
        (52, 1) => ("0.4.0.0.1.0.52.1", "CAP-v2-gsmSRF-to-gsmSCF-AC", SRF),
        _ => return None,
    };
    Some(ApplicationContext { user: User::Cap, dotted, name, version: version.saturating_add(1), operations })
}

/// Contexts of phases 3 and 4.
#[rustfmt::skip]
pub(crate) fn context(phase: u8, context: u8) -> Option<ApplicationContext> {
    let (dotted, name, operations): (_, _, &[u8]) = match (phase, context) {
        (21, 4) => ("0.4.0.0.1.21.3.4", "cap3-ssf-scfGenericAC", SSF),
        (21, 6) => ("0.4.0.0.1.21.3.6", "cap3-ssf-scfAssistHandoffAC", ASSIST),
        (21, 14) => ("0.4.0.0.1.21.3.14", "cap3-gsmSRF-scfAC", SRF),
        (21, 50) => ("0.4.0.0.1.21.3.50", "cap3-gprssf-scfAC", GPRS),
        (21, 51) => ("0.4.0.0.1.21.3.51", "cap3-gsmscf-gprsssfAC", GPRS),
        (21, 61) => ("0.4.0.0.1.21.3.61", "cap3-sms-AC", SMS),
        (22, 14) => ("0.4.0.0.1.22.3.14", "cap4-gsmSRF-scfAC", SRF),
        (23, 4) => ("0.4.0.0.1.23.3.4", "cap4-ssf-scfGenericAC", SSF),
        (23, 6) => ("0.4.0.0.1.23.3.6", "cap4-ssf-scfAssistHandoffAC", ASSIST),
        (23, 8) => ("0.4.0.0.1.23.3.8", "cap4-scf-ssfGenericAC", SSF),
        (23, 61) => ("0.4.0.0.1.23.3.61", "cap4-sms-AC", SMS),
        _ => return None,
    };
    let version = if phase == 21 { 3 } else { 4 };
    Some(ApplicationContext { user: User::Cap, dotted, name, version, operations })
}

/// Operations of the packages of each context, both directions (§6.1.2, §6.2.2, §7.2, §8.2). Those between switch and control
/// point grew with each phase; what a later phase has is let pass in an earlier one.
const SSF: &[u8] = &[
    0, 16, 17, 18, 19, 20, 22, 23, 24, 27, 31, 32, 33, 34, 35, 36, 41, 44, 45, 46, 47, 48, 49, 53,
    55, 86, 88, 90, 93, 95, 96, 97,
];
const ASSIST: &[u8] = &[16, 18, 19, 22, 31, 33, 34, 35, 36, 46, 47, 48, 49, 53, 55, 86, 97];
const SRF: &[u8] = &[16, 47, 48, 49, 53, 55];
const GPRS: &[u8] = &[70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83];
const SMS: &[u8] = &[60, 61, 62, 63, 64, 65, 66, 67];

/// EventTypeBCSM of CAP, and those that only INAP has.
pub(crate) fn event_bcsm(event: u8) -> Option<&'static str> {
    Some(match event {
        1 => "origAttemptAuthorized",
        2 => "collectedInfo",
        3 => "analyzedInformation",
        4 => "routeSelectFailure",
        5 => "oCalledPartyBusy",
        6 => "oNoAnswer",
        7 => "oAnswer",
        8 => "oMidCall",
        9 => "oDisconnect",
        10 => "oAbandon",
        12 => "termAttemptAuthorized",
        13 => "tBusy",
        14 => "tNoAnswer",
        15 => "tAnswer",
        16 => "tMidCall",
        17 => "tDisconnect",
        18 => "tAbandon",
        19 => "oTermSeized",
        20 => "oSuspend",
        21 => "tSuspend",
        22 => "origAttempt",
        23 => "termAttempt",
        24 => "oReAnswer",
        25 => "tReAnswer",
        26 => "facilitySelectedAndAvailable",
        27 => "callAccepted",
        28 => "authorizeRouteFailure",
        29 => "originationAttemptDenied",
        30 => "terminationAttemptDenied",
        50 => "oChangeOfPosition",
        51 => "tChangeOfPosition",
        52 => "oServiceChange",
        53 => "tServiceChange",
        100 => "oModifyRequest",
        101 => "oModifyResult",
        102 => "tModifyRequest",
        103 => "tModifyResult",
        _ => return None,
    })
}

/// EventTypeSMS.
pub(super) fn event_sms(event: u8) -> Option<&'static str> {
    Some(match event {
        1 => "sms-CollectedInfo",
        2 => "o-smsFailure",
        3 => "o-smsSubmission",
        11 => "sms-DeliveryRequested",
        12 => "t-smsFailure",
        13 => "t-smsDelivery",
        _ => return None,
    })
}

/// GPRSEventType.
pub(super) fn event_gprs(event: u8) -> Option<&'static str> {
    Some(match event {
        1 => "attach",
        2 => "attachChangeOfPosition",
        3 => "detached",
        11 => "pdp-ContextEstablishment",
        12 => "pdp-ContextEstablishmentAcknowledgement",
        13 => "disconnect",
        14 => "pdp-ContextChangeOfPosition",
        _ => return None,
    })
}
