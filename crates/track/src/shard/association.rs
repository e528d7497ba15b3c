//! Associations of SCTP, over however many addresses.
//!
//! Spec: RFC 9260 §4, §5.

use std::net::IpAddr;
use std::time::Duration;

use event::{
    Capped, Endpoints, Envelope, Event, Sctp, SctpState, Slot, TableCount, Timestamp, TunnelPath,
    What,
};
use smallvec::SmallVec;

use super::cx::{Around, Scope};
use super::tsn::Tsns;
use crate::entropy;
use crate::pool::Pool;
use crate::side::{Side, Sides};

/// Addresses of one side: nodes have two to four.
const MAX_ADDRESSES: usize = 16;
/// Payload protocol identifiers of one association that are listed.
const MAX_PPIDS: usize = 16;

/// Packets in a row with another tag after which an association is taken to have begun anew without being seen to.
const MAX_STRAYS: u8 = 3;

type Path = ((IpAddr, u16), (IpAddr, u16), Scope);

/// Where a packet came from, besides its own addresses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) scope: Scope,
    /// Packets around it.
    pub(crate) level: u8,
    /// The tunnel, in the direction of the client where that is known.
    pub(crate) path: Option<TunnelPath>,
    pub(crate) around: Option<Around>,
}

/// One association.
pub(crate) struct Association {
    pub(crate) id: u64,
    /// From the side that began.
    pub(crate) ends: Endpoints,
    scope: Scope,
    path: Option<TunnelPath>,
    envelope: Option<Box<Envelope>>,
    pub(crate) addresses: Sides<SmallVec<[IpAddr; 2]>>,
    /// The tag that each side chose, and that packets to it carry.
    pub(crate) tags: Sides<Option<u32>>,
    pub(crate) state: SctpState,
    pub(crate) midstream: bool,
    pub(crate) streams: Option<(u16, u16)>,
    ppids: SmallVec<[u32; 4]>,
    pub(crate) payload: Option<&'static str>,
    /// What each side sent.
    packets: Sides<u64>,
    pub(crate) data_chunks: u64,
    pub(crate) retransmitted: u64,
    /// Messages of each side that are not what they say they are; their octets, and the sum of their entropies.
    misfits: Sides<u64>,
    misfit_octets: u64,
    misfit_entropy: u64,
    pub(crate) tsns: Sides<Tsns>,
    /// A tag that does not belong here, and how many packets in a row carried it.
    strays: (u32, u8),
    pub(crate) last: Timestamp,
    pub(crate) last_frame: u64,
}

impl Association {
    /// Counts a packet of one side.
    pub(crate) fn packet(&mut self, side: Side, at: Timestamp, frame: u64) {
        *self.packets.of_mut(side) += 1;
        self.last = at;
        self.last_frame = frame;
    }

    /// Whether DATA from `side` carries another tag than the one that the other side chose (RFC 9260 §8.5).
    pub(crate) fn is_stray(&self, side: Side, tag: u32) -> bool {
        self.tags.of(side.other()).is_some_and(|expected| expected != tag)
    }

    /// Counts a packet with a tag that does not belong here; true when there were so many that the association must have
    /// begun anew.
    pub(crate) fn stray(&mut self, tag: u32) -> bool {
        let (last, count) = self.strays;
        self.strays = (tag, if last == tag { count.saturating_add(1) } else { 1 });
        self.strays.1 >= MAX_STRAYS
    }

    /// A packet had the right tag after all.
    pub(crate) const fn belongs(&mut self) {
        self.strays = (0, 0);
    }

    pub(crate) fn remove_address(&mut self, side: Side, ip: IpAddr) {
        let list = self.addresses.of_mut(side);
        // Deleting the last one is refused (RFC 5061 §5.3).
        if list.len() > 1 {
            list.retain(|known| *known != ip);
        }
    }

    /// Of a side's addresses only this one is left (RFC 5061 §4.2.2, a wildcard).
    pub(crate) fn keep_only(&mut self, side: Side, ip: IpAddr) {
        let list = self.addresses.of_mut(side);
        list.clear();
        list.push(ip);
    }

    pub(crate) fn add_address(&mut self, side: Side, ip: IpAddr) -> bool {
        let list = self.addresses.of_mut(side);
        let room = list.len() < MAX_ADDRESSES && !list.contains(&ip);
        if room {
            list.push(ip);
        }
        room
    }

    pub(crate) fn add_ppid(&mut self, ppid: u32) {
        if self.ppids.len() < MAX_PPIDS && !self.ppids.contains(&ppid) {
            self.ppids.push(ppid);
        }
    }

    /// Counts a message that is not what it says it is.
    pub(crate) fn add_misfit(&mut self, side: Side, message: &[u8]) {
        *self.misfits.of_mut(side) += 1;
        self.misfit_octets += message.len() as u64;
        self.misfit_entropy += u64::from(entropy::centibits(message));
    }

