//! A GTP echo that carries a command (GTPDOOR), and the beacon that its second version answers TCP probes with.
//!
//! The published key is the sure sign. An operator changes it, so what counts besides is what an echo cannot honestly
//! be: TS 29.060 §7.2.1 and TS 29.274 §7.1.1 allow it a handful of information elements and nothing else.

#[path = "gtpdoor_knock_inner.rs"]
mod inner;

use std::net::IpAddr;
use std::time::Duration;

use event::{Anomaly, Capped, Endpoints, Event, Gtp, Level, Outcome, TableCount, Timestamp, What};
use network::{Role, Roles};

use crate::{Card, Check, Detector, Finding, Gap, Kinds, Scene, Stage};

/// The key of the published samples, as the little-endian number at offsets 17 to 20.
const KEY: u32 = 135_798_642;
/// The smallest command: eight octets of header, nine of padding, key, type and length are 24 octets, of which at most
/// twelve read as a GTP header. Fewer left over are sloppy encoders.
const COVERT: u32 = 8;
/// An answer this much longer than an echo response with every allowed element small.
const LONG_ANSWER: u32 = 64;
/// An echo is answered or retransmitted within T3-RESPONSE (TS 29.060 §7.6, usually 3 to 5 s); after this the next
/// one begins a new count.
const ANSWER_WINDOW: Duration = Duration::from_secs(10);
/// Two copies of one answer this close are one answer that the tap delivered twice.
const TAP_COPY: Duration = Duration::from_millis(1);
const MAX_PAIRS: usize = 16_384;
const MAX_ASKED: usize = 4_096;
const CONTROL_PORT: u16 = 2123;

/// Roles that speak GTP.
const GSN: &[Role] = &[
    Role::Sgsn,
    Role::Ggsn,
    Role::Sgw,
    Role::Pgw,
    Role::Mme,
    Role::Smf,
    Role::Upf,
    Role::Amf,
    Role::Firewall,
    Role::Proxy,
];

pub(crate) const CARD: Card = Card {
    id: "gtpdoor-knock",
    level: Level::Critical,
    summary: "A GTP echo carries a command",
    needs: "Echo requests and responses of the GTP control plane: the published key, octets behind the last \
            information element, a length field that lies, a version that this port does not carry, a second answer \
            to one echo, an echo to a host that is no GSN. Or a TCP RST+ACK with urgent pointer 1 and no URG flag.",
    quiet_for: "Recovery, Private Extension and Node Features elements; echoes of GTPv0 and GTP' on their own port; data \
                of other programs that got the port by chance; echoes of the user plane; retransmissions; frames that \
                the capture cut; answers that the tap delivered twice.",
    description: "echo.not-gsn needs the roles of home elements.",
    thresholds: "8 octets that are no element: a command needs at least 12 behind a header. An answer 64 octets \
                 longer than any plain one carries data. 10 s for answers to one echo: T3-RESPONSE is shorter. One G-PDU \
                 without IP each way: a fault shows one way only.",
    stage: Stage::Control,
    settings: &[],
    judges: Kinds::GTP.and(Kinds::FLOW),
    basis: "haxrob, GTPDOOR (2024); CrowdStrike, LightBasin (2021); TS 29.060 §7.2.1; TS 29.274 §7.1.1",
    checks: &[
        Check {
            name: "key.default",
            level: Level::Critical,
            looks_for: "the published key of GTPDOOR in an echo",
        },
        Check {
            name: "echo.covert",
            level: Level::High,
            looks_for: "an echo with octets that are no information elements; critical when the answer has them too",
        },
        Check {
            name: "echo.length",
            level: Level::High,
            looks_for: "an echo whose length field lies",
        },
        Check {
            name: "echo.version",
            level: Level::High,
            looks_for: "an echo of a version that is not spoken on the control-plane port",
        },
        Check {
            name: "echo.second-answer",
            level: Level::High,
            looks_for: "more answers than questions: something else answers beside the GTP stack",
        },
        Check {
            name: "echo.not-gsn",
            level: Level::High,
            looks_for: "an echo to a home element that is no GSN",
        },
        Check {
            name: "echo.unknown-element",
            level: Level::Medium,
            looks_for: "an echo with information elements that echoes do not have",
        },
        Check {
            name: "echo.teid",
            level: Level::Medium,
            looks_for: "an echo with a tunnel endpoint identifier",
        },
        Check {
            name: "data.no-ip",
            level: Level::High,
            looks_for: "G-PDUs both ways between two hosts that carry no IP, where no session was made; high between home \
                        and outside, medium otherwise",
        },
        Check {
            name: "beacon.urgent-pointer",
            level: Level::High,
            looks_for: "TCP RST+ACK with urgent pointer 1 and no URG flag; critical from a host with a covert echo",
        },
    ],
    attack: &["T1205", "T1095", "T1001.003"],
    fight: &["FGT1572.502", "FGT5042", "FGT5045", "FGT1205"],
    motif: &["MOT3002", "MOT3005"],
};

