//! `scan CAPTURE…`: what is in it, who is in it, what is wrong with it.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use engine::detect::Tuning;
use engine::event::{Alert, Event, Level, Pseudonymiser, Timestamp, What};
use engine::network::Network;
use engine::{Observer, Options, capture::Inputs};

use crate::exit::Outcome;
use crate::progress::Progress;
use crate::records::{self, Lines};
use crate::{key, report, rule_files, sanitise};

/// What is in a capture, who is in it, and what is wrong with it; needs no configuration
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Examples:
  roamguard scan roaming.pcap
  roamguard scan --network network.toml --level high folder/ more.pcapng.gz
  zstd -dc big.pcap.zst | roamguard scan --format json - > records.jsonl")]
pub(crate) struct Args {
    /// Captures: pcap or pcapng, plain, .gz or .zst; folders of them; `-` is standard input
    #[arg(required = true, value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
    /// Description of your network and your partners
    #[arg(long, value_name = "FILE")]
    network: Option<PathBuf>,
    /// Configuration: thresholds, exceptions for partners, suppressions; `roamguard config sample` writes one
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Your own rules in Sigma: files, or folders of them
    #[arg(long, value_name = "DIR")]
    rules: Vec<PathBuf>,
    /// Shape of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// With --format json: only records of these types, such as alert,map,tunnel
    #[arg(long, value_name = "TYPES", value_delimiter = ',')]
    only: Vec<String>,
    /// With --format text: what became of each check, and what it lacked
    #[arg(long)]
    coverage: bool,
    /// Show alerts at or above this level
    #[arg(long, default_value = "informational")]
    level: Level,
    /// Exit with 1 when there is an alert at or above this level
    #[arg(long, default_value = "medium")]
    fail_level: Level,
    /// Leave out frames before this time, such as 2023-11-14T22:00:00Z
    #[arg(long, value_name = "TIME")]
    from: Option<Timestamp>,
    /// Leave out frames from this time on
    #[arg(long, value_name = "TIME")]
    to: Option<Timestamp>,
    /// Workers that read packets; the output is the same for every number
    #[arg(short = 'j', long = "jobs", value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: Option<u8>,
    /// Key for the pseudonyms of subscribers: 64 hexadecimal digits; made at first use when not given
    #[arg(long, value_name = "FILE")]
    subscriber_key: Option<PathBuf>,
    /// Show identities of subscribers as they are; say so on stderr
    #[arg(long)]
    reveal_subscribers: bool,
    /// No progress bar and no remarks on stderr
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A report for people
    Text,
    /// One JSON record a line, in the shape of EVE: all events, then alerts, elements and statistics
    Json,
    /// The alerts as a table
    Csv,
}

