//! What the argument of each CAP operation says of the call, and where.
//!
//! Spec: 3GPP TS 29.078 §5.1, §6 to §8 (release 17); the shapes of phases 1 and 2 are parts of those.

use super::{Form, kept};
use crate::map::arguments::{CONTEXT_3, LOCATION, LOCATION_GPRS, OCTETS, SEQUENCE, context};
use crate::map::details;
use crate::map::fields::Field::{
    Address, Host, Imei, Imsi, Inside, List, Msisdn, Node, Other, Person,
};
use crate::map::fields::{Direction, Fields};

/// The fields of a CAP operation, empty where it carries none that is read. Results carry nothing but capabilities and what a
/// caller dialled, which is not read.
pub(crate) const fn fields(opcode: i64, direction: Direction) -> Fields {
    if matches!(direction, Direction::Result) {
        return &[];
    }
    match opcode {
        0 => INITIAL_DP,
        16 => ASSIST_REQUEST_INSTRUCTIONS,
        17 => ESTABLISH_TEMPORARY_CONNECTION,
        19 => CONNECT_TO_RESOURCE,
        20 => CONNECT,
        22 => RELEASE_CALL,
        23 => REQUEST_REPORT_BCSM_EVENT,
        24 => EVENT_REPORT_BCSM,
        32 => INITIATE_CALL_ATTEMPT,
        35 => APPLY_CHARGING,
        41 => CALL_GAP,
        44 => CALL_INFORMATION_REPORT,
        60 => INITIAL_DP_SMS,
        62 => CONNECT_SMS,
        63 => REQUEST_REPORT_SMS_EVENT,
        64 => EVENT_REPORT_SMS,
        66 => RELEASE_SMS,
        71 => APPLY_CHARGING_GPRS,
        74 => CONNECT_GPRS,
        76 | 79 => RELEASE_GPRS,
        78 => INITIAL_DP_GPRS,
        80 => EVENT_REPORT_GPRS,
        81 => REQUEST_REPORT_GPRS_EVENT,
        88 => CONTINUE_WITH_ARGUMENT,
        90 => DISCONNECT_LEG,
        96 => ENTITY_RELEASED,
        _ => &[],
    }
}

/// DestinationRoutingAddress: a list of one.
pub(crate) const DESTINATION: Fields = &[(OCTETS, Person("destinationRoutingAddress", Form::Isup))];
/// GenericNumbers.
pub(crate) const GENERIC_NUMBERS: Fields = &[(OCTETS, Person("genericNumber", Form::Generic))];

const INITIAL_DP: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Other(kept::service_key)),
        (context(2), Person("calledPartyNumber", Form::Isup)),
        (CONTEXT_3, Person("callingPartyNumber", Form::Isup)),
        (context(10), Person("locationNumber", Form::Isup)),
        (context(12), Person("originalCalledPartyID", Form::Isup)),
        (context(17), Other(kept::cause)),
        (context(25), Person("additionalCallingPartyNumber", Form::Generic)),
        (context(28), Other(kept::event_bcsm)),
        (context(29), Person("redirectingPartyID", Form::Isup)),
        (context(50), Imsi),
        (context(51), Other(details::subscriber_state)),
        (context(52), Inside(LOCATION)),
        (context(55), Address("mscAddress")),
        (context(56), Person("calledPartyBCDNumber", Form::Bcd)),
        (
            context(59),
            Inside(&[
                (context(0), Address("gmscAddress")),
                (context(1), Person("forwardingDestinationNumber", Form::Isup)),
                (CONTEXT_3, Imei),
            ]),
        ),
    ]),
)];

const ASSIST_REQUEST_INSTRUCTIONS: Fields =
    &[(SEQUENCE, Inside(&[(context(0), Other(kept::correlation))]))];

const ESTABLISH_TEMPORARY_CONNECTION: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Node("assistingSSPIPRoutingAddress", Form::Generic)),
        (context(1), Other(kept::correlation)),
        (context(51), Person("chargeNumber", Form::Isup)),
        (context(52), Person("originalCalledPartyID", Form::Isup)),
        (context(53), Person("callingPartyNumber", Form::Isup)),
    ]),
)];

