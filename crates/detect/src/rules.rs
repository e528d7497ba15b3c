//! The operator's own rules: Sigma, with correlations, over our events.
//!
//! Sigma's parser and matchers are a library's. What is ours: the names of fields and how they are read
//! ([`view`]), the explanation of mistakes ([`load`]), and the memory of correlations ([`window`]), because a sensor
//! on hostile traffic wants tables with a cap, the frames behind a finding, and the same answer in every run.
//!
//! A rule is a detection like any other: it has a card, its findings go the way of all findings, and it is fired, clean or
//! not evaluable at the end.

mod detector;
mod fields;
mod load;
mod mistake;
#[cfg(test)]
mod tests;
mod view;
mod window;

use std::sync::Arc;

use event::Level;

use crate::{Card, Check, Detector, Kinds, Stage};

pub use fields::{Field, Fields, categories};
pub use mistake::{Mistake, Source};

/// Whether a rule runs, and whether what it finds counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleState {
    /// `status: stable`.
    Active,
    /// `status: test`, or none: its alerts are marked and raise nothing.
    Test,
    /// `status: experimental`: runs in `rules test` only.
    Draft,
    /// `status: deprecated` or `unsupported`: does not run.
    Retired,
}

impl RuleState {
    /// Its name in lists.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Test => "test",
            Self::Draft => "draft",
            Self::Retired => "retired",
        }
    }
}

/// What a rule says of itself.
#[derive(Clone, Debug)]
struct Meta {
    name: String,
    id: Option<String>,
    title: String,
    level: Level,
    state: RuleState,
    description: String,
    references: String,
    why: Option<String>,
    honest_cause: String,
    next_step: String,
    stage: Stage,
    confidence: f64,
    /// Fields whose values are entities, who did it first.
    entities: Vec<String>,
    attack: Vec<String>,
    fight: Vec<String>,
    motif: Vec<String>,
    /// `sms.yml:12`
    file: String,
    /// It asks whose something is: without a description that has no answer.
    needs_network: bool,
}

/// A rule in a list.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    pub card: &'static Card,
    pub state: RuleState,
    /// Where it stands: `sms.yml:12`.
    pub file: &'a str,
    /// It only feeds correlations, and has no alerts of its own.
    pub silent: bool,
}

/// Rules that were read and hold together.
#[derive(Clone)]
pub struct RuleSet {
    inner: Arc<Inner>,
    drafts: bool,
}

struct Inner {
    loaded: load::Loaded,
    /// Cards of the rules, then of the correlations.
    cards: Vec<&'static Card>,
    /// Rules that feed correlations only.
    silent: Vec<bool>,
}

impl std::fmt::Debug for RuleSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RuleSet").field("rules", &self.inner.cards.len()).finish_non_exhaustive()
    }
}

impl RuleSet {
    /// Reads rules; those with mistakes are left out, and a caller that finds any should go no further.
    ///
    /// The cards of the rules are kept until the program ends: rules are read once.
    pub fn read(sources: &[Source]) -> (Self, Vec<Mistake>) {
        let (loaded, mistakes) = load::load(sources);
        let plain = loaded
            .plain
            .iter()
            .map(|rule| card(&rule.meta, "match", kinds([rule.category.as_str()])));
        let joined = loaded.joined.iter().map(|rule| {
            let kinds = kinds(rule.categories.iter().map(String::as_str));
            card(&rule.meta, check_name(rule.compiled.correlation_type), kinds)
        });
        let cards = plain.chain(joined).collect();
        let mut silent = vec![false; loaded.plain.len() + loaded.joined.len()];
        for rule in loaded.joined.iter().filter(|rule| !rule.compiled.generate) {
            for of in &rule.refs {
                let at = match *of {
                    load::Ref::Plain(at) => at,
                    load::Ref::Joined(at) => loaded.plain.len() + at,
                };
                if let Some(silent) = silent.get_mut(at) {
                    *silent = true;
                }
            }
        }
        (Self { inner: Arc::new(Inner { loaded, cards, silent }), drafts: false }, mistakes)
    }

    /// The rules, those that correlations are made of first.
    pub fn list(&self) -> Vec<Listed<'_>> {
        let metas = self.metas();
        metas
            .zip(&self.inner.cards)
            .zip(&self.inner.silent)
            .map(|((meta, card), silent)| Listed {
                card,
                state: meta.state,
                file: &meta.file,
                silent: *silent,
            })
            .collect()
    }

    /// The rule with this id, with or without the `rule:` before it.
    pub fn find(&self, id: &str) -> Option<Listed<'_>> {
        let id = id.strip_prefix("rule:").unwrap_or(id);
        self.list().into_iter().find(|rule| rule.card.id.strip_prefix("rule:") == Some(id))
    }

    /// The same rules, where drafts run too, as if on trial.
    #[must_use]
    pub fn with_drafts(self) -> Self {
        Self { drafts: true, ..self }
    }

    /// The rules as a detector.
    pub fn detector(&self) -> Box<dyn Detector> {
        Box::new(detector::Rules::new(self, self.drafts))
    }

    fn metas(&self) -> impl Iterator<Item = &Meta> {
        let loaded = &self.inner.loaded;
        loaded
            .plain
            .iter()
            .map(|rule| &rule.meta)
            .chain(loaded.joined.iter().map(|rule| &rule.meta))
    }
}

const fn check_name(kind: rsigma_parser::CorrelationType) -> &'static str {
    use rsigma_parser::CorrelationType as Kind;
    match kind {
        Kind::EventCount => "event-count",
        Kind::ValueCount => "value-count",
        Kind::Temporal => "temporal",
        Kind::TemporalOrdered => "temporal-ordered",
        Kind::ValueSum => "value-sum",
        Kind::ValueAvg => "value-avg",
        Kind::ValuePercentile => "value-percentile",
        Kind::ValueMedian => "value-median",
    }
}

/// The kinds of events of these categories.
fn kinds<'a>(categories: impl IntoIterator<Item = &'a str>) -> Kinds {
    categories.into_iter().fold(Kinds::NONE, |kinds, category| kinds.and(Kinds::named(category)))
}

/// A card that lives as long as the program, like those of the detections that are built in.
fn card(meta: &Meta, check: &'static str, judges: Kinds) -> &'static Card {
    let text = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
    let list = |list: &[String]| -> &'static [&'static str] {
        Box::leak(list.iter().map(|one| text(one)).collect::<Vec<_>>().into_boxed_slice())
    };
    let title = text(&meta.title);
    Box::leak(Box::new(Card {
        id: text(&format!("rule:{}", meta.name)),
        level: meta.level,
        summary: title,
        needs: text(&meta.description),
        quiet_for: text(&meta.honest_cause),
        description: if meta.needs_network {
            "asks whose addresses and subscribers are"
        } else {
            ""
        },
        stage: meta.stage,
        thresholds: "",
        settings: &[],
        judges,
        basis: text(&meta.references),
        checks: Box::leak(Box::new([Check { name: check, level: meta.level, looks_for: title }])),
        attack: list(&meta.attack),
        fight: list(&meta.fight),
        motif: list(&meta.motif),
    }))
}
