//! Two videos of the same source brought to the same picture.

use super::{standby::Standby, timing::Timing};
use crate::player::next_picture::Pictures;
use std::{cell::Cell, ops::RangeInclusive, rc::Rc};
use web_sys::HtmlVideoElement;

/// When the video takes over, its picture is the one after the standby's, at 15 to 60 fps. In seconds.
const NEXT: RangeInclusive<f64> = 0.01..=0.07;

/// Where the standby is brought: half a frame at 30 fps behind the video.
const BEHIND: f64 = 0.017;

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
        standby: &Rc<Standby>,
        timing: &Rc<Timing>,
        met: impl Fn() + 'static,
    ) -> Self {
        let (element, standby, timing) = (video.clone(), standby.clone(), timing.clone());
        let first = Cell::new(f64::INFINITY);
        let is_measured = Cell::new(false);
        Self(Pictures::of(video, move |picture| {
            // The first picture is there before the clock runs.
            first.set(first.get().min(picture));
            if picture <= first.get() {
                return;
            }
            let ahead = element.current_time() - standby.video.current_time();
            if !is_measured.replace(true) {
                timing.took_to_start(ahead);
            }
            let lead = picture - standby.picture().unwrap_or(picture);
            if NEXT.contains(&lead) {
                let _ = standby.video.pause();
                met();
            } else {
                standby.video.set_playback_rate((1.0 + (ahead - BEHIND) * GAIN).clamp(0.5, 2.0));
            }
        }))
    }
}
