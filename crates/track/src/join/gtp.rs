//! Requests of GTP and their answers.
//!
//! Spec: 3GPP TS 29.060 §7.6 and TS 29.274 §7.6: a response has the sequence number of its request, and comes from the
//! node that the request went to.

use std::net::IpAddr;
use std::time::Duration;

use event::{Capped, Endpoints, Fteid, Gtp, Outcome, Plmn, Subscriber, TableCount, Timestamp};

use crate::counters::JoinCounters;

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
    pub(super) at: Timestamp,
    pub(super) frame: u64,
    pub(super) answered: bool,
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
}

pub(super) struct Requests {
    table: Capped<Key, Request>,
    within: Duration,
}

impl Requests {
    pub(super) fn new(cap: usize, within: Duration) -> Self {
        Self { table: Capped::new("gtp requests", cap), within }
    }

    /// Writes on a message what its request or its earlier sending tells; gives the request of a first response.
    pub(super) fn on_message(
        &mut self,
        at: Timestamp,
        frame: u64,
        ends: &Endpoints,
        gtp: &mut Gtp,
        counters: &mut JoinCounters,
    ) -> Option<Request> {
        let key = |client, server, request| Key {
            client,
            server,
            version: gtp.version,
            prime: gtp.prime,
            user_plane: gtp.user_plane,
            sequence: gtp.sequence.unwrap_or(0),
            request,
        };
        let found = match request_of(gtp) {
            Direction::Neither => return None,
            Direction::Request => {
                let key = key(ends.src_ip, ends.dest_ip, gtp.message_type);
                // Within the time in which it may be answered, the same number is the same request (TS 29.060 §7.6).
                if self.table.peek(&key).is_some_and(|earlier| at.since(earlier.at) < self.within) {
                    gtp.duplicate = true;
                    return None;
                }
                counters.dialogues += 1;
                self.table.insert(key, Request::of(at, frame, gtp));
                return None;
            }
            Direction::Response(request) => {
                self.table.get_mut(&key(ends.dest_ip, ends.src_ip, request))
            }
        };
        gtp.outcome = Some(outcome(gtp));
        let request = found?;
        gtp.request_frame = Some(request.frame);
        gtp.round_trip_us = u64::try_from(at.since(request.at).as_micros()).ok();
        gtp.duplicate = request.answered;
        request.answered = true;
        // A second answer needs no more of the request than its place.
        (!gtp.duplicate).then(|| request.hand_over())
    }

    pub(super) fn tick(&mut self, now: Timestamp, counters: &mut JoinCounters) {
        while self.table.oldest().is_some_and(|(_, request)| now.since(request.at) >= self.within) {
            if let Some((_, request)) = self.table.pop_oldest() {
                counters.unanswered += u64::from(!request.answered);
            }
        }
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

    fn of(at: Timestamp, frame: u64, gtp: &Gtp) -> Self {
        Self {
            at,
            frame,
            answered: false,
            teid: gtp.teid,
            imsi: gtp.imsi,
            msisdn: gtp.msisdn,
            apn: gtp.apn.clone(),
            nsapi: gtp.nsapi,
            ebi: gtp.ebi,
            rat_type: gtp.rat_type,
            serving_network: gtp.serving_network.or(gtp.rai_plmn).or(gtp.uli_plmn),
            fteids: gtp.fteids.clone(),
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
        // TS 29.274 §6.1: requests are even up to the commands and odd behind, where the network side asks.
        return match kind {
            1 | 25 | 28 | 29 | 31 | 32 | 34 | 36 | 38 | 40 => Direction::Request,
            2 | 26 | 30 | 33 | 35 | 37 | 39 | 41 => Direction::Response(kind - 1),
            64 | 66 | 68 => Direction::Request,
            65 | 67 | 69 => Direction::Response(kind - 1),
            95 | 97 | 99 | 101 | 103 => Direction::Request,
            96 | 98 | 100 | 102 | 104 => Direction::Response(kind - 1),
            128 | 130 | 133 | 137 | 149 | 151 | 155 | 157 | 160 | 162 | 164 | 166 | 168 | 170
            | 176 | 179 | 200 | 211 | 231 | 233 | 235 => Direction::Request,
            129 | 131 | 134 | 138 | 150 | 152 | 156 | 158 | 161 | 163 | 165 | 167 | 169 | 171
            | 177 | 180 | 201 | 212 | 232 | 234 | 236 => Direction::Response(kind - 1),
            _ => Direction::Neither,
        };
    }
    match kind {
        1 | 4 | 6 | 16 | 18 | 20 | 22 | 24 | 27 | 29 | 32 | 34 | 36 | 48 | 50 | 53 | 56 | 61
        | 96 | 98 | 100 | 102 | 104 | 112 | 114 | 116 | 118 | 120 | 128 | 240 => Direction::Request,
        58 => Direction::Response(55),
        2 | 5 | 7 | 17 | 19 | 21 | 23 | 25 | 28 | 30 | 33 | 35 | 37 | 49 | 51 | 54 | 57 | 62
        | 97 | 99 | 101 | 103 | 105 | 113 | 115 | 117 | 119 | 121 | 129 | 241 => {
            Direction::Response(kind - 1)
        }
        55 => Direction::Request,
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
