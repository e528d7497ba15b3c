//! A profile that names a control point: it has to be the home's.
//!
//! Who writes a gsmSCF-Address of his own into a visited switch is asked about every call and may send it elsewhere
//! (TS 23.078 §4.3): the published way to intercept calls over SS7.

use event::{Level, Map};
use network::{Country, Network, Owner};

use super::subject::Subject;
use super::{CARD, CONTROL_POINT, Invoke, may_speak};
use crate::card::Finding;
use crate::detectors::ss7;
use crate::detectors::ss7::outside::{Origin, Way, country};

pub(super) const INSERT_SUBSCRIBER_DATA: i64 = 7;

/// A finding where the control point is not of the subscriber's home, whoever sent the profile.
pub(super) fn judge(
    invoke: &Invoke<'_>,
    way: &Way<'_>,
    origin: Origin<'_>,
    subject: Subject,
) -> Option<Finding> {
    let Invoke { scene, event, map, .. } = *invoke;
    let network = &scene.network;
    let (scf, why) = control_points(map).find_map(|scf| {
        foreign(network, way, origin, subject, scf).map(|why| (scf.digits.as_str(), why))
    })?;
    let sure = !network.is_empty() && subject.plmn().is_some();
    let (who, whom) = (way.from.name(), way.to.name());
    let about = subject.name().map(|subject| format!(" for {subject}")).unwrap_or_default();
    let mut entities = ss7::entities(event, map, way);
    entities.insert(entities.len().min(1), format!("gt:{scf}"));
    let level = match origin {
        Origin::Outside(_) if sure => Level::Critical,
        // Our own profile, or nothing but countries to go by.
        _ => Level::High,
    };
    Some(Finding {
        key: format!("{who}>{whom}>{scf}"),
        level,
        confidence: if sure { 0.95 } else { 0.6 },
        signature: format!("{who} made {scf} the control point of calls{about} in {whom}"),
        why: format!(
            "insertSubscriberData{} names the gsmSCF-Address {scf}; {why}: the switch will ask there what to do with each call",
            ss7::place(map)
        ),
        honest_cause: "A control point that the home rents elsewhere, such as a hub's, and that the description names \
                       neither in `gt_prefixes` nor in `hubs`."
            .to_owned(),
        next_step: format!(
            "Look in {whom} whether the profile has {scf} as control point, remove it (the home's HLR sends the right \
             profile after restoreData), and ask the subscriber's home whether it knows that address."
        ),
        decided_by: Some(if network.is_empty() {
            crate::detectors::sides::NO_DESCRIPTION.to_owned()
        } else {
            network.cite_gt(scf)
        }),
        entities,
        ..CARD.finding(CONTROL_POINT, event)
    })
}

fn control_points(map: &Map) -> impl Iterator<Item = &event::GlobalTitle> {
    let named = map.addresses.iter().filter(|address| address.role == "gsmSCF-Address");
    // Only a number in its international form can be held against others (TS 29.002 §17.7.8: 1; 4 in Q.713).
    named
        .map(|address| &address.gt)
        .filter(|gt| !gt.digits.is_empty() && matches!(gt.nai, None | Some(1 | 4)))
}

/// Why the control point is not the home's.
fn foreign(
    network: &Network,
    way: &Way<'_>,
    origin: Origin<'_>,
    subject: Subject,
    scf: &event::GlobalTitle,
) -> Option<String> {
    let digits = scf.digits.as_str();
    let owner = network.owner_of_gt(digits);
    let home = subject.imsi().map(|imsi| network.owner_of_subscriber(&imsi)).unwrap_or_default();
    let whose = match owner {
        Owner::Home(_) => "ours".to_owned(),
        Owner::Partner(partner) => format!("one of {}", partner.name),
        Owner::Unknown => "nobody's in the description".to_owned(),
    };
    match home {
        Owner::Home(_) | Owner::Partner(_) if may_speak(network, owner, home) => None,
        // Prefixes of a partner may be missing in the description; another country's are not.
        Owner::Partner(partner)
            if owner.is_unknown()
                && partner.gt_prefixes.iter().any(|prefix| {
                    Country::of_number(prefix)
                        .zip(Country::of_number(digits))
                        .is_some_and(|(home, other)| home == other)
                }) =>
        {
            None
        }
        Owner::Partner(partner) => {
            Some(format!("the subscriber is of {} and that is {whose}", partner.name))
        }
        Owner::Home(_) => Some(format!("the subscriber is ours and that is {whose}")),
        Owner::Unknown => {
            let sender = match origin {
                Origin::Outside(outside) => outside.owner,
                _ => network.owner_of_gt(way.from.digits()),
            };
            if !owner.is_unknown() && (owner.same(sender) || may_speak(network, sender, owner)) {
                return None;
            }
            let (calling, named) = (way.from.title().and_then(country)?, country(scf)?);
            (calling != named).then(|| {
                format!("it is of country code {named}, the sender of the profile of {calling}")
            })
        }
    }
}
