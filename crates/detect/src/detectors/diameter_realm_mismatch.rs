//! A Diameter request whose origin is not who it says.
//!
//! Origin-Host, Origin-Realm, Session-Id, Route-Record, Visited-PLMN-Id, the subscriber and the peer that brought it tell one
//! story where they are honest (RFC 6733 §6, §8.8; TS 29.272 §7.1; TS 23.003 §19). Whoever borrows another's name has to make
//! all of them agree, and seldom does.

use std::hash::{BuildHasher, Hash, Hasher};

use ahash::RandomState;
use event::{Diameter, Event, Level, Plmn, TableCount, What};
use network::{Network, Owner};

use super::diameter::answers::Pending;
use super::diameter::commands::{Goes, S6A, command};
use super::diameter::peers::{self, Outside, Side, bare};
use super::sides::NO_DESCRIPTION;
use crate::card::{Card, Check, Detector, Finding, Gap, Kinds, Setting, Stage};
use crate::scene::Scene;
use crate::tuning::{Limit, Tuning};

const OWN: &str = "origin.own-identity";
const HOST: &str = "origin.host-realm";
const SYNTAX: &str = "origin.syntax";
const EQUAL: &str = "realms.equal";
const VISITED: &str = "visited-plmn";
const HOME: &str = "imsi.destination";
const SESSION: &str = "session-id";
const PEER: &str = "peer.origin";
const ROUTE: &str = "route-record";
const DUPLICATE: &str = "avp.duplicate";
const REDIRECT: &str = "answer.redirect";
const NUMBER: &str = "serving-number";
const VECTORS: &str = "vectors";

const MANY_VECTORS: Setting = Setting {
    name: "vectors",
    default: 5,
    most: 1_000,
    unit: "vectors",
    why: "an MME needs one or two and never more than five at once; more are for keeping",
};
const HOPS: Setting = Setting {
    name: "hops",
    default: 8,
    most: 32,
    unit: "relays",
    why: "two edges and two exchanges are four; a path of twice as many is made up or goes in circles",
};

const fn check(name: &'static str, level: Level, looks_for: &'static str) -> Check {
    Check { name, level, looks_for }
}

pub(crate) const CARD: Card = Card {
    id: "diameter-realm-mismatch",
    level: Level::Critical,
    summary: "The origin of a Diameter request is not who it says",
    needs: "Diameter requests with their names, Route-Records, Visited-PLMN-Id, subscriber and the address that sent them; \
            redirecting answers.",
    quiet_for: "Relays that the description names: our own agents, a partner's hubs, the host of an MVNO; partners with several \
                networks; names in another case, with a trailing dot or an MNC of two digits.",
    description: "[home] and [[partner]] realms, plmns, networks and hubs say who is who. Without them only what contradicts \
                  itself is told, at a lower level and confidence.",
    thresholds: "One request is enough. Names of ours from outside, and AVPs that stand twice with different values, are critical; \
                 what topology hiding and sister networks do too is low.",
    stage: Stage::SignallingAccess,
    settings: &[MANY_VECTORS, HOPS],
    judges: Kinds::DIAMETER,
    basis: "RFC 6733; 3GPP TS 23.003 §19, TS 29.272; the checks that vendors of Diameter firewalls publish",
    checks: &[
        check(
            OWN,
            Level::Critical,
            "Origin-Host or Origin-Realm of ours in a request over a link that is not",
        ),
        check(
            HOST,
            Level::High,
            "Origin-Host of another network than Origin-Realm; low where it is only not below it",
        ),
        check(
            SYNTAX,
            Level::Medium,
            "names with blanks, control characters, other letters, or two networks in them",
        ),
        check(EQUAL, Level::Low, "a request from outside whose two realms are the same"),
        check(
            VISITED,
            Level::High,
            "Visited-PLMN-Id of another network than the origin; low within one country where nothing is described",
        ),
        check(
            HOME,
            Level::Medium,
            "a request of a serving node that came to us about a subscriber of another network",
        ),
        check(
            SESSION,
            Level::Medium,
            "a Session-Id of another network's node; low where only the name differs or its form is wrong",
        ),
        check(PEER, Level::High, "an origin that the peer who brought it does not speak for"),
        check(
            ROUTE,
            Level::Medium,
            "our own host in Route-Record, or a path too long; low where a relay left none",
        ),
        check(
            DUPLICATE,
            Level::Critical,
            "User-Name, Origin-Host or Origin-Realm twice with different values; medium for other AVPs",
        ),
        check(
            REDIRECT,
            Level::Medium,
            "an answer that sends a request of ours to a host of somebody else",
        ),
        check(
            NUMBER,
            Level::Medium,
            "the number of the serving node is of another operator than the origin",
        ),
        check(
            VECTORS,
            Level::Low,
            "more authentication vectors asked for than a serving node has a use for",
        ),
    ],
    attack: &["T1199", "T1036"],
    fight: &["FGT1036.501", "FGT5016", "FGT1199.501"],
    motif: &["MOT1036.301", "MOT3003.302"],
};

