//! Alerts to incidents: what shares an entity within a month and belongs together is one story.
//!
//! An entity that two alerts share is no proof that they belong together: everybody's signalling passes our gateway, and
//! everybody scans our name server. So it matters what the entity was in each of them.
//! - The same attacker joins, whatever else differs; a relay of many operators is no attacker by itself.
//! - A host that was reached and then attacks joins what reached it with what it did.
//! - What was attacked joins by the attackers' network, or where the later alert stands further along the chain than an
//!   earlier one that came through.
//! - Subscribers, tunnels, and outsiders that our own hosts call join, unless a crowd has to do with them.
//! - A network that came through with its foothold joins with its signalling of the next day.
//!
//! The gateways and point codes that a signalling message passed are its carriers and join nothing, but for a sender that
//! is an attacker itself.

mod entities;
mod story;
#[cfg(test)]
#[path = "incidents_tests.rs"]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use event::{Alert, Incident, Level, Outcome, Timestamp};
use network::Network;

use self::entities::{Class, Entities};
use crate::{Setting, Stage};

const DAY: u64 = 86_400;

/// The chain of an intrusion over the interconnect.
const CHAIN: [Stage; 5] =
    [Stage::Foothold, Stage::Control, Stage::Pivot, Stage::SignallingAccess, Stage::Collection];

/// What decides whether alerts belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncidentRules {
    /// Days between two alerts that share an entity.
    pub days: u64,
    /// Hours between a foothold of a network and the signalling of the same network; and as long is an address of a
    /// subscriber, or a tunnel's number, the same one.
    pub hours: u64,
    /// Attackers that one subscriber or outsider may have to do with before it joins none of them.
    pub crowd: u64,
}

impl IncidentRules {
    /// The numbers with their reasons, as those of detections.
    pub const SETTINGS: &'static [Setting] = &[
        Setting {
            name: "days",
            default: 30,
            most: 365,
            unit: "days",
            why: "intruders on the interconnect work for weeks between one step and the next",
        },
        Setting {
            name: "hours",
            default: 24,
            most: 168,
            unit: "hours",
            why: "addresses of subscribers and numbers of tunnels are given to others within a day or so",
        },
        Setting {
            name: "crowd",
            default: 8,
            most: 1_000,
            unit: "attackers",
            why: "a test subscriber or a public server that many have to do with says nothing about any two of them",
        },
    ];

    const fn window(&self) -> Duration {
        Duration::from_secs(self.days.saturating_mul(DAY))
    }

    const fn short_window(&self) -> Duration {
        Duration::from_secs(self.hours.saturating_mul(3_600))
    }
}

impl Default for IncidentRules {
    fn default() -> Self {
        Self { days: 30, hours: 24, crowd: 8 }
    }
}

/// The incidents that these alerts make, worst first; each alert that is part of one gets its id. The same alerts in any
/// order make the same incidents. Alerts of rules on trial are left out, and so are alerts that stand alone, unless
/// they are critical: a list of incidents is there to be read.
pub fn incidents(alerts: &mut [Alert], network: &Network) -> Vec<Incident> {
    incidents_by(alerts, network, &IncidentRules::default())
}

/// The same with other numbers.
pub fn incidents_by(
    alerts: &mut [Alert],
    network: &Network,
    rules: &IncidentRules,
) -> Vec<Incident> {
    let mut entities = Entities::new(network);
    let facts = facts(alerts, &mut entities);
    let mut groups: BTreeMap<usize, Vec<&Fact>> = BTreeMap::new();
    let mut joined = join(&facts, &entities, rules);
    for (index, fact) in facts.iter().enumerate() {
        groups.entry(joined.root(index)).or_default().push(fact);
    }
    let mut incidents = Vec::new();
    let mut members = Vec::new();
    for group in groups.values() {
        let level = level(group, &entities);
        let worth = if group.len() == 1 { level == Level::Critical } else { level >= Level::High };
        if !worth {
            continue;
        }
        let incident = story::tell(alerts, group, level, &entities);
        members.extend(group.iter().map(|fact| (fact.place, incident.id.clone())));
        incidents.push(incident);
    }
    for (place, id) in members {
        if let Some(alert) = alerts.get_mut(place) {
            alert.incident = Some(id);
        }
    }
    incidents.sort_by(|a, b| {
        (b.level.cmp(&a.level))
            .then_with(|| a.first_seen.cmp(&b.first_seen))
            .then_with(|| a.id.cmp(&b.id))
    });
    incidents
}

