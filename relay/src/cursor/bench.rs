//! A viewer's place and the viewer itself, and between them wires that are queues: for tests and for fuzzing.

use super::{Cursor, Out};
use crate::broadcast::Broadcast;
use blobcast_wire::{Message, Piece, Reassembly, Segment};
use bytes::Bytes;
use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

/// The relay's clock, µs.
pub(crate) const NOW: u64 = 1_000_000;

/// The viewer's.
pub(crate) const START: Duration = Duration::from_secs(100);

/// A broadcast and the place of a viewer in it.
pub(crate) struct Bench {
    pub(crate) broadcast: Broadcast,
    pub(crate) cursor: Cursor,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { broadcast: Broadcast::new(0), cursor: Cursor::default() }
    }

    pub(crate) fn blob(&mut self) -> Option<Out> {
        self.cursor.next_blob(&self.broadcast).map(Out::Piece)
    }

    pub(crate) fn chunk(&mut self) -> Option<Out> {
        self.cursor.next_chunk(&mut self.broadcast, NOW)
    }
}

/// A viewer at the far end of two wires.
#[derive(Default)]
pub(crate) struct Viewer {
    pub(crate) reassembly: Reassembly<Bytes>,
    pub(crate) blobs: VecDeque<Out>,
    pub(crate) chunks: VecDeque<Out>,
    pub(crate) rebuilt: BTreeMap<Segment, (Vec<u8>, bool)>,
    pub(crate) was_skipped: bool,
}

impl Viewer {
    pub(crate) fn receive(&mut self, out: Option<Out>) {
        match out {
            Some(Out::Piece(raw)) => {
                let message = Message::decode(&raw.message()).expect("a message");
                let pieces = self.reassembly.push(message, START);
                pieces.into_iter().for_each(|piece| self.read(piece));
            }
            Some(Out::Text(_)) | None => {}
        }
    }

    /// Whether a blob is of the segment that is being read.
    #[cfg(test)]
    pub(crate) fn is_read(&self, blob: &Out) -> bool {
        let Out::Piece(raw) = blob else { return false };
        let segment = Message::decode(&raw.message()).expect("a message").segment;
        self.reassembly.position().is_some_and(|(reading, _)| reading == segment)
    }

    /// Something is on its way on the chunk socket.
    pub(crate) fn send(&mut self, out: Option<Out>) {
        // Nothing here is recorded as cut short: it is the relay that ends it, before its `skip`.
        self.was_skipped |= match &out {
            Some(Out::Piece(raw)) => raw.message()[1..4] == [2, 1, 0],
            Some(Out::Text(_)) => true,
            None => false,
        };
        self.chunks.extend(out);
    }

    pub(crate) fn read(&mut self, piece: Piece<Bytes>) {
        match piece {
            Piece::Begin(message) => {
                assert!(self.rebuilt.values().all(|(_, ended)| *ended), "one after the other");
                let before = self.rebuilt.insert(message.segment, (message.body.to_vec(), false));
                assert_eq!(before, None, "a segment begins once");
            }
            Piece::Continue { segment, body, .. } => {
                self.rebuilt.get_mut(&segment).expect("begun").0.extend_from_slice(&body);
            }
            Piece::End { segment, body, .. } => {
                let (bytes, ended) = self.rebuilt.get_mut(&segment).expect("begun");
                assert!(!*ended, "a segment ends once");
                bytes.extend_from_slice(&body);
                *ended = true;
            }
        }
    }
}
