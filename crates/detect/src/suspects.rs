//! Sessions that a detection has already called suspect, for detections that look at what such a session carries.

use std::net::IpAddr;

use event::{Capped, Level, TableCount};

use crate::Finding;

/// Detections whose findings make a session suspect; their findings stand on the frame of the request and name the
/// peer that sent it as the source.
const ABOUT_SESSIONS: [&str; 2] = ["sgsn-emulation", "rogue-gtp-peer"];
/// An emulator walks through a few identities; this many suspect requests are a flood of their own.
const MAX_SESSIONS: usize = 16_384;
const MAX_PEERS: usize = 4_096;

/// Why a session or peer is suspect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspicion {
    pub detection: &'static str,
    pub check: &'static str,
    /// Frame of the request.
    pub frame: u64,
}

/// Suspect sessions by the frame of their request, and the peers that asked for them.
#[derive(Debug)]
pub struct Suspects {
    sessions: Capped<u64, Suspicion>,
    peers: Capped<IpAddr, Suspicion>,
}

impl Default for Suspects {
    fn default() -> Self {
        Self {
            sessions: Capped::new("detect.suspect_sessions", MAX_SESSIONS),
            peers: Capped::new("detect.suspect_peers", MAX_PEERS),
        }
    }
}

impl Suspects {
    /// Takes note of a finding about a session. Below high it is a doubt and no suspicion.
    pub(crate) fn remember(&mut self, finding: &Finding) {
        if finding.level < Level::High || !ABOUT_SESSIONS.contains(&finding.detection) {
            return;
        }
        let (detection, check) = (finding.detection, finding.check);
        for &frame in &finding.frames {
            self.sessions.entry(&frame, || Suspicion { detection, check, frame });
        }
        if let (Some(ends), Some(&frame)) = (finding.ends, finding.frames.first()) {
            self.peers.entry(&ends.src_ip, || Suspicion { detection, check, frame });
        }
    }

    /// The session that the request in this frame asked for.
    pub fn session(&self, request_frame: u64) -> Option<Suspicion> {
        self.sessions.peek(&request_frame).copied()
    }

    /// A peer that asked for a suspect session.
    pub fn peer(&self, ip: IpAddr) -> Option<Suspicion> {
        self.peers.peek(&ip).copied()
    }

    /// The tables kept.
    pub fn tables(&self) -> [TableCount; 2] {
        [self.sessions.count(), self.peers.count()]
    }
}
