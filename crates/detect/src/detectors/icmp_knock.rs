//! A magic echo woke a host, which then called out (PingPong, EchoBackdoor, the Junos build of TinyShell).
//!
//! Which data wakes PingPong is not public, so what is judged is the pair: data that no ping program sends, and the
//! connection that the pinged host opens next.

use std::net::IpAddr;
use std::time::Duration;

use event::{
    Capped, Endpoints, Event, Flow, FlowState, Handshake, Icmp, Level, Outcome, Proto, TableCount,
    Timestamp, What,
};
use network::{Owner, Use};
use smallvec::SmallVec;

use super::address_in_data::{self, Form, Found};
use crate::{Card, Check, Detector, Finding, Kinds, Scene, Stage, Tuning};

limits! {
    Limits {
        window_seconds: 60, at most 3_600, "seconds",
            "from ping to call: the published delays are 5 and 30 s";
        client_places: 3, at most 1_000_000, "places",
            "a host that called this many new places on its own is a client, and one more is no sign";
        monitoring_pings: 4, at most 1_000_000, "pings",
            "more strange pings of one pair, for longer than the window, are monitoring";
    }
}

/// Hosts pinged with strange data at once, and pings kept for each.
const MAX_HOSTS: usize = 4_096;
const MAX_KNOCKS: usize = 8;
/// Connections that hosts were seen opening without a ping before: where they always connect.
const MAX_HABITS: usize = 65_536;
/// Calls whose outcome is still open.
const MAX_CALLS: usize = 4_096;
/// Replies that differ: from this many on, and growing, they carry answers.
const REPLIES: u32 = 3;

/// Behind an ASCII selector and a filler octet, what wakes or stops the sniffer on Junos (UNC3886, 2025).
const JUNOS: [&str; 2] = ["f3d5e7f4e1f3f3d5b0b4e4cdd4c7b6cc", "b7f5f6c5f7b6c4cbe4ccf1c5e9e3dce8"];

pub(crate) const CARD: Card = Card {
    id: "icmp-knock",
    level: Level::Critical,
    summary: "A ping woke a shell",
    needs: "An echo request whose data is no known ping pattern and, within 60 s, a new TCP connection of the pinged \
            host: to an address and port that stand in the data (binary in either byte order, text, or either under \
            one XOR octet), or to a place it never contacted before. The published trigger of the Junos variant fires \
            alone, and so do replies that carry other data than their request.",
    quiet_for: "Pings of Linux, BSD, Windows, Cisco, fping, smokeping, PRTG and their like; monitoring that writes \
                addresses into its pings; hosts that connect where they always do; clients that open many connections; \
                strange pings that go on all the time.",
    description: "Management networks, home elements and listed partner addresses are no strangers, so that \
                  callback.unannounced stays quiet for their pings. Nothing is needed for the other checks.",
    thresholds: "3 differing, growing replies carry answers.",
    stage: Stage::Control,
    settings: Limits::SETTINGS,
    judges: Kinds::ICMP,
    basis: "CrowdStrike, LightBasin (2021) and LIMINAL PANDA (2024): PingPong; Google/Mandiant, UNC3886 (2025); \
            Unit 42, CL-STA-0969 (2025): EchoBackdoor",
    checks: &[
        Check {
            name: "callback.binary-address",
            level: Level::Critical,
            looks_for: "the pinged host calls the address and port that stand in the ping, in binary",
        },
        Check {
            name: "callback.text-address",
            level: Level::Critical,
            looks_for: "the pinged host calls the address and port that stand in the ping, as text",
        },
        Check {
            name: "callback.xor-address",
            level: Level::Critical,
            looks_for: "the pinged host calls the address and port that stand in the ping, under one XOR octet",
        },
        Check {
            name: "callback.unannounced",
            level: Level::High,
            looks_for: "the pinged host calls a place it never contacted before, after a stranger's strange ping",
        },
        Check {
            name: "magic.junos",
            level: Level::Critical,
            looks_for: "the published trigger of the TinyShell variant on Junos routers",
        },
        Check {
            name: "reply.differs",
            level: Level::Medium,
            looks_for: "echo replies that carry other data than their requests",
        },
    ],
    attack: &["T1205", "T1205.002", "T1095", "T1059.004"],
    fight: &["FGT1205", "FGT5016"],
    motif: &["MOT3002"],
};

