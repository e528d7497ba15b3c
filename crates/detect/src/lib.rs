//! Events to alerts: one file per detection, one line each in [`DETECTORS`].
//!
//! INVARIANT: nothing here sees a byte. If a detection wants a field, an event must carry it.
//! INVARIANT: no clock. Time is that of the events; [`Engine::advance`] is told how late it is.

#[macro_use]
mod limits;
mod aggregate;
mod card;
mod detectors;
mod incidents;
#[cfg(feature = "rules")]
pub mod rules;
mod scene;
mod stable_hash;
mod suspects;
#[cfg(test)]
#[allow(dead_code, reason = "detections use what they need of it")]
mod tests_support;
mod tuning;
mod whereabouts;
mod wording;

pub use aggregate::Engine;
pub use card::{Card, Check, Detector, Finding, Gap, Kinds, Setting, Stage};
pub use detectors::{DETECTORS, Entry, find};
pub use incidents::{IncidentRules, incidents, incidents_by};
#[cfg(feature = "rules")]
pub use rules::RuleSet;
pub use scene::Scene;
pub use suspects::{Suspects, Suspicion};
pub use tuning::{INCIDENTS, Limit, ReadError, Suppression, Tuning, TuningCounts};
pub use whereabouts::{Act, Domain, Known, Node, Place, Sighting, Source, Whereabouts};