impl Args {
    pub(crate) const fn writes_records(&self) -> bool {
        !matches!(self.format, Format::Text)
    }
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Outcome> {
    check_types(&args.only)?;
    if !args.only.is_empty() && args.format != Format::Json {
        bail!("--only chooses records: add --format json");
    }
    check_window(args.from, args.to)?;
    let network = match &args.network {
        Some(path) => Network::read(path)?,
        None => Network::default(),
    };
    let mut tuning = match &args.config {
        Some(path) => Tuning::read(path)?,
        None => Tuning::default(),
    };
    if !args.rules.is_empty() {
        let rules = rule_files::read(&args.rules)?;
        remark(args, rule_files::left_out(&rules).as_deref());
        tuning.rules = Some(rules);
    }
    for (line, name) in tuning.unknown_partners(&network) {
        let text = format!("{}:{line}: the description has no partner {name:?}", tuning.source);
        remark(args, Some(&text));
    }
    let (key, warning) = key::load(args.subscriber_key.as_deref())?;
    remark(args, warning.as_deref());
    let pseudonymiser = if args.reveal_subscribers {
        remark(
            args,
            Some("identities of subscribers are shown in clear, as --reveal-subscribers asks"),
        );
        Pseudonymiser::revealing(key)
    } else {
        Pseudonymiser::new(key)
    };
    let inputs = Inputs::open(&args.captures)?;
    for skipped in inputs.skipped() {
        remark(args, Some(&format!("{} left out: {}", skipped.path, skipped.why)));
    }
    let progress = Progress::new(inputs.progress().total(), !args.quiet);
    let options = Options {
        workers: usize::from(args.jobs.unwrap_or_else(default_jobs)),
        pseudonymiser,
        tuning,
        network,
        from: args.from,
        to: args.to,
        every_event: args.format == Format::Json,
    };
    // A reader of JSON waits for lines in bulk; a person waits for the whole report.
    let mut out = BufWriter::with_capacity(1 << 18, out);
    let mut lines = Lines::new(&mut out, &args.only);
    let mut watcher = Watcher { lines: &mut lines, progress: &progress };
    let summary = engine::run(inputs, options, &mut watcher);
    progress.done();
    let summary = summary?;
    for damage in &summary.damages {
        remark(args, Some(&damage.to_string()));
    }
    remark(args, outside(summary.stats.frames, args.from, args.to).as_deref());
    let alerts: Vec<Alert> =
        summary.alerts.iter().filter(|alert| alert.level >= args.level).cloned().collect();
    match args.format {
        Format::Text => {
            report::write(&mut out, &title(&args.captures), &summary, &alerts, args.coverage)?
        }
        Format::Csv => records::csv(&mut out, &alerts)?,
        Format::Json => {
            for alert in alerts {
                lines.write(&Event::from(alert))?;
            }
            for event in summary.closing_records() {
                lines.write(&event)?;
            }
        }
    }
    out.flush()?;
    let counting = summary.alerts.iter().filter(|alert| alert.state.is_active());
    Ok(match counting.map(|alert| alert.level).max() {
        _ if !summary.damages.is_empty() => Outcome::Damaged,
        Some(worst) if worst >= args.fail_level => Outcome::Findings,
        _ => Outcome::Clean,
    })
}

/// Writes records as they come, and moves the bar.
struct Watcher<'w, 'l> {
    lines: &'w mut Lines<'l>,
    progress: &'w Progress,
}

impl Observer for Watcher<'_, '_> {
    fn event(&mut self, event: &Event) -> std::io::Result<()> {
        self.lines.write(event)
    }

    fn progress(&mut self, octets: u64, frames: u64) {
        self.progress.at(octets, frames);
    }
}

fn check_types(only: &[String]) -> Result<()> {
    for kind in only {
        if !What::EVENT_TYPES.contains(&kind.as_str()) {
            bail!("--only {kind}: no such record type; there are {}", What::EVENT_TYPES.join(", "));
        }
    }
    Ok(())
}

/// A window of time that no frame can be in is a slip of the pen.
pub(super) fn check_window(from: Option<Timestamp>, to: Option<Timestamp>) -> Result<()> {
    match from.zip(to) {
        Some((from, to)) if from >= to => bail!("--from {from} is not before --to {to}"),
        _ => Ok(()),
    }
}

/// What to say when the window of time leaves nothing of a capture.
pub(super) fn outside(
    frames: u64,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
) -> Option<String> {
    let text = match (from, to) {
        _ if frames > 0 => return None,
        (None, None) => return None,
        (Some(from), None) => format!("from {from} on"),
        (None, Some(to)) => format!("before {to}"),
        (Some(from), Some(to)) => format!("between {from} and {to}"),
    };
    Some(format!(
        "no frame {text}: without --from and --to the report says when the capture was taken"
    ))
}

pub(super) fn default_jobs() -> u8 {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    u8::try_from(cores.min(8)).unwrap_or(1)
}

pub(super) fn title(captures: &[PathBuf]) -> String {
    match captures {
        [one] if one.as_os_str() == "-" => "standard input".into(),
        [one] => one.display().to_string(),
        [first, ..] => format!("{} and {} more", first.display(), captures.len() - 1),
        [] => String::new(),
    }
}

fn remark(args: &Args, text: Option<&str>) {
    if let Some(text) = text.filter(|_| !args.quiet) {
        // Nobody left to tell when stderr itself is gone.
        let _ =
            writeln!(anstream::stderr(), "roamguard: {}", sanitise::text(text)).context("stderr");
    }
}
