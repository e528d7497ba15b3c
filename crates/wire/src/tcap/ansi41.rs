//! ANSI-41, the mobile application part of North American networks: names of operations and errors, and the identities in
//! their parameters.
//!
//! Spec: TIA-41-E chapter 5 (part 540 operations, part 550 parameters).

use super::ansi::parameters;
use super::{Code, Component, Message};
use crate::ber::Tag;
use crate::sccp::Digits;
use crate::{Anomalies, Cursor};

/// The family of its operation codes.
const FAMILY: i64 = 9;

/// Tags of parameters.
const MIN: Tag = Tag::context(8);
const MDN: Tag = Tag::context(93);
const IMSI: Tag = Tag::context(242);

/// Who a parameter set is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Identities {
    /// mobileIdentificationNumber: ten digits of a North American number.
    pub min: Option<Digits>,
    pub imsi: Option<Digits>,
    /// mobileDirectoryNumber.
    pub mdn: Option<Digits>,
}

/// Whether a component is ANSI-41 by its code: private, and of its family.
pub fn speaks(component: &Component<'_>) -> bool {
    matches!(component.opcode, Some(Code::Private(code)) if code >> 8 == FAMILY)
}

/// Whether any component of a message is ANSI-41.
pub fn is_ansi41(message: &Message<'_>) -> bool {
    message.components.iter().any(speaks)
}

/// The identities in a parameter set.
pub fn identities(parameter: Cursor<'_>) -> Identities {
    let mut unnoted = Anomalies::default();
    let mut found = Identities::default();
    let Some(mut fields) = parameters(parameter) else { return found };
    while let Some(field) = fields.next(&mut unnoted) {
        match field.tag {
            MIN => found.min = Some(Digits::from_bcd(field.octets(), false)),
            IMSI => found.imsi = Some(Digits::from_bcd(field.octets(), false)),
            MDN => found.mdn = digits(field.octets()),
            _ => {}
        }
    }
    found
}

/// DigitsType (§6.5.2.2): type, nature, plan and encoding, how many, then the digits; BCD is encoding 1.
fn digits(octets: &[u8]) -> Option<Digits> {
    let (&[_, _, plan, count], rest) = octets.split_first_chunk()?;
    let wanted = usize::from(count).div_ceil(2);
    let (bcd, _) = rest.split_at_checked(wanted)?;
    (plan & 15 == 1).then(|| Digits::from_bcd(bcd, count & 1 == 1))
}

/// The name of an operation by its whole code, family and specifier (table of part 540).
pub const fn operation_name(code: i64) -> Option<&'static str> {
    if code >> 8 != FAMILY {
        return None;
    }
    Some(match code & 0xff {
        1 => "handoffMeasurementRequest",
        2 => "facilitiesDirective",
        3 => "mobileOnChannel",
        4 => "handoffBack",
        5 => "facilitiesRelease",
        6 => "qualificationRequest",
        7 => "qualificationDirective",
        8 => "blocking",
        9 => "unblocking",
        10 => "resetCircuit",
        11 => "trunkTest",
        12 => "trunkTestDisconnect",
        13 => "registrationNotification",
        14 => "registrationCancellation",
        15 => "locationRequest",
        16 => "routingRequest",
        17 => "featureRequest",
        20 => "unreliableRoamerDataDirective",
        22 => "mSInactive",
        23 => "transferToNumberRequest",
        24 => "redirectionRequest",
        25 => "handoffToThird",
        26 => "flashRequest",
        27 => "authenticationDirective",
        28 => "authenticationRequest",
        29 => "baseStationChallenge",
        30 => "authenticationFailureReport",
        31 => "countRequest",
        32 => "interSystemPage",
        33 => "unsolicitedResponse",
        34 => "bulkDeregistration",
        35 => "handoffMeasurementRequest2",
        36 => "facilitiesDirective2",
        37 => "handoffBack2",
        38 => "handoffToThird2",
        39 => "authenticationDirectiveForward",
        40 => "authenticationStatusReport",
        42 => "informationDirective",
        43 => "informationForward",
        44 => "interSystemAnswer",
        45 => "interSystemPage2",
        46 => "interSystemSetup",
        47 => "originationRequest",
        48 => "randomVariableRequest",
        49 => "redirectionDirective",
        50 => "remoteUserInteractionDirective",
        51 => "sMSDeliveryBackward",
        52 => "sMSDeliveryForward",
        53 => "sMSDeliveryPointToPoint",
        54 => "sMSNotification",
        55 => "sMSRequest",
        56 => "oTASPRequest",
        57 => "informationBackward",
        58 => "changeFacilities",
        59 => "changeService",
        60 => "parameterRequest",
        61 => "tMSIDirective",
        62 => "numberPortabilityRequest",
        63 => "serviceRequest",
        64 => "analyzedInformation",
        65 => "connectionFailureReport",
        66 => "connectResource",
        67 => "facilitySelectedAndAvailable",
        68 => "instructionRequest",
        69 => "modify",
        70 => "resetTimer",
        71 => "search",
        72 => "seizeResource",
        73 => "sRFDirective",
        74 => "tBusy",
        75 => "tNoAnswer",
        76 => "release",
        77 => "sMSDeliveryPointToPointAck",
        78 => "messageDirective",
        79 => "bulkDisconnection",
        80 => "callControlDirective",
        81 => "oAnswer",
        82 => "oDisconnect",
        83 => "callRecoveryReport",
        84 => "tAnswer",
        85 => "tDisconnect",
        86 => "unreliableCallData",
        87 => "oCalledPartyBusy",
        88 => "oNoAnswer",
        89 => "positionRequest",
        90 => "positionRequestForward",
        91 => "callTerminationReport",
        92 => "geoPositionDirective",
        93 => "geoPositionRequest",
        94 => "interSystemPositionRequest",
        95 => "interSystemPositionRequestForward",
        96 => "aCGDirective",
        97 => "roamerDatabaseVerificationRequest",
        98 => "addService",
        99 => "dropService",
        100 => "lCSParameterRequest",
        101 => "checkMEID",
        102 => "positionEventNotification",
        103 => "statusRequest",
        _ => return None,
    })
}

/// The name of an error by its private code (part 550, ErrorCode).
pub const fn error_name(code: i64) -> Option<&'static str> {
    Some(match code & 0xff {
        0x81 => "unrecognizedMIN",
        0x82 => "unrecognizedESN",
        0x83 => "mINorHLRMismatch",
        0x84 => "operationSequenceProblem",
        0x85 => "resourceShortage",
        0x86 => "operationNotSupported",
        0x87 => "trunkUnavailable",
        0x88 => "parameterError",
        0x89 => "systemFailure",
        0x8a => "unrecognizedParameterValue",
        0x8b => "featureInactive",
        0x8c => "missingParameter",
        _ => return None,
    })
}
