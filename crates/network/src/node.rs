//! One node as the traffic shows it: bounded, whatever it sends.

use std::net::IpAddr;

use event::{Name, Timestamp};

use crate::{Role, Roles};

/// Peers of one node that are told apart; more are not counted.
const MAX_PEERS: usize = 256;
const MAX_PROTOCOLS: usize = 16;

/// Names of protocols that we write ourselves: they cost nothing to keep.
const WORDS: [&str; 21] = [
    "gtp", "gtp-u", "diameter", "dns", "icmp", "ssh", "sctp", "m3ua", "m2pa", "m2ua", "sua",
    "sccp", "tcap", "map", "cap", "inap", "unknown", "tcp", "udp", "tls", "http",
];

/// The name of a protocol, looked up once for all nodes that speak it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word<'a> {
    text: &'a str,
    /// Its bit, if it is one of [`WORDS`].
    bit: u32,
}

impl<'a> Word<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let place = WORDS.iter().position(|word| *word == text);
        Self { text, bit: place.map_or(0, |place| 1 << place) }
    }

    fn name(self) -> Name {
        match WORDS.iter().find(|word| **word == self.text) {
            Some(word) => Name::Borrowed(word),
            None => Name::Owned(self.text.to_owned()),
        }
    }
}

/// What is known of a node.
#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    pub(crate) roles: Roles,
    /// Why each role is believed and in which frame it first was, in the order in which roles were learned.
    pub(crate) reasons: Vec<(Role, &'static str, u64)>,
    pub(crate) protocols: Vec<Name>,
    /// Which of [`WORDS`] need no second look: they are kept, or there was no room for them.
    settled: u32,
    /// Hashes of its peers, ascending, and the one met last.
    peers: Vec<u32>,
    last_peer: Option<u32>,
    /// Messages it sent.
    pub(crate) messages: u64,
    pub(crate) first_seen: Timestamp,
    pub(crate) last_seen: Timestamp,
}

impl Node {
    pub(crate) fn new(at: Timestamp) -> Self {
        Self { first_seen: at, last_seen: at, ..Self::default() }
    }

    pub(crate) fn seen(&mut self, at: Timestamp) {
        self.first_seen = self.first_seen.min(at);
        self.last_seen = self.last_seen.max(at);
    }

    pub(crate) fn plays(&mut self, role: Role, because: &'static str, frame: u64) {
        if !self.roles.has(role) {
            self.roles.add(role);
            self.reasons.push((role, because, frame));
        }
    }

    pub(crate) fn speaks(&mut self, word: Word<'_>) {
        if self.settled & word.bit != 0 {
            return;
        }
        self.settled |= word.bit;
        if self.protocols.len() < MAX_PROTOCOLS && !self.protocols.iter().any(|p| p == word.text) {
            self.protocols.push(word.name());
            self.protocols.sort();
        }
    }

    /// Notes a peer. `budget` is what all nodes together may still keep.
    pub(crate) fn meets(&mut self, peer: u32, budget: &mut usize) {
        if self.last_peer == Some(peer) {
            return;
        }
        if let Err(at) = self.peers.binary_search(&peer) {
            if self.peers.len() >= MAX_PEERS || *budget == 0 {
                return;
            }
            self.peers.insert(at, peer);
            *budget -= 1;
        }
        self.last_peer = Some(peer);
    }

    /// Hashes of its peers, ascending.
    pub(crate) fn peer_hashes(&self) -> &[u32] {
        &self.peers
    }

    pub(crate) const fn peers(&self) -> usize {
        self.peers.len()
    }

    /// Roles in their order with the reason for each, as records carry them.
    pub(crate) fn roles_and_evidence(&self) -> (Vec<Name>, Vec<String>) {
        let mut reasons = self.reasons.clone();
        reasons.sort_unstable();
        reasons
            .into_iter()
            .map(|(role, why, frame)| (Name::from(role.name()), format!("{why} (frame {frame})")))
            .unzip()
    }
}

/// A hash that is the same in every run (FNV-1a, 32 bits); peers are counted with it and nothing is looked up.
pub(crate) fn stable_hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

pub(crate) fn hash_of(ip: IpAddr) -> u32 {
    match ip {
        IpAddr::V4(ip) => stable_hash(&ip.octets()),
        IpAddr::V6(ip) => stable_hash(&ip.octets()),
    }
}
