//! The two sockets of a broadcaster: opened together, kept open, opened again. The browser's is src/link.

use super::{
    leg::{Told, live},
    target::Target,
};
use blobcast_wire::{Close, Hearing, PING_EVERY, Socket as Which, Text, backoff};
use std::{
    hash::{BuildHasher, RandomState},
    sync::Arc,
    time::Duration,
};
use tokio::{
    select,
    sync::mpsc,
    task::AbortHandle,
    time::{Instant, Interval, MissedTickBehavior, interval, sleep_until, timeout},
};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

/// How long the relay may take to close, when all is said.
const CLOSING: Duration = Duration::from_secs(2);

/// What a broadcaster has to know of its sockets.
#[derive(Debug)]
pub(super) enum News {
    /// A socket has opened.
    Open(Which),
    Text(Text),
    /// Something left.
    Written,
    /// A socket is away, and comes back by itself. `both`: the other one is, too.
    Lost {
        which: Which,
        both: bool,
        why: String,
    },
    /// The relay ended it for good.
    Closed(u16, String),
    /// It is time to ping.
    Tick,
}

/// Both sockets. Dropping it drops them.
pub(super) struct Link {
    target: Arc<Target>,
    legs: [Leg; 2],
    tell: mpsc::UnboundedSender<(Which, u32, Told)>,
    told: mpsc::UnboundedReceiver<(Which, u32, Told)>,
    ticks: Interval,
    /// The relay does not want to see this peer before then.
    not_before: Instant,
    is_up: bool,
}

#[derive(Default)]
struct Leg {
    /// Counts its lives.
    life: u32,
    outgoing: Option<mpsc::UnboundedSender<Message>>,
    task: Option<AbortHandle>,
    is_open: bool,
    /// When it is opened again.
    waits_until: Option<Instant>,
    failures: u32,
    failing_since: Option<Instant>,
    /// The token was refused once already.
    refused: bool,
    hearing: Hearing,
    /// Bytes of this life that were sent, and that have left.
    sent: u64,
    left: u64,
}

impl Link {
    /// Begins to connect; the rest is news.
    pub(super) fn open(target: Target) -> Self {
        let (tell, told) = mpsc::unbounded_channel();
        let mut ticks = interval(Duration::from_millis(PING_EVERY.into()));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first one is at once.
        ticks.reset();
        let legs = <[Leg; 2]>::default();
        let (target, not_before) = (Arc::new(target), Instant::now());
        let mut link = Self { target, legs, tell, told, ticks, not_before, is_up: false };
        link.connect(Which::Blob);
        link.connect(Which::Chunk);
        link
    }

    /// Sends; where the socket is away that is dropped.
    pub(super) fn send(&mut self, which: Which, message: impl Into<Message>) {
        let leg = &mut self.legs[which as usize];
        if let Some(outgoing) = leg.outgoing.as_ref().filter(|_| leg.is_open) {
            let message = message.into();
            leg.sent += message.len() as u64;
            // It has just gone: that is told.
            let _ = outgoing.send(message);
        }
    }

    /// How many bytes wait for the network.
    pub(super) fn waiting(&self) -> u64 {
        self.legs.iter().filter(|leg| leg.is_open).map(Leg::waiting).sum()
    }

    /// What happens next. Can be dropped half-way.
    pub(super) async fn next(&mut self) -> News {
        loop {
            let waits = self.legs.iter().filter_map(|leg| leg.waits_until).min();
            select! {
                biased;
                // This holds a sender itself, so there is always another.
                Some((which, life, told)) = self.told.recv() => {
                    if self.legs[which as usize].life == life && let Some(news) = self.hear(which, told) {
                        return news;
                    }
                }
                _ = self.ticks.tick() => return self.tick(),
                () = sleep_until(waits.unwrap_or_else(Instant::now)), if waits.is_some() => self.connect_waiting(),
            }
        }
    }

    /// Closes both sockets with 1000, after what was sent.
    pub(super) async fn finish(mut self) {
        for which in [Which::Blob, Which::Chunk] {
            let frame = CloseFrame { code: CloseCode::Normal, reason: "".into() };
            self.send(which, Message::Close(Some(frame)));
        }
        let all_closed = async {
            while self.legs.iter().any(|leg| leg.is_open) {
                let Some((which, life, told)) = self.told.recv().await else { return };
                let leg = &mut self.legs[which as usize];
                leg.is_open &= !(leg.life == life && matches!(told, Told::Closed(..)));
            }
        };
        let _ = timeout(CLOSING, all_closed).await;
    }

