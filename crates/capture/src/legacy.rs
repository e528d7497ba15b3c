//! The libpcap file format: a header, then records of a header and a frame.
//!
//! Source: draft-ietf-opsawg-pcap; the variants by what tcpdump and Wireshark read: nanoseconds (A1B23C4D), Kuznetzov's
//! patched libpcap (A1B2CD34), Nokia's with four octets more in each record, lengths swapped before version 2.3.

use crate::MAX_FRAME;
use crate::damage::{CUT, FOUND_BACK, LOST, Notes};
use crate::file::Record;
use crate::window::Window;

pub(crate) const FILE_HEADER: usize = 24;
/// How far we look for the next record behind a damaged one.
pub(crate) const MAX_SEARCH: u64 = 1 << 20;
/// Records of one capture lie closer together than this; only for finding back.
const MAX_APART: u64 = 366 * 86_400;

#[derive(Debug)]
pub(crate) struct Legacy {
    big_endian: bool,
    /// Fractions of a second in one second: a million or a thousand million.
    fractions: u32,
    /// Octets of a record header.
    header: usize,
    lengths: Lengths,
    link: u16,
    last_secs: Option<u32>,
    done: bool,
}

/// In which order a record header has captured and original length.
#[derive(Clone, Copy, Debug)]
enum Lengths {
    Normal,
    Swapped,
    /// Version 2.3 had both; the smaller is the captured one.
    Either,
}

#[derive(Clone, Copy)]
struct Head {
    secs: u32,
    fraction: u32,
    captured: usize,
    original: u32,
}

/// Byte order and variant by the first four octets.
fn variant(magic: [u8; 4]) -> Option<(bool, u32, &'static [usize])> {
    const MICROS: u32 = 1_000_000;
    const NANOS: u32 = 1_000_000_000;
    for (big_endian, value) in
        [(false, u32::from_le_bytes(magic)), (true, u32::from_be_bytes(magic))]
    {
        match value {
            0xa1b2_c3d4 => return Some((big_endian, MICROS, &[16, 20, 24])),
            0xa1b2_3c4d => return Some((big_endian, NANOS, &[16])),
            0xa1b2_cd34 => return Some((big_endian, MICROS, &[24, 28, 16])),
            _ => {}
        }
    }
    None
}

pub(crate) fn is_legacy(magic: [u8; 4]) -> bool {
    variant(magic).is_some()
}

