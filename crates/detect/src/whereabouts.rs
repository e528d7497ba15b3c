//! Where subscribers are: one memory for MAP, CAP, Diameter and GTP, built only from what passes and what was accepted.
//!
//! A registration counts from the answer on that accepts it, so that requests which the home network refuses or ignores
//! teach nothing; one that succeeds moves the subscriber, and the place before it is kept. The home network is believed
//! where it says a place itself: it cancels, it asks the serving node, it answers an interrogation.

use ahash::RandomState;
use event::{
    Capped, CompactString, Diameter, Event, Gtp, Map, Outcome, SccpAddress, Slot, Subscriber,
    TableCount, Timestamp, What,
};
use network::{Network, NetworkId};

/// A subscriber costs 90 octets at most, with its place in the index: 47 MB when full.
const MAX_SUBSCRIBERS: usize = 1 << 19;
/// Requests that wait for their answer: ten seconds of a very busy link.
const MAX_WAITING: usize = 1 << 16;
const MAX_NUMBERS: usize = 1 << 18;
const MAX_DIALOGUES: usize = 1 << 14;
const MAX_NAMES: usize = 1 << 14;
/// Names that were resolved lately, each at the place that its hash gives it.
const LATELY: usize = 1 << 11;
/// A global title has 15 digits, a domain name 255 octets (RFC 1035 §2.3.4); what is longer names no node.
const MAX_NAME: usize = 255;

/// What a message does with a subscriber, seen from the network that serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// It says that it serves the subscriber now: updateLocation, Update-Location.
    Registers,
    /// It wants authentication vectors.
    AsksVectors,
    /// It serves no longer: purgeMS, Purge-UE.
    Purges,
    /// It acts for the subscriber: services, messages, reports.
    Acts,
    /// It reports a call to the service control of the home network.
    Calls,
    /// It opens a session of the user plane.
    OpensSession,
}

/// What a place was learned from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Map,
    Cap,
    Diameter,
    Gtp,
}

impl Source {
    /// As people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Map => "MAP",
            Self::Cap => "CAP",
            Self::Diameter => "Diameter",
            Self::Gtp => "GTP",
        }
    }
}

/// The circuit-switched and the packet-switched domain register apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    Circuit,
    Packet,
}

/// Where a subscriber was: 20 octets, since there are many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Seconds since the epoch.
    at_secs: u32,
    frame_low: u32,
    /// Hash of the serving node's name.
    node: u32,
    network: NetworkId,
    frame_high: u8,
    source: Source,
}

impl Place {
    fn new(event: &Event, network: NetworkId, node: u32, source: Source) -> Self {
        let low = event.frame & u64::from(u32::MAX);
        Self {
            at_secs: u32::try_from(event.at.secs().max(0)).unwrap_or(u32::MAX),
            frame_low: u32::try_from(low).unwrap_or(u32::MAX),
            frame_high: u8::try_from(event.frame >> 32).unwrap_or(u8::MAX),
            node,
            network,
            source,
        }
    }

    /// When the subscriber was last seen there, to the second.
    pub const fn at(&self) -> Timestamp {
        Timestamp::from_secs(self.at_secs as i64)
    }

    /// Frame that last showed it.
    pub const fn frame(&self) -> u64 {
        (self.frame_high as u64) << 32 | self.frame_low as u64
    }

    /// Whose network it is.
    pub const fn network(&self) -> NetworkId {
        self.network
    }

    /// What showed it.
    pub const fn source(&self) -> Source {
        self.source
    }

    /// Whether the node is the same, as far as both are known by name.
    pub const fn is_at(&self, node: Node) -> bool {
        self.node == node.name || self.node == 0 || node.name == 0
    }
}

/// What is known of a subscriber.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    circuit: Option<Place>,
    packet: Option<Place>,
    /// The last one that is another than these.
    before: Option<Place>,
}

