//! Whether a peer is there, and takes what it is sent. Pure: time is an argument.

use std::time::Duration;
use tokio::time::Instant;

/// How many pings a peer may send without reading the answers.
const MAX_UNREAD_PONGS: u32 = 64;

/// What is known of a peer.
#[derive(Debug)]
pub(super) struct Pulse {
    /// A ping is out, and nothing was heard since.
    is_awaited: bool,
    /// The peer does not take what there is for it.
    blocked: Option<Blocked>,
    /// How long that may last.
    patience: Duration,
    unread_pongs: u32,
}

/// What the peer has not taken, in bytes, and since when.
#[derive(Debug)]
struct Blocked {
    bytes: usize,
    since: Instant,
}

/// What is to be done at a beat of the heart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beat {
    /// Send a ping.
    Ask,
    Wait,
    /// Nothing was heard since the last one.
    Lost,
    /// It has taken nothing for too long.
    Stuck,
}

impl Pulse {
    /// Of a peer that may take nothing for so long.
    pub(super) fn new(patience: Duration) -> Self {
        Self { is_awaited: false, blocked: None, patience, unread_pongs: 0 }
    }

    pub(super) fn beat(&mut self, now: Instant) -> Beat {
        match &self.blocked {
            Some(blocked) if now.duration_since(blocked.since) >= self.patience => Beat::Stuck,
            // Behind what the peer does not read, a ping tells nothing.
            Some(_) => Beat::Wait,
            None if self.is_awaited => Beat::Lost,
            None => {
                self.is_awaited = true;
                Beat::Ask
            }
        }
    }

    /// Nothing waits for it.
    pub(super) fn takes_all(&mut self) {
        // A full socket that has room again has a peer that reads.
        self.is_awaited &= self.blocked.take().is_none();
        self.unread_pongs = 0;
    }

    /// So many bytes wait for it.
    pub(super) fn leaves(&mut self, bytes: usize, now: Instant) {
        if self.blocked.as_ref().is_none_or(|blocked| blocked.bytes != bytes) {
            // It takes some.
            self.is_awaited &= self.blocked.is_none();
            self.blocked = Some(Blocked { bytes, since: now });
        }
    }

    /// It says something. Whether a ping was out.
    pub(super) fn hear(&mut self) -> bool {
        std::mem::take(&mut self.is_awaited)
    }

    /// It sends a ping. Whether it has sent too many without reading the answers.
    pub(super) fn is_asked_in_vain(&mut self) -> bool {
        self.unread_pongs += u32::from(self.blocked.is_some());
        self.unread_pongs > MAX_UNREAD_PONGS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn who_says_nothing_between_two_pings_is_lost() {
        let (mut pulse, now) = (Pulse::new(PATIENCE), Instant::now());
        assert_eq!(pulse.beat(now), Beat::Ask);
        assert!(pulse.hear() && !pulse.hear(), "one answer");
        assert_eq!((pulse.beat(now), pulse.beat(now)), (Beat::Ask, Beat::Lost));
    }

    #[test]
    fn who_takes_some_of_what_waits_is_there_and_who_takes_nothing_is_stuck_after_a_while() {
        let (mut pulse, start) = (Pulse::new(PATIENCE), Instant::now());
        assert_eq!(pulse.beat(start), Beat::Ask);
        pulse.leaves(100, start);
        assert_eq!(pulse.beat(start), Beat::Wait);
        pulse.leaves(50, start + PATIENCE / 2);
        pulse.leaves(50, start + PATIENCE);
        assert_eq!(pulse.beat(start + PATIENCE), Beat::Wait);
        assert_eq!(pulse.beat(start + PATIENCE * 3 / 2), Beat::Stuck);
        pulse.takes_all();
        assert_eq!(pulse.beat(start + PATIENCE * 2), Beat::Ask, "what it took was an answer");
        pulse.takes_all();
        assert_eq!(pulse.beat(start + PATIENCE * 2), Beat::Lost, "where nothing waits, taking it is none");
    }

    #[test]
    fn pings_are_too_many_only_while_their_answers_are_not_read() {
        let mut pulse = Pulse::new(PATIENCE);
        assert!((0..=MAX_UNREAD_PONGS).all(|_| !pulse.is_asked_in_vain()));
        pulse.leaves(1, Instant::now());
        assert!((0..MAX_UNREAD_PONGS).all(|_| !pulse.is_asked_in_vain()));
        assert!(pulse.is_asked_in_vain());
        pulse.takes_all();
        assert!(!pulse.is_asked_in_vain());
    }
}
