//! Keeps the playhead where live_edge.rs wants it.

use super::{
    Mse, buffer,
    live_edge::{Sample, Step},
};
use crate::{
    dom::now,
    player::{mode::has_sound, quirks},
};
use web_sys::HtmlMediaElement;

/// A picture that lasts longer, ms, is a slide.
const SLIDE: i64 = 100;

impl Mse {
    pub(super) fn sample(&self) -> Option<Sample> {
        let (start, end) = buffer::range(self.buffer.borrow().as_ref()?)?;
        let video = &self.playback.video;
        let playing = !video.paused() && !video.seeking();
        Some(Sample {
            now: now() / 1000.0,
            start,
            end,
            playhead: video.current_time(),
            playing,
            slides: self.shows_slides(),
        })
    }

    fn shows_slides(&self) -> bool {
        let usual = self.remux.borrow().usual();
        !has_sound(&self.mime) && usual.is_none_or(|usual| usual > SLIDE)
    }

    /// Keeps the playhead at its distance from the live edge.
    pub(super) fn steer(&self) {
        if !self.is_following.get() {
            return;
        }
        let is_blank = self.playback.video.ready_state() < HtmlMediaElement::HAVE_CURRENT_DATA;
        if is_blank && quirks::hangs_on_early_seek() {
            return;
        }
        let Some(sample) = self.sample() else { return };
        let step = self.edge.borrow_mut().step(sample);
        self.take(step);
    }

    pub(super) fn take(&self, step: Step) {
        let video = &self.playback.video;
        match step {
            Step::Nothing => {}
            Step::Start(time) => {
                if time > video.current_time() {
                    self.seek(time);
                }
                self.playback.play();
            }
            Step::Rate(rate) => video.set_playback_rate(rate),
            Step::Seek(time) => self.seek(time),
        }
    }

    pub(super) fn seek(&self, time: f64) {
        self.sought.set(Some(time));
        self.playback.video.set_current_time(time);
    }
}
