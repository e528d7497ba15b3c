//! Where the identities and addresses in the argument of each operation stand.
//!
//! Spec: 3GPP TS 29.002 §17.7 (release 17), with the shapes of versions 1 and 2 beside those of version 3: a bare value beside
//! a sequence, `[3]` beside the universal tag.

use super::fields::Field::{
    Address, Host, Imei, Imsi, Inside, List, Msisdn, OneOf, Other, Person, Skip,
};
use super::fields::{CHOICE, Fields};
use super::{details, subscription};
use crate::ber::Tag;
use crate::cap::Form;

pub(crate) const OCTETS: Tag = Tag::OCTET_STRING;
pub(crate) const SEQUENCE: Tag = Tag::SEQUENCE;
pub(crate) const CONTEXT_3: Tag = context(3);
const ENUMERATED: Tag = Tag::ENUMERATED;
const INTEGER: Tag = Tag::INTEGER;
/// IA5String.
const TEXT: Tag = Tag::universal(22);
pub(crate) const fn context(number: u32) -> Tag {
    Tag::context(number)
}

/// The fields of a MAP operation's argument, empty where it carries none that is read.
pub(super) const fn map(opcode: i64) -> Fields {
    match opcode {
        2 => UPDATE_LOCATION,
        3 | 36 => CANCEL_LOCATION,
        4 => PROVIDE_ROAMING_NUMBER,
        5 => NOTE_SUBSCRIBER_DATA_MODIFIED,
        6 => RESUME_CALL_HANDLING,
        7 => INSERT_SUBSCRIBER_DATA,
        9 => SEND_PARAMETERS,
        8 | 73 | 74 | 87 | 88 => IMSI_0,
        10 => REGISTER_SS,
        11..=14 => SERVICE,
        15 => AUTHENTICATION_FAILURE_REPORT,
        17 => BARE_SERVICE,
        19 => USSD_DATA,
        20 => RELEASE_RESOURCES,
        21 => MT_FORWARD_SM_VGCS,
        22 => SEND_ROUTING_INFO,
        23 => UPDATE_GPRS_LOCATION,
        24 => SEND_ROUTING_INFO_FOR_GPRS,
        25 => FAILURE_REPORT,
        26 => NOTE_MS_PRESENT_FOR_GPRS,
        30 => PERFORM_SUBSEQUENT_HANDOVER,
        34 => FORWARD_ACCESS_SIGNALLING,
        37 => RESET,
        40 => SEND_GROUP_CALL_END_SIGNAL,
        43 => CHECK_IMEI,
        44 => MT_FORWARD_SM,
        45 => SEND_ROUTING_INFO_FOR_SM,
        46 => MO_FORWARD_SM,
        47 => REPORT_SM_DELIVERY_STATUS,
        48 => BARE_IMSI,
        49 | 64 => ALERT_SERVICE_CENTRE,
        50 | 52 => ACTIVATE_TRACE_MODE,
        51 => IMSI_0,
        53 => UPDATE_VCSG_LOCATION,
        54 => BEGIN_SUBSCRIBER_ACTIVITY,
        55 => SEND_IDENTIFICATION,
        56 => SEND_AUTHENTICATION_INFO,
        57 => RESTORE_DATA,
        58 => BARE_MSISDN,
        59..=61 => USSD,
        62 => ANY_TIME_SUBSCRIPTION_INTERROGATION,
        63 => INFORM_SERVICE_CENTRE,
        65 => ANY_TIME_MODIFICATION,
        66 => READY_FOR_SM,
        67 => PURGE_MS,
        68 => PREPARE_HANDOVER,
        69 => PREPARE_SUBSEQUENT_HANDOVER,
        70 => PROVIDE_SUBSCRIBER_INFO,
        71 => ANY_TIME_INTERROGATION,
        72 => SS_INVOCATION_NOTIFICATION,
        75 => REMOTE_USER_FREE,
        76 | 77 => CC_ENTRY,
        83 => PROVIDE_SUBSCRIBER_LOCATION,
        84 => SEND_GROUP_CALL_INFO,
        85 => SEND_ROUTING_INFO_FOR_LCS,
        86 => SUBSCRIBER_LOCATION_REPORT,
        89 => NOTE_MM_EVENT,
        _ => &[],
    }
}

