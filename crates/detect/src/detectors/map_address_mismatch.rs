//! The address in the message is not the sender's.
//!
//! Who forges one address forgets another: the number that an operation gives for the VLR, SGSN, control point or message
//! centre that sends it, the calling global title, the originating point code and the link all belong to one network, or to a
//! hub that relays for it.

use event::{Event, GlobalTitle, Level, Map, NodeAddress, TableCount, What};
use network::{Country, Network, Owner, Partner};

use super::sides::NO_DESCRIPTION;
use super::ss7;
use super::ss7::answers::{self, Answers};
use super::ss7::operations::User;
use super::ss7::outside::{Because, Origin, Outside, Way, country};
use crate::card::{Card, Check, Detector, Finding, Gap, Kinds, Stage};
use crate::scene::Scene;

mod link;

use self::link::Links;

const LINK: &str = "link";
const POINT_CODE: &str = "opc";
const APART: &str = "msc-vlr";

const fn check(name: &'static str, looks_for: &'static str) -> Check {
    Check { name, level: Level::High, looks_for }
}

const CHECKS: &[Check] = &[
    check("vlr", "the vlr-Number of an operation is not of the calling title's network"),
    check("msc", "the msc-Number of an operation is not of the calling title's network"),
    check("sgsn", "the sgsn-Number of an operation is not of the calling title's network"),
    check(
        "gsmscf",
        "the gsmSCF-Address of an interrogation is not of the calling title's network, or is ours",
    ),
    check(
        "service-centre",
        "the address of the message centre that asks or delivers is not of the calling title's network",
    ),
    check(
        "gateway",
        "the gateway, positioning centre or HLR that the operation names is not of the calling title's network",
    ),
    check(APART, "msc-Number and vlr-Number of one location update are of two networks"),
    check(
        POINT_CODE,
        "the originating point code is of a partner who does not relay for the calling title's network",
    ),
    check(
        LINK,
        "the link is that of a partner who does not relay for the calling title's network, or the title is ours and the link is not",
    ),
];

pub(crate) const CARD: Card = Card {
    id: "map-address-mismatch",
    level: Level::High,
    summary: "The node addresses in a MAP operation are not those of its sender",
    needs: "MAP and CAP invokes with the numbers of nodes in their arguments, the titles and point codes they travelled \
            under, and the link.",
    quiet_for: "Hubs and relays that the description names in `hubs`, hosts of MVNOs among them, and numbers that are not \
                written in international form.",
    description: "gt_prefixes, point_codes and networks of [home] and [[partner]] say whose each address is. Numbers that \
                  nobody describes are held against each other by country, at a lower level; so are all without a \
                  description.",
    thresholds: "One invoke is enough.",
    stage: Stage::SignallingAccess,
    settings: &[],
    judges: Kinds::MAP.and(Kinds::CAP),
    basis: "GSMA FS.11 and IR.82 as public vendor documentation gives them; 3GPP TS 29.002 §17.7",
    checks: CHECKS,
    attack: &["T1199"],
    fight: &["FGT5016"],
    motif: &["MOT1036.301", "MOT3003.301"],
};

/// Flagged messages that wait for their answer.
const MAX_PENDING: usize = 4_096;

#[derive(Debug)]
pub(crate) struct MapAddressMismatch {
    answers: Answers,
    links: Links,
    undescribed: bool,
}

impl Default for MapAddressMismatch {
    fn default() -> Self {
        Self {
            answers: Answers::new("map-address-mismatch.pending", MAX_PENDING, false),
            links: Links::default(),
            undescribed: false,
        }
    }
}

/// The check of an address that names the sender of the operation; others name whom it is for, or a third.
fn role(user: User, code: i64, role: &str) -> Option<&'static str> {
    let role = match (user, code, role) {
        (User::Cap, 0, "mscAddress") => "msc",
        (User::Cap, 0 | 78, "vlr-number" | "sgsn-Number") => "vlr",
        (User::Cap, 32, "gsmSCFAddress") => "gsmscf",
        (User::Map, 2, "msc-Number") => "msc",
        (User::Map, 2 | 53 | 67 | 15, "vlr-Number") => "vlr",
        (User::Map, 23 | 53 | 67 | 15, "sgsn-Number") => "sgsn",
        (User::Map, 55, "msc-Number" | "newVLR-Number") => "vlr",
        (User::Map, 54, "originatingEntityNumber") => "vlr",
        (User::Map, 62 | 65 | 71, "gsmSCF-Address") => "gsmscf",
        (User::Map, 45 | 47, "serviceCentreAddress") => "service-centre",
        // Message centres: of the sender in messages to a mobile, of the home in messages from one.
        (User::Map, 44 | 46, "serviceCentreAddressOA" | "smsGmscAddress") => "service-centre",
        (User::Map, 22, "gmsc-OrGsmSCF-Address") => "gateway",
        (User::Map, 24 | 25, "ggsn-Number") => "gateway",
        (User::Map, 83, "mlc-Number") => "gateway",
        (User::Map, 85, "mlcNumber") => "gateway",
        (User::Map, 37, "hlr-Number") => "gateway",
        (User::Map, 86, "networkNode-Number") => "msc",
        _ => return None,
    };
    Some(role)
}

