//! What the findings about short messages say.

use event::{Event, GlobalTitle, Map, Outcome, Subscriber};
use network::Network;

use super::{BY_IMSI, CARD, IDENTITY, NODE, OLD, SILENT, TOOLKIT, UNASKED};
use crate::card::Finding;
use crate::detectors::sides::NO_DESCRIPTION;
use crate::detectors::ss7;
use crate::detectors::ss7::outside::{Outside, Way};
use crate::scene::Scene;

/// TP-PID of a message of type 0, and of data for the SIM (TS 23.040 §9.2.3.9).
const TYPE_0: u8 = 0x40;
const SIM_DATA: u8 = 0x7f;

/// The check for what a message's header asks of the telephone, and its words.
pub(super) fn code_points(map: &Map) -> Option<(&'static str, &'static str)> {
    let details = map.details.as_ref()?;
    let pid = details.tp_pid;
    if pid == Some(TYPE_0) {
        return Some((
            SILENT,
            "is of type 0 (TP-PID 0x40): the telephone confirms it and shows nothing",
        ));
    }
    // Class 2 (TS 23.038 §4): for the SIM.
    let dcs = details.tp_dcs.unwrap_or_default();
    let class_2 = dcs & 0xf3 == 0xf2 || dcs & 0xd3 == 0x12;
    (pid == Some(SIM_DATA) || class_2 && details.tp_udhi)
        .then_some((TOOLKIT, "is for the SIM and not for its owner"))
}

/// Line of the description that says where messages belong.
fn router(network: &Network) -> String {
    if network.is_empty() {
        return NO_DESCRIPTION.to_owned();
    }
    network.cite_key(network::Owner::Home(None), "sms_router")
}

fn about(map: &Map) -> String {
    map.imsi.or(map.msisdn).map(|who| format!(" for {who}")).unwrap_or_default()
}

pub(super) fn past(
    scene: &Scene,
    event: &Event,
    map: &Map,
    way: &Way<'_>,
    outside: &Outside<'_>,
    check: &'static str,
) -> Finding {
    let (who, whom) = (way.from.name(), way.to.name());
    let unasked = check == UNASKED;
    Finding {
        key: format!("{who}>{whom}"),
        confidence: if unasked { 0.6 } else { outside.confidence() },
        signature: format!("{who} delivered a short message{} straight to {whom}", about(map)),
        why: format!(
            "{whom} is {}, and no answer to sendRoutingInfoForSM that was seen gave it to {who}{}; {}",
            if unasked { "a node of ours" } else { "no SMS router" },
            ss7::place(map),
            outside.why(way)
        ),
        honest_cause: "A router that the description does not name in `sms_router`, a switch behind it that partners reach by \
                       agreement, or an answer that went another way than this capture shows."
            .to_owned(),
        next_step: format!(
            "Have the STP send mt-forwardSM from outside to the router, whatever its called title, and look how {who} learned \
             that the subscriber is served by {whom}: other operations of the same sender say it."
        ),
        decided_by: Some(if unasked {
            outside.decided_by(&scene.network, way)
        } else {
            router(&scene.network)
        }),
        entities: ss7::entities(event, map, way),
        ..CARD.finding(check, event)
    }
}

pub(super) fn real_node(
    scene: &Scene,
    event: &Event,
    map: &Map,
    way: &Way<'_>,
    outside: &Outside<'_>,
    node: &GlobalTitle,
) -> Finding {
    let who = way.from.name();
    Finding {
        key: format!("{who}>{}", node.digits),
        confidence: outside.confidence(),
        outcome: Outcome::AnsweredWithData,
        returned: map.returned.clone(),
        signature: format!("{who} was told the serving node {} of a subscriber{}", node.digits, about(map)),
        why: format!(
            "the answer to sendRoutingInfoForSM names {}, which is no SMS router: it tells where the subscriber is and where \
             messages past the router go; {}",
            node.digits,
            outside.why(way)
        ),
        honest_cause: "A router that the description does not name in `sms_router`, or home routing that leaves this partner \
                       or these subscribers out."
            .to_owned(),
        next_step: format!(
            "Look why the HLR and not the router answered {who}: the called title, the context version, or a rule that \
             exempts it. If that is agreed, add \"map.45\" to the partner's `agreements`."
        ),
        decided_by: Some(router(&scene.network)),
        entities: {
            let mut entities = ss7::entities(event, map, way);
            entities.push(format!("gt:{}", node.digits));
            entities
        },
        frames: map.request.into_iter().chain([event.frame]).collect(),
        ..CARD.finding(NODE, event)
    }
}

