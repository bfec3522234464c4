//! The two sockets of one peer: opened together, kept open, opened again.
//!
//! ```text
//!            ┌─ blob leg ──── blobs ────────┐
//! Peer ◄─ Link    ping and pong on both      relay
//!            └─ chunk leg ─── chunks, text ─┘
//! ```
//!
//! A leg that is lost comes back alone; while its partner lives, the relay pairs them at once. A broadcaster
//! and a viewer differ only in what they do with the [`News`].

mod address;
mod backoff;
mod clock;
mod hearing;
mod leg;
mod news;
mod pulse;
mod socket;

use crate::{bytes::JsBytes, dom, error::Error};
pub use address::{Target, no_answer};
use blobcast_wire::Socket as Which;
use clock::{FIRST_PINGS, PING_EVERY, RelayClock};
use gloo_timers::callback::Interval;
use leg::{Leg, Next};
pub use news::{News, Peer};
use socket::{Socket, Told};
use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
    time::Duration,
};
use wasm_bindgen_futures::spawn_local;

/// Both sockets. Dropping it closes them, and no news comes after that.
pub struct Link {
    me: Weak<Self>,
    peer: Weak<dyn Peer>,
    target: Target,
    session: String,
    blob: Leg,
    chunk: Leg,
    clock: RefCell<RelayClock>,
    /// The chunk socket is another one than at the last [`News::Up`].
    chunk_is_new: Cell<bool>,
    pinging: RefCell<Option<Interval>>,
    /// Both sockets have been open: what fails from now on may be only a moment's trouble.
    was_up: Cell<bool>,
}

impl Link {
    /// Begins to connect; the rest is news.
    pub fn open(target: Target, peer: Weak<dyn Peer>) -> Rc<Self> {
        let link = Rc::new_cyclic(|me: &Weak<Self>| Self {
            me: me.clone(),
            peer,
            target,
            session: address::random_session(),
            blob: Leg::default(),
            chunk: Leg::default(),
            clock: RefCell::default(),
            chunk_is_new: Cell::new(true),
            pinging: RefCell::default(),
            was_up: Cell::new(false),
        });
        let tick = dom::weakly(&link.me, |link| link.tick());
        *link.pinging.borrow_mut() = Some(Interval::new(PING_EVERY, tick));
        link.connect(Which::Blob);
        link.connect(Which::Chunk);
        link
    }

    /// Whether both sockets are open.
    pub fn is_up(&self) -> bool {
        self.blob.is_open() && self.chunk.is_open()
    }

    /// Sends a binary message; where the socket is away it is dropped, and [`News::Up`] comes later.
    pub fn send(&self, which: Which, message: &JsBytes) {
        self.leg(which).with_socket(|socket| socket.send(message));
    }

    /// Bytes that the browser holds because the network has not taken them.
    pub fn buffered_amount(&self) -> u32 {
        let mut amount = 0;
        for leg in [&self.blob, &self.chunk] {
            leg.with_socket(|socket| amount += socket.buffered_amount());
        }
        amount
    }

    /// The relay's time, µs since the Unix epoch; `None` until a pong has come.
    pub fn relay_now(&self) -> Option<u64> {
        self.clock.borrow().at(dom::now())
    }

    /// The best round trip, ms.
    pub fn round_trip(&self) -> Option<f64> {
        self.clock.borrow().round_trip()
    }

    /// Whether the relay's clock is known well enough to number segments by it.
    pub fn clock_is_settled(&self) -> bool {
        self.clock.borrow().is_settled()
    }

    /// Closes both sockets with 1000, after what was sent.
    pub fn finish(&self) {
        for leg in [&self.blob, &self.chunk] {
            leg.with_socket(Socket::finish);
        }
        self.close();
    }

    fn close(&self) {
        self.pinging.borrow_mut().take();
        self.blob.set(leg::Phase::Idle);
        self.chunk.set(leg::Phase::Idle);
    }

    fn leg(&self, which: Which) -> &Leg {
        match which {
            Which::Blob => &self.blob,
            Which::Chunk => &self.chunk,
        }
    }

    fn tell(&self, news: News) {
        if let Some(peer) = self.peer.upgrade() {
            peer.hear(news);
        }
    }

    /// Opens a leg: after a failure only once the relay answers, and with a token asked for just now.
    fn connect(&self, which: Which) {
        let leg = self.leg(which);
        let turn = leg.turn();
        let health = (leg.failures() > 0).then(|| self.target.health());
        let (me, token) = (self.me.clone(), self.target.token.clone());
        spawn_local(async move {
            let ready = leg::prepare(health, token).await;
            let Some(link) = me.upgrade() else { return };
            if link.leg(which).is_at(turn) {
                match ready {
                    Ok(Some(token)) => link.open_leg(which, token.as_deref()),
                    Ok(None) => link.retry(which, None),
                    Err(_) if link.was_up.get() => link.retry(which, None),
                    Err(error) => link.give_up(error),
                }
            }
        });
    }

    fn open_leg(&self, which: Which, token: Option<&str>) {
        let me = self.me.clone();
        let tell = move |told| {
            if let Some(link) = me.upgrade() {
                link.hear(which, told);
            }
        };
        let position = self.peer.upgrade().and_then(|peer| peer.position());
        let url = self.target.url(which, &self.session, position);
        match Socket::open(&url, token, tell) {
            Ok(socket) => self.leg(which).opening(socket),
            Err(error) => self.give_up(error),
        }
    }

    fn hear(&self, which: Which, told: Told) {
        let leg = self.leg(which);
        leg.hear();
        match told {
            Told::Open => {
                leg.opened();
                if which == Which::Blob {
                    self.ping(Which::Blob, FIRST_PINGS);
                }
                if self.is_up() {
                    self.was_up.set(true);
                    self.tell(News::Up { chunk_is_new: self.chunk_is_new.take() });
                }
            }
            Told::Binary(message) => {
                leg.succeeded();
                self.tell(News::Message(message));
            }
            Told::Text(text) => {
                leg.succeeded();
                self.hear_text(&text);
            }
            Told::Closed { code, reason } => match leg.closed(code, &reason) {
                Next::Retry(after) => self.retry(which, after),
                Next::Stop => self.give_up(Error::closed(code, &reason)),
            },
        }
    }

    /// A leg is away: opens it again after a while.
    fn retry(&self, which: Which, after: Option<Duration>) {
        let leg = self.leg(which);
        let wait = after.unwrap_or_else(|| {
            // The relay waits a few seconds only for the partner of an open socket.
            let failures = if self.is_half_open() { leg.failures().min(1) } else { leg.failures() };
            backoff::wait(failures, js_sys::Math::random())
        });
        leg.failed();
        if which == Which::Chunk {
            self.chunk_is_new.set(true);
        }
        leg.wait(wait, dom::weakly(&self.me, |link| link.connect_waiting()));
        let both = !self.is_half_open();
        if both {
            // The next relay may be another one, with a clock of its own.
            self.clock.borrow_mut().reset();
        }
        self.tell(News::Lost { both });
    }

    /// Opens every leg that waits, so that the relay sees a pair and not a socket without its partner.
    fn connect_waiting(&self) {
        for which in [Which::Blob, Which::Chunk] {
            if self.leg(which).is_waiting() {
                self.connect(which);
            }
        }
    }

    fn is_half_open(&self) -> bool {
        self.blob.is_open() || self.chunk.is_open()
    }

    fn give_up(&self, error: Error) {
        self.close();
        self.tell(News::Closed(error));
    }
}
