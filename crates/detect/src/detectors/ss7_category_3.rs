//! A visited network's operation of MAP or CAP from where the subscriber cannot be.

use event::{Event, Level, Map, TableCount, Timestamp, What};
use network::Network;

use super::category_3::{Answered, Category3, RequestId, Said};
use super::diameter_category_3::{Session, session_answer};
use super::ss7::answers::outcome;
use super::ss7::outside::Way;
use super::{category_3, ss7};
use crate::card::{Card, Detector, Finding, Gap, Kinds, Stage};
use crate::scene::Scene;
use crate::tuning::Tuning;
use crate::whereabouts::{Act, Source};

pub(crate) const CARD: Card = Card {
    id: "ss7-category-3",
    level: Level::Critical,
    summary: "A visited network's operation from where the subscriber cannot be",
    needs: "MAP and CAP invokes that name a subscriber, with their answers: updateLocation, updateGprsLocation, sendAuthenticationInfo, \
            purgeMS, services, InitialDP. Places are learned from these, from S6a, from GTP sessions and from what the home network says.",
    quiet_for: "Flights, border cells, and whatever happens between networks of one country; networks at sea, in the air and on satellites; \
                hubs, and the virtual operators whose hosts speak for them; a network that tidies up after a subscriber has left; the first \
                sight of a subscriber.",
    description: "`location` of [home] and [[partner]], or their `plmns`, say where networks are; without either the country of the title or \
                  network code does. Partners by gt_prefixes let a network that nobody lists count as a second sign.",
    thresholds: "A place too far for the time alone is medium: two signs make it high. What the home network refuses moves nobody. Only a \
                 contradiction that was answered with data is critical.",
    stage: Stage::Collection,
    settings: category_3::SETTINGS,
    judges: Kinds::MAP.and(Kinds::CAP),
    basis: "GSMA FS.11 category 3 as public vendor documentation gives it (Oracle vSTP: VLR validation and velocity check); TS 29.002, TS 29.078",
    checks: category_3::CHECKS,
    attack: &["T1199", "T1430"],
    fight: &["FGT5012.008", "FGT5020", "FGT5016"],
    motif: &["MOT3003.301", "MOT3004.301", "MOT1036.301"],
};

#[derive(Debug)]
pub(crate) struct Ss7Category3 {
    core: Category3,
}

impl Default for Ss7Category3 {
    fn default() -> Self {
        let tables = ["ss7-category-3.pending", "ss7-category-3.asked", "ss7-category-3.moved"];
        Self { core: Category3::new(&CARD, tables) }
    }
}

impl Detector for Ss7Category3 {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::MAP.and(Kinds::CAP).and(Kinds::DIAMETER).and(Kinds::GTP)
    }

    fn tune(&mut self, tuning: &Tuning) {
        self.core.tune(tuning);
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        let Some(sighting) = scene.whereabouts.sighting() else {
            if self.core.waits() {
                match &event.what {
                    What::Map(map) => self.answer(event, map, findings),
                    What::Gtp(gtp) => {
                        if let Some(answer) = session_answer(gtp) {
                            self.core.told(event, &answer, findings);
                        }
                    }
                    _ => {}
                }
            }
            return;
        };
        if sighting.act == Act::Registers {
            self.core.settle(&scene.network, sighting);
        }
        let (What::Map(map) | What::Cap(map)) = &event.what else {
            // A session is held against the place by the detection of the protocol that showed it.
            let known = sighting.known.and_then(|known| known.latest());
            let mine =
                known.is_some_and(|place| matches!(place.source(), Source::Map | Source::Cap));
            if let What::Gtp(gtp) = &event.what
                && mine
            {
                let said = Session { event, gtp };
                self.core.see(scene, event, sighting, &said, findings);
            }
            return;
        };
        if !map.duplicate {
            self.core.see(scene, event, sighting, &Operation { event, map }, findings);
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

impl Ss7Category3 {
    fn answer(&mut self, event: &Event, map: &Map, findings: &mut Vec<Finding>) {
        if map.component.as_deref() == Some("invoke") {
            return;
        }
        let (Some(request), Some(dtid)) = (map.request, map.dtid.clone()) else { return };
        let answer = Answered {
            id: (request, dtid, map.invoke_id.unwrap_or(-1)),
            outcome: outcome(map, false),
            returned: &map.returned,
            error: map.error.as_deref().or(map.component.as_deref()),
        };
        self.core.told(event, &answer, findings);
    }
}

/// An operation of MAP or CAP, in words.
struct Operation<'a> {
    event: &'a Event,
    map: &'a Map,
}

impl Operation<'_> {
    fn protocol(&self) -> &'static str {
        if matches!(self.event.what, What::Cap(_)) { "cap" } else { "map" }
    }
}

impl Said for Operation<'_> {
    fn what(&self) -> String {
        let name = self.map.operation.as_deref().unwrap_or("an operation");
        format!("sent {name} ({}{})", self.operation(), ss7::place(self.map))
    }

    fn operation(&self) -> String {
        format!("{}.{}", self.protocol(), self.map.opcode.unwrap_or(-1))
    }

    fn who(&self) -> String {
        Way::of(self.event, self.map).from.name()
    }

    fn subscriber(&self) -> String {
        let subscriber = self.map.imsi.or(self.map.msisdn);
        subscriber.map_or_else(|| "a subscriber".to_owned(), |subscriber| subscriber.to_string())
    }

    fn entities(&self) -> Vec<String> {
        ss7::entities(self.event, self.map, &Way::of(self.event, self.map))
    }

    fn id(&self) -> RequestId {
        let otid = self.map.otid.clone().unwrap_or_default();
        (self.event.frame, otid, self.map.invoke_id.unwrap_or(-1))
    }

    fn is_grave(&self) -> bool {
        // registerSS and activateSS: calls go to another number.
        self.protocol() == "map" && matches!(self.map.opcode, Some(10 | 12))
    }

    fn is_ours(&self, network: &Network) -> bool {
        network.has_home_gts()
            && self.map.imsi.is_some_and(|imsi| network.owner_of_subscriber(&imsi).is_home())
    }
}

#[cfg(test)]
#[path = "ss7_category_3_tests.rs"]
mod tests;
