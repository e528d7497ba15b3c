//! Subscribers' data collected in bulk: what MAP and Diameter share.
//!
//! Who has business with many subscribers goes on to do it: a message follows the question where it goes, a registration
//! follows the vectors. Who collects only asks. Each asker, and each block of titles or realm around it, has sketches of
//! whom it asked about and of what followed, in sliding windows; what they cost does not depend on how much is asked.

use std::collections::VecDeque;
use std::time::Duration;

use ahash::RandomState;
use event::{
    Capped, CompactString, Endpoints, Event, Level, Outcome, Subscriber, TableCount, Timestamp,
};

use self::sketch::Trail;
use crate::card::{Card, Check, Finding, Setting};
use crate::scene::Scene;
use crate::tuning::Tuning;

mod sketch;
mod words;

limits! {
    Limits {
        fast_subscribers: 20, at most 1_000, "subscribers", "asked about in one short window with nothing after: an honest node follows up nearly all of them";
        fast_secs: 600, at most 86_400, "seconds", "a script that hurries";
        slow_subscribers: 60, at most 1_000, "subscribers", "asked about in one long window with nothing after: a few an hour are enough for who has time";
        slow_secs: 86_400, at most 604_800, "seconds", "a day: lists are worked off overnight";
        questions: 10, at most 1_000, "subscribers", "nothing has to follow these questions, and nobody outside has a reason for so many of them";
        follow_secs: 300, at most 3_600, "seconds", "time for what should follow: retries of a delivery, a slow registration";
        undelivered_percent: 70, at most 100, "percent", "of the subscribers asked about for a message: with three questions to one delivery a centre still counts as honest";
        unregistered_percent: 90, at most 100, "percent", "of the subscribers whose vectors were taken: a serving node also renews vectors of whom it has";
        unknown_percent: 50, at most 100, "percent", "of the questions answered with an unknown subscriber or a refusal: numbers are being tried";
    }
}

/// The settings of both detections.
pub(super) const SETTINGS: &[Setting] = Limits::SETTINGS;

pub(super) const UNDELIVERED: &str = "messages.undelivered";
pub(super) const UNREGISTERED: &str = "vectors.unregistered";
pub(super) const QUESTIONS: &str = "questions.bulk";
pub(super) const UNKNOWN: &str = "subscribers.unknown";

pub(super) const CHECK_UNREGISTERED: Check = Check {
    name: UNREGISTERED,
    level: Level::High,
    looks_for: "authentication vectors of many subscribers, and next to no registration of them after",
};
pub(super) const CHECK_QUESTIONS: Check = Check {
    name: QUESTIONS,
    level: Level::High,
    looks_for: "questions about many subscribers that only their home network has a reason to ask",
};
pub(super) const CHECK_UNKNOWN: Check = Check {
    name: UNKNOWN,
    level: Level::High,
    looks_for: "questions about many subscribers, most of whom do not exist or are refused: identities are tried",
};

/// Askers and blocks of them; each costs two kilobytes for every topic.
const MAX_ASKERS: usize = 4_096;
const MAX_DUE: usize = 16_384;
/// Members of a block that are told apart.
const MAX_MEMBERS: usize = 8;
/// Frames that an alert names.
const MAX_FRAMES: usize = 8;
/// At the end of a capture windows close this long after its last event.
const PAUSE: Duration = Duration::from_secs(2 * 86_400);

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    /// The way for a short message.
    Messages,
    /// Authentication vectors.
    Vectors,
    /// Location, identity, routing, profile.
    Questions,
}

/// One who asks: a global title or a host.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asker<'a> {
    pub(super) name: &'a str,
    /// What it stands in: the block of titles, the realm.
    pub(super) block: &'a str,
}

/// Stands for an asker.
#[derive(Clone, Copy, Debug)]
pub(super) struct AskerKey(u64);

/// What an asker did.
#[derive(Debug)]
struct Record {
    name: CompactString,
    /// Names of the members, where it is a block.
    members: Option<Vec<CompactString>>,
    /// By topic.
    trails: [Option<Box<Trail>>; 3],
    ends: Option<Endpoints>,
    /// Whose number was asked about last, where identities are revealed; and how often the next one followed it.
    last: u64,
    consecutive: u32,
}

impl Record {
    fn new(name: &str, is_block: bool) -> Self {
        Self {
            name: CompactString::from(name),
            members: is_block.then(Vec::new),
            trails: [const { None }; 3],
            ends: None,
            last: 0,
            consecutive: 0,
        }
    }
}

