//! `network check|import|diff|show`: the description of our network and our partners.

mod diff;
mod import;
mod show;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Subcommand;
use engine::event::Level;
use engine::network::Network;

use crate::exit::Outcome;
use crate::report::{counted, style};
use crate::sanitise;

/// The description of your network and your partners
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Reads a description critically: mistakes, contradictions, and what is missing for which checks
    #[command(after_help = "Example:\n  roamguard network check network.toml")]
    Check {
        /// The description, in TOML
        file: PathBuf,
    },
    Import(import::Args),
    Diff(diff::Args),
    Show(show::Args),
}

impl Args {
    /// Whether programs read what is written.
    pub(crate) const fn writes_records(&self) -> bool {
        match &self.command {
            Command::Diff(args) => args.writes_records(),
            Command::Check { .. } | Command::Import(_) | Command::Show(_) => false,
        }
    }
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Outcome> {
    match &args.command {
        Command::Check { file } => check(file, out),
        Command::Import(args) => import::run(args, out),
        Command::Diff(args) => diff::run(args, out),
        Command::Show(args) => show::run(args, out),
    }
}

fn check(file: &Path, out: &mut dyn Write) -> Result<Outcome> {
    let network = Network::read(file)?;
    let problems = network.problems();
    for problem in &problems {
        let (word, colour) = if problem.error {
            ("error", style(Level::High))
        } else {
            ("warning", style(Level::Medium))
        };
        let line = problem.line.map_or_else(String::new, |line| format!(":{line}"));
        let text = sanitise::text(&problem.text);
        writeln!(
            out,
            "{}{line}: {colour}{word}{colour:#}: {text}",
            sanitise::text(&network.source)
        )?;
    }
    let errors = problems.iter().filter(|problem| problem.error).count();
    writeln!(
        out,
        "{}: {}, {}, {}, {}",
        sanitise::text(&network.source),
        counted(network.elements.len() as u64, "element", "elements"),
        counted(network.partners.len() as u64, "partner", "partners"),
        counted(errors as u64, "error", "errors"),
        counted((problems.len() - errors) as u64, "warning", "warnings"),
    )?;
    Ok(if errors > 0 { Outcome::WrongUse } else { Outcome::Clean })
}
