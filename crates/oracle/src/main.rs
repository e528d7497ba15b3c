//! `oracle CAPTURE…`: tshark beside us, field for field. `cargo xtask oracle` builds and starts it.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for the terminal of whoever develops this"
)]

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Parser;
use oracle::table::Table;
use oracle::{captures, tshark};

/// tshark beside us: every field that both read, compared value for value
#[derive(Parser)]
struct Args {
    /// Files and folders; without any the real captures of ROAMGUARD_CAPTURES or ../shared/captures
    captures: Vec<PathBuf>,
    /// Print the table of fields and compare nothing
    #[arg(long)]
    list: bool,
    /// Print every field, not protocols alone
    #[arg(long)]
    fields: bool,
    /// Print every difference, those with a reason too
    #[arg(long)]
    differences: bool,
    /// Print the protocols as a table of Markdown
    #[arg(long)]
    markdown: bool,
}

fn main() -> Result<ExitCode> {
    let args = Args::parse();
    if args.list {
        for field in Table::new()?.fields() {
            println!("{:<9} {:<40} {}", field.protocol, field.theirs.join(" + "), field.ours);
        }
        return Ok(ExitCode::SUCCESS);
    }
    let Some(version) = tshark::version() else { bail!("tshark is not installed") };
    let paths = if args.captures.is_empty() {
        match captures::folder() {
            Some(folder) => vec![folder],
            None => bail!("no captures; name some, or set ROAMGUARD_CAPTURES"),
        }
    } else {
        args.captures
    };
    eprintln!("{version}");
    let report = oracle::run(&captures::find(&paths)?)?;
    if args.markdown {
        print!("{}", report.markdown());
    } else {
        print!("{}", report.summary(args.fields));
    }
    if args.differences {
        print!("\n{}", report.differences(true));
    } else if report.unexplained().next().is_some() {
        print!("\nDifferences without a reason:\n{}", report.differences(false));
    }
    for reason in report.idle_reasons() {
        println!("a reason without a difference: {reason}");
    }
    Ok(if report.passes() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
