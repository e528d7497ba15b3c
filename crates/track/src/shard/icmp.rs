//! ICMP: of the echoes those that say something, of the rest what is new.

use ahash::RandomState;
use std::net::IpAddr;
use std::time::Duration;

use event::{Capped, Icmp, Proto, TableCount, Timestamp, TunnelPath, What};
use wire::icmp::Icmp as Message;
use wire::ip::{Packet, proto};

use super::cx::{Cx, Place};
use super::{Shard, ends, hex, len32};
use crate::counters::Seen;

/// Octets of unknown data that an event shows.
const SHOWN: usize = 256;
/// The same once more between the same two hosts is told again after this long.
const REPEAT: Duration = Duration::from_secs(10);
/// Echo identifier of the published variant on routers, whose data is always shown.
const JUNOS_ID: u16 = 0xaa56;
/// Programs whose data are a clock and zeros: an address, its port and padding look the same.
const SPARSE: &[&str] = &["fping", "check_icmp"];
/// Further from the time of the capture than this, a clock is none.
const CLOCK_DRIFT_SECS: u64 = 2 * 86_400;
/// Programs that begin their data with the time, whose first octets are anything at all.
const TIMED: &[&str] = &["linux", "bsd", "fping", "mtr", "smokeping", "sgsnemu"];

#[derive(Clone, Copy, Debug)]
struct Asked {
    frame: u64,
    data: u64,
}

/// Recent echoes.
pub(crate) struct Pings {
    hasher: RandomState,
    /// Conversations whose first echo was told.
    met: Capped<(IpAddr, IpAddr, u16), ()>,
    asked: Capped<(IpAddr, IpAddr, u16, u16), Asked>,
    /// What was told last between two hosts, by kind.
    told: Capped<(IpAddr, IpAddr, u8, u64), Timestamp>,
}

impl Pings {
    pub(crate) fn new(cap: usize) -> Self {
        Self {
            hasher: RandomState::new(),
            met: Capped::new("echo conversations", cap),
            asked: Capped::new("echo requests", cap),
            told: Capped::new("icmp told", cap),
        }
    }

    pub(crate) fn count(&self) -> TableCount {
        let mut count = self.asked.count();
        for other in [self.met.count(), self.told.count()] {
            count.entries += other.entries;
            count.cap += other.cap;
            count.evicted += other.evicted;
        }
        count.table = "echoes".into();
        count
    }

    /// Whether this was not told between the two in the last ten seconds.
    fn is_news(&mut self, packet: &Packet<'_>, kind: u8, what: u64, at: Timestamp) -> bool {
        let mut fresh = false;
        let key = (packet.src, packet.dst, kind, what);
        let (last, _) = self.told.entry(&key, || {
            fresh = true;
            at
        });
        let news = fresh || at.since(*last) >= REPEAT;
        if news {
            *last = at;
        }
        news
    }
}

impl Shard {
    pub(super) fn icmp(&mut self, cx: &mut Cx<'_>, packet: &Packet<'_>, path: Option<TunnelPath>) {
        let message = match wire::icmp::dissect(&mut cx.notes, packet) {
            Ok(message) => message,
            Err(truncated) => {
                cx.notes.cut("icmp.header", truncated);
                return self.unread(cx, packet, path);
            }
        };
        self.counters.seen.note(Seen::Icmp);
        let outer = path.is_none();
        if outer && cx.in_frame && !cx.snapped && !packet.snapped {
            wire::icmp::check(&mut cx.notes, packet);
        }
        let name = if packet.proto == proto::ICMP { Proto::Icmp } else { Proto::Icmpv6 };
        let mut place = Place::of(ends(packet, 0, 0, name), path);
        let touched = self.touch(cx, &place, packet, None);
        if let Some(flow) = self.flows.get_mut(touched.slot) {
            place.flow_id = Some(flow.id);
            place.busy = flow.is_busy();
        }
        if touched.fresh {
            self.announce(cx, touched);
        }
        if message.is_echo_request() || message.is_echo_reply() {
            self.echo(cx, &place, packet, &message);
        } else if self.is_told(cx, packet, &message) {
            let event = record(&message);
            cx.emit(&place, What::Icmp(Box::new(event)));
        }
        self.report(cx, &place);
    }

