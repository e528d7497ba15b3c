//! What a correlation remembers of each group: as much as its condition needs, and no more.
//!
//! Source: Sigma correlation rules specification 2.1. Time is that of the events, to the microsecond. A group that met its
//! condition begins anew, so that a flood is one finding for every time that the threshold was reached.

use std::collections::VecDeque;

use event::{Capped, TableCount, Timestamp};
use rsigma_eval::{CompiledCorrelation, GroupByField};
use rsigma_parser::{
    ConditionExpr, ConditionOperator, CorrelationType, Quantifier, SelectorPattern, WindowMode,
};

/// Frames that a group keeps: what an alert names at most.
const MAX_FRAMES: usize = 16;
/// Octets of a value in a key; what is longer goes on as its hash.
const MAX_KEY: usize = 96;
/// Values of which a sum, an average or a percentile is taken, the newest ones.
const MAX_NUMBERS: usize = 512;
/// Octets that one group costs besides its entries.
const GROUP_OCTETS: usize = 512;

/// A group: the values of the group-by fields.
pub(crate) type Key = Vec<Option<String>>;

/// Something that counts: an event that matched a rule, or a correlation that fired.
#[derive(Clone, Debug)]
pub(crate) struct Hit<'a> {
    /// Which of the rules that the correlation refers to it matched.
    pub(crate) position: usize,
    pub(crate) at: Timestamp,
    pub(crate) frames: &'a [u64],
    /// Time of the first of these frames.
    pub(crate) since: Timestamp,
    /// Hash of the counted value, or the number.
    pub(crate) value: Value,
}

/// What a hit brings besides itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value {
    None,
    /// Hash of a value that is to be told from others.
    Distinct(u64),
    Number(f64),
}

/// A condition that was met.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Met {
    pub(crate) value: f64,
    pub(crate) frames: Vec<u64>,
    pub(crate) since: Timestamp,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    at: i64,
    value: Value,
}

#[derive(Debug, Default)]
struct Group {
    entries: VecDeque<Entry>,
    /// Of temporal ones, when each rule was last seen; of ordered ones, when the latest chain up to it began.
    steps: Vec<Option<i64>>,
    frames: VecDeque<(i64, u64)>,
    opened: i64,
    last: i64,
}

/// A correlation and its groups.
#[derive(Debug)]
pub(crate) struct Correlation {
    pub(crate) rule: CompiledCorrelation,
    span: i64,
    gap: i64,
    keep: usize,
    groups: Capped<Key, Group>,
}

impl Correlation {
    /// `octets` is the memory that its groups may take.
    pub(crate) fn new(name: &'static str, rule: CompiledCorrelation, octets: usize) -> Self {
        let keep = entries(&rule);
        let each = GROUP_OCTETS + keep * size_of::<Entry>();
        let micros = |secs: u64| i64::try_from(secs.saturating_mul(1_000_000)).unwrap_or(i64::MAX);
        Self {
            span: micros(rule.timespan_secs),
            gap: micros(rule.gap_secs.unwrap_or_default()),
            keep,
            groups: Capped::new(name, (octets / each).clamp(16, 65_536)),
            rule,
        }
    }

    pub(crate) fn table(&self) -> TableCount {
        self.groups.count()
    }

    /// Whether its hits have to bring a value.
    pub(crate) fn counted_fields(&self) -> Option<&[String]> {
        self.rule.condition.field.as_deref()
    }

    /// Whether the value is a number.
    pub(crate) const fn counts_numbers(&self) -> bool {
        matches!(
            self.rule.correlation_type,
            CorrelationType::ValueSum
                | CorrelationType::ValueAvg
                | CorrelationType::ValuePercentile
                | CorrelationType::ValueMedian
        )
    }

    /// The group of an event that matched the rule known by `names`.
    pub(crate) fn key(&self, names: &[&str], value: impl Fn(&str) -> Option<String>) -> Key {
        self.rule.group_by.iter().map(|field| value(field.resolve(names)).map(bounded)).collect()
    }

    /// The group of a correlation that fired, by the names of its own group-by fields.
    pub(crate) fn key_of(&self, of: &Self, key: &Key) -> Key {
        self.rule
            .group_by
            .iter()
            .map(|field| {
                let at = of.rule.group_by.iter().position(|other| other.name() == field.name())?;
                key.get(at)?.clone()
            })
            .collect()
    }

