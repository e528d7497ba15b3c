//! Rules from their files: read, checked against the schema of our records, and every mistake explained.
//!
//! A rule file is input like any other: its size, its aliases and what it makes us remember are bounded.
//! Source: Sigma rules specification 2.1, Sigma correlation rules specification 2.1.

use std::collections::{BTreeMap, BTreeSet};

use event::{AlertState, Level};
use rsigma_eval::correlation::compile_correlation;
use rsigma_eval::{CompiledCorrelation, CompiledRule};
use rsigma_parser::{
    ConditionExpr, CorrelationCondition, CorrelationRule, CorrelationType, Detection,
    DetectionItem, Modifier, SigmaRule, SigmaValue, Status, parse_sigma_yaml,
};

use super::fields::{Fields, categories, nearest_word};
use super::mistake::{Mistake, Place, Source};
use super::{Meta, RuleState};
use crate::Stage;

/// Octets of one file, documents and aliases in it, rules in all.
const MAX_OCTETS: usize = 256 << 10;
const MAX_ALIASES: usize = 8;
const MAX_RULES: usize = 2_000;
const MAX_CORRELATIONS: usize = 256;
/// Octets of a regular expression.
const MAX_REGEX: usize = 512;
/// The largest threshold of a count: each group keeps as many times.
const MAX_COUNT: u64 = 4_096;
/// The largest threshold of distinct values: each is compared with all that a group keeps.
const MAX_DISTINCT: u64 = 1_000;
/// The longest window: what happened before is forgotten.
const MAX_SPAN: u64 = 31 * 86_400;
const MAX_REFS: usize = 32;
const MAX_GROUP_BY: usize = 8;

const TOP: &[&str] = &[
    "title",
    "id",
    "name",
    "status",
    "description",
    "author",
    "date",
    "modified",
    "references",
    "license",
    "taxonomy",
    "logsource",
    "detection",
    "correlation",
    "fields",
    "falsepositives",
    "level",
    "tags",
    "scope",
    "related",
    "generate",
    "roamguard",
    "custom_attributes",
    "sigma-version",
];
const OURS: &[&str] =
    &["why", "honest_cause", "next_step", "stage", "entities", "confidence", "fight", "motif"];
const STATUS: &[&str] = &["experimental", "test", "stable", "deprecated", "unsupported"];
const LEVELS: &[&str] = &["informational", "low", "medium", "high", "critical"];
const STAGES: &[(&str, Stage)] = &[
    ("foothold", Stage::Foothold),
    ("control", Stage::Control),
    ("pivot", Stage::Pivot),
    ("signalling-access", Stage::SignallingAccess),
    ("collection", Stage::Collection),
];
const MODIFIERS: &[&str] = &[
    "contains",
    "startswith",
    "endswith",
    "all",
    "re",
    "cidr",
    "cased",
    "exists",
    "fieldref",
    "gt",
    "gte",
    "lt",
    "lte",
    "neq",
    "i",
    "m",
    "s",
    "base64",
    "base64offset",
    "wide",
    "utf16",
    "utf16be",
    "windash",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "year",
];

/// A detection rule, ready to be evaluated.
#[derive(Clone, Debug)]
pub(super) struct Plain {
    pub(super) meta: Meta,
    pub(super) category: String,
    pub(super) compiled: CompiledRule,
}

/// A correlation, ready to count.
#[derive(Clone, Debug)]
pub(super) struct Joined {
    pub(super) meta: Meta,
    pub(super) compiled: CompiledCorrelation,
    /// What it refers to, in order: rules first by their place, then correlations by theirs.
    pub(super) refs: Vec<Ref>,
    /// Categories whose events can lead to it.
    pub(super) categories: BTreeSet<String>,
}

/// What a correlation refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ref {
    Plain(usize),
    Joined(usize),
}

