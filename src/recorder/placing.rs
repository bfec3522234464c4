//! Where on the time line sound belongs that is recorded apart from its pictures. Pure: times are arguments, in ms.
//!
//! Each recorder counts time from a first frame of its own and does not say when that was. But both give what they have as soon as it
//! is encoded, which takes about as long for both. So the least that anything of one took lately is held against the least of the
//! other: what is more is the page, which was busy.

use crate::lean;

/// So much of what a recorder gave is remembered: about a second of pictures, two of sound.
const REMEMBERED: usize = 32;

/// So much of it tells enough: the first is late, since an encoder takes a while to begin.
const ENOUGH: usize = 5;

/// How much a place is corrected for each packet of sound, of which none is shorter than 20 ms: that is not heard.
const SLEW: f64 = 0.02;

/// What is off by more than this was interrupted, or the clock is another one.
const JUMP: f64 = 100.0;

/// How much later than its own time says what a recorder gives was there lately.
#[derive(Debug, Default)]
pub struct Lag(Vec<f64>);

impl Lag {
    /// Something has come at `now` that ends at this time.
    pub fn note(&mut self, now: f64, time: f64) {
        self.0.push(now - time);
        if self.0.len() > REMEMBERED {
            self.0.remove(0);
        }
    }

    /// What follows is counted from another time.
    pub fn forget(&mut self) {
        self.0.clear();
    }

    fn least(&self) -> Option<f64> {
        (self.0.len() >= ENOUGH).then(|| self.0.iter().copied().fold(f64::INFINITY, f64::min))
    }
}

/// The place of one recording of sound.
#[derive(Debug, Default)]
pub struct Placing {
    pub sound: Lag,
    place: Option<f64>,
}

impl Placing {
    /// The time line's time minus the recording's, for so many more packets. `None` while too little is known.
    pub fn place(&mut self, pictures: &Lag, packets: usize) -> Option<f64> {
        let found = self.sound.least()? - pictures.least()?;
        let most = packets as f64 * SLEW;
        let place = match self.place {
            Some(place) if (found - place).abs() <= JUMP => place + lean::clamp(found - place, -most, most),
            _ => found,
        };
        self.place = Some(place);
        self.place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes every `step` ms, `late` ms after its time and then some.
    fn lag(from: f64, step: f64, late: f64) -> Lag {
        let mut lag = Lag::default();
        for n in 0..40 {
            let time = f64::from(n) * step;
            lag.note(from + time + late + f64::from(n * 7 % 5), time);
        }
        lag
    }

    #[test]
    fn the_two_are_laid_over_each_other_by_when_they_come() {
        // Both are encoded within 8 ms; the sound began 100 ms later.
        let pictures = lag(5_000.0, 33.0, 8.0);
        let mut placing = Placing { sound: lag(5_100.0, 60.0, 8.0), place: None };
        assert_eq!(placing.place(&pictures, 3), Some(100.0));
    }

    #[test]
    fn nothing_is_said_before_both_are_known() {
        let (known, mut little) = (lag(0.0, 33.0, 8.0), Lag::default());
        (0..ENOUGH - 1).for_each(|_| little.note(7.0, 0.0));
        assert_eq!(Placing { sound: lag(0.0, 60.0, 8.0), place: None }.place(&little, 3), None);
        assert_eq!(Placing { sound: little, place: None }.place(&known, 3), None);
        let mut forgotten = known;
        forgotten.forget();
        assert_eq!(Placing { sound: lag(0.0, 60.0, 8.0), place: None }.place(&forgotten, 3), None);
    }

    #[test]
    fn a_place_once_told_is_corrected_by_a_thousandth_and_after_a_break_at_once() {
        let sound = || lag(0.0, 60.0, 8.0);
        let mut placing = Placing { sound: sound(), place: None };
        assert_eq!(placing.place(&lag(0.0, 33.0, 8.0), 3), Some(0.0));
        assert_eq!(placing.place(&lag(20.0, 33.0, 8.0), 3), Some(-0.06));
        assert_eq!(placing.place(&lag(-0.04, 33.0, 8.0), 3), Some(0.0));
        assert_eq!(placing.place(&lag(-900.0, 33.0, 8.0), 3), Some(900.0));
    }
}
