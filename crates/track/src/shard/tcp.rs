//! TCP: handshakes, openings, and the streams that somebody reads.

use event::{Endpoints, FlowState, Handshake, Proto, TunnelPath};
use wire::ip::Packet;
use wire::{Cursor, transport};

use super::cx::{Cx, Place};
use super::{Shard, ends};
use crate::counters::Seen;
use crate::flow::{self, TcpWatch, Told};
use crate::side::Side;

impl Shard {
    pub(super) fn tcp(&mut self, cx: &mut Cx<'_>, packet: &Packet<'_>, path: Option<TunnelPath>) {
        let mut cur = packet.payload;
        let tcp = match transport::tcp(&mut cx.notes, &mut cur) {
            Ok(tcp) => tcp,
            Err(truncated) => {
                cx.notes.cut("tcp.header", truncated);
                return self.unread(cx, packet, path);
            }
        };
        self.counters.seen.note(Seen::Tcp);
        let outer = path.is_none();
        if outer && cx.in_frame && !cx.snapped && !packet.snapped {
            transport::check_tcp(&mut cx.notes, packet);
        }
        let mut place = Place::of(ends(packet, tcp.src_port, tcp.dst_port, Proto::Tcp), path);
        let (syn, ack, rst, fin) =
            (tcp.flags.syn(), tcp.flags.ack(), tcp.flags.rst(), tcp.flags.fin());
        let from = match (syn, ack) {
            (true, false) => Some(Side::Client),
            (true, true) => Some(Side::Server),
            // Whoever refuses did not begin.
            (false, _) if rst => Some(Side::Server),
            _ => None,
        };
        let mut touched = self.touch(cx, &place, packet, from);
        let Some(flow) = self.flows.get_mut(touched.slot) else { return };
        let opens = syn && !ack;
        let again = opens
            && !touched.fresh
            && (flow.ended
                || (flow.handshake == Handshake::Established
                    && flow.isns.of(touched.side) != &Some(tcp.seq)));
        if again {
            let ends = ends(packet, tcp.src_port, tcp.dst_port, Proto::Tcp);
            let len = packet.total_len;
            let packet = flow::Packet {
                at: cx.at,
                frame: cx.frame,
                ends,
                ip_proto: packet.proto,
                path,
                around: cx.around.as_ref(),
                level: cx.level(path.as_ref()),
                len,
                from,
            };
            self.flows.restart(touched.slot, &packet, cx.out);
            touched.fresh = true;
            touched.side = Side::Client;
        }
        let Some((flow, pool)) = self.flows.with_pool(touched.slot) else { return };
        let side = touched.side;
        place.flow_id = Some(flow.id);
        place.busy = flow.is_busy();
        if flow.ended {
            return self.report(cx, &place);
        }
        if syn {
            *flow.isns.of_mut(side) = Some(tcp.seq);
            if ack {
                flow.isns.of_mut(side.other()).get_or_insert(tcp.ack.wrapping_sub(1));
            }
        }
        flow.handshake = match (flow.handshake, side, syn, ack) {
            (Handshake::None, Side::Client, true, false) => Handshake::Syn,
            (Handshake::None | Handshake::Syn, Side::Server, true, true) => Handshake::SynAck,
            (Handshake::Syn, Side::Server, _, _) if rst => Handshake::Refused,
            (Handshake::SynAck, Side::Client, false, true) if !rst => Handshake::Established,
            // Its answer was not captured, but it goes on.
            (Handshake::Syn, Side::Client, false, true) if !rst => Handshake::Established,
            (state, ..) => state,
        };
        if touched.fresh {
            flow.midstream = !syn;
            let event = flow.event(FlowState::New, cx.at, cx.frame, None, Vec::new(), None);
            cx.out.push(event);
        }

        let payload = tcp.payload.rest();
        let first = !payload.is_empty() && !*flow.payload_seen.of(side);
        *flow.payload_seen.of_mut(side) |= !payload.is_empty();
        if !payload.is_empty() && !packet.snapped && !cx.snapped || flow.tcp.is_some() {
            let midstream = flow.midstream;
            let isns = flow.isns;
            let watch = flow.tcp.get_or_insert_with(|| {
                let mut watch = TcpWatch::new(!midstream);
                for side in [Side::Client, Side::Server] {
                    if let Some(isn) = isns.of(side) {
                        watch.begin(side, *isn);
                    }
                }
                Box::new(watch)
            });
            // Data of a SYN stands one further on.
            let seq = if syn { tcp.seq.wrapping_add(1) } else { tcp.seq };
            let ack = ack.then_some(tcp.ack);
            let port = flow.ends.dest_port;
            let learned =
                watch.segment(pool, side, cx.at, port, (seq, payload), ack, &mut self.heard);
            flow.app = learned.app.or(flow.app);
            flow.tls = learned.tls.or_else(|| flow.tls.take());
            flow.dns_framed = learned.dns_framed.or(flow.dns_framed);
            match learned.app {
                Some("ssh") => self.counters.seen.note(Seen::Ssh),
                Some("tls") => self.counters.seen.note(Seen::Tls),
                _ => {}
            }
            let recognised = flow.app.is_some();
            if learned.fresh > 0
                && let Some(event) = flow.said(side, cx.at, cx.frame, learned.fresh)
            {
                cx.out.push(event);
            }
            // Busy is a connection in which the other side has said something: a handshake alone is none of that.
            let busy = *flow.payload_seen.of(side.other());
            if first && !recognised {
                self.magic(cx, &Place { busy, ..place }, payload, true);
            }
            self.tell(cx, &place, side, touched.slot);
        }
        self.tcp_end(cx, touched.slot, side, fin, rst);
        self.report(cx, &place);
    }

