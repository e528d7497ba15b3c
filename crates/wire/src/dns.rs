//! DNS: header, first question, and a walk over all records.
//!
//! Sources: RFC 1035 (`§` below means a section of it), RFC 6891 (EDNS), RFC 7766 (TCP).

mod name;
mod names;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use smallvec::SmallVec;

pub use name::Name;
pub use names::{qtype_name, rcode_name};

use crate::cursor::short;
use crate::{Anomalies, Cursor, Flaw, Truncated};

/// The port, UDP and TCP.
pub const PORT: u16 = 53;

/// Octets of the header.
pub const HEADER_LEN: usize = 12;

const A: u16 = 1;
const AAAA: u16 = 28;
const OPT: u16 = 41;

/// One question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    pub name: Name,
    pub qtype: u16,
    pub qclass: u16,
}

/// The OPT record of EDNS (RFC 6891 §6.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edns {
    pub udp_payload_size: u16,
    pub version: u8,
    pub dnssec_ok: bool,
    /// Octets of options.
    pub options_len: u16,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: u16,
    pub response: bool,
    pub opcode: u8,
    pub authoritative: bool,
    pub truncated: bool,
    pub recursion_desired: bool,
    pub recursion_available: bool,
    /// Response code, with the upper bits of EDNS where it is there.
    pub rcode: u16,
    /// Counts of the header.
    pub questions: u16,
    pub answers: u16,
    pub authorities: u16,
    pub additionals: u16,
    /// The first question.
    pub question: Option<Question>,
    /// Addresses of A and AAAA records of the answer section, in order, at most [`Self::ADDRESSES`].
    pub addresses: SmallVec<[IpAddr; 4]>,
    pub edns: Option<Edns>,
    /// Octets of the whole message.
    pub message_len: u32,
    /// Octets behind the last record.
    pub trailing_len: u32,
}

impl Message {
    /// Addresses that are listed.
    pub const ADDRESSES: usize = 8;
}

/// How long the message is that begins here in a TCP stream, its two octets of length included (RFC 7766 §8). `None`
/// when they are not there or name less than a header.
#[inline]
pub fn framed_len(bytes: &[u8]) -> Option<usize> {
    let len = usize::from(u16::from_be_bytes(*bytes.first_chunk()?));
    (HEADER_LEN <= len).then_some(len.saturating_add(2))
}

/// Is this DNS? Strict: every count, name and length must fit to the last octet.
pub fn probe(bytes: &[u8]) -> bool {
    let mut notes = Anomalies::default();
    let mut cur = Cursor::new(bytes);
    let Ok(message) = dissect(&mut notes, &mut cur) else { return false };
    let counts_fit = message.questions == 1 && (message.response || message.answers == 0);
    notes.is_empty() && counts_fit && matches!(message.opcode, 0 | 2 | 4 | 5)
}

/// Reads one message, which takes all octets. Fails only when the header is cut short.
pub fn dissect(notes: &mut Anomalies, cur: &mut Cursor<'_>) -> Result<Message, Truncated> {
    let whole = *cur;
    let id = cur.u16()?;
    let flags = cur.u16()?;
    let questions = cur.u16()?;
    let answers = cur.u16()?;
    let authorities = cur.u16()?;
    let additionals = cur.u16()?;
    let mut message = Message {
        id,
        response: flags & 0x8000 != 0,
        opcode: (flags >> 11 & 15) as u8,
        authoritative: flags & 0x0400 != 0,
        truncated: flags & 0x0200 != 0,
        recursion_desired: flags & 0x0100 != 0,
        recursion_available: flags & 0x0080 != 0,
        rcode: flags & 15,
        questions,
        answers,
        authorities,
        additionals,
        question: None,
        addresses: SmallVec::new(),
        edns: None,
        message_len: short(whole.len()),
        trailing_len: 0,
    };
    if flags & 0x0040 != 0 {
        notes.note(whole.span_of(4), "dns.reserved", Flaw::IllegalValue(1));
    }
    if let Err(flaw) = message.records(notes, whole, cur) {
        // A response that says it is truncated may end anywhere.
        if !message.truncated {
            notes.note(cur.span(), "dns.records", flaw);
        }
        // What is left could not be read as a record; nothing of it stands behind the last one.
        cur.take_rest();
    }
    if !cur.is_empty() {
        message.trailing_len = short(cur.len());
        notes.note(cur.span(), "dns.trailing", Flaw::Trailing(message.trailing_len));
        cur.take_rest();
    }
    Ok(message)
}

