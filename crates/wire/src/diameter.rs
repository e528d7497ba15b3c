//! Diameter (RFC 6733).
