//! SCTP (RFC 9260).

use std::net::IpAddr;

use super::ip;
use crate::bytes::Put;

/// Payload protocol identifiers.
pub const PPID_M2UA: u32 = 2;
pub const PPID_M3UA: u32 = 3;
pub const PPID_SUA: u32 = 4;
pub const PPID_DIAMETER: u32 = 46;

/// A chunk with its header and padding.
pub fn chunk(kind: u8, flags: u8, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 8);
    out.u8(kind).u8(flags).u16((body.len() + 4) as u16).raw(body);
    out.resize(out.len().next_multiple_of(4), 0);
    out
}

/// A parameter of INIT or INIT ACK, or an error cause: they share a shape.
pub fn parameter(kind: u16, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.u16(kind).u16((body.len() + 4) as u16).raw(body);
    out.resize(out.len().next_multiple_of(4), 0);
    out
}

fn addresses(list: &[IpAddr]) -> Vec<u8> {
    let mut out = Vec::new();
    for ip in list {
        match ip {
            IpAddr::V4(v4) => out.raw(&parameter(5, &v4.octets())),
            IpAddr::V6(v6) => out.raw(&parameter(6, &v6.octets())),
        };
    }
    out
}

fn init_body(tag: u32, tsn: u32, streams: u16, more: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.u32(tag).u32(106_496).u16(streams).u16(streams).u32(tsn).raw(more);
    out
}

/// INIT, with further addresses of a multihomed host.
pub fn init(tag: u32, tsn: u32, streams: u16, also: &[IpAddr]) -> Vec<u8> {
    chunk(1, 0, &init_body(tag, tsn, streams, &addresses(also)))
}

/// INIT ACK with a state cookie.
pub fn init_ack(tag: u32, tsn: u32, streams: u16, also: &[IpAddr], cookie: &[u8]) -> Vec<u8> {
    let mut more = addresses(also);
    more.raw(&parameter(7, cookie));
    chunk(2, 0, &init_body(tag, tsn, streams, &more))
}

pub fn cookie_echo(cookie: &[u8]) -> Vec<u8> {
    chunk(10, 0, cookie)
}

pub fn cookie_ack() -> Vec<u8> {
    chunk(11, 0, &[])
}

/// One DATA chunk.
#[derive(Clone, Copy, Debug)]
pub struct Data<'a> {
    pub tsn: u32,
    pub stream: u16,
    pub ssn: u16,
    pub ppid: u32,
    /// First and last fragment of its message; both for a whole one.
    pub begin: bool,
    pub end: bool,
    pub payload: &'a [u8],
}

pub fn data(data: &Data<'_>) -> Vec<u8> {
    let mut body = Vec::with_capacity(12 + data.payload.len());
    body.u32(data.tsn).u16(data.stream).u16(data.ssn).u32(data.ppid).raw(data.payload);
    chunk(0, u8::from(data.begin) << 1 | u8::from(data.end), &body)
}

/// One I-DATA chunk (RFC 8260): `ssn` is the message, `fsn` the place in it; the identifier stands in the first piece.
pub fn i_data(data: &Data<'_>, fsn: u32) -> Vec<u8> {
    let mut body = Vec::with_capacity(16 + data.payload.len());
    body.u32(data.tsn).u16(data.stream).u16(0).u32(u32::from(data.ssn));
    body.u32(if data.begin { data.ppid } else { fsn }).raw(data.payload);
    chunk(64, u8::from(data.begin) << 1 | u8::from(data.end), &body)
}

/// Everything up to `tsn` is given up (RFC 3758).
pub fn forward_tsn(tsn: u32) -> Vec<u8> {
    chunk(192, 0, &tsn.to_be_bytes())
}

/// Addresses added and deleted (RFC 5061).
pub fn asconf(serial: u32, own: IpAddr, add: &[IpAddr], delete: &[IpAddr]) -> Vec<u8> {
    let mut body = Vec::new();
    body.u32(serial).raw(&addresses(&[own]));
    for (kind, list) in [(0xc001, add), (0xc002, delete)] {
        for ip in list {
            let mut value = Vec::new();
            value.u32(serial).raw(&addresses(&[*ip]));
            body.raw(&parameter(kind, &value));
        }
    }
    chunk(193, 0, &body)
}

/// Everything up to `tsn` arrived; gap blocks count from there.
pub fn sack(tsn: u32, gaps: &[(u16, u16)]) -> Vec<u8> {
    let mut body = Vec::new();
    body.u32(tsn).u32(106_496).u16(gaps.len() as u16).u16(0);
    for (from, to) in gaps {
        body.u16(*from).u16(*to);
    }
    chunk(3, 0, &body)
}

pub fn heartbeat(info: &[u8]) -> Vec<u8> {
    chunk(4, 0, &parameter(1, info))
}

pub fn heartbeat_ack(info: &[u8]) -> Vec<u8> {
    chunk(5, 0, &parameter(1, info))
}

/// ABORT, with a cause where it says why.
pub fn abort(cause: Option<u16>) -> Vec<u8> {
    chunk(6, 0, &cause.map(|code| parameter(code, &[])).unwrap_or_default())
}

pub fn shutdown(tsn: u32) -> Vec<u8> {
    chunk(7, 0, &tsn.to_be_bytes())
}

pub fn shutdown_ack() -> Vec<u8> {
    chunk(8, 0, &[])
}

pub fn shutdown_complete() -> Vec<u8> {
    chunk(14, 0, &[])
}

/// An SCTP packet with its CRC32c, not yet in IP.
pub fn segment(src_port: u16, dst_port: u16, tag: u32, chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    out.u16(src_port).u16(dst_port).u32(tag).u32(0);
    for chunk in chunks {
        out.raw(chunk);
    }
    let crc = crc32c::crc32c(&out);
    out[8..12].copy_from_slice(&crc.to_le_bytes());
    out
}

/// An SCTP packet in its IP packet.
pub fn packet(
    src: std::net::SocketAddr,
    dst: std::net::SocketAddr,
    tag: u32,
    chunks: &[Vec<u8>],
) -> Vec<u8> {
    ip::packet(src.ip(), dst.ip(), ip::SCTP, &segment(src.port(), dst.port(), tag, chunks))
}