impl Known {
    /// Where the subscriber is served now, the latest first.
    pub fn served(&self) -> impl Iterator<Item = Place> {
        let (a, b) = match (self.circuit, self.packet) {
            (Some(a), Some(b)) if a.at_secs < b.at_secs => (Some(b), Some(a)),
            other => other,
        };
        a.into_iter().chain(b)
    }

    /// Where the subscriber was seen last.
    pub fn latest(&self) -> Option<Place> {
        self.served().next()
    }

    /// The network before the one of now.
    pub const fn before(&self) -> Option<Place> {
        self.before
    }

    /// Where the subscriber is registered in one of the domains.
    pub const fn registered(&self, domain: Domain) -> Option<Place> {
        match domain {
            Domain::Circuit => self.circuit,
            Domain::Packet => self.packet,
        }
    }

    const fn domain(&mut self, domain: Domain) -> &mut Option<Place> {
        match domain {
            Domain::Circuit => &mut self.circuit,
            Domain::Packet => &mut self.packet,
        }
    }

    fn moved(&mut self, domain: Domain, place: Place) {
        let old = self.domain(domain).replace(place);
        // A device that moves takes both domains along, and the one that says nothing yet is not there any more.
        let other = match domain {
            Domain::Circuit => &mut self.packet,
            Domain::Packet => &mut self.circuit,
        };
        let left =
            other.take_if(|other| other.network != place.network && other.at_secs <= place.at_secs);
        let gone = [old, left].into_iter().flatten().filter(|old| old.network != place.network);
        if let Some(gone) = gone.max_by_key(|place| place.at_secs) {
            self.before = Some(gone);
        }
    }

    fn cancelled(&mut self, network: NetworkId) {
        for place in [&mut self.circuit, &mut self.packet] {
            if let Some(gone) = place.take_if(|place| place.network == network) {
                self.before = Some(gone);
            }
        }
    }
}

/// A node as a message names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Node {
    pub network: NetworkId,
    name: u32,
}

/// A subscriber and a place in one message, and what was known before it.
#[derive(Clone, Copy, Debug)]
pub struct Sighting {
    pub act: Act,
    pub domain: Domain,
    pub source: Source,
    /// Who serves, by the message.
    pub serving: Node,
    /// Who sends it: the calling title, the origin realm, the peer.
    pub sender: NetworkId,
    pub known: Option<Known>,
    subscriber: u64,
    slot: Option<Slot>,
    /// Where to find it again when the answer comes.
    waits: Option<u64>,
    msisdn: Option<u64>,
}

impl Sighting {
    /// Stands for the subscriber in tables; it is not to be shown.
    pub const fn subscriber(&self) -> u64 {
        self.subscriber
    }
}

/// A request whose answer will say whether it counts.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    subscriber: u64,
    msisdn: Option<u64>,
    domain: Domain,
    /// `None` where the answer tells it.
    place: Option<Place>,
}

/// What was resolved lately.
#[derive(Debug)]
struct Resolved {
    hash: u64,
    node: Node,
}

/// The memory.
pub struct Whereabouts {
    hasher: RandomState,
    subscribers: Capped<u64, Known>,
    waiting: Capped<u64, Waiting>,
    /// IMSI by MSISDN.
    numbers: Capped<u64, u64>,
    /// Subscribers of open registration dialogues: the profile inside names only the MSISDN.
    dialogues: Capped<u64, u64>,
    names: Capped<u32, CompactString>,
    lately: Vec<Option<Resolved>>,
    sighting: Option<Sighting>,
}

impl std::fmt::Debug for Whereabouts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Whereabouts").field("subscribers", &self.subscribers.len()).finish()
    }
}

impl Default for Whereabouts {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            subscribers: Capped::new("detect.whereabouts", MAX_SUBSCRIBERS),
            waiting: Capped::new("detect.whereabouts_waiting", MAX_WAITING),
            numbers: Capped::new("detect.whereabouts_numbers", MAX_NUMBERS),
            dialogues: Capped::new("detect.whereabouts_dialogues", MAX_DIALOGUES),
            names: Capped::new("detect.whereabouts_names", MAX_NAMES),
            lately: std::iter::repeat_with(|| None).take(LATELY).collect(),
            sighting: None,
        }
    }
}

