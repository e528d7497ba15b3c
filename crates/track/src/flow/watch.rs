//! What is looked at in a TCP stream: how it begins, what it is, and the messages in it where somebody reads them.

use event::{Event, Opening, SshState, Timestamp, What};
use wire::tls::Opening as Opens;
use wire::{Anomalies, Cursor};

use super::framer::{self, Framer};
use super::ssh::SshWatch;
use super::turns::OpeningWatch;
use super::{Conversation, recognise};
use crate::pool::Pool;
use crate::side::{Side, Sides};
use crate::stream::{Piece, Stream};

/// Octets of each side that are kept until it is known what the stream is: a ClientHello with the largest key shares fits.
const MAX_HEAD: usize = 4_096;
/// When both sides said this much and nothing recognised it, nothing will.
const ENOUGH: usize = 64;

/// What a stream told.
#[derive(Debug)]
pub(crate) enum Told {
    /// So many octets of what was heard.
    Diameter(Side, usize),
    /// With the length in front.
    Dns(Side, usize),
    SshOpened,
    /// The opening is known.
    Opened(Option<Opening>),
}

/// What streams told and nobody has taken up yet, with the octets of their messages in the same order: one buffer for
/// all, so that a message costs no memory of its own.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) told: Vec<Told>,
    pub(crate) bytes: Vec<u8>,
}

impl Heard {
    /// More than this is given back when it was taken up.
    const MAX_IDLE: usize = 1 << 20;

    /// Forgets all, and keeps the room for it.
    pub(crate) fn clear(&mut self) {
        self.told.clear();
        self.bytes.clear();
        self.bytes.shrink_to(Self::MAX_IDLE);
    }

    fn diameter(&mut self, side: Side, message: &[u8]) {
        self.bytes.extend_from_slice(message);
        self.told.push(Told::Diameter(side, message.len()));
    }

    fn dns(&mut self, side: Side, message: &[u8]) {
        self.bytes.extend_from_slice(message);
        self.told.push(Told::Dns(side, message.len()));
    }
}

/// What the opening of TLS tells of its client.
#[derive(Clone, Debug, Default)]
pub(crate) struct TlsClient {
    pub(crate) server_name: Option<String>,
    pub(crate) ja4: String,
}

enum App {
    Looking,
    Counted,
    Tls,
    Ssh(Box<SshWatch>),
    Diameter(Box<Sides<Framer>>),
    Dns(Box<Sides<Framer>>),
}

/// One TCP conversation that is looked at.
pub(crate) struct TcpWatch {
    streams: Sides<Stream>,
    opening: Option<Box<OpeningWatch>>,
    heads: Sides<Vec<u8>>,
    app: App,
}

/// What the watch learned about its conversation by one segment.
#[derive(Debug, Default)]
pub(crate) struct Learned {
    pub(crate) app: Option<&'static str>,
    pub(crate) tls: Option<Box<TlsClient>>,
    pub(crate) dns_framed: Option<bool>,
    /// Octets that were new.
    pub(crate) fresh: u32,
}

impl TcpWatch {
    /// `from_start`: the SYN was seen, so offsets mean something.
    pub(crate) fn new(from_start: bool) -> Self {
        Self {
            streams: Sides::default(),
            opening: from_start.then(Box::default),
            heads: Sides::default(),
            app: App::Looking,
        }
    }

    pub(crate) fn begin(&mut self, side: Side, seq: u32) {
        self.streams.of_mut(side).begin(seq);
    }

