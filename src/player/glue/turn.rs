//! When a standby that is due has its turn. Pure; times are in ms.

use super::meeting::Meeting;

/// A standby that shows a picture too far on so long after it was due is raised as it is: the two do not meet by themselves. One
/// without a picture is given up then.
const PATIENCE: f64 = 150.0;

/// One that is behind catches up, at up to twice the speed, and raised earlier it would be a step back. What began 0.4 s late, and no
/// browser takes longer (timing.rs), has caught up after another 0.6 s. What has not by then stands, or cannot play as fast: it is
/// given up, and the change is made without it when the source ends.
const CATCHES_UP: f64 = 1_000.0;

/// What is to be done with a standby.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It takes over now,
    Raise,
    /// or perhaps later,
    Wait,
    /// or never.
    GiveUp,
}

/// How it stands to the video, so long after it was due. A video that `has_ended` waits for nothing but what would be a step back.
pub fn turn(meeting: Meeting, has_picture: bool, late: f64, has_ended: bool) -> Turn {
    let is_late = late >= PATIENCE;
    match meeting {
        Meeting::Met => Turn::Raise,
        Meeting::Ahead if is_late || has_ended => Turn::Raise,
        Meeting::Behind if is_late && !has_picture => Turn::GiveUp,
        Meeting::Behind if is_late && has_ended => Turn::Raise,
        Meeting::Behind if late >= CATCHES_UP => Turn::GiveUp,
        _ => Turn::Wait,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATE: f64 = PATIENCE + 1.0;

    #[test]
    fn who_meets_the_video_takes_over_at_once() {
        assert_eq!(turn(Meeting::Met, true, 0.0, false), Turn::Raise);
        assert_eq!(turn(Meeting::Met, true, 5_000.0, false), Turn::Raise);
    }

    #[test]
    fn who_is_too_far_on_is_waited_for_a_little_and_not_when_the_video_stands() {
        assert_eq!(turn(Meeting::Ahead, true, 0.0, false), Turn::Wait);
        assert_eq!(turn(Meeting::Ahead, true, LATE, false), Turn::Raise);
        assert_eq!(turn(Meeting::Ahead, true, 0.0, true), Turn::Raise);
    }

    #[test]
    fn who_is_behind_is_waited_for_as_long_as_it_takes_to_catch_up_and_no_longer() {
        assert_eq!(turn(Meeting::Behind, true, LATE, false), Turn::Wait, "a step back otherwise");
        assert_eq!(turn(Meeting::Behind, true, CATCHES_UP - 1.0, false), Turn::Wait);
        assert_eq!(turn(Meeting::Behind, true, CATCHES_UP, false), Turn::GiveUp);
    }

    #[test]
    fn a_standby_that_starts_as_late_as_any_catches_up_in_time() {
        // As `Standby::approach` does it, from `timing::MOST` on: a rate of 1 + 10 for each second behind, at most 2, and AHEAD as its aim.
        let (mut behind, mut passed) = (0.4, 400.0);
        while behind > 0.0 {
            let gain: f64 = 10.0 * (behind + super::super::relief::AHEAD);
            behind -= gain.min(1.0) * 0.001;
            passed += 1.0;
        }
        assert!((800.0..CATCHES_UP).contains(&passed), "{passed}");
    }

    #[test]
    fn when_the_source_has_ended_nobody_waits_long() {
        assert_eq!(turn(Meeting::Behind, true, 0.0, true), Turn::Wait);
        assert_eq!(turn(Meeting::Behind, true, LATE, true), Turn::Raise);
    }

    #[test]
    fn who_has_no_picture_is_given_up() {
        assert_eq!(turn(Meeting::Behind, false, 0.0, false), Turn::Wait);
        assert_eq!(turn(Meeting::Behind, false, LATE, false), Turn::GiveUp);
        assert_eq!(turn(Meeting::Behind, false, LATE, true), Turn::GiveUp);
    }
}
