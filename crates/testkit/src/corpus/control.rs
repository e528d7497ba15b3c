//! The control plane of the corpus: sessions come and go, peers keep alive; and names, pings and administrators.

use std::net::{IpAddr, Ipv4Addr};

use rand::Rng;

use super::{Later, Mill, NETWORKS, SESSIONS, Session, Subscriber, nodes};
use crate::frame::{gtp, gtpv2, link, ping, transport};
use crate::timeline::{Ending, Login, Timeline, at};

/// Two nodes that speak GTP-C: the serving one and the gateway, with the next sequence number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) serving: Ipv4Addr,
    pub(super) gateway: Ipv4Addr,
    version: u8,
    sequence: u32,
}

impl Pair {
    /// Every serving node with every gateway that it may ask.
    pub(super) fn all() -> Vec<Self> {
        let mut out = Vec::new();
        for partner in [1, 2, 3] {
            for (serving, gateway) in [(partner, 0), (0, partner)] {
                let (from, to) = (nodes(serving), nodes(gateway));
                let mut add = |serving, gateway, version| {
                    out.push(Self { serving, gateway, version, sequence: 0x100 });
                };
                add(from.sgsn, to.ggsn, 1);
                add(from.sgsn2, to.ggsn, 1);
                add(from.sgw, to.pgw, 2);
            }
        }
        out
    }
}

/// A subscriber's tunnel asks for this quality.
pub(super) const QOS: [u8; 12] =
    [0x02, 0x23, 0x92, 0x1f, 0x91, 0x96, 0x68, 0xfe, 0x74, 0xf9, 0xff, 0xff];

pub(super) const fn port(ip: Ipv4Addr) -> (Ipv4Addr, u16) {
    (ip, gtp::PORT_C)
}

