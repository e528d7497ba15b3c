//! MAP, and as much of CAP and INAP as says what is asked: operations, errors, application contexts, and the
//! identities and addresses in arguments and results.
//!
//! Spec: 3GPP TS 29.002 (release 17) unless said. `§` below means a section of it. Texts (short messages, USSD) are
//! never read.

pub(crate) mod arguments;
mod contexts;
pub(crate) mod details;
mod errors;
pub(crate) mod fields;
mod names;
mod results;
mod subscription;

use std::net::IpAddr;

use smallvec::SmallVec;

use crate::ber::{Elements, Oid, Tag};
use crate::cap::Call;
use crate::sccp::Digits;
use crate::tcap::ComponentKind;
use crate::{Anomalies, Cursor, Flaw, cap, inap};
pub use contexts::{application_context, belongs, check_operation, context_of_dotted};
pub use details::{Details, LocationKind};
pub use errors::error_diagnostic;
use fields::Direction;
pub use names::{error_name, operation_name};

/// Who speaks over TCAP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum User {
    Map,
    Cap,
    Inap,
    #[default]
    Unknown,
}

impl User {
    /// `map`, `cap`, `inap`, `unknown`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Map => "map",
            Self::Cap => "cap",
            Self::Inap => "inap",
            Self::Unknown => "unknown",
        }
    }
}

/// An application context that a specification names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApplicationContext {
    pub user: User,
    /// Its object identifier: `0.4.0.0.1.0.29.3`
    pub dotted: &'static str,
    /// `anyTimeInfoEnquiryContext-v3`, `CAP-v2-gsmSSF-to-gsmSCF`
    pub name: &'static str,
    pub version: u8,
    /// The codes of the operations that belong to it; empty where that is not known for certain.
    pub operations: &'static [u8],
}

/// An E.164 number with nature and plan (ISDN-AddressString).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AddressString {
    /// Nature of address: 1 international.
    pub nature: u8,
    /// Numbering plan: 1 E.164, 6 E.212.
    pub plan: u8,
    pub digits: Digits,
}

