//! How fast to play, so that the picture stays as far behind as it was at first. Pure; times are in seconds.

/// A picture this much too early or too late is left alone: two thirds of a frame at 30 fps.
const DEAD_BAND: f64 = 0.02;

/// Nobody hears a change of speed up to this.
const MOST: f64 = 0.04;

/// How much of an error is corrected in a second.
const SHARE: f64 = 0.5;

/// An error of more than this is another broadcast, or another clock, and not worth a correction.
const OTHER: f64 = 1.0;

/// What a viewer who ran out of media falls back by at most, each time.
const STEP: f64 = 0.15;

/// Keeps the lag: how long ago what is on screen was captured. The clock may be any that runs evenly.
#[derive(Debug, Default)]
pub struct Pace {
    lag: Option<f64>,
}

impl Pace {
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
        if error.abs() < DEAD_BAND { 1.0 } else { 1.0 + (error * SHARE).clamp(-MOST, MOST) }
    }

    /// There was nothing to play, so there is too little in hand: a little more from now on.
    pub fn ran_out(&mut self, lag: f64) {
        if let Some(kept) = &mut self.lag {
            *kept = lag.clamp(*kept, *kept + STEP);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_lag_is_kept() {
        let mut pace = Pace::default();
        assert_eq!(pace.rate(1.7), 1.0);
        assert_eq!(pace.rate(1.71), 1.0, "near enough");
        assert_eq!(pace.rate(1.74), 1.02, "too late");
        assert_eq!(pace.rate(1.66), 0.98, "too early");
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
