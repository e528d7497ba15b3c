//! Whom somebody asked about, and what followed: bits instead of names, in sliding windows.
//!
//! Distinct subscribers are estimated by linear counting (Whang, Vander-Zanden and Taylor, 1990): each sets one bit, and the
//! share of bits still clear says how many there were. Pseudonyms are keyed hashes, so that nobody outside can choose
//! which bits are set.

use event::{Outcome, Subscriber, Timestamp};

use super::MAX_FRAMES;

/// Bits of one sketch: up to a thousand subscribers are told apart to a few percent.
const BITS: u16 = 512;
const WORDS: usize = 8;
/// A window is made of four parts, and two more hold what came while follow-ups were waited for.
const PARTS: usize = 6;
const PARTS_OF_WINDOW: u64 = 4;

type Bits = [u64; WORDS];

/// Which bit a subscriber sets.
pub(super) fn spot(subscriber: &Subscriber) -> u16 {
    let own = subscriber.pseudonym.unwrap_or_else(|| subscriber.prefix.value());
    let mixed = own.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 55;
    u16::try_from(mixed).unwrap_or(0) % BITS
}

fn set(bits: &mut Bits, spot: u16) {
    if let Some(word) = bits.get_mut(usize::from(spot / 64)) {
        *word |= 1 << (spot % 64);
    }
}

fn estimate(bits: &Bits) -> u64 {
    let ones: u32 = bits.iter().map(|word| word.count_ones()).sum();
    if ones < 32 {
        return u64::from(ones);
    }
    let all = f64::from(BITS);
    let clear = (all - f64::from(ones)).max(1.0);
    let estimate = (all * (all / clear).ln()).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 3194")]
    let estimate = estimate as u64;
    estimate
}

#[derive(Clone, Copy, Debug, Default)]
struct Part {
    asked: Bits,
    followed: Bits,
    answered: u32,
    refused: u32,
}

/// One sliding window.
#[derive(Debug)]
struct Window {
    /// Length of a part in microseconds.
    width: i64,
    /// Number of the newest part since the epoch.
    newest: i64,
    parts: [Part; PARTS],
}

impl Window {
    fn new(secs: u64) -> Self {
        let width = i64::try_from(secs.max(PARTS_OF_WINDOW) / PARTS_OF_WINDOW).unwrap_or(i64::MAX);
        Self {
            width: width.saturating_mul(1_000_000),
            newest: i64::MIN,
            parts: [Part::default(); PARTS],
        }
    }

    /// The part of this time; those that time has left behind are cleared.
    fn part(&mut self, at: Timestamp) -> &mut Part {
        let number = at.0.div_euclid(self.width.max(1));
        if number > self.newest {
            let steps = number.saturating_sub(self.newest).min(PARTS as i64);
            for back in 0..steps {
                *self.slot(number.saturating_sub(back)) = Part::default();
            }
            self.newest = number;
        }
        // What comes late counts as now.
        self.slot(self.newest)
    }

    #[expect(clippy::indexing_slicing, reason = "a remainder of the length")]
    fn slot(&mut self, number: i64) -> &mut Part {
        let place = usize::try_from(number.rem_euclid(PARTS as i64)).unwrap_or(0) % PARTS;
        &mut self.parts[place]
    }

    fn sum(&self, at: Timestamp) -> Sum {
        let number = at.0.div_euclid(self.width.max(1));
        let mut all = Part::default();
        let mut sum = Sum::default();
        for back in 0..PARTS as i64 {
            let own = self.newest.saturating_sub(back);
            if number.saturating_sub(own) >= PARTS as i64 {
                continue;
            }
            let place = usize::try_from(own.rem_euclid(PARTS as i64)).unwrap_or(0);
            let Some(part) = self.parts.get(place) else { continue };
            for (to, from) in all.asked.iter_mut().zip(&part.asked) {
                *to |= from;
            }
            for (to, from) in all.followed.iter_mut().zip(&part.followed) {
                *to |= from;
            }
            sum.answered += u64::from(part.answered);
            sum.refused += u64::from(part.refused);
        }
        let mut open = all.asked;
        for (open, followed) in open.iter_mut().zip(&all.followed) {
            *open &= !followed;
        }
        Sum {
            asked: estimate(&all.asked),
            followed: estimate(&all.followed),
            open: estimate(&open),
            ..sum
        }
    }
}

/// What stands in a window.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    /// Distinct subscribers.
    pub(super) asked: u64,
    pub(super) followed: u64,
    /// Asked about, and nothing followed for them.
    pub(super) open: u64,
    pub(super) answered: u64,
    pub(super) refused: u64,
}

