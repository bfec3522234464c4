//! Stays as far behind the broadcaster as at first.

use super::Glue;
use crate::{bytes::JsBytes, dom::now};
use blobcast_wire::Piece;

/// So long after the beginning of a source its clock runs evenly, in seconds.
const BEGUN: f64 = 0.3;

impl Glue {
    /// As far behind as before, by the rate.
    pub(super) fn keep_pace(&self) {
        let has_begun = |from: f64| self.playback.video.current_time() > from + BEGUN;
        let has_begun = self.source.borrow().as_ref().is_some_and(|source| has_begun(source.from));
        let Some(lag) = self.lag().filter(|_| has_begun && self.is_settled()) else { return };
        let rate = self.pace.borrow_mut().rate(lag);
        let video = &self.playback.video;
        // Another rate than ours is the page's.
        if (video.playback_rate() - 1.0).abs() < 0.05 {
            video.set_playback_rate(rate);
        }
    }

    /// What a piece tells of the broadcaster's clock and rhythm.
    pub(super) fn hear_pace(&self, piece: &Piece<JsBytes>) {
        let list = self.segments.borrow().list();
        let Some(newest) = list.last() else { return };
        let mut pace = self.pace.borrow_mut();
        pace.hear(newest.segment as f64 / 1e6 + newest.duration, now() / 1000.0);
        if matches!(piece, Piece::End { .. }) {
            pace.at_most(newest.duration);
        }
    }

    /// How far the picture is behind what has just been sent.
    pub(super) fn lag(&self) -> Option<f64> {
        let source = self.source.borrow();
        let media = source.as_ref()?.segment as f64 / 1e6 + self.playback.video.current_time();
        self.pace.borrow().lag_of(media, now() / 1000.0)
    }
}
