//! Conversations in virtual time: one clock, and the frames that the speakers put on the wire.

use std::net::{IpAddr, SocketAddr};

use rand::SeedableRng;
use rand::rngs::SmallRng;

use crate::frame::{gtp, link, transport};

mod gtp_session;
mod sctp;
mod sigtran;
mod ssh;
mod tcp;

pub use gtp_session::Session;
pub use sctp::Association;
pub use sigtran::{Answer, Linkset};
pub use ssh::{Ending, Login};
pub use tcp::{Side, Tcp};

/// 2023-11-14T22:13:20Z, where scenarios begin unless they say otherwise.
pub const START: i64 = 1_700_000_000_000_000;

/// How packets of a conversation reach the tap: as they are, or inside a subscriber's tunnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Direct,
    /// The subscriber's packets go from the serving node to the gateway, the answers back.
    Tunnel {
        subscriber: IpAddr,
        serving: IpAddr,
        gateway: IpAddr,
        uplink: u32,
        downlink: u32,
    },
}

/// A clock, a source of chance, and the frames so far.
#[derive(Debug)]
pub struct Timeline {
    /// Microseconds since the epoch. May be set back, to let conversations overlap.
    pub now: i64,
    pub rng: SmallRng,
    frames: Vec<(i64, Vec<u8>)>,
}

impl Timeline {
    pub fn new(seed: u64) -> Self {
        Self { now: START, rng: SmallRng::seed_from_u64(seed), frames: Vec::new() }
    }

    pub const fn wait_us(&mut self, micros: i64) {
        self.now += micros;
    }

    pub const fn wait_ms(&mut self, millis: i64) {
        self.now += millis * 1_000;
    }

    pub const fn wait_secs(&mut self, secs: i64) {
        self.now += secs * 1_000_000;
    }

    /// Puts a whole frame on the wire.
    pub fn frame(&mut self, frame: Vec<u8>) {
        self.frames.push((self.now, frame));
    }

    /// Puts an IP packet on the wire, in Ethernet.
    pub fn packet(&mut self, packet: &[u8]) {
        self.frame(link::ethernet(packet));
    }

    /// Puts an IP packet on the wire, by this way.
    pub fn packet_by(&mut self, way: &Way, from: IpAddr, packet: &[u8]) {
        match *way {
            Way::Direct => self.packet(packet),
            Way::Tunnel { subscriber, serving, gateway, uplink, downlink } => {
                let (src, dst, teid) = if from == subscriber {
                    (serving, gateway, uplink)
                } else {
                    (gateway, serving, downlink)
                };
                let user = gtp::g_pdu(teid, packet);
                self.udp(
                    SocketAddr::new(src, gtp::PORT_U),
                    SocketAddr::new(dst, gtp::PORT_U),
                    &user,
                );
            }
        }
    }

    /// A UDP datagram.
    pub fn udp(&mut self, src: SocketAddr, dst: SocketAddr, payload: &[u8]) {
        self.packet(&transport::udp(src, dst, payload));
    }

    /// A datagram there, and 20 milliseconds later one back.
    pub fn ask(&mut self, src: SocketAddr, dst: SocketAddr, request: &[u8], answer: &[u8]) {
        self.udp(src, dst, request);
        self.wait_ms(20);
        self.udp(dst, src, answer);
    }

    /// The same by a way of its own.
    pub fn ask_by(
        &mut self,
        way: &Way,
        src: SocketAddr,
        dst: SocketAddr,
        request: &[u8],
        answer: &[u8],
    ) {
        self.packet_by(way, src.ip(), &transport::udp(src, dst, request));
        self.wait_ms(20);
        self.packet_by(way, dst.ip(), &transport::udp(dst, src, answer));
    }

    /// A ping and its honest reply.
    pub fn ping(&mut self, from: IpAddr, to: IpAddr, id: u16, sequence: u16, data: &[u8]) {
        self.ping_by(&Way::Direct, from, to, id, sequence, data);
    }

    /// The same by a way of its own.
    pub fn ping_by(
        &mut self,
        way: &Way,
        from: IpAddr,
        to: IpAddr,
        id: u16,
        sequence: u16,
        data: &[u8],
    ) {
        self.packet_by(way, from, &transport::echo(from, to, false, id, sequence, data));
        self.wait_ms(9);
        self.packet_by(way, to, &transport::echo(to, from, true, id, sequence, data));
    }

    /// A ping that nobody answers.
    pub fn ping_unanswered(&mut self, from: IpAddr, to: IpAddr, id: u16, data: &[u8]) {
        self.packet(&transport::echo(from, to, false, id, 0, data));
    }

    /// Frames of another capture, moved in time.
    pub fn merge(&mut self, frames: Vec<(i64, Vec<u8>)>, shift_us: i64) {
        self.frames.extend(frames.into_iter().map(|(at, frame)| (at + shift_us, frame)));
    }

    /// Takes the frames so far out, in the order in which they were made.
    pub fn drain(&mut self) -> Vec<Vec<u8>> {
        self.frames.drain(..).map(|(_, frame)| frame).collect()
    }

    /// Everything, in time order; what came at the same time keeps its order.
    pub fn into_frames(mut self) -> Vec<(i64, Vec<u8>)> {
        self.frames.sort_by_key(|(at, _)| *at);
        self.frames
    }
}

/// An address with its port, from text such as `192.0.2.1`.
pub fn at(ip: &str, port: u16) -> SocketAddr {
    SocketAddr::new(addr(ip), port)
}

/// An address from text; `0.0.0.0` where the text is none.
pub fn addr(ip: &str) -> IpAddr {
    ip.parse().unwrap_or(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED))
}

/// An IPv4 address from text; `0.0.0.0` where the text is none.
pub fn v4(ip: &str) -> std::net::Ipv4Addr {
    ip.parse().unwrap_or(std::net::Ipv4Addr::UNSPECIFIED)
}
