//! Who spoke to whom: the addresses that every record carries.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Transport, in EVE's words.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
pub enum Proto {
    #[serde(rename = "TCP")]
    Tcp,
    #[serde(rename = "UDP")]
    Udp,
    #[serde(rename = "SCTP")]
    Sctp,
    #[serde(rename = "ICMP")]
    Icmp,
    #[serde(rename = "IPv6-ICMP")]
    Icmpv6,
    #[serde(rename = "GRE")]
    Gre,
    #[serde(rename = "ESP")]
    Esp,
    /// Any other protocol over IP; the flow record has its number.
    #[default]
    #[serde(rename = "IP")]
    Other,
}

impl Proto {
    /// The number in the IP header (IANA protocol numbers); 0 for `Other`.
    pub const fn number(self) -> u8 {
        match self {
            Self::Tcp => 6,
            Self::Udp => 17,
            Self::Sctp => 132,
            Self::Icmp => 1,
            Self::Icmpv6 => 58,
            Self::Gre => 47,
            Self::Esp => 50,
            Self::Other => 0,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Sctp => "SCTP",
            Self::Icmp => "ICMP",
            Self::Icmpv6 => "IPv6-ICMP",
            Self::Gre => "GRE",
            Self::Esp => "ESP",
            Self::Other => "IP",
        }
    }
}

/// The two ends of what the event is about, in the direction of the frame: innermost addresses where it rode in a tunnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoints {
    pub src_ip: IpAddr,
    /// Zero where the protocol has no ports.
    pub src_port: u16,
    pub dest_ip: IpAddr,
    pub dest_port: u16,
    pub proto: Proto,
}

impl Endpoints {
    /// The same pair, seen from the other side.
    pub const fn reversed(self) -> Self {
        Self {
            src_ip: self.dest_ip,
            src_port: self.dest_port,
            dest_ip: self.src_ip,
            dest_port: self.src_port,
            proto: self.proto,
        }
    }
}

/// What was wrapped around the packet besides GTP tunnels: the outermost such envelope, with its addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Envelope {
    /// `gre`, `nvgre`, `pptp`, `erspan1`, `erspan2`, `erspan3`, `vxlan`, `vxlan-gpe`, `geneve`, `ipip`, `6in4`, `4in6`,
    /// `6in6`, `etherip`, `mpls`, `l2tp`, `l2tpv3`, `teredo`.
    pub kind: crate::Name,
    /// Addresses of the outer packet.
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub src_ip: Option<IpAddr>,
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dest_ip: Option<IpAddr>,
    /// VNI of VXLAN, Geneve and NVGRE, session of ERSPAN and L2TP, key of GRE, call of PPTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<u32>,
    /// How many envelopes there are, one in the other.
    pub depth: u8,
}

/// The GTP tunnel that the packet rode in: the outer addresses and the tunnel endpoint at `dest_ip`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct TunnelPath {
    #[schemars(with = "String")]
    pub src_ip: IpAddr,
    #[schemars(with = "String")]
    pub dest_ip: IpAddr,
    pub teid: u32,
    /// How many tunnels are wrapped around the packet; 1 is an ordinary subscriber.
    pub depth: u8,
    /// The subscriber whose tunnel it is, where the control plane said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imsi: Option<crate::Subscriber>,
}
