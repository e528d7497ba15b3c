//! Packets in packets: what an envelope carries is read as if it stood alone, and its events say what was around it.

use event::{Endpoints, Proto, TunnelPath};
use wire::envelope::{self, Envelope, InUdp4500};
use wire::ip::Packet;
use wire::link::{Carried, Exported, Inner};
use wire::transport::Udp;
use wire::{Cursor, Flaw};

use super::cx::{Around, Cx, Place};
use super::{Shard, len32};
use crate::counters::Seen;
use crate::flow::Touched;

/// Envelopes in envelopes that are opened, tunnels aside.
pub(crate) const MAX_ENVELOPES: u8 = 4;
/// Ports of the key exchange (RFC 7296 §2), the second with ESP beside it.
const IKE_PORT: u16 = 500;
const IPSEC_PORT: u16 = 4500;

impl Shard {
    /// What a link layer or an envelope carries.
    pub(super) fn carried(
        &mut self,
        cx: &mut Cx<'_>,
        carried: Carried<'_>,
        path: Option<TunnelPath>,
    ) {
        match carried {
            Carried::Ip { packet, .. } => self.ip(cx, packet, path),
            Carried::Mtp2(cur) => self.mtp2(cx, cur),
            Carried::Mtp3(cur) => self.mtp3(cx, &Place::NOWHERE, cur),
            Carried::Sccp(cur) => self.sccp(cx, &Place::NOWHERE, None, cur),
            Carried::Exported(exported) => self.exported(cx, &exported),
            Carried::Other { .. } => self.counters.seen.note(Seen::NotIp),
        }
    }

    /// Reads what the envelope that `packet` is carries.
    pub(super) fn open(
        &mut self,
        cx: &mut Cx<'_>,
        packet: &Packet<'_>,
        envelope: &Envelope<'_>,
        path: Option<TunnelPath>,
    ) {
        self.counters.seen.note(Seen::Envelope);
        let around = cx.around;
        if around.is_some_and(|around| around.depth >= MAX_ENVELOPES) {
            return cx.notes.note(packet.payload.span(), "ip.nested", Flaw::TooDeep);
        }
        let tenant = envelope.id.filter(|_| envelope.kind.is_tenant());
        cx.around = Some(match around {
            Some(outermost) => Around {
                depth: outermost.depth.saturating_add(1),
                tenant: tenant.or(outermost.tenant),
                ..outermost
            },
            None => Around {
                kind: envelope.kind.name(),
                src_ip: packet.src,
                dest_ip: packet.dst,
                id: envelope.id,
                depth: 1,
                tenant,
            },
        });
        let before = cx.out.len();
        self.carried(cx, envelope.carried, path);
        // What ends because of this packet is about another, and has its own.
        if let Some(around) = &cx.around {
            for event in cx.out.iter_mut().skip(before) {
                if event.frame == cx.frame && event.envelope.is_none() {
                    event.envelope = Some(Box::new(around.record()));
                }
            }
        }
        cx.around = around;
    }

    /// A packet that may be an envelope by its protocol number: it counts as a flow, too.
    pub(super) fn envelope(
        &mut self,
        cx: &mut Cx<'_>,
        packet: &Packet<'_>,
        path: Option<TunnelPath>,
    ) {
        self.counters.seen.note(Seen::OtherIp);
        let opened = envelope::in_ip(&mut cx.notes, packet);
        let place = Place::of(super::ends(packet, 0, 0, super::proto_of(packet.proto)), path);
        let touched = self.touch(cx, &place, packet, None);
        if touched.fresh {
            if let Some(envelope) = &opened
                && let Some(flow) = self.flows.get_mut(touched.slot)
            {
                flow.app = app(envelope.kind).or(flow.app);
            }
            self.announce(cx, touched);
        }
        self.report(cx, &place);
        if let Some(envelope) = opened {
            self.open(cx, packet, &envelope, path);
            self.report(cx, &place);
        }
    }

    /// A datagram that may be an envelope; true when it was one and is done with.
    #[inline]
    pub(super) fn udp_envelope(
        &mut self,
        cx: &mut Cx<'_>,
        place: &Place,
        packet: &Packet<'_>,
        udp: &Udp<'_>,
        touched: Touched,
    ) -> bool {
        // The ports, or the first octets of VXLAN: nearly every datagram goes no further.
        let ports = envelope::is_port(udp.dst_port) || envelope::is_port(udp.src_port);
        if !ports
            && !matches!(udp.dst_port, IKE_PORT | IPSEC_PORT)
            && !matches!(udp.src_port, IKE_PORT | IPSEC_PORT)
            && !udp.payload.rest().starts_with(&[8, 0, 0, 0])
        {
            return false;
        }
        self.udp_envelope_cold(cx, place, packet, udp, touched, ports)
    }

