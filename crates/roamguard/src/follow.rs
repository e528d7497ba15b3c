//! What belongs to a subject: the events that name it, and those of the same dialogue, session, tunnel or association,
//! which name it no more.
//!
//! Captures are read twice where they can be: what is learned late in the first reading (a dialogue whose second message
//! names the subscriber) finds what stood before it in the second.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use engine::event::{
    Event, GlobalTitle, Gtp, Map, PointCode, SccpAddress, Subscriber, Timestamp, Tunnel,
    TunnelState, What,
};

use crate::subject::Subject;

/// Entries of each kind that are followed; more are not, and the user is told.
const MAX_FOLLOWED: usize = 100_000;
/// A transaction's number is used again after this long at the earliest: dialogues are over in minutes.
const DIALOGUE_SPAN: i64 = 120_000_000;

/// Whose transaction it is, by the address it is known under.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Holder {
    Title(GlobalTitle),
    Code(PointCode),
    Nobody,
}

/// What is known to belong to the subject.
#[derive(Debug)]
pub(crate) struct Follower {
    subject: Subject,
    /// Other identities of the subscriber, and the frame that says so.
    pub(crate) aliases: Vec<(Subscriber, u64)>,
    /// Dialogues by each side's transaction identity, with the time in which they mean this dialogue.
    dialogues: BTreeMap<(String, Holder), Vec<(i64, i64)>>,
    sessions: BTreeSet<String>,
    /// Diameter without a session: connection and both identifiers.
    hops: BTreeSet<(Option<u64>, u32, u32)>,
    tunnels: BTreeSet<u64>,
    ends: BTreeSet<(IpAddr, u32)>,
    seids: BTreeSet<(IpAddr, u64)>,
    flows: BTreeSet<u64>,
    /// Frames of requests over UDP whose answer belongs to the subject.
    requests: BTreeSet<u64>,
    /// Frames that hold something of the subject.
    pub(crate) frames: BTreeSet<u64>,
    /// There was more to follow than there is room for.
    pub(crate) full: bool,
}

impl Follower {
    pub(crate) const fn new(subject: Subject) -> Self {
        Self {
            subject,
            aliases: Vec::new(),
            dialogues: BTreeMap::new(),
            sessions: BTreeSet::new(),
            hops: BTreeSet::new(),
            tunnels: BTreeSet::new(),
            ends: BTreeSet::new(),
            seids: BTreeSet::new(),
            flows: BTreeSet::new(),
            requests: BTreeSet::new(),
            frames: BTreeSet::new(),
            full: false,
        }
    }

    /// Before the same captures are read again: endpoints change hands, and are followed as time goes on.
    pub(crate) fn rewind(&mut self) {
        self.ends.clear();
        self.seids.clear();
    }

    /// Whether the event belongs to the subject, and what of the subject it names.
    pub(crate) fn see(&mut self, event: &Event) -> Option<Vec<String>> {
        let named = self.named(event);
        if named.is_empty() && !self.follows(event) {
            self.let_go(event);
            return None;
        }
        self.learn(event, !named.is_empty());
        Some(named)
    }

    fn is_wanted(&self, subscriber: &Subscriber) -> bool {
        matches!(&self.subject, Subject::Subscriber(all) if all.contains(subscriber))
            || self.aliases.iter().any(|(alias, _)| alias == subscriber)
    }

