//! INAP, the protocol of the fixed intelligent network, of which CAP is made.
//!
//! Spec: ITU-T Q.1218 and ETSI ETS 300 374-1 (CS1), ITU-T Q.1228 and Q.1248 (CS2 to CS4).

mod arguments;
mod names;

pub(crate) use arguments::fields;
pub(crate) use names::{context, error_name, operation_name};

#[cfg(test)]
mod tests;
