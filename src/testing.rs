//! What the tests of guards have in common: a moving picture, waiting for events, and whether the page complains.

use crate::cell::RefCell;
use crate::dom::{Listener, document, window};
use js_sys::{Promise, Reflect};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    CanvasRenderingContext2d, Event, EventTarget, HtmlCanvasElement, HtmlVideoElement, MediaStream,
};

/// Waits for the next event of a kind.
pub async fn next(target: &EventTarget, kind: &'static str) {
    let (promise, resolve) = pending();
    let heard = Listener::new(target, kind, move |_: Event| {
        let _ = resolve.call0(&JsValue::UNDEFINED);
    });
    JsFuture::from(promise).await.expect("never rejects");
    drop(heard);
}

/// Lets everything happen that is due by now: events, promises, what these lead to.
pub async fn let_things_happen() {
    for _ in 0..3 {
        let (promise, resolve) = pending();
        let timer = gloo_timers::callback::Timeout::new(10, move || {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        });
        JsFuture::from(promise).await.expect("never rejects");
        drop(timer);
    }
}

fn pending() -> (Promise, js_sys::Function) {
    let mut resolve = None;
    let promise = Promise::new(&mut |resolves, _| resolve = Some(resolves));
    (promise, resolve.expect("called at once"))
}

/// The relay that the test runner has started: it writes the relay's line of JSON beside the tests.
pub async fn relay() -> String {
    let answer = JsFuture::from(window().fetch_with_str("/tests/relay.json")).await;
    let answer: web_sys::Response = answer.expect("npm run test:browser starts a relay").unchecked_into();
    let json = JsFuture::from(answer.json().expect("a body")).await.expect("JSON");
    let url = Reflect::get(&json, &"url".into()).ok().and_then(|url| url.as_string()).expect("a URL");
    url.replacen("http", "ws", 1).trim_end_matches('/').to_owned()
}

/// A canvas whose colour changes for as long as this is kept.
pub struct MovingPicture {
    pub stream: MediaStream,
    _drawing: gloo_timers::callback::Interval,
}

impl MovingPicture {
    pub fn new() -> Self {
        let canvas: HtmlCanvasElement =
            document().create_element("canvas").expect("a canvas").unchecked_into();
        let context = canvas.get_context("2d").expect("no error").expect("2d");
        let context: CanvasRenderingContext2d = context.unchecked_into();
        let mut step = 0_u32;
        let draw = move || {
            step += 1;
            context.set_fill_style_str(&format!("hsl({} 80% 50%)", step * 7 % 360));
            context.fill_rect(0.0, 0.0, 300.0, 150.0);
        };
        let stream = canvas.capture_stream().expect("captureStream");
        Self { stream, _drawing: gloo_timers::callback::Interval::new(33, draw) }
    }

    /// A video in the page that plays it.
    pub async fn on_screen(&self) -> HtmlVideoElement {
        let video: HtmlVideoElement = document().create_element("video").expect("a video").unchecked_into();
        document().body().expect("a body").append_child(&video).expect("room");
        video.set_muted(true);
        video.set_src_object(Some(&self.stream));
        JsFuture::from(video.play().expect("plays")).await.expect("plays");
        while video.video_width() == 0 || video.ready_state() < 2 {
            next(&video, "timeupdate").await;
        }
        video
    }
}

/// Collects what the page would see as an error: exceptions and rejections that nobody handles.
pub struct PageErrors {
    seen: Rc<RefCell<Vec<String>>>,
    _listeners: [Listener; 2],
}

impl PageErrors {
    pub fn watch() -> Self {
        let seen: Rc<RefCell<Vec<String>>> = Rc::default();
        let note = |field: &'static str| {
            let seen = seen.clone();
            move |event: Event| {
                let what = Reflect::get(&event, &field.into()).unwrap_or_default();
                seen.borrow_mut().push(format!("{}: {what:?}", event.type_()));
            }
        };
        let listeners = [
            Listener::new(&window(), "error", note("message")),
            Listener::new(&window(), "unhandledrejection", note("reason")),
        ];
        Self { seen, _listeners: listeners }
    }

    /// What was seen until now and in a moment.
    pub async fn seen(&self) -> Vec<String> {
        let_things_happen().await;
        self.seen.borrow().clone()
    }
}

mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    async fn a_rejection_that_nobody_handles_is_seen() {
        let errors = PageErrors::watch();
        let handled = Promise::reject(&"handled".into());
        JsFuture::from(handled).await.expect_err("rejected");
        assert_eq!(errors.seen().await.len(), 0);
        let prevented =
            Listener::new(&window(), "unhandledrejection", |event: Event| event.prevent_default());
        drop(Promise::reject(&"nobody handles this".into()));
        assert_eq!(errors.seen().await.len(), 1);
        drop(prevented);
    }
}
