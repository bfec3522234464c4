//! Which number a segment gets. Pure: times are arguments, µs since the Unix epoch in the relay's clock.
//!
//! Segments tile the time line: the next one's number is where the one before ends. Only a little is corrected at a time
//! when the clock says otherwise, so that no viewer sees it.
//!
//! A number is the time at which the segment started, and it is greater than every number that this name had
//! before, from anyone: two broadcasters' ideas of the relay's clock are never quite the same.

use crate::Segment;

/// How much a number may be corrected, µs. A viewer's time line has ms.
const SLEW: i64 = 1_000;

/// Beyond this, µs, the clock is another one.
const JUMP: i64 = 500_000;

/// Numbers the segments of one broadcaster.
#[derive(Debug, Default)]
pub struct Numbering {
    last: Segment,
}

impl Numbering {
    /// The relay has said the newest number that it knows of this name.
    pub fn hear(&mut self, last: Segment) {
        self.last = self.last.max(last);
    }

    /// Another relay may be there than before, perhaps with an earlier clock: `last` is the newest number that it
    /// knows, `kept` the newest that it will be sent.
    pub fn begin_anew(&mut self, last: Segment, kept: Option<Segment>) {
        self.last = last.max(kept.unwrap_or(0));
    }

    /// The number of a segment that begins where the one before ends: that is `at`; by the clock it is `clock`.
    pub fn follow(&mut self, at: u64, clock: u64) -> Segment {
        let off = clock as i64 - at as i64;
        let slewed = at.saturating_add_signed(off.clamp(-SLEW, SLEW));
        self.next(if off.abs() > JUMP { clock } else { slewed })
    }

    /// The number of a segment that started at this time.
    pub fn next(&mut self, start: u64) -> Segment {
        self.last = start.max(self.last + 1);
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;
    const HOUR: u64 = 3_600 * SECOND;
    const NOON: u64 = 500_000 * HOUR;

    #[test]
    fn a_number_is_the_time_of_its_start_and_grows() {
        let mut numbering = Numbering::default();
        assert_eq!(numbering.next(NOON), NOON);
        assert_eq!(numbering.next(NOON + SECOND), NOON + SECOND);
        assert_eq!(numbering.next(NOON), NOON + SECOND + 1, "an estimate of the clock that went back");
    }

    #[test]
    fn what_follows_goes_on_where_the_one_before_ended_and_draws_near_to_the_clock() {
        let mut numbering = Numbering::default();
        let end = NOON + 2 * SECOND;
        assert_eq!(numbering.follow(end, end + 300), end + 300);
        assert_eq!(numbering.follow(end + SECOND, end + SECOND + 20_000), end + SECOND + 1_000);
        assert_eq!(numbering.follow(end + 2 * SECOND, end + 2 * SECOND - 20_000), end + 2 * SECOND - 1_000);
        assert_eq!(numbering.follow(end, end + HOUR), end + HOUR, "after a sleep");
    }

    #[test]
    fn a_session_whose_clock_is_100_ms_behind_comes_after_the_one_it_takes_over_from() {
        let (mut first, mut second) = (Numbering::default(), Numbering::default());
        let newest = first.next(NOON);
        second.begin_anew(newest, None);
        let takeover = second.next(NOON - SECOND / 10);
        assert_eq!(takeover, newest + 1);
        assert_eq!(
            second.next(NOON + 2 * SECOND),
            NOON + 2 * SECOND,
            "and is on time again with the next one"
        );
    }

    #[test]
    fn a_relay_whose_clock_is_an_hour_back_is_followed() {
        let mut numbering = Numbering::default();
        numbering.next(NOON);
        // It knows nothing of this name and takes nothing from its future, so nothing is kept for it.
        numbering.begin_anew(0, None);
        assert_eq!(numbering.next(NOON - HOUR), NOON - HOUR);
    }

    #[test]
    fn what_a_new_relay_will_be_sent_comes_first() {
        let mut numbering = Numbering::default();
        let kept = numbering.next(NOON);
        numbering.begin_anew(0, Some(kept));
        assert_eq!(numbering.next(NOON - SECOND), kept + 1);
    }

    #[test]
    fn after_a_sleep_of_ten_minutes_it_is_ten_minutes_later() {
        let mut numbering = Numbering::default();
        numbering.next(NOON);
        numbering.hear(NOON);
        assert_eq!(numbering.next(NOON + HOUR / 6), NOON + HOUR / 6);
    }
}
