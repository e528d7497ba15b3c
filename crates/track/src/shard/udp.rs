//! UDP: what carries GTP and DNS is read, the rest is counted.

use event::{FlowState, Proto, TunnelPath};
use wire::ip::Packet;
use wire::{Cursor, Flaw, gtp, pfcp, radius, transport};

use super::cx::{Cx, Place};
use super::{MAX_TUNNELS, Shard, ends, len32};
use crate::counters::Seen;
use crate::flow::recognise_udp;

impl Shard {
    pub(super) fn udp(&mut self, cx: &mut Cx<'_>, packet: &Packet<'_>, path: Option<TunnelPath>) {
        let mut cur = packet.payload;
        let udp = match transport::udp(&mut cx.notes, &mut cur) {
            Ok(udp) => udp,
            Err(truncated) => {
                cx.notes.cut("udp.header", truncated);
                return self.unread(cx, packet, path);
            }
        };
        self.counters.seen.note(Seen::Udp);
        let mut place = Place::of(ends(packet, udp.src_port, udp.dst_port, Proto::Udp), path);
        let payload = udp.payload;
        let has_port = |port| udp.src_port == port || udp.dst_port == port;
        let touched = self.touch(cx, &place, packet, None);

        if has_port(gtp::USER_PORT)
            && let Some((teid, inner)) = gtp::gpdu(payload)
        {
            if touched.fresh {
                if let Some(flow) = self.flows.get_mut(touched.slot) {
                    flow.app = Some("gtp-u");
                }
                self.announce(cx, touched);
            }
            if !cx.notes.is_empty() {
                self.report(cx, &place);
            }
            self.show(cx, "gtp", payload.rest());
            return self.gpdu(cx, &place, packet.total_len, teid, inner);
        }

        // Nobody computes checksums of user packets twice, and in tunnels they are the subscriber's business.
        if path.is_none() && cx.in_frame && !cx.snapped && !packet.snapped {
            transport::check_udp(&mut cx.notes, packet, &udp);
        }
        if self.udp_envelope(cx, &place, packet, &udp, touched) {
            return;
        }
        let Some(flow) = self.flows.get_mut(touched.slot) else { return };
        place.flow_id = Some(flow.id);
        place.busy = flow.is_busy();
        let first = *flow.packets.of(touched.side) == 1;
        let mut recognised = false;
        if flow.app.is_none() && flow.packets.client + flow.packets.server <= 8 {
            flow.app = recognise_udp(udp.src_port, udp.dst_port, payload.rest());
            recognised = flow.app.is_some();
        }
        let app = flow.app;
        if touched.fresh {
            self.announce(cx, touched);
        } else if recognised {
            let event = flow.event(FlowState::Opened, cx.at, cx.frame, None, Vec::new(), None);
            cx.out.push(event);
        }
        if let Some(flow) = self.flows.get_mut(touched.slot)
            && !payload.is_empty()
            && let Some(event) = flow.said(touched.side, cx.at, cx.frame, len32(payload.len()))
        {
            cx.out.push(event);
        }
        if first && !recognised {
            self.magic(cx, &place, payload.rest(), false);
        }

        match app {
            Some("radius") => return self.radius(cx, &place, payload),
            Some("sip") if wire::sip::probe(payload.rest()) => {
                self.show(cx, "sip", payload.rest());
                self.counters.seen.note(Seen::Sip);
                return self.report(cx, &place);
            }
            _ => {}
        }
        // Much else uses the charging port, so the shape must agree there; on the other two what does not is worth seeing.
        // A resolver's client may have any port, theirs too.
        let is_gtp = (app != Some("dns")
            && (has_port(gtp::CONTROL_PORT) || has_port(gtp::USER_PORT)))
            || ((app == Some("dns") || has_port(gtp::CHARGING_PORT))
                && gtp::probe(payload.rest()).is_some());
        if is_gtp {
            self.gtp(cx, &place, packet.total_len, payload, has_port(gtp::USER_PORT));
        } else if has_port(53) || app == Some("dns") {
            self.dns(cx, &place, payload);
        } else if has_port(pfcp::PORT) && payload.peek().is_some_and(|flags| flags >> 5 == 1) {
            self.pfcp(cx, &place, payload);
        } else if let Some(kind) = gtp::probe(payload.rest()) {
            // Strict, so that what answers from another port is read too.
            let user_plane = kind == gtp::Kind::User;
            self.gtp(cx, &place, packet.total_len, payload, user_plane);
        } else if pfcp::probe(payload.rest()) {
            self.pfcp(cx, &place, payload);
        }
        self.report(cx, &place);
    }

    /// A packet of RADIUS: what breaks its rules is told.
    fn radius(&mut self, cx: &mut Cx<'_>, place: &Place, mut cur: Cursor<'_>) {
        self.show(cx, "radius", cur.rest());
        self.counters.seen.note(Seen::Radius);
        if let Err(truncated) = radius::dissect(&mut cx.notes, &mut cur) {
            cx.notes.cut("radius.header", truncated);
        }
        self.report(cx, place);
    }

    /// A subscriber's packet in its tunnel.
    pub(super) fn gpdu(
        &mut self,
        cx: &mut Cx<'_>,
        place: &Place,
        len: u32,
        teid: u32,
        inner: Cursor<'_>,
    ) {
        self.counters.seen.note(Seen::Gtpu);
        let Some(ends) = place.ends else { return };
        let depth = place.path.as_ref().map_or(1, |path| path.depth.saturating_add(1));
        if depth > 1 {
            self.nested(cx, place);
            if depth > MAX_TUNNELS {
                cx.notes.note(inner.span(), "gtp.nested", Flaw::TooDeep);
                return self.report(cx, place);
            }
            self.report(cx, place);
        }
        let path =
            TunnelPath { src_ip: ends.src_ip, dest_ip: ends.dest_ip, teid, depth, imsi: None };
        let around = cx.around;
        let fresh = self.tunnels.touch(&path, cx.at, cx.frame, len, cx.out);
        self.ip(cx, inner, Some(path));
        self.report(cx, place);
        if fresh {
            self.tunnels.introduce(&path, around, cx.at, cx.out);
        }
    }
}
