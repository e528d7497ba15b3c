//! A run over captures, with one worker or several.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use capture::{Batch, Inputs, Progress};
use crossbeam_channel::{Receiver, Sender, bounded};
use detect::{Engine, Tuning};
use event::{Event, Pseudonymiser, Stats, Timestamp};
use network::Network;
use track::{Config, Join, ShardCounters};

use crate::Summary;
use crate::lane::{Lane, Placed, Window};

/// What a run is to do.
#[derive(Debug)]
pub struct Options {
    /// Threads that read packets, from 1.
    pub workers: usize,
    pub pseudonymiser: Pseudonymiser,
    pub network: Network,
    pub tuning: Tuning,
    /// Frames before `from` and from `to` on are left out.
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    /// Whether the observer wants every event; it gets none otherwise.
    pub every_event: bool,
}

/// Who watches a run.
pub trait Observer {
    /// An event, in capture order.
    fn event(&mut self, event: &Event) -> io::Result<()>;

    /// Octets of input and frames read so far.
    fn progress(&mut self, octets: u64, frames: u64);
}

/// Watches nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quiet;

impl Observer for Quiet {
    fn event(&mut self, _: &Event) -> io::Result<()> {
        Ok(())
    }

    fn progress(&mut self, _: u64, _: u64) {}
}

/// A run that could not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The observer could not write.
    #[error("cannot write the records")]
    Write(#[from] io::Error),
    /// The operating system refused a thread.
    #[error("a worker ended before its time")]
    Worker,
}

/// Batches on their way between two threads: enough that nobody waits, few enough that memory stays small.
const IN_FLIGHT: usize = 4;

/// Reads all of `inputs`, tracks, joins, judges.
pub fn run(
    mut inputs: Inputs,
    options: Options,
    observer: &mut dyn Observer,
) -> Result<Summary, Error> {
    let config = Config::new(options.pseudonymiser);
    let window = Window { from: options.from, to: options.to };
    let mut judge =
        Judge::new(&config, (options.network, options.tuning), options.every_event, &inputs);
    let counters = if options.workers <= 1 {
        one(&mut inputs, &config, window, &mut judge, observer)?
    } else {
        several(&mut inputs, &config, window, options.workers, &mut judge, observer)?
    };
    judge.finish(observer)?;
    Ok(judge.summary(&counters, &inputs))
}

fn one(
    inputs: &mut Inputs,
    config: &Config,
    window: Window,
    judge: &mut Judge,
    observer: &mut dyn Observer,
) -> Result<ShardCounters, Error> {
    let mut lane = Lane::new(config, 0, 1);
    let mut batch = Batch::default();
    let progress = inputs.progress();
    while inputs.next_batch(&mut batch) {
        lane.batch(&batch, &window, |placed| judge.event(placed.event, &batch, observer))?;
        observer.progress(progress.read(), frames(&batch));
    }
    lane.finish(|placed| judge.event(placed.event, &batch, observer))?;
    Ok(lane.counters())
}

/// Frames of the run up to the end of a batch.
fn frames(batch: &Batch) -> u64 {
    batch.len().checked_sub(1).and_then(|last| batch.get(last)).map_or(0, |frame| frame.meta.number)
}

/// What a worker gives back for a batch.
struct Done {
    batch: Option<Arc<Batch>>,
    placed: Vec<Placed>,
    counters: Option<Box<ShardCounters>>,
}

fn several(
    inputs: &mut Inputs,
    config: &Config,
    window: Window,
    workers: usize,
    judge: &mut Judge,
    observer: &mut dyn Observer,
) -> Result<ShardCounters, Error> {
    std::thread::scope(|scope| {
        let mut work: Vec<Sender<Arc<Batch>>> = Vec::new();
        let mut results: Vec<Receiver<Done>> = Vec::new();
        for index in 0..workers {
            let (give, take) = bounded::<Arc<Batch>>(IN_FLIGHT);
            let (answer, result) = bounded::<Done>(IN_FLIGHT);
            work.push(give);
            results.push(result);
            let lane = Lane::new(config, index, workers);
            scope.spawn(move || worker(lane, window, &take, &answer));
        }
        // Batches that everybody has read come back to be filled again.
        let (used, spare) = bounded::<Batch>(IN_FLIGHT * 2);
        let progress = inputs.progress();
        scope.spawn(move || {
            loop {
                let mut batch = spare.try_recv().unwrap_or_default();
                if !inputs.next_batch(&mut batch) {
                    return;
                }
                let batch = Arc::new(batch);
                if work.iter().any(|give| give.send(Arc::clone(&batch)).is_err()) {
                    return;
                }
            }
        });
        merge(&results, &used, &progress, judge, observer)
    })
}

