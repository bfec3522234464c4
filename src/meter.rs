//! How many bits per second. Pure: time is an argument.

use std::time::Duration;

/// The time that a rate is measured over.
const WINDOW: Duration = Duration::from_secs(2);

/// Counts bytes, in all and over the last seconds.
#[derive(Debug, Default)]
pub struct Meter {
    total: u64,
    recent: Vec<(Duration, usize)>,
}

impl Meter {
    pub fn count(&mut self, bytes: usize, now: Duration) {
        self.total += bytes as u64;
        self.recent.push((now, bytes));
        self.forget(now);
    }

    /// Bytes in all.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Bits per second over the last two seconds.
    pub fn bits_per_second(&mut self, now: Duration) -> f64 {
        self.forget(now);
        let bytes: usize = self.recent.iter().map(|(_, bytes)| bytes).sum();
        bytes as f64 * 8.0 / WINDOW.as_secs_f64()
    }

    fn forget(&mut self, now: Duration) {
        let is_old = |(then, _): &&(Duration, usize)| now.saturating_sub(*then) > WINDOW;
        let old = self.recent.iter().take_while(is_old).count();
        self.recent.drain(..old);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_all_and_rates_the_last_seconds() {
        let mut meter = Meter::default();
        for second in 0..10 {
            meter.count(1_000, Duration::from_secs(second));
        }
        assert_eq!(meter.total(), 10_000);
        assert_eq!(meter.bits_per_second(Duration::from_millis(9_500)), 8_000.0);
        assert_eq!(meter.bits_per_second(Duration::from_secs(60)), 0.0);
    }
}