/// A ping with strange data.
#[derive(Clone, Debug)]
struct Knock {
    at: Timestamp,
    frame: u64,
    pinger: IpAddr,
    pattern_unknown: bool,
    /// The pinged host was in touch with the pinger on its own account before.
    acquainted: bool,
    data: Vec<u8>,
}

/// Strange pings of one pair, over time.
#[derive(Clone, Copy, Debug)]
struct Run {
    since: Timestamp,
    count: u32,
}

/// Differing replies of one pair.
#[derive(Clone, Copy, Debug, Default)]
struct Replies {
    count: u32,
    first_len: u32,
    longest: u32,
}

pub(crate) struct IcmpKnock {
    knocks: Capped<IpAddr, SmallVec<[Knock; 2]>>,
    runs: Capped<(IpAddr, IpAddr), Run>,
    habits: Capped<(IpAddr, IpAddr, u16), ()>,
    clients: Capped<IpAddr, u32>,
    calls: Capped<u64, Finding>,
    replies: Capped<(IpAddr, IpAddr), Replies>,
    limits: Limits,
}

impl Default for IcmpKnock {
    fn default() -> Self {
        Self {
            knocks: Capped::new("icmp-knock.knocks", MAX_HOSTS),
            runs: Capped::new("icmp-knock.runs", MAX_HOSTS),
            habits: Capped::new("icmp-knock.habits", MAX_HABITS),
            clients: Capped::new("icmp-knock.clients", MAX_HABITS),
            calls: Capped::new("icmp-knock.calls", MAX_CALLS),
            replies: Capped::new("icmp-knock.replies", MAX_HOSTS),
            limits: Limits::default(),
        }
    }
}

impl Detector for IcmpKnock {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::FLOW.and(Kinds::ICMP)
    }

    fn tune(&mut self, tuning: &Tuning) {
        self.limits = Limits::tuned(tuning, &CARD);
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        let Some(ends) = event.ends.filter(|_| event.path.is_none()) else { return };
        match &event.what {
            What::Icmp(icmp) => match icmp.icmp_type {
                8 | 128 => self.request(scene, event, &ends, icmp, findings),
                0 | 129 if icmp.reply_differs => self.reply(scene, event, &ends, icmp, findings),
                _ => {}
            },
            What::Flow(flow) if ends.proto == Proto::Tcp => match flow.state {
                FlowState::New => self.call(scene, event, &ends, flow, findings),
                _ => self.outcome(event, flow, findings),
            },
            _ => {}
        }
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![
            self.knocks.count(),
            self.runs.count(),
            self.habits.count(),
            self.clients.count(),
            self.calls.count(),
            self.replies.count(),
        ]
    }
}

impl IcmpKnock {
    fn request(
        &mut self,
        scene: &Scene,
        event: &Event,
        ends: &Endpoints,
        icmp: &Icmp,
        findings: &mut Vec<Finding>,
    ) {
        let Some(text) = &icmp.data else { return };
        if JUNOS.iter().any(|magic| text.get(4..).is_some_and(|rest| rest.starts_with(magic))) {
            findings.push(junos(scene, event, ends, icmp));
        }
        let pattern_unknown = icmp.pattern == "unknown";
        // A clock and zeros: an address, its port and padding look the same.
        if !pattern_unknown && !matches!(icmp.pattern.as_ref(), "text" | "fping" | "check_icmp") {
            return;
        }
        let (pinger, pinged) = (ends.src_ip, ends.dest_ip);
        self.runs.entry(&(pinger, pinged), || Run { since: event.at, count: 0 }).0.count += 1;
        let (knocks, _) = self.knocks.entry(&pinged, SmallVec::new);
        let window = self.limits.window_seconds.secs(scene.network.owner_of_ip(pinger));
        knocks.retain(|knock| event.at.since(knock.at) <= window);
        if knocks.len() >= MAX_KNOCKS {
            knocks.remove(0);
        }
        knocks.push(Knock {
            at: event.at,
            frame: event.frame,
            pinger,
            pattern_unknown,
            acquainted: scene.inventory.contacted(pinged, pinger),
            data: address_in_data::unhex(text),
        });
    }

