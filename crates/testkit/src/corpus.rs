//! The mixed interconnect corpus: what a healthy roaming link looks like, in any length, from a seed.
//!
//! By packets it is 70 % GTP-U with inner traffic, 10 % GTP-C, 8 % MAP, 5 % Diameter, and DNS, pings and administrators'
//! SSH. Nothing in it is an attack: subscribers register before their sessions, peers are the listed ones, what is asked
//! is answered. What goes wrong on a healthy link goes wrong here too, as rarely: nodes restart, names do not exist,
//! subscribers are refused. Memory does not grow with its length.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;

use rand::Rng;

use crate::frame::{diameter, link, sctp};
use crate::timeline::{Association, Linkset, Side, Tcp, Timeline};

mod control;
mod names;
mod occasions;
mod outages;
mod signalling;
mod user;

use control::Pair;
use user::{Flow, Payloads};

/// The description of the network that the corpus shows.
pub const fn corpus_network() -> &'static str {
    include_str!("corpus/network.toml")
}

/// `packets` frames of the whole mix.
pub fn corpus(seed: u64, packets: u64, sink: &mut dyn FnMut(i64, &[u8])) {
    Mill::new(seed, packets, Mix { user: 70, control: 10, map: 8, diameter: 5, rest: 7 }, sink)
        .run();
}

/// `packets` frames of MAP alone.
pub fn map_corpus(seed: u64, packets: u64, sink: &mut dyn FnMut(i64, &[u8])) {
    Mill::new(seed, packets, Mix { map: 1, ..Mix::default() }, sink).run();
}

/// `packets` frames of Diameter over SCTP only.
pub fn diameter_corpus(seed: u64, packets: u64, sink: &mut dyn FnMut(i64, &[u8])) {
    Mill::new(seed, packets, Mix { diameter: 1, ..Mix::default() }, sink).run();
}

/// `packets` frames of user plane, with as much control plane as creates its tunnels.
pub fn gtpu_corpus(seed: u64, packets: u64, sink: &mut dyn FnMut(i64, &[u8])) {
    Mill::new(seed, packets, Mix { user: 96, control: 2, map: 2, ..Mix::default() }, sink).run();
}

/// `packets` frames of thin traffic: two hundred thousand of them are more than two days, in which subscribers fly from
/// one end of the world to the other.
pub fn day_corpus(seed: u64, packets: u64, sink: &mut dyn FnMut(i64, &[u8])) {
    let mix = Mix { user: 15, control: 20, map: 30, diameter: 20, rest: 15 };
    let mill = Mill::new(seed, packets, mix, sink);
    Mill { pace: 2_000_000_000..7_000_000_000, rhythm: 1_200_000_000_000, lively: 2, ..mill }.run();
}

/// Shares of packets, in any unit.
#[derive(Clone, Copy, Debug, Default)]
struct Mix {
    user: u64,
    control: u64,
    map: u64,
    diameter: u64,
    rest: u64,
}

/// Sessions at once; more are deleted before others are created.
const SESSIONS: usize = 20_000;
/// Sessions that move data at the same time.
const ACTIVE: usize = 160;
/// Registered subscribers that wait for a session.
const WAITING: usize = 4_096;

/// Where a subscriber is at home and where it is now.
#[derive(Clone, Copy, Debug)]
struct Subscriber {
    number: u32,
    /// Index into the networks: 0 is ours.
    home: u8,
    visited: u8,
    lte: bool,
}

impl Subscriber {
    /// Seven of ten are ours abroad, the others partners' with us.
    const fn new(number: u32, lte: bool) -> Self {
        let partner = 1 + (number / 10 % 3) as u8;
        let (home, visited) = if number % 10 < 7 { (0, partner) } else { (partner, 0) };
        Self { number, home, visited, lte }
    }

    /// The network that is not ours.
    fn partner(self) -> u8 {
        self.home.max(self.visited)
    }

    fn imsi(self) -> String {
        format!("0010{}{:010}", self.home + 1, 1_000_000 + u64::from(self.number) * 7)
    }

    fn msisdn(self) -> String {
        format!("9990{}{:07}", self.home + 1, 2_000_000 + self.number % 7_000_000)
    }
}

/// Ours, two neighbours on the exchange, and one that is reached through a hub.
const NETWORKS: [&str; 4] = ["001-01", "001-02", "001-03", "001-04"];

/// How Diameter reaches each partner.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// The association of this index.
    Sctp(usize),
    Tcp,
}

/// Addresses of each network's nodes.
struct Nodes {
    sgsn: Ipv4Addr,
    /// Where subscribers of the first go when they drive on.
    sgsn2: Ipv4Addr,
    sgw: Ipv4Addr,
    ggsn: Ipv4Addr,
    pgw: Ipv4Addr,
    dns: Ipv4Addr,
}

