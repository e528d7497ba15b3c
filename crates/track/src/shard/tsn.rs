//! One direction of an association: which DATA was seen, which came twice, and messages put together from pieces.
//!
//! Spec: RFC 9260 §3.3.1, §6.9.

use smallvec::SmallVec;

use crate::pool::Pool;

/// TSNs below the highest that are remembered one by one; a sender has at most a receive window of them on the way.
const WINDOW: u32 = 1_024;
const WORDS: usize = 16;
const PRINTS: usize = 1_024;
/// Words of eight octets that a fingerprint takes from a message, besides its last.
const SAMPLES: usize = 16;
/// A jump further than this is another numbering, not loss.
const MAX_JUMP: u32 = 1 << 20;
/// Pieces of messages on the way, in one direction.
const MAX_PIECES: usize = 64;

/// A piece of a user message.
#[derive(Debug)]
struct Piece {
    tsn: u32,
    /// What counts the pieces of a message: the TSN of DATA, the fragment sequence number of I-DATA.
    number: u32,
    message: Message,
    ppid: u32,
    beginning: bool,
    ending: bool,
    bytes: Vec<u8>,
}

/// What pieces belong to: of DATA the stream, whose messages do not mix; of I-DATA the message itself (RFC 8260 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Message {
    stream: u16,
    interleaved: Option<(u32, bool)>,
}

/// One direction.
#[derive(Debug, Default)]
pub(crate) struct Tsns {
    highest: Option<u32>,
    window: [u64; WORDS],
    /// What each TSN of the window brought, by its place; empty until the first DATA.
    prints: Vec<u32>,
    pub(crate) seen: u64,
    pub(crate) expected: u64,
    pieces: Vec<Piece>,
}

impl Tsns {
    /// INIT says where the numbers begin.
    pub(crate) fn begin(&mut self, initial: u32) {
        self.highest = Some(initial.wrapping_sub(1));
        self.window = [0; WORDS];
    }

    /// Counts a TSN; false when it was seen before.
    pub(crate) fn see(&mut self, tsn: u32) -> bool {
        let highest = *self.highest.get_or_insert(tsn.wrapping_sub(1));
        let ahead = tsn.wrapping_sub(highest);
        if ahead == 0 || ahead > u32::MAX / 2 {
            let behind = highest.wrapping_sub(tsn);
            if behind >= WINDOW || self.is_set(tsn) {
                return false;
            }
            self.set(tsn);
            self.seen += 1;
            // Older than the first that was seen: there was one more than thought.
            self.expected = self.expected.max(self.seen);
            return true;
        }
        if ahead > MAX_JUMP || ahead >= WINDOW {
            self.window = [0; WORDS];
        } else {
            for step in 1..ahead {
                self.clear(highest.wrapping_add(step));
            }
        }
        self.highest = Some(tsn);
        self.set(tsn);
        self.seen += 1;
        self.expected += if ahead > MAX_JUMP { 1 } else { u64::from(ahead) };
        true
    }

    /// The TSN that comes next.
    pub(crate) fn next(&self) -> u64 {
        self.highest.map_or(0, |highest| u64::from(highest.wrapping_add(1)))
    }

    /// Keeps what a TSN that was seen brought, to hold a repetition against.
    pub(crate) fn keep(&mut self, tsn: u32, print: u32) {
        if self.prints.is_empty() {
            self.prints.resize(PRINTS, 0);
        }
        if let Some(kept) = Self::slot(tsn).and_then(|at| self.prints.get_mut(at)) {
            *kept = print;
        }
    }

    /// Whether a TSN that was seen before brought something else then. Of what is older than the window nobody knows.
    pub(crate) fn differs(&self, tsn: u32, print: u32) -> bool {
        let behind = self.highest.map_or(u32::MAX, |highest| highest.wrapping_sub(tsn));
        behind < WINDOW
            && self.is_set(tsn)
            && Self::slot(tsn)
                .and_then(|at| self.prints.get(at))
                .is_some_and(|kept| *kept != 0 && *kept != print)
    }

