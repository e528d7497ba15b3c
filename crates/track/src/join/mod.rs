//! What belongs together across links and shards: requests and their answers, tunnels and their subscribers.
//!
//! All events pass through here in capture order, one after the other; what is learned is written on them as they pass.

mod diameter;
mod dns;
mod gtp;
mod sessions;
mod sketch;
mod tcap;

use event::{Event, Timestamp, What};

use self::sketch::Sketch;
use crate::config::Config;
use crate::counters::JoinCounters;

/// Joins the events of all shards.
pub struct Join {
    counters: JoinCounters,
    subscribers: Sketch,
    gtp: gtp::Requests,
    sessions: sessions::Sessions,
    tcap: tcap::Dialogues,
    diameter: diameter::Requests,
    dns: dns::Questions,
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
            subscribers: Sketch::default(),
            gtp: gtp::Requests::new(config.gtp_requests, config.answer_within),
            sessions: sessions::Sessions::new(config.tunnels, config.session_idle),
            tcap: tcap::Dialogues::new(config.dialogues, config.dialogue_idle),
            diameter: diameter::Requests::new(config.diameter_requests, config.answer_within),
            dns: dns::Questions::new(config.dns_requests, config.answer_within),
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
            self.sessions.complete(path, begins);
        }
        let Event { at, frame, ends, flow_id, what, .. } = &mut event;
        let (at, frame) = (*at, *frame);
        match what {
            What::Gtp(gtp) => {
                let Some(ends) = ends else { return out.push(event) };
                let request = self.gtp.on_message(at, frame, ends, gtp, &mut self.counters);
                // What follows from the message stands behind it.
                let mut follows = std::mem::take(&mut self.follows);
                if let Some(request) = request {
                    let counters = &mut self.counters;
                    self.sessions.on_answer(at, frame, ends, gtp, request, &mut follows, counters);
                }
                out.push(event);
                out.append(&mut follows);
                self.follows = follows;
            }
            What::Tunnel(_) => self.sessions.on_usage(event, out, &mut self.counters),
            What::Map(map) | What::Cap(map) => {
                self.tcap.on_component(at, frame, map, &mut self.counters);
                out.push(under_its_name(event));
            }
            What::Diameter(diameter) => {
                self.diameter.on_message(at, frame, *flow_id, diameter, &mut self.counters);
                out.push(event);
            }
            What::Dns(dns) => {
                if let Some(ends) = ends {
                    self.dns.on_message(at, frame, ends, dns, &mut self.counters);
                }
                out.push(event);
            }
            _ => out.push(event),
        }
    }

    /// The clock of the capture has come to `now`, a whole second.
    pub fn tick(&mut self, now: Timestamp, out: &mut Vec<Event>) {
        self.now = self.now.max(now);
        self.gtp.tick(now, &mut self.counters);
        self.tcap.tick(now, &mut self.counters);
        self.diameter.tick(now, &mut self.counters);
        self.dns.tick(now, &mut self.counters);
        self.sessions.tick(now, out);
    }

    /// The capture ends: tunnels that still live are closed, requests that still wait were not answered.
    pub fn finish(&mut self, out: &mut Vec<Event>) {
        let end = Timestamp(i64::MAX);
        self.gtp.tick(end, &mut self.counters);
        self.tcap.tick(end, &mut self.counters);
        self.diameter.tick(end, &mut self.counters);
        self.dns.tick(end, &mut self.counters);
        self.sessions.finish(self.now, out);
    }

    /// What was counted so far.
    pub fn counters(&self) -> JoinCounters {
        let mut counters = self.counters.clone();
        counters.subscribers = self.subscribers.count();
        counters.tables = vec![
            self.gtp.count(),
            self.sessions.count(),
            self.tcap.count(),
            self.diameter.count(),
            self.dns.count(),
        ];
        counters
    }

    fn count_subscriber(&mut self, what: &What) {
        let imsi = match what {
            What::Gtp(gtp) => gtp.imsi,
            What::Map(map) | What::Cap(map) => map.imsi,
            What::Diameter(diameter) => diameter.imsi,
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
