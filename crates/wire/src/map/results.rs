//! Where the identities, addresses and secrets in the result of each operation stand.
//!
//! Spec: 3GPP TS 29.002 §17.7, the shapes of all versions as in [`super::arguments`].

use super::arguments::{
    ADDITIONAL_NUMBER, BARE_IMSI, BARE_MSISDN, CONTEXT_3, IDENTITY, LCS_LOCATION_INFO, LOCATION,
    LOCATION_GPRS, OCTETS, SEQUENCE, context,
};
use super::fields::Field::{Address, Host, Imei, Imsi, Inside, Msisdn, Tells, TellsInside};
use super::fields::Fields;

/// The fields of a MAP operation's result, empty where it gives nothing away.
pub(super) const fn map(opcode: i64) -> Fields {
    match opcode {
        2 | 23 | 57 => HLR_NUMBER,
        4 => ROAMING_NUMBER,
        9 => SENT_PARAMETERS,
        22 => ROUTING_INFO,
        24 => ROUTING_INFO_FOR_GPRS,
        25 => FAILURE_REPORT_RESULT,
        45 => ROUTING_INFO_FOR_SM,
        47 => STORED_MSISDN,
        55 => IDENTIFICATION,
        56 => AUTHENTICATION_INFO,
        58 => BARE_IMSI,
        62 | 65 => SUBSCRIPTION,
        70 | 71 => SUBSCRIBER_INFO_RESULT,
        83 => SUBSCRIBER_LOCATION,
        85 => ROUTING_INFO_FOR_LCS,
        _ => &[],
    }
}

const HLR_NUMBER: Fields = &[
    (SEQUENCE, Inside(&[(OCTETS, Address("hlr-Number"))])),
    // Version 1 of updateLocation.
    (OCTETS, Address("hlr-Number")),
];

const ROAMING_NUMBER: Fields = &[
    (OCTETS, Address("roamingNumber")),
    (SEQUENCE, Inside(&[(OCTETS, Address("roamingNumber")), (OCTETS, Address("vmsc-Address"))])),
];

const SENT_PARAMETERS: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Imsi),
        (context(1), Tells("authentication-vectors")),
        (context(2), Tells("subscription")),
        (context(4), Tells("authentication-vectors")),
    ]),
)];

/// Version 3 tags the IMSI; before, it stands first.
const ROUTING_INFO: Fields = &[
    (
        CONTEXT_3,
        Inside(&[
            (context(9), Imsi),
            (OCTETS, Address("roamingNumber")),
            (SEQUENCE, Inside(FORWARDING_DATA)),
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
            (SEQUENCE, Inside(FORWARDING_DATA)),
        ]),
    ),
];
/// forwardedToNumber is somebody's number and no node's.
const FORWARDING_DATA: Fields = &[(context(5), Tells("subscription"))];
const CAMEL_ROUTING_INFO: Fields = &[(context(0), Tells("subscription"))];

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
            ]),
        ),
    ]),
)];

const STORED_MSISDN: Fields = &[(OCTETS, Msisdn), (SEQUENCE, Inside(BARE_MSISDN))];

const IDENTIFICATION: Fields =
    &[(SEQUENCE, Inside(IDENTIFICATION_FIELDS)), (CONTEXT_3, Inside(IDENTIFICATION_FIELDS))];
const IDENTIFICATION_FIELDS: Fields = &[
    (OCTETS, Imsi),
    (SEQUENCE, Tells("authentication-vectors")),
    (context(0), Tells("authentication-vectors")),
    (context(1), Tells("authentication-vectors")),
    (context(2), Tells("authentication-vectors")),
];

/// Version 2 is a list of triplets; version 3 has lists of triplets, quintuplets and EPS vectors to choose from.
const AUTHENTICATION_INFO: Fields = &[
    (SEQUENCE, Inside(&[(SEQUENCE, Tells("authentication-vectors"))])),
    (
        CONTEXT_3,
        Inside(&[
            (context(0), Tells("authentication-vectors")),
            (context(1), Tells("authentication-vectors")),
            (context(2), Tells("authentication-vectors")),
        ]),
    ),
];

const SUBSCRIPTION: Fields = &[(SEQUENCE, Tells("subscription"))];

const SUBSCRIBER_INFO_RESULT: Fields =
    &[(SEQUENCE, Inside(&[(SEQUENCE, Inside(SUBSCRIBER_INFO))]))];

const SUBSCRIBER_INFO: Fields = &[
    (context(0), TellsInside("location", LOCATION)),
    (context(1), Tells("state")),
    (CONTEXT_3, TellsInside("location", LOCATION_GPRS)),
    (context(4), Tells("state")),
    (context(5), Imei),
    (context(12), Tells("state")),
    (context(13), Tells("location")),
    (context(16), Tells("location")),
];

const SUBSCRIBER_LOCATION: Fields = &[(
    SEQUENCE,
    Inside(&[
        (OCTETS, Tells("location")),
        (context(2), Tells("location")),
        (context(6), Tells("location")),
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
    ]),
)];
