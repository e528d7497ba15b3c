//! Why we and tshark differ, where we do.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use anyhow::{Context as _, Result, bail};

/// The reasons as people read them.
const DIFFERENCES: &str = include_str!("differences.tsv");

/// One line: which differences it explains, and why they are there.
#[derive(Clone, Debug)]
pub struct Reason {
    /// A capture, the folder that it lies in with `/*`, or `*`.
    pub capture: String,
    /// Wireshark's field, the start of several with `*`, or `*`.
    pub field: String,
    /// Empty for all frames.
    pub frames: Vec<RangeInclusive<u64>>,
    pub text: String,
}

/// All of them, and which were needed.
#[derive(Clone, Debug, Default)]
pub struct Reasons {
    list: Vec<Reason>,
    used: BTreeSet<usize>,
}

impl Reasons {
    /// The reasons of this crate.
    pub fn new() -> Result<Self> {
        Self::parse(DIFFERENCES)
    }

    fn parse(text: &str) -> Result<Self> {
        let mut list = Vec::new();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let cells: Vec<&str> = line.split('\t').collect();
            let &[capture, field, frames, text] = cells.as_slice() else {
                bail!("differences.tsv: capture, field, frames, reason: {line}");
            };
            if text.len() < 20 {
                bail!("differences.tsv: that is no reason: {line}");
            }
            let frames = ranges(frames).with_context(|| format!("differences.tsv: {line}"))?;
            list.push(Reason {
                capture: capture.into(),
                field: field.into(),
                frames,
                text: text.into(),
            });
        }
        Ok(Self { list, used: BTreeSet::new() })
    }

    /// The first reason that explains a difference.
    pub fn find(&mut self, capture: &str, field: &str, frame: u64) -> Option<usize> {
        let place = self.list.iter().position(|reason| {
            fits(&reason.capture, capture)
                && fits(&reason.field, field)
                && (reason.frames.is_empty()
                    || reason.frames.iter().any(|range| range.contains(&frame)))
        })?;
        self.used.insert(place);
        Some(place)
    }

    pub fn get(&self, place: usize) -> Option<&Reason> {
        self.list.get(place)
    }

    /// Reasons that no difference needed, of those that name one of these captures: what is about all of them need not
    /// show in some.
    pub fn idle(&self, captures: &BTreeSet<String>) -> Vec<&Reason> {
        self.list
            .iter()
            .enumerate()
            .filter(|(place, reason)| {
                !self.used.contains(place)
                    && reason.capture != "*"
                    && captures.iter().any(|capture| fits(&reason.capture, capture))
            })
            .map(|(_, reason)| reason)
            .collect()
    }
}

/// A name, or the start of it before a `*`; several are joined by `|`.
fn fits(pattern: &str, name: &str) -> bool {
    pattern.split('|').any(|pattern| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => pattern == name,
    })
}

fn ranges(text: &str) -> Result<Vec<RangeInclusive<u64>>> {
    if text == "*" {
        return Ok(Vec::new());
    }
    text.split(',')
        .map(|part| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            Ok(first.parse()?..=last.parse()?)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_explain_what_they_name() {
        let text = "a/b.pcap\tgtp.*\t3,7-9\tthe length field lies by four octets\n\
                    c.pcap\tudp.length\t*\ta checksum that nobody can check here\n";
        let mut reasons = Reasons::parse(text).unwrap();
        assert_eq!(reasons.find("a/b.pcap", "gtp.teid", 8), Some(0));
        assert_eq!(reasons.find("a/b.pcap", "gtp.teid", 6), None);
        assert_eq!(reasons.find("c.pcap", "gtp.teid", 8), None);
        let names = BTreeSet::from(["c.pcap".to_owned()]);
        assert_eq!(reasons.idle(&names).len(), 1);
        assert_eq!(reasons.find("c.pcap", "udp.length", 1), Some(1));
        assert_eq!(reasons.idle(&names).len(), 0);
    }
}
