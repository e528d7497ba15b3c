//! The list of detections: one line each.

mod address_in_data;
mod icmp_knock;
mod sides;
mod tunnel_to_core;

use crate::{Card, Detector};

/// A detection in the list: its card, and how to make one.
#[derive(Clone, Copy)]
pub struct Entry {
    pub card: &'static Card,
    pub make: fn() -> Box<dyn Detector>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.card.id)
    }
}

/// Every detection, in the order of the list in the manual.
pub const DETECTORS: &[Entry] = &[
    entry::<icmp_knock::IcmpKnock>(&icmp_knock::CARD),
    entry::<tunnel_to_core::TunnelToCore>(&tunnel_to_core::CARD),
];

const fn entry<D: Detector + Default + 'static>(card: &'static Card) -> Entry {
    Entry { card, make: make::<D> }
}

fn make<D: Detector + Default + 'static>() -> Box<dyn Detector> {
    Box::new(D::default())
}

/// The detection with this id.
pub fn find(id: &str) -> Option<&'static Entry> {
    DETECTORS.iter().find(|entry| entry.card.id == id)
}
