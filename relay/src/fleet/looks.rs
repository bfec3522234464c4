//! When the stream is looked at.

use std::time::Duration;
use tokio::time::Instant;

/// The stream may get a piece a moment after those who follow live: it is looked at again so much later, and then no more.
const AGAIN: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(500)];

/// How long to wait after it could not be read.
const RETRY: Duration = Duration::from_secs(1);

/// When a name's part of the stream is looked at.
#[derive(Debug, Default)]
pub(super) struct Looks {
    due: Option<Instant>,
    /// How many have found less than there should be.
    vain: usize,
}

impl Looks {
    /// As soon as possible: who looks has just come, or come back.
    pub(super) fn now(&mut self) {
        *self = Self { due: Some(Instant::now()), vain: 0 };
    }

    /// Something is missing: it is on its way into the stream.
    pub(super) fn soon(&mut self) {
        *self = Self { due: Some(Instant::now() + AGAIN[0]), vain: 1 };
    }

    /// There was less than there should be. `false`: it will not be looked at again for that.
    pub(super) fn in_vain(&mut self) -> bool {
        self.due = AGAIN.get(self.vain).map(|&delay| Instant::now() + delay);
        self.vain += 1;
        self.due.is_some()
    }

    /// It could not be read.
    pub(super) fn failed(&mut self) {
        self.due = Some(Instant::now() + RETRY);
    }

    /// Nothing is missing.
    pub(super) fn done(&mut self) {
        self.due = None;
    }

    /// Waits until it is time for one, which may be never.
    pub(super) async fn due(&self) {
        match self.due {
            Some(due) => tokio::time::sleep_until(due).await,
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::timeout;

    #[tokio::test(start_paused = true)]
    async fn what_is_missing_is_looked_for_a_few_times_and_what_cannot_be_read_until_it_can() {
        let mut looks = Looks::default();
        assert!(timeout(RETRY * 100, looks.due()).await.is_err());
        looks.now();
        looks.due().await;
        assert!(looks.in_vain() && looks.in_vain());
        let before = Instant::now();
        looks.due().await;
        assert_eq!(before.elapsed(), AGAIN[1]);
        assert!(!looks.in_vain());
        assert!(timeout(RETRY * 100, looks.due()).await.is_err());
        looks.failed();
        assert!(timeout(RETRY * 2, looks.due()).await.is_ok());
        looks.done();
        assert!(timeout(RETRY * 100, looks.due()).await.is_err());
    }
}
