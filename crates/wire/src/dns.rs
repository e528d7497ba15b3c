//! DNS: header, questions, and every record of all sections.
//!
//! Sources: RFC 1035 (`§` below means a section of it), RFC 6891 (EDNS), RFC 7766 (TCP); RFC 6762 (mDNS) and RFC 4795
//! (LLMNR) use the same messages.

mod name;
mod names;
mod record;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use smallvec::SmallVec;

pub use name::Name;
pub use names::{opcode_name, qtype_name, rcode_name};
pub use record::{Data, Record, Section};

use self::record::kind;
use crate::cursor::short;
use crate::{Anomalies, Cursor, Flaw, Truncated};

/// The port, UDP and TCP.
pub const PORT: u16 = 53;

/// The port of mDNS and of LLMNR.
pub const MDNS_PORT: u16 = 5353;
pub const LLMNR_PORT: u16 = 5355;

/// Octets of the header.
pub const HEADER_LEN: usize = 12;

/// Zone transfers (§3.2.3, RFC 1995).
pub const AXFR: u16 = 252;
pub const IXFR: u16 = 251;

/// One question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    pub name: Name,
    pub qtype: u16,
    pub qclass: u16,
}

/// The OPT record of EDNS (RFC 6891 §6.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edns {
    pub udp_payload_size: u16,
    pub version: u8,
    pub dnssec_ok: bool,
    /// Octets of options.
    pub options_len: u16,
    /// Options by number, in order, at most [`Self::OPTIONS`].
    pub options: SmallVec<[u16; 4]>,
}

impl Edns {
    /// Options that are listed.
    pub const OPTIONS: usize = 8;
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<'a> {
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
    whole: Cursor<'a>,
}

impl<'a> Message<'a> {
    /// Addresses that are listed.
    pub const ADDRESSES: usize = 32;

    /// The questions, in order, as far as they can be read.
    pub fn questions(&self) -> impl Iterator<Item = Question> + use<'a> {
        let (whole, mut cur) = (self.whole, self.body());
        (0..self.questions).map_while(move |_| {
            let (name, _) = Name::read(whole, &mut cur).ok()?;
            Some(Question { name, qtype: cur.u16().ok()?, qclass: cur.u16().ok()? })
        })
    }

    /// The records of all sections, in order, as far as they can be read.
    pub fn records(&self) -> impl Iterator<Item = Record<'a>> + use<'a> {
        let (whole, mut cur) = (self.whole, self.body());
        let mut quiet = Anomalies::default();
        for _ in 0..self.questions {
            if skip_name(&mut quiet, whole, &mut cur).and_then(|()| cur.skip(4)).is_err() {
                cur.take_rest();
                break;
            }
        }
        let sections = [
            (Section::Answer, self.answers),
            (Section::Authority, self.authorities),
            (Section::Additional, self.additionals),
        ];
        let all =
            sections.into_iter().flat_map(|(section, count)| (0..count).map(move |_| section));
        all.map_while(move |section| read_record(&mut quiet, whole, &mut cur, section).ok())
    }

    fn body(&self) -> Cursor<'a> {
        let mut cur = self.whole;
        // The header was there when the message was read.
        let _ = cur.skip(HEADER_LEN);
        cur
    }
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

/// Is this DNS, wherever it was found? As strict as [`probe`], and it must ask for a type and a class that exist.
pub fn probe_anywhere(bytes: &[u8]) -> bool {
    // Opcode 0, no reserved bit, one question: what most other payloads fail at once.
    let [_, _, high, low, 0, 1, ..] = bytes else { return false };
    if high & 0x78 != 0 || low & 0x40 != 0 {
        return false;
    }
    let mut notes = Anomalies::default();
    let Ok(message) = dissect(&mut notes, &mut Cursor::new(bytes)) else { return false };
    let asks = message.question.is_some_and(|question| {
        qtype_name(question.qtype).is_some()
            && matches!(question.qclass, 1 | 3 | 255)
            && !question.name.is_empty()
    });
    notes.is_empty() && asks && (message.response || message.answers == 0)
}

/// Is this a message of mDNS or LLMNR, on their ports? They send answers that nobody asked for, and several questions.
pub fn probe_dialect(bytes: &[u8]) -> bool {
    let mut notes = Anomalies::default();
    let Ok(message) = dissect(&mut notes, &mut Cursor::new(bytes)) else { return false };
    let counts = message.questions.saturating_add(message.answers);
    notes.is_empty() && message.opcode == 0 && counts != 0
}

