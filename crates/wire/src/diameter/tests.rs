//! Diameter on examples, prefixes and noise.
