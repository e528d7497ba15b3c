//! What a person reads after a scan, in the order of the questions: which stories, what happened, who is there, what was
//! in it, what could not be judged.

mod alerts;
mod contents;
mod coverage;
mod elements;
mod gaps;
mod incidents;
pub(crate) mod ladder;
pub(crate) mod nodes;
pub(crate) mod row;
mod suppressed;
pub(crate) mod timeline;

use std::io::{self, Write};

use anstyle::{AnsiColor, Color, Style};
use engine::Summary;
use engine::event::{Alert, Level, Timestamp};

use crate::sanitise;
use crate::wrap::{grouped, wide, wrap};

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();

/// The colour of a level.
pub(crate) fn style(level: Level) -> Style {
    let colour = |colour| Style::new().fg_color(Some(Color::Ansi(colour)));
    match level {
        Level::Critical => colour(AnsiColor::Red).bold().invert(),
        Level::High => colour(AnsiColor::Red).bold(),
        Level::Medium => colour(AnsiColor::Yellow).bold(),
        Level::Low => colour(AnsiColor::Cyan),
        Level::Informational => DIM,
    }
}

/// The whole report. `alerts` are those that the reader asked for; `each_check` lists what became of every single check.
pub(crate) fn write(
    out: &mut dyn Write,
    input: &str,
    summary: &Summary,
    alerts: &[Alert],
    each_check: bool,
) -> io::Result<()> {
    head(out, input, summary)?;
    let numbers = alerts::Numbers::of(alerts);
    incidents::write(out, summary, alerts, &numbers)?;
    alerts::write(out, summary, alerts, &numbers)?;
    elements::write(out, summary)?;
    contents::write(out, summary)?;
    gaps::write(out, summary)?;
    coverage::write(out, summary, each_check)?;
    suppressed::write(out, summary)?;
    out.flush()
}

fn head(out: &mut dyn Write, input: &str, summary: &Summary) -> io::Result<()> {
    let stats = &summary.stats;
    let span = match (stats.first_seen, stats.last_seen) {
        (Some(first), Some(last)) => format!(", {}", span(first, last)),
        _ => String::new(),
    };
    let text = format!("{input}: {}{span}", counted(stats.frames, "frame", "frames"));
    for line in wrap(&sanitise::text(&text), wide()) {
        writeln!(out, "{BOLD}{line}{BOLD:#}")?;
    }
    Ok(())
}

/// A heading with what it counts.
pub(crate) fn heading(out: &mut dyn Write, title: &str, note: &str) -> io::Result<()> {
    writeln!(out)?;
    if note.is_empty() {
        return writeln!(out, "{BOLD}{title}{BOLD:#}");
    }
    writeln!(out, "{BOLD}{title}{BOLD:#}  {DIM}{note}{DIM:#}")
}

/// A label of ten columns and a text that hangs beside it.
pub(crate) fn labelled(out: &mut dyn Write, label: &str, text: &str) -> io::Result<()> {
    for (index, line) in wrap(&sanitise::text(text), wide() - 12).into_iter().enumerate() {
        let label = if index == 0 { label } else { "" };
        writeln!(out, "  {DIM}{label:<10}{DIM:#}{line}")?;
    }
    Ok(())
}

/// `2023-11-14 22:13:20 to 22:58:01 UTC (44 min)`
pub(crate) fn span(first: Timestamp, last: Timestamp) -> String {
    let (a, b) = (first.to_string(), last.to_string());
    let (day, from) = (a.get(..10).unwrap_or(""), a.get(11..19).unwrap_or(""));
    let (day_b, to) = (b.get(..10).unwrap_or(""), b.get(11..19).unwrap_or(""));
    let length = length(last.since(first));
    if (day, from) == (day_b, to) {
        format!("{day} {from} UTC ({length})")
    } else if day == day_b {
        format!("{day} {from} to {to} UTC ({length})")
    } else {
        format!("{day} {from} to {day_b} {to} UTC ({length})")
    }
}

/// The time of day, with the day where a capture crosses midnight.
pub(crate) fn clock(at: Timestamp, with_day: bool) -> String {
    let text = at.to_string();
    let time = text.get(11..19).unwrap_or("");
    if with_day { format!("{} {time}", text.get(..10).unwrap_or("")) } else { time.to_owned() }
}

/// A duration in the unit that fits.
pub(crate) fn length(duration: std::time::Duration) -> String {
    match duration.as_secs() {
        0 => format!("{} ms", duration.as_millis()),
        secs @ 1..=119 => format!("{secs} s"),
        secs @ 120..=7_199 => format!("{} min", secs / 60),
        secs @ 7_200..=172_799 => format!("{} h", secs / 3_600),
        secs => format!("{} days", secs / 86_400),
    }
}

/// `1 packet`, `2 packets`
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}
