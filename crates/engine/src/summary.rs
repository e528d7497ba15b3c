//! What a run found and read.

use capture::Damage;
use detect::Gap;
use event::{Alert, Element, Event, Incident, Stats, Timestamp, What};

/// The end of a run.
#[derive(Debug)]
pub struct Summary {
    /// Worst first.
    pub alerts: Vec<Alert>,
    /// Stories that the alerts make together, worst first.
    pub incidents: Vec<Incident>,
    /// Checks that could not be judged.
    pub gaps: Vec<Gap>,
    pub elements: Vec<Element>,
    pub stats: Stats,
    /// Where the input was damaged; what stood before and after it was read.
    pub damages: Vec<Damage>,
}

impl Summary {
    /// The records that close a run after its alerts: incidents, elements, statistics.
    pub fn closing_records(&self) -> impl Iterator<Item = Event> {
        let at = self.stats.last_seen.unwrap_or(Timestamp(0));
        let frame = self.stats.frames;
        let elements =
            self.elements.iter().cloned().map(|element| What::Element(Box::new(element)));
        let stats = std::iter::once(What::Stats(Box::new(self.stats.clone())));
        let closing = elements.chain(stats).map(move |what| Event::new(at, frame, None, what));
        self.incidents.iter().cloned().map(Event::from).chain(closing)
    }
}
