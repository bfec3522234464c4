//! What one broadcaster has used of what it may send. Pure: time is an argument.

use crate::limits::{Limit, Limits};
use blobcast_wire::Piece;

/// How many seconds' worth may come in one go: a broadcaster that comes back sends what it has kept.
const BURST: f64 = 10.0;

/// What the relay needs for a piece at least, bytes: a piece in which nothing is has its place and its header all the same.
pub(crate) const PIECE: u64 = 128;

/// What one broadcaster may still send.
#[derive(Debug)]
pub(crate) struct Quota {
    bytes: Bucket,
    segments: Bucket,
    max_segment: u64,
    /// How many bytes its current segment has.
    segment: u64,
}

/// Fills up steadily and is emptied in gulps. <https://en.wikipedia.org/wiki/Token_bucket>
#[derive(Debug)]
struct Bucket {
    per_second: f64,
    left: f64,
    /// When it was last looked at, µs.
    at: u64,
}

impl Quota {
    /// Nothing is used at `now`, µs.
    pub(crate) fn new(limits: &Limits, now: u64) -> Self {
        Self {
            bytes: Bucket::full(limits.max_bytes_per_second as f64, now),
            segments: Bucket::full(limits.max_segments_per_second.into(), now),
            max_segment: limits.max_segment_bytes,
            segment: 0,
        }
    }

    /// A message of so many bytes came, whatever is in it.
    pub(crate) fn receive(&mut self, len: usize, now: u64) -> Result<(), Limit> {
        if self.bytes.take(len as f64, now) { Ok(()) } else { Err(Limit::BytesPerSecond) }
    }

    /// A piece came out of the messages.
    pub(crate) fn count<B: AsRef<[u8]>>(&mut self, piece: &Piece<B>, now: u64) -> Result<(), Limit> {
        let (body, pieces) = match piece {
            Piece::Begin(message) => {
                if !self.segments.take(1.0, now) {
                    return Err(Limit::SegmentsPerSecond);
                }
                self.segment = 0;
                (&message.body, 1)
            }
            Piece::Continue { seq, next, body, .. } => (body, next.saturating_sub(*seq)),
            Piece::End { body, .. } => (body, 1),
        };
        self.segment += (body.as_ref().len() as u64).max(PIECE * u64::from(pieces));
        if self.segment <= self.max_segment { Ok(()) } else { Err(Limit::SegmentBytes) }
    }
}

impl Bucket {
    fn full(per_second: f64, now: u64) -> Self {
        Self { per_second, left: per_second * BURST, at: now }
    }

    fn take(&mut self, amount: f64, now: u64) -> bool {
        let seconds = now.saturating_sub(self.at) as f64 / 1e6;
        self.left = (self.left + seconds * self.per_second).min(self.per_second * BURST);
        self.at = now;
        let is_enough = amount <= self.left;
        if is_enough {
            self.left -= amount;
        }
        is_enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use blobcast_wire::{Kind, Message};

    const SECOND: u64 = 1_000_000;

    fn quota() -> Quota {
        let limits = Limits {
            max_bytes_per_second: 100,
            max_segments_per_second: 2,
            max_segment_bytes: 2 * PIECE,
            ..Limits::DEFAULT
        };
        Quota::new(&limits, 0)
    }

    fn begin(len: usize) -> Piece<Vec<u8>> {
        let kind = Kind::Blob { mime: "video/webm".into() };
        Piece::Begin(Message { kind, segment: 1, seq: 1, sent: 1, body: vec![0; len] })
    }

    #[test]
    fn bytes_come_ten_seconds_worth_at_once_and_then_steadily() {
        let mut quota = quota();
        assert_eq!(quota.receive(1000, 0), Ok(()));
        assert_eq!(quota.receive(1, 0), Err(Limit::BytesPerSecond));
        assert_eq!(quota.receive(100, SECOND), Ok(()));
        assert_eq!(quota.receive(101, 2 * SECOND), Err(Limit::BytesPerSecond));
        // What was saved up is no more than a burst; a clock that stands still gives nothing.
        assert_eq!(quota.receive(1001, 9999 * SECOND), Err(Limit::BytesPerSecond));
        assert_eq!(quota.receive(1000, 9999 * SECOND), Ok(()));
        assert_eq!(quota.receive(1, 9999 * SECOND), Err(Limit::BytesPerSecond));
    }

    #[test]
    fn segments_are_counted_and_measured() {
        let mut quota = quota();
        for _ in 0..20 {
            assert_eq!(quota.count(&begin(1), 0), Ok(()));
        }
        assert_eq!(quota.count(&begin(1), 0), Err(Limit::SegmentsPerSecond));
        assert_eq!(quota.count(&begin(200), SECOND), Ok(()));
        let more = |len, next| Piece::Continue { segment: 1, seq: 1, next, sent: 1, body: vec![0; len] };
        assert_eq!(quota.count(&more(57, 2), SECOND), Err(Limit::SegmentBytes));
        assert_eq!(quota.count(&begin(256), SECOND), Ok(()));
    }

    #[test]
    fn pieces_in_which_nothing_is_count_too() {
        let mut quota = quota();
        let empty = |next| Piece::Continue { segment: 1, seq: 1, next, sent: 1, body: Vec::new() };
        assert_eq!(quota.count(&begin(1), 0), Ok(()));
        assert_eq!(quota.count(&empty(2), 0), Ok(()));
        assert_eq!(quota.count(&empty(2), 0), Err(Limit::SegmentBytes));
        assert_eq!(quota.count(&begin(1), 0), Ok(()));
        assert_eq!(quota.count(&empty(3), 0), Err(Limit::SegmentBytes), "of two pieces");
    }
}
