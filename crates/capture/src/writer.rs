//! Frames out: capture files of our own, for evidence and for tests.

use std::io::{self, Write};

/// What a legacy file counts time in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    Micros,
    Nanos,
}

/// Writes the libpcap format: one link type, no comments, read by everything.
#[derive(Debug)]
pub struct PcapWriter<W: Write> {
    out: W,
    resolution: Resolution,
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "the frame or its time does not fit the format")
}

impl<W: Write> PcapWriter<W> {
    /// Begins a file.
    pub fn new(mut out: W, link: u16, resolution: Resolution) -> io::Result<Self> {
        let magic: u32 = match resolution {
            Resolution::Micros => 0xa1b2_c3d4,
            Resolution::Nanos => 0xa1b2_3c4d,
        };
        out.write_all(&magic.to_le_bytes())?;
        out.write_all(&[2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0])?;
        out.write_all(&262_144u32.to_le_bytes())?;
        out.write_all(&u32::from(link).to_le_bytes())?;
        Ok(Self { out, resolution })
    }

    /// Adds a frame; times from 1970 to 2106 can be written.
    pub fn write(&mut self, ts_nanos: i64, orig_len: u32, bytes: &[u8]) -> io::Result<()> {
        let secs = u32::try_from(ts_nanos.div_euclid(1_000_000_000)).map_err(|_| too_large())?;
        let nanos = ts_nanos.rem_euclid(1_000_000_000);
        let fraction = match self.resolution {
            Resolution::Micros => nanos / 1_000,
            Resolution::Nanos => nanos,
        };
        let fraction = u32::try_from(fraction).map_err(|_| too_large())?;
        let len = length(bytes)?;
        for word in [secs, fraction, len, orig_len] {
            self.out.write_all(&word.to_le_bytes())?;
        }
        self.out.write_all(bytes)
    }

    /// Flushes and gives back what was written to.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}

fn length(bytes: &[u8]) -> io::Result<u32> {
    u32::try_from(bytes.len())
        .ok()
        .filter(|_| bytes.len() <= crate::MAX_FRAME)
        .ok_or_else(too_large)
}

/// Writes pcapng: any mix of link types, nanoseconds, comments.
#[derive(Debug)]
pub struct PcapngWriter<W: Write> {
    out: W,
    /// Link type of each interface described so far.
    interfaces: Vec<u16>,
}

impl<W: Write> PcapngWriter<W> {
    /// Begins a file.
    pub fn new(mut out: W) -> io::Result<Self> {
        // Section header of unknown length, version 1.0.
        let mut body = Vec::new();
        body.extend_from_slice(&0x1a2b_3c4du32.to_le_bytes());
        body.extend_from_slice(&[1, 0, 0, 0]);
        body.extend_from_slice(&[0xff; 8]);
        block(&mut out, 0x0a0d_0d0a, &body)?;
        Ok(Self { out, interfaces: Vec::new() })
    }

    /// Adds a frame; a link type that is new gets an interface of its own.
    pub fn write(
        &mut self,
        link: u16,
        ts_nanos: i64,
        orig_len: u32,
        bytes: &[u8],
        comment: Option<&str>,
    ) -> io::Result<()> {
        let interface = match self.interfaces.iter().position(|known| *known == link) {
            Some(i) => i,
            None => self.describe(link)?,
        };
        let interface = u32::try_from(interface).map_err(|_| too_large())?;
        let ticks = u64::try_from(ts_nanos).map_err(|_| too_large())?.to_be_bytes();
        let [a, b, c, d, e, f, g, h] = ticks;
        let (high, low) = (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]));
        let mut body = Vec::with_capacity(bytes.len() + 64);
        for word in [interface, high, low, length(bytes)?, orig_len] {
            body.extend_from_slice(&word.to_le_bytes());
        }
        padded(&mut body, bytes);
        if let Some(comment) = comment {
            let len = u16::try_from(comment.len()).map_err(|_| too_large())?;
            body.extend_from_slice(&1u16.to_le_bytes());
            body.extend_from_slice(&len.to_le_bytes());
            padded(&mut body, comment.as_bytes());
            body.extend_from_slice(&[0; 4]);
        }
        block(&mut self.out, 6, &body)
    }

    /// Flushes and gives back what was written to.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    fn describe(&mut self, link: u16) -> io::Result<usize> {
        let mut body = Vec::new();
        body.extend_from_slice(&link.to_le_bytes());
        body.extend_from_slice(&[0; 2]);
        body.extend_from_slice(&262_144u32.to_le_bytes());
        // if_tsresol: 10^-9; then the end of options.
        body.extend_from_slice(&[9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0]);
        block(&mut self.out, 1, &body)?;
        self.interfaces.push(link);
        Ok(self.interfaces.len() - 1)
    }
}

fn padded(body: &mut Vec<u8>, bytes: &[u8]) {
    body.extend_from_slice(bytes);
    body.resize(body.len().next_multiple_of(4), 0);
}

fn block(out: &mut impl Write, kind: u32, body: &[u8]) -> io::Result<()> {
    let total = u32::try_from(body.len() + 12).map_err(|_| too_large())?.to_le_bytes();
    out.write_all(&kind.to_le_bytes())?;
    out.write_all(&total)?;
    out.write_all(body)?;
    out.write_all(&total)
}
