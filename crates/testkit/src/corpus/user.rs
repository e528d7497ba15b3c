//! The user plane of the corpus: inner flows in tunnels, one packet at a time, in one buffer.

use std::net::Ipv4Addr;

use rand::Rng;
use rand::rngs::SmallRng;

use super::{Mill, Session};
use crate::bytes::{Checksum, Put, patch_u16};
use crate::frame::transport::{ACK, FIN, PSH, SYN};
use crate::frame::{dns, gtp, ip, tls};

/// Octets to fill packets with, made once.
pub(super) struct Payloads {
    pool: Vec<u8>,
    client_hellos: Vec<Vec<u8>>,
    server_hello: Vec<u8>,
}

const HOSTS: [&str; 5] =
    ["www.example.com", "cdn.example.net", "api.example.org", "mail.example.com", "example.net"];

impl Payloads {
    pub(super) fn new(rng: &mut SmallRng) -> Self {
        let mut pool = vec![0; 65_536];
        rng.fill(&mut pool[..]);
        let client_hellos = HOSTS.iter().map(|host| tls::client_hello(rng, host)).collect();
        Self { pool, client_hellos, server_hello: tls::server_hello(rng) }
    }
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Tls,
    Datagrams,
    Name,
    Ping,
}

/// One conversation of a subscriber with the outside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flow {
    kind: Kind,
    step: u16,
    rounds: u16,
    server: Ipv4Addr,
    port: u16,
    /// Sequence numbers of subscriber and server; for a ping, its time.
    next: [u32; 2],
    began_us: i64,
}

impl Flow {
    fn new(rng: &mut SmallRng, outbound: bool, now_us: i64) -> Self {
        let kind = match rng.random_range(0..100) {
            0..62 => Kind::Tls,
            62..80 => Kind::Name,
            80..96 => Kind::Datagrams,
            _ => Kind::Ping,
        };
        let rounds = match kind {
            Kind::Tls => rng.random_range(4..40),
            Kind::Datagrams => rng.random_range(10..60),
            Kind::Name => 1,
            Kind::Ping => rng.random_range(2..6),
        };
        let server = match kind {
            Kind::Name if outbound && rng.random_bool(0.5) => Ipv4Addr::new(10, 10, 0, 53),
            Kind::Name => Ipv4Addr::new(198, 18, 0, 53),
            _ => Ipv4Addr::new(198, 18, rng.random_range(1..8), rng.random_range(1..250)),
        };
        Self {
            kind,
            step: 0,
            rounds,
            server,
            port: rng.random_range(32_768..60_999),
            next: [rng.random(), rng.random()],
            began_us: now_us,
        }
    }
}

/// What one inner packet is made of.
struct Inner<'a> {
    up: bool,
    protocol: u8,
    /// Header of the transport, its checksum left zero.
    header: &'a [u8],
    checksum_at: usize,
    parts: [&'a [u8]; 2],
}

