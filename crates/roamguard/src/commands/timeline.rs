//! `timeline SUBJECT CAPTURE…`: one subscriber, address, title, tunnel or session across all protocols.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::ValueEnum;
use engine::detect::Tuning;
use engine::event::{Event, Pseudonymiser, Timestamp, What};
use engine::network::Network;
use engine::{Observer, Options, Summary, capture::Inputs};

use super::scan::{check_window, default_jobs, outside, title};
use crate::exit::Outcome;
use crate::follow::Follower;
use crate::progress::Progress;
use crate::records::{self, Lines};
use crate::report::counted;
use crate::report::ladder::ladder;
use crate::report::row::{self, Answers, Names, Row};
use crate::report::timeline::{self, Look};
use crate::subject::{FORMS, Subject};
use crate::{key, sanitise};

/// Everything about one subscriber, address, title, tunnel or session, in the order of time
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Everything about one subscriber, address, title, tunnel or session, in the order of time.\n\n\
        Events that name the subject are shown, and those that belong to the same dialogue, session, tunnel or \
        association and name it no more: results, answers, traffic counters, flows inside the tunnel. \
        Captures are read twice; standard input once, so that what stands before the first event that names the \
        subject may be missing.",
    after_long_help = format!("A subject is one of
{FORMS}
What can be nothing else needs no word in front: an address, a pseudonym, 0x… for a TEID, a
Session-Id, 4-3-2 for a point code, 14 to 16 digits for an IMSI or IMEI.

Examples:
  roamguard timeline 192.0.2.53 intrusion.pcap
  roamguard timeline --ladder gt:99901000010 --network network.toml intrusion.pcap
  roamguard timeline imsi:001010123456789 --key-file site.key folder/
  roamguard timeline --format csv 0x1a2b3c4d s8.pcapng.gz > tunnel.csv")
)]
pub(crate) struct Args {
    /// Whom or what it is about, such as 00101~5d3f09a1c47be210, gt:31654000101, ip:192.0.2.53 or teid:0x1a2b
    #[arg(value_name = "SUBJECT")]
    subject: String,
    /// Captures: pcap or pcapng, plain, .gz or .zst; folders of them; `-` is standard input
    #[arg(required = true, value_name = "CAPTURE")]
    captures: Vec<PathBuf>,
    /// Draw the call flow: a column for each node, an arrow for each message
    #[arg(long)]
    ladder: bool,
    /// Shape of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Description of your network and your partners: nodes get their names
    #[arg(long, value_name = "FILE")]
    network: Option<PathBuf>,
    /// Key that pseudonyms are made with: a subscriber may then be asked for by IMSI, MSISDN or IMEI; said on stderr
    #[arg(long, value_name = "FILE", visible_alias = "subscriber-key")]
    key_file: Option<PathBuf>,
    /// Show identities of subscribers as they are; say so on stderr
    #[arg(long)]
    reveal_subscribers: bool,
    /// Leave out frames before this time, such as 2023-11-14T22:00:00Z
    #[arg(long, value_name = "TIME")]
    from: Option<Timestamp>,
    /// Leave out frames from this time on
    #[arg(long, value_name = "TIME")]
    to: Option<Timestamp>,
    /// Keep at most this many events
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    max_events: u32,
    /// Columns of the table and of the ladder
    #[arg(long, value_name = "COLUMNS", default_value_t = 100, value_parser = clap::value_parser!(u16).range(60..=400))]
    width: u16,
    /// Draw with ASCII only; so it is too where the locale is not UTF-8
    #[arg(long)]
    ascii: bool,
    /// Workers that read packets; the output is the same for every number
    #[arg(short = 'j', long = "jobs", value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: Option<u8>,
    /// No progress bar and no remarks on stderr
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table for people, or the ladder
    Text,
    /// The records, one JSON object a line, as `scan` writes them
    Json,
    /// The table
    Csv,
}