    /// Takes a piece of a message and gives the message when it is whole, with the identifier of its first piece.
    pub(crate) fn piece(
        &mut self,
        pool: &Pool,
        data: &wire::sctp::Data<'_>,
    ) -> Option<(u32, Vec<u8>)> {
        if self.pieces.len() >= MAX_PIECES {
            let gone = self.pieces.remove(0);
            pool.give(gone.bytes.len());
        }
        let bytes = data.payload.rest();
        if !pool.take(bytes.len()) {
            return None;
        }
        let message = Message {
            stream: data.stream,
            interleaved: data.interleaved.then_some((data.ssn, data.unordered)),
        };
        let number = if data.interleaved { data.fsn } else { data.tsn };
        self.pieces.push(Piece {
            tsn: data.tsn,
            number,
            message,
            ppid: data.ppid,
            beginning: data.beginning,
            ending: data.ending,
            bytes: bytes.to_vec(),
        });
        let find = |number: u32| {
            self.pieces.iter().find(|piece| piece.number == number && piece.message == message)
        };
        let mut first = number;
        while !find(first)?.beginning {
            first = first.wrapping_sub(1);
        }
        let mut numbers: SmallVec<[u32; 16]> = SmallVec::new();
        let mut next = first;
        loop {
            numbers.push(next);
            if find(next)?.ending {
                break;
            }
            next = next.wrapping_add(1);
        }
        let mut bytes = Vec::new();
        let mut ppid = 0;
        for number in numbers {
            let at = self
                .pieces
                .iter()
                .position(|piece| piece.number == number && piece.message == message)?;
            let piece = self.pieces.remove(at);
            pool.give(piece.bytes.len());
            bytes.extend_from_slice(&piece.bytes);
            if piece.beginning {
                ppid = piece.ppid;
            }
        }
        Some((ppid, bytes))
    }

    /// Everything up to this TSN is given up by its sender (RFC 3758 §3.2): it may never have been sent.
    pub(crate) fn forward(&mut self, pool: &Pool, cumulative: u32) {
        let old = |tsn: u32| cumulative.wrapping_sub(tsn) <= u32::MAX / 2;
        self.pieces.retain(|piece| {
            let gone = old(piece.tsn);
            if gone {
                pool.give(piece.bytes.len());
            }
            !gone
        });
        let Some(highest) = self.highest else { return };
        let ahead = cumulative.wrapping_sub(highest);
        if ahead == 0 || ahead > MAX_JUMP {
            return;
        }
        if ahead >= WINDOW {
            self.window = [0; WORDS];
        } else {
            for step in 1..=ahead {
                self.clear(highest.wrapping_add(step));
            }
        }
        self.highest = Some(cumulative);
        self.expected += u64::from(ahead);
    }

    /// Gives what is kept back to the pool.
    pub(crate) fn end(&mut self, pool: &Pool) {
        for piece in self.pieces.drain(..) {
            pool.give(piece.bytes.len());
        }
    }

    fn slot(tsn: u32) -> Option<usize> {
        usize::try_from(tsn % WINDOW).ok()
    }

    fn place(tsn: u32) -> (usize, u64) {
        let bit = tsn % WINDOW;
        (usize::try_from(bit / 64).unwrap_or(0), 1 << (bit % 64))
    }

    fn is_set(&self, tsn: u32) -> bool {
        let (word, bit) = Self::place(tsn);
        self.window.get(word).is_some_and(|word| word & bit != 0)
    }

    fn set(&mut self, tsn: u32) {
        let (word, bit) = Self::place(tsn);
        if let Some(word) = self.window.get_mut(word) {
            *word |= bit;
        }
    }

    fn clear(&mut self, tsn: u32) {
        let (word, bit) = Self::place(tsn);
        if let Some(word) = self.window.get_mut(word) {
            *word &= !bit;
        }
    }
}

