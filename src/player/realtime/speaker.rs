//! What plays decoded sound: an AudioContext, straight to the speaker.
//!
//! Not through the element's stream: Chromium plays that some 50 ms later. The element has a silent track, so that its controls have
//! a volume.

use super::{decoder::Decoded, seam};
use crate::{dom::now, events::object, promise::settled, property};
use js_sys::Promise;
use std::cell::Cell;
use wasm_bindgen::prelude::*;
use web_sys::{MediaStream, MediaStreamTrack};

/// What Opus is decoded to. <https://www.w3.org/TR/webcodecs-opus-codec-registration/>
pub const SAMPLE_RATE: u32 = 48_000;

/// How much of each look is in what is known of the way to the speaker: the browser tells it in steps.
const SHARE: f64 = 0.05;

#[wasm_bindgen]
extern "C" {
    type AudioContext;

    #[wasm_bindgen(constructor, catch)]
    fn new(options: &JsValue) -> Result<AudioContext, JsValue>;

    #[wasm_bindgen(method)]
    fn resume(this: &AudioContext) -> Promise;

    #[wasm_bindgen(method)]
    fn close(this: &AudioContext) -> Promise;

    #[wasm_bindgen(method, js_name = getOutputTimestamp)]
    fn output(this: &AudioContext) -> JsValue;

    #[wasm_bindgen(method, catch, js_name = createMediaStreamDestination)]
    fn silence(this: &AudioContext) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = createGain)]
    fn gain(this: &AudioContext) -> Result<Node, JsValue>;

    #[wasm_bindgen(method, catch, js_name = createBuffer)]
    fn buffer(this: &AudioContext, channels: f64, frames: f64, rate: f64) -> Result<Buffer, JsValue>;

    #[wasm_bindgen(method, catch, js_name = createBufferSource)]
    fn source(this: &AudioContext) -> Result<Node, JsValue>;

    /// An AudioNode of any kind.
    type Node;

    #[wasm_bindgen(method, structural)]
    fn connect(this: &Node, to: &JsValue);

    #[wasm_bindgen(method, structural, catch)]
    fn start(this: &Node, at: f64) -> Result<(), JsValue>;

    type Buffer;

    #[wasm_bindgen(method, structural, js_name = getChannelData)]
    fn channel(this: &Buffer, channel: u32) -> JsValue;

    /// An AudioData.
    type Samples;

    #[wasm_bindgen(method, structural, catch, js_name = copyTo)]
    fn copy_to(this: &Samples, to: &JsValue, options: &JsValue) -> Result<(), JsValue>;
}

/// Dropping it ends all sound.
pub struct Speaker {
    context: AudioContext,
    volume: Node,
    track: MediaStreamTrack,
    /// Where the newest packet ends, by the AudioContext's clock, seconds.
    end: Cell<Option<f64>>,
    /// How long what is given to the AudioContext is on its way, ms.
    lag: Cell<Option<f64>>,
}

impl Speaker {
    pub fn open() -> Result<Self, JsValue> {
        let options = [("latencyHint", "interactive".into()), ("sampleRate", SAMPLE_RATE.into())];
        let context = AudioContext::new(&object(&options))?;
        let volume = context.gain()?;
        volume.connect(&property::get(&context, "destination"));
        let silence: MediaStream = property::get(&context.silence()?, "stream").unchecked_into();
        let track = silence.get_audio_tracks().get(0).unchecked_into();
        Ok(Self { context, volume, track, end: Cell::default(), lag: Cell::default() })
    }

    /// A track without sound.
    pub fn track(&self) -> &MediaStreamTrack {
        &self.track
    }

    /// Begins to play, if the page may.
    pub fn resume(&self) {
        settled(&self.context.resume(), |_| {});
    }

    pub fn is_running(&self) -> bool {
        property::get(&self.context, "state") == *"running"
    }

    /// From 0 to 1.
    pub fn set_volume(&self, volume: f64) {
        property::set(&property::get(&self.volume, "gain"), "value", &volume.into());
    }

    /// What comes next does not follow what was played last.
    pub fn begin_anew(&self) {
        self.end.take();
    }

    /// How long it takes from the AudioContext to the speaker, ms.
    pub fn lag(&self) -> f64 {
        let output = self.context.output();
        let number = |name| property::get(&output, name).as_f64().unwrap_or(0.0);
        let (heard, at) = (number("contextTime"), number("performanceTime"));
        // Nothing has been heard yet; or WebKitGTK 2.50 has added one to the other.
        if at == 0.0 || at > now() + heard * 500.0 {
            return self.lag.get().unwrap_or(0.0);
        }
        let lag = ((self.time() - heard) * 1e3 - (now() - at)).max(0.0);
        let before = self.lag.get().unwrap_or(lag);
        let lag = before + (lag - before) * SHARE;
        self.lag.set(Some(lag));
        lag
    }

    fn time(&self) -> f64 {
        property::get(&self.context, "currentTime").as_f64().unwrap_or(0.0)
    }

    /// Plays it in so many ms, or as near to that as makes no seam.
    pub fn play(&self, data: &Decoded, wait: f64) -> Result<(), JsValue> {
        let [frames, channels, rate] =
            ["numberOfFrames", "numberOfChannels", "sampleRate"].map(|name| data.number(name));
        let buffer = self.context.buffer(channels, frames, rate)?;
        for channel in 0..channels as u32 {
            let options = object(&[("planeIndex", channel.into()), ("format", "f32-planar".into())]);
            data.as_js().unchecked_ref::<Samples>().copy_to(&buffer.channel(channel), &options)?;
        }
        let now = self.time();
        let Some(place) = seam::place(self.end.get(), now + wait / 1e3, now) else { return Ok(()) };
        let source = self.context.source()?;
        property::set(&source, "buffer", &buffer);
        property::set(&property::get(&source, "playbackRate"), "value", &place.rate.into());
        source.connect(&self.volume);
        source.start(place.at)?;
        self.end.set(Some(place.at + frames / rate / place.rate));
        Ok(())
    }
}

impl Drop for Speaker {
    fn drop(&mut self) {
        self.track.stop();
        settled(&self.context.close(), |_| {});
    }
}
