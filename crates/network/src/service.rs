//! What a partner may do beyond the usual: `ssh from 198.51.100.9 to 192.0.2.53`.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use event::{Endpoints, Flow, Proto};
use ipnet::IpNet;

/// One rule of a partner's `services`: `NAME|NUMBER|NUMBER/PROTO [from ADDRESS|NETWORK|any] [to …]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// As written: `ssh`, `8443/tcp`.
    pub name: String,
    /// IP protocol number; unset allows any.
    pub ip_proto: Option<u8>,
    /// Port of the side that is called; unset allows any.
    pub port: Option<u16>,
    /// What the payload may be instead of standing on its port.
    pub app_proto: Option<&'static str>,
    pub from: Peer,
    pub to: Peer,
}

/// One side of a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Peer {
    #[default]
    Any,
    Net(IpNet),
}

impl Peer {
    /// Whether the address is meant.
    pub fn contains(self, ip: IpAddr) -> bool {
        match self {
            Self::Any => true,
            Self::Net(net) => net.contains(&ip.to_canonical()),
        }
    }
}

/// Names that rules may use: name, IP protocol, port, and the payload by shape.
const SERVICES: &[(&str, u8, Option<u16>, Option<&str>)] = &[
    ("ssh", 6, Some(22), Some("ssh")),
    ("telnet", 6, Some(23), Some("telnet")),
    ("smtp", 6, Some(25), Some("smtp")),
    ("tacacs", 6, Some(49), None),
    ("http", 6, Some(80), Some("http")),
    ("https", 6, Some(443), Some("tls")),
    ("bgp", 6, Some(179), Some("bgp")),
    ("ldap", 6, Some(389), None),
    ("ldaps", 6, Some(636), None),
    ("smb", 6, Some(445), Some("smb")),
    ("mssql", 6, Some(1433), None),
    ("oracle", 6, Some(1521), None),
    ("smpp", 6, Some(2775), None),
    ("mysql", 6, Some(3306), None),
    ("rdp", 6, Some(3389), None),
    ("postgresql", 6, Some(5432), None),
    ("ftp", 6, Some(21), None),
    ("sftp", 6, Some(22), Some("ssh")),
    ("dns", 0, Some(53), Some("dns")),
    ("diameter", 0, Some(3868), Some("diameter")),
    ("sip", 0, Some(5060), Some("sip")),
    ("syslog", 0, Some(514), Some("syslog")),
    ("radius", 17, Some(1812), Some("radius")),
    ("ntp", 17, Some(123), None),
    ("snmp", 17, Some(161), None),
    ("snmp-trap", 17, Some(162), None),
    ("tftp", 17, Some(69), None),
    ("bfd", 17, Some(3784), None),
    ("ike", 17, Some(500), None),
    ("ike-nat", 17, Some(4500), None),
    ("gtp-c", 17, Some(2123), None),
    ("gtp-u", 17, Some(2152), None),
    ("gtp-prime", 0, Some(3386), None),
    ("pfcp", 17, Some(8805), None),
    ("m2ua", 132, Some(2904), None),
    ("m3ua", 132, Some(2905), None),
    ("m2pa", 132, Some(3565), None),
    ("sua", 132, Some(14001), None),
    ("s1ap", 132, Some(36412), None),
    ("ngap", 132, Some(38412), None),
    ("icmp", 1, None, None),
    ("gre", 47, None, None),
    ("esp", 50, None, None),
    ("ah", 51, None, None),
    ("ipip", 4, None, None),
    ("any", 0, None, None),
];

const PROTOCOLS: &[(&str, u8)] =
    &[("tcp", 6), ("udp", 17), ("sctp", 132), ("icmp", 1), ("gre", 47), ("esp", 50)];

/// Text that is no rule; says what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAService(String);

impl fmt::Display for NotAService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}; write for example \"ssh from 198.51.100.9 to 192.0.2.53\" or \"8443/tcp to 192.0.2.0/24\"",
            self.0
        )
    }
}

impl std::error::Error for NotAService {}

impl FromStr for Service {
    type Err = NotAService;

    fn from_str(text: &str) -> Result<Self, NotAService> {
        let mut words = text.split_ascii_whitespace();
        let name = words.next().ok_or_else(|| NotAService("an empty service".to_owned()))?;
        let (ip_proto, port, app_proto) = meaning(name)?;
        let (mut from, mut to) = (None, None);
        while let Some(word) = words.next() {
            let side = match word {
                "from" => &mut from,
                "to" => &mut to,
                other => {
                    return Err(NotAService(format!("`{other}` where `from` or `to` belongs")));
                }
            };
            let value =
                words.next().ok_or_else(|| NotAService(format!("nothing behind `{word}`")))?;
            if side.replace(peer(value)?).is_some() {
                return Err(NotAService(format!("two times `{word}`")));
            }
        }
        Ok(Self {
            name: name.to_owned(),
            ip_proto,
            port,
            app_proto,
            from: from.unwrap_or_default(),
            to: to.unwrap_or_default(),
        })
    }
}

type Meaning = (Option<u8>, Option<u16>, Option<&'static str>);

fn meaning(name: &str) -> Result<Meaning, NotAService> {
    let lower = name.to_ascii_lowercase();
    if let Some((_, proto, port, app)) = SERVICES.iter().find(|entry| entry.0 == lower) {
        return Ok(((*proto != 0).then_some(*proto), *port, *app));
    }
    let (port, proto) = match lower.split_once('/') {
        Some((port, proto)) => {
            let proto = PROTOCOLS.iter().find(|entry| entry.0 == proto).ok_or_else(|| {
                NotAService(format!("`{proto}` is no protocol: tcp, udp, sctp, icmp, gre or esp"))
            })?;
            (port, Some(proto.1))
        }
        None => (lower.as_str(), None),
    };
    match port.parse() {
        Ok(port) => Ok((proto, Some(port), None)),
        Err(_) => {
            let names = SERVICES.iter().map(|entry| entry.0);
            let hint = crate::read::suggest(&lower, names);
            Err(NotAService(format!("`{name}` is no service{hint}")))
        }
    }
}

fn peer(text: &str) -> Result<Peer, NotAService> {
    if text == "any" {
        return Ok(Peer::Any);
    }
    let net = crate::read::network(text)
        .map_err(|_| NotAService(format!("`{text}` is no address, network or `any`")))?;
    Ok(Peer::Net(net))
}

impl Service {
    /// Whether a flow, seen from the side that began it, is what the rule allows.
    pub fn allows(&self, ends: &Endpoints, flow: &Flow) -> bool {
        let ip_proto = match ends.proto {
            Proto::Other => flow.ip_proto,
            // Rules are written for both families.
            Proto::Icmpv6 => Proto::Icmp.number(),
            known => known.number(),
        };
        let by_port = self.port.is_none_or(|port| port == ends.dest_port);
        let by_shape = self.app_proto.is_some() && self.app_proto == flow.app_proto.as_deref();
        self.ip_proto.is_none_or(|wanted| wanted == ip_proto)
            && (by_port || by_shape)
            && self.from.contains(ends.src_ip)
            && self.to.contains(ends.dest_ip)
    }
}