/// Relations that were found to be in order; a new one takes the place of an old one.
const FAMILIAR: usize = 4_096;

#[derive(Debug)]
pub(crate) struct DiameterRealmMismatch {
    pending: Pending,
    hasher: RandomState,
    familiar: Vec<u64>,
    vectors: Limit,
    hops: Limit,
    unjudged: bool,
}

impl Default for DiameterRealmMismatch {
    fn default() -> Self {
        Self {
            pending: Pending::new("diameter-realm-mismatch.pending"),
            hasher: RandomState::new(),
            familiar: vec![0; FAMILIAR],
            vectors: Limit::new(&MANY_VECTORS),
            hops: Limit::new(&HOPS),
            unjudged: false,
        }
    }
}

/// Something that does not fit.
struct Fault {
    check: &'static str,
    level: Level,
    confidence: f64,
    why: String,
    cite: Option<String>,
}

impl Detector for DiameterRealmMismatch {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn wants(&self) -> Kinds {
        Kinds::DIAMETER
    }

    fn tune(&mut self, tuning: &Tuning) {
        self.vectors = tuning.limit(&CARD, MANY_VECTORS.name);
        self.hops = tuning.limit(&CARD, HOPS.name);
    }

    fn on_event(&mut self, scene: &Scene, event: &Event, findings: &mut Vec<Finding>) {
        let What::Diameter(diameter) = &event.what else { return };
        if !diameter.request {
            self.pending.answer(event, diameter, CARD.level, findings);
            if diameter.redirect_host.is_some() {
                redirect(scene, event, diameter, findings);
            }
            return;
        }
        let session = session_is_own(diameter);
        let many = diameter
            .requested_vectors
            .is_some_and(|asked| u64::from(asked) > self.vectors.everybody());
        let plain = session && !many && diameter.others.is_none();
        let (slot, hash) = self.relation(event, diameter);
        if plain && self.familiar.get(slot) == Some(&hash) {
            return;
        }
        let side = peers::side(scene, event, diameter);
        let mut faults = Vec::new();
        duplicates(scene, diameter, side, &mut faults);
        let spoofed = match side {
            Side::Outside(outside) => {
                self.judge(scene, event, diameter, &outside, session, &mut faults);
                outside.spoofed
            }
            Side::Unknown => {
                self.unjudged |=
                    !peers::describes(&scene.network) || diameter.origin_realm.is_some();
                syntax(diameter, &mut faults);
                false
            }
            Side::Other => false,
        };
        if faults.is_empty() {
            // Of a message with an oddity of its own nothing is remembered.
            if plain && let Some(place) = self.familiar.get_mut(slot) {
                *place = hash;
            }
            return;
        }
        let found: Vec<Finding> = faults
            .into_iter()
            .map(|fault| finding(scene, event, diameter, spoofed, fault))
            .collect();
        let grave: Vec<Finding> =
            found.iter().filter(|finding| finding.level >= Level::Medium).cloned().collect();
        self.pending.ask(event, diameter, &grave);
        findings.extend(found);
    }

    fn gaps(&self, scene: &Scene) -> Vec<Gap> {
        if !self.unjudged {
            return Vec::new();
        }
        let missing = if peers::describes(&scene.network) {
            "whose the realms of some requests are".to_owned()
        } else {
            format!("{NO_DESCRIPTION}, for realms that name no network")
        };
        vec![Gap { detection: CARD.id, check: PEER, missing }]
    }

