//! When a picture is on screen.

use crate::{
    callback::Hear,
    cell::RefCell,
    dom::{Listener, now},
    property,
};
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use web_sys::{Event, HtmlVideoElement};

#[wasm_bindgen]
extern "C" {
    /// `requestVideoFrameCallback`, which web-sys does not have. Chromium 83, Safari 15.4, Firefox 132.
    type FrameCallbacks;

    #[wasm_bindgen(method, getter, js_name = requestVideoFrameCallback)]
    fn available(this: &FrameCallbacks) -> JsValue;

    #[wasm_bindgen(method, js_name = requestVideoFrameCallback)]
    fn request(this: &FrameCallbacks, callback: &js_sys::Function) -> u32;

    #[wasm_bindgen(method, js_name = cancelVideoFrameCallback)]
    fn cancel(this: &FrameCallbacks, handle: u32);
}

/// A picture on screen.
#[derive(Clone, Copy, Debug)]
pub struct Picture {
    /// Its media time, seconds.
    pub time: f64,
    /// When it was told, by the page's clock, ms. All that is told for the same painting of the page has the same time.
    pub told: f64,
}

/// Takes the time of the call, and the metadata of the frame.
type FrameCallback = Closure<dyn FnMut(f64, JsValue)>;

/// Calls once with the video's next picture on screen; dropped, it does not.
///
/// Without `requestVideoFrameCallback` it waits for `timeupdate`, a little later than the picture.
#[must_use = "dropping it cancels the call"]
pub struct NextPicture {
    video: HtmlVideoElement,
    /// `None` where the browser has no frame callbacks.
    request: Option<(u32, FrameCallback)>,
    _fallback: Option<Listener>,
}

impl NextPicture {
    pub fn of(video: &HtmlVideoElement, shown: impl Fn(Picture) + 'static) -> Self {
        let frames: &FrameCallbacks = video.unchecked_ref();
        if frames.available().is_undefined() {
            let element = video.clone();
            let fallback = Listener::new(video, "timeupdate", move |_: Event| {
                shown(Picture { time: element.current_time(), told: now() });
            });
            return Self { video: video.clone(), request: None, _fallback: Some(fallback) };
        }
        let callback = FrameCallback::new(move |told, metadata: JsValue| {
            let time = property::get(&metadata, "mediaTime").as_f64().unwrap_or(f64::INFINITY);
            shown(Picture { time, told });
        });
        let handle = frames.request(callback.as_ref().unchecked_ref());
        Self { video: video.clone(), request: Some((handle, callback)), _fallback: None }
    }
}

impl Drop for NextPicture {
    fn drop(&mut self) {
        if let Some((handle, _)) = &self.request {
            self.video.unchecked_ref::<FrameCallbacks>().cancel(*handle);
        }
    }
}

/// Tells every picture that comes on screen, until it is dropped.
#[must_use = "dropping it ends the telling"]
pub struct EachPicture {
    me: Weak<Self>,
    video: HtmlVideoElement,
    next: RefCell<Option<NextPicture>>,
    shown: Box<dyn Hear<Picture>>,
}

impl EachPicture {
    pub fn of(video: &HtmlVideoElement, shown: impl Fn(Picture) + 'static) -> Rc<Self> {
        let pictures = Rc::new_cyclic(|me: &Weak<Self>| Self {
            me: me.clone(),
            video: video.clone(),
            next: RefCell::default(),
            shown: Box::new(shown),
        });
        pictures.wait();
        pictures
    }

    fn wait(&self) {
        let me = self.me.clone();
        let next = NextPicture::of(&self.video, move |picture| {
            if let Some(pictures) = me.upgrade() {
                pictures.shown.hear(picture);
                // The answer may have been to drop this.
                if Rc::strong_count(&pictures) > 1 {
                    pictures.wait();
                }
            }
        });
        self.next.replace(Some(next));
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::testing::{MovingPicture, let_things_happen};
    use std::{cell::Cell, rc::Rc};
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    async fn a_dropped_request_is_not_answered() {
        let picture = MovingPicture::new();
        let video = picture.on_screen().await;
        let calls = [Rc::new(Cell::new(0)), Rc::new(Cell::new(0))];
        let [kept, dropped] = calls.each_ref().map(|calls| {
            let calls = calls.clone();
            NextPicture::of(&video, move |_| calls.set(calls.get() + 1))
        });
        drop(dropped);
        while calls[0].get() == 0 {
            let_things_happen().await;
        }
        assert_eq!((calls[1].get(), Rc::strong_count(&calls[1])), (0, 1));
        drop(kept);
        assert_eq!(Rc::strong_count(&calls[0]), 1, "what it held is gone");
        video.remove();
    }
}
