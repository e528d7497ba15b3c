//! The pcapng format: blocks of a type, a length, content, and the length once more.
//!
//! Source: draft-ietf-opsawg-pcapng. Sections may differ in byte order; blocks that are not about packets are skipped.

use crate::MAX_FRAME;
use crate::damage::{CUT, FOUND_BACK, LOST, Notes};
use crate::file::Record;
use crate::legacy::MAX_SEARCH;
use crate::window::Window;

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const OBSOLETE_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;
const BYTE_ORDER: u32 = 0x1a2b_3c4d;
/// A packet of the largest size, its header, and room for options.
const MAX_BLOCK: usize = MAX_FRAME + (64 << 10);
const MAX_INTERFACES: usize = 4_096;
const MAX_COMMENT: usize = 4_096;

#[derive(Debug, Default)]
pub(crate) struct Pcapng {
    big_endian: bool,
    interfaces: Vec<Interface>,
    /// Packets without a time get that of the packet before.
    last_nanos: i64,
    done: bool,
}

#[derive(Clone, Copy, Debug)]
struct Interface {
    link: u16,
    snap: u32,
    ticks: Ticks,
    offset_nanos: i64,
}

/// How a count of ticks becomes nanoseconds (`if_tsresol`).
#[derive(Clone, Copy, Debug)]
enum Ticks {
    Times(u64),
    Per(u64),
    /// So many binary places of a second.
    Binary(u8),
}

/// What a block turned out to be.
enum Step {
    Packet(Record),
    Other,
    Defect(String),
}

impl Pcapng {
    #[inline]
    pub(crate) fn next(&mut self, window: &mut Window, notes: &mut Notes) -> Option<Record> {
        while !self.done {
            if !window.need(12) {
                self.end(window, notes);
                break;
            }
            match self.block(window, notes) {
                Step::Packet(record) => return Some(record),
                Step::Other => {}
                Step::Defect(what) => self.find_back(what, window, notes),
            }
        }
        None
    }

    #[inline]
    fn block(&mut self, window: &mut Window, notes: &mut Notes) -> Step {
        let bytes = window.bytes();
        let kind = self.word(bytes, 0);
        if kind == SECTION && !self.byte_order(bytes) {
            return Step::Defect("a section without a byte order".to_owned());
        }
        let claimed = self.word(window.bytes(), 4);
        let total = claimed as usize;
        if total < smallest(kind) || !total.is_multiple_of(4) {
            return Step::Defect(format!("a block of {claimed} octets is none"));
        }
        if total > MAX_BLOCK {
            return self.large(kind, claimed, window);
        }
        if !window.need(total) {
            let have = window.bytes().len();
            return Step::Defect(format!("cut short inside a block, {have} of {total} octets"));
        }
        let again = self.word(window.bytes(), total - 4);
        if again != claimed {
            return Step::Defect(format!("a block says {claimed} octets first and {again} last"));
        }
        let step = match kind {
            ENHANCED_PACKET | OBSOLETE_PACKET => self.packet(kind, total, window, notes),
            SIMPLE_PACKET => self.simple(total, window, notes),
            INTERFACE => {
                self.interface(window.bytes().get(..total).unwrap_or_default());
                Step::Other
            }
            SECTION => {
                self.interfaces.clear();
                Step::Other
            }
            _ => Step::Other,
        };
        window.skip(total);
        step
    }

    /// A block that is no packet may be of any size; it goes by unread.
    #[cold]
    fn large(&self, kind: u32, claimed: u32, window: &mut Window) -> Step {
        if matches!(kind, SECTION | INTERFACE | OBSOLETE_PACKET | SIMPLE_PACKET | ENHANCED_PACKET) {
            return Step::Defect(format!("a block of {claimed} octets is none"));
        }
        if !window.skip_far(u64::from(claimed) - 4) || !window.need(4) {
            return Step::Defect(format!("cut short inside a block of {claimed} octets"));
        }
        let again = self.word(window.bytes(), 0);
        if again != claimed {
            return Step::Defect(format!("a block says {claimed} octets first and {again} last"));
        }
        window.skip(4);
        Step::Other
    }

