//! Conversations: counters, turns and openings of each flow, outside tunnels and inside.

mod framer;
mod recognise;
mod ssh;
mod turns;
mod watch;

use std::net::IpAddr;
use std::time::Duration;

use event::{
    Endpoints, Envelope, Event, Flow, FlowState, Handshake, Opening, TableCount, Timestamp,
    TunnelPath, Turn, What,
};

pub(crate) use recognise::udp as recognise_udp;
pub(crate) use turns::Turns;
pub(crate) use watch::{Heard, TcpWatch, TlsClient, Told};

use crate::pool::Pool;
use crate::shard::Around;
use crate::side::{Side, Sides};
use event::{Capped, Slot};

/// What makes packets one conversation. Both directions of a tunnel have different endpoint identifiers, so what counts
/// of a tunnel is the pair of nodes that it runs between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    low: (u128, u16),
    high: (u128, u16),
    outer: (u128, u128),
    /// Networks of tenants are told apart, not mirrors or the tunnels of routers: the same packets may come by two of them.
    tenant: Option<u32>,
    proto: u8,
    depth: u8,
}

impl std::hash::Hash for Key {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        // A few wide writes: this runs for every packet.
        let Self { low, high, outer, tenant, proto, depth } = self;
        for wide in [low.0, high.0] {
            state.write_u128(wide);
        }
        if *depth > 0 {
            state.write_u128(outer.0);
            state.write_u128(outer.1);
        }
        if let Some(tenant) = tenant {
            state.write_u32(*tenant);
        }
        let ports = u64::from(low.1) << 32 | u64::from(high.1) << 16;
        state.write_u64(ports | u64::from(*proto) << 8 | u64::from(*depth));
    }
}

fn wide(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(v4) => u128::from(u32::from(v4)),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

/// The tunnel of a conversation, in the direction of its client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outer {
    src: IpAddr,
    dst: IpAddr,
    teids: Sides<Option<u32>>,
    depth: u8,
}

impl Outer {
    fn path(&self) -> Option<TunnelPath> {
        let (src_ip, dest_ip, teid) = match (self.teids.client, self.teids.server) {
            (Some(teid), _) => (self.src, self.dst, teid),
            (None, Some(teid)) => (self.dst, self.src, teid),
            (None, None) => return None,
        };
        Some(TunnelPath { src_ip, dest_ip, teid, depth: self.depth, imsi: None })
    }
}

/// One conversation.
pub(crate) struct Conversation {
    pub(crate) id: u64,
    /// From the side that began.
    pub(crate) ends: Endpoints,
    pub(crate) ip_proto: u8,
    pub(crate) outer: Option<Outer>,
    /// What else was around its first packet.
    pub(crate) envelope: Option<Box<Envelope>>,
    /// Of ESP.
    pub(crate) spi: Option<u32>,
    pub(crate) start: Timestamp,
    pub(crate) last: Timestamp,
    reported: Timestamp,
    last_frame: u64,
    pub(crate) packets: Sides<u64>,
    bytes: Sides<u64>,
    payload: Sides<u64>,
    pub(crate) handshake: Handshake,
    pub(crate) fins: Sides<bool>,
    /// Initial sequence numbers of TCP.
    pub(crate) isns: Sides<Option<u32>>,
    /// Whether a side sent data at all.
    pub(crate) payload_seen: Sides<bool>,
    pub(crate) midstream: bool,
    /// Its `closed` event was given; what still comes is counted nowhere but keeps the record from beginning anew.
    pub(crate) ended: bool,
    pub(crate) app: Option<&'static str>,
    pub(crate) tls: Option<Box<TlsClient>>,
    pub(crate) dns_framed: Option<bool>,
    pub(crate) turns: Option<Box<Turns>>,
    pub(crate) tcp: Option<Box<TcpWatch>>,
    client_is_low: bool,
}

impl Conversation {
    /// Both sides spoke before.
    pub(crate) const fn is_busy(&self) -> bool {
        self.packets.client > 0 && self.packets.server > 0
    }

    /// Data of one side, in order, without what was repeated; gives an event when enough turns are waiting.
    pub(crate) fn said(
        &mut self,
        side: Side,
        at: Timestamp,
        frame: u64,
        bytes: u32,
    ) -> Option<Event> {
        *self.payload.of_mut(side) += u64::from(bytes);
        // What is read message by message is nobody's typing.
        if matches!(self.app, Some("gtp" | "gtp-u" | "dns" | "diameter")) {
            return None;
        }
        let turns = self.turns.get_or_insert_with(Box::default);
        if !turns.said(side, at, bytes) {
            return None;
        }
        let turns = turns.take(false);
        Some(self.event(FlowState::Active, at, frame, None, turns, None))
    }

    /// Payload of an envelope: what is in it is told by itself.
    pub(crate) fn carried(&mut self, side: Side, bytes: u32) {
        *self.payload.of_mut(side) += u64::from(bytes);
    }

