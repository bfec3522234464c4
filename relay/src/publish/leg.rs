//! One of the two sockets, over its lives: what is known of it, and when it comes back.

use super::{
    life::{Told, live},
    target::Target,
};
use blobcast_wire::{Hearing, Socket as Which, backoff};
use std::{
    hash::{BuildHasher, RandomState},
    sync::Arc,
    time::Duration,
};
use tokio::{sync::mpsc, time::Instant};
use tokio_tungstenite::tungstenite::Message;
use tokio_util::task::AbortOnDropHandle;

/// Where a life tells what happens: of which socket, and which of its lives.
pub(super) type Tell = mpsc::UnboundedSender<(Which, u32, Told)>;

/// A socket. Dropping it drops the connection.
pub(super) struct Leg {
    which: Which,
    /// Counts its lives.
    life: u32,
    failures: u32,
    failing_since: Option<Instant>,
    /// The token was refused once already.
    is_refused: bool,
    /// When it is opened again.
    waits_until: Option<Instant>,
    now: Life,
}

/// What is true of this life only.
#[derive(Default)]
struct Life {
    outgoing: Option<mpsc::UnboundedSender<Message>>,
    _task: Option<AbortOnDropHandle<()>>,
    is_open: bool,
    hearing: Hearing,
    /// Bytes that were sent, and that have left.
    sent: u64,
    left: u64,
}

impl Leg {
    /// Not connected yet.
    pub(super) fn new(which: Which) -> Self {
        let (failing_since, waits_until, now) = (None, None, Life::default());
        Self { which, life: 0, failures: 0, failing_since, is_refused: false, waits_until, now }
    }

    /// Begins a life.
    pub(super) fn connect(&mut self, target: &Arc<Target>, tell: &Tell) {
        self.lose();
        let (outgoing, queue) = mpsc::unbounded_channel();
        let (which, life, tell) = (self.which, self.life, tell.clone());
        let tell = move |told| drop(tell.send((which, life, told)));
        let life = live(Arc::clone(target), which, self.failures > 0, queue, tell);
        let task = AbortOnDropHandle::new(tokio::spawn(life));
        self.now = Life { outgoing: Some(outgoing), _task: Some(task), ..Life::default() };
    }

    /// Ends its life. What comes of that is not heard any more.
    pub(super) fn lose(&mut self) {
        self.life = self.life.wrapping_add(1);
        self.waits_until = None;
        self.now = Life::default();
    }

    /// Whether this is the life that it has now.
    pub(super) fn is_in(&self, life: u32) -> bool {
        self.life == life
    }

    /// Whether it is open.
    pub(super) fn is_open(&self) -> bool {
        self.now.is_open
    }

    /// It has opened.
    pub(super) fn note_open(&mut self) {
        self.now.is_open = true;
    }

    /// The relay has said something: only now it counts as connected.
    pub(super) fn hear(&mut self) {
        (self.failures, self.failing_since, self.is_refused) = (0, None, false);
        self.now.hearing.hear();
    }

    /// The relay refuses the token. Whether it did so before, too.
    pub(super) fn was_refused(&mut self) -> bool {
        std::mem::replace(&mut self.is_refused, true)
    }

    /// Sends, if it is open.
    pub(super) fn send(&mut self, message: Message) {
        if let Some(outgoing) = self.now.outgoing.as_ref().filter(|_| self.now.is_open) {
            self.now.sent += message.len() as u64;
            // It has just gone: that is told.
            let _ = outgoing.send(message);
        }
    }

    /// So many bytes have left.
    pub(super) fn note_written(&mut self, bytes: usize) {
        self.now.left += bytes as u64;
    }

    /// How many bytes wait for the network.
    pub(super) fn waiting(&self) -> u64 {
        self.now.sent - self.now.left
    }

    /// A round of pings is over: whether it is silent.
    pub(super) fn is_dead(&mut self) -> bool {
        let waiting = self.waiting();
        self.now.is_open && self.now.hearing.is_dead(self.now.sent, waiting, false)
    }

    /// When it is opened again, if it waits for that.
    pub(super) fn waits_until(&self) -> Option<Instant> {
        self.waits_until
    }

    /// It is not opened before then.
    pub(super) fn wait_until(&mut self, then: Instant) {
        self.waits_until = Some(then);
    }

    /// Ends its life, and waits for the next: for a while, and for so many ms more if the relay has asked for them. Until when.
    pub(super) fn retry(&mut self, has_partner: bool, asked: f64) -> Instant {
        self.lose();
        let now = Instant::now();
        let since = *self.failing_since.get_or_insert(now);
        // The relay waits a few seconds only for the partner of an open socket.
        let away = if has_partner { 0.0 } else { (now - since).as_secs_f64() * 1e3 };
        let wait = backoff::wait(self.failures, away, chance()) + asked;
        self.failures = self.failures.saturating_add(1);
        let then = now + Duration::from_secs_f64(wait / 1e3);
        self.waits_until = Some(then);
        then
    }
}

/// Anything from 0 to 1: the hasher's keys are random.
fn chance() -> f64 {
    (RandomState::new().hash_one(0) >> 11) as f64 / (1_u64 << 53) as f64
}