impl Args {
    /// Whether programs read what is written.
    pub(crate) const fn writes_records(&self) -> bool {
        matches!(self.format, Format::Json | Format::Csv)
    }
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Outcome> {
    if args.ladder && args.format != Format::Text {
        bail!("--ladder draws text: leave out --format, or --ladder");
    }
    check_window(args.from, args.to)?;
    let network = match &args.network {
        Some(path) => Network::read(path)?,
        None => Network::default(),
    };
    let (key, warning) = key::load(args.key_file.as_deref())?;
    remark(args, warning);
    let pseudonymiser = if args.reveal_subscribers {
        let text = "identities of subscribers are shown in clear, as --reveal-subscribers asks";
        remark(args, Some(text.to_owned()));
        Pseudonymiser::revealing(key)
    } else {
        Pseudonymiser::new(key)
    };
    let asker = args.key_file.as_ref().map(|_| &pseudonymiser);
    let subject = Subject::read(&args.subject, asker)?;
    if let (Subject::Subscriber(_), Some(path)) = (&subject, &args.key_file) {
        // Whoever looks for a person leaves a trace, quiet or not.
        say(&format!("a subscriber is looked up with the key in {}", path.display()));
    }
    let mut follower = Follower::new(subject);
    let once = args.captures.iter().any(|path| path == Path::new("-"));
    if !once {
        let mut first = Collector { follower: &mut follower, kept: None, progress: None };
        read(args, &network, &pseudonymiser, &mut first)?;
        follower.rewind();
    }
    let mut second = Collector {
        follower: &mut follower,
        kept: Some(Kept::new(args.max_events)),
        progress: None,
    };
    let summary = read(args, &network, &pseudonymiser, &mut second)?;
    let kept = second.kept.take().unwrap_or_default();
    for damage in &summary.damages {
        remark(args, Some(damage.to_string()));
    }
    let mut out = BufWriter::with_capacity(1 << 16, out);
    write(args, &mut out, &network, &follower, kept, &summary)?;
    out.flush()?;
    Ok(if summary.damages.is_empty() { Outcome::Clean } else { Outcome::Damaged })
}

/// One reading of the captures.
fn read(
    args: &Args,
    network: &Network,
    pseudonymiser: &Pseudonymiser,
    collector: &mut Collector<'_>,
) -> Result<Summary> {
    let inputs = Inputs::open(&args.captures)?;
    if collector.kept.is_some() {
        for skipped in inputs.skipped() {
            remark(args, Some(format!("{} left out: {}", skipped.path, skipped.why)));
        }
    }
    let options = Options {
        workers: usize::from(args.jobs.unwrap_or_else(default_jobs)),
        pseudonymiser: pseudonymiser.clone(),
        tuning: Tuning::default(),
        network: network.clone(),
        from: args.from,
        to: args.to,
        every_event: true,
    };
    let progress = Progress::new(inputs.progress().total(), !args.quiet);
    collector.progress = Some(progress);
    let summary = engine::run(inputs, options, collector);
    if let Some(progress) = collector.progress.take() {
        progress.done();
    }
    Ok(summary?)
}

/// Events of the subject, as many as were asked for.
#[derive(Debug, Default)]
struct Kept {
    events: Vec<(Event, Vec<String>)>,
    most: usize,
    left_out: u64,
}

impl Kept {
    fn new(most: u32) -> Self {
        Self { most: usize::try_from(most).unwrap_or(usize::MAX), ..Self::default() }
    }
}

/// Takes what belongs to the subject out of the stream.
struct Collector<'f> {
    follower: &'f mut Follower,
    /// None in the first reading, which only learns.
    kept: Option<Kept>,
    progress: Option<Progress>,
}

impl Observer for Collector<'_> {
    fn event(&mut self, event: &Event) -> std::io::Result<()> {
        if let Some(named) = self.follower.see(event)
            && let Some(kept) = &mut self.kept
        {
            if kept.events.len() < kept.most {
                kept.events.push((event.clone(), named));
            } else {
                kept.left_out += 1;
            }
        }
        Ok(())
    }

    fn progress(&mut self, octets: u64, frames: u64) {
        if let Some(progress) = &self.progress {
            progress.at(octets, frames);
        }
    }
}

