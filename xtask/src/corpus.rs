//! `cargo xtask corpus`: the clean mixed interconnect corpus as a capture of any size.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use testkit::corpus;
use testkit::pcap::{Format, Writer};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Where the capture goes
    out: PathBuf,
    /// Packets: 5,000,000 are about 2 GB
    #[arg(long, default_value_t = 200_000)]
    packets: u64,
    /// The same seed gives the same capture
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What to draw
    #[arg(long, value_enum, default_value_t = Kind::Mixed)]
    kind: Kind,
    /// Also write the description of the network that the corpus belongs to
    #[arg(long)]
    network: Option<PathBuf>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Kind {
    /// About 70 % GTP-U with inner traffic, 10 % GTP-C, 8 % MAP, 5 % Diameter, DNS, ICMP, SSH
    Mixed,
    /// MAP over M3UA only
    Map,
    /// Diameter over SCTP only
    Diameter,
    /// GTP-U only
    Gtpu,
    /// Thin traffic over days: 100,000 packets are more than one
    Day,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    draw(&args.out, args.packets, args.seed, args.kind)?;
    if let Some(path) = &args.network {
        std::fs::write(path, corpus::corpus_network())
            .with_context(|| path.display().to_string())?;
    }
    Ok(())
}

/// Draws a corpus into a file.
pub(crate) fn draw(out: &Path, packets: u64, seed: u64, kind: Kind) -> Result<()> {
    let file = File::create(out).with_context(|| out.display().to_string())?;
    let mut writer = Writer::new(BufWriter::with_capacity(1 << 20, file), Format::default())?;
    let mut failed = None;
    let mut bytes = 0_u64;
    let mut sink = |at_ns: i64, frame: &[u8]| {
        bytes += frame.len() as u64;
        if failed.is_none() {
            failed = writer.frame(at_ns, frame).err();
        }
    };
    match kind {
        Kind::Mixed => corpus(seed, packets, &mut sink),
        Kind::Map => corpus::map_corpus(seed, packets, &mut sink),
        Kind::Diameter => corpus::diameter_corpus(seed, packets, &mut sink),
        Kind::Gtpu => corpus::gtpu_corpus(seed, packets, &mut sink),
        Kind::Day => corpus::day_corpus(seed, packets, &mut sink),
    }
    if let Some(error) = failed {
        return Err(error).with_context(|| out.display().to_string());
    }
    writer.finish()?;
    eprintln!("{}: {packets} packets, {} MB", out.display(), bytes / 1_000_000);
    Ok(())
}
