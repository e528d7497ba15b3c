//! House rules as a test: what ARCHITECTURE.md, STYLE.md and CONTRIBUTING.md promise and no compiler checks.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// Which room may import which. There are no other arrows; ARCHITECTURE.md says why.
const ARROWS: &[(&str, &[&str])] = &[
    ("event", &[]),
    ("wire", &[]),
    ("capture", &["event"]),
    ("track", &["wire", "event"]),
    ("network", &["event"]),
    ("detect", &["event", "network"]),
    ("engine", &["event", "wire", "capture", "track", "network", "detect"]),
    ("roamguard", &["engine", "testkit"]),
    ("testkit", &[]),
    ("oracle", &["event", "wire", "capture", "track"]),
    ("xtask", &["testkit"]),
];

/// Licences that fit an Apache-2.0 product.
const LICENCES: &[&str] = &[
    "Apache-2.0",
    "MIT",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "CC0-1.0",
    "Unlicense",
    "0BSD",
    "Unicode-3.0",
    "MIT-0",
    "BSL-1.0",
    "LLVM-exception",
];

/// A file longer than this reads as two; tests and tables are exempt.
const MAX_LINES: usize = 800;

pub(crate) fn run(root: &Path) -> Result<()> {
    let mut faults = Vec::new();
    let metadata = metadata(root)?;
    arrows(&metadata, &mut faults);
    licences(&metadata, &mut faults);
    let files = tracked(root)?;
    sources(root, &files, &mut faults)?;
    detections(root, &files, &mut faults)?;
    documents(root, &mut faults);
    if faults.is_empty() {
        eprintln!("tidy: {} files, all in order", files.len());
        return Ok(());
    }
    bail!("tidy:\n  {}", faults.join("\n  "));
}

fn metadata(root: &Path) -> Result<Value> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--locked", "--all-features"])
        .current_dir(root)
        .output()
        .context("cargo metadata")?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata.get("packages").and_then(Value::as_array).into_iter().flatten()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn arrows(metadata: &Value, faults: &mut Vec<String>) {
    let rooms: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    for package in
        packages(metadata).filter(|package| package.get("source").is_some_and(Value::is_null))
    {
        let name = text(package, "name");
        let Some(allowed) = rooms.get(name) else {
            faults.push(format!("room {name} is not in the table of arrows"));
            continue;
        };
        let dependencies =
            package.get("dependencies").and_then(Value::as_array).into_iter().flatten();
        for dependency in dependencies {
            let target = text(dependency, "name");
            let only_for_tests = text(dependency, "kind") == "dev";
            if rooms.contains_key(target) && !only_for_tests && !allowed.contains(&target) {
                faults.push(format!("{name} must not import {target}"));
            }
        }
        if text(package, "license") != "Apache-2.0" {
            faults.push(format!("{name} carries no licence line"));
        }
    }
}

fn licences(metadata: &Value, faults: &mut Vec<String>) {
    for package in
        packages(metadata).filter(|package| package.get("source").is_some_and(Value::is_string))
    {
        let name = text(package, "name");
        let expression = text(package, "license");
        let fits = |part: &str| {
            part.split(" AND ")
                .flat_map(|term| term.split(" WITH "))
                .all(|term| LICENCES.contains(&term.trim_matches(['(', ')', ' '])))
        };
        let any = expression.replace('/', " OR ").split(" OR ").any(fits);
        if !any {
            faults.push(format!("dependency {name} has the licence '{expression}', which is not in the list of those that fit"));
        }
    }
}

fn tracked(root: &Path) -> Result<Vec<PathBuf>> {
    let output = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root)
        .output()
        .context("git ls-files")?;
    let names = String::from_utf8(output.stdout)?;
    let files: Vec<PathBuf> =
        names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect();
    Ok(files.into_iter().filter(|file| root.join(file).is_file()).collect())
}

fn sources(root: &Path, files: &[PathBuf], faults: &mut Vec<String>) -> Result<()> {
    // Put together here so that this file does not fault itself.
    let marks = [["TO", "DO"].concat(), ["FIX", "ME"].concat()];
    let places = [["/wo", "rk/"].concat(), ["/ro", "ot/"].concat(), ["/tm", "p/t-"].concat()];
    for file in files {
        let name = file.to_string_lossy();
        let Ok(content) = fs::read_to_string(root.join(file)) else { continue };
        for place in &places {
            if content.contains(place.as_str()) {
                faults.push(format!("{name}: names a path of somebody's machine ({place})"));
            }
        }
        if file.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        if !content.starts_with("//!") {
            faults.push(format!("{name}: does not say at its top what it is"));
        }
        for mark in &marks {
            if content.contains(mark.as_str()) {
                faults.push(format!("{name}: has a {mark}; file an issue instead"));
            }
        }
        let is_test =
            name.contains("/tests") || name.contains("/benches") || name.starts_with("fuzz/");
        let is_table = content.contains("A table of the specification.");
        let lines = content.lines().count();
        if lines > MAX_LINES && !is_test && !is_table {
            faults.push(format!("{name}: {lines} lines; {MAX_LINES} is the most"));
        }
        let unsafe_word = ["un", "safe "].concat();
        if !name.starts_with("crates/capture/")
            && content.lines().any(|line| line.trim_start().starts_with(&unsafe_word))
        {
            faults.push(format!(
                "{name}: what needs a pact with the compiler stands in capture only"
            ));
        }
        if content.contains(&["#[", "ignore"].concat())
            || content.contains(&["should", "_panic"].concat())
        {
            faults.push(format!("{name}: a test that is skipped or that wants a panic"));
        }
    }
    Ok(())
}

/// Every detection has its line in the changelog and its scenarios.
fn detections(root: &Path, files: &[PathBuf], faults: &mut Vec<String>) -> Result<()> {
    let changelog = fs::read_to_string(root.join("CHANGELOG.md")).unwrap_or_default();
    let scenarios: String = files
        .iter()
        .filter(|file| file.starts_with("crates/testkit/src/scenarios"))
        .filter_map(|file| fs::read_to_string(root.join(file)).ok())
        .collect();
    for file in files
        .iter()
        .filter(|file| file.parent().is_some_and(|dir| dir.ends_with("detect/src/detectors")))
    {
        let content = fs::read_to_string(root.join(file))?;
        let Some(id) = content
            .split_once("id: \"")
            .and_then(|(_, rest)| rest.split_once('"'))
            .map(|(id, _)| id)
        else {
            continue;
        };
        if !changelog.contains(&format!("`{id}`")) {
            faults.push(format!("CHANGELOG.md says nothing of the detection {id}"));
        }
        if !scenarios.contains(&format!("\"{id}\"")) {
            faults.push(format!("no scenario shows the detection {id}"));
        }
    }
    Ok(())
}

fn documents(root: &Path, faults: &mut Vec<String>) {
    for name in [
        "README.md",
        "ARCHITECTURE.md",
        "STYLE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "THREAT_MODEL.md",
        "LICENSE",
    ] {
        if !root.join(name).is_file() {
            faults.push(format!("{name} is missing"));
        }
    }
    let architecture = fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap_or_default();
    for (room, _) in ARROWS {
        if !architecture.contains(&format!("`{room}`")) {
            faults.push(format!("ARCHITECTURE.md does not describe the room {room}"));
        }
    }
}
