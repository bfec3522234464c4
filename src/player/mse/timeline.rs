//! Where segments lie in the element's time, and what of it may go. Pure; times in seconds.

use blobcast_container::{GAP, place};
use blobcast_wire::Segment;

/// How much is kept behind the playhead.
const KEPT_BEHIND: f64 = 5.0;

/// How much is kept at the most while the viewer pauses.
const KEPT_IN_ALL: f64 = 60.0;

/// Segments in the order they were appended, each with its place in the element's time.
#[derive(Debug, Default)]
pub struct Timeline {
    segments: Vec<(Segment, f64)>,
    /// What is rewound has each segment at its distance from here.
    origin: Option<Segment>,
}

impl Timeline {
    /// A time that begins with a segment.
    pub fn since(origin: Option<Segment>) -> Self {
        Self { segments: Vec::new(), origin }
    }

    /// Where a segment's media begins, ms, behind what is there: see [`place`]. What is rewound has its own place, unless that is taken.
    pub fn place(&mut self, segment: Segment, newest: Option<i64>, end: i64) -> i64 {
        let place = match self.origin {
            None => place(self.segments.last().copied(), segment, newest, end),
            Some(origin) => {
                let own = (segment as i64 - origin as i64) as f64 / 1e6;
                if newest.is_none_or(|newest| to_ms(own) > newest) { own } else { end as f64 / 1e3 }
            }
        };
        self.segments.push((segment, place));
        to_ms(place)
    }

    /// Whether what begins at `place` ms leaves a hole after what ends at `end`, which only what is rewound may have.
    pub fn is_apart(place: i64, end: i64) -> bool {
        place > end + GAP
    }

    /// Nothing was appended.
    pub fn clear(&mut self) {
        self.segments.clear();
    }

    /// The segment at a time, and how far into it that is.
    pub fn at(&self, time: f64) -> Option<(Segment, f64)> {
        let place = self.segments.iter().rev().find(|(_, offset)| *offset <= time).or(self.segments.first());
        place.map(|(segment, offset)| (*segment, (time - offset).max(0.0)))
    }

    /// Up to where media may be removed: whole segments only, never the one being played, whose frames
    /// depend on its first. Forgets them. Media has whole milliseconds: one less, so that the next segment's first frame stays. A browser that
    /// is told to remove that removes all that depend on it, which may be what is played.
    pub fn evict(&mut self, playhead: f64, end: f64) -> Option<f64> {
        let limit = (playhead - KEPT_BEHIND).max(end - KEPT_IN_ALL);
        let mut to = None;
        while let Some((_, next)) = self.segments.get(1).filter(|(_, next)| *next <= limit) {
            to = Some(*next);
            self.segments.remove(0);
        }
        to.filter(|to| *to > 0.0).map(|to| to - 0.001)
    }
}

fn to_ms(seconds: f64) -> i64 {
    (seconds * 1e3).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Segment = 1_795_348_800_000_000;

    /// Segments of four seconds, named 100 to 400.
    fn timeline() -> Timeline {
        let mut timeline = Timeline::default();
        for (segment, end) in [(100, 0), (200, 4_000), (300, 8_000), (400, 12_000)] {
            assert_eq!(timeline.place(segment, None, end), end);
        }
        timeline
    }

    #[test]
    fn segments_that_fit_lie_as_they_were_recorded_and_no_rounding_adds_up() {
        let mut timeline = Timeline::default();
        assert_eq!(timeline.place(NOON, None, 0), 0);
        for n in 1..2_000 {
            let place = n as i64 * 2_000_600 / 1_000;
            let found = timeline.place(NOON + n * 2_000_600, Some(place - 3), place + 57);
            assert!(found.abs_diff(place) <= 1, "{found} instead of {place}");
        }
    }

    #[test]
    fn what_overlaps_or_leaves_a_hole_begins_at_the_end() {
        for (micros, place) in
            [(1_900_000, 2_050), (2_000_000, 2_000), (2_140_000, 2_140), (2_160_000, 2_050)]
        {
            let mut timeline = Timeline::default();
            timeline.place(NOON, None, 0);
            assert_eq!(timeline.place(NOON + micros, Some(1_990), 2_050), place, "{micros} later");
        }
        let mut timeline = Timeline::default();
        timeline.place(NOON, None, 0);
        assert_eq!(timeline.place(NOON - 3_600_000_000, Some(1_990), 2_050), 2_050, "another relay's clock");
    }

    #[test]
    fn what_is_rewound_lies_where_it_was_whatever_came_before() {
        let mut timeline = Timeline::since(Some(NOON));
        assert_eq!(timeline.place(NOON + 3_600_000_000, None, 0), 3_600_000);
        assert_eq!(timeline.place(NOON + 3_602_000_000, Some(3_601_990), 3_602_050), 3_602_000);
        assert!(!Timeline::is_apart(3_602_000, 3_602_050));
        let later = timeline.place(NOON + 3_700_000_000, Some(3_603_990), 3_604_023);
        assert_eq!((later, Timeline::is_apart(later, 3_604_023)), (3_700_000, true));
        assert_eq!(timeline.place(NOON - 1, Some(3_701_000), 3_701_033), 3_701_033, "another relay's clock");
        assert_eq!(timeline.at(3_601.0), Some((NOON + 3_600_000_000, 1.0)));
    }

    #[test]
    fn finds_the_segment_at_a_time() {
        assert_eq!(timeline().at(5.0), Some((200, 1.0)));
        assert_eq!(timeline().at(99.0), Some((400, 87.0)));
        assert_eq!(Timeline::default().at(1.0), None);
    }

    #[test]
    fn evicts_whole_segments_well_behind_the_playhead() {
        let mut timeline = timeline();
        assert_eq!(timeline.evict(8.9, 10.0), None, "4 is less than five seconds behind");
        assert_eq!(timeline.evict(13.5, 14.0), Some(7.999));
        assert_eq!(timeline.evict(13.5, 14.0), None, "once");
        assert_eq!(timeline.at(9.0), Some((300, 1.0)));
    }

    #[test]
    fn what_is_evicted_ends_before_the_first_frame_of_what_is_kept() {
        let mut timeline = Timeline::since(Some(NOON));
        timeline.place(NOON, None, 0);
        for later in [20_215_292, 40_430_699] {
            let first_frame = timeline.place(NOON + later, Some(0), 0) as f64 / 1e3;
            let end = timeline.evict(100.0, 100.0).expect("a segment that is over");
            assert!(end < first_frame && first_frame - end < 0.002, "{end}, {first_frame}");
        }
    }

    #[test]
    fn a_long_pause_does_not_keep_everything() {
        assert_eq!(timeline().evict(1.0, 70.0), Some(7.999));
    }
}
