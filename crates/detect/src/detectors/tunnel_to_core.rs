//! A subscriber's tunnel that reaches the infrastructure it should never see.
//!
//! What a subscriber sends is routed to the packet data network. When it can be routed to a GSN, an STP or a bastion, the
//! tunnel is a way in: the emulator of a serving node needs nothing more.

use std::net::IpAddr;

use event::{Capped, Event, Flow, FlowState, Level, Outcome, Proto, Subscriber, TableCount, What};
use network::{Role, Roles};

use super::sides::{
    NO_DESCRIPTION, Side, flow_outcome, is_management_port, is_telecom_port, port_text, roles_text,
    speaks_telecom, tunnel_text,
};
use crate::card::{Card, Check, Detector, Finding, Gap, Kinds, Stage};
use crate::scene::Scene;

pub(crate) const CARD: Card = Card {
    id: "tunnel-to-core",
    level: Level::Critical,
    summary: "A subscriber's tunnel reaches the infrastructure",
    needs: "A flow inside a GTP tunnel whose destination is an address of the home core, of a partner's network, or \
            one that was seen outside tunnels in the role of a GSN, STP, MME, HSS or Diameter agent.",
    quiet_for: "Destinations on the internet and in the subscriber pools; DNS to elements with the role subscriber-dns, the \
                usual ports of proxies, and portals of a PCRF; servers that were only seen answering DNS.",
    description: "With [home] networks and [[element]] entries every core address counts, answered or not. Without a \
                  description only addresses that the capture shows as core nodes count: high on telecom and management \
                  ports, medium on others, low where it may be a call.",
    thresholds: "One flow is enough: no subscriber has a reason to address the core. Answered flows, signalling elements and \
                 telecom or management ports make it critical, because then the path is proven or the aim is plain.",
    stage: Stage::Pivot,
    settings: &[],
    judges: Kinds::TUNNEL,
    basis: "GSMA FS.20 as public sources describe it; reports on LIMINAL PANDA's use of emulated SGSN tunnels",
    checks: &[
        Check {
            name: "core.described",
            level: Level::High,
            looks_for: "an inner destination that the network description gives to the home core or to a partner",
        },
        Check {
            name: "core.seen",
            level: Level::High,
            looks_for: "an inner destination that was seen as a core node outside tunnels",
        },
    ],
    attack: &["T1572", "T1046"],
    fight: &["FGT1572.501", "FGT5016"],
    motif: &["MOT3002"],
};

/// Pairs of subscriber and destination that were answered: a second answer says nothing new.
const MAX_PAIRS: usize = 16_384;

/// Roles whose nodes carry signalling or user planes.
const SIGNALLING: &[Role] = &[
    Role::Stp,
    Role::Hlr,
    Role::Hss,
    Role::Msc,
    Role::Vlr,
    Role::Smsc,
    Role::SmsRouter,
    Role::Sgsn,
    Role::Ggsn,
    Role::Sgw,
    Role::Pgw,
    Role::Mme,
    Role::Dra,
    Role::Pcrf,
    Role::Ocs,
    Role::Eir,
    Role::Gmlc,
    Role::Scp,
    Role::Firewall,
    Role::Amf,
    Role::Smf,
    Role::Upf,
    Role::Sepp,
];

type Pair = (Option<Subscriber>, IpAddr, IpAddr);

#[derive(Debug)]
pub(crate) struct TunnelToCore {
    answered: Capped<Pair, Outcome>,
    inner_flows: bool,
}

impl Default for TunnelToCore {
    fn default() -> Self {
        Self { answered: Capped::new("tunnel-to-core.answered", MAX_PAIRS), inner_flows: false }
    }
}

enum Target<'a> {
    Described(Side<'a>),
    Seen(Roles),
}

impl Detector for TunnelToCore {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::FLOW
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        let What::Flow(flow) = &event.what else { return };
        let (Some(path), Some(ends)) = (&event.path, &event.ends) else { return };
        self.inner_flows = true;
        let mut who = ends.src_ip;
        let mut core = ends.dest_ip;
        let mut port = ends.dest_port;
        let mut found = target(scene, core, ends.proto, port);
        if found.is_none() && flow.midstream {
            // Nobody saw who began: the core may stand on either side.
            (who, core, port) = (core, who, ends.src_port);
            found = target(scene, core, ends.proto, port);
        }
        let Some(target) = found else { return };

        let outcome = flow_outcome(ends.proto, flow);
        let pair = (path.imsi, who, core);
        let worse = outcome > self.answered.peek(&pair).copied().unwrap_or(Outcome::Attempt);
        if flow.state != FlowState::New && !worse {
            return;
        }
        if worse {
            self.answered.insert(pair, outcome);
        }
        findings.push(finding(scene, event, flow, &target, (who, core, port), outcome));
    }

    fn gaps(&self, scene: &Scene) -> Vec<Gap> {
        if !self.inner_flows || scene.network.has_home_networks() {
            return Vec::new();
        }
        vec![Gap {
            detection: CARD.id,
            check: "core.described",
            missing: format!("{NO_DESCRIPTION} of the home networks"),
        }]
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.answered.count()]
    }
}

