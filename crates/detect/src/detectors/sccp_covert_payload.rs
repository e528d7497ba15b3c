//! Signalling that carries something else: data of no known user in SCCP, SCTP or M3UA.
//!
//! Whoever may send SCCP to a host of a partner has a channel through every signalling gateway on the way. What SCCP
//! carries is known: TCAP, and on few links BSSAP, RANAP and ISUP. Anything else, both ways and again and again, and as
//! even as ciphertext, is no signalling.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::time::Duration;

use event::{
    Anomaly, Capped, Endpoints, Event, Level, M3ua, Outcome, Sccp, SccpAddress, Sctp, SctpState,
    TableCount, Timestamp, What,
};
use network::Owner;

use super::dns::{Distinct, Frames, key_of};
use crate::card::{Card, Check, Detector, Finding, Kinds, Setting, Stage};
use crate::scene::Scene;
use crate::tuning::{Limit, Tuning};

pub(crate) const CARD: Card = Card {
    id: "sccp-covert-payload",
    level: Level::High,
    summary: "Signalling carries something else",
    needs: "SCCP and SUA messages whose data are no known user's, with their subsystems and entropy; SCTP associations with their payload \
            protocol identifiers, and how many messages were not what these say; M3UA information strings.",
    quiet_for: "A vendor's private subsystem between nodes of our own; management messages; garbage that comes once, or one way; \
                messages that came back undelivered.",
    description: "[home] networks, titles and point codes tell a national link, where private subsystems are quiet. Without them every \
                  link is judged, at a lower confidence.",
    thresholds: "Within an hour, between the same two parties, both ways. Even means 85 % of the entropy that so many octets can have: \
                 ciphertext reaches 95, text 70, structures less.",
    stage: Stage::Control,
    settings: &[MESSAGES, EVENNESS, ONE_WAY, MISFITS],
    judges: Kinds::SCCP.and(Kinds::SCTP).and(Kinds::M3UA),
    basis: "CrowdStrike on SIGTRANslator (2021): data over SIGTRAN to a remote operator; its format is not public, so that roles and shapes \
            decide. ITU-T Q.713, TS 23.003 §8 for subsystems; IANA for identifiers",
    checks: &[
        Check {
            name: "payload.both-ways",
            level: Level::High,
            looks_for: "data of no known user between two parties, both ways: even ones, or on subsystems that nobody assigned",
        },
        Check {
            name: "payload.one-way",
            level: Level::Medium,
            looks_for: "many even data of no known user, one way only",
        },
        Check {
            name: "association.misfit",
            level: Level::High,
            looks_for: "messages on an association that are not what their identifier or port says, nor anything known, both ways; \
                        medium while few were seen",
        },
        Check {
            name: "association.relabelled",
            level: Level::Low,
            looks_for: "messages of one protocol under the identifier of another",
        },
        Check {
            name: "management.information",
            level: Level::Medium,
            looks_for: "ever new information strings in M3UA management, which say the same again from an honest stack",
        },
    ],
    attack: &["T1095", "T1572", "T1573.001"],
    fight: &["FGT1071.502", "FGT5045", "FGT5042"],
    motif: &["MOT3003.301", "MOT1199.301"],
};

const MESSAGES: Setting = Setting {
    name: "messages",
    default: 6,
    most: 100_000,
    unit: "messages",
    why: "a question and an answer are two; a test by hand is over after a few",
};
const EVENNESS: Setting = Setting {
    name: "evenness",
    default: 85,
    most: 100,
    unit: "percent",
    why: "text stays below 75, structures below 70, ciphertext of sixteen octets and more above 90",
};
const ONE_WAY: Setting = Setting {
    name: "one_way_messages",
    default: 30,
    most: 100_000,
    unit: "messages",
    why: "a broken stack repeats itself one way too, so that more is asked for",
};
const MISFITS: Setting = Setting {
    name: "misfits",
    default: 6,
    most: 100_000,
    unit: "messages",
    why: "one message that no parser knows is damage",
};

const HOUR: Duration = Duration::from_secs(3600);
/// Fewer octets are even by chance.
const ENOUGH: u32 = 16;
const NEW_STRINGS: u32 = 8;
const LONG_STRING: usize = 16;
const MAX_PARTIES: usize = 8_192;
const MAX_LINKS: usize = 4_096;

