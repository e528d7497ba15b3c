//! A BPFDoor-class magic packet, and what it woke.
//!
//! The published magics are two octets (four in one build), which random data meets once in 65,536 times. So the packet
//! alone is a doubt; with a connection back to its sender, to the implant's own ports, or past a service that no longer
//! speaks its protocol, it is a certainty.

use std::net::IpAddr;
use std::time::Duration;

use event::{
    Anomaly, Capped, Endpoints, Event, Flow, FlowState, Handshake, Level, Outcome, Proto,
    TableCount, Timestamp, What,
};
use smallvec::SmallVec;

use super::address_in_data;
use crate::{Card, Check, Detector, Finding, Kinds, Scene, Stage, Tuning};

limits! {
    Limits {
        window_seconds: 60, at most 300, "seconds",
            "from packet to connection: the implant acts at once";
        busy_conversations: 20, at most 1_000_000, "conversations",
            "random data begin with anything on a port that is as busy as this";
    }
}

/// Flows end in the records after five idle minutes; a little later it is known whether the packet opened an honest
/// conversation.
const VERDICT: Duration = Duration::from_secs(330);
/// Ports that the implant's redirect leads to (published for builds since 2018).
const SHELL_PORTS: std::ops::RangeInclusive<u16> = 42_391..=43_390;
/// Packets of a conversation in both directions that make it honest.
const CONVERSATION: u64 = 4;
const MAX_HOSTS: usize = 4_096;
const MAX_KNOCKS: usize = 8;
const MAX_PORTS: usize = 65_536;
const MAX_FLOWS: usize = 4_096;

pub(crate) const CARD: Card = Card {
    id: "bpfdoor-knock",
    level: Level::Critical,
    summary: "A magic packet of the BPFDoor class",
    needs: "A published magic at the beginning of ICMP, UDP or TCP data; for critical, within 60 s, a TCP connection of \
            the recipient back to the sender or to an address in the data, of the sender to ports 42391 to 43390, or of \
            the sender to a service of the recipient that then does not speak its protocol.",
    quiet_for: "Random data that begins with the magic on busy ports or in conversations that go on; anything alone \
                inside a tunnel.",
    description: "Names the ends. Nothing is needed.",
    thresholds: "Ports 42391 to 43390 are those of the published redirect.",
    stage: Stage::Control,
    settings: Limits::SETTINGS,
    judges: Kinds::ICMP.and(Kinds::FLOW),
    basis: "Elastic and Rapid7 on BPFDoor (filters and ports, 2022 to 2026); MITRE ATT&CK S1161",
    checks: &[
        Check {
            name: "magic.alone",
            level: Level::Medium,
            looks_for: "a magic packet on a quiet port, and no conversation after it",
        },
        Check {
            name: "magic.callback",
            level: Level::Critical,
            looks_for: "the recipient calls the sender, or an address in the data",
        },
        Check {
            name: "magic.shell-port",
            level: Level::Critical,
            looks_for: "the sender connects to the ports that the implant redirects to",
        },
        Check {
            name: "magic.redirected",
            level: Level::Critical,
            looks_for: "the sender connects to a service that then does not speak its protocol",
        },
    ],
    attack: &["T1205.002", "T1095", "T1059.004"],
    fight: &["FGT1205", "FGT5016"],
    motif: &["MOT3002"],
};

/// A magic packet.
#[derive(Clone, Debug)]
struct Knock {
    at: Timestamp,
    frame: u64,
    ends: Endpoints,
    flow: Option<u64>,
    value: u64,
    data: Vec<u8>,
    /// It may not be told alone: busy port, conversation, tunnel, or something followed.
    excused: bool,
    tunnelled: bool,
}

pub(crate) struct BpfdoorKnock {
    /// By recipient, oldest first.
    knocks: Capped<IpAddr, SmallVec<[Knock; 1]>>,
    /// Conversations that came to a port of a host.
    ports: Capped<(IpAddr, u16, Proto), u32>,
    /// Connections of a sender to a recipient that may turn out to be redirected, with the packet before.
    watched: Capped<u64, Knock>,
    limits: Limits,
}