const fn nodes(network: u8) -> Nodes {
    const fn ip(network: u8, host: u8) -> Ipv4Addr {
        match network {
            0 => Ipv4Addr::new(192, 0, 2, host),
            1 => Ipv4Addr::new(198, 51, 100, host),
            2 => Ipv4Addr::new(198, 51, 100, host + 128),
            _ => Ipv4Addr::new(203, 0, 113, host + 128),
        }
    }
    Nodes {
        ggsn: ip(network, 20),
        pgw: ip(network, 21),
        sgsn: ip(network, 22),
        sgw: ip(network, 23),
        sgsn2: ip(network, 24),
        dns: ip(network, 53),
    }
}

#[derive(Clone, Copy, Debug)]
struct Session {
    subscriber: Subscriber,
    serving: Ipv4Addr,
    gateway: Ipv4Addr,
    address: Ipv4Addr,
    /// Data TEIDs at the gateway and at the serving node, control TEIDs likewise.
    uplink: u32,
    downlink: u32,
    control_up: u32,
    control_down: u32,
    flow: Option<Flow>,
    active: bool,
}

/// What is to happen later.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Later {
    Frame(Vec<u8>),
    /// A message in DATA on the association of this index; the side is the client's when true.
    Sctp {
        association: usize,
        client: bool,
        stream: u16,
        ppid: u32,
        message: Vec<u8>,
    },
    /// A message on the Diameter connection over TCP.
    Tcp {
        client: bool,
        message: Vec<u8>,
    },
    /// The tunnel of this slot may be used.
    Usable(usize),
    /// A registered subscriber may ask for a session.
    Registered(u32),
    /// The traveller of this number goes on.
    Journey {
        number: u32,
        leg: u8,
        lte: bool,
    },
}

impl Later {
    const fn is_mark(&self) -> bool {
        matches!(self, Self::Usable(_) | Self::Registered(_) | Self::Journey { .. })
    }
}

struct Mill<'a> {
    mix: Mix,
    /// Nanoseconds from one packet to the next.
    pace: Range<i64>,
    /// Nanoseconds from one sign of life of associations and peers to the next.
    rhythm: i64,
    /// Sessions that move data at the same time.
    lively: usize,
    limit: u64,
    emitted: u64,
    now_ns: i64,
    order: u64,
    /// Entries of `later` that are no frames.
    marks: u64,
    tl: Timeline,
    later: BinaryHeap<Reverse<(i64, u64, Later)>>,
    /// Packets made so far by kind, in the order of `Mix`.
    made: [u64; 5],
    sink: &'a mut dyn FnMut(i64, &[u8]),
    buffer: Vec<u8>,
    payloads: Payloads,

    next_subscriber: u32,
    next_teid: u32,
    /// Registration under way, by order number; few at a time.
    registering: Vec<(u32, Subscriber)>,
    waiting: Vec<Subscriber>,
    sessions: Vec<Option<Session>>,
    free: Vec<usize>,
    /// Slots of live sessions, in no order; and of those that move data.
    live: Vec<usize>,
    active: Vec<usize>,

    associations: Vec<Association>,
    linksets: Vec<Linkset>,
    stream: Option<Tcp>,
    /// By partner, one less.
    ways: [Way; 3],
    transaction: u32,
    hop: u32,
    pairs: Vec<Pair>,
    ping: u16,
    travellers: u32,
    /// Nodes that restarted, and how often.
    restarts: Vec<(Ipv4Addr, u8)>,
    next_keepalive: i64,
    next_ssh: i64,
}

impl<'a> Mill<'a> {
    fn new(seed: u64, limit: u64, mix: Mix, sink: &'a mut dyn FnMut(i64, &[u8])) -> Self {
        let mut tl = Timeline::new(seed);
        let payloads = Payloads::new(&mut tl.rng);
        Self {
            mix,
            pace: 100_000..900_000,
            rhythm: 60_000_000_000,
            lively: ACTIVE,
            limit,
            emitted: 0,
            now_ns: tl.now * 1_000,
            order: 0,
            marks: 0,
            tl,
            later: BinaryHeap::new(),
            made: [0; 5],
            sink,
            buffer: Vec::with_capacity(2_048),
            payloads,
            next_subscriber: 0,
            next_teid: 0,
            registering: Vec::new(),
            waiting: Vec::new(),
            sessions: Vec::new(),
            free: Vec::new(),
            live: Vec::new(),
            active: Vec::new(),
            associations: Vec::new(),
            linksets: Vec::new(),
            stream: None,
            ways: [Way::Tcp; 3],
            transaction: 0x2000_0000,
            hop: 0x0010_0000,
            pairs: Pair::all(),
            ping: 0,
            travellers: 0,
            restarts: Vec::new(),
            next_keepalive: 0,
            next_ssh: 0,
        }
    }

