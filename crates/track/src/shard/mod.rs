//! A shard: frames of one part of the addresses in, events out.

mod anomalies;
mod association;
mod connections;
mod cx;
mod diameter;
mod dns;
mod envelope;
mod gtp;
mod icmp;
mod isup;
mod magic;
mod pfcp;
mod pseudonyms;
mod sccp;
mod sctp;
mod segments;
mod ss7;
mod sua;
mod tap;
mod tcap;
mod tcp;
mod tsn;
mod tunnels;
mod udp;

use event::{Endpoints, Event, Proto, Timestamp, TunnelPath};
use wire::ip::{Packet, proto};
use wire::link::{self, LinkType};
use wire::{Anomalies, Cursor, Flaw};

pub use self::tap::Tap;

use self::anomalies::Reported;
pub(crate) use self::cx::Around;
use self::cx::{Cx, Place};
pub(crate) use self::envelope::MAX_ENVELOPES;
use crate::config::Config;
use crate::counters::{Seen, ShardCounters};
use crate::flow::{self, Flows, Heard, Touched};
use crate::fragments::Fragments;
use crate::side::Side;

/// Tunnels in tunnels that are followed.
const MAX_TUNNELS: u8 = 8;

/// A frame as the capture gives it.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Number in the whole run, from 1.
    pub number: u64,
    pub at: Timestamp,
    /// LINKTYPE of the capture file.
    pub link: u16,
    pub bytes: &'a [u8],
    /// Octets on the wire; more than `bytes` when the capture cut the frame.
    pub orig_len: u32,
}

/// Turns the frames of its part of the addresses into events.
pub struct Shard {
    config: Config,
    index: u8,
    now: Timestamp,
    notes: Anomalies,
    counters: ShardCounters,
    reported: Reported,
    fragments: Fragments,
    flows: Flows,
    heard: Heard,
    tunnels: tunnels::Tunnels,
    pings: icmp::Pings,
    associations: association::Associations,
    labels: event::Capped<ss7::Label, ()>,
    links: event::Capped<ss7::Link, wire::mtp3::Variant>,
    segments: segments::Segments,
    connections: connections::Connections,
    titles: sccp::Titles,
    pseudonyms: pseudonyms::Pseudonyms,
    tap: Option<Tap>,
}

impl std::fmt::Debug for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shard")
            .field("index", &self.index)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

impl Shard {
    /// `index` is its number, from 0 to [`crate::SHARDS`].
    pub fn new(config: &Config, index: u8) -> Self {
        Self {
            index,
            now: Timestamp(0),
            notes: Anomalies::new(),
            counters: ShardCounters::default(),
            reported: Reported::new(config.reported),
            fragments: Fragments::new(
                config.datagrams,
                config.fragment_bytes,
                config.fragment_idle,
            ),
            flows: Flows::new(
                config.flows,
                config.stream_bytes,
                config.flow_idle,
                config.report_every,
            ),
            heard: Heard::default(),
            tunnels: tunnels::Tunnels::new(
                config.tunnel_ends,
                config.tunnel_idle,
                config.report_every,
            ),
            pings: icmp::Pings::new(config.echoes),
            associations: association::Associations::new(
                config.associations,
                config.message_bytes,
                config.association_idle,
            ),
            labels: event::Capped::new("m3ua labels", 4_096),
            segments: segments::Segments::new(
                config.segmented,
                config.message_bytes,
                config.segment_idle,
            ),
            links: event::Capped::new("ss7 links", 4_096),
            connections: connections::Connections::new(8_192, config.message_bytes),
            titles: sccp::Titles::new(),
            pseudonyms: pseudonyms::Pseudonyms::new(config.pseudonymiser.clone()),
            tap: None,
            config: config.clone(),
        }
    }

