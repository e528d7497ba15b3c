//! Both sides of a capture, frame by frame.

use std::collections::{BTreeMap, BTreeSet};

use crate::said::Said;
use crate::table::{Row, Table, Which};

/// A field of a frame in which the two sides differ: what only one of them says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// 0 where the whole capture is compared.
    pub frame: u64,
    pub row: Row,
    pub ours: Vec<String>,
    pub theirs: Vec<String>,
}

/// What came of a capture.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    pub frames: u64,
    /// Values that both sides say, by field.
    pub agree: BTreeMap<Row, u64>,
    pub differences: Vec<Difference>,
    /// Values of ours in frames in which tshark gave a malformed or cut message up.
    pub given_up: u64,
    /// Frames behind the place where tshark gave the file up.
    pub unread: u64,
}

/// Frame by frame, as far as tshark read.
pub fn compare(table: &Table, ours: Vec<(u64, Said)>, theirs: Vec<(u64, Said)>) -> Compared {
    let mut compared = Compared::default();
    let all = ours.len() as u64;
    let mut ours: BTreeMap<u64, Said> = ours.into_iter().collect();
    let mut whole: BTreeMap<Row, (BTreeSet<String>, BTreeSet<String>)> = BTreeMap::new();
    let kinds = [table.row("icmp.type"), table.row("icmpv6.type")];
    for (frame, frame_theirs) in theirs {
        compared.frames += 1;
        let ours = ours.remove(&frame).unwrap_or_default();
        let broken_off = frame_theirs.broken_off;
        let mut theirs: BTreeMap<Row, Vec<String>> = frame_theirs.by_field().into_iter().collect();
        let mut ours: BTreeMap<Row, Vec<String>> = ours.by_field().into_iter().collect();
        if is_error(&theirs, kinds) {
            // What an ICMP error quotes is of another packet. tshark lists it behind what is the frame's own.
            theirs.retain(|row, values| {
                values.truncate(ours.get(row).map_or(0, Vec::len));
                !values.is_empty()
            });
        }
        let rows: BTreeSet<Row> = ours.keys().chain(theirs.keys()).copied().collect();
        for row in rows {
            let mut ours = ours.remove(&row).unwrap_or_default();
            let mut theirs = theirs.remove(&row).unwrap_or_default();
            match table.field(row).map_or(Which::All, |field| field.which) {
                Which::All => {}
                Which::First => {
                    ours.truncate(1);
                    theirs.truncate(1);
                }
                Which::OfCapture => {
                    let (a, b) = whole.entry(row).or_default();
                    a.extend(ours);
                    b.extend(theirs);
                    continue;
                }
            }
            ours.sort_unstable();
            theirs.sort_unstable();
            let same = common(&mut ours, &mut theirs);
            *compared.agree.entry(row).or_default() += same;
            if broken_off {
                compared.given_up += ours.len() as u64;
                ours.clear();
            }
            if !ours.is_empty() || !theirs.is_empty() {
                compared.differences.push(Difference { frame, row, ours, theirs });
            }
        }
    }
    for (row, (ours, theirs)) in whole {
        let mut ours: Vec<String> = ours.into_iter().collect();
        let mut theirs: Vec<String> = theirs.into_iter().collect();
        *compared.agree.entry(row).or_default() += common(&mut ours, &mut theirs);
        if !ours.is_empty() || !theirs.is_empty() {
            compared.differences.push(Difference { frame: 0, row, ours, theirs });
        }
    }
    compared.unread = all.saturating_sub(compared.frames);
    compared
}

/// Takes what both sorted lists have out of them, and counts it.
fn common(ours: &mut Vec<String>, theirs: &mut Vec<String>) -> u64 {
    let mut same = 0;
    let mut left = std::mem::take(theirs).into_iter().peekable();
    ours.retain(|value| {
        while let Some(other) = left.next_if(|other| other < value) {
            theirs.push(other);
        }
        let found = left.next_if(|other| other == value).is_some();
        same += u64::from(found);
        !found
    });
    theirs.extend(left);
    same
}

/// Whether the frame is an ICMP message about another packet.
fn is_error(said: &BTreeMap<Row, Vec<String>>, [v4, v6]: [Option<Row>; 2]) -> bool {
    let kind = |row: Option<Row>| said.get(&row?)?.first()?.parse::<u8>().ok();
    matches!(kind(v4), Some(3 | 4 | 5 | 11 | 12)) || matches!(kind(v6), Some(1..=4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_have_is_counted_once_for_each() {
        let list = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let (mut ours, mut theirs) = (list("a b b d"), list("b b b c d"));
        assert_eq!(common(&mut ours, &mut theirs), 3);
        assert_eq!((ours, theirs), (list("a"), list("b c")));
    }
}
