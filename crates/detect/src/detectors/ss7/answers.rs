//! What became of a request that was flagged: refused, answered, answered with which data.
//!
//! A finding goes out at once, as an attempt; its answer, if the capture shows one, says more about the same thing and does
//! not count again. Every way in which TCAP ends a request is known: results, errors, rejects, an end without components,
//! aborts, and the message that the network gives back.

use event::{Capped, CompactString, Event, Level, Map, Outcome, Sccp, TableCount};

use crate::card::Finding;

/// Components of one message that are remembered; as many as a message may have.
const MAX_COMPONENTS: usize = 16;

/// Flagged requests that wait for their answer.
#[derive(Debug)]
pub(crate) struct Answers {
    /// By frame and transaction of the request: a frame may carry several messages.
    pending: Capped<(u64, CompactString), Vec<Asked>>,
    /// Any octet of a result counts as data: the operations are asked for nothing else.
    any_octet: bool,
}

#[derive(Debug)]
struct Asked {
    invoke_id: Option<i64>,
    finding: Finding,
}

impl Answers {
    /// At most `cap` messages wait. `any_octet`: a result that carries a parameter carries data, read or not.
    pub(crate) fn new(name: &'static str, cap: usize, any_octet: bool) -> Self {
        Self { pending: Capped::new(name, cap), any_octet }
    }

    /// An invoke was flagged: its answer will be told.
    pub(crate) fn ask(&mut self, event: &Event, map: &Map, finding: &Finding) {
        // A retransmission has the answer of the first.
        let Some(otid) = map.otid.clone().filter(|_| !map.duplicate) else { return };
        let (asked, _) = self.pending.entry(&(event.frame, otid), Vec::new);
        if asked.len() < MAX_COMPONENTS {
            asked.push(Asked { invoke_id: map.invoke_id, finding: finding.clone() });
        }
    }

    /// A result, an error, a reject, an empty end or an abort. Where it answers what was flagged, a finding says so, at
    /// the level that `level` gives the outcome.
    pub(crate) fn answer(
        &mut self,
        event: &Event,
        map: &Map,
        findings: &mut Vec<Finding>,
        level: impl Fn(&Finding, Outcome) -> Level,
    ) {
        if self.pending.is_empty() {
            return;
        }
        let Some((request, dtid)) = map.request.zip(map.dtid.clone()) else { return };
        let key = (request, dtid);
        let Some(asked) = self.pending.get_mut(&key) else { return };
        let outcome = outcome(map, self.any_octet);
        let is_last = map.component.as_deref() != Some("returnResultNotLast");
        // An end or an abort without components answers everything that is open.
        let answered = |asked: &Asked| map.component.is_none() || asked.invoke_id == map.invoke_id;
        for one in asked.iter().filter(|one| answered(one)) {
            let mut finding = told(&one.finding, event, map, outcome);
            finding.level = level(&finding, outcome);
            findings.push(finding);
        }
        if is_last {
            asked.retain(|one| !answered(one));
            if asked.is_empty() {
                self.pending.remove(&key);
            }
        }
    }

    /// The network gave the opening message back: nobody read it.
    pub(crate) fn undelivered(&mut self, event: &Event, sccp: &Sccp, findings: &mut Vec<Finding>) {
        if self.pending.is_empty() {
            return;
        }
        let Some(key) = sccp.request.zip(sccp.otid.clone()) else { return };
        let cause = sccp.return_cause_name.as_deref().unwrap_or("no reason given");
        for Asked { finding, .. } in self.pending.remove(&key).into_iter().flatten() {
            let mut finding = more(&finding, event, Outcome::Refused);
            finding.signature.push_str(": not delivered");
            finding.why.push_str(&format!("; frame {} gives it back: {cause}", event.frame));
            findings.push(finding);
        }
    }

    pub(crate) fn count(&self) -> TableCount {
        self.pending.count()
    }
}

/// A result whose request nobody saw: the capture begins midway, or shows one direction only. It names its operation all the
/// same, and what left has left.
pub(crate) fn is_unpaired_result(map: &Map) -> bool {
    map.request.is_none()
        && map.opcode.is_some()
        && matches!(map.component.as_deref(), Some("returnResultLast" | "returnResultNotLast"))
}

/// Whether the event is an answer of any kind, or could be one.
pub(crate) fn is_answer(map: &Map) -> bool {
    map.component.as_deref().is_none_or(|component| !component.starts_with("invoke"))
}

/// What an answer says of its request.
pub(crate) fn outcome(map: &Map, any_octet: bool) -> Outcome {
    match map.component.as_deref() {
        Some("returnResultLast" | "returnResultNotLast") => {
            if !map.returned.is_empty() || any_octet && map.parameter_len > 0 {
                Outcome::AnsweredWithData
            } else {
                Outcome::Answered
            }
        }
        None => map.outcome.unwrap_or(Outcome::Answered),
        Some(_) => Outcome::Refused,
    }
}

/// What a result carried, in words.
pub(crate) fn kinds(map: &Map) -> String {
    if map.returned.is_empty() {
        format!("a result of {} octets", map.parameter_len)
    } else {
        map.returned.join(", ")
    }
}

fn more(asked: &Finding, event: &Event, outcome: Outcome) -> Finding {
    let mut finding = asked.clone();
    finding.at = event.at;
    finding.counts = false;
    finding.frames.push(event.frame);
    finding.outcome = outcome;
    finding
}

fn told(asked: &Finding, event: &Event, map: &Map, outcome: Outcome) -> Finding {
    let mut finding = more(asked, event, outcome);
    let frame = event.frame;
    match outcome {
        Outcome::AnsweredWithData => {
            finding.signature.push_str(": answered with data");
            finding.why.push_str(&format!("; frame {frame} answers it with {}", kinds(map)));
            finding.returned = map.returned.clone();
        }
        Outcome::Refused | Outcome::Attempt => {
            let error = map.error.as_deref().or(map.component.as_deref()).unwrap_or("an abort");
            finding.signature.push_str(": refused");
            finding.why.push_str(&format!("; frame {frame} refuses it: {error}"));
        }
        Outcome::Answered => {
            finding.signature.push_str(": answered");
            finding.why.push_str(&format!("; frame {frame} confirms it"));
        }
    }
    if outcome >= Outcome::Answered {
        finding.confidence = ((finding.confidence + 0.05).min(1.0) * 100.0).round() / 100.0;
    }
    finding
}
