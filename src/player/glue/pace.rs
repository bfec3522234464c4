//! How fast to play, so that the picture stays as far behind as it was at first. Pure; times are in seconds.

use crate::lean;

/// A picture this much too early or too late is left alone. While the rate is not 1, Chromium leaves out single pictures: two a second.
const DEAD_BAND: f64 = 0.06;

/// Nobody hears a change of speed up to this.
const MOST: f64 = 0.04;

/// How much of an error is corrected in a second.
const SHARE: f64 = 0.5;

/// An error of more than this is another broadcast, or another clock, and not worth a correction.
const OTHER: f64 = 1.0;

/// How much later than when it is whole a segment is shown, at most.
const ROOM: f64 = 0.35;

/// What a viewer who ran out of media falls back by at most, each time.
const STEP: f64 = 0.15;

/// Two clocks may drift apart by so much: seconds in a second.
const DRIFT: f64 = 2e-4;

/// Keeps the lag: how far the picture is behind what has just been sent.
#[derive(Debug, Default)]
pub struct Pace {
    /// The broadcaster's clock against ours, as the fastest piece told it: what is to be added, and since when.
    clock: Option<(f64, f64)>,
    lag: Option<f64>,
}

impl Pace {
    /// A piece that was sent then, by the broadcaster's clock, has come now, by ours.
    pub fn hear(&mut self, sent: f64, now: f64) {
        let slowest = self.clock.map_or(f64::INFINITY, |(offset, since)| offset + (now - since) * DRIFT);
        self.clock = Some((slowest.min(now - sent), now));
    }

    /// How far behind a picture of this time, by the broadcaster's clock, is now.
    pub fn lag_of(&self, media: f64, now: f64) -> Option<f64> {
        self.clock.map(|(offset, _)| now - media - offset)
    }

    /// The lag that is kept, once it is known.
    pub fn lag(&self) -> Option<f64> {
        self.lag
    }

    /// The rate to play at, with this lag. The first one is kept.
    pub fn rate(&mut self, lag: f64) -> f64 {
        let kept = *self.lag.get_or_insert(lag);
        let error = lag - kept;
        if error.abs() > OTHER {
            self.lag = Some(lag);
            return 1.0;
        }
        if error.abs() < DEAD_BAND { 1.0 } else { 1.0 + lean::clamp(error * SHARE, -MOST, MOST) }
    }

    /// A segment has come whole, and took so long. Nothing is won by more than that in hand.
    pub fn at_most(&mut self, interval: f64) {
        if let Some(kept) = &mut self.lag {
            *kept = kept.min(interval + ROOM);
        }
    }

    /// There was nothing to play, so there is too little in hand: a little more from now on.
    pub fn ran_out(&mut self, lag: f64) {
        if let Some(kept) = &mut self.lag {
            *kept = lean::clamp(lag, *kept, *kept + STEP);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fastest_piece_tells_the_clock() {
        let mut pace = Pace::default();
        assert_eq!(pace.lag_of(100.0, 3.0), None);
        pace.hear(100.0, 1.5);
        pace.hear(101.0, 2.0);
        pace.hear(102.0, 3.4);
        let lag = pace.lag_of(101.0, 3.0).expect("known");
        assert!((lag - 1.0).abs() < 0.001, "{lag}");
    }

    #[test]
    fn a_clock_that_drifts_is_followed() {
        let mut pace = Pace::default();
        for hour in 0..10 {
            pace.hear(f64::from(hour) * 3600.0, f64::from(hour) * 3600.36);
        }
        let lag = pace.lag_of(9.0 * 3600.0 - 1.0, 9.0 * 3600.36).expect("known");
        assert!((lag - 1.0).abs() < 0.001, "{lag}");
    }

    #[test]
    fn the_first_lag_is_kept() {
        let mut pace = Pace::default();
        assert_eq!(pace.rate(1.7), 1.0);
        assert_eq!(pace.rate(1.75), 1.0, "near enough");
        assert!((pace.rate(1.77) - 1.035).abs() < 1e-9, "too late");
        assert!((pace.rate(1.63) - 0.965).abs() < 1e-9, "too early");
        assert_eq!(pace.rate(2.5), 1.04, "never fast enough to be heard");
        assert_eq!(pace.lag(), Some(1.7));
    }

    #[test]
    fn another_clock_is_no_error() {
        let mut pace = Pace::default();
        pace.rate(1.7);
        assert_eq!(pace.rate(3600.0), 1.0);
        assert_eq!(pace.rate(3600.1), 1.04);
    }

    #[test]
    fn one_interval_behind_is_enough() {
        let mut pace = Pace::default();
        pace.rate(3.1);
        pace.at_most(2.0);
        assert_eq!(pace.rate(3.1), 1.04);
        assert_eq!(pace.lag(), Some(2.0 + ROOM));
        pace.at_most(4.0);
        assert_eq!(pace.lag(), Some(2.0 + ROOM), "never later");
    }

    #[test]
    fn who_runs_out_falls_back_a_little() {
        let mut pace = Pace::default();
        pace.ran_out(5.0);
        assert_eq!(pace.lag(), None);
        pace.rate(1.7);
        pace.ran_out(1.75);
        assert_eq!(pace.lag(), Some(1.75));
        pace.ran_out(2.5);
        assert_eq!(pace.lag(), Some(1.9));
        pace.ran_out(1.2);
        assert_eq!(pace.lag(), Some(1.9), "never nearer");
    }
}
