//! One source that tries one subscriber after another until a gateway accepts.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Duration;

use event::{Capped, Event, Gtp, Outcome, Subscriber, TableCount, Timestamp};

const MAX_SOURCES: usize = 2_048;
const MAX_ATTEMPTS: usize = 48;

/// When attempts of one source are a walk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) window: Duration,
    /// Distinct subscribers refused.
    pub(super) refused: u64,
    /// The same, where one was accepted at last.
    pub(super) before_accepted: u64,
    /// Share of refusals.
    pub(super) percent: u64,
}

/// One request and what became of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub(super) at: Timestamp,
    pub(super) frame: u64,
    pub(super) subscriber: Option<Subscriber>,
    pub(super) gateway: IpAddr,
    outcome: Option<Outcome>,
    about_identity: bool,
}

/// What a walk looked like when it was noticed.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    pub(super) accepted: Option<Attempt>,
    pub(super) refused: Vec<Attempt>,
    pub(super) distinct: usize,
    pub(super) requests: usize,
}

/// The last attempts of each source.
pub(super) struct Walks {
    sources: Capped<IpAddr, VecDeque<Attempt>>,
}

impl Default for Walks {
    fn default() -> Self {
        Self { sources: Capped::new("sgsn-emulation.walks", MAX_SOURCES) }
    }
}

impl Walks {
    pub(super) fn requested(&mut self, event: &Event, gtp: &Gtp, source: IpAddr, gateway: IpAddr) {
        let (attempts, _) = self.sources.entry(&source, VecDeque::new);
        if MAX_ATTEMPTS <= attempts.len() {
            attempts.pop_front();
        }
        attempts.push_back(Attempt {
            at: event.at,
            frame: event.frame,
            subscriber: gtp.imsi.or(gtp.msisdn),
            gateway,
            outcome: None,
            about_identity: false,
        });
    }

    /// An answer: gives the walk back that it makes or ends.
    pub(super) fn answered(
        &mut self,
        gtp: &Gtp,
        source: IpAddr,
        request: u64,
        bounds: Bounds,
    ) -> Option<Walk> {
        let attempts = self.sources.get_mut(&source)?;
        let outcome = gtp.outcome?;
        let attempt = attempts.iter_mut().rev().find(|attempt| attempt.frame == request)?;
        attempt.outcome = Some(outcome);
        attempt.about_identity = !is_resource(gtp);
        let last = *attempt;
        let recent =
            || attempts.iter().filter(|attempt| last.at.since(attempt.at) <= bounds.window);
        let refused: Vec<Attempt> =
            recent().filter(|attempt| attempt.outcome == Some(Outcome::Refused)).copied().collect();
        let answered = recent().filter(|attempt| attempt.outcome.is_some()).count();
        let mut who: Vec<Subscriber> =
            refused.iter().filter_map(|attempt| attempt.subscriber).collect();
        who.sort();
        who.dedup();
        let accepted = (outcome >= Outcome::Answered).then_some(last);
        let needed = if accepted.is_some() { bounds.before_accepted } else { bounds.refused };
        // What a gateway refuses for want of resources says nothing about who asks.
        let about_identity = refused.iter().any(|attempt| attempt.about_identity);
        let share = refused.len() as u64 * 100 < answered as u64 * bounds.percent;
        if (who.len() as u64) < needed || share || !about_identity {
            return None;
        }
        Some(Walk { accepted, distinct: who.len(), requests: recent().count(), refused })
    }

    pub(super) fn count(&self) -> TableCount {
        self.sources.count()
    }
}

/// Causes of a gateway that is full or ill (TS 29.060 §7.7.1, TS 29.274 §8.4).
fn is_resource(gtp: &Gtp) -> bool {
    match gtp.version {
        2 => matches!(gtp.cause, Some(72 | 73 | 100 | 113 | 120)),
        _ => matches!(gtp.cause, Some(199 | 204 | 211 | 212)),
    }
}