    /// What of the subject the event names, by the names of the fields.
    fn named(&self, event: &Event) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let mut note = |role: &str| {
            if !found.iter().any(|known| known == role) {
                found.push(role.to_owned());
            }
        };
        match &self.subject {
            Subject::Subscriber(_) => subscribers(event, &mut |role, subscriber| {
                if self.is_wanted(subscriber) {
                    note(role);
                }
            }),
            Subject::Title(digits) => titles(event, &mut |role, gt| {
                if gt.digits == digits.as_str() {
                    note(role);
                }
            }),
            Subject::Address(wanted) => {
                let wanted = wanted.to_canonical();
                addresses(event, &mut |role, ip| {
                    if ip.to_canonical() == wanted {
                        note(role);
                    }
                });
            }
            Subject::Teid(wanted) => teids(event, &mut |role, teid| {
                if teid == *wanted {
                    note(role);
                }
            }),
            Subject::PointCode(wanted) => point_codes(event, &mut |role, code| {
                if wanted.contains(&code) {
                    note(role);
                }
            }),
            Subject::Session(wanted) => {
                if let What::Diameter(diameter) = &event.what
                    && diameter.session_id.as_deref() == Some(wanted)
                {
                    note("session_id");
                }
            }
            Subject::Host(wanted) => {
                if let What::Diameter(diameter) = &event.what {
                    for (role, host) in [
                        ("origin_host", &diameter.origin_host),
                        ("destination_host", &diameter.destination_host),
                        ("origin_realm", &diameter.origin_realm),
                        ("destination_realm", &diameter.destination_realm),
                    ] {
                        if host.as_ref().is_some_and(|host| host.eq_ignore_ascii_case(wanted)) {
                            note(role);
                        }
                    }
                    if diameter.route_record.iter().any(|host| host.eq_ignore_ascii_case(wanted)) {
                        note("route_record");
                    }
                }
            }
            Subject::Association(wanted) => {
                if let What::Sctp(sctp) = &event.what
                    && sctp.association == *wanted
                {
                    note("association");
                }
            }
        }
        found
    }

    /// Whether it belongs to something that is followed.
    fn follows(&self, event: &Event) -> bool {
        if event.flow_id.is_some_and(|flow| self.flows.contains(&flow)) {
            return true;
        }
        let in_tunnel =
            event.path.as_ref().is_some_and(|path| self.ends.contains(&(path.dest_ip, path.teid)));
        if in_tunnel {
            return true;
        }
        let to = event.ends.map(|ends| ends.dest_ip);
        let known = |frame: Option<u64>| frame.is_some_and(|frame| self.frames.contains(&frame));
        match &event.what {
            What::Map(map) | What::Cap(map) => self.in_dialogue(event.at, map),
            What::Diameter(diameter) => match &diameter.session_id {
                Some(session) => self.sessions.contains(session),
                None => self.hops.contains(&(
                    event.flow_id,
                    diameter.hop_by_hop_id,
                    diameter.end_to_end_id,
                )),
            },
            What::Gtp(_) | What::Pfcp(_) | What::Dns(_) if self.requests.contains(&event.frame) => {
                true
            }
            What::Gtp(gtp) => {
                known(gtp.request_frame)
                    || to.zip(gtp.teid).is_some_and(|end| end.1 != 0 && self.ends.contains(&end))
            }
            What::Pfcp(pfcp) => {
                known(pfcp.request_frame)
                    || to.zip(pfcp.seid).is_some_and(|end| end.1 != 0 && self.seids.contains(&end))
                    || pfcp
                        .fteids
                        .iter()
                        .any(|f| f.ip.zip(f.teid).is_some_and(|end| self.ends.contains(&end)))
            }
            What::Tunnel(tunnel) => {
                self.tunnels.contains(&tunnel.tunnel)
                    || tunnel_ends(tunnel).any(|end| self.ends.contains(&end))
            }
            What::Dns(dns) => known(dns.request_frame),
            What::Icmp(icmp) => known(icmp.request_frame),
            What::Anomaly(_) => self.frames.contains(&event.frame),
            _ => false,
        }
    }

    fn in_dialogue(&self, at: Timestamp, map: &Map) -> bool {
        sides(map).iter().any(|side| {
            self.dialogues
                .get(side)
                .is_some_and(|spans| spans.iter().any(|(from, to)| (*from..=*to).contains(&at.0)))
        })
    }

    /// What else belongs to the subject because this does.
    fn learn(&mut self, event: &Event, named: bool) {
        if !matches!(event.what, What::Anomaly(_) | What::Flow(_) | What::Tunnel(_)) {
            keep(&mut self.frames, event.frame, &mut self.full);
        }
        let request = match &event.what {
            What::Gtp(gtp) => gtp.request_frame,
            What::Pfcp(pfcp) => pfcp.request_frame,
            What::Dns(dns) => dns.request_frame,
            _ => None,
        };
        if let Some(request) = request {
            keep(&mut self.requests, request, &mut self.full);
        }
        match &event.what {
            What::Map(map) | What::Cap(map) => {
                if named {
                    self.also(event.frame, &[map.imsi, map.msisdn]);
                }
                for side in sides(map) {
                    self.follow_dialogue(side, event.at);
                }
            }
            What::Diameter(diameter) => {
                if named {
                    self.also(event.frame, &[diameter.imsi, diameter.msisdn]);
                }
                match &diameter.session_id {
                    Some(session) => keep(&mut self.sessions, session.clone(), &mut self.full),
                    None => {
                        let hop = (event.flow_id, diameter.hop_by_hop_id, diameter.end_to_end_id);
                        keep(&mut self.hops, hop, &mut self.full);
                    }
                }
            }
            What::Gtp(gtp) => {
                if named {
                    self.also(event.frame, &[gtp.imsi, gtp.msisdn]);
                }
                if let Some(ends) = &event.ends {
                    for end in given_out(gtp, ends.src_ip) {
                        keep(&mut self.ends, end, &mut self.full);
                    }
                }
            }
            What::Pfcp(pfcp) => {
                let from = event.ends.map(|ends| ends.src_ip);
                if let Some(f_seid) = &pfcp.f_seid {
                    for ip in [f_seid.ip, from].into_iter().flatten() {
                        keep(&mut self.seids, (ip, f_seid.seid), &mut self.full);
                    }
                }
                for end in pfcp.fteids.iter().filter_map(|fteid| fteid.ip.zip(fteid.teid)) {
                    keep(&mut self.ends, end, &mut self.full);
                }
            }
            What::Tunnel(tunnel) => {
                if named {
                    self.also(event.frame, &[tunnel.imsi, tunnel.msisdn]);
                }
                keep(&mut self.tunnels, tunnel.tunnel, &mut self.full);
                for end in tunnel_ends(tunnel) {
                    if tunnel.state == TunnelState::Closed {
                        self.ends.remove(&end);
                    } else {
                        keep(&mut self.ends, end, &mut self.full);
                    }
                }
            }
            What::Sctp(_) if matches!(self.subject, Subject::Association(_)) => {
                if let Some(flow) = event.flow_id {
                    keep(&mut self.flows, flow, &mut self.full);
                }
            }
            _ => {}
        }
    }

    /// Identities that stand beside the one that was asked for.
    fn also(&mut self, frame: u64, identities: &[Option<Subscriber>]) {
        if !matches!(self.subject, Subject::Subscriber(_)) {
            return;
        }
        for identity in identities.iter().flatten() {
            if !self.is_wanted(identity) && self.aliases.len() < 8 {
                self.aliases.push((*identity, frame));
            }
        }
    }

    fn follow_dialogue(&mut self, side: (String, Holder), at: Timestamp) {
        if self.dialogues.len() >= MAX_FOLLOWED && !self.dialogues.contains_key(&side) {
            self.full = true;
            return;
        }
        let spans = self.dialogues.entry(side).or_default();
        let (from, to) = (at.0.saturating_sub(DIALOGUE_SPAN), at.0.saturating_add(DIALOGUE_SPAN));
        if let Some(last) = spans.last_mut()
            && last.0 <= to
            && from <= last.1
        {
            *last = (last.0.min(from), last.1.max(to));
        } else if spans.len() < 1_000 {
            spans.push((from, to));
        } else {
            self.full = true;
        }
    }

    /// An endpoint that is given to somebody else is the subject's no more.
    fn let_go(&mut self, event: &Event) {
        if let What::Gtp(gtp) = &event.what
            && !self.ends.is_empty()
            && gtp.imsi.is_some()
            && let Some(ends) = &event.ends
        {
            for end in given_out(gtp, ends.src_ip) {
                self.ends.remove(&end);
            }
        }
    }
}

