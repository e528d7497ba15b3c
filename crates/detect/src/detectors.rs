//! The list of detections: one line each.

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
pub const DETECTORS: &[Entry] = &[];

/// The detection with this id.
pub fn find(id: &str) -> Option<&'static Entry> {
    DETECTORS.iter().find(|entry| entry.card.id == id)
}
