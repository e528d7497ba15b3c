//! One host, or a realm of them, that asks Diameter about many subscribers without what should follow.

use std::borrow::Cow;

use event::{Capped, Diameter, Event, Level, Outcome, TableCount, Timestamp, What};

use super::harvest::{
    self, Asker, AskerKey, CHECK_QUESTIONS, CHECK_UNKNOWN, CHECK_UNREGISTERED, Harvest, Topic,
    UNREGISTERED,
};
use crate::card::{Card, Detector, Finding, Gap, Kinds, Stage};
use crate::scene::Scene;
use crate::tuning::Tuning;

pub(crate) const CARD: Card = Card {
    id: "diameter-harvest",
    level: Level::High,
    summary: "Subscribers' data collected in bulk over Diameter",
    needs: "Diameter requests with their origin, the answers, and what should follow: Update-Location after Authentication-Information. \
            Identities are pseudonyms, so that numbers tried one after the other show as such only where the operator reveals them.",
    quiet_for: "A network that restarts, where registrations follow; vectors renewed for subscribers who are registered there; our own hosts; \
                what an agreement allows.",
    description: "[home] realms and plmns keep our own hosts out. Without a description only three times the limits are high.",
    thresholds: "Distinct subscribers in a short and in a long window, and the share of them for whom nothing followed. The verdict waits \
                 for what should follow. Each host is counted by itself and with its realm.",
    stage: Stage::Collection,
    settings: harvest::SETTINGS,
    judges: Kinds::DIAMETER,
    basis: "Vectors without registration and bursts of unknown users, as signalling firewalls' public guides have them; TS 29.272, TS 29.328",
    checks: &[CHECK_UNREGISTERED, CHECK_QUESTIONS, CHECK_UNKNOWN],
    attack: &["T1199", "T1589"],
    fight: &["FGT5019.005", "FGT5012.008", "FGT5044"],
    motif: &["MOT5019", "MOT3003.302", "MOT3004.301"],
};

/// Questions that wait for their answer.
const MAX_PENDING: usize = 16_384;

#[derive(Debug)]
pub(crate) struct DiameterHarvest {
    core: Harvest,
    /// Who asked, by frame and end-to-end identifier: an answer does not say.
    pending: Capped<(u64, u32), (AskerKey, Topic)>,
    unnamed: bool,
}

impl Default for DiameterHarvest {
    fn default() -> Self {
        Self {
            core: Harvest::new(&CARD, "diameter-harvest.askers"),
            pending: Capped::new("diameter-harvest.pending", MAX_PENDING),
            unnamed: false,
        }
    }
}

impl Detector for DiameterHarvest {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::DIAMETER
    }

    fn tune(&mut self, tuning: &Tuning) {
        self.core.tune(tuning);
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, _: &mut Vec<Finding>) {
        let What::Diameter(diameter) = &event.what else { return };
        match diameter.request {
            _ if diameter.duplicate => {}
            true => self.request(scene, event, diameter),
            false => self.answer(event, diameter),
        }
    }

    fn advance(&mut self, scene: &Scene, now: Timestamp, findings: &mut Vec<Finding>) {
        let is_home = |scene: &Scene, host: &str| scene.network.owner_of_realm(host).is_home();
        self.core.advance(scene, now, is_home, "host", findings);
    }

    fn gaps(&self, _: &Scene) -> Vec<Gap> {
        if !self.unnamed {
            return Vec::new();
        }
        let missing =
            "the origin host of some questions: who asked cannot be told apart".to_owned();
        vec![Gap { detection: CARD.id, check: UNREGISTERED, missing }]
    }

    fn tables(&self) -> Vec<TableCount> {
        let mut tables = self.core.tables();
        tables.push(self.pending.count());
        tables
    }
}

/// What a command asks, if it is one that harvesters use: vectors, and by interface user data, location, serving node.
const fn topic(application: u32, command: u32) -> Option<Topic> {
    match (application, command) {
        (16_777_251, 318) => Some(Topic::Vectors),
        // S6a Insert-Subscriber-Data may ask for the location; Sh User-Data; Cx Location-Info and User-Authorization; S6c
        // Send-Routing-Info-for-SM; SLh LCS-Routing-Info; SLg Provide-Location; S6t and S6m questions.
        (16_777_251, 319)
        | (16_777_217, 306)
        | (16_777_216, 300 | 302 | 303)
        | (16_777_265, 303)
        | (16_777_312, 8_388_647)
        | (16_777_291, 8_388_622)
        | (16_777_255, 8_388_620)
        | (16_777_345, 8_388_718)
        | (16_777_310, 8_388_641) => Some(Topic::Questions),
        _ => None,
    }
}

