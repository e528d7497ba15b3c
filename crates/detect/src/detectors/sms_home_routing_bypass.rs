//! A short message delivered past the router that guards our subscribers.
//!
//! Home routing (3GPP TR 23.840, TS 23.040): whoever asks where to deliver is given the router's own address and an identity
//! made up for the purpose; messages come to the router, which delivers them. Who sends a message straight to a switch has
//! learned its address some other way, and who is told the real switch and the real IMSI has located the subscriber.

use event::{
    Capped, CompactString, Event, GlobalTitle, Level, Map, Outcome, Subscriber, TableCount, What,
};
use network::{Network, Owner};

use super::sides::NO_DESCRIPTION;
use super::ss7::answers::{self, Answers};
use super::ss7::outside::{Origin, Outside, Way};
use crate::card::{Card, Check, Detector, Finding, Gap, Kinds, Setting, Stage};
use crate::scene::Scene;
use crate::tuning::{Limit, Tuning};

mod words;

const PAST: &str = "mt-forward.past-router";
const UNASKED: &str = "mt-forward.node-not-given-out";
const NODE: &str = "routing-info.real-node";
const IDENTITY: &str = "routing-info.real-imsi";
const BY_IMSI: &str = "routing-info.by-imsi";
const OLD: &str = "routing-info.version-1";
const SILENT: &str = "mt-forward.silent";
const TOOLKIT: &str = "mt-forward.sim-toolkit";

const GRACE: Setting = Setting {
    name: "grace_seconds",
    default: 300,
    most: 86_400,
    unit: "seconds",
    why: "without a described router a message counts as unasked only when the capture is older than this: the question for \
          it may stand before the capture, and centres deliver within seconds of asking",
};

const CHECKS: &[Check] = &[
    Check {
        name: PAST,
        level: Level::High,
        looks_for: "a message from outside for a subscriber of ours, to a node that is no SMS router and that \
                    sendRoutingInfoForSM did not give out",
    },
    Check {
        name: UNASKED,
        level: Level::Medium,
        looks_for: "where no router is described: a message from outside to a node of ours that no answer gave out to that \
                    sender",
    },
    Check {
        name: NODE,
        level: Level::High,
        looks_for: "sendRoutingInfoForSM answered to the outside with a node that is no SMS router",
    },
    Check {
        name: IDENTITY,
        level: Level::High,
        looks_for: "sendRoutingInfoForSM answered to the outside with an IMSI that a subscriber of ours registers with",
    },
    Check {
        name: BY_IMSI,
        level: Level::Medium,
        looks_for: "sendRoutingInfoForSM addressed by IMSI (E.212, E.214) and not by number: the sender knows the identity",
    },
    Check {
        name: OLD,
        level: Level::Low,
        looks_for: "sendRoutingInfoForSM in the context of version 1, which routers handle apart",
    },
    Check {
        name: SILENT,
        level: Level::Medium,
        looks_for: "a message of type 0 (TP-PID 0x40), which no telephone shows: it is sent to locate, not to tell",
    },
    Check {
        name: TOOLKIT,
        level: Level::Medium,
        looks_for: "a message for the SIM from outside (TP-PID 0x7F, or class 2 with a header)",
    },
];

pub(crate) const CARD: Card = Card {
    id: "sms-home-routing-bypass",
    level: Level::Critical,
    summary: "A short message was delivered past the SMS router",
    needs: "sendRoutingInfoForSM with its result, mt-forwardSM (before version 3 forwardSM), both with the titles they \
            travelled under.",
    quiet_for: "The router itself, nodes that an answer gave out to the sender, guests of ours whose home sends to the switch \
                that serves them, and `agreements` (map.44, map.45).",
    description: "[home] sms_router, or elements with the role sms-router, say where messages belong; gt_prefixes and plmns \
                  say who is outside and whose the subscriber is. Without a router only what no answer gave out is judged.",
    thresholds: "One message is enough where the router is described. Code points of silent messages and of messages for the \
                 SIM (TS 23.040 §9.2.3.9) are medium by themselves.",
    stage: Stage::Collection,
    settings: &[GRACE],
    judges: Kinds::MAP,
    basis: "3GPP TR 23.840, TS 23.040; MITRE FiGHT FGT5002, FGT5019.006",
    checks: CHECKS,
    attack: &["T1199"],
    fight: &["FGT5002", "FGT5001", "FGT5019.006"],
    motif: &["MOT3003.301", "MOT5019"],
};

/// Flagged messages that wait for their answer.
const MAX_PENDING: usize = 4_096;
/// Nodes that answers gave out, by who asked. A centre asks for each message and delivers at once.
const MAX_GIVEN: usize = 65_536;
/// Identities that subscribers of ours register with.
const MAX_REAL: usize = 65_536;

const SEND_ROUTING_INFO_FOR_SM: i64 = 45;
const MT_FORWARD_SM: i64 = 44;
const FORWARD_SM: i64 = 46;

