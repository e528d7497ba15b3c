//! On which side of the border an address stands, and how an alert says so.

use std::net::IpAddr;

use event::{Flow, Handshake, Outcome, Proto, TunnelPath};
use network::{Element, Network, Owner, Partner, Role, Roles};

/// What alerts cite when there is nothing to cite.
pub(crate) const NO_DESCRIPTION: &str = "no network description";

/// Whose an address is, as detections ask: management and subscribers are set apart from the rest of the home network.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Side<'a> {
    Management,
    Subscriber,
    Home(Option<&'a Element>),
    Partner(&'a Partner),
    /// Described by nothing.
    Outside,
}

impl<'a> Side<'a> {
    pub(crate) fn of(network: &'a Network, ip: IpAddr) -> Self {
        if network.is_empty() {
            return Self::Outside;
        }
        if network.is_management(ip) {
            return Self::Management;
        }
        match network.owner_of_ip(ip) {
            Owner::Home(Some(element)) => Self::Home(Some(element)),
            _ if network.is_subscriber(ip) => Self::Subscriber,
            Owner::Home(None) => Self::Home(None),
            Owner::Partner(partner) => Self::Partner(partner),
            Owner::Unknown => Self::Outside,
        }
    }

    pub(crate) const fn is_foreign(&self) -> bool {
        matches!(self, Self::Partner(_) | Self::Outside)
    }

    pub(crate) const fn element(&self) -> Option<&'a Element> {
        match self {
            Self::Home(element) => *element,
            _ => None,
        }
    }

    /// The roles of the element that stands there.
    pub(crate) fn roles(&self) -> Roles {
        self.element().map_or_else(Roles::default, Element::role_set)
    }

    /// For sentences: `Partner A`, `our element edns1`, `an outsider`.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Management => "our management network".to_owned(),
            Self::Subscriber => "a subscriber of ours".to_owned(),
            Self::Home(Some(element)) => format!("our element {}", element.name),
            Self::Home(None) => "our network".to_owned(),
            Self::Partner(partner) => partner.name.clone(),
            Self::Outside => "an outsider".to_owned(),
        }
    }

    /// The line of the description that says so.
    pub(crate) fn cite(&self, network: &Network) -> String {
        match self {
            _ if network.is_empty() => NO_DESCRIPTION.to_owned(),
            Self::Home(Some(element)) => network.cite_element(element),
            Self::Partner(partner) => network.cite_partner(partner),
            _ => network.cite_home(),
        }
    }
}

/// The roles that traffic gave an address away by, for sentences.
pub(crate) fn roles_text(roles: Roles) -> String {
    let names: Vec<&str> = roles.iter().map(Role::name).collect();
    if names.is_empty() { "node".to_owned() } else { names.join(" and ") }
}

/// Whether traffic showed the address in a role other than DNS, which every subscriber may speak to.
pub(crate) fn speaks_telecom(roles: Roles) -> bool {
    roles.iter().any(|role| !matches!(role, Role::Dns | Role::SubscriberDns | Role::Proxy))
}

/// How far a flow came. A refusal is no answer.
pub(crate) fn flow_outcome(proto: Proto, flow: &Flow) -> Outcome {
    match (proto, flow.handshake) {
        (Proto::Tcp, Handshake::Refused) => Outcome::Refused,
        (Proto::Tcp, Handshake::Syn) => Outcome::Attempt,
        // INIT and ABORT: an association that comes up takes two packets of each side at least.
        (Proto::Sctp, _) if flow.packets_to_client == 1 => Outcome::Refused,
        _ if flow.payload_to_client > 0 => Outcome::AnsweredWithData,
        (Proto::Tcp, Handshake::SynAck | Handshake::Established) => Outcome::Answered,
        _ if flow.packets_to_client > 0 => Outcome::Answered,
        _ => Outcome::Attempt,
    }
}

