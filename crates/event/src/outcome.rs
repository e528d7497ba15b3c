//! What became of a request.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What became of a request, as far as the capture shows it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// No answer was seen.
    Attempt,
    /// An error, an abort, a rejecting cause.
    Refused,
    /// Answered, without data worth naming.
    Answered,
    /// Answered with what was asked for.
    AnsweredWithData,
}
