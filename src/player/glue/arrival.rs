//! The picture at a given time of a fresh source.

use crate::player::next_picture::EachPicture;
use std::rc::Rc;
use web_sys::HtmlVideoElement;

/// A picture may be this much before the time that was asked for: two frames at 30 fps.
const NEARLY: f64 = 0.07;

/// The address that makes a source begin at a time. A media fragment, unlike a seek, rarely shows the first
/// picture on the way. <https://www.w3.org/TR/media-frags/#naming-time>
pub fn address(url: &str, from: f64) -> String {
    let ms = (from * 1e3).round() as u32;
    if ms > 0 { format!("{url}#t={}.{:03}", ms / 1_000, ms % 1_000) } else { url.to_owned() }
}

/// Whether a picture of this media time is the one that was asked for, and not one on the way there.
pub fn is_there(picture: f64, from: f64) -> bool {
    picture + NEARLY >= from
}

/// Waits for the picture at a time. Dropping it ends the waiting.
#[must_use = "dropping it ends the waiting"]
pub struct Arrival(#[expect(dead_code, reason = "held for its drop")] Rc<EachPicture>);

impl Arrival {
    /// `arrived` is called when the picture at `from` seconds, or a later one, is on screen.
    pub fn of(video: &HtmlVideoElement, from: f64, arrived: impl Fn() + 'static) -> Self {
        Self(EachPicture::of(video, move |picture| {
            if is_there(picture.time, from) {
                arrived();
            }
        }))
    }
}
