//! Tunnels: born from accepted requests of the control plane, fed by what the shards count in the user plane; and those
//! that carry traffic although nobody was seen making them.

use std::net::IpAddr;
use std::time::Duration;

use event::{
    Capped, Endpoints, Envelope, Event, Fteid, Gtp, Plmn, Proto, Subscriber, TableCount, Timestamp,
    Tunnel, TunnelPath, TunnelState, What,
};

use smallvec::SmallVec;

use super::gtp::{Request, accepted};
use crate::counters::JoinCounters;

/// An endpoint: the node that receives, and the number it gave out.
type End = (IpAddr, u32);

/// How often a tunnel that lives is told of.
const REPORT_EVERY: Duration = Duration::from_secs(60);
/// Interfaces of GTPv2 (TS 29.274 §8.22) whose endpoint is the one that a subscriber's packets cross first.
const ACCESS: u8 = 1;
/// Endpoints of the control plane that a tunnel is known by: two nodes, each at two addresses, and where it was before.
const MAX_CONTROLS: usize = 8;

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
    /// What was wrapped around the message or the traffic that it is known by.
    envelope: Option<Box<Envelope>>,
    packets: (u64, u64),
    bytes: (u64, u64),
    flows: u64,
    start: Timestamp,
    last: Timestamp,
    last_frame: u64,
    reported: Timestamp,
    /// Shards count at the serving side's endpoint and at the gateway's.
    counted: (bool, bool),
}

impl Session {
    /// Traffic towards the gateway, or from it.
    const fn add(&mut self, up: bool, packets: u64, bytes: u64) {
        if up {
            self.packets.0 += packets;
            self.bytes.0 += bytes;
        } else {
            self.packets.1 += packets;
            self.bytes.1 += bytes;
        }
    }

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
        let mut event = Event::new(at, frame, ends, What::Tunnel(Box::new(tunnel)));
        event.envelope.clone_from(&self.envelope);
        event
    }
}

/// An endpoint whose tunnel was deleted not long ago: what was on its way still arrives, and so does what the shards
/// counted and did not tell yet.
#[derive(Clone, Copy, Debug)]
struct Gone {
    at: Timestamp,
    imsi: Option<Subscriber>,
    number: u64,
    up: bool,
}

/// Packets that come this long after the deletion were on their way, or are the last retransmissions.
const AFTERMATH: Duration = Duration::from_secs(30);

/// A tunnel that has ended and whose traffic is not all told of.
#[derive(Debug)]
struct Closing {
    session: Session,
    at: Timestamp,
    frame: u64,
    reason: &'static str,
    /// Endpoints of which a shard has yet to give its last count.
    waits: u8,
}

impl Closing {
    fn event(&mut self) -> Event {
        self.session.event(TunnelState::Closed, self.at, self.frame, Some(self.reason))
    }
}

/// Tunnels that wait for their last counts; beyond that the oldest is told of as it is known.
const MAX_CLOSING: usize = 16_384;

/// All tunnels of the run that live.
pub(super) struct Sessions {
    table: Capped<u64, Session>,
    /// User plane: the tunnel, and whether packets to this endpoint go up to the gateway.
    ends: Capped<End, (u64, bool)>,
    /// Control plane: the tunnels; a node may use one endpoint for all of a subscriber (TS 29.060 §9.3, TS 29.274 §4.2.1).
    controls: Capped<End, SmallVec<[u64; 2]>>,
    gone: Capped<End, Gone>,
    closing: Capped<u64, Closing>,
    /// A shard gives its last count of an endpoint after this long at the latest.
    last_count: Duration,
    idle: Duration,
    next: u64,
}

impl Sessions {
    pub(super) fn new(cap: usize, idle: Duration, last_count: Duration) -> Self {
        Self {
            table: Capped::new("tunnels", cap),
            ends: Capped::new("tunnel user ends", cap.saturating_mul(2)),
            controls: Capped::new("tunnel control ends", cap.saturating_mul(3)),
            gone: Capped::new("tunnel ends deleted", 65_536),
            closing: Capped::new("tunnels ending", MAX_CLOSING),
            last_count,
            idle,
            next: 1,
        }
    }

