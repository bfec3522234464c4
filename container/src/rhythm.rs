//! When packets of sound were recorded, without the jitter of their times.
//!
//! A recorder counts the samples that it is given, so its packets follow each other exactly; but it says of each when that
//! was. For a microphone Chromium says it to the millisecond; for sound that a page makes itself it is up to 13 ms off in either direction, and
//! now and then 40. So the one in the middle tells for all.

use std::collections::VecDeque;

/// So many packets are remembered: two seconds of 60 ms.
const REMEMBERED: usize = 32;

/// A packet that is further from where it is expected, ms, follows a break.
pub(crate) const BREAK: u64 = 45;

/// The packets of one recording.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rhythm {
    /// How long all of them lasted until now, ms.
    lasted: i64,
    last: i64,
    /// The time of each minus what had lasted until then, ms.
    offsets: VecDeque<i64>,
}

impl Rhythm {
    /// The next packet has this time, and lasts so long, ms.
    pub(crate) fn note(&mut self, time: i64, duration: i64) {
        let offset = time - self.lasted;
        if self.offsets.back().is_some_and(|before| before.abs_diff(offset) > BREAK) {
            self.offsets.clear();
        }
        self.offsets.push_back(offset);
        if self.offsets.len() > REMEMBERED {
            self.offsets.pop_front();
        }
        self.lasted += duration;
        self.last = duration;
    }

    /// When the newest packet ends, ms.
    pub(crate) fn end(&self) -> Option<i64> {
        let mut sorted: Vec<_> = self.offsets.iter().collect();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).map(|offset| *offset + self.lasted)
    }

    /// When it starts, and how long it lasts, ms.
    pub(crate) fn newest(&self) -> Option<(i64, i64)> {
        self.end().map(|end| (end - self.last, self.last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn newest(times: &[i64]) -> Option<i64> {
        let mut rhythm = Rhythm::default();
        times.iter().for_each(|time| rhythm.note(*time, 60));
        rhythm.newest().map(|(start, _)| start)
    }

    #[test]
    fn the_one_in_the_middle_tells_for_all() {
        assert_eq!(newest(&[]), None);
        assert_eq!(newest(&[7]), Some(7));
        assert_eq!(newest(&[13, 47, 124, 185, 253]), Some(245), "-13, 4, 5 and twice 13");
        assert_eq!(newest(&[40, 60, 120]), Some(120), "one that was held up");
        assert_eq!(newest(&[0, 59, 118, 180]), Some(180));
    }

    #[test]
    fn a_break_begins_anew() {
        assert_eq!(newest(&[0, 60, 300, 360]), Some(360));
    }
}