    fn call(
        &mut self,
        scene: &Scene,
        event: &Event,
        ends: &Endpoints,
        flow: &Flow,
        findings: &mut Vec<Finding>,
    ) {
        if flow.midstream || flow.handshake == Handshake::None {
            return;
        }
        let (host, dest) = (ends.src_ip, ends.dest_ip);
        let habit = (host, dest, ends.dest_port);
        let known_place = self.habits.contains(&habit);
        let known_host = scene.inventory.contacted(host, dest);
        let made = if known_place {
            None
        } else {
            self.told(scene, event, ends)
                .or_else(|| (!known_host).then(|| self.unannounced(scene, event, ends)).flatten())
        };
        let Some(finding) = made else {
            if !known_host {
                *self.clients.entry(&host, || 0).0 += 1;
            }
            self.habits.insert(habit, ());
            return;
        };
        if let Some(id) = event.flow_id {
            self.calls.insert(id, finding.clone());
        }
        findings.push(finding);
    }

    fn is_fresh(&self, scene: &Scene, event: &Event, knock: &Knock) -> bool {
        let owner = scene.network.owner_of_ip(knock.pinger);
        event.at.since(knock.at) <= self.limits.window_seconds.secs(owner)
    }

    /// The host does what the ping said.
    fn told(&self, scene: &Scene, event: &Event, ends: &Endpoints) -> Option<Finding> {
        let knocks = self.knocks.peek(&ends.src_ip)?;
        let recent = knocks.iter().rev().filter(|knock| self.is_fresh(scene, event, knock));
        let (knock, found) = recent
            .filter_map(|knock| {
                Some((knock, address_in_data::find(&knock.data, ends.dest_ip, ends.dest_port)?))
            })
            .max_by_key(|(_, found)| (found.near, !matches!(found.form, Form::Xor(_))))?;
        let check = match found.form {
            Form::Binary => "callback.binary-address",
            Form::Text => "callback.text-address",
            Form::Xor(_) => "callback.xor-address",
        };
        let mut finding = called(scene, event, ends, knock, check);
        finding.confidence = match (found.form, found.near) {
            (Form::Xor(_), _) => 0.92,
            (_, true) => 0.97,
            (_, false) => 0.85,
        };
        finding.why = format!(
            "{}. {} s later the pinged host opened a TCP connection to exactly that address and port, where it was \
             not seen connecting before.",
            where_it_stands(knock, &found, ends),
            seconds(event.at.since(knock.at)),
        );
        if scene.network.is_management(knock.pinger) {
            finding.level = Level::Medium;
            finding.confidence = 0.5;
            finding.decided_by = Some(scene.network.cite_home());
        }
        Some(finding)
    }

