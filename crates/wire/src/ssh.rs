//! The clear opening of SSH (RFC 4253): banner, key exchange offers, HASSH.
