//! Reading an argument by a table: which tag, at which place, holds which identity or address.

use std::net::IpAddr;

use super::{AddressString, Argument};
use crate::ber::{Element, Elements, Tag};
use crate::cursor::short;
use crate::sccp::Digits;
use crate::{Anomalies, Cursor, Flaw};

/// What an element holds.
#[derive(Clone, Copy)]
pub(super) enum Field {
    Imsi,
    Imei,
    Msisdn,
    /// ISDN-AddressString or AddressString of a node, by its name in the ASN.1.
    Address(&'static str),
    /// GSN-Address.
    Host(&'static str),
    /// Its presence says what a result gives away.
    Tells(&'static str),
    /// A structure: a sequence, or the explicit tag of a choice.
    Inside(Fields),
    /// Both.
    TellsInside(&'static str, Fields),
    /// One of several, at this place: an element with any of these tags takes it.
    OneOf(Fields),
    /// Holds nothing of interest, but an element of that tag behind it may.
    Skip,
}

/// The elements of a structure that are read. Elements of the same tag stand in their order.
pub(super) type Fields = &'static [(Tag, Field)];

/// What is being read: a question or an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Request,
    Result,
}

/// Reads the elements of `fields`; the others are stepped over. Returns whether any was there.
pub(super) fn read(
    notes: &mut Anomalies,
    argument: &mut Argument,
    direction: Direction,
    mut elements: Elements<'_>,
    fields: Fields,
) -> bool {
    // One bit for each field that was there.
    let mut seen = 0u64;
    while let Some(element) = elements.next(notes) {
        let mut bit = 1u64;
        for (tag, field) in fields {
            let chosen = match field {
                _ if seen & bit != 0 => None,
                Field::OneOf(choices) => choices
                    .iter()
                    .find(|(choice, _)| *choice == element.tag)
                    .map(|(_, field)| field),
                _ => (*tag == element.tag).then_some(field),
            };
            if let Some(field) = chosen {
                seen |= bit;
                take(notes, argument, direction, &element, *field);
                break;
            }
            bit = bit.wrapping_shl(1);
        }
    }
    seen != 0
}

fn take(
    notes: &mut Anomalies,
    argument: &mut Argument,
    direction: Direction,
    element: &Element<'_>,
    field: Field,
) {
    let kind = match field {
        Field::Imsi => {
            let digits = Digits::from_bcd(element.value(notes), false);
            if !plausible(&digits, 5..=15) {
                let len = digits.len() as u64;
                notes.note(element.span, "map.imsi", Flaw::IllegalValue(len));
            }
            argument.imsi.get_or_insert(digits);
            "imsi"
        }
        Field::Imei => {
            argument.imei.get_or_insert(Digits::from_bcd(element.value(notes), false));
            "imei"
        }
        Field::Msisdn => {
            let Some(number) = address(notes, element) else { return };
            argument.msisdn.get_or_insert(number);
            "msisdn"
        }
        Field::Address(role) => {
            let Some(number) = address(notes, element) else { return };
            argument.addresses.push((role, number));
            "node-address"
        }
        Field::Host(role) => {
            let Some(host) = host(notes, element) else { return };
            argument.hosts.push((role, host));
            "node-address"
        }
        Field::Tells(kind) => kind,
        Field::Inside(fields) => {
            read(notes, argument, direction, element.elements(), fields);
            return;
        }
        Field::TellsInside(kind, fields) => {
            read(notes, argument, direction, element.elements(), fields);
            kind
        }
        // Choices do not stand in choices.
        Field::OneOf(_) | Field::Skip => return,
    };
    if direction == Direction::Result && !argument.returned.contains(&kind) {
        argument.returned.push(kind);
    }
}

/// Decimal digits, as many as that.
pub(super) fn plausible(digits: &Digits, wanted: std::ops::RangeInclusive<usize>) -> bool {
    wanted.contains(&digits.len()) && digits.as_str().bytes().all(|digit| digit.is_ascii_digit())
}

/// AddressString (§17.7.8): nature and plan in the first octet, then digits.
fn address(notes: &mut Anomalies, element: &Element<'_>) -> Option<AddressString> {
    let number = AddressString::read(element.value(notes));
    if number.is_none() {
        notes.note(element.span, "map.address", Flaw::Missing);
    }
    number
}

/// GSN-Address (TS 23.003 §5.1): type and length in the first octet.
fn host(notes: &mut Anomalies, element: &Element<'_>) -> Option<IpAddr> {
    let mut cur = Cursor::new(element.value(notes));
    let host = match (cur.u8(), cur.len()) {
        (Ok(0x04), 4) => cur.array::<4>().ok().map(IpAddr::from),
        (Ok(0x50), 16) => cur.array::<16>().ok().map(IpAddr::from),
        _ => None,
    };
    if host.is_none() {
        let len = u64::from(short(element.octets().len()));
        notes.note(element.span, "map.gsn_address", Flaw::IllegalValue(len));
    }
    host
}
