//! The operations of MAP and CAP, whose they are, and the category in which each is screened at an interconnect.
//!
//! Codes and names: 3GPP TS 29.002 §17.5, TS 29.078 §5.3. Who sends what to whom: TS 29.002 §6 to §13, TS 23.078.
//! Categories: GSMA FS.11 is for members only; the column is a profile drawn from what vendors publish about it, and each row
//! says how sure it is. The configuration may give any operation another category (`map.37`, `cap.0`).

use event::{Level, Map};

use crate::card::Check;
use crate::tuning::Tuning;

/// How an operation is screened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Category {
    /// Never over an interconnect, unless agreed.
    One,
    /// From the subscriber's home network only.
    Two,
    /// From the network that the subscriber visits only.
    Three,
    /// Short messages, which home routing guards.
    Routing,
    /// Inside one network, and no more is published about it.
    Local,
    /// None: the radio interface's, obsolete, or not for this network.
    None,
}

impl Category {
    /// By the number that a configuration gives.
    pub(crate) const fn of_number(number: u8) -> Self {
        match number {
            1 => Self::One,
            2 => Self::Two,
            3 => Self::Three,
            _ => Self::None,
        }
    }
}

/// How sure the category of a row is, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Basis {
    /// Vendors' public screening guides name the operation or the rule behind it (Oracle vSTP SS7 Security Guide, tables of
    /// categories 1 to 3; Ribbon DSC, allowed MAP IMSIs).
    Vendors,
    /// The specification gives the operation to one kind of node of one network: nobody else has a use for it.
    Roles,
    /// Nothing public says so for this operation: not above medium before an answer shows what it gave away.
    Unverified,
    /// The operator's own configuration.
    Configured,
}

impl Basis {
    /// The level of a request that has no answer yet.
    pub(crate) const fn level(self) -> Level {
        match self {
            Self::Unverified => Level::Medium,
            _ => Level::High,
        }
    }
}

/// An operation, and how it is screened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    pub(crate) code: i64,
    /// As in the ASN.1: `anyTimeInterrogation`.
    pub(crate) name: &'static str,
    /// The check that stands for it: `map.any-time-interrogation`.
    pub(crate) check: &'static str,
    pub(crate) category: Category,
    pub(crate) basis: Basis,
    /// Whatever it is answered with is a loss: location, identity, vectors, routing, the profile.
    pub(crate) grave: bool,
    /// What sends it to what, where the network is sound.
    pub(crate) from: &'static str,
    pub(crate) to: &'static str,
    /// For `rules explain`.
    pub(crate) looks_for: &'static str,
}

macro_rules! operations {
    ($prefix:literal $($code:literal $name:literal $check:literal $category:ident $basis:ident $grave:ident
        $from:literal > $to:literal $looks_for:literal;)*) => {
        &[$(Operation {
            code: $code,
            name: $name,
            check: concat!($prefix, ".", $check),
            category: Category::$category,
            basis: Basis::$basis,
            grave: $grave,
            from: $from,
            to: $to,
            looks_for: $looks_for,
        }),*]
    };
}

const Y: bool = true;
const N: bool = false;

