//! Exported PDUs: messages that Wireshark took out of a capture, with tags that say what they are and between whom.
//!
//! Spec: `exported_pdu.h` of Wireshark's file formats (LINKTYPE_WIRESHARK_UPPER_PDU): type and length of 16 bits each,
//! values padded to four octets, type 0 at the end.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Carried, EtherType, Tags};
use crate::{Anomalies, Cursor, Flaw, Truncated};

/// Tags of one frame that are read; Wireshark writes about ten.
const MAX_EXPORT_TAGS: usize = 32;

/// One message under the name of its dissector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exported<'a> {
    pub protocol: Inner,
    /// The name that the tag has.
    pub name: &'a [u8],
    pub src: Option<IpAddr>,
    pub dst: Option<IpAddr>,
    pub src_port: u16,
    pub dst_port: u16,
    pub payload: Cursor<'a>,
}

/// What the name means, as far as it is read here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Inner {
    Mtp2,
    Mtp3,
    M3ua,
    M2ua,
    M2pa,
    Sua,
    Sccp,
    Tcap,
    Isup,
    Gtp,
    Pfcp,
    Diameter,
    Dns,
    #[default]
    Other,
}

impl Inner {
    fn of(name: &[u8]) -> Self {
        match name {
            b"mtp2" => Self::Mtp2,
            b"mtp3" => Self::Mtp3,
            b"m3ua" => Self::M3ua,
            b"m2ua" => Self::M2ua,
            b"m2pa" => Self::M2pa,
            b"sua" => Self::Sua,
            b"sccp" => Self::Sccp,
            b"tcap" => Self::Tcap,
            b"isup" => Self::Isup,
            b"gtp" | b"gtpv2" | b"gtpprime" => Self::Gtp,
            b"pfcp" => Self::Pfcp,
            b"diameter" => Self::Diameter,
            b"dns" => Self::Dns,
            _ => Self::Other,
        }
    }
}

/// Reads the tags. IP and Ethernet under their names are what they are anywhere else.
pub(super) fn dissect<'a>(
    notes: &mut Anomalies,
    mut cur: Cursor<'a>,
) -> Result<Carried<'a>, Truncated> {
    let mut found = Exported {
        protocol: Inner::Other,
        name: &[],
        src: None,
        dst: None,
        src_port: 0,
        dst_port: 0,
        payload: cur,
    };
    let mut ended = false;
    for _ in 0..MAX_EXPORT_TAGS {
        let kind = cur.u16()?;
        let length = usize::from(cur.u16()?);
        if kind == 0 {
            ended = true;
            break;
        }
        let mut value = Cursor::at(cur.take(length)?, 0);
        let v4 = |cur: &mut Cursor<'_>| cur.array::<4>().ok().map(|ip| Ipv4Addr::from(ip).into());
        let v6 = |cur: &mut Cursor<'_>| cur.array::<16>().ok().map(|ip| Ipv6Addr::from(ip).into());
        let port = |cur: &mut Cursor<'_>| {
            cur.u32().ok().and_then(|port| u16::try_from(port).ok()).unwrap_or_default()
        };
        match kind {
            12 => {
                let name = value.rest();
                // Padded with zeros, which the length may count.
                let end = name.iter().position(|octet| *octet == 0).unwrap_or(name.len());
                found.name = name.get(..end).unwrap_or(name);
                found.protocol = Inner::of(found.name);
            }
            20 => found.src = v4(&mut value),
            21 => found.dst = v4(&mut value),
            22 => found.src = v6(&mut value),
            23 => found.dst = v6(&mut value),
            25 => found.src_port = port(&mut value),
            26 => found.dst_port = port(&mut value),
            _ => {}
        }
        cur.sub(length.wrapping_neg() % 4);
    }
    if !ended {
        notes.note(cur.span_of(0), "exported_pdu.tag", Flaw::TooMany);
    }
    found.payload = cur;
    let tags = Tags::default();
    match found.name {
        b"ip" | b"ipv6" | b"raw_ip" => Ok(Carried::Ip { tags, packet: cur }),
        b"eth" | b"eth_maybefcs" | b"eth_withoutfcs" => {
            super::ethertype(notes, tags, EtherType::BRIDGED, cur)
        }
        _ => Ok(Carried::Exported(found)),
    }
}
