//! Frames that were read and are not due yet. Pure: times are arguments, ms since the broadcast began.

use super::pace::Pace;
use blobcast_container::Frame;
use std::collections::VecDeque;

/// Frames that are due within so many ms make one message.
const PIECE: i64 = 40;

/// So much is read ahead of what is due, ms of media.
const AHEAD: i64 = 500;

/// What is pending, in order.
#[derive(Debug)]
pub(super) struct Pending {
    frames: VecDeque<Frame>,
    pace: Pace,
    /// When the last were taken.
    taken_at: i64,
}

impl Pending {
    /// At this pace.
    pub(super) fn new(pace: Pace) -> Self {
        Self { frames: VecDeque::new(), pace, taken_at: i64::MIN / 2 }
    }

    pub(super) fn add(&mut self, frames: impl IntoIterator<Item = Frame>) {
        self.frames.extend(frames);
    }

    /// Gives them up.
    pub(super) fn clear(&mut self) {
        self.frames.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// More should be read.
    pub(super) fn is_hungry(&self) -> bool {
        match (self.frames.front(), self.frames.back()) {
            (Some(first), Some(last)) => last.time - first.time < AHEAD,
            _ => true,
        }
    }

    /// When there is something to send.
    pub(super) fn due(&mut self, now: i64) -> Option<i64> {
        let first = self.frames.front()?.time;
        Some(self.pace.due(first, now).max(self.taken_at + PIECE))
    }

    /// All that is due.
    pub(super) fn take(&mut self, now: i64) -> Vec<Frame> {
        let mut due = Vec::new();
        while let Some(frame) = self.frames.front() {
            if self.pace.due(frame.time, now) > now {
                break;
            }
            due.extend(self.frames.pop_front());
        }
        if !due.is_empty() {
            self.taken_at = now;
        }
        due
    }

    /// When a frame of that time was due, of those that were just taken.
    pub(super) fn was_due(&mut self, time: i64, now: i64) -> i64 {
        self.pace.due(time, now)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::media::Media, *};

    const FIREFOX: &[u8] = include_bytes!("../../../container/tests/recordings/firefox-camera-vp8-opus.webm");

    #[test]
    fn what_is_due_is_taken_together_and_never_before_its_time() {
        let (frames, _) = Media::default().push(FIREFOX);
        let (first, last, count) = (frames[0].time, frames[frames.len() - 1].time, frames.len());
        let mut pending = Pending::new(Pace::new(false));
        assert!(pending.is_hungry() && pending.due(100).is_none());
        pending.add(frames);
        assert!(!pending.is_hungry(), "{first} to {last} ms");
        assert_eq!(pending.due(100), Some(100));
        let (mut now, mut taken, mut pieces) = (100, 0, 0);
        while let Some(due) = pending.due(now) {
            assert!(pieces == 0 || due >= now + PIECE, "{due} after {now}");
            now = due;
            let frames = pending.take(now);
            assert!(frames.iter().all(|frame| frame.time - first <= now - 100));
            (taken, pieces) = (taken + frames.len(), pieces + 1);
        }
        assert!(taken == count && pieces > 1 && pending.is_empty(), "{taken} of {count} in {pieces}");
        assert!((last - first..last - first + PIECE).contains(&(now - 100)), "{now}");
    }
}
