//! Link layers: from the first octet of a frame to its network layer.
//!
//! Spec: the tcpdump group's list of link types; IEEE 802.3, 802.1Q and 802.1ad, RFC 3032 and RFC 4448 (MPLS),
//! RFC 2516 (PPPoE), RFC 1661 (PPP), RFC 8300 (NSH), 802.1ah; Wireshark's file format of exported PDUs.

use crate::{Anomalies, Cursor, Flaw, Truncated};

mod exported;

pub use exported::{Exported, Inner};

/// What the first octet of a frame is, as capture files number it (LINKTYPE).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkType(pub u16);

impl LinkType {
    pub const NULL: Self = Self(0);
    pub const ETHERNET: Self = Self(1);
    pub const PPP: Self = Self(9);
    /// Raw IP as BSD systems and OpenBSD write it into files.
    pub const RAW_BSD: Self = Self(12);
    pub const RAW_OPENBSD: Self = Self(14);
    /// PPP with HDLC framing taken off, as BSD systems number it.
    pub const PPP_HDLC: Self = Self(50);
    pub const PPP_ETHER: Self = Self(51);
    pub const RAW: Self = Self(101);
    /// Cisco's HDLC.
    pub const C_HDLC: Self = Self(104);
    pub const LOOP: Self = Self(108);
    pub const LINUX_SLL: Self = Self(113);
    pub const MTP2_WITH_PHDR: Self = Self(139);
    pub const MTP2: Self = Self(140);
    pub const MTP3: Self = Self(141);
    pub const SCCP: Self = Self(142);
    pub const IPV4: Self = Self(228);
    pub const IPV6: Self = Self(229);
    /// Exported by Wireshark from inside some protocol, under the name of that protocol.
    pub const UPPER_PDU: Self = Self(252);
    pub const LINUX_SLL2: Self = Self(276);

    /// All that are read.
    pub const READ: &'static [Self] = &[
        Self::NULL,
        Self::ETHERNET,
        Self::PPP,
        Self::RAW_BSD,
        Self::RAW_OPENBSD,
        Self::PPP_HDLC,
        Self::PPP_ETHER,
        Self::RAW,
        Self::C_HDLC,
        Self::LOOP,
        Self::LINUX_SLL,
        Self::MTP2_WITH_PHDR,
        Self::MTP2,
        Self::MTP3,
        Self::SCCP,
        Self::IPV4,
        Self::IPV6,
        Self::UPPER_PDU,
        Self::LINUX_SLL2,
    ];

    /// Whether frames of this kind are read at all.
    pub fn is_read(self) -> bool {
        Self::READ.contains(&self)
    }
}

/// The protocol behind an Ethernet header (IEEE registration).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EtherType(pub u16);

impl EtherType {
    pub const IPV4: Self = Self(0x0800);
    pub const ARP: Self = Self(0x0806);
    /// An Ethernet frame inside something else (RFC 1701).
    pub const BRIDGED: Self = Self(0x6558);
    pub const VLAN: Self = Self(0x8100);
    pub const IPV6: Self = Self(0x86dd);
    pub const MPLS: Self = Self(0x8847);
    pub const MPLS_UPSTREAM: Self = Self(0x8848);
    pub const PPPOE_DISCOVERY: Self = Self(0x8863);
    pub const PPPOE_SESSION: Self = Self(0x8864);
    /// PPP inside GRE (RFC 2637).
    pub const PPP: Self = Self(0x880b);
    /// Mirrored frames, types I and II.
    pub const ERSPAN: Self = Self(0x88be);
    /// Mirrored frames, type III.
    pub const ERSPAN_3: Self = Self(0x22eb);
    /// Redirected packets inside GRE.
    pub const WCCP: Self = Self(0x883e);
    /// IEEE 802.1ah, an Ethernet frame in a provider's.
    pub const BACKBONE: Self = Self(0x88e7);
    /// Cisco FabricPath: as above.
    pub const FABRIC_PATH: Self = Self(0x8903);
    /// Cisco MetaData: a tag of a security group.
    pub const CISCO_METADATA: Self = Self(0x8909);
    /// Network service header (RFC 8300).
    pub const NSH: Self = Self(0x894f);
    pub const PROVIDER_BRIDGE: Self = Self(0x88a8);
    /// Stacked VLANs from before 802.1ad.
    pub const QINQ: Self = Self(0x9100);
}

