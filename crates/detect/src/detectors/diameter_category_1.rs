//! A Diameter application or command that never crosses a roaming edge, from outside.
//!
//! Category 1 of GSMA FS.19, as vendors publish it: what the specifications draw between nodes of one network. User data
//! over Sh, vectors over SWx, routing over S6c, charging rules over Gx are one request away for whoever may send them.

use event::{Diameter, Event, Level, TableCount, What};
use network::{Network, Owner};

use super::diameter::answers::Pending;
use super::diameter::commands::{
    self, BASE, Categories, Command, Edge, RELAY, S6A, application, applications_of, command,
    has_commands,
};
use super::diameter::peers::{self, Outside, Side};
use super::sides::NO_DESCRIPTION;
use crate::card::{Card, Check, Detector, Finding, Gap, Kinds, Stage};
use crate::scene::Scene;
use crate::tuning::Tuning;

const FOREIGN_COMMAND: &str = "command.not-of-application";
const UNKNOWN_APPLICATION: &str = "application.unknown";
const CONTRACT: &str = "application.by-contract";
const OTHER: &str = "application.never-crosses";
const RELAYED: &str = "base.relayed";

/// The applications that have a check of their own.
const NAMED: &[(u32, &str)] = &[
    (16_777_216, "diameter.cx"),
    (16_777_217, "diameter.sh"),
    (16_777_224, "diameter.gx"),
    (16_777_238, "diameter.gx"),
    (16_777_252, "diameter.s13"),
    (16_777_255, "diameter.slg"),
    (16_777_265, "diameter.swx"),
    (16_777_291, "diameter.slh"),
    (16_777_310, "diameter.s6m"),
    (16_777_312, "diameter.s6c"),
    (16_777_345, "diameter.s6t"),
];

const fn check(name: &'static str, level: Level, looks_for: &'static str) -> Check {
    Check { name, level, looks_for }
}

pub(crate) const CARD: Card = Card {
    id: "diameter-category-1",
    level: Level::Critical,
    summary: "A Diameter application that never crosses a roaming edge came from outside",
    needs: "Diameter requests with the names and addresses they came under, and the answers joined to them.",
    quiet_for: "Applications and commands that the partner's `agreements` allow (its own, or those of its hubs: `diameter.265`, \
                `diameter.16777265`), everything between nodes of the home network, and S6a and SGd commands, which other \
                detections judge.",
    description: "[home] networks, realms and plmns say who is outside; [[partner]] agreements say what is allowed. Without them \
                  only requests between the realms of two networks are judged, one level lower and at a lower confidence.",
    thresholds: "One request is enough. An answer that accepts it, or gives data away, raises it by one level. Applications that \
                 operators are known to agree on (charging, wireless LAN, local breakout, IoT) are medium.",
    stage: Stage::Collection,
    settings: &[],
    judges: Kinds::DIAMETER,
    basis: "GSMA FS.19 categories as public vendor documentation gives them; the architecture in 3GPP TS 29.272, 29.328, 29.228, \
            29.273, 29.338, 29.172, 29.173, 29.336",
    checks: &[
        check("diameter.cx", Level::High, "Cx or Dx: registrations, vectors and profiles of IMS"),
        check("diameter.sh", Level::High, "Sh: location, profile and state of any subscriber"),
        check("diameter.gx", Level::High, "Gx: policy and charging rules of sessions"),
        check("diameter.s13", Level::High, "S13: the equipment register"),
        check("diameter.slg", Level::High, "SLg: positioning of a subscriber at a serving node"),
        check("diameter.swx", Level::High, "SWx: vectors and profiles for wireless LAN"),
        check("diameter.slh", Level::High, "SLh: serving nodes and identities for positioning"),
        check("diameter.s6m", Level::High, "S6m: the identity behind an external identifier"),
        check(
            "diameter.s6c",
            Level::High,
            "S6c: IMSI and serving nodes of a subscriber, for short messages",
        ),
        check("diameter.s6t", Level::High, "S6t: monitoring of a subscriber"),
        check(
            OTHER,
            Level::High,
            "any other application that both ends of one network speak, or a command that the operator put into category 1",
        ),
        check(CONTRACT, Level::Medium, "an application that crosses only by contract, without one"),
        check(
            FOREIGN_COMMAND,
            Level::High,
            "a command that does not belong to the application it came under; medium where it would be allowed under its own",
        ),
        check(
            UNKNOWN_APPLICATION,
            Level::Medium,
            "an application that no specification of 3GPP or the IETF names",
        ),
        check(
            RELAYED,
            Level::Medium,
            "a capabilities exchange, watchdog or disconnect that was relayed: they never leave their hop",
        ),
    ],
    attack: &["T1199"],
    fight: &["FGT5016", "FGT5012.008", "FGT5019.005", "FGT5020"],
    motif: &["MOT3003.302", "MOT3004.301"],
};

#[derive(Debug)]
pub(crate) struct DiameterCategory1 {
    categories: Categories,
    pending: Pending,
    unjudged: bool,
}

impl Default for DiameterCategory1 {
    fn default() -> Self {
        Self {
            categories: Categories::default(),
            pending: Pending::new("diameter-category-1.pending"),
            unjudged: false,
        }
    }
}

/// What is wrong with a request, wherever it came from.
struct Fault {
    check: &'static str,
    level: Level,
    why: String,
}

