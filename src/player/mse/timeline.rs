//! Where segments lie in the element's time, and what of it may go. Pure; times in seconds.

use blobcast_wire::Segment;
use std::collections::VecDeque;

/// How much is kept behind the playhead.
const KEPT_BEHIND: f64 = 5.0;

/// How much is kept at the most while the viewer pauses.
const KEPT_IN_ALL: f64 = 60.0;

/// Segments in the order they were appended, each with its place in the element's time.
#[derive(Debug, Default)]
pub struct Timeline {
    segments: VecDeque<(Segment, f64)>,
}

impl Timeline {
    /// A segment's media begins at `offset`.
    pub fn push(&mut self, segment: Segment, offset: f64) {
        self.segments.push_back((segment, offset));
    }

    /// The segment at a time, and how far into it that is.
    pub fn at(&self, time: f64) -> Option<(Segment, f64)> {
        let place = self.segments.iter().rev().find(|(_, offset)| *offset <= time).or(self.segments.front());
        place.map(|(segment, offset)| (*segment, (time - offset).max(0.0)))
    }

    /// Up to where media may be removed: whole segments only, never the one being played, whose frames
    /// depend on its first. Forgets them.
    pub fn evict(&mut self, playhead: f64, end: f64) -> Option<f64> {
        let limit = (playhead - KEPT_BEHIND).max(end - KEPT_IN_ALL);
        let mut to = None;
        while let Some((_, next)) = self.segments.get(1).filter(|(_, next)| *next <= limit) {
            to = Some(*next);
            self.segments.pop_front();
        }
        to.filter(|to| *to > 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline() -> Timeline {
        let mut timeline = Timeline::default();
        for (segment, offset) in [(100, 0.0), (200, 4.0), (300, 8.0), (400, 12.0)] {
            timeline.push(segment, offset);
        }
        timeline
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
        assert_eq!(timeline.evict(13.5, 14.0), Some(8.0));
        assert_eq!(timeline.evict(13.5, 14.0), None, "once");
        assert_eq!(timeline.at(9.0), Some((300, 1.0)));
    }

    #[test]
    fn a_long_pause_does_not_keep_everything() {
        assert_eq!(timeline().evict(1.0, 70.0), Some(8.0));
    }
}
