//! An incident told: who, by which way, when, what was answered, what left, what to do next; and its graph.

use std::collections::{BTreeMap, BTreeSet};

use event::{
    Alert, Incident, IncidentEdge, IncidentNode, Level, Name, Outcome, Stage as Chapter, Timestamp,
};
use network::Network;

use super::entities::{Class, Entities};
use super::{CHAIN, Fact};

/// Alerts that get a sentence; the others are counted.
const MAX_SENTENCES: usize = 12;
/// Nodes, edges and shared entities of one incident; a sweep over a network has more.
const MAX_NODES: usize = 64;
const MAX_EDGES: usize = 256;
const MAX_ENTITIES: usize = 32;
/// First frames that are named.
const MAX_FRAMES: usize = 16;

/// One group of alerts as a story. `group` is in the order of time and not empty.
pub(super) fn tell(
    alerts: &[Alert],
    group: &[&Fact],
    level: Level,
    entities: &Entities<'_>,
) -> Incident {
    let members: Vec<(&Fact, &Alert)> =
        group.iter().filter_map(|fact| Some((*fact, alerts.get(fact.place)?))).collect();
    let cast = Cast::of(&members, entities);
    let first_seen = group.iter().map(|fact| fact.first).min().unwrap_or_default();
    let last_seen = group.iter().map(|fact| fact.last).max().unwrap_or_default();
    let stages = chapters(&members);
    let mut returned: Vec<Name> = Vec::new();
    for kind in members.iter().flat_map(|(_, alert)| &alert.returned) {
        if !returned.contains(kind) {
            returned.push(kind.clone());
        }
    }
    returned.sort();
    let mut frames: Vec<u64> = Vec::new();
    for frame in members.iter().filter_map(|(_, alert)| alert.frames.first()) {
        if !frames.contains(frame) && frames.len() < MAX_FRAMES {
            frames.push(*frame);
        }
    }
    Incident {
        id: members.first().map(|(_, alert)| alert.id.clone()).unwrap_or_default(),
        level,
        severity: level.severity(),
        title: title(&members, &cast, entities),
        story: story(&members, &cast, &stages, &returned, (first_seen, last_seen), entities),
        next_step: next_step(&members, &cast, entities),
        stages,
        entities: shared(&members, entities),
        alerts: members.iter().map(|(_, alert)| alert.id.clone()).collect(),
        frames,
        outcome: members.iter().map(|(_, alert)| alert.outcome).max(),
        returned,
        nodes: cast.nodes(entities),
        edges: edges(&members, &cast, entities),
        first_seen,
        last_seen,
    }
}

/// What somebody was in the story.
#[derive(Clone, Copy, Debug)]
struct Part {
    acted: Option<Timestamp>,
    suffered: Option<Timestamp>,
    first: Timestamp,
    last: Timestamp,
}

/// Everybody in it, in the order of their entrance.
struct Cast {
    order: Vec<usize>,
    parts: BTreeMap<usize, Part>,
}

impl Cast {
    fn of(members: &[(&Fact, &Alert)], entities: &Entities<'_>) -> Self {
        let mut cast = Self { order: Vec::new(), parts: BTreeMap::new() };
        // Attackers first of all: a victim's list may be long, and the room for nodes is not.
        for (fact, _) in members {
            let sender = fact
                .sender
                .filter(|sender| members.iter().any(|(other, _)| other.actor == Some(*sender)));
            for actor in fact.actor.into_iter().chain(sender) {
                cast.enter(actor, fact).acted.get_or_insert(fact.first);
            }
        }
        let mut counts: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        for party in members.iter().flat_map(|(fact, _)| &fact.parties) {
            let order = counts.len();
            counts.entry(*party).or_insert((0, order)).0 += 1;
        }
        let mut often: Vec<(usize, (usize, usize))> = counts.into_iter().collect();
        often.sort_by_key(|(_, (count, order))| (std::cmp::Reverse(*count), *order));
        often.retain(|(party, _)| entities.class(*party) != Class::Realm);
        let room = MAX_NODES.saturating_sub(cast.order.len());
        let kept: Vec<usize> = often.iter().map(|(party, _)| *party).take(room).collect();
        for party in kept {
            for (fact, _) in members.iter().filter(|(fact, _)| fact.parties.contains(&party)) {
                cast.enter(party, fact).suffered.get_or_insert(fact.first);
            }
        }
        cast
    }