/// Without an address it is the resource of the switch itself.
const CONNECT_TO_RESOURCE: Fields =
    &[(SEQUENCE, Inside(&[(context(0), Node("ipRoutingAddress", Form::Isup))]))];

const CONNECT: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), List(DESTINATION)),
        (context(6), Person("originalCalledPartyID", Form::Isup)),
        (context(14), List(GENERIC_NUMBERS)),
        (context(19), Person("chargeNumber", Form::Isup)),
        (context(29), Person("redirectingPartyID", Form::Isup)),
    ]),
)];

pub(crate) const CONTINUE_WITH_ARGUMENT: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(16), List(GENERIC_NUMBERS)),
        (context(50), Person("chargeNumber", Form::Isup)),
    ]),
)];

const INITIATE_CALL_ATTEMPT: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), List(DESTINATION)),
        (context(30), Person("callingPartyNumber", Form::Isup)),
        (context(52), Address("gsmSCFAddress")),
    ]),
)];

/// A bare cause, or one with extensions.
pub(crate) const RELEASE_CALL: Fields =
    &[(OCTETS, Other(kept::cause)), (context(2), Inside(&[(context(0), Other(kept::cause))]))];

pub(crate) const DISCONNECT_LEG: Fields =
    &[(SEQUENCE, Inside(&[(context(1), Other(kept::cause))]))];

pub(crate) const ENTITY_RELEASED: Fields = &[
    (context(0), Inside(&[(context(2), Other(kept::cause))])),
    (context(1), Inside(&[(context(2), Other(kept::cause))])),
];

pub(crate) const REQUEST_REPORT_BCSM_EVENT: Fields = &[(
    SEQUENCE,
    Inside(&[(context(0), List(&[(SEQUENCE, Inside(&[(context(0), Other(kept::armed))]))]))]),
)];

pub(crate) const EVENT_REPORT_BCSM: Fields = &[(
    SEQUENCE,
    Inside(&[(context(0), Other(kept::event_bcsm)), (context(2), List(EVENT_SPECIFIC))]),
)];

/// EventSpecificInformationBCSM: a choice.
const EVENT_SPECIFIC: Fields = &[
    (context(0), Inside(&[(context(0), Person("calledPartyNumber", Form::Isup))])),
    (context(1), Inside(&[(context(0), Person("calledPartyNumber", Form::Isup))])),
    (context(2), Inside(&[(context(0), Other(kept::cause))])),
    (CONTEXT_3, Inside(&[(context(0), Other(kept::cause))])),
    (context(5), Inside(ANSWERED)),
    (context(7), Inside(&[(context(0), Other(kept::cause))])),
    (context(8), Inside(BUSY)),
    (context(9), Inside(&[(context(52), Person("forwardingDestinationNumber", Form::Isup))])),
    (context(10), Inside(ANSWERED)),
    (context(12), Inside(&[(context(0), Other(kept::cause))])),
    (context(13), Inside(MOVED)),
    (context(20), Inside(MOVED)),
    (context(50), Inside(MOVED)),
    (context(51), Inside(MOVED)),
];
const ANSWERED: Fields = &[(context(50), Person("destinationAddress", Form::Isup))];
const BUSY: Fields = &[
    (context(0), Other(kept::cause)),
    (context(52), Person("forwardingDestinationNumber", Form::Isup)),
];
const MOVED: Fields = &[(context(50), Inside(LOCATION))];

/// AChBillingChargingCharacteristics is a BER value in an OCTET STRING.
const APPLY_CHARGING: Fields = &[(SEQUENCE, Inside(&[(context(0), Other(kept::max_call_period))]))];