impl Message {
    /// Each round takes at least five octets, so that the counts of the header cannot make it long.
    fn records<'a>(
        &mut self,
        notes: &mut Anomalies,
        whole: Cursor<'a>,
        cur: &mut Cursor<'a>,
    ) -> Result<(), Flaw> {
        let cut = |cut: Truncated| Flaw::Truncated { missing: cut.missing };
        for _ in 0..self.questions {
            if self.question.is_none() {
                let at = cur.span_of(1);
                let (name, flaw) = Name::read(whole, cur).map_err(cut)?;
                if let Some(flaw) = flaw {
                    notes.note(at, "dns.name", flaw);
                }
                let (qtype, qclass) = (cur.u16().map_err(cut)?, cur.u16().map_err(cut)?);
                self.question = Some(Question { name, qtype, qclass });
            } else {
                skip_name(notes, cur).map_err(cut)?;
                cur.skip(4).map_err(cut)?;
            }
        }
        for _ in 0..self.answers {
            self.record(notes, cur, true).map_err(cut)?;
        }
        let rest = u32::from(self.authorities).saturating_add(u32::from(self.additionals));
        for _ in 0..rest {
            self.record(notes, cur, false).map_err(cut)?;
        }
        Ok(())
    }

    /// §4.1.3.
    fn record(
        &mut self,
        notes: &mut Anomalies,
        cur: &mut Cursor<'_>,
        answer: bool,
    ) -> Result<(), Truncated> {
        skip_name(notes, cur)?;
        let kind = cur.u16()?;
        let class = cur.u16()?;
        let ttl: [u8; 4] = cur.array()?;
        let len = cur.u16()?;
        let at = cur.span_of(usize::from(len));
        let (mut data, complete) = cur.sub(usize::from(len));
        if !complete {
            let missing = u32::from(len).saturating_sub(short(data.len()));
            return Err(Truncated { at: at.start, missing });
        }
        match (kind, len) {
            (A, 4) if answer => {
                self.address(data.array::<4>().ok().map(|octets| Ipv4Addr::from(octets).into()));
            }
            (AAAA, 16) if answer => {
                self.address(data.array::<16>().ok().map(|octets| Ipv6Addr::from(octets).into()));
            }
            (A | AAAA, _) if class == 1 && (len != 0 || self.opcode != 5) && answer => {
                notes.note(at, "dns.rdlength", Flaw::IllegalValue(u64::from(len)));
            }
            (OPT, _) if self.edns.is_none() => {
                let [extended_rcode, version, flags, _] = ttl;
                self.rcode |= u16::from(extended_rcode) << 4;
                self.edns = Some(Edns {
                    udp_payload_size: class,
                    version,
                    dnssec_ok: flags & 0x80 != 0,
                    options_len: len,
                });
            }
            (OPT, _) => notes.note(at, "dns.opt", Flaw::Repeated),
            _ => {}
        }
        Ok(())
    }

    fn address(&mut self, ip: Option<IpAddr>) {
        if let Some(ip) = ip.filter(|_| self.addresses.len() < Self::ADDRESSES) {
            self.addresses.push(ip);
        }
    }
}

/// Moves behind a name without following its pointer.
fn skip_name(notes: &mut Anomalies, cur: &mut Cursor<'_>) -> Result<(), Truncated> {
    loop {
        let at = cur.span_of(1);
        let len = cur.u8()?;
        match len {
            0 => return Ok(()),
            0xc0.. => return cur.skip(1),
            1..=63 => cur.skip(usize::from(len))?,
            _ => {
                notes.note(at, "dns.label", Flaw::IllegalValue(u64::from(len)));
                return Err(Truncated { at: at.start, missing: 0 });
            }
        }
    }
}
