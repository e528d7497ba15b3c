//! What became of each check: fired, clean, or not evaluable because something is missing.

use std::collections::BTreeMap;
use std::io::{self, Write};

use engine::Summary;
use engine::event::{Coverage, CoverageState};

use super::{BOLD, DIM, heading};
use crate::sanitise;
use crate::wrap::{columns, wide, wrap};

/// One line a detection that has more to say than that all is well or nothing could be judged; with `each`, one a check,
/// with the reason where it could not be judged.
pub(super) fn write(out: &mut dyn Write, summary: &Summary, each: bool) -> io::Result<()> {
    let coverage = &summary.stats.coverage;
    if coverage.is_empty() || summary.stats.frames == 0 {
        return Ok(());
    }
    let more = if each { "" } else { "; --coverage lists each" };
    heading(out, "CHECKS", &format!("{}{more}", states(coverage.iter())))?;
    let reasons = reasons(summary);
    let mut order: Vec<&str> = Vec::new();
    let mut of_detection: BTreeMap<&str, Vec<&Coverage>> = BTreeMap::new();
    for check in coverage {
        let checks = of_detection.entry(&check.detection).or_default();
        if checks.is_empty() {
            order.push(&check.detection);
        }
        checks.push(check);
    }
    let width = order.iter().map(|name| columns(name)).max().unwrap_or(0).clamp(8, 40);
    let mut clean: Vec<String> = Vec::new();
    let mut without: Vec<(String, Vec<String>)> = Vec::new();
    for detection in order {
        let checks = of_detection.get(detection).map(Vec::as_slice).unwrap_or_default();
        if each {
            detailed(out, detection, checks, &reasons)?;
            continue;
        }
        let name = format!("{detection} ({})", checks.len());
        let (missing, in_part) = lacking(checks, &reasons);
        let all = |state| checks.iter().all(|check| check.state == state);
        if all(CoverageState::Clean) && in_part.is_empty() {
            clean.push(name);
        } else if all(CoverageState::NotEvaluable) {
            let why = missing.join("; ");
            match without.iter_mut().find(|(reason, _)| *reason == why) {
                Some((_, names)) => names.push(name),
                None => without.push((why, vec![name])),
            }
        } else {
            hang(out, &format!("{detection:<width$}"), &one_line(checks, &missing, &in_part))?;
        }
    }
    if !clean.is_empty() {
        hang(out, &format!("{:<width$}", "clean"), &clean.join(", "))?;
    }
    for (why, names) in &without {
        let text = format!("{why}: {}", names.join(", "));
        hang(out, &format!("{:<width$}", "not evaluable"), &text)?;
    }
    Ok(())
}

type Reasons<'a> = BTreeMap<(&'a str, &'a str), Vec<&'a str>>;

/// What each check lacks, once.
fn reasons(summary: &Summary) -> Reasons<'_> {
    let mut reasons: Reasons<'_> = BTreeMap::new();
    let mut note = |detection, check, missing| {
        let list = reasons.entry((detection, check)).or_default();
        if !list.contains(&missing) {
            list.push(missing);
        }
    };
    for gap in &summary.gaps {
        note(gap.detection, gap.check, gap.missing.as_str());
    }
    for check in &summary.stats.coverage {
        if let Some(missing) = &check.missing {
            note(check.detection.as_ref(), check.check.as_ref(), missing.as_str());
        }
    }
    reasons
}

/// `2 fired, 5 clean, 1 not evaluable`
fn states<'a>(checks: impl Iterator<Item = &'a Coverage>) -> String {
    let (mut fired, mut clean, mut without) = (0, 0, 0);
    for check in checks {
        match check.state {
            CoverageState::Fired => fired += 1,
            CoverageState::Clean => clean += 1,
            CoverageState::NotEvaluable => without += 1,
        }
    }
    let parts: Vec<String> = [(fired, "fired"), (clean, "clean"), (without, "not evaluable")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    parts.join(", ")
}

/// What the checks lack that could not be judged, and what the others lack for some of the traffic.
fn lacking<'a>(checks: &[&Coverage], reasons: &Reasons<'a>) -> (Vec<&'a str>, Vec<&'a str>) {
    let mut missing: Vec<&str> = Vec::new();
    let mut in_part: Vec<&str> = Vec::new();
    for check in checks {
        let list =
            if check.state == CoverageState::NotEvaluable { &mut missing } else { &mut in_part };
        for reason in
            reasons.get(&(check.detection.as_ref(), check.check.as_ref())).into_iter().flatten()
        {
            if !list.contains(reason) {
                list.push(reason);
            }
        }
    }
    in_part.retain(|reason| !missing.contains(reason));
    (missing, in_part)
}

fn one_line(checks: &[&Coverage], missing: &[&str], in_part: &[&str]) -> String {
    let mut text = states(checks.iter().copied());
    if !missing.is_empty() {
        text.push_str(&format!(": {}", missing.join("; ")));
    }
    if !in_part.is_empty() {
        text.push_str(&format!("; some traffic not: {}", in_part.join("; ")));
    }
    text
}

fn detailed(
    out: &mut dyn Write,
    detection: &str,
    checks: &[&Coverage],
    reasons: &Reasons<'_>,
) -> io::Result<()> {
    writeln!(out, "  {BOLD}{}{BOLD:#}", sanitise::text(detection))?;
    for check in checks {
        let state = match check.state {
            CoverageState::Fired => format!("fired {}", check.alerts),
            CoverageState::Clean => "clean".to_owned(),
            CoverageState::NotEvaluable => "not evaluable".to_owned(),
        };
        let mut text = check.check.to_string();
        let missing = reasons.get(&(check.detection.as_ref(), check.check.as_ref()));
        if let Some(missing) = missing.filter(|list| !list.is_empty()) {
            let word =
                if check.state == CoverageState::NotEvaluable { "" } else { "some traffic not: " };
            text.push_str(&format!(": {word}{}", missing.join("; ")));
        }
        hang(out, &format!("  {state:<13}"), &text)?;
    }
    Ok(())
}

/// A label, and a text that hangs beside it.
fn hang(out: &mut dyn Write, label: &str, text: &str) -> io::Result<()> {
    let label = sanitise::text(label);
    let room = wide().saturating_sub(columns(&label) + 4);
    for (index, line) in wrap(&sanitise::text(text), room).into_iter().enumerate() {
        if index == 0 {
            writeln!(out, "  {DIM}{label}{DIM:#}  {line}")?;
        } else {
            writeln!(out, "  {}  {line}", " ".repeat(columns(&label)))?;
        }
    }
    Ok(())
}
