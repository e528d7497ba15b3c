//! A MAP operation that never crosses the interconnect, from outside.
//!
//! Category 1 of GSMA FS.11, as vendors publish it: operations between nodes of one network, unless an agreement says
//! otherwise. Location, identity and routing of any subscriber are one invoke away for whoever may send them.

use event::{
    Capped, CompactString, Event, GlobalTitle, Level, Map, Outcome, TableCount, What,
    country_code_len,
};
use network::{Network, Owner, Partner};

use super::sides::NO_DESCRIPTION;
use crate::card::{Card, Check, Detector, Finding, Gap, Kinds, Stage};
use crate::scene::Scene;

/// An operation of category 1 and the check that stands for it.
struct Operation {
    opcode: i64,
    check: &'static str,
}

macro_rules! operations {
    ($($opcode:literal $check:literal $looks_for:literal,)*) => {
        const OPERATIONS: &[Operation] = &[$(Operation { opcode: $opcode, check: $check },)*];
        const CHECKS: &[Check] = &[
            $(Check { name: $check, level: Level::High, looks_for: $looks_for },)*
            Check {
                name: UNALLOCATED,
                level: Level::High,
                looks_for: "an operation code that MAP never allocated (27, 82, 90 to 108)",
            },
        ];
    };
}

const UNALLOCATED: &str = "map.unallocated";

// TS 29.002 §17.5: local operation codes.
operations! {
    6 "map.resume-call-handling" "resumeCallHandling from outside",
    9 "map.send-parameters" "sendParameters (version 1): authentication vectors and subscriber data",
    20 "map.release-resources" "releaseResources from outside",
    22 "map.send-routing-info" "sendRoutingInfo: IMSI and serving node of a subscriber",
    24 "map.send-routing-info-for-gprs" "sendRoutingInfoForGprs: the subscriber's serving SGSN",
    25 "map.failure-report" "failureReport from outside",
    26 "map.note-ms-present-for-gprs" "noteMsPresentForGprs from outside",
    28 "map.perform-handover" "performHandover (version 1) from outside",
    29 "map.send-end-signal" "sendEndSignal from outside",
    30 "map.perform-subsequent-handover" "performSubsequentHandover (version 1) from outside",
    31 "map.provide-siwfs-number" "provideSIWFSNumber from outside",
    32 "map.siwfs-signalling-modify" "sIWFSSignallingModify from outside",
    33 "map.process-access-signalling" "processAccessSignalling from outside",
    34 "map.forward-access-signalling" "forwardAccessSignalling from outside",
    35 "map.note-internal-handover" "noteInternalHandover (version 1) from outside",
    39 "map.prepare-group-call" "prepareGroupCall from outside",
    40 "map.send-group-call-end-signal" "sendGroupCallEndSignal from outside",
    41 "map.process-group-call-signalling" "processGroupCallSignalling from outside",
    42 "map.forward-group-call-signalling" "forwardGroupCallSignalling from outside",
    43 "map.check-imei" "checkIMEI from outside",
    52 "map.trace-subscriber-activity" "traceSubscriberActivity (version 1) from outside",
    54 "map.begin-subscriber-activity" "beginSubscriberActivity (version 1) from outside",
    55 "map.send-identification" "sendIdentification: IMSI and unused authentication vectors of a TMSI",
    58 "map.send-imsi" "sendIMSI: the identity behind a number",
    62 "map.any-time-subscription-interrogation" "anyTimeSubscriptionInterrogation: subscription data",
    65 "map.any-time-modification" "anyTimeModification: changes subscription data",
    68 "map.prepare-handover" "prepareHandover from outside",
    69 "map.prepare-subsequent-handover" "prepareSubsequentHandover from outside",
    71 "map.any-time-interrogation" "anyTimeInterrogation: location and state of any subscriber",
    85 "map.send-routing-info-for-lcs" "sendRoutingInfoForLCS: serving node and identities for positioning",
}

