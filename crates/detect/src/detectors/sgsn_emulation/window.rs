//! One source that asks for sessions at the same time every day and at no other.

use std::net::IpAddr;

use event::{Capped, Event, Gtp, Outcome, Subscriber, TableCount, Timestamp};
use smallvec::SmallVec;

const DAY: i64 = 86_400;
/// Days that are looked at: those before are forgotten.
const DAYS: usize = 7;
const MAX_SOURCES: usize = 4_096;
/// An emulator has a handful of subscribers (nine were published); from this many on it is a fleet.
const MAX_SUBSCRIBERS: usize = 16;
/// Share of one day's subscribers, in percent, that the next day repeats.
const SAME_PERCENT: usize = 70;
/// When days make a habit.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) days: u64,
    pub(super) seconds: u64,
    /// Refusals from which on a daily window is one of attempts: the published script goes on to its next subscriber when
    /// it is refused.
    pub(super) refused_percent: u64,
}

/// What a source did on one day.
#[derive(Clone, Debug)]
struct Day {
    number: i64,
    first: i64,
    last: i64,
    frame: u64,
    at: Timestamp,
    requests: u32,
    refused: u32,
    habitual: bool,
    subscribers: SmallVec<[Subscriber; 4]>,
}

#[derive(Debug)]
struct Source {
    /// Half a day before the first request, so that a window around midnight is not cut in two.
    origin: i64,
    days: SmallVec<[Day; 4]>,
}

/// A window that was kept for some days.
#[derive(Clone, Debug)]
pub(super) struct Window {
    pub(super) frames: Vec<u64>,
    pub(super) since: Timestamp,
    /// Length in minutes, from the earliest to the latest time of day.
    pub(super) minutes: i64,
    pub(super) requests: u32,
    pub(super) subscribers: Vec<Subscriber>,
}

/// The days of each source.
pub(super) struct Windows {
    sources: Capped<IpAddr, Source>,
}

impl Default for Windows {
    fn default() -> Self {
        Self { sources: Capped::new("sgsn-emulation.windows", MAX_SOURCES) }
    }
}

impl Windows {
    pub(super) fn requested(
        &mut self,
        event: &Event,
        gtp: &Gtp,
        source: IpAddr,
        habitual: bool,
        bounds: Bounds,
    ) -> Option<Window> {
        let now = event.at.secs();
        let (source, _) =
            self.sources.entry(&source, || Source { origin: now - DAY / 2, days: SmallVec::new() });
        let (number, second) =
            ((now - source.origin).div_euclid(DAY), (now - source.origin).rem_euclid(DAY));
        if source.days.last().is_none_or(|day| day.number != number) {
            if kept(bounds) <= source.days.len() {
                source.days.remove(0);
            }
            source.days.push(Day {
                number,
                first: second,
                last: second,
                frame: event.frame,
                at: event.at,
                requests: 0,
                refused: 0,
                habitual: false,
                subscribers: SmallVec::new(),
            });
        }
        let day = source.days.last_mut()?;
        day.last = day.last.max(second);
        day.requests += 1;
        day.habitual |= habitual;
        if let Some(subscriber) = gtp.imsi.or(gtp.msisdn)
            && day.subscribers.len() < MAX_SUBSCRIBERS
            && !day.subscribers.contains(&subscriber)
        {
            day.subscribers.push(subscriber);
        }
        judge(&source.days, bounds)
    }

    pub(super) fn answered(&mut self, gtp: &Gtp, source: IpAddr) {
        if gtp.outcome == Some(Outcome::Refused)
            && let Some(day) = self.sources.get_mut(&source).and_then(|s| s.days.last_mut())
        {
            day.refused += 1;
        }
    }

    pub(super) fn count(&self) -> TableCount {
        self.sources.count()
    }
}

fn kept(bounds: Bounds) -> usize {
    usize::try_from(bounds.days).map_or(DAYS, |days| days.min(DAYS))
}

fn judge(days: &[Day], bounds: Bounds) -> Option<Window> {
    if days.len() < kept(bounds) {
        return None;
    }
    let in_a_row = days.windows(2).all(|pair| {
        let [a, b] = pair else { return false };
        let same = b.subscribers.iter().filter(|who| a.subscribers.contains(who)).count();
        let least = a.subscribers.len().min(b.subscribers.len());
        a.number + 1 == b.number && same * 100 >= least * SAME_PERCENT
    });
    let first = days.iter().map(|day| day.first).min()?;
    let last = days.iter().map(|day| day.last).max()?;
    let requests: u32 = days.iter().map(|day| day.requests).sum();
    let refused: u32 = days.iter().map(|day| day.refused).sum();
    let is_refused = u64::from(refused) * 100 >= u64::from(requests) * bounds.refused_percent;
    // A meter that reports every night does the same, alone or with a whole fleet, and is accepted.
    let several = days.iter().map(|day| day.subscribers.len()).max().unwrap_or(0);
    let suspicious = days.iter().any(|day| day.habitual)
        || is_refused
        || (2..MAX_SUBSCRIBERS).contains(&several);
    if !in_a_row || last.abs_diff(first) > bounds.seconds || !suspicious {
        return None;
    }
    let mut subscribers: Vec<Subscriber> =
        days.iter().flat_map(|day| day.subscribers.iter().copied()).collect();
    subscribers.sort();
    subscribers.dedup();
    Some(Window {
        frames: days.iter().map(|day| day.frame).collect(),
        since: days.first()?.at,
        minutes: (last - first).div_euclid(60) + 1,
        requests,
        subscribers,
    })
}
