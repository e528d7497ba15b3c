//! IPv4 (RFC 791) and IPv6 (RFC 8200), with options, extension headers and fragments.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::bytes::{Checksum, Put, patch_u16};

/// Protocol numbers.
pub const ICMP: u8 = 1;
pub const TCP: u8 = 6;
pub const UDP: u8 = 17;
pub const GRE: u8 = 47;
pub const ICMPV6: u8 = 58;
pub const SCTP: u8 = 132;

/// What an IPv4 header says beyond addresses and protocol.
#[derive(Clone, Debug)]
pub struct V4 {
    pub id: u16,
    pub ttl: u8,
    pub dont_fragment: bool,
    pub more_fragments: bool,
    /// In octets, a multiple of eight.
    pub fragment_offset: u16,
    /// Padded to a multiple of four.
    pub options: Vec<u8>,
}

impl Default for V4 {
    fn default() -> Self {
        Self {
            id: 0,
            ttl: 62,
            dont_fragment: true,
            more_fragments: false,
            fragment_offset: 0,
            options: Vec::new(),
        }
    }
}

/// An IPv4 packet.
pub fn v4(header: &V4, src: Ipv4Addr, dst: Ipv4Addr, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let mut options = header.options.clone();
    options.resize(options.len().next_multiple_of(4), 0);
    let header_len = 20 + options.len();
    let mut out = Vec::with_capacity(header_len + payload.len());
    out.u8(0x40 | (header_len / 4) as u8).u8(0).u16((header_len + payload.len()) as u16);
    out.u16(header.id).u16(
        (u16::from(header.dont_fragment) << 14)
            | (u16::from(header.more_fragments) << 13)
            | (header.fragment_offset / 8),
    );
    out.u8(header.ttl).u8(protocol).u16(0).raw(&src.octets()).raw(&dst.octets()).raw(&options);
    let sum = Checksum::default().over(&out).finish();
    patch_u16(&mut out, 10, sum);
    out.raw(payload);
    out
}

/// The same datagram as IPv4 fragments of at most `size` payload octets each.
pub fn v4_fragments(
    id: u16,
    src: Ipv4Addr,
    dst: Ipv4Addr,
    protocol: u8,
    payload: &[u8],
    size: usize,
) -> Vec<Vec<u8>> {
    let size = (size / 8 * 8).max(8);
    let count = payload.len().div_ceil(size);
    payload
        .chunks(size)
        .enumerate()
        .map(|(index, part)| {
            let header = V4 {
                id,
                dont_fragment: false,
                more_fragments: index + 1 < count,
                fragment_offset: (index * size) as u16,
                ..V4::default()
            };
            v4(&header, src, dst, protocol, part)
        })
        .collect()
}

/// An IPv6 packet. Extension headers come as number and body; a body begins after its two fixed octets and is padded
/// to a whole number of eight octets.
pub fn v6(
    src: Ipv6Addr,
    dst: Ipv6Addr,
    extensions: &[(u8, Vec<u8>)],
    protocol: u8,
    payload: &[u8],
) -> Vec<u8> {
    let mut body = Vec::new();
    for (index, (_, data)) in extensions.iter().enumerate() {
        let next = extensions.get(index + 1).map_or(protocol, |(number, _)| *number);
        let whole = (data.len() + 2).next_multiple_of(8);
        body.u8(next).u8((whole / 8 - 1) as u8).raw(data);
        let missing = whole - 2 - data.len();
        match missing {
            0 => {}
            1 => {
                body.u8(0);
            }
            more => {
                body.u8(1).u8((more - 2) as u8).zeros(more - 2);
            }
        }
    }
    body.raw(payload);
    let first = extensions.first().map_or(protocol, |(number, _)| *number);
    let mut out = Vec::with_capacity(40 + body.len());
    out.u32(6 << 28).u16(body.len() as u16).u8(first).u8(62);
    out.raw(&src.octets()).raw(&dst.octets()).raw(&body);
    out
}

/// The same datagram as IPv6 fragments of at most `size` payload octets each.
pub fn v6_fragments(
    id: u32,
    src: Ipv6Addr,
    dst: Ipv6Addr,
    protocol: u8,
    payload: &[u8],
    size: usize,
) -> Vec<Vec<u8>> {
    let size = (size / 8 * 8).max(8);
    let count = payload.len().div_ceil(size);
    payload
        .chunks(size)
        .enumerate()
        .map(|(index, part)| {
            let mut body = Vec::new();
            body.u8(protocol).u8(0);
            body.u16((index * size) as u16 | u16::from(index + 1 < count)).u32(id).raw(part);
            v6(src, dst, &[], 44, &body)
        })
        .collect()
}

/// A packet of the family of its addresses. Addresses of two families do not meet: the source decides, and the other
/// becomes an IPv4-mapped one or loses its upper part.
pub fn packet(src: IpAddr, dst: IpAddr, protocol: u8, payload: &[u8]) -> Vec<u8> {
    match (src, dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => v4(&V4::default(), src, dst, protocol, payload),
        (IpAddr::V6(src), IpAddr::V6(dst)) => v6(src, dst, &[], protocol, payload),
        (IpAddr::V4(src), IpAddr::V6(dst)) => v6(src.to_ipv6_mapped(), dst, &[], protocol, payload),
        (IpAddr::V6(src), IpAddr::V4(dst)) => v6(src, dst.to_ipv6_mapped(), &[], protocol, payload),
    }
}

/// The pseudo-header that UDP, TCP and ICMPv6 sum over.
pub fn pseudo(src: IpAddr, dst: IpAddr, protocol: u8, len: usize) -> Checksum {
    let mut head = Vec::with_capacity(40);
    match (src, dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            head.raw(&src.octets()).raw(&dst.octets()).u8(0).u8(protocol).u16(len as u16);
        }
        (src, dst) => {
            let six = |ip: IpAddr| match ip {
                IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
                IpAddr::V6(v6) => v6.octets(),
            };
            head.raw(&six(src)).raw(&six(dst)).u32(len as u32).u24(0).u8(protocol);
        }
    }
    Checksum::default().over(&head)
}
