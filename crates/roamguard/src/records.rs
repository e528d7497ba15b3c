//! Machine-readable output: one JSON record a line, or the alerts as CSV.

use std::io::{self, Write};

use anyhow::Result;
use engine::event::{Alert, Element, Event};

use crate::drift::{Drift, names};
use crate::report::nodes;
use crate::report::row::Row;
use crate::sanitise;

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

/// The inventory as a table.
pub(crate) fn elements(out: &mut dyn Write, elements: &[&Element]) -> Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record([
        "names",
        "owner",
        "roles",
        "evidence",
        "user_plane",
        "make",
        "answers",
        "protocols",
        "peers",
        "messages",
        "restarts",
        "first_seen",
        "last_seen",
    ])?;
    for element in elements {
        let hints: Vec<String> =
            element.hints.iter().map(|hint| format!("{} {}", hint.kind, hint.value)).collect();
        let services: Vec<String> = element.services.iter().map(nodes::service).collect();
        let user_plane: Vec<String> = element.user_plane.iter().map(ToString::to_string).collect();
        let time =
            |at: Option<engine::event::Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        table.write_record([
            &formula_safe(&names(element).join(" ")),
            &formula_safe(element.owner.as_deref().unwrap_or_default()),
            &element.roles.join(" "),
            &formula_safe(&element.evidence.join("; ")),
            &user_plane.join(" "),
            &formula_safe(&hints.join("; ")),
            &services.join("; "),
            &formula_safe(&element.protocols.join(" ")),
            &element.peers.to_string(),
            &element.messages.to_string(),
            &element.restarts.to_string(),
            &time(element.first_seen),
            &time(element.last_seen),
        ])?;
    }
    table.flush()?;
    Ok(())
}

/// What changed between two inventories as a table.
pub(crate) fn drift(out: &mut dyn Write, changes: &[Drift<'_>]) -> Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(["change", "names", "owner", "roles", "what"])?;
    for change in changes {
        table.write_record([
            change.change,
            &formula_safe(&change.names.join(" ")),
            &formula_safe(change.owner.unwrap_or_default()),
            &change.roles.join(" "),
            &formula_safe(&change.what.join("; ")),
        ])?;
    }
    table.flush()?;
    Ok(())
}

/// Spreadsheets run what begins like a formula, terminals what is a control character, and names come from the wire.
fn formula_safe(text: &str) -> String {
    let text = sanitise::text(text);
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
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
