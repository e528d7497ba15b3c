//! `cargo xtask lab`: a genuine GTP capture, made by osmo-ggsn and sgsnemu in two network namespaces of this machine.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where the capture goes
    out: PathBuf,
}

impl Args {
    pub(crate) const fn at(out: PathBuf) -> Self {
        Self { out }
    }
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let script = crate::root()?.join("samples/sgsnemu-lab.sh");
    let out = std::path::absolute(&args.out)?;
    let status = Command::new("bash").arg(&script).env("OUT", &out).status().context("bash")?;
    match status.code() {
        Some(0) => Ok(()),
        Some(77) => bail!("the lab needs root, osmo-ggsn, iproute2, ethtool and tcpdump"),
        _ => bail!("{}: {status}", script.display()),
    }
}
