//! What comes next on a socket: texts that are due, or a piece.

use crate::{
    cursor::{Cursor, Out},
    relay::Presence,
};
use blobcast_wire::{Live, Socket as Which, Text};

/// What a socket has to say, besides pieces.
#[derive(Debug, Default)]
pub(super) struct Due {
    /// The partner has come.
    pub(super) is_paired: bool,
    /// The newest ping that was not answered.
    pub(super) pong: Option<f64>,
    /// The state, whatever was said last.
    pub(super) state: bool,
    /// The state that was said last.
    pub(super) said: Option<Live>,
}

impl Due {
    /// Whether the peer knows that it is live.
    pub(super) fn has_said_live(&self) -> bool {
        self.said == Some(Live::Live)
    }

    /// The next message. `state` travels in order with the pieces: that it is live comes before them, that it
    /// is over after the last.
    pub(super) fn next(&mut self, which: Which, cursor: &mut Cursor, room: &Presence) -> Option<Out> {
        if let Some(t) = self.pong.take() {
            let now = room.relay().clock.millis();
            return Some(Out::Text(Text::Pong { t, now }));
        }
        if !self.is_paired {
            return None;
        }
        if which == Which::Blob {
            return room.with(|broadcast| cursor.next_blob(broadcast)).map(Out::Piece);
        }
        let now = room.relay().clock.micros();
        let (state, piece) = room.with(|broadcast| {
            let state = broadcast.state();
            let is_due = self.state || self.said != Some(state);
            let comes_first = is_due && (state == Live::Live || self.said.is_none());
            (is_due.then_some(state), if comes_first { None } else { cursor.next_chunk(broadcast, now) })
        });
        if piece.is_some() {
            return piece;
        }
        // While the blob socket holds pieces back it is not over.
        let state =
            state.filter(|&state| state == Live::Live || self.said.is_none() || !cursor.waits_for_blob())?;
        self.state = false;
        self.said = Some(state);
        Some(Out::Text(Text::State { state, viewers: room.watched_by() }))
    }
}