    /// The names and values of a group.
    pub(crate) fn pairs<'k>(&'k self, key: &'k Key) -> impl Iterator<Item = (&'k str, &'k str)> {
        self.rule
            .group_by
            .iter()
            .map(GroupByField::name)
            .zip(key)
            .filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }

    /// Takes a hit into its group, and says whether the condition is met now.
    pub(crate) fn hit(&mut self, key: &Key, hit: &Hit<'_>) -> Option<Met> {
        let (steps, kind) = (self.rule.rule_refs.len(), self.rule.correlation_type);
        let (group, _) = self.groups.entry(key, || Group {
            steps: vec![None; steps],
            opened: hit.at.0,
            ..Group::default()
        });
        // Flows are told when they end: a time may lie before the last one.
        let at = hit.at.0.max(group.last);
        group.open(at, self.rule.window_mode, self.span, self.gap);
        for frame in hit.frames {
            if group.frames.len() >= MAX_FRAMES {
                group.frames.pop_front();
            }
            group.frames.push_back((hit.since.0, *frame));
        }
        let value = match kind {
            CorrelationType::Temporal => group.temporal(hit.position, at, &self.rule),
            CorrelationType::TemporalOrdered => {
                let cutoff = at.saturating_sub(self.span);
                group.ordered(hit.position, at, cutoff).then_some(steps as f64)
            }
            _ => group.count(at, hit.value, self.keep, &self.rule),
        }?;
        let ordered = kind == CorrelationType::TemporalOrdered;
        if !ordered && !self.rule.condition.check(value) && self.rule.extended_expr.is_none() {
            return None;
        }
        let mut group = self.groups.remove(key)?;
        let since = group.frames.iter().map(|(at, _)| *at).min().unwrap_or(at);
        let mut frames: Vec<u64> = group.frames.drain(..).map(|(_, frame)| frame).collect();
        frames.sort_unstable();
        frames.dedup();
        Some(Met { value, frames, since: Timestamp(since) })
    }
}

impl Group {
    /// Lets go of what the window no longer holds.
    fn open(&mut self, at: i64, mode: WindowMode, span: i64, gap: i64) {
        let anew = match mode {
            WindowMode::Sliding => false,
            WindowMode::Tumbling => {
                at.div_euclid(span.max(1)) != self.opened.div_euclid(span.max(1))
            }
            WindowMode::Session => {
                gap < at.saturating_sub(self.last) || span < at.saturating_sub(self.opened)
            }
        };
        if anew {
            self.entries.clear();
            self.steps.iter_mut().for_each(|step| *step = None);
            self.frames.clear();
            self.opened = at;
        } else if mode == WindowMode::Sliding {
            let cutoff = at.saturating_sub(span);
            while self.entries.front().is_some_and(|entry| entry.at < cutoff) {
                self.entries.pop_front();
            }
            while self.frames.front().is_some_and(|(at, _)| *at < cutoff) {
                self.frames.pop_front();
            }
            for step in &mut self.steps {
                *step = step.filter(|at| cutoff <= *at);
            }
        }
        self.last = at;
    }

    fn count(
        &mut self,
        at: i64,
        value: Value,
        keep: usize,
        rule: &CompiledCorrelation,
    ) -> Option<f64> {
        if let Value::Distinct(_) = value
            && let Some(known) = self.entries.iter().position(|entry| entry.value == value)
        {
            self.entries.remove(known);
        }
        let counts = rule.correlation_type == CorrelationType::EventCount || value != Value::None;
        if counts {
            if self.entries.len() >= keep {
                self.entries.pop_front();
            }
            self.entries.push_back(Entry { at, value });
        }
        let numbers = || {
            self.entries.iter().filter_map(|entry| match entry.value {
                Value::Number(number) => Some(number),
                _ => None,
            })
        };
        match rule.correlation_type {
            CorrelationType::ValueSum => Some(numbers().sum()),
            CorrelationType::ValueAvg => {
                let n = numbers().count();
                (n > 0).then(|| numbers().sum::<f64>() / n as f64)
            }
            CorrelationType::ValuePercentile => {
                percentile(numbers().collect(), rule.condition.percentile.unwrap_or(50))
            }
            CorrelationType::ValueMedian => percentile(numbers().collect(), 50),
            _ => Some(self.entries.len() as f64),
        }
    }

