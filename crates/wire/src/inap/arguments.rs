//! What the argument of each INAP operation says of the call, and where. Where CAP took an argument over as it was, its
//! table serves.
//!
//! Spec: ITU-T Q.1218 §2 (CS1), Q.1228 (CS2).

use crate::cap::arguments::{
    CALL_GAP, CALL_INFORMATION_REPORT, CONTINUE_WITH_ARGUMENT, DESTINATION, DISCONNECT_LEG,
    ENTITY_RELEASED, EVENT_REPORT_BCSM, GENERIC_NUMBERS, RELEASE_CALL, REQUEST_REPORT_BCSM_EVENT,
};
use crate::cap::{Form, kept};
use crate::map::arguments::{CONTEXT_3, SEQUENCE, context};
use crate::map::fields::Field::{Inside, List, Node, Other, Person};
use crate::map::fields::{Direction, Fields};

/// The fields of an INAP operation, empty where it carries none that is read.
pub(crate) const fn fields(opcode: i64, direction: Direction) -> Fields {
    if matches!(direction, Direction::Result) {
        return &[];
    }
    match opcode {
        0 => INITIAL_DP,
        1..=15 | 81 | 82 => DETECTION_POINT,
        16 => ASSIST_REQUEST_INSTRUCTIONS,
        17 => ESTABLISH_TEMPORARY_CONNECTION,
        19 => CONNECT_TO_RESOURCE,
        20 => CONNECT,
        22 => RELEASE_CALL,
        23 => REQUEST_REPORT_BCSM_EVENT,
        24 => EVENT_REPORT_BCSM,
        28 | 29 => SELECT_ROUTE,
        32 => INITIATE_CALL_ATTEMPT,
        41 => CALL_GAP,
        44 => CALL_INFORMATION_REPORT,
        88 => CONTINUE_WITH_ARGUMENT,
        90 => DISCONNECT_LEG,
        96 => ENTITY_RELEASED,
        _ => &[],
    }
}

const INITIAL_DP: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Other(kept::service_key)),
        (context(1), Person("dialledDigits", Form::Isup)),
        (context(2), Person("calledPartyNumber", Form::Isup)),
        (CONTEXT_3, Person("callingPartyNumber", Form::Isup)),
        (context(10), Person("locationNumber", Form::Isup)),
        (context(12), Person("originalCalledPartyID", Form::Isup)),
        (context(17), Other(kept::cause)),
        (context(25), Person("additionalCallingPartyNumber", Form::Generic)),
        (context(28), Other(kept::event_bcsm)),
        (context(29), Person("redirectingPartyID", Form::Isup)),
    ]),
)];

/// The operations that report one detection point each share DpSpecificCommonParameters; the numbers behind it are those that
/// most of them have at the same place.
const DETECTION_POINT: Fields = &[(
    SEQUENCE,
    Inside(&[(
        context(0),
        Inside(&[
            (context(0), Inside(&[(context(0), Other(kept::service_key))])),
            (context(2), Person("calledPartyNumber", Form::Isup)),
            (CONTEXT_3, Person("callingPartyNumber", Form::Isup)),
            (context(9), Person("locationNumber", Form::Isup)),
            (context(13), Person("chargeNumber", Form::Isup)),
        ]),
    )]),
)];

const ASSIST_REQUEST_INSTRUCTIONS: Fields =
    &[(SEQUENCE, Inside(&[(context(0), Other(kept::correlation))]))];

const ESTABLISH_TEMPORARY_CONNECTION: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Node("assistingSSPIPRoutingAddress", Form::Generic)),
        (context(1), Other(kept::correlation)),
    ]),
)];

/// The address alone, or with the leg it is for.
const CONNECT_TO_RESOURCE: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), Node("ipRoutingAddress", Form::Isup)),
        (context(2), Inside(&[(context(0), Node("ipRoutingAddress", Form::Isup))])),
    ]),
)];

const CONNECT: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), List(DESTINATION)),
        (context(2), Other(kept::correlation)),
        (context(6), Person("originalCalledPartyID", Form::Isup)),
        (context(14), List(GENERIC_NUMBERS)),
        (context(19), Person("chargeNumber", Form::Isup)),
        (context(27), Person("callingPartyNumber", Form::Isup)),
        (context(29), Person("redirectingPartyID", Form::Isup)),
    ]),
)];

/// selectRoute, analyseInformation.
const SELECT_ROUTE: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), List(DESTINATION)),
        (CONTEXT_3, Person("originalCalledPartyID", Form::Isup)),
    ]),
)];

const INITIATE_CALL_ATTEMPT: Fields = &[(
    SEQUENCE,
    Inside(&[
        (context(0), List(DESTINATION)),
        (context(30), Person("callingPartyNumber", Form::Isup)),
    ]),
)];
