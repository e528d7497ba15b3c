//! A host of ours as a stepping stone: a session in from one provider while it opens one to another.
//!
//! LightBasin went from telco to telco this way. A host between operators has no reason to be typed on from one side and to
//! type on the other.

use std::net::IpAddr;
use std::time::Duration;

use event::{
    Capped, Endpoints, Event, Flow, FlowState, Handshake, Level, Outcome, Proto, Ssh, SshOutcome,
    SshState, TableCount, Timestamp, What,
};
use network::Network;

use super::sides::{NO_DESCRIPTION, Side, is_telecom_port, roles_text, speaks_telecom};
use crate::Tuning;
use crate::card::{Card, Check, Detector, Finding, Gap, Kinds, Stage};
use crate::scene::Scene;

pub(crate) const CARD: Card = Card {
    id: "provider-hop",
    level: Level::Critical,
    summary: "A host is a stepping stone between providers",
    needs: "Interactive sessions outside tunnels: SSH and Telnet that got in, and TCP flows of many small turns, with their times.",
    quiet_for: "Bastions and other hosts in the management networks; sessions from or to our own networks; sessions that do not overlap; \
                refused log-ins.",
    description: "[home] and [[partner]] networks say which host is ours and who the providers are. Without a description the host must \
                  be one that speaks a telecom protocol, and both far ends must lie in other networks.",
    thresholds: "The session out begins while the one in lives.",
    stage: Stage::Pivot,
    settings: Limits::SETTINGS,
    judges: Kinds::FLOW,
    basis: "CrowdStrike on LightBasin (2021), on LIMINAL PANDA (2024); CISA AA25-239A",
    checks: &[
        Check {
            name: "hop.described",
            level: Level::Critical,
            looks_for: "a host of ours with a session from one provider and, meanwhile, one to another",
        },
        Check {
            name: "hop.seen",
            level: Level::High,
            looks_for: "a telecom element of the capture with a session from one network and, meanwhile, one to another",
        },
    ],
    attack: &["T1090.002", "T1021.004", "T1199"],
    fight: &["FGT1090.003", "FGT1021", "FGT1199.501"],
    motif: &["MOT1199.301"],
};

const MAX_HOSTS: usize = 4_096;
const MAX_SESSIONS: usize = 32;
limits! {
    Limits {
        turns: 12, at most 100_000, "turns",
            "small enough to be typed: behind a key exchange of about eight, four commands and their answers";
        ssh_turns: 32, at most 100_000, "turns",
            "a refused SSH log-in with six tries has up to about thirty";
    }
}

/// More than this is no conversation that somebody types.
const MAX_TYPED_OCTETS: u64 = 4 << 20;
/// What a clock and the last packets of a session may be off.
const SLACK: Duration = Duration::from_secs(2);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

#[derive(Clone, Copy, Debug)]
struct Session {
    way: Way,
    other: IpAddr,
    port: u16,
    other_port: u16,
    start: Timestamp,
    last: Timestamp,
    frame: u64,
    interactive: bool,
    /// SSH said that nobody got in.
    refused: bool,
    told: bool,
}

#[derive(Debug)]
pub(crate) struct ProviderHop {
    hosts: Capped<IpAddr, Vec<Session>>,
    saw_sessions: bool,
    limits: Limits,
}

impl Default for ProviderHop {
    fn default() -> Self {
        Self {
            hosts: Capped::new("provider-hop.hosts", MAX_HOSTS),
            saw_sessions: false,
            limits: Limits::default(),
        }
    }
}

/// What one event says about a session.
struct Sight {
    start: Timestamp,
    last: Timestamp,
    interactive: bool,
    refused: bool,
}

impl Detector for ProviderHop {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::FLOW.and(Kinds::SSH)
    }

    fn tune(&mut self, tuning: &Tuning) {
        self.limits = Limits::tuned(tuning, &CARD);
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        let sight = match &event.what {
            What::Flow(flow) if event.path.is_none() => of_flow(event, flow, &self.limits),
            What::Ssh(ssh) if event.path.is_none() => Some(of_ssh(event, ssh)),
            _ => return,
        };
        let (Some(sight), Some(ends)) = (sight, &event.ends) else { return };
        self.saw_sessions |= sight.interactive;
        // The same session is one into its server and one out of its client.
        for (host, other, way) in
            [(ends.dest_ip, ends.src_ip, Way::In), (ends.src_ip, ends.dest_ip, Way::Out)]
        {
            if may_be_stone(scene, host) {
                self.session(scene, event, ends, (host, other, way), &sight, findings);
            }
        }
    }

    fn gaps(&self, scene: &Scene) -> Vec<Gap> {
        if !self.saw_sessions || scene.network.has_home_networks() {
            return Vec::new();
        }
        vec![Gap {
            detection: CARD.id,
            check: "hop.described",
            missing: format!("{NO_DESCRIPTION} of the home networks"),
        }]
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.hosts.count()]
    }
}