    /// What the stream told. An acknowledgement of one side frees what waited behind a gap of the other: that was said
    /// by the other.
    fn tell(&mut self, cx: &mut Cx<'_>, place: &Place, side: Side, slot: event::Slot) {
        if self.heard.told.is_empty() {
            return;
        }
        let mut heard = std::mem::take(&mut self.heard);
        let back = Place { ends: place.ends.map(Endpoints::reversed), ..*place };
        let of = |from: Side| if from == side { place } else { &back };
        let mut bytes = Cursor::new(&heard.bytes);
        for told in heard.told.drain(..) {
            match told {
                Told::Diameter(from, len) => {
                    let message = Cursor::new(bytes.take(len).unwrap_or_default());
                    let in_frame = std::mem::replace(&mut cx.in_frame, false);
                    self.diameter(cx, of(from), message);
                    cx.in_frame = in_frame;
                }
                Told::Dns(from, len) => {
                    let mut message = Cursor::new(bytes.take(len).unwrap_or_default());
                    if message.skip(2).is_ok() {
                        let in_frame = std::mem::replace(&mut cx.in_frame, false);
                        self.dns(cx, of(from), message);
                        cx.in_frame = in_frame;
                    }
                }
                Told::SshOpened => {
                    let Some(flow) = self.flows.get_mut(slot) else { continue };
                    let event =
                        flow.tcp.as_ref().and_then(|tcp| tcp.ssh_opened(flow, cx.at, cx.frame));
                    cx.out.extend(event);
                }
                Told::Opened(opening) => {
                    let Some(flow) = self.flows.get_mut(slot) else { continue };
                    let turns =
                        flow.turns.as_mut().map(|turns| turns.take(false)).unwrap_or_default();
                    let event =
                        flow.event(FlowState::Opened, cx.at, cx.frame, opening, turns, None);
                    cx.out.push(event);
                }
            }
        }
        heard.clear();
        self.heard = heard;
    }

    fn tcp_end(&mut self, cx: &mut Cx<'_>, slot: event::Slot, side: Side, fin: bool, rst: bool) {
        let Some((flow, pool)) = self.flows.with_pool(slot) else { return };
        if fin {
            *flow.fins.of_mut(side) = true;
        }
        let reason = if rst {
            "rst"
        } else if flow.fins.client && flow.fins.server {
            "fin"
        } else {
            return;
        };
        flow.close(pool, cx.at, cx.frame, reason, cx.out);
    }
}
