//! `cargo xtask oracle`: tshark beside us, field for field.

use std::path::Path;

use anyhow::Result;

use crate::step;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Captures, folders, and what else `oracle --help` lists: --fields, --list, --differences, --markdown
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// The profile of tests is the middle way: built in half a minute, and tshark takes longer than we do.
pub(crate) fn run(args: &Args, root: &Path) -> Result<()> {
    let mut command = vec!["run", "--quiet", "--profile", "test", "--package", "oracle", "--"];
    command.extend(args.arguments.iter().map(String::as_str));
    step(root, "cargo", &command)
}
