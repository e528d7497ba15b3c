//! Rules from their files: read, checked against the schema of our records, and every mistake explained.
//!
//! A rule file is input like any other: its size, its aliases and what it makes us remember are bounded.
//! Source: Sigma rules specification 2.1, Sigma correlation rules specification 2.1.

mod correlations;
mod meta;

use std::collections::{BTreeMap, BTreeSet};

use event::AlertState;
use rsigma_eval::correlation::compile_correlation;
use rsigma_eval::{CompiledCorrelation, CompiledRule};
use rsigma_parser::{
    ConditionExpr, CorrelationRule, Detection, DetectionItem, Modifier, SigmaRule, SigmaValue,
    parse_sigma_yaml,
};

use super::fields::{Fields, categories, nearest_word};
use super::mistake::{Mistake, Place, Source};
use super::{Meta, RuleState};
use meta::About;

/// Octets of one file, documents and aliases in it, rules in all.
const MAX_OCTETS: usize = 256 << 10;
const MAX_ALIASES: usize = 8;
/// Brackets that are open at once, those in values too.
const MAX_OPEN: usize = 100;
const MAX_RULES: usize = 2_000;
/// Octets of a regular expression.
const MAX_REGEX: usize = 512;

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
const STATUS: &[&str] = &["experimental", "test", "stable", "deprecated", "unsupported"];
const LEVELS: &[&str] = &["informational", "low", "medium", "high", "critical"];
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
        if let Some(line) = too_deep(&source.text) {
            let text = format!("more than {MAX_OPEN} brackets are open at once");
            self.mistakes.push(
                whole
                    .mistake(Some((line, 1)), text)
                    .hint("close them, or put less into each other"),
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

/// The line of the bracket that is one too many: readers take far longer than the text is long for what is deeply nested.
fn too_deep(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    for (line, content) in (1..).zip(text.lines()) {
        for octet in content.bytes() {
            match octet {
                b'[' | b'{' | b'(' => open += 1,
                b']' | b'}' | b')' => open = open.saturating_sub(1),
                _ => {}
            }
            if MAX_OPEN < open {
                return Some(line);
            }
        }
    }
    None
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
