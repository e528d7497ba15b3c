//! `network import FILE|FOLDER…`: partners from IR.21 files.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use engine::network::{Date, Ir21, Merge, Merged, NotIr21, merge};

use crate::exit::Outcome;
use crate::report::counted;
use crate::sanitise;

/// Folders in folders that are looked into.
const MAX_DEPTH: usize = 16;
/// There are some thousand networks in the world.
const MAX_FILES: usize = 20_000;

/// Partners from GSMA IR.21 files (RAEX IR.21 XML): added to a description, never overwriting it
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Partners from GSMA IR.21 files (RAEX IR.21 XML).\n\n\
        Networks, title ranges, point codes, realms, and the addresses of gateways, agents and name servers \
        become [[partner]] tables. With --into they are added to a description: what somebody wrote there \
        stays, comments too, nothing is ever taken out. Said are what changed, which files are stale \
        (replaced by a younger one, older than what is there, or more than a year old), and what \
        contradicts something else. Without --into the tables go to standard output.",
    after_long_help = "Examples:
  roamguard network import ir21/ > partners.toml
  roamguard network import ABCDE.xml --into network.toml
  roamguard network import ir21/ --into network.toml --as-of 2024-06-01 --dry-run

Exit codes: 0 done, 1 done and something contradicts, 2 wrong use, 3 a file could not be read."
)]
pub(crate) struct Args {
    /// IR.21 files in XML, and folders of them
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Add to this description; it is made when it is not there
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,
    /// Judge the age of the files from this day; by default from the day of the youngest
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// Say what would change and write nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Outcome> {
    let mut paths = Vec::new();
    for path in &args.files {
        if !path.exists() {
            bail!("{}: there is no such file or folder", path.display());
        }
        collect(path, 0, true, &mut paths)?;
    }
    if paths.is_empty() {
        bail!("no .xml file in {}", list(&args.files));
    }
    let (mut files, mut broken): (Vec<Ir21>, Vec<String>) = (Vec::new(), Vec::new());
    for path in &paths {
        match Ir21::read(path) {
            Ok(file) => files.push(file),
            Err(NotIr21 { line: 0, text }) => broken.push(format!("{}: {text}", path.display())),
            Err(NotIr21 { line, text }) => {
                broken.push(format!("{}:{line}: {text}", path.display()))
            }
        }
    }
    let source = args.into.as_deref().and_then(Path::file_name);
    let source = source.map_or("partners".into(), OsStr::to_string_lossy);
    let text = match args.into.as_deref().filter(|path| path.exists()) {
        Some(path) => std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?,
        None => String::new(),
    };
    let count = files.len();
    let merged = merge(Merge { text: &text, source: &source, files, as_of: args.as_of })?;
    for text in &broken {
        say("not read", text);
    }
    match &args.into {
        None if args.dry_run => tell(out, &merged)?,
        None => {
            out.write_all(merged.text.trim_start().as_bytes())?;
            tell(&mut anstream::stderr(), &merged)?;
        }
        Some(path) => {
            tell(out, &merged)?;
            let changed = merged.text != text;
            if changed && !args.dry_run {
                replace(path, &merged.text)
                    .with_context(|| format!("cannot write {}", path.display()))?;
            }
            let end = match (changed, args.dry_run) {
                (false, _) => "is as it was",
                (true, true) => "would change; nothing was written",
                (true, false) => "was changed; check it: roamguard network check",
            };
            writeln!(out, "{}: {end}", sanitise::text(&path.display().to_string()))?;
        }
    }
    if count == 0 {
        bail!("no IR.21 among {}", counted(paths.len() as u64, "file", "files"));
    }
    Ok(if !broken.is_empty() {
        Outcome::Damaged
    } else if merged.conflicts.is_empty() {
        Outcome::Clean
    } else {
        Outcome::Findings
    })
}

/// Files that were named, and those of folders that end in `.xml`, in the order of their names.
fn collect(path: &Path, depth: usize, named: bool, out: &mut Vec<PathBuf>) -> Result<()> {
    if out.len() >= MAX_FILES {
        bail!("more than {MAX_FILES} files: import them in parts");
    }
    if !path.is_dir() {
        let xml = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("xml"));
        if named || xml {
            out.push(path.to_owned());
        }
        return Ok(());
    }
    if depth >= MAX_DEPTH {
        return Ok(());
    }
    let read =
        std::fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut inside: Vec<PathBuf> = read.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    inside.sort();
    for path in inside {
        // A link may lead back to where it stands.
        if !path.is_symlink() {
            collect(&path, depth + 1, false, out)?;
        }
    }
    Ok(())
}

fn tell(out: &mut dyn Write, merged: &Merged) -> Result<()> {
    for change in &merged.changes {
        writeln!(out, "{}", sanitise::text(change))?;
    }
    for (what, list) in [
        ("stale", &merged.stale),
        ("conflict", &merged.conflicts),
        ("not understood", &merged.doubts),
    ] {
        for text in list {
            writeln!(out, "{what}: {}", sanitise::text(text))?;
        }
    }
    Ok(())
}

/// Writes beside the file and puts the new one in its place at once.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    super::super::learn::write_new(&beside, text)?;
    if let Ok(old) = std::fs::metadata(path) {
        std::fs::set_permissions(&beside, old.permissions())?;
    }
    std::fs::rename(&beside, path)
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

fn say(what: &str, text: &str) {
    // Nobody left to tell when stderr itself is gone.
    let _ = writeln!(anstream::stderr(), "roamguard: {what}: {}", sanitise::text(text));
}