/// What joining needs to know of an alert.
#[derive(Debug)]
struct Fact {
    /// Its place among the alerts as they were given.
    place: usize,
    first: Timestamp,
    last: Timestamp,
    stage: Option<Stage>,
    level: Level,
    /// Somebody answered.
    came_through: bool,
    frames: BTreeSet<u64>,
    /// Who did it.
    actor: Option<usize>,
    /// Whom it was done to, and what else it is about.
    parties: Vec<usize>,
    /// The gateway that the message came from.
    sender: Option<usize>,
    /// Network of the actor.
    network: Option<usize>,
}

impl Fact {
    /// Whether the attacker got somewhere.
    fn counts_as_reached(&self) -> bool {
        self.came_through || self.stage >= Some(Stage::Control) || self.level == Level::Critical
    }

    fn within(&self, other: &Self, window: Duration) -> bool {
        self.first <= other.last.plus(window) && other.first <= self.last.plus(window)
    }
}

/// The facts in order of time, whatever the order of the alerts.
fn facts(alerts: &mut [Alert], entities: &mut Entities<'_>) -> Vec<Fact> {
    let mut order: Vec<usize> = Vec::new();
    for (place, alert) in alerts.iter_mut().enumerate() {
        alert.incident = None;
        if alert.state.is_active() {
            order.push(place);
        }
    }
    order.sort_by(|a, b| {
        let of = |place: &usize| alerts.get(*place);
        let key = |alert: &Alert| (alert.first_seen, alert.last_seen);
        (of(a).map(key).cmp(&of(b).map(key)))
            .then_with(|| of(a).map(|alert| &alert.id).cmp(&of(b).map(|alert| &alert.id)))
            .then_with(|| {
                of(a).map(|alert| &alert.entities).cmp(&of(b).map(|alert| &alert.entities))
            })
    });
    let mut facts = Vec::with_capacity(order.len());
    for place in order {
        let Some(alert) = alerts.get(place) else { continue };
        let mut ids = alert.entities.iter().map(|entity| entities.id_of(entity));
        let actor = ids.next().filter(|id| entities.class(*id) != Class::Nothing);
        let rank = actor.map_or(0, |actor| entities.rank(actor));
        let mut parties: Vec<usize> = Vec::new();
        let mut sender = None;
        let source = alert.ends.map(|ends| entities.id_of(&format!("ip:{}", ends.src_ip)));
        let rest: Vec<usize> = alert.entities.iter().skip(1).map(|e| entities.id_of(e)).collect();
        for id in rest {
            if entities.rank(id) < rank {
                sender = sender.or(source.filter(|source| *source == id));
            } else if Some(id) != actor
                && !parties.contains(&id)
                && entities.class(id) != Class::Nothing
            {
                parties.push(id);
            }
        }
        let network = actor.and_then(|actor| entities.network_of(actor));
        facts.push(Fact {
            place,
            first: alert.first_seen,
            last: alert.last_seen.max(alert.first_seen),
            stage: stage(alert),
            level: alert.level,
            came_through: alert.outcome >= Outcome::Answered,
            frames: alert.frames.iter().copied().collect(),
            actor,
            parties,
            sender: sender.filter(|id| Some(*id) != actor),
            network,
        });
    }
    facts
}

/// Where an alert stands in the chain: as it says itself, or as its detection does.
fn stage(alert: &Alert) -> Option<Stage> {
    match alert.stage.as_deref() {
        Some(name) => CHAIN.into_iter().find(|stage| stage.name() == name),
        None => crate::find(&alert.detection).map(|entry| entry.card.stage),
    }
}

/// Which facts belong together; the root of a group is its earliest.
struct Groups(Vec<usize>);

impl Groups {
    fn root(&mut self, of: usize) -> usize {
        let mut root = of;
        while let Some(&parent) = self.0.get(root).filter(|parent| **parent != root) {
            root = parent;
        }
        let mut next = of;
        while let Some(parent) = self.0.get_mut(next).filter(|parent| **parent != root) {
            next = std::mem::replace(parent, root);
        }
        root
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(parent) = self.0.get_mut(a.max(b)) {
            *parent = a.min(b);
        }
    }
}