    /// Writes the subscriber on the path of an event, and counts the flow that begins with it; gives the address that the
    /// subscriber was handed where the path goes up to the gateway.
    pub(super) fn complete(&mut self, path: &mut TunnelPath, begins: bool) -> Option<IpAddr> {
        let end = (path.dest_ip, path.teid);
        let Some((number, up)) = self.ends.get(&end).copied() else {
            // Flows are told to be over after the tunnel was.
            path.imsi = self.gone.peek(&end).and_then(|gone| gone.imsi);
            return None;
        };
        let session = self.table.get_mut(&number)?;
        path.imsi = session.imsi;
        session.flows += u64::from(begins);
        session.end_user_address.filter(|_| up && path.depth == 1)
    }

    /// Writes on a request whose tunnel it is for, and who that was agreed with where it comes from somebody else.
    pub(super) fn describe(&self, ends: &Endpoints, gtp: &mut Gtp) {
        let Some(teid) = gtp.teid.filter(|teid| *teid != 0) else { return };
        let Some(numbers) = self.controls.peek(&(ends.dest_ip, teid)) else { return };
        let tunnels = numbers.iter().rev().filter_map(|number| self.table.peek(number));
        let Some(session) = tunnels.reduce(|last, session| {
            let bearer = gtp.nsapi.or(gtp.ebi);
            if bearer.is_some() && session.nsapi.or(session.ebi) == bearer { session } else { last }
        }) else {
            return;
        };
        gtp.tunnel = Some(session.number);
        let network = gtp.serving_network.or(gtp.rai_plmn).or(gtp.uli_plmn);
        gtp.moved_from = session
            .serving_network
            .filter(|before| network.is_some_and(|now| !now.same_network(*before)));
        let nodes = || session.controls.iter().map(|(ip, _)| *ip);
        if !nodes().any(|ip| ip == ends.src_ip) {
            gtp.tunnel_peer = nodes().rfind(|ip| *ip != ends.dest_ip);
        }
        if gtp.tunnel_peer.or(gtp.moved_from.map(|_| ends.src_ip)).is_some() {
            gtp.tunnel_imsi = session.imsi;
        }
    }

    /// The first answer to a request of the control plane.
    #[expect(clippy::too_many_arguments, reason = "one message with its place and what answers it")]
    pub(super) fn on_answer(
        &mut self,
        at: Timestamp,
        frame: u64,
        ends: &Endpoints,
        (gtp, envelope): (&Gtp, &Option<Box<Envelope>>),
        request: Request,
        out: &mut Vec<Event>,
        counters: &mut JoinCounters,
    ) {
        if gtp.prime || accepted(gtp) == Some(false) {
            return;
        }
        match (gtp.version, gtp.message_type) {
            (0 | 1, 17) | (2, 33) => {
                self.create(at, frame, ends, (gtp, envelope), request, out, counters);
            }
            (0 | 1, 19) | (2, 35) => self.update(at, frame, ends, gtp, &request, out),
            // Delete PDP Context, Delete Session, Delete Bearer.
            (0 | 1, 21) | (2, 37 | 100) => {
                for number in self.meant(ends, &request) {
                    self.close(number, at, Some(frame), "deleted", out);
                }
            }
            _ => {}
        }
    }

