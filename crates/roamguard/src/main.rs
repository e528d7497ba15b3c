//! The `roamguard` binary.
fn main() {}