    fn enter(&mut self, who: usize, fact: &Fact) -> &mut Part {
        let order = &mut self.order;
        let part = self.parts.entry(who).or_insert_with(|| {
            order.push(who);
            Part { acted: None, suffered: None, first: fact.first, last: fact.last }
        });
        part.first = part.first.min(fact.first);
        part.last = part.last.max(fact.last);
        part
    }

    /// A node of somebody's that was reached first and attacks afterwards; an outsider was the attacker's from the start.
    fn is_pivot(&self, who: usize, entities: &Entities<'_>) -> bool {
        entities.class(who) == Class::Node
            && self
                .parts
                .get(&who)
                .is_some_and(|part| part.acted.zip(part.suffered).is_some_and(|(a, s)| s < a))
    }

    fn role(&self, who: usize, entities: &Entities<'_>) -> &'static str {
        let Some(part) = self.parts.get(&who) else { return "node" };
        match entities.class(who) {
            Class::Subscriber if part.acted.is_none() => "subscriber",
            _ if self.is_pivot(who, entities) => "pivot",
            _ if part.acted.is_some() => "attacker",
            Class::Node => "victim",
            _ => "node",
        }
    }

    fn with_role(&self, role: &str, entities: &Entities<'_>) -> Vec<usize> {
        self.order.iter().copied().filter(|who| self.role(*who, entities) == role).collect()
    }

    fn nodes(&self, entities: &Entities<'_>) -> Vec<IncidentNode> {
        self.order
            .iter()
            .take(MAX_NODES)
            .filter_map(|who| {
                let part = self.parts.get(who)?;
                Some(IncidentNode {
                    id: entities.name(*who).to_owned(),
                    label: entities.label(*who).to_owned(),
                    role: self.role(*who, entities).into(),
                    first_seen: part.first,
                    last_seen: part.last,
                })
            })
            .collect()
    }
}

/// Stages in the order of the chain.
fn chapters(members: &[(&Fact, &Alert)]) -> Vec<Chapter> {
    let of_stage = |stage| {
        let alerts: Vec<&(&Fact, &Alert)> =
            members.iter().filter(|(fact, _)| fact.stage == Some(stage)).collect();
        Some(Chapter {
            name: stage.name().into(),
            first_seen: alerts.iter().map(|(fact, _)| fact.first).min()?,
            last_seen: alerts.iter().map(|(fact, _)| fact.last).max()?,
            alerts: alerts.iter().map(|(_, alert)| alert.id.clone()).collect(),
        })
    };
    CHAIN.into_iter().filter_map(of_stage).collect()
}

/// What several of the alerts have in common, most shared first; of one alert alone, all that it names.
fn shared(members: &[(&Fact, &Alert)], entities: &Entities<'_>) -> Vec<String> {
    let mut counts: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for (fact, _) in members {
        let named: BTreeSet<usize> = fact.actor.iter().chain(&fact.parties).copied().collect();
        for entity in named {
            let order = counts.len();
            counts.entry(entity).or_insert((0, order)).0 += 1;
        }
    }
    let least = if members.len() == 1 { 1 } else { 2 };
    let mut list: Vec<(usize, usize, usize)> = counts
        .into_iter()
        .filter(|(_, (count, _))| *count >= least)
        .map(|(entity, (count, order))| (count, order, entity))
        .collect();
    list.sort_by_key(|(count, order, _)| (std::cmp::Reverse(*count), *order));
    list.into_iter()
        .take(MAX_ENTITIES)
        .map(|(_, _, entity)| entities.name(entity).to_owned())
        .collect()
}

/// Who did what to whom; the same again is one edge that counts.
fn edges(members: &[(&Fact, &Alert)], cast: &Cast, entities: &Entities<'_>) -> Vec<IncidentEdge> {
    let mut places: BTreeMap<(usize, usize, &str), usize> = BTreeMap::new();
    let mut edges: Vec<IncidentEdge> = Vec::new();
    for (fact, alert) in members {
        let Some(actor) = fact.actor else { continue };
        let sender = fact.sender.filter(|sender| cast.parts.contains_key(sender));
        let ways = fact
            .parties
            .iter()
            .map(|party| (actor, *party))
            .chain(sender.map(|sender| (sender, actor)));
        for (from, to) in ways {
            if !cast.parts.contains_key(&to) || !cast.parts.contains_key(&from) {
                continue;
            }
            let key = (from, to, alert.detection.as_ref());
            if let Some(edge) = places.get(&key).and_then(|place| edges.get_mut(*place)) {
                edge.count += alert.count;
                edge.first_seen = edge.first_seen.min(fact.first);
                edge.last_seen = edge.last_seen.max(fact.last);
                if alert.level > edge.level {
                    edge.level = alert.level;
                    edge.alert.clone_from(&alert.id);
                }
                continue;
            }
            if edges.len() >= MAX_EDGES {
                return edges;
            }
            places.insert(key, edges.len());
            edges.push(IncidentEdge {
                from: entities.name(from).to_owned(),
                to: entities.name(to).to_owned(),
                detection: alert.detection.clone(),
                level: alert.level,
                alert: alert.id.clone(),
                count: alert.count,
                first_seen: fact.first,
                last_seen: fact.last,
            });
        }
    }
    edges
}

fn title(members: &[(&Fact, &Alert)], cast: &Cast, entities: &Entities<'_>) -> String {
    let worst = members
        .iter()
        .enumerate()
        .max_by_key(|(index, (fact, _))| (fact.level, std::cmp::Reverse(*index)))
        .map(|(_, (_, alert))| named(&alert.signature, alert, entities.description()))
        .unwrap_or_default();
    let attackers = cast.with_role("attacker", entities);
    let pivots = cast.with_role("pivot", entities);
    let Some(attacker) = attackers.first().filter(|_| members.len() > 1) else { return worst };
    let who = entities.label(*attacker);
    let came_through = |alert: &Alert| alert.outcome >= Outcome::Answered;
    if let Some(pivot) = pivots.first() {
        let stone = list_of(&pivots, entities, 2);
        let targets: Vec<usize> = members
            .iter()
            .filter(|(fact, _)| fact.actor.is_some_and(|actor| pivots.contains(&actor)))
            .flat_map(|(fact, _)| fact.parties.iter().copied())
            .filter(|party| party != pivot && cast.role(*party, entities) == "victim")
            .fold(Vec::new(), |mut all, party| {
                if !all.contains(&party) {
                    all.push(party);
                }
                all
            });
        let word = if members.iter().any(|(_, alert)| came_through(alert)) {
            "reached"
        } else {
            "worked against"
        };
        return if targets.is_empty() {
            format!("{who} {word} {stone}, which then acted for somebody else")
        } else {
            let whom = list_of(&targets, entities, 2);
            format!("{who} {word} {stone}, which then acted against {whom}")
        };
    }
    let victims = cast.with_role("victim", entities);
    let stage = members.first().map(|(fact, _)| fact.stage);
    match (victims.is_empty(), attackers.len()) {
        (true, _) => worst,
        (false, 1) if members.iter().all(|(fact, _)| Some(fact.stage) == stage) => worst,
        (false, _) => format!(
            "{} worked against {}",
            list_of(&attackers, entities, 2),
            list_of(&victims, entities, 2)
        ),
    }
}

/// The sentences: who and by which way, what happened in order, what was answered, what left.
fn story(
    members: &[(&Fact, &Alert)],
    cast: &Cast,
    stages: &[Chapter],
    returned: &[Name],
    (first, last): (Timestamp, Timestamp),
    entities: &Entities<'_>,
) -> Vec<String> {
    let mut story = vec![opening(cast, stages, (first, last), entities)];
    let days = day(first) != day(last);
    // One sentence for what one attacker did by one detection: the worst of it.
    let mut of_kind: BTreeMap<(&str, Option<usize>), (usize, usize)> = BTreeMap::new();
    for (index, (fact, alert)) in members.iter().enumerate() {
        let key = (alert.detection.as_ref(), fact.actor);
        let (worst, others) = of_kind.entry(key).or_insert((index, 0));
        if *worst != index {
            *others += 1;
        }
        if members.get(*worst).is_some_and(|(known, _)| known.level < fact.level) {
            *worst = index;
        }
    }
    let mut told: Vec<(usize, usize)> = of_kind.into_values().collect();
    let importance =
        |index: usize| members.get(index).map(|(fact, _)| std::cmp::Reverse(fact.level));
    told.sort_by_key(|(index, _)| (importance(*index), *index));
    let untold = told.split_off(MAX_SENTENCES.min(told.len()));
    told.sort_unstable();
    for (index, others) in told {
        if let Some((fact, alert)) = members.get(index) {
            story.push(sentence(fact, alert, others, days, entities.description()));
        }
    }
    if !untold.is_empty() {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, others) in &untold {
            if let Some((_, alert)) = members.get(*index) {
                *counts.entry(alert.detection.as_ref()).or_default() += others + 1;
            }
        }
        let more: usize = counts.values().sum();
        let list: Vec<String> = counts
            .into_iter()
            .map(
                |(name, count)| {
                    if count == 1 { name.to_owned() } else { format!("{name} ({count})") }
                },
            )
            .collect();
        story.push(format!("Besides, {more} more alerts: {}.", list.join(", ")));
    }
    for pivot in cast.with_role("pivot", entities).into_iter().take(3) {
        let acted = cast.parts.get(&pivot).and_then(|part| part.acted).unwrap_or(first);
        story.push(format!(
            "{} was attacked first and acted itself from {} on: it is a stepping stone.",
            entities.label(pivot),
            clock(acted, days)
        ));
    }
    story.push(answers(members));
    story.push(leak(members, returned, cast, entities));
    story
}

