//! What every detection may know besides its event: the description, and who was seen being what.

use event::{Event, Timestamp};
use network::{Inventory, Network};

/// Shared, read-only memory of the detections; updated once per event, before they look at it.
#[derive(Debug, Default)]
pub struct Scene {
    pub network: Network,
    pub inventory: Inventory,
    /// Time of the first event of the run: what was before it cannot have been seen.
    pub began: Option<Timestamp>,
    pub now: Timestamp,
}

impl Scene {
    pub fn new(network: Network) -> Self {
        Self { network, ..Self::default() }
    }

    pub(crate) fn observe(&mut self, event: &Event) {
        self.began.get_or_insert(event.at);
        self.now = self.now.max(event.at);
        self.inventory.observe(event);
    }
}
