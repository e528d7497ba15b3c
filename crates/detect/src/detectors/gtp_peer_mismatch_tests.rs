//! Quiet, loud and boundary cases of `gtp-peer-mismatch`.