#[derive(Debug)]
pub(crate) struct SmsHomeRoutingBypass {
    answers: Answers,
    /// Who asked, and the node that it was given.
    given: Capped<(CompactString, CompactString), ()>,
    /// Identities that outsiders register, by which the made-up ones are told apart.
    real: Capped<Subscriber, ()>,
    grace: Limit,
    /// Whether a router is described; looked up once.
    router: Option<bool>,
    /// Answers to sendRoutingInfoForSM were seen.
    asked: bool,
    missing: Missing,
}

impl Default for SmsHomeRoutingBypass {
    fn default() -> Self {
        Self {
            answers: Answers::new("sms-home-routing-bypass.pending", MAX_PENDING, false),
            given: Capped::new("sms-home-routing-bypass.given", MAX_GIVEN),
            real: Capped::new("sms-home-routing-bypass.registered", MAX_REAL),
            grace: Limit::new(&GRACE),
            router: None,
            asked: false,
            missing: Missing::default(),
        }
    }
}

/// What kept messages from being judged.
#[derive(Clone, Copy, Debug, Default)]
struct Missing {
    description: bool,
    router: bool,
    /// The question may stand before the capture.
    earlier: bool,
    /// The message names its subscriber by a local number only.
    subscriber: bool,
}

impl Detector for SmsHomeRoutingBypass {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::MAP.and(Kinds::SCCP)
    }

    fn tune(&mut self, tuning: &Tuning) {
        self.grace = tuning.limit(&CARD, GRACE.name);
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        let map = match &event.what {
            What::Map(map) => map,
            What::Sccp(sccp) => return self.answers.undelivered(event, sccp, findings),
            _ => return,
        };
        if answers::is_answer(map) {
            self.answers.answer(event, map, findings, level);
            let result = matches!(
                map.component.as_deref(),
                Some("returnResultLast" | "returnResultNotLast")
            );
            if result && map.opcode == Some(SEND_ROUTING_INFO_FOR_SM) {
                self.given_out(scene, event, map, findings);
            }
            return;
        }
        match map.opcode {
            Some(SEND_ROUTING_INFO_FOR_SM) => self.question(scene, event, map, findings),
            Some(MT_FORWARD_SM | FORWARD_SM) => self.message(scene, event, map, findings),
            Some(2 | 23) => self.registers(scene, map),
            _ => {}
        }
    }

    fn gaps(&self, _: &Scene) -> Vec<Gap> {
        let gap =
            |check, missing: &str| Gap { detection: CARD.id, check, missing: missing.to_owned() };
        let mut gaps = Vec::new();
        if self.missing.description {
            gaps.push(Gap {
                detection: CARD.id,
                check: PAST,
                missing: format!("{NO_DESCRIPTION} of the home global titles"),
            });
        }
        if self.missing.router {
            gaps.push(gap(PAST, "an sms_router in [home]"));
            gaps.push(gap(NODE, "an sms_router in [home]"));
        }
        if self.missing.earlier {
            gaps.push(gap(UNASKED, "the questions before the capture began"));
        }
        if self.missing.subscriber {
            gaps.push(gap(PAST, "the IMSI of some messages, which name an LMSI"));
        }
        gaps
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.answers.count(), self.given.count(), self.real.count()]
    }
}

/// What an answer makes of it: a message that was taken has passed.
fn level(finding: &Finding, outcome: Outcome) -> Level {
    let past = matches!(finding.check, PAST | UNASKED);
    match (past, outcome) {
        (true, Outcome::Answered | Outcome::AnsweredWithData) => finding.level.max(Level::High),
        _ => finding.level,
    }
}

fn has_router(network: &Network) -> bool {
    !network.home.sms_router.is_empty()
        || network.elements.iter().any(|element| element.has_role(network::Role::SmsRouter))
}

/// A message to a mobile: before version 3 both directions have one code, and the message centre's place tells them apart.
fn is_to_mobile(map: &Map) -> bool {
    map.opcode == Some(MT_FORWARD_SM)
        || map.addresses.iter().any(|address| address.role == "serviceCentreAddressOA")
}

/// Whose subscriber a message is for.
enum For {
    Ours,
    Guest,
    Nobody,
}

fn whom(network: &Network, map: &Map) -> For {
    let Some(imsi) = map.imsi else {
        return if map.msisdn.is_some() { For::Ours } else { For::Nobody };
    };
    match network.owner_of_subscriber(&imsi) {
        Owner::Home(_) => For::Ours,
        Owner::Partner(_) => For::Guest,
        // With our networks described, a network that nobody describes is a guest's all the same.
        Owner::Unknown if network.has_home_plmns() => For::Guest,
        Owner::Unknown => For::Nobody,
    }
}

