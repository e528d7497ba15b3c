//! DNS (RFC 1035) with EDNS (RFC 6891).

use std::net::Ipv4Addr;

use crate::bytes::Put;

/// Record types.
pub const A: u16 = 1;
pub const NS: u16 = 2;
pub const PTR: u16 = 12;
pub const TXT: u16 = 16;
pub const AAAA: u16 = 28;
pub const SRV: u16 = 33;
pub const NAPTR: u16 = 35;
pub const AXFR: u16 = 252;

/// A name in labels.
pub fn name(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for label in text.split('.').filter(|label| !label.is_empty()) {
        out.u8(label.len().min(63) as u8).raw(&label.as_bytes()[..label.len().min(63)]);
    }
    out.u8(0);
    out
}

/// A query with an EDNS record.
pub fn query(id: u16, qname: &str, qtype: u16, recursion: bool) -> Vec<u8> {
    let mut out = Vec::new();
    out.u16(id).u16(u16::from(recursion) << 8).u16(1).u16(0).u16(0).u16(1);
    out.raw(&name(qname)).u16(qtype).u16(1);
    out.u8(0).u16(41).u16(1232).u32(0).u16(0);
    out
}

/// A record's data.
#[derive(Clone, Debug)]
pub enum Data {
    A(Ipv4Addr),
    Ptr(String),
    Txt(String),
    Naptr { order: u16, flags: &'static str, service: &'static str, replacement: String },
    Srv { port: u16, target: String },
}

impl Data {
    fn encode(&self) -> (u16, Vec<u8>) {
        let mut out = Vec::new();
        let string = |out: &mut Vec<u8>, text: &str| {
            out.u8(text.len().min(255) as u8).raw(&text.as_bytes()[..text.len().min(255)]);
        };
        let kind = match self {
            Self::A(address) => {
                out.raw(&address.octets());
                A
            }
            Self::Ptr(host) => {
                out.raw(&name(host));
                PTR
            }
            Self::Txt(text) => {
                string(&mut out, text);
                TXT
            }
            Self::Naptr { order, flags, service, replacement } => {
                out.u16(*order).u16(1);
                string(&mut out, flags);
                string(&mut out, service);
                string(&mut out, "");
                out.raw(&name(replacement));
                NAPTR
            }
            Self::Srv { port, target } => {
                out.u16(1).u16(1).u16(*port).raw(&name(target));
                SRV
            }
        };
        (kind, out)
    }
}

/// The answer to such a query; `rcode` 3 is NXDOMAIN.
pub fn answer(
    id: u16,
    qname: &str,
    qtype: u16,
    rcode: u16,
    recursion: bool,
    records: &[Data],
) -> Vec<u8> {
    let mut out = Vec::new();
    let flags = 0x8000 | 0x0400 | u16::from(recursion) << 8 | u16::from(recursion) << 7 | rcode;
    out.u16(id).u16(flags).u16(1).u16(records.len() as u16).u16(0).u16(0);
    out.raw(&name(qname)).u16(qtype).u16(1);
    for record in records {
        let (kind, data) = record.encode();
        out.u16(0xc00c).u16(kind).u16(1).u32(300).u16(data.len() as u16).raw(&data);
    }
    out
}

/// A question in class CHAOS, by which servers say what they are (RFC 4892).
pub fn chaos(id: u16, qname: &str) -> Vec<u8> {
    let mut out = Vec::new();
    out.u16(id).u16(0).u16(1).u16(0).u16(0).u16(0);
    out.raw(&name(qname)).u16(TXT).u16(3);
    out
}

/// The answer to it; none is a refusal.
pub fn chaos_answer(id: u16, qname: &str, text: Option<&str>) -> Vec<u8> {
    let mut out = Vec::new();
    let flags = if text.is_some() { 0x8400 } else { 0x8005 };
    out.u16(id).u16(flags).u16(1).u16(u16::from(text.is_some())).u16(0).u16(0);
    out.raw(&name(qname)).u16(TXT).u16(3);
    if let Some(text) = text {
        let (kind, data) = Data::Txt(text.to_owned()).encode();
        out.u16(0xc00c).u16(kind).u16(3).u32(0).u16(data.len() as u16).raw(&data);
    }
    out
}

/// A message over TCP: two octets of length before it.
pub fn framed(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.u16(message.len() as u16).raw(message);
    out
}