/// MAP, by code.
#[rustfmt::skip]
pub(crate) const MAP: &[Operation] = operations! { "map"
    2 "updateLocation" "update-location" Three Vendors Y "VLR" > "HLR" "updateLocation: the subscriber is said to be here, and calls and messages follow";
    3 "cancelLocation" "cancel-location" Two Roles N "HLR" > "VLR or SGSN" "cancelLocation: the subscriber is thrown out of the network";
    4 "provideRoamingNumber" "provide-roaming-number" Two Roles Y "HLR" > "VLR" "provideRoamingNumber: a number that leads calls to the subscriber's switch";
    5 "noteSubscriberDataModified" "note-subscriber-data-modified" Local Unverified N "HLR" > "gsmSCF" "noteSubscriberDataModified";
    6 "resumeCallHandling" "resume-call-handling" One Unverified Y "VMSC" > "GMSC" "resumeCallHandling from outside";
    7 "insertSubscriberData" "insert-subscriber-data" Two Vendors N "HLR" > "VLR or SGSN" "insertSubscriberData: the profile is rewritten, control points and barring included";
    8 "deleteSubscriberData" "delete-subscriber-data" Two Roles N "HLR" > "VLR or SGSN" "deleteSubscriberData: parts of the profile are taken away";
    9 "sendParameters" "send-parameters" One Vendors Y "VLR" > "VLR or HLR" "sendParameters (version 1): authentication vectors and subscriber data";
    10 "registerSS" "register-ss" Three Vendors N "VLR" > "HLR" "registerSS: calls are forwarded to a number of the sender's choice";
    11 "eraseSS" "erase-ss" Three Vendors N "VLR" > "HLR" "eraseSS";
    12 "activateSS" "activate-ss" Three Vendors N "VLR" > "HLR" "activateSS";
    13 "deactivateSS" "deactivate-ss" Three Vendors N "VLR" > "HLR" "deactivateSS";
    14 "interrogateSS" "interrogate-ss" Three Vendors Y "VLR" > "HLR" "interrogateSS: where calls are forwarded to";
    15 "authenticationFailureReport" "authentication-failure-report" Three Vendors N "VLR or SGSN" > "HLR" "authenticationFailureReport";
    16 "notifySS" "notify-ss" Local Unverified N "MSC" > "MS" "notifySS";
    17 "registerPassword" "register-password" Three Vendors N "VLR" > "HLR" "registerPassword";
    18 "getPassword" "get-password" Two Roles Y "HLR" > "VLR" "getPassword: asks for the subscriber's password";
    19 "processUnstructuredSS-Data" "process-unstructured-ss-data" Three Vendors Y "VLR" > "HLR" "processUnstructuredSS-Data (version 1)";
    20 "releaseResources" "release-resources" One Unverified N "GMSC" > "VMSC" "releaseResources from outside";
    21 "mt-ForwardSM-VGCS" "mt-forward-sm-vgcs" None Unverified N "SMS-GMSC" > "anchor MSC" "mt-ForwardSM-VGCS";
    22 "sendRoutingInfo" "send-routing-info" One Vendors Y "GMSC" > "HLR" "sendRoutingInfo: IMSI and serving node of a subscriber";
    23 "updateGprsLocation" "update-gprs-location" Three Vendors Y "SGSN" > "HLR" "updateGprsLocation: the subscriber's data sessions are said to be here";
    24 "sendRoutingInfoForGprs" "send-routing-info-for-gprs" One Vendors Y "GGSN" > "HLR" "sendRoutingInfoForGprs: the subscriber's serving SGSN";
    25 "failureReport" "failure-report" One Roles N "GGSN" > "HLR" "failureReport from outside";
    26 "noteMsPresentForGprs" "note-ms-present-for-gprs" One Roles N "HLR" > "GGSN" "noteMsPresentForGprs from outside";
    28 "performHandover" "perform-handover" One Unverified N "MSC" > "MSC" "performHandover (version 1) from outside";
    29 "sendEndSignal" "send-end-signal" One Unverified N "MSC" > "MSC" "sendEndSignal from outside";
    30 "performSubsequentHandover" "perform-subsequent-handover" One Unverified N "MSC" > "MSC" "performSubsequentHandover (version 1) from outside";
    31 "provideSIWFSNumber" "provide-siwfs-number" One Unverified N "MSC" > "SIWFS" "provideSIWFSNumber from outside";
    32 "sIWFSSignallingModify" "siwfs-signalling-modify" One Unverified N "MSC" > "SIWFS" "sIWFSSignallingModify from outside";
    33 "processAccessSignalling" "process-access-signalling" One Unverified N "MSC" > "MSC" "processAccessSignalling from outside";
    34 "forwardAccessSignalling" "forward-access-signalling" One Unverified N "MSC" > "MSC" "forwardAccessSignalling from outside";
    35 "noteInternalHandover" "note-internal-handover" One Unverified N "MSC" > "MSC" "noteInternalHandover (version 1) from outside";
    36 "cancelVcsgLocation" "cancel-vcsg-location" Two Unverified N "CSS" > "VLR or SGSN" "cancelVcsgLocation";
    37 "reset" "reset" Two Vendors N "HLR" > "VLR or SGSN" "reset: makes the network ask again about every subscriber of an HLR";
    38 "forwardCheckSS-Indication" "forward-check-ss-indication" Two Roles N "HLR" > "VLR" "forwardCheckSS-Indication";
    39 "prepareGroupCall" "prepare-group-call" One Roles N "MSC" > "MSC" "prepareGroupCall from outside";
    40 "sendGroupCallEndSignal" "send-group-call-end-signal" One Roles N "MSC" > "MSC" "sendGroupCallEndSignal from outside";
    41 "processGroupCallSignalling" "process-group-call-signalling" One Roles N "MSC" > "MSC" "processGroupCallSignalling from outside";
    42 "forwardGroupCallSignalling" "forward-group-call-signalling" One Roles N "MSC" > "MSC" "forwardGroupCallSignalling from outside";
    43 "checkIMEI" "check-imei" One Roles N "MSC or SGSN" > "EIR" "checkIMEI from outside";
    44 "mt-forwardSM" "mt-forward-sm" Routing Roles N "SMS-GMSC" > "MSC or SGSN" "mt-forwardSM";
    45 "sendRoutingInfoForSM" "send-routing-info-for-sm" Routing Roles Y "SMS-GMSC" > "HLR" "sendRoutingInfoForSM";
    46 "mo-forwardSM" "mo-forward-sm" Three Vendors N "MSC or SGSN" > "SMS-IWMSC" "mo-forwardSM; before version 3 mt-forwardSM too";
    47 "reportSM-DeliveryStatus" "report-sm-delivery-status" Routing Roles N "SMS-GMSC" > "HLR" "reportSM-DeliveryStatus";
    48 "noteSubscriberPresent" "note-subscriber-present" Three Vendors N "VLR" > "HLR" "noteSubscriberPresent (version 1)";
    49 "alertServiceCentreWithoutResult" "alert-service-centre-without-result" Routing Roles N "HLR" > "SMS-IWMSC" "alertServiceCentreWithoutResult (version 1)";
    50 "activateTraceMode" "activate-trace-mode" Two Vendors N "HLR" > "VLR or SGSN" "activateTraceMode: every step of the subscriber is recorded";
    51 "deactivateTraceMode" "deactivate-trace-mode" Two Vendors N "HLR" > "VLR or SGSN" "deactivateTraceMode";
    52 "traceSubscriberActivity" "trace-subscriber-activity" One Unverified N "MSC" > "MSC" "traceSubscriberActivity (version 1) from outside";
    53 "updateVcsgLocation" "update-vcsg-location" Three Unverified N "VLR or SGSN" > "CSS" "updateVcsgLocation";
    54 "beginSubscriberActivity" "begin-subscriber-activity" One Unverified N "VLR" > "HLR" "beginSubscriberActivity (version 1) from outside";
    55 "sendIdentification" "send-identification" One Roles Y "VLR" > "VLR" "sendIdentification: IMSI and unused authentication vectors of a TMSI";
    56 "sendAuthenticationInfo" "send-authentication-info" Three Vendors Y "VLR or SGSN" > "HLR" "sendAuthenticationInfo: vectors with which to play the network or the subscriber";
    57 "restoreData" "restore-data" Three Vendors Y "VLR" > "HLR" "restoreData: the whole profile";
    58 "sendIMSI" "send-imsi" One Vendors Y "VLR" > "HLR" "sendIMSI: the identity behind a number";
    59 "processUnstructuredSS-Request" "process-unstructured-ss-request" Three Vendors Y "VLR" > "HLR" "processUnstructuredSS-Request: a code dialled in the subscriber's name";
    60 "unstructuredSS-Request" "unstructured-ss-request" Two Vendors Y "HLR" > "VLR" "unstructuredSS-Request: a question on the subscriber's screen";
    61 "unstructuredSS-Notify" "unstructured-ss-notify" Two Vendors N "HLR" > "VLR" "unstructuredSS-Notify: a text on the subscriber's screen";
    62 "anyTimeSubscriptionInterrogation" "any-time-subscription-interrogation" One Vendors Y "gsmSCF" > "HLR" "anyTimeSubscriptionInterrogation: subscription data";
    63 "informServiceCentre" "inform-service-centre" Routing Roles N "HLR" > "SMS-GMSC" "informServiceCentre";
    64 "alertServiceCentre" "alert-service-centre" Routing Roles N "HLR" > "SMS-IWMSC" "alertServiceCentre";
    65 "anyTimeModification" "any-time-modification" One Vendors Y "gsmSCF" > "HLR" "anyTimeModification: changes subscription data";
    66 "readyForSM" "ready-for-sm" Three Vendors N "VLR or SGSN" > "HLR" "readyForSM";
    67 "purgeMS" "purge-ms" Three Vendors N "VLR or SGSN" > "HLR" "purgeMS: the subscriber is said to be gone";
    68 "prepareHandover" "prepare-handover" One Unverified N "MSC" > "MSC" "prepareHandover from outside";
    69 "prepareSubsequentHandover" "prepare-subsequent-handover" One Unverified N "MSC" > "MSC" "prepareSubsequentHandover from outside";
    70 "provideSubscriberInfo" "provide-subscriber-info" Two Vendors Y "HLR" > "VLR or SGSN" "provideSubscriberInfo: cell and state of a subscriber, from the serving node";
    71 "anyTimeInterrogation" "any-time-interrogation" One Vendors Y "gsmSCF" > "HLR" "anyTimeInterrogation: location and state of any subscriber";
    72 "ss-InvocationNotification" "ss-invocation-notification" Three Unverified N "MSC" > "gsmSCF" "ss-InvocationNotification";
    73 "setReportingState" "set-reporting-state" Two Roles N "HLR" > "VLR" "setReportingState: the network reports when the subscriber is free";
    74 "statusReport" "status-report" Three Unverified N "VLR" > "HLR" "statusReport";
    75 "remoteUserFree" "remote-user-free" Two Roles N "HLR" > "VLR" "remoteUserFree: has the subscriber's telephone call back";
    76 "registerCC-Entry" "register-cc-entry" Three Unverified N "VLR" > "HLR" "registerCC-Entry";
    77 "eraseCC-Entry" "erase-cc-entry" Three Unverified N "VLR" > "HLR" "eraseCC-Entry";
    83 "provideSubscriberLocation" "provide-subscriber-location" Two Roles Y "GMLC" > "MSC or SGSN" "provideSubscriberLocation: coordinates of a subscriber";
    84 "sendGroupCallInfo" "send-group-call-info" None Unverified N "MSC" > "HLR" "sendGroupCallInfo";
    85 "sendRoutingInfoForLCS" "send-routing-info-for-lcs" One Vendors Y "GMLC" > "HLR" "sendRoutingInfoForLCS: serving node and identities for positioning";
    86 "subscriberLocationReport" "subscriber-location-report" Three Unverified N "MSC or SGSN" > "GMLC" "subscriberLocationReport";
    87 "ist-Alert" "ist-alert" Three Vendors N "MSC" > "HLR" "ist-Alert";
    88 "ist-Command" "ist-command" Two Roles N "HLR" > "MSC" "ist-Command: the subscriber's calls are cut off";
    89 "noteMM-Event" "note-mm-event" Three Vendors N "VLR" > "gsmSCF" "noteMM-Event";
};

