//! Where segments lie on one time line. Pure: times are µs.

use blobcast_wire::Segment;

/// Time in which nothing was recorded is closed up if it is longer than this.
const BREAK: u64 = 1_000_000;

/// The time line of a film.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// What was taken from the numbers: when the first began, and the time that was closed up.
    taken: Option<u64>,
    /// When the last one ends, by the numbers.
    end: Segment,
}

impl Line {
    /// Where the next one begins.
    pub(super) fn place(&mut self, start: Segment, end: Segment) -> u64 {
        let taken = self.taken.get_or_insert(start);
        let pause = if self.end > 0 { start.saturating_sub(self.end) } else { 0 };
        if pause > BREAK {
            *taken += pause;
        }
        self.end = self.end.max(end);
        start.saturating_sub(*taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tiles_stays_as_it_is_and_a_pause_is_closed_up() {
        let mut line = Line::default();
        let start = 1_795_653_808_123_456;
        let mut place = |at: u64, millis: u64| line.place(start + at, start + at + millis * 1000);
        assert_eq!(place(0, 2000), 0);
        assert_eq!(place(2_000_400, 2000), 2_000_400, "what tiles");
        assert_eq!(place(5_000_400, 2000), 5_000_400, "a second");
        assert_eq!(place(60_000_000, 2000), 7_000_400, "a minute");
        assert_eq!(place(62_000_000, 2000), 9_000_400, "and on from there");
        assert_eq!(place(63_000_000, 2000), 10_000_400, "one that overlaps");
    }
}
