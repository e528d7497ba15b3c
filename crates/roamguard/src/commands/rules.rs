//! `rules list` and `rules explain ID`: what the detections look for, and on what authority.

use std::io::Write;

use anyhow::{Result, bail};
use clap::Subcommand;
use engine::detect::{Card, DETECTORS, find};

use crate::exit::Outcome;
use crate::report::{BOLD, DIM, labelled, style};
use crate::wrap::{WIDTH, wrap};

/// The detections: a list, and the manual page of each
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
    },
    /// What one detection looks for, what it stays quiet for, and on what it stands
    #[command(after_help = "Example:\n  roamguard rules explain icmp-knock")]
    Explain {
        /// Id of a detection, such as icmp-knock
        id: String,
    },
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Outcome> {
    match &args.command {
        Command::List { json: false } => list(out)?,
        Command::List { json: true } => {
            for entry in DETECTORS {
                serde_json::to_writer(&mut *out, &card_json(entry.card))?;
                writeln!(out)?;
            }
        }
        Command::Explain { id } => match find(id) {
            Some(entry) => explain(out, entry.card)?,
            None => bail!(
                "{id}: no such detection{}; `roamguard rules list` names them",
                suggestion(id)
            ),
        },
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

fn list(out: &mut dyn Write) -> Result<()> {
    let width = DETECTORS.iter().map(|entry| entry.card.id.len()).max().unwrap_or(0);
    for entry in DETECTORS {
        let card = entry.card;
        let colour = style(card.level);
        let mut lines = wrap(card.summary, WIDTH - width - 12).into_iter();
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
    writeln!(out, "{BOLD}{}{BOLD:#}  {colour}{}{colour:#}  {}", card.id, card.level, card.summary)?;
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
            for line in wrap(setting.why, WIDTH - 6) {
                writeln!(out, "      {line}")?;
            }
        }
    }
    writeln!(out)?;
    writeln!(out, "  {DIM}checks{DIM:#}")?;
    for check in card.checks {
        let colour = style(check.level);
        writeln!(out, "    {BOLD}{}{BOLD:#}  {colour}{}{colour:#}", check.name, check.level)?;
        for line in wrap(check.looks_for, WIDTH - 6) {
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
