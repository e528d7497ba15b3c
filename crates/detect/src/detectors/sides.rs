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
