//! Quiet, loud and boundary cases of `gtp-malformed`.
