//! What became of requests, counted by protocol and by pairs of nodes: what was answered, how fast, and of which links
//! the capture shows one direction only.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use event::{Capped, Endpoints, OneWay, PointCode, TableCount, Transactions};

/// Fewer messages without their other half say nothing about a link.
const MIN_ONE_WAY: u64 = 3;
/// Links that are told of.
const MAX_ONE_WAY: usize = 32;

/// Protocols whose requests are joined with their answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Protocol {
    Tcap,
    Gtp,
    Pfcp,
    Diameter,
    Dns,
}

const NAMES: [&str; 5] = ["tcap", "gtp", "pfcp", "diameter", "dns"];

/// A node, by what is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Peer {
    Nobody,
    Ip(IpAddr),
    Code(PointCode),
}

impl std::fmt::Display for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nobody => f.write_str("?"),
            Self::Ip(ip) => ip.fmt(f),
            Self::Code(code) => write!(f, "pc:{code}"),
        }
    }
}

/// Who asked whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Pair {
    pub(super) asker: Peer,
    pub(super) asked: Peer,
}

impl Pair {
    /// Of a request between these ends.
    pub(super) const fn of_request(ends: &Endpoints) -> Self {
        Self { asker: Peer::Ip(ends.src_ip), asked: Peer::Ip(ends.dest_ip) }
    }

    /// The other way round.
    pub(super) const fn reversed(self) -> Self {
        Self { asker: self.asked, asked: self.asker }
    }

    /// Of an answer between these ends.
    pub(super) const fn of_answer(ends: &Endpoints) -> Self {
        Self { asker: Peer::Ip(ends.dest_ip), asked: Peer::Ip(ends.src_ip) }
    }
}

/// What was seen between an asker and whom it asked.
#[derive(Clone, Copy, Debug, Default)]
struct Link {
    joined: bool,
    unanswered: u64,
    unseen: u64,
}

/// Counters of one protocol.
#[derive(Clone, Debug, Default)]
struct Tally {
    requests: u64,
    answered: u64,
    refused: u64,
    unanswered: u64,
    unseen: u64,
    duplicates: u64,
    round_trips: RoundTrips,
}

/// The counters of a run.
#[derive(Debug)]
pub(super) struct Ledger {
    tallies: [Tally; NAMES.len()],
    links: Capped<(Protocol, Pair), Link>,
}

impl Ledger {
    pub(super) fn new() -> Self {
        Self { tallies: Default::default(), links: Capped::new("links", 8_192) }
    }

    /// A request that was not seen before.
    pub(super) fn asked(&mut self, protocol: Protocol) {
        self.tally(protocol).requests += 1;
    }

    /// A request or an answer that was seen before.
    pub(super) fn duplicate(&mut self, protocol: Protocol) {
        self.tally(protocol).duplicates += 1;
    }

    /// The first answer to a request.
    pub(super) fn answered(
        &mut self,
        protocol: Protocol,
        pair: Pair,
        refused: bool,
        took: Duration,
    ) {
        let tally = self.tally(protocol);
        if refused {
            tally.refused += 1;
        } else {
            tally.answered += 1;
        }
        tally.round_trips.add(took);
        self.link(protocol, pair).joined = true;
    }

    /// A request that nobody answered in time.
    pub(super) fn unanswered(&mut self, protocol: Protocol, pair: Pair) {
        self.tally(protocol).unanswered += 1;
        self.link(protocol, pair).unanswered += 1;
    }

    /// An answer to what was never seen asked.
    pub(super) fn unseen(&mut self, protocol: Protocol, pair: Pair) {
        self.tally(protocol).unseen += 1;
        self.link(protocol, pair).unseen += 1;
    }

    #[expect(clippy::indexing_slicing, reason = "there is a tally for every protocol")]
    fn tally(&mut self, protocol: Protocol) -> &mut Tally {
        &mut self.tallies[protocol as usize]
    }

    fn link(&mut self, protocol: Protocol, pair: Pair) -> &mut Link {
        self.links.entry(&(protocol, pair), Link::default).0
    }

    /// Requests of all protocols, and those without an answer.
    pub(super) fn totals(&self) -> (u64, u64) {
        let sum = |of: fn(&Tally) -> u64| self.tallies.iter().map(of).sum();
        (sum(|tally| tally.requests), sum(|tally| tally.unanswered))
    }

