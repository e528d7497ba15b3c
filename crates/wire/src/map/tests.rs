//! Tests of the MAP reader.