    #[inline]
    fn packet(&mut self, kind: u32, total: usize, window: &Window, notes: &mut Notes) -> Step {
        let bytes = window.bytes();
        let number = match kind {
            ENHANCED_PACKET => self.word(bytes, 8) as usize,
            // An interface of two octets, then a count of drops.
            _ => usize::from(self.half(bytes, 8)),
        };
        let Some(interface) = self.interfaces.get(number).copied() else {
            notes.add(
                window.offset(),
                format!("a packet of interface {number}, which is not described"),
                FOUND_BACK,
            );
            return Step::Other;
        };
        let (high, low) = (self.word(bytes, 12), self.word(bytes, 16));
        let mut len = self.word(bytes, 20) as usize;
        let room = total - 32;
        if len > room.min(MAX_FRAME) {
            notes.add(
                window.offset(),
                format!("a packet of {len} octets in a block with room for {room}"),
                FOUND_BACK,
            );
            len = room.min(MAX_FRAME);
        }
        let ticks = u64::from(high) << 32 | u64::from(low);
        let ts_nanos = interface.ticks.nanos(ticks).saturating_add(interface.offset_nanos);
        self.last_nanos = ts_nanos;
        let options = 28 + len.next_multiple_of(4);
        let comment = match bytes.get(options..total - 4) {
            Some(options) if options.len() >= 4 => self.comment(options),
            _ => None,
        };
        Step::Packet(Record {
            at: window.position() + 28,
            len,
            orig_len: self.word(bytes, 24),
            ts_nanos,
            link: interface.link,
            comment,
        })
    }

    fn simple(&self, total: usize, window: &Window, notes: &mut Notes) -> Step {
        let Some(interface) = self.interfaces.first() else {
            let what = "a packet without an interface that is described".to_owned();
            notes.add(window.offset(), what, FOUND_BACK);
            return Step::Other;
        };
        let orig_len = self.word(window.bytes(), 8);
        let snap = if interface.snap == 0 { usize::MAX } else { interface.snap as usize };
        let len = (orig_len as usize).min(snap).min(total - 16).min(MAX_FRAME);
        Step::Packet(Record {
            at: window.position() + 12,
            len,
            orig_len,
            ts_nanos: self.last_nanos,
            link: interface.link,
            comment: None,
        })
    }

    fn interface(&mut self, block: &[u8]) {
        if self.interfaces.len() >= MAX_INTERFACES {
            return;
        }
        let mut interface = Interface {
            link: self.half(block, 8),
            snap: self.word(block, 12),
            ticks: Ticks::Times(1_000),
            offset_nanos: 0,
        };
        let options = block.get(16..block.len().saturating_sub(4)).unwrap_or_default();
        self.options(options, |code, value| match (code, value) {
            (9, [resolution, ..]) => interface.ticks = Ticks::of(*resolution),
            (14, value) => {
                if let Some(octets) = value.first_chunk::<8>() {
                    let secs = if self.big_endian {
                        i64::from_be_bytes(*octets)
                    } else {
                        i64::from_le_bytes(*octets)
                    };
                    interface.offset_nanos = secs.saturating_mul(1_000_000_000);
                }
            }
            _ => {}
        });
        self.interfaces.push(interface);
    }

    #[cold]
    fn comment(&self, options: &[u8]) -> Option<String> {
        let mut text = String::new();
        self.options(options, |code, value| {
            if code == 1 && text.len() < MAX_COMMENT {
                if !text.is_empty() {
                    text.push('\n');
                }
                let value = value.get(..MAX_COMMENT.min(value.len())).unwrap_or_default();
                text.push_str(&String::from_utf8_lossy(value));
            }
        });
        (!text.is_empty()).then_some(text)
    }

    /// Each option until the end of options or of the block.
    fn options<'a>(&self, mut bytes: &'a [u8], mut each: impl FnMut(u16, &'a [u8])) {
        while bytes.len() >= 4 {
            let code = self.half(bytes, 0);
            let len = usize::from(self.half(bytes, 2));
            if code == 0 {
                return;
            }
            let Some(value) = bytes.get(4..4 + len) else { return };
            each(code, value);
            bytes = bytes.get(4 + len.next_multiple_of(4)..).unwrap_or_default();
        }
    }

    #[cold]
    fn end(&mut self, window: &mut Window, notes: &mut Notes) {
        self.done = true;
        let left = window.bytes().len();
        let offset = window.offset();
        if let Some(why) = window.failure() {
            notes.add(offset, format!("reading failed: {why}"), CUT);
        } else if left > 0 {
            let what = format!("cut short inside the header of a block, {left} octets in");
            notes.add(offset, what, CUT);
        }
    }

