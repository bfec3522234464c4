//! Where a packet of sound goes. Pure; times are seconds of an AudioContext's clock.

use crate::lean;

/// Sound that is off by more is put right at once, which is heard: the line stood still, or the delay has jumped.
const JUMP: f64 = 0.08;

/// What is off by less is left alone: an AudioContext's clock goes in steps.
const FINE: f64 = 0.004;

/// How much of what it is off is made up for, per second of sound, and by how much a packet may be played faster or slower: a
/// twelfth of a semitone.
const GAIN: f64 = 0.2;
const MOST: f64 = 0.005;

/// Where a packet begins, and how fast it is played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    pub at: f64,
    pub rate: f64,
}

/// `end` is where the packet before ends, `wanted` is when this one is to be heard, `now` is the clock. `None`: it is left out, since what was
/// given before would be played over it.
pub fn place(end: Option<f64>, wanted: f64, now: f64) -> Option<Place> {
    let off = end.map_or(f64::NEG_INFINITY, |end| end - wanted);
    match end.filter(|end| off > -JUMP && *end >= now) {
        Some(_) if off >= JUMP => None,
        // End to end; what comes too late is played faster.
        Some(end) => {
            let rate = if off.abs() < FINE { 1.0 } else { 1.0 + lean::clamp(off * GAIN, -MOST, MOST) };
            Some(Place { at: end, rate })
        }
        None => Some(Place { at: wanted.max(now), rate: 1.0 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(end: Option<f64>, wanted: f64, now: f64) -> Option<(f64, f64)> {
        place(end, wanted, now).map(|place| (place.at, (place.rate * 1e4).round() / 1e4))
    }

    #[test]
    fn packets_lie_end_to_end_and_drift_is_made_up_for() {
        assert_eq!(placed(Some(5.0), 5.002, 4.9), Some((5.0, 1.0)));
        assert_eq!(placed(Some(5.0), 4.99, 4.9), Some((5.0, 1.002)));
        assert_eq!(placed(Some(5.0), 5.06, 4.9), Some((5.0, 0.995)));
    }

    #[test]
    fn what_is_far_off_or_too_late_is_put_right_at_once() {
        assert_eq!(placed(None, 5.0, 4.9), Some((5.0, 1.0)));
        assert_eq!(placed(Some(5.0), 5.2, 4.9), Some((5.2, 1.0)));
        assert_eq!(placed(Some(5.0), 5.01, 5.05), Some((5.05, 1.0)));
        assert_eq!(placed(Some(5.0), 4.9, 4.8), None, "no two packets at once");
    }
}
