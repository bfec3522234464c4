//! The relay's clock, as seen from here. Pure: time is an argument.
//!
//! Each pong says what time it was at the relay between a send and a receive here. The pong with the shortest
//! round trip knows best: its error is at most half of it.

/// How many pings are sent at the start.
pub const FIRST_PINGS: u32 = 5;

/// How often one is sent later, ms.
pub const PING_EVERY: u32 = 10_000;

/// A gap between two ticks of the ping timer that only a sleeping machine makes, ms.
const SLEPT: f64 = 3.0 * PING_EVERY as f64;

/// Some machines' monotonic clocks stop while they sleep, and only the wall clock tells: it gained this much, ms.
/// A wall clock that somebody sets looks alike, and does no harm.
const GAINED: f64 = 1_000.0;

/// An estimate is worth less with age, because the two clocks drift apart: ms of round trip per ms. At this
/// rate a pong half a millisecond slower replaces one from 10 s ago.
const AGEING: f64 = 50e-6;

/// The offset between `performance.now()` here and the relay's clock.
#[derive(Debug, Default)]
pub struct RelayClock {
    best: Option<Estimate>,
    /// The estimate is from before a sleep, or of another relay: the next pong replaces it, however slow.
    stale: bool,
    pongs: u32,
    /// Both clocks at the last tick.
    last_tick: Option<(f64, f64)>,
}

/// What the relay's clock is known to say.
#[derive(Clone, Copy, Debug)]
pub struct RelayTime {
    /// µs since the Unix epoch.
    pub now: u64,
    /// ms: the clock may be off by half of it.
    pub round_trip: f64,
    /// It was asked often enough since the connection was made, or since a sleep.
    pub is_settled: bool,
}

#[derive(Clone, Copy, Debug)]
struct Estimate {
    offset: f64,
    round_trip: f64,
    at: f64,
}

impl RelayClock {
    /// A pong arrived at `now` for the ping sent at `sent`; the relay's clock said `relay`. All in ms.
    pub fn pong(&mut self, sent: f64, relay: f64, now: f64) {
        let round_trip = now - sent;
        if !(round_trip.is_finite() && relay.is_finite()) || round_trip < 0.0 {
            return;
        }
        self.pongs = self.pongs.saturating_add(1);
        let offset = relay + round_trip / 2.0 - now;
        let worse = |best: Estimate| round_trip > best.round_trip + (now - best.at) * AGEING;
        if std::mem::take(&mut self.stale) || !self.best.is_some_and(worse) {
            self.best = Some(Estimate { offset, round_trip, at: now });
        }
    }

    /// The ping timer ticked; `wall` is the page's wall clock, ms. After a sleep the offset is measured afresh.
    pub fn tick(&mut self, now: f64, wall: f64) -> bool {
        let slept = self.last_tick.is_some_and(|(last, last_wall)| {
            now - last > SLEPT || ((wall - last_wall) - (now - last)).abs() > GAINED
        });
        self.last_tick = Some((now, wall));
        if slept {
            self.reset();
        }
        slept
    }

    /// Another relay, or the same after a sleep. What was known serves until the next pong: segments that begin
    /// meanwhile are numbered by it.
    pub fn reset(&mut self) {
        self.stale = true;
        self.pongs = 0;
    }

    /// Whether the first pings have all been answered.
    pub fn is_settled(&self) -> bool {
        self.pongs >= FIRST_PINGS
    }

    /// The relay's time at `now`, µs since the Unix epoch.
    pub fn at(&self, now: f64) -> Option<u64> {
        self.best.map(|best| ((now + best.offset) * 1000.0).max(0.0) as u64)
    }

    /// The best round trip, ms.
    pub fn round_trip(&self) -> Option<f64> {
        self.best.map(|best| best.round_trip)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_round_trip_decides() {
        let mut clock = RelayClock::default();
        assert_eq!(clock.at(0.0), None);
        clock.pong(100.0, 5_150.0, 140.0); // 40 ms
        clock.pong(150.0, 5_155.0, 160.0); // 10 ms: 5155 at 155
        clock.pong(170.0, 5_260.0, 290.0); // 120 ms
        assert_eq!(clock.at(155.0), Some(5_155_000));
        assert_eq!(clock.round_trip(), Some(10.0));
    }

    #[test]
    fn an_old_estimate_gives_way_and_after_a_sleep_any_pong_is_better() {
        let mut clock = RelayClock::default();
        clock.pong(0.0, 1_000.5, 1.0);
        clock.pong(60_000.0, 61_101.0, 60_002.0);
        assert_eq!(clock.at(60_001.0), Some(61_101_000), "2 ms now beat 1 ms a minute ago");
        assert!(!clock.tick(70_000.0, 70_000.0));
        assert!(!clock.tick(80_000.0, 80_000.0));
        assert!(clock.tick(680_000.0, 680_000.0));
        assert!(!clock.is_settled());
        assert_eq!(clock.at(680_000.0), Some(681_100_000), "the old one serves until then");
        clock.pong(680_000.0, 900_050.0, 680_100.0);
        assert_eq!(clock.at(680_100.0), Some(900_100_000));
    }

    #[test]
    fn a_sleep_is_noticed_by_a_clock_that_stood_still_meanwhile() {
        let mut clock = RelayClock::default();
        assert!(!clock.tick(10_000.0, 1_010_000.0));
        assert!(!clock.tick(20_000.0, 1_020_010.0), "clocks drift");
        assert!(clock.tick(30_000.0, 1_630_010.0), "ten minutes");
        assert!(!clock.tick(40_000.0, 1_640_010.0));
    }

    #[test]
    fn nonsense_is_ignored() {
        let mut clock = RelayClock::default();
        clock.pong(10.0, 5.0, 9.0);
        clock.pong(f64::NAN, 5.0, 9.0);
        clock.pong(1.0, f64::INFINITY, 9.0);
        assert_eq!(clock.at(10.0), None);
    }
}
