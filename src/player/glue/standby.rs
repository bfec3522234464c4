//! A second video that has the next source ready, and covers the change of the first.

use super::{arrival, meeting::Seen};
use crate::{
    cell::RefCell,
    dom::{ObjectUrl, create},
    lean,
    player::{next_picture::EachPicture, overlay::Overlay},
    promise::settled,
};
use std::{cell::Cell, rc::Rc};
use web_sys::HtmlVideoElement;

/// Nobody sees it, and yet it is painted: what is not painted, Chromium needs some frames to begin with, and the
/// page would show through them.
const UNSEEN: &str = "0.001";

/// The rate changes by this for each second that the standby is off: a frame of 30 a second is made up for in five. It is not
/// heard, but may be seen.
const GAIN: f64 = 10.0;
const SLOWEST: f64 = 0.5;
const FASTEST: f64 = 2.0;

/// A silent video over the viewer's, at first unseen and paused at the picture where the next source is to go
/// on. Dropping it takes it away, with its source.
#[must_use = "dropping a standby takes it away"]
pub struct Standby {
    overlay: RefCell<Option<Overlay>>,
    pub video: HtmlVideoElement,
    _url: ObjectUrl,
    seen: Rc<Cell<Seen>>,
    pictures: RefCell<Option<Rc<EachPicture>>>,
}

impl Standby {
    /// Loads a source over `video`, at `from` seconds. `on_picture` is called when a picture has come, with the page's time, ms. `None` where the
    /// video is not in a page.
    pub fn over(
        video: &HtmlVideoElement,
        url: ObjectUrl,
        from: f64,
        on_picture: impl Fn(f64) + 'static,
    ) -> Option<Rc<Self>> {
        let standby: HtmlVideoElement = create("video")?;
        standby.set_muted(true);
        standby.set_preload("auto");
        for attribute in ["playsinline", "disablepictureinpicture", "disableremoteplayback"] {
            let _ = standby.set_attribute(attribute, "");
        }
        let _ = standby.style().set_property("opacity", UNSEEN);
        let overlay = Overlay::over(video, &standby)?;
        standby.set_src(&arrival::address(url.as_str(), from));
        let seen: Rc<Cell<Seen>> = Rc::default();
        let pictures = {
            let seen = seen.clone();
            EachPicture::of(&standby, move |picture| {
                // On the way to its place a browser may show the very first picture.
                if arrival::is_there(picture.time, from) {
                    Seen::note(&seen, picture);
                    on_picture(picture.told);
                }
            })
        };
        Some(Rc::new(Self {
            overlay: RefCell::new(Some(overlay)),
            video: standby,
            _url: url,
            seen,
            pictures: RefCell::new(Some(pictures)),
        }))
    }

    /// Its pictures until now. The first need not be the beginning: a segment may begin with frames that are decoded
    /// and not shown.
    pub fn seen(&self) -> Seen {
        self.seen.get()
    }

    /// Begins to play, still unseen.
    pub fn play(&self) {
        if let Ok(promise) = self.video.play() {
            // It rejects when this is dropped before it plays.
            settled(&promise, |_| {});
        }
    }

    /// Goes on to a place so many seconds further on, by its rate.
    pub fn approach(&self, by: f64) {
        self.video.set_playback_rate(lean::clamp(1.0 + by * GAIN, SLOWEST, FASTEST));
    }

    /// Lets it be seen, over `video`, which may have moved.
    pub fn raise(&self, video: &HtmlVideoElement) {
        if let Some(overlay) = &*self.overlay.borrow() {
            overlay.place(video);
        }
        let _ = self.video.style().set_property("opacity", "1");
    }

    /// Is seen no more. Its source is kept until it is dropped: in a frame callback, that would make Firefox 153 paint
    /// nothing any more, if the page awaits frames of it.
    pub fn withdraw(&self) {
        self.pictures.take();
        self.overlay.take();
    }
}

impl Drop for Standby {
    fn drop(&mut self) {
        self.withdraw(); // first: frames of a source that goes must not be awaited
        let _ = self.video.remove_attribute("src");
        self.video.load(); // lets go of the decoder
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::{
        dom::window,
        testing::{MovingPicture, PageErrors, let_things_happen},
    };
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    async fn it_lies_silent_and_unseen_over_the_video_until_it_is_raised_and_dropped_it_is_gone() {
        let errors = PageErrors::watch();
        let video = MovingPicture::new().on_screen().await;
        let url = ObjectUrl::for_blob(&web_sys::Blob::new().expect("a blob")).expect("a URL");
        let address = url.as_str().to_owned();
        let standby = Standby::over(&video, url, 1.5, |_| ()).expect("a place in the page");
        let element = standby.video.clone();
        assert!(element.muted() && element.src() == format!("{address}#t=1.500"));
        assert_eq!(
            (element.client_width(), element.offset_left()),
            (video.client_width(), video.offset_left())
        );
        let opacity = || element.style().get_property_value("opacity").expect("a style");
        assert_eq!(opacity(), UNSEEN);
        standby.play();
        standby.raise(&video);
        assert_eq!(opacity(), "1");
        assert!(standby.seen().newest().is_none(), "there is nothing to see");
        drop(standby);
        assert!(!element.is_connected() && !element.has_attribute("src"));
        wasm_bindgen_futures::JsFuture::from(window().fetch_with_str(&address)).await.expect_err("revoked");
        let_things_happen().await;
        assert!(errors.seen().await.is_empty());
        video.remove();
    }
}
