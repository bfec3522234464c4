//! From decoded pictures to a track of a MediaStream.

use super::decoder::{Decoded, make};
use crate::{dom::create, events::object, promise::settled, property};
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlCanvasElement, MediaStreamTrack};

#[wasm_bindgen]
extern "C" {
    /// Chromium's MediaStreamTrackGenerator, with its WritableStream and the writer of that.
    /// <https://github.com/w3c/mediacapture-transform/blob/main/mediastream-track-generator.md>
    type Writer;

    #[wasm_bindgen(method, structural, catch, js_name = getWriter)]
    fn writer(this: &Writer) -> Result<Writer, JsValue>;

    #[wasm_bindgen(method, structural)]
    fn write(this: &Writer, frame: &JsValue) -> Promise;

    /// A canvas, its context, and what captures its pictures.
    type Canvas;

    #[wasm_bindgen(method, structural, catch, js_name = captureStream)]
    fn capture(this: &Canvas, frame_rate: f64) -> Result<web_sys::MediaStream, JsValue>;

    #[wasm_bindgen(method, structural, catch, js_name = drawImage)]
    fn draw(this: &Canvas, frame: &JsValue, x: f64, y: f64) -> Result<(), JsValue>;

    #[wasm_bindgen(method, structural, js_name = requestFrame)]
    fn request_frame(this: &Canvas);
}

/// A track that shows what it is given. Dropping it ends the track.
pub struct Outlet {
    track: MediaStreamTrack,
    way: Way,
}

enum Way {
    Generator(Writer),
    /// Where there is no generator for a page: Firefox, and WebKit, whose VideoTrackGenerator is for workers.
    Canvas {
        canvas: HtmlCanvasElement,
        context: Canvas,
        capture: Canvas,
    },
}

impl Outlet {
    pub fn open() -> Result<Self, JsValue> {
        if let Ok(generator) = make("MediaStreamTrackGenerator", &object(&[("kind", "video".into())])) {
            let writable: Writer = property::get(&generator, "writable").unchecked_into();
            let way = Way::Generator(writable.writer()?);
            return Ok(Self { track: generator.unchecked_into(), way });
        }
        let canvas: HtmlCanvasElement = create("canvas").ok_or("there is no canvas")?;
        let context = canvas.get_context("2d")?.ok_or("there is no canvas")?;
        // 0: only when a frame is asked for, which is after each picture.
        let stream = canvas.unchecked_ref::<Canvas>().capture(0.0)?;
        let track: MediaStreamTrack = stream.get_video_tracks().get(0).unchecked_into();
        // It is the stream's in Firefox, and the track's by now. <https://bugzilla.mozilla.org/show_bug.cgi?id=1177276>
        let is_tracks = property::get(&stream, "requestFrame").is_undefined();
        let capture = if is_tracks { JsValue::from(track.clone()) } else { stream.into() };
        let way =
            Way::Canvas { canvas, context: context.unchecked_into(), capture: capture.unchecked_into() };
        Ok(Self { track, way })
    }

    pub fn track(&self) -> &MediaStreamTrack {
        &self.track
    }

    pub fn show(&self, picture: Decoded) {
        match &self.way {
            // Where one before it is still on its way this one waits, and one that is closed meanwhile is an error, the end of the
            // stream. Rejected when the track has ended.
            Way::Generator(writer) => settled(&writer.write(picture.as_js()), move |_| drop(picture)),
            Way::Canvas { canvas, context, capture } => {
                let size = ["displayWidth", "displayHeight"].map(|side| picture.number(side) as u32);
                if size != [canvas.width(), canvas.height()] {
                    canvas.set_width(size[0]);
                    canvas.set_height(size[1]);
                }
                let _ = context.draw(picture.as_js(), 0.0, 0.0);
                capture.request_frame();
            }
        }
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        self.track.stop();
    }
}
