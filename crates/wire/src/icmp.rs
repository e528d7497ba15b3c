//! ICMP and ICMPv6: echoes with their data, errors with what they quote.
//!
//! Spec: RFC 792, RFC 4443.

mod pattern;

use std::net::IpAddr;

pub use pattern::{PATTERNS, pattern};

use crate::ip::{self, Checksum};
use crate::{Anomalies, Cursor, Truncated};

/// A message of either version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Icmp<'a> {
    /// ICMPv6.
    pub v6: bool,
    pub icmp_type: u8,
    pub code: u8,
    pub checksum: u16,
    /// Of echoes, timestamps and their like.
    pub id: Option<u16>,
    pub sequence: Option<u16>,
    /// Behind identifier and sequence number; of errors, the packet they are about; of all others, behind the checksum.
    pub data: Cursor<'a>,
    /// Not all of the data is here.
    pub snapped: bool,
}

/// The conversation that an error is about, as far as the quoted octets tell: in the direction of the packet that
/// caused it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoted {
    pub src: IpAddr,
    pub dst: IpAddr,
    pub proto: u8,
    /// Of UDP, TCP and SCTP, when the quote reaches that far and is no later fragment.
    pub ports: Option<(u16, u16)>,
}

/// Reads the message that `packet` carries; the protocol number of the packet decides the version.
pub fn dissect<'a>(_notes: &mut Anomalies, packet: &ip::Packet<'a>) -> Result<Icmp<'a>, Truncated> {
    let mut cur = packet.payload;
    let v6 = packet.proto == ip::proto::ICMPV6;
    let [icmp_type, code, c1, c0] = cur.array()?;
    let (mut id, mut sequence) = (None, None);
    let kind = Kind::of(v6, icmp_type);
    if kind == Kind::Query {
        id = Some(cur.u16()?);
        sequence = Some(cur.u16()?);
    }
    if kind == Kind::Error {
        // Unused, a pointer, a gateway or an MTU.
        cur.skip(4)?;
    }
    Ok(Icmp {
        v6,
        icmp_type,
        code,
        checksum: u16::from_be_bytes([c1, c0]),
        id,
        sequence,
        data: cur,
        snapped: packet.snapped || packet.fragment.is_some_and(|piece| piece.more),
    })
}

/// Checks the checksum of the message that `packet` carries; what is wrong is noted.
pub fn check(notes: &mut Anomalies, packet: &ip::Packet<'_>) -> Checksum {
    ip::check_segment(notes, packet, packet.payload, 2, "icmp.checksum")
}

/// How the octets behind the checksum are laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Identifier, sequence number, data.
    Query,
    /// Four octets, then the packet that caused it.
    Error,
    Other,
}

impl Kind {
    const fn of(v6: bool, icmp_type: u8) -> Self {
        match (v6, icmp_type) {
            // Echo, timestamp, information, address mask.
            (false, 0 | 8 | 13..=18) | (true, 128 | 129) => Self::Query,
            // Unreachable, quench, redirect, time exceeded, parameter problem.
            (false, 3..=5 | 11 | 12) | (true, 1..=4) => Self::Error,
            _ => Self::Other,
        }
    }
}

impl Icmp<'_> {
    pub const fn is_echo_request(&self) -> bool {
        matches!((self.v6, self.icmp_type), (false, 8) | (true, 128))
    }

    pub const fn is_echo_reply(&self) -> bool {
        matches!((self.v6, self.icmp_type), (false, 0) | (true, 129))
    }

    /// Tells of a packet that did not arrive.
    pub fn is_error(&self) -> bool {
        Kind::of(self.v6, self.icmp_type) == Kind::Error
    }

    /// Which program's data it is, one of [`PATTERNS`]. Data that nothing fits is `snapped` where the end of it is not
    /// here: nobody can say what it would have been.
    pub fn pattern(&self) -> &'static str {
        match pattern(self.data.rest()) {
            "unknown" | "empty" if self.snapped => "snapped",
            word => word,
        }
    }

    /// The conversation that an error is about.
    pub fn quoted(&self) -> Option<Quoted> {
        if !self.is_error() {
            return None;
        }
        // Quotes end early as a rule; that is no defect, so what reading them notes goes nowhere.
        let mut notes = Anomalies::default();
        let packet = ip::dissect(&mut notes, &mut self.data.clone())?;
        let mut cur = packet.payload;
        let has_ports = matches!(packet.proto, ip::proto::UDP | ip::proto::TCP | ip::proto::SCTP)
            && packet.fragment.is_none_or(|piece| piece.offset == 0);
        let ports = match (cur.u16(), cur.u16()) {
            (Ok(src), Ok(dst)) if has_ports => Some((src, dst)),
            _ => None,
        };
        Some(Quoted { src: packet.src, dst: packet.dst, proto: packet.proto, ports })
    }
}

#[cfg(test)]
mod tests;