    fn tables(&self) -> Vec<TableCount> {
        vec![self.pending.count()]
    }
}

impl DiameterRealmMismatch {
    /// Hash of all that is judged of a request, session and subscriber's own digits aside.
    fn relation(&self, event: &Event, diameter: &Diameter) -> (usize, u64) {
        let mut hasher = self.hasher.build_hasher();
        if let Some(ends) = &event.ends {
            (ends.src_ip, ends.dest_ip).hash(&mut hasher);
        }
        (diameter.application_id, diameter.command_code).hash(&mut hasher);
        (&diameter.origin_host, &diameter.origin_realm).hash(&mut hasher);
        (&diameter.destination_host, &diameter.destination_realm).hash(&mut hasher);
        (&diameter.route_record, &diameter.serving_number).hash(&mut hasher);
        diameter.imsi.map(|imsi| imsi.prefix).hash(&mut hasher);
        diameter.visited_plmn.map(|plmn| (plmn.mcc, plmn.mnc)).hash(&mut hasher);
        let hash = hasher.finish() | 1;
        (usize::try_from(hash >> 20).unwrap_or_default() % FAMILIAR, hash)
    }

    fn judge(
        &self,
        scene: &Scene,
        event: &Event,
        diameter: &Diameter,
        outside: &Outside<'_>,
        session: bool,
        faults: &mut Vec<Fault>,
    ) {
        let network = &scene.network;
        let sure = outside.confidence();
        if outside.spoofed {
            let names = format!(
                "{} is ours, but the link that it came over belongs to {}",
                peers::origin_name(diameter),
                peers::name_of(outside.peer)
            );
            faults.push(fault(OWN, Level::Critical, 0.95, names));
            return;
        }
        syntax(diameter, faults);
        host_and_realm(network, diameter, outside, faults);
        if matches!(diameter.command_code, 257 | 280 | 282) {
            peer(network, event, outside, diameter, faults);
            return;
        }
        peer(network, event, outside, diameter, faults);
        visited(network, diameter, outside, faults);
        bound_for_us(network, diameter, outside, faults);
        self.route(network, diameter, outside, faults);
        if !session {
            session_of(network, diameter, outside, faults);
        }
        let same = diameter.origin_realm.is_some()
            && diameter
                .origin_realm
                .as_deref()
                .zip(diameter.destination_realm.as_deref())
                .is_some_and(|(from, to)| bare(from) == bare(to));
        if same {
            let why = "it came to us, and both its realms are the sender's".to_owned();
            faults.push(fault(EQUAL, Level::Low, 0.5, why));
        }
        if let Some(number) = diameter.serving_number.as_deref()
            && let (Owner::Partner(of), Owner::Partner(from)) =
                (network.owner_of_gt(number), outside.origin)
            && !peers::serves(network, outside.origin, Owner::Partner(of))
            && !network.may_relay(of, from)
        {
            let why = format!(
                "the serving node's number {number} is of {}, the origin of {}",
                of.name, from.name
            );
            faults.push(fault(NUMBER, Level::Medium, sure, why));
        }
        let most = self.vectors.of(outside.origin);
        if let Some(asked) = diameter.requested_vectors.filter(|asked| u64::from(*asked) > most) {
            faults.push(fault(
                VECTORS,
                Level::Low,
                0.6,
                format!("it asks for {asked} vectors at once"),
            ));
        }
    }

    /// RFC 6733 §6.1.8: each relay appends who it had the request from.
    fn route(
        &self,
        network: &Network,
        diameter: &Diameter,
        outside: &Outside<'_>,
        faults: &mut Vec<Fault>,
    ) {
        let records = &diameter.route_record;
        let inside = outside.peer.is_home();
        // Behind our own agent its own record is the honest one, at the end.
        let theirs = records.len().saturating_sub(usize::from(inside));
        let ours = records
            .iter()
            .take(theirs)
            .find(|record| network.owner_of_realm(&bare(record)).is_home());
        if let Some(record) = ours {
            let why = format!(
                "its Route-Record names our own {record} before it came to us: a loop, or made up"
            );
            faults.push(fault(ROUTE, Level::Medium, 0.8, why));
        } else if records.len() as u64 > self.hops.of(outside.origin) {
            let why = format!("its Route-Record names {} relays", records.len());
            faults.push(fault(ROUTE, Level::Low, 0.5, why));
        } else if records.is_empty()
            && let (Owner::Partner(peer), Owner::Partner(from)) = (outside.peer, outside.origin)
            && peer.name != from.name
        {
            let why =
                format!("{} relayed it for {} and left no Route-Record", peer.name, from.name);
            faults.push(fault(ROUTE, Level::Low, 0.4, why));
        }
    }
}

