//! A page's half of a test: the relay beside it, a moving picture, events as futures.
#![allow(dead_code, reason = "each test file uses its own part of it")]

use blobcast::{Recording, Viewing, start_recording, start_viewing};
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    CanvasRenderingContext2d, Document, Event, EventTarget, HtmlCanvasElement, HtmlVideoElement, MediaStream,
    Response,
};

pub fn document() -> Document {
    web_sys::window().and_then(|window| window.document()).expect("a page")
}

/// The relay that the test runner has started: it writes the relay's line of JSON beside the tests.
pub async fn relay() -> String {
    let window = web_sys::window().expect("a page");
    let answer = JsFuture::from(window.fetch_with_str("/tests/relay.json"))
        .await
        .expect("npm run test:browser starts a relay");
    let json = answer.unchecked_into::<Response>().json().expect("a body");
    get(&JsFuture::from(json).await.expect("JSON"), "url").as_string().expect("a URL")
}

pub fn get(object: &JsValue, field: &str) -> JsValue {
    Reflect::get(object, &field.into()).expect("an object")
}

/// A recording that has started.
pub async fn record(stream: &JsValue, options: &JsValue, events: EventTarget) -> Result<Recording, JsValue> {
    let recording = start_recording(stream, options, events)?;
    JsFuture::from(recording.started()).await?;
    Ok(recording)
}

/// A viewing that has started.
pub async fn view(video: &JsValue, options: &JsValue, events: EventTarget) -> Result<Viewing, JsValue> {
    let viewing = start_viewing(video, options, events)?;
    JsFuture::from(viewing.started()).await?;
    Ok(viewing)
}

/// An options object.
pub fn options<const N: usize>(fields: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &name.into(), &value).expect("a plain object");
    }
    object.into()
}

/// A name that no other test broadcasts under.
pub fn fresh_name() -> JsValue {
    format!("test-{:.0}", js_sys::Math::random() * 1e15).into()
}

/// A canvas whose colour changes as long as it is kept.
pub struct MovingPicture {
    pub stream: MediaStream,
    _drawing: gloo_timers::callback::Interval,
}

impl MovingPicture {
    pub fn new() -> Self {
        let canvas: HtmlCanvasElement =
            document().create_element("canvas").expect("a canvas").unchecked_into();
        canvas.set_width(160);
        canvas.set_height(90);
        let context = canvas
            .get_context("2d")
            .expect("no error")
            .expect("2d")
            .unchecked_into::<CanvasRenderingContext2d>();
        let mut step = 0_u32;
        let draw = move || {
            step += 1;
            context.set_fill_style_str(&format!("hsl({} 80% 50%)", step * 7 % 360));
            context.fill_rect(0.0, 0.0, 160.0, 90.0);
        };
        let stream = canvas.capture_stream().expect("captureStream");
        Self { stream, _drawing: gloo_timers::callback::Interval::new(33, draw) }
    }

    /// The stream itself. (`stream.clone()` would be the DOM's, with tracks of its own.)
    pub fn stream(&self) -> JsValue {
        JsValue::from(&self.stream)
    }
}

/// A video in the page; gone when dropped.
pub struct Video(pub HtmlVideoElement);

impl Video {
    pub fn new() -> Self {
        let video: HtmlVideoElement = document().create_element("video").expect("a video").unchecked_into();
        document().body().expect("a body").append_child(&video).expect("room");
        Self(video)
    }
}

impl Drop for Video {
    fn drop(&mut self) {
        self.0.remove();
    }
}

/// Hears every event of a kind from now on.
pub struct Heard {
    target: EventTarget,
    kind: &'static str,
    events: Array,
    wake: Closure<dyn FnMut(Event)>,
}

impl Heard {
    pub fn new(target: &EventTarget, kind: &'static str) -> Self {
        let events = Array::new();
        let all = events.clone();
        let wake = Closure::new(move |event: Event| {
            all.push(&get(&event, "detail"));
        });
        target.add_event_listener_with_callback(kind, wake.as_ref().unchecked_ref()).expect("a listener");
        Self { target: target.clone(), kind, events, wake }
    }

    /// The `detail` of each event so far.
    pub fn details(&self) -> Vec<JsValue> {
        self.events.iter().collect()
    }

    /// Waits until one of the details is as wanted.
    pub async fn until(&self, wanted: impl Fn(&JsValue) -> bool) {
        while !self.details().iter().any(&wanted) {
            next(&self.target, self.kind).await;
        }
    }
}

impl Drop for Heard {
    fn drop(&mut self) {
        let listener: &Function = self.wake.as_ref().unchecked_ref();
        self.target.remove_event_listener_with_callback(self.kind, listener).expect("was there");
    }
}

/// Waits for the next event of a kind.
pub async fn next(target: &EventTarget, kind: &str) {
    let options = web_sys::AddEventListenerOptions::new();
    options.set_once(true);
    let promise = Promise::new(&mut |resolve, _| {
        target
            .add_event_listener_with_callback_and_add_event_listener_options(kind, &resolve, &options)
            .expect("a listener");
    });
    JsFuture::from(promise).await.expect("never rejects");
}

/// Waits until the video's time has passed `seconds`.
pub async fn until_time(video: &HtmlVideoElement, seconds: f64) {
    while video.current_time() <= seconds {
        next(video, "timeupdate").await;
    }
}