/// What an argument or a result says about who and where.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Argument {
    pub imsi: Option<Digits>,
    pub msisdn: Option<AddressString>,
    pub imei: Option<Digits>,
    /// Node addresses by their ASN.1 names: `msc-Number`, `gsmSCF-Address`…
    pub addresses: SmallVec<[(&'static str, AddressString); 2]>,
    /// Node addresses that are IP addresses: `sgsn-Address`, `ggsn-Address`.
    pub hosts: SmallVec<[(&'static str, IpAddr); 1]>,
    /// Of a result, what it gives away: `imsi`, `msisdn`, `imei`, `location`, `authentication-vectors`, `subscription`,
    /// `node-address`, `state`; each once.
    pub returned: SmallVec<[&'static str; 4]>,
    pub details: Details,
    /// What it says of a call: with CAP and INAP whenever there is something, with MAP where calls are forwarded.
    pub call: Option<Box<Call>>,
}

/// Who speaks: the application context says; without one that it knows, the subsystems of the two addresses, the called one
/// first.
pub fn user(context: Option<Oid<'_>>, called_ssn: Option<u8>, calling_ssn: Option<u8>) -> User {
    let owner = context.map_or(User::Unknown, contexts::owner);
    if owner != User::Unknown {
        return owner;
    }
    for ssn in [called_ssn, calling_ssn].into_iter().flatten() {
        match ssn {
            // TS 23.003 §8: the MAP entities. 147 is gsmSCF towards MAP.
            5..=10 | 145 | 147..=150 => return User::Map,
            146 => return User::Cap,
            12 => return User::Inap,
            _ => {}
        }
    }
    User::Unknown
}

/// Whether a request reads as this MAP operation: for messages whose context and subsystems say nothing, or say it wrongly
/// on purpose. Only what holds an identity or an address where the operation has it, in plausible digits, does.
pub fn reads_as_map(opcode: i64, parameter: Cursor<'_>) -> bool {
    let mut notes = Anomalies::default();
    let argument = argument(&mut notes, User::Map, opcode, ComponentKind::Invoke, parameter);
    let number = |number: &AddressString| fields::plausible(&number.digits, 3..=15);
    let identified = argument.imsi.is_some_and(|imsi| fields::plausible(&imsi, 6..=15))
        || argument.msisdn.is_some_and(|msisdn| number(&msisdn))
        || argument.imei.is_some_and(|imei| fields::plausible(&imei, 14..=16));
    let addressed = argument.addresses.iter().all(|(_, address)| number(address));
    notes.is_empty() && addressed && (identified || !argument.addresses.is_empty())
}

/// Whether a request reads as this CAP operation, where neither context nor subsystem says so: only what has plausible numbers
/// of a call, or events that have names, does.
pub fn reads_as_cap(opcode: i64, parameter: Cursor<'_>) -> bool {
    let mut notes = Anomalies::default();
    let read = argument(&mut notes, User::Cap, opcode, ComponentKind::Invoke, parameter);
    let Some(call) = read.call.filter(|_| notes.is_empty()) else { return false };
    let numbers = call.parties.iter().all(|party| fields::plausible(&party.number.digits, 3..=18));
    let events = call.requested_events.iter().all(|event| cap::event_name(*event).is_some());
    let named = call.event_type.is_none_or(|_| call.event_type_name.is_some());
    let says = !call.parties.is_empty()
        || !call.requested_events.is_empty()
        || call.event_type_name.is_some();
    numbers && events && named && says
}

/// Reads the parameter of a component. `opcode` is that of the request, which a result may leave out. Errors and rejects
/// say nothing about anybody.
pub fn argument(
    notes: &mut Anomalies,
    user: User,
    opcode: i64,
    kind: ComponentKind,
    parameter: Cursor<'_>,
) -> Argument {
    let mut argument = Argument::default();
    read_argument(notes, user, opcode, kind, parameter, &mut argument);
    argument
}

/// [`argument`] into one that says nothing yet: they are large, and most stay where they are made.
pub fn read_argument(
    notes: &mut Anomalies,
    user: User,
    opcode: i64,
    kind: ComponentKind,
    parameter: Cursor<'_>,
    argument: &mut Argument,
) {
    let direction = match kind {
        ComponentKind::Invoke => Direction::Request,
        ComponentKind::ReturnResultLast | ComponentKind::ReturnResultNotLast => Direction::Result,
        ComponentKind::ReturnError | ComponentKind::Reject | ComponentKind::Unknown => return,
    };
    let fields = match user {
        User::Map if direction == Direction::Result => results::map(opcode),
        User::Map => arguments::map(opcode),
        User::Cap => cap::fields(opcode, direction),
        User::Inap => inap::fields(opcode, direction),
        User::Unknown => &[],
    };
    if fields.is_empty() || parameter.is_empty() {
        return;
    }
    let found = fields::read(notes, argument, direction, Elements::new(parameter), fields);
    if !found && direction == Direction::Request {
        let code = u64::try_from(opcode).unwrap_or_default();
        let field = match user {
            User::Cap => "cap.argument",
            User::Inap => "inap.argument",
            User::Map | User::Unknown => "map.argument",
        };
        notes.note(parameter.span(), field, Flaw::IllegalValue(code));
    }
}

/// Who a dialogue is about and who opened it, as MAP-OpenInfo says it (§17.4): `destinationReference`, an IMSI with plan 6
/// or an MSISDN, and `originationReference`. `user_information` is that of the dialogue portion.
pub fn references(
    notes: &mut Anomalies,
    user_information: Cursor<'_>,
) -> (Option<AddressString>, Option<AddressString>) {
    let mut found = (None, None);
    let Some(external) = Elements::new(user_information).next(notes) else {
        return found;
    };
    let mut parts = external.elements();
    while let Some(part) = parts.next(notes) {
        // single-ASN1-type [0], in it MAP-OpenInfo [0].
        if part.tag != Tag::context(0) {
            continue;
        }
        let Some(open) = part.elements().next(notes).filter(|pdu| pdu.tag == Tag::context(0))
        else {
            continue;
        };
        let mut fields = open.elements();
        while let Some(field) = fields.next(notes) {
            if field.tag == Tag::context(0) {
                found.0 = AddressString::read(field.octets());
            } else if field.tag == Tag::context(1) {
                found.1 = AddressString::read(field.octets());
            }
        }
    }
    found
}

impl AddressString {
    /// §17.7.8: extension, nature and plan in the first octet, then digits. `None` where there is no first octet.
    fn read(octets: &[u8]) -> Option<Self> {
        let (&first, rest) = octets.split_first()?;
        Some(Self {
            nature: first >> 4 & 7,
            plan: first & 15,
            digits: Digits::from_bcd(rest, false),
        })
    }
}

#[cfg(test)]
mod tests;