fn of_flow(event: &Event, flow: &Flow, limits: &Limits) -> Option<Sight> {
    let ends = event.ends.as_ref().filter(|ends| ends.proto == Proto::Tcp)?;
    if flow.state == FlowState::New || matches!(flow.handshake, Handshake::Syn | Handshake::Refused)
    {
        return None;
    }
    let ssh = flow.app_proto.as_deref() == Some("ssh");
    match flow.app_proto.as_deref() {
        Some("ssh" | "telnet" | "rlogin" | "rdp" | "vnc" | "socks") => {}
        // Unrecognised: a shell of another kind, unless its port belongs to something else that talks in small pieces.
        None if is_telecom_port(ends.proto, ends.dest_port) => return None,
        None if matches!(ends.dest_port, 25 | 53 | 80 | 110 | 143 | 179 | 389 | 443 | 2775) => {
            return None;
        }
        None => {}
        Some(_) => return None,
    }
    let octets = flow.payload_to_server.saturating_add(flow.payload_to_client);
    let enough = if ssh { limits.ssh_turns.everybody() } else { limits.turns.everybody() };
    let last = flow.turns.iter().map(|turn| turn.at).max();
    Some(Sight {
        start: flow.start.unwrap_or(event.at),
        // A flow that ended by silence was over before it was closed.
        last: match flow.reason.as_deref() {
            Some("idle" | "evicted" | "end of capture") => last.unwrap_or(event.at),
            _ => event.at,
        },
        interactive: flow.small_turn_count >= enough && octets <= MAX_TYPED_OCTETS,
        refused: false,
    })
}

fn of_ssh(event: &Event, ssh: &Ssh) -> Sight {
    let closed = ssh.state == SshState::Closed;
    Sight {
        start: ssh.start.unwrap_or_else(|| event.at.minus(Duration::from_micros(ssh.duration_us))),
        last: event.at,
        interactive: ssh.outcome == Some(SshOutcome::Accepted),
        refused: closed
            && matches!(ssh.outcome, Some(SshOutcome::Refused | SshOutcome::NoAuthentication)),
    }
}

/// Whether a host is one of those that should not be a stepping stone.
fn may_be_stone(scene: &Scene, host: IpAddr) -> bool {
    if scene.network.has_home_networks() {
        matches!(Side::of(&scene.network, host), Side::Home(_))
    } else {
        !scene.inventory.roles_of(host).is_empty()
    }
}

impl ProviderHop {
    fn session(
        &mut self,
        scene: &Scene,
        event: &Event,
        ends: &Endpoints,
        (host, other, way): (IpAddr, IpAddr, Way),
        sight: &Sight,
        findings: &mut Vec<Finding>,
    ) {
        let ports = match way {
            Way::In => (ends.dest_port, ends.src_port),
            Way::Out => (ends.src_port, ends.dest_port),
        };
        if !sight.interactive && !self.hosts.contains(&host) {
            return;
        }
        let (sessions, _) = self.hosts.entry(&host, Vec::new);
        let at = match sessions
            .iter()
            .position(|s| s.way == way && s.other == other && (s.port, s.other_port) == ports)
        {
            Some(at) => at,
            None if !sight.interactive => return,
            None => {
                if sessions.len() >= MAX_SESSIONS {
                    sessions.remove(0);
                }
                sessions.push(Session {
                    way,
                    other,
                    port: ports.0,
                    other_port: ports.1,
                    start: sight.start,
                    last: sight.last,
                    frame: event.frame,
                    interactive: false,
                    refused: false,
                    told: false,
                });
                sessions.len() - 1
            }
        };
        let Some(session) = sessions.get_mut(at) else { return };
        session.start = session.start.min(sight.start);
        session.last = session.last.max(sight.last);
        session.interactive |= sight.interactive;
        session.refused |= sight.refused;
        let this = *session;
        if !this.lives() || this.told {
            return;
        }
        let pair = sessions.iter().position(|that| {
            let (inward, outward) = if way == Way::In { (&this, that) } else { (that, &this) };
            that.way != way
                && that.lives()
                && outward.start >= inward.start
                && outward.start <= inward.last.plus(SLACK)
                && other_provider(&scene.network, host, inward.other, outward.other)
        });
        let Some(that) = pair.and_then(|pair| sessions.get(pair).copied()) else { return };
        let (inward, outward) = if way == Way::In { (this, that) } else { (that, this) };
        for session in sessions.iter_mut() {
            // One session out is told once, whatever else comes in.
            session.told |= session.way == Way::Out
                && (session.other, session.other_port, session.port)
                    == (outward.other, outward.other_port, outward.port);
        }
        if outward.told {
            return;
        }
        findings.push(finding(scene, event, host, &inward, &outward));
    }
}