/// What two parties said to each other.
#[derive(Debug, Default)]
struct Pair {
    began: Option<Timestamp>,
    /// From the lower of the two, and from the other.
    said: [u32; 2],
    even: [u32; 2],
    octets: u64,
    /// Data on a subsystem that nobody assigned, and the last such one.
    unassigned: u32,
    ssn: Option<u8>,
    returned: u32,
    frames: Frames,
    told: u32,
}

/// One link between two hosts.
#[derive(Debug, Default)]
struct Link {
    misfits: [Option<u64>; 2],
    strings: Distinct<1>,
    frames: Frames,
    told: bool,
}

#[derive(Debug)]
pub(crate) struct SccpCovertPayload {
    pairs: Capped<u64, Pair>,
    links: Capped<(IpAddr, IpAddr), Link>,
    messages: Limit,
    evenness: u64,
    one_way: Limit,
    misfits: Limit,
}

impl Default for SccpCovertPayload {
    fn default() -> Self {
        Self {
            pairs: Capped::new("sccp-covert-payload.pairs", MAX_PARTIES),
            links: Capped::new("sccp-covert-payload.links", MAX_LINKS),
            messages: Limit::new(&MESSAGES),
            evenness: EVENNESS.default,
            one_way: Limit::new(&ONE_WAY),
            misfits: Limit::new(&MISFITS),
        }
    }
}

impl Detector for SccpCovertPayload {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::ANOMALY.and(Kinds::M3UA).and(Kinds::SCCP).and(Kinds::SCTP)
    }

    fn tune(&mut self, tuning: &Tuning) {
        self.messages = tuning.limit(&CARD, MESSAGES.name);
        self.evenness = tuning.limit(&CARD, EVENNESS.name).everybody();
        self.one_way = tuning.limit(&CARD, ONE_WAY.name);
        self.misfits = tuning.limit(&CARD, MISFITS.name);
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        match &event.what {
            What::Sccp(sccp) if sccp.payload.as_deref() == Some("unknown") => {
                self.sccp(scene, event, sccp, findings);
            }
            What::Sctp(sctp) if sctp.misfits_from_src + sctp.misfits_from_dest > 0 => {
                self.association(scene, event, sctp, findings);
            }
            What::Anomaly(anomaly) if anomaly.layer == "sctp" => {
                self.anomaly(scene, event, anomaly, findings);
            }
            What::M3ua(m3ua) => self.information(scene, event, m3ua, findings),
            _ => {}
        }
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.pairs.count(), self.links.count()]
    }
}

/// Subsystems that TS 23.003 §8 and ITU-T Q.713 §3.4.2.2 assign.
const fn is_assigned(ssn: u8) -> bool {
    matches!(ssn, 0..=14 | 142 | 143 | 145..=150 | 248..=254)
}

/// Whether so many octets are as even as ciphertext.
fn is_even(sccp: &Sccp, percent: u64) -> bool {
    let Some(entropy) = sccp.entropy.filter(|_| sccp.payload_len >= ENOUGH) else { return false };
    let most = f64::from(sccp.payload_len.min(256)).log2() * 100.0;
    #[expect(clippy::cast_precision_loss, reason = "a percentage")]
    let share = percent as f64 / 100.0;
    f64::from(entropy) >= most * share
}

/// Who an SCCP address names, as far as it goes.
fn party(address: Option<&SccpAddress>, pc: Option<event::PointCode>, ip: Option<IpAddr>) -> u64 {
    let mut hasher = DefaultHasher::new();
    match address {
        Some(SccpAddress { gt: Some(gt), .. }) if !gt.digits.is_empty() => {
            gt.digits.hash(&mut hasher)
        }
        Some(SccpAddress { pc: Some(pc), .. }) => pc.hash(&mut hasher),
        _ => match pc {
            Some(pc) => pc.hash(&mut hasher),
            None => ip.hash(&mut hasher),
        },
    }
    hasher.finish()
}

fn owner<'a>(scene: &'a Scene, address: Option<&SccpAddress>, ip: Option<IpAddr>) -> Owner<'a> {
    let by_ip = || ip.map_or(Owner::Unknown, |ip| scene.network.owner_of_ip(ip));
    match address.map(|address| scene.network.owner_of_sccp(address)) {
        None | Some(Owner::Unknown) => by_ip(),
        Some(owner) => owner,
    }
}

