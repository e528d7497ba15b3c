//! An encoding made to slip past a filter.
//!
//! A filter that looks for octets at fixed places, at the first component, at one form of a number or at the application
//! context alone lets pass what the node behind it reads all the same. Whatever a strict and a tolerant reader of BER and
//! TCAP part over is on the message's event; here it is weighed: what no stack sends counts, what is legal and rare counts
//! where an operation stands behind it that has no business here.

use std::collections::VecDeque;

use event::{Anomaly, Capped, Event, Level, Map, Sccp, TableCount, Timestamp, What};
use network::Owner;

use super::ss7::answers::{self, Answers};
use super::ss7::operations::{Category, Profile, User};
use super::ss7::outside::{Origin, Outside, Way};
use super::ss7::{entities, place};
use crate::card::{Card, Check, Detector, Finding, Gap, Kinds, Setting, Stage};
use crate::scene::Scene;
use crate::tuning::{Limit, Tuning};

const UNFINISHED: Setting = Setting {
    name: "unfinished",
    default: 5,
    most: 1_000_000,
    unit: "messages",
    why: "a lost packet leaves one message unfinished; so many of one sender in an hour are meant to be",
};
const HOUR: std::time::Duration = std::time::Duration::from_secs(3_600);
/// What is still on its way when the capture ends is not unfinished: Q.714 §4.1.1.2.3 gives segments ten seconds.
const REASSEMBLY: std::time::Duration = std::time::Duration::from_secs(10);
const MAX_SENDERS: usize = 4_096;
const MAX_PENDING: usize = 4_096;
const MAX_WAITING: usize = 1_024;

/// A trick: what it is called, how it is told, and what it is worth where no forbidden operation stands behind it.
struct Trick {
    check: &'static str,
    /// Fields of our parsers that give it away.
    fields: &'static [&'static str],
    alone: Option<Level>,
    /// In sentences: `a length longer than it needs`.
    words: &'static str,
}

/// Q.773, X.690, Q.713. The first that fits names the alert, so the sharpest stand first.
const TRICKS: &[Trick] = &[
    Trick {
        check: "opcode.global",
        fields: &["tcap.global_opcode", "tcap.global_error_code"],
        alone: Some(Level::Medium),
        words: "the operation code in its global form, an object identifier",
    },
    Trick {
        check: "number.padded",
        fields: &[
            "ber.integer",
            "tcap.opcode_length",
            "tcap.invoke_id",
            "tcap.linked_id",
            "tcap.error_code_length",
            "tcap.problem",
        ],
        alone: Some(Level::Medium),
        words: "a code or identity in more octets than it needs",
    },
    Trick {
        check: "tag.form",
        fields: &["ber.tag"],
        alone: Some(Level::Medium),
        words: "a tag in more octets than it needs, or of the wrong form",
    },
    Trick {
        check: "length.form",
        fields: &["ber.length"],
        alone: Some(Level::Medium),
        words: "a length in more octets than it needs",
    },
    Trick {
        check: "transaction.length",
        fields: &["tcap.otid_length", "tcap.dtid_length"],
        alone: Some(Level::Medium),
        words: "a transaction identity that is not one to four octets long",
    },
    Trick {
        check: "context.operation",
        fields: &["map.operation"],
        alone: Some(Level::Medium),
        words: "an operation that the application context does not permit",
    },
    Trick {
        check: "context.form",
        fields: &["ber.oid"],
        alone: Some(Level::Medium),
        words: "an object identifier with padded arcs",
    },
    Trick {
        check: "segments.overlap",
        fields: &["sccp.segmentation"],
        alone: Some(Level::Medium),
        words: "segments that lie over each other",
    },
    Trick {
        check: "length.overrun",
        fields: &["ber.overrun", "ber.depth", "ber.padding"],
        alone: Some(Level::Medium),
        words: "lengths that lie, padding between elements, or nesting without end",
    },
    Trick {
        check: "structure",
        fields: &[
            "tcap.message_type",
            "tcap.otid",
            "tcap.dtid",
            "tcap.unknown_tag",
            "tcap.duplicate",
            "tcap.order",
            "tcap.opcode",
            "tcap.error_code",
            "tcap.parameter",
            "tcap.dialogue",
            "tcap.trailing",
            "tcap.p_abort_cause",
        ],
        alone: Some(Level::Medium),
        words: "elements that are missing, unknown, doubled or out of order",
    },
    Trick {
        check: "components.several",
        fields: &["tcap.components"],
        alone: Some(Level::Low),
        words: "several different operations in one begin",
    },
    Trick {
        check: "length.indefinite",
        fields: &["ber.indefinite"],
        alone: None,
        words: "indefinite lengths",
    },
];

