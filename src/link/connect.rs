//! How a leg gets open, and what follows when it is away.

use super::{Link, News, leg::When, socket::Socket};
use crate::{
    dom,
    events::object,
    promise::{self, settled},
};
use blobcast_wire::{Socket as Which, backoff};
use std::rc::{Rc, Weak};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortSignal, Response};

/// How long the relay may take to say that it is well, ms.
const HEALTH_WITHIN: u32 = 5_000;

/// How long it may take on a reconnect until a token is there and the relay is well: a page's request for a token
/// may have been lost with the network that was lost. In ms.
const PREPARED_WITHIN: u32 = 15_000;

impl Link {
    /// Opens a leg: after a failure only once the relay answers, and with a token asked for just now. Never at once.
    pub(super) fn connect(&self, which: Which) {
        let leg = self.leg(which);
        let too_long = dom::weakly(&self.me, move |link| {
            // At first a page may take its time, as long as `connectTimeout` allows.
            if link.was_up.get() {
                link.retry(which, When::Soon);
            }
        });
        let turn = leg.prepare(self.timers.after(PREPARED_WITHIN, too_long));
        if leg.failures() > 0 {
            self.ask_relay(which, turn);
        } else {
            self.ask_token(which, turn);
        }
    }

    /// Goes on when the relay says that it is well.
    ///
    /// Browsers delay failed WebSockets to a host by many seconds, but not failed fetches; so after a failure the
    /// relay is asked by fetch first. <https://github.com/whatwg/websockets/issues/26>
    fn ask_relay(&self, which: Which, turn: u32) {
        let signal = AbortSignal::timeout_with_u32(HEALTH_WITHIN);
        let request = object(&[("signal", signal.into())]).unchecked_into();
        let asked = dom::window().fetch_with_str_and_init(&self.target.page("/healthz"), &request);
        let me = self.me.clone();
        settled(&asked, move |answer| {
            let answer = answer.ok().map(JsCast::unchecked_into::<Response>);
            // Unread, the body counts as aborted, and some browsers log that as an error.
            let read =
                answer.as_ref().map_or(Ok(JsValue::UNDEFINED), |answer| answer.text().map(JsValue::from));
            settled(&promise::of(read), move |_| {
                let Some(link) = Self::at(&me, which, turn) else { return };
                if answer.is_some_and(|answer| answer.ok()) {
                    link.ask_token(which, turn);
                } else {
                    link.retry(which, When::Soon);
                }
            });
        });
    }

    /// Goes on with a token.
    fn ask_token(&self, which: Which, turn: u32) {
        let me = self.me.clone();
        settled(&self.target.token.ask(), move |given| {
            let Some(link) = Self::at(&me, which, turn) else { return };
            match link.target.token.read(given) {
                Ok(token) => link.open_leg(which, token.as_deref()),
                Err(_) if link.was_up.get() => link.retry(which, When::Soon),
                Err(error) => link.give_up(error),
            }
        });
    }

    /// The link, if the leg is still where it was when this was asked.
    fn at(me: &Weak<Self>, which: Which, turn: u32) -> Option<Rc<Self>> {
        me.upgrade().filter(|link| link.leg(which).is_at(turn))
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
        self.trace("opening", which, "", 0.0);
        match Socket::open(&url, token, tell) {
            Ok(socket) => self.leg(which).opening(socket),
            Err(error) => self.give_up(error),
        }
    }

    /// A leg is away: opens it again after a while.
    pub(super) fn retry(&self, which: Which, when: When) {
        let leg = self.leg(which);
        let now = dom::now();
        // The relay waits a few seconds only for the partner of an open socket.
        let away = if self.is_half_open() { 0.0 } else { leg.away(now) };
        let soon = backoff::wait(leg.failures(), away, js_sys::Math::random());
        let wait = match when {
            When::AtOnce => 0.0,
            When::Soon => soon,
            When::NotBefore(limit) => {
                let until = now + limit + soon;
                self.not_before.set(self.not_before.get().max(until));
                limit + soon
            }
        };
        leg.failed(now);
        if which == Which::Chunk {
            self.chunk_is_new.set(true);
        }
        self.wait(which, wait);
        let both = !self.is_half_open();
        if both {
            // The next relay may be another one, with a clock of its own.
            self.clock.borrow_mut().reset();
        }
        self.tell(News::Lost { which, both });
    }

    fn wait(&self, which: Which, wait: f64) {
        let then = dom::with(&self.me, |link, ()| link.connect_waiting());
        self.leg(which).wait(self.timers.after(wait as u32, then));
    }

    /// Opens every leg that waits, so that the relay sees a pair and not a socket without its partner. What the
    /// relay asked of one goes for both.
    fn connect_waiting(&self) {
        let early = (self.not_before.get() - dom::now()).max(0.0).ceil();
        for which in [Which::Blob, Which::Chunk] {
            if !self.leg(which).is_waiting() {
                continue;
            }
            if early > 0.0 {
                self.wait(which, early);
            } else {
                self.connect(which);
            }
        }
    }
}
