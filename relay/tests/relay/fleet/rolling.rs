//! A broadcast that goes on by itself, and how long its viewers wait.

use crate::common::{Broadcaster, TestServer, Viewer, now, soon};
use blobcast_wire::Segment;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};

/// How often there is a chunk.
const EVERY: Duration = Duration::from_millis(40);
/// How many of them are one segment: it takes two seconds.
const CHUNKS: u32 = 50;
/// What makes 1.6 Mbit/s.
const BYTES: usize = 8 << 10;

/// A broadcaster that records. Dropping it ends it.
pub(super) struct Rolling {
    segment: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Rolling {
    pub(super) async fn start(relay: &TestServer, name: &str) -> Self {
        let mut broadcaster = Broadcaster::open(relay, name, "rolling").await;
        let segment = Arc::new(AtomicU64::new(0));
        let current = Arc::clone(&segment);
        let mut first = now();
        broadcaster.begin(first, vec![1; BYTES]).await;
        current.store(first, Ordering::Relaxed);
        let task = tokio::spawn(async move {
            let mut tick = interval(EVERY);
            tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                for seq in 1..CHUNKS {
                    tick.tick().await;
                    broadcaster.chunk(first, seq, vec![1; BYTES]).await;
                }
                broadcaster.last(first, CHUNKS, vec![1; BYTES]).await;
                first = now();
                broadcaster.begin(first, vec![1; BYTES]).await;
                current.store(first, Ordering::Relaxed);
            }
        });
        Self { segment, task }
    }

    /// The current segment.
    pub(super) fn segment(&self) -> Segment {
        self.segment.load(Ordering::Relaxed)
    }
}

impl Drop for Rolling {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A viewer of which is kept how long it waited for something new.
pub(super) struct Gaps {
    at: watch::Receiver<Segment>,
    stop: Option<watch::Sender<()>>,
    task: JoinHandle<Duration>,
}

impl Gaps {
    pub(super) fn of(mut viewer: Viewer) -> Self {
        let (told, at) = watch::channel(0);
        let (stop, mut stopped) = watch::channel(());
        let task = tokio::spawn(async move {
            let (mut longest, mut last, mut bytes) = (Duration::ZERO, Instant::now(), viewer.bytes);
            loop {
                tokio::select! {
                    () = viewer.hear() => {}
                    _ = stopped.changed() => return longest.max(last.elapsed()),
                }
                if viewer.bytes > bytes {
                    longest = longest.max(last.elapsed());
                    (last, bytes) = (Instant::now(), viewer.bytes);
                }
                let segment = viewer.reassembly.position().map_or(0, |(segment, _)| segment);
                told.send_if_modified(|at| std::mem::replace(at, segment) != segment);
            }
        });
        Self { at, stop: Some(stop), task }
    }

    /// Waits until it has begun with this segment, or a later one.
    pub(super) async fn until_at(&self, segment: Segment) {
        let mut at = self.at.clone();
        soon("a later segment", at.wait_for(|at| *at >= segment)).await.unwrap();
    }

    /// The longest time without anything new.
    pub(super) async fn longest(mut self) -> Duration {
        self.stop.take();
        self.task.await.unwrap()
    }
}