const DIALOGUE_CONTEXT: &str =
    "an operation that does not belong to the context its dialogue was opened in,";
const CONTEXT_MISSING: &str = "context.missing";
const CONTEXT_UNKNOWN: &str = "context.unknown";
const PACKAGE: &str = "package.state";
const SUBSYSTEM: &str = "address.subsystem";
const UNDECODABLE: &str = "undecodable";
const UNFINISHED_CHECK: &str = "segments.unfinished";

const fn check(name: &'static str, level: Level, looks_for: &'static str) -> Check {
    Check { name, level, looks_for }
}

pub(crate) const CARD: Card = Card {
    id: "tcap-evasion",
    level: Level::High,
    summary: "An encoding made to slip past a filter",
    needs: "Every component of TCAP messages with what was noted of their encoding, and the titles they travelled under.",
    quiet_for: "Indefinite lengths, as some stacks send them; several components in a Continue, and in the Begins of CAP and \
                INAP; segmentation as such; operation codes above 127 outside MAP and CAP; what our own nodes send; what the \
                capture cut off.",
    description: "[home] gt_prefixes and networks say who is outside; agreements and the subscribers' homes say whether the \
                  operation behind the encoding has any business here. Without them every odd encoding that is not known to be \
                  our own counts, at a lower confidence.",
    thresholds: "One message is enough. Medium; high where the operation behind it is of category 1 or 2 and its sender may not \
                 send it. An answer changes nothing of the level: the category's own detection tells what left.",
    stage: Stage::SignallingAccess,
    settings: &[UNFINISHED],
    judges: Kinds::MAP.and(Kinds::CAP),
    basis: "Enea and Oracle on evasions seen in the wild (2018 to 2023); ITU-T Q.773, X.690, Q.713; TS 29.002 §17.3",
    checks: &[
        check("opcode.global", Level::Medium, "an operation code in the global form"),
        check(
            "number.padded",
            Level::Medium,
            "an operation code, invoke or linked identity with padding octets",
        ),
        check(
            "tag.form",
            Level::Medium,
            "a tag in more octets than it needs, or constructed where it is primitive",
        ),
        check(
            "length.form",
            Level::Medium,
            "a length in the long form, or longer, for what the short form holds",
        ),
        check(
            "length.indefinite",
            Level::High,
            "indefinite lengths around an operation that its sender may not send",
        ),
        check(
            "length.overrun",
            Level::Medium,
            "lengths past the end, padding between elements, endless nesting",
        ),
        check(
            "transaction.length",
            Level::Medium,
            "a transaction identity longer than four octets, or empty",
        ),
        check(
            "context.operation",
            Level::Medium,
            "an operation that its application context does not permit, in the opening message or later in the dialogue",
        ),
        check("context.form", Level::Medium, "an application context with padded arcs"),
        check(
            CONTEXT_MISSING,
            Level::Medium,
            "an operation of version 2 or later in a begin without a dialogue portion",
        ),
        check(
            CONTEXT_UNKNOWN,
            Level::Medium,
            "an application context in MAP's arc that no specification names, or a foreign one around a MAP operation",
        ),
        check(
            "components.several",
            Level::Low,
            "different operations in one MAP begin; medium where no context covers them",
        ),
        check(
            "structure",
            Level::Medium,
            "elements that are missing, unknown, doubled or out of order",
        ),
        check(
            PACKAGE,
            Level::Low,
            "a MAP invoke in an End or Unidirectional; medium in the latter",
        ),
        check(
            SUBSYSTEM,
            Level::Low,
            "a MAP begin to no subsystem, or to one that is none of MAP's",
        ),
        check("segments.overlap", Level::Medium, "SCCP segments that lie over each other"),
        check(UNFINISHED_CHECK, Level::Medium, "segmented messages of one sender that never end"),
        check(UNDECODABLE, Level::Medium, "user data that begin like TCAP and cannot be read"),
    ],
    attack: &["T1027", "T1562"],
    fight: &["FGT5042", "FGT5016"],
    motif: &["MOT3005.301"],
};