impl Default for BpfdoorKnock {
    fn default() -> Self {
        Self {
            knocks: Capped::new("bpfdoor-knock.knocks", MAX_HOSTS),
            ports: Capped::new("bpfdoor-knock.ports", MAX_PORTS),
            watched: Capped::new("bpfdoor-knock.watched", MAX_FLOWS),
            limits: Limits::default(),
        }
    }
}

impl Detector for BpfdoorKnock {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::ANOMALY.and(Kinds::FLOW)
    }

    fn tune(&mut self, tuning: &Tuning) {
        self.limits = Limits::tuned(tuning, &CARD);
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        let Some(ends) = event.ends else { return };
        match &event.what {
            What::Anomaly(anomaly) if anomaly.field == "payload.magic" => {
                self.knock(scene, event, ends, anomaly, findings);
            }
            What::Flow(flow) if flow.state == FlowState::New => {
                if event.path.is_none() {
                    *self.ports.entry(&(ends.dest_ip, ends.dest_port, ends.proto), || 0).0 += 1;
                }
                if ends.proto == Proto::Tcp && !self.knocks.is_empty() {
                    self.follow(scene, event, &ends, flow, findings);
                }
            }
            What::Flow(flow) => self.conversation(scene, event, &ends, flow, findings),
            _ => {}
        }
    }

    fn advance(&mut self, scene: &Scene, now: Timestamp, findings: &mut Vec<Finding>) {
        // The least recently used host is not always the one that knocked first; what is late is told later.
        while let Some((_, knocks)) = self.knocks.oldest() {
            if knocks.iter().any(|knock| now.since(knock.at) < VERDICT) {
                return;
            }
            let Some((_, knocks)) = self.knocks.pop_oldest() else { return };
            findings.extend(knocks.iter().filter_map(|knock| alone(scene, knock)));
        }
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.knocks.count(), self.ports.count(), self.watched.count()]
    }
}

impl BpfdoorKnock {
    fn knock(
        &mut self,
        scene: &Scene,
        event: &Event,
        ends: Endpoints,
        anomaly: &Anomaly,
        findings: &mut Vec<Finding>,
    ) {
        let port = (ends.dest_ip, ends.dest_port, ends.proto);
        let busy = self.limits.busy_conversations.of(scene.network.owner_of_ip(ends.src_ip));
        let busy_port = ends.dest_port != 0
            && self.ports.peek(&port).is_some_and(|count| busy <= u64::from(*count));
        let knock = Knock {
            at: event.at,
            frame: event.frame,
            ends,
            flow: event.flow_id,
            value: anomaly.value.unwrap_or_default(),
            data: anomaly.data.as_deref().map(address_in_data::unhex).unwrap_or_default(),
            excused: anomaly.busy || busy_port || event.path.is_some(),
            tunnelled: event.path.is_some(),
        };
        let (knocks, out) = self.knocks.entry(&ends.dest_ip, SmallVec::new);
        if MAX_KNOCKS <= knocks.len() {
            findings.extend(alone(scene, &knocks.remove(0)));
        }
        knocks.push(knock);
        // What must make room is judged now, with less patience.
        let out = out.into_iter().flat_map(|(_, knocks)| knocks);
        findings.extend(out.filter_map(|knock| alone(scene, &knock)));
    }

