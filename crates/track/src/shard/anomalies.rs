//! Defects that the parsers noted become events: each once between two hosts, then only counted.

use std::net::{IpAddr, Ipv4Addr};

use event::{Anomaly, Capped, TableCount, What};
use wire::Flaw;

use super::Shard;
use super::cx::{Cx, Place};

/// What was reported already.
pub(crate) struct Reported {
    table: Capped<(&'static str, IpAddr, IpAddr), ()>,
}

impl Reported {
    pub(crate) fn new(cap: usize) -> Self {
        Self { table: Capped::new("anomalies reported", cap) }
    }

    /// Whether this is the first time.
    fn first(&mut self, field: &'static str, place: &Place) -> bool {
        const NONE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let (src, dst) = place.ends.map_or((NONE, NONE), |ends| (ends.src_ip, ends.dest_ip));
        let mut first = false;
        self.table.entry(&(field, src, dst), || first = true);
        first
    }

    pub(crate) fn count(&self) -> TableCount {
        self.table.count()
    }
}

impl Shard {
    /// Turns what was noted so far into events at this place.
    #[inline]
    pub(crate) fn report(&mut self, cx: &mut Cx<'_>, place: &Place) {
        if !cx.notes.is_empty() {
            self.report_notes(cx, place);
        }
    }

    #[cold]
    fn report_notes(&mut self, cx: &mut Cx<'_>, place: &Place) {
        let notes = std::mem::take(&mut cx.notes);
        for note in notes.as_slice() {
            // What the capture cut off is not missing on the wire.
            if cx.snapped && matches!(note.flaw, Flaw::Truncated { .. } | Flaw::Missing) {
                continue;
            }
            *self.counters.anomalies.entry(note.field).or_default() += 1;
            // A beacon is counted by its repetition, so each one is told.
            let beacon = note.field == "tcp.urgent_pointer";
            if !beacon && !self.reported.first(note.field, place) {
                continue;
            }
            let layer = note.field.split('.').next().unwrap_or(note.field);
            let anomaly = Anomaly {
                layer: layer.into(),
                field: note.field.into(),
                flaw: note.flaw.word().into(),
                value: note.flaw.value(),
                offset: cx.in_frame.then_some(note.at.start),
                data: None,
                busy: place.busy,
            };
            cx.emit(place, What::Anomaly(Box::new(anomaly)));
        }
        cx.notes = notes;
        cx.notes.clear();
    }
}
