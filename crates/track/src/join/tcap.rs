//! Dialogues of TCAP: which request a result, an error or an abort answers.
//!
//! Spec: ITU-T Q.774 §3.2.2: a message names the transaction of the side that it is for; that side is known by its address.
//! The answer to the opening message may come from another address than that was sent to. ANSI T1.114 names its messages
//! otherwise and means the same. A message that is relayed is seen on several links: one dialogue, with a leg on each.

use std::collections::VecDeque;
use std::time::Duration;

use ahash::RandomState;
use event::{
    Capped, Endpoints, Map, Name, Outcome, PointCode, Sccp, SccpAddress, Slot, Subscriber,
    TableCount, Timestamp,
};
use smallvec::SmallVec;

use super::ledger::{Ledger, Pair, Peer, Protocol};

/// Requests of one dialogue that are remembered; as many components as a message may have.
const MAX_INVOKES: usize = 16;
/// Links on which one message is looked for again.
const MAX_LEGS: usize = 4;
/// Names under which the sides of one dialogue are known: title and point code, on each leg.
const MAX_OWNERS: usize = 8;
/// Dialogues that have ended are known for a while, so that the last message is recognised on its next link.
const MAX_ENDED: usize = 4_096;
const AFTERMATH: Duration = Duration::from_secs(10);

/// What a message does to its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Begins,
    GoesOn,
    Ends,
    Aborts,
    Stands,
}

impl Kind {
    /// By its name in Q.773 or in T1.114.
    fn of(message: &str) -> Self {
        match message {
            "begin" | "queryWithPermission" | "queryWithoutPermission" => Self::Begins,
            "continue" | "conversationWithPermission" | "conversationWithoutPermission" => {
                Self::GoesOn
            }
            "end" | "response" => Self::Ends,
            "abort" => Self::Aborts,
            _ => Self::Stands,
        }
    }
}

/// A request as it was seen on one link.
#[derive(Clone, Copy, Debug)]
struct Leg {
    route: u64,
    frame: u64,
    at: Timestamp,
    answered: bool,
}

#[derive(Clone, Debug)]
struct Invoke {
    id: Option<i64>,
    by_opener: bool,
    opcode: Option<i64>,
    operation: Option<Name>,
    legs: SmallVec<[Leg; 1]>,
}

/// Whether the opening message that is being read was read before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    No,
    /// On another link.
    Relayed,
    /// On the same link.
    Retransmitted,
}

#[derive(Debug)]
struct Dialogue {
    number: u64,
    user: Name,
    /// The application context that it was opened in.
    context: Option<Name>,
    /// Whom the opening message named.
    imsi: Option<Subscriber>,
    /// Frame of the message that was read last, so that its components are seen as one message.
    frame: u64,
    again: Again,
    begun: Timestamp,
    last: Timestamp,
    pair: Pair,
    /// The opening message was not seen.
    midway: bool,
    /// The side that did not open it has spoken.
    heard: bool,
    ended: bool,
    /// Links on which the opening message was seen.
    routes: SmallVec<[u64; 2]>,
    owners: SmallVec<[u64; 4]>,
    invokes: SmallVec<[Invoke; 1]>,
}

/// One side of a dialogue.
#[derive(Clone, Copy, Debug)]
struct Owner {
    slot: Slot,
    number: u64,
    opener: bool,
}

/// A message on its way: when and where.
#[derive(Clone, Copy, Debug)]
struct Seen {
    at: Timestamp,
    frame: u64,
    route: u64,
    kind: Kind,
}

/// All open dialogues.
pub(super) struct Dialogues {
    hasher: RandomState,
    table: Capped<u64, Dialogue>,
    /// By transaction identity and whose it is.
    owners: Capped<u64, Owner>,
    ended: VecDeque<(Timestamp, Slot, u64)>,
    idle: Duration,
    next: u64,
}

impl Dialogues {
    pub(super) fn new(cap: usize, idle: Duration) -> Self {
        Self {
            hasher: RandomState::new(),
            table: Capped::new("tcap dialogues", cap),
            owners: Capped::new("tcap transactions", cap.saturating_mul(4)),
            ended: VecDeque::new(),
            idle,
            next: 0,
        }
    }

