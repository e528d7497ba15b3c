//! Requests of GTP and their answers.
//!
//! Spec: 3GPP TS 29.060 §7.6 and TS 29.274 §7.6: a response has the sequence number of its request, and comes from the
//! node that the request went to.

use std::net::IpAddr;
use std::time::Duration;

use event::{Endpoints, Fteid, Gtp, Outcome, Plmn, Subscriber, TableCount, Timestamp};

use super::exchange::Exchanges;
use super::ledger::{Ledger, Pair, Protocol};

/// Client, server, version and plane, sequence number, and the type of the request. Ports do not count: responses go to the
/// port of the request, requests to the well-known port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    client: IpAddr,
    server: IpAddr,
    version: u8,
    prime: bool,
    user_plane: bool,
    sequence: u32,
    request: u8,
}

/// What of a request its answer needs.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) frame: u64,
    /// The tunnel endpoint that the request was for.
    pub(super) teid: Option<u32>,
    pub(super) imsi: Option<Subscriber>,
    pub(super) msisdn: Option<Subscriber>,
    pub(super) apn: Option<String>,
    pub(super) nsapi: Option<u8>,
    pub(super) ebi: Option<u8>,
    pub(super) rat_type: Option<u8>,
    pub(super) serving_network: Option<Plmn>,
    pub(super) fteids: Vec<Fteid>,
    /// Teardown Ind (TS 29.060 §7.7.16): all contexts of the connection go.
    pub(super) teardown: bool,
}

/// Type of the element Teardown Ind.
const TEARDOWN: u8 = 19;
/// Commands, and the requests that the network answers them with, which keep their sequence number (TS 29.274 §7.6).
const COMMANDS: [u8; 3] = [64, 66, 68];
const TRIGGERED: [u8; 3] = [95, 97, 99];
/// Sequence numbers of commands have this bit, so that they meet no others.
const COMMAND_BIT: u32 = 0x80_0000;

pub(super) struct Requests {
    table: Exchanges<Key, Request>,
}

impl Requests {
    pub(super) fn new(cap: usize, within: Duration) -> Self {
        Self { table: Exchanges::new(Protocol::Gtp, "gtp requests", cap, within) }
    }

    /// Writes on a message what its request or its earlier sending tells; gives the request of a first response.
    pub(super) fn on_message(
        &mut self,
        at: Timestamp,
        frame: u64,
        ends: &Endpoints,
        gtp: &mut Gtp,
        ledger: &mut Ledger,
    ) -> Option<Request> {
        let sequence = gtp.sequence.unwrap_or(0);
        let key = |client, server, request| Key {
            client,
            server,
            version: gtp.version,
            prime: gtp.prime,
            user_plane: gtp.user_plane,
            sequence,
            request,
        };
        let request = match request_of(gtp) {
            Direction::Neither => return None,
            Direction::Request => {
                let kind = gtp.message_type;
                if sequence & COMMAND_BIT != 0 && TRIGGERED.contains(&kind) && gtp.version == 2 {
                    for command in COMMANDS {
                        let key = key(ends.dest_ip, ends.src_ip, command);
                        self.table.answer(ledger, at, &key, false, |_| true);
                    }
                }
                // Within the time in which it may be answered, the same number is the same request (TS 29.060 §7.6).
                let key = key(ends.src_ip, ends.dest_ip, kind);
                let pair = Pair::of_request(ends);
                let keep = || Request::of(frame, gtp);
                let first = self.table.ask(ledger, (at, frame), key, pair, |_| true, keep);
                gtp.duplicate = !first;
                return None;
            }
            Direction::Response(request) => request,
        };
        let key = key(ends.dest_ip, ends.src_ip, request);
        let outcome = outcome(gtp);
        gtp.outcome = Some(outcome);
        let found = self.table.answer(ledger, at, &key, outcome == Outcome::Refused, |_| true);
        let Some(found) = found else {
            gtp.request_unseen = true;
            ledger.unseen(Protocol::Gtp, Pair::of_answer(ends));
            return None;
        };
        gtp.request_frame = Some(found.frame);
        gtp.round_trip_us = u64::try_from(found.took.as_micros()).ok();
        gtp.duplicate = found.duplicate;
        // A second answer needs no more of the request than its place.
        (!found.duplicate).then(|| found.kept.hand_over())
    }

