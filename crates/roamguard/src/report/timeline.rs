//! A timeline as a table: one row an event, across protocols, in the order of time.

use std::io::{self, Write};

use anstyle::Style;
use engine::Summary;
use engine::event::{Level, Outcome, Subscriber};

use super::row::{Row, Shape};
use super::{BOLD, DIM, counted, span, style};
use crate::sanitise;
use crate::wrap::{columns, cut, wrap};

/// What the table and the ladder look like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// Columns of the page.
    pub(crate) width: usize,
    /// Lines and arrows of ASCII only.
    pub(crate) ascii: bool,
}

/// What is said before the rows.
pub(crate) struct Head<'a> {
    pub(crate) subject: &'a str,
    pub(crate) input: &'a str,
    pub(crate) aliases: &'a [(Subscriber, u64)],
    pub(crate) alerts: usize,
    /// Something of it began before the capture.
    pub(crate) midway: bool,
}

/// What it is about, how much there is, and what the capture does not show of it.
pub(crate) fn head(
    out: &mut dyn Write,
    head: &Head<'_>,
    rows: &[Row],
    summary: &Summary,
    look: Look,
) -> io::Result<()> {
    let count = |of: fn(&Row) -> bool| rows.iter().filter(|row| of(row)).count() as u64;
    let time = match (rows.first(), rows.last()) {
        (Some(first), Some(last)) => format!(", {}", span(first.at, last.at)),
        _ => String::new(),
    };
    let events = counted((rows.len() - head.alerts) as u64, "event", "events");
    let title = format!("{} in {}: {events}{time}", head.subject, head.input);
    for line in wrap(&sanitise::text(&title), look.width) {
        writeln!(out, "{BOLD}{}{BOLD:#}", plain(&line, look))?;
    }
    let mut say = |text: String| -> io::Result<()> {
        for line in wrap(&sanitise::text(&text), look.width.saturating_sub(2)) {
            writeln!(out, "  {}", plain(&line, look))?;
        }
        Ok(())
    };
    for (alias, frame) in head.aliases {
        say(format!("also known as {alias}, as frame {frame} says"))?;
    }
    if head.alerts > 0 {
        say(format!(
            "{} on these frames: `roamguard scan` says why",
            counted(head.alerts as u64, "alert", "alerts")
        ))?;
    }
    let unseen = count(|row| row.request_unseen);
    let unanswered = count(|row| row.unanswered);
    if head.midway || unseen > 0 {
        let mut text = "the capture begins midway".to_owned();
        if unseen > 0 {
            let answers = counted(unseen, "answer", "answers");
            text = format!(
                "{text}, or shows one direction only: {answers} to requests that it does not show"
            );
        }
        say(text)?;
    }
    if unanswered > 0 {
        say(format!("{} without an answer", counted(unanswered, "request", "requests")))?;
    }
    for link in &summary.stats.one_way {
        let seen = |node: &str| rows.iter().any(|row| row.from == node || row.to == node);
        if seen(&link.src) && seen(&link.dest) {
            say(format!(
                "one direction only: {} from {} to {}: {} requests without an answer, {} answers without a request",
                link.protocol, link.src, link.dest, link.requests, link.answers
            ))?;
        }
    }
    let stats = &summary.stats;
    let missing = stats.tsn_expected.saturating_sub(stats.tsn_seen);
    if missing > 0 {
        say(format!(
            "{missing} of {} DATA chunks of SCTP are missing from the capture",
            stats.tsn_expected
        ))?;
    }
    writeln!(out)
}