/// `TCP/22`, `ICMP`: what a flow asked for.
pub(crate) fn port_text(proto: Proto, ip_proto: u8, port: u16) -> String {
    match (proto, port) {
        (Proto::Other, _) => format!("IP protocol {ip_proto}"),
        (_, 0) => proto.name().to_owned(),
        _ => format!("{}/{port}", proto.name()),
    }
}

/// `tunnel 198.51.100.20 > 192.0.2.20 TEID 0x00000001`
pub(crate) fn tunnel_text(path: &TunnelPath) -> String {
    format!("tunnel {} > {} TEID {:#010x}", path.src_ip, path.dest_ip, path.teid)
}

/// `90 s`, `10 min`, `24 h`
pub(crate) fn time_text(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}

#[cfg(test)]
#[path = "core_sweep_tests.rs"]
mod tests;

/// Ports on which core nodes speak to each other: signalling, user plane and the DNS of the roaming exchange excluded.
pub(crate) const fn is_telecom_port(proto: Proto, port: u16) -> bool {
    match proto {
        Proto::Udp => matches!(port, 2123 | 2152 | 3386 | 8805),
        Proto::Tcp => matches!(port, 3386 | 3868 | 5868),
        Proto::Sctp => true,
        _ => false,
    }
}

/// Ports by which nodes are managed.
pub(crate) const fn is_management_port(proto: Proto, port: u16) -> bool {
    match proto {
        Proto::Tcp => matches!(
            port,
            21 | 22 | 23 | 49 | 139 | 445 | 512
                ..=514
                    | 830
                    | 873
                    | 1433
                    | 1521
                    | 2049
                    | 2222
                    | 2375
                    | 3306
                    | 3389
                    | 4786
                    | 5432
                    | 5900
                    | 6379
                    | 6443
                    | 8080
                    | 8443
                    | 10250
                    | 57722
        ),
        Proto::Udp => matches!(port, 69 | 161 | 162 | 623),
        _ => false,
    }
}

/// A description for tests: home 192.0.2.0/24, Partner A 198.51.100.0/25, Partner B 198.51.100.128/25 behind a hub.
#[cfg(test)]
pub(crate) fn test_network() -> Network {
    const TEXT: &str = r#"
[home]
name = "Home"
plmns = ["001-01"]
gt_prefixes = ["99901"]
msisdn_prefixes = ["99901"]
point_codes = [1001]
networks = ["192.0.2.0/24", "10.10.0.0/16"]
subscriber_pools = ["10.20.0.0/16"]
management = ["10.10.9.0/24"]

[[element]]
name = "stp1"
roles = ["stp"]
addresses = ["192.0.2.10", "192.0.2.11"]

[[element]]
name = "ggsn1"
roles = ["ggsn"]
addresses = ["192.0.2.20"]

[[element]]
name = "edns1"
roles = ["dns"]
addresses = ["192.0.2.53"]

[[element]]
name = "resolver"
roles = ["subscriber-dns"]
addresses = ["10.10.0.53"]

[[element]]
name = "pcrf1"
roles = ["pcrf"]
addresses = ["10.10.0.60"]

[[partner]]
name = "Partner A"
gt_prefixes = ["99902"]
point_codes = [2001]
networks = ["198.51.100.0/25"]
sigtran = ["198.51.100.10", "198.51.100.11"]
gsn = ["198.51.100.20"]
dns = ["198.51.100.53"]
services = ["ssh from 198.51.100.9 to 192.0.2.53"]
hubs = ["Hub"]

[[partner]]
name = "Partner B"
gt_prefixes = ["99903"]
point_codes = [3001]
networks = ["198.51.100.128/25"]
agreements = ["map.71"]

[[partner]]
name = "Hub"
gt_prefixes = ["99904"]
point_codes = [4001]
networks = ["203.0.113.0/28"]
sigtran = ["203.0.113.10"]
agreements = ["map.22"]
"#;
    Network::parse(TEXT, "network.toml").unwrap()
}