/// Facts of one key, each within the window of the one before; with the time that they span.
struct Cluster {
    members: Vec<usize>,
    first: Timestamp,
    last: Timestamp,
}

fn clusters(facts: &[Fact], of: impl Iterator<Item = usize>, window: Duration) -> Vec<Cluster> {
    let mut out: Vec<Cluster> = Vec::new();
    for index in of {
        let Some(fact) = facts.get(index) else { continue };
        match out.last_mut().filter(|cluster| fact.first <= cluster.last.plus(window)) {
            Some(cluster) => {
                cluster.members.push(index);
                cluster.last = cluster.last.max(fact.last);
            }
            None => {
                out.push(Cluster { members: vec![index], first: fact.first, last: fact.last });
            }
        }
    }
    out
}

fn join(facts: &[Fact], entities: &Entities<'_>, rules: &IncidentRules) -> Groups {
    let mut groups = Groups((0..facts.len()).collect());
    let mut acted: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut suffered: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, fact) in facts.iter().enumerate() {
        if let Some(actor) = fact.actor {
            acted.entry(actor).or_default().push(index);
        }
        for party in &fact.parties {
            suffered.entry(*party).or_default().push(index);
        }
    }
    let window = |entity: usize| {
        if entities.is_short_lived(entity) { rules.short_window() } else { rules.window() }
    };
    for (actor, list) in &acted {
        if entities.is_relay(*actor) {
            same_relay(facts, list, window(*actor), &mut groups);
            continue;
        }
        let runs = clusters(facts, list.iter().copied(), window(*actor));
        merge(&runs, &mut groups);
        let reached = suffered.get(actor).map(Vec::as_slice).unwrap_or_default();
        reached_then_acted(facts, reached, &runs, (rules, window(*actor)), &mut groups);
    }
    for (index, fact) in facts.iter().enumerate() {
        let Some(sender) = fact.sender.filter(|sender| !entities.is_relay(*sender)) else {
            continue;
        };
        for other in acted.get(&sender).into_iter().flatten() {
            if facts.get(*other).is_some_and(|other| fact.within(other, rules.window())) {
                groups.join(index, *other);
            }
        }
    }
    for (party, list) in &suffered {
        let few = crowd(facts, list) <= rules.crowd;
        match entities.class(*party) {
            Class::Tunnel => {
                merge(&clusters(facts, list.iter().copied(), window(*party)), &mut groups);
            }
            Class::Subscriber if few => {
                merge(&clusters(facts, list.iter().copied(), window(*party)), &mut groups);
            }
            Class::Outsider if few => {
                let called = list.iter().copied().filter(|index| {
                    facts.get(*index).is_some_and(|fact| {
                        fact.stage >= Some(Stage::Control)
                            || fact.actor.is_some_and(|actor| entities.is_home(actor))
                    })
                });
                merge(&clusters(facts, called, window(*party)), &mut groups);
            }
            Class::Subscriber | Class::Outsider | Class::Realm | Class::Nothing => {}
            Class::Node => {
                same_network(facts, list, window(*party), &mut groups);
                further_along(facts, list, window(*party), &mut groups);
            }
        }
    }
    by_network(facts, entities, rules, &mut groups);
    groups
}

fn merge(clusters: &[Cluster], groups: &mut Groups) {
    for cluster in clusters {
        for (a, b) in cluster.members.iter().zip(cluster.members.iter().skip(1)) {
            groups.join(*a, *b);
        }
    }
}

/// How many attackers are at it.
fn crowd(facts: &[Fact], list: &[usize]) -> u64 {
    let actors: BTreeSet<Option<usize>> =
        list.iter().filter_map(|index| facts.get(*index)).map(|fact| fact.actor).collect();
    actors.len() as u64
}

/// A relay speaks for many: what it brought belongs together where it was brought to the same.
fn same_relay(facts: &[Fact], list: &[usize], window: Duration, groups: &mut Groups) {
    let mut by_party: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for index in list {
        for party in facts.get(*index).into_iter().flat_map(|fact| &fact.parties) {
            by_party.entry(*party).or_default().push(*index);
        }
    }
    for list in by_party.into_values() {
        merge(&clusters(facts, list.into_iter(), window), groups);
    }
}