/// Messages of one sender that never ended.
#[derive(Debug)]
struct Unfinished {
    since: Timestamp,
    frames: Vec<u64>,
    times: u64,
}

#[derive(Debug)]
pub(crate) struct TcapEvasion {
    profile: Profile,
    answers: Answers,
    /// By address of the sender.
    unfinished: Capped<std::net::IpAddr, Unfinished>,
    /// Those that were told, until it is sure that not only the capture ended.
    waiting: VecDeque<Event>,
    limit: Limit,
    nameless: bool,
}

impl Default for TcapEvasion {
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            answers: Answers::new("tcap-evasion.pending", MAX_PENDING, true),
            unfinished: Capped::new("tcap-evasion.unfinished", MAX_SENDERS),
            waiting: VecDeque::new(),
            limit: Limit::new(&UNFINISHED),
            nameless: false,
        }
    }
}

impl Detector for TcapEvasion {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::MAP.and(Kinds::CAP).and(Kinds::SCCP).and(Kinds::ANOMALY)
    }

    fn tune(&mut self, tuning: &Tuning) {
        self.profile = Profile::tuned(tuning);
        self.limit = tuning.limit(&CARD, UNFINISHED.name);
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        match &event.what {
            What::Map(map) | What::Cap(map) => {
                let opens = map.component.is_none() && map.message == "begin";
                if answers::is_answer(map) && !opens {
                    self.answers.answer(event, map, findings, |finding, _| finding.level);
                } else if map.anomalies.is_empty() && is_plain(map) {
                    // What nearly every message is.
                } else {
                    self.message(scene, event, map, findings);
                }
            }
            What::Sccp(sccp) => {
                self.answers.undelivered(event, sccp, findings);
                if sccp.payload.as_deref() == Some("tcap") && sccp.return_cause.is_none() {
                    undecodable(scene, event, sccp, findings);
                }
            }
            What::Anomaly(anomaly)
                if anomaly.field == "sccp.unfinished" && self.waiting.len() < MAX_WAITING =>
            {
                self.waiting.push_back(event.clone());
            }
            _ => {}
        }
    }

    fn advance(&mut self, scene: &Scene, _now: Timestamp, findings: &mut Vec<Finding>) {
        let over = |event: &Event| REASSEMBLY <= scene.now.since(event.at);
        while self.waiting.front().is_some_and(over) {
            let Some(event) = self.waiting.pop_front() else { return };
            if let What::Anomaly(anomaly) = &event.what {
                self.unfinished(scene, &event, anomaly, findings);
            }
        }
    }

    fn gaps(&self, _scene: &Scene) -> Vec<Gap> {
        if !self.nameless {
            return Vec::new();
        }
        let missing = "whose the calling titles and links of some odd messages are".to_owned();
        vec![Gap { detection: CARD.id, check: "structure", missing }]
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![
            self.answers.count(),
            self.unfinished.count(),
            TableCount {
                table: "tcap-evasion.waiting".into(),
                entries: self.waiting.len() as u64,
                cap: MAX_WAITING as u64,
                evicted: 0,
            },
        ]
    }
}

/// Subsystems that MAP's users have (TS 23.003 §8.2).
const fn is_map_subsystem(ssn: u8) -> bool {
    matches!(ssn, 5..=10 | 145 | 147..=150)
}