impl Mill<'_> {
    /// One packet of one of the tunnels that move data. False when there is none.
    pub(super) fn user(&mut self) -> bool {
        if self.active.len() < self.lively.min(self.live.len()) {
            let index = self.tl.rng.random_range(0..self.live.len());
            let slot = self.live[index];
            if let Some(session) = &mut self.sessions[slot]
                && !session.active
            {
                session.active = true;
                self.active.push(slot);
            }
        }
        if self.active.is_empty() {
            return false;
        }
        let index = self.tl.rng.random_range(0..self.active.len());
        let slot = self.active[index];
        let Some(mut session) = self.sessions[slot] else { return false };
        let now_us = self.now_ns / 1_000;
        let outbound = session.subscriber.home == 0;
        let mut flow =
            session.flow.take().unwrap_or_else(|| Flow::new(&mut self.tl.rng, outbound, now_us));
        let done = match flow.kind {
            Kind::Tls => self.tls(&session, &mut flow),
            Kind::Datagrams => self.datagrams(&session, &mut flow),
            Kind::Name => self.name(&session, &mut flow),
            Kind::Ping => self.pings(&session, &mut flow, now_us),
        };
        flow.step += 1;
        if done {
            // Some subscribers go on, others rest.
            if self.tl.rng.random_bool(0.5) {
                session.active = false;
                self.active.swap_remove(index);
            }
        } else {
            session.flow = Some(flow);
        }
        self.sessions[slot] = Some(session);
        true
    }

    fn tls(&mut self, session: &Session, flow: &mut Flow) -> bool {
        let rounds = 5 + flow.rounds * 2;
        let step = flow.step;
        let hello = usize::from(flow.port) % HOSTS.len();
        let size = usize::from(step ^ flow.port) * 37 % 1_175 + 200;
        let up_size = usize::from(step ^ flow.port) * 29 % 400 + 60;
        // Directions, flags and content by step; data and acknowledgements take turns after the opening.
        let (up, flags, record) = match step {
            0 => (true, SYN, 0),
            1 => (false, SYN | ACK, 0),
            2 => (true, ACK, 0),
            3 => (true, PSH | ACK, 0),
            4 => (false, PSH | ACK, 0),
            step if step < rounds => match (step - 5) % 8 {
                0 => (true, PSH | ACK, up_size),
                1 | 3 | 5 | 7 => (false, PSH | ACK, size),
                _ => (true, ACK, 0),
            },
            step => match step - rounds {
                0 => (true, FIN | ACK, 0),
                1 => (false, FIN | ACK, 0),
                _ => (true, ACK, 0),
            },
        };
        let head;
        let from = usize::from(flow.port.wrapping_mul(step | 1)) % 64_000;
        let hellos;
        let payloads = std::mem::take(&mut self.payloads.pool);
        let parts: [&[u8]; 2] = match (step, record) {
            (3, _) => {
                hellos = self.payloads.client_hellos[hello].clone();
                [&hellos, &[]]
            }
            (4, _) => {
                hellos = self.payloads.server_hello.clone();
                [&hellos, &[]]
            }
            (_, 0) => [&[], &[]],
            (_, len) => {
                head = [23, 3, 3, (len >> 8) as u8, len as u8];
                [&head, &payloads[from..from + len]]
            }
        };
        let len = (parts[0].len() + parts[1].len()) as u32;
        let (own, peer) = if up { (0, 1) } else { (1, 0) };
        let mut header = [0; 20];
        let (src, dst) = if up { (flow.port, 443) } else { (443, flow.port) };
        patch_u16(&mut header, 0, src);
        patch_u16(&mut header, 2, dst);
        header[4..8].copy_from_slice(&flow.next[own].to_be_bytes());
        if flags & ACK != 0 {
            header[8..12].copy_from_slice(&flow.next[peer].to_be_bytes());
        }
        header[12] = 0x50;
        header[13] = flags;
        patch_u16(&mut header, 14, 64_240);
        flow.next[own] = flow.next[own].wrapping_add(len + u32::from(flags & (SYN | FIN) != 0));
        self.g_pdu(
            session,
            flow.server,
            &Inner { up, protocol: ip::TCP, header: &header, checksum_at: 16, parts },
        );
        self.payloads.pool = payloads;
        step == rounds + 2
    }

    fn udp(
        &mut self,
        session: &Session,
        server: Ipv4Addr,
        up: bool,
        ports: [u16; 2],
        parts: [&[u8]; 2],
    ) {
        let mut header = [0; 8];
        let [src, dst] = if up { ports } else { [ports[1], ports[0]] };
        patch_u16(&mut header, 0, src);
        patch_u16(&mut header, 2, dst);
        patch_u16(&mut header, 4, (8 + parts[0].len() + parts[1].len()) as u16);
        let inner = Inner { up, protocol: ip::UDP, header: &header, checksum_at: 6, parts };
        self.g_pdu(session, server, &inner);
    }

    fn datagrams(&mut self, session: &Session, flow: &mut Flow) -> bool {
        let up = flow.step.is_multiple_of(3);
        let len = usize::from(flow.step ^ flow.port) * 31 % if up { 180 } else { 1_100 } + 40;
        let from = usize::from(flow.port.wrapping_mul(flow.step | 1)) % 64_000;
        let pool = std::mem::take(&mut self.payloads.pool);
        let [_, _, a, b] = flow.next[0].to_be_bytes();
        // As encrypted datagrams on port 443 begin: a short header with the identifier of the connection.
        let head = [0x43, 0x07, a, b];
        self.udp(session, flow.server, up, [flow.port, 443], [&head, &pool[from..from + len]]);
        self.payloads.pool = pool;
        flow.step >= flow.rounds
    }

    fn name(&mut self, session: &Session, flow: &mut Flow) -> bool {
        let id = flow.next[0] as u16;
        let host = HOSTS[usize::from(flow.port) % HOSTS.len()];
        let message = if flow.step == 0 {
            dns::query(id, host, dns::A, true)
        } else {
            let address = Ipv4Addr::new(198, 18, 1, (flow.port % 250) as u8 + 1);
            dns::answer(id, host, dns::A, 0, true, &[dns::Data::A(address)])
        };
        self.udp(session, flow.server, flow.step == 0, [flow.port, 53], [&message, &[]]);
        flow.step == 1
    }

    fn pings(&mut self, session: &Session, flow: &mut Flow, now_us: i64) -> bool {
        let up = flow.step.is_multiple_of(2);
        if up {
            flow.began_us = now_us;
        }
        let data = crate::frame::ping::linux(flow.began_us);
        let mut header = [0; 8];
        header[0] = if up { 8 } else { 0 };
        patch_u16(&mut header, 4, flow.port);
        patch_u16(&mut header, 6, flow.step / 2 + 1);
        let inner =
            Inner { up, protocol: ip::ICMP, header: &header, checksum_at: 2, parts: [&data, &[]] };
        self.g_pdu(session, flow.server, &inner);
        flow.step + 1 >= flow.rounds * 2
    }

    /// Ethernet, IP, UDP, GTP-U, IP, transport and payload in the one buffer, then the checksums from the inside out.
    fn g_pdu(&mut self, session: &Session, server: Ipv4Addr, inner: &Inner<'_>) {
        let transport = inner.header.len() + inner.parts[0].len() + inner.parts[1].len();
        let user = 20 + transport;
        let (src, dst, teid) = if inner.up {
            (session.serving, session.gateway, session.uplink)
        } else {
            (session.gateway, session.serving, session.downlink)
        };
        let (from, to) =
            if inner.up { (session.address, server) } else { (server, session.address) };
        let id = self.emitted as u16;
        let mut out = std::mem::take(&mut self.buffer);
        out.clear();
        out.raw(&[2, 0]).raw(&dst.octets()).raw(&[2, 0]).raw(&src.octets()).u16(0x0800);
        v4_header(&mut out, id, ip::UDP, src, dst, 16 + user);
        out.u16(gtp::PORT_U).u16(gtp::PORT_U).u16((16 + user) as u16).u16(0);
        out.u8(0x30).u8(gtp::G_PDU).u16(user as u16).u32(teid);
        v4_header(&mut out, id.wrapping_mul(7), inner.protocol, from, to, transport);
        let at = out.len();
        out.raw(inner.header).raw(inner.parts[0]).raw(inner.parts[1]);
        let sum = if inner.protocol == ip::ICMP {
            Checksum::default()
        } else {
            pseudo(from, to, inner.protocol, transport)
        };
        let sum = sum.over(&out[at..]).finish();
        patch_u16(&mut out, at + inner.checksum_at, if sum == 0 { 0xffff } else { sum });
        let sum = pseudo(src, dst, ip::UDP, 16 + user).over(&out[34..]).finish();
        patch_u16(&mut out, 40, if sum == 0 { 0xffff } else { sum });
        self.emit(self.now_ns, &out);
        self.buffer = out;
    }
}

fn pseudo(src: Ipv4Addr, dst: Ipv4Addr, protocol: u8, len: usize) -> Checksum {
    let ([a, b, c, d], [e, f, g, h]) = (src.octets(), dst.octets());
    let [hi, lo] = (len as u16).to_be_bytes();
    Checksum::default().over(&[a, b, c, d, e, f, g, h, 0, protocol, hi, lo])
}

fn v4_header(out: &mut Vec<u8>, id: u16, protocol: u8, src: Ipv4Addr, dst: Ipv4Addr, len: usize) {
    let at = out.len();
    out.u16(0x4500).u16((20 + len) as u16).u16(id).u16(0x4000).u8(62).u8(protocol).u16(0);
    out.raw(&src.octets()).raw(&dst.octets());
    let sum = Checksum::default().over(&out[at..]).finish();
    patch_u16(out, at + 10, sum);
}
