//! A trouble that is warned of once, however often it comes.

use parking_lot::Mutex;
use std::time::Duration;
use tokio::time::Instant;

/// A trouble that has not come for so long is over.
const OVER: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
pub(super) struct Spell(Mutex<Option<Instant>>);

impl Spell {
    /// The trouble comes. Whether it is worth a warning: it had not come lately.
    pub(super) fn begins(&self) -> bool {
        self.0.lock().replace(Instant::now()).is_none_or(|before| before.elapsed() > OVER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_spell_lasts_as_long_as_it_comes_again() {
        let spell = Spell::default();
        assert!(spell.begins());
        for _ in 0..5 {
            tokio::time::advance(OVER / 2).await;
            assert!(!spell.begins());
        }
        tokio::time::advance(OVER * 2).await;
        assert!(spell.begins());
    }
}