    /// Which side a packet came from.
    pub(crate) fn side(&self, ends: &Endpoints, tag: u32) -> Side {
        let client =
            ends.src_port == self.ends.src_port && self.addresses.client.contains(&ends.src_ip);
        let server =
            ends.src_port == self.ends.dest_port && self.addresses.server.contains(&ends.src_ip);
        match (client, server) {
            (true, false) => Side::Client,
            (false, true) => Side::Server,
            _ if self.tags.server == Some(tag) => Side::Client,
            _ if self.tags.client == Some(tag) => Side::Server,
            _ if ends.src_port == self.ends.src_port => Side::Client,
            _ => Side::Server,
        }
    }

    pub(crate) fn event(
        &self,
        state: SctpState,
        at: Timestamp,
        frame: u64,
        reason: Option<&'static str>,
    ) -> Event {
        let sctp = Sctp {
            state,
            association: self.id,
            src_addresses: self.addresses.client.to_vec(),
            dest_addresses: self.addresses.server.to_vec(),
            outbound_streams: self.streams.map(|(outbound, _)| outbound),
            inbound_streams: self.streams.map(|(_, inbound)| inbound),
            ppids: self.ppids.to_vec(),
            payload: self.payload.map(Into::into),
            packets: self.packets.client + self.packets.server,
            data_chunks: self.data_chunks,
            tsn_seen: self.tsns.client.seen + self.tsns.server.seen,
            tsn_expected: self.tsns.client.expected + self.tsns.server.expected,
            tsn_seen_from_src: self.tsns.client.seen,
            tsn_expected_from_src: self.tsns.client.expected,
            tsn_seen_from_dest: self.tsns.server.seen,
            tsn_expected_from_dest: self.tsns.server.expected,
            misfits_from_src: self.misfits.client,
            misfits_from_dest: self.misfits.server,
            misfit_octets: self.misfit_octets,
            misfit_entropy: self
                .misfit_entropy
                .checked_div(self.misfits.client + self.misfits.server)
                .and_then(|mean| u16::try_from(mean).ok()),
            retransmitted: self.retransmitted,
            reason: reason.map(Into::into),
            midstream: self.midstream,
            one_way: state == SctpState::Closed
                && (self.packets.client == 0 || self.packets.server == 0),
        };
        let mut event = Event::new(at, frame, Some(self.ends), What::Sctp(Box::new(sctp)));
        event.flow_id = Some(self.id);
        event.path = self.path.map(Box::new);
        event.envelope.clone_from(&self.envelope);
        event
    }
}

/// All associations of a shard.
pub(crate) struct Associations {
    table: Capped<u64, Association>,
    paths: Capped<Path, u64>,
    /// By ports and the verification tag of one direction: how a path that was never seen finds its association.
    tags: Capped<(u16, u16, u32), u64>,
    pub(crate) pool: Pool,
    idle: Duration,
    seen: u64,
    expected: u64,
}

impl Associations {
    pub(crate) fn new(cap: usize, pool: usize, idle: Duration) -> Self {
        Self {
            table: Capped::new("associations", cap),
            paths: Capped::new("association paths", cap.saturating_mul(4)),
            tags: Capped::new("association tags", cap.saturating_mul(2)),
            pool: Pool::new(pool),
            idle,
            seen: 0,
            expected: 0,
        }
    }

    /// The association of a packet.
    pub(crate) fn find(&mut self, ends: &Endpoints, scope: Scope, tag: u32) -> Option<Slot> {
        let path = path(ends, scope);
        if let Some(id) = self.paths.get(&path).copied()
            && let Some(slot) = self.table.find(&id)
        {
            return Some(slot);
        }
        if tag == 0 {
            return None;
        }
        let id = self.tags.get(&(ends.src_port, ends.dest_port, tag)).copied()?;
        let slot = self.table.find(&id)?;
        let association = self.table.at_mut(slot)?;
        // Tags are numbers that anybody may choose: one of the two addresses must be known too. Where INIT was not seen
        // nobody told the addresses, and the planes of a signalling network have none in common.
        let known = |ip: &IpAddr| {
            association.addresses.client.contains(ip) || association.addresses.server.contains(ip)
        };
        let known = known(&ends.src_ip) || known(&ends.dest_ip) || association.midstream;
        if association.scope != scope || !known {
            return None;
        }
        let side = association.side(ends, tag);
        association.add_address(side, ends.src_ip);
        association.add_address(side.other(), ends.dest_ip);
        self.paths.insert(path, id);
        Some(slot)
    }

    /// The attempt that an INIT repeats, by another path perhaps.
    pub(crate) fn attempted(
        &mut self,
        ends: &Endpoints,
        scope: Scope,
        initiate_tag: u32,
    ) -> Option<Slot> {
        let id = self.tags.get(&(ends.dest_port, ends.src_port, initiate_tag)).copied()?;
        let slot = self.table.find(&id)?;
        let association = self.table.at_mut(slot)?;
        let same = association.scope == scope
            && association.tags.client == Some(initiate_tag)
            && (association.addresses.client.contains(&ends.src_ip)
                || association.addresses.server.contains(&ends.dest_ip));
        if !same {
            return None;
        }
        association.add_address(Side::Client, ends.src_ip);
        association.add_address(Side::Server, ends.dest_ip);
        self.paths.insert(path(ends, scope), id);
        Some(slot)
    }

