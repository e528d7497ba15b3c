//! A TCP conversation with right sequence numbers.

use std::net::SocketAddr;

use rand::Rng;

use super::{Timeline, Way};
use crate::frame::transport::{self, ACK, FIN, PSH, RST, SYN};

/// Who speaks: the one that connected, or the one that took the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Client,
    Server,
}

impl Side {
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// A connection.
#[derive(Clone, Debug)]
pub struct Tcp {
    pub client: SocketAddr,
    pub server: SocketAddr,
    pub way: Way,
    /// Next sequence number of client and server.
    pub next: [u32; 2],
    /// Largest payload of a segment.
    pub segment: usize,
    /// Time from a segment to its acknowledgement, in microseconds.
    pub latency_us: i64,
}

impl Tcp {
    pub fn new(tl: &mut Timeline, client: SocketAddr, server: SocketAddr) -> Self {
        Self::by(tl, Way::Direct, client, server)
    }

    pub fn by(tl: &mut Timeline, way: Way, client: SocketAddr, server: SocketAddr) -> Self {
        let next = [tl.rng.random(), tl.rng.random()];
        Self { client, server, way, next, segment: 1380, latency_us: 8_000 }
    }

    /// Connects: three packets.
    pub fn open(tl: &mut Timeline, client: SocketAddr, server: SocketAddr) -> Self {
        Self::open_by(tl, Way::Direct, client, server)
    }

    /// The same by a way of its own.
    pub fn open_by(tl: &mut Timeline, way: Way, client: SocketAddr, server: SocketAddr) -> Self {
        let mut tcp = Self::by(tl, way, client, server);
        tcp.shake(tl);
        tcp
    }

    /// The handshake.
    pub fn shake(&mut self, tl: &mut Timeline) {
        self.syn(tl);
        tl.wait_us(self.latency_us);
        self.send(tl, Side::Server, SYN | ACK, &[]);
        tl.wait_us(self.latency_us);
        self.send(tl, Side::Client, ACK, &[]);
    }

    /// A SYN alone.
    pub fn syn(&mut self, tl: &mut Timeline) {
        self.send(tl, Side::Client, SYN, &[]);
    }

    /// A SYN that is refused.
    pub fn refused(tl: &mut Timeline, client: SocketAddr, server: SocketAddr) {
        let mut tcp = Self::new(tl, client, server);
        tcp.syn(tl);
        tl.wait_us(tcp.latency_us);
        tcp.next[1] = 0;
        tcp.send(tl, Side::Server, RST | ACK, &[]);
    }

    /// Says something, in as many segments as it takes; the other side acknowledges.
    pub fn say(&mut self, tl: &mut Timeline, side: Side, bytes: &[u8]) {
        for part in bytes.chunks(self.segment.max(1)) {
            self.send(tl, side, PSH | ACK, part);
            tl.wait_us(300);
        }
        tl.wait_us(self.latency_us);
        self.send(tl, side.other(), ACK, &[]);
    }

    /// Says it with no acknowledgement of its own: the answer will carry it.
    pub fn say_only(&mut self, tl: &mut Timeline, side: Side, bytes: &[u8]) {
        for part in bytes.chunks(self.segment.max(1)) {
            self.send(tl, side, PSH | ACK, part);
            tl.wait_us(300);
        }
    }

    /// Both sides finish.
    pub fn close(&mut self, tl: &mut Timeline) {
        self.close_from(tl, Side::Client);
    }

    pub fn close_from(&mut self, tl: &mut Timeline, side: Side) {
        self.send(tl, side, FIN | ACK, &[]);
        tl.wait_us(self.latency_us);
        self.send(tl, side.other(), FIN | ACK, &[]);
        tl.wait_us(self.latency_us);
        self.send(tl, side, ACK, &[]);
    }

    pub fn reset(&mut self, tl: &mut Timeline, side: Side) {
        self.send(tl, side, RST | ACK, &[]);
    }

    /// One segment with these flags.
    pub fn send(&mut self, tl: &mut Timeline, side: Side, flags: u8, payload: &[u8]) {
        let (src, dst, own, peer) = match side {
            Side::Client => (self.client, self.server, 0, 1),
            Side::Server => (self.server, self.client, 1, 0),
        };
        let header = transport::Tcp {
            seq: self.next[own],
            ack: if flags & ACK == 0 { 0 } else { self.next[peer] },
            flags,
            window: 64_240,
            urgent: 0,
            options: if flags & SYN == 0 { Vec::new() } else { transport::syn_options() },
        };
        let packet = transport::tcp(&header, src, dst, payload);
        tl.packet_by(&self.way, src.ip(), &packet);
        let taken = payload.len() as u32 + u32::from(flags & (SYN | FIN) != 0);
        self.next[own] = self.next[own].wrapping_add(taken);
    }
}
