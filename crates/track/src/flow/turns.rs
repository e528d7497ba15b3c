//! Who said how much in turn, and how a stream began.

use std::time::Duration;

use event::{Opening, Timestamp, Turn};
use smallvec::SmallVec;

use crate::side::{Side, Sides};

/// Turns that one event carries.
const MAX_TURNS: usize = 32;
/// A pause that ends a turn: longer than a round trip across the world, shorter than between two typed lines.
const PAUSE: Duration = Duration::from_millis(300);
/// More octets than this are neither typed nor read by a person in one go.
const SMALL: u32 = 1_024;
/// A flow with more turns is a machine's, and is only counted from there on.
const BULK_TURNS: u64 = 2_000;
/// The same by octets.
const BULK_BYTES: u64 = 2 << 20;

#[derive(Clone, Copy, Debug)]
struct Current {
    side: Side,
    start: Timestamp,
    last: Timestamp,
    bytes: u32,
}

/// The turns of a flow.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    done: Vec<Turn>,
    current: Option<Current>,
    total: u64,
    pub(crate) count: u64,
    pub(crate) small: u64,
}

impl Turns {
    /// Somebody said something; true when as many turns as an event carries are waiting.
    pub(crate) fn said(&mut self, side: Side, at: Timestamp, bytes: u32) -> bool {
        self.total += u64::from(bytes);
        if self.is_bulk() {
            self.done = Vec::new();
            self.current = None;
            return false;
        }
        match &mut self.current {
            Some(current) if current.side == side && at.since(current.last) <= PAUSE => {
                current.bytes = current.bytes.saturating_add(bytes);
                current.last = at;
            }
            _ => {
                self.end_turn();
                self.current = Some(Current { side, start: at, last: at, bytes });
            }
        }
        self.done.len() >= MAX_TURNS
    }

    /// Too much or too often for a person.
    pub(crate) const fn is_bulk(&self) -> bool {
        self.total > BULK_BYTES || self.count > BULK_TURNS
    }

    /// Turns since the last time; at the end of the flow also the one that was not over.
    pub(crate) fn take(&mut self, end: bool) -> Vec<Turn> {
        if end {
            self.end_turn();
        }
        std::mem::take(&mut self.done)
    }

    pub(crate) const fn is_waiting(&self) -> bool {
        !self.done.is_empty()
    }

    fn end_turn(&mut self) {
        if let Some(current) = self.current.take() {
            if self.done.capacity() == 0 {
                self.done.reserve_exact(4);
            }
            self.done.push(Turn {
                at: current.start,
                to_server: current.side.to_server(),
                bytes: current.bytes,
            });
            self.count += 1;
            self.small += u64::from(current.bytes <= SMALL);
        }
    }
}

/// Octets of each side in which segment ends are marked.
const MARKED: u64 = 512;
const MAX_MARKS: usize = 8;
/// Octets of each side in which printable runs are looked for.
const PRINTABLE: u64 = 256;
/// Turns after which the opening is known: enough for challenge, answer and first command.
const OPENING_TURNS: usize = 3;

#[derive(Clone, Debug, Default)]
struct Half {
    offset: u64,
    marks: SmallVec<[u16; MAX_MARKS]>,
    run: u16,
    longest: u16,
}

impl Half {
    fn said(&mut self, data: &[u8]) {
        for octet in
            data.iter().take(usize::try_from(PRINTABLE.saturating_sub(self.offset)).unwrap_or(0))
        {
            self.run =
                if matches!(octet, b' '..=b'~' | b'\t' | b'\r' | b'\n') { self.run + 1 } else { 0 };
            self.longest = self.longest.max(self.run);
        }
        self.offset += data.len() as u64;
        if self.offset <= MARKED && self.marks.len() < MAX_MARKS {
            self.marks.push(u16::try_from(self.offset).unwrap_or(u16::MAX));
        }
    }
}

/// Watches how a stream begins.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpeningWatch {
    halves: Sides<Half>,
    turns: SmallVec<[i32; 4]>,
    current: Option<(Side, i32)>,
    lost: bool,
}

impl OpeningWatch {
    /// Octets in order, up to the end of a segment. True when this settles the opening; the octets are not part of it then.
    pub(crate) fn said(&mut self, side: Side, data: &[u8]) -> bool {
        let len = i32::try_from(data.len()).unwrap_or(i32::MAX);
        match &mut self.current {
            Some((current, bytes)) if *current == side => *bytes = bytes.saturating_add(len),
            _ => {
                self.end_turn();
                if self.turns.len() >= OPENING_TURNS {
                    return true;
                }
                self.current = Some((side, len));
            }
        }
        self.halves.of_mut(side).said(data);
        false
    }

    /// Octets at the beginning were not captured: offsets mean nothing then.
    pub(crate) const fn lost(&mut self) {
        self.lost = true;
    }

    /// What is known; nothing when nothing was said.
    pub(crate) fn take(mut self) -> Option<Opening> {
        self.end_turn();
        if self.lost || self.turns.is_empty() {
            return None;
        }
        let Sides { client, server } = self.halves;
        Some(Opening {
            turns: self.turns.to_vec(),
            printable_run: client.longest.max(server.longest),
            marks_to_server: client.marks.to_vec(),
            marks_to_client: server.marks.to_vec(),
        })
    }

    fn end_turn(&mut self) {
        if let Some((side, bytes)) = self.current.take() {
            self.turns.push(if side.to_server() { bytes } else { -bytes });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_ends_with_the_other_side_or_a_pause() {
        let mut turns = Turns::default();
        for (ms, side, bytes) in [
            (0, Side::Client, 5),
            (100, Side::Client, 5),
            (500, Side::Client, 1),
            (510, Side::Server, 5_000),
        ] {
            assert!(!turns.said(side, Timestamp(ms * 1_000), bytes));
        }
        let said: Vec<_> = turns.take(true).iter().map(|t| (t.to_server, t.bytes)).collect();
        assert_eq!(said, [(true, 10), (true, 1), (false, 5_000)]);
        assert_eq!((turns.count, turns.small), (3, 2));
    }

    #[test]
    fn bulk_is_not_kept() {
        let mut turns = Turns::default();
        for i in 0..5_000 {
            let side = if i % 2 == 0 { Side::Client } else { Side::Server };
            turns.said(side, Timestamp(i), 10);
            assert!(turns.done.len() <= 2_002);
        }
        assert!(turns.is_bulk() && turns.take(true).is_empty());
        assert_eq!(turns.count, BULK_TURNS + 1);
    }

    #[test]
    fn offsets_do_not_depend_on_segments() {
        let say = |watch: &mut OpeningWatch, side, lens: &[usize]| {
            lens.iter().any(|len| watch.said(side, &vec![0x80; *len]))
        };
        let mut joined = OpeningWatch::default();
        assert!(!say(&mut joined, Side::Client, &[92]));
        assert!(!say(&mut joined, Side::Server, &[52]));
        assert!(!say(&mut joined, Side::Client, &[36]));
        assert!(say(&mut joined, Side::Server, &[36]));
        let opening = joined.take().unwrap();
        assert_eq!(opening.turns, [92, -52, 36]);
        assert_eq!((opening.marks_to_server, opening.marks_to_client), (vec![92, 128], vec![52]));
        assert_eq!(opening.printable_run, 0);

        let mut split = OpeningWatch::default();
        say(&mut split, Side::Client, &[40, 52]);
        say(&mut split, Side::Server, &[20, 32]);
        let opening = split.take().unwrap();
        assert_eq!(opening.turns, [92, -52]);
        assert_eq!(opening.marks_to_server, [40, 92]);
    }
}