/// GapCriteria: which numbers or services are held back.
pub(crate) const CALL_GAP: Fields = &[(
    SEQUENCE,
    Inside(&[(
        context(0),
        List(&[
            (context(0), Person("calledAddressValue", Form::Generic)),
            (context(2), Inside(&[(context(0), Other(kept::service_key))])),
            (
                context(29),
                Inside(&[
                    (context(0), Person("calledAddressValue", Form::Generic)),
                    (context(1), Other(kept::service_key)),
                ]),
            ),
            (
                context(30),
                Inside(&[
                    (context(0), Person("callingAddressValue", Form::Generic)),
                    (context(1), Other(kept::service_key)),
                ]),
            ),
        ]),
    )]),
)];

pub(crate) const CALL_INFORMATION_REPORT: Fields = &[(
    SEQUENCE,
    Inside(&[(
        context(0),
        List(&[(SEQUENCE, Inside(&[(context(1), Inside(&[(context(30), Other(kept::cause))]))]))]),
    )]),
)];

const INITIAL_DP_SMS: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Other(kept::service_key)),
        (context(1), Person("destinationSubscriberNumber", Form::Bcd)),
        (context(2), Person("callingPartyNumber", Form::Map)),
        (CONTEXT_3, Other(kept::event_sms)),
        (context(4), Imsi),
        (context(5), Inside(LOCATION)),
        (context(6), Inside(LOCATION_GPRS)),
        (context(7), Address("sMSCAddress")),
        (context(9), Other(details::tp_first)),
        (context(10), Other(details::tp_pid)),
        (context(11), Other(details::tp_dcs)),
        (context(15), Address("mscAddress")),
        (context(16), Address("sgsn-Number")),
        (context(19), Imei),
        (context(20), Person("calledPartyNumber", Form::Map)),
    ]),
)];

const CONNECT_SMS: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Person("callingPartysNumber", Form::Map)),
        (context(1), Person("destinationSubscriberNumber", Form::Bcd)),
        (context(2), Address("sMSCAddress")),
    ]),
)];

const REQUEST_REPORT_SMS_EVENT: Fields = REQUEST_REPORT_BCSM_EVENT;
const REQUEST_REPORT_GPRS_EVENT: Fields = REQUEST_REPORT_BCSM_EVENT;

const EVENT_REPORT_SMS: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Other(kept::event_sms)),
        (
            context(1),
            List(&[
                (context(0), Inside(&[(context(0), Other(kept::plain_cause))])),
                (context(2), Inside(&[(context(0), Other(kept::plain_cause))])),
            ]),
        ),
    ]),
)];

/// RPCause.
const RELEASE_SMS: Fields = &[(OCTETS, Other(kept::plain_cause))];

/// maxElapsedTime, the other choice being a volume.
const APPLY_CHARGING_GPRS: Fields =
    &[(SEQUENCE, Inside(&[(context(0), Inside(&[(context(1), Other(kept::max_elapsed_time))]))]))];

const CONNECT_GPRS: Fields = &[(SEQUENCE, Inside(&[(context(0), Other(kept::apn))]))];

const RELEASE_GPRS: Fields = &[(SEQUENCE, Inside(&[(context(0), Other(kept::plain_cause))]))];

const INITIAL_DP_GPRS: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Other(kept::service_key)),
        (context(1), Other(kept::event_gprs)),
        (context(2), Msisdn),
        (CONTEXT_3, Imsi),
        (context(8), Other(kept::apn)),
        (context(9), Other(details::area)),
        (context(12), Inside(LOCATION_GPRS)),
        (context(15), Host("gGSNAddress")),
        (context(17), Imei),
    ]),
)];

const EVENT_REPORT_GPRS: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Other(kept::event_gprs)),
        (
            context(2),
            List(&[
                (context(0), Inside(&[(context(0), Inside(LOCATION_GPRS))])),
                (
                    context(1),
                    Inside(&[(context(0), Other(kept::apn)), (context(2), Inside(LOCATION_GPRS))]),
                ),
                (
                    CONTEXT_3,
                    Inside(&[(context(0), Other(kept::apn)), (CONTEXT_3, Inside(LOCATION_GPRS))]),
                ),
                (
                    context(4),
                    Inside(&[(context(1), Other(kept::apn)), (context(4), Inside(LOCATION_GPRS))]),
                ),
            ]),
        ),
    ]),
)];