fn opening(
    cast: &Cast,
    stages: &[Chapter],
    (first, last): (Timestamp, Timestamp),
    entities: &Entities<'_>,
) -> String {
    let mut attackers = cast.with_role("attacker", entities);
    if attackers.is_empty() {
        attackers = cast.with_role("pivot", entities);
    }
    let pivots = cast.with_role("pivot", entities);
    let mut victims = cast.with_role("victim", entities);
    victims.splice(0..0, pivots.iter().copied().filter(|pivot| !attackers.contains(pivot)));
    let subscribers = cast.with_role("subscriber", entities).len();
    let mut whom = Vec::new();
    if !victims.is_empty() {
        whom.push(list_of(&victims, entities, 4));
    }
    match subscribers {
        0 => {}
        1 => whom.push("one subscriber".to_owned()),
        many => whom.push(format!("{many} subscribers")),
    }
    let who = match attackers.as_slice() {
        [] => "Somebody".to_owned(),
        some => list_of(some, entities, 3),
    };
    let what = if whom.is_empty() {
        "was at work".to_owned()
    } else {
        format!("acted against {}", whom.join(" and "))
    };
    let way = match stages {
        [] => String::new(),
        [one] => format!(" The stage it shows is {}.", one.name),
        many => {
            let names: Vec<&str> = many.iter().map(|stage| stage.name.as_ref()).collect();
            format!(" It went along the chain {}.", names.join(" > "))
        }
    };
    let when = if last.since(first).as_secs() == 0 {
        format!("At {} UTC,", clock(first, true))
    } else {
        format!("From {} to {} UTC,", clock(first, true), clock(last, day(first) != day(last)))
    };
    format!("{when} {who} {what}.{way}")
}