/// Nothing about the message but its encoding could be odd: a MAP begin with a context that is known, or a continue.
fn is_plain(map: &Map) -> bool {
    match map.message.as_ref() {
        "begin" => {
            map.user != "map"
                || (map.application_context_name.is_some() && subsystem(map).is_none())
        }
        "end" | "unidirectional" => map.user != "map",
        _ => true,
    }
}

/// The called subsystem where it is none of MAP's; zero stands for none.
fn subsystem(map: &Map) -> Option<u8> {
    let called = map.called.as_ref()?;
    let ssn = called.ssn.unwrap_or_default();
    (!is_map_subsystem(ssn)).then_some(ssn)
}

/// Operations of version 1, which has no dialogue portion (TS 29.002 §17.3.2, and the withdrawn contexts).
const fn has_version_1(opcode: i64) -> bool {
    matches!(
        opcode,
        2..=4
            | 7..=14
            | 16..=19
            | 22
            | 28..=30
            | 33..=35
            | 37
            | 38
            | 43
            | 45..=52
            | 54
            | 69
    )
}

/// A trick that was found.
struct Found {
    check: &'static str,
    alone: Option<Level>,
    words: String,
}

impl TcapEvasion {
    fn message(&mut self, scene: &Scene, event: &Event, map: &Map, findings: &mut Vec<Finding>) {
        let found = self.tricks(map);
        if found.is_empty() {
            return;
        }
        let way = Way::of(event, map);
        let (outside, confidence) = match Origin::of(scene, &way) {
            Origin::Outside(outside) => (Some(outside), outside.confidence()),
            Origin::Unknown => (None, 0.5),
            Origin::Home | Origin::Passing => return,
        };
        let behind = outside.as_ref().and_then(|outside| self.behind(scene, map, outside));
        // With something behind it any of them counts; otherwise the worst one names the alert.
        let first = found.iter().find(|trick| behind.is_some() || trick.alone.is_some());
        let alone = found.iter().filter_map(|trick| trick.alone).max();
        let named = found
            .iter()
            .find(|trick| behind.is_none() && alone.is_some() && trick.alone == alone)
            .or(first);
        let Some(trick) = named else {
            self.nameless |= outside.is_none();
            return;
        };
        let level = if behind.is_some() { Level::High } else { alone.unwrap_or(Level::Low) };
        let finding = tell(scene, event, map, &way, outside, &found, trick.check, behind);
        let finding = Finding { level, confidence, ..finding };
        if map.component.is_some() {
            self.answers.ask(event, map, &finding);
        }
        findings.push(finding);
    }

    fn tricks(&self, map: &Map) -> Vec<Found> {
        let mut found = Vec::new();
        let user = User::of(map);
        let opens = map.message == "begin";
        let invoke = map.component.as_deref() == Some("invoke");
        for trick in TRICKS {
            let mut fields = trick
                .fields
                .iter()
                .filter(|field| map.anomalies.iter().any(|noted| noted == *field))
                .filter(|field| counts(map, user, field));
            let Some(field) = fields.next() else { continue };
            let mut alone = trick.alone;
            // Different operations in one begin are legal where the context has them all.
            if trick.check == "components.several"
                && map.application_context_name.is_none()
                && user == Some(User::Map)
            {
                alone = Some(Level::Medium);
            }
            let words = match &map.dialogue_context {
                Some(context) if trick.check == "context.operation" => {
                    format!("{DIALOGUE_CONTEXT} {context} ({field})")
                }
                _ => format!("{} ({field})", trick.words),
            };
            found.push(Found { check: trick.check, alone, words });
        }
        if user != Some(User::Map) {
            return found;
        }
        let opcode = map.opcode.unwrap_or(-1);
        let mut more = |check, alone, words: String| {
            found.push(Found { check, alone: Some(alone), words });
        };
        match &map.application_context {
            None if opens && invoke && map.operation.is_some() && !has_version_1(opcode) => more(
                CONTEXT_MISSING,
                Level::Medium,
                "no dialogue portion around an operation that has none before version 2".to_owned(),
            ),
            Some(context) if opens && map.application_context_name.is_none() => more(
                CONTEXT_UNKNOWN,
                Level::Medium,
                format!("the application context {context}, which no specification of MAP names"),
            ),
            _ => {}
        }
        if invoke && map.message == "unidirectional" {
            more(PACKAGE, Level::Medium, "a MAP invoke in a Unidirectional message".to_owned());
        } else if invoke && map.message == "end" {
            more(PACKAGE, Level::Low, "an invoke in an End, which nobody can answer".to_owned());
        }
        if opens && let Some(ssn) = subsystem(map) {
            let words = match ssn {
                0 => "no called subsystem".to_owned(),
                ssn => format!("the called subsystem {ssn}, which is none of MAP's"),
            };
            more(SUBSYSTEM, Level::Low, words);
        }
        found
    }

