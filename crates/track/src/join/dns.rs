//! Questions of DNS and their answers.
//!
//! An answer repeats the identifier and the question (RFC 1035 §4.1.1, RFC 5452 §9.1).

use std::net::IpAddr;
use std::time::Duration;

use event::{Dns, Endpoints, Outcome, TableCount, Timestamp};

use super::exchange::Exchanges;
use super::ledger::{Ledger, Pair, Protocol};

/// Client, server and identifier; the client's port tells apart who shares an address.
type Key = (IpAddr, u16, IpAddr, u16);

/// What was asked: type, and the name's letters in no particular case (RFC 4343); nothing for answers without it.
type Question = Option<(u16, u64)>;

pub(super) struct Questions {
    table: Exchanges<Key, Question>,
}

impl Questions {
    pub(super) fn new(cap: usize, within: Duration) -> Self {
        Self { table: Exchanges::new(Protocol::Dns, "dns questions", cap, within) }
    }

    pub(super) fn on_message(
        &mut self,
        at: Timestamp,
        frame: u64,
        ends: &Endpoints,
        dns: &mut Dns,
        ledger: &mut Ledger,
    ) {
        let question = question(dns);
        if !dns.response {
            let key = (ends.src_ip, ends.src_port, ends.dest_ip, dns.id);
            let pair = Pair::of_request(ends);
            let same = |earlier: &Question| *earlier == question;
            dns.duplicate = !self.table.ask(ledger, (at, frame), key, pair, same, || question);
            return;
        }
        let outcome = match dns.rcode {
            Some(0) if dns.answers > 0 => Outcome::AnsweredWithData,
            // A name that does not exist is an answer (RFC 2308).
            Some(0 | 3) => Outcome::Answered,
            _ => Outcome::Refused,
        };
        dns.outcome = Some(outcome);
        let key = (ends.dest_ip, ends.dest_port, ends.src_ip, dns.id);
        let fits = |asked: &Question| question.is_none() || *asked == question;
        match self.table.answer(ledger, at, &key, outcome == Outcome::Refused, fits) {
            Some(found) => {
                dns.request_frame = Some(found.frame);
                dns.round_trip_us = u64::try_from(found.took.as_micros()).ok();
                dns.duplicate = found.duplicate;
            }
            None => {
                dns.request_unseen = true;
                ledger.unseen(Protocol::Dns, Pair::of_answer(ends));
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

/// FNV-1a: names are compared with those of the same key only, where nobody gains by a collision.
fn question(dns: &Dns) -> Question {
    let name = dns.qname.as_ref()?;
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, octet| {
        (hash ^ u64::from(octet.to_ascii_lowercase())).wrapping_mul(0x100_0000_01b3)
    });
    Some((dns.qtype.unwrap_or(0), hash))
}
