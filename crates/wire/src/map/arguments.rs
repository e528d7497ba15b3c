//! Where the identities and addresses in the argument of each operation stand.
//!
//! Spec: 3GPP TS 29.002 §17.7, with the shapes of versions 1 and 2 beside those of version 3: a bare value beside a sequence,
//! `[3]` beside the universal tag. CAP: TS 29.078 §6 to §8.

use super::fields::Field::{Address, Host, Imei, Imsi, Inside, Msisdn, OneOf, Skip};
use super::fields::Fields;
use crate::ber::Tag;

pub(super) const OCTETS: Tag = Tag::OCTET_STRING;
pub(super) const SEQUENCE: Tag = Tag::SEQUENCE;
pub(super) const CONTEXT_3: Tag = context(3);
/// Stands where the tag of a choice would: its alternatives have theirs.
const CHOICE: Tag = Tag::universal(0);

pub(super) const fn context(number: u32) -> Tag {
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
        // imsi [0] and nothing else that matters.
        8 | 70 | 73 | 74 | 75 | 87 | 88 => IMSI_0,
        15 => AUTHENTICATION_FAILURE_REPORT,
        20 => RELEASE_RESOURCES,
        21 => MT_FORWARD_SM_VGCS,
        22 => SEND_ROUTING_INFO,
        23 => UPDATE_GPRS_LOCATION,
        24 => SEND_ROUTING_INFO_FOR_GPRS,
        25 => FAILURE_REPORT,
        26 => NOTE_MS_PRESENT_FOR_GPRS,
        37 => RESET,
        43 => CHECK_IMEI,
        44 => MT_FORWARD_SM,
        45 => SEND_ROUTING_INFO_FOR_SM,
        46 => MO_FORWARD_SM,
        47 | 49 | 64 => MSISDN_AND_SERVICE_CENTRE,
        48 => BARE_IMSI,
        50 | 51 => TRACE_MODE,
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
        66 => IMSI_0,
        67 => PURGE_MS,
        71 => ANY_TIME_INTERROGATION,
        72 => SS_INVOCATION_NOTIFICATION,
        83 => PROVIDE_SUBSCRIBER_LOCATION,
        85 => SEND_ROUTING_INFO_FOR_LCS,
        86 => SUBSCRIBER_LOCATION_REPORT,
        89 => NOTE_MM_EVENT,
        _ => &[],
    }
}

/// The fields of a CAP operation's argument.
pub(super) const fn cap(opcode: i64) -> Fields {
    match opcode {
        0 => INITIAL_DP,
        60 => INITIAL_DP_SMS,
        78 => INITIAL_DP_GPRS,
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

const NOTE_SUBSCRIBER_DATA_MODIFIED: Fields =
    &[(SEQUENCE, Inside(&[(OCTETS, Imsi), (OCTETS, Msisdn)]))];

const RESUME_CALL_HANDLING: Fields =
    &[(SEQUENCE, Inside(&[(CONTEXT_3, Imsi), (context(9), Msisdn)]))];

const INSERT_SUBSCRIBER_DATA: Fields =
    &[(SEQUENCE, Inside(&[(context(0), Imsi), (context(1), Msisdn)]))];

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

const SEND_ROUTING_INFO: Fields =
    &[(SEQUENCE, Inside(&[(context(0), Msisdn), (context(6), Address("gmsc-OrGsmSCF-Address"))]))];

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

const RESET: Fields =
    &[(SEQUENCE, Inside(&[(OCTETS, Address("hlr-Number")), (context(1), Address("css-Number"))]))];

const CHECK_IMEI: Fields = &[(OCTETS, Imei), (SEQUENCE, Inside(&[(OCTETS, Imei)]))];

/// Recipient, originator, text; then, with mo-forwardSM, an IMSI without tag.
const MO_FORWARD_SM: Fields = &[(
    SEQUENCE,
    Inside(&[(CHOICE, OneOf(SM_RP_DA)), (CHOICE, OneOf(SM_RP_OA)), (OCTETS, Skip), (OCTETS, Imsi)]),
)];

const MT_FORWARD_SM: Fields = &[(
    SEQUENCE,
    Inside(&[
        (CHOICE, OneOf(SM_RP_DA)),
        (CHOICE, OneOf(SM_RP_OA)),
        (CONTEXT_3, Address("smsGmscAddress")),
    ]),
)];

/// asciCallReference first, and no sm-RP-DA.
const MT_FORWARD_SM_VGCS: Fields = &[(SEQUENCE, Inside(SM_RP_OA))];

const SEND_ROUTING_INFO_FOR_SM: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Msisdn),
        (context(2), Address("serviceCentreAddress")),
        (context(12), Imsi),
    ]),
)];

