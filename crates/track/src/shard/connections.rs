//! Connections of SCCP: which subsystem a connection was made to, and data that came in several messages.
//!
//! Spec: ITU-T Q.714 §3. A local reference is a number that one node chose; the other side's messages carry it as their
//! destination. So the node and its reference are the key, and each connection has two.

use std::net::IpAddr;

use event::{Capped, TableCount};
use wire::sccp::{Message, MessageType};
use wire::{Anomalies, Cursor, Flaw};

use super::cx::Place;
use super::ss7::Route;

/// Most octets of one message in segments (Q.711 §6.1.1.2 leaves it open; what users send is some hundred).
const MAX_MESSAGE: usize = 8_192;

/// Whose reference it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Node {
    PointCode(u32),
    Address(IpAddr),
    Unknown,
}

type Key = (Node, u32);

/// One end of a connection.
#[derive(Debug, Default)]
struct End {
    /// Subsystems that the request named.
    ssns: [Option<u8>; 2],
    /// Data to this end that is not whole yet.
    parts: Vec<u8>,
}

/// Data of a connection.
pub(crate) enum Joined<'a> {
    /// More must come.
    Pending,
    /// It was alone.
    Alone(Cursor<'a>),
    /// It is the last of several.
    Whole(Vec<u8>),
}

/// The connections of a shard.
pub(crate) struct Connections {
    table: Capped<Key, End>,
    bytes: usize,
    max_bytes: usize,
}

impl Connections {
    pub(crate) fn new(cap: usize, max_bytes: usize) -> Self {
        Self { table: Capped::new("sccp connections", cap), bytes: 0, max_bytes }
    }

    /// A message of a connection: begins it, ends it, or says whose it is. The subsystems that are known of it.
    pub(crate) fn see(
        &mut self,
        message: &Message<'_>,
        route: Option<&Route>,
        place: &Place,
    ) -> Option<[Option<u8>; 2]> {
        let (from, to) = nodes(route, place);
        let own = message.source_reference.map(|reference| (from, reference));
        let other = message.destination_reference.map(|reference| (to, reference));
        let ssns = other.and_then(|key| self.table.get(&key)).map(|end| end.ssns);
        match message.kind {
            MessageType::CR => {
                let ssn = |address: Option<wire::sccp::Address>| address.and_then(|it| it.ssn);
                let ssns = [ssn(message.called), ssn(message.calling)];
                self.begin(own?, ssns);
                Some(ssns)
            }
            MessageType::CC => {
                if let (Some(own), Some(ssns)) = (own, ssns) {
                    self.begin(own, ssns);
                }
                ssns
            }
            MessageType::CREF | MessageType::RLC => {
                for key in [own, other].into_iter().flatten() {
                    self.end(&key);
                }
                ssns
            }
            _ => ssns,
        }
    }

    /// Data of DT1 and DT2, put together where it came in several.
    pub(crate) fn data<'a>(
        &mut self,
        notes: &mut Anomalies,
        message: &Message<'_>,
        route: Option<&Route>,
        place: &Place,
        data: Cursor<'a>,
    ) -> Joined<'a> {
        let (_, to) = nodes(route, place);
        let Some(reference) = message.destination_reference else { return Joined::Alone(data) };
        let key = (to, reference);
        let waiting = self.table.get(&key).is_some_and(|end| !end.parts.is_empty());
        if !message.more_data && !waiting {
            return Joined::Alone(data);
        }
        let mut evicted = 0;
        if self.table.get(&key).is_none() {
            let gone = self.table.insert(key, End::default());
            evicted = gone.map_or(0, |(_, end)| end.parts.len());
        }
        self.bytes = self.bytes.saturating_sub(evicted);
        let Some(end) = self.table.get_mut(&key) else { return Joined::Alone(data) };
        let room = MAX_MESSAGE.saturating_sub(end.parts.len());
        if room < data.len() {
            notes.note(data.span(), "sccp.more_data", Flaw::TooMany);
        }
        let before = end.parts.len();
        end.parts.extend(data.rest().iter().take(room));
        self.bytes = self.bytes.saturating_add(end.parts.len().saturating_sub(before));
        if !message.more_data {
            let whole = std::mem::take(&mut end.parts);
            self.bytes = self.bytes.saturating_sub(whole.len());
            return Joined::Whole(whole);
        }
        while self.max_bytes < self.bytes {
            let Some((_, end)) = self.table.pop_oldest() else { break };
            self.bytes = self.bytes.saturating_sub(end.parts.len());
        }
        Joined::Pending
    }

    pub(crate) fn count(&self) -> TableCount {
        self.table.count()
    }

    fn begin(&mut self, key: Key, ssns: [Option<u8>; 2]) {
        self.end(&key);
        let gone = self.table.insert(key, End { ssns, parts: Vec::new() });
        self.bytes = self.bytes.saturating_sub(gone.map_or(0, |(_, end)| end.parts.len()));
    }

    fn end(&mut self, key: &Key) {
        if let Some(end) = self.table.remove(key) {
            self.bytes = self.bytes.saturating_sub(end.parts.len());
        }
    }
}

/// Who sent it and whom it is for: by point codes, or by addresses where there are none.
fn nodes(route: Option<&Route>, place: &Place) -> (Node, Node) {
    match (route, place.ends) {
        (Some(route), _) => (Node::PointCode(route.opc.0), Node::PointCode(route.dpc.0)),
        (None, Some(ends)) => (Node::Address(ends.src_ip), Node::Address(ends.dest_ip)),
        (None, None) => (Node::Unknown, Node::Unknown),
    }
}