    /// A node got a packet for an endpoint that it does not know: the tunnel is over (TS 29.281 §7.3.1).
    pub(super) fn on_error_indication(
        &mut self,
        at: Timestamp,
        frame: u64,
        ends: &Endpoints,
        gtp: &mut Gtp,
        out: &mut Vec<Event>,
    ) {
        let unknown = gtp.fteids.iter().find_map(|fteid| Some((fteid.ip, fteid.teid?)));
        let Some((ip, teid)) = unknown else { return };
        let places = [Some((ends.src_ip, teid)), ip.map(|ip| (ip, teid))];
        let found = places
            .into_iter()
            .flatten()
            .find_map(|end| self.ends.get(&end).map(|(number, up)| (*number, *up, end.0)));
        // What was found by its traffic alone may have been nobody's tunnel.
        let made = found.map(|(number, ..)| number).filter(|number| {
            self.table.peek(number).is_some_and(|session| !session.without_control)
        });
        gtp.tunnel = made.or_else(|| {
            // What was on its way when the tunnel was deleted.
            let gone = places.into_iter().flatten().find_map(|end| self.gone.peek(&end));
            gone.filter(|gone| gone.imsi.is_some()).map(|gone| gone.number)
        });
        let Some((number, up, ip)) = found else { return };
        // Only the node itself can say that it knows no such endpoint, and it says so to the other.
        let is_believed = self.table.peek(&number).is_some_and(|session| {
            let (own, other) = if up {
                (session.gateway_ip, session.serving)
            } else {
                (session.serving_ip, session.gateway)
            };
            (ip == ends.src_ip || own == Some(ends.src_ip))
                && other.is_none_or(|(ip, _)| ip == ends.dest_ip)
        });
        if is_believed {
            self.close(number, at, Some(frame), "error indication", out);
        }
    }

    /// The tunnels that a request is for. One endpoint of the control plane may have several: the number of the bearer
    /// tells which; a teardown takes those of the same address along (TS 29.060 §7.3.5).
    fn meant(&mut self, ends: &Endpoints, request: &Request) -> SmallVec<[u64; 2]> {
        let control = request.teid.map(|teid| (ends.src_ip, teid));
        let Some(numbers) = control.and_then(|end| self.controls.get(&end)).cloned() else {
            return SmallVec::new();
        };
        let session = |number: &u64| self.table.peek(number);
        let bearer = |session: &Session| {
            (request.nsapi.is_some() && session.nsapi == request.nsapi)
                || (request.ebi.is_some() && session.ebi == request.ebi)
        };
        let named: SmallVec<[u64; 2]> =
            numbers.iter().copied().filter(|number| session(number).is_some_and(bearer)).collect();
        let Some(first) = named.first() else {
            let unnumbered = request.nsapi.or(request.ebi).is_none();
            let unknown = |number: &u64| {
                session(number).is_some_and(|session| session.nsapi.or(session.ebi).is_none())
            };
            return match numbers.as_slice() {
                // A bearer that is none of the default ones goes, and its tunnel stays.
                [only] if unnumbered || unknown(only) => numbers,
                [.., last] if unnumbered => SmallVec::from_slice(&[*last]),
                _ => SmallVec::new(),
            };
        };
        if !request.teardown {
            return SmallVec::from_slice(&[*first]);
        }
        let address = session(first).and_then(|session| session.end_user_address);
        let same = |number: &u64| {
            number == first
                || session(number)
                    .is_some_and(|session| address.is_some() && session.end_user_address == address)
        };
        numbers.iter().copied().filter(same).collect()
    }