impl Detector for MapAddressMismatch {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::MAP.and(Kinds::CAP).and(Kinds::SCCP)
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        match &event.what {
            What::Map(map) | What::Cap(map) if answers::is_answer(map) => {
                self.answers.answer(event, map, findings, |finding, _| finding.level);
            }
            What::Map(map) | What::Cap(map) => {
                if map.component_index == 0 && map.message == "begin" {
                    self.link(scene, event, map, findings);
                }
                if !map.addresses.is_empty() {
                    self.addresses(scene, event, map, findings);
                }
            }
            What::Sccp(sccp) => self.answers.undelivered(event, sccp, findings),
            _ => {}
        }
    }

    fn gaps(&self, scene: &Scene) -> Vec<Gap> {
        let mut gaps = Vec::new();
        if self.undescribed {
            gaps.push(Gap {
                detection: CARD.id,
                check: "vlr",
                missing: format!("{NO_DESCRIPTION} of global titles, for numbers of one country"),
            });
        }
        if self.links.seen && !scene.network.has_point_codes() && !scene.network.is_empty() {
            gaps.push(Gap {
                detection: CARD.id,
                check: POINT_CODE,
                missing: "the point codes of the partners in the description".to_owned(),
            });
        }
        gaps
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.answers.count()]
    }
}

impl MapAddressMismatch {
    /// Each address of the sender in the argument, against the calling title.
    fn addresses(&mut self, scene: &Scene, event: &Event, map: &Map, findings: &mut Vec<Finding>) {
        let (Some(code), Some(user)) = (map.opcode, User::of(map)) else { return };
        let named = |address: &&NodeAddress| {
            role(user, code, &address.role).is_some() && is_international(&address.gt)
        };
        if !map.addresses.iter().any(|address| named(&address)) {
            return;
        }
        let way = Way::of(event, map);
        let outside = match Origin::of(scene, &way) {
            Origin::Outside(outside) => outside,
            Origin::Unknown => {
                self.undescribed |= !scene.network.has_home_gts();
                return;
            }
            _ => return,
        };
        let network = &scene.network;
        let mut fits = Vec::new();
        for address in map.addresses.iter().filter(named) {
            let Some(check) = role(user, code, &address.role) else { continue };
            match fit(network, &way, &outside, &address.gt) {
                Some(mismatch) => {
                    let finding = told(scene, event, map, &way, &outside, address, check, mismatch);
                    self.answers.ask(event, map, &finding);
                    findings.push(finding);
                }
                None => fits.push((check, address)),
            }
        }
        // Both may pass behind a hub that relays for both networks.
        if let [(_, one), (_, other)] = fits.as_slice()
            && code == 2
            && let (Owner::Partner(a), Owner::Partner(b)) =
                (network.owner_of_gt(&one.gt.digits), network.owner_of_gt(&other.gt.digits))
            && !network.may_relay(a, b)
            && !network.may_relay(b, a)
        {
            let mismatch = Mismatch {
                level: Level::High,
                confidence: 0.9,
                why: format!("{} is of {} and {} of {}", one.gt, a.name, other.gt, b.name),
            };
            let finding = told(scene, event, map, &way, &outside, other, APART, mismatch);
            self.answers.ask(event, map, &finding);
            findings.push(finding);
        }
    }
}

/// Only a number in its international form says whose it is (TS 29.002 §17.7.8: 1; Q.713: 4).
fn is_international(gt: &GlobalTitle) -> bool {
    !gt.digits.is_empty() && matches!(gt.nai, None | Some(1 | 4)) && matches!(gt.np, None | Some(1))
}

/// Why an address is not the sender's.
struct Mismatch {
    level: Level,
    confidence: f64,
    why: String,
}

