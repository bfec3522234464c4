//! The two sockets of one peer: opened together, kept open, opened again.
//!
//! ```text
//!            ┌─ blob leg ──── blobs ────────┐
//! Peer ◄─ Link    ping and pong on both      relay
//!            └─ chunk leg ─── chunks, text ─┘
//! ```
//!
//! A leg that is lost comes back alone; while its partner lives, the relay pairs them at once. When both are lost, both go to the next
//! of the [`Relays`] that the page named. A broadcaster and a viewer differ only in what they do with the [`News`].

mod address;
mod connect;
mod leg;
mod news;
mod pulse;
mod relays;
mod socket;

use crate::{
    bytes::JsBytes,
    cell::RefCell,
    dom,
    error::Error,
    timers::{Timer, Timers},
};
pub use address::{Target, no_answer};
use blobcast_wire::{Close, FIRST_PINGS, PING_EVERY, RelayClock, Role, Socket as Which};
use leg::{Leg, Next};
pub use news::{News, Peer};
pub use relays::Relays;
use socket::{Socket, Told};
use std::{
    cell::Cell,
    rc::{Rc, Weak},
};

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
    /// A hidden broadcaster's go on; a hidden viewer may be slow.
    timers: Timers,
    pinging: Cell<Option<Timer>>,
    /// Both sockets have been open: what fails from now on may be only a moment's trouble.
    was_up: Cell<bool>,
    /// What a socket was closed with last.
    said: RefCell<Option<(u16, String)>>,
}

impl Link {
    /// Begins to connect; the rest is news.
    pub fn open(target: Target, peer: Weak<dyn Peer>) -> Rc<Self> {
        let timers = match target.role {
            Role::Publish => Timers::steady(),
            Role::View => Timers::Page,
        };
        let link = Rc::new_cyclic(|me: &Weak<Self>| Self {
            me: me.clone(),
            peer,
            target,
            session: address::random_session(),
            blob: Leg::default(),
            chunk: Leg::default(),
            clock: RefCell::default(),
            chunk_is_new: Cell::new(true),
            timers,
            pinging: Cell::default(),
            was_up: Cell::new(false),
            said: RefCell::default(),
        });
        let tick = dom::with(&link.me, |link, ()| link.tick());
        link.pinging.set(Some(link.timers.every(PING_EVERY, tick)));
        link.connect(Which::Blob);
        link.connect(Which::Chunk);
        link
    }

    /// Whether both sockets are open.
    pub fn is_up(&self) -> bool {
        self.blob.is_open() && self.chunk.is_open()
    }

    /// The URL of the relay that it is at, or tries to be.
    pub fn relay(&self) -> &str {
        self.target.relays.url()
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

    /// The error of a link that was not up within `timeout` ms.
    pub fn no_answer(&self, timeout: u32) -> Error {
        address::no_answer(&self.target.relays, timeout, self.said.borrow().as_ref())
    }

    /// Closes both sockets with 1000, after what was sent.
    pub fn finish(&self) {
        for leg in [&self.blob, &self.chunk] {
            leg.with_socket(Socket::finish);
        }
        self.close();
    }

    fn close(&self) {
        self.pinging.take();
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

    /// Tells who debugs of a socket.
    fn trace(&self, what: &str, which: Which, text: &str, figure: f64) {
        if let Some(peer) = self.peer.upgrade() {
            peer.trace(what, text, f64::from(u8::from(which == Which::Chunk)), figure);
        }
    }

    fn hear(&self, which: Which, told: Told) {
        let leg = self.leg(which);
        leg.hear();
        match told {
            Told::Open => {
                self.trace("open", which, "", 0.0);
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
            Told::Closed { code, reason } => {
                self.trace("closed", which, &reason, code.into());
                let next = leg.closed(code, &reason);
                match next {
                    Next::Retry(when) => self.retry(which, when),
                    Next::Stop => self.give_up(Error::closed(code, &reason)),
                }
                if code != Close::Lost.code() {
                    self.said.replace(Some((code, reason)));
                }
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

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::testing::{PageErrors, let_things_happen, relay};
    use blobcast_wire::{Role, Segment};
    use wasm_bindgen_test::wasm_bindgen_test;

    #[derive(Default)]
    struct Listening(Cell<u32>, Cell<bool>);

    impl Peer for Listening {
        fn position(&self) -> Option<(Segment, u32)> {
            None
        }

        fn hear(&self, news: News) {
            self.0.set(self.0.get() + 1);
            self.1.set(self.1.get() || matches!(news, News::ClockSettled));
        }
    }

    #[wasm_bindgen_test]
    async fn a_dropped_link_closes_both_sockets_and_brings_no_more_news() {
        let errors = PageErrors::watch();
        let name = "guards".parse().expect("a name");
        let relays = Rc::new(Relays::new(vec![relay().await]));
        let target = Target { relays, role: Role::View, name, token: Default::default() };
        let peer = Rc::new(Listening::default());
        let weak: Weak<dyn Peer> = Rc::downgrade(&peer) as Weak<dyn Peer>;
        let link = Link::open(target, weak);
        // The clock settles by the first socket's pings, whether the second one is open yet or not.
        while !(peer.1.get() && link.is_up()) {
            let_things_happen().await;
        }
        let (gone, news) = (Rc::downgrade(&link), peer.0.get());
        drop(link);
        assert!(gone.upgrade().is_none(), "nothing else keeps it");
        let_things_happen().await;
        assert_eq!((peer.0.get(), Rc::weak_count(&peer)), (news, 0));
        assert!(errors.seen().await.is_empty());
    }
}
