//! Test traffic: encoders for every layer, conversations in virtual time, scenarios, the mixed corpus.
//!
//! For tests, exercises and benchmarks. It writes frames into memory and capture files; it opens no socket and sends nothing.
#![expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "encoders of frames that this crate makes up itself: positions are known and lengths fit their fields"
)]

pub mod bytes;
pub mod corpus;
pub mod frame;
pub mod mutate;
pub mod pcap;
pub mod scenarios;
pub mod timeline;
pub mod tshark;

pub use corpus::{corpus, corpus_network, gtpu_corpus, map_corpus};
pub use mutate::{mutate, random_frames};
pub use scenarios::{SCENARIOS, Scenario};
