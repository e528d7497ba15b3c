//! DNS (RFC 1035).