/// `gt:99902000022`, `pc:2001`, `ip:…`: what an alert names.
fn entity(
    address: Option<&SccpAddress>,
    pc: Option<event::PointCode>,
    ip: Option<IpAddr>,
) -> String {
    if let Some(gt) = address.and_then(|address| address.gt.as_ref())
        && !gt.digits.is_empty()
    {
        return format!("gt:{}", gt.digits);
    }
    match (address.and_then(|address| address.pc).or(pc), ip) {
        (Some(pc), _) => format!("pc:{}", pc.0),
        (None, Some(ip)) => format!("ip:{ip}"),
        (None, None) => "ip:unknown".to_owned(),
    }
}

impl SccpCovertPayload {
    fn sccp(&mut self, scene: &Scene, event: &Event, sccp: &Sccp, findings: &mut Vec<Finding>) {
        let (src, dest) = (event.ends.map(|ends| ends.src_ip), event.ends.map(|ends| ends.dest_ip));
        let from = party(sccp.calling.as_ref(), sccp.opc, src);
        let to = party(sccp.called.as_ref(), sccp.dpc, dest);
        let key = from.rotate_left(1) ^ to.rotate_left(1) ^ from.wrapping_mul(to);
        let (pair, _) = self.pairs.entry(&key, Pair::default);
        if pair.began.is_none_or(|began| event.at >= began.plus(HOUR) || event.at < began) {
            *pair = Pair { began: Some(event.at), ..Pair::default() };
        }
        if sccp.return_cause.is_some() {
            pair.returned = pair.returned.saturating_add(1);
            return;
        }
        let side = usize::from(from > to);
        let even = is_even(sccp, self.evenness);
        if let (Some(said), Some(evens)) = (pair.said.get_mut(side), pair.even.get_mut(side)) {
            *said = said.saturating_add(1);
            *evens = evens.saturating_add(u32::from(even));
        }
        pair.octets += u64::from(sccp.payload_len);
        pair.frames.add(event.frame);
        let ssns = [&sccp.calling, &sccp.called].map(|a| a.as_ref().and_then(|a| a.ssn));
        if let Some(ssn) = ssns.into_iter().flatten().find(|ssn| !is_assigned(*ssn)) {
            pair.unassigned = pair.unassigned.saturating_add(1);
            pair.ssn = Some(ssn);
        }
        let [a, b] = pair.said;
        let all = a.saturating_add(b);
        if all < 4 || pair.told != 0 && all < pair.told * 2 {
            return;
        }
        let (calling, called) = (sccp.calling.as_ref(), sccp.called.as_ref());
        let sender = owner(scene, calling, src);
        let receiver = owner(scene, called, dest);
        // A national link: what our nodes say to each other is for them to know.
        if sender.is_home() && receiver.is_home() && !foreign_link(scene, event.ends.as_ref()) {
            return;
        }
        let whose = if sender.is_home() { receiver } else { sender };
        let even_share = (pair.even[0] + pair.even[1]) * 2 >= all;
        let both = a >= 2 && b >= 2;
        let odd_ssn = pair.unassigned * 2 >= all;
        let check = match () {
            () if both && (even_share || odd_ssn) && u64::from(all) >= self.messages.of(whose) => {
                "payload.both-ways"
            }
            () if !both && even_share && u64::from(all) >= self.one_way.of(whose) => {
                "payload.one-way"
            }
            () => return,
        };
        pair.told = all;
        let mut finding = CARD.finding(check, event);
        let described = scene.network.has_home_gts() || scene.network.has_home_networks();
        if check == "payload.both-ways" && !even_share {
            finding.level = Level::Medium;
        }
        finding.confidence = match (described, even_share && odd_ssn) {
            (true, true) => 0.9,
            (true, false) => 0.8,
            (false, true) => 0.7,
            (false, false) => 0.6,
        };
        finding.outcome = if both { Outcome::AnsweredWithData } else { Outcome::Attempt };
        let (one, other) = (entity(calling, sccp.opc, src), entity(called, sccp.dpc, dest));
        let (first, second) = if sender.is_home() {
            (other.clone(), one.clone())
        } else {
            (one.clone(), other.clone())
        };
        let (low, high) = if first < second { (&first, &second) } else { (&second, &first) };
        finding.key = format!("{low}|{high}");
        finding.signature =
            format!("{first} and {second} exchange data over SCCP that are no signalling");
        finding.why = format!(
            "{all} messages within an hour, {} one way and {} the other, {} octets of no known user, {} of them as even as \
             ciphertext{}; the last has {} octets at {}.{:02} bits each",
            a,
            b,
            pair.octets,
            pair.even[0] + pair.even[1],
            match pair.ssn {
                Some(ssn) => format!(
                    ", {} on subsystems that nobody assigned (such as {ssn})",
                    pair.unassigned
                ),
                None => String::new(),
            },
            sccp.payload_len,
            sccp.entropy.unwrap_or(0) / 100,
            sccp.entropy.unwrap_or(0) % 100
        );
        finding.honest_cause =
            "A vendor's private protocol between its own nodes, which the description does not show as a national link".to_owned();
        finding.next_step = format!(
            "Ask the owner of {first} what runs there; look on the host behind {second} for a process with an SCTP socket that is no \
             signalling software, and screen this pair at the STP"
        );
        finding.decided_by = Some(scene.network.cite_owner(whose));
        finding.frames = pair.frames.list();
        finding.entities = vec![first, second];
        finding.entities.extend(src.map(|ip| format!("ip:{ip}")));
        finding.entities.extend(dest.map(|ip| format!("ip:{ip}")));
        findings.push(finding);
    }