pub(crate) const CARD: Card = Card {
    id: "ss7-category-1",
    level: Level::Critical,
    summary: "A MAP operation that never crosses the interconnect came from outside",
    needs: "MAP invokes with the global titles they travelled under, and the results and errors joined to them. Every \
            component of a message is judged by itself.",
    quiet_for: "Operations that the partner's `agreements` allow (its own, or those of its hubs), and everything between \
                titles of the home network.",
    description: "[home] gt_prefixes say who is outside; [[partner]] agreements say what is allowed. Without them only titles \
                  of different countries are judged, at a lower confidence.",
    thresholds: "One invoke is enough. A result that carries data makes it critical: the data left.",
    stage: Stage::Collection,
    settings: &[],
    judges: Kinds::MAP,
    basis: "GSMA FS.11 categories as public vendor documentation gives them; 3GPP TS 29.002",
    checks: CHECKS,
    attack: &["T1199"],
    fight: &["FGT5012.004", "FGT5019"],
    motif: &["MOT5012", "MOT3003.301"],
};

/// Flagged invokes that wait for their answer. A dialogue lasts minutes at most.
const MAX_PENDING: usize = 4_096;

#[derive(Debug)]
pub(crate) struct Ss7Category1 {
    /// By frame of the invoke, transaction and invoke id.
    pending: Capped<(u64, CompactString, i64), Finding>,
    unjudged: bool,
}

impl Default for Ss7Category1 {
    fn default() -> Self {
        Self { pending: Capped::new("ss7-category-1.pending", MAX_PENDING), unjudged: false }
    }
}

/// Why a message counts as one from outside.
struct Outside {
    confidence: f64,
    why: String,
    decided_by: String,
}

enum Verdict {
    Outside(Outside),
    Fine,
    /// No description, and the titles do not tell.
    Unknown,
}

impl Detector for Ss7Category1 {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::MAP
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        let What::Map(map) = &event.what else { return };
        match map.component.as_deref() {
            Some("invoke") => self.invoke(scene, event, map, findings),
            Some("returnResultLast" | "returnResultNotLast" | "returnError" | "reject") => {
                self.answer(event, map, findings);
            }
            _ => {}
        }
    }

    fn gaps(&self, scene: &Scene) -> Vec<Gap> {
        if !self.unjudged {
            return Vec::new();
        }
        let missing = if scene.network.has_home_gts() {
            "the calling global title of some category 1 operations".to_owned()
        } else {
            format!("{NO_DESCRIPTION} of the home global titles, for titles of one country")
        };
        vec![Gap { detection: CARD.id, check: "map.any-time-interrogation", missing }]
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.pending.count()]
    }
}

impl Ss7Category1 {
    fn invoke(&mut self, scene: &Scene, event: &Event, map: &Map, findings: &mut Vec<Finding>) {
        let Some(opcode) = map.opcode else { return };
        if !is_map(map) {
            return;
        }
        let check = match OPERATIONS.iter().find(|operation| operation.opcode == opcode) {
            Some(operation) => operation.check,
            None if matches!(opcode, 27 | 82 | 90..=108) => UNALLOCATED,
            None => return,
        };
        let outside = match verdict(scene, event, map, opcode) {
            Verdict::Outside(outside) => outside,
            Verdict::Fine => return,
            Verdict::Unknown => {
                self.unjudged = true;
                return;
            }
        };
        let finding = finding(event, map, opcode, check, outside);
        let key = (event.frame, map.otid.clone().unwrap_or_default(), map.invoke_id.unwrap_or(-1));
        self.pending.insert(key, finding.clone());
        findings.push(finding);
    }

    /// What became of an invoke that was flagged.
    fn answer(&mut self, event: &Event, map: &Map, findings: &mut Vec<Finding>) {
        let Some(request) = map.request else { return };
        let key = (request, map.dtid.clone().unwrap_or_default(), map.invoke_id.unwrap_or(-1));
        let Some(mut finding) = self.pending.get(&key).cloned() else { return };
        finding.at = event.at;
        finding.counts = false;
        finding.frames.push(event.frame);
        match map.component.as_deref() {
            Some("returnResultLast" | "returnResultNotLast") => {
                let data = map.parameter_len > 0 || !map.returned.is_empty();
                finding.outcome = if data { Outcome::AnsweredWithData } else { Outcome::Answered };
                finding.level = Level::Critical;
                let kinds = if map.returned.is_empty() {
                    format!("a result of {} octets", map.parameter_len)
                } else {
                    map.returned.join(", ")
                };
                finding.signature.push_str(if data {
                    ": answered with data"
                } else {
                    ": answered"
                });
                finding.why.push_str(&format!("; frame {} answers it with {kinds}", event.frame));
                finding.confidence = (finding.confidence + 0.05).min(1.0);
            }
            _ => {
                finding.outcome = Outcome::Refused;
                let error = map.error.as_deref().or(map.component.as_deref()).unwrap_or("an error");
                finding.signature.push_str(": refused");
                finding.why.push_str(&format!("; frame {} refuses it: {error}", event.frame));
            }
        }
        if map.component.as_deref() != Some("returnResultNotLast") {
            self.pending.remove(&key);
        }
        findings.push(finding);
    }
}