/// The stepping stone: reached first, attacking later.
fn reached_then_acted(
    facts: &[Fact],
    reached: &[usize],
    acted: &[Cluster],
    (rules, window): (&IncidentRules, Duration),
    groups: &mut Groups,
) {
    let few = crowd(facts, reached) <= rules.crowd;
    for index in reached {
        let Some(fact) = facts.get(*index) else { continue };
        // Where a crowd reached it, only those who did more than that come into question.
        let more = fact.stage >= Some(Stage::Control) || fact.level == Level::Critical;
        if !fact.counts_as_reached() || !(few || more) {
            continue;
        }
        for cluster in acted {
            let near =
                cluster.first <= fact.last.plus(window) && fact.first <= cluster.last.plus(window);
            if let Some(first) =
                cluster.members.first().filter(|_| near && fact.first <= cluster.last)
            {
                groups.join(*index, *first);
            }
        }
    }
}

/// Attackers of one network at one node.
fn same_network(facts: &[Fact], list: &[usize], window: Duration, groups: &mut Groups) {
    let mut networks: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for index in list {
        if let Some(network) = facts.get(*index).and_then(|fact| fact.network) {
            networks.entry(network).or_default().push(*index);
        }
    }
    for list in networks.into_values() {
        merge(&clusters(facts, list.into_iter(), window), groups);
    }
}

/// Attackers of different networks at one node: the later one stands further along the chain than one that came through.
fn further_along(facts: &[Fact], list: &[usize], window: Duration, groups: &mut Groups) {
    let mut latest: BTreeMap<Stage, usize> = BTreeMap::new();
    for index in list {
        let Some(fact) = facts.get(*index).filter(|fact| fact.level >= Level::Medium) else {
            continue;
        };
        let Some(stage) = fact.stage else { continue };
        for before in latest.range(..stage).map(|(_, before)| *before) {
            if facts.get(before).is_some_and(|before| before.within(fact, window)) {
                groups.join(before, *index);
            }
        }
        if fact.came_through {
            latest.insert(stage, *index);
        }
    }
}

/// A partner's network whose host got in somewhere, and which then takes part in signalling.
fn by_network(facts: &[Fact], entities: &Entities<'_>, rules: &IncidentRules, groups: &mut Groups) {
    let mut latest: BTreeMap<usize, usize> = BTreeMap::new();
    for (index, fact) in facts.iter().enumerate() {
        let Some(network) = fact.network.filter(|network| entities.is_partner(*network)) else {
            continue;
        };
        if fact.level < Level::High {
            continue;
        }
        if fact.stage >= Some(Stage::SignallingAccess) {
            let before = latest.get(&network).copied();
            let near = |before: &usize| {
                facts.get(*before).is_some_and(|before| before.within(fact, rules.short_window()))
            };
            if let Some(before) = before.filter(near) {
                groups.join(before, index);
            }
        } else if fact.stage.is_some() && fact.came_through {
            latest.insert(network, index);
        }
    }
}

/// The worst level of its alerts. Two stages of the chain on one entity make it critical; two detections of one message are
/// no two stages.
fn level(group: &[&Fact], entities: &Entities<'_>) -> Level {
    let worst = group.iter().map(|fact| fact.level).max().unwrap_or_default();
    if worst == Level::Critical {
        return worst;
    }
    let mut of_entity: BTreeMap<usize, Vec<&Fact>> = BTreeMap::new();
    for fact in group.iter().filter(|fact| fact.level >= Level::Medium && fact.stage.is_some()) {
        for entity in fact.actor.iter().chain(&fact.parties) {
            if entities.class(*entity) == Class::Realm || entities.is_relay(*entity) {
                continue;
            }
            let known = of_entity.entry(*entity).or_default();
            if known
                .iter()
                .any(|other| other.stage != fact.stage && other.frames.is_disjoint(&fact.frames))
            {
                return Level::Critical;
            }
            // What is compared with stays few: one of each stage is enough, but for frames that overlap.
            if known.len() < 16 {
                known.push(fact);
            }
        }
    }
    worst
}
