//! One of a link's two sockets over its lives: opening, open, lost, waiting, opening again.

use super::socket::Socket;
use crate::{cell::RefCell, timers::Timer};
use blobcast_wire::{Close, Hearing, backoff};
use std::cell::Cell;

/// Where a leg is.
#[derive(Default)]
pub enum Phase {
    /// Closed for good, or about to connect.
    #[default]
    Idle,
    /// Until it may be opened: the relay or the page is asked something, but not for ever.
    Preparing {
        _until: Timer,
    },
    Opening {
        socket: Socket,
        _until: Option<Timer>,
    },
    Open(Socket),
    /// Until the next try.
    Waiting {
        _until: Timer,
    },
}

/// What follows a close.
#[derive(Debug, PartialEq)]
pub enum Next {
    /// Open it again.
    Retry(When),
    Stop,
}

/// When to open a leg again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    AtOnce,
    /// As the backoff says.
    Soon,
    /// The same, but not before the relay wants to see this peer again, in so many ms.
    NotBefore(f64),
}

/// One socket's place in a link.
#[derive(Default)]
pub struct Leg {
    phase: RefCell<Phase>,
    /// Failures to connect in a row.
    failures: Cell<u32>,
    /// When the first of them was, ms.
    failing_since: Cell<f64>,
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
    pub fn prepare(&self, until: Timer) -> u32 {
        self.set(Phase::Preparing { _until: until });
        self.turn.get()
    }

    pub fn is_at(&self, turn: u32) -> bool {
        self.turn.get() == turn
    }

    /// A socket is being opened, and given up after a time if there is one.
    pub fn opening(&self, socket: Socket, until: Option<Timer>) {
        self.hearing.take();
        self.set(Phase::Opening { socket, _until: until });
    }

    pub fn opened(&self) {
        if let Phase::Opening { socket, .. } = self.phase.take() {
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
            Phase::Opening { socket, .. } | Phase::Open(socket) => {
                self.hearing.borrow_mut().is_dead(socket.sent(), socket.buffered_amount().into(), slept)
            }
            Phase::Idle | Phase::Preparing { .. } | Phase::Waiting { .. } => false,
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

    /// For how long connecting has failed, ms.
    pub fn away(&self, now: f64) -> f64 {
        now - self.failing_since.get()
    }

    pub fn failed(&self, now: f64) {
        if self.failures.get() == 0 {
            self.failing_since.set(now);
        }
        self.failures.set(self.failures.get().saturating_add(1));
    }

    /// The relay spoke: only now the connection counts as one.
    pub fn succeeded(&self) {
        self.failures.set(0);
        self.refused.set(false);
    }

    pub fn wait(&self, until: Timer) {
        self.set(Phase::Waiting { _until: until });
    }

    /// The socket was closed: what to do, by the protocol's table of codes.
    pub fn closed(&self, code: u16, reason: &str) -> Next {
        match Close::from_code(code) {
            Some(Close::Unauthorized) if !self.refused.replace(true) => Next::Retry(When::AtOnce),
            Some(Close::Limit) => Next::Retry(backoff::asked_for(reason).map_or(When::Soon, When::NotBefore)),
            Some(close) if close.is_final() => Next::Stop,
            // Codes that the protocol does not use come from proxies; they come and go.
            _ => Next::Retry(When::Soon),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_decide_what_follows_a_close() {
        let leg = Leg::default();
        for (code, next) in [
            (1000, Next::Stop),
            (1001, Next::Retry(When::Soon)),
            (1006, Next::Retry(When::Soon)),
            (1012, Next::Retry(When::Soon)),
            (4403, Next::Stop),
            (4408, Next::Retry(When::Soon)),
            (4409, Next::Stop),
            (4424, Next::Retry(When::Soon)),
            (3000, Next::Retry(When::Soon)),
        ] {
            assert_eq!(leg.closed(code, ""), next, "{code}");
        }
        let limit = When::NotBefore(7e3);
        assert_eq!(leg.closed(4429, "7 seconds"), Next::Retry(limit));
        assert_eq!(leg.closed(4429, "too many"), Next::Retry(When::Soon));
    }

    #[test]
    fn being_away_begins_with_the_first_failure() {
        let leg = Leg::default();
        leg.failed(1e3);
        leg.failed(5e3);
        assert_eq!((leg.failures(), leg.away(7e3)), (2, 6e3));
        leg.succeeded();
        leg.failed(9e3);
        assert_eq!((leg.failures(), leg.away(9e3)), (1, 0.0));
    }

    #[test]
    fn a_refused_token_is_asked_for_once_more() {
        let leg = Leg::default();
        assert_eq!(leg.closed(4401, ""), Next::Retry(When::AtOnce));
        assert_eq!(leg.closed(4401, ""), Next::Stop);
        leg.succeeded();
        assert_eq!(leg.closed(4401, ""), Next::Retry(When::AtOnce));
    }
}
