//! A command that only a subscriber's home may send, from somebody else.
//!
//! Category 2 of GSMA FS.19, as vendors publish it. Cancel-Location, Insert- and Delete-Subscriber-Data and Reset go from
//! the home HSS to the serving node (TS 29.272 §5.2): they cut a subscriber off, rewrite what it may do and where its
//! traffic goes, and ask where it is. Whoever else sends them is not the home.

use event::{Diameter, Event, Level, Subscriber, TableCount, What};
use network::Owner;

use super::diameter::answers::Pending;
use super::diameter::commands::{self, Categories, S6A, command};
use super::diameter::peers::{self, Outside, Side};
use super::sides::NO_DESCRIPTION;
use crate::card::{Card, Check, Detector, Finding, Gap, Kinds, Stage};
use crate::scene::Scene;
use crate::tuning::Tuning;

const OWN: &str = "subscriber.own";
const FOREIGN: &str = "subscriber.foreign";
const RESET: &str = "reset.stranger";
const LOCATION: &str = "insert.location";
const REWRITE: &str = "insert.rewrite";

/// IDR-Flags: EPS location, current location (TS 29.272 §7.3.103).
const ASKS_LOCATION: u32 = 0x08 | 0x10;
/// SUBSCRIPTION_WITHDRAWAL (TS 29.272 §7.3.24).
const WITHDRAWAL: u32 = 2;
const RESET_COMMAND: u32 = 322;

pub(crate) const CARD: Card = Card {
    id: "diameter-category-2",
    level: Level::Critical,
    summary: "A command that only the subscriber's home may send came from somebody else",
    needs: "Cancel-Location, Insert- and Delete-Subscriber-Data and Reset requests with the subscriber and the names they came \
            under, and the answers joined to them.",
    quiet_for: "The subscriber's real home, whoever speaks for it by the description (a host of an MVNO, a hub), and what its \
                `agreements` allow (`diameter.319`). From the real home, a question for the location or a trace is told as low.",
    description: "[home] plmns, realms and networks say who our subscribers and who outside is; [[partner]] plmns, realms and hubs \
                  whose the others are. Without them the network in the IMSI is held against that in the Origin-Realm.",
    thresholds: "One request is enough. For our own subscribers nobody outside may: critical. An answer that accepts it, or gives \
                 data away, raises it by one level.",
    stage: Stage::Control,
    settings: &[],
    judges: Kinds::DIAMETER,
    basis: "GSMA FS.19 categories as public vendor documentation gives them; 3GPP TS 29.272 §5.2",
    checks: &[
        Check {
            name: OWN,
            level: Level::Critical,
            looks_for: "a home-only command about a subscriber of ours, from outside",
        },
        Check {
            name: FOREIGN,
            level: Level::High,
            looks_for: "a home-only command about another network's subscriber, from an origin that is not that network",
        },
        Check {
            name: RESET,
            level: Level::High,
            looks_for: "a Reset, which makes serving nodes drop what they know, from an origin that nobody described",
        },
        Check {
            name: LOCATION,
            level: Level::Low,
            looks_for: "Insert-Subscriber-Data that asks for the location, from the real home",
        },
        Check {
            name: REWRITE,
            level: Level::Low,
            looks_for: "Insert-Subscriber-Data that orders a trace, from the real home",
        },
    ],
    attack: &["T1199"],
    fight: &["FGT5012.008", "FGT5022", "FGT5016"],
    motif: &["MOT3003.302", "MOT1036.301"],
};

#[derive(Debug)]
pub(crate) struct DiameterCategory2 {
    categories: Categories,
    pending: Pending,
    unjudged: bool,
}

impl Default for DiameterCategory2 {
    fn default() -> Self {
        Self {
            categories: Categories::default(),
            pending: Pending::new("diameter-category-2.pending"),
            unjudged: false,
        }
    }
}

/// What a request turned out to be.
struct Verdict {
    check: &'static str,
    level: Level,
    confidence: f64,
    why: String,
    subscriber: Option<Subscriber>,
}

