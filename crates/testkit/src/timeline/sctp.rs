//! An SCTP association with right tags and sequence numbers.

use std::net::{IpAddr, SocketAddr};

use rand::Rng;

use super::{Side, Timeline};
use crate::frame::sctp;

/// An association; index 0 of the pairs is the side that asked for it.
#[derive(Clone, Debug)]
pub struct Association {
    pub client: SocketAddr,
    pub server: SocketAddr,
    /// Tag that each side wants to see in packets to it.
    pub tags: [u32; 2],
    pub tsn: [u32; 2],
    ssn: [[u16; 8]; 2],
}

impl Association {
    /// State made up, with no packet sent.
    pub fn new(tl: &mut Timeline, client: SocketAddr, server: SocketAddr) -> Self {
        Self {
            client,
            server,
            tags: [tl.rng.random(), tl.rng.random()],
            tsn: [tl.rng.random(), tl.rng.random()],
            ssn: [[0; 8]; 2],
        }
    }

    /// The handshake of four packets.
    pub fn open(tl: &mut Timeline, client: SocketAddr, server: SocketAddr) -> Self {
        Self::open_multihomed(tl, client, server, &[], &[])
    }

    /// The same, each side naming further addresses.
    pub fn open_multihomed(
        tl: &mut Timeline,
        client: SocketAddr,
        server: SocketAddr,
        client_also: &[IpAddr],
        server_also: &[IpAddr],
    ) -> Self {
        let new = Self::new(tl, client, server);
        let mut cookie = [0; 64];
        tl.rng.fill(&mut cookie);
        let init = sctp::init(new.tags[0], new.tsn[0], 8, client_also);
        tl.packet(&sctp::packet(client, server, 0, &[init]));
        tl.wait_ms(6);
        let ack = sctp::init_ack(new.tags[1], new.tsn[1], 8, server_also, &cookie);
        new.chunks(tl, Side::Server, &[ack]);
        tl.wait_ms(6);
        new.chunks(tl, Side::Client, &[sctp::cookie_echo(&cookie)]);
        tl.wait_ms(6);
        new.chunks(tl, Side::Server, &[sctp::cookie_ack()]);
        tl.wait_ms(6);
        new
    }

    /// An INIT that meets an ABORT.
    pub fn refused(tl: &mut Timeline, client: SocketAddr, server: SocketAddr) {
        let mut new = Self::new(tl, client, server);
        tl.packet(&sctp::packet(client, server, 0, &[sctp::init(new.tags[0], new.tsn[0], 8, &[])]));
        tl.wait_ms(6);
        // The ABORT that answers an INIT carries the tag of that INIT.
        new.tags[1] = 0;
        new.chunks(tl, Side::Server, &[sctp::abort(None)]);
    }

    /// An INIT that nobody answers.
    pub fn unanswered(tl: &mut Timeline, client: SocketAddr, server: SocketAddr) {
        let new = Self::new(tl, client, server);
        tl.packet(&sctp::packet(client, server, 0, &[sctp::init(new.tags[0], new.tsn[0], 8, &[])]));
    }

    /// One packet of these chunks.
    pub fn chunks(&self, tl: &mut Timeline, side: Side, chunks: &[Vec<u8>]) {
        let (src, dst, tag) = match side {
            Side::Client => (self.client, self.server, self.tags[1]),
            Side::Server => (self.server, self.client, self.tags[0]),
        };
        tl.packet(&sctp::packet(src, dst, tag, chunks));
    }

    fn data(&mut self, side: Side, stream: u16, ppid: u32, part: Part<'_>) -> Vec<u8> {
        let own = side as usize;
        let ssn = &mut self.ssn[own][usize::from(stream % 8)];
        let chunk = sctp::data(&sctp::Data {
            tsn: self.tsn[own],
            stream,
            ssn: *ssn,
            ppid,
            begin: part.begin,
            end: part.end,
            payload: part.payload,
        });
        self.tsn[own] = self.tsn[own].wrapping_add(1);
        *ssn = ssn.wrapping_add(u16::from(part.end));
        chunk
    }

    fn acknowledge(&self, tl: &mut Timeline, side: Side) {
        tl.wait_ms(2);
        let last = self.tsn[side.other() as usize].wrapping_sub(1);
        self.chunks(tl, side, &[sctp::sack(last, &[])]);
    }

    /// One message in one chunk, acknowledged.
    pub fn say(&mut self, tl: &mut Timeline, side: Side, stream: u16, ppid: u32, message: &[u8]) {
        let chunk =
            self.data(side, stream, ppid, Part { begin: true, end: true, payload: message });
        self.chunks(tl, side, &[chunk]);
        self.acknowledge(tl, side.other());
    }

    /// One message in one chunk, bundled with the acknowledgement of what the other side said.
    pub fn say_acking(
        &mut self,
        tl: &mut Timeline,
        side: Side,
        stream: u16,
        ppid: u32,
        message: &[u8],
    ) {
        let sack = sctp::sack(self.tsn[side.other() as usize].wrapping_sub(1), &[]);
        let chunk =
            self.data(side, stream, ppid, Part { begin: true, end: true, payload: message });
        self.chunks(tl, side, &[sack, chunk]);
    }

    /// Several messages bundled in one packet.
    pub fn say_bundled(
        &mut self,
        tl: &mut Timeline,
        side: Side,
        stream: u16,
        ppid: u32,
        messages: &[Vec<u8>],
    ) {
        let chunks: Vec<Vec<u8>> = messages
            .iter()
            .map(|message| {
                self.data(side, stream, ppid, Part { begin: true, end: true, payload: message })
            })
            .collect();
        self.chunks(tl, side, &chunks);
        self.acknowledge(tl, side.other());
    }

    /// One message in fragments of `size` octets, each in its own packet.
    pub fn say_fragmented(
        &mut self,
        tl: &mut Timeline,
        side: Side,
        stream: u16,
        ppid: u32,
        message: &[u8],
        size: usize,
    ) {
        let count = message.len().div_ceil(size.max(1));
        for (index, payload) in message.chunks(size.max(1)).enumerate() {
            let part = Part { begin: index == 0, end: index + 1 == count, payload };
            let chunk = self.data(side, stream, ppid, part);
            self.chunks(tl, side, &[chunk]);
            tl.wait_us(200);
        }
        self.acknowledge(tl, side.other());
    }

    /// A heartbeat and its answer.
    pub fn heartbeat(&self, tl: &mut Timeline, side: Side) {
        let info = tl.now.to_be_bytes();
        self.chunks(tl, side, &[sctp::heartbeat(&info)]);
        tl.wait_ms(5);
        self.chunks(tl, side.other(), &[sctp::heartbeat_ack(&info)]);
    }

    pub fn abort(&self, tl: &mut Timeline, side: Side) {
        self.chunks(tl, side, &[sctp::abort(Some(12))]);
    }

    pub fn shutdown(&self, tl: &mut Timeline, side: Side) {
        let last = self.tsn[side.other() as usize].wrapping_sub(1);
        self.chunks(tl, side, &[sctp::shutdown(last)]);
        tl.wait_ms(5);
        self.chunks(tl, side.other(), &[sctp::shutdown_ack()]);
        tl.wait_ms(5);
        self.chunks(tl, side, &[sctp::shutdown_complete()]);
    }
}

struct Part<'a> {
    begin: bool,
    end: bool,
    payload: &'a [u8],
}
