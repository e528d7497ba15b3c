//! The laws every parser of this crate keeps, whatever the input.