/// What tells DATA from other DATA with the same TSN, never zero: its length, its stream and the message there, and
/// octets from all over it; the whole of what is short.
pub(crate) fn fingerprint(data: &wire::sctp::Data<'_>) -> u32 {
    // An odd number with its bits well spread, as multiplicative hashing wants (Knuth, TAOCP 3, §6.4).
    const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
    let bytes = data.payload.rest();
    let mut sum = bytes.len() as u64 ^ u64::from(data.ppid) << 32;
    let mut mix = |word: u64| sum = (sum.rotate_left(23) ^ word).wrapping_mul(SPREAD);
    mix(u64::from(data.stream) << 32 | u64::from(data.ssn));
    mix(u64::from(data.fsn) << 2 | u64::from(data.beginning) << 1 | u64::from(data.ending));
    let (words, _) = bytes.as_chunks::<8>();
    let stride = words.len().div_ceil(SAMPLES).max(1);
    for word in words.iter().step_by(stride) {
        mix(u64::from_le_bytes(*word));
    }
    let last = match bytes.last_chunk::<8>() {
        Some(last) => u64::from_le_bytes(*last),
        None => bytes.iter().fold(0, |word, octet| word << 8 | u64::from(*octet)),
    };
    mix(last);
    u32::try_from(sum >> 32).unwrap_or_default().max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use wire::Cursor;
    use wire::sctp::Data;

    use super::*;

    fn data(tsn: u32, bytes: &[u8], beginning: bool, ending: bool) -> Data<'_> {
        Data {
            tsn,
            stream: 1,
            ssn: 0,
            ppid: 3,
            fsn: 0,
            unordered: false,
            beginning,
            ending,
            immediate: false,
            interleaved: false,
            payload: Cursor::new(bytes),
        }
    }

    proptest! {
        #[test]
        fn every_tsn_counts_once(start: u32, order in proptest::collection::vec(0u32..300, 1..400)) {
            let mut tsns = Tsns::default();
            tsns.begin(start);
            let mut seen = std::collections::HashSet::new();
            for step in order {
                prop_assert_eq!(tsns.see(start.wrapping_add(step)), seen.insert(step));
            }
            prop_assert_eq!(tsns.seen, seen.len() as u64);
            prop_assert_eq!(tsns.expected, u64::from(*seen.iter().max().unwrap()) + 1);
        }

        #[test]
        fn pieces_in_any_order(start: u32, swaps in proptest::collection::vec((0usize..5, 0usize..5), 0..10)) {
            let (pool, mut tsns) = (Pool::new(1_000), Tsns::default());
            let mut order: Vec<u32> = (0..5).collect();
            for (a, b) in swaps {
                order.swap(a, b);
            }
            let mut whole = None;
            for at in order {
                prop_assert!(whole.is_none());
                let bytes = [u8::try_from(at).unwrap(); 3];
                whole = tsns.piece(&pool, &data(start.wrapping_add(at), &bytes, at == 0, at == 4));
            }
            let expected: Vec<u8> = (0..5).flat_map(|at| [at; 3]).collect();
            prop_assert_eq!(whole, Some((3, expected)));
            prop_assert_eq!(pool.left(), 1_000);
        }
    }

    #[test]
    fn what_a_tsn_brought_is_known_as_long_as_the_tsn_is() {
        let print = |bytes: &[u8]| fingerprint(&data(7, bytes, true, true));
        let mut tsns = Tsns::default();
        tsns.see(7);
        assert!(!tsns.differs(7, print(b"first")));
        tsns.keep(7, print(b"first"));
        assert!(!tsns.differs(7, print(b"first")));
        assert!(tsns.differs(7, print(b"other")));
        // Neither one that was not seen, nor one that has left the window and whose place another has taken.
        assert!(!tsns.differs(8, print(b"other")));
        tsns.see(7 + WINDOW);
        assert!(!tsns.differs(7, print(b"other")));
        assert!(!tsns.differs(7 + WINDOW - 1, print(b"other")));
    }

    #[test]
    fn a_fingerprint_is_of_every_octet_of_a_short_message() {
        for len in 1..=128_usize {
            let bytes = vec![0x55; len];
            let print = fingerprint(&data(1, &bytes, true, true));
            for at in 0..len {
                let mut other = bytes.clone();
                other[at] ^= 1;
                assert_ne!(fingerprint(&data(1, &other, true, true)), print, "octet {at} of {len}");
            }
        }
        let whole = fingerprint(&data(1, &[1; 9_000], true, true));
        assert_ne!(whole, fingerprint(&data(1, &[1; 9_001], true, true)));
        assert_ne!(whole, fingerprint(&data(1, &[1; 9_000], true, false)));
    }

    #[test]
    fn pieces_that_never_end_are_bounded() {
        let (pool, mut tsns) = (Pool::new(100_000), Tsns::default());
        for tsn in 0..10_000 {
            assert!(tsns.piece(&pool, &data(tsn * 2, &[0; 1_000], true, false)).is_none());
            assert!(tsns.pieces.len() <= MAX_PIECES);
        }
        tsns.end(&pool);
        assert_eq!(pool.left(), 100_000);
    }
}
