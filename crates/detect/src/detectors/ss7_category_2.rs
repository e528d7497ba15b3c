//! An operation that only the subscriber's home may send, from somebody else.
//!
//! Category 2 of GSMA FS.11, as vendors publish it: what an HLR, a message gateway of the home or a control point of the home
//! tells the network that the subscriber visits. For our own subscribers nobody outside may; for our guests their home may,
//! and whoever speaks for it. A profile that names somebody else's control point is worse than any single order: from then
//! on every call is asked about there.

use event::{Event, Level, Map, Outcome, Subscriber, TableCount, What};
use network::Owner;

use super::ss7::answers::{self, Answers};
use super::ss7::operations::{
    Basis, Category, MAP, Operation, Profile, Rating, User, checks, count,
};
use super::ss7::outside::{Because, Origin, Outside, Way};
use crate::card::{Card, Check, Detector, Finding, Gap, Kinds, Stage};
use crate::scene::Scene;
use crate::tuning::Tuning;

mod control_point;
mod dialogues;
mod orders;
mod subject;

use self::dialogues::Dialogues;
use self::subject::{Judgement, Subject};

const CONFIGURED: &str = "configured-category";
const CONTROL_POINT: &str = "control-point.foreign";
const UNASKED: &str = "cap.instruction-in-begin";
const ORDER: &str = "cap.instruction";
const CALL_ATTEMPT: &str = "cap.initiate-call-attempt-from-outside";
const REWRITTEN: &str = "cap.destination-in-third-country";

const REST: &[Check] = &[
    Check {
        name: CONFIGURED,
        level: Level::High,
        looks_for: "an operation that the configuration puts into category 2",
    },
    Check {
        name: CONTROL_POINT,
        level: Level::Critical,
        looks_for: "a profile (insertSubscriberData) whose gsmSCF-Address is not of the subscriber's home: every call will be \
                    asked about there",
    },
    Check {
        name: UNASKED,
        level: Level::Critical,
        looks_for: "an instruction of a control point in the message that opens a dialogue: only a switch asks",
    },
    Check {
        name: ORDER,
        level: Level::Critical,
        looks_for: "an instruction from a control point that is not of the home of the subscriber whose call it is",
    },
    Check {
        name: CALL_ATTEMPT,
        level: Level::Medium,
        looks_for: "a control point outside that has our switch begin a call (initiateCallAttempt)",
    },
    Check {
        name: REWRITTEN,
        level: Level::Medium,
        looks_for: "connect to a number of a country that is neither the dialled one, nor the subscriber's home, nor ours",
    },
];
const CHECKS: &[Check] =
    &checks::<{ count(MAP, Category::Two) + REST.len() }>(MAP, Category::Two, REST);

pub(crate) const CARD: Card = Card {
    id: "ss7-category-2",
    level: Level::Critical,
    summary: "An operation that only the subscriber's home may send came from somebody else",
    needs: "MAP and CAP invokes with the titles they travelled under and the subscriber: in the argument, in the reference of \
            the dialogue, or in the message that opened it. Results and errors joined to them say what became of it.",
    quiet_for: "The subscriber's real home, its hubs and the operator whose network an MVNO uses (`hubs`), and `agreements`.",
    description: "[home] and [[partner]] plmns say whose the subscriber is, gt_prefixes whose the sender is. Without them the \
                  country of the IMSI or of the number is held against that of the calling title, at a lower level.",
    thresholds: "One invoke is enough. For a subscriber of ours it is critical, for a guest high; where the network of the \
                 subscriber is described by nobody, medium. Data in the answer raise it. Rows of the table that nothing \
                 public confirms stay at medium until they are answered with data.",
    stage: Stage::Collection,
    settings: &[],
    judges: Kinds::MAP.and(Kinds::CAP),
    basis: "GSMA FS.11 categories as public vendor documentation gives them (the calling title and the IMSI belong to one \
            operator); 3GPP TS 29.002, TS 29.078, TS 23.078",
    checks: CHECKS,
    attack: &["T1199"],
    fight: &["FGT5012.008", "FGT5020", "FGT5022"],
    motif: &["MOT3003.301", "MOT5012"],
};

/// Flagged messages that wait for their answer.
const MAX_PENDING: usize = 4_096;

#[derive(Debug)]
pub(crate) struct Ss7Category2 {
    profile: Profile,
    answers: Answers,
    dialogues: Dialogues,
    missing: Missing,
}

impl Default for Ss7Category2 {
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            answers: Answers::new("ss7-category-2.pending", MAX_PENDING, false),
            dialogues: Dialogues::default(),
            missing: Missing::default(),
        }
    }
}

