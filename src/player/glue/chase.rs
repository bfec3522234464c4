//! Two videos of the same source brought to the same picture.

use super::{arrival, standby::Standby, timing::Timing};
use crate::player::next_picture::Pictures;
use std::{cell::Cell, ops::RangeInclusive, rc::Rc};
use web_sys::HtmlVideoElement;

/// The video takes over when its picture is this much later than where the standby is: that is the picture after
/// the standby's, at 15 to 60 fps. In seconds.
const NEXT: RangeInclusive<f64> = 0.0..=0.06;

/// Where the standby is brought: one frame at 30 fps behind the video.
const BEHIND: f64 = 0.033;

/// So far apart the two do not meet in time.
const TOO_FAR: f64 = 0.3;

/// The standby's rate changes by this for each second that it is off.
const GAIN: f64 = 5.0;

/// Waits until the video shows the picture after its standby's. The standby, which is not heard, is brought there
/// by its rate. Dropping it ends the waiting.
#[must_use = "dropping it ends the waiting"]
pub struct Chase(#[expect(dead_code, reason = "held for its drop")] Rc<Pictures>);

impl Chase {
    /// `met` is called when that picture is on screen; the standby stands still from then on.
    pub fn of(
        video: &HtmlVideoElement,
        from: f64,
        standby: &Rc<Standby>,
        timing: &Rc<Timing>,
        met: impl Fn() + 'static,
    ) -> Self {
        let (element, standby, timing) = (video.clone(), standby.clone(), timing.clone());
        let first = Cell::new(f64::INFINITY);
        let is_measured = Cell::new(false);
        Self(Pictures::of(video, move |picture| {
            // The first picture is there before the clock runs; before that one there may be one on the way.
            if !arrival::is_there(picture, from) {
                return;
            }
            first.set(first.get().min(picture));
            if picture <= first.get() {
                return;
            }
            let ahead = element.current_time() - standby.video.current_time();
            if !is_measured.replace(true) {
                timing.took_to_start(ahead);
            }
            // What the standby shows now is not known: its frame callback may come after this one. But it is
            // nothing later than its time.
            let lead = picture - standby.video.current_time();
            let is_stuck = lead > TOO_FAR || (lead > 0.0 && standby.video.ended());
            if NEXT.contains(&lead) || is_stuck {
                let _ = standby.video.pause();
                met();
            } else {
                standby.video.set_playback_rate((1.0 + (ahead - BEHIND) * GAIN).clamp(0.5, 2.0));
            }
        }))
    }
}
