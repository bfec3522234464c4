//! The pitch follows the playback rate.
//!
//! Browsers keep the pitch of the sound when the rate changes, by stretching it. Chromium's stretching needs 50 ms more than
//! a live player has in hand, and its sound breaks off after some seconds of it, as it does when the rate goes back and
//! forth; with a pitch that follows, it resamples, which is made for small adjustments. At the rates of a live edge
//! nobody hears a pitch that is 2 % off.
//! <https://source.chromium.org/chromium/chromium/src/+/main:media/filters/audio_renderer_algorithm.cc>

use crate::property;
use wasm_bindgen::JsValue;
use web_sys::HtmlVideoElement;

/// Lets the pitch follow the rate. Dropped, it puts back what the page had.
#[must_use = "dropping it puts the pitch back"]
pub struct LoosePitch {
    video: HtmlVideoElement,
    before: JsValue,
}

const PRESERVES_PITCH: &str = "preservesPitch";

impl LoosePitch {
    pub fn of(video: &HtmlVideoElement) -> Self {
        let before = property::get(video, PRESERVES_PITCH);
        property::set(video, PRESERVES_PITCH, &JsValue::FALSE);
        Self { video: video.clone(), before }
    }
}

impl Drop for LoosePitch {
    fn drop(&mut self) {
        property::set(&self.video, PRESERVES_PITCH, &self.before);
    }
}
