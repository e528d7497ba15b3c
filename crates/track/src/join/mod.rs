//! What belongs together across links and shards: requests and their answers, tunnels and their subscribers.
//!
//! All events pass through here in capture order, one after the other; what is learned is written on them as they pass.

mod diameter;
mod dns;
mod exchange;
mod gtp;
mod ledger;
mod pfcp;
mod sessions;
mod sketch;
mod tcap;

use event::{Event, Timestamp, What};

use self::ledger::Ledger;
use self::sketch::Sketch;
use crate::config::Config;
use crate::counters::JoinCounters;

/// Joins the events of all shards.
pub struct Join {
    counters: JoinCounters,
    ledger: Ledger,
    subscribers: Sketch,
    gtp: gtp::Requests,
    sessions: sessions::Sessions,
    tcap: tcap::Dialogues,
    diameter: diameter::Requests,
    dns: dns::Questions,
    pfcp: pfcp::Requests,
    /// Kept for its memory.
    follows: Vec<Event>,
    now: Timestamp,
}

impl std::fmt::Debug for Join {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Join").field("now", &self.now).finish_non_exhaustive()
    }
}

impl Join {
    pub fn new(config: &Config) -> Self {
        Self {
            counters: JoinCounters::default(),
            ledger: Ledger::new(),
            subscribers: Sketch::default(),
            gtp: gtp::Requests::new(config.gtp_requests, config.answer_within),
            sessions: sessions::Sessions::new(
                config.tunnels,
                config.session_idle,
                config.tunnel_idle,
            ),
            tcap: tcap::Dialogues::new(config.dialogues, config.dialogue_idle),
            diameter: diameter::Requests::new(config.diameter_requests, config.answer_within),
            dns: dns::Questions::new(config.dns_requests, config.answer_within),
            pfcp: pfcp::Requests::new(config.gtp_requests, config.answer_within),
            follows: Vec::new(),
            now: Timestamp(0),
        }
    }

    /// Passes an event on with what is known about it, and what follows from it behind it.
    pub fn on_event(&mut self, mut event: Event, out: &mut Vec<Event>) {
        self.now = self.now.max(event.at);
        self.count_subscriber(&event.what);
        if let Some(path) = &mut event.path
            && !matches!(event.what, What::Tunnel(_))
        {
            let begins =
                matches!(&event.what, What::Flow(flow) if flow.state == event::FlowState::New);
            let assigned = self.sessions.complete(path, begins);
            if begins
                && let (Some(assigned), Some(ends)) = (assigned, &event.ends)
                && let What::Flow(flow) = &mut event.what
                && sessions::is_claimed(assigned, ends)
            {
                flow.assigned = Some(assigned);
            }
        }
        let Event { at, frame, ends, flow_id, envelope, what, .. } = &mut event;
        let (at, frame) = (*at, *frame);
        let ledger = &mut self.ledger;
        match what {
            What::Gtp(gtp) => {
                let Some(ends) = ends else { return out.push(event) };
                let request = self.gtp.on_message(at, frame, ends, gtp, ledger);
                // Responses have an outcome.
                if gtp.outcome.is_none() && !gtp.user_plane && !gtp.prime {
                    self.sessions.describe(ends, gtp);
                }
                // What follows from the message stands behind it.
                let mut follows = std::mem::take(&mut self.follows);
                if let Some(request) = request {
                    let counters = &mut self.counters;
                    let message = (&**gtp, &*envelope);
                    self.sessions.on_answer(
                        at,
                        frame,
                        ends,
                        message,
                        request,
                        &mut follows,
                        counters,
                    );
                } else if gtp.message_type == wire::gtp::ERROR_INDICATION && gtp.version < 2 {
                    self.sessions.on_error_indication(at, frame, ends, gtp, &mut follows);
                }
                out.push(event);
                out.append(&mut follows);
                self.follows = follows;
            }
            What::Tunnel(_) => self.sessions.on_usage(event, out, &mut self.counters),
            What::Map(map) | What::Cap(map) => {
                self.tcap.on_component(at, frame, ends.as_ref(), map, ledger);
                out.push(under_its_name(event));
            }
            What::Sccp(sccp) => {
                self.tcap.on_returned(at, ends.as_ref(), sccp, ledger);
                out.push(event);
            }
            What::Diameter(diameter) => {
                let place = (*flow_id, ends.as_ref());
                self.diameter.on_message(at, frame, place, diameter, ledger);
                out.push(event);
            }
            What::Dns(dns) => {
                if let Some(ends) = ends {
                    self.dns.on_message(at, frame, ends, dns, ledger);
                }
                out.push(event);
            }
            What::Pfcp(pfcp) => {
                if let Some(ends) = ends {
                    self.pfcp.on_message(at, frame, ends, pfcp, ledger);
                }
                out.push(event);
            }
            _ => out.push(event),
        }
    }

    /// The clock of the capture has come to `now`, a whole second.
    pub fn tick(&mut self, now: Timestamp, out: &mut Vec<Event>) {
        self.now = self.now.max(now);
        self.gtp.tick(now, &mut self.ledger);
        self.tcap.tick(now, &mut self.ledger);
        self.diameter.tick(now, &mut self.ledger);
        self.dns.tick(now, &mut self.ledger);
        self.pfcp.tick(now, &mut self.ledger);
        self.sessions.tick(now, out);
    }

    /// The capture ends: tunnels that still live are closed, requests that still wait were not answered.
    pub fn finish(&mut self, out: &mut Vec<Event>) {
        let end = Timestamp(i64::MAX);
        self.gtp.tick(end, &mut self.ledger);
        self.tcap.tick(end, &mut self.ledger);
        self.diameter.tick(end, &mut self.ledger);
        self.dns.tick(end, &mut self.ledger);
        self.pfcp.tick(end, &mut self.ledger);
        self.sessions.finish(self.now, out);
    }

    /// What was counted so far.
    pub fn counters(&self) -> JoinCounters {
        let mut counters = self.counters.clone();
        counters.subscribers = self.subscribers.count();
        (counters.dialogues, counters.unanswered) = self.ledger.totals();
        counters.transactions = self.ledger.transactions();
        counters.one_way = self.ledger.one_way();
        counters.tables = vec![
            self.gtp.count(),
            self.sessions.count(),
            self.tcap.count(),
            self.diameter.count(),
            self.dns.count(),
            self.pfcp.count(),
            self.ledger.count(),
        ];
        counters
    }

    fn count_subscriber(&mut self, what: &What) {
        let imsi = match what {
            What::Gtp(gtp) => gtp.imsi,
            What::Map(map) | What::Cap(map) => map.imsi,
            What::Diameter(diameter) => diameter.imsi,
            What::Pfcp(pfcp) => pfcp.imsi,
            _ => None,
        };
        if let Some(imsi) = imsi {
            self.subscribers.add(&imsi);
        }
    }
}

/// A component whose user only its dialogue told goes under the name of that user.
fn under_its_name(mut event: Event) -> Event {
    event.what = match event.what {
        What::Map(map) if matches!(map.user.as_ref(), "cap" | "inap") => What::Cap(map),
        what => what,
    };
    event
}
