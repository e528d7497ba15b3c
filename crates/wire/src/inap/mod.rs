//! INAP, the protocol of the fixed intelligent network, of which CAP is made.
//!
//! Spec: ITU-T Q.1218 (CS1), ETSI ETS 300 374-1 (CS1) and EN 301 140-1 (CS2), ITU-T Q.1228 (CS2).

mod names;

pub(crate) use names::{context, error_name, operation_name};
