//! Flagged requests that wait for their answer: it says whether they were refused, and what left.

use event::{Capped, Diameter, Event, Level, Outcome, TableCount};

use crate::card::Finding;

/// Flagged requests that wait at once. An answer comes within seconds.
const MAX_PENDING: usize = 4_096;

/// Findings by frame, hop-by-hop and end-to-end identifier of their request.
#[derive(Debug)]
pub(crate) struct Pending {
    table: Capped<(u64, u32, u32), Vec<Finding>>,
}

impl Pending {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { table: Capped::new(name, MAX_PENDING) }
    }

    /// What was found of a request waits for what becomes of it.
    pub(crate) fn ask(&mut self, event: &Event, diameter: &Diameter, found: &[Finding]) {
        if !found.is_empty() {
            let key = (event.frame, diameter.hop_by_hop_id, diameter.end_to_end_id);
            self.table.insert(key, found.to_vec());
        }
    }

    /// What the answer to a flagged request adds to its findings; none is above `most`.
    pub(crate) fn answer(
        &mut self,
        event: &Event,
        diameter: &Diameter,
        most: Level,
        findings: &mut Vec<Finding>,
    ) {
        if self.table.is_empty() {
            return;
        }
        let Some(request) = diameter.request_frame else { return };
        let key = (request, diameter.hop_by_hop_id, diameter.end_to_end_id);
        let Some(found) = self.table.remove(&key) else { return };
        let outcome = outcome(diameter);
        for mut finding in found {
            finding.at = event.at;
            finding.counts = false;
            finding.frames.push(event.frame);
            finding.outcome = outcome;
            let result = result(diameter);
            match outcome {
                Outcome::AnsweredWithData => {
                    finding.level = raised(finding.level).min(most);
                    finding.returned.clone_from(&diameter.returned);
                    finding.signature.push_str(": answered with ");
                    finding.signature.push_str(&diameter.returned.join(", "));
                    let kinds = diameter.returned.join(", ");
                    finding.why.push_str(&format!("; frame {} gives away: {kinds}", event.frame));
                    finding.confidence = (finding.confidence + 0.05).min(1.0);
                }
                Outcome::Answered => {
                    if diameter.result_code.is_some_and(|code| (2_000..3_000).contains(&code)) {
                        finding.level = raised(finding.level).min(most);
                    }
                    finding.signature.push_str(": accepted");
                    finding.why.push_str(&format!("; frame {} accepts it: {result}", event.frame));
                    finding.confidence = (finding.confidence + 0.05).min(1.0);
                }
                _ => {
                    finding.signature.push_str(": refused");
                    finding.why.push_str(&format!("; frame {} refuses it: {result}", event.frame));
                }
            }
            findings.push(finding);
        }
    }

    pub(crate) fn count(&self) -> TableCount {
        self.table.count()
    }
}

/// What became of the request that this answers: what it gives away counts, not what the command is for.
pub(crate) fn outcome(answer: &Diameter) -> Outcome {
    match answer.outcome {
        Some(Outcome::Refused) => Outcome::Refused,
        _ if answer.returned.is_empty() => Outcome::Answered,
        _ => Outcome::AnsweredWithData,
    }
}

/// The result in words and numbers: `DIAMETER_SUCCESS (2001)`.
pub(crate) fn result(answer: &Diameter) -> String {
    let code = answer.result_code.or(answer.experimental_result_code);
    match (answer.result.as_deref(), code) {
        (Some(name), Some(code)) => format!("{name} ({code})"),
        (None, Some(code)) => format!("result {code}"),
        _ => "an answer without a result".to_owned(),
    }
}

const fn raised(level: Level) -> Level {
    match level {
        Level::Informational => Level::Low,
        Level::Low => Level::Medium,
        Level::Medium => Level::High,
        Level::High | Level::Critical => Level::Critical,
    }
}
