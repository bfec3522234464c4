//! What a recording is, as the name of its file has it. Pure.
//!
//! ```text
//! -vp8+opus.webm
//! ```

use std::fmt;

/// How many codecs there may be, and how long the name of one. What has more is none of a recording's.
const MAX_CODECS: usize = 4;
const MAX_CODEC_LEN: usize = 32;

/// What is between two codecs: a comma would have to be quoted in too many places.
const AND: char = '+';

const EXTENSIONS: [&str; 4] = ["webm", "mp4", "mkv", "bin"];

/// A recording's type as files' names have it: that of the broadcaster, chosen from and checked, not copied.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Kind {
    /// As `vp8+opus`. Empty if they are not known.
    codecs: Box<str>,
    extension: &'static str,
}

impl Kind {
    /// Of a broadcaster's type.
    pub(super) fn of(mime: &str) -> Self {
        let mut parts = mime.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
        let extension = match essence.as_str() {
            "video/webm" | "audio/webm" => "webm",
            "video/mp4" | "audio/mp4" => "mp4",
            "video/x-matroska" | "audio/x-matroska" | "video/matroska" | "audio/matroska" => "mkv",
            _ => "bin",
        };
        let codecs = parts.find_map(|part| {
            let (key, value) = part.split_once('=')?;
            key.eq_ignore_ascii_case("codecs").then(|| value.trim_matches('"').split(',').map(str::trim))
        });
        // One that is left out would be a picture without its sound.
        let codecs = codecs.filter(|codecs| are_codecs(codecs.clone()));
        let codecs = codecs.map(|codecs| codecs.collect::<Vec<_>>().join("+")).unwrap_or_default();
        Self { codecs: codecs.into(), extension }
    }

    /// Reads what a file's name says.
    pub(super) fn parse(codecs: &str, extension: &str) -> Option<Self> {
        let extension = EXTENSIONS.into_iter().find(|known| *known == extension)?;
        let is_good = codecs.is_empty() || are_codecs(codecs.split(AND));
        is_good.then(|| Self { codecs: codecs.into(), extension })
    }

    /// The type as MIME has it, of sound only if that is known.
    pub(crate) fn mime(&self) -> String {
        let is_sound = |codec: &str| {
            ["opus", "vorbis", "flac", "mp4a", "pcm"].contains(&codec.split('.').next().unwrap_or_default())
        };
        let has_codecs = !self.codecs.is_empty();
        let media = if has_codecs && self.codecs.split(AND).all(is_sound) { "audio" } else { "video" };
        let essence = match self.extension {
            "bin" => "application/octet-stream".into(),
            "mkv" => format!("{media}/x-matroska"),
            known => format!("{media}/{known}"),
        };
        if has_codecs { format!("{essence};codecs={}", self.codecs.replace(AND, ",")) } else { essence }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { codecs, extension } = self;
        let dash = if codecs.is_empty() { "" } else { "-" };
        write!(out, "{dash}{codecs}.{extension}")
    }
}

/// The first character tells a codec from a duration.
fn are_codecs<'a>(codecs: impl Iterator<Item = &'a str>) -> bool {
    let is_codec = |codec: &str| {
        codec.len() <= MAX_CODEC_LEN
            && codec.starts_with(|first: char| first.is_ascii_alphabetic())
            && codec
                .split('.')
                .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    };
    let mut count = 0;
    codecs.inspect(|_| count += 1).all(is_codec) && (1..=MAX_CODECS).contains(&count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_left_out() {
        for (mime, file, read) in [
            ("video/webm", "webm", "video/webm"),
            ("Audio/WebM; codecs=opus", "opus.webm", "audio/webm;codecs=opus"),
            (
                "video/webm; codecs=\"vp09.00.10.08, opus\"",
                "vp09.00.10.08+opus.webm",
                "video/webm;codecs=vp09.00.10.08,opus",
            ),
            ("video/mp4;codecs=avc1.42E01E", "avc1.42E01E.mp4", "video/mp4;codecs=avc1.42E01E"),
            ("video/x-matroska;codecs=avc1,opus", "avc1+opus.mkv", "video/x-matroska;codecs=avc1,opus"),
            // Codecs that are none: all are left out.
            ("video/webm;codecs=vp8,../opus", "webm", "video/webm"),
            ("video/webm;codecs=vp8..x", "webm", "video/webm"),
            ("video/webm;codecs=vp8.", "webm", "video/webm"),
            ("video/webm;codecs=2000ms", "webm", "video/webm"),
            ("video/webm;codecs=a,b,c,d,e", "webm", "video/webm"),
            ("video/webm;codecs=", "webm", "video/webm"),
            ("video/../../etc/passwd", "bin", "application/octet-stream"),
            ("", "bin", "application/octet-stream"),
        ] {
            let kind = Kind::of(mime);
            let dash = if file.contains('.') { '-' } else { '.' };
            assert_eq!(kind.to_string(), format!("{dash}{file}"), "{mime}");
            assert_eq!(kind.mime(), read, "{mime}");
            let (codecs, extension) = file.rsplit_once('.').unwrap_or(("", file));
            assert_eq!(Kind::parse(codecs, extension), Some(kind), "{mime}");
        }
    }
}
