//! What the detections of category 3 say.

use std::time::Duration;

use event::{Event, Outcome};

use super::{
    Answered, OTHER_NODE, PING_PONG, PURGE, SERVICE, Said, UNLISTED, UNUSED, VELOCITY, cite,
};
use crate::card::{Card, Finding};
use crate::scene::Scene;
use crate::whereabouts::{Act, Place, Sighting};

/// A way that nobody travelled.
pub(super) struct Trip {
    pub(super) km: f64,
    pub(super) age: Duration,
    pub(super) speed: f64,
}

const NEXT: &str = "Ask the home register where the subscriber is registered and cancel what is false, ask the network that sent this \
                    why it did, and have the signalling firewall hold this kind of message against the last known place.";
const HONEST: &str = "A second capture point whose clock differs, a network whose `location` or codes are wrong in the description, a hub that \
                      speaks under titles of its own, or a SIM that a test bench uses in two places.";

fn finding(
    card: &'static Card,
    check: &'static str,
    scene: &Scene,
    event: &Event,
    sighting: &Sighting,
    said: &dyn Said,
) -> Finding {
    let network = &scene.network;
    Finding {
        key: format!("{}|{}", said.who(), said.subscriber()),
        confidence: if network.is_empty() { 0.6 } else { 0.8 },
        honest_cause: HONEST.to_owned(),
        next_step: NEXT.to_owned(),
        decided_by: Some(cite(network, sighting.serving.network)),
        entities: said.entities(),
        ..card.finding(check, event)
    }
}

/// `Partner A, at 99902000020 (MAP, frame 12)`
fn place(scene: &Scene, place: &Place) -> String {
    let name = scene.network.name_of(place.network());
    let node = scene.whereabouts.node_name(place).map(|node| format!(" at {node}"));
    let (source, frame) = (place.source().name(), place.frame());
    format!("{name}{} ({source}, frame {frame})", node.unwrap_or_default())
}

fn from(scene: &Scene, sighting: &Sighting) -> String {
    scene.network.name_of(sighting.serving.network)
}

/// What else does not fit.
fn signs(scene: &Scene, sighting: &Sighting, latest: &Place) -> String {
    let network = &scene.network;
    let mut text = String::new();
    if latest.source() != sighting.source {
        text.push_str(&format!("; {} shows the other place", latest.source().name()));
    }
    if !network.partners.is_empty()
        && network.owner_of_network(sighting.serving.network).is_unknown()
    {
        text.push_str("; nothing in the description is this network");
    }
    if super::elsewhere(network, sighting.sender, sighting.serving.network) {
        let third = network.name_of(sighting.sender);
        text.push_str(&format!("; the sender is of {third}"));
    }
    text
}

fn span(age: Duration) -> String {
    match age.as_secs() {
        secs @ 0..120 => format!("{secs} s"),
        secs @ 120..7_200 => format!("{} min", secs / 60),
        secs => format!("{} h", secs / 3_600),
    }
}

pub(super) fn velocity(
    card: &'static Card,
    scene: &Scene,
    event: &Event,
    sighting: &Sighting,
    said: &dyn Said,
    latest: &Place,
    trip: &Trip,
) -> Finding {
    let (here, there) = (from(scene, sighting), place(scene, latest));
    let (km, age, speed) = (trip.km, span(trip.age), trip.speed);
    let name = scene.network.name_of(latest.network());
    Finding {
        signature: format!(
            "{} {} for {}: in {here} {age} after {name}, at least {km:.0} km away",
            said.who(),
            said.what(),
            said.subscriber()
        ),
        why: format!(
            "the subscriber was last in {there}, {age} before; {here} is at least {km:.0} km from there, which is {speed:.0} km/h{}",
            signs(scene, sighting, latest)
        ),
        frames: vec![latest.frame(), event.frame],
        first_seen: latest.at().min(event.at),
        ..finding(card, VELOCITY, scene, event, sighting, said)
    }
}

#[expect(clippy::too_many_arguments, reason = "both places are told")]
pub(super) fn ping_pong(
    card: &'static Card,
    scene: &Scene,
    event: &Event,
    sighting: &Sighting,
    said: &dyn Said,
    latest: &Place,
    before: &Place,
    trip: &Trip,
) -> Finding {
    let (here, there) = (from(scene, sighting), place(scene, latest));
    let (km, age, speed) = (trip.km, span(trip.age), trip.speed);
    let base = finding(card, PING_PONG, scene, event, sighting, said);
    // The place in the middle is the odd one.
    let mut entities = base.entities.clone();
    if let Some(node) = scene.whereabouts.node_name(latest) {
        let kind = match node {
            node if node.bytes().all(|b| b.is_ascii_digit()) => "gt",
            node if node.parse::<std::net::IpAddr>().is_ok() => "ip",
            _ => "host",
        };
        entities.insert(0, format!("{kind}:{node}"));
    }
    Finding {
        key: said.subscriber(),
        signature: format!(
            "{} is in {here} and in {} by turns, at least {km:.0} km apart",
            said.subscriber(),
            scene.network.name_of(latest.network())
        ),
        why: format!(
            "the subscriber was in {}, then in {there}, and {age} later {} {} from {here} again: {speed:.0} km/h; one of the two networks \
             has not seen the subscriber",
            place(scene, before),
            said.who(),
            said.what(),
        ),
        frames: vec![before.frame(), latest.frame(), event.frame],
        first_seen: before.at().min(event.at),
        entities,
        ..base
    }
}

