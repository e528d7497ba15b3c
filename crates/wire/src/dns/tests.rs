//! DNS on examples, prefixes and noise.
