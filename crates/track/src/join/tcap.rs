//! Dialogues of TCAP: which request a result, an error or an abort answers.
//!
//! Spec: ITU-T Q.774 §3.2.2: a message names the transaction of the side that it is for; that side is known by its address.

use ahash::RandomState;
use std::time::Duration;

use event::{Capped, Map, Name, Outcome, PointCode, SccpAddress, TableCount, Timestamp};
use smallvec::SmallVec;

use crate::counters::JoinCounters;

/// Requests of one dialogue that are remembered; as many components as a message may have.
const MAX_INVOKES: usize = 16;

#[derive(Clone, Debug)]
struct Invoke {
    id: Option<i64>,
    by_opener: bool,
    opcode: Option<i64>,
    operation: Option<Name>,
    frame: u64,
    answered: bool,
}

#[derive(Debug)]
struct Dialogue {
    user: Name,
    /// Frame of the message that was read last, so that its components are seen as one message.
    frame: u64,
    last: Timestamp,
    invokes: SmallVec<[Invoke; 1]>,
}

/// All open dialogues.
pub(super) struct Dialogues {
    hasher: RandomState,
    table: Capped<u64, Dialogue>,
    /// By transaction identity and its owner: the dialogue, and whether the owner opened it.
    owners: Capped<u64, (u64, bool)>,
    idle: Duration,
    next: u64,
}

impl Dialogues {
    pub(super) fn new(cap: usize, idle: Duration) -> Self {
        Self {
            hasher: RandomState::new(),
            table: Capped::new("tcap dialogues", cap),
            owners: Capped::new("tcap transactions", cap.saturating_mul(4)),
            idle,
            next: 0,
        }
    }

    pub(super) fn on_component(
        &mut self,
        at: Timestamp,
        frame: u64,
        map: &mut Map,
        counters: &mut JoinCounters,
    ) {
        let opens = map.message == "begin";
        let found = if opens { self.begin(at, frame, map, counters) } else { self.find(map) };
        let Some((id, from_opener)) = found else { return };
        if map.message == "continue"
            && let Some(otid) = &map.otid
        {
            for owner in self.owner(otid, map.calling.as_ref(), map.opc) {
                self.owners.insert(owner, (id, from_opener));
            }
        }
        let Some(dialogue) = self.table.get_mut(&id) else { return };
        dialogue.last = at;
        dialogue.frame = frame;
        if map.user == "unknown" {
            map.user = dialogue.user.clone();
        }
        dialogue.component(frame, from_opener, map);
        let is_last = map.component_index + 1 >= map.component_count;
        if is_last && matches!(map.message.as_ref(), "end" | "abort") {
            let unanswered = dialogue.invokes.iter().any(|invoke| !invoke.answered);
            counters.unanswered += u64::from(unanswered);
            self.table.remove(&id);
        }
    }

    pub(super) fn tick(&mut self, now: Timestamp, counters: &mut JoinCounters) {
        while self.table.oldest().is_some_and(|(_, dialogue)| now.since(dialogue.last) >= self.idle)
        {
            if let Some((_, dialogue)) = self.table.pop_oldest() {
                let unanswered = dialogue.invokes.iter().any(|invoke| !invoke.answered);
                counters.unanswered += u64::from(unanswered);
            }
        }
    }

    pub(super) fn count(&self) -> TableCount {
        self.table.count()
    }

    /// The dialogue that a begin opens; the second component of the same message finds the one of the first.
    fn begin(
        &mut self,
        at: Timestamp,
        frame: u64,
        map: &Map,
        counters: &mut JoinCounters,
    ) -> Option<(u64, bool)> {
        let otid = map.otid.as_ref()?;
        let owners = self.owner(otid, map.calling.as_ref(), map.opc);
        if map.component_index > 0
            && let Some((id, true)) =
                owners.first().and_then(|owner| self.owners.get(owner)).copied()
            && self.table.peek(&id).is_some_and(|dialogue| dialogue.frame == frame)
        {
            return Some((id, true));
        }
        let id = self.next;
        self.next += 1;
        counters.dialogues += 1;
        let dialogue =
            Dialogue { user: map.user.clone(), frame, last: at, invokes: SmallVec::new() };
        self.table.insert(id, dialogue);
        for owner in owners {
            self.owners.insert(owner, (id, true));
        }
        Some((id, true))
    }

    /// The dialogue that a message belongs to, and whether the side that opened it sent it.
    fn find(&mut self, map: &Map) -> Option<(u64, bool)> {
        let dtid = map.dtid.as_ref()?;
        for owner in self.owner(dtid, map.called.as_ref(), map.dpc) {
            if let Some((id, opener)) = self.owners.get(&owner).copied()
                && self.table.contains(&id)
            {
                return Some((id, !opener));
            }
        }
        None
    }

    /// A transaction of a node: by its global title, and by its point code where titles change on the way.
    fn owner(
        &self,
        tid: &str,
        address: Option<&SccpAddress>,
        pc: Option<PointCode>,
    ) -> SmallVec<[u64; 2]> {
        let mut owners = SmallVec::new();
        if let Some(gt) = address.and_then(|address| address.gt.as_ref()) {
            owners.push(self.hasher.hash_one((tid, &gt.digits, &gt.subscriber)));
        }
        if pc.is_some() || owners.is_empty() {
            let pc = address
                .filter(|address| address.route_on_ssn)
                .and_then(|address| address.pc)
                .or(pc);
            owners.push(self.hasher.hash_one((tid, pc)));
        }
        owners
    }
}

impl Dialogue {
    fn component(&mut self, frame: u64, from_opener: bool, map: &mut Map) {
        match map.component.as_deref() {
            Some("invoke") => {
                if self.invokes.len() < MAX_INVOKES {
                    self.invokes.push(Invoke {
                        id: map.invoke_id,
                        by_opener: from_opener,
                        opcode: map.opcode,
                        operation: map.operation.clone(),
                        frame,
                        answered: false,
                    });
                }
            }
            Some(_) => {
                let asked =
                    self.invokes.iter_mut().rev().find(|invoke| {
                        invoke.by_opener != from_opener && invoke.id == map.invoke_id
                    });
                map.outcome = Some(match map.component.as_deref() {
                    Some("returnResultLast" | "returnResultNotLast")
                        if !map.returned.is_empty() =>
                    {
                        Outcome::AnsweredWithData
                    }
                    Some("returnResultLast" | "returnResultNotLast") => Outcome::Answered,
                    _ => Outcome::Refused,
                });
                if let Some(invoke) = asked {
                    invoke.write(map);
                }
            }
            // An abort refuses what is open; an end without components is the answer to what needs no other.
            None => {
                let mut open = self
                    .invokes
                    .iter_mut()
                    .filter(|invoke| invoke.by_opener != from_opener && !invoke.answered);
                let Some(invoke) = open.next() else { return };
                match map.message.as_ref() {
                    "abort" => map.outcome = Some(Outcome::Refused),
                    "end" => map.outcome = Some(Outcome::Answered),
                    _ => return,
                }
                invoke.write(map);
                for invoke in open {
                    invoke.answered = true;
                }
            }
        }
    }
}

impl Invoke {
    /// Writes the request on its answer.
    fn write(&mut self, map: &mut Map) {
        self.answered = true;
        map.request = Some(self.frame);
        if map.opcode.is_none() {
            map.opcode = self.opcode;
        }
        if map.operation.is_none() {
            map.operation = self.operation.clone();
        }
    }
}
