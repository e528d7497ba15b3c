//! Frames in, evidence out: capture files of both formats, packed or not, in time order; and files of our own.
//!
//! A damaged file gives what was readable and a [`Damage`] for each place that was not. Memory does not depend on the
//! size of a file nor on any length in it.

mod batch;
mod damage;
mod error;
mod file;
mod inputs;
mod legacy;
mod pcapng;
#[cfg(test)]
mod tests;
mod window;
mod writer;

pub use batch::{Batch, Frame, FrameMeta};
pub use damage::Damage;
pub use error::Error;
pub use inputs::{Inputs, Progress, Skipped};
pub use writer::{PcapWriter, PcapngWriter, Resolution};

/// Largest captured length that is believed: libpcap's own limit for everything but USB and D-Bus.
pub const MAX_FRAME: usize = 262_144;
