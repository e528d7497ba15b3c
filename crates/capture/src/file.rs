//! One capture file: what it is by its first octets, unpacked where it is packed, and its records in order.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::Error;
use crate::damage::{Damage, Notes};
use crate::legacy::{FILE_HEADER, Legacy, is_legacy};
use crate::pcapng::Pcapng;
use crate::window::Window;

/// A frame as it lies in the window of its file.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) at: usize,
    pub(crate) len: usize,
    pub(crate) orig_len: u32,
    pub(crate) ts_nanos: i64,
    pub(crate) link: u16,
    pub(crate) comment: Option<String>,
}

#[derive(Debug)]
enum Format {
    Legacy(Legacy),
    Pcapng(Pcapng),
}

/// An open capture.
#[derive(Debug)]
pub(crate) struct CaptureFile {
    window: Window,
    format: Format,
    notes: Notes,
}

/// Counts what is read of the file itself, before unpacking.
pub(crate) struct Counted<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R> Counted<R> {
    pub(crate) const fn new(inner: R, count: Arc<AtomicU64>) -> Self {
        Self { inner, count }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let got = self.inner.read(room)?;
        self.count.fetch_add(got as u64, Ordering::Relaxed);
        Ok(got)
    }
}

impl CaptureFile {
    /// Opens a file by its path, or standard input where there is none.
    pub(crate) fn open(
        path: Option<&Path>,
        name: &Arc<str>,
        count: Arc<AtomicU64>,
    ) -> Result<Self, Error> {
        match path {
            Some(path) => {
                let file = File::open(path)
                    .map_err(|source| Error::Open { path: name.to_string(), source })?;
                Self::of(Counted { inner: file, count }, name)
            }
            None => Self::of(Counted { inner: io::stdin(), count }, name),
        }
    }

    pub(crate) fn of(source: impl Read + Send + 'static, name: &Arc<str>) -> Result<Self, Error> {
        let (stream, packed) = unpacked(source, name)?;
        let mut window = Window::new(stream);
        let shown = || name.to_string();
        window.need(FILE_HEADER);
        let have = window.bytes().len();
        if let Some(why) = window.failure().filter(|_| have < FILE_HEADER) {
            return Err(Error::Read { path: shown(), source: io::Error::other(why) });
        }
        let Some(magic) = window.bytes().first_chunk::<4>().copied() else {
            return Err(if have == 0 {
                Error::Empty { path: shown() }
            } else {
                let what = format!("{have} octets long");
                Error::NotACapture { path: shown(), what }
            });
        };
        let format = if magic == [0x0a, 0x0d, 0x0d, 0x0a] {
            if have < FILE_HEADER {
                return Err(Error::HeaderCut { path: shown(), have, want: 28 });
            }
            Format::Pcapng(Pcapng::default())
        } else if is_legacy(magic) {
            match Legacy::open(&mut window) {
                Some(legacy) => Format::Legacy(legacy),
                None => {
                    return Err(Error::HeaderCut { path: shown(), have, want: FILE_HEADER });
                }
            }
        } else {
            return Err(Error::NotACapture { path: shown(), what: guess(window.bytes()) });
        };
        Ok(Self { window, format, notes: Notes::new(name.clone(), packed) })
    }

    /// The next frame; its octets are those of [`CaptureFile::bytes`] until this is called again.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<Record> {
        match &mut self.format {
            Format::Legacy(legacy) => legacy.next(&mut self.window, &mut self.notes),
            Format::Pcapng(pcapng) => pcapng.next(&mut self.window, &mut self.notes),
        }
    }

    #[inline]
    pub(crate) fn bytes(&self, record: &Record) -> &[u8] {
        self.window.at(record.at, record.len)
    }

    pub(crate) fn damages(&mut self) -> Vec<Damage> {
        self.notes.take()
    }
}

/// Takes gzip and zstd off, by their first octets, and says whether there was any; several members in one file are one
/// stream.
fn unpacked(
    mut source: impl Read + Send + 'static,
    name: &Arc<str>,
) -> Result<(Box<dyn Read + Send>, bool), Error> {
    let fail = |source| Error::Read { path: name.to_string(), source };
    let mut head = Vec::with_capacity(4);
    source.by_ref().take(4).read_to_end(&mut head).map_err(fail)?;
    let magic = head.first_chunk::<4>().copied().unwrap_or_default();
    let whole = Cursor::new(head).chain(source);
    Ok(match magic {
        // RFC 1952 §2.3.1: deflate is the only method there is.
        [0x1f, 0x8b, 8, _] => (Box::new(flate2::read::MultiGzDecoder::new(whole)), true),
        // RFC 8878 §3.1.1.
        [0x28, 0xb5, 0x2f, 0xfd] => {
            (Box::new(zstd::stream::read::Decoder::new(whole).map_err(fail)?), true)
        }
        _ => (Box::new(whole), false),
    })
}

/// What a file is that is no capture, as far as its beginning tells.
fn guess(bytes: &[u8]) -> String {
    const CONVERT: &str = "convert it with `editcap -F pcapng`";
    let bytes = bytes.get(..bytes.len().min(512)).unwrap_or_default();
    let packed = "unpack it first";
    let (what, advice) = match bytes {
        [0xfd, b'7', b'z', b'X', b'Z', ..] => ("packed with xz", packed),
        [b'B', b'Z', b'h', ..] => ("packed with bzip2", packed),
        [b'P', b'K', 3, 4, ..] => ("a zip archive", packed),
        [b'7', b'z', 0xbc, 0xaf, ..] => ("a 7z archive", packed),
        [0x04, 0x22, 0x4d, 0x18, ..] => ("packed with lz4", packed),
        [0x1f, 0x8b, ..] => ("packed twice", packed),
        [b's', b'n', b'o', b'o', b'p', ..] => ("a snoop file", CONVERT),
        [b'b', b't', b's', b'n', ..] => ("a Bluetooth snoop file", CONVERT),
        [0x7f, b'E', b'L', b'F', ..] => ("a program", "is the path right?"),
        _ if bytes.get(257..262) == Some(b"ustar") => ("a tar archive", packed),
        _ if is_text(bytes) => ("a text file", "is the path right?"),
        _ => {
            let first: Vec<String> = bytes.iter().take(4).map(|b| format!("{b:02x}")).collect();
            return format!("begins with {}; {CONVERT} if Wireshark can read it", first.join(" "));
        }
    };
    format!("{what}; {advice}")
}

fn is_text(bytes: &[u8]) -> bool {
    bytes.iter().all(|b| matches!(b, 0x20..=0x7e | b'\t' | b'\n' | b'\r' | 0x80..))
}