/// The logic of both detections.
#[derive(Debug)]
pub(super) struct Harvest {
    card: &'static Card,
    limits: Limits,
    hasher: RandomState,
    askers: Capped<u64, Record>,
    /// Askers that have gone over a limit, by the time at which what should follow has had time to.
    due: VecDeque<(Timestamp, u64, Topic)>,
}

impl Harvest {
    pub(super) fn new(card: &'static Card, table: &'static str) -> Self {
        Self {
            card,
            limits: Limits::default(),
            hasher: RandomState::new(),
            askers: Capped::new(table, MAX_ASKERS),
            due: VecDeque::new(),
        }
    }

    pub(super) fn tune(&mut self, tuning: &Tuning) {
        self.limits = Limits::tuned(tuning, self.card);
    }

    /// A question about a subscriber. `is_served`: nothing has to follow, the subscriber is there already.
    pub(super) fn ask(
        &mut self,
        event: &Event,
        asker: Asker<'_>,
        topic: Topic,
        subscriber: &Subscriber,
        is_served: bool,
    ) -> AskerKey {
        let own = self.key_of(asker.name);
        let spot = sketch::spot(subscriber);
        let number = subscriber.pseudonym.is_none().then(|| subscriber.prefix.value());
        for is_block in [false, true] {
            let name = if is_block { asker.block } else { asker.name };
            if name.is_empty() {
                continue;
            }
            let key = self.hasher.hash_one((is_block, name));
            let (record, _) = self.askers.entry(&key, || Record::new(name, is_block));
            record.ends = event.ends.or(record.ends);
            if let Some(members) = &mut record.members
                && members.len() < MAX_MEMBERS
                && !members.iter().any(|member| member == asker.name)
            {
                members.push(CompactString::from(asker.name));
            }
            if let Some(number) = number {
                record.consecutive += u32::from((1..=3).contains(&number.abs_diff(record.last)));
                record.last = number;
            }
            let limits = &self.limits;
            let trail = trail(&mut record.trails, limits, topic);
            trail.ask(event.at, event.frame, spot, is_served);
            if trail.due || self.due.len() >= MAX_DUE {
                continue;
            }
            let (fast, slow) = match topic {
                Topic::Questions => (limits.questions.everybody(), limits.questions.everybody()),
                _ => (limits.fast_subscribers.everybody(), limits.slow_subscribers.everybody()),
            };
            let enough = trail.is_over(event.at, fast.min(slow));
            if enough {
                trail.due = true;
                let wait = match topic {
                    Topic::Questions => Duration::ZERO,
                    _ => Duration::from_secs(limits.follow_secs.everybody()),
                };
                self.due.push_back((event.at.plus(wait), key, topic));
            }
        }
        own
    }

    /// Finds an asker again when the answer comes.
    pub(super) fn key_of(&self, name: &str) -> AskerKey {
        AskerKey(self.hasher.hash_one((false, name)))
    }

    /// What should follow has followed, for this subscriber: a registration in the same block.
    pub(super) fn follow(&mut self, at: Timestamp, asker: Asker<'_>, subscriber: &Subscriber) {
        let spot = sketch::spot(subscriber);
        for (is_block, name) in [(false, asker.name), (true, asker.block)] {
            self.followed(at, is_block, name, Topic::Vectors, spot);
        }
    }

    /// A message was delivered: under an identity that may be made up for it, so that deliveries are only counted.
    pub(super) fn deliver(&mut self, at: Timestamp, asker: Asker<'_>, subscriber: &Subscriber) {
        let spot = sketch::spot(subscriber);
        for (is_block, name) in [(false, asker.name), (true, asker.block)] {
            self.followed(at, is_block, name, Topic::Messages, spot);
        }
    }

    fn followed(&mut self, at: Timestamp, is_block: bool, name: &str, topic: Topic, spot: u16) {
        // Who never asked needs no record.
        let key = self.hasher.hash_one((is_block, name));
        if let Some(record) = self.askers.get_mut(&key)
            && let Some(Some(trail)) = record.trails.get_mut(topic as usize)
        {
            trail.follow(at, spot);
        }
    }

    /// An answer to this asker.
    pub(super) fn answered(
        &mut self,
        at: Timestamp,
        key: AskerKey,
        topic: Topic,
        outcome: Outcome,
    ) {
        if let Some(record) = self.askers.get_mut(&key.0)
            && let Some(Some(trail)) = record.trails.get_mut(topic as usize)
        {
            trail.answer(at, outcome);
        }
    }