    pub(super) fn on_component(
        &mut self,
        at: Timestamp,
        frame: u64,
        ends: Option<&Endpoints>,
        map: &mut Map,
        ledger: &mut Ledger,
    ) {
        let kind = Kind::of(&map.message);
        if kind == Kind::Stands {
            return;
        }
        let seen = Seen { at, frame, route: route(ends, map), kind };
        let found = match kind {
            Kind::Begins => self.begin(seen, ends, map, ledger),
            _ => self.find(ends, map).or_else(|| self.midway(seen, ends, map, ledger)),
        };
        let Some((slot, from_opener)) = found else { return };
        if kind == Kind::GoesOn {
            self.own(slot, from_opener, ends, map);
        }
        let Some(dialogue) = self.table.touch(slot) else { return };
        dialogue.last = at;
        dialogue.frame = frame;
        if map.user == "unknown" {
            map.user = dialogue.user.clone();
        } else if dialogue.user == "unknown" {
            dialogue.user = map.user.clone();
        }
        if !from_opener && !dialogue.heard && !dialogue.midway {
            dialogue.heard = true;
            let refused = kind == Kind::Aborts
                || matches!(map.component.as_deref(), Some("returnError" | "reject"));
            ledger.answered(Protocol::Tcap, dialogue.pair, refused, at.since(dialogue.begun));
        }
        dialogue.component(seen, from_opener, map);
        if map.component_index == 0 {
            if map.duplicate {
                ledger.duplicate(Protocol::Tcap);
            }
            if map.request_unseen {
                ledger.unseen(Protocol::Tcap, pair(ends, map).reversed());
            }
        }
        let is_last = map.component_index + 1 >= map.component_count;
        if is_last && matches!(kind, Kind::Ends | Kind::Aborts) && !dialogue.ended {
            dialogue.ended = true;
            self.ended.push_back((at, slot, dialogue.number));
            if self.ended.len() > MAX_ENDED {
                self.forget_ended(ledger);
            }
        }
    }

    /// The network gave an opening message back: nobody read it. Anybody can say so, so that the dialogue stays open and
    /// an answer that comes all the same finds its request.
    pub(super) fn on_returned(
        &mut self,
        at: Timestamp,
        ends: Option<&Endpoints>,
        sccp: &mut Sccp,
        ledger: &mut Ledger,
    ) {
        let Some(otid) = &sccp.otid else { return };
        // It comes back to where the message came from.
        let own = self.owner(otid, sccp.called.as_ref(), sccp.dpc, ends.map(|ends| ends.dest_ip));
        let found = own.iter().find_map(|key| self.owners.get(key).copied());
        let Some(owner) = found.filter(|owner| owner.opener) else { return };
        let Some(dialogue) = self.table.at_mut(owner.slot) else { return };
        if dialogue.number != owner.number || dialogue.midway {
            return;
        }
        sccp.outcome = Some(Outcome::Refused);
        sccp.request =
            dialogue.invokes.first().and_then(|invoke| invoke.legs.first()).map(|leg| leg.frame);
        if !dialogue.heard {
            dialogue.heard = true;
            ledger.answered(Protocol::Tcap, dialogue.pair, true, at.since(dialogue.begun));
        }
    }

    pub(super) fn tick(&mut self, now: Timestamp, ledger: &mut Ledger) {
        while self.ended.front().is_some_and(|(at, ..)| now.since(*at) >= AFTERMATH) {
            self.forget_ended(ledger);
        }
        while self.table.oldest().is_some_and(|(_, dialogue)| now.since(dialogue.last) >= self.idle)
        {
            if let Some((_, dialogue)) = self.table.pop_oldest() {
                self.close(dialogue, ledger);
            }
        }
    }

    pub(super) fn count(&self) -> TableCount {
        self.table.count()
    }

    /// The dialogue that an opening message opens, or that it opened when it was seen before.
    fn begin(
        &mut self,
        seen: Seen,
        ends: Option<&Endpoints>,
        map: &Map,
        ledger: &mut Ledger,
    ) -> Option<(Slot, bool)> {
        let otid = map.otid.as_ref()?;
        let owners = self.owner(otid, map.calling.as_ref(), map.opc, ends.map(|ends| ends.src_ip));
        let known = owners.first().and_then(|owner| self.owners.get(owner)).copied();
        if let Some(owner) = known.filter(|owner| owner.opener)
            && let Some(dialogue) = self.table.at_mut(owner.slot)
            && dialogue.number == owner.number
        {
            if map.component_index > 0 && dialogue.frame == seen.frame {
                return Some((owner.slot, true));
            }
            if map.component_index == 0 && dialogue.is_opened_by(seen.at, self.idle, map) {
                dialogue.again = if dialogue.routes.contains(&seen.route) {
                    Again::Retransmitted
                } else {
                    Again::Relayed
                };
                if dialogue.again == Again::Relayed && dialogue.routes.len() < MAX_LEGS {
                    dialogue.routes.push(seen.route);
                }
                let (slot, number) = (owner.slot, owner.number);
                self.add_owners(slot, number, true, &owners);
                return Some((slot, true));
            }
            // The transaction's number is used again.
            if let Some((_, old)) = self.table.take(owner.slot) {
                self.close(old, ledger);
            }
        }
        ledger.asked(Protocol::Tcap);
        let dialogue = Dialogue::new(self.next, seen, pair(ends, map), map);
        Some((self.open(dialogue, &owners), true))
    }

