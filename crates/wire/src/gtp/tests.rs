//! GTP on examples, prefixes and noise.