impl Detector for DiameterCategory2 {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::DIAMETER
    }

    fn tune(&mut self, tuning: &Tuning) {
        self.categories = Categories::new(tuning);
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        let What::Diameter(diameter) = &event.what else { return };
        if !diameter.request {
            return self.pending.answer(event, diameter, CARD.level, findings);
        }
        if self.categories.of(diameter.application_id, diameter.command_code) != 2 {
            return;
        }
        match peers::side(scene, event, diameter) {
            Side::Outside(outside) => self.judge(scene, event, diameter, &outside, findings),
            Side::Unknown => self.unjudged |= diameter.imsi.is_some(),
            Side::Other => {}
        }
    }

    fn gaps(&self, scene: &Scene) -> Vec<Gap> {
        if !self.unjudged {
            return Vec::new();
        }
        let missing = if peers::describes(&scene.network) {
            "whose the origin or the subscriber of some requests is".to_owned()
        } else {
            format!("{NO_DESCRIPTION}, for realms or subscribers that name no network")
        };
        vec![Gap { detection: CARD.id, check: FOREIGN, missing }]
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.pending.count()]
    }
}

impl DiameterCategory2 {
    fn judge(
        &mut self,
        scene: &Scene,
        event: &Event,
        diameter: &Diameter,
        outside: &Outside<'_>,
        findings: &mut Vec<Finding>,
    ) {
        let network = &scene.network;
        let contract = outside.origin.partner().is_some_and(|partner| {
            commands::agreed(network, partner, diameter.application_id, diameter.command_code)
        });
        if contract {
            return;
        }
        // Every identity of the message: a second one is there for who reads that.
        let other = diameter.others.as_ref().and_then(|others| others.imsi);
        let subscribers = [diameter.imsi, other].into_iter().flatten();
        let worst = subscribers
            .filter_map(|subscriber| self.subscriber(scene, diameter, outside, subscriber))
            .max_by_key(|verdict| verdict.level);
        if worst.is_none() && diameter.imsi.is_none() && diameter.command_code != RESET_COMMAND {
            self.unjudged = true;
        }
        let Some(verdict) = worst.or_else(|| by_right(diameter, outside)) else { return };
        let finding = finding(scene, event, diameter, outside, verdict);
        if finding.level >= Level::Medium {
            self.pending.ask(event, diameter, std::slice::from_ref(&finding));
        }
        findings.push(finding);
    }

    /// Whether this subscriber is somebody else's than the origin's.
    fn subscriber(
        &mut self,
        scene: &Scene,
        diameter: &Diameter,
        outside: &Outside<'_>,
        subscriber: Subscriber,
    ) -> Option<Verdict> {
        let network = &scene.network;
        let sure = command(diameter.application_id, diameter.command_code)
            .is_none_or(|command| command.sure);
        let capped = |level: Level| if sure { level } else { level.min(Level::Medium) };
        let home = network.owner_of_subscriber(&subscriber);
        if home.is_home() {
            return Some(Verdict {
                check: OWN,
                level: capped(Level::Critical),
                confidence: outside.confidence(),
                why: "the subscriber is ours: nobody outside may send that".to_owned(),
                subscriber: Some(subscriber),
            });
        }
        let foreign = |level, confidence, why| {
            Some(Verdict {
                check: FOREIGN,
                level: capped(level),
                confidence,
                why,
                subscriber: Some(subscriber),
            })
        };
        let plmn = subscriber.plmn();
        let origin = peers::origin_plmn(diameter);
        if outside.spoofed {
            let why = "the subscriber is not ours either".to_owned();
            return foreign(Level::High, outside.confidence(), why);
        }
        match (home, outside.origin) {
            (Owner::Partner(_), Owner::Partner(_))
                if peers::serves(network, outside.origin, home) =>
            {
                None
            }
            (Owner::Partner(of), _) => foreign(
                Level::High,
                outside.confidence(),
                format!("the subscriber's home is {}", of.name),
            ),
            _ => match (plmn, origin) {
                (Some(of), Some(from)) if of.same_network(from) => None,
                // Without a description, whoever cuts into the network that the request is bound for.
                (Some(of), Some(from)) => {
                    let theirs = peers::destination_plmn(diameter)
                        .is_some_and(|bound| bound.same_network(of));
                    let why = format!("the subscriber's home is {of}, the origin is of {from}");
                    match (outside.by_names, theirs) {
                        (false, _) => foreign(Level::High, 0.8, why),
                        (true, true) => foreign(Level::High, 0.65, why),
                        (true, false) => foreign(Level::Medium, 0.55, why),
                    }
                }
                (Some(of), None) if outside.origin.partner().is_some() => foreign(
                    Level::Medium,
                    0.6,
                    format!("the subscriber's home {of} is not among the networks of that partner"),
                ),
                _ => {
                    self.unjudged = true;
                    None
                }
            },
        }
    }
}

