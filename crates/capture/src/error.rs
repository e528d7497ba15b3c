//! Why there are no frames at all.

use std::io;

/// An input that gives nothing. Damage inside a capture is no error: see [`crate::Damage`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("{path}: cannot be opened: {source}")]
    Open { path: String, source: io::Error },
    #[error("{path}: cannot be read: {source}")]
    Read { path: String, source: io::Error },
    #[error("{path}: is empty: the capture was never started, or its disk was full")]
    Empty { path: String },
    #[error("{path}: is no capture: {what}")]
    NotACapture { path: String, what: String },
    #[error("{path}: ends inside the file header: {have} of {want} octets")]
    HeaderCut { path: String, have: usize, want: usize },
    #[error(
        "{path}: no captures in this folder: none of its files ({skipped}) is pcap or pcapng, plain, .gz or .zst"
    )]
    EmptyFolder { path: String, skipped: usize },
    #[error("no input: name a capture file, a folder, or - for standard input")]
    Nothing,
    #[error("standard input can be read once only")]
    StdinTwice,
    #[error("{files} files are more than {max}: merge them first, for example with mergecap")]
    TooManyFiles { files: usize, max: usize },
}
