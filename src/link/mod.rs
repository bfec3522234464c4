//! The two sockets of one peer: opened together, kept open, opened again.
//!
//! ```text
//!            ┌─ blob leg ──── blobs, ping/pong ─┐
//! Peer ◄─ Link                                  relay
//!            └─ chunk leg ─── chunks, text ─────┘
//! ```
//!
//! A leg that is lost comes back alone; while its partner lives, the relay pairs them at once. A broadcaster
//! and a viewer differ only in what they do with the [`News`].

mod backoff;
mod clock;
mod leg;
mod news;
mod socket;

use crate::{
    bytes::JsBytes,
    dom,
    error::{Error, Kind},
    options::Token,
};
use blobcast_wire::{Endpoint, Name, Role, Segment, Socket as Which};
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

/// Whom to connect to, and as what.
#[derive(Clone)]
pub struct Target {
    /// The relay's WebSocket URL, without a slash at its end.
    pub relay: String,
    pub role: Role,
    pub name: Name,
    pub token: Option<Token>,
}

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
    /// The relay has said something since the last tick of the ping timer.
    heard: Cell<bool>,
}

impl Link {
    /// Begins to connect; the rest is news.
    pub fn open(target: Target, peer: Weak<dyn Peer>) -> Rc<Self> {
        let link = Rc::new_cyclic(|me: &Weak<Self>| Self {
            me: me.clone(),
            peer,
            target,
            session: random_session(),
            blob: Leg::default(),
            chunk: Leg::default(),
            clock: RefCell::default(),
            chunk_is_new: Cell::new(true),
            pinging: RefCell::default(),
            was_up: Cell::new(false),
            heard: Cell::new(true),
        });
        let me = link.me.clone();
        let ping = move || {
            if let Some(link) = me.upgrade() {
                link.tick();
            }
        };
        *link.pinging.borrow_mut() = Some(Interval::new(PING_EVERY, ping));
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
        let health =
            (leg.failures() > 0).then(|| format!("{}/healthz", self.target.relay.replacen("ws", "http", 1)));
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
        match Socket::open(&self.url(which), token, tell) {
            Ok(socket) => self.leg(which).set(leg::Phase::Opening(socket)),
            Err(error) => self.give_up(error),
        }
    }

    fn url(&self, which: Which) -> String {
        let Target { relay, role, name, .. } = &self.target;
        let path = Endpoint { role: *role, name: name.clone(), socket: which };
        let position = self.peer.upgrade().and_then(|peer| peer.position());
        format!("{relay}{path}?session={}{}", self.session, resume(which, position))
    }

    fn hear(&self, which: Which, told: Told) {
        let leg = self.leg(which);
        self.heard.set(true);
        match told {
            Told::Open => {
                leg.opened();
                if which == Which::Blob {
                    self.ping(FIRST_PINGS);
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

    fn hear_text(&self, text: &str) {
        match news::read_text(text) {
            Some(blobcast_wire::Text::Pong { t, now }) => {
                let settled = self.clock_is_settled();
                self.clock.borrow_mut().pong(t, now, dom::now());
                if !settled && self.clock_is_settled() {
                    self.tell(News::ClockSettled);
                }
            }
            Some(text) => self.tell(News::Text(text)),
            None => {}
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
        let me = self.me.clone();
        leg.wait(wait, move || {
            if let Some(link) = me.upgrade() {
                link.connect_waiting();
            }
        });
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

    /// Asks for the time, and notices a relay that has not answered for a whole round: a connection that is
    /// gone without a word, as after a change of networks, closes by itself only after minutes.
    fn tick(&self) {
        let slept = self.clock.borrow_mut().tick(dom::now());
        if self.is_up() && !self.heard.replace(false) && !slept {
            for which in [Which::Blob, Which::Chunk] {
                self.leg(which).set(leg::Phase::Idle);
            }
            for which in [Which::Blob, Which::Chunk] {
                self.retry(which, Some(Duration::ZERO));
            }
        }
        self.ping(if slept { FIRST_PINGS } else { 1 });
    }

    fn ping(&self, times: u32) {
        for _ in 0..times {
            let ping = blobcast_wire::Text::Ping { t: dom::now() }.to_json();
            self.blob.with_socket(|socket| socket.send_text(&ping));
        }
    }
}

/// The error of a connection that did not come about in `timeout` ms.
pub fn no_answer(relay: &str, timeout: u32) -> Error {
    let seconds = f64::from(timeout) / 1000.0;
    let message = format!(
        "no relay answered at {relay} within {seconds} s; check that it runs there and that url names it"
    );
    Error::new(Kind::Timeout, message)
}

/// Where a socket goes on reading, as the tail of its query.
fn resume(which: Which, position: Option<(Segment, u32)>) -> String {
    match (which, position) {
        (_, None) => String::new(),
        (Which::Blob, Some((segment, _))) => format!("&segment={segment}"),
        (Which::Chunk, Some((segment, seq))) => format!("&segment={segment}&seq={seq}"),
    }
}

/// What ties the two sockets together. Who guesses it could put a socket of his in their place.
fn random_session() -> String {
    let mut bytes = [0; 16];
    if let Ok(crypto) = dom::window().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
