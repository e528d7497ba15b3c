//! Tests of ICMP.