/// Echoes between two hosts since the last pause.
#[derive(Clone, Copy, Debug)]
struct Pair {
    at: Timestamp,
    request_frame: u64,
    requests: u32,
    answers: u32,
    last_answer: Timestamp,
    last_shape: Shape,
}

/// What tells two answers apart.
type Shape = (u32, u32, Option<u32>, Option<u8>);

pub(crate) struct GtpdoorKnock {
    pairs: Capped<(IpAddr, IpAddr), Pair>,
    asked: Capped<u64, Finding>,
    /// Hosts that took part in a covert echo, with its frame.
    hosts: Capped<IpAddr, u64>,
    foreign: inner::Foreign,
    echo_to_undescribed: bool,
}

impl Default for GtpdoorKnock {
    fn default() -> Self {
        Self {
            pairs: Capped::new("gtpdoor-knock.pairs", MAX_PAIRS),
            asked: Capped::new("gtpdoor-knock.asked", MAX_ASKED),
            hosts: Capped::new("gtpdoor-knock.hosts", MAX_ASKED),
            foreign: inner::Foreign::default(),
            echo_to_undescribed: false,
        }
    }
}

impl Detector for GtpdoorKnock {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::ANOMALY.and(Kinds::GTP).and(Kinds::TUNNEL)
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        let Some(ends) = event.ends else { return };
        match &event.what {
            What::Gtp(gtp) if matches!(gtp.message_type, 1 | 2) && !gtp.user_plane => {
                self.echo(scene, event, &ends, gtp, findings);
            }
            What::Anomaly(anomaly)
                if anomaly.field == "tcp.urgent_pointer" && event.path.is_none() =>
            {
                findings.push(self.beacon(scene, event, &ends, anomaly));
            }
            What::Anomaly(anomaly) if anomaly.field == "ip.version" && event.path.is_none() => {
                findings.extend(self.foreign.seen(scene, event, &ends));
            }
            What::Tunnel(tunnel) => self.foreign.made(tunnel),
            _ => {}
        }
    }

    fn gaps(&self, _: &Scene) -> Vec<Gap> {
        if !self.echo_to_undescribed {
            return Vec::new();
        }
        let missing = "the roles of home elements in a network description".into();
        vec![Gap { detection: CARD.id, check: "echo.not-gsn", missing }]
    }

    fn tables(&self) -> Vec<TableCount> {
        let [once, made] = self.foreign.tables();
        vec![self.pairs.count(), self.asked.count(), self.hosts.count(), once, made]
    }
}

impl GtpdoorKnock {
    fn echo(
        &mut self,
        scene: &Scene,
        event: &Event,
        ends: &Endpoints,
        gtp: &Gtp,
        findings: &mut Vec<Finding>,
    ) {
        let request = gtp.message_type == 1;
        let (asker, host) =
            if request { (ends.src_ip, ends.dest_ip) } else { (ends.dest_ip, ends.src_ip) };
        // Requests go to the port and responses come from it (TS 29.060 §10.1.1); data of others that look like an
        // echo are no GTP. The key stands for itself.
        let port = if request { ends.dest_port } else { ends.src_port };
        if port != CONTROL_PORT && gtp.key_field != Some(KEY) {
            return;
        }
        let second = self.count(event, gtp, (asker, host), request);
        let oddity = odd(ends, gtp).or_else(|| self.not_gsn(scene, host, request));
        if oddity.as_ref().is_some_and(|odd| is_covert(odd.check)) {
            self.hosts.insert(host, event.frame);
        }
        if !request
            && let Some(asked) = gtp.request_frame.and_then(|frame| self.asked.remove(&frame))
        {
            findings.push(answered(asked, event, gtp, oddity.as_ref()));
            return;
        }
        if let Some(odd) = oddity {
            let finding = suspicious(scene, event, gtp, (asker, host), &odd);
            if request {
                self.asked.insert(event.frame, finding.clone());
            }
            findings.push(finding);
        } else if let Some(pair) = second {
            findings.push(second_answer(scene, event, gtp, (asker, host), &pair));
        }
    }

