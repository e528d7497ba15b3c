//! Everything that must hold before a change lands, the quick checks first.

use std::path::Path;

use anyhow::Result;

use crate::{step, tidy};

pub(crate) fn run(root: &Path) -> Result<()> {
    step(root, "cargo", &["fmt", "--all", "--check"])?;
    tidy::run(root)?;
    step(
        root,
        "cargo",
        &["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"],
    )?;
    // The two commands of the README, as it has them.
    step(root, "cargo", &["build", "--locked", "--release"])?;
    step(root, "cargo", &["test", "--locked", "--workspace"])
}
