//! The names of INAP.

use crate::map::ApplicationContext;

/// The operation of a code.
pub(crate) fn operation_name(_opcode: i64) -> Option<&'static str> {
    None
}

/// The error of a code.
pub(crate) fn error_name(_error: i64) -> Option<&'static str> {
    None
}

/// An application context.
pub(crate) fn context(_context: u8, _version: u8) -> Option<ApplicationContext> {
    None
}
