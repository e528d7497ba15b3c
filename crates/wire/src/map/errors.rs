//! What the parameter of an error says more than its name.
//!
//! Spec: 3GPP TS 29.002 §17.7.7 (release 17).

use super::User;
use crate::Cursor;

/// The cause, diagnostic or resource that an error's parameter names; `None` where it names none.
pub fn error_diagnostic(_user: User, _error: i64, _parameter: Cursor<'_>) -> Option<u32> {
    None
}
