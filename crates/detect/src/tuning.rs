//! What the operator set differently: thresholds, categories of operations.
//!
//! A threshold holds for everybody, or for one partner; a limit knows both and is asked with whose the traffic is.

mod read;
mod suppress;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::time::Duration;

use event::{Alert, Suppressed};
use network::{Network, Owner};

use crate::{Card, DETECTORS, IncidentRules, Setting};

pub use suppress::Suppression;

/// A threshold as it stands: for everybody, and for the partners that have their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limit {
    everybody: u64,
    /// By partner's name.
    partners: Vec<(String, u64)>,
}

impl Limit {
    /// The same for everybody.
    pub const fn fixed(everybody: u64) -> Self {
        Self { everybody, partners: Vec::new() }
    }

    /// As a span of time, where it counts seconds.
    pub fn secs(&self, owner: Owner<'_>) -> Duration {
        Duration::from_secs(self.of(owner))
    }

    /// The default of a setting.
    pub const fn new(setting: &Setting) -> Self {
        Self { everybody: setting.default, partners: Vec::new() }
    }

    /// The limit for traffic of this owner.
    pub fn of(&self, owner: Owner<'_>) -> u64 {
        if self.partners.is_empty() {
            return self.everybody;
        }
        owner
            .partner()
            .and_then(|partner| self.partners.iter().find(|(name, _)| *name == partner.name))
            .map_or(self.everybody, |(_, limit)| *limit)
    }

    /// The limit where traffic is nobody's in particular.
    pub const fn everybody(&self) -> u64 {
        self.everybody
    }
}

/// What the configuration changes about the detections; the default one changes nothing.
#[derive(Clone, Debug, Default)]
pub struct Tuning {
    /// File name for `decided_by`; empty when there is no configuration.
    pub source: String,
    /// By detection and setting.
    limits: HashMap<(&'static str, &'static str), Limit>,
    /// Categories of operations that differ from the default profile: `map.37` is 2; 0 is none.
    operations: HashMap<String, u8>,
    suppressions: Vec<Suppression>,
    /// Partners that have thresholds of their own, with the line that names them.
    partners: Vec<(String, usize)>,
    /// Rules of the operator's own.
    #[cfg(feature = "rules")]
    pub rules: Option<crate::RuleSet>,
}

/// How much a configuration changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TuningCounts {
    pub thresholds: u64,
    pub partners: u64,
    pub suppressions: u64,
    pub operations: u64,
}

/// A configuration that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {text}")]
pub struct ReadError {
    pub path: String,
    /// Every defect with its line, one under another.
    pub text: String,
}

/// Where the numbers of incidents stand: `[thresholds.incidents]`.
pub const INCIDENTS: &str = "incidents";

/// The cards of all detections.
fn cards() -> Vec<&'static Card> {
    DETECTORS.iter().map(|entry| entry.card).collect()
}

impl Tuning {
    /// The limit of one of the card's settings.
    pub fn limit(&self, card: &Card, setting: &'static str) -> Limit {
        if let Some(limit) = self.limits.get(&(card.id, setting)) {
            return limit.clone();
        }
        let found = card.settings.iter().find(|known| known.name == setting);
        debug_assert!(found.is_some(), "{setting} is not on the card of {}", card.id);
        found.map_or_else(Limit::default, Limit::new)
    }

    /// What decides whether alerts belong together.
    pub fn incident_rules(&self) -> IncidentRules {
        let default = IncidentRules::default();
        let of = |setting, default| {
            self.limits.get(&(INCIDENTS, setting)).map_or(default, Limit::everybody)
        };
        IncidentRules {
            days: of("days", default.days),
            hours: of("hours", default.hours),
            crowd: of("crowd", default.crowd),
        }
    }

    /// The category that the operator gives an operation, where it differs from the default profile: `map.37`,
    /// `cap.0`, `diameter.319`; 0 is none.
    pub fn category(&self, operation: &str) -> Option<u8> {
        self.operations.get(operation).copied()
    }

    /// Whether any operation has another category than the default profile's.
    pub fn has_categories(&self) -> bool {
        !self.operations.is_empty()
    }

    /// Takes out the alerts that the operator does not want to see, and counts them by what kept them back.
    pub(crate) fn suppress(&self, network: &Network, alerts: &mut Vec<Alert>) -> Vec<Suppressed> {
        suppress::apply(&self.suppressions, network, alerts)
    }

    /// How much it changes.
    pub fn counts(&self) -> TuningCounts {
        TuningCounts {
            thresholds: self.limits.len() as u64,
            partners: self.partners.len() as u64,
            suppressions: self.suppressions.len() as u64,
            operations: self.operations.len() as u64,
        }
    }

    /// Names of partners that the description does not have, with their line.
    pub fn unknown_partners(&self, network: &Network) -> Vec<(usize, String)> {
        let suppressed = self
            .suppressions
            .iter()
            .filter_map(|suppression| Some((suppression.partner.clone()?, suppression.line)));
        let mut unknown: Vec<(usize, String)> = self
            .partners
            .iter()
            .cloned()
            .chain(suppressed)
            .filter(|(name, _)| network.partner_by_name(name).is_none())
            .map(|(name, line)| (line, name))
            .collect();
        unknown.sort();
        unknown
    }

    /// Sets a threshold, for everybody or for one partner.
    pub fn set(
        &mut self,
        id: &'static str,
        setting: &'static Setting,
        partner: Option<&str>,
        value: u64,
    ) {
        let limit = self.limits.entry((id, setting.name)).or_insert_with(|| Limit::new(setting));
        match partner {
            None => limit.everybody = value,
            Some(name) => {
                limit.partners.retain(|(known, _)| known != name);
                limit.partners.push((name.to_owned(), value));
            }
        }
    }

    /// Gives an operation another category.
    pub fn set_category(&mut self, operation: &str, category: u8) {
        self.operations.insert(operation.to_owned(), category);
    }
}
