//! A viewer without sockets: the same cursor, and the same reading of what it gives.

use crate::{cursor::Cursor, cursor::Out, relay::Presence};
use blobcast_wire::{Live, Message, Piece, Reassembly, Text};
use bytes::Bytes;
use std::collections::VecDeque;
use tokio::time::Instant;

/// A place in a broadcast.
#[derive(Debug)]
pub(super) struct Follow {
    cursor: Cursor,
    reassembly: Reassembly<Bytes>,
    /// What can be read already.
    ready: VecDeque<Piece<Bytes>>,
    began: Instant,
    has_begun: bool,
}

impl Follow {
    /// Before its first piece.
    pub(super) fn new() -> Self {
        let (cursor, reassembly, ready) = (Cursor::default(), Reassembly::new(), VecDeque::new());
        Self { cursor, reassembly, ready, began: Instant::now(), has_begun: false }
    }

    /// The next piece, if it is there.
    pub(super) fn next(&mut self, room: &Presence) -> Option<Piece<Bytes>> {
        while self.ready.is_empty() {
            let now = room.relay().clock.micros();
            let frame = room.with(|broadcast| {
                // As on two sockets: what one cannot say before the other has spoken, it says then.
                let chunk = self.cursor.next_chunk(broadcast, now);
                chunk.or_else(|| self.cursor.next_blob(broadcast).map(Out::Piece))
            });
            match frame? {
                Out::Piece(frame) => {
                    let message = Message::decode(&frame.message()).ok()?;
                    self.ready.extend(self.reassembly.push(message, self.began.elapsed()));
                }
                Out::Text(text) => {
                    if matches!(text, Text::Skip { .. }) {
                        room.relay().metrics.skips.inc();
                    }
                }
            }
        }
        self.has_begun = true;
        self.ready.pop_front()
    }

    /// Whether its broadcaster has finished, and nothing is left of it.
    pub(super) fn is_over(&self, room: &Presence) -> bool {
        self.has_begun && self.ready.is_empty() && room.with(|broadcast| broadcast.state()) == Live::Ended
    }
}