impl Whereabouts {
    /// The subscriber and the place that the event shows, if it shows both; what is known is from before it.
    pub const fn sighting(&self) -> Option<&Sighting> {
        self.sighting.as_ref()
    }

    /// What is known of a subscriber by IMSI.
    pub fn of_imsi(&self, imsi: &Subscriber) -> Option<Known> {
        self.subscribers.peek(&key(imsi, false)).copied()
    }

    /// What is known of a subscriber by number, where some message showed both.
    pub fn of_msisdn(&self, msisdn: &Subscriber) -> Option<Known> {
        let subscriber = self.numbers.peek(&key(msisdn, true))?;
        self.subscribers.peek(subscriber).copied()
    }

    /// Name of the node of a place, where it is still known: a title, a host, an address.
    pub fn node_name(&self, place: &Place) -> Option<&str> {
        self.names.peek(&place.node).map(CompactString::as_str)
    }

    /// The tables kept.
    pub fn tables(&self) -> [TableCount; 5] {
        [
            self.subscribers.count(),
            self.waiting.count(),
            self.numbers.count(),
            self.dialogues.count(),
            self.names.count(),
        ]
    }

    /// Before the detections look.
    pub(crate) fn observe(&mut self, network: &Network, event: &Event) {
        self.sighting = match &event.what {
            What::Map(map) => self.map(network, event, map),
            What::Cap(cap) => self.cap(network, event, cap),
            What::Diameter(diameter) => self.diameter(network, event, diameter),
            What::Gtp(gtp) => self.gtp(network, event, gtp),
            _ => None,
        };
    }

    /// After they looked.
    pub(crate) fn remember(&mut self, event: &Event) {
        let Some(sighting) = self.sighting.take() else { return };
        let place =
            Place::new(event, sighting.serving.network, sighting.serving.name, sighting.source);
        if sighting.serving.network == NetworkId::Unknown {
            return;
        }
        // A sign of life from where the subscriber is known to be needs no answer.
        if let Some(known) = sighting.slot.and_then(|slot| self.subscribers.use_slot(slot)) {
            for old in [&mut known.circuit, &mut known.packet].into_iter().flatten() {
                if old.network == place.network && sighting.act != Act::Purges {
                    old.at_secs = old.at_secs.max(place.at_secs);
                    (old.frame_low, old.frame_high) = (place.frame_low, place.frame_high);
                }
            }
        }
        if let Some(waits) = sighting.waits {
            let (subscriber, domain) = (sighting.subscriber, sighting.domain);
            let waiting =
                Waiting { subscriber, domain, place: Some(place), msisdn: sighting.msisdn };
            self.waiting.insert(waits, waiting);
        }
    }

