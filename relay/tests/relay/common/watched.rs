//! What a viewer has seen.

use blobcast_wire::{Piece, Segment};
use bytes::Bytes;
use std::collections::BTreeMap;

/// What there is of a segment: its bytes, and once it ended whether it was cut short.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rebuilt {
    pub(crate) bytes: Vec<u8>,
    pub(crate) ended: Option<bool>,
}

/// Segments, put together from pieces.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    pub(crate) segments: BTreeMap<Segment, Rebuilt>,
}

impl Watched {
    /// Reads a piece: each segment begins once and ends once.
    pub(crate) fn read(&mut self, piece: Piece<Bytes>) {
        match piece {
            Piece::Begin(message) => {
                let bytes = message.body.to_vec();
                let before = self.segments.insert(message.segment, Rebuilt { bytes, ended: None });
                assert_eq!(before, None, "a segment begins once");
            }
            Piece::Continue { segment, body, .. } => self.open(segment).bytes.extend_from_slice(&body),
            Piece::End { segment, body, cut_short, .. } => {
                let rebuilt = self.open(segment);
                rebuilt.bytes.extend_from_slice(&body);
                rebuilt.ended = Some(cut_short);
            }
        }
    }

    /// The newest segment that has ended.
    pub(crate) fn newest_ended(&self) -> Option<Segment> {
        self.segments.iter().rev().find(|(_, segment)| segment.ended.is_some()).map(|(&number, _)| number)
    }

    fn open(&mut self, segment: Segment) -> &mut Rebuilt {
        let rebuilt = self.segments.get_mut(&segment).expect("begun");
        assert_eq!(rebuilt.ended, None, "nothing comes after the end");
        rebuilt
    }
}
