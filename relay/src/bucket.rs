//! A rate: what fills up steadily and is emptied in gulps. Pure: time is an argument.
//! <https://en.wikipedia.org/wiki/Token_bucket>

/// How many seconds' worth may come in one go: a broadcaster that comes back sends what it has kept.
const BURST: f64 = 10.0;

/// How much may still come.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    per_second: f64,
    left: f64,
    /// When it was last looked at, µs.
    at: u64,
}

impl Bucket {
    /// Nothing is used at `now`, µs.
    pub(crate) fn full(per_second: f64, now: u64) -> Self {
        Self { per_second, left: per_second * BURST, at: now }
    }

    /// Takes so much out, if there is as much.
    pub(crate) fn take(&mut self, amount: f64, now: u64) -> bool {
        self.fill(now);
        let is_enough = amount <= self.left;
        if is_enough {
            self.left -= amount;
        }
        is_enough
    }

    /// Whether it is as good as new.
    pub(crate) fn is_full(&mut self, now: u64) -> bool {
        self.fill(now);
        self.left >= self.per_second * BURST
    }

    fn fill(&mut self, now: u64) {
        let seconds = now.saturating_sub(self.at) as f64 / 1e6;
        self.left = (self.left + seconds * self.per_second).min(self.per_second * BURST);
        self.at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;

    #[test]
    fn ten_seconds_worth_comes_at_once_and_the_rest_steadily() {
        let mut bucket = Bucket::full(100.0, 0);
        assert!(bucket.is_full(0));
        assert!(bucket.take(1000.0, 0));
        assert!(!bucket.take(1.0, 0));
        assert!(bucket.take(100.0, SECOND));
        assert!(!bucket.take(101.0, 2 * SECOND), "what was too much takes nothing");
        assert!(bucket.take(100.0, 2 * SECOND));
        assert!(!bucket.is_full(11 * SECOND));
        assert!(bucket.is_full(12 * SECOND));
    }

    #[test]
    fn what_was_saved_up_is_no_more_than_that_and_a_clock_that_stands_still_gives_nothing() {
        let mut bucket = Bucket::full(100.0, 0);
        assert!(!bucket.take(1001.0, 9999 * SECOND));
        assert!(bucket.take(1000.0, 9999 * SECOND));
        assert!(!bucket.take(1.0, 9999 * SECOND));
    }
}
