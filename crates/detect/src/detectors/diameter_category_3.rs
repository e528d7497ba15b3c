//! A visited network's command of S6a from where the subscriber cannot be, and sessions that contradict it.

use event::{AvpCode, Diameter, Event, Gtp, Level, Outcome, TableCount, Timestamp, What};
use network::Network;

use super::category_3;
use super::category_3::{Answered, Category3, RequestId, Said};
use crate::card::{Card, Detector, Finding, Gap, Kinds, Stage};
use crate::scene::Scene;
use crate::tuning::Tuning;
use crate::whereabouts::{Act, Source};

pub(crate) const CARD: Card = Card {
    id: "diameter-category-3",
    level: Level::Critical,
    summary: "A visited network's command from where the subscriber cannot be",
    needs: "S6a requests that name a subscriber (Update-Location, Authentication-Information, Purge-UE, Notify) with their answers, and GTP \
            sessions. Places are learned from these, from MAP and CAP, and from what the home network says.",
    quiet_for: "Flights, border cells, and whatever happens between networks of one country; networks at sea, in the air and on satellites; \
                hubs, and the virtual operators whose hosts speak for them; a network that tidies up after a subscriber has left; the first \
                sight of a subscriber.",
    description: "`location` of [home] and [[partner]], or their `plmns`, say where networks are; without either the country of the network \
                  code does. Partners by realms and plmns let a network that nobody lists count as a second sign.",
    thresholds: "A place too far for the time alone is medium: two signs make it high. What the home network refuses moves nobody. Only a \
                 contradiction that was answered with data is critical.",
    stage: Stage::Collection,
    settings: category_3::SETTINGS,
    judges: Kinds::DIAMETER,
    basis: "GSMA FS.19 stateful checks as public vendor documentation gives them (time and distance, previous location); TS 29.272, TS 29.274",
    checks: category_3::CHECKS,
    attack: &["T1199", "T1430"],
    fight: &["FGT5012.008", "FGT5020", "FGT5016"],
    motif: &["MOT3003.302", "MOT3004.301", "MOT1036.301"],
};

#[derive(Debug)]
pub(crate) struct DiameterCategory3 {
    core: Category3,
}

impl Default for DiameterCategory3 {
    fn default() -> Self {
        let tables = [
            "diameter-category-3.pending",
            "diameter-category-3.asked",
            "diameter-category-3.moved",
        ];
        Self { core: Category3::new(&CARD, tables) }
    }
}

impl Detector for DiameterCategory3 {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::MAP.and(Kinds::DIAMETER).and(Kinds::GTP)
    }

    fn tune(&mut self, tuning: &Tuning) {
        self.core.tune(tuning);
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        let Some(sighting) = scene.whereabouts.sighting() else {
            if self.core.waits() {
                self.answer(event, findings);
            }
            return;
        };
        if sighting.act == Act::Registers {
            self.core.settle(&scene.network, sighting);
        }
        match &event.what {
            What::Diameter(diameter) if !diameter.duplicate => {
                let said = Command { event, diameter };
                self.core.see(scene, event, sighting, &said, findings);
            }
            What::Gtp(gtp) => {
                let known = sighting.known.and_then(|known| known.latest());
                let mine = known
                    .is_some_and(|place| matches!(place.source(), Source::Diameter | Source::Gtp));
                if mine {
                    self.core.see(scene, event, sighting, &Session { event, gtp }, findings);
                }
            }
            _ => {}
        }
    }

    fn advance(&mut self, scene: &Scene, now: Timestamp, findings: &mut Vec<Finding>) {
        self.core.advance(scene, now, findings);
    }

    fn gaps(&self, _: &Scene) -> Vec<Gap> {
        self.core.gaps()
    }

    fn tables(&self) -> Vec<TableCount> {
        self.core.tables()
    }
}

impl DiameterCategory3 {
    fn answer(&mut self, event: &Event, findings: &mut Vec<Finding>) {
        match &event.what {
            What::Diameter(diameter) if !diameter.request => {
                let Some(request) = diameter.request_frame else { return };
                let answer = Answered {
                    id: (request, Default::default(), i64::from(diameter.end_to_end_id)),
                    outcome: diameter.outcome.unwrap_or(Outcome::Answered),
                    returned: &diameter.returned,
                    error: diameter.result.as_deref(),
                };
                self.core.told(event, &answer, findings);
            }
            What::Gtp(gtp) => {
                if let Some(answer) = session_answer(gtp) {
                    self.core.told(event, &answer, findings);
                }
            }
            _ => {}
        }
    }
}

