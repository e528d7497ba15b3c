//! Tests of the ip layer.
