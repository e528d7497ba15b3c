//! The subcommands: one file each, one variant each.

mod config;
mod elements;
mod learn;
mod network;
mod rules;
mod scan;
mod synth;
mod timeline;

use std::io::Write;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::exit::Outcome;

/// A passive sensor and forensic analyser for the links between mobile operators.
///
/// It reads captures of roaming and signalling links and says when somebody uses them to get in, to hide, to command
/// or to collect. It never sends a packet, and identities of subscribers leave it only as pseudonyms.
#[derive(Debug, Parser)]
#[command(name = "roamguard", version, arg_required_else_help = true, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 clean, 1 findings at or above --fail-level, 2 wrong use or configuration, 3 damaged input."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Scan(scan::Args),
    Timeline(timeline::Args),
    Elements(elements::Args),
    Learn(learn::Args),
    Network(network::Args),
    Rules(rules::Args),
    Config(config::Args),
    Synth(synth::Args),
}

impl Cli {
    /// Whether programs read what is written.
    pub(crate) const fn writes_records(&self) -> bool {
        match &self.command {
            Command::Scan(args) => args.writes_records(),
            Command::Timeline(args) => args.writes_records(),
            Command::Elements(args) => args.writes_records(),
            Command::Network(args) => args.writes_records(),
            Command::Config(_) | Command::Synth(_) | Command::Learn(_) | Command::Rules(_) => false,
        }
    }
}

pub(crate) fn run(cli: Cli, out: &mut dyn Write) -> Result<Outcome> {
    match cli.command {
        Command::Scan(args) => scan::run(&args, out),
        Command::Timeline(args) => timeline::run(&args, out),
        Command::Elements(args) => elements::run(&args, out),
        Command::Learn(args) => learn::run(&args, out),
        Command::Network(args) => network::run(&args, out),
        Command::Rules(args) => rules::run(&args, out),
        Command::Synth(args) => synth::run(&args, out),
        Command::Config(args) => config::run(&args, out),
    }
}