/// All that was read.
#[derive(Clone, Debug, Default)]
pub(super) struct Loaded {
    pub(super) plain: Vec<Plain>,
    pub(super) joined: Vec<Joined>,
}

/// One document of a file.
struct Document<'s> {
    place: Place<'s>,
    text: &'s str,
}

/// Reads all files; what has a mistake is left out.
pub(super) fn load(sources: &[Source]) -> (Loaded, Vec<Mistake>) {
    let mut loader = Loader { fields: Fields::new(), ..Loader::default() };
    let mut correlations = Vec::new();
    for source in sources {
        for document in loader.documents(source) {
            loader.document(&document, &mut correlations);
        }
    }
    loader.correlations(correlations);
    loader.mistakes.sort_by(|a, b| (&a.file, a.line, &a.text).cmp(&(&b.file, b.line, &b.text)));
    (loader.loaded, loader.mistakes)
}

#[derive(Default)]
struct Loader {
    fields: Fields,
    loaded: Loaded,
    mistakes: Vec<Mistake>,
    /// Names that correlations and alerts know rules by, and where they stand.
    names: BTreeMap<String, String>,
}

impl Loader {
    fn documents<'s>(&mut self, source: &'s Source) -> Vec<Document<'s>> {
        let whole = Place::new(source, 1);
        if MAX_OCTETS < source.text.len() {
            self.mistakes.push(
                whole
                    .mistake(None, "the file is larger than 256 KiB")
                    .hint("rules are short: split the file, or look whether it is one at all"),
            );
            return Vec::new();
        }
        if let Some(line) = too_many_aliases(&source.text) {
            let text = format!("more than {MAX_ALIASES} aliases in one file");
            self.mistakes.push(
                whole.mistake(Some((line, 1)), text).hint("write out what the aliases stand for"),
            );
            return Vec::new();
        }
        let mut documents = Vec::new();
        let (mut start, mut first, mut at) = (0, 1, 0);
        for (line, text) in (1..).zip(source.text.split_inclusive('\n')) {
            if text.trim_end() == "---" {
                documents.push((first, source.text.get(start..at).unwrap_or_default()));
                (start, first) = (at + text.len(), line + 1);
            }
            at += text.len();
        }
        documents.push((first, source.text.get(start..).unwrap_or_default()));
        documents
            .into_iter()
            .filter(|(_, text)| {
                text.lines()
                    .any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
            })
            .map(|(line, text)| Document { place: Place::new(source, line), text })
            .collect()
    }

    fn document<'s>(
        &mut self,
        document: &Document<'s>,
        correlations: &mut Vec<(Place<'s>, CorrelationRule, Meta)>,
    ) {
        let place = document.place;
        let before = self.mistakes.len();
        self.top_keys(document);
        let parsed = match parse_sigma_yaml(document.text) {
            Ok(parsed) => parsed,
            Err(error) => {
                self.mistakes.push(place.explain(&error.to_string()));
                return;
            }
        };
        for error in &parsed.errors {
            let mut mistake = place.explain(error);
            if error.contains("Unknown modifier") {
                mistake = self.modifier(place, error);
            } else if error.starts_with("invalid status") {
                mistake = mistake.hint(format!("there are {}", STATUS.join(", ")));
            } else if error.starts_with("invalid level") {
                mistake = mistake.hint(format!("there are {}", LEVELS.join(", ")));
            }
            self.mistakes.push(mistake);
        }
        if !parsed.filters.is_empty() {
            self.mistakes.push(
                place
                    .mistake(place.find("filter:"), "a filter rule, which is not read")
                    .hint("put the exception into the rule: `condition: selection and not filter`"),
            );
        }
        if self.mistakes.len() != before {
            return;
        }
        for rule in parsed.rules {
            self.rule(place, rule);
        }
        for rule in parsed.correlations {
            if let Some(meta) = self.meta(
                place,
                &About {
                    title: &rule.title,
                    id: rule.id.as_deref(),
                    name: rule.name.as_deref(),
                    status: rule.status,
                    level: rule.level,
                    description: rule.description.as_deref(),
                    falsepositives: &rule.falsepositives,
                    references: &rule.references,
                    tags: &rule.tags,
                },
                // Entities are checked once the categories behind it are known.
                &compile_correlation(&rule)
                    .map(|compiled| (*compiled.custom_attributes).clone())
                    .unwrap_or_default(),
            ) {
                correlations.push((place, rule, meta));
            }
        }
    }

    /// A key that nearly is one of Sigma's would be read as a remark of its author's.
    fn top_keys(&mut self, document: &Document<'_>) {
        for (key, at) in document.place.keys() {
            let Some(near) = nearest_word(key, TOP.iter().copied()) else { continue };
            if !TOP.contains(&key) {
                self.mistakes.push(
                    document
                        .place
                        .mistake(Some(at), format!("`{key}` is no key of a rule"))
                        .hint(format!("did you mean `{near}`?")),
                );
            }
        }
        if let Some((_, at)) = document.place.keys().find(|(key, _)| *key == "action") {
            self.mistakes.push(
                document
                    .place
                    .mistake(Some(at), "collections with `action` are not read")
                    .hint("write each rule whole"),
            );
        }
    }

    fn modifier(&self, place: Place<'_>, error: &str) -> Mistake {
        let name = error.split('\'').nth(1).unwrap_or_default();
        let mistake =
            place.mistake(place.find(&format!("|{name}")), format!("unknown modifier `{name}`"));
        match nearest_word(name, MODIFIERS.iter().copied()) {
            Some(near) => mistake.hint(format!("did you mean `{near}`?")),
            None => mistake.hint(format!("there are {}", MODIFIERS.join(", "))),
        }
    }

    fn rule(&mut self, place: Place<'_>, mut rule: SigmaRule) {
        let before = self.mistakes.len();
        let category = self.category(place, &rule);
        let mut used = BTreeSet::new();
        for detection in rule.detection.named.values() {
            self.detection(place, detection, &category, "", &mut used);
        }
        let named: Vec<&str> = rule.detection.named.keys().map(String::as_str).collect();
        for condition in &rule.detection.conditions {
            self.condition(place, condition, &named);
        }
        let compiled = match rsigma_eval::compile_rule(&rule) {
            Ok(compiled) => compiled,
            Err(error) => {
                if self.mistakes.len() == before {
                    self.mistakes.push(place.explain(&error.to_string()));
                }
                return;
            }
        };
        let about = About {
            title: &rule.title,
            id: rule.id.as_deref(),
            name: rule.name.as_deref(),
            status: rule.status,
            level: rule.level,
            description: rule.description.as_deref(),
            falsepositives: &rule.falsepositives,
            references: &rule.references,
            tags: &rule.tags,
        };
        let Some(mut meta) = self.meta(place, &about, &compiled.custom_attributes) else { return };
        for entity in &meta.entities {
            self.field(place, entity, &category);
        }
        if MAX_RULES <= self.loaded.plain.len() {
            self.mistakes.push(place.mistake(None, format!("more than {MAX_RULES} rules")));
        }
        if self.mistakes.len() != before {
            return;
        }
        meta.needs_network = used.iter().any(|field| field.starts_with("network."));
        // What a match would be told again for each event is kept here once: the place of the rule says whose it is.
        rule.id = Some(self.loaded.plain.len().to_string());
        rule.title = String::new();
        rule.tags.clear();
        rule.custom_attributes.clear();
        if let Ok(compiled) = rsigma_eval::compile_rule(&rule) {
            self.loaded.plain.push(Plain { meta, category, compiled });
        }
    }

    fn category(&mut self, place: Place<'_>, rule: &SigmaRule) -> String {
        let source = &rule.logsource;
        let known = || categories().collect::<Vec<_>>().join(", ");
        if source.product.as_deref() != Some("roamguard") {
            let at = place.find("product:").or_else(|| place.find("logsource:"));
            self.mistakes.push(
                place
                    .mistake(at, "the rule is not for our records")
                    .hint("write `logsource:` with `product: roamguard` and a category"),
            );
        }
        let category = source.category.clone().unwrap_or_default();
        if !categories().any(|known| known == category) {
            let at = place.find("category:").or_else(|| place.find("logsource:"));
            let mistake =
                place.mistake(at, format!("there are no records of the category `{category}`"));
            self.mistakes.push(match nearest_word(&category, categories()) {
                Some(near) => mistake.hint(format!("did you mean `{near}`?")),
                None => mistake.hint(format!("there are {}", known())),
            });
        }
        category
    }

    fn detection(
        &mut self,
        place: Place<'_>,
        detection: &Detection,
        category: &str,
        below: &str,
        used: &mut BTreeSet<String>,
    ) {
        match detection {
            Detection::AllOf(items) => {
                for item in items {
                    self.item(place, item, category, below, used);
                }
            }
            Detection::AnyOf(parts) | Detection::And(parts) => {
                for part in parts {
                    self.detection(place, part, category, below, used);
                }
            }
            Detection::ArrayMatch { field, body, .. } => {
                let field = format!("{below}{field}");
                self.detection(place, body, category, &format!("{field}."), used);
                used.insert(field);
            }
            Detection::Conditional { named, .. } => {
                for part in named.values() {
                    self.detection(place, part, category, below, used);
                }
            }
            Detection::Keywords(_) => {}
        }
    }

    fn item(
        &mut self,
        place: Place<'_>,
        item: &DetectionItem,
        category: &str,
        below: &str,
        used: &mut BTreeSet<String>,
    ) {
        if let Some(name) = &item.field.name {
            let path = format!("{below}{name}");
            self.field_at(place, &path, name, category);
            used.insert(path);
        }
        for value in &item.values {
            let SigmaValue::String(text) = value else { continue };
            if item.field.has_modifier(Modifier::Re) && MAX_REGEX < text.original.len() {
                self.mistakes.push(
                    place
                        .mistake(
                            place.find(text.original.get(..40).unwrap_or_default()),
                            format!("a regular expression of more than {MAX_REGEX} octets"),
                        )
                        .hint("use several shorter ones, or startswith, contains and endswith"),
                );
            }
            if item.field.has_modifier(Modifier::FieldRef) {
                self.field(place, &text.original, category);
                used.insert(text.original.clone());
            }
        }
    }

    /// A name in a condition that no selection has would never be true.
    fn condition(&mut self, place: Place<'_>, condition: &ConditionExpr, named: &[&str]) {
        match condition {
            ConditionExpr::And(parts) | ConditionExpr::Or(parts) => {
                for part in parts {
                    self.condition(place, part, named);
                }
            }
            ConditionExpr::Not(part) => self.condition(place, part, named),
            ConditionExpr::Identifier(name) if !named.contains(&name.as_str()) => {
                let mistake = place.mistake(
                    place.find("condition:"),
                    format!("the condition names `{name}`, which is no selection"),
                );
                self.mistakes.push(match nearest_word(name, named.iter().copied()) {
                    Some(near) => mistake.hint(format!("did you mean `{near}`?")),
                    None => mistake.hint(format!("there are {}", named.join(", "))),
                });
            }
            _ => {}
        }
    }

    fn field(&mut self, place: Place<'_>, path: &str, category: &str) {
        self.field_at(place, path, path, category);
    }

    fn field_at(&mut self, place: Place<'_>, path: &str, written: &str, category: &str) {
        let mistake = |text: String| place.mistake(place.find(written), text);
        if self.fields.find(path).is_none() {
            let mistake = mistake(format!("no record has a field `{path}`"));
            let near = self.fields.nearest(path, category);
            self.mistakes.push(match near {
                Some(near) => mistake.hint(format!("did you mean `{near}`?")),
                None => mistake.hint("`roamguard rules fields` lists the names".to_owned()),
            });
        } else if !Fields::belongs(path, category) {
            let mistake = mistake(format!("records of the category `{category}` have no `{path}`"));
            let first = path.split('.').next().unwrap_or_default();
            self.mistakes.push(mistake.hint(format!(
                "the category of such a rule is `{first}`; a correlation joins rules of several"
            )));
        }
    }

    /// What a rule says of itself.
    fn meta(
        &mut self,
        place: Place<'_>,
        about: &About<'_>,
        custom: &std::collections::HashMap<String, serde_json::Value>,
    ) -> Option<Meta> {
        let before = self.mistakes.len();
        let name = about.name.map_or_else(|| slug(about.title), slug);
        if name.is_empty() {
            self.mistakes.push(
                place
                    .mistake(place.find("title:"), "the title has no letters to make a name of")
                    .hint("add `name: some-short-name`"),
            );
        }
        if about.level.is_none() {
            self.mistakes.push(
                place
                    .mistake(place.find("title:"), "the rule has no level")
                    .hint(format!("add `level:` with one of {}", LEVELS.join(", "))),
            );
        }
        let ours = custom.get("roamguard");
        let mut says = BTreeMap::new();
        for (key, value) in ours.and_then(serde_json::Value::as_object).into_iter().flatten() {
            if OURS.contains(&key.as_str()) {
                says.insert(key.as_str(), value);
                continue;
            }
            let mistake = place.mistake(
                place.find(&format!("{key}:")),
                format!("`{key}` is no key of `roamguard`"),
            );
            self.mistakes.push(match nearest_word(key, OURS.iter().copied()) {
                Some(near) => mistake.hint(format!("did you mean `{near}`?")),
                None => mistake.hint(format!("there are {}", OURS.join(", "))),
            });
        }
        if ours.is_some_and(|ours| !ours.is_object()) {
            self.mistakes.push(
                place.mistake(place.find("roamguard:"), "`roamguard` is a list of keys and values"),
            );
        }
        let text = |key: &str| says.get(key).and_then(|value| value.as_str()).map(one_line);
        let texts = |key: &str| -> Vec<String> {
            let list = says.get(key).and_then(|value| value.as_array());
            list.into_iter()
                .flatten()
                .filter_map(|value| value.as_str())
                .map(str::to_owned)
                .collect()
        };
        let stage = match text("stage") {
            None => Stage::Foothold,
            Some(wanted) => STAGES.iter().find(|(name, _)| *name == wanted).map_or_else(
                || {
                    let names: Vec<&str> = STAGES.iter().map(|(name, _)| *name).collect();
                    self.mistakes.push(
                        place
                            .mistake(place.find("stage:"), format!("`{wanted}` is no stage"))
                            .hint(format!("there are {}", names.join(", "))),
                    );
                    Stage::Foothold
                },
                |(_, stage)| *stage,
            ),
        };
        let confidence = says.get("confidence").map_or(Some(0.5), |value| value.as_f64());
        if confidence.is_none_or(|confidence| !(0.0..=1.0).contains(&confidence)) {
            self.mistakes.push(
                place.mistake(place.find("confidence:"), "confidence is a number from 0 to 1"),
            );
        }
        for known in [Some(&name), about.id.map(str::to_owned).as_ref()].into_iter().flatten() {
            let here = format!("{}:{}", place.file(), place.line());
            if let Some(other) = self.names.insert(known.clone(), here) {
                self.mistakes.push(
                    place
                        .mistake(
                            place.find(known),
                            format!("`{known}` is taken by the rule at {other}"),
                        )
                        .hint("names and ids of rules are different from each other"),
                );
            }
        }
        if self.mistakes.len() != before {
            return None;
        }
        let tagged = |family: &str| -> Vec<String> {
            let of = |tag: &&String| tag.to_lowercase().starts_with(family);
            about
                .tags
                .iter()
                .filter(of)
                .filter_map(|tag| tag.get(family.len()..))
                .map(str::to_uppercase)
                .collect()
        };
        let is_technique = |id: &String| {
            id.starts_with('T')
                && id.get(1..2).is_some_and(|c| c.as_bytes().iter().all(u8::is_ascii_digit))
        };
        let fallback = |text: Option<String>, other: &str| text.unwrap_or_else(|| other.to_owned());
        Some(Meta {
            id: about.id.map(str::to_owned),
            title: one_line(about.title),
            level: level(about.level),
            state: match about.status {
                Some(Status::Stable) => RuleState::Active,
                Some(Status::Experimental) => RuleState::Draft,
                Some(Status::Deprecated | Status::Unsupported) => RuleState::Retired,
                Some(Status::Test) | None => RuleState::Test,
            },
            description: one_line(about.description.unwrap_or_default()),
            references: about.references.join(" "),
            why: text("why"),
            honest_cause: fallback(
                text("honest_cause"),
                &match about.falsepositives {
                    [] => "the rule names none".to_owned(),
                    causes => one_line(&causes.join("; ")),
                },
            ),
            next_step: fallback(
                text("next_step"),
                "look at the frames, and ask whoever wrote the rule what it is for",
            ),
            stage,
            confidence: confidence.unwrap_or(0.5),
            entities: texts("entities"),
            attack: tagged("attack.").into_iter().filter(is_technique).collect(),
            fight: [tagged("fight."), texts("fight")].concat(),
            motif: [tagged("motif."), texts("motif")].concat(),
            file: format!("{}:{}", place.file(), place.line()),
            needs_network: false,
            name,
        })
    }

    /// Correlations may refer to what stands in later files: they are put together last.
    fn correlations(&mut self, list: Vec<(Place<'_>, CorrelationRule, Meta)>) {
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

/// What rules and correlations have in common.
struct About<'a> {
    title: &'a str,
    id: Option<&'a str>,
    name: Option<&'a str>,
    status: Option<Status>,
    level: Option<rsigma_parser::Level>,
    description: Option<&'a str>,
    falsepositives: &'a [String],
    references: &'a [String],
    tags: &'a [String],
}

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

/// The line of the alias that is one too many: each may stand for much, and those within for more.
fn too_many_aliases(text: &str) -> Option<usize> {
    let mut aliases = 0;
    for (line, content) in (1..).zip(text.lines()) {
        let mut before = ' ';
        let mut rest = content.chars().peekable();
        while let Some(c) = rest.next() {
            let name = rest.peek().is_some_and(|next| next.is_alphanumeric() || *next == '_');
            if c == '*' && name && matches!(before, ' ' | '\t' | '[' | '{' | ',' | ':' | '-') {
                aliases += 1;
                if MAX_ALIASES < aliases {
                    return Some(line);
                }
            }
            before = c;
        }
    }
    None
}

/// Letters, digits and single hyphens: `SIM toolkit: OTA` is `sim-toolkit-ota`.
fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-");
    slug.chars().take(64).collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

const fn level(level: Option<rsigma_parser::Level>) -> Level {
    match level {
        Some(rsigma_parser::Level::Critical) => Level::Critical,
        Some(rsigma_parser::Level::High) => Level::High,
        Some(rsigma_parser::Level::Medium) => Level::Medium,
        Some(rsigma_parser::Level::Low) => Level::Low,
        _ => Level::Informational,
    }
}

impl RuleState {
    /// Whether alerts of the rule count.
    pub(super) const fn alerts(self) -> AlertState {
        match self {
            Self::Active => AlertState::Active,
            Self::Test | Self::Draft | Self::Retired => AlertState::Test,
        }
    }
}