/// SubscriberIdentity.
pub(super) const IDENTITY: Fields = &[(context(0), Imsi), (context(1), Msisdn)];
/// ADD-Info.
const ADD_INFO: Fields = &[(context(0), Imei)];
/// lmsi [1] says nothing to others; [5] is the empty choice.
const SM_RP_DA: Fields = &[
    (context(0), Imsi),
    (context(1), Skip),
    (context(4), Address("serviceCentreAddressDA")),
    (context(5), Skip),
];
const SM_RP_OA: Fields =
    &[(context(2), Msisdn), (context(4), Address("serviceCentreAddressOA")), (context(5), Skip)];
pub(super) const ADDITIONAL_NUMBER: Fields =
    &[(context(0), Address("msc-Number")), (context(1), Address("sgsn-Number"))];

const IMSI_0: Fields = &[(SEQUENCE, Inside(&[(context(0), Imsi)]))];
pub(super) const BARE_IMSI: Fields = &[(OCTETS, Imsi)];
pub(super) const BARE_MSISDN: Fields = &[(OCTETS, Msisdn)];

const UPDATE_LOCATION: Fields = &[(
    SEQUENCE,
    Inside(&[
        (OCTETS, Imsi),
        // Version 1 has roamingNumber as the other choice.
        (context(0), Address("roamingNumber")),
        (context(1), Address("msc-Number")),
        (OCTETS, Address("vlr-Number")),
        (context(2), Host("v-gmlc-Address")),
        (context(13), Inside(ADD_INFO)),
    ]),
)];

/// Identity is an IMSI, or a sequence of IMSI and LMSI; version 3 has a sequence around.
const CANCEL_LOCATION: Fields = &[
    (OCTETS, Imsi),
    (SEQUENCE, Inside(CANCEL_LOCATION_FIELDS)),
    (CONTEXT_3, Inside(CANCEL_LOCATION_FIELDS)),
];
const CANCEL_LOCATION_FIELDS: Fields = &[
    (OCTETS, Imsi),
    (SEQUENCE, Inside(BARE_IMSI)),
    (ENUMERATED, Other(details::purpose)),
    (CONTEXT_3, Address("newMSC-Number")),
    (context(4), Address("newVLR-Number")),
];

const PROVIDE_ROAMING_NUMBER: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Imsi),
        (context(1), Address("msc-Number")),
        (context(2), Msisdn),
        (context(8), Address("gmsc-Address")),
        (context(25), Address("oldMSC-Number")),
    ]),
)];

const NOTE_SUBSCRIBER_DATA_MODIFIED: Fields = &[(
    SEQUENCE,
    Inside(&[
        (OCTETS, Imsi),
        (OCTETS, Msisdn),
        (context(0), Inside(subscription::FORWARDING_FOR_SCF)),
        (CONTEXT_3, Inside(subscription::CAMEL)),
    ]),
)];

const RESUME_CALL_HANDLING: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(2), Inside(subscription::FORWARDING_DATA)),
        (CONTEXT_3, Imsi),
        (context(5), Inside(subscription::CSI)),
        (context(9), Msisdn),
        (context(12), Inside(subscription::D_CSI)),
    ]),
)];

const INSERT_SUBSCRIBER_DATA: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Imsi),
        (context(1), Msisdn),
        (context(7), List(&[(context(0), Inside(subscription::FORWARDING_INFO))])),
        (context(13), Inside(subscription::VLR_CAMEL)),
        (context(17), Inside(subscription::SGSN_CAMEL)),
        (context(22), Inside(&[(context(0), List(&[(OCTETS, Address("gmlc-Number"))]))])),
        (context(34), Address("sgsn-Number")),
    ]),
)];

const REGISTER_SS: Fields = &[(SEQUENCE, Inside(subscription::REGISTRATION))];

/// SS-ForBS-Code.
const SERVICE: Fields = &[(SEQUENCE, Inside(BARE_SERVICE))];
const BARE_SERVICE: Fields = &[(OCTETS, Other(details::ss_code))];

/// Version 1: text and nothing else.
const USSD_DATA: Fields = &[(TEXT, Other(details::ussd_string))];

const SEND_PARAMETERS: Fields = &[(SEQUENCE, Inside(&[(context(0), Imsi)]))];