/// CAP, by code (TS 29.078 §5.3). What a switch tells the control point comes from where the subscriber is, what the
/// control point orders comes from the subscriber's home; which of both an operation is, its role says.
#[rustfmt::skip]
pub(crate) const CAP: &[Operation] = operations! { "cap"
    0 "initialDP" "initial-dp" Three Roles N "gsmSSF" > "gsmSCF" "initialDP";
    16 "assistRequestInstructions" "assist-request-instructions" Three Roles N "gsmSRF" > "gsmSCF" "assistRequestInstructions";
    17 "establishTemporaryConnection" "establish-temporary-connection" Two Roles N "gsmSCF" > "gsmSSF" "establishTemporaryConnection";
    18 "disconnectForwardConnection" "disconnect-forward-connection" Two Roles N "gsmSCF" > "gsmSSF" "disconnectForwardConnection";
    19 "connectToResource" "connect-to-resource" Two Roles N "gsmSCF" > "gsmSSF" "connectToResource";
    20 "connect" "connect" Two Roles N "gsmSCF" > "gsmSSF" "connect: the call goes to another number";
    22 "releaseCall" "release-call" Two Roles N "gsmSCF" > "gsmSSF" "releaseCall";
    23 "requestReportBCSMEvent" "request-report-bcsm-event" Two Roles N "gsmSCF" > "gsmSSF" "requestReportBCSMEvent";
    24 "eventReportBCSM" "event-report-bcsm" Three Roles N "gsmSSF" > "gsmSCF" "eventReportBCSM";
    27 "collectInformation" "collect-information" Two Roles N "gsmSCF" > "gsmSSF" "collectInformation";
    31 "continue" "continue" Two Roles N "gsmSCF" > "gsmSSF" "continue";
    32 "initiateCallAttempt" "initiate-call-attempt" Two Roles N "gsmSCF" > "gsmSSF" "initiateCallAttempt: a call that the control point begins by itself";
    33 "resetTimer" "reset-timer" Two Roles N "gsmSCF" > "gsmSSF" "resetTimer";
    34 "furnishChargingInformation" "furnish-charging-information" Two Roles N "gsmSCF" > "gsmSSF" "furnishChargingInformation";
    35 "applyCharging" "apply-charging" Two Roles N "gsmSCF" > "gsmSSF" "applyCharging";
    36 "applyChargingReport" "apply-charging-report" Three Roles N "gsmSSF" > "gsmSCF" "applyChargingReport";
    41 "callGap" "call-gap" Two Roles N "gsmSCF" > "gsmSSF" "callGap";
    44 "callInformationReport" "call-information-report" Three Roles N "gsmSSF" > "gsmSCF" "callInformationReport";
    45 "callInformationRequest" "call-information-request" Two Roles N "gsmSCF" > "gsmSSF" "callInformationRequest";
    46 "sendChargingInformation" "send-charging-information" Two Roles N "gsmSCF" > "gsmSSF" "sendChargingInformation";
    47 "playAnnouncement" "play-announcement" Two Roles N "gsmSCF" > "gsmSRF" "playAnnouncement";
    48 "promptAndCollectUserInformation" "prompt-and-collect-user-information" Two Roles N "gsmSCF" > "gsmSRF" "promptAndCollectUserInformation";
    49 "specializedResourceReport" "specialized-resource-report" Three Roles N "gsmSRF" > "gsmSCF" "specializedResourceReport";
    53 "cancel" "cancel" Two Roles N "gsmSCF" > "gsmSSF" "cancel";
    55 "activityTest" "activity-test" Two Roles N "gsmSCF" > "gsmSSF" "activityTest";
    60 "initialDPSMS" "initial-dp-sms" Three Roles N "gsmSSF" > "gsmSCF" "initialDPSMS";
    61 "furnishChargingInformationSMS" "furnish-charging-information-sms" Two Roles N "gsmSCF" > "gsmSSF" "furnishChargingInformationSMS";
    62 "connectSMS" "connect-sms" Two Roles N "gsmSCF" > "gsmSSF" "connectSMS: the message goes to another number";
    63 "requestReportSMSEvent" "request-report-sms-event" Two Roles N "gsmSCF" > "gsmSSF" "requestReportSMSEvent";
    64 "eventReportSMS" "event-report-sms" Three Roles N "gsmSSF" > "gsmSCF" "eventReportSMS";
    65 "continueSMS" "continue-sms" Two Roles N "gsmSCF" > "gsmSSF" "continueSMS";
    66 "releaseSMS" "release-sms" Two Roles N "gsmSCF" > "gsmSSF" "releaseSMS";
    67 "resetTimerSMS" "reset-timer-sms" Two Roles N "gsmSCF" > "gsmSSF" "resetTimerSMS";
    70 "activityTestGPRS" "activity-test-gprs" Two Roles N "gsmSCF" > "gprsSSF" "activityTestGPRS";
    71 "applyChargingGPRS" "apply-charging-gprs" Two Roles N "gsmSCF" > "gprsSSF" "applyChargingGPRS";
    72 "applyChargingReportGPRS" "apply-charging-report-gprs" Three Roles N "gprsSSF" > "gsmSCF" "applyChargingReportGPRS";
    73 "cancelGPRS" "cancel-gprs" Two Roles N "gsmSCF" > "gprsSSF" "cancelGPRS";
    74 "connectGPRS" "connect-gprs" Two Roles N "gsmSCF" > "gprsSSF" "connectGPRS: the session gets another access point";
    75 "continueGPRS" "continue-gprs" Two Roles N "gsmSCF" > "gprsSSF" "continueGPRS";
    76 "entityReleasedGPRS" "entity-released-gprs" Three Roles N "gprsSSF" > "gsmSCF" "entityReleasedGPRS";
    77 "furnishChargingInformationGPRS" "furnish-charging-information-gprs" Two Roles N "gsmSCF" > "gprsSSF" "furnishChargingInformationGPRS";
    78 "initialDPGPRS" "initial-dp-gprs" Three Roles N "gprsSSF" > "gsmSCF" "initialDPGPRS";
    79 "releaseGPRS" "release-gprs" Two Roles N "gsmSCF" > "gprsSSF" "releaseGPRS";
    80 "eventReportGPRS" "event-report-gprs" Three Roles N "gprsSSF" > "gsmSCF" "eventReportGPRS";
    81 "requestReportGPRSEvent" "request-report-gprs-event" Two Roles N "gsmSCF" > "gprsSSF" "requestReportGPRSEvent";
    82 "resetTimerGPRS" "reset-timer-gprs" Two Roles N "gsmSCF" > "gprsSSF" "resetTimerGPRS";
    83 "sendChargingInformationGPRS" "send-charging-information-gprs" Two Roles N "gsmSCF" > "gprsSSF" "sendChargingInformationGPRS";
    86 "disconnectForwardConnectionWithArgument" "disconnect-forward-connection-with-argument" Two Roles N "gsmSCF" > "gsmSSF" "disconnectForwardConnectionWithArgument";
    88 "continueWithArgument" "continue-with-argument" Two Roles N "gsmSCF" > "gsmSSF" "continueWithArgument";
    90 "disconnectLeg" "disconnect-leg" Two Roles N "gsmSCF" > "gsmSSF" "disconnectLeg";
    93 "moveLeg" "move-leg" Two Roles N "gsmSCF" > "gsmSSF" "moveLeg";
    95 "splitLeg" "split-leg" Two Roles N "gsmSCF" > "gsmSSF" "splitLeg";
    96 "entityReleased" "entity-released" Three Roles N "gsmSSF" > "gsmSCF" "entityReleased";
    97 "playTone" "play-tone" Two Roles N "gsmSCF" > "gsmSSF" "playTone";
};

