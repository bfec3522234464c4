//! A viewer who comes back, from a pause or to the tab, is put at the live edge: nobody has seen what is passed over.
//!
//! A browser that shows a page again has much to do: the way to the edge may take long, or Chromium's sound runs dry over it, and
//! waits for more than is ever needed. So what is lost in the first seconds is passed over as well. Once, since a machine that is too slow is
//! so the second time, too.

use super::{LiveEdge, Sample, Step};

/// What is more than the target by this is passed over.
const BACK: f64 = 0.3;

/// So long a viewer has just come back, seconds.
const JUST: f64 = 3.0;

/// An edge that is later than it was by more than this is on its way: what a line has held back comes piece by piece.
const ON_ITS_WAY: f64 = 0.15;

/// Where it was is where it was at its best, of which each look forgets this part: a line may become a slower one, and an outage moves the
/// edge by as much as it lasts.
const FORGOTTEN: f64 = 0.02;

impl LiveEdge {
    /// The viewer is back: straight to the edge, unless nearly there.
    pub fn back(&mut self, sample: Sample) -> Step {
        self.back = sample.now;
        if self.started && self.is_off(sample) { self.seek(sample) } else { Step::Nothing }
    }

    /// Whether a viewer who has just come back is to be put at the edge once more: when that is where it was before.
    pub(super) fn is_back_and_off(&mut self, sample: Sample) -> bool {
        let edge = sample.end - sample.now;
        if sample.now - self.back >= JUST {
            self.was = edge.max(self.was + (edge - self.was) * FORGOTTEN);
            return false;
        }
        let is_off = edge > self.was - ON_ITS_WAY && self.is_off(sample);
        if is_off {
            self.back = f64::NEG_INFINITY;
        }
        is_off
    }

    fn is_off(&self, Sample { end, playhead, .. }: Sample) -> bool {
        end - playhead > self.target() + BACK
    }
}