/// What was wrapped around the network layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// VLAN identifiers, the outermost two.
    pub vlan_ids: [Option<u16>; 2],
    /// The outermost MPLS label.
    pub mpls_label: Option<u32>,
    pub pppoe_session: Option<u16>,
    /// Service identifier of the outermost 802.1ah tag.
    pub isid: Option<u32>,
    /// Service path of the outermost NSH.
    pub nsh_path: Option<u32>,
}

/// The network layer of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried<'a> {
    /// An IP packet of either version, and behind it whatever pads the frame.
    Ip { tags: Tags, packet: Cursor<'a> },
    /// A frame with MTP2 header.
    Mtp2(Cursor<'a>),
    /// A message with MTP3 header.
    Mtp3(Cursor<'a>),
    /// An SCCP message with nothing below it.
    Sccp(Cursor<'a>),
    /// A message of some protocol with what was around it in words.
    Exported(Exported<'a>),
    /// Something that is not read: ARP, spanning tree and the like. Zero where the frame gives no type.
    Other { ethertype: EtherType, tags: Tags, payload: Cursor<'a> },
}

/// Wrappings that are read, of each kind.
const MAX_TAGS: usize = 8;

/// Walks from the start of a frame to its network layer. `None` when the link type is not read, or when a header is cut
/// short, which is noted.
#[inline]
pub fn network<'a>(
    notes: &mut Anomalies,
    link: LinkType,
    mut cur: Cursor<'a>,
) -> Option<Carried<'a>> {
    if link == LinkType::ETHERNET {
        // Nearly every frame of nearly every capture.
        if let Some(&[_, _, _, _, _, _, _, _, _, _, _, _, 0x08, 0x00]) = cur.rest().first_chunk() {
            cur.skip(14).ok()?;
            return Some(Carried::Ip { tags: Tags::default(), packet: cur });
        }
    }
    match walk(notes, link, cur) {
        Ok(carried) => carried,
        Err(truncated) => {
            notes.cut("frame.length", truncated);
            None
        }
    }
}

fn walk<'a>(
    notes: &mut Anomalies,
    link: LinkType,
    mut cur: Cursor<'a>,
) -> Result<Option<Carried<'a>>, Truncated> {
    let tags = Tags::default();
    Ok(Some(match link {
        LinkType::ETHERNET => return ethernet(notes, tags, cur).map(Some),
        LinkType::LINUX_SLL => {
            cur.skip(14)?;
            let protocol = EtherType(cur.u16()?);
            return ethertype(notes, tags, protocol, cur).map(Some);
        }
        LinkType::LINUX_SLL2 => {
            let protocol = EtherType(cur.u16()?);
            cur.skip(18)?;
            return ethertype(notes, tags, protocol, cur).map(Some);
        }
        LinkType::RAW
        | LinkType::RAW_BSD
        | LinkType::RAW_OPENBSD
        | LinkType::IPV4
        | LinkType::IPV6 => Carried::Ip { tags, packet: cur },
        LinkType::NULL | LinkType::LOOP => {
            let family = cur.u32()?;
            // NULL is in the byte order of the machine that captured; no family needs more than the low octets.
            let family = if 0xffff < family { family.swap_bytes() } else { family };
            match family {
                // AF_INET; AF_INET6 of Linux, of NetBSD and OpenBSD, of FreeBSD, of Darwin.
                2 | 10 | 24 | 28 | 30 => Carried::Ip { tags, packet: cur },
                _ => Carried::Other { ethertype: EtherType::default(), tags, payload: cur },
            }
        }
        LinkType::PPP | LinkType::PPP_HDLC => return ppp(notes, tags, cur).map(Some),
        LinkType::C_HDLC => {
            cur.skip(2)?;
            let protocol = EtherType(cur.u16()?);
            return ethertype(notes, tags, protocol, cur).map(Some);
        }
        LinkType::UPPER_PDU => return exported::dissect(notes, cur).map(Some),
        LinkType::PPP_ETHER => return pppoe(notes, tags, cur).map(Some),
        LinkType::MTP2_WITH_PHDR => {
            cur.skip(4)?;
            Carried::Mtp2(cur)
        }
        LinkType::MTP2 => Carried::Mtp2(cur),
        LinkType::MTP3 => Carried::Mtp3(cur),
        LinkType::SCCP => Carried::Sccp(cur),
        _ => return Ok(None),
    }))
}

fn ethernet<'a>(
    notes: &mut Anomalies,
    tags: Tags,
    mut cur: Cursor<'a>,
) -> Result<Carried<'a>, Truncated> {
    cur.skip(12)?;
    let protocol = EtherType(cur.u16()?);
    ethertype(notes, tags, protocol, cur)
}

