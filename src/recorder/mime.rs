//! Which type to record.

use crate::error::{Error, Kind};
use web_sys::{MediaRecorder, MediaStream};

/// What is tried, best first. VP8 records in Chromium, Firefox and WebKit and plays in all three; the others
/// are for browsers that lack it.
const WITH_VIDEO: [&str; 3] = ["vp8", "vp9", "av1"];

/// The WebM type to ask this browser's recorder for.
///
/// # Errors
/// `wanted`, or every type that could be asked for, is refused by `isTypeSupported`.
pub fn pick(stream: &MediaStream, wanted: Option<&str>) -> Result<String, Error> {
    if let Some(wanted) = wanted {
        return if is_webm(wanted) && MediaRecorder::is_type_supported(wanted) {
            Ok(wanted.to_owned())
        } else {
            let message = format!(
                "this browser does not record mimeType {wanted:?} as WebM; leave mimeType out to let it choose"
            );
            Err(Error::new(Kind::NotSupported, message))
        };
    }
    let has_audio = stream.get_audio_tracks().length() > 0;
    let has_video = stream.get_video_tracks().length() > 0;
    candidates(has_video, has_audio)
        .into_iter()
        .find(|mime| MediaRecorder::is_type_supported(mime))
        .ok_or_else(|| {
            Error::new(
                Kind::NotSupported,
                "this browser records no WebM, so it cannot broadcast; it may still view",
            )
        })
}

fn candidates(has_video: bool, has_audio: bool) -> Vec<String> {
    let audio = if has_audio { ",opus" } else { "" };
    if has_video {
        WITH_VIDEO.map(|video| format!("video/webm;codecs={video}{audio}")).to_vec()
    } else {
        vec!["audio/webm;codecs=opus".to_owned()]
    }
}

fn is_webm(mime: &str) -> bool {
    mime.starts_with("video/webm") || mime.starts_with("audio/webm")
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
}
