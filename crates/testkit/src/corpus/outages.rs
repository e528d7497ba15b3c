//! What goes wrong in the packet core of the corpus: sessions refused, nodes that restart; and subscribers on the road.

use std::net::Ipv4Addr;

use rand::Rng;

use super::control::{QOS, answer_of, port};
use super::{Later, Mill, Session, WAITING, nodes};
use crate::frame::{dns, gtp, gtpv2, transport};

/// Causes of refusals (TS 29.060 §7.7.1, TS 29.274 §8.4): no resources, missing or unknown APN, service not supported.
const REFUSALS: [u8; 3] = [199, gtp::MISSING_APN, 200];
const REFUSALS_2: [u8; 3] = [73, 78, gtpv2::APN_ACCESS_DENIED];
/// Context not found (TS 29.274 §8.4).
const NOT_FOUND_2: u8 = 64;

impl Mill<'_> {
    /// So often a node has restarted.
    pub(super) fn restarts_of(&self, node: Ipv4Addr) -> u8 {
        self.restarts.iter().find(|(known, _)| *known == node).map_or(0, |(_, count)| *count)
    }

    /// Something out of the ordinary, if it is its time.
    pub(super) fn outage(&mut self) -> bool {
        match self.tl.rng.random_range(0..4_000) {
            0 if self.live.len() > 50 => self.restart(),
            1..60 if !self.waiting.is_empty() => self.refused(),
            60..300 if !self.live.is_empty() => self.drive_on(),
            _ => return false,
        }
        true
    }

    /// A gateway has no room, or does not know the name that was asked for.
    fn refused(&mut self) {
        let index = self.tl.rng.random_range(0..self.waiting.len());
        let subscriber = self.waiting[index];
        let (from, to) = (nodes(subscriber.visited), nodes(subscriber.home));
        let visited = super::NETWORKS[usize::from(subscriber.visited)];
        let (imsi, msisdn) = (subscriber.imsi(), subscriber.msisdn());
        let why = self.tl.rng.random_range(0..3);
        let teid = self.teid();
        let apn = format!("corporate.mnc00{}.mcc001.gprs", subscriber.home + 1);
        if subscriber.lte {
            let sequence = self.sequence(from.sgw, to.pgw);
            let create = gtpv2::Create {
                imsi,
                msisdn,
                imei: format!("35845607{:08}", subscriber.number),
                apn,
                serving: visited.to_owned(),
                sgw: from.sgw,
                teid_control: teid,
                teid_data: teid ^ 2,
                ebi: 5,
            };
            let answer = gtpv2::cause(gtpv2::CREATE_SESSION + 1, teid, sequence, REFUSALS_2[why]);
            return self.ask(port(from.sgw), port(to.pgw), &create.request(sequence), &answer);
        }
        let sequence = self.sequence(from.sgsn, to.ggsn) as u16;
        let create = gtp::Create {
            teid_control: teid,
            teid_data: teid ^ 2,
            apn,
            imeisv: Some(format!("35845607{:08}", subscriber.number)),
            recovery: Some(7 + self.restarts_of(from.sgsn)),
            ..gtp::Create::honest(&imsi, &msisdn, visited, from.sgsn, teid)
        };
        let answer = gtp::cause(gtp::CREATE_RESPONSE, teid, sequence, REFUSALS[why]);
        self.ask(port(from.sgsn), port(to.ggsn), &create.request(sequence), &answer);
    }

    /// A subscriber drives on into the area of the second SGSN, or of other cells of the same serving gateway.
    fn drive_on(&mut self) {
        let index = self.tl.rng.random_range(0..self.live.len());
        let slot = self.live[index];
        let Some(mut session) = self.sessions[slot] else { return };
        if session.active {
            return;
        }
        session.downlink = self.teid();
        session.control_down = self.teid();
        let visited = session.subscriber.visited;
        if session.subscriber.lte {
            let sequence = self.sequence(session.serving, session.gateway);
            let request = gtpv2::modify(
                session.control_up,
                sequence,
                super::NETWORKS[usize::from(visited)],
                5,
                session.serving,
                session.downlink,
            );
            // Only the user plane moved: the control TEID is told in an F-TEID that this request does not carry.
            session.control_down = self.sessions[slot].map_or(0, |old| old.control_down);
            let answer = gtpv2::modified(session.control_down, sequence, 5);
            self.ask(port(session.serving), port(session.gateway), &request, &answer);
        } else {
            let (first, second) = (nodes(visited).sgsn, nodes(visited).sgsn2);
            session.serving = if session.serving == first { second } else { first };
            let sequence = self.sequence(session.serving, session.gateway) as u16;
            let request = gtp::update(
                session.control_up,
                sequence,
                session.downlink,
                session.control_down,
                session.serving,
            );
            let answer = gtp::updated(session.control_down, sequence, &answer_of(&session), &QOS);
            self.ask(port(session.serving), port(session.gateway), &request, &answer);
        }
        self.sessions[slot] = Some(session);
    }

    /// A gateway or a serving node restarts: what it knew is gone, and the other side learns that from the answers to
    /// what it still believes, and from the counter (TS 23.007 §18).
    fn restart(&mut self) {
        let pair = self.pairs[self.tl.rng.random_range(0..self.pairs.len())];
        let gateway = self.tl.rng.random_bool(0.5);
        let node = if gateway { pair.gateway } else { pair.serving };
        // The counter of a serving gateway is in requests that the builders write with a fixed one.
        if nodes_of_sgw().contains(&node) || self.restarts_of(node) > 100 {
            return;
        }
        match self.restarts.iter_mut().find(|(known, _)| *known == node) {
            Some((_, count)) => *count += 1,
            None => self.restarts.push((node, 1)),
        }
        let mut lost = Vec::new();
        let (sessions, free) = (&mut self.sessions, &mut self.free);
        self.live.retain(|slot| {
            let Some(session) = sessions[*slot] else { return false };
            let gone = session.gateway == node || session.serving == node;
            if gone {
                lost.push(session);
                sessions[*slot] = None;
                free.push(*slot);
            }
            !gone
        });
        self.active.retain(|slot| sessions[*slot].is_some());
        for (index, session) in lost.iter().enumerate() {
            if index < 24 {
                self.stale(session, gateway, index as i64);
            }
            if self.waiting.len() < WAITING {
                self.waiting.push(session.subscriber);
            }
        }
    }

    /// The side that did not restart still uses the session.
    fn stale(&mut self, session: &Session, gateway: bool, index: i64) {
        let from = 40 + index * 110;
        let (src, dst, teid) = if gateway {
            (session.serving, session.gateway, session.uplink)
        } else {
            (session.gateway, session.serving, session.downlink)
        };
        let server = Ipv4Addr::new(198, 18, 0, 53);
        let (inner_src, inner_dst) = if gateway {
            ((session.address, 40_000), (server, 53))
        } else {
            ((server, 53), (session.address, 40_000))
        };
        let name = "www.example.com";
        let message = if gateway {
            dns::query(7, name, dns::A, true)
        } else {
            dns::answer(7, name, dns::A, 0, true, &[dns::Data::A(server)])
        };
        let end = |(address, port): (Ipv4Addr, u16)| (std::net::IpAddr::V4(address), port).into();
        let packet = transport::udp(end(inner_src), end(inner_dst), &message);
        let user = (src, gtp::PORT_U);
        let frame = self.datagram(user, (dst, gtp::PORT_U), &gtp::g_pdu(teid, &packet));
        self.after_ms(from, Later::Frame(frame));
        let error = gtp::error_indication(teid, std::net::IpAddr::V4(dst));
        let frame = self.datagram((dst, gtp::PORT_U), user, &error);
        self.after_ms(from + 12, Later::Frame(frame));
        if !gateway || index % 3 != 0 {
            return;
        }
        // The serving node asks for the session as well, and is told that there is none.
        let sequence = self.sequence(session.serving, session.gateway);
        let (request, answer) = if session.subscriber.lte {
            let visited = super::NETWORKS[usize::from(session.subscriber.visited)];
            let request = gtpv2::modify(
                session.control_up,
                sequence,
                visited,
                5,
                session.serving,
                session.downlink,
            );
            let kind = gtpv2::MODIFY_BEARER + 1;
            (request, gtpv2::cause(kind, session.control_down, sequence, NOT_FOUND_2))
        } else {
            let sequence = sequence as u16;
            let request = gtp::delete(session.control_up, sequence, 5);
            let cause = gtp::CONTEXT_NOT_FOUND;
            (request, gtp::cause(gtp::DELETE_RESPONSE, session.control_down, sequence, cause))
        };
        let frame = self.datagram(port(session.serving), port(session.gateway), &request);
        self.after_ms(from + 50, Later::Frame(frame));
        let frame = self.datagram(port(session.gateway), port(session.serving), &answer);
        self.after_ms(from + 70, Later::Frame(frame));
    }
}

fn nodes_of_sgw() -> [Ipv4Addr; 4] {
    [0, 1, 2, 3].map(|network| nodes(network).sgw)
}
