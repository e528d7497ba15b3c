//! Structure that no stack sends by accident.
//!
//! One odd element is a vendor's habit. Lengths that lie, elements without which no request can be served, answers to what
//! nobody asked, and packets that claim another's address are somebody's handiwork, or a fuzzer's.

use std::net::IpAddr;
use std::time::Duration;

use event::{
    Anomaly, Capped, Endpoints, Event, Flow, FlowState, Gtp, Level, Outcome, TableCount, Timestamp,
    What,
};
use network::{Role, Use};

use super::gtp::entities;
use crate::{Card, Check, Detector, Finding, Gap, Kinds, Limit, Scene, Setting, Stage, Tuning};

const KINDS_OF_DEFECTS: Setting = Setting {
    name: "kinds_of_defects",
    default: 3,
    most: 16,
    unit: "kinds",
    why: "Stacks have one or two habits that the specification does not allow (an order, a spare bit); three different ones of \
          one peer are no habit.",
};
const ANSWERS: Setting = Setting {
    name: "answers_without_request",
    default: 5,
    most: 1_000_000,
    unit: "answers",
    why: "A tap loses a frame now and then; five answers to nothing, from a node whose other requests and answers are seen, \
          are sent on purpose.",
};
const ANSWERS_SECONDS: Setting = Setting {
    name: "answers_seconds",
    default: 600,
    most: 31_536_000,
    unit: "seconds",
    why: "Long enough for a guesser of sequence numbers who takes his time, short enough that losses do not add up.",
};
const MIDWAY_SECONDS: Setting = Setting {
    name: "midway_seconds",
    default: 60,
    most: 31_536_000,
    unit: "seconds",
    why: "A request is answered within T3 × N3 (TS 29.060 §7.6): what comes later answers nothing from before the capture.",
};

pub(crate) const CARD: Card = Card {
    id: "gtp-malformed",
    level: Level::Medium,
    summary: "Structure that no stack sends by accident",
    needs: "GTP messages with their lengths, elements and TEIDs, what the parser noted of them, and flows in tunnels whose \
            subscriber's address is known.",
    quiet_for: "Captures that begin midway or show one direction, frames that the capture cut; single habits of vendors (low); \
                echoes, which gtpdoor-knock judges; other programs on the ports of GTP.",
    description: "Nothing is needed. Listed GSNs are believed to speak GTP from their first message.",
    thresholds: "See the settings. A length that lies, a missing mandatory element, a chain of extension headers that never \
                 ends and a TEID where none may be are medium by themselves in a message that is GTP beyond doubt.",
    stage: Stage::Foothold,
    settings: &[KINDS_OF_DEFECTS, ANSWERS, ANSWERS_SECONDS, MIDWAY_SECONDS],
    judges: Kinds::GTP.and(Kinds::TUNNEL),
    basis: "TS 29.060 §7 and §11.1, TS 29.274 §5.5 and §7.7, TS 29.281 §5.1 and §5.2; sanity checks of vendors' GTP firewalls",
    checks: &[
        Check {
            name: "length",
            level: Level::Medium,
            looks_for: "a length field that disagrees with what is there, or octets behind the last element",
        },
        Check {
            name: "mandatory",
            level: Level::Medium,
            looks_for: "a message without an element that it cannot be served without",
        },
        Check {
            name: "teid",
            level: Level::Medium,
            looks_for: "a TEID where the message has none, or none where it must have one",
        },
        Check {
            name: "extension-header",
            level: Level::Medium,
            looks_for: "extension headers of no known type, with a length of zero, or in a chain longer than any interface has",
        },
        Check {
            name: "habit",
            level: Level::Low,
            looks_for: "one thing that the specification does not allow: order, repetition, spare bits, a length inside",
        },
        Check {
            name: "several",
            level: Level::Medium,
            looks_for: "several different defects in messages of one peer",
        },
        Check {
            name: "state.no-request",
            level: Level::Medium,
            looks_for: "answers to requests that nobody sent",
        },
        Check {
            name: "source.spoofed",
            level: Level::Medium,
            looks_for: "packets up a tunnel from another address than its subscriber was given",
        },
    ],
    attack: &["T1499.004", "T1190"],
    fight: &["FGT5016", "FGT1599.505"],
    motif: &["MOT3003"],
};

const MAX_PEERS: usize = 8_192;
const MAX_SPOOFERS: usize = 8_192;
/// Answers without request whose frames are kept.
const MAX_FRAMES: usize = 8;
/// Roles that speak GTP.
const GSN: &[Role] =
    &[Role::Sgsn, Role::Ggsn, Role::Sgw, Role::Pgw, Role::Mme, Role::Smf, Role::Upf, Role::Amf];