fn keep<T: Ord>(set: &mut BTreeSet<T>, value: T, full: &mut bool) {
    if set.len() < MAX_FOLLOWED {
        set.insert(value);
    } else {
        *full |= !set.contains(&value);
    }
}

/// Both sides of a dialogue, by every address they are known under.
fn sides(map: &Map) -> Vec<(String, Holder)> {
    let mut sides = Vec::new();
    let mut add = |tid: Option<&str>, address: &Option<SccpAddress>, code: Option<PointCode>| {
        let Some(tid) = tid else { return };
        let title = address.as_ref().and_then(|address| address.gt.clone());
        if let Some(title) = title {
            // The same node, however its title is to be translated.
            let title = GlobalTitle { tt: None, np: None, nai: None, ..title };
            sides.push((tid.to_owned(), Holder::Title(title)));
        } else {
            sides.push((tid.to_owned(), code.map_or(Holder::Nobody, Holder::Code)));
        }
    };
    add(map.otid.as_deref(), &map.calling, map.opc);
    add(map.dtid.as_deref(), &map.called, map.dpc);
    sides
}

/// The endpoints that a message gives out, by the address it names and by the one it came from.
fn given_out(gtp: &Gtp, from: IpAddr) -> Vec<(IpAddr, u32)> {
    let mut ends = Vec::new();
    for fteid in &gtp.fteids {
        if let Some(teid) = fteid.teid.filter(|teid| *teid != 0) {
            ends.extend([fteid.ip, Some(from)].into_iter().flatten().map(|ip| (ip, teid)));
        }
    }
    ends
}