/// What stands behind an EtherType in some other header.
pub(crate) fn behind<'a>(
    notes: &mut Anomalies,
    protocol: EtherType,
    cur: Cursor<'a>,
) -> Result<Carried<'a>, Truncated> {
    ethertype(notes, Tags::default(), protocol, cur)
}

/// Walks from an EtherType inwards. Every turn of the loop takes at least two octets, and there are few turns.
fn ethertype<'a>(
    notes: &mut Anomalies,
    mut tags: Tags,
    mut protocol: EtherType,
    mut cur: Cursor<'a>,
) -> Result<Carried<'a>, Truncated> {
    for _ in 0..MAX_TAGS {
        match protocol {
            EtherType::IPV4 | EtherType::IPV6 => return Ok(Carried::Ip { tags, packet: cur }),
            EtherType::VLAN | EtherType::PROVIDER_BRIDGE | EtherType::QINQ => {
                let id = cur.u16()? & 0x0fff;
                if let Some(free) = tags.vlan_ids.iter_mut().find(|id| id.is_none()) {
                    *free = Some(id);
                }
                protocol = EtherType(cur.u16()?);
            }
            EtherType::MPLS | EtherType::MPLS_UPSTREAM => {
                if !labels(notes, &mut tags, &mut cur)? {
                    return Ok(Carried::Other { ethertype: protocol, tags, payload: cur });
                }
                match cur.peek().map(|octet| octet >> 4) {
                    Some(4 | 6) => return Ok(Carried::Ip { tags, packet: cur }),
                    _ => match pseudowire(cur) {
                        Some(frame) => (protocol, cur) = (EtherType::BRIDGED, frame),
                        None => {
                            return Ok(Carried::Other { ethertype: protocol, tags, payload: cur });
                        }
                    },
                }
            }
            EtherType::PPPOE_SESSION => return pppoe(notes, tags, cur),
            EtherType::PPP => return ppp(notes, tags, cur),
            EtherType::BRIDGED => {
                cur.skip(12)?;
                protocol = EtherType(cur.u16()?);
            }
            EtherType::BACKBONE => {
                tags.isid.get_or_insert(cur.u32()? & 0x00ff_ffff);
                protocol = EtherType::BRIDGED;
            }
            EtherType::FABRIC_PATH => {
                // Forwarding tag and time to live.
                cur.skip(2)?;
                protocol = EtherType::BRIDGED;
            }
            EtherType::CISCO_METADATA => {
                // Version and length in words of four octets, option, group.
                cur.skip(6)?;
                protocol = EtherType(cur.u16()?);
            }
            EtherType::NSH => match nsh(notes, &mut tags, &mut cur)? {
                Some(next) => protocol = next,
                None => return Ok(Carried::Other { ethertype: protocol, tags, payload: cur }),
            },
            // IEEE 802.3: up to 1500 it is a length, and an LLC header follows; one with SNAP has an EtherType.
            EtherType(..=1500) => match cur.rest().first_chunk::<8>() {
                Some(&[0xaa, 0xaa, 0x03, 0, 0, 0, high, low]) => {
                    cur.skip(8)?;
                    protocol = EtherType(u16::from_be_bytes([high, low]));
                }
                // LLC has a number of its own for IP (RFC 948).
                Some(&[0x06, 0x06, 0x03, ..]) => {
                    cur.skip(3)?;
                    return Ok(Carried::Ip { tags, packet: cur });
                }
                _ => return Ok(Carried::Other { ethertype: EtherType(0), tags, payload: cur }),
            },
            _ => return Ok(Carried::Other { ethertype: protocol, tags, payload: cur }),
        }
    }
    notes.note(cur.span_of(0), "vlan.depth", Flaw::TooDeep);
    Ok(Carried::Other { ethertype: protocol, tags, payload: cur })
}

