//! One broadcast as data: what is kept of it and what it is called. No sockets, no clock of its own.

mod refusal;

pub(crate) use self::refusal::Refusal;

use crate::{archive::Shelf, frame::Frame, segment::Kept};
use blobcast_wire::{Live, MAX_AHEAD, Message, Piece, Segment};
use bytes::Bytes;
use std::collections::VecDeque;

/// How many segments are kept: the current one and the one before it, so that a viewer may be a whole
/// segment late, or away for a moment at its end, and miss nothing.
const KEPT_SEGMENTS: usize = 2;

/// How many pieces one blob may heal: each is sent on as a chunk of its own. At 25 a second this is more
/// than half an hour.
const MAX_HEALED: u32 = 65_536;

/// The pieces of a broadcast and its state.
#[derive(Debug)]
pub(crate) struct Broadcast {
    /// Oldest first. All but the newest have ended.
    kept: VecDeque<Kept>,
    /// The newest segment that is not kept any more, and how many pieces it had.
    dropped: Option<(Segment, u32)>,
    /// The newest number this name has seen; 0 before the first.
    last: Segment,
    state: Live,
    /// Where its segments are kept for longer.
    shelf: Option<Shelf>,
}

impl Broadcast {
    /// A broadcast whose newest segment so far, now forgotten, was `last`.
    pub(crate) fn new(last: Segment) -> Self {
        let kept = VecDeque::with_capacity(KEPT_SEGMENTS);
        Self { kept, dropped: None, last, state: Live::Waiting, shelf: None }
    }

    /// The same, whose segments go to the archive.
    pub(crate) fn archived(self, shelf: Option<Shelf>) -> Self {
        Self { shelf, ..self }
    }

    /// What it is.
    pub(crate) fn state(&self) -> Live {
        self.state
    }

    /// The newest number it has seen.
    pub(crate) fn last(&self) -> Segment {
        self.last
    }

    /// The newest segment.
    pub(crate) fn current(&self) -> Option<&Kept> {
        self.kept.back()
    }

    /// A kept segment by its number.
    pub(crate) fn find(&self, segment: Segment) -> Option<&Kept> {
        self.kept.iter().find(|kept| kept.number() == segment)
    }

    /// The first kept segment after a number.
    pub(crate) fn after(&self, segment: Segment) -> Option<&Kept> {
        self.kept.iter().find(|kept| kept.number() > segment)
    }

    /// Whether somebody who has all pieces of a segment before `seq` can go on with the oldest kept one and has
    /// missed nothing: it was the one before that.
    pub(crate) fn follows(&self, segment: Segment, seq: u32) -> bool {
        self.dropped.is_some_and(|(dropped, pieces)| dropped == segment && pieces <= seq)
    }

    /// Where somebody goes on whose place is not kept: at the newest segment. A relay that has dropped none is not
    /// long here, and its broadcaster has just sent all that there still is: then at the first one after it.
    pub(crate) fn resume(&self, segment: Segment) -> Option<&Kept> {
        let first = if self.dropped.is_none() { self.after(segment) } else { None };
        first.or(self.current())
    }

    /// What a newcomer begins with: the current segment's number, the seq that its chunks go on from, and all
    /// before that as one blob. Nothing when nobody broadcasts: what was is not live.
    pub(crate) fn join(&mut self) -> Option<(Segment, u32, Frame)> {
        if self.state != Live::Live {
            return None;
        }
        let kept = self.kept.back_mut()?;
        let (seq, blob) = kept.snapshot();
        Some((kept.number(), seq, blob))
    }

    /// Whether a new segment may have this number.
    ///
    /// # Errors
    /// Why not.
    pub(crate) fn admits(&self, segment: Segment, now: u64) -> Result<(), Refusal> {
        if segment <= self.last {
            return Err(Refusal::NotLater { segment, last: self.last });
        }
        match segment.checked_sub(now) {
            Some(by) if by > MAX_AHEAD => Err(Refusal::Ahead { by }),
            _ => Ok(()),
        }
    }

    /// Takes the next piece.
    ///
    /// # Errors
    /// Why it is refused; nothing has changed then.
    pub(crate) fn take(&mut self, piece: Piece<Bytes>, now: u64) -> Result<(), Refusal> {
        match piece {
            Piece::Begin(Message { seq: u32::MAX, .. }) | Piece::Continue { next: u32::MAX, .. } => {
                return Err(Refusal::NoNumberLeft);
            }
            Piece::Begin(blob) => self.open(blob, now)?,
            Piece::Continue { segment, seq, next, sent, body } => {
                if next.saturating_sub(seq) > MAX_HEALED {
                    return Err(Refusal::TooMuchHealed(next.saturating_sub(seq)));
                }
                if let Some(kept) = self.reading(segment) {
                    kept.continues(seq, next, sent, body);
                }
            }
            Piece::End { segment, cut_short, sent, body, .. } => {
                if let Some(kept) = self.reading(segment) {
                    kept.ends(cut_short, sent, body);
                }
            }
        }
        Ok(())
    }

    /// Ends with the newest segment. If it is open, the rest of it will never come.
    fn close(&mut self) {
        let Some(kept) = self.kept.back_mut() else { return };
        if !kept.has_ended() {
            kept.ends(true, kept.sent(), Bytes::new());
        }
        kept.retire();
    }

