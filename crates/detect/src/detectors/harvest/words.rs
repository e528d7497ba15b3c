//! What the detections of harvests say.

use event::{CompactString, Endpoints, Event, Level, Timestamp, What};

use super::sketch::Trail;
use super::{Figures, QUESTIONS, Topic, UNKNOWN};
use crate::card::{Card, Finding};
use crate::detectors::sides::NO_DESCRIPTION;
use crate::detectors::sides::time_text;
use crate::scene::Scene;

/// Who it was.
pub(super) struct Seen<'a> {
    pub(super) name: &'a CompactString,
    pub(super) members: Option<&'a [CompactString]>,
    pub(super) consecutive: u32,
    pub(super) ends: Option<Endpoints>,
    /// `gt`, `host`
    pub(super) entity: &'static str,
}

#[expect(clippy::too_many_arguments, reason = "all of it is told")]
pub(super) fn finding(
    card: &'static Card,
    scene: &Scene,
    check: &'static str,
    topic: Topic,
    trail: &Trail,
    figures: &Figures,
    seen: &Seen<'_>,
    at: Timestamp,
) -> Finding {
    let network = &scene.network;
    let described = !network.is_empty();
    let name = seen.name;
    let kind = if seen.entity == "gt" { "GT" } else { "host" };
    let who = match (seen.members, seen.entity) {
        (None, _) => format!("{kind} {name}"),
        (Some(members), "gt") => format!("{} titles beginning with {name}", count(members.len())),
        (Some(members), _) => format!("{} hosts of realm {name}", count(members.len())),
    };
    let owner = match (seen.entity, seen.members.and_then(|members| members.first())) {
        ("gt", Some(one)) => network.owner_of_gt(one),
        ("gt", None) => network.owner_of_gt(name),
        _ => network.owner_of_realm(name),
    };
    let (asked, span) = (figures.asked, time_text(figures.span.as_secs()));
    let what = match topic {
        Topic::Messages => "asked the way for messages to",
        Topic::Vectors if figures.answered.saturating_mul(2) >= figures.asked => "took vectors of",
        Topic::Vectors => "asked for vectors of",
        Topic::Questions => "asked about",
    };
    let after = match (check, topic) {
        (UNKNOWN, _) => format!(", {} refused or unknown", figures.refused),
        (_, Topic::Messages) => format!(" and delivered next to none of {}", figures.open),
        (_, Topic::Vectors) => format!(" and registered next to none of {}", figures.open),
        (_, Topic::Questions) => String::new(),
    };
    let consecutive = match seen.consecutive {
        0..5 => String::new(),
        n => format!("; {n} times the next number was asked about"),
    };
    let mut entities: Vec<String> = match seen.members {
        None => vec![format!("{}:{name}", seen.entity)],
        Some(members) => members.iter().map(|member| format!("{}:{member}", seen.entity)).collect(),
    };
    entities.extend(seen.ends.map(|ends| format!("ip:{}", ends.src_ip)));
    let frame = trail.frames.first().copied().unwrap_or_default();
    let base = Event { frame, ..Event::new(at, frame, seen.ends, What::Map(Box::default())) };
    let strong = asked >= figures.limit.saturating_mul(3) || check == QUESTIONS;
    Finding {
        key: name.to_string(),
        level: if described || strong { Level::High } else { Level::Medium },
        confidence: match (described, seen.members) {
            (true, None) => 0.85,
            (true, Some(_)) => 0.75,
            (false, _) => 0.6,
        },
        outcome: trail.outcome(figures.answered, figures.refused),
        returned: Vec::new(),
        signature: format!("{who} {what} {asked} subscribers in {span}{after}"),
        why: format!(
            "about {asked} subscribers within {span}, where {} is the limit; {} answered, {} refused; {}{consecutive}",
            figures.limit,
            figures.answered,
            figures.refused,
            match topic {
                Topic::Messages => format!("for {} of them no message came after", figures.open),
                Topic::Vectors => format!("for {} of them no registration came after", figures.open),
                Topic::Questions => "nothing has to follow such questions".to_owned(),
            }
        ),
        honest_cause: match topic {
            Topic::Messages => {
                "A number validation service, or a message centre whose deliveries leave by another way than past this capture."
            }
            Topic::Vectors => {
                "A serving node whose radio network fails, one whose registrations pass elsewhere, or a capture that began long after its \
                 subscribers registered."
            }
            Topic::Questions => {
                "A hosted or virtual operator, or a service of the home network, that the description does not name."
            }
        }
        .to_owned(),
        next_step: format!(
            "Look at what was answered to {who}, limit or block it at the border, ask its operator for the reason, and warn the subscribers' \
             care that messages, calls and places may have been spied on."
        ),
        decided_by: Some(if described { network.cite_owner(owner) } else { NO_DESCRIPTION.to_owned() }),
        entities,
        frames: if trail.frames.is_empty() { vec![frame] } else { trail.frames.clone() },
        first_seen: trail.first.unwrap_or(at).min(at),
        ..card.finding(check, &base)
    }
}

fn count(members: usize) -> String {
    if members >= super::MAX_MEMBERS { format!("{members} or more") } else { members.to_string() }
}