/// What became of a session that was asked for.
pub(super) fn session_answer(gtp: &Gtp) -> Option<Answered<'_>> {
    let request = gtp.request_frame.filter(|_| matches!(gtp.message_type, 17 | 33))?;
    Some(Answered {
        id: (request, Default::default(), GTP),
        outcome: gtp.outcome.unwrap_or(Outcome::Answered),
        returned: &[],
        error: gtp.cause_name.as_deref(),
    })
}

/// Stands for the number that GTP requests do not need: one frame carries one.
const GTP: i64 = -2;

/// A command of S6a, in words.
struct Command<'a> {
    event: &'a Event,
    diameter: &'a Diameter,
}

impl Said for Command<'_> {
    fn what(&self) -> String {
        format!("sent {} ({})", self.diameter.command, self.operation())
    }

    fn operation(&self) -> String {
        format!("diameter.{}", self.diameter.command_code)
    }

    fn who(&self) -> String {
        self.diameter
            .origin_host
            .as_deref()
            .or(self.diameter.origin_realm.as_deref())
            .map_or_else(|| "an unnamed host".to_owned(), str::to_ascii_lowercase)
    }

    fn subscriber(&self) -> String {
        let imsi = self.diameter.imsi;
        imsi.map_or_else(|| "a subscriber".to_owned(), |imsi| imsi.to_string())
    }

    fn entities(&self) -> Vec<String> {
        let lower = |name: &Option<String>| name.as_deref().map(str::to_ascii_lowercase);
        let mut entities = Vec::new();
        entities.extend(lower(&self.diameter.origin_host).map(|host| format!("host:{host}")));
        entities.extend(lower(&self.diameter.origin_realm).map(|realm| format!("realm:{realm}")));
        entities.extend(self.event.ends.map(|ends| format!("ip:{}", ends.src_ip)));
        entities.extend(self.diameter.imsi.map(|imsi| format!("imsi:{imsi}")));
        entities
    }

    fn id(&self) -> RequestId {
        (self.event.frame, Default::default(), i64::from(self.diameter.end_to_end_id))
    }

    fn is_grave(&self) -> bool {
        // A Notify that names a gateway: user traffic goes there (TS 29.272 §5.2.5.1).
        let gateway = AvpCode { vendor: 0, code: 486 };
        self.diameter.command_code == 323 && self.diameter.avps.contains(&gateway)
    }

    fn is_ours(&self, network: &Network) -> bool {
        network.has_home_plmns()
            && self.diameter.imsi.is_some_and(|imsi| network.owner_of_subscriber(&imsi).is_home())
    }
}

/// A session that a serving node asks for, in words.
pub(super) struct Session<'a> {
    pub(super) event: &'a Event,
    pub(super) gtp: &'a Gtp,
}

impl Said for Session<'_> {
    fn what(&self) -> String {
        format!("sent {}", self.gtp.message)
    }

    fn operation(&self) -> String {
        format!("gtp.{}", self.gtp.message_type)
    }

    fn who(&self) -> String {
        let ends = self.event.ends;
        ends.map_or_else(|| "an unnamed node".to_owned(), |ends| ends.src_ip.to_string())
    }

    fn subscriber(&self) -> String {
        let imsi = self.gtp.imsi;
        imsi.map_or_else(|| "a subscriber".to_owned(), |imsi| imsi.to_string())
    }

    fn entities(&self) -> Vec<String> {
        let mut entities = Vec::new();
        if let Some(ends) = self.event.ends {
            entities.push(format!("ip:{}", ends.src_ip));
            entities.push(format!("ip:{}", ends.dest_ip));
        }
        entities.extend(self.gtp.imsi.map(|imsi| format!("imsi:{imsi}")));
        entities
    }

    fn id(&self) -> RequestId {
        (self.event.frame, Default::default(), GTP)
    }

    fn is_grave(&self) -> bool {
        false
    }

    fn is_ours(&self, _: &Network) -> bool {
        // Peers of sessions are judged by the detections of GTP.
        false
    }
}

#[cfg(test)]
#[path = "diameter_category_3_tests.rs"]
mod tests;