fn fault(check: &'static str, level: Level, confidence: f64, why: String) -> Fault {
    Fault { check, level, confidence, why, cite: None }
}

/// RFC 6733 §8.8: the identity of who opened the session, then two numbers. Sessions that a server opens anew are its own.
fn session_is_own(diameter: &Diameter) -> bool {
    let (Some(session), Some(host)) = (&diameter.session_id, &diameter.origin_host) else {
        return true;
    };
    if diameter.application_id != S6A {
        return true;
    }
    let (session, host) = (session.as_bytes(), host.as_bytes());
    session.get(..host.len()).is_some_and(|head| head.eq_ignore_ascii_case(host))
        && session.get(host.len()) == Some(&b';')
}

fn session_of(
    network: &Network,
    diameter: &Diameter,
    outside: &Outside<'_>,
    faults: &mut Vec<Fault>,
) {
    let Some(session) = diameter.session_id.as_deref() else { return };
    let Some((identity, _)) = session.split_once(';') else {
        let why = "its Session-Id has not the form of one (RFC 6733 §8.8)".to_owned();
        return faults.push(fault(SESSION, Level::Low, 0.5, why));
    };
    if diameter.origin_host.as_deref().is_some_and(|host| bare(host) == bare(identity)) {
        return;
    }
    let of = network.owner_of_realm(&bare(identity));
    let (theirs, from) = (Plmn::of_domain(&bare(identity)), peers::origin_plmn(diameter));
    let other = match (of, outside.origin) {
        (Owner::Partner(_) | Owner::Home(_), Owner::Partner(_)) => {
            !peers::serves(network, outside.origin, of)
        }
        _ => theirs.zip(from).is_some_and(|(a, b)| !a.same_network(b)),
    };
    let (level, confidence) = if other { (Level::Medium, 0.7) } else { (Level::Low, 0.4) };
    let why = format!("its Session-Id was opened by {}", bare(identity));
    faults.push(fault(SESSION, level, confidence, why));
}

/// TS 23.003 §19.2: names are made of letters, digits and hyphens, and name one network.
fn syntax(diameter: &Diameter, faults: &mut Vec<Fault>) {
    let names = [
        &diameter.origin_host,
        &diameter.origin_realm,
        &diameter.destination_host,
        &diameter.destination_realm,
    ];
    for name in names.into_iter().flatten() {
        let odd = name.bytes().any(|octet| !matches!(octet, b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'.' | b'_' | b'*'));
        let networks = name
            .split('.')
            .filter(|label| {
                label.len() > 3
                    && label.get(..3).is_some_and(|head| head.eq_ignore_ascii_case("mnc"))
                    && label.bytes().skip(3).all(|octet| octet.is_ascii_digit())
            })
            .count();
        let what = match (odd, networks) {
            (true, _) => "has octets that no name has",
            (false, 2..) => "names more than one network",
            _ => continue,
        };
        let why = format!("{} {what}", name.escape_default());
        return faults.push(fault(SYNTAX, Level::Medium, 0.8, why));
    }
}

fn host_and_realm(
    network: &Network,
    diameter: &Diameter,
    outside: &Outside<'_>,
    faults: &mut Vec<Fault>,
) {
    let (Some(host), Some(realm)) = (&diameter.origin_host, &diameter.origin_realm) else {
        return;
    };
    let (host, realm) = (bare(host), bare(realm));
    let below = host
        .strip_suffix(realm.as_ref())
        .is_some_and(|head| head.is_empty() || head.ends_with('.'));
    if below {
        return;
    }
    let owners = (network.owner_of_realm(&host), network.owner_of_realm(&realm));
    let plmns = Plmn::of_domain(&host).zip(Plmn::of_domain(&realm));
    let apart = match owners {
        (Owner::Unknown, _) | (_, Owner::Unknown) => plmns.is_some_and(|(a, b)| !a.same_network(b)),
        (a, b) => !peers::serves(network, a, b) && !peers::serves(network, b, a),
    };
    let (level, confidence) = match (apart, outside.by_names) {
        (true, false) => (Level::High, 0.9),
        (true, true) => (Level::Medium, 0.6),
        (false, _) => (Level::Low, 0.5),
    };
    faults.push(fault(
        HOST,
        level,
        confidence,
        format!("the host {host} is not of the realm {realm}"),
    ));
}

