//! UDP and TCP headers.
//!
//! Spec: RFC 768, RFC 9293.

use crate::cursor::short;
use crate::ip::{self, Checksum};
use crate::{Anomalies, Cursor, Flaw, Truncated};

/// A UDP datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Udp<'a> {
    pub src_port: u16,
    pub dst_port: u16,
    /// Header and payload, as the datagram says itself.
    pub length: u16,
    pub checksum: u16,
    pub payload: Cursor<'a>,
}

/// Reads a UDP datagram: `cur` is the payload of the IP packet. A length beyond its end is noted as truncated (a frame
/// that the capture cut has that too), a shorter one as disagreeing.
#[inline]
pub fn udp<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Udp<'a>, Truncated> {
    let at = cur.span_of(8);
    let [s1, s0, d1, d0, l1, l0, c1, c0] = cur.array()?;
    let length = u16::from_be_bytes([l1, l0]);
    let available = cur.len().saturating_add(8);
    let mut payload = *cur;
    if usize::from(length) == available {
        cur.take_rest();
    } else {
        payload = odd_length(notes, at, cur, length, available);
    }
    Ok(Udp {
        src_port: u16::from_be_bytes([s1, s0]),
        dst_port: u16::from_be_bytes([d1, d0]),
        length,
        checksum: u16::from_be_bytes([c1, c0]),
        payload,
    })
}

#[cold]
fn odd_length<'a>(
    notes: &mut Anomalies,
    at: crate::Span,
    cur: &mut Cursor<'a>,
    length: u16,
    available: usize,
) -> Cursor<'a> {
    let wanted = usize::from(length);
    if available < wanted {
        let missing = short(wanted.saturating_sub(available));
        notes.note(at, "udp.length", Flaw::Truncated { missing });
    } else if wanted != 0 || available <= 0xffff {
        // Zero is allowed in a jumbogram only (RFC 2675 §4).
        let flaw =
            Flaw::Disagrees { found: u64::from(length), expected: u64::from(short(available)) };
        notes.note(at, "udp.length", flaw);
    }
    match wanted.checked_sub(8) {
        Some(payload) => cur.sub(payload).0,
        None => cur.sub(cur.len()).0,
    }
}

/// Checks the checksum of the datagram that `packet` carries, whose header [`udp`] read.
pub fn check_udp(notes: &mut Anomalies, packet: &ip::Packet<'_>, udp: &Udp<'_>) -> Checksum {
    if udp.checksum == 0 {
        // IPv6 forbids it but for tunnels (RFC 6935), so it is left at that.
        return Checksum::Absent;
    }
    if usize::from(udp.length) != packet.payload.len() {
        return Checksum::Unknown;
    }
    ip::check_segment(notes, packet, packet.payload, 6, "udp.checksum")
}

/// The eight control bits (RFC 9293 §3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TcpFlags(pub u8);

impl TcpFlags {
    pub const FIN: u8 = 0x01;
    pub const SYN: u8 = 0x02;
    pub const RST: u8 = 0x04;
    pub const PSH: u8 = 0x08;
    pub const ACK: u8 = 0x10;
    pub const URG: u8 = 0x20;
    pub const ECE: u8 = 0x40;
    pub const CWR: u8 = 0x80;

    pub const fn fin(self) -> bool {
        self.0 & Self::FIN != 0
    }

    pub const fn syn(self) -> bool {
        self.0 & Self::SYN != 0
    }

    pub const fn rst(self) -> bool {
        self.0 & Self::RST != 0
    }

    pub const fn psh(self) -> bool {
        self.0 & Self::PSH != 0
    }

    pub const fn ack(self) -> bool {
        self.0 & Self::ACK != 0
    }

    pub const fn urg(self) -> bool {
        self.0 & Self::URG != 0
    }
}

/// A TCP segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tcp<'a> {
    pub src_port: u16,
    pub dst_port: u16,
    pub seq: u32,
    pub ack: u32,
    pub flags: TcpFlags,
    pub window: u16,
    pub checksum: u16,
    pub urgent_pointer: u16,
    /// Not decoded.
    pub options: &'a [u8],
    pub payload: Cursor<'a>,
}

/// Reads a TCP segment: `cur` is the payload of the IP packet.
#[inline]
pub fn tcp<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Tcp<'a>, Truncated> {
    let start = *cur;
    let header: [u8; 20] = cur.array()?;
    let [s1, s0, d1, d0, n3, n2, n1, n0, a3, a2, a1, a0, offset, flags, w1, w0, c1, c0, u1, u0] =
        header;
    let flags = TcpFlags(flags);
    let urgent_pointer = u16::from_be_bytes([u1, u0]);
    let offset = offset >> 4;
    let options = match usize::from(offset).checked_sub(5) {
        Some(0) => &[],
        Some(words) => {
            let (options, whole) = cur.sub(words.saturating_mul(4));
            if !whole {
                let missing = short(words.saturating_mul(4).saturating_sub(options.len()));
                notes.note(start.span_of(20), "tcp.hdr_len", Flaw::Truncated { missing });
            }
            options.rest()
        }
        None => {
            let flaw = Flaw::IllegalValue(u64::from(offset).saturating_mul(4));
            notes.note(start.span_of(20), "tcp.hdr_len", flaw);
            &[]
        }
    };
    // The beacon of GTPDOOR: refusals of a bare header whose urgent pointer is one although it does not count.
    if urgent_pointer == 1 && offset == 5 && flags.rst() && flags.ack() && !flags.urg() {
        notes.note(start.span_of(20), "tcp.urgent_pointer", Flaw::Magic(1));
    }
    let payload = *cur;
    cur.take_rest();
    Ok(Tcp {
        src_port: u16::from_be_bytes([s1, s0]),
        dst_port: u16::from_be_bytes([d1, d0]),
        seq: u32::from_be_bytes([n3, n2, n1, n0]),
        ack: u32::from_be_bytes([a3, a2, a1, a0]),
        flags,
        window: u16::from_be_bytes([w1, w0]),
        checksum: u16::from_be_bytes([c1, c0]),
        urgent_pointer,
        options,
        payload,
    })
}

/// Checks the checksum of the segment that `packet` carries.
pub fn check_tcp(notes: &mut Anomalies, packet: &ip::Packet<'_>) -> Checksum {
    ip::check_segment(notes, packet, packet.payload, 16, "tcp.checksum")
}

#[cfg(test)]
mod tests;