    fn echo(&mut self, cx: &mut Cx<'_>, place: &Place, packet: &Packet<'_>, message: &Message<'_>) {
        let data = message.data.rest();
        let pattern = message.pattern();
        let hides =
            SPARSE.contains(&pattern) && message.is_echo_request() && !tells_time(data, cx.at);
        let odd = hides || matches!(pattern, "unknown" | "text");
        let (id, sequence) = (message.id.unwrap_or(0), message.sequence.unwrap_or(0));
        let hash = self.pings.hasher.hash_one(data);
        let mut record = record(message);
        if message.is_echo_request() {
            let asked = Asked { frame: cx.frame, data: hash };
            self.pings.asked.insert((packet.src, packet.dst, id, sequence), asked);
        } else if let Some(asked) = self.pings.asked.get(&(packet.dst, packet.src, id, sequence)) {
            record.request_frame = Some(asked.frame);
            record.reply_differs = asked.data != hash && !message.snapped && !cx.snapped;
        }
        let mut first = false;
        if message.is_echo_request() {
            self.pings.met.entry(&(packet.src, packet.dst, id), || first = true);
        }
        let junos = id == JUNOS_ID;
        let news = (odd || record.reply_differs)
            && self.pings.is_news(packet, message.icmp_type, hash, cx.at);
        if place.path.is_none() && (odd || junos || record.reply_differs) {
            record.data = Some(hex(data, SHOWN));
        }
        if (first || news) && (hides || !TIMED.contains(&pattern)) {
            self.magic(cx, place, data, false);
        }
        if news || first || junos {
            cx.emit(place, What::Icmp(Box::new(record)));
        }
    }

    /// Errors and the rest: once in ten seconds about the same.
    fn is_told(&mut self, cx: &Cx<'_>, packet: &Packet<'_>, message: &Message<'_>) -> bool {
        // Neighbour discovery is the link's own business (RFC 4861), and so are multicast listener reports.
        if message.v6 && matches!(message.icmp_type, 130..=137 | 143) {
            return false;
        }
        let about = message
            .quoted()
            .map(|quoted| (quoted.dst, quoted.proto, quoted.ports.map(|(_, port)| port)));
        let what = self.pings.hasher.hash_one((message.code, about));
        self.pings.is_news(packet, message.icmp_type, what, cx.at)
    }
}

/// Whether one of the first words is the time of the capture, in seconds and either byte order.
fn tells_time(data: &[u8], at: Timestamp) -> bool {
    let now = at.secs();
    data.chunks_exact(4).take(4).filter_map(<[u8]>::first_chunk::<4>).any(|word| {
        [u32::from_le_bytes(*word), u32::from_be_bytes(*word)]
            .into_iter()
            .any(|secs| i64::from(secs).abs_diff(now) <= CLOCK_DRIFT_SECS)
    })
}

fn record(message: &Message<'_>) -> Icmp {
    let quoted = message.quoted();
    let echo = message.is_echo_request() || message.is_echo_reply();
    Icmp {
        icmp_type: message.icmp_type,
        icmp_code: message.code,
        id: message.id,
        sequence: message.sequence,
        data_len: len32(message.data.len()),
        pattern: if echo { message.pattern().into() } else { "".into() },
        about_dest_ip: quoted.map(|quoted| quoted.dst),
        about_dest_port: quoted.and_then(|quoted| quoted.ports).map(|(_, port)| port),
        about_proto: quoted.map(|quoted| quoted.proto),
        ..Icmp::default()
    }
}