impl Mill<'_> {
    /// A session is created, changed or deleted.
    pub(super) fn control(&mut self) {
        if self.outage() {
            return;
        }
        let chance = self.tl.rng.random_range(0..100);
        let full = self.live.len() >= SESSIONS;
        if !full && (chance < 55 || self.live.is_empty()) && !self.waiting.is_empty() {
            let index = self.tl.rng.random_range(0..self.waiting.len());
            let subscriber = self.waiting.swap_remove(index);
            self.create(subscriber);
        } else if self.live.is_empty() {
            self.echoes();
        } else if full || chance < 75 {
            self.delete();
        } else {
            self.update();
        }
    }

    pub(super) fn sequence(&mut self, serving: Ipv4Addr, gateway: Ipv4Addr) -> u32 {
        let pair =
            self.pairs.iter_mut().find(|pair| pair.serving == serving && pair.gateway == gateway);
        pair.map_or(1, |pair| {
            pair.sequence = pair.sequence % 0x00ff_fff0 + 1;
            pair.sequence
        })
    }

    fn create(&mut self, subscriber: Subscriber) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.sessions.push(None);
            self.sessions.len() - 1
        });
        let (from, to) = (nodes(subscriber.visited), nodes(subscriber.home));
        let pool = if subscriber.home == 0 { 20 } else { 30 };
        let host = slot + 1;
        let address = Ipv4Addr::new(10, pool, (host >> 8) as u8, host as u8);
        let (serving, gateway) =
            if subscriber.lte { (from.sgw, to.pgw) } else { (from.sgsn, to.ggsn) };
        let session = Session {
            subscriber,
            serving,
            gateway,
            address,
            uplink: self.teid(),
            downlink: self.teid(),
            control_up: self.teid(),
            control_down: self.teid(),
            flow: None,
            active: false,
        };
        let sequence = self.sequence(serving, gateway);
        let (imsi, msisdn) = (subscriber.imsi(), subscriber.msisdn());
        let visited = NETWORKS[usize::from(subscriber.visited)];
        let (request, answer) = if subscriber.lte {
            let create = gtpv2::Create {
                imsi,
                msisdn,
                imei: format!("35845607{:08}", subscriber.number),
                apn: format!("internet.mnc00{}.mcc001.gprs", subscriber.home + 1),
                serving: visited.to_owned(),
                sgw: serving,
                teid_control: session.control_down,
                teid_data: session.downlink,
                ebi: 5,
            };
            let answer = gtpv2::Created {
                teid_control: session.control_up,
                teid_data: session.uplink,
                address,
                pgw: gateway,
                ebi: 5,
                charging_id: session.uplink,
            };
            let mut created = gtpv2::created(session.control_down, sequence, &answer);
            // Recovery is the last element.
            if let Some(counter) = created.last_mut() {
                *counter += self.restarts_of(gateway);
            }
            (create.request(sequence), created)
        } else {
            let create = gtp::Create {
                teid_data: session.downlink,
                teid_control: session.control_down,
                apn: format!("internet.mnc00{}.mcc001.gprs", subscriber.home + 1),
                imeisv: Some(format!("35845607{:08}", subscriber.number)),
                recovery: Some(7 + self.restarts_of(serving)),
                ..gtp::Create::honest(&imsi, &msisdn, visited, serving, session.downlink)
            };
            let answer = answer_of(&session);
            let mut created = gtp::created(session.control_down, sequence as u16, &answer, &QOS);
            // Recovery is the third element, behind the header, the cause and the reordering.
            created[17] += self.restarts_of(gateway);
            (create.request(sequence as u16), created)
        };
        self.ask(port(serving), port(gateway), &request, &answer);
        self.sessions[slot] = Some(session);
        self.after_ms(80, Later::Usable(slot));
    }

    /// A live session that moves no data just now.
    fn resting(&mut self) -> Option<(usize, usize, Session)> {
        for _ in 0..8 {
            let index = self.tl.rng.random_range(0..self.live.len());
            let slot = self.live[index];
            if let Some(session) = self.sessions[slot]
                && !session.active
            {
                return Some((index, slot, session));
            }
        }
        None
    }

    fn delete(&mut self) {
        let Some((index, slot, session)) = self.resting() else {
            return self.update();
        };
        self.live.swap_remove(index);
        self.sessions[slot] = None;
        self.free.push(slot);
        let sequence = self.sequence(session.serving, session.gateway);
        let (request, answer) = if session.subscriber.lte {
            let visited = NETWORKS[usize::from(session.subscriber.visited)];
            (
                gtpv2::delete(session.control_up, sequence, 5, visited),
                gtpv2::cause(
                    gtpv2::DELETE_SESSION + 1,
                    session.control_down,
                    sequence,
                    gtpv2::ACCEPTED,
                ),
            )
        } else {
            let sequence = sequence as u16;
            (
                gtp::delete(session.control_up, sequence, 5),
                gtp::cause(gtp::DELETE_RESPONSE, session.control_down, sequence, gtp::ACCEPTED),
            )
        };
        self.ask(port(session.serving), port(session.gateway), &request, &answer);
        if self.waiting.len() < super::WAITING {
            self.waiting.push(session.subscriber);
        }
    }

    fn update(&mut self) {
        let index = self.tl.rng.random_range(0..self.live.len());
        let Some(session) = self.sessions[self.live[index]] else { return };
        let sequence = self.sequence(session.serving, session.gateway);
        let (request, answer) = if session.subscriber.lte {
            let visited = NETWORKS[usize::from(session.subscriber.visited)];
            (
                gtpv2::modify(
                    session.control_up,
                    sequence,
                    visited,
                    5,
                    session.serving,
                    session.downlink,
                ),
                gtpv2::modified(session.control_down, sequence, 5),
            )
        } else {
            let sequence = sequence as u16;
            (
                gtp::update(
                    session.control_up,
                    sequence,
                    session.downlink,
                    session.control_down,
                    session.serving,
                ),
                gtp::updated(session.control_down, sequence, &answer_of(&session), &QOS),
            )
        };
        self.ask(port(session.serving), port(session.gateway), &request, &answer);
    }

    /// Every pair asks whether the other side lives, on the control and on the user plane.
    pub(super) fn echoes(&mut self) {
        for index in 0..self.pairs.len() {
            let Pair { serving, gateway, version, .. } = self.pairs[index];
            let sequence = self.sequence(serving, gateway);
            let (request, answer) = if version == 2 {
                let counter = 4 + self.restarts_of(gateway);
                let answer = gtpv2::echo_response(sequence, counter, Some(1));
                (gtpv2::echo_request(sequence, 9), answer)
            } else {
                let sequence = sequence as u16;
                let counter = 3 + self.restarts_of(gateway);
                (gtp::echo_request(sequence), gtp::echo_response(sequence, counter))
            };
            self.ask(port(serving), port(gateway), &request, &answer);
            let sequence = sequence as u16;
            let (request, answer) = (gtp::echo_request(sequence), gtp::echo_response(sequence, 0));
            self.ask((serving, gtp::PORT_U), (gateway, gtp::PORT_U), &request, &answer);
        }
    }

    /// Names, pings, administrators.
    pub(super) fn rest(&mut self) {
        if self.next_ssh <= self.now_ns {
            self.next_ssh = self.now_ns + self.rhythm / 3;
            return self.administrator();
        }
        if self.tl.rng.random_range(0..100) < 70 { self.lookup() } else { self.reachability() }
    }

    fn reachability(&mut self) {
        let partner = self.tl.rng.random_range(1..4);
        let (from, to) = (IpAddr::V4(nodes(partner).dns), IpAddr::V4(nodes(0).ggsn));
        let data = ping::linux(self.now_ns / 1_000);
        self.ping = self.ping.wrapping_add(1);
        let (id, sequence) = (0x1100 + u16::from(partner), self.ping);
        let request = transport::echo(from, to, false, id, sequence, &data);
        self.emit(self.now_ns, &link::ethernet(&request));
        let reply = transport::echo(to, from, true, id, sequence, &data);
        self.after_ms(9, Later::Frame(link::ethernet(&reply)));
    }

    /// An administrator logs in to one of our elements from the management network, and works.
    fn administrator(&mut self) {
        let port = self.tl.rng.random_range(40_000..60_000);
        let host = ["192.0.2.10", "192.0.2.20", "192.0.2.21", "192.0.2.53"];
        let host = host[self.tl.rng.random_range(0..host.len())];
        let mut tl = Timeline::new(self.tl.rng.random());
        tl.now = self.now_ns / 1_000;
        // Somebody mistypes now and then.
        let refused = u8::from(self.tl.rng.random_bool(0.1));
        let ending = Ending::Accepted { refused, commands: 25 };
        let mut login = Login::new(at("10.10.9.5", port), at(host, 22), ending);
        login.pause_secs = 2;
        login.play(&mut tl);
        for (at, frame) in tl.into_frames() {
            self.order += 1;
            self.later.push(std::cmp::Reverse((at * 1_000, self.order, Later::Frame(frame))));
        }
    }
}

pub(super) fn answer_of(session: &Session) -> gtp::Created {
    gtp::Created {
        teid_data: session.uplink,
        teid_control: session.control_up,
        address: session.address,
        ggsn: session.gateway,
        charging_id: session.uplink,
    }
}