    /// Takes a segment of one side.
    #[expect(
        clippy::too_many_arguments,
        reason = "a segment, where it belongs, and where to what it tells"
    )]
    pub(crate) fn segment(
        &mut self,
        pool: &Pool,
        side: Side,
        at: Timestamp,
        server_port: u16,
        segment: (u32, &[u8]),
        ack: Option<u32>,
        heard: &mut Heard,
    ) -> Learned {
        let (seq, data) = segment;
        let mut learned = Learned::default();
        let Self { streams, opening, heads, app } = self;
        if opening.is_none() && matches!(app, App::Counted) {
            learned.fresh = streams.of_mut(side).count(seq, data.len());
            return learned;
        }
        let mut talk =
            Talk { pool, opening, heads, app, server_port, at, heard, learned: &mut learned };
        if let Some(ack) = ack {
            let other = streams.of_mut(side.other());
            other.acknowledged(pool, ack, |piece| talk.hear(side.other(), piece));
        }
        streams.of_mut(side).push(pool, seq, data, |piece| talk.hear(side, piece));
        learned
    }

    /// The opening, if it was not told yet.
    pub(crate) fn take_opening(&mut self) -> Option<Opening> {
        self.opening.take().and_then(|opening| opening.take())
    }

    /// The conversation ends: sessions inside end with it.
    pub(crate) fn end(
        &mut self,
        pool: &Pool,
        flow: &Conversation,
        at: Timestamp,
        frame: u64,
        reason: &'static str,
        out: &mut Vec<Event>,
    ) {
        self.streams.client.drop_held(pool);
        self.streams.server.drop_held(pool);
        pool.give(self.heads.client.len() + self.heads.server.len());
        match &mut self.app {
            App::Ssh(ssh) => {
                if ssh.end(pool) {
                    out.push(ssh_event(ssh, SshState::Opened, None, flow, at, frame));
                }
                out.push(ssh_event(ssh, SshState::Closed, Some(reason), flow, at, frame));
            }
            App::Diameter(framers) | App::Dns(framers) => {
                framers.client.reset(pool);
                framers.server.reset(pool);
            }
            App::Looking | App::Counted | App::Tls => {}
        }
    }

    /// The record of the SSH session that has just become known.
    pub(crate) fn ssh_opened(
        &self,
        flow: &Conversation,
        at: Timestamp,
        frame: u64,
    ) -> Option<Event> {
        match &self.app {
            App::Ssh(ssh) => Some(ssh_event(ssh, SshState::Opened, None, flow, at, frame)),
            _ => None,
        }
    }
}

fn ssh_event(
    ssh: &SshWatch,
    state: SshState,
    reason: Option<&'static str>,
    flow: &Conversation,
    at: Timestamp,
    frame: u64,
) -> Event {
    let record = ssh.record(state, reason);
    let mut event = Event::new(at, frame, Some(flow.ends), What::Ssh(Box::new(record)));
    event.flow_id = Some(flow.id);
    event.path = flow.path().map(Box::new);
    event.envelope.clone_from(&flow.envelope);
    event
}

struct Talk<'a> {
    pool: &'a Pool,
    opening: &'a mut Option<Box<OpeningWatch>>,
    heads: &'a mut Sides<Vec<u8>>,
    app: &'a mut App,
    server_port: u16,
    at: Timestamp,
    heard: &'a mut Heard,
    learned: &'a mut Learned,
}