/// What one asker did on one topic.
#[derive(Debug)]
pub(super) struct Trail {
    fast: Window,
    slow: Window,
    /// It waits for judgement, and when it was last told of.
    pub(super) due: bool,
    pub(super) told: Option<Timestamp>,
    pub(super) first: Option<Timestamp>,
    pub(super) frames: Vec<u64>,
    questions: u64,
    gave: bool,
}

impl Trail {
    pub(super) fn new(fast_secs: u64, slow_secs: u64) -> Self {
        Self {
            fast: Window::new(fast_secs),
            slow: Window::new(slow_secs),
            due: false,
            told: None,
            first: None,
            frames: Vec::new(),
            questions: 0,
            gave: false,
        }
    }

    pub(super) fn ask(&mut self, at: Timestamp, frame: u64, spot: u16, is_served: bool) {
        self.questions = self.questions.saturating_add(1);
        for window in [&mut self.fast, &mut self.slow] {
            let part = window.part(at);
            set(&mut part.asked, spot);
            if is_served {
                set(&mut part.followed, spot);
            }
        }
        self.first.get_or_insert(at);
        // The first ones, and the newest.
        if self.frames.last() == Some(&frame) {
            return;
        }
        if self.frames.len() >= MAX_FRAMES {
            self.frames.pop();
        }
        self.frames.push(frame);
    }

    pub(super) fn follow(&mut self, at: Timestamp, spot: u16) {
        for window in [&mut self.fast, &mut self.slow] {
            set(&mut window.part(at).followed, spot);
        }
    }

    pub(super) fn answer(&mut self, at: Timestamp, outcome: Outcome) {
        for window in [&mut self.fast, &mut self.slow] {
            let part = window.part(at);
            match outcome {
                Outcome::Attempt => {}
                Outcome::Refused => part.refused = part.refused.saturating_add(1),
                _ => part.answered = part.answered.saturating_add(1),
            }
        }
        self.gave |= outcome == Outcome::AnsweredWithData;
    }

    /// Whether so many are open in one of the windows that it has to be judged. Looked at now and then only: sums cost.
    pub(super) fn is_over(&self, at: Timestamp, limit: u64) -> bool {
        let every = (limit / 4).max(1);
        if !self.questions.is_multiple_of(every) {
            return false;
        }
        [&self.fast, &self.slow].into_iter().any(|window| window.sum(at).asked >= limit)
    }

    pub(super) fn sum(&self, at: Timestamp, is_slow: bool) -> Sum {
        if is_slow { self.slow.sum(at) } else { self.fast.sum(at) }
    }

    /// The worst that was seen to come of it.
    pub(super) fn outcome(&self, answered: u64, refused: u64) -> Outcome {
        match (self.gave, answered, refused) {
            (true, ..) => Outcome::AnsweredWithData,
            (false, 1.., _) => Outcome::Answered,
            (false, 0, 1..) => Outcome::Refused,
            (false, 0, 0) => Outcome::Attempt,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(1_700_000_000 + secs)
    }

    fn someone(n: u64) -> Subscriber {
        let hash = n.wrapping_mul(0xd6e8_feb8_6659_fd93) ^ (n << 40);
        Subscriber { prefix: event::Digits::default(), pseudonym: Some(hash) }
    }

    #[test]
    fn distinct_ones_are_counted_closely() {
        for many in [10_u64, 50, 200, 800] {
            let mut trail = Trail::new(600, 86_400);
            for n in 0..many * 3 {
                trail.ask(at(1), n, spot(&someone(n % many)), false);
            }
            let asked = trail.sum(at(2), false).asked;
            assert!(asked.abs_diff(many) <= many / 8 + 1, "{asked} of {many}");
            assert!(trail.frames.len() <= MAX_FRAMES);
        }
    }

    #[test]
    fn windows_forget_and_follow_ups_count() {
        let mut trail = Trail::new(600, 86_400);
        for n in 0..30 {
            trail.ask(at(0), n, spot(&someone(n)), false);
        }
        for n in 0..20 {
            trail.follow(at(100), spot(&someone(n)));
        }
        assert!((8..=10).contains(&trail.sum(at(300), false).open));
        trail.ask(at(2_000), 99, spot(&someone(99)), false);
        assert_eq!(trail.sum(at(2_000), false).asked, 1);
        assert!(trail.sum(at(2_000), true).asked >= 28);
        // A long silence, and times that run backwards.
        assert_eq!(trail.sum(at(1_000_000), true).asked, 0);
        trail.ask(at(-50), 7, spot(&someone(5)), false);
        assert!(trail.sum(at(2_000), false).asked <= 2);
    }
}
