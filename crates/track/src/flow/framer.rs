//! Messages out of a stream: cuts it where each message says it ends, and finds the next one where it was lost.

use crate::pool::Pool;

/// A message longer than this is no signalling (Diameter of 64 KiB is already unheard of).
const MAX_MESSAGE: usize = 65_540;

/// How long the message at the start of these octets is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// So many octets, all told.
    Known(usize),
    /// Too few octets to tell.
    More,
    /// No message of this protocol begins here.
    Lost,
}

/// Where the messages of a protocol begin and end.
pub(crate) struct Rules {
    length: fn(&[u8]) -> Length,
    /// Where the first message begins in octets whose start is none.
    find: fn(&[u8]) -> Option<usize>,
    /// Octets at the end of what was searched in vain that a message may begin in.
    keep: usize,
}

/// Diameter (RFC 6733 §3).
pub(crate) const DIAMETER: Rules =
    Rules { length: diameter, find: wire::diameter::find, keep: wire::diameter::HEADER_LEN + 7 };

/// DNS over TCP (RFC 1035 §4.2.2): the length is part of what is handed on. Nothing in it can be searched for, so that
/// reading starts again with a segment that begins with a message.
pub(crate) const DNS: Rules = Rules {
    length: dns,
    find: |bytes| (super::recognise::dns_framed(bytes) == Some(true)).then_some(0),
    keep: 0,
};

/// One direction of a stream of messages.
#[derive(Debug, Default)]
pub(crate) struct Framer {
    buffer: Vec<u8>,
    /// What comes next is not known to be the start of a message.
    lost: bool,
}

impl Framer {
    /// Takes octets in order and hands on whole messages.
    pub(crate) fn push(
        &mut self,
        pool: &Pool,
        data: &[u8],
        rules: &Rules,
        mut take: impl FnMut(&[u8]),
    ) {
        if self.buffer.is_empty() {
            // As a rule messages end with the segment, and nothing is copied.
            let keep = cut(&mut self.lost, data, rules, &mut take);
            if !keep.is_empty() && pool.take(keep.len()) {
                self.buffer = keep.to_vec();
            } else if !keep.is_empty() {
                self.lost = true;
            }
            return;
        }
        pool.give(self.buffer.len());
        self.buffer.extend_from_slice(data);
        let keep = cut(&mut self.lost, &self.buffer, rules, &mut take).len();
        if keep == 0 || !pool.take(keep) {
            self.lost |= keep != 0;
            self.buffer = Vec::new();
            return;
        }
        self.buffer.drain(..self.buffer.len() - keep);
    }

    /// Octets are missing: what was begun cannot be read, and what follows begins anywhere.
    pub(crate) fn reset(&mut self, pool: &Pool) {
        pool.give(self.buffer.len());
        self.buffer = Vec::new();
        self.lost = true;
    }
}

/// Hands on the whole messages; what is left is to be kept.
fn cut<'a>(
    lost: &mut bool,
    data: &'a [u8],
    rules: &Rules,
    take: &mut impl FnMut(&[u8]),
) -> &'a [u8] {
    let mut rest = data;
    loop {
        if *lost {
            let Some(found) = (rules.find)(rest).and_then(|at| rest.get(at..)) else {
                return rest.get(rest.len().saturating_sub(rules.keep)..).unwrap_or_default();
            };
            *lost = false;
            rest = found;
        }
        match (rules.length)(rest) {
            Length::Known(len) if len <= MAX_MESSAGE && len > 0 => {
                let Some((message, tail)) = rest.split_at_checked(len) else { return rest };
                take(message);
                rest = tail;
            }
            Length::More => return rest,
            Length::Known(_) | Length::Lost => {
                *lost = true;
                // Not the same place again.
                rest = rest.get(1..).unwrap_or_default();
            }
        }
    }
}

fn diameter(bytes: &[u8]) -> Length {
    if bytes.len() < 4 {
        return if bytes.first().is_none_or(|version| *version == 1) {
            Length::More
        } else {
            Length::Lost
        };
    }
    wire::diameter::message_len(bytes).map_or(Length::Lost, Length::Known)
}

fn dns(bytes: &[u8]) -> Length {
    match bytes {
        [high, low, ..] => {
            let len = usize::from(u16::from_be_bytes([*high, *low]));
            if len < 12 { Length::Lost } else { Length::Known(len + 2) }
        }
        _ => Length::More,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_in_a_segment_and_one_over_several() {
        let (mut framer, pool) = (Framer::default(), Pool::new(1_000));
        let message = [&[0, 12][..], &[7; 12]].concat();
        let stream = [&message[..], &message, &message].concat();
        for cut in 0..stream.len() {
            let mut seen = Vec::new();
            let (head, tail) = stream.split_at(cut);
            for part in [head, tail] {
                framer.push(&pool, part, &DNS, |message| seen.push(message.to_vec()));
            }
            assert_eq!(seen, vec![message.clone(); 3]);
            assert_eq!(pool.left(), 1_000);
        }
    }

    /// A watchdog request with a host (RFC 6733 §5.5.1).
    fn watchdog() -> Vec<u8> {
        let mut message = vec![1, 0, 0, 36, 0x80, 0, 1, 24, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 9];
        message.extend([0, 0, 1, 8, 0x40, 0, 0, 15]);
        message.extend(b"a.local\0");
        message
    }

    #[test]
    fn after_a_gap_the_next_message_is_found() {
        let message = watchdog();
        let stream = message.repeat(4);
        for gap in 1..message.len() {
            for segment in [1, 7, 36, 50, 200] {
                let (mut framer, pool) = (Framer::default(), Pool::new(1_000));
                framer.reset(&pool);
                let mut seen = 0;
                for part in stream[gap..].chunks(segment) {
                    framer.push(&pool, part, &DIAMETER, |found| {
                        assert_eq!(found, message);
                        seen += 1;
                    });
                }
                assert_eq!((seen, pool.left()), (3, 1_000), "{gap} {segment}");
            }
        }
    }

    #[test]
    fn noise_is_not_kept() {
        let (mut framer, pool) = (Framer::default(), Pool::new(100));
        for _ in 0..100 {
            framer.push(&pool, &[1; 500], &DIAMETER, |_| panic!("no message"));
            assert!(framer.buffer.len() <= DIAMETER.keep);
        }
        framer.reset(&pool);
        assert_eq!(pool.left(), 100);
    }
}
