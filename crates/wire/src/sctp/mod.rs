//! SCTP: common header and chunks, with what associations need of them.
//!
//! Spec: RFC 9260; RFC 8260 (I-DATA), RFC 5061 (ASCONF), RFC 3758 (FORWARD-TSN), RFC 4895 (AUTH), RFC 6525 (RE-CONFIG).
//! `§` below means a section of RFC 9260.

mod chunk;
mod parameter;
mod ppid;

pub use chunk::{Body, Chunk, ChunkType, Data, Init, Sack};
pub use parameter::{Cause, Causes, Parameter, Parameters, cause_name, parameter_name};
pub use ppid::{PPID_DIAMETER, PPID_M2PA, PPID_M2UA, PPID_M3UA, PPID_NGAP, PPID_S1AP, PPID_SUA};
pub use ppid::{PPID_DIAMETER_DTLS, ppid_name};

use crate::cursor::short;
use crate::ip::Checksum;
use crate::{Anomalies, Cursor, Flaw, Truncated};

/// One packet (§3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    pub src_port: u16,
    pub dst_port: u16,
    pub verification_tag: u32,
    pub checksum: u32,
    pub chunks: Chunks<'a>,
}

/// Reads the common header (§3.1): `cur` is the payload of the IP packet. All behind it is chunks.
pub fn dissect<'a>(_notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Packet<'a>, Truncated> {
    let [s1, s0, d1, d0] = cur.array()?;
    let verification_tag = cur.u32()?;
    let checksum = cur.u32_le()?;
    let chunks = Chunks { cur: *cur };
    cur.take_rest();
    Ok(Packet {
        src_port: u16::from_be_bytes([s1, s0]),
        dst_port: u16::from_be_bytes([d1, d0]),
        verification_tag,
        checksum,
        chunks,
    })
}

/// The chunks of a packet, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunks<'a> {
    cur: Cursor<'a>,
}

impl<'a> Chunks<'a> {
    /// What the next chunk is for, where there is one that can be read.
    pub const fn peek_kind(&self) -> Option<ChunkType> {
        match *self.cur.rest() {
            [kind, _, high, low, ..] if u16::from_be_bytes([high, low]) >= 4 => {
                Some(ChunkType(kind))
            }
            _ => None,
        }
    }

    /// The next chunk (§3.2). A length beyond the packet is noted and cut off; one too small to hold its own header is
    /// noted and ends the packet, because nobody can say where the next chunk begins.
    pub fn next_chunk(&mut self, notes: &mut Anomalies) -> Option<Chunk<'a>> {
        if self.cur.is_empty() {
            return None;
        }
        let start = self.cur;
        let Ok([kind, flags, high, low]) = self.cur.array() else {
            notes.note(start.span(), "sctp.chunk", Flaw::Trailing(short(start.len())));
            self.cur.take_rest();
            return None;
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let Some(value_len) = length.checked_sub(4) else {
            let flaw = Flaw::IllegalValue(u64::from(short(length)));
            notes.note(start.span_of(4), "sctp.chunk_length", flaw);
            self.cur.take_rest();
            return None;
        };
        let (value, whole) = self.cur.sub(value_len);
        if !whole {
            let missing = short(value_len.saturating_sub(value.len()));
            notes.note(start.span_of(4), "sctp.chunk_length", Flaw::Truncated { missing });
        }
        // Padding to four octets is not in the length, and the last chunk of some senders goes without it.
        let (padding, _) = self.cur.sub(length.wrapping_neg() % 4);
        if padding.rest().iter().any(|octet| *octet != 0) {
            notes.note(padding.span(), "sctp.chunk_padding", Flaw::NotCanonical(1));
        }
        Some(Chunk { kind: ChunkType(kind), flags, at: start.span_of(length), value, whole })
    }
}

/// Checks the checksum of the packet whose octets, from the source port on, `bytes` is: CRC32c (§6.8), and the Adler-32
/// of the first edition (RFC 2960), which old signalling gear still sends. What is wrong is noted.
pub fn check(notes: &mut Anomalies, bytes: Cursor<'_>) -> Checksum {
    let mut cur = bytes;
    let (Ok(ports_and_tag), Ok(found)) = (cur.array::<8>(), cur.array::<4>()) else {
        return Checksum::Unknown;
    };
    let sum = crc(bytes.rest(), &ports_and_tag, cur.rest());
    let read = u32::from_le_bytes(found);
    if read == sum {
        return Checksum::Right;
    }
    if u32::from_be_bytes(found) == adler32(&ports_and_tag, cur.rest()) {
        return Checksum::Right;
    }
    let mut at = bytes.span_of(12);
    at.start = at.start.saturating_add(8);
    at.len = 4;
    let flaw = Flaw::BadChecksum { found: u64::from(read), computed: u64::from(sum) };
    notes.note(at, "sctp.checksum", flaw);
    // Zero is what the stack leaves for the card to finish.
    if read == 0 { Checksum::Unfinished } else { Checksum::Wrong }
}

/// CRC32c of a packet with its checksum taken as zero (§6.8). A short one is copied for that, which is cheaper than to sum it
/// in pieces.
fn crc(packet: &[u8], head: &[u8], tail: &[u8]) -> u32 {
    #[repr(align(8))]
    struct Aligned([u8; 512]);
    let mut copy = Aligned([0; 512]);
    if let Some(copy) = copy.0.get_mut(..packet.len()) {
        copy.copy_from_slice(packet);
        if let Some(checksum) = copy.get_mut(8..12) {
            checksum.fill(0);
        }
        return crc32c::crc32c(copy);
    }
    let sum = crc32c::crc32c(head);
    let sum = crc32c::crc32c_append(sum, &[0; 4]);
    crc32c::crc32c_append(sum, tail)
}

/// RFC 1950 §8.2 over header, zeroed checksum and chunks.
fn adler32(head: &[u8], tail: &[u8]) -> u32 {
    const MODULUS: u32 = 65_521;
    let (mut a, mut b) = (1u32, 0u32);
    for octet in head.iter().chain(&[0; 4]).chain(tail) {
        a = (a + u32::from(*octet)) % MODULUS;
        b = (b + a) % MODULUS;
    }
    b << 16 | a
}

#[cfg(test)]
mod tests;
