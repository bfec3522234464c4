//! The relay's clock: the one that every broadcaster and viewer sets theirs by.

use std::{
    future::pending,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::time::sleep;

/// Microseconds since the Unix epoch that never go back.
///
/// The system's clock is asked once. From then on a monotonic one counts, so that segment numbers and
/// latencies do not jump when somebody sets the time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    started: Instant,
    /// Since the Unix epoch, when the clock was started.
    epoch: Duration,
}

impl Clock {
    /// Starts a clock at this time.
    pub(crate) fn start(time: SystemTime) -> Self {
        // A system clock before 1970 is a broken one; counting from 0 is as good as anything then.
        let epoch = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { started: Instant::now(), epoch }
    }

    /// Now, µs since the Unix epoch.
    pub(crate) fn micros(&self) -> u64 {
        self.now().as_micros() as u64
    }

    /// Now, ms since the Unix epoch, with a fraction: what `pong` says.
    pub(crate) fn millis(&self) -> f64 {
        self.micros() as f64 / 1000.0
    }

    fn now(&self) -> Duration {
        self.epoch + self.started.elapsed()
    }
}

/// Seconds since the Unix epoch, by the system's clock: it is the one that whoever makes tokens goes by.
pub(crate) fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Resolves when that clock has come to this time, as a token says until when it is good; never where there is none.
pub(crate) async fn expired(until: Option<u64>) {
    match until {
        Some(until) => sleep(Duration::from_secs(until.saturating_sub(unix_seconds()))).await,
        None => pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_from_the_epoch_and_never_goes_back() {
        let clock = Clock::start(SystemTime::now());
        let first = clock.micros();
        let year_2020 = 1_577_836_800_000_000;
        assert!(first > year_2020, "{first}");
        assert!(clock.micros() >= first);
        assert!((clock.millis() * 1000.0 - clock.micros() as f64).abs() < 1e6);
    }
}
