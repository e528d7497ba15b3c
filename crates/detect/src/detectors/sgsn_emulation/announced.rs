//! Sessions of subscribers whom no registration announced.
//!
//! A device attaches before it asks for a session, so the home network hears UpdateGprsLocation (MAP) or Update-Location
//! (Diameter) first. A capture shows that only if it sees the signalling as well and began before the attach. Whether
//! it did is judged by its other sessions: nearly all of them must have been announced.

use std::net::IpAddr;
use std::time::Duration;

use event::{Capped, Diameter, Map, Subscriber, TableCount, Timestamp};

use crate::Finding;

/// Announced sessions that show that this capture sees registrations at all.
const MIN_ANNOUNCED: u64 = 5;
/// Above this share of unannounced subscribers, in percent, the capture began after the attaches.
const MAX_UNANNOUNCED_PERCENT: u64 = 20;
/// Signalling may come late through another link.
const PATIENCE: Duration = Duration::from_secs(60);
const MAX_SUBSCRIBERS: usize = 262_144;
const MAX_SOURCES: usize = 4_096;
const MAX_CANDIDATES: usize = 1_024;

/// MAP updateLocation, updateGprsLocation, sendAuthenticationInfo (TS 29.002 §17.6).
const MAP_REGISTRATIONS: [i64; 3] = [2, 23, 56];
/// S6a Update-Location and Authentication-Information (TS 29.272 §7.2.2).
const DIAMETER_REGISTRATIONS: [u32; 2] = [316, 318];

/// A session that waits for judgement.
struct Candidate {
    at: Timestamp,
    source: IpAddr,
    /// What it becomes; nothing where the source is a described node, whose sessions are only counted.
    finding: Option<Finding>,
}

pub(super) struct Announced {
    registered: Capped<Subscriber, ()>,
    /// Announced sessions of each source: a source with any is a working node.
    sources: Capped<IpAddr, u64>,
    candidates: Capped<Subscriber, Candidate>,
    /// Whose session each waiting request asked for.
    requests: Capped<u64, Subscriber>,
    announced: u64,
    unannounced: u64,
}

impl Default for Announced {
    fn default() -> Self {
        Self {
            registered: Capped::new("sgsn-emulation.registered", MAX_SUBSCRIBERS),
            sources: Capped::new("sgsn-emulation.announcers", MAX_SOURCES),
            candidates: Capped::new("sgsn-emulation.unannounced", MAX_CANDIDATES),
            requests: Capped::new("sgsn-emulation.unannounced_requests", MAX_CANDIDATES),
            announced: 0,
            unannounced: 0,
        }
    }
}

impl Announced {
    pub(super) fn map(&mut self, map: &Map) {
        if map.component.as_deref() == Some("invoke")
            && map.opcode.is_some_and(|opcode| MAP_REGISTRATIONS.contains(&opcode))
            && let Some(imsi) = map.imsi
        {
            self.register(imsi);
        }
    }

    pub(super) fn diameter(&mut self, diameter: &Diameter) {
        if diameter.request
            && DIAMETER_REGISTRATIONS.contains(&diameter.command_code)
            && let Some(imsi) = diameter.imsi
        {
            self.register(imsi);
        }
    }

    fn register(&mut self, imsi: Subscriber) {
        self.registered.insert(imsi, ());
        if let Some(waiting) = self.candidates.remove(&imsi) {
            self.unannounced = self.unannounced.saturating_sub(1);
            self.announced += 1;
            *self.sources.entry(&waiting.source, || 0).0 += 1;
        }
    }

    /// Whether the subscriber is announced.
    pub(super) fn knows(&self, imsi: Subscriber) -> bool {
        self.registered.contains(&imsi)
    }

    /// A session request; `finding` is what it becomes if nothing announced the subscriber.
    pub(super) fn requested(
        &mut self,
        imsi: Subscriber,
        source: IpAddr,
        at: Timestamp,
        finding: impl FnOnce() -> Option<Finding>,
    ) {
        if self.knows(imsi) {
            self.announced += 1;
            *self.sources.entry(&source, || 0).0 += 1;
        } else if !self.candidates.contains(&imsi) {
            self.unannounced += 1;
            let finding = finding();
            if let Some(&frame) = finding.as_ref().and_then(|finding| finding.frames.first()) {
                self.requests.insert(frame, imsi);
            }
            self.candidates.insert(imsi, Candidate { at, source, finding });
        }
    }

    /// What became of a session that waits for judgement.
    pub(super) fn answered(&mut self, request: u64, change: impl FnOnce(&mut Finding)) {
        let Some(imsi) = self.requests.remove(&request) else { return };
        let waiting = self.candidates.get_mut(&imsi).and_then(|waiting| waiting.finding.as_mut());
        if let Some(finding) = waiting {
            change(finding);
        }
    }

    fn evaluable(&self) -> bool {
        let all = self.announced + self.unannounced;
        self.announced >= MIN_ANNOUNCED && self.unannounced * 100 <= all * MAX_UNANNOUNCED_PERCENT
    }

    /// Sessions that have waited long enough, of sources that never had an announced one.
    pub(super) fn judge(&mut self, now: Timestamp, findings: &mut Vec<Finding>) {
        if !self.evaluable() {
            return;
        }
        while let Some((_, waiting)) = self.candidates.oldest() {
            if now.since(waiting.at) < PATIENCE {
                return;
            }
            let Some((imsi, waiting)) = self.candidates.pop_oldest() else { return };
            if let Some(finding) = waiting.finding
                && self.sources.peek(&waiting.source).is_none()
            {
                findings.push(finding);
                // Its next session is the same story.
                self.registered.insert(imsi, ());
            }
        }
    }

    /// Why sessions could not be judged.
    pub(super) fn missing(&self) -> Option<&'static str> {
        match (self.announced + self.unannounced, self.registered.len()) {
            (0, _) => None,
            (_, 0) => Some("no MAP UpdateGprsLocation or Diameter Update-Location in the capture"),
            _ if !self.evaluable() => Some("the capture begins after most subscribers attached"),
            _ => None,
        }
    }

    pub(super) fn tables(&self) -> [TableCount; 4] {
        [
            self.registered.count(),
            self.sources.count(),
            self.candidates.count(),
            self.requests.count(),
        ]
    }
}
