//! The way of the data up to the events: shards, clock and join, as a run wires them.
#![allow(dead_code, reason = "each test uses its part of it")]

use event::{Event, Pseudonymiser, Timestamp, What};
use track::{Config, Frame, Join, JoinCounters, SHARDS, Shard, ShardCounters, shard_of};

/// All shards and the join, one after the other.
pub(crate) struct Run {
    shards: Vec<Shard>,
    join: Join,
    second: Option<i64>,
    number: u64,
    waiting: Vec<Event>,
    pub(crate) events: Vec<Event>,
}

impl Run {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            shards: (0..SHARDS)
                .map(|index| Shard::new(config, u8::try_from(index).unwrap()))
                .collect(),
            join: Join::new(config),
            second: None,
            number: 0,
            waiting: Vec::new(),
            events: Vec::new(),
        }
    }

    pub(crate) fn frame(&mut self, at: Timestamp, link: u16, bytes: &[u8]) {
        self.cut(at, link, bytes, bytes.len());
    }

    /// A frame of which the capture kept only the beginning.
    pub(crate) fn cut(&mut self, at: Timestamp, link: u16, bytes: &[u8], orig_len: usize) {
        self.number += 1;
        let second = at.secs();
        if self.second.is_some_and(|last| second > last) {
            let now = Timestamp::from_secs(second);
            for shard in &mut self.shards {
                shard.tick(now, &mut self.waiting);
            }
            self.pass();
            self.join.tick(now, &mut self.events);
        }
        self.second = Some(self.second.map_or(second, |last| last.max(second)));
        let orig_len = u32::try_from(orig_len).unwrap();
        let frame = Frame { number: self.number, at, link, bytes, orig_len };
        self.shards[usize::from(shard_of(link, bytes))].frame(&frame, &mut self.waiting);
        self.pass();
    }

    pub(crate) fn finish(&mut self) {
        for shard in &mut self.shards {
            shard.finish(&mut self.waiting);
        }
        self.pass();
        self.join.finish(&mut self.events);
    }

    pub(crate) fn counters(&self) -> (ShardCounters, JoinCounters) {
        let mut sum = ShardCounters::default();
        for shard in &self.shards {
            sum.add(&shard.counters());
        }
        (sum, self.join.counters())
    }

    fn pass(&mut self) {
        for event in self.waiting.drain(..) {
            self.join.on_event(event, &mut self.events);
        }
    }
}

pub(crate) fn config() -> Config {
    Config::new(Pseudonymiser::new([7; 32]))
}

/// The events of frames with their times in microseconds.
pub(crate) fn events_of(config: &Config, frames: &[(i64, Vec<u8>)]) -> Vec<Event> {
    let mut run = Run::new(config);
    for (at, bytes) in frames {
        run.frame(Timestamp(*at), 1, bytes);
    }
    run.finish();
    run.events
}

/// The events of a scenario.
pub(crate) fn scenario(name: &str) -> Vec<Event> {
    let scenario = testkit::scenarios::find(name).unwrap();
    events_of(&config(), &(scenario.make)(1))
}

/// What of each event is of one kind.
pub(crate) fn pick<'a, T: 'a>(
    events: &'a [Event],
    pick: impl Fn(&'a What) -> Option<&'a T>,
) -> Vec<&'a T> {
    events.iter().filter_map(|event| pick(&event.what)).collect()
}