impl Detector for DiameterCategory1 {
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
        if !self.suspect(diameter) {
            return;
        }
        let Some(fault) = self.fault(diameter) else { return };
        let outside = match peers::side(scene, event, diameter) {
            Side::Outside(outside) => outside,
            Side::Other => return,
            Side::Unknown => {
                self.unjudged = true;
                return;
            }
        };
        if agreed(&scene.network, &outside, diameter) {
            return;
        }
        let finding = finding(scene, event, diameter, &outside, fault);
        self.pending.ask(event, diameter, std::slice::from_ref(&finding));
        findings.push(finding);
    }

    fn gaps(&self, scene: &Scene) -> Vec<Gap> {
        if !self.unjudged {
            return Vec::new();
        }
        let missing = if peers::describes(&scene.network) {
            "whose the origin of some requests is: their realms are not described".to_owned()
        } else {
            format!("{NO_DESCRIPTION}, for realms that name no network")
        };
        vec![Gap { detection: CARD.id, check: OTHER, missing }]
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.pending.count()]
    }
}

impl DiameterCategory1 {
    /// The cheap test: most requests are of S6a and know it.
    fn suspect(&self, diameter: &Diameter) -> bool {
        match (diameter.application_id, diameter.command_code) {
            (S6A, code @ 316..=323) => self.categories.tuned(S6A, code) == Some(1),
            (BASE, 257 | 280 | 282) => diameter.proxiable || !diameter.route_record.is_empty(),
            _ => true,
        }
    }

    fn fault(&self, diameter: &Diameter) -> Option<Fault> {
        let (id, code) = (diameter.application_id, diameter.command_code);
        let known = command(id, code);
        if let Some(category) = self.categories.tuned(id, code) {
            return (category == 1).then(|| Fault {
                check: named(id).unwrap_or(OTHER),
                level: Level::High,
                why: "the configuration puts it into category 1".to_owned(),
            });
        }
        if matches!(code, 257 | 280 | 282) {
            return (id == BASE || id == RELAY).then(|| Fault {
                check: RELAYED,
                level: Level::Medium,
                why: "it never leaves its hop, yet it is proxiable or carries Route-Records (RFC 6733 §5.3, §5.5)"
                    .to_owned(),
            });
        }
        let Some(application) = application(id) else {
            return Some(Fault {
                check: UNKNOWN_APPLICATION,
                level: Level::Medium,
                why: format!("no specification names application {id}"),
            });
        };
        match application.edge {
            Edge::No => Some(Fault {
                check: named(id).unwrap_or(OTHER),
                level: Level::High,
                why: format!(
                    "{} runs between nodes of one network ({})",
                    application.name, application.source
                ),
            }),
            Edge::Deals => Some(Fault {
                check: CONTRACT,
                level: Level::Medium,
                why: format!(
                    "{} crosses only by contract ({})",
                    application.name, application.source
                ),
            }),
            Edge::Yes | Edge::Hop if known.is_none() && (has_commands(id) || id == RELAY) => {
                let own: Vec<&str> = applications_of(code).map(|of| of.name).take(4).collect();
                let whose = if own.is_empty() {
                    "no application that is known here".to_owned()
                } else {
                    own.join(", ")
                };
                Some(Fault {
                    check: FOREIGN_COMMAND,
                    level: worst(code).unwrap_or(Level::Medium),
                    why: format!(
                        "{} has no command {code}; it belongs to {whose}",
                        application.name
                    ),
                })
            }
            Edge::Yes | Edge::Hop => None,
        }
    }
}

/// The level of a command under an application that does not have it: what its own applications make of it.
fn worst(code: u32) -> Option<Level> {
    applications_of(code)
        .filter_map(|application| command(application.id, code))
        .map(|command: &Command| match (command.category, command.sure) {
            (1 | 2, true) => Level::High,
            _ => Level::Medium,
        })
        .max()
}

fn named(application: u32) -> Option<&'static str> {
    NAMED.iter().find(|(id, _)| *id == application).map(|(_, check)| *check)
}

/// The origin's own agreement, or that of the partner that brought it; what claims to be ours has none.
fn agreed(network: &Network, outside: &Outside<'_>, diameter: &Diameter) -> bool {
    let (id, code) = (diameter.application_id, diameter.command_code);
    let contract = |owner: Owner<'_>| {
        owner.partner().is_some_and(|it| commands::agreed(network, it, id, code))
    };
    !outside.spoofed
        && match outside.origin {
            Owner::Unknown => contract(outside.peer),
            origin => contract(origin),
        }
}

fn finding(
    scene: &Scene,
    event: &Event,
    diameter: &Diameter,
    outside: &Outside<'_>,
    fault: Fault,
) -> Finding {
    let who = peers::sender(event, diameter);
    let what = peers::command_text(diameter);
    let level = match fault.level {
        Level::High if outside.by_names => Level::Medium,
        Level::Medium if outside.by_names => Level::Low,
        level => level,
    };
    let finding = Finding {
        level,
        confidence: outside.confidence(),
        signature: format!(
            "{who} sent {what} to {}{}",
            peers::target(event, diameter),
            peers::about(diameter.imsi.or(diameter.msisdn))
        ),
        why: format!("{}; {}", fault.why, outside.why(diameter)),
        honest_cause: "An agreement with this operator or its exchange that the description does not list, a hosted node of the \
                       same group, or a realm that is missing in the description."
            .to_owned(),
        next_step: format!(
            "Block application {} and command {} from this peer at the edge agent, look in the agent's records for what else it \
             asked, and ask the partner who uses {who}. If it is agreed, add \"diameter.{}\" to its `agreements`.",
            diameter.application_id, diameter.command_code, diameter.application_id
        ),
        decided_by: Some(outside.cite(&scene.network, event, diameter)),
        ..CARD.finding(fault.check, event)
    };
    let mut finding = peers::told(event, diameter, outside.spoofed, finding);
    finding.key.push_str(&format!(" {}", diameter.command_code));
    finding
}

#[cfg(test)]
#[path = "diameter_category_1_tests.rs"]
mod tests;