const MSISDN_AND_SERVICE_CENTRE: Fields = &[(
    SEQUENCE,
    Inside(&[
        (OCTETS, Msisdn),
        (OCTETS, Address("serviceCentreAddress")),
        (context(9), Imsi),
        (OCTETS, Imsi),
    ]),
)];

const TRACE_MODE: Fields =
    &[(SEQUENCE, Inside(&[(context(0), Imsi), (CONTEXT_3, Address("omc-Id"))]))];

const UPDATE_VCSG_LOCATION: Fields = &[(
    SEQUENCE,
    Inside(&[
        (OCTETS, Imsi),
        (context(0), Msisdn),
        (context(1), Address("vlr-Number")),
        (context(2), Address("sgsn-Number")),
    ]),
)];

const BEGIN_SUBSCRIBER_ACTIVITY: Fields =
    &[(SEQUENCE, Inside(&[(OCTETS, Imsi), (OCTETS, Address("originatingEntityNumber"))]))];

/// Behind the TMSI.
const SEND_IDENTIFICATION: Fields = &[(
    SEQUENCE,
    Inside(&[
        (OCTETS, Skip),
        (OCTETS, Address("msc-Number")),
        (CONTEXT_3, Address("newVLR-Number")),
    ]),
)];

const SEND_AUTHENTICATION_INFO: Fields =
    &[(OCTETS, Imsi), (SEQUENCE, Inside(&[(context(0), Imsi)]))];

const RESTORE_DATA: Fields = &[(SEQUENCE, Inside(BARE_IMSI))];

/// The strings are not read.
const USSD: Fields = &[(SEQUENCE, Inside(&[(context(0), Msisdn)]))];

const ANY_TIME_SUBSCRIPTION_INTERROGATION: Fields = &[(
    SEQUENCE,
    Inside(&[(context(0), Inside(IDENTITY)), (context(2), Address("gsmSCF-Address"))]),
)];

const INFORM_SERVICE_CENTRE: Fields = &[(SEQUENCE, Inside(BARE_MSISDN))];

const ANY_TIME_MODIFICATION: Fields = &[(
    SEQUENCE,
    Inside(&[(context(0), Inside(IDENTITY)), (context(1), Address("gsmSCF-Address"))]),
)];

/// Version 2 has a sequence, and the VLR's number behind the IMSI.
const PURGE_MS: Fields = &[(SEQUENCE, Inside(PURGE_FIELDS)), (CONTEXT_3, Inside(PURGE_FIELDS))];
const PURGE_FIELDS: Fields = &[
    (OCTETS, Imsi),
    (context(0), Address("vlr-Number")),
    (context(1), Address("sgsn-Number")),
    (OCTETS, Address("vlr-Number")),
];

const ANY_TIME_INTERROGATION: Fields = &[(
    SEQUENCE,
    Inside(&[(context(0), Inside(IDENTITY)), (CONTEXT_3, Address("gsmSCF-Address"))]),
)];

const SS_INVOCATION_NOTIFICATION: Fields =
    &[(SEQUENCE, Inside(&[(context(0), Imsi), (context(1), Msisdn)]))];

const PROVIDE_SUBSCRIBER_LOCATION: Fields = &[(
    SEQUENCE,
    Inside(&[
        (OCTETS, Address("mlc-Number")),
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
        // lcs-ClientID, then lcsLocationInfo.
        (SEQUENCE, Skip),
        (SEQUENCE, Inside(LCS_LOCATION_INFO)),
        (context(0), Msisdn),
        (context(1), Imsi),
        (context(2), Imei),
    ]),
)];

const NOTE_MM_EVENT: Fields = &[(
    SEQUENCE,
    Inside(&[(context(1), Imsi), (context(2), Msisdn), (CONTEXT_3, Inside(LOCATION))]),
)];

/// LocationInformation.
pub(super) const LOCATION: Fields =
    &[(context(1), Address("vlr-number")), (context(6), Address("msc-Number"))];

/// LocationInformationGPRS.
pub(super) const LOCATION_GPRS: Fields = &[(CONTEXT_3, Address("sgsn-Number"))];

pub(super) const LCS_LOCATION_INFO: Fields =
    &[(OCTETS, Address("networkNode-Number")), (CONTEXT_3, Inside(ADDITIONAL_NUMBER))];

const INITIAL_DP: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(50), Imsi),
        (context(52), Inside(LOCATION)),
        (context(55), Address("mscAddress")),
    ]),
)];

const INITIAL_DP_SMS: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(4), Imsi),
        (context(5), Inside(LOCATION)),
        (context(6), Inside(LOCATION_GPRS)),
        (context(7), Address("sMSCAddress")),
        (context(13), Address("sgsnNumber")),
    ]),
)];

const INITIAL_DP_GPRS: Fields = &[(SEQUENCE, Inside(&[(context(2), Msisdn), (CONTEXT_3, Imsi)]))];