/// MAP by its context; where that is missing, by a subsystem number that only MAP users have (TS 23.003 §8.2).
fn is_map(map: &Map) -> bool {
    let ssn =
        |address: &Option<event::SccpAddress>| address.as_ref().and_then(|address| address.ssn);
    match map.user.as_ref() {
        "map" => true,
        "unknown" => [ssn(&map.calling), ssn(&map.called)]
            .into_iter()
            .flatten()
            .any(|ssn| matches!(ssn, 5..=9 | 145 | 148..=150)),
        _ => false,
    }
}

fn title(address: &Option<event::SccpAddress>) -> Option<&GlobalTitle> {
    address.as_ref()?.gt.as_ref()
}

fn verdict(scene: &Scene, event: &Event, map: &Map, opcode: i64) -> Verdict {
    if scene.network.has_home_gts() {
        described(&scene.network, event, map, opcode)
    } else {
        by_country(map)
    }
}

fn described(network: &Network, event: &Event, map: &Map, opcode: i64) -> Verdict {
    let ends = event.ends.as_ref();
    let from_ip = ends.map(|ends| network.owner_of_ip(ends.src_ip));
    let to_ip = ends.map(|ends| network.owner_of_ip(ends.dest_ip));
    let link_foreign = network.has_home_networks() && from_ip.is_some_and(|owner| !owner.is_home());
    let link_to_us = to_ip.is_some_and(Owner::is_home);
    let calling = title(&map.calling).map_or("", |gt| gt.digits.as_str());
    let called =
        title(&map.called).filter(|gt| gt.subscriber.is_none()).map_or("", |gt| gt.digits.as_str());

    // On its way to somebody else: not ours to judge.
    if !called.is_empty() && !network.owner_of_gt(called).is_home() && !link_to_us {
        return Verdict::Fine;
    }
    let outside =
        |confidence, why, decided_by| Verdict::Outside(Outside { confidence, why, decided_by });
    if calling.is_empty() {
        // Without a title the link has to say it.
        return match from_ip {
            Some(owner) if link_foreign && link_to_us => match owner.partner() {
                Some(partner) if agreed(network, partner, opcode) => Verdict::Fine,
                _ => outside(
                    0.8,
                    "it has no calling global title and came over a link from outside".to_owned(),
                    network.cite_owner(owner),
                ),
            },
            Some(owner) if owner.is_home() => Verdict::Fine,
            _ => Verdict::Unknown,
        };
    }
    match network.owner_of_gt(calling) {
        Owner::Home(_) if link_foreign && link_to_us => outside(
            0.9,
            format!("the calling title {calling} is one of ours, but the link it came over is not"),
            network.cite_home(),
        ),
        Owner::Home(_) => Verdict::Fine,
        Owner::Partner(partner) if agreed(network, partner, opcode) => Verdict::Fine,
        Owner::Partner(partner) => outside(
            0.95,
            format!(
                "{calling} is a title of {} and no agreement with it allows map.{opcode}",
                partner.name
            ),
            network.cite_partner(partner),
        ),
        Owner::Unknown => outside(
            0.9,
            format!("{calling} is a title of nobody in the description"),
            network.cite_home(),
        ),
    }
}

/// The partner's own agreement, or that of a hub that relays for it.
fn agreed(network: &Network, partner: &Partner, opcode: i64) -> bool {
    let operation = format!("map.{opcode}");
    network.has_agreement(partner, &operation)
        || network.hubs_of(partner).any(|hub| network.has_agreement(hub, &operation))
}

