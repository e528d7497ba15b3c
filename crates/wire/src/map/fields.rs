//! Reading an argument by a table: which tag, at which place, holds which identity, address or number.

use std::net::IpAddr;

use super::{AddressString, Argument};
use crate::ber::{Element, Elements, Tag};
use crate::cap::{Form, MAX_PARTIES, Party};
use crate::cursor::short;
use crate::sccp::Digits;
use crate::{Anomalies, Cursor, Flaw};

/// What an element holds.
#[derive(Clone, Copy)]
pub(crate) enum Field {
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
    /// A list: each of its elements is one of these.
    List(Fields),
    /// A list whose presence tells.
    TellsList(&'static str, Fields),
    /// A person's number in a call, by its name.
    Person(&'static str, Form),
    /// A node's number in a call.
    Node(&'static str, Form),
    /// Neither: something else that is worth keeping.
    Other(Other),
    /// The same, and its presence tells.
    TellsOther(&'static str, Other),
    /// Holds nothing of interest, but an element of that tag behind it may.
    Skip,
}

/// Keeps what an element says.
pub(crate) type Other = fn(&mut Argument, &Element<'_>);

/// The elements of a structure that are read. Elements of the same tag stand in their order.
pub(crate) type Fields = &'static [(Tag, Field)];

/// Stands where the tag of a choice would: its alternatives have theirs.
pub(crate) const CHOICE: Tag = Tag::universal(0);

/// More addresses of nodes in one argument than this are not read.
const MAX_ADDRESSES: usize = 16;

/// What is being read: a question or an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Request,
    Result,
}

/// Reads the elements of `fields`; the others are stepped over. Returns whether any was there.
pub(crate) fn read(
    notes: &mut Anomalies,
    argument: &mut Argument,
    direction: Direction,
    mut elements: Elements<'_>,
    fields: Fields,
) -> bool {
    // One bit for each field that was there.
    let mut seen = 0u64;
    // By reference: the element would be copied in pieces of other sizes than it was written in, which stalls.
    while let Some(element) = &elements.next(notes) {
        let mut bit = 1u64;
        for (tag, field) in fields {
            if (*tag == element.tag || *tag == CHOICE) && seen & bit == 0 {
                let chosen = match field {
                    Field::OneOf(choices) => choices
                        .iter()
                        .find(|(choice, _)| *choice == element.tag)
                        .map(|(_, field)| field),
                    _ => Some(field),
                };
                if let Some(field) = chosen {
                    seen |= bit;
                    take(notes, argument, direction, element, field);
                    break;
                }
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
    field: &Field,
) {
    let kind = match *field {
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
            // A subscription names the same control point for each of its services.
            if argument.addresses.len() < MAX_ADDRESSES
                && !argument.addresses.contains(&(role, number))
            {
                argument.addresses.push((role, number));
            }
            "node-address"
        }
        Field::Host(role) => {
            let Some(host) = host(notes, element) else { return };
            if argument.hosts.len() < MAX_ADDRESSES {
                argument.hosts.push((role, host));
            }
            "node-address"
        }
        Field::Person(role, form) => {
            party(argument, role, form.read(element.value(notes)), true);
            return;
        }
        Field::Node(role, form) => {
            party(argument, role, form.read(element.value(notes)), false);
            return;
        }
        Field::Other(keep) => {
            keep(argument, element);
            return;
        }
        Field::TellsOther(kind, keep) => {
            keep(argument, element);
            kind
        }
        Field::List(fields) => {
            list(notes, argument, direction, element, fields);
            return;
        }
        Field::TellsList(kind, fields) => {
            list(notes, argument, direction, element, fields);
            kind
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

/// The elements of a list, each by the field of its tag.
fn list(
    notes: &mut Anomalies,
    argument: &mut Argument,
    direction: Direction,
    element: &Element<'_>,
    fields: Fields,
) {
    let mut elements = element.elements();
    while let Some(element) = &elements.next(notes) {
        if let Some((_, field)) = fields.iter().find(|(tag, _)| *tag == element.tag) {
            take(notes, argument, direction, element, field);
        }
    }
}

/// A number of the call.
fn party(argument: &mut Argument, role: &'static str, number: Option<AddressString>, person: bool) {
    let Some(number) = number.filter(|number| !number.digits.is_empty()) else { return };
    let parties = &mut argument.call.get_or_insert_default().parties;
    if parties.len() < MAX_PARTIES {
        parties.push(Party { role, number, person });
    }
}

/// Decimal digits, as many as that.
pub(super) fn plausible(digits: &Digits, wanted: std::ops::RangeInclusive<usize>) -> bool {
    wanted.contains(&digits.len()) && digits.as_bytes().iter().all(u8::is_ascii_digit)
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
