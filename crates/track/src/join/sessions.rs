//! Tunnels: born from accepted requests of the control plane, fed by what the shards count in the user plane; and those
//! that carry traffic although nobody was seen making them.

use std::net::IpAddr;
use std::time::Duration;

use event::{
    Capped, Endpoints, Event, Fteid, Gtp, Plmn, Proto, Subscriber, TableCount, Timestamp, Tunnel,
    TunnelPath, TunnelState, What,
};

use super::gtp::{Request, accepted};
use crate::counters::JoinCounters;

/// An endpoint: the node that receives, and the number it gave out.
type End = (IpAddr, u32);

/// How often a tunnel that lives is told of.
const REPORT_EVERY: Duration = Duration::from_secs(60);
/// Interfaces of GTPv2 (TS 29.274 §8.22) whose endpoint is the one that a subscriber's packets cross first.
const ACCESS: u8 = 1;

#[derive(Debug, Default)]
struct Session {
    number: u64,
    version: u8,
    without_control: bool,
    serving: Option<End>,
    gateway: Option<End>,
    /// Where only the node is known.
    serving_ip: Option<IpAddr>,
    gateway_ip: Option<IpAddr>,
    controls: Vec<End>,
    imsi: Option<Subscriber>,
    msisdn: Option<Subscriber>,
    apn: Option<String>,
    end_user_address: Option<IpAddr>,
    serving_network: Option<Plmn>,
    rat_type: Option<u8>,
    nsapi: Option<u8>,
    ebi: Option<u8>,
    request_frame: Option<u64>,
    packets: (u64, u64),
    bytes: (u64, u64),
    flows: u64,
    start: Timestamp,
    last: Timestamp,
    last_frame: u64,
    reported: Timestamp,
}

impl Session {
    fn event(
        &mut self,
        state: TunnelState,
        at: Timestamp,
        frame: u64,
        reason: Option<&'static str>,
    ) -> Event {
        self.reported = at;
        let ip = |end: Option<End>, other: Option<IpAddr>| end.map(|(ip, _)| ip).or(other);
        let serving_ip = ip(self.serving, self.serving_ip);
        let gateway_ip = ip(self.gateway, self.gateway_ip);
        let tunnel = Tunnel {
            state,
            tunnel: self.number,
            version: self.version,
            without_control: self.without_control,
            serving_ip,
            serving_teid: self.serving.map(|(_, teid)| teid),
            gateway_ip,
            gateway_teid: self.gateway.map(|(_, teid)| teid),
            imsi: self.imsi,
            msisdn: self.msisdn,
            apn: self.apn.clone(),
            end_user_address: self.end_user_address,
            serving_network: self.serving_network,
            rat_type: self.rat_type,
            nsapi: self.nsapi,
            ebi: self.ebi,
            request_frame: self.request_frame,
            packets_up: self.packets.0,
            packets_down: self.packets.1,
            bytes_up: self.bytes.0,
            bytes_down: self.bytes.1,
            flows: self.flows,
            start: Some(self.start),
            reason: reason.map(Into::into),
        };
        let ends = match (serving_ip, gateway_ip) {
            (Some(src_ip), Some(dest_ip)) => Some(Endpoints {
                src_ip,
                src_port: wire::gtp::USER_PORT,
                dest_ip,
                dest_port: wire::gtp::USER_PORT,
                proto: Proto::Udp,
            }),
            _ => None,
        };
        Event::new(at, frame, ends, What::Tunnel(Box::new(tunnel)))
    }
}

/// A tunnel that was deleted not long ago: what was on its way still arrives.
#[derive(Clone, Copy, Debug)]
struct Gone {
    at: Timestamp,
    imsi: Option<Subscriber>,
}

/// Packets that come this long after the deletion were on their way, or are the last retransmissions.
const AFTERMATH: Duration = Duration::from_secs(30);

/// All tunnels of the run that live.
pub(super) struct Sessions {
    table: Capped<u64, Session>,
    /// User plane: the tunnel, and whether packets to this endpoint go up to the gateway.
    ends: Capped<End, (u64, bool)>,
    controls: Capped<End, u64>,
    gone: Capped<End, Gone>,
    idle: Duration,
    next: u64,
}