/// Without a description, a title of another country is outside.
fn by_country(map: &Map) -> Verdict {
    let (Some(calling), Some(called)) =
        (title(&map.calling).and_then(country), title(&map.called).and_then(country))
    else {
        return Verdict::Unknown;
    };
    if calling == called {
        return Verdict::Unknown;
    }
    Verdict::Outside(Outside {
        confidence: 0.6,
        why: format!("the calling title is of country code {calling}, the called one of {called}"),
        decided_by: NO_DESCRIPTION.to_owned(),
    })
}

/// The country code of an E.164 title; for codes that several networks share (and the reserved 999) the two digits after
/// it belong to the network (ITU-T E.164.1).
fn country(gt: &GlobalTitle) -> Option<String> {
    if !matches!(gt.np, None | Some(1)) {
        return None;
    }
    let prefix;
    let digits = match &gt.subscriber {
        Some(subscriber) => {
            prefix = subscriber.prefix.to_string();
            prefix.as_str()
        }
        None => gt.digits.as_str(),
    };
    let len = country_code_len(digits);
    let code = digits.get(..len).filter(|code| !code.is_empty())?;
    let shared = matches!(code, "870" | "878" | "881" | "882" | "883" | "888" | "979" | "999");
    let code = if shared { digits.get(..len + 2)? } else { code };
    Some(code.to_owned())
}

fn finding(
    event: &Event,
    map: &Map,
    opcode: i64,
    check: &'static str,
    outside: Outside,
) -> Finding {
    let who = address_text(&map.calling, map.opc);
    let whom = address_text(&map.called, map.dpc);
    let name = map.operation.as_deref().filter(|_| check != UNALLOCATED).unwrap_or("an operation");
    let subscriber = map.imsi.or(map.msisdn);
    let about = subscriber.map(|subscriber| format!(" about {subscriber}")).unwrap_or_default();
    let place = match map.component_count {
        0 | 1 => String::new(),
        count => format!(", component {} of {count}", map.component_index.saturating_add(1)),
    };
    let mut entities = Vec::new();
    for (address, code) in [(&map.calling, map.opc), (&map.called, map.dpc)] {
        if let Some(gt) = title(address).filter(|gt| !gt.digits.is_empty()) {
            entities.push(format!("gt:{gt}"));
        }
        entities.extend(code.map(|code| format!("pc:{code}")));
    }
    if let Some(ends) = &event.ends {
        entities.push(format!("ip:{}", ends.src_ip));
        entities.push(format!("ip:{}", ends.dest_ip));
    }
    entities.extend(map.imsi.map(|imsi| format!("imsi:{imsi}")));
    entities.extend(map.msisdn.map(|msisdn| format!("msisdn:{msisdn}")));
    Finding {
        key: format!("{who}>{whom}"),
        confidence: outside.confidence,
        signature: format!("{who} sent {name} (map.{opcode}) to {whom}{about}"),
        why: format!(
            "MAP operation {opcode}{place} in a TCAP {} is of category 1, for one network's own nodes; {}",
            map.message, outside.why
        ),
        honest_cause: "An agreement with this operator or its hub that the description does not list, a hosted or virtual \
                       operator of the same group, or a title range that is wrong in the description."
            .to_owned(),
        next_step: format!(
            "Check whether {whom} answered, block operation {opcode} from {who} at the STP or signalling firewall, and ask the \
             partner or hub behind the link who uses that title. If it is agreed, add \"map.{opcode}\" to its `agreements`."
        ),
        decided_by: Some(outside.decided_by),
        entities,
        ..CARD.finding(check, event)
    }
}

fn address_text(address: &Option<event::SccpAddress>, code: Option<event::PointCode>) -> String {
    match (title(address).map(ToString::to_string).filter(|text| !text.is_empty()), code) {
        (Some(gt), _) => format!("GT {gt}"),
        (None, Some(code)) => format!("point code {code}"),
        (None, None) => "an unnamed node".to_owned(),
    }
}

#[cfg(test)]
#[path = "ss7_category_1_tests.rs"]
mod tests;
