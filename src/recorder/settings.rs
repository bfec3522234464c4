//! The options of `startRecording`.

use super::{
    bitrate::Rates,
    formats::{self, Formats, Restart},
    source,
};
use crate::{
    cell::RefCell,
    error::{Error, Kind},
    link::Target,
    options::{Options, wrong},
};
use blobcast_wire::Role;
use std::cell::Cell;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MediaStream;

/// What MediaRecorder takes when it is not asked for a bitrate, in Chromium and Firefox, bits per second.
const USUAL: Rates = Rates { video: 2_500_000, audio: 128_000 };

/// Everything that a recording was asked for.
pub struct Settings {
    pub target: Target,
    pub formats: Formats,
    /// Whether all is to be there as early as can be.
    pub is_low: bool,
    /// ms between segments.
    pub restart_interval: f64,
    /// ms until connecting is given up.
    pub connect_timeout: u32,
    /// Whether the screen is to stay on.
    pub wake_lock: bool,
    /// Whether the page wants to hear the whole story.
    pub debug: bool,
}

impl Settings {
    pub fn read(stream: &MediaStream, options: &JsValue) -> Result<Self, Error> {
        let options = Options::of(options)?;
        let bits = |option| -> Result<Option<u32>, Error> {
            Ok(options.number(option, 1_000.0..=100e6, "bits per second")?.map(|bits| bits as u32))
        };
        let restart_interval = options.number("restartInterval", 500.0..=20_000.0, "ms")?.unwrap_or(4_000.0);
        let is_low = is_low(&options)?;
        let usual_timeslice = if is_low { 10.0 } else { 40.0 };
        let settings = Self {
            target: Target {
                relays: options.relays()?,
                role: Role::Publish,
                name: options.name()?,
                token: options.token()?,
            },
            is_low,
            restart_interval,
            connect_timeout: options.connect_timeout()?,
            wake_lock: options.boolean("wakeLock")?.unwrap_or(true),
            debug: options.debug()?,
            formats: Formats {
                wanted: options.string("mimeType", "a string such as video/webm;codecs=vp8,opus")?,
                timeslice: options.number("timeslice", 10.0..=10_000.0, "ms")?.unwrap_or(usual_timeslice)
                    as i32,
                video_bits_per_second: bits("videoBitsPerSecond")?,
                audio_bits_per_second: bits("audioBitsPerSecond")?,
                restart: Cell::new(restart(&options)?),
                restart_interval,
                failed: RefCell::default(),
            },
        };
        formats::supported(stream, settings.formats.wanted.as_deref())?;
        Ok(settings)
    }

    /// ms between chunks.
    pub fn timeslice(&self) -> f64 {
        f64::from(self.formats.timeslice)
    }

    /// The bitrates that were asked for, of the tracks that the stream has now.
    pub fn rates(&self, stream: &MediaStream) -> Rates {
        let rate = |tracks: js_sys::Array<_>, asked: Option<u32>, usual| {
            if tracks.length() > 0 { asked.unwrap_or(usual) } else { 0 }
        };
        Rates {
            video: rate(stream.get_video_tracks(), self.formats.video_bits_per_second, USUAL.video),
            audio: rate(stream.get_audio_tracks(), self.formats.audio_bits_per_second, USUAL.audio),
        }
    }
}

fn is_low(options: &Options) -> Result<bool, Error> {
    const TAKES: &str = "\"usual\" or \"low\"";
    match options.string("latency", TAKES)?.as_deref() {
        None | Some("usual") => Ok(false),
        Some("low") => Ok(true),
        Some(_) => Err(wrong("latency", TAKES)),
    }
}

fn restart(options: &Options) -> Result<Restart, Error> {
    const TAKES: &str = "\"handover\" or \"keyframe\"";
    match options.string("restart", TAKES)?.as_deref() {
        None => Ok(Restart::Either),
        Some("handover") => Ok(Restart::Handover),
        Some("keyframe") => Ok(Restart::Keyframe),
        Some(_) => Err(wrong("restart", TAKES)),
    }
}

/// The stream to record.
pub fn stream(value: &JsValue) -> Result<MediaStream, Error> {
    let stream: &MediaStream = value
        .dyn_ref()
        .ok_or_else(|| wrong("mediaStream", "a MediaStream, such as getUserMedia or captureStream gives"))?;
    if !source::has_live(&stream.get_tracks()) {
        let message = "the mediaStream has no live track, so there is nothing to record; check that its tracks have not ended";
        return Err(Error::new(Kind::Type, message));
    }
    // Not `stream.clone()`: that is the DOM's, which clones the tracks too and leaves the camera on for ever.
    Ok(Clone::clone(stream))
}
