//! Quiet, loud and boundary cases of `gtp-imsi-sweep`.
