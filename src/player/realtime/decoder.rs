//! WebCodecs' decoders, which web-sys has as unstable only. <https://www.w3.org/TR/webcodecs/>

use crate::{
    callback::{Callback, Hear},
    dom::window,
    events::object,
    lean,
    player::mode::has_sound,
    property,
};
use blobcast_container::Frame;
use js_sys::Array;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// A VideoDecoder or an AudioDecoder: they differ in what they take and give.
    type Js;

    #[wasm_bindgen(method, structural, catch)]
    fn configure(this: &Js, config: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(method, structural, catch)]
    fn decode(this: &Js, chunk: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(method, structural, catch)]
    fn reset(this: &Js) -> Result<(), JsValue>;

    /// Also of a VideoFrame and of an AudioData.
    #[wasm_bindgen(method, structural, catch)]
    fn close(this: &Js) -> Result<(), JsValue>;

    #[wasm_bindgen(js_namespace = Reflect, catch)]
    fn construct(class: &JsValue, arguments: &Array) -> Result<JsValue, JsValue>;
}

/// A new object of the page's class with this name, out of one argument.
pub fn make(class: &str, argument: &JsValue) -> Result<JsValue, JsValue> {
    construct(&property::get(&window(), class), &Array::of1(argument))
}

/// Whether this browser has WebCodecs, which it gives to secure pages only.
pub fn is_there() -> bool {
    property::is_there("VideoDecoder") && property::is_there("AudioDecoder")
}

/// Whether it can decode this type.
pub fn can_decode(mime: &str) -> bool {
    is_there() && lean::contains(mime, "/webm") && (picture_codec(mime).is_some() || has_sound(mime))
}

/// The codec string of a type's pictures. Profile and level are those of most browsers' recordings; a decoder looks into
/// the first frame for what they are. <https://www.w3.org/TR/webcodecs-codec-registry/>
pub fn picture_codec(mime: &str) -> Option<&'static str> {
    let codecs = [
        ("vp8", "vp8"),
        ("vp9", "vp09.00.10.08"),
        ("vp09", "vp09.00.10.08"),
        ("av1", "av01.0.08M.08"),
        ("av01", "av01.0.08M.08"),
    ];
    codecs.into_iter().find(|(name, _)| lean::contains(mime, name)).map(|(_, codec)| codec)
}

/// So many frames wait now and then.
const QUEUE: f64 = 2.0;

/// A decoder at work. Dropping it closes it.
pub struct Decoder {
    js: Js,
    chunk: &'static str,
    config: JsValue,
    _heard: [Callback; 2],
}

impl Decoder {
    /// Of a class by its name, whose chunks are of this class.
    pub fn open(
        [class, chunk]: [&'static str; 2],
        config: &[(&str, JsValue)],
        output: impl Hear<JsValue> + 'static,
        error: impl Hear<JsValue> + 'static,
    ) -> Result<Self, JsValue> {
        let heard = [Callback::new(output), Callback::new(error)];
        let init = object(&[("output", heard[0].function().into()), ("error", heard[1].function().into())]);
        let js: Js = make(class, &init)?.unchecked_into();
        let decoder = Self { js, chunk, config: object(config), _heard: heard };
        decoder.js.configure(&decoder.config)?;
        Ok(decoder)
    }

    /// `time` is the frame's, ms.
    pub fn decode(&self, frame: &Frame, time: f64) -> Result<(), JsValue> {
        let chunk = object(&[
            ("type", if frame.is_key { "key" } else { "delta" }.into()),
            ("timestamp", (time * 1e3).into()),
            ("data", js_sys::Uint8Array::from(frame.data()).into()),
        ]);
        self.js.decode(&make(self.chunk, &chunk)?)
    }

    /// Whether so many frames wait to be decoded that another one takes longer than frames take.
    pub fn has_queue(&self) -> bool {
        self.waiting() > QUEUE
    }

    /// How many frames wait to be decoded.
    pub fn waiting(&self) -> f64 {
        property::get(&self.js, "decodeQueueSize").as_f64().unwrap_or(0.0)
    }

    /// Goes on with another property of its configuration. What comes next is a keyframe.
    pub fn set(&self, name: &str, value: &JsValue) -> Result<(), JsValue> {
        property::set(&self.config, name, value);
        self.js.configure(&self.config)
    }

    /// Gives up what waits to be decoded. What comes next is a keyframe.
    pub fn begin_anew(&self) -> Result<(), JsValue> {
        self.js.reset()?;
        self.js.configure(&self.config)
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // Throws when an error has closed it.
        let _ = self.js.close();
    }
}

/// A VideoFrame or an AudioData, closed when dropped: it holds memory of the decoder's.
pub struct Decoded(Js);

impl Decoded {
    pub fn of(js: JsValue) -> Self {
        Self(js.unchecked_into())
    }

    pub fn as_js(&self) -> &JsValue {
        &self.0
    }

    /// The time of its frame, ms.
    pub fn time(&self) -> f64 {
        self.number("timestamp") / 1e3
    }

    pub fn number(&self, name: &str) -> f64 {
        property::get(&self.0, name).as_f64().unwrap_or(0.0)
    }
}

impl Drop for Decoded {
    fn drop(&mut self) {
        let _ = self.0.close();
    }
}
