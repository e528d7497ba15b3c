//! The `roamguard` binary: the command line over the engine, and nothing that judges or decodes.

mod commands;
mod exit;
mod key;
mod progress;
mod records;
mod report;
mod sanitise;
mod wrap;

use std::process::ExitCode;

use clap::Parser as _;

use crate::commands::Cli;
use crate::exit::Outcome;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = anstream::stdout().lock();
    match commands::run(cli, &mut out) {
        Ok(outcome) => outcome.into(),
        Err(error) if exit::is_broken_pipe(&error) => Outcome::Clean.into(),
        Err(error) => {
            exit::complain(&error);
            Outcome::WrongUse.into()
        }
    }
}
