//! A lane: the shards of one worker, and the clock that all lanes share by seeing the same frames.

use capture::Batch;
use event::{Event, Timestamp};
use track::{Config, Frame, SHARDS, Shard, ShardCounters, shard_of};

/// An event with its place in the order of the run: frame number, then ticks before the frame itself.
pub(crate) struct Placed {
    pub(crate) order: u64,
    pub(crate) event: Event,
}

/// Place of a frame's own events among those of its number: behind the ticks of every shard.
const OWN: u64 = 0xff;

/// Some of the shards.
pub(crate) struct Lane {
    shards: Vec<(u8, Shard)>,
    /// Position in `shards` by shard number; `None` for those of other lanes.
    mine: [Option<usize>; SHARDS],
    second: Option<i64>,
    last_frame: u64,
    scratch: Vec<Event>,
}

impl Lane {
    /// Lane `index` of `lanes`.
    pub(crate) fn new(config: &Config, index: usize, lanes: usize) -> Self {
        let mut mine = [None; SHARDS];
        let mut shards = Vec::new();
        for (number, place) in (0_u8..).zip(mine.iter_mut()) {
            if usize::from(number) % lanes == index {
                *place = Some(shards.len());
                shards.push((number, Shard::new(config, number)));
            }
        }
        Self { shards, mine, second: None, last_frame: 0, scratch: Vec::new() }
    }

    /// Reads the frames of a batch that belong to this lane; the clock goes on with all of them. Events leave at once, while
    /// they are in the cache.
    pub(crate) fn batch<E>(
        &mut self,
        batch: &Batch,
        window: &Window,
        mut out: impl FnMut(Placed) -> Result<(), E>,
    ) -> Result<(), E> {
        for capture::Frame { meta, bytes, .. } in batch.frames() {
            let at = Timestamp::from_nanos(meta.ts_nanos);
            if !window.contains(at) {
                continue;
            }
            self.last_frame = meta.number;
            let second = at.secs();
            if self.second.is_none_or(|last| second > last) {
                if self.second.is_some() {
                    self.tick(Timestamp::from_secs(second), meta.number, &mut out)?;
                }
                self.second = Some(second);
            }
            let number = usize::from(shard_of(meta.link, bytes));
            let place = self.mine.get(number).copied().flatten();
            let Some((_, shard)) = place.and_then(|place| self.shards.get_mut(place)) else {
                continue;
            };
            let frame =
                Frame { number: meta.number, at, link: meta.link, bytes, orig_len: meta.orig_len };
            shard.frame(&frame, &mut self.scratch);
            let order = meta.number << 8 | OWN;
            for event in self.scratch.drain(..) {
                out(Placed { order, event })?;
            }
        }
        Ok(())
    }

    fn tick<E>(
        &mut self,
        now: Timestamp,
        number: u64,
        out: &mut impl FnMut(Placed) -> Result<(), E>,
    ) -> Result<(), E> {
        for (index, shard) in &mut self.shards {
            shard.tick(now, &mut self.scratch);
            let order = number << 8 | u64::from(*index);
            for event in self.scratch.drain(..) {
                out(Placed { order, event })?;
            }
        }
        Ok(())
    }

    /// The capture ends here.
    pub(crate) fn finish<E>(
        &mut self,
        mut out: impl FnMut(Placed) -> Result<(), E>,
    ) -> Result<(), E> {
        let number = self.last_frame + 1;
        for (index, shard) in &mut self.shards {
            shard.finish(&mut self.scratch);
            let order = number << 8 | u64::from(*index);
            for event in self.scratch.drain(..) {
                out(Placed { order, event })?;
            }
        }
        Ok(())
    }

    pub(crate) fn counters(&self) -> ShardCounters {
        let mut sum = ShardCounters::default();
        for (_, shard) in &self.shards {
            sum.add(&shard.counters());
        }
        sum
    }
}

/// The part of the capture that is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Window {
    pub(crate) from: Option<Timestamp>,
    pub(crate) to: Option<Timestamp>,
}

impl Window {
    fn contains(self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }
}
