//! An operation of MAP or CAP that never crosses the interconnect, from outside.
//!
//! Category 1 of GSMA FS.11, as vendors publish it: operations between nodes of one network, unless an agreement says
//! otherwise. Location, identity and routing of any subscriber are one invoke away for whoever may send them.

use event::{Event, Level, Map, Outcome, TableCount, What};

use super::sides::NO_DESCRIPTION;
use super::ss7::answers::{self, Answers};
use super::ss7::operations::{
    Basis, Category, MAP, Operation, Profile, User, checks, count, is_unallocated,
};
use super::ss7::outside::{Origin, Outside, Way};
use crate::card::{Card, Check, Detector, Finding, Gap, Kinds, Stage};
use crate::scene::Scene;
use crate::tuning::Tuning;

const UNALLOCATED: &str = "map.unallocated";
const CONFIGURED: &str = "configured-category";

const REST: &[Check] = &[
    Check {
        name: UNALLOCATED,
        level: Level::High,
        looks_for: "an operation code that MAP never allocated (27, 82, 90 to 108)",
    },
    Check {
        name: CONFIGURED,
        level: Level::High,
        looks_for: "an operation of MAP or CAP that the configuration puts into category 1",
    },
];
const CHECKS: &[Check] =
    &checks::<{ count(MAP, Category::One) + REST.len() }>(MAP, Category::One, REST);

pub(crate) const CARD: Card = Card {
    id: "ss7-category-1",
    level: Level::Critical,
    summary: "A MAP operation that never crosses the interconnect came from outside",
    needs: "MAP and CAP invokes with the global titles they travelled under, and the results and errors joined to them. Every \
            component of a message is judged by itself, whatever form its operation code has.",
    quiet_for: "Operations that the partner's `agreements` allow (its own, or those of its hubs), and everything between \
                titles of the home network.",
    description: "[home] gt_prefixes say who is outside; [[partner]] agreements say what is allowed. Without them only titles \
                  of different countries are judged, at a lower confidence.",
    thresholds: "One invoke is enough. Operations that public sources name or whose roles leave no other sender are high, the \
                 rest medium. A result that carries data makes it critical: the data left. A result whose request was not \
                 seen counts like one that was. The configuration may give every operation another category.",
    stage: Stage::Collection,
    settings: &[],
    judges: Kinds::MAP.and(Kinds::CAP),
    basis: "GSMA FS.11 categories as public vendor documentation gives them; 3GPP TS 29.002",
    checks: CHECKS,
    attack: &["T1199"],
    fight: &["FGT5012.008", "FGT5019.005"],
    motif: &["MOT5012", "MOT3003.301"],
};

/// Flagged messages that wait for their answer. A dialogue lasts minutes at most.
const MAX_PENDING: usize = 4_096;

#[derive(Debug)]
pub(crate) struct Ss7Category1 {
    profile: Profile,
    answers: Answers,
    unjudged: bool,
}

impl Default for Ss7Category1 {
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            answers: Answers::new("ss7-category-1.pending", MAX_PENDING, true),
            unjudged: false,
        }
    }
}

/// An operation that is judged here.
#[derive(Clone, Copy)]
struct Forbidden {
    user: User,
    code: i64,
    check: &'static str,
    basis: Basis,
    operation: Option<&'static Operation>,
}

impl Detector for Ss7Category1 {
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
                if answers::is_unpaired_result(map) {
                    self.unpaired(scene, event, map, findings);
                }
            }
            What::Map(map) | What::Cap(map) => self.invoke(scene, event, map, findings),
            What::Sccp(sccp) => self.answers.undelivered(event, sccp, findings),
            _ => {}
        }
    }

    fn gaps(&self, scene: &Scene) -> Vec<Gap> {
        if !self.unjudged {
            return Vec::new();
        }
        let missing = if scene.network.has_home_gts() {
            "the calling global title of some category 1 operations".to_owned()
        } else {
            format!("{NO_DESCRIPTION} of the home global titles, for titles of one country")
        };
        vec![Gap { detection: CARD.id, check: "map.any-time-interrogation", missing }]
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.answers.count()]
    }
}

impl Ss7Category1 {
    /// The operation of a component, if it is one of category 1.
    fn forbidden(&self, map: &Map) -> Option<Forbidden> {
        let code = map.opcode?;
        let user = User::of(map)?;
        let rating = self.profile.rate(user, code)?;
        let forbidden = |check, basis| {
            Some(Forbidden { user, code, check, basis, operation: rating.operation })
        };
        if rating.category == Category::One {
            return forbidden(rating.check(Category::One, CONFIGURED), rating.basis);
        }
        let unallocated = user == User::Map && is_unallocated(code);
        if unallocated && rating.basis != Basis::Configured {
            return forbidden(UNALLOCATED, Basis::Roles);
        }
        None
    }