    /// A new connection after a magic packet.
    fn follow(
        &mut self,
        scene: &Scene,
        event: &Event,
        ends: &Endpoints,
        flow: &Flow,
        findings: &mut Vec<Finding>,
    ) {
        if flow.midstream {
            return;
        }
        let window = self.limits.window_seconds.everybody();
        let window = Duration::from_secs(window);
        // The recipient calls.
        if let Some(knocks) = self.knocks.get_mut(&ends.src_ip) {
            let called = knocks.iter_mut().rev().find(|knock| {
                let told = knock.ends.src_ip == ends.dest_ip
                    || address_in_data::names(&knock.data, ends.dest_ip);
                let fresh = event.at.since(knock.at) <= window && is_new(knock, event);
                // On a busy port, a host that always calls this peer proves nothing.
                let habit = knock.excused && scene.inventory.contacted(ends.src_ip, ends.dest_ip);
                told && fresh && !habit
            });
            if let Some(knock) = called {
                knock.excused = true;
                findings.push(woke(scene, event, knock, ends, "magic.callback"));
                return;
            }
        }
        // The sender comes in.
        let Some(knocks) = self.knocks.get_mut(&ends.dest_ip) else { return };
        let came = knocks.iter_mut().rev().find(|knock| {
            let sender = knock.ends.src_ip == ends.src_ip
                || address_in_data::names(&knock.data, ends.src_ip);
            sender && event.at.since(knock.at) <= window && is_new(knock, event)
        });
        let Some(knock) = came else { return };
        if SHELL_PORTS.contains(&ends.dest_port) {
            knock.excused = true;
            findings.push(woke(scene, event, knock, ends, "magic.shell-port"));
        } else if spoken_on(ends.dest_port).is_some()
            && let Some(id) = event.flow_id
        {
            self.watched.insert(id, knock.clone());
        }
    }

    /// What became of a conversation: one that goes on excuses its packet; a service with another voice betrays it.
    fn conversation(
        &mut self,
        scene: &Scene,
        event: &Event,
        ends: &Endpoints,
        flow: &Flow,
        findings: &mut Vec<Finding>,
    ) {
        let Some(id) = event.flow_id else { return };
        if !self.watched.is_empty()
            && is_redirected(ends, flow)
            && let Some(knock) = self.watched.remove(&id)
        {
            if let Some(knocks) = self.knocks.get_mut(&knock.ends.dest_ip) {
                knocks
                    .iter_mut()
                    .filter(|other| other.frame == knock.frame)
                    .for_each(|other| other.excused = true);
            }
            findings.push(woke(scene, event, &knock, ends, "magic.redirected"));
        }
        if self.knocks.is_empty() {
            return;
        }
        let both = flow.packets_to_server > 0 && flow.packets_to_client > 0;
        // An honest echo is answered; a conversation is more than that.
        let enough = flow.packets_to_server + flow.packets_to_client >= CONVERSATION;
        let established = match ends.proto {
            Proto::Tcp => flow.handshake == Handshake::Established && flow.payload_to_client > 0,
            _ => both && enough,
        };
        if !established {
            return;
        }
        for host in [ends.src_ip, ends.dest_ip] {
            let knocks = self.knocks.get_mut(&host).into_iter().flatten();
            knocks.filter(|knock| knock.flow == Some(id)).for_each(|knock| knock.excused = true);
        }
    }
}

/// The connection is not the one that carried the packet.
fn is_new(knock: &Knock, event: &Event) -> bool {
    knock.flow.is_none() || knock.flow != event.flow_id
}

/// What a service on this port says by its shape.
fn spoken_on(port: u16) -> Option<&'static [&'static str]> {
    Some(match port {
        22 => &["ssh"],
        25 | 587 => &["smtp", "tls"],
        53 => &["dns"],
        80 | 8080 => &["http", "tls"],
        443 | 8443 => &["tls", "http"],
        _ => return None,
    })
}

/// Both sides spoke on a well-known port, and not what is spoken there.
fn is_redirected(ends: &Endpoints, flow: &Flow) -> bool {
    let Some(expected) = spoken_on(ends.dest_port) else { return false };
    if flow.payload_to_server == 0 || flow.payload_to_client == 0 || flow.midstream {
        return false;
    }
    match (ends.dest_port, flow.app_proto.as_deref()) {
        (53, _) => flow.dns_framed == Some(false),
        (_, None) => true,
        (_, Some(spoken)) => !expected.contains(&spoken),
    }
}

fn magic(knock: &Knock) -> String {
    format!("0x{:04x}", knock.value)
}