impl Talk<'_> {
    fn hear(&mut self, side: Side, piece: Piece<'_>) {
        match piece {
            Piece::Data(data) => {
                let len = u32::try_from(data.len()).unwrap_or(u32::MAX);
                self.learned.fresh = self.learned.fresh.saturating_add(len);
                if self.opening.as_mut().is_some_and(|opening| opening.said(side, data)) {
                    let opening = self.opening.take().and_then(|opening| opening.take());
                    self.heard.told.push(Told::Opened(opening));
                }
                self.data(side, data);
            }
            Piece::Gap => {
                if let Some(opening) = self.opening {
                    opening.lost();
                }
                self.gap(side);
            }
        }
    }

    fn data(&mut self, side: Side, data: &[u8]) {
        match self.app {
            App::Counted => {}
            App::Ssh(ssh) => {
                if ssh.said(self.pool, side, self.at, data) {
                    self.heard.told.push(Told::SshOpened);
                }
            }
            App::Diameter(framers) => {
                let heard = &mut *self.heard;
                let take = |message: &[u8]| heard.diameter(side, message);
                framers.of_mut(side).push(self.pool, data, &framer::DIAMETER, take);
            }
            App::Dns(framers) => {
                let heard = &mut *self.heard;
                let take = |message: &[u8]| heard.dns(side, message);
                framers.of_mut(side).push(self.pool, data, &framer::DNS, take);
            }
            App::Tls => {
                if side == Side::Server || self.heads.client.len() + data.len() > MAX_HEAD {
                    self.counted();
                } else {
                    keep(self.pool, &mut self.heads.client, data);
                    self.client_hello();
                }
            }
            App::Looking => self.look(side, data),
        }
    }

    fn look(&mut self, side: Side, data: &[u8]) {
        keep(self.pool, self.heads.of_mut(side), data);
        let Sides { client, server } = &*self.heads;
        if self.server_port == 53 {
            let framed = if client.is_empty() { server } else { client };
            self.learned.dns_framed = recognise::dns_framed(framed);
        }
        match recognise::tcp(client, server, self.server_port) {
            Some(name) => {
                self.learned.app = Some(name);
                self.recognised(name);
            }
            None => {
                let (client, server) = (client.len(), server.len());
                if (client >= ENOUGH && server >= ENOUGH) || client.max(server) >= MAX_HEAD {
                    self.counted();
                }
            }
        }
    }

    fn recognised(&mut self, name: &'static str) {
        *self.app = match name {
            "ssh" => App::Ssh(Box::new(SshWatch::new(self.at))),
            "diameter" => App::Diameter(Box::default()),
            "dns" => App::Dns(Box::default()),
            "tls" => {
                *self.app = App::Tls;
                self.client_hello();
                return;
            }
            _ => App::Counted,
        };
        let heads = std::mem::take(self.heads);
        self.pool.give(heads.client.len() + heads.server.len());
        // The server greets first or the client does; whoever is the shorter was not heard after the longer began.
        for (side, head) in [(Side::Client, heads.client), (Side::Server, heads.server)] {
            if !head.is_empty() {
                self.data(side, &head);
            }
        }
    }

    /// Asks the ClientHello for its name and fingerprint once it is there.
    fn client_hello(&mut self) {
        let mut notes = Anomalies::default();
        let head = &self.heads.client;
        let client = |hello: &wire::tls::ClientHello<'_>| TlsClient {
            // RFC 1035 allows 255 octets of a name.
            server_name: hello.server_name.filter(|name| name.len() <= 255).map(str::to_owned),
            ja4: hello.ja4(),
        };
        let client = match wire::tls::opening(&mut notes, Cursor::new(head)) {
            Opens::More if !head.is_empty() => return,
            Opens::ClientHello(hello) => Some(client(&hello)),
            Opens::Split => wire::tls::joined(head).and_then(|message| {
                wire::tls::hello(&mut notes, &mut Cursor::new(&message)).as_ref().map(client)
            }),
            _ => None,
        };
        self.learned.tls = client.map(Box::new);
        self.counted();
    }

    fn gap(&mut self, side: Side) {
        match self.app {
            App::Ssh(ssh) => ssh.lost(self.pool, side),
            App::Diameter(framers) | App::Dns(framers) => framers.of_mut(side).reset(self.pool),
            App::Looking | App::Tls => self.counted(),
            App::Counted => {}
        }
    }

    fn counted(&mut self) {
        let heads = std::mem::take(self.heads);
        self.pool.give(heads.client.len() + heads.server.len());
        *self.app = App::Counted;
    }
}

fn keep(pool: &Pool, head: &mut Vec<u8>, data: &[u8]) {
    if pool.take(data.len()) {
        head.extend_from_slice(data);
    }
}
