//! One of a link's two sockets over its lives: opening, open, lost, waiting, opening again.

use super::{backoff, hearing::Hearing, socket::Socket};
use crate::{dom, error::Error, options::Token};
use blobcast_wire::Close;
use gloo_timers::callback::Timeout;
use std::{
    cell::{Cell, RefCell},
    time::Duration,
};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, RequestInit, Response};

/// How long the relay may take to say that it is well, ms.
const HEALTH_WITHIN: u32 = 5_000;

/// Where a leg is.
#[derive(Default)]
pub enum Phase {
    /// Closed for good, or about to connect.
    #[default]
    Idle,
    Opening(Socket),
    Open(Socket),
    /// Until the next try.
    Waiting {
        _until: Timeout,
    },
}

/// What follows a close.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// Open it again: after this long, or as the backoff says.
    Retry(Option<Duration>),
    Stop,
}

/// One socket's place in a link.
#[derive(Default)]
pub struct Leg {
    phase: RefCell<Phase>,
    /// Failures to connect in a row.
    failures: Cell<u32>,
    /// Counts phases, so that an answer to an earlier one is known as late.
    turn: Cell<u32>,
    /// What the socket was heard to say.
    hearing: RefCell<Hearing>,
    /// The token was refused once already.
    refused: Cell<bool>,
}

impl Leg {
    pub fn set(&self, phase: Phase) {
        self.turn.set(self.turn.get().wrapping_add(1));
        // Dropping a socket may call into the browser: not while the cell is borrowed.
        let before = self.phase.replace(phase);
        drop(before);
    }

    /// Begins a new phase before its socket exists; see [`is_at`](Self::is_at).
    pub fn turn(&self) -> u32 {
        self.set(Phase::Idle);
        self.turn.get()
    }

    pub fn is_at(&self, turn: u32) -> bool {
        self.turn.get() == turn
    }

    pub fn opening(&self, socket: Socket) {
        self.hearing.take();
        self.set(Phase::Opening(socket));
    }

    pub fn opened(&self) {
        if let Phase::Opening(socket) = self.phase.take() {
            self.set(Phase::Open(socket));
        }
    }

    pub fn hear(&self) {
        self.hearing.borrow_mut().hear();
    }

    /// Whether there is a socket and it is dead, asked once in each round of pings. One that does not get open
    /// is: browsers would wait for minutes.
    pub fn is_dead(&self, slept: bool) -> bool {
        match &*self.phase.borrow() {
            Phase::Opening(socket) | Phase::Open(socket) => {
                self.hearing.borrow_mut().is_dead(socket.sent(), socket.buffered_amount().into(), slept)
            }
            Phase::Idle | Phase::Waiting { .. } => false,
        }
    }

    pub fn is_open(&self) -> bool {
        matches!(*self.phase.borrow(), Phase::Open(_))
    }

    pub fn is_waiting(&self) -> bool {
        matches!(*self.phase.borrow(), Phase::Waiting { .. })
    }

    /// Does something with the socket, if it is open.
    pub fn with_socket(&self, act: impl FnOnce(&Socket)) {
        if let Phase::Open(socket) = &*self.phase.borrow() {
            act(socket);
        }
    }

    pub fn failures(&self) -> u32 {
        self.failures.get()
    }

    pub fn failed(&self) {
        self.failures.set(self.failures.get().saturating_add(1));
    }

    /// The relay spoke: only now the connection counts as one.
    pub fn succeeded(&self) {
        self.failures.set(0);
        self.refused.set(false);
    }

    pub fn wait(&self, time: Duration, then: impl FnOnce() + 'static) {
        let until = Timeout::new(time.as_millis() as u32, then);
        self.set(Phase::Waiting { _until: until });
    }

    /// The socket was closed: what to do, by the protocol's table of codes.
    pub fn closed(&self, code: u16, reason: &str) -> Next {
        match Close::from_code(code) {
            Some(Close::Unauthorized) if !self.refused.replace(true) => Next::Retry(Some(Duration::ZERO)),
            Some(Close::Limit) => Next::Retry(backoff::asked_for(reason)),
            Some(close) if close.is_final() => Next::Stop,
            // Codes that the protocol does not use come from proxies; they come and go.
            _ => Next::Retry(None),
        }
    }
}

/// What must be true before a socket is opened. `None`: the relay does not answer yet.
///
/// Browsers delay failed WebSockets to a host by many seconds, but not failed fetches; so after a failure the
/// relay is asked by fetch first. <https://github.com/whatwg/websockets/issues/26>
pub async fn prepare(health: Option<String>, token: Option<Token>) -> Result<Option<Option<String>>, Error> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_decide_what_follows_a_close() {
        let leg = Leg::default();
        for (code, next) in [
            (1000, Next::Stop),
            (1001, Next::Retry(None)),
            (1006, Next::Retry(None)),
            (1012, Next::Retry(None)),
            (4403, Next::Stop),
            (4408, Next::Retry(None)),
            (4409, Next::Stop),
            (3000, Next::Retry(None)),
        ] {
            assert_eq!(leg.closed(code, ""), next, "{code}");
        }
        assert_eq!(leg.closed(4429, "7 seconds"), Next::Retry(Some(Duration::from_secs(7))));
    }

    #[test]
    fn a_refused_token_is_asked_for_once_more() {
        let leg = Leg::default();
        assert_eq!(leg.closed(4401, ""), Next::Retry(Some(Duration::ZERO)));
        assert_eq!(leg.closed(4401, ""), Next::Stop);
        leg.succeeded();
        assert_eq!(leg.closed(4401, ""), Next::Retry(Some(Duration::ZERO)));
    }
}
