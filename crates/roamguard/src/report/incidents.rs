//! Stories first: alerts that belong together, told once, with the numbers of the alerts below.

use std::io::{self, Write};

use engine::Summary;
use engine::event::{Alert, Incident};

use super::alerts::{Numbers, count};
use super::{BOLD, heading, labelled, style};
use crate::sanitise;
use crate::wrap::{wide, wrap};

/// Incidents that are told; `--format json` has all.
const TOLD: usize = 10;
/// Names of one column of the way.
const NAMES: usize = 3;

pub(super) fn write(
    out: &mut dyn Write,
    summary: &Summary,
    alerts: &[Alert],
    numbers: &Numbers<'_>,
) -> io::Result<()> {
    // A reader who asked for the worst alerts only is not told the rest by a back door.
    let shown = |incident: &&Incident| {
        incident.alerts.iter().any(|id| alerts.iter().any(|alert| alert.id == *id))
    };
    let incidents: Vec<&Incident> = summary.incidents.iter().filter(shown).collect();
    if incidents.is_empty() {
        return Ok(());
    }
    heading(out, "INCIDENTS", &count(incidents.iter().map(|incident| incident.level)))?;
    for incident in incidents.iter().take(TOLD) {
        one(out, incident, numbers)?;
    }
    if incidents.len() > TOLD {
        writeln!(out)?;
        writeln!(out, "  … and {} more: --format json has all", incidents.len() - TOLD)?;
    }
    Ok(())
}

fn one(out: &mut dyn Write, incident: &Incident, numbers: &Numbers<'_>) -> io::Result<()> {
    let colour = style(incident.level);
    let level = incident.level.name().to_uppercase();
    writeln!(out)?;
    let mut lines = wrap(&sanitise::text(&incident.title), wide() - 12).into_iter();
    let first = lines.next().unwrap_or_default();
    writeln!(out, "  {colour}{level:<8}{colour:#}  {BOLD}{first}{BOLD:#}")?;
    for line in lines {
        writeln!(out, "            {BOLD}{line}{BOLD:#}")?;
    }
    let stages: Vec<&str> = incident.stages.iter().map(|stage| stage.name.as_ref()).collect();
    if !stages.is_empty() {
        labelled(out, "chain", &stages.join(" > "))?;
    }
    if let Some(way) = way(incident) {
        labelled(out, "way", &way)?;
    }
    labelled(out, "alerts", &numbers.list(&incident.alerts))?;
    for (index, sentence) in incident.story.iter().enumerate() {
        labelled(out, if index == 0 { "story" } else { "" }, sentence)?;
    }
    labelled(out, "next", &incident.next_step)
}

/// `198.51.100.53 of Partner A -> edns1 (192.0.2.53) -> ggsn1 (192.0.2.20), stp1 (192.0.2.10)`
fn way(incident: &Incident) -> Option<String> {
    let mut columns = Vec::new();
    for role in ["attacker", "pivot", "victim", "subscriber"] {
        let nodes: Vec<&str> = incident
            .nodes
            .iter()
            .filter(|node| node.role == role)
            .map(|node| node.label.as_str())
            .collect();
        match nodes.as_slice() {
            [] => {}
            _ if role == "subscriber" && nodes.len() > 1 => {
                columns.push(format!("{} subscribers", nodes.len()));
            }
            _ => {
                let mut text = nodes.iter().take(NAMES).copied().collect::<Vec<&str>>().join(", ");
                if nodes.len() > NAMES {
                    text.push_str(&format!(" and {} more", nodes.len() - NAMES));
                }
                columns.push(text);
            }
        }
    }
    (columns.len() > 1).then(|| columns.join(" -> "))
}
