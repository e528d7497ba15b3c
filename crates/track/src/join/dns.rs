//! Questions of DNS and their answers.

use std::net::IpAddr;
use std::time::Duration;

use event::{Capped, Dns, Endpoints, Outcome, TableCount, Timestamp};

use crate::counters::JoinCounters;

/// Client, server and identifier; the client's port tells apart who shares an address.
type Key = (IpAddr, u16, IpAddr, u16);

pub(super) struct Questions {
    table: Capped<Key, (Timestamp, u64)>,
    within: Duration,
}

impl Questions {
    pub(super) fn new(cap: usize, within: Duration) -> Self {
        Self { table: Capped::new("dns questions", cap), within }
    }

    pub(super) fn on_message(
        &mut self,
        at: Timestamp,
        frame: u64,
        ends: &Endpoints,
        dns: &mut Dns,
        counters: &mut JoinCounters,
    ) {
        if !dns.response {
            counters.dialogues += 1;
            let key = (ends.src_ip, ends.src_port, ends.dest_ip, dns.id);
            self.table.insert(key, (at, frame));
            return;
        }
        let key = (ends.dest_ip, ends.dest_port, ends.src_ip, dns.id);
        if let Some((asked, request)) = self.table.remove(&key) {
            dns.request_frame = Some(request);
            dns.round_trip_us = u64::try_from(at.since(asked).as_micros()).ok();
        }
        dns.outcome = Some(match dns.rcode {
            Some(0) if dns.answers > 0 => Outcome::AnsweredWithData,
            // A name that does not exist is an answer (RFC 2308).
            Some(0 | 3) => Outcome::Answered,
            _ => Outcome::Refused,
        });
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
