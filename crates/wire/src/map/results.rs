//! Where the identities, addresses and secrets in the result of each operation stand.
//!
//! Spec: 3GPP TS 29.002 §17.7, the shapes of all versions as in [`super::arguments`].

use super::arguments::{
    ADDITIONAL_NUMBER, BARE_IMSI, BARE_MSISDN, CONTEXT_3, IDENTITY, LCS_LOCATION_INFO, LOCATION,
    LOCATION_5GS, LOCATION_EPS, LOCATION_GPRS, OCTETS, SEQUENCE, USSD, context,
};
use super::fields::Field::{
    Address, Host, Imei, Imsi, Inside, List, Msisdn, Other, Tells, TellsInside, TellsList,
    TellsOther,
};
use super::fields::Fields;
use super::{details, subscription};
use crate::ber::Tag;

/// The fields of a MAP operation's result, empty where it gives nothing away.
pub(super) const fn map(opcode: i64) -> Fields {
    match opcode {
        2 | 23 | 57 => HLR_NUMBER,
        4 => ROAMING_NUMBER,
        9 => SENT_PARAMETERS,
        10..=13 => SS_INFO,
        14 => INTERROGATED_SS,
        22 => ROUTING_INFO,
        24 => ROUTING_INFO_FOR_GPRS,
        25 => FAILURE_REPORT_RESULT,
        28 | 68 => HANDOVER_NUMBER,
        39 => GROUP_CALL_NUMBER,
        43 => EQUIPMENT_STATUS,
        45 => ROUTING_INFO_FOR_SM,
        47 => STORED_MSISDN,
        55 => IDENTIFICATION,
        56 => AUTHENTICATION_INFO,
        58 => BARE_IMSI,
        59 | 60 => USSD,
        62 | 65 => SUBSCRIPTION,
        70 | 71 => SUBSCRIBER_INFO_RESULT,
        83 => SUBSCRIBER_LOCATION,
        84 => GROUP_CALL_INFO,
        85 => ROUTING_INFO_FOR_LCS,
        _ => &[],
    }
}

const VECTORS: &str = "authentication-vectors";

const HLR_NUMBER: Fields = &[
    (SEQUENCE, Inside(&[(OCTETS, Address("hlr-Number"))])),
    // Version 1 of updateLocation.
    (OCTETS, Address("hlr-Number")),
];

const ROAMING_NUMBER: Fields = &[
    (OCTETS, Address("roamingNumber")),
    (SEQUENCE, Inside(&[(OCTETS, Address("roamingNumber")), (OCTETS, Address("vmsc-Address"))])),
];

/// A list: several sets of authentication stand one after the other.
const SENT_PARAMETERS: Fields = &[(
    SEQUENCE,
    List(&[
        (context(0), Imsi),
        (context(1), TellsOther(VECTORS, details::vector)),
        (context(2), TellsInside("subscription", &[(context(1), Msisdn)])),
        (context(4), Tells(VECTORS)),
    ]),
)];

/// SS-Info: a choice.
const SS_INFO: Fields = &[
    (context(0), TellsInside("subscription", subscription::FORWARDING_INFO)),
    (context(1), TellsInside("subscription", &[(OCTETS, Other(details::ss_code))])),
    (CONTEXT_3, TellsInside("subscription", &[(OCTETS, Other(details::ss_code))])),
];

const INTERROGATED_SS: Fields = &[
    (context(0), Tells("subscription")),
    (context(2), Tells("subscription")),
    (CONTEXT_3, TellsList("subscription", subscription::FORWARDING_FEATURES)),
    (context(4), Tells("subscription")),
];

const HANDOVER_NUMBER: Fields = &[
    (SEQUENCE, Inside(&[(OCTETS, Address("handoverNumber"))])),
    (CONTEXT_3, Inside(&[(context(0), Address("handoverNumber"))])),
];

const GROUP_CALL_NUMBER: Fields = &[
    (OCTETS, Address("groupCallNumber")),
    (SEQUENCE, Inside(&[(OCTETS, Address("groupCallNumber"))])),
];

const GROUP_CALL_INFO: Fields =
    &[(SEQUENCE, Inside(&[(context(0), Address("anchorMSC-Address")), (context(2), Imsi)]))];

/// EquipmentStatus: white, black, grey list.
const EQUIPMENT_STATUS: Fields = &[
    (Tag::ENUMERATED, Other(details::purpose)),
    (SEQUENCE, Inside(&[(Tag::ENUMERATED, Other(details::purpose))])),
];

