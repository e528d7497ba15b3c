//! A sliding window over a stream: the only thing that reads, and the reason why memory does not depend on lengths in
//! a file.

use std::io::{ErrorKind, Read};

/// Read at once. Larger blocks leave the processor's cache before they are used.
const BLOCK: usize = 256 << 10;
/// The most that can be looked at: three of the largest frames with their headers, for finding back.
pub(crate) const MAX_WINDOW: usize = 1 << 20;

pub(crate) struct Window {
    source: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Where `start` is in the stream.
    offset: u64,
    at_end: bool,
    /// Why reading ended early.
    failure: Option<String>,
}

impl std::fmt::Debug for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Window").field("offset", &self.offset).finish_non_exhaustive()
    }
}

impl Window {
    pub(crate) fn new(source: Box<dyn Read + Send>) -> Self {
        Self {
            source,
            buffer: vec![0; BLOCK],
            start: 0,
            end: 0,
            offset: 0,
            at_end: false,
            failure: None,
        }
    }

    /// Whether `count` octets can be looked at; reads on where needed. What was looked at before is gone after that.
    #[inline]
    pub(crate) fn need(&mut self, count: usize) -> bool {
        self.end - self.start >= count || self.read_on(count)
    }

    /// Everything that can be looked at without reading on.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Goes past `count` octets of those that can be looked at.
    #[inline]
    pub(crate) fn skip(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        self.start += count;
        self.offset += count as u64;
    }

    /// Goes past octets that nobody needs to look at; false when the stream ends before.
    pub(crate) fn skip_far(&mut self, mut count: u64) -> bool {
        while count > 0 {
            if !self.need(1) {
                return false;
            }
            let step = usize::try_from(count).unwrap_or(usize::MAX).min(self.end - self.start);
            self.skip(step);
            count -= step as u64;
        }
        true
    }

    /// Position of the next octet in the stream.
    pub(crate) const fn offset(&self) -> u64 {
        self.offset
    }

    /// Position of the next octet in the window: what lies there stays until `need` is asked again.
    pub(crate) const fn position(&self) -> usize {
        self.start
    }

    pub(crate) fn at(&self, position: usize, len: usize) -> &[u8] {
        self.buffer.get(position..position + len).unwrap_or_default()
    }

    pub(crate) const fn failure(&mut self) -> Option<String> {
        self.failure.take()
    }

    #[cold]
    fn read_on(&mut self, count: usize) -> bool {
        // At the end nothing moves, or a search through the last octets would copy them for each one.
        if count > MAX_WINDOW || self.at_end {
            return false;
        }
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() < count {
            self.buffer.resize(count.next_multiple_of(BLOCK), 0);
        }
        while self.end < count && !self.at_end {
            let room = self.buffer.get_mut(self.end..).unwrap_or_default();
            match self.source.read(room) {
                Ok(0) => self.at_end = true,
                Ok(got) => self.end += got,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    self.at_end = true;
                    self.failure = Some(error.to_string());
                }
            }
        }
        self.end >= count
    }
}
