//! How long to wait before connecting again. Pure: chance is an argument.

/// The ceiling of the first wait, ms.
const FIRST: f64 = 500.0;

/// The ceiling after that, ms, as long as a relay may just be starting again: it is asked for one small answer.
const SOON: f64 = 1_000.0;

/// How long that may be, ms.
const RESTART: f64 = 60_000.0;

/// The ceiling for a relay that is away for longer, ms.
const LONG: f64 = 8_000.0;

/// Full jitter: anywhere from nothing to the ceiling, so that a thousand viewers of a relay that restarts do
/// not come back in one moment. <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>
///
/// In ms. `failures` is how often connecting has failed in a row, `away` for how many ms; `chance` is from 0 to 1.
pub fn wait(failures: u32, away: f64, chance: f64) -> f64 {
    let ceiling = match failures {
        0 => FIRST,
        _ if away < RESTART => SOON,
        _ => LONG,
    };
    ceiling * chance.max(0.0)
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
    fn who_was_away_for_a_minute_is_back_in_a_second() {
        assert_eq!(wait(0, 0.0, 1.0), 500.0);
        let ceilings = [1.0, 30e3, 59e3, 60e3, 1e9].map(|away| wait(7, away, 1.0));
        assert_eq!(ceilings, [1e3, 1e3, 1e3, 8e3, 8e3]);
        assert_eq!(wait(3, 100e3, 0.25), 2e3);
        assert_eq!(wait(3, 0.0, -1.0), 0.0);
    }

    #[test]
    fn reads_the_seconds_of_a_limit() {
        assert_eq!(asked_for("30 seconds: too many viewers"), Some(30e3));
        assert_eq!(asked_for("too many"), None);
        assert_eq!(asked_for("99999"), Some(600e3));
    }
}
