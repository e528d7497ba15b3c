//! Link layers: Ethernet with its tags, MPLS, the Linux cooked captures, loopback.

use std::net::IpAddr;

use crate::bytes::Put;

/// Link types as capture files number them.
pub const NULL: u16 = 0;
pub const ETHERNET: u16 = 1;
pub const RAW: u16 = 101;
pub const LINUX_SLL: u16 = 113;
pub const LINUX_SLL2: u16 = 276;

/// A locally administered hardware address made from an IP address.
pub fn mac(ip: IpAddr) -> [u8; 6] {
    let tail = match ip {
        IpAddr::V4(v4) => v4.octets(),
        IpAddr::V6(v6) => {
            let [.., a, b, c, d] = v6.octets();
            [a, b, c, d]
        }
    };
    [0x02, 0x00, tail[0], tail[1], tail[2], tail[3]]
}

fn ethertype(packet: &[u8]) -> u16 {
    if packet.first().is_some_and(|first| first >> 4 == 6) { 0x86dd } else { 0x0800 }
}

fn macs(packet: &[u8]) -> [u8; 12] {
    let read = |from: usize, len: usize| -> [u8; 4] {
        let mut tail = [0; 4];
        if let Some(part) = packet.get(from + len - 4..from + len) {
            tail.copy_from_slice(part);
        }
        tail
    };
    let (source, destination) = if ethertype(packet) == 0x86dd {
        (read(8, 16), read(24, 16))
    } else {
        (read(12, 4), read(16, 4))
    };
    let mut out = [0; 12];
    out[0] = 0x02;
    out[2..6].copy_from_slice(&destination);
    out[6] = 0x02;
    out[8..12].copy_from_slice(&source);
    out
}

/// Ethernet around an IP packet; addresses and type follow from the packet.
pub fn ethernet(packet: &[u8]) -> Vec<u8> {
    tagged(packet, &[])
}

/// Ethernet with tags, outermost first: tag protocol identifier and VLAN id.
pub fn tagged(packet: &[u8], tags: &[(u16, u16)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(packet.len() + 14 + tags.len() * 4);
    out.raw(&macs(packet));
    for (tpid, id) in tags {
        out.u16(*tpid).u16(*id);
    }
    out.u16(ethertype(packet)).raw(packet);
    out
}

/// Ethernet with an MPLS stack of these labels.
pub fn mpls(packet: &[u8], labels: &[u32]) -> Vec<u8> {
    let mut out = Vec::new();
    out.raw(&macs(packet)).u16(0x8847);
    for (index, label) in labels.iter().enumerate() {
        let bottom = u32::from(index + 1 == labels.len());
        out.u32(label << 12 | bottom << 8 | 64);
    }
    out.raw(packet);
    out
}

/// An Ethernet pseudowire behind one label (RFC 4448), with a control word or without.
pub fn pseudowire(packet: &[u8], control_word: bool) -> Vec<u8> {
    let mut out = Vec::new();
    out.raw(&macs(packet)).u16(0x8847).u32(17 << 12 | 0x140);
    if control_word {
        out.u32(0);
    }
    out.raw(&ethernet(packet));
    out
}

/// An Ethernet frame in a backbone's (802.1ah).
pub fn backbone(packet: &[u8], isid: u32) -> Vec<u8> {
    let mut out = Vec::new();
    out.raw(&macs(packet)).u16(0x88e7).u32(isid).raw(&ethernet(packet));
    out
}

/// Network service header (RFC 8300) with fixed context.
pub fn nsh(packet: &[u8], path: u32) -> Vec<u8> {
    let next = if ethertype(packet) == 0x86dd { 2 } else { 1 };
    let mut out = Vec::new();
    out.raw(&macs(packet)).u16(0x894f).u16(0x0fc6).u8(1).u8(next).u32(path << 8 | 255);
    out.zeros(16).raw(packet);
    out
}

/// PPPoE session (RFC 2516).
pub fn pppoe(packet: &[u8], session: u16) -> Vec<u8> {
    let protocol = if ethertype(packet) == 0x86dd { 0x0057 } else { 0x0021 };
    let mut out = Vec::new();
    out.raw(&macs(packet)).u16(0x8864).u16(0x1100).u16(session);
    out.u16(packet.len() as u16 + 2).u16(protocol).raw(packet);
    out
}

/// LLC with SNAP (IEEE 802.2).
pub fn snap(packet: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.raw(&macs(packet)).u16(packet.len() as u16 + 8);
    out.u8(0xaa).u8(0xaa).u8(3).u24(0).u16(ethertype(packet)).raw(packet);
    out
}

/// Linux cooked capture, version 1.
pub fn sll(packet: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.u16(0).u16(1).u16(6).raw(&macs(packet)[6..]).u16(0).u16(ethertype(packet)).raw(packet);
    out
}

/// Linux cooked capture, version 2.
pub fn sll2(packet: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.u16(ethertype(packet)).u16(0).u32(2).u16(1).u8(0).u8(6);
    out.raw(&macs(packet)[6..]).u16(0).raw(packet);
    out
}

/// BSD loopback in this machine-independent form: family in little-endian order.
pub fn null(packet: &[u8]) -> Vec<u8> {
    let family: u32 = if ethertype(packet) == 0x86dd { 30 } else { 2 };
    let mut out = family.to_le_bytes().to_vec();
    out.raw(packet);
    out
}