    pub(super) fn tick(&mut self, now: Timestamp, ledger: &mut Ledger) {
        self.table.tick(now, ledger);
    }

    pub(super) fn count(&self) -> TableCount {
        self.table.count()
    }
}

impl Request {
    /// The request for its first answer; its place stays behind.
    fn hand_over(&mut self) -> Self {
        let (apn, fteids) = (self.apn.take(), std::mem::take(&mut self.fteids));
        Self { apn, fteids, ..*self }
    }

    fn of(frame: u64, gtp: &Gtp) -> Self {
        Self {
            frame,
            teid: gtp.teid,
            imsi: gtp.imsi,
            msisdn: gtp.msisdn,
            apn: gtp.apn.clone(),
            nsapi: gtp.nsapi,
            ebi: gtp.ebi,
            rat_type: gtp.rat_type,
            serving_network: gtp.serving_network.or(gtp.rai_plmn).or(gtp.uli_plmn),
            fteids: gtp.fteids.clone(),
            teardown: gtp.version < 2 && gtp.ies.contains(&TEARDOWN),
        }
    }
}

enum Direction {
    Request,
    /// To a request of this type.
    Response(u8),
    Neither,
}

/// Which way a message goes, by its type.
fn request_of(gtp: &Gtp) -> Direction {
    let kind = gtp.message_type;
    if gtp.version == 2 && !gtp.prime {
        // TS 29.274 §6.1.1, table 6.1-1.
        return match kind {
            1 | 25 | 27 | 29 | 32 | 34 | 36 | 38 | 40 | 64 | 66 | 68 | 95 | 97 | 99 | 101 | 103
            | 128 | 130 | 133 | 135 | 137 | 139 | 149 | 153 | 155 | 160 | 162 | 164 | 166 | 168
            | 170 | 176 | 179 | 200 | 211 | 231 | 233 | 235 => Direction::Request,
            2 | 26 | 28 | 30 | 33 | 35 | 37 | 39 | 41 | 65 | 67 | 69 | 96 | 98 | 100 | 102
            | 104 | 129 | 131 | 134 | 136 | 138 | 140 | 150 | 154 | 156 | 161 | 163 | 165 | 167
            | 169 | 171 | 177 | 180 | 201 | 212 | 232 | 234 | 236 => Direction::Response(kind - 1),
            _ => Direction::Neither,
        };
    }
    // TS 29.060 §7.1, table 1.
    match kind {
        1 | 4 | 6 | 16 | 18 | 20 | 22 | 24 | 27 | 29 | 32 | 34 | 36 | 48 | 50 | 53 | 55 | 56
        | 58 | 61 | 96 | 98 | 100 | 102 | 104 | 112 | 114 | 116 | 118 | 120 | 128 | 240 => {
            Direction::Request
        }
        59 => Direction::Response(55),
        60 => Direction::Response(58),
        2 | 5 | 7 | 17 | 19 | 21 | 23 | 25 | 28 | 30 | 33 | 35 | 37 | 49 | 51 | 54 | 57 | 62
        | 97 | 99 | 101 | 103 | 105 | 113 | 115 | 117 | 119 | 121 | 129 | 241 => {
            Direction::Response(kind - 1)
        }
        _ => Direction::Neither,
    }
}

/// What a response says of its request.
fn outcome(gtp: &Gtp) -> Outcome {
    let created = matches!((gtp.version, gtp.message_type), (0 | 1, 17) | (2, 33));
    if accepted(gtp) == Some(false) {
        Outcome::Refused
    } else if created {
        Outcome::AnsweredWithData
    } else {
        Outcome::Answered
    }
}

/// Whether the cause accepts; unset without a cause.
pub(super) fn accepted(gtp: &Gtp) -> Option<bool> {
    let cause = gtp.cause?;
    Some(match gtp.version {
        // TS 29.274 §8.4: acceptance in a response.
        2 => (16..=63).contains(&cause),
        // TS 29.060 §7.7.1.
        _ => (128..=191).contains(&cause),
    })
}
