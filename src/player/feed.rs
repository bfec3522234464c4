//! From the relay's messages to pieces in order.

use super::Player;
use crate::{
    bytes::JsBytes,
    dom::{monotonic, now},
    error::{Error, Kind},
    events::State,
    link::{News, Peer},
};
use blobcast_wire::{Body, Live, Message, Piece, Segment, Text};

impl Peer for Player {
    fn position(&self) -> Option<(Segment, u32)> {
        self.reassembly.borrow().position()
    }

    fn trace(&self, what: &str, text: &str, a: f64, b: f64) {
        self.events.trace(what, text, a, b);
    }

    fn hear(&self, news: News) {
        match news {
            // A new chunk socket begins with the state; an old one has said it before.
            News::Up { chunk_is_new } => {
                if let Some(state) = self.last_said.get().filter(|_| !chunk_is_new) {
                    self.say_of_live(state);
                }
            }
            News::Message(raw) => self.receive(&raw),
            News::Text(Text::State { state, viewers }) => self.relay_says(state, viewers),
            News::Text(Text::Skip { from, to }) => {
                self.events.trace("skip", "", from as f64, to as f64);
                self.skips.set(self.skips.get() + 1);
            }
            News::Lost { both, .. } => {
                if both {
                    self.reassembly.borrow_mut().reconnected();
                }
                if self.started.is_settled() {
                    self.say_of_live(State::Reconnecting);
                }
            }
            News::Closed(error) => self.end(State::Ended, Some(error)),
            News::ClockSettled | News::Text(_) => {}
        }
    }
}

impl Player {
    fn relay_says(&self, state: Live, viewers: u32) {
        self.connecting.take();
        self.viewers.set(viewers);
        let state = match state {
            Live::Live => State::Live,
            Live::Waiting => State::Waiting,
            Live::Ended => State::Ended,
        };
        self.last_said.set(Some(state));
        self.started.resolve();
        self.say_of_live(state);
    }

    /// Says how what is live is doing, to who watches it.
    fn say_of_live(&self, state: State) {
        if !self.is_behind.get() {
            self.events.set_state(state);
        }
    }

    fn receive(&self, raw: &JsBytes) {
        self.received.borrow_mut().count(raw.len(), now());
        match Message::decode(raw) {
            Ok(message) => {
                let pieces = self.reassembly.borrow_mut().push(message, monotonic());
                self.read(&pieces);
            }
            Err(error) => {
                // A relay of another version: nothing it sends will ever be understood.
                let message = format!(
                    "the relay sent what is no message ({error}); use the same version on both sides"
                );
                self.end(State::Ended, Some(Error::new(Kind::Network, message)));
            }
        }
    }

    /// Gives up pieces that were waited for long enough.
    pub(super) fn expire(&self) {
        let pieces = self.reassembly.borrow_mut().expire(monotonic());
        self.read(&pieces);
    }

    pub(super) fn read(&self, pieces: &[Piece<JsBytes>]) {
        for piece in pieces {
            if self.is_over.get() {
                return;
            }
            if let Piece::Begin(blob) = piece {
                self.segments.set(self.segments.get() + 1);
                self.raise(blob.kind.mime());
                self.events.trace("segment", blob.kind.mime(), blob.segment as f64, 0.0);
            }
            if let Piece::End { segment, cut_short: true, .. } = piece {
                self.events.trace("lost", "", *segment as f64, 0.0);
            }
            if let Some(screen) = self.screen() {
                screen.read(piece);
            }
        }
    }
}
