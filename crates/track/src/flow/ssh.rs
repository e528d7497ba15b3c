//! An SSH session from outside: its banners and offers, and what the size and rhythm of the encrypted part suggest.
//!
//! Spec: RFC 4253 (transport), RFC 4252 (authentication).

use std::time::Duration;

use event::{Ssh, SshOutcome, SshState, Timestamp};
use wire::{Anomalies, Cursor};

use crate::pool::Pool;
use crate::side::{Side, Sides};

/// Octets of one side that are kept until its keys are in use: a KEXINIT of 35,000 octets must be accepted (RFC 4253 §6.1).
const MAX_CLEAR: usize = 40_000;
/// Direction changes of an authentication that fails: service, "none", and the usual limit of six tries, with slack.
const REFUSED_TURNS: u32 = 20;
/// Octets that six refused tries with keys and passwords need at most, as OpenSSH sends them.
const REFUSED_TO_SERVER: u64 = 2_500;
const REFUSED_TO_CLIENT: u64 = 3_000;
/// Who has not logged in by then is sent away (LoginGraceTime of OpenSSH is 120 s).
const GRACE: Duration = Duration::from_secs(150);
/// A refusal is some 60 octets. A longer answer after the fourth turn (service, first method and a login banner before it)
/// is what comes after success: host keys, a prompt, output.
const LATE_ANSWER: u64 = 300;
const EARLY_TURNS: u32 = 4;

#[derive(Debug, Default)]
struct Half {
    clear: Vec<u8>,
    banner: Option<String>,
    hassh: Option<String>,
    encrypted: bool,
    /// Encrypted octets.
    bytes: u64,
}

/// One session.
#[derive(Debug)]
pub(crate) struct SshWatch {
    halves: Sides<Half>,
    opened: bool,
    start: Timestamp,
    last: Timestamp,
    turns: u32,
    speaker: Option<Side>,
    turn_bytes: u64,
    late_answer: bool,
}

impl SshWatch {
    pub(crate) fn new(start: Timestamp) -> Self {
        Self {
            halves: Sides::default(),
            opened: false,
            start,
            last: start,
            turns: 0,
            speaker: None,
            turn_bytes: 0,
            late_answer: false,
        }
    }

    /// Octets in order; true when the session has just become known.
    pub(crate) fn said(&mut self, pool: &Pool, side: Side, at: Timestamp, data: &[u8]) -> bool {
        self.last = at;
        let half = self.halves.of_mut(side);
        if half.encrypted {
            self.encrypted(side, data.len() as u64);
            return false;
        }
        if half.clear.len() + data.len() > MAX_CLEAR || !pool.take(data.len()) {
            self.lost(pool, side);
            return false;
        }
        half.clear.extend_from_slice(data);
        let held = half.clear.len();
        let rest = half.read(side);
        if half.encrypted {
            half.clear = Vec::new();
        }
        pool.give(held - half.clear.len());
        if rest > 0 {
            self.encrypted(side, rest);
        }
        !self.opened && self.is_known() && self.open()
    }

    /// Octets are missing: whatever follows is counted as encrypted, which most of a session is.
    pub(crate) fn lost(&mut self, pool: &Pool, side: Side) {
        let half = self.halves.of_mut(side);
        pool.give(half.clear.len());
        half.clear = Vec::new();
        half.encrypted = true;
    }

    /// Gives what is still kept back to the pool; true when the session was never told of.
    pub(crate) fn end(&mut self, pool: &Pool) -> bool {
        pool.give(self.halves.client.clear.len() + self.halves.server.clear.len());
        !self.opened && self.open()
    }

    pub(crate) fn record(&self, state: SshState, reason: Option<&'static str>) -> Ssh {
        let Sides { client, server } = &self.halves;
        let closed = state == SshState::Closed;
        Ssh {
            state,
            client: client.banner.clone(),
            server: server.banner.clone(),
            hassh: client.hassh.clone(),
            hassh_server: server.hassh.clone(),
            outcome: if closed { self.outcome(reason) } else { None },
            bytes_to_server: client.bytes,
            bytes_to_client: server.bytes,
            turns: self.turns,
            duration_us: u64::try_from(self.last.since(self.start).as_micros()).unwrap_or(u64::MAX),
            start: Some(self.start),
            reason: reason.map(Into::into),
        }
    }

    fn is_known(&self) -> bool {
        let Sides { client, server } = &self.halves;
        client.banner.is_some()
            && server.banner.is_some()
            && [client, server].iter().all(|half| half.hassh.is_some() || half.encrypted)
    }

    const fn open(&mut self) -> bool {
        self.opened = true;
        true
    }

    fn encrypted(&mut self, side: Side, bytes: u64) {
        self.halves.of_mut(side).bytes += bytes;
        if self.speaker == Some(side) {
            self.turn_bytes += bytes;
        } else {
            self.turns = self.turns.saturating_add(1);
            self.speaker = Some(side);
            self.turn_bytes = bytes;
        }
        self.late_answer |=
            side == Side::Server && self.turns > EARLY_TURNS && self.turn_bytes > LATE_ANSWER;
    }

    fn outcome(&self, reason: Option<&'static str>) -> Option<SshOutcome> {
        let Sides { client, server } = &self.halves;
        let more = self.turns > REFUSED_TURNS
            || client.bytes > REFUSED_TO_SERVER
            || server.bytes > REFUSED_TO_CLIENT
            || self.late_answer
            || (client.bytes > 0 && self.last.since(self.start) > GRACE);
        match reason {
            _ if more => Some(SshOutcome::Accepted),
            // It may go on where nobody looks.
            Some("evicted" | "end of capture") => None,
            _ if client.bytes == 0 => Some(SshOutcome::NoAuthentication),
            _ => Some(SshOutcome::Refused),
        }
    }
}

impl Half {
    /// Reads banner and packets as far as they are there; gives the number of octets behind NEWKEYS.
    fn read(&mut self, side: Side) -> u64 {
        let mut skip = 0;
        if self.banner.is_none() {
            match wire::ssh::banner(&self.clear) {
                wire::ssh::Opening::Banner(banner) => {
                    skip = banner.end;
                    let mut text = banner.text();
                    // RFC 4253 §4.2 allows 255.
                    text.truncate(255);
                    self.banner = Some(text);
                }
                wire::ssh::Opening::More => return 0,
                wire::ssh::Opening::No => {
                    self.encrypted = true;
                    return 0;
                }
            }
        }
        self.clear.drain(..skip.min(self.clear.len()));
        let mut cur = Cursor::new(&self.clear);
        let mut notes = Anomalies::default();
        loop {
            match wire::ssh::packet(&mut cur) {
                wire::ssh::Framing::Packet(packet) => match packet.message {
                    wire::ssh::MSG_KEXINIT => {
                        let mut payload = packet.payload;
                        if let Ok(offers) = wire::ssh::kex_init(&mut notes, &mut payload) {
                            self.hassh = Some(match side {
                                Side::Client => offers.hassh(),
                                Side::Server => offers.hassh_server(),
                            });
                        }
                    }
                    wire::ssh::MSG_NEWKEYS => {
                        self.encrypted = true;
                        return cur.len() as u64;
                    }
                    _ => {}
                },
                wire::ssh::Framing::More => break,
                wire::ssh::Framing::Lost => {
                    self.encrypted = true;
                    return cur.len() as u64;
                }
            }
        }
        let read = self.clear.len() - cur.len();
        self.clear.drain(..read);
        0
    }
}
