//! What nodes give away besides their roles: ports that answer, words about their make, names that go together.
//!
//! Source: RFC 6733 §5.3 (capabilities exchange), §5.5 (watchdog): both are between direct peers, so that the origin host
//! is the sender's own name; RFC 9260 §3.3.2 (addresses of an association); TS 29.244 §7.4.4 (PFCP node identities);
//! TS 23.007 §18 (restart counters).

use std::net::IpAddr;

use event::{
    Capped, Dns, ElementHint, Event, Flow, FlowState, Gtp, Handshake, Name, Pfcp, PointCode, Proto,
    SctpState, SshState, TableCount, Timestamp, What,
};

use crate::{Network, Owner};

const MAX_SERVICES: usize = 65_536;
const MAX_NODES: usize = 16_384;
const MAX_LINKS: usize = 32_768;
/// Hints of one node, and characters of one hint.
const MAX_HINTS: usize = 8;
const MAX_HINT: usize = 64;
/// User-plane addresses of one node.
const MAX_USER_PLANE: usize = 8;
/// Names that are kept apart before nothing can be said: a relay has many.
const FEW: usize = 4;

/// Somebody a conversation was with: ours, a partner, neither.
pub(super) const ASKERS: [&str; 3] = ["home", "partner", "outside"];

/// A port that answered.
#[derive(Clone, Debug)]
pub(super) struct Exposure {
    pub(super) app_proto: Option<Name>,
    /// Bits in the order of [`ASKERS`].
    pub(super) asked_by: u8,
    pub(super) conversations: u64,
    pub(super) first: Timestamp,
    pub(super) last: Timestamp,
}

/// Two names of one node, and the frame that says so.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) why: &'static str,
    pub(super) frame: u64,
}

/// Another name of the node at an address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Alias {
    Ip(IpAddr),
    Host(String),
    /// Node identity of PFCP, other than its address.
    Node(String),
}

/// At most [`FEW`] values; with one more, none can be told from the others.
#[derive(Clone, Debug)]
pub(super) struct Few<T> {
    pub(super) values: Vec<T>,
    pub(super) more: bool,
    frame: u64,
}

impl<T> Few<T> {
    const fn new(frame: u64) -> Self {
        Self { values: Vec::new(), more: false, frame }
    }

    pub(super) const fn frame(&self) -> u64 {
        self.frame
    }
}

impl<T: PartialEq> Few<T> {
    fn note(&mut self, value: T) {
        if self.values.contains(&value) {
            return;
        }
        if self.values.len() < FEW {
            self.values.push(value);
        } else {
            self.more = true;
        }
    }
}

/// What [`super::Inventory`] knows besides roles; bounded.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) services: Capped<(IpAddr, Proto, u16), Exposure>,
    pub(super) hints: Capped<IpAddr, Vec<ElementHint>>,
    pub(super) user_plane: Capped<IpAddr, Vec<IpAddr>>,
    pub(super) links: Capped<(IpAddr, Alias), Link>,
    /// The last recovery counter of an address, and how often it changed.
    pub(super) restarts: Capped<IpAddr, (u32, u64)>,
    /// Addresses that each point code sent from, and the other way round.
    pub(super) senders: Capped<PointCode, Few<IpAddr>>,
    pub(super) codes: Capped<IpAddr, Few<PointCode>>,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            services: Capped::new("inventory.services", MAX_SERVICES),
            hints: Capped::new("inventory.hints", MAX_NODES),
            user_plane: Capped::new("inventory.user_plane", MAX_NODES),
            links: Capped::new("inventory.links", MAX_LINKS),
            restarts: Capped::new("inventory.restarts", MAX_NODES),
            senders: Capped::new("inventory.senders", MAX_NODES),
            codes: Capped::new("inventory.codes", MAX_NODES),
        }
    }
}

impl Facts {
    pub(super) fn tables(&self) -> [TableCount; 7] {
        [
            self.services.count(),
            self.hints.count(),
            self.user_plane.count(),
            self.links.count(),
            self.restarts.count(),
            self.senders.count(),
            self.codes.count(),
        ]
    }

    /// Learns from an event outside tunnels. Most events have nothing to say here and cost a comparison.
    pub(super) fn observe(&mut self, event: &Event, network: &Network) {
        let Some(ends) = event.ends.as_ref().filter(|_| event.path.is_none()) else { return };
        match &event.what {
            // Where the beginning was not seen, the side with the well-known port is taken for the server.
            What::Flow(flow)
                if flow.state == FlowState::Closed
                    && answered(flow, ends.proto)
                    && (!flow.midstream || ends.dest_port < 1_024) =>
            {
                let server = (ends.dest_ip, ends.proto, ends.dest_port);
                self.serves(event, server, flow.app_proto.clone(), network);
            }
            What::Sctp(sctp) if sctp.state == SctpState::Established => {
                if !sctp.midstream {
                    let server = (ends.dest_ip, Proto::Sctp, ends.dest_port);
                    self.serves(event, server, sctp.payload.clone(), network);
                }
                for (own, all) in
                    [(ends.src_ip, &sctp.src_addresses), (ends.dest_ip, &sctp.dest_addresses)]
                {
                    for other in all.iter().take(FEW).filter(|other| **other != own) {
                        self.link(
                            event,
                            own,
                            Alias::Ip(*other),
                            "addresses of one SCTP association",
                        );
                    }
                }
            }
            What::Diameter(diameter) if matches!(diameter.command_code, 257 | 280) => {
                if let Some(host) = diameter.origin_host.as_deref().filter(|h| h.len() <= 255) {
                    let why = "its own name in capabilities exchange or watchdog";
                    self.link(event, ends.src_ip, Alias::Host(host.to_ascii_lowercase()), why);
                }
                self.hint(
                    event,
                    ends.src_ip,
                    "diameter.product-name",
                    diameter.product_name.as_deref(),
                );
            }
            What::Gtp(gtp) => self.gtp(event, ends.src_ip, gtp),
            What::Pfcp(pfcp) => self.pfcp(event, ends.src_ip, pfcp),
            What::Ssh(ssh) if ssh.state == SshState::Opened => {
                self.hint(event, ends.dest_ip, "ssh.server", ssh.server.as_deref());
                self.hint(event, ends.src_ip, "ssh.client", ssh.client.as_deref());
            }
            What::Dns(dns) if dns.response && dns.qclass == Some(3) => {
                self.version(event, ends.src_ip, dns);
            }
            _ => {}
        }
    }

