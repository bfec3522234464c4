//! While the video still plays, a standby gets the next source ready.

use super::{
    Glue, plan,
    relief::{NEARLY, Relief},
    standby::Standby,
};
use crate::{
    dom::{ObjectUrl, document, weakly},
    timers::Timers,
};

impl Glue {
    /// Plays in front of a viewer, and changes nothing.
    pub(super) fn is_settled(&self) -> bool {
        let stands = document().hidden() || self.playback.is_paused() || self.ran_out.get();
        !stands && self.transition.borrow().is_none()
    }

    /// Prepares the next change, if it is near enough.
    pub(super) fn prepare(&self) {
        if self.relief.borrow().is_some() || !self.is_settled() {
            return;
        }
        let Some(shown) = self.shown() else { return };
        let Some(change) = plan::upcoming(&shown, &self.segments.borrow().list()) else { return };
        let left = change.at - shown.position - self.timing.early();
        if left > NEARLY {
            // By then it may be another one.
            let prepare = weakly(&self.me, |glue| glue.prepare());
            self.preparing.replace(Some(Timers::Page.after((left * 1000.0) as u32, prepare)));
            return;
        }
        let glued = self.segments.borrow().glued(change.segment);
        let Ok(Some((blob, _))) = glued else { return };
        let Ok(url) = ObjectUrl::for_blob(&blob) else { return };
        let video = &self.playback.video;
        let me = self.me.clone();
        let look = move |told| {
            if let Some(glue) = me.upgrade() {
                glue.look_at_standby(told);
            }
        };
        let Some(standby) = Standby::over(video, url, change.from, look) else { return };
        self.relief.replace(Some(Relief::of(video, standby, change)));
        self.begin_relief_at(change.at - self.timing.warm_start());
    }
}