    /// The host calls a place that nobody knows, and the ping before was strange.
    fn unannounced(&self, scene: &Scene, event: &Event, ends: &Endpoints) -> Option<Finding> {
        let (host, dest) = (ends.src_ip, ends.dest_ip);
        if self
            .clients
            .peek(&host)
            .is_some_and(|places| u64::from(*places) >= self.limits.client_places.everybody())
            || scene.network.is_management(dest)
        {
            return None;
        }
        let knock = self.knocks.peek(&host)?.iter().rev().find(|knock| {
            let owner = scene.network.owner_of_ip(knock.pinger);
            let window = self.limits.window_seconds.secs(owner);
            let monitoring = self.runs.peek(&(knock.pinger, host)).is_some_and(|run| {
                u64::from(run.count) > self.limits.monitoring_pings.of(owner)
                    && event.at.since(run.since) > window
            });
            let known = knock.acquainted
                || scene.network.is_management(knock.pinger)
                || is_listed(scene, knock.pinger);
            knock.pattern_unknown && event.at.since(knock.at) <= window && !monitoring && !known
        })?;
        // A place that called the host before is a peer; of the pinger that would say nothing, for it has just pinged.
        if dest != knock.pinger && scene.inventory.contacted(dest, host) {
            return None;
        }
        let mut finding = called(scene, event, ends, knock, "callback.unannounced");
        finding.confidence = if scene.network.is_empty() { 0.5 } else { 0.7 };
        finding.why = format!(
            "{} pinged the host with {} octets that no known ping program sends, and {} s later the host opened a TCP \
             connection to {}:{}, an address it was never seen in touch with before.",
            knock.pinger,
            knock.data.len(),
            seconds(event.at.since(knock.at)),
            dest,
            ends.dest_port,
        );
        Some(finding)
    }

    /// What became of a call that was found.
    fn outcome(&mut self, event: &Event, flow: &Flow, findings: &mut Vec<Finding>) {
        let Some(id) = event.flow_id else { return };
        let outcome = match flow.handshake {
            Handshake::SynAck | Handshake::Established => Outcome::Answered,
            Handshake::Refused => Outcome::Refused,
            _ => return,
        };
        let Some(mut finding) = self.calls.remove(&id) else { return };
        finding.outcome = outcome;
        finding.counts = false;
        finding.at = event.at;
        finding.frames.push(event.frame);
        findings.push(finding);
    }

    fn reply(
        &mut self,
        scene: &Scene,
        event: &Event,
        ends: &Endpoints,
        icmp: &Icmp,
        findings: &mut Vec<Finding>,
    ) {
        // Middleboxes rewrite the time stamps of ordinary pings; what nobody sends is not rewritten.
        if icmp.pattern != "unknown" && icmp.pattern != "text" {
            return;
        }
        let (host, pinger) = (ends.src_ip, ends.dest_ip);
        let (replies, _) = self.replies.entry(&(host, pinger), Replies::default);
        if replies.count == 0 {
            replies.first_len = icmp.data_len;
        }
        replies.count += 1;
        replies.longest = replies.longest.max(icmp.data_len);
        let growing = replies.longest > replies.first_len;
        let mut finding = CARD.finding("reply.differs", event);
        if replies.count >= REPLIES && growing {
            finding.level = Level::High;
        }
        finding.confidence = if finding.level == Level::High { 0.75 } else { 0.5 };
        finding.key = format!("{host}>{pinger}");
        finding.outcome = Outcome::AnsweredWithData;
        finding.signature = format!(
            "{} answers pings of {} with other data than it was sent",
            scene.who(host),
            scene.who(pinger)
        );
        finding.why = format!(
            "An honest echo reply returns the data of its request octet by octet (RFC 792); {} of these did not, with \
             up to {} octets of data.",
            replies.count, replies.longest
        );
        finding.honest_cause =
            "A load balancer or firewall that rewrites echo data, or a damaged packet.".into();
        finding.next_step = format!(
            "On {host} list the owners of raw ICMP sockets (ss -wp; /proc/net/raw and /proc/net/icmp) and compare \
             these frames with a capture taken at the host itself."
        );
        finding.entities = vec![format!("ip:{pinger}"), format!("ip:{host}")];
        finding.frames = icmp.request_frame.into_iter().chain([event.frame]).collect();
        findings.push(finding);
    }
}

/// Home elements, and partners' addresses that are listed for something.
fn is_listed(scene: &Scene, ip: IpAddr) -> bool {
    match scene.network.owner_of_ip(ip) {
        Owner::Home(_) => true,
        Owner::Partner(partner) => {
            Use::ALL.into_iter().any(|of| scene.network.partner_lists(partner, ip, of))
        }
        Owner::Unknown => false,
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1}", duration.as_secs_f64())
}