    /// A point code that sends from an address.
    pub(super) fn sends(&mut self, ip: IpAddr, code: PointCode, frame: u64) {
        self.senders.entry(&code, || Few::new(frame)).0.note(ip);
        self.codes.entry(&ip, || Few::new(frame)).0.note(code);
    }

    fn gtp(&mut self, event: &Event, src: IpAddr, gtp: &Gtp) {
        if let Some(recovery) = gtp.recovery {
            self.recovered(src, u32::from(recovery));
        }
        if let Some(number) = gtp.private_extension {
            let text = format!("enterprise {number}");
            self.hint(event, src, "gtp.private-extension", Some(&text));
        }
        for ip in gtp.fteids.iter().filter(|fteid| fteid.plane == "data").filter_map(|f| f.ip) {
            // Bearer contexts repeat the other side's endpoints in requests to modify: only what opens a session counts.
            if !matches!((gtp.version, gtp.message_type), (0 | 1, 16 | 17) | (2, 32 | 33)) {
                break;
            }
            let (known, _) = self.user_plane.entry(&src, Vec::new);
            if known.len() < MAX_USER_PLANE && !known.contains(&ip) {
                known.push(ip);
            }
        }
    }

    fn pfcp(&mut self, event: &Event, src: IpAddr, pfcp: &Pfcp) {
        if let Some(at) = pfcp.recovery_time_stamp {
            self.recovered(src, at);
        }
        // Association Setup Request and Response.
        if !matches!(pfcp.message_type, 5 | 6) {
            return;
        }
        let Some(node) = pfcp.node_id.as_deref().filter(|node| node.len() <= 255) else { return };
        let alias = match node.parse() {
            Ok(ip) if ip == src => return,
            Ok(ip) => Alias::Ip(ip),
            Err(_) => Alias::Node(node.to_ascii_lowercase()),
        };
        self.link(event, src, alias, "its node identity in a PFCP association");
    }

    fn version(&mut self, event: &Event, src: IpAddr, dns: &Dns) {
        let version = dns.records.iter().find(|record| {
            let name = record.name.trim_end_matches('.');
            record.rtype == 16
                && (name.eq_ignore_ascii_case("version.bind")
                    || name.eq_ignore_ascii_case("version.server"))
        });
        self.hint(event, src, "dns.version", version.map(|record| record.data.as_str()));
    }

    fn recovered(&mut self, ip: IpAddr, counter: u32) {
        let ((last, changes), _) = self.restarts.entry(&ip, || (counter, 0));
        if *last != counter {
            *last = counter;
            *changes += 1;
        }
    }

    fn hint(&mut self, event: &Event, ip: IpAddr, kind: &'static str, value: Option<&str>) {
        let Some(value) = value.filter(|value| !value.is_empty()) else { return };
        let (known, _) = self.hints.entry(&ip, Vec::new);
        let same = |hint: &ElementHint| {
            hint.kind == kind && value.chars().take(MAX_HINT).eq(hint.value.chars())
        };
        if known.len() < MAX_HINTS && !known.iter().any(same) {
            known.push(ElementHint {
                kind: kind.into(),
                value: value.chars().take(MAX_HINT).collect(),
                frame: event.frame,
            });
        }
    }

    fn link(&mut self, event: &Event, ip: IpAddr, alias: Alias, why: &'static str) {
        self.links.entry(&(ip, alias), || Link { why, frame: event.frame });
    }

    fn serves(
        &mut self,
        event: &Event,
        server: (IpAddr, Proto, u16),
        app_proto: Option<Name>,
        network: &Network,
    ) {
        let Some(ends) = event.ends.as_ref() else { return };
        let asker = match network.owner_of_ip(ends.src_ip) {
            Owner::Home(_) => 0,
            Owner::Partner(_) => 1,
            Owner::Unknown => 2,
        };
        let (known, _) = self.services.entry(&server, || Exposure {
            app_proto: None,
            asked_by: 0,
            conversations: 0,
            first: event.at,
            last: event.at,
        });
        known.asked_by |= 1 << asker;
        known.conversations += 1;
        known.first = known.first.min(event.at);
        known.last = known.last.max(event.at);
        if known.app_proto.is_none() {
            known.app_proto = app_proto;
        }
    }
}

/// Whether the server's side said something that a closed port does not.
const fn answered(flow: &Flow, proto: Proto) -> bool {
    match proto {
        Proto::Tcp => {
            matches!(flow.handshake, Handshake::SynAck | Handshake::Established)
                || (flow.midstream && flow.payload_to_client > 0)
        }
        Proto::Udp => flow.packets_to_client > 0,
        _ => false,
    }
}