    /// The dialogue of a message whose opening was not seen. One that goes on is known from here.
    fn midway(
        &mut self,
        seen: Seen,
        ends: Option<&Endpoints>,
        map: &mut Map,
        ledger: &mut Ledger,
    ) -> Option<(Slot, bool)> {
        if seen.kind != Kind::GoesOn {
            map.outcome = outcome(map);
            let is_answer =
                map.component.as_deref().is_none_or(|component| !component.starts_with("invoke"));
            if map.dtid.is_some() && is_answer {
                map.request_unseen = true;
                if map.component_index == 0 {
                    ledger.unseen(Protocol::Tcap, pair(ends, map).reversed());
                }
            }
            return None;
        }
        let (otid, dtid) = map.otid.as_ref().zip(map.dtid.as_ref())?;
        let own = self.owner(otid, map.calling.as_ref(), map.opc, ends.map(|ends| ends.src_ip));
        let others = self.owner(dtid, map.called.as_ref(), map.dpc, ends.map(|ends| ends.dest_ip));
        let mut dialogue = Dialogue::new(self.next, seen, pair(ends, map), map);
        dialogue.midway = true;
        let number = dialogue.number;
        let slot = self.open(dialogue, &own);
        self.add_owners(slot, number, false, &others);
        Some((slot, true))
    }

    /// The dialogue that a message belongs to, and whether the side that opened it sent it.
    fn find(&mut self, ends: Option<&Endpoints>, map: &Map) -> Option<(Slot, bool)> {
        let dtid = map.dtid.as_ref()?;
        for key in self.owner(dtid, map.called.as_ref(), map.dpc, ends.map(|ends| ends.dest_ip)) {
            if let Some(owner) = self.owners.get(&key)
                && self.table.at(owner.slot).is_some_and(|known| known.number == owner.number)
            {
                return Some((owner.slot, !owner.opener));
            }
        }
        None
    }

    /// A message that goes on names the transaction of its sender too.
    fn own(&mut self, slot: Slot, opener: bool, ends: Option<&Endpoints>, map: &Map) {
        let Some(otid) = &map.otid else { return };
        let owners = self.owner(otid, map.calling.as_ref(), map.opc, ends.map(|ends| ends.src_ip));
        if let Some(number) = self.table.at(slot).map(|dialogue| dialogue.number) {
            self.add_owners(slot, number, opener, &owners);
        }
    }

    fn open(&mut self, dialogue: Dialogue, owners: &[u64]) -> Slot {
        let number = dialogue.number;
        self.next += 1;
        let (slot, gone) = self.table.put(number, dialogue);
        // Pushed out by the cap, nobody knows what became of it: the table's counter says so.
        if let Some((_, gone)) = gone {
            self.forget(&gone);
        }
        self.add_owners(slot, number, true, owners);
        slot
    }

    fn add_owners(&mut self, slot: Slot, number: u64, opener: bool, owners: &[u64]) {
        let Some(dialogue) = self.table.at_mut(slot) else { return };
        for owner in owners {
            if !dialogue.owners.contains(owner) && dialogue.owners.len() < MAX_OWNERS {
                dialogue.owners.push(*owner);
                self.owners.insert(*owner, Owner { slot, number, opener });
            }
        }
    }

    fn forget_ended(&mut self, ledger: &mut Ledger) {
        let Some((_, slot, number)) = self.ended.pop_front() else { return };
        if self.table.at(slot).is_some_and(|dialogue| dialogue.number == number)
            && let Some((_, dialogue)) = self.table.take(slot)
        {
            self.close(dialogue, ledger);
        }
    }

    fn close(&mut self, dialogue: Dialogue, ledger: &mut Ledger) {
        if !dialogue.heard && !dialogue.midway {
            ledger.unanswered(Protocol::Tcap, dialogue.pair);
        }
        self.forget(&dialogue);
    }

