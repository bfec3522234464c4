//! Which types to record. Pure.

use crate::{
    error::{Error, Kind},
    lean,
};

/// What is tried, best first. VP8 records in Chromium, Firefox and WebKit and plays in all three; the others
/// are for browsers that lack it.
const WITH_VIDEO: [&str; 3] = ["vp8", "vp9", "av1"];

/// The type of sound alone.
pub const SOUND: &str = "audio/webm;codecs=opus";

/// The types that suit these tracks, best first.
pub fn candidates(has_video: bool, has_audio: bool) -> Vec<String> {
    let audio = if has_audio { ",opus" } else { "" };
    if has_video {
        WITH_VIDEO.map(|video| format!("video/webm;codecs={video}{audio}")).to_vec()
    } else {
        vec![SOUND.to_owned()]
    }
}

/// The type of pictures with a sound that was recorded apart.
pub fn with_sound(mime: &str) -> String {
    if lean::contains(mime, "opus") || !lean::contains(mime, "codecs") {
        return mime.to_owned();
    }
    match mime.strip_suffix("\"") {
        Some(quoted) => format!("{quoted},opus\""),
        None => format!("{mime},opus"),
    }
}

pub fn is_webm(mime: &str) -> bool {
    mime.starts_with("video/webm") || mime.starts_with("audio/webm")
}

/// Types that the browser says it records, and does not, each with why.
#[derive(Debug, Default)]
pub struct Failed(Vec<(String, String)>);

impl Failed {
    pub fn add(&mut self, mime: String, error: &Error) {
        self.0.push((mime, error.message.clone()));
    }

    /// Those of these types that have not failed.
    pub fn others(&self, mut types: Vec<String>) -> Vec<String> {
        types.retain(|mime| !self.0.iter().any(|(failed, _)| failed == mime));
        types
    }

    /// All that were tried have failed.
    pub fn error(&self) -> Error {
        let mut tried = String::new();
        for (mime, why) in &self.0 {
            let nor = if tried.is_empty() { "" } else { " nor " };
            tried += &format!("{nor}{mime} ({why})");
        }
        let message = format!("this browser cannot record {tried}, although it says so; try another one");
        Error::new(Kind::NotSupported, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_exactly_the_tracks_there_are() {
        assert_eq!(candidates(true, true)[0], "video/webm;codecs=vp8,opus");
        assert_eq!(candidates(true, false)[0], "video/webm;codecs=vp8");
        assert_eq!(candidates(false, true), ["audio/webm;codecs=opus"]);
    }

    #[test]
    fn a_sound_that_was_recorded_apart_is_named_too() {
        assert_eq!(with_sound("video/webm;codecs=vp8"), "video/webm;codecs=vp8,opus");
        assert_eq!(with_sound("video/webm; codecs=\"vp8\""), "video/webm; codecs=\"vp8,opus\"");
        for mime in ["video/webm;codecs=vp9,opus", "video/webm; codecs=\"vp8, opus\"", "video/webm"] {
            assert_eq!(with_sound(mime), mime);
        }
    }

    #[test]
    fn what_failed_is_not_tried_again_and_named() {
        let mut failed = Failed::default();
        let types = || candidates(true, false);
        assert_eq!(failed.others(types()), types());
        failed.add(types().remove(0), &Error::new(Kind::NotSupported, "no encoder"));
        assert_eq!(failed.others(types()), types()[1..]);
        assert_eq!(failed.others(candidates(true, true)).len(), 3, "with sound it is another type");
        failed.add(types().remove(1), &Error::new(Kind::Media, "the driver is gone"));
        let error = failed.error();
        assert_eq!(error.kind, Kind::NotSupported);
        for part in ["codecs=vp8 (no encoder)", "codecs=vp9 (the driver is gone)"] {
            assert!(error.message.contains(part), "{error}");
        }
    }
}
