//! `rules test DIR`: rules against cases: what goes in, and which alerts must come out.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use engine::capture::Inputs;
use engine::detect::{Engine, RuleSet, Tuning};
use engine::event::{Alert, Event, Level, Pseudonymiser};
use engine::network::Network;
use engine::{Options, Quiet};
use serde::Deserialize;

use crate::exit::Outcome;
use crate::report::BOLD;
use crate::rule_files::{self, counted};
use crate::sanitise;

/// A file of cases.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

/// What goes in and what must come out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// Records, one JSON object a line, or a capture; beside the file of cases.
    input: PathBuf,
    /// Description of the network, beside the file of cases.
    network: Option<PathBuf>,
    /// The alerts of rules that must come out: these and no others.
    #[serde(default)]
    expect: Vec<Expected>,
}

/// An alert that must come out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    rule: String,
    level: Option<String>,
    /// How often it must have been found, all its alerts together.
    count: Option<u64>,
}

/// Runs all cases below a folder.
pub(super) fn run(out: &mut dyn Write, folder: &Path) -> Result<Outcome> {
    let rules = rule_files::read(&[folder.to_owned()])?.with_drafts();
    let files = rule_files::find(folder, &["cases.toml"])?;
    let (mut all, mut failed) = (0, 0);
    for file in files {
        let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let cases: Cases = toml::from_str(&text).with_context(|| file.display().to_string())?;
        let beside = file.parent().unwrap_or(Path::new("."));
        for case in cases.case {
            all += 1;
            for expected in &case.expect {
                if rules.find(&expected.rule).is_none() {
                    bail!(
                        "{}: case {}: there is no rule {}",
                        file.display(),
                        case.name,
                        expected.rule
                    );
                }
            }
            let alerts = alerts(&rules, beside, &case)
                .with_context(|| format!("{}: case {}", file.display(), case.name))?;
            let faults = faults(&case.expect, &alerts)?;
            let place = file.strip_prefix(folder).unwrap_or(&file).display().to_string();
            let word = if faults.is_empty() { "ok  " } else { "FAIL" };
            writeln!(
                out,
                "{BOLD}{word}{BOLD:#}  {}: {}",
                sanitise::text(&place),
                sanitise::text(&case.name)
            )?;
            for fault in &faults {
                writeln!(out, "      {}", sanitise::text(fault))?;
            }
            failed += usize::from(!faults.is_empty());
        }
    }
    if all == 0 {
        bail!("{}: no cases: they stand in files that end in .cases.toml", folder.display());
    }
    let untried = untried(&rules, folder)?;
    if !untried.is_empty() {
        writeln!(out, "no case expects {}", untried.join(", "))?;
    }
    writeln!(out, "{}, {failed} failed", counted(all, "case"))?;
    Ok(if failed == 0 { Outcome::Clean } else { Outcome::Findings })
}

/// Rules that no case makes fire.
fn untried(rules: &RuleSet, folder: &Path) -> Result<Vec<String>> {
    let mut tried = Vec::new();
    for file in rule_files::find(folder, &["cases.toml"])? {
        let cases: Cases = toml::from_str(&std::fs::read_to_string(&file)?)?;
        tried.extend(
            cases.case.into_iter().flat_map(|case| case.expect).map(|expected| expected.rule),
        );
    }
    let tried: Vec<&str> =
        tried.iter().filter_map(|rule| rules.find(rule)).map(|rule| rule.card.id).collect();
    Ok(rules
        .list()
        .iter()
        .filter(|rule| !rule.silent && !tried.contains(&rule.card.id))
        .map(|rule| rule.card.id.to_owned())
        .collect())
}

/// The alerts of rules alone.
fn alerts(rules: &RuleSet, beside: &Path, case: &Case) -> Result<Vec<Alert>> {
    let network = match &case.network {
        Some(path) => Network::read(&beside.join(path))?,
        None => Network::default(),
    };
    let input = beside.join(&case.input);
    if input.extension().is_some_and(|extension| extension == "jsonl") {
        let mut engine = Engine::with(network, Tuning::default(), vec![rules.detector()]);
        let file = std::fs::File::open(&input).with_context(|| input.display().to_string())?;
        for (number, line) in (1..).zip(BufReader::new(file).lines()) {
            let line = line?;
            if line.trim().is_empty() {
                continue;
            }
            let event: Event = serde_json::from_str(&line)
                .with_context(|| format!("{}:{number}: no record", input.display()))?;
            engine.on_event(&event);
        }
        engine.finish();
        return Ok(engine.alerts());
    }
    let mut tuning = Tuning::default();
    tuning.rules = Some(rules.clone());
    let options = Options {
        workers: 1,
        // Pseudonyms of a case are the same everywhere: nobody's subscribers are in it.
        pseudonymiser: Pseudonymiser::new([0; 32]),
        network,
        tuning,
        from: None,
        to: None,
        every_event: false,
    };
    let summary = engine::run(Inputs::open(&[input])?, options, &mut Quiet)?;
    Ok(summary.alerts.into_iter().filter(|alert| alert.detection.starts_with("rule:")).collect())
}

/// What is missing and what is too much.
fn faults(expect: &[Expected], alerts: &[Alert]) -> Result<Vec<String>> {
    let mut found: BTreeMap<(&str, Level), u64> = BTreeMap::new();
    for alert in alerts {
        let rule = alert.detection.strip_prefix("rule:").unwrap_or(&alert.detection);
        *found.entry((rule, alert.level)).or_default() += alert.count;
    }
    let mut faults = Vec::new();
    for expected in expect {
        let rule = expected.rule.strip_prefix("rule:").unwrap_or(&expected.rule);
        let level: Option<Level> = match &expected.level {
            Some(level) => Some(level.parse().with_context(|| format!("level {level:?}"))?),
            None => None,
        };
        let matching: Vec<(&str, Level)> = found
            .keys()
            .filter(|(name, of)| *name == rule && level.is_none_or(|level| level == *of))
            .copied()
            .collect();
        let count: u64 = matching.iter().filter_map(|key| found.remove(key)).sum();
        let wanted = level.map_or_else(|| rule.to_owned(), |level| format!("{rule} {level}"));
        match expected.count {
            _ if count == 0 => faults.push(format!("missing: {wanted}")),
            Some(of) if of != count => {
                faults.push(format!("{wanted}: found {count} times, expected {of}"));
            }
            _ => {}
        }
    }
    for ((rule, level), count) in found {
        faults.push(format!("too much: {rule} {level}, {count} times"));
    }
    Ok(faults)
}