    fn run(&mut self) {
        self.open();
        while self.emitted < self.limit {
            self.now_ns += self.tl.rng.random_range(self.pace.clone());
            while let Some(Reverse((at, ..))) = self.later.peek()
                && *at <= self.now_ns
                && self.emitted < self.limit
            {
                if let Some(Reverse((at, _, what))) = self.later.pop() {
                    self.happen(at, what);
                }
            }
            self.keep_alive();
            let before = self.frames_made();
            let kind = self.kind();
            match kind {
                0 if self.user() => {}
                0 => self.start(),
                1 => self.control(),
                2 => self.map(),
                3 => self.s6a(),
                _ => self.rest(),
            }
            self.made[kind] += self.frames_made().saturating_sub(before);
        }
    }

    /// Frames put out or waiting.
    fn frames_made(&self) -> u64 {
        self.emitted + self.later.len() as u64 - self.marks
    }

    /// No tunnel yet: registrations and sessions come first.
    fn start(&mut self) {
        if !self.waiting.is_empty() {
            self.control();
        } else if self.registering.len() < 16 {
            self.map();
        }
    }

    /// The kind of packet that is furthest behind its share.
    fn kind(&self) -> usize {
        let shares =
            [self.mix.user, self.mix.control, self.mix.map, self.mix.diameter, self.mix.rest];
        let all: u64 = shares.iter().sum();
        let total: u64 = self.made.iter().sum::<u64>() + all;
        let behind = |kind: usize| {
            (shares[kind] * total / all).cast_signed() - self.made[kind].cast_signed()
        };
        (0..shares.len())
            .filter(|kind| shares[*kind] > 0)
            .max_by_key(|kind| (behind(*kind), Reverse(*kind)))
            .unwrap_or(4)
    }

    /// Associations and connections come up before traffic.
    fn open(&mut self) {
        use crate::timeline::at;
        let ours = at("192.0.2.10", 2905);
        let links = [("198.51.100.10", 2001), ("198.51.100.138", 3001), ("203.0.113.10", 4001)];
        for (address, code) in links {
            if self.mix.map > 0 {
                let linkset = Linkset::open(&mut self.tl, at(address, 2905), ours, [code, 1001]);
                self.linksets.push(linkset.clone());
                self.associations.push(linkset.association);
            }
        }
        if self.mix.diameter > 0 {
            self.open_diameter();
        }
        self.flush();
        self.next_keepalive = self.now_ns + 2_000_000_000;
        self.next_ssh = self.now_ns + 1_000_000_000;
    }

    /// Puts out what the timeline holds, and takes its clock over.
    fn flush(&mut self) {
        let now = self.tl.now;
        let frames = std::mem::replace(&mut self.tl, Timeline::new(0));
        self.tl.rng = frames.rng.clone();
        self.tl.now = now;
        let mut last = self.now_ns;
        for (at, frame) in frames.into_frames() {
            last = (at * 1_000).max(last);
            self.emit(last, &frame);
        }
        self.now_ns = last.max(now * 1_000).max(self.now_ns);
    }

    fn emit(&mut self, at: i64, frame: &[u8]) {
        if self.emitted < self.limit {
            self.emitted += 1;
            (self.sink)(at, frame);
        }
    }

    fn after_ms(&mut self, millis: i64, what: Later) {
        let at = self.now_ns + millis * 1_000_000 + self.tl.rng.random_range(0..900_000);
        self.order += 1;
        self.marks += u64::from(what.is_mark());
        self.later.push(Reverse((at, self.order, what)));
    }

    fn datagram(&mut self, src: (Ipv4Addr, u16), dst: (Ipv4Addr, u16), payload: &[u8]) -> Vec<u8> {
        let ends = |(ip, port): (Ipv4Addr, u16)| std::net::SocketAddr::new(IpAddr::V4(ip), port);
        link::ethernet(&crate::frame::transport::udp(ends(src), ends(dst), payload))
    }

    /// A request now and its answer later.
    fn ask(&mut self, src: (Ipv4Addr, u16), dst: (Ipv4Addr, u16), request: &[u8], answer: &[u8]) {
        let frame = self.datagram(src, dst, request);
        self.emit(self.now_ns, &frame);
        let frame = self.datagram(dst, src, answer);
        let wait = self.tl.rng.random_range(8..60);
        self.after_ms(wait, Later::Frame(frame));
    }

