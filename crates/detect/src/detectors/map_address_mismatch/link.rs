//! The calling title against the link and the originating point code: a title can be written by anybody.
//!
//! Every opening message is asked, and the same few senders ask all day: what was judged is remembered.

use std::net::IpAddr;

use event::{CompactString, Event, Map, PointCode};
use network::{Network, Owner, Partner};

use super::{CARD, LINK, MapAddressMismatch, POINT_CODE};
use crate::card::Finding;
use crate::detectors::ss7;
use crate::detectors::ss7::outside::{Because, Origin, Way};
use crate::scene::Scene;

/// Senders whose judgement is remembered; one that falls on another's place takes it.
const PLACES: usize = 1_024;

/// A sender as the network sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sender {
    title: CompactString,
    code: Option<PointCode>,
    ip: Option<IpAddr>,
    to: Option<IpAddr>,
}

/// Senders that are known to be what they say.
#[derive(Debug, Default)]
pub(super) struct Links {
    fine: Vec<Option<Sender>>,
    pub(super) seen: bool,
}

impl Links {
    fn place(sender: &Sender) -> usize {
        let mix = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let digits = sender.title.bytes().fold(17, |hash, byte| mix(hash, u64::from(byte)));
        let ip = |ip: Option<IpAddr>| match ip {
            Some(IpAddr::V4(v4)) => u64::from(v4.to_bits()),
            Some(IpAddr::V6(v6)) => u64::try_from(v6.to_bits() & u128::from(u64::MAX)).unwrap_or(0),
            None => 0,
        };
        let code = sender.code.map_or(0, |code| u64::from(code.0));
        let hash = mix(mix(mix(digits, code), ip(sender.ip)), ip(sender.to));
        usize::try_from(hash >> 40).unwrap_or(0) % PLACES
    }
}

/// What does not belong to the title.
enum Stranger<'a> {
    Link(Owner<'a>),
    Code(&'a Partner),
}

impl MapAddressMismatch {
    /// The link and the point code of an opening message.
    pub(super) fn link(
        &mut self,
        scene: &Scene,
        event: &Event,
        map: &Map,
        findings: &mut Vec<Finding>,
    ) {
        if scene.network.is_empty() {
            return;
        }
        self.links.seen = true;
        let way = Way::of(event, map);
        let title = way.from.title().map(|gt| gt.digits.clone()).unwrap_or_default();
        if title.is_empty() {
            return;
        }
        let sender = Sender { title, code: way.from.code, ip: way.from.ip, to: way.to.ip };
        let place = Links::place(&sender);
        if let Some(Some(known)) = self.links.fine.get(place)
            && *known == sender
        {
            return;
        }
        let origin = Origin::of(scene, &way);
        let Some((stranger, because)) = judge(&scene.network, &way, origin) else {
            // A message that only passes is judged by where it goes, which is not remembered.
            if !matches!(origin, Origin::Passing) {
                self.links.fine.resize(PLACES, None);
                if let Some(known) = self.links.fine.get_mut(place) {
                    *known = Some(sender);
                }
            }
            return;
        };
        let finding = told(&scene.network, event, map, &way, &stranger, because);
        self.answers.ask(event, map, &finding);
        findings.push(finding);
    }
}

fn judge<'a>(
    network: &'a Network,
    way: &Way<'_>,
    origin: Origin<'a>,
) -> Option<(Stranger<'a>, Because)> {
    let outside = origin.outside()?;
    let link = way.from.ip.map(|ip| network.owner_of_ip(ip)).unwrap_or_default();
    let code = way.from.code.map(|code| network.owner_of_pc(code)).unwrap_or_default();
    match outside.because {
        Because::Spoofed => Some(match code.partner() {
            Some(partner) if link.is_home() => (Stranger::Code(partner), outside.because),
            _ => (Stranger::Link(link), outside.because),
        }),
        Because::Title => {
            // Who brings nobody's title may be a carrier whose customers are described nowhere.
            let owner = outside.owner.partner()?;
            // A hub's own title may come over the link of whom it relays for.
            let strange = |relay: &Partner| {
                !network.may_relay(relay, owner) && !network.may_relay(owner, relay)
            };
            match (link, code) {
                (Owner::Partner(relay), _) if strange(relay) => {
                    Some((Stranger::Link(link), outside.because))
                }
                (_, Owner::Partner(relay)) if strange(relay) => {
                    Some((Stranger::Code(relay), outside.because))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn told(
    network: &Network,
    event: &Event,
    map: &Map,
    way: &Way<'_>,
    stranger: &Stranger<'_>,
    because: Because,
) -> Finding {
    let (who, whom) = (way.from.name(), way.to.name());
    let (check, by, decided_by) = match stranger {
        Stranger::Link(owner) => {
            let ip = way.from.ip.map(|ip| ip.to_string()).unwrap_or_default();
            let whose = owner.partner().map_or_else(
                || "which nobody describes".to_owned(),
                |partner| format!("of {}", partner.name),
            );
            let cited = way.from.ip.map_or_else(|| network.cite_home(), |ip| network.cite_ip(ip));
            (LINK, format!("the link from {ip} {whose}"), cited)
        }
        Stranger::Code(partner) => {
            let code = way.from.code.unwrap_or_default();
            (POINT_CODE, format!("point code {code} of {}", partner.name), network.cite_pc(code))
        }
    };
    let owner = network.owner_of_gt(way.from.digits());
    let whose = match owner {
        Owner::Partner(partner) => format!("a title of {}", partner.name),
        _ => "a title of ours".to_owned(),
    };
    let name = map.operation.as_deref().unwrap_or("an operation");
    Finding {
        key: format!("{who}>{whom}>{by}"),
        confidence: if because == Because::Spoofed { 0.9 } else { 0.85 },
        signature: format!("{who}, {whose}, came by {by}"),
        why: format!(
            "{name} has the calling title {}, {whose}, and came by {by}, who does not relay for that network",
            way.from.digits()
        ),
        honest_cause: "A carrier that relays for this network and that its `hubs` do not name, a path used while another \
                       was down, or a title range that moved to another operator."
            .to_owned(),
        next_step: format!(
            "Ask the partner behind the link on whose behalf it sends as {who}. If it relays for that network, name it in \
             `hubs`; if not, have the STP refuse that title from this link."
        ),
        decided_by: Some(decided_by),
        entities: ss7::entities(event, map, way),
        ..CARD.finding(check, event)
    }
}
