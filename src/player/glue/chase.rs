//! Two videos of the same source brought to the same picture.

use super::{standby::Standby, timing::Timing};
use crate::player::next_picture::Pictures;
use std::{cell::Cell, rc::Rc};
use web_sys::HtmlVideoElement;

/// The video may show a picture this much later than the standby's when it takes over, in seconds: nobody sees
/// one frame at 30 fps that is missing.
const NEARLY: f64 = 0.05;

/// The standby's rate changes by this for each second that the two are apart.
const GAIN: f64 = 5.0;

/// Waits until the video shows what its standby shows. The standby, which is not heard, meets it by its rate.
/// Dropping it ends the waiting.
#[must_use = "dropping it ends the waiting"]
pub struct Chase(#[expect(dead_code, reason = "held for its drop")] Rc<Pictures>);

impl Chase {
    /// `met` is called when the video's picture is the standby's, or the one after it.
    pub fn of(
        video: &HtmlVideoElement,
        standby: &Rc<Standby>,
        timing: &Rc<Timing>,
        met: impl Fn() + 'static,
    ) -> Self {
        let (element, standby, timing) = (video.clone(), standby.clone(), timing.clone());
        let first = Cell::new(f64::INFINITY);
        let is_measured = Cell::new(false);
        let pictures = Pictures::of(video, move |picture| {
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
            if (0.0..=NEARLY).contains(&lead) {
                met();
            } else {
                standby.video.set_playback_rate((1.0 + ahead * GAIN).clamp(0.5, 2.0));
            }
        });
        Self(pictures)
    }
}