/// Which user of TCAP an operation code belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum User {
    Map,
    /// CAP, and INAP, whose codes CAP took over.
    Cap,
}

impl User {
    /// By the context; where that is missing, by a subsystem number that only its users have (TS 23.003 §8.2).
    pub(crate) fn of(map: &Map) -> Option<Self> {
        let ssn =
            |address: &Option<event::SccpAddress>| address.as_ref().and_then(|address| address.ssn);
        match map.user.as_ref() {
            "map" => Some(Self::Map),
            "cap" | "inap" => Some(Self::Cap),
            "unknown" => {
                let mut ssns = [ssn(&map.calling), ssn(&map.called)].into_iter().flatten();
                ssns.find_map(|ssn| match ssn {
                    5..=9 | 145 | 148..=150 => Some(Self::Map),
                    146 => Some(Self::Cap),
                    _ => None,
                })
            }
            _ => None,
        }
    }

    /// `map`, `cap`: how the configuration and agreements name its operations.
    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Self::Map => "map",
            Self::Cap => "cap",
        }
    }

    const fn table(self) -> &'static [Operation] {
        match self {
            Self::Map => MAP,
            Self::Cap => CAP,
        }
    }
}

/// The codes that a table may name.
const CODES: usize = 128;

/// The categories as they stand: the tables, and what the operator changed.
#[derive(Debug)]
pub(crate) struct Profile {
    map: [Rating; CODES],
    cap: [Rating; CODES],
}