/// Reads one message, which takes all octets. Fails only when the header is cut short.
pub fn dissect<'a>(notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<Message<'a>, Truncated> {
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
        whole,
    };
    if flags & 0x0040 != 0 {
        notes.note(whole.span_of(4), "dns.reserved", Flaw::IllegalValue(1));
    }
    if let Err(flaw) = message.read(notes, cur) {
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

impl<'a> Message<'a> {
    /// Each round takes at least five octets, so that the counts of the header cannot make it long.
    fn read(&mut self, notes: &mut Anomalies, cur: &mut Cursor<'a>) -> Result<(), Flaw> {
        let cut = |cut: Truncated| Flaw::Truncated { missing: cut.missing };
        let whole = self.whole;
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
                skip_name(notes, whole, cur).map_err(cut)?;
                cur.skip(4).map_err(cut)?;
            }
        }
        for (section, count) in [
            (Section::Answer, self.answers),
            (Section::Authority, self.authorities),
            (Section::Additional, self.additionals),
        ] {
            for _ in 0..count {
                let record = read_record(notes, whole, cur, section).map_err(cut)?;
                self.record(notes, &record);
            }
        }
        Ok(())
    }

    fn record(&mut self, notes: &mut Anomalies, record: &Record<'a>) {
        let at = record.rdata.span();
        if record.rtype == kind::OPT {
            return self.opt(notes, record);
        }
        // Of an update, records without data are questions and deletions (RFC 2136 §2.4, §2.5).
        if record.rdata.is_empty() && (self.opcode == 5 || record.class != 1) {
            return;
        }
        match record.data() {
            Ok(Data::Address(ip)) if record.section == Section::Answer => {
                if self.addresses.len() < Self::ADDRESSES {
                    self.addresses.push(ip);
                }
            }
            Ok(_) => {}
            // What Chaosnet has under the same numbers is something else (§3.4.1 is of the Internet).
            Err(_) if !matches!(record.class & 0x7fff, 1) => {}
            Err(_) if matches!(record.rtype, kind::A | kind::AAAA) => {
                notes.note(at, "dns.rdlength", Flaw::IllegalValue(u64::from(at.len)));
            }
            Err(cut) if cut.missing == 0 => {
                notes.note(at, "dns.rdata", Flaw::IllegalValue(u64::from(record.rtype)));
            }
            Err(cut) => notes.note(at, "dns.rdata", Flaw::Truncated { missing: cut.missing }),
        }
    }

    /// RFC 6891 §6.1.
    fn opt(&mut self, notes: &mut Anomalies, record: &Record<'a>) {
        let at = record.rdata.span();
        if self.edns.is_some() {
            return notes.note(at, "dns.opt", Flaw::Repeated);
        }
        let [extended_rcode, version, flags, _] = record.ttl.to_be_bytes();
        self.rcode |= u16::from(extended_rcode) << 4;
        let mut edns = Edns {
            udp_payload_size: record.class,
            version,
            dnssec_ok: flags & 0x80 != 0,
            options_len: u16::try_from(record.rdata.len()).unwrap_or(u16::MAX),
            options: SmallVec::new(),
        };
        let mut cur = record.rdata;
        while !cur.is_empty() {
            let at = cur.span();
            let (Ok(code), Ok(len)) = (cur.u16(), cur.u16()) else {
                notes.note(at, "dns.opt", Flaw::Truncated { missing: 1 });
                break;
            };
            let (value, whole) = cur.sub(usize::from(len));
            if !whole {
                let missing = u32::from(len).saturating_sub(short(value.len()));
                notes.note(at, "dns.opt", Flaw::Truncated { missing });
                break;
            }
            if edns.options.len() < Edns::OPTIONS {
                edns.options.push(code);
            }
        }
        self.edns = Some(edns);
    }
}

/// §4.1.3.
fn read_record<'a>(
    notes: &mut Anomalies,
    whole: Cursor<'a>,
    cur: &mut Cursor<'a>,
    section: Section,
) -> Result<Record<'a>, Truncated> {
    let owner = *cur;
    skip_name(notes, whole, cur)?;
    let rtype = cur.u16()?;
    let class = cur.u16()?;
    let ttl = cur.u32()?;
    let len = cur.u16()?;
    let at = cur.offset();
    let (rdata, complete) = cur.sub(usize::from(len));
    if !complete {
        let missing = u32::from(len).saturating_sub(short(rdata.len()));
        return Err(Truncated { at, missing });
    }
    Ok(Record { section, rtype, class, ttl, rdata, owner, whole })
}

/// Moves behind a name without following its pointer, which must lead back to something behind the header.
fn skip_name(
    notes: &mut Anomalies,
    whole: Cursor<'_>,
    cur: &mut Cursor<'_>,
) -> Result<(), Truncated> {
    let start = cur.offset().saturating_sub(whole.offset());
    loop {
        let at = cur.span_of(1);
        let len = cur.u8()?;
        match len {
            0 => return Ok(()),
            0xc0.. => {
                let target = u16::from_be_bytes([len & 0x3f, cur.u8()?]);
                if start <= u32::from(target) || usize::from(target) < HEADER_LEN {
                    notes.note(at, "dns.name", Flaw::IllegalValue(u64::from(target)));
                }
                return Ok(());
            }
            1..=63 => cur.skip(usize::from(len))?,
            _ => {
                notes.note(at, "dns.label", Flaw::IllegalValue(u64::from(len)));
                return Err(Truncated { at: at.start, missing: 0 });
            }
        }
    }
}
