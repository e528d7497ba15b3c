//! `synth SCENARIO`: labelled captures for exercises and for the tests of rules, written to a file and nowhere else.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use testkit::pcap::{Format, Writer};
use testkit::scenarios::{self, SCENARIOS, Scenario};

use crate::exit::Outcome;
use crate::report::{BOLD, DIM};
use crate::wrap::{wide, wrap};

/// Labelled captures for exercises: every technique and its honest twin, written to a file
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  roamguard synth --list
  roamguard synth map-ati-answered -o exercise.pcapng
  roamguard synth --all exercises/

Beside each capture stands its label, NAME.json: what must be found and at which level; and, where the
scenario has one, the description to read it with, NAME.network.toml.")]
pub(crate) struct Args {
    /// Name of a scenario
    #[arg(required_unless_present_any = ["list", "all"], conflicts_with_all = ["list", "all"])]
    scenario: Option<String>,
    /// Where to write it: pcapng, or the classic format with .pcap; NAME.pcapng when not given
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["list", "all"])]
    output: Option<PathBuf>,
    /// Every scenario into this folder
    #[arg(long, value_name = "DIR")]
    all: Option<PathBuf>,
    /// Names the scenarios
    #[arg(long, conflicts_with = "all")]
    list: bool,
    /// Another seed gives other identities, times and filler with the same technique
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Overwrite files that exist
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Outcome> {
    if args.list {
        list(out)?;
    } else if let Some(folder) = &args.all {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        for scenario in SCENARIOS {
            write(scenario, &folder.join(format!("{}.pcapng", scenario.name)), args)?;
        }
        writeln!(out, "{}: {} scenarios", folder.display(), SCENARIOS.len())?;
    } else if let Some(name) = &args.scenario {
        let Some(scenario) = scenarios::find(name) else {
            bail!("{name}: no such scenario{}; `roamguard synth --list` names them", near(name));
        };
        let path = args.output.clone().unwrap_or_else(|| format!("{name}.pcapng").into());
        let frames = write(scenario, &path, args)?;
        writeln!(out, "{}: {frames} frames", path.display())?;
        write!(out, "{}", scenario.label())?;
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

fn list(out: &mut dyn Write) -> Result<()> {
    let width = SCENARIOS.iter().map(|scenario| scenario.name.len()).max().unwrap_or(0);
    let mut detection = None;
    for scenario in SCENARIOS {
        if detection != Some(scenario.detection) {
            detection = Some(scenario.detection);
            writeln!(out, "{BOLD}{}{BOLD:#}", scenario.detection.unwrap_or("whole stories"))?;
        }
        let kind = if scenario.benign { "benign" } else { "loud" };
        let mut lines = wrap(scenario.about, wide().saturating_sub(width + 12)).into_iter();
        let first = lines.next().unwrap_or_default();
        writeln!(out, "  {:<width$}  {DIM}{kind:<6}{DIM:#}  {first}", scenario.name)?;
        for line in lines {
            writeln!(out, "  {:<width$}          {line}", "")?;
        }
    }
    Ok(())
}

/// The capture, its label and its description; gives the number of frames.
fn write(scenario: &Scenario, path: &Path, args: &Args) -> Result<usize> {
    let frames = (scenario.make)(args.seed);
    let classic = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("pcap"));
    let format = Format { pcapng: !classic, ..Format::default() };
    let label = path.with_extension("json");
    let network = scenario.network.map(|text| (path.with_extension("network.toml"), text));
    for file in [Some(path), Some(&label), network.as_ref().map(|(file, _)| file.as_path())] {
        if let Some(file) = file.filter(|file| !args.force && file.exists()) {
            bail!("{} exists; --force overwrites it", file.display());
        }
    }
    let make = |path: &Path| File::create(path).with_context(|| path.display().to_string());
    let mut writer = Writer::labelled(BufWriter::new(make(path)?), format, &scenario.label())?;
    for (at, frame) in &frames {
        writer.frame(at * 1_000, frame)?;
    }
    writer.finish().with_context(|| path.display().to_string())?;
    let expect: Vec<serde_json::Value> = scenario
        .expect
        .iter()
        .map(|(detection, level)| serde_json::json!({ "detection": detection, "level": level }))
        .collect();
    let text = serde_json::json!({
        "scenario": scenario.name, "about": scenario.about, "detection": scenario.detection, "benign": scenario.benign,
        "seed": args.seed, "frames": frames.len(), "network": network.is_some(), "expect": expect,
    });
    let mut file = make(&label)?;
    serde_json::to_writer_pretty(&mut file, &text)?;
    writeln!(file)?;
    if let Some((path, text)) = network {
        std::fs::write(&path, text).with_context(|| path.display().to_string())?;
    }
    Ok(frames.len())
}

/// Scenarios that share most words with what was asked for.
fn near(name: &str) -> String {
    let shared =
        |known: &str| name.split('-').filter(|word| known.split('-').any(|w| w == *word)).count();
    let most = SCENARIOS.iter().map(|scenario| shared(scenario.name)).max().unwrap_or(0);
    let names: Vec<&str> = SCENARIOS
        .iter()
        .map(|scenario| scenario.name)
        .filter(|known| most > 0 && shared(known) == most)
        .take(4)
        .collect();
    if names.is_empty() { String::new() } else { format!("; there are {}", names.join(", ")) }
}
