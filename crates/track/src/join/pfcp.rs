//! Requests of PFCP and their answers.
//!
//! Spec: 3GPP TS 29.244 §6.4: a response has the sequence number of its request and comes from where that went to.

use std::net::IpAddr;
use std::time::Duration;

use event::{Endpoints, Outcome, Pfcp, TableCount, Timestamp};

use super::exchange::Exchanges;
use super::ledger::{Ledger, Pair, Protocol};

/// Client, server, sequence number, and the type of the request.
type Key = (IpAddr, IpAddr, u32, u8);

/// Session Establishment Response: its F-SEID is what was asked for.
const ESTABLISHED: u8 = 51;

pub(super) struct Requests {
    table: Exchanges<Key, ()>,
}

impl Requests {
    pub(super) fn new(cap: usize, within: Duration) -> Self {
        Self { table: Exchanges::new(Protocol::Pfcp, "pfcp requests", cap, within) }
    }

    pub(super) fn on_message(
        &mut self,
        at: Timestamp,
        frame: u64,
        ends: &Endpoints,
        pfcp: &mut Pfcp,
        ledger: &mut Ledger,
    ) {
        let request = match pfcp.message_type {
            kind @ (1 | 3 | 5 | 7 | 9 | 12 | 14 | 16 | 50 | 52 | 54 | 56) => {
                let key = (ends.src_ip, ends.dest_ip, pfcp.sequence, kind);
                let pair = Pair::of_request(ends);
                pfcp.duplicate = !self.table.ask(ledger, (at, frame), key, pair, |()| true, || ());
                return;
            }
            kind @ (2 | 4 | 6 | 8 | 10 | 13 | 15 | 17 | 51 | 53 | 55 | 57) => kind - 1,
            _ => return,
        };
        // §8.2.1: 1 is accepted, 2 has more to report, 3 is accepted in part.
        let outcome = match pfcp.cause {
            Some(1..=3) if pfcp.message_type == ESTABLISHED => Outcome::AnsweredWithData,
            Some(1..=3) | None => Outcome::Answered,
            Some(_) => Outcome::Refused,
        };
        pfcp.outcome = Some(outcome);
        let key = (ends.dest_ip, ends.src_ip, pfcp.sequence, request);
        match self.table.answer(ledger, at, &key, outcome == Outcome::Refused, |()| true) {
            Some(found) => {
                pfcp.request_frame = Some(found.frame);
                pfcp.round_trip_us = u64::try_from(found.took.as_micros()).ok();
                pfcp.duplicate = found.duplicate;
            }
            None => {
                pfcp.request_unseen = true;
                ledger.unseen(Protocol::Pfcp, Pair::of_answer(ends));
            }
        }
    }

    pub(super) fn tick(&mut self, now: Timestamp, ledger: &mut Ledger) {
        self.table.tick(now, ledger);
    }

    pub(super) fn count(&self) -> TableCount {
        self.table.count()
    }
}
