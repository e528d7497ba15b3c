//! One global title, or a block of them, that asks MAP about many subscribers without what should follow.

use event::{Event, Level, Map, Outcome, SccpAddress, TableCount, Timestamp, What};

use super::harvest::{
    self, Asker, CHECK_QUESTIONS, CHECK_UNKNOWN, CHECK_UNREGISTERED, Harvest, Topic, UNDELIVERED,
};
use super::ss7::answers::outcome;
use crate::card::{Card, Check, Detector, Finding, Gap, Kinds, Stage};
use crate::scene::Scene;
use crate::tuning::Tuning;

pub(crate) const CARD: Card = Card {
    id: "map-harvest",
    level: Level::High,
    summary: "Subscribers' data collected in bulk over MAP",
    needs: "MAP invokes with their calling titles, the answers, and what should follow: mt-ForwardSM after sendRoutingInfoForSM, \
            updateLocation or updateGprsLocation after sendAuthenticationInfo. Identities are pseudonyms, so that numbers tried one after the \
            other show as such only where the operator reveals them.",
    quiet_for: "A message centre that delivers, also under another title of its block or by the number of the service centre; a serving node \
                after a restart; vectors renewed for subscribers who are registered there; an aggregator with a fair ratio; our own nodes.",
    description: "[home] gt_prefixes keep our own nodes out. Without a description only three times the limits are high.",
    thresholds: "Distinct subscribers in a short and in a long window, and the share of them for whom nothing followed. The verdict waits \
                 for what should follow. Each title is counted by itself and with its block, all titles that differ in the last four digits.",
    stage: Stage::Collection,
    settings: harvest::SETTINGS,
    judges: Kinds::MAP,
    basis: "Ratio of routing questions to deliveries and vectors without registration, as signalling firewalls' public guides have them; \
            TS 29.002, TR 23.840",
    checks: &[
        Check {
            name: UNDELIVERED,
            level: Level::High,
            looks_for: "sendRoutingInfoForSM for many subscribers, and hardly a message delivered",
        },
        CHECK_UNREGISTERED,
        CHECK_QUESTIONS,
        CHECK_UNKNOWN,
    ],
    attack: &["T1199", "T1589"],
    fight: &["FGT5019.005", "FGT5012.008", "FGT5044"],
    motif: &["MOT5019", "MOT5012", "MOT3004.301"],
};

/// Digits at the end of a title in which those of one block differ.
const BLOCK: usize = 4;

#[derive(Debug)]
pub(crate) struct MapHarvest {
    core: Harvest,
    untitled: bool,
}

impl Default for MapHarvest {
    fn default() -> Self {
        Self { core: Harvest::new(&CARD, "map-harvest.askers"), untitled: false }
    }
}

impl Detector for MapHarvest {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::MAP
    }

    fn tune(&mut self, tuning: &Tuning) {
        self.core.tune(tuning);
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, _: &mut Vec<Finding>) {
        let What::Map(map) = &event.what else { return };
        let Some(opcode) = map.opcode else { return };
        match map.component.as_deref() {
            Some("invoke") if !map.duplicate => self.invoke(scene, event, map, opcode),
            Some("returnResultLast" | "returnError") => self.answer(event, map, opcode),
            _ => {}
        }
    }

    fn advance(&mut self, scene: &Scene, now: Timestamp, findings: &mut Vec<Finding>) {
        let is_home = |scene: &Scene, title: &str| scene.network.owner_of_gt(title).is_home();
        self.core.advance(scene, now, is_home, "gt", findings);
    }

    fn gaps(&self, _: &Scene) -> Vec<Gap> {
        if !self.untitled {
            return Vec::new();
        }
        let missing =
            "the calling global title of some questions: who asked cannot be told apart".to_owned();
        vec![Gap { detection: CARD.id, check: UNDELIVERED, missing }]
    }

    fn tables(&self) -> Vec<TableCount> {
        self.core.tables()
    }
}

/// What an operation asks, if it is one that harvesters use (TS 29.002 §17.5).
const fn topic(opcode: i64) -> Option<Topic> {
    match opcode {
        45 => Some(Topic::Messages),
        56 | 9 => Some(Topic::Vectors),
        // Routing, identity, subscription, location.
        22 | 24 | 58 | 62 | 70 | 71 | 83 | 85 => Some(Topic::Questions),
        _ => None,
    }
}

