//! How a viewing is doing, for a page that shows it.

use super::{Player, latency, stage::Showing};
use crate::{dom::now, events::object};
use wasm_bindgen::JsValue;

impl Player {
    /// Times in ms, rates in bits per second.
    pub fn stats(&self) -> JsValue {
        let link = self.link.borrow().clone();
        let past = self.past.borrow().clone();
        let relay =
            link.as_ref().and_then(|link| link.relay_time()).or(past.and_then(|past| past.relay_time()));
        let screen = self.screen();
        let shown = screen.as_ref().and_then(|screen| screen.showing());
        let latency = shown.zip(relay).map(|((segment, time), relay)| latency::measure(segment, time, relay));
        let showing = self.showing.borrow();
        let of_showing = |text: fn(&Showing) -> &str| {
            showing.as_ref().map_or(JsValue::NULL, |showing| text(showing).into())
        };
        let mut received = self.received.borrow_mut();
        object(&[
            ("segment", shown.map_or(0.0, |(segment, _)| segment as f64).into()),
            ("bytes", (received.total() as f64).into()),
            ("bitrate", received.bits_per_second(now()).into()),
            ("latency", latency.map_or(JsValue::NULL, |latency| latency.ms.into())),
            ("clockTrusted", latency.is_some_and(|latency| latency.is_trusted).into()),
            ("buffered", screen.map_or(0.0, |screen| screen.ahead() * 1e3).into()),
            ("restarts", self.segments.get().saturating_sub(1).into()),
            ("skips", self.skips.get().into()),
            ("mimeType", of_showing(|showing| &showing.mime)),
            ("mode", of_showing(|showing| showing.mode.as_str())),
            ("muted", self.playback.video.muted().into()),
            ("viewers", self.viewers.get().into()),
            ("roundTrip", link.and_then(|link| link.round_trip()).into()),
            ("url", self.settings.target.relays.url().into()),
        ])
    }
}
