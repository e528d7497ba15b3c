//! Exit codes: 0 clean, 1 findings at or above the fail level, 2 wrong use or configuration, 3 damaged input.

use std::io::Write as _;
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Clean,
    /// Alerts at or above `--fail-level`.
    Findings,
    /// Wrong use or configuration.
    WrongUse,
    /// The input was damaged or incomplete; findings, if any, are printed all the same.
    Damaged,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Clean => 0,
            Outcome::Findings => 1,
            Outcome::WrongUse => 2,
            Outcome::Damaged => 3,
        })
    }
}

/// Whether whoever read our output has gone away, which is no failure.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
            || cause
                .downcast_ref::<serde_json::Error>()
                .is_some_and(|json| json.io_error_kind() == Some(std::io::ErrorKind::BrokenPipe))
    })
}

/// One error, once, on stderr. Causes that the text before them has already told are left out.
pub(crate) fn complain(error: &anyhow::Error) {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.ends_with(&cause) {
            continue;
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&cause);
    }
    // Nobody left to tell when stderr itself is gone.
    let _ = writeln!(anstream::stderr(), "roamguard: {}", crate::sanitise::lines(&text));
}