/// Kinds of defects of one peer, and its answers to nothing.
#[derive(Debug, Default)]
struct Peer {
    /// One bit for each of [`KINDS`].
    kinds: u32,
    /// Frame of the first of each of the last few kinds.
    frames: Vec<u64>,
    first: Timestamp,
    /// Joined answers that it gave.
    answered: u64,
    strange: u32,
    strange_since: Timestamp,
    /// Joined answers before the first of these.
    answered_before: u64,
    strange_frames: Vec<u64>,
    strange_told: Option<Timestamp>,
}

/// Of so many answers with their requests, one without is what a capture may have lost.
const LOSS: u64 = 10;

#[derive(Debug)]
pub(crate) struct GtpMalformed {
    peers: Capped<IpAddr, Peer>,
    spoofers: Capped<(IpAddr, IpAddr), ()>,
    /// The message of the last frame: what the parser noted of it follows.
    last: Option<Last>,
    midway: bool,
    kinds: Limit,
    answers: Limit,
    span: Limit,
    begin: Limit,
}

/// What is known of the message that defects belong to.
#[derive(Clone, Copy, Debug)]
struct Last {
    frame: u64,
    echo: bool,
    /// Its version has its type.
    readable: bool,
    /// It is GTP beyond doubt, whoever sends it.
    plain: bool,
    snapped: bool,
}

impl Default for GtpMalformed {
    fn default() -> Self {
        Self {
            peers: Capped::new("gtp-malformed.peers", MAX_PEERS),
            spoofers: Capped::new("gtp-malformed.spoofers", MAX_SPOOFERS),
            last: None,
            midway: false,
            kinds: Limit::new(&KINDS_OF_DEFECTS),
            answers: Limit::new(&ANSWERS),
            span: Limit::new(&ANSWERS_SECONDS),
            begin: Limit::new(&MIDWAY_SECONDS),
        }
    }
}

/// Aggregate maximum bit rate (TS 29.274 §8.7).
const AMBR: u16 = 72;

/// Kinds of defects as sentences say them, each with a bit of its own.
const KINDS: [(&str, &str); 16] = [
    ("length", "a length that lies"),
    ("mandatory", "missing elements"),
    ("teid", "a TEID out of place"),
    ("extension", "impossible extension headers"),
    ("reserved", "reserved bits"),
    ("spare", "spare bits"),
    ("order", "elements out of order"),
    ("duplicate", "elements twice"),
    ("ie_length", "elements of the wrong length"),
    ("message_type", "an unknown type"),
    ("sequence", "no sequence number"),
    ("identity", "unreadable identities"),
    ("address", "unreadable addresses"),
    ("piggyback", "nothing piggybacked"),
    ("grouped", "groups too deep"),
    ("other", "other defects"),
];

impl Detector for GtpMalformed {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::ANOMALY.and(Kinds::FLOW).and(Kinds::GTP)
    }

    fn tune(&mut self, tuning: &Tuning) {
        let limit = |setting: &Setting| tuning.limit(&CARD, setting.name);
        self.kinds = limit(&KINDS_OF_DEFECTS);
        self.answers = limit(&ANSWERS);
        self.span = limit(&ANSWERS_SECONDS);
        self.begin = limit(&MIDWAY_SECONDS);
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        match &event.what {
            What::Flow(flow) => {
                if let Some(assigned) = flow.assigned {
                    findings.extend(self.spoofed(scene, event, flow, assigned));
                }
            }
            What::Gtp(gtp) if event.path.is_none() => {
                if let Some(ends) = &event.ends {
                    self.gtp(scene, event, ends, gtp, findings);
                }
            }
            What::Anomaly(anomaly) if event.path.is_none() && anomaly.layer.starts_with("gtp") => {
                if let Some(ends) = &event.ends {
                    self.noted(scene, event, ends, anomaly, findings);
                }
            }
            _ => {}
        }
    }

    fn gaps(&self, _: &Scene) -> Vec<Gap> {
        if !self.midway {
            return Vec::new();
        }
        let missing =
            "the requests of some answers: the capture begins midway or shows one direction";
        vec![Gap { detection: CARD.id, check: "state.no-request", missing: missing.to_owned() }]
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.peers.count(), self.spoofers.count()]
    }
}

