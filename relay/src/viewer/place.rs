//! Where a viewer is.

use super::due::Due;
use crate::{cursor::Cursor, line::Line, segment::Tail};
use blobcast_wire::{Segment, Socket as Which};
use std::sync::Arc;

/// What there is to know of a viewer.
#[derive(Debug, Default)]
#[repr(C)]
pub(super) struct Place {
    /// While it has all there is: what it lacks next.
    lacks: Option<Lack>,
    /// Bytes that were sent and are not among the figures yet.
    pub(super) sent: u64,
    pub(super) cursor: Cursor,
    /// Of the blob and of the chunk socket.
    pub(super) outlets: [Option<Outlet>; 2],
}

/// A chunk that is still to come, and is then all that there is to send. The cursor stays behind meanwhile.
#[derive(Debug)]
struct Lack {
    line: Arc<Line>,
    segment: Segment,
    seq: u32,
}

/// A socket, as far as pieces go.
#[derive(Debug)]
pub(super) struct Outlet {
    /// Its number in the session. A socket that was replaced may still be there for a moment.
    pub(super) number: u64,
    pub(super) line: Arc<Line>,
    pub(super) due: Due,
}

impl Place {
    /// Sends the newest chunk, if that is all there is to send.
    pub(super) fn follow(&mut self, tail: &Tail) -> bool {
        let Some(lack) = &mut self.lacks else { return false };
        if (tail.segment, tail.seq) != (lack.segment, lack.seq) {
            return false;
        }
        // After the last chunk there may be a next segment, or a state to tell.
        let Some(turn) = lack.line.turn().filter(|_| !tail.is_last) else { return false };
        turn.send(&tail.frame);
        self.sent += tail.frame.bytes().len() as u64;
        lack.seq = lack.seq.saturating_add(1);
        true
    }

    /// It has all there is.
    pub(super) fn rest(&mut self) {
        let Some(chunks) = &self.outlets[Which::Chunk as usize] else { return };
        // While it is not live, that is to be said before the chunk.
        if !chunks.due.has_said_live() {
            return;
        }
        let Some((segment, seq)) = self.cursor.lacks() else { return };
        self.lacks = Some(Lack { line: Arc::clone(&chunks.line), segment, seq });
    }

    /// Brings the cursor where its viewer is.
    pub(super) fn catch_up(&mut self) {
        if let Some(Lack { seq, .. }) = self.lacks.take() {
            self.cursor.went_on_to(seq);
        }
    }
}
