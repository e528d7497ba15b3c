//! The project's own chores: `cargo xtask tidy | corpus | samples | lab | peers | oracle | ci`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for the terminal of whoever develops this"
)]

mod ci;
mod corpus;
mod lab;
mod oracle;
mod peers;
mod samples;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use clap::Parser;

#[derive(Parser)]
#[command(about = "The project's own chores")]
enum Chore {
    /// Checks the house rules that no compiler knows: arrows between rooms, licences, file shapes, the changelog
    Tidy,
    /// Draws the clean mixed interconnect corpus as a capture
    Corpus(corpus::Args),
    /// Makes the captures of samples/ anew from the scenarios, and the genuine one from the lab
    Samples(samples::Args),
    /// Runs osmo-ggsn and sgsnemu in network namespaces and keeps what crossed between them
    Lab(lab::Args),
    /// Measures tshark, and Suricata where installed, beside roamguard on the same file in the same run
    Peers(peers::Args),
    /// Compares every field that tshark and roamguard both read, over real captures
    Oracle(oracle::Args),
    /// Everything that must hold before a change lands
    Ci,
}

fn main() -> Result<()> {
    match Chore::parse() {
        Chore::Tidy => tidy::run(&root()?),
        Chore::Corpus(args) => corpus::run(&args),
        Chore::Samples(args) => samples::run(&args, &root()?),
        Chore::Lab(args) => lab::run(&args),
        Chore::Peers(args) => peers::run(&args, &root()?),
        Chore::Oracle(args) => oracle::run(&args, &root()?),
        Chore::Ci => ci::run(&root()?),
    }
}

/// The folder of the workspace.
fn root() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(here.parent().context("xtask stands in the workspace")?.to_path_buf())
}

/// Runs a command in `dir` and fails with its name when it fails.
fn step(dir: &Path, program: &str, args: &[&str]) -> Result<()> {
    eprintln!("$ {program} {}", args.join(" "));
    let status = Command::new(program)
        .args(args)
        .current_dir(dir)
        .status()
        .with_context(|| program.to_owned())?;
    if !status.success() {
        bail!("{program} {}: {status}", args.join(" "));
    }
    Ok(())
}

/// Whether a program is there to be run.
fn installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(program).is_file())
}
