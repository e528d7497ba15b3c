//! Quiet, loud and boundary cases of `gtp-illegal-message`.