    /// A new association; one of the same path is forgotten, without an event.
    pub(crate) fn begin(
        &mut self,
        frame: u64,
        at: Timestamp,
        ends: Endpoints,
        origin: &Origin,
        out: &mut Vec<Event>,
    ) -> Slot {
        // As the flow that begins with the same packet.
        let id = frame << 4 | u64::from(origin.level.min(15));
        let association = Association {
            id,
            ends,
            scope: origin.scope,
            path: origin.path,
            envelope: origin.around.map(|around| Box::new(around.record())),
            addresses: Sides {
                client: SmallVec::from_slice(&[ends.src_ip]),
                server: SmallVec::from_slice(&[ends.dest_ip]),
            },
            tags: Sides::default(),
            state: SctpState::Init,
            midstream: false,
            streams: None,
            ppids: SmallVec::new(),
            payload: None,
            packets: Sides::default(),
            data_chunks: 0,
            retransmitted: 0,
            misfits: Sides::default(),
            misfit_octets: 0,
            misfit_entropy: 0,
            tsns: Sides::default(),
            strays: (0, 0),
            last: at,
            last_frame: frame,
        };
        self.paths.insert(path(&ends, origin.scope), id);
        let (slot, gone) = self.table.put(id, association);
        if let Some((_, mut gone)) = gone {
            self.close(&mut gone, at, "evicted", out);
        }
        slot
    }

    pub(crate) fn get_mut(&mut self, slot: Slot) -> Option<&mut Association> {
        self.table.at_mut(slot)
    }

    /// The association and the pool that its pieces draw from.
    pub(crate) fn with_pool(&mut self, slot: Slot) -> Option<(&mut Association, &Pool)> {
        self.table.at_mut(slot).map(|association| (association, &self.pool))
    }

    /// A tag is known: packets to `side` carry it, whatever addresses they take.
    pub(crate) fn add_tag(&mut self, slot: Slot, side: Side, tag: u32) {
        let Some(association) = self.table.at_mut(slot) else { return };
        *association.tags.of_mut(side) = Some(tag);
        let Endpoints { src_port, dest_port, .. } = association.ends;
        let ports = match side {
            Side::Client => (dest_port, src_port),
            Side::Server => (src_port, dest_port),
        };
        self.tags.insert((ports.0, ports.1, tag), association.id);
    }

    /// Ends an association and forgets it.
    pub(crate) fn end(
        &mut self,
        slot: Slot,
        at: Timestamp,
        reason: &'static str,
        out: &mut Vec<Event>,
    ) {
        if let Some((_, mut gone)) = self.table.take(slot) {
            self.close(&mut gone, at, reason, out);
        }
    }

    pub(crate) fn tick(&mut self, now: Timestamp, out: &mut Vec<Event>) {
        while self
            .table
            .oldest()
            .is_some_and(|(_, association)| now.since(association.last) >= self.idle)
        {
            if let Some((_, mut gone)) = self.table.pop_oldest() {
                self.close(&mut gone, now, "idle", out);
            }
        }
    }

    pub(crate) fn finish(&mut self, now: Timestamp, out: &mut Vec<Event>) {
        while let Some((_, mut gone)) = self.table.pop_oldest() {
            self.close(&mut gone, now, "end of capture", out);
        }
    }

    /// DATA seen, and how much there was.
    pub(crate) fn coverage(&self) -> (u64, u64) {
        let mut sum = (self.seen, self.expected);
        for association in self.table.values() {
            for tsns in [&association.tsns.client, &association.tsns.server] {
                sum.0 += tsns.seen;
                sum.1 += tsns.expected;
            }
        }
        sum
    }

    pub(crate) fn count(&self) -> TableCount {
        self.table.count()
    }

    fn close(
        &mut self,
        gone: &mut Association,
        at: Timestamp,
        reason: &'static str,
        out: &mut Vec<Event>,
    ) {
        for tsns in [&mut gone.tsns.client, &mut gone.tsns.server] {
            tsns.end(&self.pool);
            self.seen += tsns.seen;
            self.expected += tsns.expected;
        }
        // An attempt that was refused has its event, and one that nobody answered had its own.
        if gone.state == SctpState::Established {
            out.push(gone.event(SctpState::Closed, at, gone.last_frame, Some(reason)));
        }
    }
}

fn path(ends: &Endpoints, scope: Scope) -> Path {
    let (a, b) = ((ends.src_ip, ends.src_port), (ends.dest_ip, ends.dest_port));
    (a.min(b), a.max(b), scope)
}
