//! Correlations: what they refer to, what they group by, and how much they would have to remember.
//!
//! Source: Sigma correlation rules specification 2.1.

use std::collections::{BTreeMap, BTreeSet};

use rsigma_eval::correlation::compile_correlation;
use rsigma_parser::{CorrelationCondition, CorrelationRule, CorrelationType};

use super::{Joined, Loader, Ref};
use crate::rules::Meta;
use crate::rules::fields::{Fields, nearest_word};
use crate::rules::mistake::Place;

/// The largest threshold of a count: each group keeps as many times.
const MAX_COUNT: u64 = 4_096;
/// The largest threshold of distinct values: each is compared with all that a group keeps.
const MAX_DISTINCT: u64 = 1_000;
/// The longest window: what happened before is forgotten.
const MAX_SPAN: u64 = 31 * 86_400;
const MAX_REFS: usize = 32;
const MAX_GROUP_BY: usize = 8;
const MAX_CORRELATIONS: usize = 256;

impl Loader {
    /// Correlations may refer to what stands in later files: they are put together last.
    pub(super) fn correlations(&mut self, list: Vec<(Place<'_>, CorrelationRule, Meta)>) {
        let mut known: BTreeMap<String, Ref> = BTreeMap::new();
        for (at, rule) in self.loaded.plain.iter().enumerate() {
            known.insert(rule.meta.name.clone(), Ref::Plain(at));
            known.extend(rule.meta.id.clone().map(|id| (id, Ref::Plain(at))));
        }
        for (at, (_, rule, meta)) in list.iter().enumerate() {
            known.insert(meta.name.clone(), Ref::Joined(at));
            known.extend(rule.id.clone().map(|id| (id, Ref::Joined(at))));
        }
        if MAX_CORRELATIONS < list.len()
            && let Some((place, _, _)) = list.get(MAX_CORRELATIONS)
        {
            self.mistakes
                .push(place.mistake(None, format!("more than {MAX_CORRELATIONS} correlations")));
            return;
        }
        let mut joined = Vec::new();
        let mut whole = true;
        for (place, rule, meta) in list {
            match self.correlation(place, &rule, meta, &known) {
                Some(one) => joined.push((place, one)),
                None => whole = false,
            }
        }
        // With one of them gone the places of the others are wrong.
        if !whole {
            return;
        }
        let mut reached = Reached::new();
        let shapes: Vec<Vec<Ref>> = joined.iter().map(|(_, one)| one.refs.clone()).collect();
        for (at, (place, one)) in joined.iter_mut().enumerate() {
            let plain = reach(&shapes, at, &mut BTreeSet::new(), &mut reached);
            if plain.is_none() {
                self.mistakes.push(
                    place
                        .mistake(
                            place.find("rules:"),
                            "the correlation refers to itself, by way of others or directly",
                        )
                        .hint(
                            "a correlation may refer to correlations that do not lead back to it",
                        ),
                );
                continue;
            }
            for rule in plain.into_iter().flatten().filter_map(|at| self.loaded.plain.get(at)) {
                one.categories.insert(rule.category.clone());
                one.meta.needs_network |= rule.meta.needs_network;
            }
        }
        for (place, one) in &joined {
            let aliased = |field: &String| {
                one.compiled.group_by.iter().any(|by| {
                    matches!(by, rsigma_eval::GroupByField::Aliased { alias, .. } if alias == field)
                })
            };
            let by_alias = one.compiled.group_by.iter().flat_map(|by| match by {
                rsigma_eval::GroupByField::Aliased { mapping, .. } => {
                    mapping.values().cloned().collect::<Vec<_>>()
                }
                rsigma_eval::GroupByField::Direct(field) => vec![field.clone()],
            });
            let counted = one.compiled.condition.field.iter().flatten().cloned();
            let fields: Vec<String> = by_alias.chain(counted).collect();
            let first = one.categories.first().cloned().unwrap_or_default();
            for field in
                fields.iter().chain(one.meta.entities.iter().filter(|field| !aliased(field)))
            {
                // A field of one of the rules is enough: the others of the group need not have it.
                let of = one.categories.iter().find(|category| Fields::belongs(field, category));
                self.field(*place, field, of.unwrap_or(&first));
            }
        }
        self.loaded.joined = joined.into_iter().map(|(_, one)| one).collect();
    }

    fn correlation(
        &mut self,
        place: Place<'_>,
        rule: &CorrelationRule,
        meta: Meta,
        known: &BTreeMap<String, Ref>,
    ) -> Option<Joined> {
        let before = self.mistakes.len();
        let refs: Vec<Option<Ref>> =
            rule.rules.iter().map(|name| known.get(name).copied()).collect();
        for (name, _) in rule.rules.iter().zip(&refs).filter(|(_, found)| found.is_none()) {
            let mistake = place.mistake(
                place.find(name),
                format!("the correlation refers to `{name}`, which is no rule"),
            );
            self.mistakes.push(match nearest_word(name, known.keys().map(String::as_str)) {
                Some(near) => mistake.hint(format!("did you mean `{near}`?")),
                None => mistake.hint(
                    "write the `name` or the `id` of a rule that is loaded together with this one",
                ),
            });
        }
        let mut limit = |bad: bool, at: &str, text: String, hint: &str| {
            if bad {
                self.mistakes.push(place.mistake(place.find(at), text).hint(hint.to_owned()));
            }
        };
        limit(
            rule.rules.is_empty(),
            "correlation:",
            "the correlation refers to no rule".into(),
            "add `rules:` with names of rules",
        );
        limit(
            MAX_REFS < rule.rules.len(),
            "rules:",
            format!("more than {MAX_REFS} rules in one correlation"),
            "join several correlations",
        );
        limit(
            MAX_GROUP_BY < rule.group_by.len(),
            "group-by:",
            format!("more than {MAX_GROUP_BY} fields to group by"),
            "",
        );
        limit(
            MAX_SPAN < rule.timespan.seconds || rule.timespan.seconds == 0,
            "timespan:",
            "the window is empty or longer than 31 days".into(),
            "state without bound: what is remembered for longer than a month is not worth its memory",
        );
        if let CorrelationCondition::Threshold { predicates, field, .. } = &rule.condition {
            let most = predicates.iter().map(|(_, at)| *at).max().unwrap_or_default();
            let distinct = rule.correlation_type == CorrelationType::ValueCount;
            let counts = distinct || rule.correlation_type == CorrelationType::EventCount;
            let bound = if distinct { MAX_DISTINCT } else { MAX_COUNT };
            limit(
                counts && bound < most,
                "condition:",
                format!("a threshold of {most}: each group would have to remember as many"),
                &format!(
                    "state without bound: at most {bound} here; use a shorter window and a smaller number"
                ),
            );
            let wants = !matches!(
                rule.correlation_type,
                CorrelationType::EventCount
                    | CorrelationType::Temporal
                    | CorrelationType::TemporalOrdered
            );
            limit(
                wants && field.is_none(),
                "condition:",
                "the condition does not say which field's values count".into(),
                "add `field:` beside the threshold",
            );
        }
        let compiled = match compile_correlation(rule) {
            Ok(compiled) => compiled,
            Err(error) => {
                self.mistakes.push(place.explain(&error.to_string()));
                return None;
            }
        };
        (self.mistakes.len() == before).then(|| Joined {
            meta,
            compiled,
            refs: refs.into_iter().flatten().collect(),
            categories: BTreeSet::new(),
        })
    }
}

/// The rules behind each correlation that was followed to its end.
type Reached = BTreeMap<usize, Option<BTreeSet<usize>>>;

/// The rules that lead to a correlation; `None` when it leads back to itself. Each is followed once.
fn reach(
    shapes: &[Vec<Ref>],
    at: usize,
    path: &mut BTreeSet<usize>,
    known: &mut Reached,
) -> Option<BTreeSet<usize>> {
    if let Some(plain) = known.get(&at) {
        return plain.clone();
    }
    if !path.insert(at) {
        return None;
    }
    let mut plain = Some(BTreeSet::new());
    for of in shapes.get(at).into_iter().flatten() {
        let more = match *of {
            Ref::Plain(rule) => Some(BTreeSet::from([rule])),
            Ref::Joined(next) => reach(shapes, next, path, known),
        };
        plain = plain.zip(more).map(|(mut plain, more)| {
            plain.extend(more);
            plain
        });
    }
    path.remove(&at);
    known.insert(at, plain.clone());
    plain
}