impl GtpMalformed {
    fn gtp(
        &mut self,
        scene: &Scene,
        event: &Event,
        ends: &Endpoints,
        gtp: &Gtp,
        findings: &mut Vec<Finding>,
    ) {
        let echo = matches!(gtp.message_type, 1 | 2);
        let lies = !gtp.snapped
            && (gtp.claimed_len != gtp.payload_len || gtp.undecoded_len > 0)
            && gtp.payload_len > 0;
        let lacks = !gtp.missing.is_empty() && !gtp.snapped;
        let odd = lies || lacks || odd_teid(gtp).is_some();
        // What the parser noted of this message follows it.
        let (readable, plain) = (is_readable(gtp), is_plain(gtp));
        self.last = Some(Last { frame: event.frame, echo, readable, plain, snapped: gtp.snapped });
        if gtp.outcome.is_some() && !echo {
            self.response(scene, event, ends, gtp, findings);
        }
        if !odd || echo {
            return;
        }
        let certain = readable && (plain || speak_gtp(scene, ends));
        if lies {
            let why = if gtp.claimed_len != gtp.payload_len {
                format!(
                    "the header claims {} octets and {} are there",
                    gtp.claimed_len, gtp.payload_len
                )
            } else {
                format!("{} octets behind the last element are none", gtp.undecoded_len)
            };
            // Trailers of the link are taken for octets of end markers; nothing in them is acted upon.
            let certain = certain && !gtp.user_plane;
            self.defect(scene, event, ends, "length", certain, &why, findings);
        }
        // A refusal has little more than its cause, and an unknown peer gets not even that.
        if lacks && gtp.outcome != Some(Outcome::Refused) {
            let list: Vec<String> = gtp.missing.iter().take(6).map(|ie| element(*ie)).collect();
            let why = format!(
                "it lacks {} {}",
                if list.len() == 1 { "element" } else { "elements" },
                list.join(", ")
            );
            // Stacks forget causes of bearers in their answers; who asks has no answer without the element.
            // And one that changes a bearer may leave the ceiling of its rate as it is: widespread cores do.
            let same_rate = gtp.version == 2 && gtp.message_type == 97 && gtp.missing == [AMBR];
            let certain = certain && gtp.outcome.is_none() && !same_rate;
            self.defect(scene, event, ends, "mandatory", certain, &why, findings);
        }
        if let Some(why) = odd_teid(gtp) {
            self.defect(scene, event, ends, "teid", certain, &why, findings);
        }
    }

    /// What the parser noted of the message in this frame, or of a G-PDU.
    fn noted(
        &mut self,
        scene: &Scene,
        event: &Event,
        ends: &Endpoints,
        anomaly: &Anomaly,
        findings: &mut Vec<Finding>,
    ) {
        let last = self.last.filter(|last| last.frame == event.frame);
        if last.is_some_and(|last| last.echo || last.snapped) {
            return;
        }
        let Some((_, field)) = anomaly.field.split_once('.') else { return };
        let kind = match field {
            "extension_length" | "extension_required" => "extension",
            "extension" if matches!(anomaly.flaw.as_ref(), "too many" | "illegal value") => {
                "extension"
            }
            "reserved" | "spare" | "order" | "duplicate" | "ie_length" | "sequence"
            | "piggyback" | "grouped" => {
                KINDS.iter().map(|(name, _)| *name).find(|name| *name == field).unwrap_or("other")
            }
            "imsi" | "msisdn" | "mei" => "identity",
            "gsn_address" | "ip_address" | "f_teid" | "end_user_address" | "paa" | "uli" => {
                "address"
            }
            // The message itself says so, or another detection does.
            "length" | "mandatory" | "teid" | "port" | "nested" | "message_type" | "version"
            | "header" | "flow_label" | "apn" | "pco" | "pco_length" => return,
            _ => "other",
        };
        // G-PDUs have no event of their own: they are GTP where a GSN is at one end.
        let plain = last.is_some_and(|last| last.plain);
        let readable = last.is_none_or(|last| last.readable);
        let certain = readable && (plain || speak_gtp(scene, ends));
        let why = format!(
            "{} ({}{})",
            anomaly.field,
            anomaly.flaw,
            anomaly.value.map_or_else(String::new, |value| format!(" {value}"))
        );
        self.defect(scene, event, ends, kind, certain, &why, findings);
    }