impl DiameterHarvest {
    fn request(&mut self, scene: &Scene, event: &Event, diameter: &Diameter) {
        let (application, command) = (diameter.application_id, diameter.command_code);
        let topic = topic(application, command);
        let registers = (application, command) == (16_777_251, 316);
        if topic.is_none() && !registers {
            return;
        }
        let Some(subscriber) = diameter.imsi.or(diameter.msisdn) else { return };
        // One reader takes the first of two User-Names, another the last: both were asked about.
        let other = diameter.others.as_ref().and_then(|others| others.imsi);
        let other = other.filter(|other| *other != subscriber);
        let (host, realm) = (lower(&diameter.origin_host), lower(&diameter.origin_realm));
        let name = if host.is_empty() { &realm } else { &host };
        if name.is_empty() {
            self.unnamed = true;
            return;
        }
        let asker = Asker { name, block: &realm };
        let Some(topic) = topic else {
            for subscriber in std::iter::once(subscriber).chain(other) {
                self.core.follow(event.at, asker, &subscriber);
            }
            return;
        };
        if topic == Topic::Questions && is_right(scene, diameter, name) {
            return;
        }
        let is_served = topic == Topic::Vectors
            && scene.whereabouts.sighting().is_some_and(|sighting| {
                sighting.known.is_some_and(|known| {
                    known.served().any(|place| place.network() == sighting.serving.network)
                })
            });
        let key = self.core.ask(event, asker, topic, &subscriber, is_served);
        if let Some(other) = other {
            self.core.ask(event, asker, topic, &other, false);
        }
        self.pending.insert((event.frame, diameter.end_to_end_id), (key, topic));
    }

    fn answer(&mut self, event: &Event, diameter: &Diameter) {
        if topic(diameter.application_id, diameter.command_code).is_none() {
            return;
        }
        let Some(request) = diameter.request_frame else { return };
        let asked = self.pending.remove(&(request, diameter.end_to_end_id));
        let Some((key, topic)) = asked else { return };
        let told = diameter.outcome.unwrap_or(Outcome::Answered);
        // A network that is busy or cannot deliver says nothing about the subscriber (RFC 6733 §7.1.3, TS 29.272 §7.4.3).
        let about = matches!(
            diameter.experimental_result_code.or(diameter.result_code),
            Some(5_001 | 5_003 | 5_004 | 5_420 | 5_421)
        );
        let told = if told == Outcome::Refused && !about { Outcome::Attempt } else { told };
        self.core.answered(event.at, key, topic, told);
    }
}

/// Whether the question is the sender's to ask: it is ours, it is the subscriber's home, or a contract allows it.
fn is_right(scene: &Scene, diameter: &Diameter, name: &str) -> bool {
    let network = &scene.network;
    let sender = network.network_of_realm(name);
    let owner = network.owner_of_network(sender);
    if owner.is_home() {
        return true;
    }
    let home = diameter.imsi.and_then(|imsi| imsi.plmn()).map(|plmn| network.network_of_plmn(plmn));
    if home == Some(sender) {
        return true;
    }
    owner.partner().is_some_and(|partner| {
        let operation = format!("diameter.{}", diameter.command_code);
        let application = format!("diameter.{}", diameter.application_id);
        std::iter::once(partner).chain(network.hubs_of(partner)).any(|holder| {
            network.has_agreement(holder, &operation) || network.has_agreement(holder, &application)
        })
    })
}

/// A name in lower case, without a copy where it is already; nothing where it is no name (RFC 1035 §2.3.4).
fn lower(name: &Option<String>) -> Cow<'_, str> {
    match name.as_deref().map(|name| name.trim_end_matches('.')) {
        Some(name) if name.len() > 255 => Cow::Borrowed(""),
        Some(name) if name.bytes().any(|octet| octet.is_ascii_uppercase()) => {
            Cow::Owned(name.to_ascii_lowercase())
        }
        Some(name) => Cow::Borrowed(name),
        None => Cow::Borrowed(""),
    }
}

#[cfg(test)]
#[path = "diameter_harvest_tests.rs"]
mod tests;
