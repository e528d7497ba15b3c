//! What came of it all: counted by field and protocol, differences with their reasons.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use crate::compare::{Compared, Difference};
use crate::differences::Reasons;
use crate::table::{Row, Table};

/// Values of both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Said by both.
    pub agree: u64,
    /// Said by us alone.
    pub ours: u64,
    /// Said by tshark alone.
    pub theirs: u64,
    /// Differing values whose reason is known.
    pub explained: u64,
}

impl Count {
    /// Values on either side.
    pub const fn all(self) -> u64 {
        self.agree + self.ours + self.theirs
    }

    /// The share of values on which both sides agree.
    pub fn share(self) -> f64 {
        if self.all() == 0 { 1.0 } else { self.agree as f64 / self.all() as f64 }
    }

    const fn plus(self, other: Self) -> Self {
        Self {
            agree: self.agree + other.agree,
            ours: self.ours + other.ours,
            theirs: self.theirs + other.theirs,
            explained: self.explained + other.explained,
        }
    }

    const fn differ(self) -> u64 {
        self.ours + self.theirs
    }
}

/// A difference with its capture, and the reason for it.
#[derive(Clone, Debug)]
pub struct Found {
    pub capture: String,
    pub difference: Difference,
    pub reason: Option<usize>,
}

/// The outcome of a run.
#[derive(Debug)]
pub struct Report {
    table: Arc<Table>,
    reasons: Reasons,
    captures: BTreeSet<String>,
    pub frames: u64,
    /// Frames behind the place where tshark gave a damaged file up.
    pub unread: u64,
    /// Values of ours in frames in which tshark gave a malformed or cut message up: not compared.
    pub given_up: u64,
    counts: BTreeMap<Row, Count>,
    found: Vec<Found>,
}

impl Report {
    pub fn new(table: Arc<Table>, reasons: Reasons) -> Self {
        Self {
            table,
            reasons,
            captures: BTreeSet::new(),
            frames: 0,
            unread: 0,
            given_up: 0,
            counts: BTreeMap::new(),
            found: Vec::new(),
        }
    }

    /// Takes in what came of a capture.
    pub fn add(&mut self, capture: &str, compared: Compared) {
        self.captures.insert(capture.to_owned());
        self.frames += compared.frames;
        self.unread += compared.unread;
        self.given_up += compared.given_up;
        for (row, agree) in compared.agree {
            self.counts.entry(row).or_default().agree += agree;
        }
        for difference in compared.differences {
            let Some(field) = self.table.field(difference.row) else { continue };
            let reason = self.reasons.find(capture, field.name(), difference.frame);
            let count = self.counts.entry(difference.row).or_default();
            let (ours, theirs) = (difference.ours.len() as u64, difference.theirs.len() as u64);
            count.ours += ours;
            count.theirs += theirs;
            if reason.is_some() {
                count.explained += ours + theirs;
            }
            self.found.push(Found { capture: capture.to_owned(), difference, reason });
        }
    }

    /// All values.
    pub fn total(&self) -> Count {
        self.counts.values().fold(Count::default(), |sum, count| sum.plus(*count))
    }

    /// Fields of which a value was there to compare.
    pub fn compared_fields(&self) -> usize {
        self.counts.len()
    }

    /// Differences without a reason.
    pub fn unexplained(&self) -> impl Iterator<Item = &Found> {
        self.found.iter().filter(|found| found.reason.is_none())
    }

    /// Reasons for differences that are not there.
    pub fn idle_reasons(&self) -> Vec<String> {
        let idle = self.reasons.idle(&self.captures);
        idle.iter()
            .map(|reason| format!("{} {}: {}", reason.capture, reason.field, reason.text))
            .collect()
    }

    /// Whether all is as it has to be.
    pub fn passes(&self) -> bool {
        crate::BAR <= self.total().share()
            && self.unexplained().next().is_none()
            && self.idle_reasons().is_empty()
    }

