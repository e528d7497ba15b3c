//! Quiet, loud and boundary cases of `gtp-teid-sweep`.
