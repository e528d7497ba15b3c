//! Tests of the INAP reader.
