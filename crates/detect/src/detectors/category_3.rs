//! A message for a subscriber from where the subscriber cannot be: what MAP, CAP and Diameter share.
//!
//! Category 3 of GSMA FS.11 and FS.19, as vendors publish it: operations that only the network sends in which the
//! subscriber is at the moment. Each is held against the one memory of where subscribers are.

use std::collections::VecDeque;
use std::time::Duration;

use event::{Capped, CompactString, Event, Level, Name, Outcome, TableCount, Timestamp};
use network::{Network, NetworkId, Owner};

use super::sides::NO_DESCRIPTION;
use crate::card::{Card, Check, Finding, Gap, Setting};
use crate::scene::Scene;
use crate::tuning::Tuning;
use crate::whereabouts::{Act, Known, Place, Sighting};

mod words;

limits! {
    Limits {
        speed_km_h: 1_000, at most 100_000, "km/h", "airliners fly 900 km/h over ground, and the distance is that between the edges of the countries";
        distance_km: 500, at most 20_000, "km", "nearer networks are heard on both sides of a border, from a ferry, and on the approach to an airport";
        shortest_secs: 60, at most 86_400, "seconds", "two messages may overtake each other on their way by this much; a shorter time counts as this one";
        follow_secs: 300, at most 86_400, "seconds", "a device that was authenticated registers within seconds; five minutes leave room for retries and other radio";
        place_hours: 72, at most 8_760, "hours", "a place that nothing confirmed for longer says nothing about purges and services any more";
    }
}

/// The settings of both detections.
pub(super) const SETTINGS: &[Setting] = Limits::SETTINGS;

pub(super) const VELOCITY: &str = "place.velocity";
pub(super) const PING_PONG: &str = "place.ping-pong";
pub(super) const UNUSED: &str = "vectors.unused";
pub(super) const PURGE: &str = "purge.elsewhere";
pub(super) const OTHER_NODE: &str = "purge.other-node";
pub(super) const SERVICE: &str = "service.elsewhere";
pub(super) const UNLISTED: &str = "sender.unlisted";

/// The checks of both detections.
pub(super) const CHECKS: &[Check] = &[
    Check {
        name: VELOCITY,
        level: Level::Medium,
        looks_for: "a registration, vectors, a call or a session in a network that is too far from the last one for the time between; \
                    high with a second sign: another protocol's memory, a network that nobody lists, a third network's sender, an answer",
    },
    Check {
        name: PING_PONG,
        level: Level::High,
        looks_for: "a subscriber who is in two networks by turns, too far apart to travel: one of them is made up",
    },
    Check {
        name: UNUSED,
        level: Level::Medium,
        looks_for: "authentication vectors given to another network than the serving one, and no registration there after",
    },
    Check {
        name: PURGE,
        level: Level::Medium,
        looks_for: "a purge from a network that neither serves the subscriber nor did before: the subscriber is cut off",
    },
    Check {
        name: OTHER_NODE,
        level: Level::Low,
        looks_for: "a purge from the serving network, but not from the node that registered the subscriber",
    },
    Check {
        name: SERVICE,
        level: Level::Medium,
        looks_for: "services, messages, reports or calls in the name of a subscriber from a network that does not serve",
    },
    Check {
        name: UNLISTED,
        level: Level::Medium,
        looks_for: "a message for one of our subscribers from a network that the description does not name, though it names partners",
    },
];

/// Flagged requests that wait for their answer.
const MAX_PENDING: usize = 4_096;
/// Vectors that went elsewhere and wait for a registration.
const MAX_ASKED: usize = 16_384;
/// Subscribers who were moved where they cannot be.
const MAX_MOVED: usize = 16_384;

/// At the end of a capture windows close this long after its last event.
const PAUSE: Duration = Duration::from_secs(2 * 86_400);

/// Frame of the request, transaction, and number within it.
pub(super) type RequestId = (u64, CompactString, i64);