    fn forget(&mut self, dialogue: &Dialogue) {
        for owner in &dialogue.owners {
            if self.owners.peek(owner).is_some_and(|owner| owner.number == dialogue.number) {
                self.owners.remove(owner);
            }
        }
    }

    /// A transaction of a node: by its global title, and by its point code where titles change on the way; by its address
    /// where there is neither.
    fn owner(
        &self,
        tid: &str,
        address: Option<&SccpAddress>,
        pc: Option<PointCode>,
        ip: Option<std::net::IpAddr>,
    ) -> SmallVec<[u64; 2]> {
        let mut owners = SmallVec::new();
        if let Some(gt) = address.and_then(|address| address.gt.as_ref()) {
            owners.push(self.hasher.hash_one((tid, &gt.digits, &gt.subscriber)));
        }
        let own = address.filter(|address| address.route_on_ssn).and_then(|address| address.pc);
        match own.or(pc) {
            Some(pc) => owners.push(self.hasher.hash_one((tid, pc))),
            None if owners.is_empty() => owners.push(self.hasher.hash_one((tid, ip))),
            None => {}
        }
        owners
    }
}

impl Dialogue {
    fn new(number: u64, seen: Seen, pair: Pair, map: &Map) -> Self {
        Self {
            number,
            user: map.user.clone(),
            context: map.application_context.clone(),
            imsi: map.imsi,
            frame: seen.frame,
            again: Again::No,
            begun: seen.at,
            last: seen.at,
            pair,
            midway: false,
            heard: false,
            ended: false,
            routes: SmallVec::from_slice(&[seen.route]),
            owners: SmallVec::new(),
            invokes: SmallVec::new(),
        }
    }

    /// Whether an opening message is the one that opened it: nobody has answered, and it asks for the same.
    fn is_opened_by(&self, at: Timestamp, idle: Duration, map: &Map) -> bool {
        if self.heard || self.ended || at.since(self.begun) >= idle {
            return false;
        }
        match self.invokes.first() {
            Some(first) => first.id == map.invoke_id && first.opcode == map.opcode,
            None => map.component.is_none(),
        }
    }

    fn component(&mut self, seen: Seen, from_opener: bool, map: &mut Map) {
        match map.component.as_deref() {
            Some(component) if component.starts_with("invoke") => {
                if seen.kind != Kind::Begins {
                    self.holds_against_opening(from_opener, map);
                }
                self.invoke(seen, from_opener, map);
            }
            Some(component) => {
                let is_last = !component.ends_with("NotLast");
                map.outcome = outcome(map);
                let id = map.invoke_id;
                // A reject need not know what it rejects.
                let fits = |invoke: &&mut Invoke| {
                    invoke.by_opener != from_opener
                        && (invoke.id == id || id.is_none() && invoke.is_open(seen.route))
                };
                match self.invokes.iter_mut().rev().find(fits) {
                    Some(invoke) => invoke.answer(seen, is_last, map),
                    None => map.request_unseen = true,
                }
            }
            // An abort refuses what is open; an end without components is the answer to what needs no other.
            None => self.bare(seen, from_opener, map),
        }
    }

    /// A later message need not name the context nor, in MAP, the subscriber again: what the opening message said holds. An
    /// operation of another context slips past whoever looks at opening messages alone, in a later dialogue portion too.
    fn holds_against_opening(&self, from_opener: bool, map: &mut Map) {
        if self.midway || map.user != self.user {
            return;
        }
        if from_opener && map.imsi.is_none() && map.msisdn.is_none() && map.user == "map" {
            map.imsi = self.imsi;
        }
        let Some((context, opcode)) = self.context.as_deref().zip(map.opcode) else { return };
        let known = wire::map::context_of_dotted(context);
        if known.is_some_and(|known| wire::map::belongs(&known, opcode) == Some(false)) {
            map.dialogue_context = self.context.clone();
            let field = "map.operation";
            if !map.anomalies.iter().any(|noted| noted == field) {
                map.anomalies.push(field.into());
            }
        }
    }