    /// Those who have had time to follow up.
    pub(super) fn advance(
        &mut self,
        scene: &Scene,
        now: Timestamp,
        is_home: impl Fn(&Scene, &str) -> bool,
        entity: &'static str,
        findings: &mut Vec<Finding>,
    ) {
        while self.due.front().is_some_and(|(due, ..)| *due <= now) {
            let Some((due, key, topic)) = self.due.pop_front() else { return };
            // A capture that ends before the time was up did not show what followed.
            let cut = scene.now < due && now.since(scene.now) >= PAUSE;
            let limits = &self.limits;
            let Some(record) = self.askers.get_mut(&key) else { continue };
            let (name, consecutive) = (record.name.clone(), record.consecutive);
            let members = record.members.clone();
            let ends = record.ends;
            let Some(Some(trail)) = record.trails.get_mut(topic as usize) else { continue };
            trail.due = false;
            // A block of one member is that member.
            if cut || members.as_ref().is_some_and(|members| members.len() < 2) {
                continue;
            }
            let verdict = judge(limits, topic, trail, due);
            let Some((check, figures)) = verdict else { continue };
            let one = members.as_ref().and_then(|members| members.first()).unwrap_or(&name);
            if is_home(scene, one) {
                continue;
            }
            if trail.told.is_some_and(|told| due.since(told) < figures.span) {
                continue;
            }
            trail.told = Some(due);
            let seen =
                words::Seen { name: &name, members: members.as_deref(), consecutive, ends, entity };
            findings
                .push(words::finding(self.card, scene, check, topic, trail, &figures, &seen, due));
        }
    }

    pub(super) fn tables(&self) -> Vec<TableCount> {
        let due = TableCount {
            table: format!("{}.due", self.card.id).into(),
            entries: self.due.len() as u64,
            cap: MAX_DUE as u64,
            evicted: 0,
        };
        vec![self.askers.count(), due]
    }
}

/// What decided.
pub(super) struct Figures {
    asked: u64,
    /// Asked about with nothing after.
    open: u64,
    answered: u64,
    refused: u64,
    limit: u64,
    span: Duration,
}

fn judge(
    limits: &Limits,
    topic: Topic,
    trail: &Trail,
    at: Timestamp,
) -> Option<(&'static str, Figures)> {
    let windows = [
        (limits.fast_secs.everybody(), limits.fast_subscribers.everybody()),
        (limits.slow_secs.everybody(), limits.slow_subscribers.everybody()),
    ];
    for (is_slow, (secs, many)) in [false, true].into_iter().zip(windows) {
        let sum = trail.sum(at, is_slow);
        let limit = if topic == Topic::Questions { limits.questions.everybody() } else { many };
        let open = match topic {
            Topic::Messages => sum.asked.saturating_sub(sum.followed),
            Topic::Vectors => sum.open,
            Topic::Questions => sum.asked,
        };
        let figures = Figures {
            asked: sum.asked,
            open,
            answered: sum.answered,
            refused: sum.refused,
            limit,
            span: Duration::from_secs(secs),
        };
        let percent = match topic {
            Topic::Messages => limits.undelivered_percent.everybody(),
            Topic::Vectors => limits.unregistered_percent.everybody(),
            Topic::Questions => 0,
        };
        let heard = sum.answered + sum.refused;
        if sum.refused >= many && sum.refused * 100 >= heard * limits.unknown_percent.everybody() {
            return Some((UNKNOWN, figures));
        }
        if open >= limit && open * 100 >= sum.asked * percent {
            let check = match topic {
                Topic::Messages => UNDELIVERED,
                Topic::Vectors => UNREGISTERED,
                Topic::Questions => QUESTIONS,
            };
            return Some((check, figures));
        }
    }
    None
}

fn trail<'a>(
    trails: &'a mut [Option<Box<Trail>>; 3],
    limits: &Limits,
    topic: Topic,
) -> &'a mut Trail {
    let [messages, vectors, questions] = trails;
    let place = match topic {
        Topic::Messages => messages,
        Topic::Vectors => vectors,
        Topic::Questions => questions,
    };
    place.get_or_insert_with(|| {
        Box::new(Trail::new(limits.fast_secs.everybody(), limits.slow_secs.everybody()))
    })
}