/// A request, in words: asked for only when something is found.
pub(super) trait Said {
    /// `sent updateLocation (map.2)`
    fn what(&self) -> String;
    /// `map.2`, as agreements and configurations write it.
    fn operation(&self) -> String;
    /// `GT 33600000020`
    fn who(&self) -> String;
    /// The subscriber's pseudonym.
    fn subscriber(&self) -> String;
    /// Sender first.
    fn entities(&self) -> Vec<String>;
    fn id(&self) -> RequestId;
    /// It changes where traffic goes: one sign more.
    fn is_grave(&self) -> bool;
    /// Whether the subscriber is one of ours.
    fn is_ours(&self, network: &Network) -> bool;
}

/// What became of a request.
pub(super) struct Answered<'a> {
    pub(super) id: RequestId,
    pub(super) outcome: Outcome,
    pub(super) returned: &'a [Name],
    /// The error, where it is one.
    pub(super) error: Option<&'a str>,
}

/// What waits for an answer.
#[derive(Debug)]
enum Pending {
    /// A finding, whose level an answer moves, and for how many signs it speaks already.
    Finding { finding: Box<Finding>, signs: u32, described: bool, subscriber: u64 },
    /// Vectors: the subscriber.
    Vectors(u64),
}

/// Vectors that were asked for from elsewhere.
#[derive(Debug)]
struct Asked {
    at: Timestamp,
    network: NetworkId,
    finding: Finding,
    signs: u32,
}

/// The logic of both detections.
#[derive(Debug)]
pub(super) struct Category3 {
    card: &'static Card,
    limits: Limits,
    pending: Capped<RequestId, Pending>,
    /// By subscriber.
    asked: Capped<u64, Asked>,
    due: VecDeque<(Timestamp, u64)>,
    /// Subscribers whose impossible move was answered with data.
    moved: Capped<u64, ()>,
    /// Messages for subscribers of whom no earlier place is known; those that were judged; and those whose networks are
    /// nowhere on the map.
    cold: u64,
    judged: u64,
    nowhere: u64,
}

