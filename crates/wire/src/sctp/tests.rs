//! Tests of SCTP.
