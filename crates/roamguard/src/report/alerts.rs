//! What happened: alerts grouped by who and where, the worst group first.

use std::collections::BTreeMap;
use std::io::{self, Write};

use engine::Summary;
use engine::event::{Alert, Level, Outcome};

use super::{BOLD, DIM, clock, counted, heading, labelled, style};
use crate::sanitise;
use crate::wrap::{WIDTH, cut, wrap};

/// Alerts written out in full; the rest is named and left to `--format json`.
const IN_FULL: usize = 40;

pub(super) fn write(out: &mut dyn Write, summary: &Summary, alerts: &[Alert]) -> io::Result<()> {
    heading(out, "WHAT HAPPENED", &count(alerts))?;
    if summary.stats.frames == 0 {
        writeln!(out, "  There was no frame to judge: this says nothing about the link.")?;
        return Ok(());
    }
    if alerts.is_empty() {
        writeln!(
            out,
            "  Nothing that the detections know. The last section says what they could not judge."
        )?;
        return Ok(());
    }
    let days = match (summary.stats.first_seen, summary.stats.last_seen) {
        (Some(first), Some(last)) => {
            first.secs().div_euclid(86_400) != last.secs().div_euclid(86_400)
        }
        _ => false,
    };
    let mut left = IN_FULL;
    for (who, group) in groups(alerts) {
        if left == 0 {
            break;
        }
        writeln!(out)?;
        let name = sanitise::text(&who);
        writeln!(out, "{BOLD}{}{BOLD:#}", cut(&name, WIDTH))?;
        for alert in group.iter().take(left) {
            one(out, alert, days)?;
        }
        left = left.saturating_sub(group.len());
    }
    if alerts.len() > IN_FULL {
        writeln!(out)?;
        writeln!(
            out,
            "  … and {} more: --level high shows the worst, --format json all",
            alerts.len() - IN_FULL
        )?;
    }
    Ok(())
}

fn count(alerts: &[Alert]) -> String {
    if alerts.is_empty() {
        return "no alerts".into();
    }
    let mut text = Vec::new();
    for level in [Level::Critical, Level::High, Level::Medium, Level::Low, Level::Informational] {
        let number = alerts.iter().filter(|alert| alert.level == level).count();
        if number > 0 {
            text.push(format!("{number} {level}"));
        }
    }
    text.join(", ")
}

/// Alerts by who did it and to whom, in the order of the worst of each group. Alerts come sorted worst first.
fn groups(alerts: &[Alert]) -> Vec<(String, Vec<&Alert>)> {
    let mut order: Vec<(String, Vec<&Alert>)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for alert in alerts {
        let who = who(alert);
        let place = *places.entry(who.clone()).or_insert_with(|| {
            order.push((who, Vec::new()));
            order.len() - 1
        });
        if let Some((_, group)) = order.get_mut(place) {
            group.push(alert);
        }
    }
    order
}

fn who(alert: &Alert) -> String {
    match alert.entities.as_slice() {
        [] => "somebody".into(),
        [one] => plain(one).to_owned(),
        [one, two, ..] => format!("{} → {}", plain(one), plain(two)),
    }
}

/// An entity as people write it: an address needs no word in front.
fn plain(entity: &str) -> &str {
    entity.strip_prefix("ip:").unwrap_or(entity)
}

fn one(out: &mut dyn Write, alert: &Alert, days: bool) -> io::Result<()> {
    let colour = style(alert.level);
    let level = alert.level.name().to_uppercase();
    writeln!(out)?;
    let mut lines = wrap(&sanitise::text(&alert.signature), WIDTH - 14).into_iter();
    writeln!(
        out,
        "  {colour}{level:<8}{colour:#}  {BOLD}{}{BOLD:#}",
        lines.next().unwrap_or_default()
    )?;
    for line in lines {
        writeln!(out, "            {BOLD}{line}{BOLD:#}")?;
    }
    let outcome = match alert.outcome {
        Outcome::Attempt => "an attempt: no answer was seen",
        Outcome::Refused => "refused",
        Outcome::Answered => "answered",
        Outcome::AnsweredWithData => "answered with data",
    };
    let what = format!(
        "{} / {}; {outcome}; confidence {:.2}",
        alert.detection, alert.check, alert.confidence
    );
    labelled(out, "what", &what)?;
    labelled(out, "when", &when(alert, days))?;
    labelled(out, "why", &alert.why)?;
    if let Some(by) = &alert.decided_by {
        labelled(out, "by", by)?;
    }
    labelled(out, "but", &alert.honest_cause)?;
    labelled(out, "next", &alert.next_step)?;
    let rest: Vec<&str> = alert.entities.iter().skip(2).map(|entity| plain(entity)).collect();
    if !rest.is_empty() {
        labelled(out, "also", &rest.join(", "))?;
    }
    let references: Vec<&str> =
        [&alert.references.attack, &alert.references.fight, &alert.references.motif]
            .into_iter()
            .flatten()
            .map(AsRef::as_ref)
            .collect();
    if !references.is_empty() {
        writeln!(out, "  {DIM}{:<10}{}{DIM:#}", "refs", cut(&references.join(" "), WIDTH - 12))?;
    }
    Ok(())
}

fn when(alert: &Alert, days: bool) -> String {
    let mut text = clock(alert.first_seen, days);
    if alert.last_seen > alert.first_seen {
        text.push_str(" to ");
        text.push_str(&clock(alert.last_seen, days));
    }
    text.push_str(" UTC");
    if alert.count > 1 {
        text.push_str(", ");
        text.push_str(&counted(alert.count, "time", "times"));
    }
    let frames: Vec<String> = alert.frames.iter().map(u64::to_string).collect();
    let word = if frames.len() == 1 { "frame" } else { "frames" };
    format!("{text}; {word} {}", frames.join(", "))
}
