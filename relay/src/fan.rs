//! Fan-out: every viewer of a room is handed the next piece, one write after the other.
//!
//! A task that is woken for each viewer and piece costs more than the write that it wakes up for. So few tasks go round, and a
//! viewer's own task is told only when its connection took less than it was given.

use crate::{line::Line, segment::Tail, viewer::Viewer};
use parking_lot::Mutex;
use std::{
    hint::black_box,
    sync::{Arc, Weak},
};
use tokio::{
    runtime::Handle,
    select,
    sync::{mpsc, watch},
    task::yield_now,
};

/// A round lets other tasks have their turn after so many viewers: about half a millisecond.
const AT_ONCE: usize = 100;

/// So many viewers are looked at together before they are served. None is in the processor's caches after a whole round, and the
/// memory brings several at once in the time that it takes for one: this halves what a round costs beyond its writes.
const AHEAD: usize = 8;

/// So many viewers are worth a task of their own, as far as there are threads.
const WORTH_A_TASK: usize = 100;

/// Those who have gone are looked for when there are so many, and then twice as many as were left.
const WORTH_A_LOOK: usize = 64;

/// The tasks that go round in one room. They end when this is dropped.
#[derive(Debug)]
pub(crate) struct Fan {
    /// Rings when there is something new, with the newest chunk.
    bell: watch::Sender<Option<Tail>>,
    rounds: Mutex<Rounds>,
}

/// A viewer by its chunk socket. Who comes back with another socket has another stop.
#[derive(Debug)]
struct Stop {
    viewer: Weak<Viewer>,
    line: Weak<Line>,
}

#[derive(Debug, Default)]
struct Rounds {
    tasks: Vec<mpsc::UnboundedSender<Stop>>,
    /// How many stops there have been.
    joined: usize,
}

impl Fan {
    /// Without viewers, and without tasks.
    pub(crate) fn new() -> Self {
        Self { bell: watch::Sender::new(None), rounds: Mutex::default() }
    }

    /// Takes a viewer along from the next ring on, as long as it and its chunk socket live.
    pub(crate) fn join(&self, viewer: &Arc<Viewer>, line: &Arc<Line>) {
        let Rounds { tasks, joined } = &mut *self.rounds.lock();
        let task = *joined / WORTH_A_TASK % Handle::current().metrics().num_workers();
        *joined += 1;
        if task == tasks.len() {
            let (joins, newcomers) = mpsc::unbounded_channel();
            tokio::spawn(go_round(self.bell.subscribe(), newcomers));
            tasks.push(joins);
        }
        // The task ends after this is dropped.
        let _ = tasks[task].send(Stop { viewer: Arc::downgrade(viewer), line: Arc::downgrade(line) });
    }

    /// Hears when there is something new.
    pub(crate) fn bell(&self) -> watch::Receiver<Option<Tail>> {
        self.bell.subscribe()
    }

    /// There is something new. `tail` is the newest chunk, if that is in the newest segment already.
    pub(crate) fn ring(&self, tail: Option<Tail>) {
        self.bell.send_replace(tail);
    }
}

async fn go_round(mut bell: watch::Receiver<Option<Tail>>, mut newcomers: mpsc::UnboundedReceiver<Stop>) {
    let mut stops: Vec<Stop> = Vec::new();
    let mut look_at = WORTH_A_LOOK;
    loop {
        select! {
            biased;
            Some(stop) = newcomers.recv() => {
                stops.push(stop);
                // A room in which nothing is sent has no rounds.
                if stops.len() >= look_at {
                    stops.retain(Stop::is_there);
                    look_at = WORTH_A_LOOK.max(2 * stops.len());
                }
            }
            rung = bell.changed() => match rung {
                Ok(()) => {
                    let tail = bell.borrow_and_update().clone();
                    // Who sat down before it rang found nothing new, and may have come since these were looked for.
                    while let Ok(stop) = newcomers.try_recv() {
                        stops.push(stop);
                    }
                    round(&mut stops, tail.as_ref()).await;
                }
                Err(_) => return,
            }
        }
    }
}

/// Hands every viewer what there is for it, and forgets those who have gone.
async fn round(stops: &mut Vec<Stop>, tail: Option<&Tail>) {
    let mut at = 0;
    while at < stops.len() {
        if at.is_multiple_of(AHEAD) {
            let ahead = &stops[at..stops.len().min(at + AHEAD)];
            black_box(ahead.iter().filter(|stop| stop.is_there()).count());
        }
        match stops[at].viewer.upgrade().filter(|_| stops[at].is_there()) {
            Some(viewer) => {
                viewer.follow(tail);
                at += 1;
                if at.is_multiple_of(AT_ONCE) {
                    yield_now().await;
                }
            }
            None => _ = stops.swap_remove(at),
        }
    }
}

impl Stop {
    fn is_there(&self) -> bool {
        // Both are read whatever the first one says: see AHEAD.
        (self.viewer.strong_count() > 0) & (self.line.strong_count() > 0)
    }
}