    fn invoke(&mut self, seen: Seen, from_opener: bool, map: &mut Map) {
        let leg = Leg { route: seen.route, frame: seen.frame, at: seen.at, answered: false };
        let again = if seen.kind == Kind::Begins { self.again } else { Again::Relayed };
        if again == Again::Retransmitted {
            map.duplicate = true;
            return;
        }
        if again == Again::Relayed {
            let earlier = self.invokes.iter_mut().find(|invoke| {
                invoke.by_opener == from_opener
                    && invoke.id == map.invoke_id
                    && invoke.opcode == map.opcode
                    && invoke.legs.len() < MAX_LEGS
                    && invoke.legs.iter().all(|leg| leg.route != seen.route && !leg.answered)
            });
            if let Some(invoke) = earlier {
                invoke.legs.push(leg);
                return;
            }
        }
        if self.invokes.len() < MAX_INVOKES {
            self.invokes.push(Invoke {
                id: map.invoke_id,
                by_opener: from_opener,
                opcode: map.opcode,
                operation: map.operation.clone(),
                legs: SmallVec::from_buf([leg]),
            });
        }
    }

    fn bare(&mut self, seen: Seen, from_opener: bool, map: &mut Map) {
        match seen.kind {
            Kind::Begins => map.duplicate = self.again == Again::Retransmitted,
            Kind::Ends | Kind::Aborts => {
                let mut open = self
                    .invokes
                    .iter_mut()
                    .filter(|invoke| invoke.by_opener != from_opener && invoke.is_open(seen.route));
                let Some(invoke) = open.next() else {
                    map.duplicate = self.ended;
                    return;
                };
                if seen.kind == Kind::Aborts {
                    map.outcome = Some(Outcome::Refused);
                    map.invoke_id = invoke.id;
                } else {
                    map.outcome = Some(Outcome::Answered);
                }
                invoke.answer(seen, true, map);
                for invoke in open {
                    if let Some(leg) = invoke.leg(seen.route) {
                        leg.answered = true;
                    }
                }
            }
            Kind::GoesOn | Kind::Stands => {}
        }
    }
}

impl Invoke {
    /// As it was seen on this link; else as it was seen first.
    fn leg(&mut self, route: u64) -> Option<&mut Leg> {
        let place = self.legs.iter().position(|leg| leg.route == route).unwrap_or(0);
        self.legs.get_mut(place)
    }

    /// Nobody answered it on this link.
    fn is_open(&self, route: u64) -> bool {
        let leg = self.legs.iter().find(|leg| leg.route == route).or_else(|| self.legs.first());
        leg.is_some_and(|leg| !leg.answered)
    }

    /// Writes the request on its answer.
    fn answer(&mut self, seen: Seen, is_last: bool, map: &mut Map) {
        if let Some(leg) = self.leg(seen.route) {
            map.duplicate = leg.answered;
            leg.answered |= is_last;
            map.request = Some(leg.frame);
            map.round_trip_us = u64::try_from(seen.at.since(leg.at).as_micros()).ok();
        }
        if map.opcode.is_none() {
            map.opcode = self.opcode;
        }
        if map.operation.is_none() {
            map.operation = self.operation.clone();
        }
    }
}

/// What an answer says of what it answers.
fn outcome(map: &Map) -> Option<Outcome> {
    match map.component.as_deref()? {
        component if component.starts_with("invoke") => None,
        component if !component.starts_with("returnResult") => Some(Outcome::Refused),
        _ if map.returned.is_empty() => Some(Outcome::Answered),
        _ => Some(Outcome::AnsweredWithData),
    }
}

/// Sender and receiver.
fn pair(ends: Option<&Endpoints>, map: &Map) -> Pair {
    let code = |code: Option<PointCode>| code.map_or(Peer::Nobody, Peer::Code);
    match ends {
        Some(ends) => Pair::of_request(ends),
        None => Pair { asker: code(map.opc), asked: code(map.dpc) },
    }
}

/// The link that a message was seen on, the same in both directions. Who makes two links the same gains nothing: a relayed
/// message is then called a retransmission.
fn route(ends: Option<&Endpoints>, map: &Map) -> u64 {
    let mix = |word: u64| word.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23);
    let ip = |ip: std::net::IpAddr| match ip {
        std::net::IpAddr::V4(v4) => mix(u64::from(v4.to_bits())),
        std::net::IpAddr::V6(v6) => {
            let [high, low] = [v6.to_bits() >> 64, v6.to_bits() & u128::from(u64::MAX)]
                .map(|half| u64::try_from(half).unwrap_or(0));
            mix(high ^ low.rotate_left(17))
        }
    };
    let code = |code: Option<PointCode>| code.map_or(1, |code| mix(u64::from(code.0) << 32 | 7));
    let addresses = ends.map_or(0, |ends| ip(ends.src_ip).wrapping_add(ip(ends.dest_ip)));
    addresses.wrapping_add(code(map.opc)).wrapping_add(code(map.dpc))
}
