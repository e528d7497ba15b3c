//! Whose a Diameter message is, and whether it came from outside.
//!
//! Three things say it: the address that sent it on this hop, the Origin-Realm and Origin-Host that the sender wrote, and
//! where it is bound. Names are compared without regard to case or a trailing dot (RFC 6733 §4.3.1, RFC 1035 §2.3.3), and
//! networks in names with their MNC padded to three digits (TS 23.003 §19.2), so that no spelling makes a stranger.

use std::borrow::Cow;

use event::{Diameter, Event, Plmn, Subscriber};
use network::{Network, Owner, Role};

use super::commands::command;
use crate::card::Finding;
use crate::detectors::sides::NO_DESCRIPTION;
use crate::scene::Scene;

/// From where a request comes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Side<'a> {
    /// From another network to ours.
    Outside(Outside<'a>),
    /// From our own nodes, or on its way between others.
    Other,
    /// Neither the description nor the names say it.
    Unknown,
}

/// A request of another network.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outside<'a> {
    /// Whose name the origin is.
    pub(crate) origin: Owner<'a>,
    /// Whose address sent it on this hop; ours where it was relayed inside already.
    pub(crate) peer: Owner<'a>,
    /// It names one of ours as its origin, over a link that is not.
    pub(crate) spoofed: bool,
    /// Only the networks in the two realms say so.
    pub(crate) by_names: bool,
}

impl Outside<'_> {
    /// How sure it is that it comes from outside.
    pub(crate) fn confidence(&self) -> f64 {
        match (self.by_names, self.origin.is_unknown()) {
            (true, _) => 0.6,
            (false, true) => 0.85,
            (false, false) => 0.95,
        }
    }

    /// Why it counts as one from outside, for sentences.
    pub(crate) fn why(&self, diameter: &Diameter) -> String {
        let realm = origin_name(diameter);
        if self.by_names {
            let to = destination_name(diameter).unwrap_or("another network");
            return format!("its origin {realm} and its destination {to} are different networks");
        }
        match (self.origin, self.peer) {
            _ if self.spoofed => format!(
                "its origin {realm} is ours, but the link it came over belongs to {}",
                name_of(self.peer)
            ),
            (Owner::Partner(partner), _) => format!("its origin {realm} is of {}", partner.name),
            (_, Owner::Partner(partner)) => {
                format!(
                    "its origin {realm} is nobody's in the description; {} sent it",
                    partner.name
                )
            }
            _ => format!("its origin {realm} is nobody's in the description"),
        }
    }

    /// The line of the description that says so.
    pub(crate) fn cite(&self, network: &Network, event: &Event, diameter: &Diameter) -> String {
        if self.by_names {
            return NO_DESCRIPTION.to_owned();
        }
        match (self.origin, &event.ends) {
            (Owner::Unknown, Some(ends)) if !self.peer.is_unknown() => network.cite_ip(ends.src_ip),
            (Owner::Unknown, _) => network.cite_home(),
            _ => network.cite_realm(&bare(origin_name(diameter))),
        }
    }
}

/// `Partner A`, `us`, `nobody in the description`
pub(crate) fn name_of(owner: Owner<'_>) -> String {
    match owner {
        Owner::Home(_) => "us".to_owned(),
        Owner::Partner(partner) => partner.name.clone(),
        Owner::Unknown => "nobody in the description".to_owned(),
    }
}

/// The longest of the names that say where a message comes from.
pub(crate) fn origin_name(diameter: &Diameter) -> &str {
    diameter.origin_realm.as_deref().or(diameter.origin_host.as_deref()).unwrap_or("(none)")
}

/// Where a request is bound.
pub(crate) fn destination_name(diameter: &Diameter) -> Option<&str> {
    diameter.destination_realm.as_deref().or(diameter.destination_host.as_deref())
}

/// A name as it is compared: in lower case, without trailing dots and blanks.
pub(crate) fn bare(name: &str) -> Cow<'_, str> {
    let trimmed =
        name.trim_matches(|c: char| c == '.' || c.is_ascii_whitespace() || c.is_ascii_control());
    if trimmed.bytes().any(|octet| octet.is_ascii_uppercase()) {
        Cow::Owned(trimmed.to_ascii_lowercase())
    } else {
        Cow::Borrowed(trimmed)
    }
}

/// Whose the origin is: its realm says it, else its host; a name of ours in either is a claim to be us.
pub(crate) fn owner_of_origin<'a>(network: &'a Network, diameter: &Diameter) -> Owner<'a> {
    let owner = |name: &Option<String>| {
        name.as_deref().map_or(Owner::Unknown, |name| network.owner_of_realm(&bare(name)))
    };
    let (realm, host) = (owner(&diameter.origin_realm), owner(&diameter.origin_host));
    match (realm, host) {
        (_, Owner::Home(_)) => host,
        (Owner::Unknown, _) => host,
        _ => realm,
    }
}

/// The network in a realm or host of the form of TS 23.003.
pub(crate) fn plmn_of(name: &Option<String>) -> Option<Plmn> {
    Plmn::of_domain(&bare(name.as_deref()?))
}

/// The network that the origin says it is of.
pub(crate) fn origin_plmn(diameter: &Diameter) -> Option<Plmn> {
    plmn_of(&diameter.origin_realm).or_else(|| plmn_of(&diameter.origin_host))
}

/// The network that the request is bound for.
pub(crate) fn destination_plmn(diameter: &Diameter) -> Option<Plmn> {
    plmn_of(&diameter.destination_realm).or_else(|| plmn_of(&diameter.destination_host))
}

/// Whether there is anything in the description to tell sides by.
pub(crate) fn describes(network: &Network) -> bool {
    network.has_home_networks() || network.has_home_realms() || network.has_home_plmns()
}