    /// A record of where the conversation stands.
    pub(crate) fn event(
        &mut self,
        state: FlowState,
        at: Timestamp,
        frame: u64,
        opening: Option<Opening>,
        turns: Vec<Turn>,
        reason: Option<&'static str>,
    ) -> Event {
        self.reported = at;
        let (turn_count, small_turn_count) =
            self.turns.as_ref().map_or((0, 0), |turns| (turns.count, turns.small));
        let flow = Flow {
            state,
            ip_proto: self.ip_proto,
            app_proto: self.app.map(Into::into),
            ja4: self.tls.as_ref().map(|tls| tls.ja4.clone()),
            spi: self.spi,
            sni: self.tls.as_ref().and_then(|tls| tls.server_name.clone()),
            handshake: self.handshake,
            packets_to_server: self.packets.client,
            packets_to_client: self.packets.server,
            bytes_to_server: self.bytes.client,
            bytes_to_client: self.bytes.server,
            payload_to_server: self.payload.client,
            payload_to_client: self.payload.server,
            start: Some(self.start),
            opening,
            turns,
            turn_count,
            small_turn_count,
            dns_framed: self.dns_framed,
            midstream: self.midstream,
            reason: reason.map(Into::into),
            ..Flow::default()
        };
        let mut event = Event::new(at, frame, Some(self.ends), What::Flow(Box::new(flow)));
        event.flow_id = Some(self.id);
        event.path = self.path().map(Box::new);
        event.envelope.clone_from(&self.envelope);
        event
    }

    /// The tunnel around it, in the direction of the client where that was seen.
    pub(crate) fn path(&self) -> Option<TunnelPath> {
        self.outer.as_ref().and_then(Outer::path)
    }

    /// The end: what is still known goes with it.
    pub(crate) fn close(
        &mut self,
        pool: &Pool,
        at: Timestamp,
        frame: u64,
        reason: &'static str,
        out: &mut Vec<Event>,
    ) {
        if self.ended {
            return;
        }
        self.ended = true;
        let opening = self.tcp.as_mut().and_then(|tcp| tcp.take_opening());
        if let Some(mut tcp) = self.tcp.take() {
            tcp.end(pool, self, at, frame, reason, out);
        }
        let turns = self.turns.as_mut().map(|turns| turns.take(true)).unwrap_or_default();
        out.push(self.event(FlowState::Closed, at, frame, opening, turns, Some(reason)));
        self.turns = None;
    }
}

/// A packet, as far as flows care.
pub(crate) struct Packet<'a> {
    pub(crate) at: Timestamp,
    pub(crate) frame: u64,
    pub(crate) ends: Endpoints,
    pub(crate) ip_proto: u8,
    pub(crate) path: Option<TunnelPath>,
    pub(crate) around: Option<&'a Around>,
    /// Packets around this one, tunnels and envelopes.
    pub(crate) level: u8,
    pub(crate) len: u32,
    /// Which way the packet goes where the packet itself says: SYN, SYN+ACK, INIT.
    pub(crate) from: Option<Side>,
}

/// Where the packet belongs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Touched {
    pub(crate) slot: Slot,
    pub(crate) side: Side,
    pub(crate) fresh: bool,
    /// The tunnel endpoint of the other direction, when this packet made it known that the two belong together.
    pub(crate) other_teid: Option<u32>,
}

/// All conversations of a shard.
pub(crate) struct Flows {
    table: Capped<Key, Conversation>,
    idle: Duration,
    report_every: Duration,
    /// Octets that streams may still keep.
    pub(crate) pool: Pool,
    pub(crate) started: u64,
}

impl Flows {
    pub(crate) fn new(cap: usize, pool: usize, idle: Duration, report_every: Duration) -> Self {
        Self {
            table: Capped::new("flows", cap),
            idle,
            report_every,
            pool: Pool::new(pool),
            started: 0,
        }
    }

    /// Counts a packet in its conversation, which begins with it if there is none.
    pub(crate) fn touch(&mut self, packet: &Packet<'_>, out: &mut Vec<Event>) -> Touched {
        let (key, src_is_low) = key(packet);
        let found = self.table.find(&key);
        let (slot, fresh) = match found {
            Some(slot) => (slot, false),
            None => {
                let src_is_client = match packet.from {
                    Some(from) => from == Side::Client,
                    None => {
                        !recognise::is_service(packet.ends.src_port)
                            || recognise::is_service(packet.ends.dest_port)
                    }
                };
                let fresh = begin(packet, src_is_client, src_is_low == src_is_client);
                self.started += 1;
                let (slot, gone) = self.table.put(key, fresh);
                if let Some((_, mut gone)) = gone {
                    let frame = gone.last_frame;
                    gone.close(&self.pool, packet.at, frame, "evicted", out);
                }
                (slot, true)
            }
        };
        let Some(flow) = self.table.at_mut(slot) else {
            return Touched { slot, side: Side::Client, fresh: false, other_teid: None };
        };
        let side = if flow.client_is_low == src_is_low { Side::Client } else { Side::Server };
        flow.last = packet.at;
        flow.last_frame = packet.frame;
        *flow.packets.of_mut(side) += 1;
        *flow.bytes.of_mut(side) += u64::from(packet.len);
        let mut other_teid = None;
        if let (Some(outer), Some(path)) = (&mut flow.outer, &packet.path) {
            let teid = outer.teids.of_mut(side);
            if *teid != Some(path.teid) {
                *teid = Some(path.teid);
                other_teid = *outer.teids.of(side.other());
            }
        }
        if !fresh
            && !flow.ended
            && packet.at.since(flow.reported) >= self.report_every
            && flow.turns.as_ref().is_some_and(|turns| turns.is_waiting())
        {
            let turns = flow.turns.as_mut().map(|turns| turns.take(false)).unwrap_or_default();
            let event = flow.event(FlowState::Active, packet.at, packet.frame, None, turns, None);
            out.push(event);
        }
        Touched { slot, side, fresh, other_teid }
    }

