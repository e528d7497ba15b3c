//! What goes along with a frame on its way through the layers.

use event::{Endpoints, Event, Timestamp, TunnelPath, What};
use wire::Anomalies;

/// The frame that is being read.
pub(crate) struct Cx<'o> {
    pub(crate) frame: u64,
    pub(crate) at: Timestamp,
    /// The capture cut the frame.
    pub(crate) snapped: bool,
    /// What is read stands in the frame itself, so that offsets are offsets in the frame.
    pub(crate) in_frame: bool,
    /// Envelopes around what is read: IP in IP, GRE.
    pub(crate) envelopes: u8,
    pub(crate) notes: Anomalies,
    pub(crate) out: &'o mut Vec<Event>,
}

/// Between whom, and in which tunnel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) ends: Option<Endpoints>,
    pub(crate) path: Option<TunnelPath>,
    pub(crate) flow_id: Option<u64>,
    /// Both sides spoke before.
    pub(crate) busy: bool,
}

impl Place {
    /// Below IP, or beside it.
    pub(crate) const NOWHERE: Self = Self { ends: None, path: None, flow_id: None, busy: false };

    pub(crate) const fn of(ends: Endpoints, path: Option<TunnelPath>) -> Self {
        Self { ends: Some(ends), path, flow_id: None, busy: false }
    }
}

impl Cx<'_> {
    pub(crate) fn emit(&mut self, place: &Place, what: What) {
        let mut event = Event::new(self.at, self.frame, place.ends, what);
        event.flow_id = place.flow_id;
        event.path = place.path.map(Box::new);
        self.out.push(event);
    }
}
