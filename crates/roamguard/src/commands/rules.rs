//! `rules`: what the detections look for and on what authority; the operator's own rules, checked and tried.

mod cases;

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Subcommand;
use engine::detect::rules::{Fields, Listed, categories};
use engine::detect::{Card, DETECTORS, RuleSet, find};

use crate::exit::Outcome;
use crate::report::{BOLD, DIM, labelled, style};
use crate::rule_files::{self, counted};
use crate::sanitise;
use crate::wrap::{wide, wrap};

/// The detections: a list, and the manual page of each; your own rules: checked and tried
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Every detection with its level and what it says
    List {
        /// One JSON object a line instead of a table
        #[arg(long)]
        json: bool,
        /// Your own rules too: files, or folders of them
        #[arg(long, value_name = "DIR")]
        rules: Vec<PathBuf>,
    },
    /// What one detection looks for, what it stays quiet for, and on what it stands
    #[command(after_help = "Example:\n  roamguard rules explain icmp-knock")]
    Explain {
        /// Id of a detection, such as icmp-knock
        id: String,
        /// Your own rules too: files, or folders of them
        #[arg(long, value_name = "DIR")]
        rules: Vec<PathBuf>,
    },
    /// Whether rules hold together: every mistake with its line, and what to do about it
    #[command(after_help = "Example:\n  roamguard rules check rules/")]
    Check {
        /// Files of Sigma rules, or folders of them
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Runs the cases of a folder of rules: what goes in, and which alerts must come out
    #[command(after_help = "Example:\n  roamguard rules test rules/")]
    Test {
        /// Folder with rules (.yml) and cases (.cases.toml)
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Names of fields that rules may use
    #[command(after_help = "Example:\n  roamguard rules fields map")]
    Fields {
        /// Those of one category only, such as map
        category: Option<String>,
        /// As a table for a page of documentation
        #[arg(long)]
        markdown: bool,
    },
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Outcome> {
    let outcome = match &args.command {
        Command::List { json, rules } => {
            let own = own(rules)?;
            let own = own.as_ref().map(RuleSet::list).unwrap_or_default();
            if *json {
                for entry in DETECTORS {
                    serde_json::to_writer(&mut *out, &card_json(entry.card))?;
                    writeln!(out)?;
                }
                for rule in &own {
                    let mut record = card_json(rule.card);
                    if let Some(record) = record.as_object_mut() {
                        record.insert("state".into(), rule.state.name().into());
                        record.insert("file".into(), rule.file.into());
                        record.insert("only_in_correlations".into(), rule.silent.into());
                    }
                    serde_json::to_writer(&mut *out, &record)?;
                    writeln!(out)?;
                }
            } else {
                list(out, &own)?;
            }
            Outcome::Clean
        }
        Command::Explain { id, rules } => {
            let own = own(rules)?;
            let own = own.as_ref().and_then(|own| own.find(id));
            match (find(id), own) {
                (Some(entry), _) => explain(out, entry.card)?,
                (None, Some(rule)) => {
                    explain(out, rule.card)?;
                    writeln!(out)?;
                    labelled(
                        out,
                        "state",
                        &format!("{}; {}", rule.state.name(), sanitise::text(rule.file)),
                    )?;
                }
                (None, None) => bail!(
                    "{id}: no such detection{}; `roamguard rules list` names them",
                    suggestion(id)
                ),
            }
            Outcome::Clean
        }
        Command::Check { files } => check(out, files)?,
        Command::Test { folder } => cases::run(out, folder)?,
        Command::Fields { category, markdown } => {
            fields(out, category.as_deref(), *markdown)?;
            Outcome::Clean
        }
    };
    out.flush()?;
    Ok(outcome)
}

fn own(paths: &[PathBuf]) -> Result<Option<RuleSet>> {
    (!paths.is_empty()).then(|| rule_files::read(paths)).transpose()
}

fn check(out: &mut dyn Write, files: &[PathBuf]) -> Result<Outcome> {
    let sources = rule_files::sources(files)?;
    let (rules, mistakes) = RuleSet::read(&sources);
    rule_files::write(out, &mistakes)?;
    let list = rules.list();
    let of = |state: &str| list.iter().filter(|rule| rule.state.name() == state).count();
    writeln!(
        out,
        "{} in {}: {} active, {} on trial, {} drafts, {} retired; {}",
        counted(list.len(), "rule"),
        counted(sources.len(), "file"),
        of("active"),
        of("test"),
        of("draft"),
        of("retired"),
        match mistakes.len() {
            0 => "no mistakes".to_owned(),
            n => counted(n, "mistake"),
        }
    )?;
    Ok(if mistakes.is_empty() { Outcome::Clean } else { Outcome::WrongUse })
}

fn fields(out: &mut dyn Write, category: Option<&str>, markdown: bool) -> Result<()> {
    if let Some(category) = category
        && !categories().any(|known| known == category)
    {
        bail!(
            "{category}: no such category; there are {}",
            categories().collect::<Vec<_>>().join(", ")
        );
    }
    let all = Fields::new();
    let first = |path: &str| path.split('.').next().unwrap_or_default().to_owned();
    let wanted = |path: &str| category.is_none_or(|category| first(path) == category);
    if markdown {
        writeln!(out, "| field | kind | what it is |\n|---|---|---|")?;
    }
    // Records of MAP and CAP have the same shape: the page says it once.
    for field in all
        .all()
        .iter()
        .filter(|field| wanted(&field.path) && !(markdown && first(&field.path) == "cap"))
    {
        let list = if field.list { "list of " } else { "" };
        if markdown {
            let says = field.says.replace('|', "\\|").replace('\n', " ");
            writeln!(out, "| `{}` | {list}{} | {says} |", field.path, field.kind)?;
        } else {
            writeln!(out, "{BOLD}{}{BOLD:#}  {DIM}{list}{}{DIM:#}", field.path, field.kind)?;
        }
    }
    Ok(())
}

fn list(out: &mut dyn Write, own: &[Listed<'_>]) -> Result<()> {
    let built_in = DETECTORS.iter().map(|entry| (entry.card, ""));
    let own = own.iter().map(|rule| {
        let only = if rule.silent { ", for correlations" } else { "" };
        (rule.card, format!(" ({}{only})", rule.state.name()))
    });
    let cards: Vec<(&Card, String)> =
        built_in.map(|(card, state)| (card, state.to_owned())).chain(own).collect();
    let width = cards.iter().map(|(card, _)| card.id.len()).max().unwrap_or(0).min(40);
    for (card, state) in cards {
        let summary = format!("{}{state}", sanitise::text(card.summary));
        let colour = style(card.level);
        let mut lines = wrap(&summary, wide().saturating_sub(width + 12)).into_iter();
        let first = lines.next().unwrap_or_default();
        writeln!(
            out,
            "{BOLD}{:<width$}{BOLD:#}  {colour}{:<8}{colour:#}  {first}",
            card.id,
            card.level.name()
        )?;
        for line in lines {
            writeln!(out, "{:<width$}            {line}", "")?;
        }
    }
    Ok(())
}

fn explain(out: &mut dyn Write, card: &Card) -> Result<()> {
    let colour = style(card.level);
    let used = card.id.len() + card.level.name().len() + 4;
    let mut lines = wrap(card.summary, wide().saturating_sub(used)).into_iter();
    let first = lines.next().unwrap_or_default();
    writeln!(out, "{BOLD}{}{BOLD:#}  {colour}{}{colour:#}  {first}", card.id, card.level)?;
    for line in lines {
        writeln!(out, "{:used$}{line}", "")?;
    }
    for (label, text) in [
        ("needs", card.needs),
        ("quiet for", card.quiet_for),
        ("network", card.description),
        ("limits", card.thresholds),
        ("basis", card.basis),
    ] {
        if !text.is_empty() {
            writeln!(out)?;
            labelled(out, label, text)?;
        }
    }
    if !card.settings.is_empty() {
        writeln!(out)?;
        writeln!(
            out,
            "  {DIM}thresholds{DIM:#}  {DIM}[thresholds.{}] in --config{DIM:#}",
            card.id
        )?;
        for setting in card.settings {
            writeln!(
                out,
                "    {BOLD}{} = {}{BOLD:#} {}",
                setting.name, setting.default, setting.unit
            )?;
            for line in wrap(setting.why, wide() - 6) {
                writeln!(out, "      {line}")?;
            }
        }
    }
    writeln!(out)?;
    writeln!(out, "  {DIM}checks{DIM:#}")?;
    for check in card.checks {
        let colour = style(check.level);
        writeln!(out, "    {BOLD}{}{BOLD:#}  {colour}{}{colour:#}", check.name, check.level)?;
        for line in wrap(check.looks_for, wide() - 6) {
            writeln!(out, "      {line}")?;
        }
    }
    let references: Vec<&str> =
        [card.attack, card.fight, card.motif].into_iter().flatten().copied().collect();
    if !references.is_empty() {
        writeln!(out)?;
        labelled(out, "refs", &references.join(" "))?;
    }
    Ok(())
}

fn card_json(card: &Card) -> serde_json::Value {
    let checks: Vec<serde_json::Value> = card
        .checks
        .iter()
        .map(|check| serde_json::json!({ "name": check.name, "level": check.level.name(), "looks_for": check.looks_for }))
        .collect();
    let settings: Vec<serde_json::Value> = card
        .settings
        .iter()
        .map(|setting| {
            serde_json::json!({
                "name": setting.name, "default": setting.default, "most": setting.most, "unit": setting.unit, "why": setting.why,
            })
        })
        .collect();
    serde_json::json!({
        "id": card.id, "level": card.level.name(), "summary": card.summary, "needs": card.needs,
        "quiet_for": card.quiet_for, "network": card.description, "thresholds": card.thresholds,
        "settings": settings, "stage": card.stage.name(), "basis": card.basis, "checks": checks,
        "references": { "attack": card.attack, "fight": card.fight, "motif": card.motif },
    })
}

fn suggestion(id: &str) -> String {
    let wanted: Vec<&str> = id.split('-').filter(|word| word.len() > 2).collect();
    let near = DETECTORS
        .iter()
        .map(|entry| entry.card.id)
        .find(|known| wanted.iter().any(|word| known.contains(word)));
    near.map_or_else(String::new, |known| format!("; did you mean {known}?"))
}