/// What kept operations from being judged.
#[derive(Clone, Copy, Debug, Default)]
struct Missing {
    description: bool,
    title: bool,
    /// The network of some subscribers is described by nobody.
    network: bool,
    /// No message names the subscriber.
    subscriber: bool,
    /// The dialogue began before the capture, or in the other direction.
    opening: bool,
}

/// An invoke of category 2 on its way.
#[derive(Clone, Copy)]
struct Invoke<'a> {
    scene: &'a Scene,
    event: &'a Event,
    map: &'a Map,
    user: User,
    code: i64,
    rating: Rating,
}

impl Invoke<'_> {
    /// `map.3`
    fn agreement(&self) -> String {
        format!("{}.{}", self.user.prefix(), self.code)
    }

    fn name(&self) -> &str {
        let listed = self.rating.operation.map(|operation| operation.name);
        listed.or(self.map.operation.as_deref()).unwrap_or("an operation")
    }
}

impl Detector for Ss7Category2 {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::MAP.and(Kinds::CAP).and(Kinds::SCCP)
    }

    fn tune(&mut self, tuning: &Tuning) {
        self.profile = Profile::tuned(tuning);
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        match &event.what {
            What::Map(map) | What::Cap(map) if answers::is_answer(map) => {
                self.answers.answer(event, map, findings, level);
            }
            What::Map(map) | What::Cap(map) => self.invoke(scene, event, map, findings),
            What::Sccp(sccp) => self.answers.undelivered(event, sccp, findings),
            _ => {}
        }
    }

    fn gaps(&self, scene: &Scene) -> Vec<Gap> {
        let missing = self.missing;
        let gap =
            |check, missing: &str| Gap { detection: CARD.id, check, missing: missing.to_owned() };
        let mut gaps = Vec::new();
        let (info, order) = ("map.provide-subscriber-info", ORDER);
        if missing.description {
            let what = if scene.network.has_home_gts() {
                "no network description of the home PLMNs"
            } else {
                "no network description of the home global titles, for titles of one country"
            };
            gaps.push(gap(info, what));
        }
        if missing.title {
            gaps.push(gap(info, "the calling global title of some operations"));
        }
        if missing.network {
            gaps.push(gap(info, "the networks of some subscribers in the description"));
        }
        if missing.subscriber {
            gaps.push(gap(info, "the subscriber of some operations"));
        }
        if missing.opening {
            gaps.push(gap(
                order,
                "the message that opened some dialogues: the capture begins after it",
            ));
        }
        gaps
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.answers.count(), self.dialogues.count()]
    }
}

impl Ss7Category2 {
    fn invoke(&mut self, scene: &Scene, event: &Event, map: &Map, findings: &mut Vec<Finding>) {
        let Some(code) = map.opcode else { return };
        let Some(user) = User::of(map) else { return };
        let Some(&rating) = self.profile.rate(user, code) else { return };
        let invoke = Invoke { scene, event, map, user, code, rating };
        self.dialogues.observe(&invoke);
        if rating.category != Category::Two {
            return;
        }
        match (user, rating.basis) {
            (User::Cap, Basis::Configured) | (User::Map, _) => self.map(&invoke, findings),
            (User::Cap, _) => self.cap(&invoke, findings),
        }
    }

    /// An operation of MAP, or one that the configuration put here.
    fn map(&mut self, invoke: &Invoke<'_>, findings: &mut Vec<Finding>) {
        let Invoke { scene, event, map, .. } = *invoke;
        let way = Way::of(event, map);
        let origin = Origin::of(scene, &way);
        if matches!(origin, Origin::Passing) {
            return;
        }
        let subject = self.dialogues.subject(invoke);
        if invoke.code == control_point::INSERT_SUBSCRIBER_DATA
            && let Some(finding) = control_point::judge(invoke, &way, origin, subject)
        {
            self.say(invoke, finding, findings);
        }
        let outside = match origin {
            Origin::Outside(outside) => outside,
            Origin::Unknown => {
                self.note_unknown(scene, &way);
                return;
            }
            _ => return,
        };
        if outside.agreed(&scene.network, &invoke.agreement()).is_some() {
            return;
        }
        let judgement = if invoke.user == User::Map && invoke.code == subject::RESET {
            subject::of_reset(&scene.network, &way, &outside, map)
        } else {
            subject::judge(&scene.network, &way, &outside, subject)
        };
        let check = invoke.rating.check(Category::Two, CONFIGURED);
        if let Some(finding) = self.told(invoke, &way, &outside, subject, judgement, check) {
            self.say(invoke, finding, findings);
        }
    }

    fn note_unknown(&mut self, scene: &Scene, way: &Way<'_>) {
        if scene.network.has_home_gts() && way.from.digits().is_empty() {
            self.missing.title = true;
        } else {
            self.missing.description = true;
        }
    }