    #[expect(clippy::too_many_arguments, reason = "one defect with its place and where it is told")]
    fn defect(
        &mut self,
        scene: &Scene,
        event: &Event,
        ends: &Endpoints,
        kind: &'static str,
        certain: bool,
        why: &str,
        findings: &mut Vec<Finding>,
    ) {
        let peer_ip = ends.src_ip;
        let check = match kind {
            "length" | "mandatory" | "teid" => kind,
            "extension" => "extension-header",
            _ => "habit",
        };
        let mut finding = CARD.finding(check, event);
        finding.confidence = if certain { 0.6 } else { 0.3 };
        if !certain {
            finding.level = Level::Low;
        }
        finding.key = format!("{peer_ip}>{}", ends.dest_ip);
        finding.signature = format!(
            "{} sent {} GTP that is not well formed",
            scene.who(peer_ip),
            scene.who(ends.dest_ip)
        );
        finding.why = format!("In a message of frame {}: {why}.", event.frame);
        round_off(&mut finding, scene, ends);
        findings.push(finding);
        if !certain {
            return;
        }
        let enough = self.kinds.of(scene.network.owner_of_ip(peer_ip));
        let place = KINDS.iter().position(|(name, _)| *name == kind).unwrap_or(KINDS.len() - 1);
        let (peer, _) = self.peers.entry(&peer_ip, Peer::default);
        if peer.kinds == 0 {
            peer.first = event.at;
        }
        if peer.kinds & (1 << place) != 0 {
            return;
        }
        peer.kinds |= 1 << place;
        if peer.frames.len() < MAX_FRAMES {
            peer.frames.push(event.frame);
        }
        if u64::from(peer.kinds.count_ones()) < enough {
            return;
        }
        let names: Vec<&str> = KINDS
            .iter()
            .enumerate()
            .filter(|(bit, _)| peer.kinds & (1 << bit) != 0)
            .map(|(_, (_, told))| *told)
            .collect();
        let mut finding = CARD.finding("several", event);
        finding.confidence = 0.7;
        finding.key = peer_ip.to_string();
        finding.signature =
            format!("{} sends GTP with {} different defects", scene.who(peer_ip), names.len());
        finding.why = format!("Its messages have {}.", names.join(", "));
        finding.frames = peer.frames.clone();
        finding.first_seen = peer.first;
        round_off(&mut finding, scene, ends);
        findings.push(finding);
    }

    /// An answer: to what was asked, or to nothing.
    fn response(
        &mut self,
        scene: &Scene,
        event: &Event,
        ends: &Endpoints,
        gtp: &Gtp,
        findings: &mut Vec<Finding>,
    ) {
        if !gtp.request_unseen {
            // Only who answers what is asked can be told from a tap that shows one direction.
            if !gtp.duplicate {
                self.peers.entry(&ends.src_ip, Peer::default).0.answered += 1;
            }
            return;
        }
        let owner = scene.network.owner_of_ip(ends.src_ip);
        let begin = Duration::from_secs(self.begin.of(owner));
        let early = scene.began.is_none_or(|began| event.at.since(began) <= begin);
        let span = Duration::from_secs(self.span.of(owner));
        let (peer, _) = self.peers.entry(&ends.src_ip, Peer::default);
        if early {
            self.midway = true;
            return;
        }
        if peer.strange == 0 || event.at.since(peer.strange_since) > span {
            (peer.strange, peer.strange_since) = (0, event.at);
            peer.answered_before = peer.answered;
            peer.strange_frames.clear();
        }
        peer.strange += 1;
        if peer.strange_frames.len() < MAX_FRAMES {
            peer.strange_frames.push(event.frame);
        }
        let enough = u64::from(peer.strange) >= self.answers.of(owner);
        if !enough || peer.strange_told.is_some_and(|told| event.at.since(told) <= span) {
            return;
        }
        // Where most answers lack their request, the capture lacks a direction.
        if peer.answered < u64::from(peer.strange) {
            self.midway = true;
            return;
        }
        peer.strange_told = Some(event.at);
        let mut finding = CARD.finding("state.no-request", event);
        finding.confidence = 0.5;
        // A capture that loses a frame in ten loses requests at this rate.
        let joined = peer.answered - peer.answered_before;
        if u64::from(peer.strange) * LOSS < joined {
            (finding.level, finding.confidence) = (Level::Low, 0.3);
        }
        finding.key = ends.src_ip.to_string();
        finding.signature = format!(
            "{} answers requests that {} did not send",
            scene.who(ends.src_ip),
            scene.who(ends.dest_ip)
        );
        finding.why = format!(
            "{} answers without a request in {} seconds, the last a {}; {} other requests to it and their answers were seen.",
            peer.strange,
            event.at.since(peer.strange_since).as_secs(),
            gtp.message,
            peer.answered
        );
        finding.frames = peer.strange_frames.clone();
        finding.first_seen = peer.strange_since;
        round_off(&mut finding, scene, ends);
        findings.push(finding);
    }