impl Category3 {
    pub(super) fn new(card: &'static Card, tables: [&'static str; 3]) -> Self {
        let [pending, asked, moved] = tables;
        Self {
            card,
            limits: Limits::default(),
            pending: Capped::new(pending, MAX_PENDING),
            asked: Capped::new(asked, MAX_ASKED),
            due: VecDeque::new(),
            moved: Capped::new(moved, MAX_MOVED),
            cold: 0,
            judged: 0,
            nowhere: 0,
        }
    }

    pub(super) fn tune(&mut self, tuning: &Tuning) {
        self.limits = Limits::tuned(tuning, self.card);
    }

    /// A registration anywhere: vectors that were asked for there have been used.
    pub(super) fn settle(&mut self, network: &Network, sighting: &Sighting) {
        if self.asked.is_empty() {
            return;
        }
        let subscriber = sighting.subscriber();
        let used = |asked: &Asked| {
            [sighting.serving.network, sighting.sender]
                .iter()
                .any(|there| !elsewhere(network, asked.network, *there))
        };
        if self.asked.peek(&subscriber).is_some_and(used) {
            self.asked.remove(&subscriber);
        }
    }

    /// A request for a subscriber, with what is known of the subscriber.
    pub(super) fn see(
        &mut self,
        scene: &Scene,
        event: &Event,
        sighting: &Sighting,
        said: &dyn Said,
        findings: &mut Vec<Finding>,
    ) {
        let serving = sighting.serving.network;
        let Some((known, latest)) =
            sighting.known.and_then(|known| known.latest().map(|latest| (known, latest)))
        else {
            self.cold = self.cold.saturating_add(1);
            return self.unlisted(scene, event, sighting, said, findings);
        };
        self.judged = self.judged.saturating_add(1);
        if latest.network() == serving && sighting.act != Act::Purges {
            return self.unlisted(scene, event, sighting, said, findings);
        }
        let network = &scene.network;
        if known.served().any(|place| !elsewhere(network, place.network(), serving)) {
            if sighting.act == Act::Purges && is_other_node(&known, sighting) {
                let at = words::other_node(self.card, scene, event, sighting, said, &latest);
                findings.extend(at.filter(|_| !self.is_agreed(scene, sighting, said)));
            }
            return self.unlisted(scene, event, sighting, said, findings);
        }
        if serving == NetworkId::Unknown || self.is_agreed(scene, sighting, said) {
            return;
        }
        self.contradicts(scene, event, sighting, said, (known, latest), findings);
    }

    /// The message is from another network than the serving one.
    fn contradicts(
        &mut self,
        scene: &Scene,
        event: &Event,
        sighting: &Sighting,
        said: &dyn Said,
        (known, latest): (Known, Place),
        findings: &mut Vec<Finding>,
    ) {
        let network = &scene.network;
        let owner = network.owner_of_network(sighting.serving.network);
        let age = event.at.since(latest.at());
        let apart = network.apart_km(latest.network(), sighting.serving.network);
        let near = apart.is_some_and(|km| km < whole(self.limits.distance_km.of(owner)));
        let stale = age > Duration::from_secs(self.limits.place_hours.of(owner) * 3_600);
        let mut signs = self.signs(network, sighting, &latest) + u32::from(said.is_grave());
        let described = !network.is_empty();
        match sighting.act {
            Act::Purges | Act::Acts if near || stale => {}
            Act::Purges => {
                // Who served before may still tidy up.
                let late = known.before().is_some_and(|place| {
                    !elsewhere(network, place.network(), sighting.serving.network)
                });
                if !late {
                    let finding = words::purge(self.card, scene, event, sighting, said, &latest);
                    self.flag(finding, signs, described, sighting, said, findings);
                }
            }
            Act::Acts => {
                let finding = words::service(self.card, scene, event, sighting, said, &latest);
                self.flag(finding, signs, described, sighting, said, findings);
            }
            Act::Registers | Act::AsksVectors | Act::Calls | Act::OpensSession => {
                let secs = age.max(self.limits.shortest_secs.secs(owner)).as_secs().max(1);
                let speed = apart.map(|km| km * 3_600.0 / whole(secs));
                if apart.is_none() {
                    self.nowhere = self.nowhere.saturating_add(1);
                }
                if let (Some(km), Some(speed)) = (apart, speed)
                    && !near
                    && speed > whole(self.limits.speed_km_h.of(owner))
                {
                    let before = known.before().filter(|place| {
                        !elsewhere(network, place.network(), sighting.serving.network)
                    });
                    let trip = words::Trip { km, age, speed };
                    let mut finding = match &before {
                        Some(before) => words::ping_pong(
                            self.card, scene, event, sighting, said, &latest, before, &trip,
                        ),
                        None => {
                            words::velocity(self.card, scene, event, sighting, said, &latest, &trip)
                        }
                    };
                    if before.is_some() {
                        // That data left is known, and that it was not the subscriber who asked.
                        if self.moved.peek(&sighting.subscriber()).is_some() {
                            finding.level = Level::Critical;
                            finding.outcome = Outcome::AnsweredWithData;
                        }
                        signs = 0;
                    }
                    return self.flag(finding, signs, described, sighting, said, findings);
                }
                if sighting.act == Act::AsksVectors && !near {
                    let finding = words::unused(self.card, scene, event, sighting, said, &latest);
                    self.asks(event, sighting, said, finding, signs);
                } else if sighting.act == Act::Calls && !near && !stale {
                    let finding = words::service(self.card, scene, event, sighting, said, &latest);
                    self.flag(finding, signs, described, sighting, said, findings);
                }
            }
        }
    }

    fn asks(
        &mut self,
        event: &Event,
        sighting: &Sighting,
        said: &dyn Said,
        finding: Finding,
        signs: u32,
    ) {
        let subscriber = sighting.subscriber();
        if self.asked.contains(&subscriber) {
            return;
        }
        let network = sighting.serving.network;
        self.asked.insert(subscriber, Asked { at: event.at, network, finding, signs });
        self.pending.insert(said.id(), Pending::Vectors(subscriber));
        let due = event.at.plus(Duration::from_secs(self.limits.follow_secs.everybody()));
        if self.due.len() < MAX_ASKED {
            self.due.push_back((due, subscriber));
        }
    }

    /// Our subscriber, and a network that nobody lists.
    fn unlisted(
        &mut self,
        scene: &Scene,
        event: &Event,
        sighting: &Sighting,
        said: &dyn Said,
        findings: &mut Vec<Finding>,
    ) {
        let foreign = matches!(sighting.sender, NetworkId::Country(_) | NetworkId::Plmn { .. });
        let network = &scene.network;
        if !foreign || network.partners.is_empty() || !said.is_ours(network) {
            return;
        }
        let finding = words::unlisted(self.card, scene, event, sighting, said);
        self.flag(finding, 0, true, sighting, said, findings);
    }

    /// Second signs, beyond the place itself.
    fn signs(&self, network: &Network, sighting: &Sighting, latest: &Place) -> u32 {
        let other_protocol = latest.source() != sighting.source;
        let unlisted = !network.partners.is_empty()
            && network.owner_of_network(sighting.serving.network).is_unknown();
        let third = sighting.sender != NetworkId::Unknown
            && elsewhere(network, sighting.sender, sighting.serving.network);
        u32::from(other_protocol) + u32::from(unlisted) + u32::from(third)
    }

    /// Lets a finding out, and waits for its answer.
    fn flag(
        &mut self,
        mut finding: Finding,
        signs: u32,
        described: bool,
        sighting: &Sighting,
        said: &dyn Said,
        findings: &mut Vec<Finding>,
    ) {
        finding.level = finding.level.max(level(finding.level, signs, described));
        if signs > 0 {
            finding.confidence = (finding.confidence + 0.05).min(ceiling(described));
        }
        let (waits, subscriber) = (Box::new(finding.clone()), sighting.subscriber());
        let waits = Pending::Finding { finding: waits, signs, described, subscriber };
        self.pending.insert(said.id(), waits);
        findings.push(finding);
    }

    /// Whether any answer is waited for: telling one costs something.
    pub(super) fn waits(&self) -> bool {
        !self.pending.is_empty()
    }

    /// An answer moves the level of what was flagged.
    pub(super) fn told(
        &mut self,
        event: &Event,
        answer: &Answered<'_>,
        findings: &mut Vec<Finding>,
    ) {
        match self.pending.remove(&answer.id) {
            None => {}
            Some(Pending::Vectors(subscriber)) => {
                if let Some(asked) = self.asked.get_mut(&subscriber) {
                    words::answered(&mut asked.finding, event, answer);
                }
            }
            Some(Pending::Finding { mut finding, signs, described, subscriber }) => {
                words::answered(&mut finding, event, answer);
                finding.counts = false;
                if answer.outcome >= Outcome::Answered {
                    if finding.check == VELOCITY && answer.outcome == Outcome::AnsweredWithData {
                        self.moved.insert(subscriber, ());
                    }
                    let base = Level::Medium;
                    finding.level = finding.level.max(level(base, signs + 1, described));
                    finding.confidence = (finding.confidence + 0.05).min(ceiling(described));
                }
                findings.push(*finding);
            }
        }
    }

    /// Vectors whose time is up.
    pub(super) fn advance(&mut self, scene: &Scene, now: Timestamp, findings: &mut Vec<Finding>) {
        while self.due.front().is_some_and(|(due, _)| *due <= now) {
            let Some((due, subscriber)) = self.due.pop_front() else { return };
            let follow = Duration::from_secs(self.limits.follow_secs.everybody());
            // Another question of the same subscriber has its own time.
            let ripe = |asked: &Asked| asked.at.plus(follow) <= due;
            if !self.asked.peek(&subscriber).is_some_and(ripe) {
                continue;
            }
            let Some(asked) = self.asked.remove(&subscriber) else { continue };
            // A capture that ends sooner, or pauses for days, did not show what came after.
            if scene.now < due && now.since(scene.now) >= PAUSE {
                continue;
            }
            let mut finding = asked.finding;
            finding.at = due;
            let described = !scene.network.is_empty();
            finding.level = match finding.outcome {
                Outcome::AnsweredWithData => level(Level::Medium, asked.signs, described),
                Outcome::Attempt => Level::Low.max(level(Level::Low, asked.signs, described)),
                _ => Level::Low,
            };
            findings.push(finding);
        }
    }

    pub(super) fn gaps(&self) -> Vec<Gap> {
        let mut gaps = Vec::new();
        let mut gap = |check, missing: String| {
            gaps.push(Gap { detection: self.card.id, check, missing });
        };
        if self.judged == 0 && self.cold > 0 {
            let missing = format!(
                "an earlier place: the capture shows none for the subscribers of {} messages that tell one",
                self.cold
            );
            for check in [VELOCITY, PING_PONG, UNUSED, PURGE, OTHER_NODE, SERVICE] {
                gap(check, missing.clone());
            }
        } else if self.nowhere > 0 {
            let missing = format!(
                "the position of networks in {} messages: test codes, satellites, or no `location` in the description",
                self.nowhere
            );
            gap(VELOCITY, missing);
        }
        gaps
    }

    pub(super) fn tables(&self) -> Vec<TableCount> {
        let due = TableCount {
            table: format!("{}.due", self.card.id).into(),
            entries: self.due.len() as u64,
            cap: MAX_ASKED as u64,
            evicted: 0,
        };
        vec![self.pending.count(), self.asked.count(), self.moved.count(), due]
    }

    fn is_agreed(&self, scene: &Scene, sighting: &Sighting, said: &dyn Said) -> bool {
        let network = &scene.network;
        let operation = said.operation();
        if scene.tuning.has_categories()
            && scene.tuning.category(&operation).is_some_and(|category| category != 3)
        {
            return true;
        }
        let owner = network.owner_of_network(sighting.sender);
        owner.partner().is_some_and(|partner| {
            network.has_agreement(partner, &operation)
                || network.hubs_of(partner).any(|hub| network.has_agreement(hub, &operation))
        })
    }
}

