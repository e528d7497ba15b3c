//! Reads the configuration of the detections: TOML, where what is not understood is an error with its line.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::ops::Range;
use std::path::Path;

use event::{Level, Timestamp};
use ipnet::IpNet;
use network::suggest;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::suppress::{About, Suppression};
use super::{INCIDENTS, ReadError, Tuning};
use crate::card::{Card, Setting};
use crate::incidents::IncidentRules;

/// A configuration is written by hand; this is far more.
const MAX_FILE: u64 = 4 << 20;

type Thresholds = BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Spanned<u64>>>;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    thresholds: Thresholds,
    partner: Vec<Partner>,
    suppress: Vec<Spanned<Suppress>>,
    operations: BTreeMap<Spanned<String>, Spanned<u64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Partner {
    name: Spanned<String>,
    reason: Spanned<String>,
    thresholds: Thresholds,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Suppress {
    detection: Spanned<String>,
    check: Option<Spanned<String>>,
    partner: Option<Spanned<String>>,
    #[serde(default)]
    entities: Vec<Spanned<String>>,
    level: Option<Spanned<String>>,
    reason: Spanned<String>,
    until: Spanned<Datetime>,
}

struct Reader<'t> {
    text: &'t str,
    cards: Vec<&'static Card>,
    problems: Vec<(usize, String)>,
}

impl Tuning {
    /// Reads a configuration; `source` is the name under which alerts and counts cite it.
    pub fn parse(text: &str, source: &str) -> Result<Self, ReadError> {
        let mut reader = Reader { text, cards: super::cards(), problems: Vec::new() };
        let tuning = match toml::from_str::<File>(text) {
            Ok(file) => reader.tuning(file, source),
            Err(error) => {
                reader.problem(&error.span().unwrap_or_default(), error.message().to_owned());
                Self::default()
            }
        };
        if reader.problems.is_empty() {
            return Ok(tuning);
        }
        reader.problems.sort();
        let lines: Vec<String> =
            reader.problems.iter().map(|(line, text)| format!("line {line}: {text}")).collect();
        Err(ReadError { path: source.to_owned(), text: lines.join("\n") })
    }

    /// Reads a configuration from a file; it is cited by the file's name without its folder.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let shown = path.display().to_string();
        let fail = |text: String| ReadError { path: shown.clone(), text };
        let size = std::fs::metadata(path).map_err(|e| fail(e.to_string()))?.len();
        if size > MAX_FILE {
            return Err(fail(format!("{size} octets are no configuration")));
        }
        let text = std::fs::read_to_string(path).map_err(|e| fail(e.to_string()))?;
        let name = path.file_name().map_or_else(|| shown.clone(), |n| n.to_string_lossy().into());
        Self::parse(&text, &name).map_err(|e| fail(e.text))
    }
}