    /// Counts questions and answers; gives back the pair when there is an answer too many.
    fn count(
        &mut self,
        event: &Event,
        gtp: &Gtp,
        pair: (IpAddr, IpAddr),
        request: bool,
    ) -> Option<Pair> {
        let fresh = Pair {
            at: event.at,
            request_frame: event.frame,
            requests: 0,
            answers: 0,
            last_answer: Timestamp::default(),
            last_shape: Shape::default(),
        };
        if request {
            let (pair, _) = self.pairs.entry(&pair, || fresh);
            if event.at.since(pair.at) > ANSWER_WINDOW {
                *pair = fresh;
            }
            pair.requests += 1;
            (pair.at, pair.request_frame) = (event.at, event.frame);
            return None;
        }
        let pair = self.pairs.get_mut(&pair)?;
        if event.at.since(pair.at) > ANSWER_WINDOW {
            return None;
        }
        let shape = (gtp.payload_len, gtp.undecoded_len, gtp.sequence, gtp.recovery);
        let copy = pair.answers > 0
            && shape == pair.last_shape
            && event.at.since(pair.last_answer) <= TAP_COPY;
        if copy {
            return None;
        }
        pair.answers += 1;
        (pair.last_answer, pair.last_shape) = (event.at, shape);
        (pair.requests < pair.answers).then_some(*pair)
    }

    fn not_gsn(&mut self, scene: &Scene, host: IpAddr, request: bool) -> Option<Odd> {
        if !request {
            return None;
        }
        let roles = |element: &network::Element| -> Roles { element.role_set() };
        let Some(element) = scene.network.element_of_ip(host) else {
            self.echo_to_undescribed |= !scene.network.elements.iter().any(|e| roles(e).any(GSN));
            return None;
        };
        let set = roles(element);
        (!set.is_empty() && !set.any(GSN)).then(|| Odd {
            check: "echo.not-gsn",
            level: Level::High,
            confidence: 0.7,
            why: format!("the description calls {} {set}, which does not speak GTP", element.name),
            decided_by: Some(scene.network.cite_element(element)),
        })
    }

    fn beacon(&self, scene: &Scene, event: &Event, ends: &Endpoints, anomaly: &Anomaly) -> Finding {
        let (host, prober) = (ends.src_ip, ends.dest_ip);
        let mut finding = CARD.finding("beacon.urgent-pointer", event);
        finding.confidence = 0.7;
        finding.key = format!("{prober}>{host}");
        finding.signature = format!(
            "{} answered a TCP probe of {} in the way that GTPDOOR does",
            scene.who(host),
            scene.who(prober)
        );
        finding.why = format!(
            "TCP RST+ACK with a header of 20 octets, urgent pointer {} and no URG flag: no TCP stack sets the pointer \
             without the flag, version 2 of GTPDOOR does.",
            anomaly.value.unwrap_or(1)
        );
        if let Some(&knock) = self.hosts.peek(&host) {
            finding.level = Level::Critical;
            finding.confidence = 0.95;
            finding.frames.insert(0, knock);
            finding.why.push_str(" The same host took part in a GTP echo that carried a command.");
        }
        finding.outcome = Outcome::Answered;
        finding.honest_cause =
            "A middlebox that writes rubbish into the urgent pointer of its resets.".into();
        finding.next_step = format!(
            "Probe nothing yet. On {host} look for raw sockets of protocol 17 and 6 (/proc/net/raw), for a process that \
             calls itself a kernel thread, and compare this frame with a capture taken at the host."
        );
        finding.decided_by = Some(scene.network.cite_owner(scene.network.owner_of_ip(host)));
        finding.entities = vec![format!("ip:{prober}"), format!("ip:{host}")];
        finding
    }
}

