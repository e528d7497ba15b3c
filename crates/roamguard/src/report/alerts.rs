//! What happened: alerts grouped by who and where, the worst group first.

use std::collections::BTreeMap;
use std::io::{self, Write};

use engine::Summary;
use engine::event::{Alert, Level, Outcome};

use super::{BOLD, DIM, clock, counted, heading, labelled, style};
use crate::sanitise;
use crate::wrap::{cut, wide, wrap};

/// The number that each alert has in the report, for the incidents to name them.
pub(super) struct Numbers<'a>(BTreeMap<&'a str, usize>);

impl<'a> Numbers<'a> {
    pub(super) fn of(alerts: &'a [Alert]) -> Self {
        let mut numbers = BTreeMap::new();
        for (_, group) in groups(alerts) {
            for alert in group {
                let next = numbers.len() + 1;
                if next <= IN_FULL {
                    numbers.entry(alert.id.as_str()).or_insert(next);
                }
            }
        }
        Self(numbers)
    }

    /// `#1 #2 #5, and 3 that are not shown`
    pub(super) fn list(&self, ids: &[String]) -> String {
        let mut known: Vec<usize> =
            ids.iter().filter_map(|id| self.0.get(id.as_str()).copied()).collect();
        known.sort_unstable();
        let mut text =
            known.iter().map(|number| format!("#{number}")).collect::<Vec<String>>().join(" ");
        match ids.len() - known.len() {
            0 => {}
            hidden if known.is_empty() => text = format!("{hidden}, not shown"),
            hidden => text.push_str(&format!(", and {hidden} not shown")),
        }
        text
    }
}

/// Alerts written out in full; the rest is named and left to `--format json`.
const IN_FULL: usize = 40;

pub(super) fn write(
    out: &mut dyn Write,
    summary: &Summary,
    alerts: &[Alert],
    numbers: &Numbers<'_>,
) -> io::Result<()> {
    let note = match alerts {
        [] => "no alerts".to_owned(),
        some => count(some.iter().map(|alert| alert.level)),
    };
    heading(out, "WHAT HAPPENED", &note)?;
    if summary.stats.frames == 0 {
        writeln!(out, "  There was no frame to judge: this says nothing about the link.")?;
        return Ok(());
    }
    if alerts.is_empty() {
        writeln!(
            out,
            "  Nothing that the detections know. What they could not judge stands at the end."
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
        writeln!(out, "{BOLD}{}{BOLD:#}", cut(&name, wide()))?;
        for alert in group.iter().take(left) {
            one(out, alert, days, numbers.0.get(alert.id.as_str()).copied())?;
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

/// `1 critical, 2 high`
pub(super) fn count(levels: impl Iterator<Item = Level> + Clone) -> String {
    let mut text = Vec::new();
    for level in [Level::Critical, Level::High, Level::Medium, Level::Low, Level::Informational] {
        let number = levels.clone().filter(|of| *of == level).count();
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
    let Some(one) = alert.entities.first() else { return "somebody".into() };
    match victim(&alert.entities).and_then(|place| alert.entities.get(place)) {
        Some(two) => format!("{} → {}", plain(one), plain(two)),
        None => plain(one).to_owned(),
    }
}

/// Which of the entities the first one acted upon. Ports of the way are nobody: codes, realms, and the addresses and
/// other names of the attacker's own node.
fn victim(entities: &[String]) -> Option<usize> {
    let kind = |place: usize| {
        entities.get(place).and_then(|name| name.split_once(':')).unwrap_or_default().0
    };
    let next =
        |wanted: &str, from: usize| (from..entities.len()).find(|place| kind(*place) == wanted);
    let other = || {
        (1..entities.len())
            .find(|place| !matches!(kind(*place), "pc" | "realm" | "imsi" | "msisdn" | "teid"))
    };
    match kind(0) {
        // Behind the code of the sender's own node comes the title that was called.
        "gt" => match next("pc", 1) {
            Some(code) => next("gt", code),
            None => next("gt", 1).filter(|two| next("gt", two + 1).is_none()),
        },
        "host" => next("host", 1),
        "ip" => next("ip", 1).or_else(other),
        _ => other(),
    }
}

/// An entity as people write it: an address needs no word in front.
fn plain(entity: &str) -> &str {
    entity.strip_prefix("ip:").unwrap_or(entity)
}

fn one(out: &mut dyn Write, alert: &Alert, days: bool, number: Option<usize>) -> io::Result<()> {
    let colour = style(alert.level);
    let level = alert.level.name().to_uppercase();
    writeln!(out)?;
    let mut lines = wrap(&sanitise::text(&alert.signature), wide() - 14).into_iter();
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
    let mut outcome = outcome.to_owned();
    if !alert.returned.is_empty() {
        let kinds: Vec<&str> = alert.returned.iter().map(AsRef::as_ref).collect();
        outcome.push_str(&format!(": {}", kinds.join(", ")));
    }
    let number = number.map(|number| format!("#{number}  ")).unwrap_or_default();
    let trial =
        if alert.state.is_active() { "" } else { "; of a rule on trial, counts for nothing" };
    let what = format!(
        "{number}{} / {}; {outcome}; confidence {:.2}{trial}",
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
    let named = victim(&alert.entities);
    let rest: Vec<&str> = (alert.entities.iter().enumerate().skip(1))
        .filter(|(place, _)| Some(*place) != named)
        .map(|(_, entity)| plain(entity))
        .collect();
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
        writeln!(out, "  {DIM}{:<10}{}{DIM:#}", "refs", cut(&references.join(" "), wide() - 12))?;
    }
    Ok(())
}

fn when(alert: &Alert, days: bool) -> String {
    let mut text = clock(alert.first_seen, days);
    let until = clock(alert.last_seen, days);
    if until != text {
        text.push_str(" to ");
        text.push_str(&until);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_names_the_two_ends_and_no_port_of_the_way() {
        for (names, place) in [
            ("ip:198.51.100.53", None),
            ("ip:198.51.100.53 ip:192.0.2.53 ip:203.0.113.200", Some(1)),
            ("ip:198.51.100.30 host:hss1.example realm:example ip:192.0.2.30", Some(3)),
            ("ip:192.0.2.53 host:example.net", Some(1)),
            ("gt:99902000040 pc:2001 gt:99901000010 pc:1001 ip:198.51.100.10", Some(2)),
            ("gt:99902000040 gt:99901000040 pc:2001 gt:99901000010", Some(3)),
            ("gt:99902000077 gt:99901000010 ip:192.0.2.10", Some(1)),
            ("gt:99902070000 gt:99902070001 gt:99902070002 ip:198.51.100.10", None),
            ("gt:99902000030 ip:198.51.100.10", None),
            ("host:mme1.example realm:example ip:198.51.100.30 host:hss1.example", Some(3)),
            ("host:mme1.example ip:198.51.100.30", None),
            ("pc:2001 pc:1001", None),
        ] {
            let entities: Vec<String> = names.split(' ').map(str::to_owned).collect();
            assert_eq!(victim(&entities), place, "{names}");
        }
    }
}