/// Direct peers speak for themselves, relays for those that name them.
fn peer(
    network: &Network,
    event: &Event,
    outside: &Outside<'_>,
    diameter: &Diameter,
    faults: &mut Vec<Fault>,
) {
    let Owner::Partner(by) = outside.peer else { return };
    let realm = peers::origin_name(diameter);
    let (level, why) = match outside.origin {
        Owner::Partner(of) if !network.may_relay(by, of) => {
            (Level::High, format!("{} brought it, which does not relay for {}", by.name, of.name))
        }
        Owner::Unknown if !by.realms.is_empty() || !by.plmns.is_empty() => {
            let relays = network.partners.iter().any(|other| other.hubs.contains(&by.name));
            let level = if relays { Level::Low } else { Level::High };
            (level, format!("{} brought it, and {realm} is none of its realms", by.name))
        }
        _ => return,
    };
    let cite = event.ends.as_ref().map(|ends| network.cite_ip(ends.src_ip));
    faults.push(Fault { check: PEER, level, confidence: 0.9, why, cite });
}

/// TS 29.272 §7.3.9: the network that the serving node belongs to.
fn visited(network: &Network, diameter: &Diameter, outside: &Outside<'_>, faults: &mut Vec<Fault>) {
    let Some(plmn) = diameter.visited_plmn.filter(|_| diameter.application_id == S6A) else {
        return;
    };
    let origin = peers::origin_plmn(diameter);
    if origin.is_some_and(|origin| origin.same_network(plmn)) {
        return;
    }
    let of = network.owner_of_plmn(plmn);
    let near = origin.is_some_and(|origin| origin.mcc == plmn.mcc);
    let (level, confidence) = match (of, outside.origin) {
        (Owner::Unknown, _) | (_, Owner::Unknown) if origin.is_none() => return,
        (Owner::Unknown, _) | (_, Owner::Unknown) if near => (Level::Low, 0.4),
        (Owner::Unknown, _) | (_, Owner::Unknown) => (Level::Medium, 0.6),
        (of, from) if peers::serves(network, from, of) => return,
        _ => (Level::High, 0.9),
    };
    let from = origin.map_or_else(|| peers::name_of(outside.origin), |origin| origin.to_string());
    let why = format!("its Visited-PLMN-Id is {plmn}, its origin of {from}");
    let cite = (!of.is_unknown()).then(|| network.cite_plmn(plmn));
    faults.push(Fault { check: VISITED, level, confidence, why, cite });
}

/// A serving node asks the subscriber's home, nobody else.
fn bound_for_us(
    network: &Network,
    diameter: &Diameter,
    outside: &Outside<'_>,
    faults: &mut Vec<Fault>,
) {
    let to_home = command(diameter.application_id, diameter.command_code)
        .is_some_and(|command| command.goes == Goes::VisitedToHome && command.sure);
    let Some(imsi) = diameter.imsi.filter(|_| to_home && !outside.by_names) else { return };
    let Some(to) = peers::destination_name(diameter) else { return };
    if !network.owner_of_realm(&bare(to)).is_home() || !network.has_home_plmns() {
        return;
    }
    let home = network.owner_of_subscriber(&imsi);
    let hosted = match home {
        Owner::Home(_) => true,
        Owner::Partner(partner) => network.speaks_for(Owner::Home(None), partner),
        Owner::Unknown => imsi.plmn().is_none(),
    };
    if !hosted {
        let why = format!("it asks us about {imsi}, a subscriber of {}", peers::name_of(home));
        faults.push(fault(HOME, Level::Medium, 0.7, why));
    }
}

