//! Which way to play.

use super::quirks;
use crate::{
    dom::window,
    error::{Error, Kind},
    options::wrong,
    property,
};
use web_sys::{HtmlVideoElement, MediaSource};

/// What `mode` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Auto,
    Only(Mode),
}

/// A way to play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One SourceBuffer.
    Mse,
    /// Glued blobs as object URLs.
    Glue,
}

impl Mode {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mse => "mse",
            Self::Glue => "glue",
        }
    }
}

impl Wanted {
    /// Reads the option.
    pub fn read(mode: Option<&str>) -> Result<Self, Error> {
        match mode {
            None | Some("auto") => Ok(Self::Auto),
            Some("mse") if !has_media_source() => Err(Error::new(
                Kind::NotSupported,
                r#"this browser has no MediaSource; use mode "auto" or "glue""#,
            )),
            Some("mse") => Ok(Self::Only(Mode::Mse)),
            Some("glue") => Ok(Self::Only(Mode::Glue)),
            Some("realtime") => {
                Err(Error::new(Kind::NotSupported, r#"mode "realtime" is not there yet; use "auto""#))
            }
            Some(_) => Err(wrong("mode", r#""auto", "mse", "glue" or "realtime""#)),
        }
    }

    /// The way to play this type.
    ///
    /// `mse_failed`: it was tried and did not show a picture.
    pub fn choose(self, mime: &str, video: &HtmlVideoElement, mse_failed: bool) -> Result<Mode, Error> {
        let mse = has_media_source() && MediaSource::is_type_supported(mime);
        let glue = !video.can_play_type(mime).is_empty();
        let mode = match self {
            Self::Auto if mse && !mse_failed && !quirks::hangs_in_media_source() => Some(Mode::Mse),
            Self::Auto | Self::Only(Mode::Glue) => glue.then_some(Mode::Glue),
            Self::Only(Mode::Mse) => mse.then_some(Mode::Mse),
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

fn has_media_source() -> bool {
    !property::get(&window(), "MediaSource").is_undefined()
}
