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
mod deferred;
mod dom;
mod error;
mod events;
mod lean;
mod link;
mod meter;
mod options;
mod player;
mod recorder;
#[cfg(all(test, target_arch = "wasm32"))]
mod testing;
mod timers;

use player::Player;
use recorder::Recorder;
use std::{fmt, rc::Rc};
use wasm_bindgen::prelude::*;
use web_sys::EventTarget;

/// Panics become readable messages on the console.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(console_error_panic_hook::hook));
}

/// A recording that goes on until it is stopped or freed.
#[wasm_bindgen]
pub struct Recording(Rc<Recorder>);

/// Records `media_stream` and broadcasts it; `events` hears "state", "error" and "stats".
///
/// # Errors
/// A JavaScript `Error` whose `name` says the kind.
#[wasm_bindgen(js_name = startRecording)]
pub async fn start_recording(
    media_stream: JsValue,
    options: JsValue,
    events: EventTarget,
) -> Result<Recording, JsValue> {
    Recorder::start(&media_stream, &options, events).await.map(Recording)
}

#[wasm_bindgen]
impl Recording {
    /// "connecting", "live", "reconnecting", "ended" or "stopped".
    #[wasm_bindgen(getter)]
    pub fn state(&self) -> String {
        self.0.state().as_str().to_owned()
    }

    /// A plain object with what is going on.
    pub fn stats(&self) -> JsValue {
        self.0.stats()
    }

    /// Records another stream from now on. Done when it is sent.
    ///
    /// # Errors
    /// A JavaScript `Error` whose `name` says the kind.
    #[wasm_bindgen(js_name = replaceStream)]
    pub async fn replace_stream(&self, media_stream: JsValue) -> Result<(), JsValue> {
        let replaced = self.0.replace_stream(&media_stream).map_err(|error| error.to_js())?;
        replaced.await.map(drop)
    }

    /// Ends the recording with everything that was recorded delivered.
    ///
    /// # Errors
    /// Never.
    pub async fn stop(&self) -> Result<(), JsValue> {
        self.0.stop().await.map(drop)
    }
}

/// A viewing that goes on until it is stopped or freed.
#[wasm_bindgen]
pub struct Viewing(Rc<Player>);

/// Plays a broadcast on `video`; `events` hears "state", "error", "stats" and "muted".
///
/// # Errors
/// A JavaScript `Error` whose `name` says the kind.
#[wasm_bindgen(js_name = startViewing)]
pub async fn start_viewing(
    video: JsValue,
    options: JsValue,
    events: EventTarget,
) -> Result<Viewing, JsValue> {
    Player::start(&video, &options, events).await.map(Viewing)
}

#[wasm_bindgen]
impl Viewing {
    /// "connecting", "waiting", "live", "reconnecting", "ended" or "stopped".
    #[wasm_bindgen(getter)]
    pub fn state(&self) -> String {
        self.0.state().as_str().to_owned()
    }

    /// A plain object with what is going on.
    pub fn stats(&self) -> JsValue {
        self.0.stats()
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
