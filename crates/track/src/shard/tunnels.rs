//! What runs through each tunnel endpoint of the user plane: counters for the join, which knows whose tunnel it is.

use std::net::IpAddr;
use std::time::Duration;

use event::{
    Endpoints, Event, Proto, TableCount, Timestamp, Tunnel, TunnelPath, TunnelState, What,
};

use super::cx::Around;
use crate::side::Side;
use event::Capped;

/// An endpoint: the node that receives, and the number it gave out.
type End = (IpAddr, u32);

#[derive(Debug)]
struct Usage {
    src: IpAddr,
    /// The receiver is the gateway, by what its flows look like.
    uplink: Option<bool>,
    /// The endpoint of the other direction, once a flow used both.
    other: Option<End>,
    /// Since the start.
    total: u64,
    /// Since the last report.
    packets: u64,
    bytes: u64,
    flows: u64,
    start: Timestamp,
    last: Timestamp,
    reported: Timestamp,
    last_frame: u64,
    fresh: bool,
}

/// All endpoints of a shard.
pub(crate) struct Tunnels {
    table: Capped<End, Usage>,
    idle: Duration,
    report_every: Duration,
}

impl Tunnels {
    pub(crate) fn new(cap: usize, idle: Duration, report_every: Duration) -> Self {
        Self { table: Capped::new("tunnel endpoints", cap), idle, report_every }
    }

    /// Counts a packet; true when it is the first of its endpoint, which is then to be introduced.
    pub(crate) fn touch(
        &mut self,
        path: &TunnelPath,
        at: Timestamp,
        frame: u64,
        bytes: u32,
        out: &mut Vec<Event>,
    ) -> bool {
        let end = (path.dest_ip, path.teid);
        let slot = match self.table.find(&end) {
            Some(slot) => slot,
            None => {
                let usage = Usage {
                    src: path.src_ip,
                    uplink: None,
                    other: None,
                    total: 0,
                    packets: 0,
                    bytes: 0,
                    flows: 0,
                    start: at,
                    last: at,
                    reported: at,
                    last_frame: frame,
                    fresh: true,
                };
                let (slot, gone) = self.table.put(end, usage);
                if let Some((end, mut gone)) = gone {
                    out.push(gone.report(end, at, TunnelState::Active, None));
                }
                slot
            }
        };
        let Some(usage) = self.table.at_mut(slot) else { return false };
        usage.src = path.src_ip;
        usage.total += 1;
        usage.packets += 1;
        usage.bytes += u64::from(bytes);
        usage.last = at;
        usage.last_frame = frame;
        // Each time it has doubled too, so that a tunnel that is deleted soon was told of as nearly as can be.
        let due = at.since(usage.reported) >= self.report_every || usage.total.is_power_of_two();
        if !usage.fresh && due {
            out.push(usage.report(end, at, TunnelState::Active, None));
        }
        usage.fresh
    }

    /// After the first packet of an endpoint was read: tells of it.
    pub(crate) fn introduce(
        &mut self,
        path: &TunnelPath,
        around: Option<Around>,
        at: Timestamp,
        out: &mut Vec<Event>,
    ) {
        let end = (path.dest_ip, path.teid);
        let Some(usage) = self.table.peek_slot(&end).and_then(|slot| self.table.at_mut(slot))
        else {
            return;
        };
        if std::mem::take(&mut usage.fresh) {
            let mut event = usage.report(end, at, TunnelState::Opened, None);
            event.envelope = around.map(|around| Box::new(around.record()));
            out.push(event);
        }
    }

    /// A flow began in the tunnel; whoever begins flows is the subscriber, as a rule.
    pub(crate) fn carries_flow(&mut self, path: &TunnelPath, side: Side) {
        let end = (path.dest_ip, path.teid);
        if let Some(usage) = self.table.peek_slot(&end).and_then(|slot| self.table.at_mut(slot)) {
            usage.flows += 1;
            usage.uplink.get_or_insert(side == Side::Client);
        }
    }

    /// A flow uses this endpoint in one direction and `other` at the sender in the other.
    pub(crate) fn pair(&mut self, path: &TunnelPath, other: u32) {
        let (here, there) = ((path.dest_ip, path.teid), (path.src_ip, other));
        let uplink = self.table.peek(&there).and_then(|usage| usage.uplink);
        for (end, other, uplink) in [(here, there, uplink.map(|up| !up)), (there, here, uplink)] {
            if let Some(usage) = self.table.peek_slot(&end).and_then(|slot| self.table.at_mut(slot))
            {
                usage.other = Some(other);
                if usage.uplink.is_none() {
                    usage.uplink = uplink;
                }
            }
        }
    }

    pub(crate) fn tick(&mut self, now: Timestamp, out: &mut Vec<Event>) {
        while self.table.oldest().is_some_and(|(_, usage)| now.since(usage.last) >= self.idle) {
            if let Some((end, mut usage)) = self.table.pop_oldest() {
                out.push(usage.report(end, now, TunnelState::Closed, Some("idle")));
            }
        }
    }

    pub(crate) fn finish(&mut self, now: Timestamp, out: &mut Vec<Event>) {
        while let Some((end, mut usage)) = self.table.pop_oldest() {
            // At the time of its last packet, so that what was deleted since is not taken for alive.
            let at = usage.last.min(now);
            out.push(usage.report(end, at, TunnelState::Active, None));
        }
    }

    pub(crate) fn count(&self) -> TableCount {
        self.table.count()
    }
}

impl Usage {
    /// What ran since the last report, in this direction.
    fn report(
        &mut self,
        end: End,
        at: Timestamp,
        state: TunnelState,
        reason: Option<&'static str>,
    ) -> Event {
        self.reported = at;
        let (packets, bytes) = (std::mem::take(&mut self.packets), std::mem::take(&mut self.bytes));
        let uplink = self.uplink.unwrap_or(true);
        let other = self.other.unzip();
        let (ip, teid) = (Some(end.0), Some(end.1));
        let mut tunnel = Tunnel {
            state,
            version: 1,
            without_control: true,
            flows: std::mem::take(&mut self.flows),
            start: Some(self.start),
            reason: reason.map(Into::into),
            ..Tunnel::default()
        };
        if uplink {
            (tunnel.gateway_ip, tunnel.gateway_teid) = (ip, teid);
            (tunnel.serving_ip, tunnel.serving_teid) = (other.0.or(Some(self.src)), other.1);
            (tunnel.packets_up, tunnel.bytes_up) = (packets, bytes);
        } else {
            (tunnel.serving_ip, tunnel.serving_teid) = (ip, teid);
            (tunnel.gateway_ip, tunnel.gateway_teid) = (other.0.or(Some(self.src)), other.1);
            (tunnel.packets_down, tunnel.bytes_down) = (packets, bytes);
        }
        let ends = Endpoints {
            src_ip: self.src,
            src_port: wire::gtp::USER_PORT,
            dest_ip: end.0,
            dest_port: wire::gtp::USER_PORT,
            proto: Proto::Udp,
        };
        let mut event = Event::new(at, self.last_frame, Some(ends), What::Tunnel(Box::new(tunnel)));
        event.path = Some(Box::new(TunnelPath {
            src_ip: self.src,
            dest_ip: end.0,
            teid: end.1,
            depth: 1,
            imsi: None,
        }));
        event
    }
}
