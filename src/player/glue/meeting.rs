//! When one of two videos of the same source may take the other's place on screen. Pure; media times are in seconds.
//!
//! The one that takes over is to show the picture after the one that was painted last: then none is left out, and none comes
//! again. Browsers tell the pictures of a page once for each time they paint it, one video after the other. So what was
//! painted last is what the other video was known to show before this time: when both go on in the same moment,
//! the one that takes over has the same picture as the other, and when they take turns, the next one.

use crate::player::next_picture::Picture;
use std::cell::Cell;

/// EachPicture are further apart than this: those that a handover has recorded twice are not shown.
const SAME: f64 = 0.005;

/// How far apart they are when nothing is known: at 30 a second.
const USUAL: f64 = 1.0 / 30.0;

/// A picture that is later than the one before by this many usual steps is not the next one. That is asked of the rhythm, since
/// browsers do not tell every picture.
const NEXT: f64 = 1.5;

/// The pictures of a video, as far as they were told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    newest: Option<Picture>,
    before: Option<f64>,
    /// How far apart the last pictures were.
    steps: [Option<f64>; 4],
}

/// How the one that is to take over stands to the one on screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meeting {
    /// It shows the next picture: now.
    Met,
    /// It shows a picture that was there before, or will soon, since its clock is behind,
    Behind,
    /// or one too far on.
    Ahead,
}

impl Seen {
    /// A picture has come on screen.
    pub fn note(seen: &Cell<Self>, picture: Picture) {
        let Self { newest, mut steps, .. } = seen.get();
        let before = newest.map(|newest| newest.time);
        if let Some(step) = before.map(|before| picture.time - before).filter(|step| *step > SAME) {
            let [first, second, third, _] = steps;
            steps = [Some(step), first, second, third];
        }
        seen.set(Self { newest: Some(picture), before, steps });
    }

    /// The newest picture.
    pub fn newest(self) -> Option<Picture> {
        self.newest
    }

    /// Whether another picture followed the first: its clock runs.
    pub fn moves(self) -> bool {
        self.steps[0].is_some()
    }

    /// How far apart its pictures are: some that are left out make it longer for a moment.
    fn step(self) -> f64 {
        let shortest = self.steps.into_iter().flatten().fold(f64::INFINITY, f64::min);
        if shortest.is_finite() { shortest } else { USUAL }
    }

    /// How `taker` stands to this one at a time of the page's clock, ms. `shift` is this one's media time less the taker's;
    /// `ahead` is how far the taker's clock is ahead of this one's, where both run: what is on screen may be later
    /// than what was told, but not than the clock.
    pub fn meet(self, taker: Self, shift: f64, ahead: Option<f64>, now: f64) -> Meeting {
        let painted = match self.newest {
            Some(newest) if newest.told == now => self.before,
            newest => newest.map(|newest| newest.time),
        };
        let newest = taker.newest.filter(|_| ahead.is_none_or(|ahead| ahead >= 0.0));
        let Some(next) = newest.map(|picture| picture.time + shift) else { return Meeting::Behind };
        let Some(painted) = painted else { return Meeting::Met };
        if next <= painted + SAME {
            Meeting::Behind
        } else if next > painted + self.step() * NEXT {
            Meeting::Ahead
        } else {
            Meeting::Met
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Told at 1, 2, 3 and so on.
    fn seen(times: &[f64]) -> Seen {
        let seen = Cell::default();
        times
            .iter()
            .zip(1..)
            .for_each(|(time, told)| Seen::note(&seen, Picture { time: *time, told: f64::from(told) }));
        seen.get()
    }

    /// A taker that has shown these, told at the time 9.
    fn meet(on_screen: &[f64], taker: &[f64]) -> Meeting {
        seen(on_screen).meet(seen(taker), 0.0, None, 9.0)
    }

    #[test]
    fn the_next_picture_takes_over_whatever_the_frame_rate() {
        for step in [1.0 / 60.0, 1.0 / 30.0, 0.2, 1.0] {
            let meet = |pictures: f64| meet(&[5.0, 5.0 + step], &[5.0 + step * (1.0 + pictures)]);
            assert_eq!((meet(0.0), meet(1.0), meet(2.0)), (Meeting::Behind, Meeting::Met, Meeting::Ahead));
        }
        assert_eq!(meet(&[5.0, 6.0], &[6.033]), Meeting::Met, "a slide, and then it moves");
    }

    #[test]
    fn pictures_that_are_left_out_do_not_change_the_rhythm() {
        let on_screen = [5.0, 5.033, 5.1, 5.167];
        assert_eq!(meet(&on_screen, &[5.2]), Meeting::Met);
        assert_eq!(meet(&on_screen, &[5.233]), Meeting::Ahead);
    }

    #[test]
    fn when_both_go_on_in_the_same_moment_the_same_picture_is_the_next() {
        let on_screen = seen(&[5.0, 5.033, 5.067]);
        let at_once = |taker: &[f64]| on_screen.meet(seen(taker), 0.0, None, 3.0);
        assert_eq!(at_once(&[5.033, 5.067]), Meeting::Met);
        assert_eq!(at_once(&[5.067, 5.1]), Meeting::Ahead);
        assert_eq!(at_once(&[5.0, 5.033]), Meeting::Behind, "it was painted already");
    }

    #[test]
    fn of_what_has_shown_one_picture_or_none_the_usual_is_expected() {
        assert_eq!(meet(&[], &[7.0]), Meeting::Met, "anything is better than nothing");
        assert_eq!(meet(&[5.0], &[]), Meeting::Behind);
        assert_eq!((meet(&[7.0], &[7.033]), meet(&[7.0], &[7.067])), (Meeting::Met, Meeting::Ahead));
    }

    #[test]
    fn the_takers_times_may_be_others() {
        assert_eq!(seen(&[1.9, 1.933]).meet(seen(&[0.0]), 1.967, None, 9.0), Meeting::Met);
    }

    #[test]
    fn one_whose_clock_is_behind_waits_whatever_it_shows() {
        let by_clock = |ahead| seen(&[5.0, 5.033]).meet(seen(&[5.033, 5.067]), 0.0, Some(ahead), 9.0);
        assert_eq!((by_clock(-0.001), by_clock(0.0)), (Meeting::Behind, Meeting::Met));
    }

    #[test]
    fn a_picture_told_twice_is_no_move() {
        assert!(!seen(&[7.0]).moves() && !seen(&[7.0, 7.0]).moves() && seen(&[7.0, 7.033]).moves());
        assert_eq!(meet(&[5.0, 5.033, 5.033], &[5.067, 5.067]), Meeting::Met);
    }
}