impl SmsHomeRoutingBypass {
    /// Whence a message of ours to judge came.
    fn outside<'a>(
        &mut self,
        scene: &'a Scene,
        way: &Way<'_>,
        operation: &str,
    ) -> Option<Outside<'a>> {
        match Origin::of(scene, way) {
            Origin::Outside(outside) => {
                outside.agreed(&scene.network, operation).is_none().then_some(outside)
            }
            Origin::Unknown => {
                self.missing.description = true;
                None
            }
            _ => None,
        }
    }

    fn has_router(&mut self, network: &Network) -> bool {
        *self.router.get_or_insert_with(|| has_router(network))
    }

    /// An identity that a subscriber of ours registers abroad with is no made-up one.
    fn registers(&mut self, scene: &Scene, map: &Map) {
        let Some(imsi) = map.imsi.filter(|_| self.has_router(&scene.network)) else { return };
        if scene.network.owner_of_subscriber(&imsi).is_home() {
            self.real.entry(&imsi, || ());
        }
    }

    /// sendRoutingInfoForSM, as it came.
    fn question(&mut self, scene: &Scene, event: &Event, map: &Map, findings: &mut Vec<Finding>) {
        let plan = map.called.as_ref().and_then(|called| called.gt.as_ref()).and_then(|gt| gt.np);
        let by_imsi = matches!(plan, Some(6 | 7));
        let old = map
            .application_context_name
            .as_deref()
            .is_some_and(|name| name.ends_with("-v1") || name.ends_with("-v1)"));
        if !by_imsi && !old {
            return;
        }
        let way = Way::of(event, map);
        let Some(outside) = self.outside(scene, &way, "map.45") else { return };
        if by_imsi {
            let finding = words::by_imsi(scene, event, map, &way, &outside);
            self.answers.ask(event, map, &finding);
            findings.push(finding);
        }
        if old {
            let finding = words::old(scene, event, map, &way, &outside);
            self.answers.ask(event, map, &finding);
            findings.push(finding);
        }
    }

    /// What sendRoutingInfoForSM was answered with, and to whom.
    fn given_out(&mut self, scene: &Scene, event: &Event, map: &Map, findings: &mut Vec<Finding>) {
        let network = &scene.network;
        self.asked = true;
        let way = Way::of(event, map).back();
        let asker = way.from.digits();
        if !asker.is_empty() {
            for node in map.addresses.iter().filter(|node| !node.gt.digits.is_empty()) {
                self.given.insert((asker.into(), node.gt.digits.clone()), ());
            }
        }
        if !self.has_router(network) {
            self.missing.router |= network.has_home_gts();
            return;
        }
        let real = map
            .addresses
            .iter()
            .map(|node| &node.gt)
            .find(|gt| !gt.digits.is_empty() && !network.is_sms_router(gt));
        let known = map.imsi.filter(|imsi| self.real.contains(imsi));
        if real.is_none() && known.is_none() {
            return;
        }
        let Some(outside) = self.outside(scene, &way, "map.45") else { return };
        if let Some(node) = real {
            findings.push(words::real_node(scene, event, map, &way, &outside, node));
        }
        if let Some(imsi) = known {
            findings.push(words::real_imsi(scene, event, map, &way, &outside, imsi));
        }
    }

    /// A message to a mobile.
    fn message(&mut self, scene: &Scene, event: &Event, map: &Map, findings: &mut Vec<Finding>) {
        if !is_to_mobile(map) {
            return;
        }
        let network = &scene.network;
        let way = Way::of(event, map);
        let node = way.to.title();
        let routed = node.is_some_and(|node| network.is_sms_router(node));
        let code_points = words::code_points(map);
        if routed && code_points.is_none() {
            return;
        }
        let Some(outside) = self.outside(scene, &way, "map.44") else { return };
        let subject = whom(network, map);
        // Whose identity the router made up is ours; a guest's home may write to its own subscribers.
        if let Some((check, what)) = code_points
            && (routed || matches!(subject, For::Ours))
        {
            let finding = words::odd(scene, event, map, &way, &outside, check, what);
            self.answers.ask(event, map, &finding);
            findings.push(finding);
        }
        if routed {
            return;
        }
        match subject {
            For::Guest => return,
            For::Nobody => {
                self.missing.subscriber = true;
                return;
            }
            For::Ours => {}
        }
        if self.was_given(&way, node) {
            return;
        }
        let check = if self.has_router(network) {
            PAST
        } else {
            self.missing.router = true;
            // Without a router only the answers say where messages belong: they have to have been seen.
            let began = scene.began.unwrap_or(event.at);
            let grace = self.grace.of(outside.owner);
            if !self.asked || event.at.since(began).as_secs() < grace {
                self.missing.earlier = true;
                return;
            }
            UNASKED
        };
        let finding = words::past(scene, event, map, &way, &outside, check);
        self.answers.ask(event, map, &finding);
        findings.push(finding);
    }

    fn was_given(&mut self, way: &Way<'_>, node: Option<&GlobalTitle>) -> bool {
        let Some(node) = node.filter(|node| !node.digits.is_empty()) else { return false };
        self.given.get(&(way.from.digits().into(), node.digits.clone())).is_some()
    }
}

#[cfg(test)]
#[path = "sms_home_routing_bypass_tests.rs"]
mod tests;