fn tunnel_ends(tunnel: &Tunnel) -> impl Iterator<Item = (IpAddr, u32)> {
    [tunnel.serving_ip.zip(tunnel.serving_teid), tunnel.gateway_ip.zip(tunnel.gateway_teid)]
        .into_iter()
        .flatten()
}

fn subscribers(event: &Event, see: &mut dyn FnMut(&str, &Subscriber)) {
    let mut some = |role: &str, subscriber: &Option<Subscriber>| {
        if let Some(subscriber) = subscriber {
            see(role, subscriber);
        }
    };
    match &event.what {
        What::Map(map) | What::Cap(map) => {
            some("imsi", &map.imsi);
            some("msisdn", &map.msisdn);
            some("imei", &map.imei);
        }
        What::Gtp(gtp) => {
            some("imsi", &gtp.imsi);
            some("msisdn", &gtp.msisdn);
            some("imei", &gtp.imei);
        }
        What::Diameter(diameter) => {
            some("imsi", &diameter.imsi);
            some("msisdn", &diameter.msisdn);
            some("imei", &diameter.imei);
        }
        What::Pfcp(pfcp) => {
            some("imsi", &pfcp.imsi);
            some("msisdn", &pfcp.msisdn);
            some("imei", &pfcp.imei);
        }
        What::Tunnel(tunnel) => {
            some("imsi", &tunnel.imsi);
            some("msisdn", &tunnel.msisdn);
        }
        _ => {}
    }
    if let Some(path) = &event.path {
        some("tunnel", &path.imsi);
    }
    titles(event, &mut |role, gt| some(role, &gt.subscriber));
}

fn titles(event: &Event, see: &mut dyn FnMut(&str, &GlobalTitle)) {
    let mut sccp = |role: &str, address: &Option<SccpAddress>| {
        if let Some(gt) = address.as_ref().and_then(|address| address.gt.as_ref()) {
            see(role, gt);
        }
    };
    match &event.what {
        What::Map(map) | What::Cap(map) => {
            sccp("calling", &map.calling);
            sccp("called", &map.called);
            for address in &map.addresses {
                see(&address.role, &address.gt);
            }
            for party in map.call.iter().flat_map(|call| &call.parties) {
                see(&party.role, &party.number);
            }
        }
        What::Sccp(message) => {
            sccp("calling", &message.calling);
            sccp("called", &message.called);
        }
        What::Isup(isup) => {
            for party in &isup.parties {
                see(&party.role, &party.number);
            }
        }
        _ => {}
    }
}

