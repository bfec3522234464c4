//! How many bits per second. Pure: time is an argument, in ms.

/// The time that a rate is measured over.
const WINDOW: f64 = 2_000.0;

/// Counts bytes, in all and over the last seconds.
#[derive(Debug, Default)]
pub struct Meter {
    total: u64,
    recent: Vec<(f64, usize)>,
}

impl Meter {
    pub fn count(&mut self, bytes: usize, now: f64) {
        self.total += bytes as u64;
        self.recent.push((now, bytes));
        self.forget(now);
    }

    /// Bytes in all.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Bits per second over the last two seconds.
    pub fn bits_per_second(&mut self, now: f64) -> f64 {
        self.forget(now);
        let bytes: usize = self.recent.iter().map(|(_, bytes)| bytes).sum();
        bytes as f64 * 8e3 / WINDOW
    }

    fn forget(&mut self, now: f64) {
        let is_old = |(then, _): &&(f64, usize)| now - *then > WINDOW;
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
            meter.count(1_000, f64::from(second) * 1e3);
        }
        assert_eq!(meter.total(), 10_000);
        assert_eq!(meter.bits_per_second(9_500.0), 8_000.0);
        assert_eq!(meter.bits_per_second(60_000.0), 0.0);
    }
}