    fn invoke(&mut self, scene: &Scene, event: &Event, map: &Map, findings: &mut Vec<Finding>) {
        let Some(forbidden) = self.forbidden(map) else { return };
        let way = Way::of(event, map);
        let Some(outside) = self.sender(scene, &way, forbidden) else { return };
        let finding = finding(scene, event, map, &way, forbidden, outside);
        self.answers.ask(event, map, &finding);
        findings.push(finding);
    }

    /// A result of which nobody saw the request: it left all the same.
    fn unpaired(&mut self, scene: &Scene, event: &Event, map: &Map, findings: &mut Vec<Finding>) {
        let Some(forbidden) = self.forbidden(map) else { return };
        let way = Way::of(event, map).back();
        let Some(outside) = self.sender(scene, &way, forbidden) else { return };
        let mut finding = finding(scene, event, map, &way, forbidden, outside);
        finding.outcome = answers::outcome(map, true);
        finding.level = level(&finding, finding.outcome);
        finding.returned = map.returned.clone();
        finding.signature.push_str(", which the capture does not show: answered");
        finding.why.push_str(&format!(
            "; its request was not seen, but the answer went out with {}",
            answers::kinds(map)
        ));
        findings.push(finding);
    }

    fn sender<'a>(
        &mut self,
        scene: &'a Scene,
        way: &Way<'_>,
        forbidden: Forbidden,
    ) -> Option<Outside<'a>> {
        match Origin::of(scene, way) {
            Origin::Outside(outside) => {
                let agreed = format!("{}.{}", forbidden.user.prefix(), forbidden.code);
                outside.agreed(&scene.network, &agreed).is_none().then_some(outside)
            }
            Origin::Unknown => {
                self.unjudged = true;
                None
            }
            Origin::Home | Origin::Passing => None,
        }
    }
}

/// What an answer makes of it: a refusal leaves it what it was, data that left make it critical.
fn level(finding: &Finding, outcome: Outcome) -> Level {
    let row = MAP.iter().find(|operation| operation.check == finding.check);
    match outcome {
        Outcome::Attempt | Outcome::Refused => finding.level,
        Outcome::AnsweredWithData => Level::Critical,
        Outcome::Answered if row.is_some_and(|row| row.grave) => Level::Critical,
        Outcome::Answered => finding.level.max(Level::High),
    }
}

fn finding(
    scene: &Scene,
    event: &Event,
    map: &Map,
    way: &Way<'_>,
    forbidden: Forbidden,
    outside: Outside<'_>,
) -> Finding {
    let network = &scene.network;
    let (who, whom) = (way.from.name(), way.to.name());
    let name = match forbidden.check {
        UNALLOCATED => "an operation",
        _ => forbidden
            .operation
            .map(|operation| operation.name)
            .or(map.operation.as_deref())
            .unwrap_or("an operation"),
    };
    let code = format!("{}.{}", forbidden.user.prefix(), forbidden.code);
    let subscriber = map.imsi.or(map.msisdn);
    let about = subscriber.map(|subscriber| format!(" about {subscriber}")).unwrap_or_default();
    let (decided_by, agreement) = match outside.owner.partner() {
        Some(partner) if !network.is_empty() => (
            network.cite_agreement(partner, &code),
            format!(" and no agreement with it allows {code}"),
        ),
        _ => (outside.decided_by(network, way), String::new()),
    };
    Finding {
        key: format!("{who}>{whom}"),
        level: forbidden.basis.level(),
        confidence: outside.confidence(),
        signature: format!("{who} sent {name} ({code}) to {whom}{about}"),
        why: format!(
            "{} operation {}{} in a TCAP {} is of category 1, for one network's own nodes; {}{agreement}",
            forbidden.user.prefix().to_uppercase(),
            forbidden.code,
            super::ss7::place(map),
            map.message,
            outside.why(way)
        ),
        honest_cause: "An agreement with this operator or its hub that the description does not list, a hosted or virtual \
                       operator of the same group, or a title range that is wrong in the description."
            .to_owned(),
        next_step: format!(
            "Block operation {} from {who} at the STP or signalling firewall, look in the records of {whom} for what else it was \
             asked from there, and ask the partner or hub behind the link who uses that title. If it is agreed, add \"{code}\" to its `agreements`.",
            forbidden.code
        ),
        decided_by: Some(decided_by),
        entities: super::ss7::entities(event, map, way),
        ..CARD.finding(forbidden.check, event)
    }
}

#[cfg(test)]
#[path = "ss7_category_1_tests.rs"]
mod tests;