fn write(
    args: &Args,
    out: &mut dyn Write,
    network: &Network,
    follower: &Follower,
    kept: Kept,
    summary: &Summary,
) -> Result<()> {
    let Kept { mut events, left_out, most } = kept;
    // What a tunnel carried is told when all of it is known, at the time at which it ended.
    events.sort_by_key(|(event, _)| (event.at, event.frame));
    let alerts: Vec<_> = summary
        .alerts
        .iter()
        .filter(|alert| alert.frames.iter().any(|frame| follower.frames.contains(frame)))
        .collect();
    if left_out > 0 {
        let text = format!(
            "only the first {most} events are shown, {left_out} more belong to it: --max-events, --from, --to"
        );
        // Quiet or not: what is left out must not look as if it had not happened.
        say(&text);
    }
    if follower.full {
        let text = "there was more to follow than is kept: the timeline is not complete; --from and --to narrow it";
        say(text);
    }
    remark(args, outside(summary.stats.frames, args.from, args.to));
    if events.is_empty() {
        say(&nothing(args, summary));
        return Ok(());
    }
    if args.format == Format::Json {
        let mut lines = Lines::new(out, &[]);
        for (event, _) in &events {
            lines.write(event)?;
        }
        for alert in alerts {
            lines.write(&Event::from(alert.clone()))?;
        }
        return Ok(());
    }
    let midway = events.iter().any(|(event, _)| match &event.what {
        What::Flow(flow) => flow.midstream,
        What::Sctp(sctp) => sctp.midstream,
        What::Tunnel(tunnel) => tunnel.without_control,
        _ => false,
    });
    let mut answers = Answers::default();
    for (event, _) in &events {
        answers.note(event);
    }
    let names = Names(network);
    let mut rows: Vec<Row> = events
        .into_iter()
        .filter_map(|(event, named)| row::row(&event, named, names, &answers))
        .collect();
    rows.extend(alerts.iter().map(|alert| row::alert(alert, names)));
    rows.sort_by_key(|row| (row.at, row.frame));
    if args.format == Format::Csv {
        return records::timeline(out, &rows);
    }
    let look = Look { width: usize::from(args.width), ascii: args.ascii || !is_utf8() };
    let head = timeline::Head {
        subject: &args.subject,
        input: &title(&args.captures),
        aliases: &follower.aliases,
        alerts: alerts.len(),
        midway,
    };
    timeline::head(out, &head, &rows, summary, look)?;
    if args.ladder {
        ladder(out, &rows, look)?;
    } else {
        timeline::table(out, &rows, look)?;
    }
    Ok(())
}

/// What was searched when nothing was found.
fn nothing(args: &Args, summary: &Summary) -> String {
    let stats = &summary.stats;
    format!(
        "nothing of {} in {}: searched were {} with {}, {}, {}, {} and {}; `roamguard scan` lists them",
        args.subject,
        title(&args.captures),
        counted(stats.frames, "frame", "frames"),
        counted(stats.subscribers, "subscriber", "subscribers"),
        counted(stats.dialogues, "signalling dialogue", "signalling dialogues"),
        counted(stats.tunnels, "tunnel", "tunnels"),
        counted(stats.flows, "flow", "flows"),
        counted(summary.elements.len() as u64, "node", "nodes"),
    )
}

/// Whether the terminal's locale has more than ASCII. Where none is set, as in a container, it is taken to have.
fn is_utf8() -> bool {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let Some(locale) = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set) else {
        return true;
    };
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

fn remark(args: &Args, text: Option<String>) {
    if let Some(text) = text.filter(|_| !args.quiet) {
        say(&text);
    }
}

fn say(text: &str) {
    // Nobody left to tell when stderr itself is gone.
    let _ = writeln!(anstream::stderr(), "roamguard: {}", sanitise::text(text));
}
