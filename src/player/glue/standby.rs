//! A second video that has the next source ready, and covers the change of the first.

use super::arrival;
use crate::{
    dom::{ObjectUrl, window},
    player::{next_picture::Pictures, overlay::Overlay},
};
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::JsCast;
use web_sys::HtmlVideoElement;

/// Nobody sees it, and yet it is painted: what is not painted, Chromium needs some frames to begin with, and the
/// page would show through them.
const UNSEEN: &str = "0.001";

/// A silent video over the viewer's, at first unseen and paused at the picture where the next source is to go
/// on. Dropping it takes it away, with its source.
#[must_use = "dropping a standby takes it away"]
pub struct Standby {
    overlay: Overlay,
    pub video: HtmlVideoElement,
    _url: ObjectUrl,
    first: Rc<Cell<Option<f64>>>,
    _pictures: Rc<Pictures>,
}

impl Standby {
    /// Loads a source over `video`, at `from` seconds. `None` where the video is not in a page.
    pub fn over(video: &HtmlVideoElement, url: ObjectUrl, from: f64) -> Option<Rc<Self>> {
        let standby: HtmlVideoElement = window().document()?.create_element("video").ok()?.dyn_into().ok()?;
        standby.set_muted(true);
        standby.set_preload("auto");
        for attribute in ["playsinline", "disablepictureinpicture", "disableremoteplayback"] {
            let _ = standby.set_attribute(attribute, "");
        }
        let _ = standby.style().set_property("opacity", UNSEEN);
        let overlay = Overlay::over(video, &standby)?;
        standby.set_src(&arrival::address(url.as_str(), from));
        let first = Rc::new(Cell::new(None));
        let seen = first.clone();
        let pictures = Pictures::of(&standby, move |time| {
            // On the way to its place a browser may show the very first picture.
            if arrival::is_there(time, from) {
                seen.set(seen.get().or(Some(time)));
            }
        });
        Some(Rc::new(Self { overlay, video: standby, _url: url, first, _pictures: pictures }))
    }

    /// The media time of its first picture, once it has one. That need not be the beginning: a segment may
    /// begin with frames that are decoded and not shown.
    pub fn first_picture(&self) -> Option<f64> {
        self.first.get()
    }

    /// Begins to play, still unseen.
    pub fn play(&self) {
        if let Ok(promise) = self.video.play() {
            // It rejects when this is dropped before it plays.
            wasm_bindgen_futures::spawn_local(async move {
                let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
            });
        }
    }

    /// Lets it be seen, over `video`, which may have moved.
    pub fn raise(&self, video: &HtmlVideoElement) {
        self.overlay.place(video);
        let _ = self.video.style().set_property("opacity", "1");
    }
}

impl Drop for Standby {
    fn drop(&mut self) {
        let _ = self.video.remove_attribute("src");
        self.video.load(); // lets go of the decoder
    }
}
