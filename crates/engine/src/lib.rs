//! The wiring of a run: frames from their files, through the shards, joined and judged in capture order.
//!
//! INVARIANT: what comes out depends on the frames and the description, never on the number of workers. The shards are
//! always the same sixteen; workers only divide them. Every lane sees every frame's number and time, so that all shards
//! get the same ticks; their events are merged by frame number before anything joins or judges them.

mod lane;
mod run;
mod summary;

pub use run::{Error, Observer, Options, Quiet, run};
pub use summary::Summary;
pub use {capture, detect, event, network};
