//! A playhead that is not kept at the live edge: what was broadcast before is played, and the viewer goes where they like.

use super::{
    LiveEdge, Mse,
    buffer::{range_at, ranges},
    queue::Operation,
};
use crate::player::{
    mode::has_sound,
    screen::{Edge, Sought},
};

/// So much more than is there the element's time has, seconds: at its end an element stops by itself.
const BEYOND: f64 = 2.0;

/// A playhead so near to the end of a buffered range, seconds, has come to it.
const NEARLY: f64 = 0.1;

impl Mse {
    /// The source is open.
    pub(super) fn go_to_beginning(&self) {
        let Some(beginning) = &self.beginning else { return };
        self.stretch(beginning.at.max(beginning.end.get()));
        self.seek(beginning.at);
        self.playback.play();
    }

    /// Forgets all that is there, and plays from another time once something is appended there.
    pub(super) fn start_again_at(&self, time: f64) {
        self.forget();
        self.keep_at(Edge::Leave);
        self.push(Operation::RemoveTo(f64::INFINITY));
        self.stretch(time);
        self.seek(time);
        self.playback.play();
    }

    pub(super) fn keep_at(&self, edge: Edge) {
        let has_sound = has_sound(&self.mime);
        let target = self.edge.borrow().asked();
        match edge {
            Edge::Leave => {}
            Edge::Keep => *self.edge.borrow_mut() = LiveEdge::at(target, has_sound),
            Edge::GoTo => *self.edge.borrow_mut() = LiveEdge::new(target, has_sound),
        }
        // While it is not kept at the edge, the rate is the page's.
        if self.is_following.replace(edge != Edge::Leave) || edge != Edge::Leave {
            self.playback.video.set_playback_rate(1.0);
        }
    }

    pub(super) fn where_sought(&self) -> Sought {
        let time = self.playback.video.current_time();
        let buffer = self.buffer.borrow();
        let Some(buffer) = buffer.as_ref().filter(|_| !self.is_where_we_sought(time)) else {
            return Sought::ByUs;
        };
        match range_at(buffer, time) {
            Some((_, end)) => Sought::Near(end - time),
            None => Sought::Away(time),
        }
    }

    fn is_where_we_sought(&self, time: f64) -> bool {
        self.sought.get().is_some_and(|sought| (time - sought).abs() <= NEARLY)
    }

    /// Time passes: over holes, in which nothing was broadcast, and with an end that is always ahead.
    pub(super) fn keep_rewound(&self) {
        let Some(beginning) = &self.beginning else { return };
        let buffer = self.buffer.borrow();
        let Some(buffer) = buffer.as_ref().filter(|_| self.queue.borrow().is_idle()) else { return };
        let video = &self.playback.video;
        let (playhead, ranges) = (video.current_time(), ranges(buffer));
        self.stretch(beginning.end.get());
        // It has left: who puts it there again is the viewer.
        if !video.seeking() && !self.is_where_we_sought(playhead) {
            self.sought.set(None);
        }
        let is_spent = !ranges.iter().any(|(start, end)| *start <= playhead && playhead < *end - NEARLY);
        let next = ranges.iter().find(|(start, _)| *start > playhead);
        if let Some((start, _)) = next.filter(|_| is_spent) {
            self.seek(*start);
        }
    }

    /// Lets the element's time reach `time` and what is buffered, and somewhat beyond.
    fn stretch(&self, time: f64) {
        let buffer = self.buffer.borrow();
        let Some(buffer) = buffer.as_ref().filter(|buffer| !buffer.updating()) else { return };
        let end = ranges(buffer).pop().map_or(0.0, |(_, end)| end).max(time) + BEYOND;
        let now = self.source.duration();
        // It is infinite at first.
        if !now.is_finite() || end > now + BEYOND / 4.0 {
            self.source.set_duration(end);
        }
    }
}