    fn hear(&mut self, which: Which, told: Told) -> Option<News> {
        let leg = &mut self.legs[which as usize];
        match told {
            Told::Open => {
                leg.is_open = true;
                Some(News::Open(which))
            }
            Told::Text(text) => {
                // Only now it counts as connected.
                (leg.failures, leg.failing_since, leg.refused) = (0, None, false);
                leg.hearing.hear();
                Some(News::Text(text))
            }
            Told::Written(bytes) => {
                leg.left += bytes as u64;
                Some(News::Written)
            }
            Told::Closed(code, reason) => Some(self.closed(which, code, reason)),
        }
    }

    /// Whether both are open, and that was not said yet.
    pub(super) fn has_come_up(&mut self) -> bool {
        let is_up = self.legs.iter().all(|leg| leg.is_open);
        is_up && !std::mem::replace(&mut self.is_up, is_up)
    }

    fn closed(&mut self, which: Which, code: u16, reason: String) -> News {
        let leg = &mut self.legs[which as usize];
        let asked = match Close::from_code(code) {
            Some(Close::Unauthorized) if !std::mem::replace(&mut leg.refused, true) => None,
            Some(Close::Limit) => backoff::asked_for(&reason),
            Some(close) if close.is_final() => return News::Closed(code, reason),
            // Codes that the protocol does not use come from proxies; they come and go.
            _ => None,
        };
        self.retry(which, asked);
        News::Lost { which, both: !self.is_half_open(), why: reason }
    }

    /// A round of pings is over: who is silent is dead.
    fn tick(&mut self) -> News {
        for which in [Which::Blob, Which::Chunk] {
            let leg = &mut self.legs[which as usize];
            if leg.is_open && leg.hearing.is_dead(leg.sent, leg.waiting(), false) {
                let why = "nothing was heard of the relay".into();
                self.retry(which, None);
                return News::Lost { which, both: !self.is_half_open(), why };
            }
        }
        News::Tick
    }

    fn is_half_open(&self) -> bool {
        self.legs.iter().any(|leg| leg.is_open)
    }

    /// Opens a leg again after a while, and not before the relay wants to see this peer again, in so many ms.
    fn retry(&mut self, which: Which, asked: Option<f64>) {
        self.is_up = false;
        let now = Instant::now();
        let leg = &mut self.legs[which as usize];
        leg.lose();
        let since = *leg.failing_since.get_or_insert(now);
        let failures = leg.failures;
        leg.failures = failures.saturating_add(1);
        // The relay waits a few seconds only for the partner of an open socket.
        let away = if self.is_half_open() { 0.0 } else { (now - since).as_secs_f64() * 1e3 };
        let wait = backoff::wait(failures, away, chance()) + asked.unwrap_or(0.0);
        let until = now + Duration::from_secs_f64(wait / 1e3);
        if asked.is_some() {
            self.not_before = self.not_before.max(until);
        }
        self.legs[which as usize].waits_until = Some(until);
    }

    /// Opens every leg that waits, so that the relay sees a pair and not a socket without its partner.
    fn connect_waiting(&mut self) {
        let is_early = Instant::now() < self.not_before;
        for which in [Which::Blob, Which::Chunk] {
            let leg = &mut self.legs[which as usize];
            if leg.waits_until.is_none() {
                continue;
            }
            if is_early {
                leg.waits_until = Some(self.not_before);
            } else {
                self.connect(which);
            }
        }
    }

    fn connect(&mut self, which: Which) {
        let leg = &mut self.legs[which as usize];
        leg.lose();
        let life = leg.life;
        let (outgoing, queue) = mpsc::unbounded_channel();
        let tell = self.tell.clone();
        let tell = move |told| drop(tell.send((which, life, told)));
        let life = live(Arc::clone(&self.target), which, leg.failures > 0, queue, tell);
        leg.outgoing = Some(outgoing);
        leg.task = Some(tokio::spawn(life).abort_handle());
    }
}

impl Leg {
    /// What comes of the life before is not heard any more.
    fn lose(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
        let Self { life, failures, failing_since, refused, .. } = *self;
        *self = Self { life: life.wrapping_add(1), failures, failing_since, refused, ..Self::default() };
    }

    fn waiting(&self) -> u64 {
        self.sent - self.left
    }
}

/// Anything from 0 to 1: the hasher's keys are random.
fn chance() -> f64 {
    (RandomState::new().hash_one(0) >> 11) as f64 / (1_u64 << 53) as f64
}