    /// A subscriber who sends from an address that is not his.
    fn spoofed(
        &mut self,
        scene: &Scene,
        event: &Event,
        flow: &Flow,
        assigned: IpAddr,
    ) -> Option<Finding> {
        let (path, ends) = (event.path.as_ref()?, event.ends.as_ref()?);
        if flow.state != FlowState::New {
            return None;
        }
        let mut finding = CARD.finding("source.spoofed", event);
        finding.confidence = 0.6;
        finding.key = format!("{assigned}|{}", ends.src_ip);
        let who =
            path.imsi.map_or_else(|| assigned.to_string(), |imsi| format!("subscriber {imsi}"));
        finding.signature =
            format!("{who} sends from {}, an address that was not given out to it", ends.src_ip);
        finding.why = format!(
            "The gateway gave {assigned} to the tunnel with TEID {:#010x} at {}, and a packet to {} came up from {}.",
            path.teid, path.dest_ip, ends.dest_ip, ends.src_ip
        );
        finding.honest_cause = "A router with a network of its own behind the subscription (framed routes), or a device that \
                                still uses the address of an earlier session."
            .to_owned();
        finding.next_step = format!(
            "Check that {} drops what comes up a tunnel from another address than the assigned one; whose address {} is, and \
             what {} answered.",
            path.dest_ip, ends.src_ip, ends.dest_ip
        );
        finding.decided_by = Some(scene.network.cite_ip(ends.src_ip));
        finding.entities = vec![format!("ip:{assigned}"), format!("ip:{}", ends.src_ip)];
        finding.entities.extend(path.imsi.map(|imsi| format!("imsi:{imsi}")));
        finding.entities.push(format!("teid:{:#010x}", path.teid));
        let mut fresh = false;
        self.spoofers.entry(&(assigned, ends.src_ip), || fresh = true);
        finding.counts = fresh;
        Some(finding)
    }
}

fn round_off(finding: &mut Finding, scene: &Scene, ends: &Endpoints) {
    finding.honest_cause =
        "A stack with a defect, an unusual release of the specification, or a tap that spoils frames.".to_owned();
    finding.next_step = format!(
        "Compare the frames with other traffic of {}; if only some messages are like this, look what {} did after them (restarts, \
         alarms), and have the border drop what is not well formed.",
        ends.src_ip, ends.dest_ip
    );
    finding.decided_by = Some(scene.network.cite_ip(ends.src_ip));
    finding.entities = entities(ends.src_ip, ends.dest_ip, None);
}

/// `85`, or `87 instance 1` of GTPv2.
fn element(missing: u16) -> String {
    let [instance, kind] = missing.to_be_bytes();
    if instance == 0 { kind.to_string() } else { format!("{kind} instance {instance}") }
}

/// TS 29.060 §7.2 and §7.3, TS 29.281 §5.1, TS 29.274 §5.5: where a TEID stands that no message has, and where none does
/// that must have one.
fn odd_teid(gtp: &Gtp) -> Option<String> {
    if gtp.prime {
        return None;
    }
    match (gtp.version, gtp.message_type, gtp.teid) {
        (1, 3 | 26 | 31, Some(teid @ 1..)) => {
            Some(format!("a {} with TEID {teid:#010x}", gtp.message))
        }
        (1, 18 | 20 | 128, Some(0)) => Some(format!("a {} without TEID", gtp.message)),
        (2, 3, Some(teid)) => Some(format!("a {} with TEID {teid:#010x}", gtp.message)),
        (2, 34 | 36 | 64 | 66 | 68 | 95 | 97 | 99, Some(0)) => {
            Some(format!("a {} without TEID", gtp.message))
        }
        (2, 4.., None) if gtp.message != "unknown" => {
            Some(format!("a {} without TEID", gtp.message))
        }
        _ => None,
    }
}

fn speaks_gtp(scene: &Scene, ip: IpAddr) -> bool {
    scene.inventory.roles_of(ip).any(GSN)
        || scene.network.listed_by(ip, Use::Gsn).is_some()
        || scene.network.element_of_ip(ip).is_some_and(|element| element.role_set().any(GSN))
}

fn speak_gtp(scene: &Scene, ends: &Endpoints) -> bool {
    speaks_gtp(scene, ends.src_ip) || speaks_gtp(scene, ends.dest_ip)
}

fn is_readable(gtp: &Gtp) -> bool {
    gtp.version <= 2 && gtp.message != "unknown"
}

/// Whether it is GTP beyond doubt, and not what another program sends on its port.
const fn is_plain(gtp: &Gtp) -> bool {
    gtp.imsi.is_some()
        || !gtp.fteids.is_empty()
        || gtp.request_frame.is_some()
        || gtp.tunnel.is_some()
}

#[cfg(test)]
#[path = "gtp_malformed_tests.rs"]
mod tests;