    /// Looks for the next block behind a damaged one: a type that we know with the same sensible length at both ends.
    #[cold]
    fn find_back(&mut self, what: String, window: &mut Window, notes: &mut Notes) {
        let offset = window.offset();
        let failure = window.failure();
        let mut skipped = 0u64;
        while skipped < MAX_SEARCH {
            window.skip(1);
            skipped += 1;
            if !window.need(12) {
                break;
            }
            if self.is_block(window) {
                notes.add(offset, format!("{what}; {skipped} octets skipped"), FOUND_BACK);
                return;
            }
        }
        self.done = true;
        match failure.or_else(|| window.failure()) {
            Some(why) => notes.add(offset, format!("{what}: reading failed: {why}"), CUT),
            None if what.starts_with("cut short") => notes.add(offset, what, CUT),
            None => {
                let what = format!("{what}, and no block in the next {skipped} octets");
                notes.add(offset, what, LOST);
            }
        }
    }

    fn is_block(&mut self, window: &mut Window) -> bool {
        let bytes = window.bytes();
        let kind = self.word(bytes, 0);
        match kind {
            SECTION => {
                let before = self.big_endian;
                if !self.byte_order(bytes) {
                    return false;
                }
                let found = self.has_both_lengths(kind, window);
                if !found {
                    self.big_endian = before;
                }
                found
            }
            // Interfaces, packets, names and statistics.
            1..=6 => self.has_both_lengths(kind, window),
            _ => false,
        }
    }

    fn has_both_lengths(&self, kind: u32, window: &mut Window) -> bool {
        let claimed = self.word(window.bytes(), 4);
        let total = claimed as usize;
        (smallest(kind)..=MAX_BLOCK).contains(&total)
            && total.is_multiple_of(4)
            && window.need(total)
            && self.word(window.bytes(), total - 4) == claimed
    }

    /// Takes the byte order of a section header; false when it has none.
    fn byte_order(&mut self, bytes: &[u8]) -> bool {
        let Some(magic) = bytes.get(8..).and_then(|rest| rest.first_chunk::<4>()) else {
            return false;
        };
        if u32::from_le_bytes(*magic) == BYTE_ORDER {
            self.big_endian = false;
        } else if u32::from_be_bytes(*magic) == BYTE_ORDER {
            self.big_endian = true;
        } else {
            return false;
        }
        true
    }

    /// Zero behind the end; callers have asked for what they read.
    #[inline]
    fn word(&self, bytes: &[u8], at: usize) -> u32 {
        let octets = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()).copied();
        let octets = octets.unwrap_or_default();
        if self.big_endian { u32::from_be_bytes(octets) } else { u32::from_le_bytes(octets) }
    }

    #[inline]
    fn half(&self, bytes: &[u8], at: usize) -> u16 {
        let octets = bytes.get(at..).and_then(|rest| rest.first_chunk::<2>()).copied();
        let octets = octets.unwrap_or_default();
        if self.big_endian { u16::from_be_bytes(octets) } else { u16::from_le_bytes(octets) }
    }
}

/// Octets of a block without any variable content.
const fn smallest(kind: u32) -> usize {
    match kind {
        SECTION => 28,
        INTERFACE => 20,
        ENHANCED_PACKET | OBSOLETE_PACKET => 32,
        SIMPLE_PACKET => 16,
        _ => 12,
    }
}

impl Ticks {
    /// The high bit chooses between powers of two and of ten (§4.2, `if_tsresol`).
    const fn of(resolution: u8) -> Self {
        let places = resolution & 0x7f;
        if resolution & 0x80 != 0 {
            return Self::Binary(places);
        }
        if places <= 9 {
            Self::Times(10u64.pow(9 - places as u32))
        } else {
            match 10u64.checked_pow(places as u32 - 9) {
                Some(per) => Self::Per(per),
                None => Self::Per(u64::MAX),
            }
        }
    }

    #[inline]
    fn nanos(self, ticks: u64) -> i64 {
        let nanos = match self {
            Self::Times(factor) => ticks.saturating_mul(factor),
            Self::Per(divisor) => ticks / divisor,
            Self::Binary(places) => {
                let nanos = (u128::from(ticks) * 1_000_000_000) >> places;
                u64::try_from(nanos).unwrap_or(u64::MAX)
            }
        };
        i64::try_from(nanos).unwrap_or(i64::MAX)
    }
}