const AUTHENTICATION_FAILURE_REPORT: Fields = &[(
    SEQUENCE,
    Inside(&[
        (OCTETS, Imsi),
        (context(0), Address("vlr-Number")),
        (context(1), Address("sgsn-Number")),
    ]),
)];

const RELEASE_RESOURCES: Fields = &[(SEQUENCE, Inside(&[(OCTETS, Address("msrn"))]))];

const SEND_ROUTING_INFO: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Msisdn),
        (CONTEXT_3, Other(details::purpose)),
        (context(6), Address("gmsc-OrGsmSCF-Address")),
    ]),
)];

const UPDATE_GPRS_LOCATION: Fields = &[(
    SEQUENCE,
    Inside(&[
        (OCTETS, Imsi),
        (OCTETS, Address("sgsn-Number")),
        (OCTETS, Host("sgsn-Address")),
        (CONTEXT_3, Host("v-gmlc-Address")),
        (context(4), Inside(ADD_INFO)),
        (context(16), Address("mmeNumberforMTSMS")),
    ]),
)];

const SEND_ROUTING_INFO_FOR_GPRS: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Imsi),
        (context(1), Host("ggsn-Address")),
        (context(2), Address("ggsn-Number")),
    ]),
)];

const FAILURE_REPORT: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Imsi),
        (context(1), Address("ggsn-Number")),
        (context(2), Host("ggsn-Address")),
    ]),
)];

const NOTE_MS_PRESENT_FOR_GPRS: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Imsi),
        (context(1), Host("sgsn-Address")),
        (context(2), Host("ggsn-Address")),
    ]),
)];

/// Behind two cells.
const PERFORM_SUBSEQUENT_HANDOVER: Fields =
    &[(SEQUENCE, Inside(&[(OCTETS, Skip), (OCTETS, Skip), (OCTETS, Address("targetMSC-Number"))]))];

const FORWARD_ACCESS_SIGNALLING: Fields =
    &[(SEQUENCE, Skip), (CONTEXT_3, Inside(&[(context(21), Imei)]))];

/// Version 2 names nobody.
const PREPARE_HANDOVER: Fields =
    &[(SEQUENCE, Skip), (CONTEXT_3, Inside(&[(context(4), Imsi), (context(22), Imei)]))];

const PREPARE_SUBSEQUENT_HANDOVER: Fields = &[
    (SEQUENCE, Inside(&[(OCTETS, Skip), (OCTETS, Address("targetMSC-Number"))])),
    (CONTEXT_3, Inside(&[(context(1), Address("targetMSC-Number"))])),
];

const SEND_GROUP_CALL_END_SIGNAL: Fields = &[(SEQUENCE, Inside(BARE_IMSI))];

const SEND_GROUP_CALL_INFO: Fields = &[(SEQUENCE, Inside(&[(context(1), Imsi)]))];

const RESET: Fields =
    &[(SEQUENCE, Inside(&[(OCTETS, Address("hlr-Number")), (context(1), Address("css-Number"))]))];

const CHECK_IMEI: Fields = &[(OCTETS, Imei), (SEQUENCE, Inside(&[(OCTETS, Imei)]))];

/// Recipient, originator, text; then, with mo-forwardSM, an IMSI without tag.
const MO_FORWARD_SM: Fields = &[(
    SEQUENCE,
    Inside(&[
        (CHOICE, OneOf(SM_RP_DA)),
        (CHOICE, OneOf(SM_RP_OA)),
        (OCTETS, Other(details::short_message)),
        (OCTETS, Imsi),
    ]),
)];

const MT_FORWARD_SM: Fields = &[(
    SEQUENCE,
    Inside(&[
        (CHOICE, OneOf(SM_RP_DA)),
        (CHOICE, OneOf(SM_RP_OA)),
        (OCTETS, Other(details::short_message)),
        (CONTEXT_3, Address("smsGmscAddress")),
    ]),
)];

/// asciCallReference first, and no sm-RP-DA.
const MT_FORWARD_SM_VGCS: Fields = &[(
    SEQUENCE,
    Inside(&[(OCTETS, Skip), (CHOICE, OneOf(SM_RP_OA)), (OCTETS, Other(details::short_message))]),
)];

const SEND_ROUTING_INFO_FOR_SM: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Msisdn),
        (context(2), Address("serviceCentreAddress")),
        (context(10), Other(details::purpose)),
        (context(12), Imsi),
    ]),
)];

