//! The options of `startViewing`.

use super::{
    mode::{self, Wanted},
    past::Moment,
};
use crate::{
    error::Error,
    link::Target,
    options::{Options, wrong},
};
use blobcast_wire::Role;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlVideoElement;

/// Everything that a viewing was asked for.
pub struct Settings {
    pub target: Target,
    pub mode: Wanted,
    /// Seconds to keep ahead of the playhead, in mode `mse`, or from capture to screen, in `realtime`; `None`: as little as does.
    pub target_latency: Option<f64>,
    /// Where to begin, if not with what is live.
    pub from: Option<Moment>,
    /// ms until connecting is given up.
    pub connect_timeout: u32,
    /// Whether the page wants to hear the whole story.
    pub debug: bool,
}

impl Settings {
    pub fn read(options: &JsValue) -> Result<Self, Error> {
        let options = Options::of(options)?;
        let mode = options.string("mode", r#""auto", "mse", "glue" or "realtime""#)?;
        let target_latency = options.number("targetLatency", 50.0..=20_000.0, "ms")?.map(|ms| ms / 1000.0);
        let from = options.get("from").map(|value| Moment::read("from", &value)).transpose()?;
        if from.is_some() {
            mode::check_rewinding()?;
        }
        Ok(Self {
            target: Target {
                relays: options.relays()?,
                role: Role::View,
                name: options.name()?,
                token: options.token()?,
            },
            mode: Wanted::read(mode.as_deref(), target_latency)?,
            target_latency,
            from,
            connect_timeout: options.connect_timeout()?,
            debug: options.debug()?,
        })
    }
}

/// The element to view on.
pub fn video(value: &JsValue) -> Result<HtmlVideoElement, Error> {
    value.dyn_ref().cloned().ok_or_else(|| wrong("video", "a <video> element"))
}
