//! Messages out of a stream: cuts it where each message says it ends.

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

/// One direction of a stream of messages.
#[derive(Debug, Default)]
pub(crate) struct Framer {
    buffer: Vec<u8>,
}

impl Framer {
    /// Takes octets in order and hands on whole messages. Where the stream makes no sense, reading starts again with the
    /// next segment, which is where messages begin as a rule.
    pub(crate) fn push(
        &mut self,
        pool: &Pool,
        data: &[u8],
        length: fn(&[u8]) -> Length,
        mut take: impl FnMut(Vec<u8>),
    ) {
        let held = self.buffer.len();
        pool.give(held);
        self.buffer.extend_from_slice(data);
        let mut rest = self.buffer.as_slice();
        loop {
            match length(rest) {
                Length::Known(len) if len <= MAX_MESSAGE && len > 0 => {
                    match rest.split_at_checked(len) {
                        Some((message, tail)) => {
                            take(message.to_vec());
                            rest = tail;
                        }
                        None => break,
                    }
                }
                Length::More => break,
                Length::Known(_) | Length::Lost => {
                    rest = &[];
                    break;
                }
            }
        }
        let keep = rest.len();
        if !pool.take(keep) {
            self.buffer = Vec::new();
            return;
        }
        self.buffer.drain(..self.buffer.len() - keep);
        if self.buffer.is_empty() {
            self.buffer = Vec::new();
        }
    }

    /// Octets are missing: what was begun cannot be read.
    pub(crate) fn reset(&mut self, pool: &Pool) {
        pool.give(self.buffer.len());
        self.buffer = Vec::new();
    }
}

/// Diameter (RFC 6733 §3).
pub(crate) fn diameter(bytes: &[u8]) -> Length {
    if bytes.len() < 4 {
        return if bytes.first().is_none_or(|version| *version == 1) {
            Length::More
        } else {
            Length::Lost
        };
    }
    wire::diameter::message_len(bytes).map_or(Length::Lost, Length::Known)
}

/// DNS over TCP (RFC 1035 §4.2.2): the length is part of what is handed on.
pub(crate) fn dns(bytes: &[u8]) -> Length {
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
                framer.push(&pool, part, dns, |message| seen.push(message));
            }
            assert_eq!(seen, vec![message.clone(); 3]);
            assert_eq!(pool.left(), 1_000);
        }
    }
}
