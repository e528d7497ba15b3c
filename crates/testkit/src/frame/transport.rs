//! UDP (RFC 768), TCP (RFC 9293), ICMP (RFC 792), ICMPv6 (RFC 4443): whole IP packets with the right checksums.

use std::net::{IpAddr, SocketAddr};

use super::ip;
use crate::bytes::{Checksum, Put, patch_u16};

/// TCP flags.
pub const FIN: u8 = 0x01;
pub const SYN: u8 = 0x02;
pub const RST: u8 = 0x04;
pub const PSH: u8 = 0x08;
pub const ACK: u8 = 0x10;
pub const URG: u8 = 0x20;

/// A UDP datagram in its IP packet.
pub fn udp(src: SocketAddr, dst: SocketAddr, payload: &[u8]) -> Vec<u8> {
    ip::packet(src.ip(), dst.ip(), ip::UDP, &udp_segment(src, dst, payload))
}

/// The datagram alone.
pub fn udp_segment(src: SocketAddr, dst: SocketAddr, payload: &[u8]) -> Vec<u8> {
    let len = 8 + payload.len();
    let mut out = Vec::with_capacity(len);
    out.u16(src.port()).u16(dst.port()).u16(len as u16).u16(0).raw(payload);
    let sum = ip::pseudo(src.ip(), dst.ip(), ip::UDP, len).over(&out).finish();
    // Zero would say "no checksum".
    patch_u16(&mut out, 6, if sum == 0 { 0xffff } else { sum });
    out
}

/// A TCP header.
#[derive(Clone, Debug, Default)]
pub struct Tcp {
    pub seq: u32,
    pub ack: u32,
    pub flags: u8,
    pub window: u16,
    pub urgent: u16,
    /// Padded to a multiple of four.
    pub options: Vec<u8>,
}

/// A TCP segment in its IP packet.
pub fn tcp(header: &Tcp, src: SocketAddr, dst: SocketAddr, payload: &[u8]) -> Vec<u8> {
    let mut options = header.options.clone();
    options.resize(options.len().next_multiple_of(4), 0);
    let header_len = 20 + options.len();
    let mut out = Vec::with_capacity(header_len + payload.len());
    out.u16(src.port()).u16(dst.port()).u32(header.seq).u32(header.ack);
    out.u8((header_len as u8 / 4) << 4).u8(header.flags).u16(header.window).u16(0);
    out.u16(header.urgent).raw(&options).raw(payload);
    let sum = ip::pseudo(src.ip(), dst.ip(), ip::TCP, out.len()).over(&out).finish();
    patch_u16(&mut out, 16, sum);
    ip::packet(src.ip(), dst.ip(), ip::TCP, &out)
}

/// Maximum segment size, SACK permitted, window scale: what a SYN says.
pub fn syn_options() -> Vec<u8> {
    vec![2, 4, 0x05, 0xb4, 4, 2, 1, 3, 3, 7]
}

/// An ICMP message in its IPv4 packet, or an ICMPv6 one in its IPv6 packet; `rest` is the second word of the header.
pub fn icmp(src: IpAddr, dst: IpAddr, kind: u8, code: u8, rest: u32, data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(8 + data.len());
    out.u8(kind).u8(code).u16(0).u32(rest).raw(data);
    if src.is_ipv6() {
        let sum = ip::pseudo(src, dst, ip::ICMPV6, out.len()).over(&out).finish();
        patch_u16(&mut out, 2, sum);
        return ip::packet(src, dst, ip::ICMPV6, &out);
    }
    let sum = Checksum::default().over(&out).finish();
    patch_u16(&mut out, 2, sum);
    ip::packet(src, dst, ip::ICMP, &out)
}

/// An echo request, or its reply.
pub fn echo(src: IpAddr, dst: IpAddr, reply: bool, id: u16, sequence: u16, data: &[u8]) -> Vec<u8> {
    let kind = match (src.is_ipv6(), reply) {
        (false, false) => 8,
        (false, true) => 0,
        (true, false) => 128,
        (true, true) => 129,
    };
    icmp(src, dst, kind, 0, u32::from(id) << 16 | u32::from(sequence), data)
}

/// Port unreachable, quoting the packet that met no listener.
pub fn port_unreachable(src: IpAddr, dst: IpAddr, quoted: &[u8]) -> Vec<u8> {
    let quote = &quoted[..quoted.len().min(64)];
    let (kind, code) = if src.is_ipv6() { (1, 4) } else { (3, 3) };
    icmp(src, dst, kind, code, 0, quote)
}