    fn map(&mut self, network: &Network, event: &Event, map: &Map) -> Option<Sighting> {
        let opcode = map.opcode?;
        match map.component.as_deref()? {
            "invoke" => {}
            "returnResultLast" if matches!(opcode, 2 | 23 | 57 | 70 | 71) => {
                self.map_result(network, event, map);
                return None;
            }
            _ => return None,
        }
        // TS 29.002 §17.5, those that go from the serving network to the home network.
        let act = match opcode {
            2 | 23 | 57 => Act::Registers,
            56 => Act::AsksVectors,
            67 => Act::Purges,
            10..=15 | 17 | 19 | 46 | 48 | 59 | 66 | 72 | 74 | 76 | 77 | 86 | 87 | 89 => Act::Acts,
            // And those from the home network, which knows.
            3 | 4 | 7 | 70 | 71 => {
                self.home_says(network, event, map, opcode);
                return None;
            }
            _ => return None,
        };
        let subscriber = self.subscriber(map)?;
        let sender = self.title(network, map.calling.as_ref());
        // The serving node as the argument has it (TS 29.002 §7.6.2); otherwise who sends.
        let role = |role: &str| map.addresses.iter().find(|address| address.role == role);
        let named = match opcode {
            23 => role("sgsn-Number"),
            2 | 57 | 67 => {
                role("vlr-Number").or_else(|| role("sgsn-Number")).or_else(|| role("msc-Number"))
            }
            _ => None,
        };
        let serving = match named {
            Some(address) if !address.gt.digits.is_empty() => {
                let node = self.node(network, Kind::Title, &address.gt.digits);
                if node.network == NetworkId::Unknown { sender } else { node }
            }
            _ => sender,
        };
        let ssn = map.calling.as_ref().and_then(|calling| calling.ssn);
        // requestingNodeType 1 is an SGSN (TS 29.002 §17.7.1); subsystem 149 as well (TS 23.003 §8.2).
        let requesting = map.details.as_ref().and_then(|details| details.requesting_node);
        let packet = opcode == 23 || ssn == Some(149) || requesting == Some(1);
        let waits = (act == Act::Registers).then(|| {
            let peer = map.calling.as_ref().and_then(digits);
            let dialogue = self.hasher.hash_one((map.otid.as_deref(), peer));
            self.dialogues.insert(dialogue, subscriber);
            self.request_of_map(event.frame, map.otid.as_deref(), map.invoke_id)
        });
        let domain = if packet { Domain::Packet } else { Domain::Circuit };
        Some(self.sighted(subscriber, act, domain, Source::Map, serving, sender.network, waits))
    }

    /// Requests from the home network: a place that it believes in, or has given up.
    fn home_says(&mut self, network: &Network, event: &Event, map: &Map, opcode: i64) {
        if opcode == 7 && map.imsi.is_none() {
            // Inside a registration's dialogue, the profile says which number belongs to the IMSI.
            let Some(msisdn) = map.msisdn else { return };
            let peer = map.called.as_ref().and_then(digits);
            let dialogue = self.hasher.hash_one((map.dtid.as_deref(), peer));
            if let Some(&subscriber) = self.dialogues.peek(&dialogue) {
                self.numbers.insert(key(&msisdn, true), subscriber);
            }
            return;
        }
        let Some(subscriber) = self.subscriber(map) else { return };
        if matches!(opcode, 70 | 71) {
            let waits = self.request_of_map(event.frame, map.otid.as_deref(), map.invoke_id);
            let waiting =
                Waiting { subscriber, msisdn: None, domain: Domain::Circuit, place: None };
            self.waiting.insert(waits, waiting);
            return;
        }
        let sender = self.title(network, map.calling.as_ref()).network;
        let Some(imsi) = map.imsi.filter(|imsi| is_home_of(network, sender, imsi)) else { return };
        let target = self.title(network, map.called.as_ref());
        if let Some(msisdn) = map.msisdn {
            self.numbers.insert(key(&msisdn, true), subscriber);
        }
        if target.network == NetworkId::Unknown || target.network == sender {
            return;
        }
        if opcode == 3 {
            if let Some(known) = self.subscribers.get_mut(&key(&imsi, false)) {
                known.cancelled(target.network);
            }
            return;
        }
        let place = Place::new(event, target.network, target.name, Source::Map);
        self.confirm(subscriber, Domain::Circuit, place);
    }