/// The table. Text of the terminal's own characters where it has no others.
pub(crate) fn table(out: &mut dyn Write, rows: &[Row], look: Look) -> io::Result<()> {
    let arrow = if look.ascii { "->" } else { "→" };
    let between = if look.ascii { "<->" } else { "↔" };
    let frames = rows.iter().map(|row| digits(row.frame)).max().unwrap_or(1).max(5);
    let protocols = rows.iter().map(|row| row.protocol.len()).max().unwrap_or(4).max(8);
    let ways: Vec<String> = rows
        .iter()
        .map(|row| match row.shape {
            _ if row.from.is_empty() && row.to.is_empty() => String::new(),
            Shape::Message => format!("{} {arrow} {}", row.from, row.to),
            Shape::Between | Shape::Note => format!("{} {between} {}", row.from, row.to),
        })
        .collect();
    let fixed = 12 + 2 + frames + 2 + protocols + 2 + 2;
    let room = look.width.saturating_sub(fixed);
    let widest = ways.iter().map(|way| columns(way)).max().unwrap_or(0).max(9);
    let way = widest.min(room * 45 / 100).max(12);
    let what = room.saturating_sub(way).max(16);
    let title = format!(
        "{:<12}  {:>frames$}  {:<protocols$}  {:<way$}  what happened",
        "time (UTC)", "frame", "protocol", "between"
    );
    writeln!(out, "{DIM}{title}{DIM:#}")?;
    let mut day = String::new();
    for (row, between) in rows.iter().zip(&ways) {
        let time = row.at.to_string();
        let (date, clock) = (time.get(..10).unwrap_or(""), time.get(11..23).unwrap_or(""));
        if day != date {
            writeln!(out, "{DIM}{date}{DIM:#}")?;
            day = date.to_owned();
        }
        let paint = paint(row);
        let mut text = wrap(&row.message, what);
        let became = row.became();
        let carried = row.carried.join(", ");
        let mut second = became;
        if !carried.is_empty() {
            if !second.is_empty() {
                second.push_str("; ");
            }
            second.push_str("names ");
            second.push_str(&carried);
        }
        let told = text.len();
        if !second.is_empty() {
            text.extend(wrap(&second, what));
        }
        // Addresses of IPv6 and names of hosts take two lines where they must.
        let sides = if columns(between) <= way {
            vec![between.clone()]
        } else {
            two_lines(row, way, if matches!(row.shape, Shape::Message) { arrow } else { "" })
        };
        for index in 0..text.len().max(sides.len()) {
            let head = if index == 0 {
                format!(
                    "{clock:<12}  {:>frames$}  {paint}{:<protocols$}{paint:#}  ",
                    row.frame, row.protocol
                )
            } else {
                " ".repeat(fixed - 2)
            };
            let side = sides.get(index).map_or("", String::as_str);
            let side = cut(side, way);
            let pad = " ".repeat(way.saturating_sub(columns(&side)));
            let line = text.get(index).map_or("", String::as_str);
            let line_paint = if index >= told { DIM } else { paint };
            if line.is_empty() {
                writeln!(out, "{head}{side}")?;
            } else {
                writeln!(
                    out,
                    "{head}{side}{pad}  {line_paint}{}{line_paint:#}",
                    plain(line, look)
                )?;
            }
        }
    }
    Ok(())
}

/// From on one line, to on the next.
fn two_lines(row: &Row, width: usize, arrow: &str) -> Vec<String> {
    vec![cut(&row.from, width), cut(format!("{arrow} {}", row.to).trim_start(), width)]
}

/// Refusals, alerts and what nobody answered stand out.
pub(crate) fn paint(row: &Row) -> Style {
    match (row.level, row.outcome) {
        (Some(level), _) => style(level),
        (None, Some(Outcome::Refused)) => style(Level::Medium),
        _ if row.unanswered => style(Level::Low),
        _ if row.retransmission => DIM,
        (None, Some(Outcome::AnsweredWithData)) => BOLD,
        _ => Style::new(),
    }
}

/// Text for terminals that know no more than ASCII.
pub(crate) fn plain(text: &str, look: Look) -> String {
    if !look.ascii {
        return text.to_owned();
    }
    text.chars()
        .map(|c| match c {
            _ if c.is_ascii() => c,
            'µ' => 'u',
            '…' => '.',
            '→' => '>',
            _ => '?',
        })
        .collect()
}

fn digits(number: u64) -> usize {
    number.to_string().len()
}