    fn udp_envelope_cold(
        &mut self,
        cx: &mut Cx<'_>,
        place: &Place,
        packet: &Packet<'_>,
        udp: &Udp<'_>,
        touched: Touched,
        ports: bool,
    ) -> bool {
        let Some(flow) = self.flows.get_mut(touched.slot) else { return false };
        let opened = if ports {
            envelope::in_udp(&mut cx.notes, udp.src_port, udp.dst_port, udp.payload)
        } else if flow.app == Some("vxlan")
            || (flow.app.is_none() && envelope::looks_like_vxlan(udp.payload.rest()))
        {
            envelope::vxlan(&mut cx.notes, udp.payload)
        } else {
            flow.app = flow.app.or_else(|| ipsec(udp, &mut flow.spi));
            None
        };
        let Some(envelope) = opened else { return false };
        flow.app = app(envelope.kind).or(flow.app);
        flow.carried(touched.side, len32(udp.payload.len()));
        if touched.fresh {
            self.announce(cx, touched);
        }
        self.report(cx, place);
        self.open(cx, packet, &envelope, place.path);
        self.report(cx, place);
        true
    }

    /// A message that Wireshark exported: what its tags say it is.
    fn exported(&mut self, cx: &mut Cx<'_>, exported: &Exported<'_>) {
        let mut place = Place::NOWHERE;
        if let (Some(src_ip), Some(dest_ip)) = (exported.src, exported.dst) {
            place.ends = Some(Endpoints {
                src_ip,
                src_port: exported.src_port,
                dest_ip,
                dest_port: exported.dst_port,
                proto: Proto::Other,
            });
        }
        let cur: Cursor<'_> = exported.payload;
        match exported.protocol {
            Inner::Mtp2 => self.mtp2(cx, cur),
            Inner::Mtp3 => self.mtp3(cx, &place, cur),
            Inner::M3ua => self.m3ua(cx, &place, cur),
            Inner::M2ua => self.m2ua(cx, &place, cur),
            Inner::M2pa => self.m2pa(cx, &place, cur),
            Inner::Sccp => self.sccp(cx, &place, None, cur),
            Inner::Sua => self.sua(cx, &place, cur),
            Inner::Isup => self.isup(cx, &place, None, cur, wire::isup::Flavour::Itu),
            Inner::Gtp => self.gtp(cx, &place, len32(cur.len()), cur, false),
            Inner::Diameter => self.diameter(cx, &place, cur),
            Inner::Dns => self.dns(cx, &place, cur),
            Inner::Tcap | Inner::Pfcp | Inner::Other => {
                self.counters.seen.note(Seen::NotIp);
            }
        }
        self.report(cx, &place);
    }
}

/// What the flow of an envelope is called; IP in IP is no protocol of its own.
const fn app(kind: envelope::Kind) -> Option<&'static str> {
    use envelope::Kind;
    Some(match kind {
        Kind::Erspan1 | Kind::Erspan2 | Kind::Erspan3 => "erspan",
        Kind::Vxlan | Kind::VxlanGpe => "vxlan",
        Kind::L2tp | Kind::L2tpV3 => "l2tp",
        Kind::Nvgre | Kind::Pptp | Kind::Geneve | Kind::Teredo | Kind::EtherIp | Kind::Mpls => {
            kind.name()
        }
        Kind::Gre | Kind::IpIp | Kind::SixInFour | Kind::FourInSix | Kind::SixInSix => return None,
    })
}

/// The key exchange, or ESP in UDP.
fn ipsec(udp: &Udp<'_>, spi: &mut Option<u32>) -> Option<&'static str> {
    let port = |port| udp.src_port == port || udp.dst_port == port;
    if port(IPSEC_PORT) {
        return match envelope::in_udp_4500(udp.payload)? {
            InUdp4500::Keepalive => None,
            InUdp4500::Ike(_) => Some("ike"),
            InUdp4500::Esp { spi: index, .. } => {
                spi.get_or_insert(index);
                Some("esp")
            }
        };
    }
    envelope::ike(udp.payload).filter(|_| port(IKE_PORT)).map(|_| "ike")
}