    fn map_result(&mut self, network: &Network, event: &Event, map: &Map) {
        let Some(request) = map.request else { return };
        if self.waiting.is_empty() {
            return;
        }
        let waits = self.request_of_map(request, map.dtid.as_deref(), map.invoke_id);
        let Some(waiting) = self.waiting.remove(&waits) else { return };
        let place = waiting.place.or_else(|| {
            // An interrogation's answer: the cell's network, else that of the switch.
            let details = map.details.as_ref()?;
            let switch = map.addresses.iter().find(|address| {
                // LocationInformation spells the first one small (TS 29.002 §17.7.8).
                let role = address.role.as_ref();
                matches!(role, "vlr-number" | "vlr-Number" | "msc-Number" | "sgsn-Number")
            });
            let node = switch.map(|switch| self.node(network, Kind::Title, &switch.gt.digits));
            let cell = details.location_plmn.map(|plmn| network.network_of_plmn(plmn));
            let known = cell.or(node.map(|node| node.network))?;
            Some(Place::new(event, known, node.unwrap_or_default().name, Source::Map))
        });
        // An old location says where the subscriber was, and not when within the hour.
        let old = map.details.as_ref().and_then(|details| details.location_age_min);
        if let Some(place) = place.filter(|_| old.is_none_or(|minutes| minutes < 5)) {
            self.confirm(waiting.subscriber, waiting.domain, place);
        }
    }

    fn cap(&mut self, network: &Network, event: &Event, cap: &Map) -> Option<Sighting> {
        if cap.component.as_deref()? != "invoke" {
            return None;
        }
        // TS 29.078 §6.1: the first report of a call, a message, a session; and what answers it.
        match cap.opcode? {
            0 | 60 | 78 => {}
            20 | 23 | 31 | 35 | 62 | 63 | 65 | 71 | 75 | 81 | 88 if !self.waiting.is_empty() => {
                let peer = cap.called.as_ref().and_then(digits);
                let waits = self.hasher.hash_one(("cap", cap.dtid.as_deref(), peer));
                if let Some(waiting) = self.waiting.remove(&waits)
                    && let Some(place) = waiting.place
                {
                    self.confirm(waiting.subscriber, waiting.domain, place);
                }
                return None;
            }
            _ => return None,
        }
        let subscriber = self.subscriber(cap)?;
        let sender = self.title(network, cap.calling.as_ref());
        let cell = cap.call.as_ref().and_then(|call| call.location_plmn);
        let serving = match cell.map(|plmn| network.network_of_plmn(plmn)) {
            Some(known) => Node { network: known, ..sender },
            None => sender,
        };
        let peer = cap.calling.as_ref().and_then(digits);
        let waits = self.hasher.hash_one(("cap", cap.otid.as_deref(), peer));
        let domain = if cap.opcode == Some(78) { Domain::Packet } else { Domain::Circuit };
        let _ = event;
        let (act, source) = (Act::Calls, Source::Cap);
        Some(self.sighted(subscriber, act, domain, source, serving, sender.network, Some(waits)))
    }

    fn diameter(
        &mut self,
        network: &Network,
        event: &Event,
        diameter: &Diameter,
    ) -> Option<Sighting> {
        // S6a and S6d (TS 29.272 §7.1.8), and location reports of SLg (TS 29.172).
        if !matches!(diameter.application_id, 16_777_251 | 16_777_255) {
            return None;
        }
        if !diameter.request {
            self.diameter_answer(diameter);
            return None;
        }
        let act = match diameter.command_code {
            316 => Act::Registers,
            318 => Act::AsksVectors,
            321 => Act::Purges,
            323 | 8_388_621 => Act::Acts,
            317 => {
                self.cancel(network, diameter);
                return None;
            }
            _ => return None,
        };
        let imsi = diameter.imsi?;
        let subscriber = key(&imsi, false);
        let realm = diameter.origin_realm.as_deref().or(diameter.origin_host.as_deref());
        let sender = realm.map(|realm| self.node(network, Kind::Realm, realm)).unwrap_or_default();
        let host = diameter.origin_host.as_deref();
        let host = host.map(|host| self.node(network, Kind::Realm, host)).unwrap_or_default();
        let visited = diameter.visited_plmn.map(|plmn| network.network_of_plmn(plmn));
        let serving = Node { network: visited.unwrap_or(sender.network), name: host.name };
        let waits = (act == Act::Registers)
            .then(|| self.hasher.hash_one(("diameter", event.frame, diameter.end_to_end_id)));
        let (domain, source) = (Domain::Packet, Source::Diameter);
        Some(self.sighted(subscriber, act, domain, source, serving, sender.network, waits))
    }