pub(super) fn unused(
    card: &'static Card,
    scene: &Scene,
    event: &Event,
    sighting: &Sighting,
    said: &dyn Said,
    latest: &Place,
) -> Finding {
    let (here, there) = (from(scene, sighting), place(scene, latest));
    Finding {
        key: said.who(),
        signature: format!(
            "{} asked for vectors of {} and never registered the subscriber",
            said.who(),
            said.subscriber()
        ),
        why: format!(
            "{} from {here} while the subscriber is served in {there}, and no registration followed{}",
            said.what(),
            signs(scene, sighting, latest)
        ),
        honest_cause: "A device that heard a network across a border and stayed where it was, a registration that failed on the radio, or \
                       one that went another way than past this capture."
            .to_owned(),
        frames: vec![latest.frame(), event.frame],
        ..finding(card, UNUSED, scene, event, sighting, said)
    }
}

pub(super) fn purge(
    card: &'static Card,
    scene: &Scene,
    event: &Event,
    sighting: &Sighting,
    said: &dyn Said,
    latest: &Place,
) -> Finding {
    let (here, there) = (from(scene, sighting), place(scene, latest));
    Finding {
        signature: format!(
            "{} {} for {}, who is not in {here}",
            said.who(),
            said.what(),
            said.subscriber()
        ),
        why: format!(
            "the subscriber is served in {there}; a purge that the home register believes cuts calls, messages and data off{}",
            signs(scene, sighting, latest)
        ),
        frames: vec![latest.frame(), event.frame],
        ..finding(card, PURGE, scene, event, sighting, said)
    }
}

/// The node is another one of the serving network.
pub(super) fn other_node(
    card: &'static Card,
    scene: &Scene,
    event: &Event,
    sighting: &Sighting,
    said: &dyn Said,
    latest: &Place,
) -> Option<Finding> {
    let there = place(scene, latest);
    Some(Finding {
        signature: format!(
            "{} {} for {}, whom another node registered",
            said.who(),
            said.what(),
            said.subscriber()
        ),
        why: format!("the subscriber is served in {there}, by a node of another name"),
        honest_cause: "A pool of switches that act for each other, or a node that was renamed."
            .to_owned(),
        frames: vec![latest.frame(), event.frame],
        confidence: 0.4,
        ..finding(card, OTHER_NODE, scene, event, sighting, said)
    })
}

pub(super) fn service(
    card: &'static Card,
    scene: &Scene,
    event: &Event,
    sighting: &Sighting,
    said: &dyn Said,
    latest: &Place,
) -> Finding {
    let (here, there) = (from(scene, sighting), place(scene, latest));
    let act = if sighting.act == Act::Calls { "a call is reported" } else { "the message comes" };
    Finding {
        signature: format!(
            "{} {} for {}, who is not in {here}",
            said.who(),
            said.what(),
            said.subscriber()
        ),
        why: format!(
            "{act} from {here}, and the subscriber is served in {there}{}",
            signs(scene, sighting, latest)
        ),
        frames: vec![latest.frame(), event.frame],
        ..finding(card, SERVICE, scene, event, sighting, said)
    }
}

pub(super) fn unlisted(
    card: &'static Card,
    scene: &Scene,
    event: &Event,
    sighting: &Sighting,
    said: &dyn Said,
) -> Finding {
    let sender = scene.network.name_of(sighting.sender);
    Finding {
        key: said.who(),
        confidence: 0.6,
        signature: format!(
            "{} of {sender} {} for our {}",
            said.who(),
            said.what(),
            said.subscriber()
        ),
        why: format!(
            "only a roaming partner has one of our subscribers, and {sender} is none of the {} that the description names",
            scene.network.partners.len()
        ),
        honest_cause: "A roaming partner, or title range, that the description lacks.".to_owned(),
        next_step: format!(
            "Look {sender} up among the roaming agreements; import its IR.21 file if there is one, and block {} if there is none.",
            said.who()
        ),
        decided_by: Some(scene.network.cite_home()),
        ..finding(card, UNLISTED, scene, event, sighting, said)
    }
}

/// Says what became of it.
pub(super) fn answered(finding: &mut Finding, event: &Event, answer: &Answered<'_>) {
    finding.outcome = finding.outcome.max(answer.outcome);
    finding.at = finding.at.max(event.at);
    if !finding.frames.contains(&event.frame) {
        finding.frames.push(event.frame);
    }
    let frame = event.frame;
    match answer.outcome {
        Outcome::Refused | Outcome::Attempt => {
            finding.signature.push_str(": refused");
            let error = answer.error.unwrap_or("an error");
            finding.why.push_str(&format!("; frame {frame} refuses it: {error}"));
        }
        Outcome::Answered => {
            finding.signature.push_str(": answered");
            finding.why.push_str(&format!("; frame {frame} grants it"));
        }
        Outcome::AnsweredWithData => {
            finding.signature.push_str(": answered with data");
            let kinds = if answer.returned.is_empty() {
                "what was asked for".to_owned()
            } else {
                answer.returned.join(", ")
            };
            finding.why.push_str(&format!("; frame {frame} answers it with {kinds}"));
            finding.returned = answer.returned.to_vec();
        }
    }
}