impl Reader<'_> {
    fn tuning(&mut self, file: File, source: &str) -> Tuning {
        let mut tuning = Tuning { source: source.to_owned(), ..Tuning::default() };
        self.thresholds(&mut tuning, None, &file.thresholds);
        for partner in &file.partner {
            self.reason(&partner.reason);
            tuning.partners.push((partner.name.get_ref().clone(), self.line(&partner.name.span())));
            self.thresholds(&mut tuning, Some(partner.name.get_ref()), &partner.thresholds);
        }
        for (operation, category) in &file.operations {
            let sound = match operation.get_ref().split_once('.') {
                Some(("map" | "cap" | "diameter", code)) => code.parse::<u32>().is_ok(),
                _ => false,
            };
            if !sound {
                self.problem(
                    &operation.span(),
                    format!(
                        "`{}` is no operation: write map.37, cap.0 or diameter.319",
                        operation.get_ref()
                    ),
                );
            }
            match u8::try_from(*category.get_ref()) {
                Ok(number @ 0..=3) => tuning.set_category(operation.get_ref(), number),
                _ => self
                    .problem(&category.span(), "a category is 1, 2 or 3, or 0 for none".to_owned()),
            }
        }
        for suppress in &file.suppress {
            if let Some(suppression) = self.suppression(suppress, source) {
                tuning.suppressions.push(suppression);
            }
        }
        tuning.suppressions.sort_by_key(|suppression| suppression.line);
        tuning
    }

    fn thresholds(&mut self, tuning: &mut Tuning, partner: Option<&str>, of: &Thresholds) {
        for (detection, values) in of {
            let Some((id, settings)) = self.settings(detection, partner.is_some()) else {
                continue;
            };
            for (name, value) in values {
                let Some(setting) = settings.iter().find(|known| known.name == name.get_ref())
                else {
                    let names: Vec<&str> = settings.iter().map(|known| known.name).collect();
                    let has = if names.is_empty() {
                        format!("{id} has no thresholds")
                    } else {
                        format!("{id} has {}", names.join(", "))
                    };
                    let hint = suggest(name.get_ref(), names.iter().copied());
                    self.problem(
                        &name.span(),
                        format!("`{}` is no threshold: {has}{hint}", name.get_ref()),
                    );
                    continue;
                };
                let value_is = *value.get_ref();
                if value_is == 0 || value_is > setting.most {
                    self.problem(
                        &value.span(),
                        format!("`{}` is {} to {} {}", setting.name, 1, setting.most, setting.unit),
                    );
                }
                tuning.set(id, setting, partner, value_is);
            }
        }
    }

    fn suppression(&mut self, table: &Spanned<Suppress>, source: &str) -> Option<Suppression> {
        let line = self.line(&table.span());
        let suppress = table.get_ref();
        let card = self.card(&suppress.detection);
        if let (Some(card), Some(check)) = (card, &suppress.check)
            && card.check(check.get_ref()).is_none()
        {
            let names: Vec<&str> = card.checks.iter().map(|check| check.name).collect();
            let hint = suggest(check.get_ref(), names.iter().copied());
            self.problem(
                &check.span(),
                format!(
                    "`{}` is no check of {}: {}{hint}",
                    check.get_ref(),
                    card.id,
                    names.join(", ")
                ),
            );
        }
        let mut about = Vec::new();
        for entity in &suppress.entities {
            match about_of(entity.get_ref()) {
                Some(read) => about.push(read),
                None => self.problem(
                    &entity.span(),
                    format!(
                        "`{}` is no entity: write ip:198.51.100.9, ip:198.51.100.0/25, gt:99902000022, pc:2001, host:… or realm:…",
                        entity.get_ref()
                    ),
                ),
            }
        }
        let level =
            suppress.level.as_ref().and_then(|level| match level.get_ref().parse::<Level>() {
                Ok(read) => Some(read),
                Err(error) => {
                    self.problem(&level.span(), format!("`{}` is {error}", level.get_ref()));
                    None
                }
            });
        self.reason(&suppress.reason);
        let day = suppress.until.get_ref().to_string();
        let until =
            day.get(..10).and_then(|day| format!("{day}T00:00:00Z").parse::<Timestamp>().ok());
        if until.is_none() {
            self.problem(
                &suppress.until.span(),
                "an end date is a day, such as 2027-01-31".to_owned(),
            );
        }
        Some(Suppression {
            detection: suppress.detection.get_ref().clone(),
            check: suppress.check.as_ref().map(|check| check.get_ref().clone()),
            partner: suppress.partner.as_ref().map(|partner| partner.get_ref().clone()),
            about,
            level,
            reason: suppress.reason.get_ref().clone(),
            until: until?,
            day: day.get(..10)?.to_owned(),
            source: source.to_owned(),
            line,
        })
    }

    fn reason(&mut self, reason: &Spanned<String>) {
        if reason.get_ref().trim().is_empty() {
            self.problem(&reason.span(), "a `reason` for those who read this in a year".to_owned());
        }
    }

    /// The numbers of a detection, or those of incidents, which are the same for every partner.
    fn settings(
        &mut self,
        detection: &Spanned<String>,
        of_partner: bool,
    ) -> Option<(&'static str, &'static [Setting])> {
        if !of_partner && detection.get_ref() == INCIDENTS {
            return Some((INCIDENTS, IncidentRules::SETTINGS));
        }
        self.card(detection).map(|card| (card.id, card.settings))
    }

    /// Rules of the operator's own are named `rule:…` and have no card here.
    fn card(&mut self, detection: &Spanned<String>) -> Option<&'static Card> {
        let id = detection.get_ref();
        if id.starts_with("rule:") {
            return None;
        }
        let card = self.cards.iter().find(|card| card.id == id).copied();
        if card.is_none() {
            let ids: Vec<&str> = self.cards.iter().map(|card| card.id).collect();
            let hint = suggest(id, ids);
            self.problem(&detection.span(), format!("`{id}` is no detection{hint}"));
        }
        card
    }

    fn problem(&mut self, span: &Range<usize>, text: String) {
        let line = self.line(span);
        self.problems.push((line, text));
    }

    fn line(&self, span: &Range<usize>) -> usize {
        let before = self.text.as_bytes().get(..span.start).unwrap_or_default();
        before.iter().filter(|b| **b == b'\n').count() + 1
    }
}

fn about_of(entity: &str) -> Option<About> {
    let (kind, value) = entity.split_once(':')?;
    if kind.is_empty() || value.is_empty() {
        return None;
    }
    if kind != "ip" {
        return Some(About::Exactly(entity.to_owned()));
    }
    match value.parse::<IpAddr>() {
        Ok(ip) => Some(About::Within(IpNet::from(ip))),
        Err(_) => value.parse::<IpNet>().ok().map(About::Within),
    }
}
