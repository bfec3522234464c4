//! How a leg gets open, and what follows when it is away.

use super::{
    Link, News,
    leg::{Phase, When},
    socket::Socket,
};
use crate::{
    dom,
    events::object,
    promise::{self, settled},
    timers::Timer,
};
use blobcast_wire::{Socket as Which, backoff};
use std::rc::{Rc, Weak};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortSignal, Response};

/// How long the relay may take to say that it is well, ms.
const HEALTH_WITHIN: u32 = 5_000;

/// How long a socket may take to open where another relay may do better, ms.
const OPEN_WITHIN: u32 = HEALTH_WITHIN;

/// How long it may take on a reconnect until a token is there and the relay is well: a page's request for a token
/// may have been lost with the network that was lost. In ms.
const PREPARED_WITHIN: u32 = 15_000;

impl Link {
    /// Opens a leg: after a failure only once the relay answers, and with a token asked for just now. Never at once.
    pub(super) fn connect(&self, which: Which) {
        let leg = self.leg(which);
        // At first a page may take its time, as long as `connectTimeout` allows.
        let turn = leg.prepare(self.patience(which, PREPARED_WITHIN, true));
        if leg.failures() > 0 {
            self.ask_relay(which, turn);
        } else {
            self.ask_token(which, turn);
        }
    }

    /// What a leg waits for is given up in so many ms; `once_up`: not before both sockets have been open.
    fn patience(&self, which: Which, ms: u32, once_up: bool) -> Timer {
        let too_long = dom::weakly(&self.me, move |link| {
            if link.was_up.get() || !once_up {
                link.retry(which, When::Soon);
            }
        });
        self.timers.after(ms, too_long)
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
        self.trace("opening", which, self.relay(), 0.0);
        let until = self.target.relays.are_several().then(|| self.patience(which, OPEN_WITHIN, false));
        match Socket::open(&url, token, tell) {
            Ok(socket) => self.leg(which).opening(socket, until),
            Err(error) => self.give_up(error),
        }
    }

    /// A leg is away: opens it again after a while. Where both are, the next relay is tried, and at once unless all were.
    pub(super) fn retry(&self, which: Which, when: When) {
        let leg = self.leg(which);
        let relays = &self.target.relays;
        let now = dom::now();
        leg.set(Phase::Idle);
        let both = !self.is_half_open();
        // The relay waits a few seconds only for the partner of an open socket.
        let away = if both { leg.away(now) } else { 0.0 };
        let soon = backoff::wait(leg.failures(), away, js_sys::Math::random());
        if let When::NotBefore(limit) = when {
            relays.hold_off(now + limit + soon);
        }
        let moves = both
            && relays.are_several()
            && match when {
                When::AtOnce => false,
                When::Soon => true,
                When::NotBefore(_) => !relays.has_stayed(),
            };
        let wait = if when == When::AtOnce || moves && relays.next(now) { 0.0 } else { soon };
        for one in [Which::Blob, Which::Chunk] {
            if one == which || moves {
                self.leg(one).failed(now);
                self.wait(one, wait);
            }
        }
        if which == Which::Chunk {
            self.chunk_is_new.set(true);
        }
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
        let early = (self.target.relays.not_before() - dom::now()).max(0.0).ceil();
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