/// Version 3 tags the IMSI; before, it stands first.
const ROUTING_INFO: Fields = &[
    (
        CONTEXT_3,
        Inside(&[
            (context(9), Imsi),
            (OCTETS, Address("roamingNumber")),
            (SEQUENCE, TellsInside("subscription", subscription::FORWARDING_DATA)),
            (context(8), Inside(CAMEL_ROUTING_INFO)),
            (context(7), Inside(SUBSCRIBER_INFO)),
            (context(2), Address("vmsc-Address")),
            (context(12), Msisdn),
        ]),
    ),
    (
        SEQUENCE,
        Inside(&[
            (OCTETS, Imsi),
            (OCTETS, Address("roamingNumber")),
            (SEQUENCE, TellsInside("subscription", subscription::FORWARDING_DATA)),
        ]),
    ),
];
const CAMEL_ROUTING_INFO: Fields = &[
    (SEQUENCE, TellsInside("subscription", subscription::FORWARDING_DATA)),
    (context(0), TellsInside("subscription", subscription::GMSC_CAMEL)),
];

const ROUTING_INFO_FOR_GPRS: Fields = &[(
    SEQUENCE,
    Inside(&[(context(0), Host("sgsn-Address")), (context(1), Host("ggsn-Address"))]),
)];

const FAILURE_REPORT_RESULT: Fields = &[(SEQUENCE, Inside(&[(context(0), Host("ggsn-Address"))]))];

const ROUTING_INFO_FOR_SM: Fields = &[(
    SEQUENCE,
    Inside(&[
        (OCTETS, Imsi),
        (
            context(0),
            Inside(&[
                (context(0), Address("roamingNumber")),
                (context(1), Address("networkNode-Number")),
                (context(6), Inside(ADDITIONAL_NUMBER)),
                (context(9), Inside(ADDITIONAL_NUMBER)),
                (context(12), Address("smsf-3gpp-Number")),
                (context(14), Address("smsf-non-3gpp-Number")),
            ]),
        ),
    ]),
)];

const STORED_MSISDN: Fields = &[(OCTETS, Msisdn), (SEQUENCE, Inside(BARE_MSISDN))];

const IDENTIFICATION: Fields =
    &[(SEQUENCE, Inside(IDENTIFICATION_FIELDS)), (CONTEXT_3, Inside(IDENTIFICATION_FIELDS))];
const IDENTIFICATION_FIELDS: Fields = &[
    (OCTETS, Imsi),
    (SEQUENCE, List(TRIPLETS)),
    (context(0), TellsOther(VECTORS, details::vectors)),
    (context(1), TellsOther(VECTORS, details::vectors)),
    (context(2), Tells(VECTORS)),
];

const TRIPLETS: Fields = &[(SEQUENCE, TellsOther(VECTORS, details::vector))];

/// Version 2 is a list of triplets; version 3 has lists of triplets, quintuplets and EPS vectors to choose from.
const AUTHENTICATION_INFO: Fields = &[
    (SEQUENCE, List(TRIPLETS)),
    (
        CONTEXT_3,
        Inside(&[
            (context(0), TellsOther(VECTORS, details::vectors)),
            (context(1), TellsOther(VECTORS, details::vectors)),
            (context(2), TellsOther(VECTORS, details::vectors)),
        ]),
    ),
];

/// The control points are told a list for each service.
const SUBSCRIPTION: Fields = &[(
    SEQUENCE,
    TellsInside(
        "subscription",
        &[
            (context(1), Inside(&[(SEQUENCE, List(subscription::FORWARDING_FEATURES))])),
            (context(4), Inside(subscription::CAMEL)),
        ],
    ),
)];

const SUBSCRIBER_INFO_RESULT: Fields =
    &[(SEQUENCE, Inside(&[(SEQUENCE, Inside(SUBSCRIBER_INFO))]))];

const SUBSCRIBER_INFO: Fields = &[
    (context(0), TellsInside("location", LOCATION)),
    (context(1), TellsOther("state", details::subscriber_state)),
    (CONTEXT_3, TellsInside("location", LOCATION_GPRS)),
    (context(4), TellsOther("state", details::ps_subscriber_state)),
    (context(5), Imei),
    (context(8), Inside(&[(context(1), Imsi), (context(2), Msisdn)])),
    (context(12), TellsOther("state", details::ps_subscriber_state)),
    (context(13), TellsInside("location", LOCATION_EPS)),
    (context(16), TellsInside("location", LOCATION_5GS)),
];

const SUBSCRIBER_LOCATION: Fields = &[(
    SEQUENCE,
    Inside(&[
        (OCTETS, TellsOther("location", details::geographical)),
        (context(0), Other(details::age)),
        (context(2), TellsOther("location", details::geographical)),
        (context(6), TellsOther("location", details::cell_or_area)),
        (context(13), Inside(ADDITIONAL_NUMBER)),
    ]),
)];

const ROUTING_INFO_FOR_LCS: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Inside(IDENTITY)),
        (context(1), Inside(LCS_LOCATION_INFO)),
        (CONTEXT_3, Host("v-gmlc-Address")),
        (context(4), Host("h-gmlc-Address")),
        (context(5), Host("ppr-Address")),
        (context(6), Host("additional-v-gmlc-Address")),
    ]),
)];
