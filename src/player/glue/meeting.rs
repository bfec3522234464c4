//! When one of two videos of the same source may take the other's place on screen. Pure; media times are in seconds.
//!
//! The one that takes over is to show the picture after the one that was painted last: then none is left out, and none comes
//! again. Browsers tell the pictures of a page once for each time they paint it, one video after the other. So what was
//! painted last is what the other video was known to show before this time: when both go on in the same moment,
//! the one that takes over has the same picture as the other, and when they take turns, the next one.

use crate::player::next_picture::Picture;

/// A picture's time on screen when nothing is known, at 30 a second.
const USUAL: f64 = 1.0 / 30.0;

/// Pictures are at least this far apart: those that a handover has recorded twice are not shown.
const LEAST: f64 = 0.005;

/// The pictures of a video, as far as they were told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    newest: Option<Picture>,
    before: Option<f64>,
    step: Option<f64>,
}

/// How the one that is to take over stands to the one on screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meeting {
    /// It shows the next picture: now.
    Met,
    /// It shows a picture that was there before,
    Behind,
    /// or one too far on.
    Ahead,
}

impl Seen {
    /// A picture has come on screen.
    pub fn see(&mut self, picture: Picture) {
        self.before = self.newest();
        let step = self.before.map(|before| picture.time - before);
        self.step = step.filter(|step| *step > LEAST).or(self.step);
        self.newest = Some(picture);
    }

    /// The media time of the newest picture.
    pub fn newest(self) -> Option<f64> {
        self.newest.map(|newest| newest.time)
    }

    /// Whether another one followed the first: its clock runs.
    pub fn moves(self) -> bool {
        self.step.is_some()
    }

    /// How a video that shows `taker`, its time being in this one's media time, stands to this one.
    pub fn meet(self, taker: Picture) -> Meeting {
        let step = self.step.unwrap_or(USUAL);
        let painted = match self.newest {
            Some(newest) if newest.told == taker.told => self.before,
            newest => newest.map(|newest| newest.time),
        };
        let lead = painted.map_or(step, |painted| taker.time - painted);
        if lead < step * 0.5 {
            Meeting::Behind
        } else if lead > step * 1.5 {
            Meeting::Ahead
        } else {
            Meeting::Met
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(time: f64, told: f64) -> Picture {
        Picture { time, told }
    }

    /// Told at 1, 2, 3 and so on.
    fn seen(times: &[f64]) -> Seen {
        let mut seen = Seen::default();
        times.iter().zip(1..).for_each(|(time, told)| seen.see(picture(*time, f64::from(told))));
        seen
    }

    #[test]
    fn the_next_picture_takes_over_whatever_the_frame_rate() {
        for step in [1.0 / 60.0, 1.0 / 30.0, 0.2, 1.0] {
            let on_screen = seen(&[5.0, 5.0 + step]);
            let meet = |pictures: f64| on_screen.meet(picture(5.0 + step * (1.0 + pictures), 9.0));
            assert_eq!((meet(0.0), meet(1.0), meet(2.0)), (Meeting::Behind, Meeting::Met, Meeting::Ahead));
        }
    }

    #[test]
    fn when_both_go_on_in_the_same_moment_the_same_picture_is_the_next() {
        let on_screen = seen(&[5.0, 5.033, 5.067]);
        assert_eq!(on_screen.meet(picture(5.067, 3.0)), Meeting::Met);
        assert_eq!(on_screen.meet(picture(5.1, 3.0)), Meeting::Ahead, "the second would be left out");
        assert_eq!(on_screen.meet(picture(5.067, 4.0)), Meeting::Behind, "it was painted already");
    }

    #[test]
    fn times_in_whole_milliseconds_will_do() {
        let on_screen = seen(&[0.1, 0.133, 0.167]);
        assert_eq!(on_screen.meet(picture(0.2, 9.0)), Meeting::Met);
        assert_eq!(on_screen.meet(picture(0.168, 9.0)), Meeting::Behind);
    }

    #[test]
    fn of_what_has_shown_one_picture_or_none_the_usual_is_expected() {
        assert_eq!(seen(&[]).meet(picture(7.0, 9.0)), Meeting::Met, "anything is better than nothing");
        assert_eq!(seen(&[7.0]).meet(picture(7.033, 9.0)), Meeting::Met);
        assert!(!seen(&[7.0]).moves() && seen(&[7.0, 7.033]).moves());
        assert_eq!(seen(&[7.0]).newest(), Some(7.0));
    }

    #[test]
    fn the_same_picture_told_twice_is_no_step() {
        assert_eq!(seen(&[5.0, 5.033, 5.033]).meet(picture(5.066, 9.0)), Meeting::Met);
    }
}