    #[expect(clippy::too_many_arguments, reason = "one message with its place and what answers it")]
    fn create(
        &mut self,
        at: Timestamp,
        frame: u64,
        ends: &Endpoints,
        (gtp, envelope): (&Gtp, &Option<Box<Envelope>>),
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
            envelope: envelope.clone(),
            start: at,
            last: at,
            last_frame: frame,
            ..Session::default()
        };
        out.push(session.event(TunnelState::Opened, at, frame, None));
        self.insert(session, at, out);
    }

    /// The serving side moved, or said where it is; or the gateway did.
    fn update(
        &mut self,
        at: Timestamp,
        frame: u64,
        ends: &Endpoints,
        gtp: &Gtp,
        request: &Request,
        out: &mut Vec<Event>,
    ) {
        let Some(number) = self.meant(ends, request).first().copied().or_else(|| {
            let end = (ends.src_ip, request.teid?);
            self.controls.get(&end).and_then(|numbers| numbers.last()).copied()
        }) else {
            return;
        };
        let Some(session) = self.table.get_mut(&number) else { return };
        session.last = at;
        session.last_frame = frame;
        let asked = data_end(&request.fteids, ends.dest_ip);
        let answered = data_end(&gtp.fteids, ends.src_ip);
        // Who answers is the gateway, unless it was the gateway that asked.
        let by_gateway =
            session.gateway_ip == Some(ends.dest_ip) && session.serving_ip == Some(ends.src_ip);
        let (serving, gateway) = if by_gateway { (answered, asked) } else { (asked, answered) };
        let before = (session.serving, session.gateway);
        if let Some(serving) = serving {
            session.serving = Some(serving);
            session.serving_ip = Some(serving.0);
        }
        if let Some(gateway) = gateway {
            session.gateway = Some(gateway);
        }
        session.rat_type = request.rat_type.or(session.rat_type);
        session.serving_network = request.serving_network.or(session.serving_network);
        let mut fresh: SmallVec<[End; 4]> = SmallVec::new();
        let mut left: SmallVec<[End; 4]> = SmallVec::new();
        let mut named = control_ends(&request.fteids, ends.dest_ip);
        named.extend(control_ends(&gtp.fteids, ends.src_ip));
        for control in named {
            if session.controls.contains(&control) {
                continue;
            }
            // A tunnel that moves on and on is known by the nodes it came to last.
            if session.controls.len() >= MAX_CONTROLS {
                let gateway = session.gateway_ip;
                let oldest = session.controls.iter().position(|(ip, _)| Some(*ip) != gateway);
                left.push(session.controls.remove(oldest.unwrap_or(0)));
            }
            session.controls.push(control);
            fresh.push(control);
        }
        let now = (session.serving, session.gateway);
        if before != now {
            out.push(session.event(TunnelState::Active, at, frame, None));
        }
        for (old, new, up) in [(before.0, now.0, false), (before.1, now.1, true)] {
            if old == new {
                continue;
            }
            if let Some(old) = old
                && self.ends.peek(&old).is_some_and(|(owner, _)| *owner == number)
            {
                self.ends.remove(&old);
            }
            if let Some(new) = new {
                self.ends.insert(new, (number, up));
            }
        }
        for control in left {
            self.leave(control, number);
        }
        for control in fresh {
            self.control(control, number);
        }
    }

    /// An endpoint of the control plane is this tunnel's too.
    fn control(&mut self, end: End, number: u64) {
        let numbers = self.controls.entry(&end, SmallVec::new).0;
        if !numbers.contains(&number) {
            // EPS bearers and NSAPIs are eleven at most.
            if numbers.len() >= 11 {
                numbers.remove(0);
            }
            numbers.push(number);
        }
    }

    /// An endpoint of the control plane is this tunnel's no more.
    fn leave(&mut self, end: End, number: u64) {
        if let Some(numbers) = self.controls.get_mut(&end) {
            numbers.retain(|other| *other != number);
            if numbers.is_empty() {
                self.controls.remove(&end);
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
        let (at, frame, envelope) = (event.at, event.frame, event.envelope.take());
        let Some(end) = event.path.take().map(|path| (path.dest_ip, path.teid)) else { return };
        let What::Tunnel(usage) = event.what else { return };
        let found = match self.ends.get(&end).copied() {
            Some(found) => Some(found),
            None => self.other_half(end, &usage),
        };
        if found.is_none() {
            let gone = self.gone.peek(&end).copied();
            if let Some(gone) = gone {
                self.late(gone, frame, &usage, out);
            }
            let late = gone.is_some_and(|gone| {
                at.since(gone.at) < AFTERMATH || usage.start.is_some_and(|start| start <= gone.at)
            });
            if late || usage.state == TunnelState::Closed {
                return;
            }
        }
        let (number, up) = match found {
            Some(found) => found,
            None => (
                self.found(at, frame, end, (&usage, envelope), out, counters),
                usage.gateway_teid == Some(end.1),
            ),
        };
        let Some(session) = self.table.get_mut(&number) else { return };
        let packets = usage.packets_up + usage.packets_down;
        let bytes = usage.bytes_up + usage.bytes_down;
        session.add(up, packets, bytes);
        let counts = usage.state != TunnelState::Closed;
        if up {
            session.counted.1 = counts;
        } else {
            session.counted.0 = counts;
        }
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

    /// What ran before the tunnel was deleted, or was on its way then.
    fn late(&mut self, gone: Gone, frame: u64, usage: &Tunnel, out: &mut Vec<Event>) {
        let Some(closing) = self.closing.get_mut(&gone.number) else { return };
        let packets = usage.packets_up + usage.packets_down;
        closing.session.add(gone.up, packets, usage.bytes_up + usage.bytes_down);
        closing.session.last_frame = closing.session.last_frame.max(frame);
        if usage.state == TunnelState::Closed {
            closing.waits = closing.waits.saturating_sub(1);
        }
        if closing.waits == 0 {
            self.tell(gone.number, out);
        }
    }

    /// A tunnel has ended, and all that ran through it is known, or as much as will be.
    fn tell(&mut self, number: u64, out: &mut Vec<Event>) {
        if let Some(mut closing) = self.closing.remove(&number) {
            out.push(closing.event());
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
        (usage, envelope): (&Tunnel, Option<Box<Envelope>>),
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
            envelope,
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
            self.control(*control, number);
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
            for (end, up) in [(gone.serving, false), (gone.gateway, true)] {
                if let Some(end) = end {
                    self.gone.insert(end, Gone { at, imsi: gone.imsi, number, up });
                }
            }
            let frame = frame.unwrap_or(gone.last_frame);
            let waits = u8::from(gone.counted.0) + u8::from(gone.counted.1);
            let idle = at.since(gone.last) >= self.last_count;
            if waits == 0 || idle || gone.without_control {
                out.push(gone.event(TunnelState::Closed, at, frame, Some(reason)));
                return;
            }
            let closing = Closing { session: gone, at, frame, reason, waits };
            if let Some((_, mut full)) = self.closing.insert(number, closing) {
                out.push(full.event());
            }
        }
    }

    fn forget(&mut self, session: &Session) {
        for end in [session.serving, session.gateway].into_iter().flatten() {
            if self.ends.peek(&end).is_some_and(|(number, _)| *number == session.number) {
                self.ends.remove(&end);
            }
        }
        for control in &session.controls {
            self.leave(*control, session.number);
        }
    }

    pub(super) fn tick(&mut self, now: Timestamp, out: &mut Vec<Event>) {
        let overdue = self.last_count + AFTERMATH;
        while self.closing.oldest().is_some_and(|(_, closing)| now.since(closing.at) >= overdue) {
            if let Some((_, mut closing)) = self.closing.pop_oldest() {
                out.push(closing.event());
            }
        }
        while let Some((number, session)) = self.table.oldest() {
            if now.since(session.last) < self.idle {
                return;
            }
            let number = *number;
            self.close(number, now, None, "idle", out);
        }
    }

    pub(super) fn finish(&mut self, now: Timestamp, out: &mut Vec<Event>) {
        while let Some((_, mut closing)) = self.closing.pop_oldest() {
            out.push(closing.event());
        }
        while let Some((_, mut session)) = self.table.pop_oldest() {
            let frame = session.last_frame;
            out.push(session.event(TunnelState::Closed, now, frame, Some("end of capture")));
        }
    }

    pub(super) fn count(&self) -> TableCount {
        self.table.count()
    }
}

/// Whether neither end of what goes up a tunnel has the address that its subscriber was given. A handset has 64 bits of
/// IPv6 for itself, and speaks from link-local and unspecified addresses before it knows them.
pub(super) fn is_claimed(assigned: IpAddr, ends: &Endpoints) -> bool {
    let other = |ip: IpAddr| match (assigned, ip) {
        (IpAddr::V4(own), IpAddr::V4(ip)) => {
            own != ip && !ip.is_unspecified() && !ip.is_link_local() && !ip.is_multicast()
        }
        (IpAddr::V6(own), IpAddr::V6(ip)) => {
            let prefix = |ip: std::net::Ipv6Addr| u128::from(ip) >> 64;
            prefix(own) != prefix(ip)
                && !ip.is_unspecified()
                && !ip.is_unicast_link_local()
                && !ip.is_multicast()
        }
        // The record of a tunnel has one address; the other family may be the subscriber's too.
        _ => false,
    };
    let same = |ip: IpAddr| match (assigned, ip) {
        (IpAddr::V6(own), IpAddr::V6(ip)) => u128::from(own) >> 64 == u128::from(ip) >> 64,
        _ => assigned == ip,
    };
    other(ends.src_ip) && !same(ends.dest_ip)
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
