//! One direction of a TCP stream, put in order as far as somebody reads it.
//!
//! Spec: RFC 9293 §3.4, §3.10. What was acknowledged but not captured is skipped and counted as a gap.

use crate::pool::Pool;

/// Octets out of order that one direction may hold: a usual receive window.
const MAX_HELD: usize = 65_536;
/// Segments out of order that one direction may hold.
const MAX_SEGMENTS: usize = 64;

/// What a stream hands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Octets in order, up to the end of one segment.
    Data(&'a [u8]),
    /// Octets that were sent and not captured.
    Gap,
}

/// One direction.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    /// Sequence number of the next octet; unset until the first segment.
    next: Option<u32>,
    /// Out of order, by distance from `next`.
    held: Vec<(u32, Box<[u8]>)>,
    held_bytes: usize,
}

impl Stream {
    /// The SYN: data begins behind it.
    pub(crate) fn begin(&mut self, seq: u32) {
        if self.next.is_none() {
            self.next = Some(seq.wrapping_add(1));
        }
    }

    /// Counts what is new in a segment without keeping anything: for streams that nobody reads any more.
    pub(crate) fn count(&mut self, seq: u32, len: usize) -> u32 {
        let len = u32::try_from(len).unwrap_or(u32::MAX);
        let next = *self.next.get_or_insert(seq);
        let end = seq.wrapping_add(len);
        let fresh = end.wrapping_sub(next);
        if fresh == 0 || fresh > u32::MAX / 2 {
            return 0;
        }
        self.next = Some(end);
        fresh.min(len)
    }

