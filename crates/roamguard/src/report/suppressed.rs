//! What the configuration kept back: silence that is counted.

use std::io::{self, Write};

use engine::Summary;

use super::{counted, heading, labelled};

pub(super) fn write(out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
    let all = &summary.stats.suppressed;
    if all.is_empty() {
        return Ok(());
    }
    let alerts: u64 = all.iter().map(|one| one.alerts).sum();
    heading(out, "WHAT THE CONFIGURATION KEPT BACK", &counted(alerts, "alert", "alerts"))?;
    for one in all {
        let what = match one.level {
            Some(level) => format!(
                "{}, at worst {level}, until {}: {}",
                counted(one.alerts, "alert", "alerts"),
                one.until,
                one.reason
            ),
            None if one.expired => format!(
                "nothing any more: it ended on {} and what it kept back is shown again ({})",
                one.until, one.reason
            ),
            None => format!("nothing, until {}: {}", one.until, one.reason),
        };
        labelled(out, "kept back", &format!("{what} [{}]", one.decided_by))?;
    }
    Ok(())
}
