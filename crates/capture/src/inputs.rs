//! All inputs of a run as one stream of frames in time order, numbered from 1.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::damage::LOST;
use crate::file::{CaptureFile, Counted, Record};
use crate::{Batch, Damage, Error, FrameMeta};

/// A frame names its file with 16 bits.
const MAX_FILES: usize = 65_535;
/// Folders inside folders.
const MAX_DEPTH: usize = 64;

/// Files, folders and standard input, merged by time.
///
/// Inside a file its own order stays. Of frames of the same time that of the file named first comes first. A file is
/// opened when its first frame is due, so that a thousand files of a ring buffer need no more memory than two.
#[derive(Debug)]
pub struct Inputs {
    names: Vec<Arc<str>>,
    slots: Vec<Slot>,
    /// Time of the next frame of every file but the current one.
    due: BinaryHeap<Reverse<(i64, usize)>>,
    current: Option<usize>,
    frames: u64,
    damages: Vec<Damage>,
    skipped: Vec<Skipped>,
    /// Where each file really is, so that one named twice is read once.
    places: BTreeSet<PathBuf>,
    progress: Progress,
}

#[derive(Debug)]
enum Slot {
    Waiting(PathBuf),
    Open(Box<CaptureFile>, Record),
    Done,
}

/// A file of a folder that was left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    pub path: String,
    pub why: String,
}

/// How far reading is; another thread may look at it.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    read: Arc<AtomicU64>,
    total: Option<u64>,
}

impl Progress {
    /// Octets read of the files as they lie on disk.
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Octets of all files; unknown when standard input is among them.
    pub const fn total(&self) -> Option<u64> {
        self.total
    }
}

impl Inputs {
    /// Opens captures: files, folders with everything below them, and `-` for standard input.
    pub fn open<P: AsRef<Path>>(paths: &[P]) -> Result<Self, Error> {
        let mut inputs = Self::none();
        for path in paths {
            let path = path.as_ref();
            if path == Path::new("-") {
                inputs.stdin()?;
            } else if path.is_dir() {
                inputs.folder(path)?;
            } else if paths.len() == 1 || !path.is_file() {
                // Alone, a file needs no look ahead; a pipe cannot be opened again.
                let (name, file) = inputs.named(path)?;
                inputs.add_open(name, file);
            } else {
                inputs.add(path)?;
            }
        }
        if inputs.names.len() > MAX_FILES {
            return Err(Error::TooManyFiles { files: inputs.names.len(), max: MAX_FILES });
        }
        if inputs.names.is_empty() {
            return Err(Error::Nothing);
        }
        Ok(inputs)
    }

    /// A capture in memory, under a name that its damages are reported with.
    pub fn from_bytes(name: &str, bytes: Vec<u8>) -> Result<Self, Error> {
        let mut inputs = Self::none();
        inputs.progress.total = u64::try_from(bytes.len()).ok();
        let name: Arc<str> = Arc::from(name);
        let source = Counted::new(io::Cursor::new(bytes), inputs.progress.read.clone());
        let file = CaptureFile::of(source, &name)?;
        inputs.add_open(name, file);
        Ok(inputs)
    }

    fn none() -> Self {
        Self {
            names: Vec::new(),
            slots: Vec::new(),
            due: BinaryHeap::new(),
            current: None,
            frames: 0,
            damages: Vec::new(),
            skipped: Vec::new(),
            places: BTreeSet::new(),
            progress: Progress { total: Some(0), ..Progress::default() },
        }
    }

    /// Names of the files, in the order in which frames count them.
    pub fn files(&self) -> &[Arc<str>] {
        &self.names
    }

    /// Files of folders that are no captures.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// What could not be read so far; complete once there are no more frames.
    pub fn damages(&self) -> &[Damage] {
        &self.damages
    }

    /// How far reading is, to be looked at while it goes on.
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// Empties the batch and fills it with the next frames; false when there are none.
    pub fn next_batch(&mut self, batch: &mut Batch) -> bool {
        batch.clear();
        while !batch.is_full() {
            let Some(i) = self.current.or_else(|| self.take_due()) else { break };
            self.current = None;
            let Some(Slot::Open(file, pending)) = self.slots.get_mut(i) else { continue };
            let (due, frames) = (self.due.peek().map(|Reverse(key)| *key), &mut self.frames);
            // The index of a file fits: their number was checked when they were opened.
            let index = u16::try_from(i).unwrap_or(u16::MAX);
            let ended = loop {
                *frames += 1;
                let meta = FrameMeta {
                    number: *frames,
                    ts_nanos: pending.ts_nanos,
                    orig_len: pending.orig_len,
                    link: pending.link,
                    file: index,
                    ..FrameMeta::default()
                };
                let comment = pending.comment.take();
                batch.push(meta, file.bytes(pending), comment);
                let Some(next) = file.next() else { break true };
                *pending = next;
                let key = (pending.ts_nanos, i);
                if due.is_some_and(|due| due < key) {
                    self.due.push(Reverse(key));
                    break false;
                }
                if batch.is_full() {
                    self.current = Some(i);
                    break false;
                }
            };
            if ended {
                self.damages.append(&mut file.damages());
                self.close(i);
            }
        }
        !batch.is_empty()
    }