const REPORT_SM_DELIVERY_STATUS: Fields = &[(
    SEQUENCE,
    Inside(&[
        (OCTETS, Msisdn),
        (OCTETS, Address("serviceCentreAddress")),
        (ENUMERATED, Other(details::purpose)),
        (context(9), Imsi),
    ]),
)];

const ALERT_SERVICE_CENTRE: Fields = &[(
    SEQUENCE,
    Inside(&[
        (OCTETS, Msisdn),
        (OCTETS, Address("serviceCentreAddress")),
        (OCTETS, Imsi),
        (CONTEXT_3, Address("newSGSNNumber")),
        (context(5), Address("newMMENumber")),
        (context(7), Address("newMSCNumber")),
    ]),
)];

const READY_FOR_SM: Fields =
    &[(SEQUENCE, Inside(&[(context(0), Imsi), (ENUMERATED, Other(details::purpose))]))];

const ACTIVATE_TRACE_MODE: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Imsi),
        (CONTEXT_3, Address("omc-Id")),
        (context(10), Host("traceCollectionEntity")),
    ]),
)];

const UPDATE_VCSG_LOCATION: Fields = &[(
    SEQUENCE,
    Inside(&[
        (OCTETS, Imsi),
        (context(0), Address("vlr-Number")),
        (context(1), Address("sgsn-Number")),
        (context(2), Msisdn),
    ]),
)];

const BEGIN_SUBSCRIBER_ACTIVITY: Fields =
    &[(SEQUENCE, Inside(&[(OCTETS, Imsi), (OCTETS, Address("originatingEntityNumber"))]))];

/// Behind the TMSI, which is all that version 2 has.
const SEND_IDENTIFICATION: Fields = &[
    (OCTETS, Skip),
    (
        SEQUENCE,
        Inside(&[
            (OCTETS, Skip),
            (INTEGER, Other(details::requested_vectors)),
            (OCTETS, Address("msc-Number")),
            (CONTEXT_3, Address("newVLR-Number")),
        ]),
    ),
];

const SEND_AUTHENTICATION_INFO: Fields = &[
    (OCTETS, Imsi),
    (
        SEQUENCE,
        Inside(&[
            (context(0), Imsi),
            (INTEGER, Other(details::requested_vectors)),
            (CONTEXT_3, Other(details::requesting_node)),
            (context(4), Other(details::plmn)),
        ]),
    ),
];

const RESTORE_DATA: Fields = &[(SEQUENCE, Inside(BARE_IMSI))];

/// The strings are not read.
pub(super) const USSD: Fields = &[(
    SEQUENCE,
    Inside(&[
        (OCTETS, Other(details::ussd_coding)),
        (OCTETS, Other(details::ussd_string)),
        (context(0), Msisdn),
    ]),
)];

const ANY_TIME_SUBSCRIPTION_INTERROGATION: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Inside(IDENTITY)),
        (context(1), Other(details::requested_subscription)),
        (context(2), Address("gsmSCF-Address")),
    ]),
)];

const INFORM_SERVICE_CENTRE: Fields = &[(SEQUENCE, Inside(BARE_MSISDN))];

const ANY_TIME_MODIFICATION: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Inside(IDENTITY)),
        (context(1), Address("gsmSCF-Address")),
        (context(2), Inside(subscription::FORWARDING_CHANGE)),
        (CONTEXT_3, Inside(&[(context(0), Other(details::ss_code))])),
    ]),
)];

/// Version 2 has a sequence, and the VLR's number behind the IMSI.
const PURGE_MS: Fields = &[(SEQUENCE, Inside(PURGE_FIELDS)), (CONTEXT_3, Inside(PURGE_FIELDS))];
const PURGE_FIELDS: Fields = &[
    (OCTETS, Imsi),
    (context(0), Address("vlr-Number")),
    (context(1), Address("sgsn-Number")),
    (OCTETS, Address("vlr-Number")),
    (context(2), Inside(LOCATION)),
    (CONTEXT_3, Inside(LOCATION_GPRS)),
    (context(4), Inside(LOCATION_EPS)),
];

const PROVIDE_SUBSCRIBER_INFO: Fields =
    &[(SEQUENCE, Inside(&[(context(0), Imsi), (context(2), Other(details::requested_info))]))];

