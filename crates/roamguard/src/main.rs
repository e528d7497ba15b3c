//! The `roamguard` binary: the command line over the engine, and nothing that judges or decodes.

mod commands;
mod drift;
mod exit;
mod follow;
mod key;
mod progress;
mod records;
mod report;
mod rule_files;
mod sanitise;
mod subject;
mod wrap;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser as _;

use crate::commands::Cli;
use crate::exit::Outcome;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Colours are taken out where nobody sees them; records have none, and looking for them takes as long as writing.
    let (mut painted, mut plain);
    let out: &mut dyn Write = if cli.writes_records() {
        plain = std::io::stdout().lock();
        &mut plain
    } else {
        painted = anstream::stdout().lock();
        &mut painted
    };
    match commands::run(cli, out) {
        Ok(outcome) => outcome.into(),
        Err(error) if exit::is_broken_pipe(&error) => Outcome::Clean.into(),
        Err(error) => {
            exit::complain(&error);
            Outcome::WrongUse.into()
        }
    }
}
