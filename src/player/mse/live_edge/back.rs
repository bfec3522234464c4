//! A viewer who comes back, from a pause or to the tab, is put at the live edge: nobody has seen what is passed over.
//!
//! A browser that shows a page again has much to do: the way to the edge may take long, or Chromium's sound runs dry over it, and
//! waits for more than is ever needed. So until the playhead has moved for a second, what that took is passed over as well. Once, since a
//! machine that is too slow is so the second time, too.

use super::{LiveEdge, Sample, Step, WINDOW};

/// What is more than the target by this is passed over.
const BACK: f64 = 0.3;

/// An edge that is later than it was by more than this is on its way: what a line has held back comes piece by piece.
const ON_ITS_WAY: f64 = 0.15;

impl LiveEdge {
    /// The viewer is back: straight to the edge, unless nearly there.
    pub fn back(&mut self, sample: Sample) -> Step {
        if !self.started {
            return Step::Nothing;
        }
        self.back = Some(sample.now);
        if self.is_off(sample) { self.seek(sample) } else { Step::Nothing }
    }

    /// The playhead stands.
    pub(super) fn stands(&mut self, now: f64) {
        self.back = self.back.map(|_| now);
    }

    /// Whether a viewer who has just come back is to be put at the edge once more.
    pub(super) fn is_back_and_off(&mut self, sample: Sample) -> bool {
        let Some(stood) = self.back else { return false };
        let Sample { now, end, .. } = sample;
        let is_there = self.edges.iter().all(|(_, edge)| end - now > edge - ON_ITS_WAY);
        let is_off = is_there && self.is_off(sample);
        if is_off || now - stood >= WINDOW {
            self.back = None;
        }
        is_off
    }

    fn is_off(&self, Sample { start, end, playhead, .. }: Sample) -> bool {
        end - playhead > self.target() + BACK || playhead < start
    }
}
