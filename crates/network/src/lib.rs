//! Who is who: the operator's description of its own network and its partners, and the nodes that traffic shows.
//!
//! Everything in a description is optional. What is missing makes checks not evaluable, never wrong: questions are
//! answered with [`Owner::Unknown`] and the asker says so.

mod critique;
mod description;
mod diff;
mod geography;
mod index;
mod inventory;
mod ir21;
mod learn;
mod lines;
mod node;
mod numbers;
mod questions;
mod ranges;
mod read;
mod role;
mod service;
mod show;
#[cfg(test)]
mod tests;

pub use description::{Element, Home, Network, Owner, Partner, Problem, ReadError, Use};
pub use diff::{Change, Difference, KeyDifference};
pub use geography::{Country, Disc, NetworkId, distance_km, gap_km};
pub use inventory::Inventory;
pub use ir21::{Ir21, Merge, Merged, NotIr21, merge};
pub use jiff::civil::Date;
pub use learn::{Asked, Draft, Learner};
pub use lines::Lines;
pub use read::suggest;
pub use role::{Role, Roles};
pub use service::{NotAService, Peer, Service};
pub use show::{Answer, Thing};