/// Whoever reads the first and whoever reads the last of them read different messages.
fn duplicates(scene: &Scene, diameter: &Diameter, side: Side<'_>, faults: &mut Vec<Fault>) {
    let Some(others) = &diameter.others else { return };
    let twice: Vec<&str> = [
        (others.imsi.is_some(), "User-Name"),
        (others.origin_host.is_some(), "Origin-Host"),
        (others.origin_realm.is_some(), "Origin-Realm"),
        (others.destination_host.is_some(), "Destination-Host"),
        (others.destination_realm.is_some(), "Destination-Realm"),
        (others.session_id.is_some(), "Session-Id"),
    ]
    .into_iter()
    .filter(|(there, _)| *there)
    .map(|(_, name)| name)
    .collect();
    let grave =
        others.imsi.is_some() || others.origin_host.is_some() || others.origin_realm.is_some();
    let level = match (grave, side) {
        (true, Side::Outside(outside)) if !outside.by_names => Level::Critical,
        (true, _) => Level::High,
        (false, _) => Level::Medium,
    };
    let described = peers::describes(&scene.network);
    let why = format!("it carries {} twice, with different values", twice.join(" and "));
    faults.push(fault(DUPLICATE, level, if described { 0.9 } else { 0.7 }, why));
}

/// RFC 6733 §6.12: 3006 sends whoever asked to another host.
fn redirect(scene: &Scene, event: &Event, diameter: &Diameter, findings: &mut Vec<Finding>) {
    let Some(uri) = diameter.redirect_host.as_deref() else { return };
    let network = &scene.network;
    let peer = event.ends.as_ref().map_or(Owner::Unknown, |ends| network.owner_of_ip(ends.src_ip));
    if peer.is_home() {
        return;
    }
    // aaa://host:port;transport=…
    let host = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let host = bare(host.split([':', ';', '/']).next().unwrap_or(host));
    let of = network.owner_of_realm(&host);
    let from = peers::owner_of_origin(network, diameter);
    let fits = match (of, peer) {
        (Owner::Unknown, _) => {
            let plmns = Plmn::of_domain(&host).zip(peers::origin_plmn(diameter));
            network.is_empty() && plmns.is_none_or(|(a, b)| a.same_network(b))
        }
        (of, peer) => of.is_home() || of.same(from) || peers::serves(network, peer, of),
    };
    if fits {
        return;
    }
    let described = !network.is_empty();
    let why = format!("the answer sends the request to {host}, which is of {}", peers::name_of(of));
    let level = if described { Level::Medium } else { Level::Low };
    let confidence = if described { 0.7 } else { 0.5 };
    let fault = Fault { check: REDIRECT, level, confidence, why, cite: None };
    let mut finding = finding(scene, event, diameter, false, fault);
    finding.frames.extend(diameter.request_frame);
    finding.outcome = event::Outcome::Answered;
    finding.entities.push(format!("host:{host}"));
    findings.push(finding);
}

fn finding(
    scene: &Scene,
    event: &Event,
    diameter: &Diameter,
    spoofed: bool,
    fault: Fault,
) -> Finding {
    let network = &scene.network;
    let who = peers::sender(event, diameter);
    let cite = fault.cite.unwrap_or_else(|| match network.is_empty() {
        true => NO_DESCRIPTION.to_owned(),
        false => network.cite_realm(&bare(peers::origin_name(diameter))),
    });
    let address = event
        .ends
        .as_ref()
        .map(|ends| format!(" (from {})", scene.who(ends.src_ip)))
        .unwrap_or_default();
    let finding = Finding {
        level: fault.level,
        confidence: fault.confidence,
        signature: format!(
            "{} of {who}{address} does not fit: {}",
            peers::command_text(diameter),
            fault.why
        ),
        why: fault.why,
        honest_cause: "An agent that hides its network's hosts behind names of its own, a group that shares its nodes, a hub or host \
                       that the description does not name in `hubs`, or a realm or network code that is missing in it."
            .to_owned(),
        next_step: format!(
            "Ask the operator of the peer whether {who} is a node of its customer; let the edge agent accept of each peer only the \
             realms that it speaks for, and see what was answered."
        ),
        decided_by: Some(cite),
        ..CARD.finding(fault.check, event)
    };
    peers::told(event, diameter, spoofed, finding)
}

#[cfg(test)]
#[path = "diameter_realm_mismatch_tests.rs"]
mod tests;
