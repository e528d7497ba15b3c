//! Requests of Diameter and their answers, hop by hop and across relays.
//!
//! Spec: RFC 6733 §3: an answer repeats the hop-by-hop identifier on its connection; the end-to-end identifier stays the
//! same over all hops, and so does the session, so that the legs of a relayed request are known as one transaction.

use std::collections::VecDeque;
use std::time::Duration;

use ahash::RandomState;
use event::{Capped, Diameter, Endpoints, Outcome, TableCount, Timestamp};
use smallvec::SmallVec;

use super::ledger::{Ledger, Pair, Peer, Protocol};

/// End-to-end identifier and command.
type Key = (u32, u32);

/// Commands whose answer is what was asked for (TS 29.272, TS 29.328, TS 29.338): a location that is now served, vectors,
/// user data, subscriber data, routing information.
const WITH_DATA: &[u32] = &[316, 318, 319, 306, 8_388_647, 8_388_622];
/// Hops at which one request is remembered.
const MAX_LEGS: usize = 8;

/// A request on one connection.
#[derive(Clone, Debug)]
struct Leg {
    connection: Option<u64>,
    hop_by_hop: u32,
    /// Hash of the session, or none where the command has no session.
    session: Option<u64>,
    at: Timestamp,
    frame: u64,
    answered: bool,
    /// It was seen here first; the other legs are the same transaction.
    first: bool,
    pair: Pair,
}

pub(super) struct Requests {
    hasher: RandomState,
    table: Capped<Key, SmallVec<[Leg; 1]>>,
    /// Answered ones, the oldest first: at most half of the table.
    answered: VecDeque<(Timestamp, Key)>,
    keep: usize,
    within: Duration,
}

impl Requests {
    pub(super) fn new(cap: usize, within: Duration) -> Self {
        Self {
            hasher: RandomState::new(),
            table: Capped::new("diameter requests", cap),
            answered: VecDeque::new(),
            keep: cap / 2,
            within,
        }
    }

    pub(super) fn on_message(
        &mut self,
        at: Timestamp,
        frame: u64,
        (connection, ends): (Option<u64>, Option<&Endpoints>),
        diameter: &mut Diameter,
        ledger: &mut Ledger,
    ) {
        let key = (diameter.end_to_end_id, diameter.command_code);
        if diameter.request {
            let session = diameter.session_id.as_ref().map(|id| self.hasher.hash_one(id));
            let leg = Leg {
                connection,
                hop_by_hop: diameter.hop_by_hop_id,
                session,
                at,
                frame,
                answered: false,
                first: true,
                pair: ends.map_or(NOBODY, Pair::of_request),
            };
            diameter.duplicate = self.ask(key, leg, diameter.retransmitted, ledger);
            return;
        }
        let outcome = outcome(diameter);
        diameter.outcome = Some(outcome);
        let legs = self.table.get_mut(&key);
        let leg = legs.and_then(|legs| {
            legs.iter_mut().find(|leg| {
                leg.hop_by_hop == diameter.hop_by_hop_id && leg.connection == connection
            })
        });
        let Some(leg) = leg else {
            diameter.request_unseen = true;
            ledger.unseen(Protocol::Diameter, ends.map_or(NOBODY, Pair::of_answer));
            return;
        };
        let took = at.since(leg.at);
        diameter.request_frame = Some(leg.frame);
        diameter.round_trip_us = u64::try_from(took.as_micros()).ok();
        if std::mem::replace(&mut leg.answered, true) {
            diameter.duplicate = true;
            ledger.duplicate(Protocol::Diameter);
            return;
        }
        if leg.first {
            ledger.answered(Protocol::Diameter, leg.pair, outcome == Outcome::Refused, took);
            self.answered.push_back((leg.at, key));
            if self.answered.len() > self.keep {
                self.forget_answered();
            }
        }
    }

    /// Takes a request in; true when it was seen before.
    fn ask(&mut self, key: Key, mut leg: Leg, retransmitted: bool, ledger: &mut Ledger) -> bool {
        let within = self.within;
        let (legs, _) = self.table.entry(&key, SmallVec::new);
        let at = leg.at;
        legs.retain(|earlier| {
            let keep = at.since(earlier.at) < within;
            if !keep && earlier.first && !earlier.answered {
                ledger.unanswered(Protocol::Diameter, earlier.pair);
            }
            keep
        });
        let same_hop = |earlier: &Leg| {
            earlier.connection == leg.connection && earlier.hop_by_hop == leg.hop_by_hop
        };
        if legs.iter().any(|earlier| same_hop(earlier) && earlier.session == leg.session) {
            ledger.duplicate(Protocol::Diameter);
            return true;
        }
        let mut same = legs
            .iter()
            .filter(|earlier| leg.session.is_some() && earlier.session == leg.session)
            .peekable();
        leg.first = same.peek().is_none();
        // Sent again: on the connection where it was seen, or on another one after that failed (§3, the T flag).
        let duplicate = same.any(|earlier| retransmitted || earlier.connection == leg.connection);
        if leg.first {
            ledger.asked(Protocol::Diameter);
        }
        if duplicate {
            ledger.duplicate(Protocol::Diameter);
        }
        if legs.len() >= MAX_LEGS {
            legs.remove(0);
        }
        legs.push(leg);
        duplicate
    }

    fn forget_answered(&mut self) {
        let Some((at, key)) = self.answered.pop_front() else { return };
        let done = |legs: &SmallVec<[Leg; 1]>| {
            legs.iter().all(|leg| leg.answered || !leg.first)
                && legs.iter().all(|leg| leg.at <= at || !leg.first)
        };
        if self.table.peek(&key).is_some_and(done) {
            self.table.remove(&key);
        }
    }

    pub(super) fn tick(&mut self, now: Timestamp, ledger: &mut Ledger) {
        while self.answered.front().is_some_and(|(at, _)| now.since(*at) >= self.within) {
            self.forget_answered();
        }
        let over =
            |legs: &SmallVec<[Leg; 1]>, within| legs.iter().all(|leg| now.since(leg.at) >= within);
        while self.table.oldest().is_some_and(|(_, legs)| over(legs, self.within)) {
            let Some((_, legs)) = self.table.pop_oldest() else { return };
            for leg in legs.iter().filter(|leg| leg.first && !leg.answered) {
                ledger.unanswered(Protocol::Diameter, leg.pair);
            }
        }
    }

    pub(super) fn count(&self) -> TableCount {
        self.table.count()
    }
}

const NOBODY: Pair = Pair { asker: Peer::Nobody, asked: Peer::Nobody };

fn outcome(diameter: &Diameter) -> Outcome {
    let result = diameter.result_code.or(diameter.experimental_result_code);
    match result {
        // RFC 6733 §7.1: 1xxx goes on, 2xxx is success.
        Some(1_000..=1_999) => Outcome::Answered,
        Some(2_000..=2_999) if WITH_DATA.contains(&diameter.command_code) => {
            Outcome::AnsweredWithData
        }
        Some(2_000..=2_999) => Outcome::Answered,
        Some(_) => Outcome::Refused,
        None if diameter.error_flag => Outcome::Refused,
        None => Outcome::Answered,
    }
}
