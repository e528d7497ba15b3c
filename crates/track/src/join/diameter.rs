//! Requests of Diameter and their answers.

use std::time::Duration;

use event::{Capped, Diameter, Outcome, TableCount, Timestamp};

use crate::counters::JoinCounters;

/// The connection, and the identifiers that an answer repeats (RFC 6733 §3).
type Key = (Option<u64>, u32, u32, u32);

/// Commands whose answer is what was asked for (TS 29.272, TS 29.328, TS 29.338): a location that is now served, vectors,
/// user data, subscriber data, routing information.
const WITH_DATA: &[u32] = &[316, 318, 319, 306, 8_388_647, 8_388_622];

pub(super) struct Requests {
    table: Capped<Key, (Timestamp, u64)>,
    within: Duration,
}

impl Requests {
    pub(super) fn new(cap: usize, within: Duration) -> Self {
        Self { table: Capped::new("diameter requests", cap), within }
    }

    pub(super) fn on_message(
        &mut self,
        at: Timestamp,
        frame: u64,
        connection: Option<u64>,
        diameter: &mut Diameter,
        counters: &mut JoinCounters,
    ) {
        let key =
            (connection, diameter.hop_by_hop_id, diameter.end_to_end_id, diameter.command_code);
        if diameter.request {
            if self.table.contains(&key) {
                diameter.retransmitted = true;
            } else {
                counters.dialogues += 1;
                self.table.insert(key, (at, frame));
            }
            return;
        }
        if let Some((asked, request)) = self.table.remove(&key) {
            diameter.request_frame = Some(request);
            diameter.round_trip_us = u64::try_from(at.since(asked).as_micros()).ok();
        }
        let result = diameter.result_code.or(diameter.experimental_result_code);
        diameter.outcome = match result {
            // RFC 6733 §7.1: 1xxx goes on, 2xxx is success.
            Some(1_000..=1_999) => Some(Outcome::Answered),
            Some(2_000..=2_999) if WITH_DATA.contains(&diameter.command_code) => {
                Some(Outcome::AnsweredWithData)
            }
            Some(2_000..=2_999) => Some(Outcome::Answered),
            Some(_) => Some(Outcome::Refused),
            None if diameter.error_flag => Some(Outcome::Refused),
            None => Some(Outcome::Answered),
        };
    }

    pub(super) fn tick(&mut self, now: Timestamp, counters: &mut JoinCounters) {
        while self.table.oldest().is_some_and(|(_, (at, _))| now.since(*at) >= self.within) {
            self.table.pop_oldest();
            counters.unanswered += 1;
        }
    }

    pub(super) fn count(&self) -> TableCount {
        self.table.count()
    }
}