fn worker(mut lane: Lane, window: Window, take: &Receiver<Arc<Batch>>, answer: &Sender<Done>) {
    for batch in take {
        let mut placed = Vec::new();
        let Ok(()) = lane.batch(&batch, &window, |event| keep(&mut placed, event));
        if answer.send(Done { batch: Some(batch), placed, counters: None }).is_err() {
            return;
        }
    }
    let mut placed = Vec::new();
    let Ok(()) = lane.finish(|event| keep(&mut placed, event));
    let counters = Some(Box::new(lane.counters()));
    // The judge has gone when it could not write; then nobody wants the rest.
    let _ = answer.send(Done { batch: None, placed, counters });
}

fn keep(placed: &mut Vec<Placed>, event: Placed) -> Result<(), Infallible> {
    placed.push(event);
    Ok(())
}

/// Takes one answer of every worker for each batch and puts their events in the order of the run.
fn merge(
    results: &[Receiver<Done>],
    used: &Sender<Batch>,
    progress: &Progress,
    judge: &mut Judge,
    observer: &mut dyn Observer,
) -> Result<ShardCounters, Error> {
    let mut sum = ShardCounters::default();
    let empty = Batch::default();
    loop {
        let mut batch = None;
        let mut placed = Vec::new();
        let mut ended = 0;
        for result in results {
            let done = result.recv().map_err(|_| Error::Worker)?;
            placed.push(done.placed.into_iter().peekable());
            batch = done.batch.or(batch);
            if let Some(counters) = done.counters {
                sum.add(&counters);
                ended += 1;
            }
        }
        let current = batch.as_deref().unwrap_or(&empty);
        loop {
            let next = placed
                .iter_mut()
                .enumerate()
                .filter_map(|(lane, events)| events.peek().map(|placed| (placed.order, lane)))
                .min();
            let Some(Placed { event, .. }) =
                next.and_then(|(_, lane)| placed.get_mut(lane)?.next())
            else {
                break;
            };
            judge.event(event, current, observer)?;
        }
        if !current.is_empty() {
            observer.progress(progress.read(), frames(current));
        }
        if ended == results.len() {
            return Ok(sum);
        }
        if let Some(batch) = batch.and_then(Arc::into_inner) {
            let _ = used.try_send(batch);
        }
    }
}

/// The sequential half of a run.
struct Judge {
    join: Join,
    engine: Engine,
    every_event: bool,
    names: Vec<Arc<str>>,
    joined: Vec<Event>,
    events: u64,
    second: Option<i64>,
}

impl Judge {
    fn new(
        config: &Config,
        (network, tuning): (Network, Tuning),
        every_event: bool,
        inputs: &Inputs,
    ) -> Self {
        Self {
            join: Join::new(config),
            engine: Engine::new(network, tuning),
            every_event,
            names: inputs.files().to_vec(),
            joined: Vec::new(),
            events: 0,
            second: None,
        }
    }

    /// One event of the shards, in the order of the run.
    fn event(
        &mut self,
        mut event: Event,
        batch: &Batch,
        observer: &mut dyn Observer,
    ) -> Result<(), Error> {
        let second = event.at.secs();
        if self.second.is_none_or(|last| second > last) {
            self.join.tick(Timestamp::from_secs(second), &mut self.joined);
            self.second = Some(second);
        }
        if self.every_event {
            event.file = self.file_of(event.frame, batch);
        }
        self.join.on_event(event, &mut self.joined);
        self.judge(observer)
    }

    /// The file of a frame, where it is still known: frames of a conversation that ended long ago may be in any of several.
    fn file_of(&self, number: u64, batch: &Batch) -> Option<Arc<str>> {
        if let [only] = self.names.as_slice() {
            return Some(Arc::clone(only));
        }
        let first = batch.get(0)?.meta.number;
        let frame = batch.get(usize::try_from(number.checked_sub(first)?).ok()?)?;
        self.names.get(usize::from(frame.meta.file)).cloned()
    }

    fn finish(&mut self, observer: &mut dyn Observer) -> Result<(), Error> {
        self.join.finish(&mut self.joined);
        self.judge(observer)?;
        self.engine.finish();
        Ok(())
    }

    fn judge(&mut self, observer: &mut dyn Observer) -> Result<(), Error> {
        for event in self.joined.drain(..) {
            self.events += 1;
            self.engine.on_event(&event);
            if self.every_event {
                observer.event(&event)?;
            }
        }
        Ok(())
    }

    fn summary(self, counters: &ShardCounters, inputs: &Inputs) -> Summary {
        let (mut alerts, suppressed) = self.engine.kept();
        let incidents = {
            let scene = self.engine.scene();
            detect::incidents_by(&mut alerts, &scene.network, &scene.tuning.incident_rules())
        };
        let mut stats =
            Stats { events: self.events, alerts: alerts.len() as u64, ..Stats::default() };
        counters.write(&mut stats);
        self.join.counters().write(&mut stats);
        stats.tables.extend(self.engine.tables());
        stats.coverage = self.engine.coverage();
        stats.suppressed = suppressed;
        let scene = self.engine.scene();
        Summary {
            gaps: self.engine.gaps(),
            elements: scene.inventory.nodes(&scene.network),
            alerts,
            incidents,
            stats,
            damages: inputs.damages().to_vec(),
        }
    }
}