    /// How many of the rules were seen within the window, when that is what was asked for.
    fn temporal(&mut self, position: usize, at: i64, rule: &CompiledCorrelation) -> Option<f64> {
        if let Some(step) = self.steps.get_mut(position) {
            *step = Some(at);
        }
        let seen = self.steps.iter().flatten().count();
        if let Some(expression) = &rule.extended_expr {
            return holds(expression, &rule.rule_refs, &self.steps).then_some(seen as f64);
        }
        // Without a condition of its own a temporal correlation wants all of its rules.
        let all = matches!(
            rule.condition.predicates.as_slice(),
            [(ConditionOperator::Gte, least)] if *least <= 1.0
        );
        (!all || seen == self.steps.len()).then_some(seen as f64)
    }

    /// Whether the last of the rules came after all the others, in order and within the window. Each step keeps the latest
    /// beginning of a chain that led to it: no other chain can do better.
    fn ordered(&mut self, position: usize, at: i64, cutoff: i64) -> bool {
        let began = match position.checked_sub(1) {
            None => Some(at),
            Some(before) => {
                self.steps.get(before).copied().flatten().filter(|began| cutoff <= *began)
            }
        };
        if let Some(step) = self.steps.get_mut(position) {
            *step = (*step).max(began);
        }
        position + 1 == self.steps.len() && began.is_some()
    }
}

/// Entries that a group keeps: one more than the largest threshold tells all conditions apart.
pub(crate) fn entries(rule: &CompiledCorrelation) -> usize {
    let largest = rule.condition.predicates.iter().map(|(_, at)| *at).fold(0.0, f64::max);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float becomes the nearest integer, and thresholds are small"
    )]
    let most = largest.min(1e6) as usize + 1;
    match rule.correlation_type {
        CorrelationType::EventCount | CorrelationType::ValueCount => most,
        CorrelationType::Temporal | CorrelationType::TemporalOrdered => 0,
        _ => MAX_NUMBERS,
    }
}

fn bounded(mut value: String) -> String {
    if MAX_KEY < value.len() {
        let hash = crate::stable_hash::stable_hash(value.bytes());
        let end = (0..=MAX_KEY).rev().find(|end| value.is_char_boundary(*end)).unwrap_or(0);
        value.truncate(end);
        value.push_str(&format!("~{hash:016x}"));
    }
    value
}

/// By linear interpolation between the closest ranks.
fn percentile(mut numbers: Vec<f64>, rank: u64) -> Option<f64> {
    numbers.retain(|number| number.is_finite());
    numbers.sort_by(f64::total_cmp);
    let place = rank.min(100) as f64 / 100.0 * numbers.len().checked_sub(1)? as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a list of at most 512"
    )]
    let below = place.floor() as usize;
    let low = *numbers.get(below)?;
    let high = numbers.get(below + 1).copied().unwrap_or(low);
    Some(low + (high - low) * (place - place.floor()))
}

fn holds(expression: &ConditionExpr, refs: &[String], steps: &[Option<i64>]) -> bool {
    let seen =
        |name: &str| refs.iter().zip(steps).any(|(known, step)| known == name && step.is_some());
    match expression {
        ConditionExpr::And(all) => all.iter().all(|one| holds(one, refs, steps)),
        ConditionExpr::Or(any) => any.iter().any(|one| holds(one, refs, steps)),
        ConditionExpr::Not(one) => !holds(one, refs, steps),
        ConditionExpr::Identifier(name) => seen(name),
        ConditionExpr::Selector { quantifier, pattern } => {
            let of: Vec<&String> = refs
                .iter()
                .filter(|name| match pattern {
                    SelectorPattern::Them => true,
                    SelectorPattern::Pattern(pattern) => {
                        rsigma_parser::detection_name_matches(pattern, name)
                    }
                })
                .collect();
            let n = of.iter().filter(|name| seen(name)).count();
            match quantifier {
                Quantifier::Any => 0 < n,
                Quantifier::All => n == of.len(),
                Quantifier::Count(wanted) => *wanted <= n as u64,
            }
        }
    }
}