    /// The operation behind it, where its sender may not send it.
    fn behind(&self, scene: &Scene, map: &Map, outside: &Outside<'_>) -> Option<String> {
        if map.component.as_deref() != Some("invoke") {
            return None;
        }
        let (user, code) = (User::of(map)?, map.opcode?);
        let rating = self.profile.rate(user, code)?;
        let network = &scene.network;
        let category = match rating.category {
            Category::One => 1,
            Category::Two => {
                let home =
                    map.imsi.map_or(Owner::Unknown, |imsi| network.owner_of_subscriber(&imsi));
                let speaks = match home {
                    Owner::Partner(partner) => network.speaks_for(outside.owner, partner),
                    Owner::Unknown => true,
                    Owner::Home(_) => false,
                };
                if speaks {
                    return None;
                }
                2
            }
            Category::Three if outside.owner.is_unknown() && !network.is_empty() => 3,
            _ => return None,
        };
        let name = format!("{}.{code}", user.prefix());
        if outside.agreed(network, &name).is_some() {
            return None;
        }
        Some(format!("the operation behind it, {name}, is of category {category}"))
    }

    fn unfinished(
        &mut self,
        scene: &Scene,
        event: &Event,
        anomaly: &Anomaly,
        findings: &mut Vec<Finding>,
    ) {
        let Some(ends) = &event.ends else { return };
        let network = &scene.network;
        let owner = network.owner_of_ip(ends.src_ip);
        if owner.is_home() {
            return;
        }
        let fresh = || Unfinished { since: event.at, frames: Vec::new(), times: 0 };
        let (seen, _) = self.unfinished.entry(&ends.src_ip, fresh);
        if event.at.since(seen.since) > HOUR {
            *seen = fresh();
        }
        seen.times += 1;
        if seen.frames.len() < 8 {
            seen.frames.push(event.frame);
        }
        if seen.times < self.limit.of(owner) {
            return;
        }
        let who = scene.who(ends.src_ip);
        let missing = anomaly.value.map(|n| format!(", {n} segments missing in the last"));
        findings.push(Finding {
            key: ends.src_ip.to_string(),
            confidence: 0.6,
            signature: format!("{who} sends segmented messages that never end"),
            why: format!(
                "{} segmented SCCP messages within an hour were left unfinished{}: a filter that waits for the rest lets the \
                 first part pass, or fills up",
                seen.times,
                missing.unwrap_or_default()
            ),
            honest_cause: "Loss on the link or in the capture, or a tap that shows one of two paths.".to_owned(),
            next_step: "Compare with the STP's reassembly failure counters, and see from the frames whose titles they are."
                .to_owned(),
            decided_by: Some(network.cite_owner(owner)),
            entities: vec![format!("ip:{}", ends.src_ip), format!("ip:{}", ends.dest_ip)],
            frames: std::mem::take(&mut seen.frames),
            ..CARD.finding(UNFINISHED_CHECK, event)
        });
    }
}

