//! How long to wait before connecting again. Pure: chance is an argument.

use crate::lean;
use std::time::Duration;

/// The ceiling of the first wait, doubled with each failure.
const FIRST: Duration = Duration::from_millis(500);

/// The highest ceiling.
const LONGEST: Duration = Duration::from_secs(8);

/// Full jitter: anywhere from nothing to the ceiling, so that a thousand viewers of a relay that restarts do
/// not come back in one moment. <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>
///
/// `failures` is how often connecting has failed in a row; `chance` is from 0 to 1.
pub fn wait(failures: u32, chance: f64) -> Duration {
    let ceiling = FIRST.saturating_mul(1 << failures.min(10)).min(LONGEST);
    Duration::from_millis((ceiling.as_millis() as f64 * lean::clamp(chance, 0.0, 1.0)) as u64)
}

/// The seconds that a relay at its limit asks for: its reason begins with them.
pub fn asked_for(reason: &str) -> Option<Duration> {
    let digits = reason.chars().map_while(|letter| letter.to_digit(10));
    let seconds = digits.fold(None, |seconds, digit| {
        Some(seconds.unwrap_or(0_u32).saturating_mul(10).saturating_add(digit))
    })?;
    Some(Duration::from_secs(seconds.min(600).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ceilings_double_up_to_the_longest() {
        let ceilings: Vec<_> = [0, 1, 2, 3, 4, 5, 99].into_iter().map(|n| wait(n, 1.0).as_millis()).collect();
        assert_eq!(ceilings, [500, 1000, 2000, 4000, 8000, 8000, 8000]);
        assert_eq!(wait(3, 0.25), Duration::from_secs(1));
        assert_eq!(wait(3, -1.0), Duration::ZERO);
    }

    #[test]
    fn reads_the_seconds_of_a_limit() {
        assert_eq!(asked_for("30 seconds: too many viewers"), Some(Duration::from_secs(30)));
        assert_eq!(asked_for("too many"), None);
        assert_eq!(asked_for("99999"), Some(Duration::from_secs(600)));
    }
}
