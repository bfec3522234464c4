//! What is done about a line that is too narrow, and who hears of it.

use super::{Recorder, Recording, formats::Format, run::Run};
use crate::{dom::now, events::object};
use wasm_bindgen::JsValue;
use web_sys::MediaStream;

/// Bitrates that are less than what was asked for.
pub struct Limits {
    video: Option<u32>,
    pub audio: Option<u32>,
}

impl Limits {
    /// The format with these.
    pub fn of(&self, format: &Format) -> Format {
        Format {
            video_bits_per_second: self.video.or(format.video_bits_per_second),
            audio_bits_per_second: self.audio.or(format.audio_bits_per_second),
            ..format.clone()
        }
    }
}

impl Recorder {
    /// The bitrates of the run of a stream that begins now.
    pub(super) fn next_rates(&self, stream: &MediaStream) -> Limits {
        let asked = self.settings.rates(stream);
        let mut bitrate = self.bitrate.borrow_mut();
        bitrate.next_run(asked, &self.line.borrow(), now());
        let rates = bitrate.of(asked);
        // What is as it was asked for is left to the browser, which has its own idea of no answer.
        Limits {
            video: (rates.video < asked.video).then_some(rates.video),
            audio: (rates.audio < asked.audio).then_some(rates.audio),
        }
    }

    /// Whether a run is to make room for a smaller one before its time.
    pub(super) fn wants_less(&self, run: &Run) -> bool {
        let asked = self.settings.rates(&self.source.stream());
        self.bitrate.borrow().wants_less(asked, &self.line.borrow(), run.age(), now())
    }

    /// Gives up the rest of a segment, whole. The next one begins when the line is free.
    pub(super) fn give_up(&self, recording: &Recording) {
        if recording.segment().is_some() {
            self.bitrate.borrow_mut().give_up();
        }
        self.end_segment(recording, true);
        if self.replacement.borrow().is_none() {
            // What a next one has gathered is as late.
            self.runs.borrow_mut().truncate(1);
        }
        self.tell_congestion();
    }

    /// Tells the page what has become of the bitrate, if something has. A handler may stop the recording.
    pub(super) fn tell_congestion(&self) {
        let Some(change) = self.bitrate.borrow_mut().take_change() else { return };
        let detail = object(&[
            ("state", change.as_str().into()),
            ("congestion", self.congestion().into()),
            ("videoBitsPerSecond", self.video_bits_per_second()),
            ("cutShort", self.bitrate.borrow().cut_short().into()),
        ]);
        self.events.dispatch("congestion", &detail);
    }

    /// How late what is on its way is, ms.
    pub(super) fn congestion(&self) -> f64 {
        self.line.borrow().lateness(now())
    }

    /// What the newest run was asked for; `null` if there is no picture.
    pub(super) fn video_bits_per_second(&self) -> JsValue {
        match self.bitrate.borrow().of(self.settings.rates(&self.source.stream())).video {
            0 => JsValue::NULL,
            video => video.into(),
        }
    }

    /// The best round trip to the relay, ms.
    pub(super) fn round_trip(&self) -> f64 {
        self.link().and_then(|link| link.round_trip()).unwrap_or(0.0)
    }
}
