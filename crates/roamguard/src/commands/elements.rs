//! `elements CAPTURE…`: the passive inventory, and what changed since an earlier one.

use std::io::{BufRead as _, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use engine::capture::Inputs;
use engine::detect::Tuning;
use engine::event::{Element, Event, Pseudonymiser, Timestamp, What};
use engine::network::Network;
use engine::{Observer, Options};

use super::scan::{check_window, default_jobs, outside, title};
use crate::drift::{self, Drift};
use crate::exit::Outcome;
use crate::progress::Progress;
use crate::records::{self, Lines};
use crate::report::nodes;
use crate::{key, sanitise};

/// Every node that the traffic shows: its names, role, make, open ports and peers
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Every node that the traffic shows: its names, role, make, open ports and peers.\n\n\
        Addresses, point codes, global titles and hosts of one node are one entry where the evidence is firm. \
        With --diff, what changed since an earlier inventory is shown instead, and the exit code is 1 when \
        anything did: new nodes, nodes that are gone, and changes of names, roles, owners, make and ports. Nodes \
        without role, owner and open port come and go, and are compared with --all only.",
    after_long_help = "Examples:
  roamguard elements --network network.toml monday.pcap
  roamguard elements --format json monday.pcap > monday.jsonl
  roamguard elements --diff monday.jsonl tuesday.pcap"
)]
pub(crate) struct Args {
    /// Captures: pcap or pcapng, plain, .gz or .zst; folders of them; `-` is standard input
    #[arg(required = true, value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
    /// Description of your network and your partners
    #[arg(long, value_name = "FILE")]
    network: Option<PathBuf>,
    /// Shape of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Show what changed since this inventory: records of `elements` or `scan --format json`
    #[arg(long, value_name = "OLD")]
    diff: Option<PathBuf>,
    /// Show nodes without role, owner and open port too
    #[arg(long)]
    all: bool,
    /// Leave out frames before this time, such as 2023-11-14T22:00:00Z
    #[arg(long, value_name = "TIME")]
    from: Option<Timestamp>,
    /// Leave out frames from this time on
    #[arg(long, value_name = "TIME")]
    to: Option<Timestamp>,
    /// Workers that read packets; the output is the same for every number
    #[arg(short = 'j', long = "jobs", value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: Option<u8>,
    /// No progress bar and no remarks on stderr
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A list for people
    Text,
    /// One JSON record a line, as `scan` writes them; with --diff one change a line
    Json,
    /// A table
    Csv,
}

impl Args {
    /// Whether programs read what is written.
    pub(crate) const fn writes_records(&self) -> bool {
        !matches!(self.format, Format::Text)
    }
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Outcome> {
    check_window(args.from, args.to)?;
    let network = match &args.network {
        Some(path) => Network::read(path)?,
        None => Network::default(),
    };
    // An old inventory that cannot be read shall not cost a long run first.
    let old = args.diff.as_deref().map(read_old).transpose()?;
    let (key, _) = key::load(None)?;
    let inputs = Inputs::open(&args.captures)?;
    for skipped in inputs.skipped() {
        remark(args, &format!("{} left out: {}", skipped.path, skipped.why));
    }
    let progress = Progress::new(inputs.progress().total(), !args.quiet);
    let options = Options {
        workers: usize::from(args.jobs.unwrap_or_else(default_jobs)),
        pseudonymiser: Pseudonymiser::new(key),
        tuning: Tuning::default(),
        network,
        from: args.from,
        to: args.to,
        every_event: false,
    };
    let summary = engine::run(inputs, options, &mut Watcher(&progress));
    progress.done();
    let summary = summary?;
    for damage in &summary.damages {
        remark(args, &damage.to_string());
    }
    if let Some(text) = outside(summary.stats.frames, args.from, args.to) {
        remark(args, &text);
    }
    let full = summary
        .stats
        .tables
        .iter()
        .any(|table| table.table.starts_with("inventory.") && table.evicted > 0);
    if full {
        remark(args, "more nodes than are kept: those seen least lately were given up");
    }
    let shown = |element: &&Element| args.all || drift::matters(element);
    let elements: Vec<&Element> = summary.elements.iter().filter(shown).collect();
    let mut out = BufWriter::with_capacity(1 << 16, out);
    let mut drifted = false;
    if let Some(old) = old {
        let old: Vec<&Element> = old.iter().filter(shown).collect();
        let changes = drift::between(&old, &elements);
        drifted = !changes.is_empty();
        write_drift(args, &mut out, &changes)?;
    } else {
        match args.format {
            Format::Text => {
                let hidden = summary.elements.len() - elements.len();
                nodes::write(&mut out, &title(&args.captures), &elements, hidden)?;
            }
            Format::Csv => records::elements(&mut out, &elements)?,
            Format::Json => {
                let only = ["element".to_owned()];
                let mut lines = Lines::new(&mut out, &only);
                for event in summary.closing_records() {
                    if matches!(&event.what, What::Element(element) if shown(&element.as_ref())) {
                        lines.write(&event)?;
                    }
                }
            }
        }
    }
    out.flush()?;
    Ok(match (summary.damages.is_empty(), drifted) {
        (false, _) => Outcome::Damaged,
        (true, true) => Outcome::Findings,
        (true, false) => Outcome::Clean,
    })
}

fn write_drift(args: &Args, out: &mut dyn Write, changes: &[Drift<'_>]) -> Result<()> {
    match args.format {
        Format::Text => nodes::drift(out, changes)?,
        Format::Csv => records::drift(out, changes)?,
        Format::Json => {
            for change in changes {
                serde_json::to_writer(&mut *out, change)?;
                writeln!(out)?;
            }
        }
    }
    Ok(())
}

/// The elements of an earlier run; other records are passed over.
fn read_old(path: &Path) -> Result<Vec<Element>> {
    let name = path.display();
    let file = std::fs::File::open(path).with_context(|| format!("cannot read {name}"))?;
    let mut elements = Vec::new();
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let line = line.with_context(|| format!("{name}:{}: cannot be read", number + 1))?;
        if line.trim().is_empty() || !line.contains("\"element\"") {
            continue;
        }
        let event: Event = serde_json::from_str(&line)
            .with_context(|| format!("{name}:{}: no record of ours", number + 1))?;
        if let What::Element(element) = event.what {
            elements.push(*element);
        }
    }
    if elements.is_empty() {
        bail!("{name}: no element in it; `roamguard elements --format json` writes them");
    }
    Ok(elements)
}

/// Moves the bar; wants no events.
struct Watcher<'a>(&'a Progress);

impl Observer for Watcher<'_> {
    fn event(&mut self, _: &Event) -> std::io::Result<()> {
        Ok(())
    }

    fn progress(&mut self, octets: u64, frames: u64) {
        self.0.at(octets, frames);
    }
}

fn remark(args: &Args, text: &str) {
    if !args.quiet {
        // Nobody left to tell when stderr itself is gone.
        let _ = writeln!(anstream::stderr(), "roamguard: {}", sanitise::text(text));
    }
}
