//! Fan-out: every viewer of a room is handed the next piece, one write after the other.
//!
//! A task that is woken for each viewer and piece costs more than the write that it wakes up for. So few tasks go round, and a
//! viewer's own task is told only when its connection took less than it was given.

use crate::viewer::Viewer;
use parking_lot::Mutex;
use std::sync::{Arc, Weak};
use tokio::{
    runtime::Handle,
    select,
    sync::{mpsc, watch},
    task::yield_now,
};

/// A round lets other tasks have their turn after so many viewers: about half a millisecond.
const AT_ONCE: usize = 100;

/// So many viewers are worth a task of their own, as far as there are threads.
const WORTH_A_TASK: usize = 100;

/// Those who have gone are looked for when there are so many, and then twice as many as were left.
const WORTH_A_LOOK: usize = 64;

/// The tasks that go round in one room. They end when this is dropped.
#[derive(Debug)]
pub(crate) struct Fan {
    bell: watch::Sender<()>,
    rounds: Mutex<Rounds>,
}

#[derive(Debug, Default)]
struct Rounds {
    tasks: Vec<mpsc::UnboundedSender<Weak<Viewer>>>,
    /// How many viewers have come.
    joined: usize,
}

impl Fan {
    /// Without viewers, and without tasks.
    pub(crate) fn new() -> Self {
        Self { bell: watch::Sender::new(()), rounds: Mutex::default() }
    }

    /// Takes a viewer along from the next ring on, as long as it lives.
    pub(crate) fn join(&self, viewer: &Arc<Viewer>) {
        let Rounds { tasks, joined } = &mut *self.rounds.lock();
        let task = *joined / WORTH_A_TASK % Handle::current().metrics().num_workers();
        *joined += 1;
        if task == tasks.len() {
            let (joins, newcomers) = mpsc::unbounded_channel();
            tokio::spawn(go_round(self.bell.subscribe(), newcomers));
            tasks.push(joins);
        }
        // The task ends after this is dropped.
        let _ = tasks[task].send(Arc::downgrade(viewer));
    }

    /// There is something new.
    pub(crate) fn ring(&self) {
        self.bell.send_replace(());
    }
}

async fn go_round(mut bell: watch::Receiver<()>, mut newcomers: mpsc::UnboundedReceiver<Weak<Viewer>>) {
    let mut viewers: Vec<Weak<Viewer>> = Vec::new();
    let mut look_at = WORTH_A_LOOK;
    loop {
        select! {
            biased;
            Some(viewer) = newcomers.recv() => {
                viewers.push(viewer);
                // A room in which nothing is sent has no rounds.
                if viewers.len() >= look_at {
                    viewers.retain(|viewer| viewer.strong_count() > 0);
                    look_at = WORTH_A_LOOK.max(2 * viewers.len());
                }
            }
            rung = bell.changed() => match rung {
                Ok(()) => round(&mut viewers).await,
                Err(_) => return,
            }
        }
    }
}

/// Hands every viewer what there is for it, and forgets those who have gone.
async fn round(viewers: &mut Vec<Weak<Viewer>>) {
    let mut at = 0;
    while at < viewers.len() {
        if let Some(viewer) = viewers[at].upgrade() {
            viewer.deliver();
            at += 1;
            if at % AT_ONCE == 0 {
                yield_now().await;
            }
        } else {
            viewers.swap_remove(at);
        }
    }
}
