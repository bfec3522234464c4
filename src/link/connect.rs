//! How a leg gets open, and what follows when it is away.

use super::{Link, News, backoff, leg::When, socket::Socket};
use crate::{dom, error::Error, options::Token};
use blobcast_wire::Socket as Which;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortSignal, RequestInit, Response};

/// How long the relay may take to say that it is well, ms.
const HEALTH_WITHIN: u32 = 5_000;

/// How long it may take on a reconnect until a token is there and the relay is well: a page's request for a token
/// may have been lost with the network that was lost.
const PREPARED_WITHIN: Duration = Duration::from_secs(15);

impl Link {
    /// Opens a leg: after a failure only once the relay answers, and with a token asked for just now.
    pub(super) fn connect(&self, which: Which) {
        let leg = self.leg(which);
        let too_long = dom::weakly(&self.me, move |link| {
            // At first a page may take its time, as long as `connectTimeout` allows.
            if link.was_up.get() {
                link.retry(which, When::Soon);
            }
        });
        let turn = leg.prepare(self.timers.after(PREPARED_WITHIN.as_millis() as u32, too_long));
        let health = (leg.failures() > 0).then(|| self.target.health());
        let (me, token) = (self.me.clone(), self.target.token.clone());
        spawn_local(async move {
            let ready = prepare(health, token).await;
            let Some(link) = me.upgrade() else { return };
            if link.leg(which).is_at(turn) {
                match ready {
                    Ok(Some(token)) => link.open_leg(which, token.as_deref()),
                    Ok(None) => link.retry(which, When::Soon),
                    Err(_) if link.was_up.get() => link.retry(which, When::Soon),
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
        self.trace("opening", which, "", 0.0);
        match Socket::open(&url, token, tell) {
            Ok(socket) => self.leg(which).opening(socket),
            Err(error) => self.give_up(error),
        }
    }

    /// A leg is away: opens it again after a while.
    pub(super) fn retry(&self, which: Which, when: When) {
        let leg = self.leg(which);
        // The relay waits a few seconds only for the partner of an open socket.
        let failures = if self.is_half_open() { leg.failures().min(1) } else { leg.failures() };
        let soon = backoff::wait(failures, js_sys::Math::random());
        let wait = match when {
            When::AtOnce => Duration::ZERO,
            When::Soon => soon,
            When::NotBefore(limit) => {
                let until = dom::now() + (limit + soon).as_secs_f64() * 1000.0;
                self.not_before.set(self.not_before.get().max(until));
                limit + soon
            }
        };
        leg.failed();
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

    fn wait(&self, which: Which, wait: Duration) {
        let then = dom::weakly(&self.me, |link| link.connect_waiting());
        self.leg(which).wait(self.timers.after(wait.as_millis() as u32, then));
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
                self.wait(which, Duration::from_millis(early as u64));
            } else {
                self.connect(which);
            }
        }
    }
}

/// What must be true before a socket is opened. `None`: the relay does not answer yet.
///
/// Browsers delay failed WebSockets to a host by many seconds, but not failed fetches; so after a failure the
/// relay is asked by fetch first. <https://github.com/whatwg/websockets/issues/26>
async fn prepare(health: Option<String>, token: Option<Token>) -> Result<Option<Option<String>>, Error> {
    if let Some(url) = health
        && !is_well(&url).await
    {
        return Ok(None);
    }
    match token {
        Some(token) => token.ask().await.map(|token| Some(Some(token))),
        None => Ok(Some(None)),
    }
}

async fn is_well(url: &str) -> bool {
    let request = RequestInit::new();
    request.set_signal(Some(&AbortSignal::timeout_with_u32(HEALTH_WITHIN)));
    let answer = JsFuture::from(dom::window().fetch_with_str_and_init(url, &request)).await;
    let Ok(answer) = answer.map(JsCast::unchecked_into::<Response>) else { return false };
    // Unread, the body counts as aborted, and some browsers log that as an error.
    if let Ok(body) = answer.text() {
        let _ = JsFuture::from(body).await;
    }
    answer.ok()
}
