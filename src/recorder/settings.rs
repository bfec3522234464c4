//! The options of `startRecording`.

use super::{bitrate::Rates, mime, run::Format};
use crate::{
    error::{Error, Kind},
    link::Target,
    options::{Options, wrong},
};
use blobcast_wire::Role;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MediaStream, MediaStreamTrack, MediaStreamTrackState};

/// What MediaRecorder takes when it is not asked for a bitrate, in Chromium and Firefox, bits per second.
const USUAL: Rates = Rates { video: 2_500_000, audio: 128_000 };

/// Everything that a recording was asked for.
pub struct Settings {
    pub target: Target,
    /// `None`: whatever suits the tracks.
    mime: Option<String>,
    timeslice: i32,
    video_bits_per_second: Option<u32>,
    audio_bits_per_second: Option<u32>,
    /// ms between segments.
    pub restart_interval: f64,
    /// ms until connecting is given up.
    pub connect_timeout: u32,
}

impl Settings {
    pub fn read(stream: &MediaStream, options: &JsValue) -> Result<Self, Error> {
        let options = Options::of(options)?;
        let bits = |option| -> Result<Option<u32>, Error> {
            Ok(options.number(option, 1_000.0..=100e6, "bits per second")?.map(|bits| bits as u32))
        };
        let mime = options.string("mimeType", "a string such as video/webm;codecs=vp8,opus")?;
        let settings = Self {
            target: Target {
                relay: options.relay()?,
                role: Role::Publish,
                name: options.name()?,
                token: options.token()?,
            },
            restart_interval: options.number("restartInterval", 500.0..=20_000.0, "ms")?.unwrap_or(4_000.0),
            connect_timeout: options.connect_timeout()?,
            timeslice: options.number("timeslice", 10.0..=10_000.0, "ms")?.unwrap_or(40.0) as i32,
            video_bits_per_second: bits("videoBitsPerSecond")?,
            audio_bits_per_second: bits("audioBitsPerSecond")?,
            mime,
        };
        settings.format(stream)?;
        Ok(settings)
    }

    /// ms between chunks.
    pub fn timeslice(&self) -> f64 {
        f64::from(self.timeslice)
    }

    /// How to record the stream with the tracks that it has now.
    pub fn format(&self, stream: &MediaStream) -> Result<Format, Error> {
        Ok(Format {
            mime: mime::pick(stream, self.mime.as_deref())?,
            timeslice: self.timeslice,
            video_bits_per_second: self.video_bits_per_second,
            audio_bits_per_second: self.audio_bits_per_second,
        })
    }

    /// The bitrates that were asked for, of the tracks that the stream has now.
    pub fn rates(&self, stream: &MediaStream) -> Rates {
        let rate = |tracks: js_sys::Array<_>, asked: Option<u32>, usual| {
            if tracks.length() > 0 { asked.unwrap_or(usual) } else { 0 }
        };
        Rates {
            video: rate(stream.get_video_tracks(), self.video_bits_per_second, USUAL.video),
            audio: rate(stream.get_audio_tracks(), self.audio_bits_per_second, USUAL.audio),
        }
    }
}

/// The stream to record.
pub fn stream(value: &JsValue) -> Result<MediaStream, Error> {
    let stream: &MediaStream = value
        .dyn_ref()
        .ok_or_else(|| wrong("mediaStream", "a MediaStream, such as getUserMedia or captureStream gives"))?;
    if !has_live_track(stream) {
        let message = "the mediaStream has no live track, so there is nothing to record; check that its tracks have not ended";
        return Err(Error::new(Kind::Type, message));
    }
    // Not `stream.clone()`: that is the DOM's, which clones the tracks too and leaves the camera on for ever.
    Ok(Clone::clone(stream))
}

pub fn has_live_track(stream: &MediaStream) -> bool {
    stream
        .get_tracks()
        .iter()
        .any(|track| track.unchecked_ref::<MediaStreamTrack>().ready_state() == MediaStreamTrackState::Live)
}
