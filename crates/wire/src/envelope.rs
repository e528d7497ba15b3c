//! Envelopes: packets and frames inside IP packets, tunnels of GTP aside.
//!
//! Spec: RFC 2784, RFC 2890 and RFC 2637 (GRE), RFC 7637 (NVGRE), draft-foschiano-erspan (ERSPAN), RFC 7348 (VXLAN),
//! RFC 8926 (Geneve), RFC 2003, RFC 2473 and RFC 4213 (IP in IP), RFC 3378 (EtherIP), RFC 4023 and RFC 7510 (MPLS),
//! RFC 2661 and RFC 3931 (L2TP), RFC 4380 (Teredo). ESP (RFC 4303) is recognised and stays closed.

mod erspan;
mod geneve;
mod gre;
mod ipsec;
mod l2tp;
mod teredo;
mod vxlan;

pub use ipsec::{Ike, InUdp4500, esp, ike, in_udp_4500};
pub use vxlan::looks_like_vxlan;

use crate::ip::{self, proto};
use crate::link::{self, Carried, EtherType, Tags};
use crate::{Anomalies, Cursor, Truncated};

/// The kinds of envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Gre,
    /// An Ethernet frame in GRE with a segment in the key.
    Nvgre,
    /// PPP in GRE version 1.
    Pptp,
    Erspan1,
    Erspan2,
    Erspan3,
    Vxlan,
    VxlanGpe,
    Geneve,
    /// IPv4 in IPv4.
    IpIp,
    /// IPv6 in IPv4.
    SixInFour,
    /// IPv4 in IPv6.
    FourInSix,
    /// IPv6 in IPv6.
    SixInSix,
    EtherIp,
    /// MPLS in IP, in UDP.
    Mpls,
    L2tp,
    L2tpV3,
    Teredo,
}

impl Kind {
    /// The word for it in records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gre => "gre",
            Self::Nvgre => "nvgre",
            Self::Pptp => "pptp",
            Self::Erspan1 => "erspan1",
            Self::Erspan2 => "erspan2",
            Self::Erspan3 => "erspan3",
            Self::Vxlan => "vxlan",
            Self::VxlanGpe => "vxlan-gpe",
            Self::Geneve => "geneve",
            Self::IpIp => "ipip",
            Self::SixInFour => "6in4",
            Self::FourInSix => "4in6",
            Self::SixInSix => "6in6",
            Self::EtherIp => "etherip",
            Self::Mpls => "mpls",
            Self::L2tp => "l2tp",
            Self::L2tpV3 => "l2tpv3",
            Self::Teredo => "teredo",
        }
    }

    /// Whether the identifier tells networks apart that may use the same addresses. A mirror's session or a tunnel's key
    /// does not: the same packets may come by two of them.
    pub const fn is_tenant(self) -> bool {
        matches!(self, Self::Nvgre | Self::Vxlan | Self::VxlanGpe | Self::Geneve)
    }
}

/// One envelope, opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope<'a> {
    pub kind: Kind,
    /// VNI of VXLAN, Geneve and NVGRE, session of ERSPAN and L2TP, key of GRE, call of PPTP.
    pub id: Option<u32>,
    pub carried: Carried<'a>,
}

/// What a packet carries, when it is an envelope by its protocol number. `None` when it is none, and when its header is
/// cut short, which is noted.
pub fn in_ip<'a>(notes: &mut Anomalies, packet: &ip::Packet<'a>) -> Option<Envelope<'a>> {
    let cur = packet.payload;
    let v4 = packet.src.is_ipv4();
    let ip = |kind| {
        Some(Envelope {
            kind,
            id: None,
            carried: Carried::Ip { tags: Tags::default(), packet: cur },
        })
    };
    match packet.proto {
        proto::IPV4 => ip(if v4 { Kind::IpIp } else { Kind::FourInSix }),
        proto::IPV6 => ip(if v4 { Kind::SixInFour } else { Kind::SixInSix }),
        proto::GRE => opened(gre::dissect(notes, cur), notes, "gre.header"),
        proto::ETHERIP => opened(etherip(notes, cur), notes, "etherip.header"),
        proto::MPLS => opened(mpls(notes, cur), notes, "mpls.header"),
        proto::L2TP => l2tp::version_3_over_ip(notes, cur),
        _ => None,
    }
}

/// UDP ports that the registry gives to envelopes.
const GRE_PORT: u16 = 4754;
const VXLAN_PORT: u16 = 4789;
/// VXLAN of Linux before its port was registered, and OTV.
const VXLAN_OLD_PORT: u16 = 8472;
const VXLAN_GPE_PORT: u16 = 4790;
const GENEVE_PORT: u16 = 6081;
const L2TP_PORT: u16 = 1701;
const TEREDO_PORT: u16 = 3544;
const MPLS_PORT: u16 = 6635;

