//! What may still be broadcast. Pure: time is an argument.

use crate::{
    bucket::Bucket,
    limits::{Limit, Limits},
};
use blobcast_wire::Piece;

/// What the relay needs for a piece at least, bytes: a piece in which nothing is has its place and its header all the same.
pub(crate) const PIECE: u64 = 128;

/// What may still be sent to one name, by whoever broadcasts there: another session has no quota of its own, or coming again
/// would give a new one.
#[derive(Clone, Debug)]
pub(crate) struct Quota {
    bytes: Bucket,
    segments: Bucket,
}

/// How large one broadcaster's current segment is.
#[derive(Debug)]
pub(crate) struct Size {
    most: u64,
    bytes: u64,
}

impl Quota {
    /// Nothing is used at `now`, µs.
    pub(crate) fn full(limits: &Limits, now: u64) -> Self {
        Self {
            bytes: Bucket::full(limits.max_bytes_per_second as f64, now),
            segments: Bucket::full(limits.max_segments_per_second.into(), now),
        }
    }

    /// A message of so many bytes came, whatever is in it.
    pub(crate) fn receive(&mut self, len: usize, now: u64) -> Result<(), Limit> {
        if self.bytes.take(len as f64, now) { Ok(()) } else { Err(Limit::BytesPerSecond) }
    }

    /// A segment begins.
    pub(crate) fn begin(&mut self, now: u64) -> Result<(), Limit> {
        if self.segments.take(1.0, now) { Ok(()) } else { Err(Limit::SegmentsPerSecond) }
    }

    /// Whether it is as good as a new one.
    pub(crate) fn is_full(&mut self, now: u64) -> bool {
        self.bytes.is_full(now) && self.segments.is_full(now)
    }
}

impl Size {
    /// No segment yet.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { most: limits.max_segment_bytes, bytes: 0 }
    }

    /// A piece comes.
    pub(crate) fn add<B: AsRef<[u8]>>(&mut self, piece: &Piece<B>) -> Result<(), Limit> {
        let (body, pieces) = match piece {
            Piece::Begin(message) => {
                self.bytes = 0;
                (&message.body, 1)
            }
            Piece::Continue { seq, next, body, .. } => (body, next.saturating_sub(*seq)),
            Piece::End { body, .. } => (body, 1),
        };
        self.bytes += (body.as_ref().len() as u64).max(PIECE * u64::from(pieces));
        if self.bytes <= self.most { Ok(()) } else { Err(Limit::SegmentBytes) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use blobcast_wire::{Kind, Message};

    const SECOND: u64 = 1_000_000;

    fn size() -> Size {
        Size::new(&Limits { max_segment_bytes: 2 * PIECE, ..Limits::DEFAULT })
    }

    fn begin(len: usize) -> Piece<Vec<u8>> {
        let kind = Kind::Blob { mime: "video/webm".into() };
        Piece::Begin(Message { kind, segment: 1, seq: 1, sent: 1, body: vec![0; len] })
    }

    #[test]
    fn bytes_and_segments_are_counted_each_by_itself() {
        let limits = Limits { max_bytes_per_second: 100, max_segments_per_second: 2, ..Limits::DEFAULT };
        let mut quota = Quota::full(&limits, 0);
        for _ in 0..20 {
            assert_eq!(quota.begin(0), Ok(()));
        }
        assert_eq!(quota.begin(0), Err(Limit::SegmentsPerSecond));
        assert_eq!(quota.receive(1000, 0), Ok(()));
        assert_eq!(quota.receive(1, 0), Err(Limit::BytesPerSecond));
        assert!(!quota.is_full(9 * SECOND));
        assert!(quota.is_full(10 * SECOND));
    }

    #[test]
    fn a_segment_is_measured_from_its_beginning() {
        let mut size = size();
        assert_eq!(size.add(&begin(200)), Ok(()));
        let more = |len, next| Piece::Continue { segment: 1, seq: 1, next, sent: 1, body: vec![0; len] };
        assert_eq!(size.add(&more(57, 2)), Err(Limit::SegmentBytes));
        assert_eq!(size.add(&begin(256)), Ok(()));
    }

    #[test]
    fn pieces_in_which_nothing_is_count_too() {
        let mut size = size();
        let empty = |next| Piece::Continue { segment: 1, seq: 1, next, sent: 1, body: Vec::new() };
        assert_eq!(size.add(&begin(1)), Ok(()));
        assert_eq!(size.add(&empty(2)), Ok(()));
        assert_eq!(size.add(&empty(2)), Err(Limit::SegmentBytes));
        assert_eq!(size.add(&begin(1)), Ok(()));
        assert_eq!(size.add(&empty(3)), Err(Limit::SegmentBytes), "of two pieces");
    }
}