/// What is known of a code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rating {
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) category: Category,
    pub(crate) basis: Basis,
}

const UNRATED: Rating =
    Rating { operation: None, category: Category::None, basis: Basis::Unverified };

impl Default for Profile {
    fn default() -> Self {
        Self::new(|_, _| None)
    }
}

impl Profile {
    /// The tables with what the configuration changes.
    pub(crate) fn tuned(tuning: &Tuning) -> Self {
        if !tuning.has_categories() {
            return Self::default();
        }
        Self::new(|user, code| tuning.category(&format!("{}.{code}", user.prefix())))
    }

    fn new(chosen: impl Fn(User, usize) -> Option<u8>) -> Self {
        let rate = |user: User| {
            let mut ratings = [UNRATED; CODES];
            for operation in user.table() {
                let place = usize::try_from(operation.code).ok().and_then(|at| ratings.get_mut(at));
                if let Some(rating) = place {
                    *rating = Rating {
                        operation: Some(operation),
                        category: operation.category,
                        basis: operation.basis,
                    };
                }
            }
            for (code, rating) in ratings.iter_mut().enumerate() {
                if let Some(number) = chosen(user, code) {
                    rating.category = Category::of_number(number);
                    rating.basis = Basis::Configured;
                }
            }
            ratings
        };
        Self { map: rate(User::Map), cap: rate(User::Cap) }
    }