    /// An association at its end: what did not fit is counted in it.
    fn association(
        &mut self,
        scene: &Scene,
        event: &Event,
        sctp: &Sctp,
        findings: &mut Vec<Finding>,
    ) {
        let Some(ends) = &event.ends else { return };
        if sctp.state != SctpState::Closed || !is_interconnect(sctp) {
            return;
        }
        let (out, back) = (sctp.misfits_from_src, sctp.misfits_from_dest);
        let owner = scene.network.owner_of_ip(ends.src_ip);
        if out < 2 || back < 2 || out + back < self.misfits.of(owner) || between_us(scene, ends) {
            return;
        }
        let mut finding = misfit(scene, event, ends, Level::High);
        finding.counts = false;
        // Frames of the first of them are known from when they were seen.
        if let Some(link) = self.links.get_mut(&pair_of(ends)) {
            let mut frames = link.frames.list();
            frames.push(event.frame);
            finding.frames = frames;
        }
        finding.why = format!(
            "{out} messages from {} and {back} back, {} octets at {}.{:02} bits each, are not what their identifiers ({}) or ports say, \
             nor anything that we know",
            ends.src_ip,
            sctp.misfit_octets,
            sctp.misfit_entropy.unwrap_or(0) / 100,
            sctp.misfit_entropy.unwrap_or(0) % 100,
            sctp.ppids.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
        );
        findings.push(finding);
    }

    /// Told once for each direction, when it is first seen.
    fn anomaly(
        &mut self,
        scene: &Scene,
        event: &Event,
        anomaly: &Anomaly,
        findings: &mut Vec<Finding>,
    ) {
        let Some(ends) = &event.ends else { return };
        match (anomaly.field.as_ref(), anomaly.flaw.as_ref()) {
            ("sctp.payload", _) => {}
            ("sctp.data_payload_proto_id", "illegal value") => {
                if between_us(scene, ends) {
                    return;
                }
                let mut finding = CARD.finding("association.relabelled", event);
                finding.confidence = 0.5;
                finding.key = format!("{}|{}", ends.src_ip, ends.dest_ip);
                finding.signature = format!(
                    "{} sends one protocol under the identifier of another",
                    scene.who(ends.src_ip)
                );
                finding.why = format!(
                    "A message with payload protocol identifier {} on port {} has the shape of another protocol",
                    anomaly.value.unwrap_or(0),
                    ends.dest_port
                );
                finding.honest_cause = "A stack that never set the identifier right".to_owned();
                finding.next_step =
                    "Compare with what this peer sent before; a new stack is a new host".to_owned();
                finding.decided_by =
                    Some(scene.network.cite_owner(scene.network.owner_of_ip(ends.src_ip)));
                finding.entities =
                    vec![format!("ip:{}", ends.src_ip), format!("ip:{}", ends.dest_ip)];
                return findings.push(finding);
            }
            _ => return,
        }
        let claims = anomaly.value.is_some_and(|ppid| matches!(ppid, 2..=5 | 46 | 47));
        let port = |port: u16| matches!(port, 2904 | 2905 | 3565 | 3868 | 5868 | 14001);
        if !claims && !port(ends.src_port) && !port(ends.dest_port) || between_us(scene, ends) {
            return;
        }
        let (link, _) = self.links.entry(&pair_of(ends), Link::default);
        link.frames.add(event.frame);
        let side = usize::from(ends.src_ip > ends.dest_ip);
        if let Some(seen) = link.misfits.get_mut(side) {
            *seen = Some(event.frame);
        }
        if link.told || link.misfits.contains(&None) {
            return;
        }
        link.told = true;
        let mut finding = misfit(scene, event, ends, Level::Medium);
        finding.frames = link.frames.list();
        finding.why = format!(
            "Both sides sent messages that are not what their payload protocol identifier (the last: {}) or port says, nor anything that \
             we know",
            anomaly.value.unwrap_or(0)
        );
        findings.push(finding);
    }

