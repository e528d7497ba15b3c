//! Somebody who tries one thing after the other: what failed of late, how much succeeded beside it, and from where.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Duration;

use event::{Endpoints, Timestamp};
use network::Owner;

use super::same_site;

/// Failed attempts that are kept of one source.
const MAX_ATTEMPTS: usize = 64;
/// Things that worked of late: the same one again is no second success.
const MAX_WORKED: usize = 32;
/// Frames that a finding stands on.
const MAX_FRAMES: usize = 16;

/// Who tries: one address, or one operator's addresses in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Group {
    Address(IpAddr),
    /// By the line of the description where the partner begins.
    Partner(usize),
    /// Addresses next to each other, by the first of them.
    Site(IpAddr),
}

impl Group {
    /// What else the address belongs to. Our own nodes are not taken together.
    pub(crate) fn around(owner: Owner<'_>, ip: IpAddr) -> Option<Self> {
        match owner {
            Owner::Home(_) => None,
            Owner::Partner(partner) => Some(Self::Partner(partner.line)),
            Owner::Unknown => Some(Self::Site(match ip {
                IpAddr::V4(v4) => IpAddr::V4((u32::from(v4) & 0xffff_ff00).into()),
                IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 80 << 80).into()),
            })),
        }
    }
}

/// One thing that failed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt<K> {
    pub(crate) at: Timestamp,
    pub(crate) frame: u64,
    /// Frame of the refusal.
    pub(crate) answer: Option<u64>,
    pub(crate) what: K,
    pub(crate) source: IpAddr,
    pub(crate) target: IpAddr,
    /// The refusal says that there is no such thing, and not that the node cannot.
    pub(crate) telling: bool,
    /// Successes of the source before it.
    pub(crate) worked: u64,
}

/// What one source tried.
#[derive(Debug)]
pub(crate) struct Trail<K> {
    attempts: VecDeque<Attempt<K>>,
    lately: VecDeque<K>,
    worked: u64,
    told: [Option<Timestamp>; 2],
    pub(crate) ends: Option<Endpoints>,
}

impl<K> Default for Trail<K> {
    fn default() -> Self {
        Self {
            attempts: VecDeque::new(),
            lately: VecDeque::new(),
            worked: 0,
            told: [None; 2],
            ends: None,
        }
    }
}

/// The attempts of a window, put together.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub(crate) failed: usize,
    /// Of these, refused with a cause that says that there is no such thing.
    pub(crate) telling: usize,
    pub(crate) silent: usize,
    pub(crate) worked: u64,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) sources: Vec<IpAddr>,
    pub(crate) targets: Vec<IpAddr>,
    pub(crate) frames: Vec<u64>,
}

impl Window {
    /// Share of failures in percent.
    pub(crate) fn percent(&self) -> u64 {
        let failed = self.failed as u64;
        failed * 100 / (failed + self.worked).max(1)
    }
}

impl<K: Copy + PartialEq> Trail<K> {
    /// Something failed. The same thing again only moves it in time.
    pub(crate) fn failed(&mut self, attempt: Attempt<K>) {
        let known = self.attempts.iter().position(|other| other.what == attempt.what);
        let mut attempt = Attempt { worked: self.worked, ..attempt };
        if let Some(earlier) = known.and_then(|at| self.attempts.remove(at)) {
            attempt.telling |= earlier.telling;
        } else if self.attempts.len() >= MAX_ATTEMPTS {
            self.attempts.pop_front();
        }
        self.attempts.push_back(attempt);
    }

    /// Something worked that is not what worked just before: whoever has one key cannot hide behind it.
    pub(crate) fn worked(&mut self, what: K) {
        if self.lately.contains(&what) {
            return;
        }
        if self.lately.len() >= MAX_WORKED {
            self.lately.pop_front();
        }
        self.lately.push_back(what);
        self.worked += 1;
    }

    /// Whether the window of this number was told of within its span.
    pub(crate) fn is_told(&self, number: usize, now: Timestamp, span: Duration) -> bool {
        self.told.get(number).copied().flatten().is_some_and(|told| now.since(told) < span)
    }

    pub(crate) fn tell(&mut self, number: usize, now: Timestamp) {
        if let Some(told) = self.told.get_mut(number) {
            *told = Some(now);
        }
    }

    /// What failed in this span up to `now`.
    pub(crate) fn window(&self, now: Timestamp, span: Duration) -> Option<Window> {
        let mut inside = self.attempts.iter().filter(|attempt| now.since(attempt.at) <= span);
        let first = inside.next()?;
        let mut window = Window {
            failed: 0,
            telling: 0,
            silent: 0,
            worked: self.worked.saturating_sub(first.worked),
            first: first.at,
            last: first.at,
            sources: Vec::new(),
            targets: Vec::new(),
            frames: Vec::new(),
        };
        for attempt in std::iter::once(first).chain(inside) {
            window.failed += 1;
            window.telling += usize::from(attempt.telling);
            window.silent += usize::from(attempt.answer.is_none());
            window.first = window.first.min(attempt.at);
            window.last = window.last.max(attempt.at);
            for (list, ip) in
                [(&mut window.sources, attempt.source), (&mut window.targets, attempt.target)]
            {
                if list.len() < MAX_FRAMES && !list.contains(&ip) {
                    list.push(ip);
                }
            }
            for frame in [Some(attempt.frame), attempt.answer].into_iter().flatten() {
                if window.frames.len() < MAX_FRAMES {
                    window.frames.push(frame);
                } else if let Some(last) = window.frames.last_mut() {
                    *last = frame;
                }
            }
        }
        window.frames.sort_unstable();
        window.frames.dedup();
        Some(window)
    }

    /// How many things failed in this span up to `now`: cheap, to be asked first.
    pub(crate) fn failed_within(&self, now: Timestamp, span: Duration) -> usize {
        // In the order of their times.
        let old = self.attempts.partition_point(|attempt| now.since(attempt.at) > span);
        self.attempts.len() - old
    }
}

/// Whether one of these stands where the other does.
pub(crate) fn is_near(list: &[IpAddr], ip: IpAddr) -> bool {
    list.iter().any(|other| *other == ip || same_site(*other, ip))
}