    /// Reads a frame.
    pub fn frame(&mut self, frame: &Frame<'_>, out: &mut Vec<Event>) {
        self.now = self.now.max(frame.at);
        let snapped = usize::try_from(frame.orig_len).is_ok_and(|len| len > frame.bytes.len());
        self.counters.frames += 1;
        self.counters.bytes += u64::from(frame.orig_len);
        self.counters.snapped += u64::from(snapped);
        self.counters.first_seen.get_or_insert(frame.at);
        self.counters.last_seen = self.counters.last_seen.max(Some(frame.at));
        let mut notes = std::mem::take(&mut self.notes);
        notes.clear();
        let mut cx = Cx {
            frame: frame.number,
            at: frame.at,
            snapped,
            in_frame: true,
            around: None,
            notes,
            out,
        };
        let link = LinkType(frame.link);
        match link::network(&mut cx.notes, link, Cursor::new(frame.bytes)) {
            Some(carried) => self.carried(&mut cx, carried, None),
            None if link.is_read() => self.counters.seen.note(Seen::NotIp),
            None => self.counters.unread_link += 1,
        }
        self.report(&mut cx, &Place::NOWHERE);
        self.notes = cx.notes;
    }

    /// The clock of the capture has come to `now`, a whole second: what was silent for too long ends.
    pub fn tick(&mut self, now: Timestamp, out: &mut Vec<Event>) {
        self.now = self.now.max(now);
        self.fragments.tick(now);
        self.segments.tick(now, out);
        self.flows.tick(now, out);
        self.tunnels.tick(now, out);
        self.associations.tick(now, out);
    }

    /// The capture ends: what still lives is reported and closed.
    pub fn finish(&mut self, out: &mut Vec<Event>) {
        self.segments.finish(out);
        self.flows.finish(self.now, out);
        self.tunnels.finish(self.now, out);
        self.associations.finish(self.now, out);
    }

    /// What was counted so far.
    pub fn counters(&self) -> ShardCounters {
        let mut counters = self.counters.clone();
        counters.flows = self.flows.started;
        (counters.tsn_seen, counters.tsn_expected) = self.associations.coverage();
        counters.tables = vec![
            self.flows.count(),
            self.tunnels.count(),
            self.fragments.count(),
            self.associations.count(),
            self.segments.count(),
            self.connections.count(),
            self.links.count(),
            self.pings.count(),
            self.reported.count(),
            self.labels.count(),
        ];
        counters
    }

    /// An IP packet: in the frame, or in a tunnel.
    fn ip(&mut self, cx: &mut Cx<'_>, mut cur: Cursor<'_>, path: Option<TunnelPath>) {
        self.show(cx, "ip", cur.rest());
        let Some(packet) = wire::ip::dissect(&mut cx.notes, &mut cur) else {
            self.counters.seen.note(Seen::NotIp);
            return;
        };
        self.counters.seen.note(if packet.src.is_ipv4() { Seen::Ipv4 } else { Seen::Ipv6 });
        let Some(fragment) = packet.fragment else {
            self.transport(cx, &packet, path);
            return;
        };
        self.counters.seen.note(Seen::Fragment);
        let tunnel = path.as_ref().map(|path| (path.dest_ip, path.teid));
        let tenant = cx.tenant();
        let whole = if cx.snapped || packet.snapped {
            None
        } else {
            self.fragments.add(&mut cx.notes, cx.at, &packet, fragment, (tunnel, tenant))
        };
        match whole {
            Some(whole) => {
                let header = packet.total_len.saturating_sub(len32(packet.payload.len()));
                let packet = Packet {
                    fragment: None,
                    payload: Cursor::new(&whole),
                    total_len: header.saturating_add(len32(whole.len())),
                    ..packet
                };
                let in_frame = std::mem::replace(&mut cx.in_frame, false);
                self.transport(cx, &packet, path);
                cx.in_frame = in_frame;
            }
            None => self.report(cx, &Place::of(ends(&packet, 0, 0, Proto::Other), path)),
        }
    }

    fn transport(&mut self, cx: &mut Cx<'_>, packet: &Packet<'_>, path: Option<TunnelPath>) {
        self.show(cx, tap::transport(packet.proto), packet.payload.rest());
        match packet.proto {
            proto::UDP => self.udp(cx, packet, path),
            proto::TCP => self.tcp(cx, packet, path),
            proto::SCTP => self.sctp(cx, packet, path),
            proto::ICMP | proto::ICMPV6 => self.icmp(cx, packet, path),
            proto::IPV4 | proto::IPV6 | proto::GRE | proto::ETHERIP | proto::MPLS | proto::L2TP => {
                self.envelope(cx, packet, path)
            }
            _ => {
                self.counters.seen.note(Seen::OtherIp);
                self.unread(cx, packet, path);
            }
        }
    }

