//! What was in it: protocols, dialogues, tunnels, subscribers.

use std::io::{self, Write};

use engine::Summary;

use super::row::took;
use super::{counted, heading, labelled};
use crate::wrap::{columns, grouped, wide};

pub(super) fn write(out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
    let stats = &summary.stats;
    let note = format!("{}, {}", counted(stats.frames, "frame", "frames"), octets(stats.bytes));
    heading(out, "WHAT WAS IN IT", &note)?;
    let mut protocols: Vec<(String, String)> = stats
        .protocols
        .iter()
        .filter(|protocol| protocol.count > 0)
        .map(|protocol| (protocol.name.to_string(), grouped(protocol.count)))
        .collect();
    if protocols.is_empty() {
        protocols.push(("nothing".into(), "0".into()));
    }
    let width = protocols
        .iter()
        .map(|(name, count)| columns(name) + columns(count) + 1)
        .max()
        .unwrap_or(8)
        .max(14);
    let across = ((wide() - 2) / (width + 4)).max(1);
    let down = protocols.len().div_ceil(across);
    for row in 0..down {
        let mut text = String::from("  ");
        for (name, count) in protocols.iter().skip(row).step_by(down) {
            let gap = " ".repeat(width.saturating_sub(columns(name) + columns(count)));
            text.push_str(&format!("{name}{gap}{count}    "));
        }
        writeln!(out, "{}", text.trim_end())?;
    }
    let mut counts = vec![
        counted(stats.flows, "flow", "flows"),
        counted(stats.dialogues, "signalling dialogue", "signalling dialogues"),
        counted(stats.tunnels, "tunnel", "tunnels"),
        counted(stats.subscribers, "subscriber", "subscribers"),
        counted(stats.events, "event", "events"),
    ];
    if stats.dialogues_unanswered > 0 {
        counts.insert(2, format!("{} of them unanswered", grouped(stats.dialogues_unanswered)));
    }
    labelled(out, "counted", &counts.join(", "))?;
    for (index, of) in stats.transactions.iter().filter(|of| of.requests > 0).enumerate() {
        let mut text = format!("{}: {} asked", of.protocol, grouped(of.requests));
        for (number, word) in [
            (of.answered, "answered"),
            (of.refused, "refused"),
            (of.unanswered, "without an answer"),
            (of.duplicates, "sent again"),
        ] {
            if number > 0 {
                text.push_str(&format!(", {} {word}", grouped(number)));
            }
        }
        if let Some((median, p95)) = of.median_us.zip(of.p95_us) {
            text.push_str(&format!(
                "; half of them within {}, 95% within {}",
                took(median),
                took(p95)
            ));
        }
        labelled(out, if index == 0 { "requests" } else { "" }, &text)?;
    }
    let anomalies: Vec<String> = stats
        .anomalies
        .iter()
        .take(12)
        .map(|a| format!("{} {}", a.name, grouped(a.count)))
        .collect();
    if !anomalies.is_empty() {
        let more = stats.anomalies.len().saturating_sub(12);
        let tail = if more > 0 { format!(", and {more} other kinds") } else { String::new() };
        labelled(out, "oddities", &format!("{}{tail}", anomalies.join(", ")))?;
        if stats.anomalies.iter().any(|a| a.count > 0 && a.name.ends_with(".checksum")) {
            // Network cards fill them in after the capture has taken its copy.
            let text = "checksums are often wrong where the capturing host itself sent the packets";
            labelled(out, "", text)?;
        }
    }
    Ok(())
}

/// Octets in the unit that fits.
#[expect(clippy::cast_precision_loss, reason = "one decimal, for people")]
fn octets(bytes: u64) -> String {
    match bytes {
        0..10_000 => counted(bytes, "octet", "octets"),
        10_000..10_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        10_000_000..10_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}
