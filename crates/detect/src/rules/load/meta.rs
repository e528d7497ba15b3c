//! What a rule says of itself: name, level, state, and our own key `roamguard`.

use std::collections::BTreeMap;

use event::Level;
use rsigma_parser::Status;

use super::{LEVELS, Loader};
use crate::Stage;
use crate::rules::fields::nearest_word;
use crate::rules::mistake::Place;
use crate::rules::{Meta, RuleState};

const OURS: &[&str] =
    &["why", "honest_cause", "next_step", "stage", "entities", "confidence", "fight", "motif"];
const STAGES: &[(&str, Stage)] = &[
    ("foothold", Stage::Foothold),
    ("control", Stage::Control),
    ("pivot", Stage::Pivot),
    ("signalling-access", Stage::SignallingAccess),
    ("collection", Stage::Collection),
];

/// What rules and correlations have in common.
pub(super) struct About<'a> {
    pub(super) title: &'a str,
    pub(super) id: Option<&'a str>,
    pub(super) name: Option<&'a str>,
    pub(super) status: Option<Status>,
    pub(super) level: Option<rsigma_parser::Level>,
    pub(super) description: Option<&'a str>,
    pub(super) falsepositives: &'a [String],
    pub(super) references: &'a [String],
    pub(super) tags: &'a [String],
}

impl Loader {
    /// What a rule says of itself.
    pub(super) fn meta(
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
