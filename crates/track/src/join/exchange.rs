//! Requests that wait for their answer, and those answered not long ago, so that what is sent again is known as such.

use std::collections::VecDeque;
use std::hash::Hash;
use std::time::Duration;

use event::{Capped, TableCount, Timestamp};

use super::ledger::{Ledger, Pair, Protocol};

/// A request.
#[derive(Debug)]
struct Exchange<R> {
    at: Timestamp,
    frame: u64,
    answered: bool,
    pair: Pair,
    kept: R,
}

/// What an answer learns from the table.
#[derive(Debug)]
pub(super) struct Found<'a, R> {
    /// Frame of the request.
    pub(super) frame: u64,
    pub(super) took: Duration,
    /// It was answered before.
    pub(super) duplicate: bool,
    pub(super) kept: &'a mut R,
}

/// The requests of one protocol.
#[derive(Debug)]
pub(super) struct Exchanges<K, R> {
    protocol: Protocol,
    table: Capped<K, Exchange<R>>,
    /// Answered ones in the order of their answers: at most half of the table, so that they never push out what waits.
    answered: VecDeque<(Timestamp, K)>,
    keep: usize,
    within: Duration,
}

impl<K: Hash + Eq + Clone, R> Exchanges<K, R> {
    pub(super) fn new(
        protocol: Protocol,
        name: &'static str,
        cap: usize,
        within: Duration,
    ) -> Self {
        Self {
            protocol,
            table: Capped::new(name, cap),
            answered: VecDeque::new(),
            keep: cap / 2,
            within,
        }
    }

    /// Takes a request in. False when it is one that was sent before and may still be answered.
    pub(super) fn ask(
        &mut self,
        ledger: &mut Ledger,
        (at, frame): (Timestamp, u64),
        key: K,
        pair: Pair,
        same: impl FnOnce(&R) -> bool,
        keep: impl FnOnce() -> R,
    ) -> bool {
        if let Some(earlier) = self.table.peek(&key) {
            if at.since(earlier.at) < self.within && same(&earlier.kept) {
                ledger.duplicate(self.protocol);
                return false;
            }
            if !earlier.answered {
                ledger.unanswered(self.protocol, earlier.pair);
            }
        }
        ledger.asked(self.protocol);
        self.table.insert(key, Exchange { at, frame, answered: false, pair, kept: keep() });
        true
    }

    /// The request that an answer answers; `fits` says whether it can be the one.
    pub(super) fn answer(
        &mut self,
        ledger: &mut Ledger,
        at: Timestamp,
        key: &K,
        refused: bool,
        fits: impl FnOnce(&R) -> bool,
    ) -> Option<Found<'_, R>> {
        let exchange = self.table.get_mut(key).filter(|exchange| fits(&exchange.kept))?;
        let took = at.since(exchange.at);
        let duplicate = exchange.answered;
        if duplicate {
            ledger.duplicate(self.protocol);
        } else {
            exchange.answered = true;
            ledger.answered(self.protocol, exchange.pair, refused, took);
            self.answered.push_back((exchange.at, key.clone()));
            if self.answered.len() > self.keep {
                self.forget_answered();
            }
        }
        let exchange = self.table.get_mut(key)?;
        Some(Found { frame: exchange.frame, took, duplicate, kept: &mut exchange.kept })
    }

    fn forget_answered(&mut self) {
        let Some((at, key)) = self.answered.pop_front() else { return };
        if self.table.peek(&key).is_some_and(|exchange| exchange.answered && exchange.at == at) {
            self.table.remove(&key);
        }
    }

    pub(super) fn tick(&mut self, now: Timestamp, ledger: &mut Ledger) {
        while self.answered.front().is_some_and(|(at, _)| now.since(*at) >= self.within) {
            self.forget_answered();
        }
        while self.table.oldest().is_some_and(|(_, waits)| now.since(waits.at) >= self.within) {
            if let Some((_, gone)) = self.table.pop_oldest()
                && !gone.answered
            {
                ledger.unanswered(self.protocol, gone.pair);
            }
        }
    }

    pub(super) fn count(&self) -> TableCount {
        self.table.count()
    }
}