    /// By protocol in the order of the table: how many fields were compared, and the values of them all.
    pub fn protocols(&self) -> Vec<(&'static str, usize, Count)> {
        let mut protocols: Vec<(&'static str, usize, Count)> = Vec::new();
        for (row, count) in &self.counts {
            let Some(field) = self.table.field(*row) else { continue };
            match protocols.iter_mut().find(|(name, ..)| *name == field.protocol) {
                Some((_, fields, sum)) => {
                    *fields += 1;
                    *sum = sum.plus(*count);
                }
                None => protocols.push((field.protocol, 1, *count)),
            }
        }
        protocols
    }

    /// Protocols, and with `fields` every field.
    pub fn summary(&self, fields: bool) -> String {
        let mut text = String::new();
        let head = ["", "values", "agree", "ours alone", "theirs alone", "explained", "share"];
        line(&mut text, head.map(str::to_owned));
        for (protocol, _, count) in self.protocols() {
            line(&mut text, cells(protocol, count));
            for (row, count) in self.counts.iter().filter(|_| fields) {
                if let Some(field) = self.table.field(*row)
                    && field.protocol == protocol
                {
                    line(&mut text, cells(&format!("  {}", field.name()), *count));
                }
            }
        }
        line(&mut text, cells("all", self.total()));
        let _ = write!(
            text,
            "\n{} fields in {} frames of {} captures",
            self.compared_fields(),
            self.frames,
            self.captures.len()
        );
        if 0 < self.unread {
            let _ = write!(text, "; tshark gave damaged files up before {} frames", self.unread);
        }
        if 0 < self.given_up {
            let _ = write!(
                text,
                "\n{} values of ours stand where tshark gave a malformed or cut message up",
                self.given_up
            );
        }
        text.push('\n');
        text
    }

    /// By protocol as a table of Markdown.
    pub fn markdown(&self) -> String {
        let mut text = String::from("| protocol | fields | values | agree |\n|---|--:|--:|--:|\n");
        for (protocol, fields, count) in self.protocols() {
            let share = percent(count.share());
            let _ = writeln!(text, "| {protocol} | {fields} | {} | {share} |", count.all());
        }
        let total = self.total();
        let fields = self.compared_fields();
        let share = percent(total.share());
        let _ = writeln!(text, "| all | {fields} | {} | {share} |", total.all());
        text
    }

    /// Differences, one a line: all of them, or those without a reason.
    pub fn differences(&self, all: bool) -> String {
        let mut text = String::new();
        for found in &self.found {
            if !all && found.reason.is_some() {
                continue;
            }
            let Difference { frame, row, ours, theirs } = &found.difference;
            let name = self.table.field(*row).map_or("", |field| field.name());
            let _ = write!(
                text,
                "{} frame {frame} {name}: ours {} theirs {}",
                found.capture,
                shown(ours),
                shown(theirs)
            );
            if let Some(reason) = found.reason.and_then(|place| self.reasons.get(place)) {
                let _ = write!(text, " ({})", reason.text);
            }
            text.push('\n');
        }
        text
    }
}

/// At most a few values of a side.
fn shown(values: &[String]) -> String {
    const MOST: usize = 6;
    let mut text: Vec<&str> = values.iter().take(MOST).map(String::as_str).collect();
    if MOST < values.len() {
        text.push("…");
    }
    format!("[{}]", text.join(" "))
}

fn cells(name: &str, count: Count) -> [String; 7] {
    [
        name.to_owned(),
        count.all().to_string(),
        count.agree.to_string(),
        count.ours.to_string(),
        count.theirs.to_string(),
        format!("{}/{}", count.explained, count.differ()),
        percent(count.share()),
    ]
}

fn line(text: &mut String, cells: [String; 7]) {
    let [name, rest @ ..] = cells;
    let _ = write!(text, "{name:<38}");
    for cell in rest {
        let _ = write!(text, " {cell:>9}");
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
}

/// Rounded down, so that 100 % means all of them.
fn percent(share: f64) -> String {
    format!("{:.3} %", (share * 100_000.0).floor() / 1_000.0)
}
