//! Live video from a browser tab to many browser tabs, over plain WebSockets.
//!
//! This crate is the browser half, built into the npm package `blobcast`. `src/js/index.js` is what a page
//! imports; it loads this module and hands every call on:
//!
//! ```text
//! startRecording ─► Recorder ─► Link ─► relay ─► Link ─► Player ◄─ startViewing
//! ```
//!
//! Files that touch no browser object decide, the ones beside them act. The deciding ones are tested natively,
//! the rest in real browsers (tests/).

mod bytes;
mod callback;
mod cell;
mod dom;
mod error;
mod events;
mod lean;
mod link;
mod meter;
mod options;
mod player;
mod promise;
mod property;
mod recorder;
#[cfg(all(test, target_arch = "wasm32"))]
mod testing;
mod timers;

use js_sys::Promise;
use player::Player;
use recorder::Recorder;
use std::{fmt, rc::Rc};
use wasm_bindgen::prelude::*;
use web_sys::EventTarget;

/// In place of the standard library's dlmalloc, which is built for speed and costs 3 KB more, gzipped. Both join what is free with
/// what is free beside it, so that the memory does not grow.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Panics become readable messages on the console.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(console_error_panic_hook::hook));
}

/// A recording that goes on until it is stopped or freed.
#[wasm_bindgen]
pub struct Recording(Rc<Recorder>);

/// Begins to record `media_stream` and to broadcast it; `events` hears "state", "error" and "stats".
///
/// # Errors
/// A JavaScript `Error` whose `name` says the kind.
#[wasm_bindgen(js_name = startRecording)]
pub fn start_recording(
    media_stream: &JsValue,
    options: &JsValue,
    events: EventTarget,
) -> Result<Recording, JsValue> {
    Recorder::start(media_stream, options, events).map(Recording).map_err(|error| error.to_js())
}

#[wasm_bindgen]
impl Recording {
    /// Resolves when the relay has the first piece, or when the source stands still and gives none. Whoever starts a
    /// recording waits for this.
    pub fn started(&self) -> Promise {
        self.0.started()
    }

    /// "connecting", "waiting", "live", "reconnecting", "ended" or "stopped".
    #[wasm_bindgen(getter)]
    pub fn state(&self) -> JsValue {
        self.0.state().as_str().into()
    }

    /// A plain object with what is going on.
    pub fn stats(&self) -> JsValue {
        self.0.stats()
    }

    /// Records another stream from now on. Resolves when it is sent.
    ///
    /// # Errors
    /// A JavaScript `Error` whose `name` says the kind. The promise is rejected with such a one.
    #[wasm_bindgen(js_name = replaceStream)]
    pub fn replace_stream(&self, media_stream: &JsValue) -> Result<Promise, JsValue> {
        self.0.replace_stream(media_stream).map_err(|error| error.to_js())
    }

    /// Ends the recording with everything that was recorded delivered; one that has not started yet at once.
    pub fn stop(&self) -> Promise {
        self.0.stop()
    }
}

/// A viewing that goes on until it is stopped or freed.
#[wasm_bindgen]
pub struct Viewing(Rc<Player>);

/// Begins to play a broadcast on `video`; `events` hears "state", "error", "stats" and "muted".
///
/// # Errors
/// A JavaScript `Error` whose `name` says the kind.
#[wasm_bindgen(js_name = startViewing)]
pub fn start_viewing(video: &JsValue, options: &JsValue, events: EventTarget) -> Result<Viewing, JsValue> {
    Player::start(video, options, events).map(Viewing).map_err(|error| error.to_js())
}

#[wasm_bindgen]
impl Viewing {
    /// Resolves when the relay has said whether there is something to see. Whoever starts a viewing waits for this.
    pub fn started(&self) -> Promise {
        self.0.started()
    }

    /// "connecting", "waiting", "live", "reconnecting", "replaying", "ended" or "stopped".
    #[wasm_bindgen(getter)]
    pub fn state(&self) -> JsValue {
        self.0.state().as_str().into()
    }

    /// A plain object with what is going on.
    pub fn stats(&self) -> JsValue {
        self.0.stats()
    }

    /// Plays from a moment on: a `Date`, or seconds before now as a number below 0. Resolves when that is there.
    ///
    /// # Errors
    /// A JavaScript `Error` whose `name` says the kind. The promise is rejected with such a one.
    pub fn seek(&self, moment: &JsValue) -> Result<Promise, JsValue> {
        self.0.seek(moment).map_err(|error| error.to_js())
    }

    /// Resolves with `{ from, to }`, when what can be played begins and ends, or with `null` where nothing is kept.
    pub fn seekable(&self) -> Promise {
        self.0.seekable()
    }

    /// Plays what is live.
    #[wasm_bindgen(js_name = goLive)]
    pub fn go_live(&self) {
        self.0.go_live();
    }

    /// Lets go of the element and of everything else.
    pub fn stop(&self) {
        self.0.stop();
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Recording").field(&self.0.state()).finish()
    }
}

impl fmt::Debug for Viewing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Viewing").field(&self.0.state()).finish()
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