    /// By protocol, those that occurred.
    pub(super) fn transactions(&self) -> Vec<Transactions> {
        let of = |(name, tally): (&'static str, &Tally)| Transactions {
            protocol: name.into(),
            requests: tally.requests,
            answered: tally.answered,
            refused: tally.refused,
            unanswered: tally.unanswered,
            request_unseen: tally.unseen,
            duplicates: tally.duplicates,
            median_us: tally.round_trips.quantile(50),
            p95_us: tally.round_trips.quantile(95),
        };
        let all = NAMES.into_iter().zip(&self.tallies).map(of);
        all.filter(|of| of.requests + of.request_unseen > 0).collect()
    }

    /// Pairs of which one side was heard and never the other.
    pub(super) fn one_way(&self) -> Vec<OneWay> {
        // By protocol, who was heard, and towards whom: requests and answers.
        let mut heard: BTreeMap<(Protocol, Peer, Peer), (u64, u64)> = BTreeMap::new();
        let mut both: Vec<(Protocol, Peer, Peer)> = Vec::new();
        for ((protocol, pair), link) in self.links.iter() {
            let (forth, back) =
                ((*protocol, pair.asker, pair.asked), (*protocol, pair.asked, pair.asker));
            if link.joined {
                both.extend([forth, back]);
            }
            if link.unanswered > 0 {
                heard.entry(forth).or_default().0 += link.unanswered;
            }
            if link.unseen > 0 {
                heard.entry(back).or_default().1 += link.unseen;
            }
        }
        both.sort_unstable();
        let mut found: Vec<OneWay> = heard
            .iter()
            .filter(|((protocol, src, dest), (requests, answers))| {
                requests + answers >= MIN_ONE_WAY
                    && !heard.contains_key(&(*protocol, *dest, *src))
                    && both.binary_search(&(*protocol, *src, *dest)).is_err()
            })
            .map(|((protocol, src, dest), (requests, answers))| OneWay {
                protocol: NAMES.get(*protocol as usize).copied().unwrap_or_default().into(),
                src: src.to_string(),
                dest: dest.to_string(),
                requests: *requests,
                answers: *answers,
            })
            .collect();
        // Stable: links with as many messages stay in the order of their addresses.
        found.sort_by_key(|link| std::cmp::Reverse(link.requests + link.answers));
        found.truncate(MAX_ONE_WAY);
        found
    }

    pub(super) fn count(&self) -> TableCount {
        self.links.count()
    }
}

/// Durations in buckets of a quarter of an octave; nothing until the first.
#[derive(Clone, Debug, Default)]
struct RoundTrips(Vec<u64>);

/// Up to a bit over an hour.
const BUCKETS: usize = 124;

impl RoundTrips {
    fn add(&mut self, took: Duration) {
        if self.0.is_empty() {
            self.0.resize(BUCKETS, 0);
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        if let Some(count) = self.0.get_mut(bucket(micros)) {
            *count += 1;
        }
    }

    /// The time that so many of a hundred did not exceed, as the middle of its bucket.
    fn quantile(&self, percent: u64) -> Option<u64> {
        let total: u64 = self.0.iter().sum();
        let wanted = (total * percent).div_ceil(100).max(1);
        let mut seen = 0;
        for (index, count) in self.0.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return Some((floor(index) + floor(index + 1)) / 2);
            }
        }
        None
    }
}

/// The bucket of a number of microseconds: four in each octave.
fn bucket(micros: u64) -> usize {
    if micros < 4 {
        return usize::try_from(micros).unwrap_or(0);
    }
    let octave = 63 - micros.leading_zeros();
    let quarter = (micros >> (octave - 2)) & 3;
    let index = u64::from(octave - 1) * 4 + quarter;
    usize::try_from(index).unwrap_or(BUCKETS).min(BUCKETS - 1)
}

/// The smallest number of a bucket.
const fn floor(index: usize) -> u64 {
    if index < 4 {
        return index as u64;
    }
    let (octave, quarter) = (index / 4 + 1, (index % 4) as u64);
    (4 + quarter) << (octave - 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_a_quarter_wide() {
        for micros in [0, 1, 3, 4, 5, 7, 8, 9, 1_000, 20_000, 999_999, 60_000_000] {
            let at = bucket(micros);
            assert!(floor(at) <= micros && micros < floor(at + 1), "{micros} {at}");
            assert!(floor(at + 1) <= floor(at) + (floor(at) / 4).max(1), "{micros}");
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn the_median_is_near() {
        let mut trips = RoundTrips::default();
        assert_eq!(trips.quantile(50), None);
        for millis in 1..=100 {
            trips.add(Duration::from_millis(millis));
        }
        let median = trips.quantile(50).unwrap();
        assert!((40_000..=60_000).contains(&median), "{median}");
        assert!((80_000..=110_000).contains(&trips.quantile(95).unwrap()));
    }
}
