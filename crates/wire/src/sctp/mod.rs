//! SCTP (RFC 9260): common header, chunks and their parameters.