fn target(scene: &Scene, ip: IpAddr, proto: Proto, port: u16) -> Option<Target<'_>> {
    match Side::of(&scene.network, ip) {
        Side::Home(Some(element)) if may_reach(element.role_set(), proto, port) => None,
        side @ (Side::Management | Side::Home(_) | Side::Partner(_)) => {
            Some(Target::Described(side))
        }
        Side::Subscriber => None,
        Side::Outside => {
            let roles = scene.inventory.roles_of(ip);
            speaks_telecom(roles).then_some(Target::Seen(roles))
        }
    }
}

/// What a subscriber may ask of an element that stands there for subscribers.
fn may_reach(roles: Roles, proto: Proto, port: u16) -> bool {
    let ping = matches!(proto, Proto::Icmp | Proto::Icmpv6);
    let web = matches!((proto, port), (Proto::Tcp, 80 | 443 | 8080 | 8443) | (Proto::Udp, 443));
    roles.has(Role::SubscriberDns)
        && (ping
            || matches!((proto, port), (Proto::Tcp | Proto::Udp, 53) | (Proto::Tcp, 443 | 853)))
        || roles.has(Role::Proxy)
            && (ping
                || web
                || matches!(
                    (proto, port),
                    (Proto::Tcp, 3128 | 9201) | (Proto::Udp | Proto::Tcp, 5060 | 5061)
                ))
        || roles.has(Role::Pcrf) && web
}

fn finding(
    scene: &Scene,
    event: &Event,
    flow: &Flow,
    target: &Target<'_>,
    (who, core, port): (IpAddr, IpAddr, u16),
    outcome: Outcome,
) -> Finding {
    let proto = event.ends.map_or(Proto::Other, |ends| ends.proto);
    let asked = port_text(proto, flow.ip_proto, port);
    let plain_aim = is_telecom_port(proto, port) || is_management_port(proto, port);
    let answered = outcome >= Outcome::Answered;
    let ping = matches!(proto, Proto::Icmp | Proto::Icmpv6);
    let (check, level, confidence, what, decided_by) = match target {
        Target::Described(side) => {
            let signalling = side.roles().any(SIGNALLING);
            let bad = answered || plain_aim || signalling || matches!(side, Side::Management);
            let level = if bad { Level::Critical } else { Level::High };
            let confidence = if answered { 0.95 } else { 0.85 };
            ("core.described", level, confidence, side.name(), side.cite(&scene.network))
        }
        Target::Seen(roles) => {
            // A small core has its call servers and web portals on the same host: only the aim tells them apart.
            let call = matches!(port, 5060 | 5061) || (proto == Proto::Udp && !plain_aim);
            let level = match () {
                () if call => Level::Low,
                // It may be the handset's word that a port of its own is closed (RFC 792); an answered one is a ping.
                () if ping && !answered => Level::Low,
                () if ping || !plain_aim => Level::Medium,
                () if answered => Level::Critical,
                () => Level::High,
            };
            let what = format!("{} of this capture", roles_text(*roles));
            ("core.seen", level, 0.7, what, NO_DESCRIPTION.to_owned())
        }
    };
    let path = event.path.as_deref();
    let subscriber = path
        .and_then(|path| path.imsi)
        .map_or_else(|| who.to_string(), |imsi| format!("subscriber {imsi} ({who})"));
    let tunnel = path.map(tunnel_text).unwrap_or_default();
    let did = match outcome {
        Outcome::Attempt => "sent to",
        Outcome::Refused => "was refused by",
        Outcome::Answered | Outcome::AnsweredWithData => "reached",
    };
    let mut entities = vec![format!("ip:{who}"), format!("ip:{core}")];
    if let Some(path) = path {
        entities.extend(path.imsi.map(|imsi| format!("imsi:{imsi}")));
        entities.push(format!("ip:{}", path.src_ip));
        entities.push(format!("teid:{:#010x}", path.teid));
    }
    Finding {
        level,
        counts: flow.state == FlowState::New,
        key: format!("{}|{who}>{core}", path.and_then(|path| path.imsi).map(|imsi| imsi.to_string()).unwrap_or_default()),
        confidence,
        outcome,
        signature: format!("{subscriber} {did} {core} ({what}) on {asked} through a GTP tunnel"),
        why: format!(
            "{tunnel} carries {asked} from {who} to {core}, which is {what}; {} packets to it and {} back so far",
            flow.packets_to_server, flow.packets_to_client
        ),
        honest_cause: "A service for subscribers on that address that the description does not name (DNS, proxy, portal), a \
                       test handset of the operator, or overlapping private address ranges."
            .to_owned(),
        next_step: format!(
            "Find out who holds the tunnel (its create request and serving node), block {core} for user planes at the gateway, and \
             look at {core}'s own logs for {asked} from {who}."
        ),
        decided_by: Some(decided_by),
        entities,
        ..CARD.finding(check, event)
    }
}

#[cfg(test)]
#[path = "tunnel_to_core_tests.rs"]
mod tests;
