//! Capture files: the classic format in both byte orders and both resolutions, and pcapng.

use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Shape of a capture file.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    pub link: u16,
    pub big_endian: bool,
    pub nanoseconds: bool,
    pub pcapng: bool,
    /// Octets kept of each frame.
    pub snap: usize,
}

impl Default for Format {
    fn default() -> Self {
        Self {
            link: crate::frame::link::ETHERNET,
            big_endian: false,
            nanoseconds: true,
            pcapng: false,
            snap: 262_144,
        }
    }
}

/// Writes frames one by one.
#[derive(Debug)]
pub struct Writer<W: Write> {
    out: W,
    format: Format,
}

impl<W: Write> Writer<W> {
    /// Writes the file's head.
    pub fn new(out: W, format: Format) -> io::Result<Self> {
        Self::labelled(out, format, "")
    }

    /// The same with a comment, which only pcapng has a place for.
    pub fn labelled(out: W, format: Format, comment: &str) -> io::Result<Self> {
        let mut writer = Self { out, format };
        if format.pcapng {
            let comment = &comment.as_bytes()[..comment.len().min(60_000)];
            let padded = comment.len().next_multiple_of(4);
            // opt_comment and opt_endofopt.
            let options = if comment.is_empty() { 0 } else { 4 + padded + 4 };
            let total = (28 + options) as u32;
            writer.u32s(&[0x0a0d_0d0a, total, 0x1a2b_3c4d])?;
            writer.u16s(&[1, 0])?;
            writer.u32s(&[u32::MAX, u32::MAX])?;
            if options > 0 {
                writer.u16s(&[1, comment.len() as u16])?;
                writer.out.write_all(comment)?;
                writer.out.write_all(&[0; 3][..padded - comment.len()])?;
                writer.u32s(&[0])?;
            }
            writer.u32s(&[total])?;
            // Interface description with if_tsresol.
            writer.u32s(&[1, 32])?;
            writer.u16s(&[format.link, 0])?;
            writer.u32s(&[format.snap as u32])?;
            writer.u16s(&[9, 1])?;
            writer.out.write_all(&[if format.nanoseconds { 9 } else { 6 }, 0, 0, 0])?;
            writer.u16s(&[0, 0])?;
            writer.u32s(&[32])?;
        } else {
            writer.u32s(&[if format.nanoseconds { 0xa1b2_3c4d } else { 0xa1b2_c3d4 }])?;
            writer.u16s(&[2, 4])?;
            writer.u32s(&[0, 0, format.snap as u32, u32::from(format.link)])?;
        }
        Ok(writer)
    }

    /// Writes a frame with its time in nanoseconds since the epoch.
    pub fn frame(&mut self, at_ns: i64, frame: &[u8]) -> io::Result<()> {
        let kept = frame.get(..self.format.snap).unwrap_or(frame);
        let lens = [kept.len() as u32, frame.len() as u32];
        let unit = if self.format.nanoseconds { 1 } else { 1_000 };
        let ticks = at_ns.div_euclid(unit) as u64;
        if self.format.pcapng {
            let padding = kept.len().next_multiple_of(4) - kept.len();
            let total = (32 + kept.len() + padding) as u32;
            self.u32s(&[6, total, 0, (ticks >> 32) as u32, ticks as u32])?;
            self.u32s(&lens)?;
            self.out.write_all(kept)?;
            self.out.write_all(&[0; 3][..padding])?;
            return self.u32s(&[total]);
        }
        let per_second = (1_000_000_000 / unit) as u64;
        self.u32s(&[(ticks / per_second) as u32, (ticks % per_second) as u32])?;
        self.u32s(&lens)?;
        self.out.write_all(kept)
    }

    /// Writes what is still buffered and gives the output back.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    fn u32s(&mut self, values: &[u32]) -> io::Result<()> {
        for value in values {
            let bytes =
                if self.format.big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
            self.out.write_all(&bytes)?;
        }
        Ok(())
    }

    fn u16s(&mut self, values: &[u16]) -> io::Result<()> {
        for value in values {
            let bytes =
                if self.format.big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
            self.out.write_all(&bytes)?;
        }
        Ok(())
    }
}

/// A whole capture in memory; times in microseconds.
pub fn bytes(frames: &[(i64, Vec<u8>)], format: Format) -> Vec<u8> {
    let write = || -> io::Result<Vec<u8>> {
        let mut writer = Writer::new(Vec::new(), format)?;
        for (at, frame) in frames {
            writer.frame(at * 1_000, frame)?;
        }
        writer.finish()
    };
    // Writing to memory does not fail.
    write().unwrap_or_default()
}

/// A whole capture in a file: classic, nanoseconds, Ethernet.
pub fn write_pcap(path: &Path, frames: &[(i64, Vec<u8>)]) -> io::Result<()> {
    write_as(path, frames, Format::default())
}

/// A whole capture in a file of this shape.
pub fn write_as(path: &Path, frames: &[(i64, Vec<u8>)], format: Format) -> io::Result<()> {
    let mut writer = Writer::new(BufWriter::new(std::fs::File::create(path)?), format)?;
    for (at, frame) in frames {
        writer.frame(at * 1_000, frame)?;
    }
    writer.finish().map(drop)
}
