//! Parameters of INIT, INIT ACK and ASCONF, and error causes, which have the same form (RFC 9260 §3.2.1, §3.3.10).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::cursor::short;
use crate::{Anomalies, Cursor, Flaw};

/// One parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter<'a> {
    /// Parameter type (IANA).
    pub kind: u16,
    pub value: Cursor<'a>,
}

impl Parameter<'_> {
    pub const IPV4_ADDRESS: u16 = 5;
    pub const IPV6_ADDRESS: u16 = 6;
    pub const STATE_COOKIE: u16 = 7;
    pub const HOST_NAME: u16 = 11;
    pub const SUPPORTED_ADDRESS_TYPES: u16 = 12;
    pub const ADD_IP: u16 = 0xc001;
    pub const DELETE_IP: u16 = 0xc002;
    pub const SET_PRIMARY: u16 = 0xc004;

    /// The name in the registry (IANA).
    pub const fn name(&self) -> &'static str {
        parameter_name(self.kind)
    }

    /// The address of an address parameter.
    pub fn address(&self) -> Option<IpAddr> {
        let mut cur = self.value;
        match self.kind {
            Self::IPV4_ADDRESS => {
                cur.array::<4>().ok().map(|octets| IpAddr::V4(Ipv4Addr::from(octets)))
            }
            Self::IPV6_ADDRESS => {
                cur.array::<16>().ok().map(|octets| IpAddr::V6(Ipv6Addr::from(octets)))
            }
            _ => None,
        }
    }

    /// The address inside an ASCONF parameter that adds, deletes or prefers one (RFC 5061 §4.2).
    pub fn asconf_address(&self) -> Option<IpAddr> {
        if !matches!(self.kind, Self::ADD_IP | Self::DELETE_IP | Self::SET_PRIMARY) {
            return None;
        }
        let mut cur = self.value;
        cur.skip(4).ok()?;
        Parameters::new(cur).next_parameter(&mut Anomalies::default())?.address()
    }
}

/// Parameters in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters<'a> {
    cur: Cursor<'a>,
}

impl<'a> Parameters<'a> {
    pub(super) const fn new(cur: Cursor<'a>) -> Self {
        Self { cur }
    }

    /// The next parameter; a length that lies is noted.
    pub fn next_parameter(&mut self, notes: &mut Anomalies) -> Option<Parameter<'a>> {
        let (kind, value) = entry(notes, &mut self.cur, "sctp.parameter_length")?;
        Some(Parameter { kind, value })
    }

    /// The addresses listed (§3.3.2.1), without noting anything.
    pub fn addresses(self) -> impl Iterator<Item = IpAddr> + 'a {
        let mut parameters = self;
        std::iter::from_fn(move || parameters.next_parameter(&mut Anomalies::default()))
            .filter_map(|parameter| parameter.address())
    }
}

/// The parameter by its name (IANA).
pub const fn parameter_name(kind: u16) -> &'static str {
    match kind {
        1 => "Heartbeat Info",
        5 => "IPv4 Address",
        6 => "IPv6 Address",
        7 => "State Cookie",
        8 => "Unrecognized Parameters",
        9 => "Cookie Preservative",
        11 => "Host Name Address",
        12 => "Supported Address Types",
        13 => "Outgoing SSN Reset Request",
        14 => "Incoming SSN Reset Request",
        15 => "SSN/TSN Reset Request",
        16 => "Re-configuration Response",
        17 => "Add Outgoing Streams Request",
        18 => "Add Incoming Streams Request",
        0x8000 => "ECN Capable",
        0x8001 => "Zero Checksum Acceptable",
        0x8002 => "Random",
        0x8003 => "Chunk List",
        0x8004 => "Requested HMAC Algorithm",
        0x8005 => "Padding",
        0x8008 => "Supported Extensions",
        0xc000 => "Forward TSN Supported",
        0xc001 => "Add IP Address",
        0xc002 => "Delete IP Address",
        0xc003 => "Error Cause Indication",
        0xc004 => "Set Primary Address",
        0xc005 => "Success Indication",
        0xc006 => "Adaptation Layer Indication",
        _ => "unknown",
    }
}

/// Why an association was refused or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause<'a> {
    pub code: u16,
    pub info: Cursor<'a>,
}

impl Cause<'_> {
    pub const fn name(&self) -> &'static str {
        cause_name(self.code)
    }
}

/// Causes in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Causes<'a> {
    cur: Cursor<'a>,
}

impl<'a> Causes<'a> {
    pub(super) const fn new(cur: Cursor<'a>) -> Self {
        Self { cur }
    }

    /// The next cause; a length that lies is noted.
    pub fn next_cause(&mut self, notes: &mut Anomalies) -> Option<Cause<'a>> {
        let (code, info) = entry(notes, &mut self.cur, "sctp.cause_length")?;
        Some(Cause { code, info })
    }
}

/// The cause by its name (IANA).
pub const fn cause_name(code: u16) -> &'static str {
    match code {
        1 => "invalid stream identifier",
        2 => "missing mandatory parameter",
        3 => "stale cookie",
        4 => "out of resource",
        5 => "unresolvable address",
        6 => "unrecognized chunk type",
        7 => "invalid mandatory parameter",
        8 => "unrecognized parameters",
        9 => "no user data",
        10 => "cookie received while shutting down",
        11 => "restart of an association with new addresses",
        12 => "user-initiated abort",
        13 => "protocol violation",
        160 => "request to delete last remaining IP address",
        161 => "operation refused due to resource shortage",
        162 => "request to delete source IP address",
        163 => "association aborted due to illegal ASCONF-ACK",
        164 => "request refused, no authorization",
        261 => "unsupported HMAC identifier",
        _ => "unknown",
    }
}

/// Type, length with both, value, padding to four octets.
fn entry<'a>(
    notes: &mut Anomalies,
    cur: &mut Cursor<'a>,
    field: &'static str,
) -> Option<(u16, Cursor<'a>)> {
    if cur.is_empty() {
        return None;
    }
    let start = *cur;
    let (Ok(kind), Ok(length)) = (cur.u16(), cur.u16()) else {
        notes.note(start.span(), field, Flaw::Trailing(short(start.len())));
        cur.take_rest();
        return None;
    };
    let length = usize::from(length);
    let Some(value_len) = length.checked_sub(4) else {
        notes.note(start.span_of(4), field, Flaw::IllegalValue(u64::from(short(length))));
        cur.take_rest();
        return None;
    };
    let (value, whole) = cur.sub(value_len);
    if !whole {
        let missing = short(value_len.saturating_sub(value.len()));
        notes.note(start.span_of(4), field, Flaw::Truncated { missing });
    }
    cur.sub(length.wrapping_neg() % 4);
    Some((kind, value))
}
