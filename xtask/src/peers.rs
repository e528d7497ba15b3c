//! `cargo xtask peers`: what others need for the same file, in the same run.
//!
//! CPU-seconds are user and system time of the process and its children, as the kernel counts them in
//! `/proc/self/stat` of this process (`cutime`, `cstime`); memory is the high-water mark that `/usr/bin/time` would show,
//! read from the child's `VmHWM` while it runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum as _;

use crate::corpus::{self, Kind};
use crate::{installed, step};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Capture to measure on; a corpus is drawn when none is given
    capture: Option<PathBuf>,
    /// What the corpus is of
    #[arg(long, value_enum, default_value_t = Kind::Mixed)]
    kind: Kind,
    /// Packets of the corpus that is drawn
    #[arg(long, default_value_t = 1_000_000)]
    packets: u64,
    /// Runs of each program; the best counts
    #[arg(long, default_value_t = 3)]
    runs: u32,
}

/// One program's best run.
struct Took {
    name: String,
    cpu: f64,
    peak_kib: u64,
}

pub(crate) fn run(args: &Args, root: &Path) -> Result<()> {
    step(root, "cargo", &["build", "--locked", "--release"])?;
    let folder = root.join("target/peers");
    fs::create_dir_all(&folder)?;
    let (capture, frames) = match &args.capture {
        Some(capture) => (capture.clone(), None),
        None => {
            let kind = args.kind.to_possible_value().context("a kind with a name")?;
            let capture = folder.join(format!("{}-{}.pcap", kind.get_name(), args.packets));
            if !capture.is_file() {
                corpus::draw(&capture, args.packets, 1, args.kind)?;
            }
            (capture, Some(args.packets))
        }
    };
    let file = capture.to_str().context("a path of readable characters")?;
    let ours = root.join("target/release/roamguard");
    let ours = ours.to_str().context("a path of readable characters")?;
    let key = folder.join("key");
    fs::write(&key, "00".repeat(32))?;
    let key = key.to_str().context("a path of readable characters")?;
    let logs = folder.join("suricata");
    fs::create_dir_all(&logs)?;
    let logs = logs.to_str().context("a path of readable characters")?;

    let mut programs: Vec<(&str, Vec<&str>)> = vec![
        (
            "roamguard, all detections",
            vec![ours, "scan", "-q", "-j1", "--subscriber-key", key, file],
        ),
        (
            "roamguard, every record",
            vec![ours, "scan", "-q", "-j1", "--subscriber-key", key, "--format", "json", file],
        ),
    ];
    if installed("tshark") {
        programs.push((
            "tshark, protocols counted",
            vec!["tshark", "-n", "-q", "-z", "io,phs", "-r", file],
        ));
        let columns = match args.kind {
            Kind::Mixed | Kind::Day => {
                ["frame.number", "gtp.teid", "gsm_old.localValue", "diameter.cmd.code"]
            }
            Kind::Map => ["frame.number", "tcap.tid", "gsm_old.localValue", "e212.imsi"],
            Kind::Diameter => {
                ["frame.number", "diameter.cmd.code", "diameter.Session-Id", "e212.imsi"]
            }
            Kind::Gtpu => ["frame.number", "gtp.teid", "ip.src", "ip.dst"],
        };
        let mut fields = vec!["-T", "fields"];
        fields.extend(columns.into_iter().flat_map(|column| ["-e", column]));
        programs.push((
            "tshark, four columns",
            [&["tshark", "-n", "-r", file][..], &fields[..]].concat(),
        ));
    }
    if installed("suricata") {
        programs.push((
            "Suricata",
            vec!["suricata", "--runmode", "single", "-r", file, "-l", logs, "-S", "/dev/null"],
        ));
    }
    let mut took = Vec::new();
    for (name, command) in &programs {
        took.push(best(name, command, args.runs)?);
    }
    let base = took.first().map_or(1.0, |first| first.cpu);
    println!(
        "{:<28} {:>10} {:>9} {:>12} {:>10}",
        capture.file_name().unwrap_or_default().to_string_lossy(),
        "CPU s",
        "ratio",
        "frames/CPU s",
        "peak MB"
    );
    for program in &took {
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate =
            frames.map_or_else(String::new, |frames| format!("{:.0}", frames as f64 / program.cpu));
        println!(
            "{:<28} {:>10.2} {:>9.1} {:>12} {:>10}",
            program.name,
            program.cpu,
            program.cpu / base,
            rate,
            program.peak_kib / 1024
        );
    }
    Ok(())
}

fn best(name: &str, command: &[&str], runs: u32) -> Result<Took> {
    let mut best: Option<Took> = None;
    for _ in 0..runs.max(1) {
        let before = children_cpu()?;
        let (program, arguments) = command.split_first().context("a program")?;
        let mut child = Command::new(program)
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| (*program).to_owned())?;
        let mut peak_kib = 0;
        let status = loop {
            peak_kib = peak_kib.max(high_water(child.id()).unwrap_or(0));
            if let Some(status) = child.try_wait()? {
                break status;
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        if !matches!(status.code(), Some(0 | 1)) {
            bail!("{name}: {status}");
        }
        let cpu = children_cpu()? - before;
        if best.as_ref().is_none_or(|took| cpu < took.cpu) {
            best = Some(Took { name: name.to_owned(), cpu, peak_kib });
        }
    }
    best.context("at least one run")
}

/// CPU-seconds of all children that ended (proc(5), fields 16 and 17, in ticks of 1/100 s).
#[expect(clippy::cast_precision_loss, reason = "ticks of a second")]
fn children_cpu() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit_once(')').context("/proc/self/stat")?.1;
    let ticks: u64 = after_name
        .split_whitespace()
        .skip(13)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Ok(ticks as f64 / 100.0)
}

fn high_water(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
