//! Which way to play.

use super::realtime;
use crate::{
    error::{Error, Kind},
    lean,
    options::wrong,
    property,
};
use web_sys::{HtmlVideoElement, MediaSource};

/// Below this, seconds, no MediaSource can be: it needs so much ahead of the playhead.
const SOON: f64 = 0.2;

/// What `mode` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// As little latency as MediaSource has.
    Auto,
    /// Less than it can have.
    Soonest,
    Only(Mode),
}

/// A way to play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One SourceBuffer.
    Mse,
    /// Glued blobs as object URLs.
    Glue,
    /// WebCodecs.
    Realtime,
}

impl Mode {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mse => "mse",
            Self::Glue => "glue",
            Self::Realtime => "realtime",
        }
    }
}

impl Wanted {
    /// Reads the option; `target_latency` in seconds.
    pub fn read(mode: Option<&str>, target_latency: Option<f64>) -> Result<Self, Error> {
        match mode {
            None | Some("auto") => Ok(if target_latency.is_some_and(|target| target < SOON) {
                Self::Soonest
            } else {
                Self::Auto
            }),
            Some("mse") if !has_media_source() => Err(Error::new(
                Kind::NotSupported,
                r#"this browser has no MediaSource; use mode "auto" or "glue""#,
            )),
            Some("mse") => Ok(Self::Only(Mode::Mse)),
            Some("glue") => Ok(Self::Only(Mode::Glue)),
            Some("realtime") if !realtime::is_there() => Err(Error::new(
                Kind::NotSupported,
                r#"this browser has no WebCodecs, which mode "realtime" decodes by, or gives them to pages by https only; use mode "auto""#,
            )),
            Some("realtime") => Ok(Self::Only(Mode::Realtime)),
            Some(_) => Err(wrong("mode", r#""auto", "mse", "glue" or "realtime""#)),
        }
    }

    /// The way to play this type.
    ///
    /// `failed`: so many others were tried and did not show a picture.
    pub fn choose(self, mime: &str, video: &HtmlVideoElement, failed: u32) -> Result<Mode, Error> {
        let mse = has_media_source() && MediaSource::is_type_supported(mime);
        let glue = !video.can_play_type(mime).is_empty();
        let realtime = realtime::can_decode(mime);
        let mode = match self {
            Self::Soonest if realtime && failed == 0 => Some(Mode::Realtime),
            Self::Soonest if mse && failed < 2 => Some(Mode::Mse),
            Self::Auto if mse && failed == 0 => Some(Mode::Mse),
            Self::Auto | Self::Soonest | Self::Only(Mode::Glue) => glue.then_some(Mode::Glue),
            Self::Only(Mode::Mse) => mse.then_some(Mode::Mse),
            Self::Only(Mode::Realtime) => realtime.then_some(Mode::Realtime),
        };
        mode.ok_or_else(|| cannot_play(mime, None))
    }
}

/// The error of a browser that does not play a type, or says that it does and never shows a picture.
pub fn cannot_play(mime: &str, why: Option<&str>) -> Error {
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    let message =
        format!("this browser cannot play {mime}, which the broadcaster records; watch in another one{why}");
    Error::new(Kind::NotSupported, message)
}

/// What is not live is played by MediaSource only.
pub fn check_rewinding() -> Result<(), Error> {
    if has_media_source() {
        return Ok(());
    }
    let message = "this browser has no MediaSource, which rewinding needs; watch what is live";
    Err(Error::new(Kind::NotSupported, message))
}

fn has_media_source() -> bool {
    property::is_there("MediaSource")
}

/// Whether this type has sound.
pub fn has_sound(mime: &str) -> bool {
    lean::contains(mime, "opus")
}