    fn happen(&mut self, at: i64, what: Later) {
        self.marks -= u64::from(what.is_mark());
        match what {
            Later::Frame(frame) => self.emit(at, &frame),
            Later::Usable(slot) => self.live.push(slot),
            Later::Registered(number) => {
                if let Some(index) = self.registering.iter().position(|(id, _)| *id == number) {
                    let (_, subscriber) = self.registering.swap_remove(index);
                    if self.waiting.len() < WAITING {
                        self.waiting.push(subscriber);
                    }
                }
            }
            Later::Journey { number, leg, lte } => self.journey(number, leg, lte),
            Later::Sctp { association, client, stream, ppid, message } => {
                let side = if client { Side::Client } else { Side::Server };
                let mut association_state = self.associations[association].clone();
                self.tl.now = at / 1_000;
                association_state.say_acking(&mut self.tl, side, stream, ppid, &message);
                self.associations[association] = association_state;
                self.put(at);
            }
            Later::Tcp { client, message } => {
                let side = if client { Side::Client } else { Side::Server };
                self.tl.now = at / 1_000;
                if let Some(stream) = &mut self.stream {
                    stream.say_only(&mut self.tl, side, &message);
                }
                self.put(at);
            }
        }
    }

    /// Puts out what the timeline holds, all at this time.
    fn put(&mut self, at: i64) {
        for frame in self.tl.drain() {
            self.emit(at, &frame);
        }
    }

    /// Messages on association `index`, 30 milliseconds apart: from the client where true.
    fn converse(&mut self, index: usize, stream: u16, ppid: u32, messages: Vec<(bool, Vec<u8>)>) {
        let mut wait = 0;
        for (client, message) in messages {
            let later = Later::Sctp { association: index, client, stream, ppid, message };
            if wait == 0 {
                self.happen(self.now_ns, later);
            } else {
                self.after_ms(wait, later);
            }
            wait += self.tl.rng.random_range(12..45);
        }
    }

    fn new_subscriber(&mut self, lte: bool) -> Subscriber {
        let number = self.next_subscriber;
        self.next_subscriber = self.next_subscriber.wrapping_add(1);
        Subscriber::new(number, lte)
    }

    fn teid(&mut self) -> u32 {
        self.next_teid = self.next_teid.wrapping_add(1);
        self.next_teid.wrapping_mul(0x9e37_79b1) | 1
    }

    /// Heartbeats, watchdogs and echoes on the minute.
    fn keep_alive(&mut self) {
        if self.now_ns < self.next_keepalive {
            return;
        }
        self.next_keepalive = self.now_ns + self.rhythm;
        for association in self.associations.clone() {
            let info = self.now_ns.to_be_bytes();
            self.tl.now = self.now_ns / 1_000;
            association.chunks(&mut self.tl, Side::Client, &[sctp::heartbeat(&info)]);
            self.put(self.now_ns);
            association.chunks(&mut self.tl, Side::Server, &[sctp::heartbeat_ack(&info)]);
            for frame in self.tl.drain() {
                self.after_ms(7, Later::Frame(frame));
            }
        }
        if self.mix.control > 0 {
            self.echoes();
        }
        if self.mix.diameter > 0 {
            self.watchdogs();
        }
    }

    /// The connections of Diameter, each with the peer at its other end: two partners, and the hub.
    fn open_diameter(&mut self) {
        use crate::timeline::{addr, at};
        let ours = diameter::Node::epc("dea1", NETWORKS[0]);
        let server = at("192.0.2.30", diameter::PORT);
        let peers =
            [("198.51.100.30", 40_868), ("198.51.100.158", 41_868), ("203.0.113.30", 42_868)];
        for (index, (from, port)) in peers.into_iter().enumerate() {
            let theirs = if index == 2 {
                occasions::hub()
            } else {
                diameter::Node::epc("dea1", NETWORKS[index + 1])
            };
            let hop = 0x101 + index as u32;
            let cer = diameter::capabilities(&theirs, addr(from), hop, hop, None);
            let cea = diameter::capabilities(&ours, addr("192.0.2.30"), hop, hop, Some(2001));
            if index == 1 {
                let mut tcp = Tcp::open(&mut self.tl, at(from, port), server);
                tcp.say(&mut self.tl, Side::Client, &cer);
                tcp.say(&mut self.tl, Side::Server, &cea);
                self.stream = Some(tcp);
            } else {
                let mut link = Association::open(&mut self.tl, at(from, port), server);
                link.say(&mut self.tl, Side::Client, 0, sctp::PPID_DIAMETER, &cer);
                link.say(&mut self.tl, Side::Server, 0, sctp::PPID_DIAMETER, &cea);
                self.ways[index] = Way::Sctp(self.associations.len());
                self.associations.push(link);
            }
        }
    }
}

#[cfg(test)]
mod tests;
