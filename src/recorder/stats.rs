//! How a recording is doing, for a page that shows it.

use super::Recorder;
use crate::{dom::now, events::object};
use wasm_bindgen::JsValue;

impl Recorder {
    /// Times in ms, rates in bits per second.
    pub fn stats(&self) -> JsValue {
        let link = self.link();
        let round_trip = link.as_ref().and_then(|link| link.round_trip());
        let runs = self.runs.borrow();
        let mime = runs.first().map(|front| front.mime());
        let (segment, ..) = self.have.get();
        let mut sent = self.sent.borrow_mut();
        object(&[
            ("segment", (segment as f64).into()),
            ("bytes", (sent.total() as f64).into()),
            ("bitrate", sent.bits_per_second(now()).into()),
            ("restarts", self.segments.get().saturating_sub(1).into()),
            ("mimeType", mime.map_or(JsValue::NULL, JsValue::from)),
            ("viewers", self.viewers.get().into()),
            ("roundTrip", round_trip.into()),
            ("url", self.settings.target.relays.url().into()),
            ("kept", (self.outbox.borrow().bytes() as f64).into()),
            ("bufferedAmount", link.map_or(0, |link| link.buffered_amount()).into()),
            ("congestion", self.congestion().into()),
            ("videoBitsPerSecond", self.video_bits_per_second()),
            ("cutShort", self.bitrate.borrow().cut_short().into()),
        ])
    }
}