/// From where a request comes.
pub(crate) fn side<'a>(scene: &'a Scene, event: &Event, diameter: &Diameter) -> Side<'a> {
    let network = &scene.network;
    if !describes(network) {
        return by_names(diameter);
    }
    let origin = owner_of_origin(network, diameter);
    let ends = event.ends.as_ref();
    let peer = ends.map_or(Owner::Unknown, |ends| network.owner_of_ip(ends.src_ip));
    let to = ends.map_or(Owner::Unknown, |ends| network.owner_of_ip(ends.dest_ip));
    let bound_home = || {
        destination_name(diameter).is_some_and(|name| network.owner_of_realm(&bare(name)).is_home())
    };
    let outside = |spoofed| Side::Outside(Outside { origin, peer, spoofed, by_names: false });
    if network.has_home_networks() && ends.is_some() {
        return match (peer.is_home(), to.is_home()) {
            (false, true) => outside(origin.is_home()),
            // Behind our own agent: it passes on what it was given.
            (true, true) if origin.partner().is_some() => outside(false),
            (true, true) if origin.is_unknown() => {
                let relayed = peer.element().is_some_and(|element| element.has_role(Role::Dra))
                    || !diameter.route_record.is_empty()
                    || origin_plmn(diameter).is_some();
                if relayed { outside(false) } else { Side::Unknown }
            }
            (true, _) => Side::Other,
            (false, false) if !origin.is_home() && bound_home() => outside(false),
            (false, false) => Side::Other,
        };
    }
    match origin {
        Owner::Home(_) => Side::Other,
        _ if bound_home() => outside(false),
        Owner::Partner(_) => Side::Other,
        Owner::Unknown => Side::Unknown,
    }
}

/// Without a description, a request between the realms of two networks crosses an edge.
fn by_names<'a>(diameter: &Diameter) -> Side<'a> {
    match (origin_plmn(diameter), destination_plmn(diameter)) {
        (Some(from), Some(to)) if from.same_network(to) => Side::Other,
        (Some(_), Some(_)) => Side::Outside(Outside {
            origin: Owner::Unknown,
            peer: Owner::Unknown,
            spoofed: false,
            by_names: true,
        }),
        _ => Side::Unknown,
    }
}

/// Whether the operator of an origin answers for a subscriber's network: it is the same, or speaks for it.
pub(crate) fn serves(network: &Network, origin: Owner<'_>, of: Owner<'_>) -> bool {
    origin.same(of) || matches!(of, Owner::Partner(partner) if network.speaks_for(origin, partner))
}

/// The sending node as people name it: its host, or its address.
pub(crate) fn sender(event: &Event, diameter: &Diameter) -> String {
    match (&diameter.origin_host, &event.ends) {
        (Some(host), _) => bare(host).into_owned(),
        (None, Some(ends)) => ends.src_ip.to_string(),
        (None, None) => "somebody".to_owned(),
    }
}

/// Where a request goes, as people name it.
pub(crate) fn target(event: &Event, diameter: &Diameter) -> String {
    match (&diameter.destination_host, &diameter.destination_realm, &event.ends) {
        (Some(name), _, _) | (None, Some(name), _) => bare(name).into_owned(),
        (None, None, Some(ends)) => ends.dest_ip.to_string(),
        (None, None, None) => "somebody".to_owned(),
    }
}

/// `Insert-Subscriber-Data (319 of S6a/S6d)`
pub(crate) fn command_text(diameter: &Diameter) -> String {
    let application = match &diameter.application {
        Some(name) => name.to_string(),
        None => format!("application {}", diameter.application_id),
    };
    let short = command(diameter.application_id, diameter.command_code).map(|known| known.short);
    let name = if diameter.command.is_empty() {
        short.unwrap_or("a command")
    } else {
        diameter.command.as_ref()
    };
    format!("{name} ({} of {application})", diameter.command_code)
}

/// Who is in it: the sender first, by address where its name is not its own.
pub(crate) fn entities(event: &Event, diameter: &Diameter, spoofed: bool) -> Vec<String> {
    let mut entities = Vec::new();
    let address = event.ends.as_ref().map(|ends| format!("ip:{}", ends.src_ip));
    if spoofed {
        entities.extend(address.clone());
    }
    let named = |kind: &str, name: &Option<String>| {
        name.as_deref().map(|name| format!("{kind}:{}", bare(name)))
    };
    entities.extend(named("host", &diameter.origin_host));
    entities.extend(named("realm", &diameter.origin_realm));
    if !spoofed {
        entities.extend(address);
    }
    entities.extend(named("host", &diameter.destination_host));
    entities.extend(event.ends.as_ref().map(|ends| format!("ip:{}", ends.dest_ip)));
    let other = diameter.others.as_ref().and_then(|others| others.imsi);
    for imsi in [diameter.imsi, other].into_iter().flatten() {
        entities.push(format!("imsi:{imsi}"));
    }
    entities.extend(diameter.msisdn.map(|msisdn| format!("msisdn:{msisdn}")));
    entities.extend(event.path.as_ref().map(|path| format!("teid:{:#010x}", path.teid)));
    entities
}

/// Fills in what all findings about a request have alike.
pub(crate) fn told(event: &Event, diameter: &Diameter, spoofed: bool, finding: Finding) -> Finding {
    Finding {
        key: format!("{}>{}", sender(event, diameter), target(event, diameter)),
        entities: entities(event, diameter, spoofed),
        counts: !diameter.duplicate,
        ..finding
    }
}

/// ` about 00101~5d3f09a1c47be210`, or nothing.
pub(crate) fn about(subscriber: Option<Subscriber>) -> String {
    subscriber.map(|subscriber| format!(" about {subscriber}")).unwrap_or_default()
}