const ANY_TIME_INTERROGATION: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Inside(IDENTITY)),
        (context(1), Other(details::requested_info)),
        (CONTEXT_3, Address("gsmSCF-Address")),
    ]),
)];

const SS_INVOCATION_NOTIFICATION: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Imsi),
        (context(1), Msisdn),
        (context(2), Other(details::ss_code)),
        (CONTEXT_3, List(&[(OCTETS, Person("ss-EventSpecification", Form::Map))])),
        (context(5), Person("b-subscriberNumber", Form::Map)),
    ]),
)];

const REMOTE_USER_FREE: Fields = &[(
    SEQUENCE,
    Inside(&[(context(0), Imsi), (CONTEXT_3, Person("translatedB-Number", Form::Map))]),
)];

const CC_ENTRY: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Other(details::ss_code)),
        (context(1), Inside(&[(context(1), Person("translatedB-Number", Form::Map))])),
    ]),
)];

/// LCS-ClientID.
const LCS_CLIENT: Fields = &[(context(1), Inside(&[(context(0), Address("externalAddress"))]))];

const PROVIDE_SUBSCRIBER_LOCATION: Fields = &[(
    SEQUENCE,
    Inside(&[
        (SEQUENCE, Other(details::purpose_inside)),
        (OCTETS, Address("mlc-Number")),
        (context(0), Inside(LCS_CLIENT)),
        (context(2), Imsi),
        (CONTEXT_3, Msisdn),
        (context(5), Imei),
        (context(15), Host("h-gmlc-Address")),
    ]),
)];

const SEND_ROUTING_INFO_FOR_LCS: Fields =
    &[(SEQUENCE, Inside(&[(context(0), Address("mlcNumber")), (context(1), Inside(IDENTITY))]))];

const SUBSCRIBER_LOCATION_REPORT: Fields = &[(
    SEQUENCE,
    Inside(&[
        (ENUMERATED, Other(details::purpose)),
        (SEQUENCE, Inside(LCS_CLIENT)),
        (SEQUENCE, Inside(LCS_LOCATION_INFO)),
        (context(0), Msisdn),
        (context(1), Imsi),
        (context(2), Imei),
        (CONTEXT_3, Address("na-ESRD")),
        (context(4), Address("na-ESRK")),
        (context(5), Other(details::geographical)),
        (context(6), Other(details::age)),
        (context(13), Other(details::cell_or_area)),
        (context(14), Host("h-gmlc-Address")),
    ]),
)];

const NOTE_MM_EVENT: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(1), Imsi),
        (context(2), Msisdn),
        (CONTEXT_3, Inside(LOCATION)),
        (context(7), Inside(LOCATION_GPRS)),
    ]),
)];

/// LocationInformation.
pub(crate) const LOCATION: Fields = &[
    (INTEGER, Other(details::age)),
    (context(0), Other(details::geographical)),
    (context(1), Address("vlr-number")),
    (CONTEXT_3, Other(details::cell_or_area)),
    (context(6), Address("msc-Number")),
    (context(7), Other(details::geographical)),
    (context(10), Inside(LOCATION_EPS)),
];

/// LocationInformationGPRS, that of CAP too.
pub(crate) const LOCATION_GPRS: Fields = &[
    (context(0), Other(details::cell_or_area)),
    (context(1), Other(details::area)),
    (context(2), Other(details::geographical)),
    (CONTEXT_3, Address("sgsn-Number")),
    (context(7), Other(details::geographical)),
    (context(9), Other(details::age)),
];

/// LocationInformationEPS.
pub(super) const LOCATION_EPS: Fields = &[
    (context(0), Other(details::cell)),
    (context(1), Other(details::area)),
    (CONTEXT_3, Other(details::geographical)),
    (context(4), Other(details::geographical)),
    (context(6), Other(details::age)),
];

/// LocationInformation5GS.
pub(super) const LOCATION_5GS: Fields = &[
    (context(0), Other(details::cell)),
    (context(1), Other(details::cell)),
    (context(2), Other(details::geographical)),
    (CONTEXT_3, Other(details::geographical)),
    (context(5), Other(details::area)),
    (context(7), Other(details::age)),
    (context(8), Other(details::plmn)),
];

pub(super) const LCS_LOCATION_INFO: Fields =
    &[(OCTETS, Address("networkNode-Number")), (CONTEXT_3, Inside(ADDITIONAL_NUMBER))];