/// Whether two networks cannot be the same place: two of one country can, and so can a hub or host and whom it speaks for.
pub(super) fn elsewhere(network: &Network, a: NetworkId, b: NetworkId) -> bool {
    if a == b || a == NetworkId::Unknown || b == NetworkId::Unknown {
        return false;
    }
    let (country_a, country_b) = (network.country_of(a), network.country_of(b));
    if country_a.is_some() && country_a == country_b {
        return false;
    }
    // Ships, aircraft and satellites go everywhere.
    let aloft = |id| matches!(id, NetworkId::Plmn { mcc: 901, .. });
    if aloft(a) || aloft(b) {
        return false;
    }
    match (network.owner_of_network(a), network.owner_of_network(b)) {
        (Owner::Partner(a), Owner::Partner(b)) => {
            !network.may_relay(a, b) && !network.may_relay(b, a)
        }
        // A number tells its country only.
        _ if !a.is_network() || !b.is_network() => country_a.is_some() && country_b.is_some(),
        _ => true,
    }
}

/// The serving network purges, but through another node than the one that registered the subscriber in that domain.
fn is_other_node(known: &Known, sighting: &Sighting) -> bool {
    known.registered(sighting.domain).is_some_and(|place| {
        place.network() == sighting.serving.network
            && place.source() == sighting.source
            && !place.is_at(sighting.serving)
    })
}

/// Medium with nothing else, high with a second sign; without a description it takes two.
const fn level(base: Level, signs: u32, described: bool) -> Level {
    match (signs, described) {
        (0, _) | (1, false) => base,
        _ => Level::High,
    }
}

/// Without a description nobody can be sure.
const fn ceiling(described: bool) -> f64 {
    if described { 0.95 } else { 0.7 }
}

fn whole(number: u64) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

#[cfg(test)]
pub(super) mod tests_support;

fn cite(network: &Network, of: NetworkId) -> String {
    if network.is_empty() {
        return NO_DESCRIPTION.to_owned();
    }
    network.cite_owner(network.owner_of_network(of))
}