    fn information(
        &mut self,
        scene: &Scene,
        event: &Event,
        m3ua: &M3ua,
        findings: &mut Vec<Finding>,
    ) {
        let Some(info) = m3ua.info.as_deref().filter(|info| info.len() >= LONG_STRING) else {
            return;
        };
        let Some(ends) = &event.ends else { return };
        let (link, _) = self.links.entry(&pair_of(ends), Link::default);
        link.frames.add(event.frame);
        if !link.strings.add(key_of(info).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 7)
            || link.strings.count() != NEW_STRINGS
            || between_us(scene, ends)
        {
            return;
        }
        let mut finding = CARD.finding("management.information", event);
        finding.confidence = 0.6;
        finding.key = format!("{}|{}", ends.src_ip, ends.dest_ip);
        finding.signature =
            format!("{} writes ever new information strings into M3UA", scene.who(ends.src_ip));
        finding.why = format!(
            "{NEW_STRINGS} different strings of {LONG_STRING} octets and more; the last in {}",
            m3ua.message
        );
        finding.honest_cause = "A stack that writes times or counters into its reports".to_owned();
        finding.next_step = "Read the strings in the frames".to_owned();
        finding.decided_by = Some(scene.network.cite_owner(scene.network.owner_of_ip(ends.src_ip)));
        finding.frames = link.frames.list();
        finding.entities = vec![format!("ip:{}", ends.src_ip), format!("ip:{}", ends.dest_ip)];
        findings.push(finding);
    }
}

/// By identifier: what crosses an interconnect; other users of SCTP are their networks' own.
fn is_interconnect(sctp: &Sctp) -> bool {
    sctp.ppids.iter().any(|ppid| matches!(ppid, 2..=5 | 46 | 47))
        || !sctp.payload.as_deref().is_some_and(|payload| {
            matches!(payload, "s1ap" | "ngap" | "x2ap" | "xnap" | "f1ap" | "e1ap")
        })
}

fn pair_of(ends: &Endpoints) -> (IpAddr, IpAddr) {
    (ends.src_ip.min(ends.dest_ip), ends.src_ip.max(ends.dest_ip))
}

/// Both ends are ours.
fn between_us(scene: &Scene, ends: &Endpoints) -> bool {
    let home = |ip| scene.network.owner_of_ip(ip).is_home() || scene.network.is_management(ip);
    home(ends.src_ip) && home(ends.dest_ip)
}

/// The link comes from outside, whatever the addresses on it say.
fn foreign_link(scene: &Scene, ends: Option<&Endpoints>) -> bool {
    scene.network.has_home_networks() && ends.is_some_and(|ends| !between_us(scene, ends))
}

fn misfit(scene: &Scene, event: &Event, ends: &Endpoints, level: Level) -> Finding {
    let (low, high) = pair_of(ends);
    let mut finding = CARD.finding("association.misfit", event);
    finding.level = level;
    finding.confidence = if scene.network.is_empty() { 0.6 } else { 0.8 };
    finding.outcome = Outcome::AnsweredWithData;
    finding.key = format!("{low}|{high}");
    finding.signature = format!(
        "{} and {} exchange messages over SCTP that are no signalling",
        scene.who(ends.src_ip),
        scene.who(ends.dest_ip)
    );
    finding.honest_cause =
        "A protocol of the vendor's own on a port of SIGTRAN; damaged captures".to_owned();
    finding.next_step =
        "Look at the messages in the frames, and on our end for the process that holds the socket"
            .to_owned();
    finding.decided_by = Some(scene.network.cite_owner(scene.network.owner_of_ip(ends.src_ip)));
    finding.entities = vec![format!("ip:{}", ends.src_ip), format!("ip:{}", ends.dest_ip)];
    finding
}

#[cfg(test)]
#[path = "sccp_covert_payload_tests.rs"]
mod tests;
