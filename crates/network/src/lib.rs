//! Who is who: the operator's description of its own network and its partners, and the nodes that traffic shows.
//!
//! Everything in a description is optional. What is missing makes checks not evaluable, never wrong: questions are
//! answered with [`Owner::Unknown`] and the asker says so.

mod description;
mod inventory;

pub use description::{Element, Home, Network, Owner, Partner, Problem, ReadError};
pub use inventory::{Inventory, Role, Roles};
