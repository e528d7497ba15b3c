//! MAP, and as much of CAP and INAP as says what is asked: operations, errors, application contexts, and the
//! identities and addresses in arguments and results.
//!
//! Spec: 3GPP TS 29.002 (release 17) unless said. `§` below means a section of it. Texts (short messages, USSD) are
//! never read.

use std::net::IpAddr;

use smallvec::SmallVec;

use crate::ber::Oid;
use crate::sccp::Digits;
use crate::tcap::ComponentKind;
use crate::{Anomalies, Cursor};

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
    /// `anyTimeInfoEnquiryContext-v3`, `CAP-v2-gsmSSF-to-gsmSCF`
    pub name: &'static str,
    pub version: u8,
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
    pub addresses: SmallVec<[(&'static str, AddressString); 4]>,
    /// Node addresses that are IP addresses: `sgsn-Address`, `ggsn-Address`.
    pub hosts: SmallVec<[(&'static str, IpAddr); 2]>,
    /// Of a result, what it gives away: `imsi`, `msisdn`, `imei`, `location`, `authentication-vectors`, `subscription`,
    /// `node-address`, `state`; each once.
    pub returned: SmallVec<[&'static str; 4]>,
}

/// Who speaks: the application context says; without one the subsystems of the two addresses, the called one first.
pub fn user(_context: Option<Oid<'_>>, _called_ssn: Option<u8>, _calling_ssn: Option<u8>) -> User {
    User::Unknown
}

/// An application context by its object identifier.
pub fn application_context(_oid: Oid<'_>) -> Option<ApplicationContext> {
    None
}

/// The name of an operation: `anyTimeInterrogation`, `initialDP`.
pub fn operation_name(_user: User, _opcode: i64) -> Option<&'static str> {
    None
}

/// The name of an error: `unknownSubscriber` (§17.6.6).
pub fn error_name(_user: User, _error: i64) -> Option<&'static str> {
    None
}

/// Reads the parameter of a MAP component. `opcode` is that of the request, which a result may leave out.
pub fn argument(
    _notes: &mut Anomalies,
    _opcode: i64,
    _kind: ComponentKind,
    _parameter: Cursor<'_>,
) -> Argument {
    Argument::default()
}
