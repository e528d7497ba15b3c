//! What the capture could not show.

use std::io::{self, Write};

use engine::Summary;

use super::{counted, heading, labelled};
use crate::wrap::grouped;

/// Links that are named; `--format json` has more.
const LINKS: usize = 8;

pub(super) fn write(out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
    let stats = &summary.stats;
    heading(out, "WHAT COULD NOT BE JUDGED", "")?;
    if stats.frames == 0 {
        writeln!(out, "  Everything: no frame was read.")?;
    }
    let mut said = stats.frames == 0;
    let mut say = |out: &mut dyn Write, label: &str, text: &str| {
        said = true;
        labelled(out, label, text)
    };
    for damage in &summary.damages {
        say(out, "damage", &damage.to_string())?;
    }
    if stats.tsn_expected > 0 {
        #[expect(clippy::cast_precision_loss, reason = "a percentage for people")]
        let share = stats.tsn_seen as f64 * 100.0 / stats.tsn_expected as f64;
        let missing = stats.tsn_expected.saturating_sub(stats.tsn_seen);
        let text = if missing == 0 {
            format!("all {} DATA chunks that the TSNs count were seen", grouped(stats.tsn_expected))
        } else {
            format!(
                "{share:.1} % of the DATA chunks that the TSNs count were seen; {} of {} are missing from the capture",
                grouped(missing),
                grouped(stats.tsn_expected)
            )
        };
        say(out, "SCTP", &text)?;
    }
    for link in stats.one_way.iter().take(LINKS) {
        let mut what = Vec::new();
        if link.requests > 0 {
            what.push(format!(
                "{} without any answer",
                counted(link.requests, "request", "requests")
            ));
        }
        if link.answers > 0 {
            what.push(format!(
                "{} without the request",
                counted(link.answers, "answer", "answers")
            ));
        }
        let text =
            format!("{} from {} to {}: {}", link.protocol, link.src, link.dest, what.join(", "));
        say(out, "one way", &text)?;
    }
    if stats.one_way.len() > LINKS {
        let more = stats.one_way.len() - LINKS;
        say(out, "", &format!("and {more} other links of which one direction was seen"))?;
    }
    let unseen: Vec<String> = stats
        .transactions
        .iter()
        .filter(|of| of.request_unseen > 0)
        .map(|of| format!("{} {}", grouped(of.request_unseen), of.protocol))
        .collect();
    if !unseen.is_empty() {
        let text = format!(
            "answers to requests that the capture does not show: {}; it begins midway, has gaps or shows one direction",
            unseen.join(", ")
        );
        say(out, "midway", &text)?;
    }
    if stats.snapped > 0 {
        say(
            out,
            "snapped",
            &format!(
                "cut short by the capture's snap length: {}",
                counted(stats.snapped, "frame", "frames")
            ),
        )?;
    }
    if stats.unread_link > 0 {
        say(
            out,
            "unread",
            &format!(
                "{} of link types that are not read",
                counted(stats.unread_link, "frame", "frames")
            ),
        )?;
    }
    for table in stats.tables.iter().filter(|table| table.evicted > 0) {
        let text = format!(
            "the table of {} was full: {} entries were given up, oldest first",
            table.table,
            grouped(table.evicted)
        );
        say(out, "full", &text)?;
    }
    if !said {
        writeln!(out, "  Of the capture nothing is missing, as far as it shows.")?;
    }
    Ok(())
}
