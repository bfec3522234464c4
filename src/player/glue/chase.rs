//! Two videos of the same source brought to the same picture.

use super::{
    arrival,
    meeting::{Meeting, Seen},
    relief::AHEAD,
    standby::Standby,
    timing::Timing,
};
use crate::{dom::now, player::next_picture::EachPicture};
use std::{cell::Cell, rc::Rc};
use web_sys::HtmlVideoElement;

/// So far apart, in seconds, the two do not meet in time.
const TOO_FAR: f64 = 0.3;

/// Waits until the video shows the picture after its standby's. The standby, which is not heard, is brought there
/// by its rate. Dropping it ends the waiting.
#[must_use = "dropping it ends the waiting"]
pub struct Chase(#[expect(dead_code, reason = "held for its drop")] Rc<EachPicture>);

impl Chase {
    /// `met` is called when that picture is on screen; the standby is not, from then on. The video's source was set at `began`, by
    /// the page's clock in ms, to play from `from`, in seconds.
    pub fn of(
        video: &HtmlVideoElement,
        (began, from): (f64, f64),
        standby: &Rc<Standby>,
        timing: &Rc<Timing>,
        met: impl Fn() + 'static,
    ) -> Self {
        let (element, standby, timing) = (video.clone(), standby.clone(), timing.clone());
        let seen = Cell::new(Seen::default());
        Self(EachPicture::of(video, move |picture| {
            // The first picture is there before the clock runs; before that one there may be one on the way.
            if !arrival::is_there(picture.time, from) {
                return;
            }
            Seen::note(&seen, picture);
            if !seen.get().moves() {
                return;
            }
            let ahead = element.current_time() - standby.video.current_time() - AHEAD;
            let on_screen = standby.seen();
            let lead = on_screen.newest().map_or(f64::INFINITY, |newest| picture.time - newest.time);
            let is_stuck = lead > TOO_FAR || (lead > 0.0 && standby.video.ended());
            let meeting = on_screen.meet(seen.get(), 0.0, Some(ahead + AHEAD), picture.told);
            if meeting == Meeting::Met || is_stuck {
                // Not by the standby, whose rate was another meanwhile.
                timing.took_to_start((now() - began) / 1000.0 - (element.current_time() - from));
                standby.withdraw();
                met();
            } else {
                standby.approach(ahead);
            }
        }))
    }
}
