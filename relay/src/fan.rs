//! Fan-out: every viewer of a room is handed the next piece, one write after the other.
//!
//! A task that is woken for each viewer and piece costs more than the write that it wakes up for. So few tasks go round, and a
//! viewer's own task is told only when its connection took less than it was given.

use crate::viewer::Viewer;
use std::sync::{
    Arc, Weak,
    atomic::{AtomicUsize, Ordering},
};
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

/// The tasks that go round in one room.
#[derive(Debug)]
pub(crate) struct Fan {
    bell: watch::Sender<()>,
    rounds: Vec<mpsc::UnboundedSender<Weak<Viewer>>>,
    /// How many viewers have come.
    joined: AtomicUsize,
}

impl Fan {
    /// As many tasks as there are threads. They end when this is dropped.
    pub(crate) fn new() -> Self {
        let bell = watch::Sender::new(());
        let rounds = (0..Handle::current().metrics().num_workers()).map(|_| {
            let (joins, newcomers) = mpsc::unbounded_channel();
            tokio::spawn(go_round(bell.subscribe(), newcomers));
            joins
        });
        Self { rounds: rounds.collect(), bell, joined: AtomicUsize::new(0) }
    }

    /// Takes a viewer along from the next ring on, as long as it lives.
    pub(crate) fn join(&self, viewer: &Arc<Viewer>) {
        let joined = self.joined.fetch_add(1, Ordering::Relaxed);
        // The task ends after this is dropped.
        let _ = self.rounds[joined / WORTH_A_TASK % self.rounds.len()].send(Arc::downgrade(viewer));
    }

    /// There is something new.
    pub(crate) fn ring(&self) {
        self.bell.send_replace(());
    }
}

async fn go_round(mut bell: watch::Receiver<()>, mut newcomers: mpsc::UnboundedReceiver<Weak<Viewer>>) {
    let mut viewers: Vec<Weak<Viewer>> = Vec::new();
    loop {
        select! {
            biased;
            Some(viewer) = newcomers.recv() => viewers.push(viewer),
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
