//! G-PDUs that carry no IP: a channel in the user plane beside all sessions (FiGHT FGT1572.502).
//!
//! What is inside a G-PDU is the subscriber's IP, unless the session is of type Ethernet or unstructured (TS 23.501
//! §5.6.10), and then somebody made that session.

use std::net::IpAddr;

use event::{Capped, Endpoints, Event, Level, Proto, TableCount, Tunnel, TunnelState};

use super::CARD;
use crate::{Finding, Scene};

const USER_PORT: u16 = 2152;
const MAX_PAIRS: usize = 8_192;

/// Two hosts, the lower address first.
type Pair = (IpAddr, IpAddr);

/// Hosts whose G-PDUs carry no IP.
#[derive(Debug)]
pub(super) struct Foreign {
    /// Who sent the first one, and in which frame.
    once: Capped<Pair, (IpAddr, u64)>,
    /// Pairs between which sessions were made.
    made: Capped<Pair, ()>,
}

impl Default for Foreign {
    fn default() -> Self {
        Self {
            once: Capped::new("gtpdoor-knock.no-ip", MAX_PAIRS),
            made: Capped::new("gtpdoor-knock.sessions", MAX_PAIRS),
        }
    }
}

fn pair(a: IpAddr, b: IpAddr) -> Pair {
    (a.min(b), a.max(b))
}

impl Foreign {
    /// A tunnel that somebody was seen making.
    pub(super) fn made(&mut self, tunnel: &Tunnel) {
        if tunnel.without_control || tunnel.state != TunnelState::Opened {
            return;
        }
        if let Some((serving, gateway)) = tunnel.serving_ip.zip(tunnel.gateway_ip) {
            self.made.insert(pair(serving, gateway), ());
        }
    }

    /// A G-PDU that carries no IP, told once for each direction. One way it is a fault; both ways it is a conversation.
    pub(super) fn seen(
        &mut self,
        scene: &Scene,
        event: &Event,
        ends: &Endpoints,
    ) -> Option<Finding> {
        if ends.proto != Proto::Udp || ![ends.src_port, ends.dest_port].contains(&USER_PORT) {
            return None;
        }
        let key = pair(ends.src_ip, ends.dest_ip);
        if self.made.peek(&key).is_some() {
            return None;
        }
        let (&mut (first, frame), _) = self.once.entry(&key, || (ends.src_ip, event.frame));
        if first == ends.src_ip {
            return None;
        }
        let network = &scene.network;
        let other = ends.src_ip;
        let is_home = |ip| network.owner_of_ip(ip).is_home();
        let crosses = !network.is_empty() && is_home(first) != is_home(other);
        // The sender outside is the attacker; what is ours is the victim, whoever spoke first.
        let (outsider, host) =
            if crosses && is_home(first) { (other, first) } else { (first, other) };
        Some(Finding {
            level: if crosses { Level::High } else { Level::Medium },
            confidence: if crosses { 0.7 } else { 0.5 },
            key: format!("{}>{}", key.0, key.1),
            signature: format!(
                "{} and {} exchange G-PDUs that carry no IP",
                scene.who(outsider),
                scene.who(host)
            ),
            why: format!(
                "What their G-PDUs on UDP port {USER_PORT} carry begins like neither IPv4 nor IPv6, in both directions, and \
                 no session between them was seen being made: the user plane carries a conversation of its own"
            ),
            honest_cause: "A session of type Ethernet or unstructured that was made before the capture, or whose control plane \
                           the tap does not see; header compression."
                .to_owned(),
            next_step: format!(
                "Look at the octets behind the GTP headers for a pattern or a key, ask whether {host} has a session with \
                 {outsider}, and which process on it holds UDP port {USER_PORT} or a raw socket."
            ),
            decided_by: crosses.then(|| network.cite_owner(network.owner_of_ip(host))),
            entities: vec![format!("ip:{outsider}"), format!("ip:{host}")],
            frames: vec![frame, event.frame],
            ..CARD.finding("data.no-ip", event)
        })
    }

    pub(super) fn tables(&self) -> [TableCount; 2] {
        [self.once.count(), self.made.count()]
    }
}