impl Sessions {
    pub(super) fn new(cap: usize, idle: Duration) -> Self {
        Self {
            table: Capped::new("tunnels", cap),
            ends: Capped::new("tunnel user ends", cap.saturating_mul(2)),
            controls: Capped::new("tunnel control ends", cap.saturating_mul(3)),
            gone: Capped::new("tunnel ends deleted", 65_536),
            idle,
            next: 1,
        }
    }

    /// Writes the subscriber on the path of an event, and counts the flow that begins with it.
    pub(super) fn complete(&mut self, path: &mut TunnelPath, begins: bool) {
        let end = (path.dest_ip, path.teid);
        let Some((number, _)) = self.ends.get(&end).copied() else {
            // Flows are told to be over after the tunnel was.
            path.imsi = self.gone.peek(&end).and_then(|gone| gone.imsi);
            return;
        };
        if let Some(session) = self.table.get_mut(&number) {
            path.imsi = session.imsi;
            session.flows += u64::from(begins);
        }
    }

    /// The first answer to a request of the control plane.
    #[expect(clippy::too_many_arguments, reason = "one message with its place and what answers it")]
    pub(super) fn on_answer(
        &mut self,
        at: Timestamp,
        frame: u64,
        ends: &Endpoints,
        gtp: &Gtp,
        request: Request,
        out: &mut Vec<Event>,
        counters: &mut JoinCounters,
    ) {
        if gtp.prime || accepted(gtp) == Some(false) {
            return;
        }
        match (gtp.version, gtp.message_type) {
            (0 | 1, 17) | (2, 33) => self.create(at, frame, ends, gtp, request, out, counters),
            (0 | 1, 19) | (2, 35) => self.update(at, frame, ends, gtp, &request),
            (0 | 1, 21) | (2, 37) => {
                let control = request.teid.map(|teid| (ends.src_ip, teid));
                if let Some(number) = control.and_then(|end| self.controls.get(&end).copied()) {
                    self.close(number, at, Some(frame), "deleted", out);
                }
            }
            _ => {}
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one message with its place and what answers it")]
    fn create(
        &mut self,
        at: Timestamp,
        frame: u64,
        ends: &Endpoints,
        gtp: &Gtp,
        request: Request,
        out: &mut Vec<Event>,
        counters: &mut JoinCounters,
    ) {
        // The response goes from the gateway to the serving side.
        let (gateway_ip, serving_ip) = (ends.src_ip, ends.dest_ip);
        let serving = data_end(&request.fteids, serving_ip);
        let gateway = data_end(&gtp.fteids, gateway_ip);
        let mut controls = control_ends(&request.fteids, serving_ip);
        controls.extend(control_ends(&gtp.fteids, gateway_ip));
        let number = self.next;
        self.next += 1;
        counters.tunnels += 1;
        // An endpoint given out anew ends what it was before.
        for end in [serving, gateway].into_iter().flatten() {
            if let Some((old, _)) = self.ends.get(&end).copied() {
                self.close(old, at, Some(frame), "replaced", out);
            }
        }
        let mut session = Session {
            number,
            version: gtp.version,
            serving,
            gateway,
            serving_ip: Some(serving_ip),
            gateway_ip: Some(gateway_ip),
            controls,
            imsi: request.imsi,
            msisdn: request.msisdn,
            apn: request.apn,
            end_user_address: gtp.end_user_address,
            serving_network: request.serving_network,
            rat_type: request.rat_type,
            nsapi: request.nsapi.or(gtp.nsapi),
            ebi: request.ebi.or(gtp.ebi),
            request_frame: Some(request.frame),
            start: at,
            last: at,
            last_frame: frame,
            ..Session::default()
        };
        out.push(session.event(TunnelState::Opened, at, frame, None));
        self.insert(session, at, out);
    }

    /// The serving side moved, or said where it is.
    fn update(
        &mut self,
        at: Timestamp,
        frame: u64,
        ends: &Endpoints,
        gtp: &Gtp,
        request: &Request,
    ) {
        let control = request.teid.map(|teid| (ends.src_ip, teid));
        let Some(number) = control.and_then(|end| self.controls.get(&end).copied()) else { return };
        let Some(session) = self.table.get_mut(&number) else { return };
        session.last = at;
        session.last_frame = frame;
        if let Some(serving) = data_end(&request.fteids, ends.dest_ip) {
            let old = session.serving.replace(serving);
            session.serving_ip = Some(serving.0);
            if let Some(old) = old {
                self.ends.remove(&old);
            }
            self.ends.insert(serving, (number, false));
        }
        if let Some(gateway) = data_end(&gtp.fteids, ends.src_ip) {
            let old = session.gateway.replace(gateway);
            if let Some(old) = old {
                self.ends.remove(&old);
            }
            self.ends.insert(gateway, (number, true));
        }
        for control in control_ends(&request.fteids, ends.dest_ip) {
            if session.controls.len() < 8 && !session.controls.contains(&control) {
                session.controls.push(control);
                self.controls.insert(control, number);
            }
        }
    }

    /// What a shard counted at one endpoint.
    pub(super) fn on_usage(
        &mut self,
        mut event: Event,
        out: &mut Vec<Event>,
        counters: &mut JoinCounters,
    ) {
        let (at, frame) = (event.at, event.frame);
        let Some(end) = event.path.take().map(|path| (path.dest_ip, path.teid)) else { return };
        let What::Tunnel(usage) = event.what else { return };
        let found = match self.ends.get(&end).copied() {
            Some(found) => Some(found),
            None => self.other_half(end, &usage),
        };
        if found.is_none() {
            let late = self.gone.peek(&end).is_some_and(|gone| at.since(gone.at) < AFTERMATH);
            if late || usage.state == TunnelState::Closed {
                return;
            }
        }
        let (number, up) = match found {
            Some(found) => found,
            None => (
                self.found(at, frame, end, &usage, out, counters),
                usage.gateway_teid == Some(end.1),
            ),
        };
        let Some(session) = self.table.get_mut(&number) else { return };
        let packets = usage.packets_up + usage.packets_down;
        let bytes = usage.bytes_up + usage.bytes_down;
        let (to_packets, to_bytes) = if up {
            (&mut session.packets.0, &mut session.bytes.0)
        } else {
            (&mut session.packets.1, &mut session.bytes.1)
        };
        *to_packets += packets;
        *to_bytes += bytes;
        if usage.state != TunnelState::Closed {
            session.last = session.last.max(at);
        }
        session.last_frame = session.last_frame.max(frame);
        match usage.state {
            TunnelState::Active if at.since(session.reported) >= REPORT_EVERY => {
                out.push(session.event(TunnelState::Active, at, frame, None));
            }
            // Without control nobody will say that it is over.
            TunnelState::Closed
                if session.without_control && at.since(session.last) >= REPORT_EVERY =>
            {
                self.close(number, at, None, "idle", out);
            }
            _ => {}
        }
    }

    /// The tunnel whose other endpoint is known to belong to this one.
    fn other_half(&mut self, end: End, usage: &Tunnel) -> Option<(u64, bool)> {
        let up = usage.gateway_teid == Some(end.1) && usage.gateway_ip == Some(end.0);
        let other = if up {
            usage.serving_ip.zip(usage.serving_teid)?
        } else {
            usage.gateway_ip.zip(usage.gateway_teid)?
        };
        let (number, other_up) = self.ends.get(&other).copied()?;
        let session = self.table.get_mut(&number)?;
        let here = if other_up { &mut session.serving } else { &mut session.gateway };
        if here.is_some() {
            return None;
        }
        *here = Some(end);
        self.ends.insert(end, (number, !other_up));
        Some((number, !other_up))
    }

    /// A tunnel that nobody was seen making.
    fn found(
        &mut self,
        at: Timestamp,
        frame: u64,
        end: End,
        usage: &Tunnel,
        out: &mut Vec<Event>,
        counters: &mut JoinCounters,
    ) -> u64 {
        let number = self.next;
        self.next += 1;
        counters.tunnels += 1;
        let up = usage.gateway_teid == Some(end.1) && usage.gateway_ip == Some(end.0);
        let mut session = Session {
            number,
            version: usage.version,
            without_control: true,
            serving: usage.serving_ip.zip(usage.serving_teid),
            gateway: usage.gateway_ip.zip(usage.gateway_teid),
            serving_ip: usage.serving_ip,
            gateway_ip: usage.gateway_ip,
            start: usage.start.unwrap_or(at),
            last: at,
            last_frame: frame,
            ..Session::default()
        };
        // What runs the other way belongs to another tunnel where that endpoint is known already.
        let taken = |ends: &Capped<End, (u64, bool)>, end: Option<End>| {
            end.is_some_and(|end| ends.contains(&end))
        };
        if up && taken(&self.ends, session.serving) {
            session.serving = None;
        } else if !up && taken(&self.ends, session.gateway) {
            session.gateway = None;
        }
        out.push(session.event(TunnelState::Opened, at, frame, None));
        self.insert(session, at, out);
        number
    }

    fn insert(&mut self, session: Session, at: Timestamp, out: &mut Vec<Event>) {
        let number = session.number;
        for (end, up) in [(session.serving, false), (session.gateway, true)] {
            if let Some(end) = end {
                self.ends.insert(end, (number, up));
            }
        }
        for control in &session.controls {
            self.controls.insert(*control, number);
        }
        if let Some((_, mut gone)) = self.table.insert(number, session) {
            self.forget(&gone);
            let frame = gone.last_frame;
            out.push(gone.event(TunnelState::Closed, at, frame, Some("evicted")));
        }
    }

    fn close(
        &mut self,
        number: u64,
        at: Timestamp,
        frame: Option<u64>,
        reason: &'static str,
        out: &mut Vec<Event>,
    ) {
        if let Some(mut gone) = self.table.remove(&number) {
            self.forget(&gone);
            for end in [gone.serving, gone.gateway].into_iter().flatten() {
                self.gone.insert(end, Gone { at, imsi: gone.imsi });
            }
            let frame = frame.unwrap_or(gone.last_frame);
            out.push(gone.event(TunnelState::Closed, at, frame, Some(reason)));
        }
    }

    fn forget(&mut self, session: &Session) {
        for end in [session.serving, session.gateway].into_iter().flatten() {
            if self.ends.peek(&end).is_some_and(|(number, _)| *number == session.number) {
                self.ends.remove(&end);
            }
        }
        for control in &session.controls {
            if self.controls.peek(control) == Some(&session.number) {
                self.controls.remove(control);
            }
        }
    }

    pub(super) fn tick(&mut self, now: Timestamp, out: &mut Vec<Event>) {
        while let Some((number, session)) = self.table.oldest() {
            if now.since(session.last) < self.idle {
                return;
            }
            let number = *number;
            self.close(number, now, None, "idle", out);
        }
    }

    pub(super) fn finish(&mut self, now: Timestamp, out: &mut Vec<Event>) {
        while let Some((_, mut session)) = self.table.pop_oldest() {
            let frame = session.last_frame;
            out.push(session.event(TunnelState::Closed, now, frame, Some("end of capture")));
        }
    }

    pub(super) fn count(&self) -> TableCount {
        self.table.count()
    }
}

/// The user-plane endpoint that a message gives out. In a response on S11 the one towards the radio network comes before
/// the one towards the gateway.
fn data_end(fteids: &[Fteid], sender: IpAddr) -> Option<End> {
    let data = || fteids.iter().filter(|fteid| fteid.plane == "data" && fteid.teid.is_some());
    let chosen = data().find(|fteid| fteid.interface == Some(ACCESS)).or_else(|| data().next())?;
    Some((chosen.ip.unwrap_or(sender), chosen.teid?))
}

/// Control-plane endpoints, at the address that the message names and at the one it came from.
fn control_ends(fteids: &[Fteid], sender: IpAddr) -> Vec<End> {
    let mut ends = Vec::new();
    for fteid in fteids.iter().filter(|fteid| fteid.plane == "control") {
        if let Some(teid) = fteid.teid {
            for ip in [fteid.ip, Some(sender)].into_iter().flatten() {
                if ends.len() < 4 && !ends.contains(&(ip, teid)) {
                    ends.push((ip, teid));
                }
            }
        }
    }
    ends
}
