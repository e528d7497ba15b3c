//! Envelopes: IP packets and frames inside IP packets. Each takes an IP packet and gives the payload of the outer one.

use std::net::{IpAddr, SocketAddr};

use super::{ip, link, transport};
use crate::bytes::Put;

/// GRE with this protocol; checksum, key and sequence number where there is a value.
pub fn gre(
    protocol: u16,
    checksum: bool,
    key: Option<u32>,
    sequence: Option<u32>,
    payload: &[u8],
) -> Vec<u8> {
    let flags = u16::from(checksum) << 15
        | u16::from(key.is_some()) << 13
        | u16::from(sequence.is_some()) << 12;
    let mut out = Vec::new();
    out.u16(flags).u16(protocol);
    if checksum {
        out.u32(0);
    }
    for value in [key, sequence].into_iter().flatten() {
        out.u32(value);
    }
    out.raw(payload);
    out
}

/// The EtherType of an IP packet.
pub fn ethertype(packet: &[u8]) -> u16 {
    if packet.first().is_some_and(|first| first >> 4 == 6) { 0x86dd } else { 0x0800 }
}

/// GRE version 1 with PPP (RFC 2637).
pub fn pptp(call: u16, sequence: u32, packet: &[u8]) -> Vec<u8> {
    let ppp = ppp(packet);
    let mut out = Vec::new();
    out.u16(0x3001).u16(0x880b).u16(ppp.len() as u16).u16(call).u32(sequence).raw(&ppp);
    out
}

/// PPP with address and control (RFC 1662).
pub fn ppp(packet: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let protocol = if ethertype(packet) == 0x86dd { 0x0057 } else { 0x0021 };
    out.u16(0xff03).u16(protocol).raw(packet);
    out
}

/// ERSPAN of type 1, 2 or 3, in its GRE.
pub fn erspan(kind: u8, session: u16, packet: &[u8]) -> Vec<u8> {
    let frame = link::ethernet(packet);
    let mut header = Vec::new();
    match kind {
        1 => return gre(0x88be, false, None, None, &frame),
        2 => header.u16(0x1000 | 7).u16(session).u32(0),
        _ => header.u16(0x2000 | 7).u16(session).u32(1).u16(0).u16(1).u32(0).u32(0),
    };
    header.raw(&frame);
    gre(if kind == 2 { 0x88be } else { 0x22eb }, false, None, Some(9), &header)
}

/// NVGRE (RFC 7637).
pub fn nvgre(segment: u32, packet: &[u8]) -> Vec<u8> {
    gre(0x6558, false, Some(segment << 8 | 1), None, &link::ethernet(packet))
}

/// The header and frame of VXLAN (RFC 7348).
pub fn vxlan(vni: u32, packet: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.u32(0x0800_0000).u32(vni << 8).raw(&link::ethernet(packet));
    out
}

/// VXLAN-GPE with the packet itself.
pub fn vxlan_gpe(vni: u32, packet: &[u8]) -> Vec<u8> {
    let next = if ethertype(packet) == 0x86dd { 2 } else { 1 };
    let mut out = Vec::new();
    out.u8(0x0c).u16(0).u8(next).u32(vni << 8).raw(packet);
    out
}

/// Geneve (RFC 8926) with a frame and an option.
pub fn geneve(vni: u32, packet: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.u8(2).u8(0).u16(0x6558).u32(vni << 8);
    out.u16(0x0102).u8(0x80).u8(1).u32(0xdead_beef);
    out.raw(&link::ethernet(packet));
    out
}

/// L2TP version 2 (RFC 2661) with PPP.
pub fn l2tp(tunnel: u16, session: u16, packet: &[u8]) -> Vec<u8> {
    let ppp = ppp(packet);
    let mut out = Vec::new();
    out.u16(0x4002).u16(ppp.len() as u16 + 8).u16(tunnel).u16(session).raw(&ppp);
    out
}

/// L2TP version 3 over UDP (RFC 3931) with a cookie of four octets and a frame.
pub fn l2tpv3(session: u32, packet: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.u16(3).u16(0).u32(session).u32(0xc00c_1e00).raw(&link::ethernet(packet));
    out
}

/// Teredo (RFC 4380) with an origin indication.
pub fn teredo(packet: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.u16(0).u16(0x1234).u32(0x0102_0304).raw(packet);
    out
}

/// EtherIP (RFC 3378).
pub fn etherip(packet: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.u16(0x3000).raw(&link::ethernet(packet));
    out
}

/// One MPLS label.
pub fn mpls(label: u32, packet: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.u32(label << 12 | 0x100 | 64).raw(packet);
    out
}

/// An envelope by its name in records, between these two nodes.
pub fn wrap(kind: &str, src: IpAddr, dst: IpAddr, packet: &[u8]) -> Vec<u8> {
    let over = |protocol, payload: &[u8]| ip::packet(src, dst, protocol, payload);
    let udp = |port, payload: &[u8]| {
        transport::udp(SocketAddr::new(src, 49_152), SocketAddr::new(dst, port), payload)
    };
    match kind {
        "gre" => over(ip::GRE, &gre(ethertype(packet), true, Some(0x0a0b_0c0d), Some(1), packet)),
        "nvgre" => over(ip::GRE, &nvgre(5_001, packet)),
        "pptp" => over(ip::GRE, &pptp(77, 1, packet)),
        "erspan1" => over(ip::GRE, &erspan(1, 0, packet)),
        "erspan2" => over(ip::GRE, &erspan(2, 100, packet)),
        "erspan3" => over(ip::GRE, &erspan(3, 101, packet)),
        "vxlan" => udp(4789, &vxlan(5_000, packet)),
        "vxlan-gpe" => udp(4790, &vxlan_gpe(5_002, packet)),
        "geneve" => udp(6081, &geneve(5_003, packet)),
        "etherip" => over(97, &etherip(packet)),
        "mpls" => udp(6635, &mpls(16_000, packet)),
        "l2tp" => udp(1701, &l2tp(1, 2, packet)),
        "l2tpv3" => udp(1701, &l2tpv3(3, packet)),
        "teredo" => udp(3544, &teredo(packet)),
        _ => over(if ethertype(packet) == 0x86dd { 41 } else { 4 }, packet),
    }
}

/// Every name that [`wrap`] knows besides those of IP in IP.
pub const KINDS: &[&str] = &[
    "gre",
    "nvgre",
    "pptp",
    "erspan1",
    "erspan2",
    "erspan3",
    "vxlan",
    "vxlan-gpe",
    "geneve",
    "etherip",
    "mpls",
    "l2tp",
    "l2tpv3",
    "teredo",
];
