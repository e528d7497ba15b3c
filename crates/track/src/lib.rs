//! Memory over time: fragments, streams, associations, dialogues, tunnels and flows; messages become events here.
//!
//! Sixteen [`Shard`]s turn frames into events, each on its own part of the addresses; one [`Join`] then takes all events
//! in capture order and joins what belongs together across links: requests with answers, tunnels with subscribers.
//! Time is an argument: nothing here has a clock, and what expires does so at whole seconds of capture time.

mod balance;
mod config;
mod counters;
mod entropy;
mod flow;
mod fragments;
mod join;
mod pool;
mod shard;
mod side;
mod stream;

pub use balance::{SHARDS, shard_of};
pub use config::Config;
pub use counters::{JoinCounters, ShardCounters};
pub use join::Join;
pub use shard::{Frame, Shard, Tap};