    /// The finding of a judgement, if it makes one; what could not be judged is noted.
    fn told(
        &mut self,
        invoke: &Invoke<'_>,
        way: &Way<'_>,
        outside: &Outside<'_>,
        subject: Subject,
        judgement: Judgement<'_>,
        check: &'static str,
    ) -> Option<Finding> {
        let network = &invoke.scene.network;
        let undescribed = outside.because == Because::Country;
        let (level, confidence, why, decided_by) = match judgement {
            Judgement::Fine => return None,
            Judgement::Nobody => {
                let later = invoke.map.message != "begin";
                self.missing.opening |= later;
                self.missing.subscriber |= !later;
                return None;
            }
            Judgement::Unknown => {
                self.missing.network |= !network.is_empty();
                self.missing.description |= network.is_empty() || !network.has_home_plmns();
                return None;
            }
            Judgement::Ours { what, sure } => (
                if sure { Level::Critical } else { Level::High },
                if sure { outside.confidence() } else { 0.7 },
                format!("{what}, and nobody outside may send it"),
                match subject.plmn() {
                    Some(plmn) => network.cite_plmn(plmn),
                    None => network.cite_home(),
                },
            ),
            Judgement::Theirs { home } => (
                Level::High,
                if outside.owner.is_unknown() { 0.75 } else { outside.confidence() },
                format!("the subscriber is of {}, for which the sender does not speak", home.name),
                match subject.plmn() {
                    Some(plmn) => network.cite_plmn(plmn),
                    None => network.cite_partner(home),
                },
            ),
            Judgement::Elsewhere { what } => (
                Level::Medium,
                if undescribed { 0.6 } else { 0.65 },
                what,
                outside.decided_by(network, way),
            ),
        };
        let level = match invoke.rating.basis {
            Basis::Unverified => level.min(Level::Medium),
            _ => level,
        };
        let (who, whom) = (way.from.name(), way.to.name());
        let (name, code) = (invoke.name(), invoke.agreement());
        let about = subject.name().map(|subject| format!(" about {subject}")).unwrap_or_default();
        let roles = invoke.rating.operation.map(roles).unwrap_or_default();
        let mut entities = super::ss7::entities(invoke.event, invoke.map, way);
        if let (None, Some(imsi)) = (invoke.map.imsi, subject.imsi()) {
            entities.push(format!("imsi:{imsi}"));
        }
        Some(Finding {
            key: format!("{who}>{whom}"),
            level,
            confidence,
            signature: format!("{who} sent {name} ({code}) to {whom}{about}"),
            why: format!(
                "{name}{} in a TCAP {} is of category 2{roles}; {why}; {}",
                super::ss7::place(invoke.map),
                invoke.map.message,
                outside.why(way)
            ),
            honest_cause: "A hub, a host of an MVNO or a sister network that speaks for the subscriber's home and that the \
                           description does not name in `hubs`, a subscriber of several identities, or a title range that \
                           is wrong in the description."
                .to_owned(),
            next_step: format!(
                "Ask the subscriber's home whether {who} speaks for it. If not, block {code} from {who} at the signalling \
                 firewall, and look in the serving node for what the message changed. If it is agreed, add \"{code}\" to \
                 the partner's `agreements`, or the sender to its `hubs`."
            ),
            decided_by: Some(decided_by),
            entities,
            ..CARD.finding(check, invoke.event)
        })
    }

    fn say(&mut self, invoke: &Invoke<'_>, finding: Finding, findings: &mut Vec<Finding>) {
        self.answers.ask(invoke.event, invoke.map, &finding);
        findings.push(finding);
    }
}

/// `, which an HLR sends to a VLR`
fn roles(operation: &Operation) -> String {
    format!(", from {} to {}", operation.from, operation.to)
}

/// What an answer makes of it.
fn level(finding: &Finding, outcome: Outcome) -> Level {
    match outcome {
        Outcome::AnsweredWithData if finding.level >= Level::High => Level::Critical,
        Outcome::AnsweredWithData => Level::High,
        _ => finding.level,
    }
}

/// Whether the sender may speak for the owner of a subscriber or of a node.
fn may_speak(network: &network::Network, speaker: Owner<'_>, owner: Owner<'_>) -> bool {
    match owner {
        Owner::Home(_) => speaker.is_home(),
        Owner::Partner(partner) => network.speaks_for(speaker, partner),
        Owner::Unknown => false,
    }
}

/// The subscriber's network; pseudonyms keep it.
fn plmn(subscriber: Option<Subscriber>) -> Option<event::Plmn> {
    subscriber?.plmn()
}

#[cfg(test)]
#[path = "ss7_category_2_tests.rs"]
mod tests;