pub(super) fn real_imsi(
    scene: &Scene,
    event: &Event,
    map: &Map,
    way: &Way<'_>,
    outside: &Outside<'_>,
    imsi: Subscriber,
) -> Finding {
    let who = way.from.name();
    Finding {
        key: format!("{who}>{imsi}"),
        confidence: outside.confidence(),
        outcome: Outcome::AnsweredWithData,
        returned: map.returned.clone(),
        signature: format!("{who} was told the IMSI of a subscriber, {imsi}"),
        why: format!(
            "the answer to sendRoutingInfoForSM has the identity {imsi}, with which a subscriber of ours registers abroad: a \
             router would have made one up; {}",
            outside.why(way)
        ),
        honest_cause: "A router that is set to hand out real identities, or home routing that leaves this partner out.".to_owned(),
        next_step: format!(
            "Look why {who} got the real identity, and what it asked with that IMSI since: location, vectors, sessions."
        ),
        decided_by: Some(router(&scene.network)),
        entities: ss7::entities(event, map, way),
        frames: map.request.into_iter().chain([event.frame]).collect(),
        ..CARD.finding(IDENTITY, event)
    }
}

pub(super) fn by_imsi(
    scene: &Scene,
    event: &Event,
    map: &Map,
    way: &Way<'_>,
    outside: &Outside<'_>,
) -> Finding {
    let (who, whom) = (way.from.name(), way.to.name());
    Finding {
        key: format!("{who}>{whom}"),
        confidence: (outside.confidence() - 0.15).max(0.5),
        signature: format!("{who} asked {whom} for the way of a short message by IMSI"),
        why: format!(
            "sendRoutingInfoForSM is addressed by an IMSI (E.212 or E.214) and not by the number that a message is sent to: \
             it goes past what routes by number; {}",
            outside.why(way)
        ),
        honest_cause: "A message centre or a translation that is set up wrong.".to_owned(),
        next_step: format!(
            "Look whether {whom} answered with the real node, and have the STP refuse sendRoutingInfoForSM to E.212 and \
             E.214 titles from outside."
        ),
        decided_by: Some(outside.decided_by(&scene.network, way)),
        entities: ss7::entities(event, map, way),
        ..CARD.finding(BY_IMSI, event)
    }
}

pub(super) fn old(
    scene: &Scene,
    event: &Event,
    map: &Map,
    way: &Way<'_>,
    outside: &Outside<'_>,
) -> Finding {
    let (who, whom) = (way.from.name(), way.to.name());
    Finding {
        key: format!("{who}>{whom}"),
        confidence: 0.5,
        signature: format!("{who} asked {whom} for the way of a short message in version 1"),
        why: format!(
            "sendRoutingInfoForSM in the context of version 1 is rare, and routers have let it through to the HLR; {}",
            outside.why(way)
        ),
        honest_cause: "An old message centre.".to_owned(),
        next_step: format!("Look whether the router or the HLR answered {who}."),
        decided_by: Some(outside.decided_by(&scene.network, way)),
        entities: ss7::entities(event, map, way),
        ..CARD.finding(OLD, event)
    }
}

/// A message whose header says that it is not for the subscriber's eyes.
pub(super) fn odd(
    scene: &Scene,
    event: &Event,
    map: &Map,
    way: &Way<'_>,
    outside: &Outside<'_>,
    check: &'static str,
    what: &str,
) -> Finding {
    let (who, whom) = (way.from.name(), way.to.name());
    let (kind, step) = if check == SILENT {
        (
            "a silent short message",
            "Ask what the sender located with it: look for its other requests about the subscriber.",
        )
    } else {
        (
            "a short message for the SIM",
            "Only the home writes to its SIMs: have the router refuse such messages from outside.",
        )
    };
    Finding {
        key: format!("{who}>{whom}"),
        confidence: 0.7,
        signature: format!("{who} sent {kind}{} to {whom}", about(map)),
        why: format!("the message {what}; {}", outside.why(way)),
        honest_cause: "A device platform that wakes its machines this way, by contract.".to_owned(),
        next_step: step.to_owned(),
        decided_by: Some(outside.decided_by(&scene.network, way)),
        entities: ss7::entities(event, map, way),
        ..CARD.finding(check, event)
    }
}