    /// A packet whose payload is not read: it counts as a flow.
    fn unread(&mut self, cx: &mut Cx<'_>, packet: &Packet<'_>, path: Option<TunnelPath>) {
        let place = Place::of(ends(packet, 0, 0, proto_of(packet.proto)), path);
        let touched = self.touch(cx, &place, packet, None);
        if touched.fresh {
            if packet.proto == proto::ESP
                && let Some(flow) = self.flows.get_mut(touched.slot)
            {
                flow.spi = wire::envelope::esp(packet.payload).map(|(spi, _)| spi);
            }
            self.announce(cx, touched);
        }
        self.report(cx, &place);
    }

    /// Counts a packet in its flow, and in what is known of the tunnel around it.
    fn touch(
        &mut self,
        cx: &mut Cx<'_>,
        place: &Place,
        packet: &Packet<'_>,
        from: Option<Side>,
    ) -> Touched {
        let packet = flow::Packet {
            at: cx.at,
            frame: cx.frame,
            ends: place.ends.unwrap_or(ends(packet, 0, 0, Proto::Other)),
            ip_proto: packet.proto,
            path: place.path,
            around: cx.around.as_ref(),
            level: cx.level(place.path.as_ref()),
            len: packet.total_len,
            from,
        };
        let touched = self.flows.touch(&packet, cx.out);
        if let Some(path) = &place.path {
            if touched.fresh {
                self.tunnels.carries_flow(path, touched.side);
            }
            if let Some(other) = touched.other_teid {
                self.tunnels.pair(path, other);
            }
        }
        touched
    }

    /// The event of a flow that has just begun.
    fn announce(&mut self, cx: &mut Cx<'_>, touched: Touched) {
        if let Some(flow) = self.flows.get_mut(touched.slot) {
            let event = flow.event(event::FlowState::New, cx.at, cx.frame, None, Vec::new(), None);
            cx.out.push(event);
        }
    }

    /// Notes that a tunnel was found inside a tunnel.
    fn nested(&mut self, cx: &mut Cx<'_>, place: &Place) {
        let depth = place.path.as_ref().map_or(0, |path| path.depth);
        if depth > 0 {
            cx.notes.note(
                wire::Span::default(),
                "gtp.nested",
                Flaw::IllegalValue(u64::from(depth)),
            );
        }
    }
}

const fn proto_of(number: u8) -> Proto {
    match number {
        proto::TCP => Proto::Tcp,
        proto::UDP => Proto::Udp,
        proto::SCTP => Proto::Sctp,
        proto::ICMP => Proto::Icmp,
        proto::ICMPV6 => Proto::Icmpv6,
        proto::GRE => Proto::Gre,
        proto::ESP => Proto::Esp,
        _ => Proto::Other,
    }
}

fn ends(packet: &Packet<'_>, src_port: u16, dest_port: u16, proto: Proto) -> Endpoints {
    Endpoints { src_ip: packet.src, src_port, dest_ip: packet.dst, dest_port, proto }
}

/// A length as records have it; nothing that is read here is longer.
fn len32(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// Octets as hexadecimal digits, at most `max` of them.
fn hex(bytes: &[u8], max: usize) -> String {
    let mut text = String::with_capacity(bytes.len().min(max) * 2);
    text.extend(hex_digits(bytes, max));
    text
}

fn hex_digits(bytes: &[u8], max: usize) -> impl Iterator<Item = char> {
    bytes.iter().take(max).flat_map(|octet| hex_pair(*octet).map(char::from))
}

/// The two hexadecimal digits of an octet.
const fn hex_pair(octet: u8) -> [u8; 2] {
    const fn digit(nibble: u8) -> u8 {
        if nibble < 10 { b'0' + nibble } else { b'a' - 10 + nibble }
    }
    [digit(octet >> 4), digit(octet & 15)]
}
