//! Frames in blocks: one allocation for many, shared among workers and used again.

/// A batch is full once it holds this many octets; the last frame may reach beyond.
const FULL: usize = 1 << 20;

/// What is known of a frame besides its octets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FrameMeta {
    /// Running number over all files, from 1.
    pub number: u64,
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    pub ts_nanos: i64,
    /// Where its octets begin in the batch.
    pub offset: u32,
    /// Captured length.
    pub len: u32,
    /// Length on the wire, as the file says.
    pub orig_len: u32,
    /// Link type (tcpdump.org's LINKTYPE registry).
    pub link: u16,
    /// File it stood in: index into [`crate::Inputs::files`].
    pub file: u16,
    /// Its comment: index into the batch's.
    pub(crate) comment: Option<u32>,
}

/// A frame in its batch.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Number, time, link type.
    pub meta: FrameMeta,
    /// What was captured of it.
    pub bytes: &'a [u8],
    /// What somebody wrote about it into the file; several comments stand on lines of their own.
    pub comment: Option<&'a str>,
}

/// Consecutive frames.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    data: Vec<u8>,
    frames: Vec<FrameMeta>,
    comments: Vec<String>,
    comment_octets: usize,
}

impl Batch {
    /// Number of frames.
    pub const fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether there is no frame in it.
    pub const fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Captured octets of all frames.
    pub const fn octets(&self) -> usize {
        self.data.len()
    }

    /// The frames in their order.
    pub fn frames(&self) -> impl ExactSizeIterator<Item = Frame<'_>> {
        self.frames.iter().map(|meta| self.frame(*meta))
    }

    /// The frame at a position in the batch.
    pub fn get(&self, index: usize) -> Option<Frame<'_>> {
        self.frames.get(index).map(|meta| self.frame(*meta))
    }

    /// Empties it and keeps its memory.
    pub fn clear(&mut self) {
        self.data.clear();
        self.frames.clear();
        self.comments.clear();
        self.comment_octets = 0;
    }

    pub(crate) const fn is_full(&self) -> bool {
        self.data.len() + self.comment_octets >= FULL
            || self.frames.len() >= FULL / size_of::<FrameMeta>()
    }

    /// Adds a frame; `meta.offset` and `meta.len` are set here.
    pub(crate) fn push(&mut self, meta: FrameMeta, bytes: &[u8], comment: Option<String>) {
        if self.data.capacity() == 0 {
            self.data.reserve_exact(FULL + crate::MAX_FRAME);
        }
        let comment = comment.map(|text| {
            self.comment_octets += text.len();
            self.comments.push(text);
            u32::try_from(self.comments.len() - 1).unwrap_or(u32::MAX)
        });
        // A full batch takes no more, so that offsets stay far below 2^32.
        let offset = u32::try_from(self.data.len()).unwrap_or(u32::MAX);
        let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.data.extend_from_slice(bytes);
        self.frames.push(FrameMeta { offset, len, comment, ..meta });
    }

    fn frame(&self, meta: FrameMeta) -> Frame<'_> {
        let start = meta.offset as usize;
        let bytes = self.data.get(start..start + meta.len as usize).unwrap_or_default();
        let comment = meta.comment.and_then(|i| self.comments.get(i as usize));
        Frame { meta, bytes, comment: comment.map(String::as_str) }
    }
}