    /// The file whose frame is the next in time, open.
    fn take_due(&mut self) -> Option<usize> {
        loop {
            let Reverse((_, i)) = self.due.pop()?;
            let Some(Slot::Waiting(path)) = self.slots.get(i) else { return Some(i) };
            let name = self.names.get(i)?.clone();
            match CaptureFile::open(Some(path), &name, self.progress.read.clone()) {
                Ok(mut file) => match file.next() {
                    Some(record) => {
                        if let Some(slot) = self.slots.get_mut(i) {
                            *slot = Slot::Open(Box::new(file), record);
                        }
                        return Some(i);
                    }
                    None => self.damages.append(&mut file.damages()),
                },
                // It was readable when the run began.
                Err(error) => self.damages.push(Damage {
                    file: name,
                    offset: 0,
                    packed: false,
                    what: error.to_string(),
                    advice: LOST,
                }),
            }
            self.close(i);
        }
    }

    fn close(&mut self, i: usize) {
        if let Some(slot) = self.slots.get_mut(i) {
            *slot = Slot::Done;
        }
    }

    fn stdin(&mut self) -> Result<(), Error> {
        let name: Arc<str> = Arc::from("-");
        if self.names.contains(&name) {
            return Err(Error::StdinTwice);
        }
        let file = CaptureFile::open(None, &name, self.progress.read.clone())?;
        self.progress.total = None;
        self.add_open(name, file);
        Ok(())
    }

    fn named(&mut self, path: &Path) -> Result<(Arc<str>, CaptureFile), Error> {
        let name: Arc<str> = Arc::from(path.display().to_string());
        let file = CaptureFile::open(Some(path), &name, self.progress.read.clone())?;
        self.count(path);
        Ok((name, file))
    }

    fn add_open(&mut self, name: Arc<str>, mut file: CaptureFile) {
        let i = self.names.len();
        self.names.push(name);
        self.slots.push(match file.next() {
            Some(record) => {
                self.due.push(Reverse((record.ts_nanos, i)));
                Slot::Open(Box::new(file), record)
            }
            None => {
                self.damages.append(&mut file.damages());
                Slot::Done
            }
        });
    }

    /// Looks when the file begins and closes it again.
    fn add(&mut self, path: &Path) -> Result<(), Error> {
        if let Ok(place) = path.canonicalize()
            && !self.places.insert(place)
        {
            self.skip(path, "named twice".to_owned());
            return Ok(());
        }
        let name: Arc<str> = Arc::from(path.display().to_string());
        let mut file = CaptureFile::open(Some(path), &name, Arc::default())?;
        self.count(path);
        let i = self.names.len();
        self.names.push(name);
        self.slots.push(match file.next() {
            Some(record) => {
                self.due.push(Reverse((record.ts_nanos, i)));
                Slot::Waiting(path.to_owned())
            }
            None => {
                self.damages.append(&mut file.damages());
                Slot::Done
            }
        });
        Ok(())
    }

    fn count(&mut self, path: &Path) {
        // What has no length, such as a pipe, makes the total unknown.
        let size = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file);
        self.progress.total = self.progress.total.zip(size).map(|(sum, file)| sum + file.len());
    }

    fn folder(&mut self, root: &Path) -> Result<(), Error> {
        let (files_before, skipped_before) = (self.names.len(), self.skipped.len());
        let mut found = Vec::new();
        let mut folders = vec![(root.to_owned(), 0)];
        while let Some((folder, depth)) = folders.pop() {
            let entries = match std::fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(source) if depth == 0 => {
                    return Err(Error::Open { path: folder.display().to_string(), source });
                }
                Err(error) => {
                    self.skip(&folder, error.to_string());
                    continue;
                }
            };
            for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
                // Links to folders are not followed: they can go in circles.
                let is_link = path.is_symlink();
                if path.is_file() {
                    found.push(path);
                } else if path.is_dir() && !is_link && depth < MAX_DEPTH {
                    folders.push((path, depth + 1));
                } else if path.is_dir() {
                    let why = if is_link { "a link to a folder" } else { "too many folders deep" };
                    self.skip(&path, why.to_owned());
                }
            }
        }
        found.sort();
        for path in found {
            if let Err(error) = self.add(&path) {
                let full = error.to_string();
                let prefix = format!("{}: ", path.display());
                self.skip(&path, full.strip_prefix(&prefix).unwrap_or(&full).to_owned());
            }
        }
        // Folders are walked in any order; what is told is in the order of names.
        if let Some(new) = self.skipped.get_mut(skipped_before..) {
            new.sort();
        }
        if self.names.len() == files_before {
            let skipped = self.skipped.len() - skipped_before;
            return Err(Error::EmptyFolder { path: root.display().to_string(), skipped });
        }
        Ok(())
    }

    fn skip(&mut self, path: &Path, why: String) {
        self.skipped.push(Skipped { path: path.display().to_string(), why });
    }
}