    /// Nobody broadcasts any more: the broadcaster has finished, or is lost.
    pub(crate) fn leave(&mut self, finished: bool) {
        self.close();
        self.state = if finished { Live::Ended } else { Live::Waiting };
    }

    fn open(&mut self, blob: Message<Bytes>, now: u64) -> Result<(), Refusal> {
        let number = blob.segment;
        self.admits(number, now)?;
        let Some(mut kept) = Kept::open(blob) else { return Ok(()) };
        self.close();
        if self.kept.len() == KEPT_SEGMENTS {
            self.dropped = self.kept.pop_front().map(|kept| (kept.number(), kept.next()));
        }
        if let Some(shelf) = &self.shelf {
            kept.archive(shelf);
        }
        self.kept.push_back(kept);
        self.last = number;
        self.state = Live::Live;
        Ok(())
    }

    /// The open segment, if it is this one: one that was ended here, by a takeover, takes no more.
    fn reading(&mut self, segment: Segment) -> Option<&mut Kept> {
        self.kept.back_mut().filter(|kept| kept.number() == segment && !kept.has_ended())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use blobcast_wire::Kind;

    const NOW: u64 = 1_000_000_000;

    fn blob(segment: Segment) -> Piece<Bytes> {
        let kind = Kind::Blob { mime: "video/webm".into() };
        Piece::Begin(Message { kind, segment, seq: 1, sent: 1, body: Bytes::from_static(b"head") })
    }

    fn chunk(segment: Segment, seq: u32, next: u32) -> Piece<Bytes> {
        Piece::Continue { segment, seq, next, sent: 1, body: Bytes::from_static(b"more") }
    }

    fn live(segments: &[Segment]) -> Broadcast {
        let mut broadcast = Broadcast::new(0);
        for &segment in segments {
            broadcast.take(blob(segment), NOW).expect("admitted");
        }
        broadcast
    }

    #[test]
    fn keeps_the_current_and_the_previous_segment() {
        let broadcast = live(&[1, 2, 3]);
        let kept: Vec<_> = (1..4).map(|segment| broadcast.find(segment).map(Kept::has_ended)).collect();
        assert_eq!(kept, [None, Some(true), Some(false)]);
        assert_eq!(broadcast.after(0).map(Kept::number), Some(2));
        assert_eq!(broadcast.after(3).map(Kept::number), None);
    }

    #[test]
    fn numbers_grow_and_stay_near_the_clock() {
        let broadcast = live(&[NOW]);
        assert_eq!(broadcast.admits(NOW, NOW), Err(Refusal::NotLater { segment: NOW, last: NOW }));
        assert_eq!(broadcast.admits(NOW + 1, NOW), Ok(()));
        assert_eq!(broadcast.admits(NOW + MAX_AHEAD, NOW), Ok(()));
        assert_eq!(broadcast.admits(NOW + MAX_AHEAD + 1, NOW), Err(Refusal::Ahead { by: MAX_AHEAD + 1 }));
        assert_eq!(Broadcast::new(9).admits(9, NOW), Err(Refusal::NotLater { segment: 9, last: 9 }));
    }

    #[test]
    fn a_lost_or_finished_broadcaster_leaves_an_ended_segment_and_nothing_to_join() {
        for (finished, state) in [(true, Live::Ended), (false, Live::Waiting)] {
            let mut broadcast = live(&[1]);
            assert_eq!(broadcast.join().map(|(segment, seq, _)| (segment, seq)), Some((1, 1)));
            broadcast.leave(finished);
            assert_eq!(broadcast.state(), state);
            assert!(broadcast.find(1).is_some_and(Kept::has_ended));
            assert_eq!(broadcast.join(), None);
            // What comes late is not glued to what has ended.
            assert_eq!(broadcast.take(chunk(1, 1, 2), NOW), Ok(()));
            assert_eq!(broadcast.find(1).map(Kept::next), Some(2));
        }
    }

    #[test]
    fn healing_is_bounded() {
        let mut broadcast = live(&[1]);
        let too_much = MAX_HEALED + 1;
        assert_eq!(broadcast.take(chunk(1, 1, 1 + too_much), NOW), Err(Refusal::TooMuchHealed(too_much)));
        assert_eq!(broadcast.take(chunk(1, 1, 1 + MAX_HEALED), NOW), Ok(()));
        assert_eq!(broadcast.find(1).map(Kept::next), Some(1 + MAX_HEALED));
    }

    #[test]
    fn a_segment_has_room_for_its_end() {
        let glued = |segment, seq| {
            let Piece::Begin(blob) = blob(segment) else { panic!("a blob") };
            Piece::Begin(Message { seq, ..blob })
        };
        let mut broadcast = live(&[]);
        assert_eq!(broadcast.take(glued(1, u32::MAX), NOW), Err(Refusal::NoNumberLeft));
        assert_eq!(broadcast.take(glued(1, u32::MAX - 2), NOW), Ok(()));
        assert_eq!(broadcast.take(chunk(1, u32::MAX - 2, u32::MAX - 1), NOW), Ok(()));
        assert_eq!(broadcast.take(chunk(1, u32::MAX - 1, u32::MAX), NOW), Err(Refusal::NoNumberLeft));
        broadcast.leave(false);
        assert_eq!(broadcast.find(1).map(|kept| (kept.has_ended(), kept.next())), Some((true, u32::MAX)));
    }
}