/// Whether datagrams of these ports may be envelopes at all.
#[inline]
pub const fn is_port(port: u16) -> bool {
    matches!(
        port,
        GRE_PORT
            | VXLAN_PORT
            | VXLAN_OLD_PORT
            | VXLAN_GPE_PORT
            | GENEVE_PORT
            | L2TP_PORT
            | TEREDO_PORT
            | MPLS_PORT
    )
}

/// What a datagram carries, when it is an envelope by its ports and its shape. A port alone says nothing, so what does
/// not look the part is left alone, without a word.
pub fn in_udp<'a>(
    notes: &mut Anomalies,
    src_port: u16,
    dst_port: u16,
    payload: Cursor<'a>,
) -> Option<Envelope<'a>> {
    by_port(notes, dst_port, payload).or_else(|| {
        // These answer to the port they were asked from; the others are always sent to their own.
        matches!(src_port, L2TP_PORT | TEREDO_PORT | VXLAN_GPE_PORT)
            .then(|| by_port(notes, src_port, payload))
            .flatten()
    })
}

fn by_port<'a>(notes: &mut Anomalies, port: u16, cur: Cursor<'a>) -> Option<Envelope<'a>> {
    match port {
        VXLAN_PORT | VXLAN_OLD_PORT => vxlan(notes, cur),
        VXLAN_GPE_PORT => opened(vxlan::generic(notes, cur), notes, "vxlan.header"),
        GENEVE_PORT => opened(geneve::dissect(notes, cur), notes, "geneve.header"),
        L2TP_PORT => l2tp::dissect(notes, cur),
        TEREDO_PORT => teredo::dissect(cur),
        MPLS_PORT => opened(mpls(notes, cur), notes, "mpls.header"),
        GRE_PORT => opened(gre::dissect(notes, cur), notes, "gre.header"),
        _ => None,
    }
}

/// A VXLAN datagram, whatever its port.
pub fn vxlan<'a>(notes: &mut Anomalies, cur: Cursor<'a>) -> Option<Envelope<'a>> {
    opened(vxlan::dissect(notes, cur), notes, "vxlan.header")
}

fn opened<'a>(
    read: Result<Option<Envelope<'a>>, Truncated>,
    notes: &mut Anomalies,
    field: &'static str,
) -> Option<Envelope<'a>> {
    read.unwrap_or_else(|truncated| {
        notes.cut(field, truncated);
        None
    })
}

/// RFC 3378 §2: version 3, twelve bits of nothing, a frame.
fn etherip<'a>(
    notes: &mut Anomalies,
    mut cur: Cursor<'a>,
) -> Result<Option<Envelope<'a>>, Truncated> {
    if cur.u16()? >> 12 != 3 {
        return Ok(None);
    }
    let carried = link::behind(notes, EtherType::BRIDGED, cur)?;
    Ok(Some(Envelope { kind: Kind::EtherIp, id: None, carried }))
}

/// RFC 4023 §3, RFC 7510 §3.
fn mpls<'a>(notes: &mut Anomalies, cur: Cursor<'a>) -> Result<Option<Envelope<'a>>, Truncated> {
    let carried = link::behind(notes, EtherType::MPLS, cur)?;
    let id = match carried {
        Carried::Ip { tags, .. } | Carried::Other { tags, .. } => tags.mpls_label,
        _ => None,
    };
    Ok(Some(Envelope { kind: Kind::Mpls, id, carried }))
}

/// Whether an IP packet of either version stands here, whole: for envelopes that nothing else announces.
fn looks_like_ip(bytes: &[u8]) -> bool {
    match bytes.first().map(|octet| octet >> 4) {
        Some(4) => bytes.first_chunk::<20>().is_some_and(|header| {
            let total = usize::from(u16::from_be_bytes([header[2], header[3]]));
            header[0] & 0x0f == 5
                && (20..=bytes.len()).contains(&total)
                && ip::fold(ip::sum_of(header)) == 0xffff
        }),
        Some(6) => bytes.first_chunk::<40>().is_some_and(|header| {
            let payload = usize::from(u16::from_be_bytes([header[4], header[5]]));
            payload <= bytes.len().saturating_sub(40)
                && header[8..40].iter().any(|octet| *octet != 0)
        }),
        _ => false,
    }
}

/// The same of an Ethernet frame around an IP packet.
fn looks_like_ethernet(bytes: &[u8]) -> bool {
    let Some((head, rest)) = bytes.split_first_chunk::<14>() else { return false };
    match head {
        [.., 0x08, 0x00] => {
            rest.first().is_some_and(|octet| octet >> 4 == 4) && looks_like_ip(rest)
        }
        [.., 0x86, 0xdd] => {
            rest.first().is_some_and(|octet| octet >> 4 == 6) && looks_like_ip(rest)
        }
        // A tag, and behind it the same.
        [.., 0x81, 0x00] => {
            rest.get(4..).is_some_and(looks_like_ip)
                && matches!(rest.get(2..4), Some([0x08, 0x00] | [0x86, 0xdd]))
        }
        // A question for a hardware address (RFC 826).
        [.., 0x08, 0x06] => rest.starts_with(&[0, 1, 8, 0, 6, 4]),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
