//! What must be in a message and in a group, and how long it must be at least (§7.4 to §7.5, §8.2), as data.

use crate::{Anomalies, Flaw};

use super::ie::Ie;
use super::{FIRST_OF_SESSIONS, Message};

/// Which elements of a message or group were there, in constant space.
#[derive(Debug, Default)]
pub(super) struct Seen([u64; 8]);

impl Seen {
    /// Whether it was there before.
    pub(super) fn mark(&mut self, kind: u16) -> bool {
        let bit = 1u64 << (kind & 63);
        let Some(word) = self.0.get_mut(usize::from(kind >> 6)) else { return false };
        let before = *word & bit != 0;
        *word |= bit;
        before
    }

    pub(super) fn has(&self, kind: u16) -> bool {
        self.0.get(usize::from(kind >> 6)).is_some_and(|word| *word & (1u64 << (kind & 63)) != 0)
    }
}

/// What a header may not say.
pub(super) fn header(notes: &mut Anomalies, message: &Message<'_>) {
    let kind = message.message_type;
    let at = message.whole.span_of(2);
    if super::message_name(kind).is_none() {
        notes.note(at, "pfcp.message_type", Flaw::IllegalValue(u64::from(kind)));
        return;
    }
    match message.seid {
        None if FIRST_OF_SESSIONS <= kind => notes.note(at, "pfcp.seid", Flaw::Missing),
        Some(seid) if kind < FIRST_OF_SESSIONS => {
            notes.note(at, "pfcp.seid", Flaw::IllegalValue(seid));
        }
        // A session that is changed or deleted has been given a SEID (§7.2.2.4.2).
        Some(0) if matches!(kind, 52 | 54) => notes.note(at, "pfcp.seid", Flaw::IllegalValue(0)),
        _ => {}
    }
}

/// Notes a value that is shorter than its specification says.
pub(super) fn fits(notes: &mut Anomalies, ie: Ie<'_>) {
    let (found, expected) = (ie.value.len() as u64, u64::from(least(ie.kind)));
    if found < expected {
        notes.note(ie.value.span(), "pfcp.ie_length", Flaw::Disagrees { found, expected });
    }
}

/// Mandatory elements of a message (§7.4, §7.5).
pub(super) const fn mandatory(message_type: u8) -> &'static [u16] {
    match message_type {
        // Heartbeat: Recovery Time Stamp.
        1 | 2 => &[96],
        // Answers about nodes: Node ID and Cause; the one about applications has a Cause alone.
        4 => &[19],
        5 => &[60, 96],
        6 => &[60, 19, 96],
        7 | 9 | 14 | 16 => &[60],
        8 | 10 | 13 | 15 | 17 => &[60, 19],
        12 => &[60, 101],
        // Session Establishment: Node ID, F-SEID, a rule to find packets and one to forward them.
        50 => &[60, 57, 1, 3],
        51 => &[60, 19],
        53 | 55 | 57 => &[19],
        // Session Report: its type.
        56 => &[39],
        _ => &[],
    }
}

/// Mandatory elements of a group (§7.4.4, §7.5.2 to §7.5.8).
pub(super) const fn mandatory_in(group: u16) -> &'static [u16] {
    match group {
        // Create PDR: identity, precedence, what to look for.
        1 => &[56, 29, 2],
        2 => &[20],
        // Create FAR: identity, what to do; where to.
        3 => &[108, 44],
        4 | 5 => &[42],
        6 => &[81, 62, 37],
        7 => &[109, 25],
        8 | 9 | 15 | 83 => &[56],
        10 | 16 => &[108],
        13 | 17 | 77 => &[81],
        14 | 18 => &[109],
        12 | 85 | 86 | 87 => &[88],
        51 => &[52, 53],
        54 => &[52, 53, 55],
        58 => &[24],
        59 => &[61],
        78..=80 => &[81, 104, 63],
        99 => &[21],
        102 | 187 => &[103],
        127..=130 => &[131],
        _ => &[],
    }
}

/// Least length of a value (§8.2); types that may be of any length have none.
const fn least(kind: u16) -> u16 {
    match kind {
        19
        | 20
        | 25
        | 39
        | 42
        | 44..=50
        | 53
        | 55
        | 62
        | 88
        | 95
        | 101
        | 110..=113
        | 123
        | 124
        | 131
        | 160 => 1,
        30 | 37 | 40 | 56 | 63 | 84 => 2,
        28
        | 29
        | 32
        | 33
        | 52
        | 64
        | 67
        | 69..=71
        | 74..=76
        | 81
        | 96
        | 104
        | 108
        | 109
        | 117
        | 156
        | 157 => 4,
        26 | 27 => 10,
        _ => 0,
    }
}