fn where_it_stands(knock: &Knock, found: &Found, ends: &Endpoints) -> String {
    let key = match found.form {
        Form::Xor(key) => format!(", every octet XORed with 0x{key:02x}"),
        Form::Binary | Form::Text => String::new(),
    };
    format!(
        "The echo data of {} ({} octets, no known ping program's) names {}:{}: the address {} at offset {}{key}, the \
         port {}",
        knock.pinger,
        knock.data.len(),
        ends.dest_ip,
        ends.dest_port,
        found.how,
        found.offset,
        if found.near { "beside it" } else { "elsewhere in the data" },
    )
}

/// What all callbacks have in common.
fn called(
    scene: &Scene,
    event: &Event,
    ends: &Endpoints,
    knock: &Knock,
    check: &'static str,
) -> Finding {
    let (host, dest, port) = (ends.src_ip, ends.dest_ip, ends.dest_port);
    let mut finding = CARD.finding(check, event);
    finding.key = format!("{}>{host}>{dest}", knock.pinger);
    finding.signature = format!(
        "A ping woke a shell: {} pinged {}, which then called {}:{port}",
        scene.who(knock.pinger),
        scene.who(host),
        scene.who(dest),
    );
    finding.honest_cause =
        "Monitoring that writes its own address into its pings, on a host that reports to it and \
                            was not seen doing so before."
            .into();
    finding.next_step = format!(
        "On {host} find the process behind the connection to {dest}:{port} (ss -tnp) and the owner of any raw ICMP \
         socket (ss -wp, /proc/net/raw), look for /usr/bin/pingg and changes to /etc/rc.d/init.d/sshd; keep the host \
         running for a memory image, and ask the operator of {} who sent the ping.",
        knock.pinger
    );
    let element = scene.network.element_of_ip(host);
    finding.decided_by = Some(match element {
        Some(element) => scene.network.cite_element(element),
        None => scene.network.cite_owner(scene.network.owner_of_ip(knock.pinger)),
    });
    finding.entities = vec![format!("ip:{}", knock.pinger), format!("ip:{host}")];
    if dest != knock.pinger {
        finding.entities.push(format!("ip:{dest}"));
    }
    finding.frames = vec![knock.frame, event.frame];
    finding.first_seen = knock.at;
    finding.ends = Some(Endpoints {
        src_ip: knock.pinger,
        src_port: 0,
        dest_ip: host,
        dest_port: 0,
        proto: if host.is_ipv4() { Proto::Icmp } else { Proto::Icmpv6 },
    });
    finding
}

fn junos(scene: &Scene, event: &Event, ends: &Endpoints, icmp: &Icmp) -> Finding {
    let (pinger, host) = (ends.src_ip, ends.dest_ip);
    let mut finding = CARD.finding("magic.junos", event);
    finding.confidence = 0.98;
    finding.key = format!("{pinger}>{host}");
    finding.signature = format!(
        "{} sent {} the trigger of a backdoor for Junos routers",
        scene.who(pinger),
        scene.who(host)
    );
    let id = icmp.id.map_or_else(String::new, |id| format!(" with ICMP identifier 0x{id:04x}"));
    finding.why = format!(
        "The echo data{id} holds the 16 octets that the passive TinyShell variant on Junos waits for (UNC3886, 2025)."
    );
    finding.honest_cause =
        "None is known: 16 octets do not meet by chance. A scanner that looks for this backdoor sends the same.".into();
    finding.next_step = format!(
        "Check {host} with the vendor's malware removal tool and veriexec logs, look for a listener on TCP 31234 and \
         connections opened after this frame, and take the router's memory before a restart."
    );
    finding.decided_by = Some(scene.network.cite_owner(scene.network.owner_of_ip(host)));
    finding.entities = vec![format!("ip:{pinger}"), format!("ip:{host}")];
    finding
}

#[cfg(test)]
#[path = "icmp_knock_tests.rs"]
mod tests;