    fn diameter_answer(&mut self, diameter: &Diameter) {
        if diameter.command_code != 316 || self.waiting.is_empty() {
            return;
        }
        let Some(request) = diameter.request_frame else { return };
        let waits = self.hasher.hash_one(("diameter", request, diameter.end_to_end_id));
        let Some(waiting) = self.waiting.remove(&waits) else { return };
        if matches!(diameter.outcome, Some(Outcome::Answered | Outcome::AnsweredWithData))
            && let Some(place) = waiting.place
        {
            if let Some(msisdn) = &diameter.msisdn {
                self.numbers.insert(key(msisdn, true), waiting.subscriber);
            }
            self.confirm(waiting.subscriber, waiting.domain, place);
        }
    }

    /// The home network tells a serving node that the subscriber has left.
    fn cancel(&mut self, network: &Network, diameter: &Diameter) {
        let Some(imsi) = &diameter.imsi else { return };
        let realm = |realm: Option<&str>, hasher: &mut Self| {
            realm.map(|realm| hasher.node(network, Kind::Realm, realm).network).unwrap_or_default()
        };
        let sender = realm(diameter.origin_realm.as_deref(), self);
        let target = realm(diameter.destination_realm.as_deref(), self);
        if is_home_of(network, sender, imsi)
            && target != NetworkId::Unknown
            && let Some(known) = self.subscribers.get_mut(&key(imsi, false))
        {
            known.cancelled(target);
        }
    }

    fn gtp(&mut self, network: &Network, event: &Event, gtp: &Gtp) -> Option<Sighting> {
        // Create PDP Context (TS 29.060 §7.3.1), Create Session (TS 29.274 §7.2.1).
        match (gtp.version, gtp.message_type) {
            (0 | 1, 16) | (2, 32) => {}
            (0 | 1, 17) | (2, 33) => {
                self.gtp_answer(gtp);
                return None;
            }
            _ => return None,
        }
        if gtp.duplicate {
            return None;
        }
        let subscriber = key(gtp.imsi.as_ref()?, false);
        let peer = event.ends.map(|ends| ends.src_ip);
        let sender =
            peer.map(|ip| network.network_of_owner(network.owner_of_ip(ip))).unwrap_or_default();
        let told = gtp.serving_network.or(gtp.uli_plmn).or(gtp.rai_plmn);
        let told = told.map(|plmn| network.network_of_plmn(plmn));
        let name = peer.map_or(0, |ip| low(self.hasher.hash_one(ip)));
        if let Some(ip) = peer
            && self.names.peek(&name).is_none()
        {
            self.names.insert(name, CompactString::from(ip.to_string()));
        }
        let serving = Node { network: told.unwrap_or(sender), name };
        let waits = self.hasher.hash_one(("gtp", event.frame));
        let (act, domain, source) = (Act::OpensSession, Domain::Packet, Source::Gtp);
        let mut sighting =
            self.sighted(subscriber, act, domain, source, serving, sender, Some(waits));
        sighting.msisdn = gtp.msisdn.as_ref().map(|msisdn| key(msisdn, true));
        Some(sighting)
    }