/// An Ethernet frame behind MPLS labels (RFC 4448 §4): with a control word, whose first nibble is zero, or without one.
/// Nothing says which, and hardware addresses begin with zero too, so the EtherType must be one that is known.
fn pseudowire(cur: Cursor<'_>) -> Option<Cursor<'_>> {
    let known = |at: usize| {
        let octets = cur.rest().get(at..).and_then(|rest| rest.first_chunk::<2>())?;
        let known = matches!(
            EtherType(u16::from_be_bytes(*octets)),
            EtherType::IPV4
                | EtherType::IPV6
                | EtherType::ARP
                | EtherType::VLAN
                | EtherType::PROVIDER_BRIDGE
                | EtherType::QINQ
                | EtherType::MPLS
                | EtherType::PPPOE_SESSION
                | EtherType::BACKBONE
        );
        known.then_some(())
    };
    let mut frame = cur;
    if cur.peek().is_some_and(|octet| octet >> 4 == 0) && known(4 + 12).is_some() {
        frame.skip(4).ok()?;
        return Some(frame);
    }
    known(12).map(|()| frame)
}

/// RFC 8300 §2.2: base header, service path, and as much context as the length says. What comes next.
fn nsh(
    notes: &mut Anomalies,
    tags: &mut Tags,
    cur: &mut Cursor<'_>,
) -> Result<Option<EtherType>, Truncated> {
    let at = cur.span_of(8);
    let [version_ttl, ttl_length, _, next] = cur.array()?;
    let path = cur.u32()?;
    tags.nsh_path.get_or_insert(path >> 8);
    let words = usize::from(ttl_length & 0x3f);
    if version_ttl >> 6 != 0 {
        notes.note(at, "nsh.version", Flaw::IllegalValue(u64::from(version_ttl >> 6)));
    }
    match words.checked_sub(2) {
        Some(context) => cur.skip(context * 4)?,
        None => notes.note(at, "nsh.length", Flaw::IllegalValue(u64::from(ttl_length & 0x3f))),
    }
    Ok(match next {
        1 => Some(EtherType::IPV4),
        2 => Some(EtherType::IPV6),
        3 => Some(EtherType::BRIDGED),
        4 => Some(EtherType::NSH),
        5 => Some(EtherType::MPLS),
        _ => None,
    })
}

/// RFC 3032 §2.1: label 20 bits, traffic class 3, bottom of stack 1, time to live 8. Whether the bottom was reached.
fn labels(notes: &mut Anomalies, tags: &mut Tags, cur: &mut Cursor<'_>) -> Result<bool, Truncated> {
    for _ in 0..MAX_TAGS {
        let entry = cur.u32()?;
        tags.mpls_label.get_or_insert(entry >> 12);
        if entry & 0x100 != 0 {
            return Ok(true);
        }
    }
    notes.note(cur.span_of(0), "mpls.depth", Flaw::TooDeep);
    Ok(false)
}

/// RFC 2516 §4: version and type, code, session, length.
fn pppoe<'a>(
    notes: &mut Anomalies,
    mut tags: Tags,
    mut cur: Cursor<'a>,
) -> Result<Carried<'a>, Truncated> {
    let at = cur.span_of(6);
    let version = cur.u8()?;
    if version != 0x11 {
        notes.note(at, "pppoe.version", Flaw::IllegalValue(u64::from(version)));
    }
    let code = cur.u8()?;
    tags.pppoe_session = Some(cur.u16()?);
    let length = usize::from(cur.u16()?);
    if let Some(missing) = length.checked_sub(cur.len()).filter(|missing| *missing != 0) {
        let missing = u32::try_from(missing).unwrap_or(u32::MAX);
        notes.note(at, "pppoe.payload_length", Flaw::Truncated { missing });
    }
    if code != 0 {
        // Discovery on the link type that has both.
        return Ok(Carried::Other { ethertype: EtherType::PPPOE_DISCOVERY, tags, payload: cur });
    }
    ppp(notes, tags, cur)
}

/// A PPP frame that stands in some other header.
pub(crate) fn in_ppp<'a>(notes: &mut Anomalies, cur: Cursor<'a>) -> Result<Carried<'a>, Truncated> {
    ppp(notes, Tags::default(), cur)
}

/// RFC 1661 §2: the protocol number, one octet where it was compressed; RFC 1662 §3.1 may put address and control first.
fn ppp<'a>(
    notes: &mut Anomalies,
    tags: Tags,
    mut cur: Cursor<'a>,
) -> Result<Carried<'a>, Truncated> {
    if cur.rest().starts_with(&[0xff, 0x03]) {
        cur.skip(2)?;
    }
    let first = cur.u8()?;
    let protocol =
        if first & 1 == 1 { u16::from(first) } else { u16::from_be_bytes([first, cur.u8()?]) };
    match protocol {
        0x0021 | 0x0057 => Ok(Carried::Ip { tags, packet: cur }),
        // MPLS (RFC 3032 §4.2); what it carries is IP, so this goes no deeper.
        0x0281 | 0x0283 => ethertype(notes, tags, EtherType::MPLS, cur),
        _ => Ok(Carried::Other { ethertype: EtherType::PPPOE_SESSION, tags, payload: cur }),
    }
}

#[cfg(test)]
mod tests;