fn told(scene: &Scene, knock: &Knock, finding: &mut Finding) {
    let (sender, host) = (knock.ends.src_ip, knock.ends.dest_ip);
    finding.key = format!("{sender}>{host}");
    finding.next_step = format!(
        "On {host} list packet sockets with their filters (ss -0pb) and look for the published constants in them; check \
         the NAT rules as the kernel has them (nft list ruleset, not the iptables program), and look for zero-octet \
         files in /var/run; keep memory before any restart."
    );
    finding.decided_by = Some(scene.network.cite_owner(scene.network.owner_of_ip(sender)));
    finding.entities = vec![format!("ip:{sender}"), format!("ip:{host}")];
    finding.frames.insert(0, knock.frame);
    finding.frames.dedup();
    finding.first_seen = knock.at;
    finding.ends = Some(knock.ends);
}

fn alone(scene: &Scene, knock: &Knock) -> Option<Finding> {
    if knock.excused {
        return None;
    }
    let event = Event::new(knock.at, knock.frame, Some(knock.ends), What::Anomaly(Box::default()));
    let mut finding = CARD.finding("magic.alone", &event);
    finding.confidence = 0.35;
    told(scene, knock, &mut finding);
    finding.signature = format!(
        "{} sent {} a packet that begins like BPFDoor's magic",
        scene.who(knock.ends.src_ip),
        scene.who(knock.ends.dest_ip)
    );
    let port = match knock.ends.dest_port {
        0 => String::new(),
        port => format!(" port {port}"),
    };
    finding.why = format!(
        "The data of this packet ({}{port}) begin with the published magic {}, the port is not busy, and no \
         conversation followed.",
        knock.ends.proto.name(),
        magic(knock)
    );
    finding.honest_cause =
        "Chance: one in 65,536 packets of random data begins so. Many of them from one sender are none.".into();
    Some(finding)
}

fn woke(
    scene: &Scene,
    event: &Event,
    knock: &Knock,
    ends: &Endpoints,
    check: &'static str,
) -> Finding {
    let mut finding = CARD.finding(check, event);
    told(scene, knock, &mut finding);
    finding.confidence = if knock.tunnelled { 0.75 } else { 0.92 };
    let (sender, host) = (scene.who(knock.ends.src_ip), scene.who(knock.ends.dest_ip));
    let (other, port) = (scene.who(ends.dest_ip), ends.dest_port);
    let what = match check {
        "magic.callback" => format!("which then called {other}:{port}"),
        "magic.shell-port" => format!("and then connected to its port {port}"),
        _ => format!("and then found another voice on its port {port}"),
    };
    finding.signature = format!("{sender} woke a backdoor with a magic packet to {host}, {what}");
    let proved = match check {
        "magic.callback" => "the recipient opened a TCP connection back",
        "magic.shell-port" => {
            "the sender connected to a port that the implant redirects to its shell"
        }
        _ => {
            finding.outcome = Outcome::Answered;
            "the sender connected to a well-known service, and what answered does not speak its protocol"
        }
    };
    if matches!(event_flow(event), Some(Handshake::Established | Handshake::SynAck)) {
        finding.outcome = Outcome::Answered;
    }
    finding.why = format!(
        "The {} data begin with the published magic {}, and {:.1} s later {proved} ({}:{} to {}:{}).",
        knock.ends.proto.name(),
        magic(knock),
        event.at.since(knock.at).as_secs_f64(),
        ends.src_ip,
        ends.src_port,
        ends.dest_ip,
        ends.dest_port
    );
    finding.honest_cause =
        "Two hosts that talk to each other all the time on ports of their own, and random data between them.".into();
    for ip in [ends.src_ip, ends.dest_ip] {
        let entity = format!("ip:{ip}");
        if !finding.entities.contains(&entity) {
            finding.entities.push(entity);
        }
    }
    finding
}

fn event_flow(event: &Event) -> Option<Handshake> {
    match &event.what {
        What::Flow(flow) => Some(flow.handshake),
        _ => None,
    }
}

#[cfg(test)]
#[path = "bpfdoor_knock_tests.rs"]
mod tests;
