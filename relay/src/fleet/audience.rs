//! How many watch at the other relays.

use std::{collections::HashMap, time::Duration};
use tokio::time::Instant;

/// A change by one part of so many is said at once, a smaller one when it is time: of many viewers somebody comes or goes all the time,
/// and each relay says it to each.
const MUCH: u32 = 10;

/// For each of the other relays, one says nothing for so long: then a relay hears no more than 50 of these a second of a name, be there
/// three relays or three thousand.
const APART: Duration = Duration::from_millis(20);

/// A relay that has been silent for so many times as long as it may be does not count.
const MISSED: u32 = 3;

/// What the relays of a fleet tell each other of a name's viewers.
#[derive(Debug, Default)]
pub(super) struct Audience {
    /// By relay: how many there are, and when that was said.
    others: HashMap<u64, (u32, Instant)>,
    /// What was said here last, and when.
    said: Option<(u32, Instant)>,
}

impl Audience {
    /// What another relay says.
    pub(super) fn hear(&mut self, payload: &[u8]) {
        let said = str::from_utf8(payload).ok().and_then(|text| text.split_once(' '));
        let read = said.and_then(|(relay, count)| Some((relay.parse().ok()?, count.parse().ok()?)));
        match read {
            Some((relay, 0)) => _ = self.others.remove(&relay),
            Some((relay, count)) => _ = self.others.insert(relay, (count, Instant::now())),
            None => {}
        }
    }

    /// How many watch elsewhere. A relay that has said nothing for several times `every` does not count.
    pub(super) fn elsewhere(&mut self, every: Duration) -> u32 {
        let lease = every.max(self.apart()) * MISSED;
        self.others.retain(|_, (_, when)| when.elapsed() <= lease);
        self.others.values().fold(0, |sum, (count, _)| sum.saturating_add(*count))
    }

    /// What is to be said of those who watch here, if it is time for that: every so often, and what has changed much before that.
    pub(super) fn say(&mut self, relay: u64, count: u32, every: Duration) -> Option<String> {
        let apart = self.apart();
        let is_due = match self.said {
            None => count > 0,
            Some((_, when)) if when.elapsed() < apart => false,
            Some((0, _)) => count > 0,
            Some((said, when)) => {
                said.abs_diff(count) >= said.div_ceil(MUCH) || when.elapsed() >= every.max(apart)
            }
        };
        if !is_due {
            return None;
        }
        self.said = Some((count, Instant::now()));
        Some(format!("{relay} {count}"))
    }

    /// How long it says nothing after it has said something.
    fn apart(&self) -> Duration {
        APART * self.others.len() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn counts_what_was_said_lately() {
        let mut audience = Audience::default();
        for said in ["1 5", "2 7", "1 6", "nonsense", "3", "4 -1", ""] {
            audience.hear(said.as_bytes());
        }
        assert_eq!(audience.elsewhere(SECOND), 13);
        audience.hear(b"2 0");
        assert_eq!(audience.elsewhere(SECOND), 6);
        tokio::time::advance(SECOND * 4).await;
        assert_eq!(audience.elsewhere(SECOND), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn says_what_has_changed_and_now_and_then_that_it_has_not() {
        let mut audience = Audience::default();
        assert_eq!(audience.say(9, 0, SECOND), None);
        assert_eq!(audience.say(9, 2, SECOND).as_deref(), Some("9 2"));
        assert_eq!(audience.say(9, 2, SECOND), None);
        tokio::time::advance(SECOND).await;
        assert_eq!(audience.say(9, 2, SECOND).as_deref(), Some("9 2"));
        assert_eq!(audience.say(9, 0, SECOND).as_deref(), Some("9 0"));
        tokio::time::advance(SECOND).await;
        assert_eq!(audience.say(9, 0, SECOND), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_few_more_of_many_are_said_with_the_rest() {
        let mut audience = Audience::default();
        assert_eq!(audience.say(9, 1000, SECOND).as_deref(), Some("9 1000"));
        let mut said = 0;
        // Somebody comes in every tenth of a second.
        for more in 1..=100 {
            tokio::time::advance(SECOND / 10).await;
            said += u32::from(audience.say(9, 1000 + more % 50, SECOND).is_some());
        }
        assert_eq!(said, 10);
        assert_eq!(audience.say(9, 2000, SECOND).as_deref(), Some("9 2000"), "that is much");
    }

    #[tokio::test(start_paused = true)]
    async fn of_many_relays_each_says_less_and_is_believed_for_longer() {
        let mut audience = Audience::default();
        (1..=1000).for_each(|relay| audience.hear(format!("{relay} 10").as_bytes()));
        assert_eq!(audience.say(0, 5, SECOND).as_deref(), Some("0 5"));
        tokio::time::advance(SECOND * 19).await;
        assert_eq!(audience.say(0, 500, SECOND), None, "however much it is");
        tokio::time::advance(SECOND).await;
        assert_eq!(audience.say(0, 500, SECOND).as_deref(), Some("0 500"));
        assert_eq!(audience.elsewhere(SECOND), 10_000);
        tokio::time::advance(SECOND * 41).await;
        assert_eq!(audience.elsewhere(SECOND), 0);
    }
}