impl Legacy {
    /// Reads the file header, which the window shows whole.
    pub(crate) fn open(window: &mut Window) -> Option<Self> {
        let (words, _) = window.bytes().get(..FILE_HEADER)?.as_chunks::<4>();
        let [magic, version, _, _, _snap, network] = words else { return None };
        let (big_endian, fractions, headers) = variant(*magic)?;
        let [a, b, c, d] = *version;
        let (major, minor) = if big_endian {
            (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]))
        } else {
            (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]))
        };
        let lengths = match (major, minor) {
            (2, 0..=2) | (543, 0) => Lengths::Swapped,
            (2, 3) => Lengths::Either,
            _ => Lengths::Normal,
        };
        // The upper half says how long frame check sequences are; the lower half is the link type.
        let [_, _, low @ ..] = word(big_endian, *network).to_be_bytes();
        let mut legacy = Self {
            big_endian,
            fractions,
            header: headers.first().copied()?,
            lengths,
            link: u16::from_be_bytes(low),
            last_secs: None,
            done: false,
        };
        window.skip(FILE_HEADER);
        if let Some(fits) = headers.iter().find(|header| legacy.with_header(**header, window)) {
            legacy.header = *fits;
        } else if let Some(first) = headers.first() {
            legacy.header = *first;
        }
        Some(legacy)
    }

    #[inline]
    pub(crate) fn next(&mut self, window: &mut Window, notes: &mut Notes) -> Option<Record> {
        loop {
            if self.done {
                return None;
            }
            if !window.need(self.header) {
                self.end(window, notes);
                return None;
            }
            let head = self.head(window.bytes())?;
            let whole = self.header + head.captured;
            if head.captured > MAX_FRAME || head.is_blank() || !window.need(whole) {
                self.defect(head, window, notes);
                continue;
            }
            self.last_secs = Some(head.secs);
            let at = window.position() + self.header;
            window.skip(whole);
            let scale = if self.fractions == 1_000_000 { 1_000 } else { 1 };
            return Some(Record {
                at,
                len: head.captured,
                orig_len: head.original,
                ts_nanos: i64::from(head.secs) * 1_000_000_000 + i64::from(head.fraction) * scale,
                link: self.link,
                comment: None,
            });
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
            let what = format!("cut short inside the header of a packet, {left} octets in");
            notes.add(offset, what, CUT);
        }
    }

    /// A record that cannot be: looks for the next one that can.
    #[cold]
    fn defect(&mut self, head: Head, window: &mut Window, notes: &mut Notes) {
        let offset = window.offset();
        let rest = window.bytes().len().saturating_sub(self.header);
        let cut = head.captured <= MAX_FRAME && !head.is_blank();
        let what = if cut {
            format!("cut short inside a packet, {rest} of {} octets", head.captured)
        } else if head.is_blank() {
            "a record of zeros".to_owned()
        } else {
            format!("a packet of {} octets is none", head.captured)
        };
        let failure = window.failure();
        let mut skipped = 0u64;
        while skipped < MAX_SEARCH {
            window.skip(1);
            skipped += 1;
            if !window.need(self.header) {
                break;
            }
            if self.run(window) {
                let what = format!("{what}; {skipped} octets skipped");
                notes.add(offset, what, FOUND_BACK);
                return;
            }
        }
        self.done = true;
        match failure.or_else(|| window.failure()) {
            Some(why) => notes.add(offset, format!("{what}: reading failed: {why}"), CUT),
            None if cut => notes.add(offset, what, CUT),
            None => notes.add(
                offset,
                format!("{what}, and no packet in the next {skipped} octets"),
                LOST,
            ),
        }
    }

    fn with_header(&mut self, header: usize, window: &mut Window) -> bool {
        self.header = header;
        self.run(window)
    }

    /// Whether three records follow each other here, or fewer that end with the file.
    fn run(&self, window: &mut Window) -> bool {
        let mut at = 0;
        let mut last = self.last_secs;
        for _ in 0..3 {
            if !window.need(at + self.header) {
                return at > 0 && window.need(at) && window.bytes().len() == at;
            }
            let Some(head) = window.bytes().get(at..).and_then(|bytes| self.head(bytes)) else {
                return false;
            };
            if !head.is_plausible(self.fractions, last) {
                return false;
            }
            last = Some(head.secs);
            at += self.header + head.captured;
        }
        window.need(at)
    }

    #[inline]
    fn head(&self, bytes: &[u8]) -> Option<Head> {
        let (words, _) = bytes.get(..16)?.as_chunks::<4>();
        let [secs, fraction, captured, original] = words else { return None };
        let read = |octets: &[u8; 4]| word(self.big_endian, *octets);
        let (mut captured, mut original) = (read(captured), read(original));
        let swapped = match self.lengths {
            Lengths::Normal => false,
            Lengths::Swapped => true,
            Lengths::Either => captured > original,
        };
        if swapped {
            (captured, original) = (original, captured);
        }
        Some(Head {
            secs: read(secs),
            fraction: read(fraction),
            captured: captured as usize,
            original,
        })
    }
}

impl Head {
    /// What a hole in a sparse or preallocated file looks like.
    const fn is_blank(self) -> bool {
        self.secs == 0 && self.captured == 0 && self.original == 0
    }

    fn is_plausible(self, fractions: u32, last_secs: Option<u32>) -> bool {
        let near = |last| (i64::from(self.secs) - i64::from(last)).unsigned_abs() <= MAX_APART;
        (1..=MAX_FRAME).contains(&self.captured)
            && self.captured <= self.original as usize
            && self.original <= 1 << 20
            && self.fraction < fractions
            && last_secs.is_none_or(near)
    }
}

#[inline]
const fn word(big_endian: bool, octets: [u8; 4]) -> u32 {
    if big_endian { u32::from_be_bytes(octets) } else { u32::from_le_bytes(octets) }
}
