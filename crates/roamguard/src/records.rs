//! Machine-readable output: one JSON record a line, or the alerts as CSV.

use std::io::{self, Write};

use anyhow::Result;
use engine::event::{Alert, Event};

use crate::report::row::Row;

/// Writes records of some types, or of all, one on a line.
pub(crate) struct Lines<'a> {
    out: &'a mut dyn Write,
    /// Types that are wanted; all when there are none.
    only: &'a [String],
    line: Vec<u8>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(out: &'a mut dyn Write, only: &'a [String]) -> Self {
        Self { out, only, line: Vec::new() }
    }

    pub(crate) fn write(&mut self, event: &Event) -> io::Result<()> {
        let kind = event.what.event_type();
        if !self.only.is_empty() && !self.only.iter().any(|wanted| wanted == kind) {
            return Ok(());
        }
        self.line.clear();
        serde_json::to_writer(&mut self.line, event)?;
        self.line.push(b'\n');
        self.out.write_all(&self.line)
    }
}

/// The alerts as a table, worst first.
pub(crate) fn csv(out: &mut dyn Write, alerts: &[Alert]) -> Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record([
        "level",
        "detection",
        "check",
        "first_seen",
        "last_seen",
        "count",
        "signature",
        "entities",
        "outcome",
        "confidence",
        "why",
        "honest_cause",
        "next_step",
        "decided_by",
        "frames",
        "attack",
        "fight",
        "motif",
    ])?;
    for alert in alerts {
        let outcome = serde_json::to_value(alert.outcome)?;
        let frames: Vec<String> = alert.frames.iter().map(u64::to_string).collect();
        table.write_record([
            alert.level.name(),
            &alert.detection,
            &alert.check,
            &alert.first_seen.to_string(),
            &alert.last_seen.to_string(),
            &alert.count.to_string(),
            &formula_safe(&alert.signature),
            &formula_safe(&alert.entities.join(" ")),
            outcome.as_str().unwrap_or_default(),
            &format!("{:.2}", alert.confidence),
            &formula_safe(&alert.why),
            &formula_safe(&alert.honest_cause),
            &formula_safe(&alert.next_step),
            &formula_safe(alert.decided_by.as_deref().unwrap_or_default()),
            &frames.join(" "),
            &alert.references.attack.join(" "),
            &alert.references.fight.join(" "),
            &alert.references.motif.join(" "),
        ])?;
    }
    table.flush()?;
    Ok(())
}

/// A timeline as a table.
pub(crate) fn timeline(out: &mut dyn Write, rows: &[Row]) -> Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record([
        "timestamp",
        "frame",
        "protocol",
        "from",
        "to",
        "message",
        "outcome",
        "round_trip_us",
        "names",
        "retransmission",
        "request_unseen",
        "unanswered",
    ])?;
    for row in rows {
        let outcome = row.outcome.map(serde_json::to_value).transpose()?;
        let yes = |is: bool| if is { "yes" } else { "" };
        table.write_record([
            &row.at.to_string(),
            &row.frame.to_string(),
            row.protocol,
            &formula_safe(&row.from),
            &formula_safe(&row.to),
            &formula_safe(&row.message),
            outcome.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default(),
            &row.round_trip_us.map(|micros| micros.to_string()).unwrap_or_default(),
            &formula_safe(&row.carried.join(" ")),
            yes(row.retransmission),
            yes(row.request_unseen),
            yes(row.unanswered),
        ])?;
    }
    table.flush()?;
    Ok(())
}

/// Spreadsheets run what begins like a formula, and names come from the wire.
fn formula_safe(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheet_runs_nothing() {
        assert_eq!(formula_safe("=cmd()"), "'=cmd()");
        assert_eq!(formula_safe("a=b"), "a=b");
    }
}
