//! What is wrong with a frame, and where.

use crate::Truncated;

/// A stretch of octets, counted from the start of the frame or of the reassembled buffer that is being read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub start: u32,
    pub len: u32,
}

/// The kinds of defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flaw {
    /// Ends before it should; `missing` octets are not there.
    Truncated { missing: u32 },
    /// A value that the specification does not allow here.
    IllegalValue(u64),
    /// Two fields that should agree do not; the value is the one that was read.
    Disagrees { found: u64, expected: u64 },
    /// A checksum that does not match: damaged, or captured before the card filled it in.
    BadChecksum { found: u64, computed: u64 },
    /// A mandatory part is missing.
    Missing,
    /// A mandatory part of this type is missing.
    Lacks(u64),
    /// More often than allowed.
    Repeated,
    /// Octets behind the end of what was described.
    Trailing(u32),
    /// An encoding that is allowed nowhere or longer than it need be.
    NotCanonical(u64),
    /// Nested deeper than is read.
    TooDeep,
    /// More entries than are read.
    TooMany,
    /// Pieces that lie over each other.
    Overlap,
    /// A published constant of known tools.
    Magic(u64),
}

impl Flaw {
    /// The word for it in records.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Truncated { .. } => "truncated",
            Self::IllegalValue(_) => "illegal value",
            Self::Disagrees { .. } => "disagrees",
            Self::BadChecksum { .. } => "bad checksum",
            Self::Missing | Self::Lacks(_) => "missing",
            Self::Repeated => "repeated",
            Self::Trailing(_) => "trailing",
            Self::NotCanonical(_) => "not canonical",
            Self::TooDeep => "too deep",
            Self::TooMany => "too many",
            Self::Overlap => "overlap",
            Self::Magic(_) => "magic",
        }
    }

    /// The number that was found, where there is one.
    pub const fn value(self) -> Option<u64> {
        match self {
            Self::Truncated { missing } => Some(missing as u64),
            Self::IllegalValue(value)
            | Self::Lacks(value)
            | Self::NotCanonical(value)
            | Self::Magic(value) => Some(value),
            Self::Disagrees { found, .. } | Self::BadChecksum { found, .. } => Some(found),
            Self::Trailing(octets) => Some(octets as u64),
            Self::Missing | Self::Repeated | Self::TooDeep | Self::TooMany | Self::Overlap => None,
        }
    }
}

/// One defect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Anomaly {
    pub at: Span,
    /// Protocol and field: `gtpv1.length`. The part before the first dot is the layer.
    pub field: &'static str,
    pub flaw: Flaw,
}

/// The defects of one frame; one list is used over and over, so that a clean frame costs nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anomalies {
    list: Vec<Anomaly>,
    dropped: u32,
}

impl Anomalies {
    /// More than this many defects of one frame are only counted.
    pub const CAP: usize = 32;

    pub fn new() -> Self {
        Self { list: Vec::with_capacity(Self::CAP), dropped: 0 }
    }

    /// The same defect at the same place is one, however often its octets are read.
    pub fn note(&mut self, at: Span, field: &'static str, flaw: Flaw) {
        let anomaly = Anomaly { at, field, flaw };
        if self.list.contains(&anomaly) {
            return;
        }
        if self.list.len() < Self::CAP {
            self.list.push(anomaly);
        } else {
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    /// A fixed header was cut short: what the reader's `Truncated` says, under the name of the layer.
    pub fn cut(&mut self, field: &'static str, truncated: Truncated) {
        let at = Span { start: truncated.at, len: 0 };
        self.note(at, field, Flaw::Truncated { missing: truncated.missing });
    }

    pub fn clear(&mut self) {
        self.list.clear();
        self.dropped = 0;
    }

    pub fn as_slice(&self) -> &[Anomaly] {
        &self.list
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Defects beyond [`Self::CAP`].
    pub const fn dropped(&self) -> u32 {
        self.dropped
    }

    /// Whether a defect of this field was noted.
    pub fn has(&self, field: &str) -> bool {
        self.list.iter().any(|anomaly| anomaly.field == field)
    }
}