    pub(crate) fn get_mut(&mut self, slot: Slot) -> Option<&mut Conversation> {
        self.table.at_mut(slot)
    }

    /// The conversation and the pool that its streams draw from.
    pub(crate) fn with_pool(&mut self, slot: Slot) -> Option<(&mut Conversation, &Pool)> {
        self.table.at_mut(slot).map(|flow| (flow, &self.pool))
    }

    /// Begins a conversation anew that a SYN reuses the addresses of.
    pub(crate) fn restart(&mut self, slot: Slot, packet: &Packet<'_>, out: &mut Vec<Event>) {
        let Some(flow) = self.table.at_mut(slot) else { return };
        let frame = flow.last_frame;
        flow.close(&self.pool, packet.at, frame, "replaced", out);
        let (_, src_is_low) = key(packet);
        *flow = begin(packet, true, src_is_low);
        flow.packets.client = 1;
        flow.bytes.client = u64::from(packet.len);
        if let (Some(outer), Some(path)) = (&mut flow.outer, &packet.path) {
            outer.teids.client = Some(path.teid);
        }
        self.started += 1;
    }

    pub(crate) fn tick(&mut self, now: Timestamp, out: &mut Vec<Event>) {
        while self.table.oldest().is_some_and(|(_, flow)| now.since(flow.last) >= self.idle) {
            self.close_oldest(now, "idle", out);
        }
    }

    pub(crate) fn finish(&mut self, now: Timestamp, out: &mut Vec<Event>) {
        while !self.table.is_empty() {
            self.close_oldest(now, "end of capture", out);
        }
    }

    pub(crate) fn count(&self) -> TableCount {
        self.table.count()
    }

    fn close_oldest(&mut self, now: Timestamp, reason: &'static str, out: &mut Vec<Event>) {
        if let Some((_, mut flow)) = self.table.pop_oldest() {
            let frame = flow.last_frame;
            flow.close(&self.pool, now, frame, reason, out);
        }
    }
}

fn key(packet: &Packet<'_>) -> (Key, bool) {
    let ends = &packet.ends;
    let (src, dst) = ((wide(ends.src_ip), ends.src_port), (wide(ends.dest_ip), ends.dest_port));
    let src_is_low = src <= dst;
    let (low, high) = if src_is_low { (src, dst) } else { (dst, src) };
    let (outer, depth) = match &packet.path {
        Some(path) => {
            let (a, b) = (wide(path.src_ip), wide(path.dest_ip));
            ((a.min(b), a.max(b)), path.depth)
        }
        None => ((0, 0), 0),
    };
    let tenant = packet.around.and_then(|around| around.tenant);
    (Key { low, high, outer, tenant, proto: packet.ip_proto, depth }, src_is_low)
}

fn begin(packet: &Packet<'_>, src_is_client: bool, client_is_low: bool) -> Conversation {
    let outer = packet.path.as_ref().map(|path| {
        let (src, dst) =
            if src_is_client { (path.src_ip, path.dest_ip) } else { (path.dest_ip, path.src_ip) };
        Outer { src, dst, teids: Sides::default(), depth: path.depth }
    });
    Conversation {
        // A frame begins at most one conversation at each level.
        id: packet.frame << 4 | u64::from(packet.level.min(15)),
        ends: if src_is_client { packet.ends } else { packet.ends.reversed() },
        ip_proto: packet.ip_proto,
        outer,
        envelope: packet.around.map(|around| Box::new(around.record())),
        spi: None,
        start: packet.at,
        last: packet.at,
        reported: packet.at,
        last_frame: packet.frame,
        packets: Sides::default(),
        bytes: Sides::default(),
        payload: Sides::default(),
        handshake: Handshake::None,
        fins: Sides::default(),
        isns: Sides::default(),
        payload_seen: Sides::default(),
        midstream: false,
        ended: false,
        app: None,
        tls: None,
        dns_framed: None,
        turns: None,
        tcp: None,
        client_is_low,
    }
}

#[cfg(test)]
mod tests {
    use std::mem::size_of;

    use super::*;

    /// The caps of the configuration are reckoned with these.
    #[test]
    fn entries_are_as_small_as_the_caps_suppose() {
        assert!(size_of::<(Key, Conversation)>() <= 512, "{}", size_of::<(Key, Conversation)>());
        assert!(size_of::<TcpWatch>() <= 640, "{}", size_of::<TcpWatch>());
        assert!(size_of::<Turns>() <= 128, "{}", size_of::<Turns>());
    }
}
