//! Whether a socket still carries anything. Pure.
//!
//! A connection that is gone without a word, as after a change of networks, closes by itself only after minutes.
//! So each socket is asked by a ping, round after round, and one that stays silent is dead.

/// What was heard on one socket.
#[derive(Debug)]
pub struct Hearing {
    /// Something has come since the last round.
    heard: bool,
    /// Rounds without anything.
    silent: u32,
    /// Bytes that the network had taken when the last round ended.
    taken: u64,
}

impl Default for Hearing {
    /// Of a socket that is new: it has its first round before it.
    fn default() -> Self {
        Self { heard: true, silent: 0, taken: 0 }
    }
}

impl Hearing {
    /// Something came.
    pub fn hear(&mut self) {
        self.heard = true;
    }

    /// A round is over: was it one too many? So far `sent` bytes were sent, of which the browser still holds
    /// `waiting`: while these get fewer, the ping may be behind them. After a sleep, or when the page's timers
    /// are slow, the answer may not have been read yet: one more round.
    pub fn is_dead(&mut self, sent: u64, waiting: u64, slept: bool) -> bool {
        let taken = sent.saturating_sub(waiting);
        let moves = waiting > 0 && taken > std::mem::replace(&mut self.taken, taken);
        self.silent = if std::mem::take(&mut self.heard) || moves { 0 } else { self.silent + 1 };
        self.silent > u32::from(slept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_without_a_word_is_death() {
        let mut hearing = Hearing::default();
        assert!(!hearing.is_dead(9, 0, false), "it is new");
        hearing.hear();
        assert!(!hearing.is_dead(18, 0, false));
        assert!(hearing.is_dead(27, 0, false), "what was taken may be lost");
    }

    #[test]
    fn what_waits_and_moves_is_alive() {
        let mut hearing = Hearing::default();
        for (waiting, dead) in [(900, false), (600, false), (300, false), (300, true)] {
            assert_eq!(hearing.is_dead(1000, waiting, false), dead, "{waiting}");
        }
    }

    #[test]
    fn after_a_sleep_one_more_round_is_waited() {
        let mut hearing = Hearing::default();
        assert!(!hearing.is_dead(0, 0, false));
        assert!(!hearing.is_dead(0, 0, true));
        assert!(hearing.is_dead(0, 0, true), "slow timers only look like sleep");
    }
}
