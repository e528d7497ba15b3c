//! `cargo xtask samples`: the captures of samples/ anew.

use std::path::Path;

use anyhow::{Context as _, Result};
use testkit::scenarios;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Also make the genuine capture anew (root, osmo-ggsn)
    #[arg(long)]
    lab: bool,
}

/// File, scenario. The seed is fixed: the same project makes the same samples.
const SAMPLES: &[(&str, &str)] = &[("intrusion.pcap", "intrusion"), ("clean.pcap", "clean")];

pub(crate) fn run(args: &Args, root: &Path) -> Result<()> {
    let folder = root.join("samples");
    for (file, name) in SAMPLES {
        let scenario = scenarios::find(name).with_context(|| format!("scenario {name}"))?;
        let frames = (scenario.make)(1);
        let path = folder.join(file);
        testkit::pcap::write_pcap(&path, &frames).with_context(|| path.display().to_string())?;
        eprintln!("{}: {} frames", path.display(), frames.len());
        if let Some(network) = scenario.network {
            std::fs::write(folder.join("network.toml"), network)?;
        }
    }
    if args.lab {
        crate::lab::run(&crate::lab::Args::at(folder.join("sgsnemu.pcap")))?;
    }
    Ok(())
}