impl MapHarvest {
    fn invoke(&mut self, scene: &Scene, event: &Event, map: &Map, opcode: i64) {
        let Some(topic) = topic(opcode) else {
            return self.follow(event, map, opcode);
        };
        let Some(subscriber) = map.imsi.or(map.msisdn) else { return };
        let Some(title) = title(map.calling.as_ref()) else {
            self.untitled = true;
            return;
        };
        if topic == Topic::Questions && self.is_right(scene, map, opcode, title) {
            return;
        }
        let is_served = topic == Topic::Vectors
            && scene.whereabouts.sighting().is_some_and(|sighting| {
                sighting.known.is_some_and(|known| {
                    known.served().any(|place| place.network() == sighting.serving.network)
                })
            });
        self.core.ask(event, asker(title), topic, &subscriber, is_served);
    }

    /// Whether the question is the sender's to ask: of its own subscribers, or by contract.
    fn is_right(&self, scene: &Scene, map: &Map, opcode: i64, title: &str) -> bool {
        let network = &scene.network;
        let owner = network.owner_of_gt(title);
        if owner.is_home() {
            return true;
        }
        if !network.has_home_gts() {
            // Nobody says who is outside: only another country is.
            let country = |digits: &str| network.country_of(network.network_of_gt(digits));
            let asked = map.called.as_ref().and_then(|called| called.gt.as_ref());
            let asked = asked.and_then(|gt| country(&gt.digits));
            if asked.is_none() || country(title).is_none() || asked == country(title) {
                return true;
            }
        }
        let of_imsi = map.imsi.and_then(|imsi| imsi.plmn());
        if let Some(plmn) = of_imsi {
            let (own, sender) = (network.network_of_plmn(plmn), network.network_of_gt(title));
            let same_country = || {
                let country = network.country_of(own);
                country.is_some() && country == network.country_of(sender)
            };
            if own == sender || !sender.is_network() && same_country() {
                return true;
            }
        }
        owner.partner().is_some_and(|partner| {
            if partner.agreements.is_empty() && partner.hubs.is_empty() {
                return false;
            }
            let operation = format!("map.{opcode}");
            network.has_agreement(partner, &operation)
                || network.hubs_of(partner).any(|hub| network.has_agreement(hub, &operation))
        })
    }

    fn follow(&mut self, event: &Event, map: &Map, opcode: i64) {
        match opcode {
            2 | 23 | 57 => {
                let (Some(imsi), Some(title)) = (map.imsi, title(map.calling.as_ref())) else {
                    return;
                };
                self.core.follow(event.at, asker(title), &imsi);
            }
            // Before version 3 there is one code for both directions.
            44 | 46 => {
                let Some(imsi) = map.imsi else { return };
                let own = title(map.calling.as_ref());
                let centre = map
                    .addresses
                    .iter()
                    .find(|address| address.role == "serviceCentreAddressOA")
                    .map(|address| address.gt.digits.as_str())
                    .filter(|centre| is_sound(centre) && Some(*centre) != own);
                for title in own.into_iter().chain(centre) {
                    self.core.deliver(event.at, asker(title), &imsi);
                }
            }
            _ => {}
        }
    }

    fn answer(&mut self, event: &Event, map: &Map, opcode: i64) {
        let Some(topic) = topic(opcode) else { return };
        // It goes to who asked.
        let Some(title) = title(map.called.as_ref()) else { return };
        let told = match outcome(map, false) {
            // unknownSubscriber, unidentifiedSubscriber, roamingNotAllowed and what refuses an interrogation; a subscriber who is
            // absent exists.
            Outcome::Refused if !matches!(map.error_code, Some(1 | 5 | 8 | 49 | 52 | 60 | 61)) => {
                Outcome::Answered
            }
            told => told,
        };
        let asker = self.core.key_of(title);
        self.core.answered(event.at, asker, topic, told);
    }
}

fn title(address: Option<&SccpAddress>) -> Option<&str> {
    let digits = address?.gt.as_ref()?.digits.as_str();
    is_sound(digits).then_some(digits)
}

/// A title of a node: E.164 has fifteen digits, and a little more is seen.
fn is_sound(digits: &str) -> bool {
    (1..=24).contains(&digits.len())
}

fn asker(title: &str) -> Asker<'_> {
    let block = title.len().checked_sub(BLOCK).and_then(|len| title.get(..len)).unwrap_or_default();
    Asker { name: title, block }
}

#[cfg(test)]
#[path = "map_harvest_tests.rs"]
mod tests;