fn fit(
    network: &Network,
    way: &Way<'_>,
    outside: &Outside<'_>,
    named: &GlobalTitle,
) -> Option<Mismatch> {
    let digits = named.digits.as_str();
    let calling = way.from.digits();
    // A title that is ours is the link's affair; without a title, the link says who sends.
    if outside.because == Because::Spoofed {
        return None;
    }
    let mismatch = |level, confidence, why| Some(Mismatch { level, confidence, why });
    let sender = outside.owner;
    match (sender, network.owner_of_gt(digits)) {
        (_, Owner::Home(_)) => {
            mismatch(Level::High, 0.95, format!("{digits} is ours and the sender is not"))
        }
        (Owner::Partner(sender), Owner::Partner(owner)) => {
            if network.may_relay(sender, owner) || network.may_relay(owner, sender) {
                return None;
            }
            let why = format!("the sender is of {} and {digits} of {}", sender.name, owner.name);
            mismatch(Level::High, 0.9, why)
        }
        (Owner::Unknown, Owner::Partner(owner)) => {
            if calling.is_empty() || network.is_empty() {
                return None;
            }
            let why = format!("{digits} is of {} and the calling title of nobody", owner.name);
            mismatch(Level::High, 0.8, why)
        }
        (_, Owner::Unknown) => {
            let (theirs, its) = (way.from.title().and_then(country)?, country(named)?);
            let one = Country::of_number(calling).zip(Country::of_number(digits));
            // Two codes may be one country's: those of its parts, or of zone 1.
            if theirs == its && one.is_none_or(|(a, b)| a.iso == b.iso)
                || one.is_some_and(|(a, b)| a.iso == b.iso)
            {
                return None;
            }
            let why = format!(
                "{digits} is of {}, the calling title of {}",
                one.map_or_else(|| format!("country code {its}"), |(_, b)| b.name.to_owned()),
                one.map_or_else(|| format!("country code {theirs}"), |(a, _)| a.name.to_owned())
            );
            match sender {
                // A hub brings numbers of networks that only it knows.
                Owner::Partner(partner) if is_hub(network, partner) => {
                    mismatch(Level::Low, 0.4, why)
                }
                Owner::Partner(_) => mismatch(Level::High, 0.75, why),
                _ => mismatch(Level::Medium, 0.6, why),
            }
        }
        (Owner::Home(_), Owner::Partner(_)) => None,
    }
}

/// Others name it as their hub, and it has no network of its own.
fn is_hub(network: &Network, hub: &Partner) -> bool {
    hub.plmns.is_empty() && network.partners.iter().any(|other| other.hubs.contains(&hub.name))
}

#[expect(clippy::too_many_arguments, reason = "what a finding is made of")]
fn told(
    scene: &Scene,
    event: &Event,
    map: &Map,
    way: &Way<'_>,
    outside: &Outside<'_>,
    address: &NodeAddress,
    check: &'static str,
    mismatch: Mismatch,
) -> Finding {
    let network = &scene.network;
    let (who, whom) = (way.from.name(), way.to.name());
    let name = map.operation.as_deref().unwrap_or("an operation");
    let named = address.gt.digits.as_str();
    let about = map.imsi.or(map.msisdn).map(|who| format!(" about {who}")).unwrap_or_default();
    let mut entities = ss7::entities(event, map, way);
    entities.insert(entities.len().min(1), format!("gt:{named}"));
    Finding {
        key: format!("{who}>{whom}>{named}"),
        level: mismatch.level,
        confidence: mismatch.confidence,
        signature: format!("{who} gave its {} as {named} in {name}{about}", address.role),
        why: format!("{}{}; {}", mismatch.why, ss7::place(map), outside.why(way)),
        honest_cause: "A hub or a shared node that the description does not name in `hubs`, an MVNO whose host it does not \
                       name, or a title range that moved to another operator."
            .to_owned(),
        next_step: format!(
            "Ask the owner of {named} whether it sent this, and the partner behind the link who uses {who}. Where the \
             operation is a location update, look where calls and messages of the subscriber went since."
        ),
        decided_by: Some(if network.is_empty() {
            NO_DESCRIPTION.to_owned()
        } else if network.owner_of_gt(named).is_unknown() {
            outside.decided_by(network, way)
        } else {
            network.cite_gt(named)
        }),
        entities,
        ..CARD.finding(check, event)
    }
}

#[cfg(test)]
#[path = "map_address_mismatch_tests.rs"]
mod tests;