/// What is wrong with an echo.
struct Odd {
    check: &'static str,
    level: Level,
    confidence: f64,
    why: String,
    decided_by: Option<String>,
}

fn is_covert(check: &str) -> bool {
    matches!(check, "key.default" | "echo.covert" | "echo.length" | "echo.version")
}

/// Octets of an echo that are neither header nor information element.
fn left_over(gtp: &Gtp) -> u32 {
    // An element that the capture cut off cannot be read, whatever it is.
    let unread = if gtp.snapped { 0 } else { gtp.undecoded_len };
    unread.max(gtp.payload_len.saturating_sub(gtp.claimed_len))
}

/// The worst thing about an echo, whoever gets it; the rest is told in the reason.
fn odd(ends: &Endpoints, gtp: &Gtp) -> Option<Odd> {
    let mut found: Vec<(&'static str, Level, f64, String)> = Vec::new();
    if gtp.key_field == Some(KEY) {
        let command = match gtp.key_message {
            Some(0x06) => ", command 0x06 (query of the access list)".to_owned(),
            Some(command) => format!(", command 0x{command:02x}"),
            None => String::new(),
        };
        let why = format!("offsets 17 to 20 hold the published key of GTPDOOR{command}");
        found.push(("key.default", Level::Critical, 0.99, why));
    }
    let extra = left_over(gtp);
    if extra > 0 {
        let (level, confidence) =
            if COVERT <= extra { (Level::High, 0.8) } else { (Level::Medium, 0.4) };
        let why = format!("{extra} of its {} octets are no information element", gtp.payload_len);
        found.push(("echo.covert", level, confidence, why));
    }
    if gtp.claimed_len > gtp.payload_len && !gtp.snapped {
        let why = format!(
            "the length field claims {} octets and {} are there",
            gtp.claimed_len, gtp.payload_len
        );
        found.push(("echo.length", Level::High, 0.6, why));
    }
    let control_port = ends.src_port == CONTROL_PORT || ends.dest_port == CONTROL_PORT;
    if control_port && (gtp.prime || !matches!(gtp.version, 1 | 2)) {
        let prime = if gtp.prime { " with the protocol type of GTP'" } else { "" };
        let why = format!("version {}{prime} is not spoken on UDP 2123", gtp.version);
        found.push(("echo.version", Level::High, 0.7, why));
    }
    let allowed: &[u8] = match gtp.version {
        // Recovery, Node Features, Private Extension (TS 29.274 tables 7.1.1-1 and 7.1.2-1).
        2 => &[3, 152, 255],
        // Recovery, Private Extension (TS 29.060 tables 1 and 2).
        _ => &[14, 255],
    };
    let strange: Vec<String> =
        gtp.ies.iter().filter(|ie| !allowed.contains(ie)).take(8).map(u8::to_string).collect();
    if !strange.is_empty() {
        let why = format!("information elements that no echo has: type {}", strange.join(", "));
        found.push(("echo.unknown-element", Level::Medium, 0.4, why));
    }
    if let Some(teid) = gtp.teid.filter(|teid| *teid != 0 && gtp.version != 0) {
        let why = format!("TEID {teid:#010x} where an echo has none");
        found.push(("echo.teid", Level::Medium, 0.4, why));
    }
    let &(check, level, confidence, _) = found.iter().max_by_key(|(_, level, ..)| *level)?;
    let why = found.into_iter().map(|(.., why)| why).collect::<Vec<_>>().join("; ");
    Some(Odd { check, level, confidence, why, decided_by: None })
}

fn suspicious(
    scene: &Scene,
    event: &Event,
    gtp: &Gtp,
    (asker, host): (IpAddr, IpAddr),
    odd: &Odd,
) -> Finding {
    let mut finding = CARD.finding(odd.check, event);
    finding.level = odd.level;
    finding.confidence = odd.confidence;
    finding.key = format!("{asker}>{host}");
    if gtp.message_type == 2 {
        finding.outcome = Outcome::AnsweredWithData;
    }
    let (who, whom) = (scene.who(asker), scene.who(host));
    finding.signature = match odd.check {
        "key.default" => format!("{who} sent {whom} a GTP echo with GTPDOOR's published key"),
        "echo.covert" => format!("{who} and {whom}: a GTP echo carries data that are no GTP"),
        "echo.not-gsn" => format!("{who} sent a GTP echo to {whom}, which is no GSN"),
        _ => format!("{who} and {whom}: a GTP echo that no stack sends"),
    };
    finding.why = format!("In this {} (GTP version {}) {}.", gtp.message, gtp.version, odd.why);
    finding.honest_cause = match odd.check {
        "echo.not-gsn" => {
            "A role that the description lacks; a partner's monitoring with an old address list."
        }
        "key.default" => "A scanner that looks for this backdoor, or an exercise.",
        _ => "A vendor's own element or padding in its echoes, a protocol fuzzer, or an exercise.",
    }
    .into();
    finding.next_step = format!(
        "On {host} look for raw sockets that the GTP stack does not own (/proc/net/raw, protocol 17) and a process \
         named like a kernel thread, [syslog] for one; compare its binary with the published hashes; list the other \
         UDP 2123 traffic of {asker}."
    );
    finding.decided_by = odd
        .decided_by
        .clone()
        .or_else(|| Some(scene.network.cite_owner(scene.network.owner_of_ip(asker))));
    finding.entities = vec![format!("ip:{asker}"), format!("ip:{host}")];
    finding
}

/// The answer to a suspicious echo: what it adds.
fn answered(mut finding: Finding, event: &Event, gtp: &Gtp, odd: Option<&Odd>) -> Finding {
    finding.counts = false;
    finding.at = event.at;
    finding.frames.push(event.frame);
    finding.outcome = Outcome::Answered;
    let extra = left_over(gtp);
    if LONG_ANSWER <= gtp.payload_len || COVERT <= extra || gtp.key_field == Some(KEY) {
        finding.outcome = Outcome::AnsweredWithData;
        finding.why.push_str(&format!(
            " The answer has {} octets, {extra} of them no information element.",
            gtp.payload_len
        ));
    } else {
        finding.why.push_str(" It was answered.");
    }
    let covert_answer = COVERT <= extra || odd.is_some_and(|odd| odd.check == "key.default");
    if covert_answer && is_covert(finding.check) {
        finding.level = Level::Critical;
        finding.confidence = finding.confidence.max(0.92);
    }
    finding
}

fn second_answer(
    scene: &Scene,
    event: &Event,
    gtp: &Gtp,
    (asker, host): (IpAddr, IpAddr),
    pair: &Pair,
) -> Finding {
    let mut finding = CARD.finding("echo.second-answer", event);
    finding.confidence = 0.65;
    finding.key = format!("{asker}>{host}");
    finding.outcome = Outcome::Answered;
    finding.signature = format!(
        "{} gave {} more echo responses than it was asked for",
        scene.who(host),
        scene.who(asker)
    );
    finding.why = format!(
        "{} answers to {} echo request{} within 10 s, the last of {} octets: something on the host answers beside its \
         GTP stack.",
        pair.answers,
        pair.requests,
        if pair.requests == 1 { "" } else { "s" },
        gtp.payload_len
    );
    finding.honest_cause =
        "Echo requests that the capture missed; a tap that delivers one direction twice; two nodes on one address."
            .into();
    finding.next_step = format!(
        "Compare the two answers octet by octet, then on {host} look for a raw UDP socket beside the GTP stack \
         (/proc/net/raw, protocol 17)."
    );
    finding.decided_by = Some(scene.network.cite_owner(scene.network.owner_of_ip(host)));
    finding.entities = vec![format!("ip:{asker}"), format!("ip:{host}")];
    finding.frames.insert(0, pair.request_frame);
    finding.first_seen = pair.at;
    finding
}

#[cfg(test)]
#[path = "gtpdoor_knock_tests.rs"]
mod tests;
