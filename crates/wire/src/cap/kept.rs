//! What is kept of single elements of a call: keys, events, causes, durations.
//!
//! Spec: 3GPP TS 29.078 §5.1 (release 17), ITU-T Q.763 §3.12 (cause).

use super::{Call, MAX_EVENTS, names};
use crate::ber::{Element, Elements, Tag};
use crate::gtp::Apn;
use crate::map::Argument;
use crate::{Anomalies, Cursor};

fn call(argument: &mut Argument) -> &mut Call {
    argument.call.get_or_insert_default()
}

fn number(element: &Element<'_>) -> Option<u32> {
    element.integer().and_then(|value| u32::try_from(value).ok())
}

fn byte(element: &Element<'_>) -> Option<u8> {
    element.integer().and_then(|value| u8::try_from(value).ok())
}

pub(crate) fn service_key(argument: &mut Argument, element: &Element<'_>) {
    call(argument).service_key = number(element);
}

pub(crate) fn event_bcsm(argument: &mut Argument, element: &Element<'_>) {
    event(argument, element, names::event_bcsm);
}

pub(crate) fn event_sms(argument: &mut Argument, element: &Element<'_>) {
    event(argument, element, names::event_sms);
}

pub(crate) fn event_gprs(argument: &mut Argument, element: &Element<'_>) {
    event(argument, element, names::event_gprs);
}

fn event(argument: &mut Argument, element: &Element<'_>, name: fn(u8) -> Option<&'static str>) {
    let call = call(argument);
    call.event_type = byte(element);
    call.event_type_name = call.event_type.and_then(name);
}

/// One event that the control point wants to hear of.
pub(crate) fn armed(argument: &mut Argument, element: &Element<'_>) {
    let events = &mut call(argument).requested_events;
    if let Some(event) = byte(element)
        && events.len() < MAX_EVENTS
    {
        events.push(event);
    }
}

/// Cause: coding and location in the first octet or two, then the value (Q.763 §3.12).
pub(crate) fn cause(argument: &mut Argument, element: &Element<'_>) {
    let value = match *element.octets() {
        [first, value, ..] if first & 0x80 != 0 => value,
        [_, _, value, ..] => value,
        _ => return,
    };
    call(argument).cause = Some(value & 0x7f);
}

/// A cause that is one octet: of GPRS, of short messages.
pub(crate) fn plain_cause(argument: &mut Argument, element: &Element<'_>) {
    call(argument).cause = element.octets().first().copied();
}

/// CorrelationID: it ties an assisting node to the call.
pub(crate) fn correlation(argument: &mut Argument, _: &Element<'_>) {
    call(argument).correlated = true;
}

/// maxCallPeriodDuration, tenths of a second, in the BER value that AChBillingChargingCharacteristics wraps. INAP leaves that
/// value to the operator, so that nothing else is made of it.
pub(crate) fn max_call_period(argument: &mut Argument, element: &Element<'_>) {
    let mut unnoted = Anomalies::default();
    let wrapped = Elements::new(Cursor::new(element.octets())).next(&mut unnoted);
    let Some(charging) = wrapped.filter(|charging| charging.tag == Tag::context(0)) else { return };
    if let Some(duration) = charging.elements().next(&mut unnoted)
        && duration.tag == Tag::context(0)
    {
        call(argument).max_duration_ds = number(&duration);
    }
}

/// maxElapsedTime, seconds.
pub(crate) fn max_elapsed_time(argument: &mut Argument, element: &Element<'_>) {
    call(argument).max_duration_ds = number(element).map(|seconds| seconds.saturating_mul(10));
}

/// AccessPointName.
pub(crate) fn apn(argument: &mut Argument, element: &Element<'_>) {
    call(argument).apn = Some(Apn(element.octets()).to_string());
}
