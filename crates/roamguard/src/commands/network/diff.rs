//! `network diff OLD NEW`: what was added, removed and changed.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;
use engine::network::{Change, Difference, Network};

use crate::exit::Outcome;
use crate::report::{BOLD, counted};
use crate::sanitise;
use crate::wrap::{wide, wrap};

/// What is different between two descriptions: exit code 0 when nothing is, 1 when something is
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  roamguard network diff network.toml newer.toml")]
pub(crate) struct Args {
    /// The description as it was
    old: PathBuf,
    /// The description as it is
    new: PathBuf,
    /// Shape of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON object a line, one for each table that is different
    Json,
}

impl Args {
    pub(crate) const fn writes_records(&self) -> bool {
        matches!(self.format, Format::Json)
    }
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Outcome> {
    let (old, new) = (Network::read(&args.old)?, Network::read(&args.new)?);
    let differences = old.differences(&new);
    for difference in &differences {
        match args.format {
            Format::Text => text(out, difference)?,
            Format::Json => {
                serde_json::to_writer(&mut *out, &json(difference))?;
                writeln!(out)?;
            }
        }
    }
    if args.format == Format::Text {
        let of = |change| differences.iter().filter(|d| d.change == change).count() as u64;
        writeln!(
            out,
            "{}: {} added, {} removed, {} changed",
            if differences.is_empty() {
                "no difference".to_owned()
            } else {
                counted(differences.len() as u64, "table", "tables")
            },
            of(Change::Added),
            of(Change::Removed),
            of(Change::Changed),
        )?;
    }
    Ok(if differences.is_empty() { Outcome::Clean } else { Outcome::Findings })
}

fn text(out: &mut dyn Write, difference: &Difference) -> Result<()> {
    let sign = match difference.change {
        Change::Added => '+',
        Change::Removed => '-',
        Change::Changed => '~',
    };
    let line = match (difference.old_line, difference.new_line) {
        (Some(old), Some(new)) => format!("line {old}, now {new}"),
        (Some(line), None) | (None, Some(line)) => format!("line {line}"),
        (None, None) => String::new(),
    };
    let table = sanitise::text(&difference.table);
    writeln!(out, "{sign} {BOLD}{table}{BOLD:#} ({}, {line})", difference.change.name())?;
    for key in &difference.keys {
        for (sign, items) in [('-', &key.removed), ('+', &key.added)] {
            if items.is_empty() {
                continue;
            }
            let items = sanitise::text(&items.join(", "));
            for (at, line) in wrap(&items, wide() - 24).into_iter().enumerate() {
                let name = if at == 0 { format!("{sign} {}", key.key) } else { String::new() };
                writeln!(out, "    {name:<18}  {line}")?;
            }
        }
    }
    Ok(())
}

fn json(difference: &Difference) -> serde_json::Value {
    let keys: serde_json::Map<String, serde_json::Value> = difference
        .keys
        .iter()
        .map(|key| {
            let sides = serde_json::json!({ "removed": key.removed, "added": key.added });
            (key.key.to_owned(), sides)
        })
        .collect();
    serde_json::json!({
        "table": difference.table,
        "change": difference.change.name(),
        "old_line": difference.old_line,
        "new_line": difference.new_line,
        "keys": keys,
    })
}