impl Session {
    const fn lives(&self) -> bool {
        self.interactive && !self.refused
    }
}

/// Two far ends that are neither ours nor each other's.
fn other_provider(network: &Network, host: IpAddr, a: IpAddr, b: IpAddr) -> bool {
    if a == b {
        return false;
    }
    if !network.has_home_networks() {
        return !near(a, b, 16) && !near(a, host, 24) && !near(b, host, 24);
    }
    match (Side::of(network, a), Side::of(network, b)) {
        (Side::Partner(one), Side::Partner(two)) => one.name != two.name,
        (Side::Partner(_), Side::Outside) | (Side::Outside, Side::Partner(_)) => true,
        (Side::Outside, Side::Outside) => !near(a, b, 16),
        _ => false,
    }
}

/// Whether two addresses share their first bits; for IPv6, an operator's allocation of 32.
fn near(a: IpAddr, b: IpAddr, bits: u32) -> bool {
    match (a, b) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros() >= bits,
        (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros() >= bits * 2,
        _ => false,
    }
}

fn finding(
    scene: &Scene,
    event: &Event,
    host: IpAddr,
    inward: &Session,
    outward: &Session,
) -> Finding {
    let network = &scene.network;
    let side = Side::of(network, host);
    let described = network.has_home_networks();
    let (a, b) = (Side::of(network, inward.other), Side::of(network, outward.other));
    let strangers = matches!((a, b), (Side::Outside, Side::Outside));
    let roles = scene.inventory.roles_of(host);
    let (check, name) = if described {
        ("hop.described", side.name())
    } else if speaks_telecom(roles) {
        ("hop.seen", format!("{} of this capture", roles_text(roles)))
    } else {
        ("hop.seen", "a DNS server of this capture".to_owned())
    };
    let level = match (described, strangers) {
        (true, false) => Level::Critical,
        _ => Level::High,
    };
    let of = |side: Side<'_>, ip: IpAddr| {
        if described { format!("{ip} ({})", side.name()) } else { ip.to_string() }
    };
    let mut frames = vec![inward.frame, outward.frame, event.frame];
    frames.sort_unstable();
    frames.dedup();
    let overlap = inward.last.min(outward.last).since(outward.start).as_secs();
    let beside =
        if overlap == 0 { String::new() } else { format!(" and ran beside it for {overlap} s") };
    Finding {
        level,
        key: format!("{}>{host}>{}", inward.other, outward.other),
        confidence: if described { 0.9 } else { 0.65 },
        outcome: Outcome::Answered,
        signature: format!(
            "{host} ({name}) is a stepping stone: a session in from {} while it opens one to {}",
            of(a, inward.other),
            of(b, outward.other)
        ),
        why: format!(
            "the session from {} to port {} began {}, that to {} port {} began {} s later{beside}; both are interactive",
            inward.other,
            inward.port,
            inward.start,
            outward.other,
            outward.other_port,
            outward.start.since(inward.start).as_secs()
        ),
        honest_cause: "A bastion, proxy or support host that the description does not list under management, or a vendor who maintains both \
                       sides with everybody's knowledge."
            .to_owned(),
        next_step: format!(
            "Secure {host}: list its sessions and who is logged in, see which account came from {}, and warn the operator behind {}.",
            inward.other, outward.other
        ),
        decided_by: Some(side.cite(network)),
        entities: vec![format!("ip:{}", inward.other), format!("ip:{host}"), format!("ip:{}", outward.other)],
        first_seen: inward.start,
        frames,
        ..CARD.finding(check, event)
    }
}

#[cfg(test)]
#[path = "provider_hop_tests.rs"]
mod tests;
