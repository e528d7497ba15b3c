//! Files of rules: found in folders, read within bounds.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use engine::detect::RuleSet;
use engine::detect::rules::{Mistake, RuleState, Source};

use crate::sanitise;

/// Files that are looked at, how deep folders are followed, and octets of a file: the reader refuses larger ones.
const MAX_FILES: usize = 4_096;
const MAX_DEPTH: u8 = 8;
const MAX_OCTETS: u64 = (256 << 10) + 1;

/// The rules of these files and folders, in the order of their names.
pub(crate) fn sources(paths: &[PathBuf]) -> Result<Vec<Source>> {
    let mut files = Vec::new();
    for path in paths {
        let of = find(path, &["yml", "yaml"])?;
        if of.is_empty() {
            bail!("{}: no rules here: they are files that end in .yml or .yaml", path.display());
        }
        files.extend(of);
    }
    files.dedup();
    files
        .into_iter()
        .map(|path| {
            let mut octets = Vec::new();
            let file = File::open(&path).with_context(|| path.display().to_string())?;
            file.take(MAX_OCTETS)
                .read_to_end(&mut octets)
                .with_context(|| path.display().to_string())?;
            let text = String::from_utf8_lossy(&octets).into_owned();
            Ok(Source { file: path.display().to_string(), text })
        })
        .collect()
}

/// The rules, or all their mistakes as one error.
pub(crate) fn read(paths: &[PathBuf]) -> Result<RuleSet> {
    let (rules, mistakes) = RuleSet::read(&sources(paths)?);
    if mistakes.is_empty() {
        return Ok(rules);
    }
    let told: String = mistakes.iter().take(8).map(Mistake::to_string).collect();
    bail!("{}\n{told}`roamguard rules check` lists them all", counted(mistakes.len(), "mistake"));
}

/// Rules that were read and do not run.
pub(crate) fn left_out(rules: &RuleSet) -> Option<String> {
    let list = rules.list();
    let drafts = list.iter().filter(|rule| rule.state == RuleState::Draft).count();
    (0 < drafts).then(|| {
        format!("{} left out: `status: test` puts a rule on trial", counted(drafts, "draft"))
    })
}

/// Files below a folder whose names end so, or the file itself.
pub(crate) fn find(path: &Path, endings: &[&str]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    collect(path, endings, 0, &mut files)?;
    files.sort();
    Ok(files)
}

fn collect(path: &Path, endings: &[&str], depth: u8, files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        let ends = |name: &str| endings.iter().any(|ending| name.ends_with(&format!(".{ending}")));
        if depth == 0 || path.file_name().and_then(|name| name.to_str()).is_some_and(ends) {
            files.push(path.to_owned());
        }
        if MAX_FILES < files.len() {
            bail!("more than {MAX_FILES} files of rules");
        }
        return Ok(());
    }
    if MAX_DEPTH < depth {
        return Ok(());
    }
    let entries = std::fs::read_dir(path).with_context(|| path.display().to_string())?;
    for entry in entries {
        collect(
            &entry.with_context(|| path.display().to_string())?.path(),
            endings,
            depth + 1,
            files,
        )?;
    }
    Ok(())
}

/// `1 rule`, `2 rules`
pub(crate) fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// Mistakes one under another.
pub(crate) fn write(out: &mut dyn std::io::Write, mistakes: &[Mistake]) -> Result<()> {
    for mistake in mistakes {
        writeln!(out, "{}", sanitise::lines(&mistake.to_string()).trim_end())?;
        out.flush()?;
    }
    Ok(())
}