/// What is worth telling of a request from whoever may send it, and a reset of strangers.
fn by_right(diameter: &Diameter, outside: &Outside<'_>) -> Option<Verdict> {
    if diameter.application_id != S6A {
        return None;
    }
    let low = |check, why: &str| {
        Some(Verdict {
            check,
            level: Level::Low,
            confidence: 0.5,
            why: why.to_owned(),
            subscriber: diameter.imsi,
        })
    };
    match diameter.command_code {
        RESET_COMMAND if outside.spoofed || (outside.origin.is_unknown() && !outside.by_names) => {
            Some(Verdict {
                check: RESET,
                level: Level::High,
                confidence: outside.confidence(),
                why: "a Reset makes serving nodes drop what they know of all subscribers of its sender"
                    .to_owned(),
                subscriber: None,
            })
        }
        319 if outside.by_names => None,
        319 if diameter.command_flags.unwrap_or_default() & ASKS_LOCATION != 0 => {
            low(LOCATION, "the home asks where its subscriber is, which a trap for locations does too")
        }
        319 if diameter.writes.iter().any(|kind| kind == "trace") => {
            low(REWRITE, "the home orders a trace of its subscriber in our network")
        }
        _ => None,
    }
}

/// What the request does, for sentences.
fn effect(diameter: &Diameter) -> String {
    let flags = diameter.command_flags.unwrap_or_default();
    let mut effect = match diameter.command_code {
        317 if diameter.cancellation_type == Some(WITHDRAWAL) => {
            "it withdraws the subscription: the subscriber is cut off".to_owned()
        }
        317 => "it makes the serving node drop the subscriber".to_owned(),
        319 if flags & ASKS_LOCATION != 0 => "it asks where the subscriber is".to_owned(),
        319 => "it rewrites what the subscriber may do".to_owned(),
        320 => "it deletes what the subscriber may do".to_owned(),
        RESET_COMMAND => "it makes serving nodes drop what they know".to_owned(),
        _ => "only the subscriber's home sends it".to_owned(),
    };
    if !diameter.writes.is_empty() {
        effect.push_str(&format!(" and writes {}", diameter.writes.join(", ")));
    }
    effect
}

fn finding(
    scene: &Scene,
    event: &Event,
    diameter: &Diameter,
    outside: &Outside<'_>,
    verdict: Verdict,
) -> Finding {
    let who = peers::sender(event, diameter);
    let cite = match (verdict.check, verdict.subscriber.and_then(|subscriber| subscriber.plmn())) {
        (OWN, Some(plmn)) => scene.network.cite_plmn(plmn),
        _ => outside.cite(&scene.network, event, diameter),
    };
    let finding = Finding {
        level: verdict.level,
        confidence: verdict.confidence,
        signature: format!(
            "{who} sent {} to {}{}",
            peers::command_text(diameter),
            peers::target(event, diameter),
            peers::about(verdict.subscriber)
        ),
        why: format!(
            "{}; {}; {}",
            verdict.why,
            outside.why(diameter),
            effect(diameter)
        ),
        honest_cause: "A hosted or virtual operator whose host the description does not name in its `hubs`, a group that shares \
                       its HSS, or a network code that is missing in the description."
            .to_owned(),
        next_step: format!(
            "See whether it was accepted and what the subscriber's state is, block command {} from {who} at the edge agent for \
             subscribers that are not its own, and ask the peer's operator who sent it.",
            diameter.command_code
        ),
        decided_by: Some(cite),
        ..CARD.finding(verdict.check, event)
    };
    let mut finding = peers::told(event, diameter, outside.spoofed, finding);
    finding.key.push_str(&format!(" {}", diameter.command_code));
    finding
}

#[cfg(test)]
#[path = "diameter_category_2_tests.rs"]
mod tests;