    fn gtp_answer(&mut self, gtp: &Gtp) {
        let Some(request) = gtp.request_frame.filter(|_| !self.waiting.is_empty()) else { return };
        let waits = self.hasher.hash_one(("gtp", request));
        let Some(waiting) = self.waiting.remove(&waits) else { return };
        if matches!(gtp.outcome, Some(Outcome::Answered | Outcome::AnsweredWithData))
            && let Some(place) = waiting.place
        {
            if let Some(msisdn) = waiting.msisdn {
                self.numbers.insert(msisdn, waiting.subscriber);
            }
            self.confirm(waiting.subscriber, waiting.domain, place);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of what it makes")]
    fn sighted(
        &mut self,
        subscriber: u64,
        act: Act,
        domain: Domain,
        source: Source,
        serving: Node,
        sender: NetworkId,
        waits: Option<u64>,
    ) -> Sighting {
        let slot = self.subscribers.peek_slot(&subscriber);
        let known = slot.and_then(|slot| self.subscribers.at(slot)).copied();
        Sighting {
            act,
            domain,
            source,
            serving,
            sender,
            known,
            subscriber,
            slot,
            waits,
            msisdn: None,
        }
    }

    fn confirm(&mut self, subscriber: u64, domain: Domain, place: Place) {
        let (known, _) = self.subscribers.entry(&subscriber, Known::default);
        let old = *known.domain(domain);
        match old {
            // Later news came in between.
            Some(old) if old.at_secs > place.at_secs && old.network == place.network => {}
            _ => known.moved(domain, place),
        }
    }

    fn subscriber(&self, map: &Map) -> Option<u64> {
        match (&map.imsi, &map.msisdn) {
            (Some(imsi), _) => Some(key(imsi, false)),
            (None, Some(msisdn)) => self.numbers.peek(&key(msisdn, true)).copied(),
            (None, None) => None,
        }
    }

    fn request_of_map(&self, frame: u64, tid: Option<&str>, invoke: Option<i64>) -> u64 {
        self.hasher.hash_one((frame, tid, invoke))
    }

    fn title(&mut self, network: &Network, address: Option<&SccpAddress>) -> Node {
        match address.and_then(digits) {
            Some(digits) => self.node(network, Kind::Title, digits),
            None => Node::default(),
        }
    }

    /// Whose node a name is. Names come again and again, so the last ones are remembered.
    fn node(&mut self, network: &Network, kind: Kind, name: &str) -> Node {
        if name.len() > MAX_NAME {
            return Node::default();
        }
        let hash = self.hasher.hash_one((kind, name));
        let place = usize::try_from(hash % LATELY as u64).unwrap_or(0);
        if let Some(Some(known)) = self.lately.get(place)
            && known.hash == hash
        {
            return known.node;
        }
        let (network, text) = match kind {
            Kind::Title => (network.network_of_gt(name), CompactString::from(name)),
            Kind::Realm => {
                let lower = name.trim_end_matches('.').to_ascii_lowercase();
                (network.network_of_realm(&lower), CompactString::from(lower))
            }
        };
        let node = Node { network, name: low(self.hasher.hash_one((kind, text.as_str()))) };
        if self.names.peek(&node.name).is_none() {
            self.names.insert(node.name, text);
        }
        if let Some(slot) = self.lately.get_mut(place) {
            *slot = Some(Resolved { hash, node });
        }
        node
    }
}

/// What kind of name names a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Title,
    Realm,
}

/// Digits of a title that is a node's.
fn digits(address: &SccpAddress) -> Option<&str> {
    address.gt.as_ref().map(|gt| gt.digits.as_str()).filter(|digits| !digits.is_empty())
}

fn low(hash: u64) -> u32 {
    u32::try_from(hash >> 32).unwrap_or_default()
}

/// A pseudonym is a keyed hash already. Where identities are revealed the digits stand for themselves.
fn key(subscriber: &Subscriber, is_number: bool) -> u64 {
    let own = subscriber
        .pseudonym
        .unwrap_or_else(|| subscriber.prefix.value().wrapping_mul(0x9e37_79b9_7f4a_7c15));
    own ^ if is_number { 0x5555_aaaa_3333_cccc } else { 0 }
}

/// Whether the network is the subscriber's home; without a description the country has to do.
fn is_home_of(network: &Network, sender: NetworkId, imsi: &Subscriber) -> bool {
    let Some(plmn) = imsi.plmn() else { return false };
    let home = network.network_of_plmn(plmn);
    if sender == home {
        return true;
    }
    let (own, other) = (network.country_of(sender), network.country_of(home));
    // Two that are described are two; a number that is not tells only its country.
    matches!(sender, NetworkId::Country(_)) && own.is_some() && own == other
}

#[cfg(test)]
#[path = "whereabouts_tests.rs"]
mod tests;
