//! Where a segment ends and the next one begins. Pure.

use blobcast_container::Frame;

/// A segment ends before this, ms. It is `Writer`'s bound, less a moment for what is moved behind what came before.
const LONGEST: i64 = 29_900;

/// What becomes of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// It is the first of a segment.
    Begin,
    /// It goes into the segment.
    GoOn,
    /// Nobody could decode it.
    Skip,
    /// No segment is that long, and none can begin here.
    TooLong,
}

/// Decides by the frames' times.
#[derive(Debug)]
pub(super) struct Roll {
    /// How long a segment is at least, ms.
    interval: i64,
    has_pictures: bool,
    /// When the segment began, ms.
    base: Option<i64>,
    /// What comes next needs what was lost.
    is_broken: bool,
}

impl Roll {
    pub(super) fn new(interval: i64, has_pictures: bool) -> Self {
        Self { interval, has_pictures, base: None, is_broken: false }
    }

    /// The segment takes no more.
    pub(super) fn break_off(&mut self) {
        self.base = None;
        self.is_broken = true;
    }

    /// What becomes of the next frame.
    pub(super) fn next(&mut self, frame: &Frame) -> Turn {
        self.turn(frame.time, frame.is_video, frame.is_key)
    }

    fn turn(&mut self, time: i64, is_video: bool, is_key: bool) -> Turn {
        // Sound begins at any packet; but where there are pictures, they decide.
        let is_entry = is_key && is_video == self.has_pictures;
        let turn = match self.base {
            None if is_entry || !self.is_broken => Turn::Begin,
            None => Turn::Skip,
            Some(base) if is_entry && time - base >= self.interval => Turn::Begin,
            Some(base) if time - base >= LONGEST => Turn::TooLong,
            Some(_) => Turn::GoOn,
        };
        if turn == Turn::Begin {
            (self.base, self.is_broken) = (Some(time), false);
        }
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PICTURE: bool = true;
    const SOUND: bool = false;

    #[test]
    fn a_segment_begins_with_the_first_keyframe_after_the_interval() {
        let mut roll = Roll::new(2_000, true);
        for (time, is_video, is_key, turn) in [
            (0, SOUND, true, Turn::Begin),
            (7, PICTURE, true, Turn::GoOn),
            (1_000, PICTURE, true, Turn::GoOn),
            (2_000, SOUND, true, Turn::GoOn),
            (2_010, PICTURE, false, Turn::GoOn),
            (3_000, PICTURE, true, Turn::Begin),
            (4_900, PICTURE, true, Turn::GoOn),
            (5_000, PICTURE, true, Turn::Begin),
        ] {
            assert_eq!(roll.turn(time, is_video, is_key), turn, "{time}");
        }
    }

    #[test]
    fn sound_alone_begins_one_at_any_packet() {
        let mut roll = Roll::new(2_000, false);
        assert_eq!([0, 20, 1_980, 2_000].map(|time| roll.turn(time, SOUND, true)), {
            use Turn::{Begin, GoOn};
            [Begin, GoOn, GoOn, Begin]
        });
    }

    #[test]
    fn without_a_keyframe_it_is_too_long() {
        let mut roll = Roll::new(2_000, true);
        assert_eq!(roll.turn(0, PICTURE, true), Turn::Begin);
        assert_eq!(roll.turn(LONGEST - 1, PICTURE, false), Turn::GoOn);
        assert_eq!(roll.turn(LONGEST, SOUND, true), Turn::TooLong);
    }

    #[test]
    fn after_a_break_it_goes_on_with_a_keyframe() {
        let mut roll = Roll::new(2_000, true);
        assert_eq!(roll.turn(0, PICTURE, true), Turn::Begin);
        roll.break_off();
        assert_eq!(roll.turn(40, SOUND, true), Turn::Skip);
        assert_eq!(roll.turn(40, PICTURE, false), Turn::Skip);
        assert_eq!(roll.turn(80, PICTURE, true), Turn::Begin);
    }
}
