//! Octets that a shard may still keep: everything that buffers draws from one of these and gives back to it.

use std::cell::Cell;

#[derive(Debug)]
pub(crate) struct Pool(Cell<usize>);

impl Pool {
    pub(crate) const fn new(octets: usize) -> Self {
        Self(Cell::new(octets))
    }

    pub(crate) const fn left(&self) -> usize {
        self.0.get()
    }

    /// Takes so many, or none when there are too few.
    pub(crate) fn take(&self, octets: usize) -> bool {
        match self.left().checked_sub(octets) {
            Some(left) => {
                self.0.set(left);
                true
            }
            None => false,
        }
    }

    pub(crate) fn give(&self, octets: usize) {
        self.0.set(self.left().saturating_add(octets));
    }
}