fn addresses(event: &Event, see: &mut dyn FnMut(&str, IpAddr)) {
    if let Some(ends) = &event.ends {
        see("source", ends.src_ip);
        see("destination", ends.dest_ip);
    }
    if let Some(path) = &event.path {
        see("tunnel", path.src_ip);
        see("tunnel", path.dest_ip);
    }
    if let Some(envelope) = &event.envelope {
        for ip in [envelope.src_ip, envelope.dest_ip].into_iter().flatten() {
            see("envelope", ip);
        }
    }
    match &event.what {
        What::Gtp(gtp) => {
            gtp.fteids.iter().filter_map(|fteid| fteid.ip).for_each(|ip| see("fteid", ip));
            gtp.end_user_address.iter().for_each(|ip| see("end_user_address", *ip));
        }
        What::Pfcp(pfcp) => {
            pfcp.fteids.iter().filter_map(|fteid| fteid.ip).for_each(|ip| see("fteid", ip));
            pfcp.ue_addresses.iter().for_each(|ip| see("ue_address", *ip));
        }
        What::Tunnel(tunnel) => {
            for (role, ip) in [
                ("serving", tunnel.serving_ip),
                ("gateway", tunnel.gateway_ip),
                ("end_user_address", tunnel.end_user_address),
            ] {
                ip.iter().for_each(|ip| see(role, *ip));
            }
        }
        What::Dns(dns) => dns.addresses.iter().for_each(|ip| see("answer", *ip)),
        What::Diameter(diameter) => {
            diameter.host_ip_address.iter().for_each(|ip| see("host_ip_address", *ip));
        }
        What::Icmp(icmp) => icmp.about_dest_ip.iter().for_each(|ip| see("about", *ip)),
        What::Sctp(sctp) => {
            let all = sctp.src_addresses.iter().chain(&sctp.dest_addresses);
            all.for_each(|ip| see("association", *ip));
        }
        _ => {}
    }
}

fn teids(event: &Event, see: &mut dyn FnMut(&str, u32)) {
    if let Some(path) = &event.path {
        see("tunnel", path.teid);
    }
    match &event.what {
        What::Gtp(gtp) => {
            gtp.teid.iter().for_each(|teid| see("teid", *teid));
            gtp.fteids.iter().filter_map(|fteid| fteid.teid).for_each(|teid| see("fteid", teid));
        }
        What::Pfcp(pfcp) => {
            pfcp.fteids.iter().filter_map(|fteid| fteid.teid).for_each(|teid| see("fteid", teid));
        }
        What::Tunnel(tunnel) => {
            tunnel.serving_teid.iter().for_each(|teid| see("serving", *teid));
            tunnel.gateway_teid.iter().for_each(|teid| see("gateway", *teid));
        }
        _ => {}
    }
}

fn point_codes(event: &Event, see: &mut dyn FnMut(&str, PointCode)) {
    let mut pair = |opc: Option<PointCode>, dpc: Option<PointCode>| {
        opc.iter().for_each(|code| see("opc", *code));
        dpc.iter().for_each(|code| see("dpc", *code));
    };
    match &event.what {
        What::Map(map) | What::Cap(map) => pair(map.opc, map.dpc),
        What::Sccp(sccp) => pair(sccp.opc, sccp.dpc),
        What::Isup(isup) => pair(isup.opc, isup.dpc),
        What::M3ua(m3ua) => pair(m3ua.opc, m3ua.dpc),
        _ => {}
    }
    let sccp = match &event.what {
        What::Map(map) | What::Cap(map) => [&map.calling, &map.called],
        What::Sccp(sccp) => [&sccp.calling, &sccp.called],
        What::M3ua(m3ua) => {
            return m3ua.affected_point_codes.iter().for_each(|code| see("affected", *code));
        }
        _ => return,
    };
    for (role, address) in ["calling", "called"].into_iter().zip(sccp) {
        if let Some(code) = address.as_ref().and_then(|address| address.pc) {
            see(role, code);
        }
    }
}
