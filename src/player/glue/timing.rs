//! How long this browser takes to load a source and to begin to play. Pure but for the cells; times are in seconds.

use crate::lean;
use std::cell::Cell;

/// How much of what is measured is believed, each time.
const SHARE: f64 = 0.5;

/// No browser takes longer, unless something else is the matter.
const MOST: f64 = 0.4;

/// A standby is loaded earlier than it takes by this factor, and by so much more. Not much: while a second video waits,
/// Chromium 156 leaves out pictures of the first in some runs, up to every other one.
const SPARE: f64 = 1.5;
const ROOM: f64 = 0.1;
const EARLIEST: f64 = 0.6;
const LATEST: f64 = 0.2;

/// What was learned from the changes of source until now.
#[derive(Debug)]
pub struct Timing {
    /// From a new source to its clock running. Chromium 156 takes 100 to 140 ms, Firefox 153 50 to 90.
    start: Cell<f64>,
    /// From `play()` to the clock running, where the picture is there already. Chromium takes 40 ms, Firefox 30.
    warm_start: Cell<f64>,
    /// From a new standby to its first picture. Chromium and Firefox take 50 to 150 ms.
    load: Cell<f64>,
}

impl Default for Timing {
    fn default() -> Self {
        Self { start: Cell::new(0.1), warm_start: Cell::new(0.04), load: Cell::new(0.15) }
    }
}

impl Timing {
    pub fn start(&self) -> f64 {
        self.start.get()
    }

    pub fn warm_start(&self) -> f64 {
        self.warm_start.get()
    }

    /// How long before its time a standby is to be made.
    pub fn early(&self) -> f64 {
        lean::clamp(self.warm_start.get() + self.load.get() * SPARE + ROOM, LATEST, EARLIEST)
    }

    /// A standby took this long to show its first picture, or has none yet.
    pub fn took_to_load(&self, seconds: f64) {
        learn(&self.load, self.load.get() - seconds);
    }

    /// A new source began to play this long after it was set.
    pub fn took_to_start(&self, seconds: f64) {
        learn(&self.start, self.start.get() - seconds);
    }

    /// A standby that was given `warm_start` seconds is this far ahead of where it should be.
    pub fn took_to_start_warm(&self, ahead: f64) {
        learn(&self.warm_start, ahead);
    }
}

fn learn(time: &Cell<f64>, ahead: f64) {
    time.set(lean::clamp(time.get() - ahead * SHARE, 0.0, MOST));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_learns_how_long_a_browser_takes_to_start() {
        let timing = Timing::default();
        for _ in 0..10 {
            timing.took_to_start(0.137);
            timing.took_to_start_warm(timing.warm_start() - 0.025);
        }
        assert!((timing.start() - 0.137).abs() < 0.001, "{timing:?}");
        assert!((timing.warm_start() - 0.025).abs() < 0.001, "{timing:?}");
    }

    #[test]
    fn a_standby_is_made_as_early_as_it_needs() {
        let timing = Timing::default();
        let usual = timing.early();
        timing.took_to_load(0.4);
        assert!(timing.early() > usual + 0.1, "{timing:?}");
        (0..10).for_each(|_| timing.took_to_load(5.0));
        assert_eq!(timing.early(), EARLIEST);
        (0..10).for_each(|_| timing.took_to_load(0.05));
        assert!(timing.early() < usual, "{timing:?}");
    }

    #[test]
    fn one_hiccup_is_not_believed_for_long() {
        let timing = Timing::default();
        timing.took_to_start(5.0);
        assert_eq!(timing.start(), MOST);
        (0..3).for_each(|_| timing.took_to_start(0.1));
        assert!((timing.start() - 0.1).abs() < 0.05, "{timing:?}");
    }
}