/// Whether what was noted is odd for this user: some of it is legal and only MAP and CAP have no use for it.
fn counts(map: &Map, user: Option<User>, field: &str) -> bool {
    let inap = map.user == "inap" || user.is_none();
    match field {
        "tcap.global_opcode" | "tcap.global_error_code" => !inap,
        "tcap.opcode_length" | "tcap.error_code_length" => {
            !(inap && map.opcode.is_none_or(|code| !(-128..128).contains(&code)))
        }
        // A call begins with several orders at once.
        "tcap.components" => user == Some(User::Map) && map.component_count > 1,
        _ => true,
    }
}

#[expect(clippy::too_many_arguments, reason = "all that a sentence about one message needs")]
fn tell(
    scene: &Scene,
    event: &Event,
    map: &Map,
    way: &Way<'_>,
    outside: Option<Outside<'_>>,
    found: &[Found],
    check: &'static str,
    behind: Option<String>,
) -> Finding {
    let (who, whom) = (way.from.name(), way.to.name());
    let what = match (&map.operation, map.opcode) {
        (Some(name), Some(code)) => format!("{name} ({})", code),
        (None, Some(code)) => format!("operation {code}"),
        _ => format!("a TCAP {}", map.message),
    };
    let words: Vec<&str> = found.iter().map(|trick| trick.words.as_str()).collect();
    let first = found.iter().find(|trick| trick.check == check).map_or("", |trick| &trick.words);
    let side = match &outside {
        Some(outside) => outside.why(way),
        None => "nothing says whose the sender is".to_owned(),
    };
    let behind = behind.map(|behind| format!("; {behind}")).unwrap_or_default();
    Finding {
        key: format!("{who}>{whom}"),
        signature: format!("{who} sent {what} to {whom} with {first}"),
        why: format!(
            "A TCAP {}{} with {}{behind}; {side}",
            map.message,
            place(map),
            words.join("; "),
        ),
        honest_cause: "A stack with a fault of its own, which then shows it in everything it sends; a test of the firewall."
            .to_owned(),
        next_step: format!(
            "See whether all that {who} sends is written so; if only some is, treat it as an attack and look at what {whom} \
             answered. Have the firewall normalise or refuse such encodings."
        ),
        decided_by: outside.map(|outside| outside.decided_by(&scene.network, way)),
        entities: entities(event, map, way),
        // One message, however many components it has.
        counts: map.component_index == 0 && !map.duplicate,
        ..CARD.finding(check, event)
    }
}

/// What begins like TCAP and cannot be read.
fn undecodable(scene: &Scene, event: &Event, sccp: &Sccp, findings: &mut Vec<Finding>) {
    let Some(ends) = &event.ends else { return };
    let network = &scene.network;
    let owner =
        sccp.calling.as_ref().map_or(Owner::Unknown, |calling| network.owner_of_sccp(calling));
    let link = network.owner_of_ip(ends.src_ip);
    if owner.is_home() || link.is_home() {
        return;
    }
    let gt = sccp.calling.as_ref().and_then(|calling| calling.gt.as_ref());
    let who = gt.map_or_else(|| scene.who(ends.src_ip), |gt| format!("GT {gt}"));
    let mut entities: Vec<String> = gt
        .filter(|gt| !gt.digits.is_empty())
        .map(|gt| format!("gt:{}", gt.digits))
        .into_iter()
        .collect();
    entities.push(format!("ip:{}", ends.src_ip));
    entities.push(format!("ip:{}", ends.dest_ip));
    findings.push(Finding {
        key: who.clone(),
        confidence: if network.is_empty() { 0.5 } else { 0.7 },
        signature: format!("{who} sent TCAP that cannot be read"),
        why: format!(
            "{} octets of user data begin like TCAP and end within its first element",
            sccp.payload_len
        ),
        honest_cause:
            "A damaged capture, or another protocol on a subsystem that we take for TCAP's."
                .to_owned(),
        next_step: "Look at the frame's octets, and whether anything answered.".to_owned(),
        decided_by: Some(network.cite_owner(if owner.is_unknown() { link } else { owner })),
        entities,
        ..CARD.finding(UNDECODABLE, event)
    });
}

#[cfg(test)]
#[path = "tcap_evasion_tests.rs"]
mod tests;
