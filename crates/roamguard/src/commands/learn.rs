//! `learn CAPTURE…`: a network description drafted from what is seen, to be read and corrected.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use engine::detect::Tuning;
use engine::event::{Event, Plmn, Timestamp};
use engine::network::{Asked, Learner, Network};
use engine::{Observer, Options, capture::Inputs};

use super::scan::{check_window, default_jobs, outside, title};
use crate::exit::Outcome;
use crate::progress::Progress;
use crate::report::counted;
use crate::{key, sanitise};

/// A network description drafted from what is seen, to be read and corrected
#[derive(Debug, clap::Args)]
#[command(
    long_about = "A network description drafted from what is seen, to be read and corrected.\n\n\
        It says which network is home, which nodes there are, who the partners are and which addresses speak \
        which protocol, each with its evidence. Whoever was there when the capture was taken is in it: a draft is \
        to be read before it judges anybody. Who is in an alert of level high or above is written as a comment only.",
    after_long_help = "Examples:
  roamguard learn monday.pcap > network.toml
  roamguard learn --home 001-01 --name \"Example Mobile\" --out network.toml folder/
  roamguard learn --network network.toml --out newer.toml tuesday.pcap.gz
  roamguard network diff network.toml newer.toml"
)]
pub(crate) struct Args {
    /// Captures: pcap or pcapng, plain, .gz or .zst; folders of them; `-` is standard input
    #[arg(required = true, value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
    /// Your network, where the capture does not tell: MCC-MNC such as 001-01
    #[arg(long, value_name = "PLMN")]
    home: Option<Plmn>,
    /// Name of your network
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// A description to go on from: what it says stays, what it does not know is added
    #[arg(long, value_name = "OLD")]
    network: Option<PathBuf>,
    /// Write the draft to this file, which must not be there yet; otherwise to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
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

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Outcome> {
    check_window(args.from, args.to)?;
    if let Some(path) = args.out.as_deref().filter(|path| path.exists()) {
        bail!(
            "{} is there already and is not overwritten: choose another name, or remove it",
            path.display()
        );
    }
    // A long run shall not end in a folder that is not there.
    let folder = args.out.as_deref().and_then(std::path::Path::parent);
    if let Some(folder) = folder.filter(|path| !path.as_os_str().is_empty() && !path.is_dir()) {
        bail!("--out: {} is no folder", folder.display());
    }
    let old = match &args.network {
        Some(path) => Network::read(path)?,
        None => Network::default(),
    };
    let (key, warning) = key::load(None)?;
    remark(args, warning.as_deref());
    let inputs = Inputs::open(&args.captures)?;
    for skipped in inputs.skipped() {
        remark(args, Some(&format!("{} left out: {}", skipped.path, skipped.why)));
    }
    let options = Options {
        workers: usize::from(args.jobs.unwrap_or_else(default_jobs)),
        pseudonymiser: engine::event::Pseudonymiser::new(key),
        tuning: Tuning::default(),
        network: old.clone(),
        from: args.from,
        to: args.to,
        every_event: true,
    };
    let progress = Progress::new(inputs.progress().total(), !args.quiet);
    let mut pupil = Pupil { learner: Learner::default(), progress: &progress };
    let summary = engine::run(inputs, options, &mut pupil);
    let learner = pupil.learner;
    progress.done();
    let summary = summary?;
    for damage in &summary.damages {
        remark(args, Some(&damage.to_string()));
    }
    remark(args, outside(summary.stats.frames, args.from, args.to).as_deref());
    let asked = Asked {
        name: args.name.clone(),
        home: args.home,
        old,
        captures: sanitise::text(&title(&args.captures)),
        alerts: summary.alerts,
        elements: summary.elements,
    };
    let draft = learner.draft(&asked);
    // A draft that cannot be read back would help nobody.
    let network = Network::parse(&draft.text, "draft").context("the draft is wrong")?;
    match &args.out {
        Some(path) => {
            write_new(path, &draft.text)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        None => out.write_all(draft.text.as_bytes())?,
    }
    out.flush()?;
    let problems = network.problems();
    let errors = problems.iter().filter(|problem| problem.error).count();
    for text in &draft.remarks {
        remark(args, Some(text));
    }
    let file =
        args.out.as_deref().map_or("the draft".to_owned(), |path| path.display().to_string());
    remark(
        args,
        Some(&format!(
            "{file}: {}, {}, {}; it is a draft: read it, then `roamguard network check` it",
            counted(network.elements.len() as u64, "element", "elements"),
            counted(network.partners.len() as u64, "partner", "partners"),
            counted(errors as u64, "contradiction", "contradictions"),
        )),
    );
    Ok(if summary.damages.is_empty() { Outcome::Clean } else { Outcome::Damaged })
}

/// Writes a file that is not there yet.
pub(super) fn write_new(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}

/// Hands every event to the learner.
struct Pupil<'p> {
    learner: Learner,
    progress: &'p Progress,
}

impl Observer for Pupil<'_> {
    fn event(&mut self, event: &Event) -> std::io::Result<()> {
        self.learner.observe(event);
        Ok(())
    }

    fn progress(&mut self, octets: u64, frames: u64) {
        self.progress.at(octets, frames);
    }
}

fn remark(args: &Args, text: Option<&str>) {
    if let Some(text) = text.filter(|_| !args.quiet) {
        // Nobody left to tell when stderr itself is gone.
        let _ = writeln!(anstream::stderr(), "roamguard: {}", sanitise::text(text));
    }
}