    /// The rating of an operation code; `None` for codes beyond the tables.
    pub(crate) fn rate(&self, user: User, code: i64) -> Option<&Rating> {
        let ratings = match user {
            User::Map => &self.map,
            User::Cap => &self.cap,
        };
        ratings.get(usize::try_from(code).ok()?)
    }
}

impl Rating {
    /// The check that stands for the operation on a card, or the one for what the configuration moved there.
    pub(crate) fn check(&self, category: Category, moved: &'static str) -> &'static str {
        match self.operation {
            Some(operation) if operation.category == category => operation.check,
            _ => moved,
        }
    }
}

/// How many operations of a table are of this category.
pub(crate) const fn count(table: &[Operation], category: Category) -> usize {
    let (mut n, mut at) = (0, 0);
    while at < table.len() {
        #[expect(
            clippy::indexing_slicing,
            reason = "evaluated by the compiler, which stops at a mistake"
        )]
        if table[at].category as u8 == category as u8 {
            n += 1;
        }
        at += 1;
    }
    n
}

/// The checks of a card: one for each operation of this category, then `rest`. `SIZE` is the number of both together.
pub(crate) const fn checks<const SIZE: usize>(
    table: &[Operation],
    category: Category,
    rest: &[Check],
) -> [Check; SIZE] {
    let blank = Check { name: "", level: Level::Informational, looks_for: "" };
    let mut checks = [blank; SIZE];
    let (mut n, mut at) = (0, 0);
    #[expect(
        clippy::indexing_slicing,
        reason = "evaluated by the compiler, which stops at a mistake"
    )]
    while at < table.len() {
        let row = &table[at];
        if row.category as u8 == category as u8 {
            checks[n] =
                Check { name: row.check, level: row.basis.level(), looks_for: row.looks_for };
            n += 1;
        }
        at += 1;
    }
    at = 0;
    #[expect(
        clippy::indexing_slicing,
        reason = "evaluated by the compiler, which stops at a mistake"
    )]
    while at < rest.len() {
        checks[n] = rest[at];
        n += 1;
        at += 1;
    }
    checks
}

