//! How long to wait before connecting again. Pure: chance is an argument.

use crate::lean;

/// The ceiling of the first wait, ms, doubled with each failure.
const FIRST: f64 = 500.0;

/// The highest ceiling, ms.
const LONGEST: f64 = 8_000.0;

/// Full jitter: anywhere from nothing to the ceiling, so that a thousand viewers of a relay that restarts do
/// not come back in one moment. <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>
///
/// In ms. `failures` is how often connecting has failed in a row; `chance` is from 0 to 1.
pub fn wait(failures: u32, chance: f64) -> f64 {
    let ceiling = (FIRST * f64::from(1 << failures.min(10))).min(LONGEST);
    ceiling * lean::clamp(chance, 0.0, 1.0)
}

/// What a relay at its limit asks for, ms: its reason begins with the seconds.
pub fn asked_for(reason: &str) -> Option<f64> {
    let digits = reason.bytes().map_while(|letter| char::from(letter).to_digit(10));
    let seconds = digits.fold(None, |seconds, digit| {
        Some(seconds.unwrap_or(0_u32).saturating_mul(10).saturating_add(digit))
    })?;
    Some(f64::from(seconds.min(600)) * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ceilings_double_up_to_the_longest() {
        let ceilings: Vec<_> = [0, 1, 2, 3, 4, 5, 99].into_iter().map(|n| wait(n, 1.0)).collect();
        assert_eq!(ceilings, [500.0, 1e3, 2e3, 4e3, 8e3, 8e3, 8e3]);
        assert_eq!(wait(3, 0.25), 1e3);
        assert_eq!(wait(3, -1.0), 0.0);
    }

    #[test]
    fn reads_the_seconds_of_a_limit() {
        assert_eq!(asked_for("30 seconds: too many viewers"), Some(30e3));
        assert_eq!(asked_for("too many"), None);
        assert_eq!(asked_for("99999"), Some(600e3));
    }
}