/// One alert as a sentence with its time and what became of it.
fn sentence(fact: &Fact, alert: &Alert, others: usize, days: bool, network: &Network) -> String {
    let signature = named(&alert.signature, alert, network);
    let said = signature.contains("answered") || signature.contains("refused");
    let mut text = clock(fact.first, days);
    if let Some(stage) = fact.stage {
        text.push_str(&format!(" ({})", stage.name()));
    }
    text.push_str(&format!(": {}", signature.trim_end_matches('.')));
    if alert.count > 1 {
        text.push_str(&format!(", {} times", alert.count));
    }
    match alert.outcome {
        _ if said => {}
        Outcome::Attempt => text.push_str("; no answer was seen"),
        Outcome::Refused => text.push_str("; refused"),
        Outcome::Answered => text.push_str("; answered"),
        Outcome::AnsweredWithData => text.push_str("; answered with data"),
    }
    match others {
        0 => {}
        1 => text.push_str(&format!("; and one more alert of {}", alert.detection)),
        more => text.push_str(&format!("; and {more} more alerts of {}", alert.detection)),
    }
    text.push('.');
    text
}

fn answers(members: &[(&Fact, &Alert)]) -> String {
    let count = |outcome| members.iter().filter(|(_, alert)| alert.outcome == outcome).count();
    let of = members.len();
    let parts: Vec<String> = [
        (count(Outcome::AnsweredWithData), "answered with data"),
        (count(Outcome::Answered), "answered"),
        (count(Outcome::Refused), "refused"),
        (count(Outcome::Attempt), "without an answer"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    match of {
        1 => format!("What became of it: {}.", parts.join("").trim_start_matches("1 ")),
        of => format!("What became of its {of} alerts: {}.", parts.join(", ")),
    }
}

fn leak(
    members: &[(&Fact, &Alert)],
    returned: &[Name],
    cast: &Cast,
    entities: &Entities<'_>,
) -> String {
    if returned.is_empty() {
        return if members.iter().any(|(_, alert)| alert.outcome == Outcome::AnsweredWithData) {
            "Data was answered; nothing of it was recognised as subscribers' data.".to_owned()
        } else {
            "No subscriber's data was seen leaving.".to_owned()
        };
    }
    let subscribers: BTreeSet<usize> = members
        .iter()
        .filter(|(_, alert)| !alert.returned.is_empty())
        .flat_map(|(fact, _)| fact.parties.iter().copied())
        .filter(|who| cast.role(*who, entities) == "subscriber")
        .collect();
    let list: Vec<&str> = returned.iter().map(AsRef::as_ref).collect();
    match subscribers.len() {
        0 => format!("What left: {}.", list.join(", ")),
        1 => format!("What left: {}, of one subscriber.", list.join(", ")),
        many => format!("What left: {}, of {many} subscribers.", list.join(", ")),
    }
}

/// The stepping stone first, then what the worst alert of the furthest stage and the first alert ask for.
fn next_step(members: &[(&Fact, &Alert)], cast: &Cast, entities: &Entities<'_>) -> String {
    let mut steps: Vec<String> = Vec::new();
    let pivots = cast.with_role("pivot", entities);
    let ours: Vec<usize> = pivots.iter().copied().filter(|who| entities.is_home(*who)).collect();
    if !ours.is_empty() {
        steps.push(format!(
            "Treat {} as the intruder's: isolate it, keep its memory and disk, and change what it knew.",
            list_of(&ours, entities, 3)
        ));
    }
    let furthest = members
        .iter()
        .enumerate()
        .max_by_key(|(index, (fact, _))| (fact.stage, fact.level, std::cmp::Reverse(*index)))
        .map(|(_, member)| member);
    for (_, alert) in furthest.into_iter().chain(members.first()) {
        let step = named(&alert.next_step, alert, entities.description());
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    steps.join(" ")
}

/// `a, b and 3 more`
fn list_of(list: &[usize], entities: &Entities<'_>, most: usize) -> String {
    let mut names: Vec<&str> = list.iter().take(most).map(|who| entities.label(*who)).collect();
    let more;
    if list.len() > most {
        more = format!("{} more", list.len() - most);
        names.push(&more);
    }
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// A text with the names that the description gives to the elements in it, where it does not say them itself.
fn named(text: &str, alert: &Alert, network: &Network) -> String {
    let mut out = text.to_owned();
    for entity in &alert.entities {
        let Some(address) = entity.strip_prefix("ip:") else { continue };
        let Some(element) = address.parse().ok().and_then(|ip| network.element_of_ip(ip)) else {
            continue;
        };
        if out.contains(&element.name) {
            continue;
        }
        if let Some(at) = whole(&out, address) {
            let (before, after) = out.split_at(at);
            let after = after.strip_prefix(address).unwrap_or(after);
            out = format!("{before}{} ({address}){after}", element.name);
        }
    }
    out
}

/// Where an address stands in a text by itself, and not as a part of a longer one.
fn whole(text: &str, address: &str) -> Option<usize> {
    text.match_indices(address).map(|(at, _)| at).find(|at| {
        let (before, after) = text.split_at(*at);
        let after = after.strip_prefix(address).unwrap_or(after);
        let joins = |c: char| c.is_ascii_hexdigit() || c == ':' || c == '.';
        let next = after.trim_start_matches(['.', ':']).chars().next();
        let opens = before.chars().next_back().is_none_or(|c| !joins(c) && c != '(');
        // A full stop or a colon and a port may follow; more digits of the address may not.
        let closes = after.chars().next().is_none_or(|c| {
            !c.is_ascii_hexdigit()
                && (!matches!(c, '.' | ':') || next.is_none_or(char::is_whitespace))
        });
        opens && closes
    })
}

fn day(at: Timestamp) -> i64 {
    at.secs().div_euclid(86_400)
}

/// `22:13:20`, with the day where the story takes more than one.
fn clock(at: Timestamp, with_day: bool) -> String {
    let text = at.to_string();
    let (date, time) = (text.get(..10).unwrap_or(""), text.get(11..19).unwrap_or(""));
    if with_day { format!("{date} {time}") } else { time.to_owned() }
}
