//! Segmented SCCP messages put together again.
//!
//! Spec: ITU-T Q.714 §4.1.1.2.3; Q.713 §3.17.
//!
//! Segments that overlap are noted at the segment that does; a message whose segments stop coming is told when the time
//! for it is over, as `sccp.unfinished` at its last segment: both are ways to hide an operation from a filter.

use std::time::Duration;

use event::{Anomaly, Capped, Endpoints, Event, TableCount, Timestamp, What};
use wire::sccp::{Digits, Message, Segmentation};
use wire::{Cursor, Flaw};

use super::cx::{Cx, Place};
use super::ss7::Route;

/// Segments that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    calling: Option<Digits>,
    called: Option<Digits>,
    reference: u32,
    opc: Option<u32>,
}

#[derive(Debug)]
struct Pending {
    /// By how many follow.
    parts: Vec<(u8, Vec<u8>)>,
    first: Option<u8>,
    bytes: usize,
    /// Segments lay over each other: what was put together may not be what the other side reads.
    overlap: bool,
    began: Timestamp,
    /// Where its last segment stood.
    last: Last,
}

#[derive(Clone, Copy, Debug)]
struct Last {
    at: Timestamp,
    frame: u64,
    ends: Option<Endpoints>,
    flow_id: Option<u64>,
}

/// Messages on the way.
pub(crate) struct Segments {
    table: Capped<Key, Pending>,
    bytes: usize,
    max_bytes: usize,
    idle: Duration,
}

impl Segments {
    pub(crate) fn new(cap: usize, max_bytes: usize, idle: Duration) -> Self {
        Self { table: Capped::new("sccp segments", cap), bytes: 0, max_bytes, idle }
    }

    /// Takes a segment and gives the user data when it is whole.
    pub(crate) fn add(
        &mut self,
        cx: &mut Cx<'_>,
        place: &Place,
        message: &Message<'_>,
        segmentation: Segmentation,
        route: Option<Route>,
        data: Cursor<'_>,
    ) -> Option<Vec<u8>> {
        let digits = |address: &Option<wire::sccp::Address>| {
            address.and_then(|address| address.global_title).map(|title| title.digits)
        };
        let key = Key {
            calling: digits(&message.calling),
            called: digits(&message.called),
            reference: segmentation.local_reference,
            opc: route.map(|route| route.opc.0),
        };
        let last = Last { at: cx.at, frame: cx.frame, ends: place.ends, flow_id: place.flow_id };
        let notes = &mut cx.notes;
        let slot = match self.table.find(&key) {
            Some(slot) => slot,
            None => {
                let fresh = Pending {
                    parts: Vec::new(),
                    first: None,
                    bytes: 0,
                    overlap: false,
                    began: cx.at,
                    last,
                };
                let (slot, gone) = self.table.put(key, fresh);
                self.forget(gone.map(|(_, pending)| pending));
                slot
            }
        };
        let pending = self.table.at_mut(slot)?;
        pending.last = last;
        match pending.parts.iter().find(|(remaining, _)| *remaining == segmentation.remaining) {
            Some((_, part)) => {
                // A repeated segment is nothing; another one in its place is.
                if part != data.rest() {
                    pending.overlap = true;
                    notes.note(data.span(), "sccp.segmentation", Flaw::Overlap);
                }
            }
            None => {
                pending.parts.push((segmentation.remaining, data.rest().to_vec()));
                pending.bytes += data.len();
                self.bytes += data.len();
            }
        }
        if segmentation.first {
            if pending.first.is_some_and(|first| first != segmentation.remaining) {
                pending.overlap = true;
                notes.note(data.span(), "sccp.segmentation", Flaw::Repeated);
            }
            pending.first.get_or_insert(segmentation.remaining);
        }
        let whole = pending.whole();
        if whole.is_some() {
            // Said again where the message is read, whichever segment it was.
            if pending.overlap {
                notes.note(data.span(), "sccp.segmentation", Flaw::Overlap);
            }
            let gone = self.table.take(slot);
            self.forget(gone.map(|(_, pending)| pending));
        }
        while self.bytes > self.max_bytes {
            let gone = self.table.pop_oldest();
            if gone.is_none() {
                break;
            }
            self.forget(gone.map(|(_, pending)| pending));
        }
        whole
    }

    /// Forgets what waits for too long; each gives an event.
    pub(crate) fn tick(&mut self, now: Timestamp, out: &mut Vec<Event>) {
        while self.table.oldest().is_some_and(|(_, pending)| now.since(pending.began) >= self.idle)
        {
            self.unfinished(out);
        }
    }

    /// The capture ends: what waits will not come.
    pub(crate) fn finish(&mut self, out: &mut Vec<Event>) {
        while self.table.oldest().is_some() {
            self.unfinished(out);
        }
    }

    fn unfinished(&mut self, out: &mut Vec<Event>) {
        let Some((_, pending)) = self.table.pop_oldest() else { return };
        let missing = pending.first.map(|first| {
            u64::from(first).saturating_add(1).saturating_sub(pending.parts.len() as u64)
        });
        let anomaly = Anomaly {
            layer: "sccp".into(),
            field: "sccp.unfinished".into(),
            flaw: Flaw::Missing.word().into(),
            // How many segments; unset where the first never came.
            value: missing,
            ..Anomaly::default()
        };
        let Last { at, frame, ends, flow_id } = pending.last;
        let mut event = Event::new(at, frame, ends, What::Anomaly(Box::new(anomaly)));
        event.flow_id = flow_id;
        out.push(event);
        self.forget(Some(pending));
    }

    pub(crate) fn count(&self) -> TableCount {
        self.table.count()
    }

    fn forget(&mut self, pending: Option<Pending>) {
        self.bytes = self.bytes.saturating_sub(pending.map_or(0, |pending| pending.bytes));
    }
}

impl Pending {
    fn whole(&self) -> Option<Vec<u8>> {
        let mut whole = Vec::with_capacity(self.bytes);
        for remaining in (0..=self.first?).rev() {
            let (_, part) = self.parts.iter().find(|(at, _)| *at == remaining)?;
            whole.extend_from_slice(part);
        }
        Some(whole)
    }
}