/// Codes that MAP never allocated (TS 29.002 §17.5; 109 to 126 are the radio interface's, TS 24.080).
pub(crate) const fn is_unallocated(code: i64) -> bool {
    matches!(code, 27 | 82 | 90..=108)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_order_and_every_category_two_row_says_who() {
        for table in [MAP, CAP] {
            assert!(table.is_sorted_by(|a, b| a.code < b.code));
            for row in table {
                assert!(!row.from.is_empty() && !row.to.is_empty(), "{}", row.name);
                assert!((0..128).contains(&row.code), "{}", row.name);
            }
        }
        assert_eq!((count(MAP, Category::One), count(MAP, Category::Two)), (30, 17));
    }

    #[test]
    fn the_configuration_moves_operations() {
        let mut tuning = Tuning::default();
        tuning.set_category("map.37", 1);
        tuning.set_category("cap.0", 1);
        tuning.set_category("map.71", 0);
        let profile = Profile::tuned(&tuning);
        let of =
            |user, code| profile.rate(user, code).map(|rating| (rating.category, rating.basis));
        assert_eq!(of(User::Map, 37), Some((Category::One, Basis::Configured)));
        assert_eq!(of(User::Cap, 0), Some((Category::One, Basis::Configured)));
        assert_eq!(of(User::Map, 71), Some((Category::None, Basis::Configured)));
        assert_eq!(of(User::Map, 22), Some((Category::One, Basis::Vendors)));
        assert_eq!(of(User::Map, 4_000), None);
    }
}