    /// Takes a segment and hands on what is in order now. `pool` is what all streams together may still hold.
    pub(crate) fn push(
        &mut self,
        pool: &Pool,
        seq: u32,
        data: &[u8],
        mut take: impl FnMut(Piece<'_>),
    ) {
        if data.is_empty() {
            return;
        }
        let next = *self.next.get_or_insert(seq);
        let ahead = seq.wrapping_sub(next);
        if ahead != 0 && ahead <= u32::MAX / 2 {
            self.hold(pool, seq, data);
            if self.held_bytes > MAX_HELD || self.held.len() > MAX_SEGMENTS || pool.left() == 0 {
                self.skip(&mut take);
                self.release(pool, &mut take);
            }
            return;
        }
        self.deliver(seq, data, &mut take);
        self.release(pool, &mut take);
    }

    /// The other side has everything before `ack`: what is missing before held data will not come any more.
    pub(crate) fn acknowledged(&mut self, pool: &Pool, ack: u32, mut take: impl FnMut(Piece<'_>)) {
        while let (Some((seq, _)), Some(next)) = (self.held.first(), self.next) {
            let (to_ack, to_held) = (ack.wrapping_sub(next), seq.wrapping_sub(next));
            if to_ack > u32::MAX / 2 || to_ack < to_held {
                return;
            }
            self.skip(&mut take);
            self.release(pool, &mut take);
        }
    }

    /// Gives held octets back to the pool.
    pub(crate) fn drop_held(&mut self, pool: &Pool) {
        pool.give(self.held_bytes);
        self.held = Vec::new();
        self.held_bytes = 0;
    }

    fn deliver(&mut self, seq: u32, data: &[u8], take: &mut impl FnMut(Piece<'_>)) {
        let next = self.next.unwrap_or(seq);
        let old = usize::try_from(next.wrapping_sub(seq)).unwrap_or(usize::MAX);
        let Some((_, fresh)) = data.split_at_checked(old) else { return };
        if fresh.is_empty() {
            return;
        }
        self.next = Some(next.wrapping_add(u32::try_from(fresh.len()).unwrap_or(0)));
        take(Piece::Data(fresh));
    }

    fn hold(&mut self, pool: &Pool, seq: u32, data: &[u8]) {
        let next = self.next.unwrap_or(seq);
        let distance = |seq: u32| seq.wrapping_sub(next);
        let place = self.held.partition_point(|(other, _)| distance(*other) < distance(seq));
        if self
            .held
            .get(place)
            .is_some_and(|(other, held)| *other == seq && held.len() >= data.len())
        {
            return;
        }
        if !pool.take(data.len()) {
            return;
        }
        self.held_bytes += data.len();
        self.held.insert(place, (seq, data.into()));
    }

    /// Jumps over what is missing to the first held segment.
    fn skip(&mut self, take: &mut impl FnMut(Piece<'_>)) {
        if let Some((seq, _)) = self.held.first() {
            self.next = Some(*seq);
            take(Piece::Gap);
        }
    }

    /// Hands on held segments that are in order now.
    fn release(&mut self, pool: &Pool, take: &mut impl FnMut(Piece<'_>)) {
        while let (Some((seq, _)), Some(next)) = (self.held.first(), self.next) {
            let ahead = seq.wrapping_sub(next);
            if ahead != 0 && ahead <= u32::MAX / 2 {
                return;
            }
            let (seq, data) = self.held.remove(0);
            pool.give(data.len());
            self.held_bytes -= data.len();
            self.deliver(seq, &data, take);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(stream: &mut Stream, pool: &Pool, segments: &[(u32, &[u8])]) -> (Vec<u8>, usize) {
        let (mut out, mut gaps) = (Vec::new(), 0);
        for (seq, data) in segments {
            stream.push(pool, *seq, data, |piece| match piece {
                Piece::Data(data) => out.extend_from_slice(data),
                Piece::Gap => gaps += 1,
            });
        }
        (out, gaps)
    }

    proptest! {
        #[test]
        fn reordering_and_repetition_change_nothing(start: u32, lens in proptest::collection::vec(1usize..30, 1..12), swaps in proptest::collection::vec((0usize..12, 0usize..12), 0..12), again in 0usize..12) {
            let total: usize = lens.iter().sum();
            let data: Vec<u8> = (0..total).map(|i| u8::try_from(i % 256).unwrap()).collect();
            let mut segments = Vec::new();
            let mut at = 0;
            for len in lens {
                segments.push((start.wrapping_add(1).wrapping_add(u32::try_from(at).unwrap()), &data[at..at + len]));
                at += len;
            }
            for (a, b) in swaps {
                let n = segments.len();
                segments.swap(a % n, b % n);
            }
            segments.push(segments[again % segments.len()]);
            let (mut stream, pool) = (Stream::default(), Pool::new(100_000));
            stream.begin(start);
            prop_assert_eq!(read(&mut stream, &pool, &segments), (data, 0));
            prop_assert_eq!(pool.left(), 100_000);
        }
    }

    #[test]
    fn a_gap_that_was_acknowledged_is_skipped() {
        let (mut stream, pool) = (Stream::default(), Pool::new(1_000));
        stream.begin(9);
        assert_eq!(read(&mut stream, &pool, &[(10, b"ab"), (15, b"fg")]), (b"ab".to_vec(), 0));
        let mut pieces = Vec::new();
        stream.acknowledged(&pool, 17, |piece| pieces.push(format!("{piece:?}")));
        assert_eq!(pieces, ["Gap", "Data([102, 103])"]);
        assert_eq!(pool.left(), 1_000);
    }

    #[test]
    fn a_hole_that_never_fills_does_not_hold_more_than_its_share() {
        let (mut stream, pool) = (Stream::default(), Pool::new(1 << 20));
        stream.begin(0);
        for i in 0..10_000u32 {
            stream.push(&pool, 100 + i * 2_000, &[0; 1_000], |_| {});
            assert!(stream.held_bytes <= MAX_HELD + 1_000 && stream.held.len() <= MAX_SEGMENTS + 1);
        }
    }

    #[test]
    fn counting_alone_knows_repeats() {
        let mut stream = Stream::default();
        assert_eq!(stream.count(5, 10), 10);
        assert_eq!(stream.count(5, 10), 0);
        assert_eq!(stream.count(10, 10), 5);
        assert_eq!(stream.count(u32::MAX, 3), 0);
    }
}
