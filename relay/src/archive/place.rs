//! Where a segment's file is in the archive. Pure.

use blobcast_wire::{Name, Segment};
use std::{
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

/// What a file is called until it is finished. No name of a broadcast has a dot, so no folder is in its way.
const UNFINISHED: &str = "part";

/// A segment's place: a folder for each name, and in it files that sort by when they began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The name, which may be several folders deep.
    folder: PathBuf,
    file: String,
}

impl Place {
    /// The place of a segment of a name. Of what a broadcaster says, only letters, digits, `_`, `-` and the `/` between the
    /// parts of a name get into it: so it is below the archive's folder.
    pub(super) fn new(name: &Name, segment: Segment, mime: &str) -> Self {
        let start = humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_micros(segment)).to_string();
        // Colons are none in a file's name for Windows, and for ffmpeg a protocol's end.
        let start = start.replace(':', "-");
        let file = format!("{start}-{segment}.{}", extension(mime));
        Self { folder: name.as_str().into(), file }
    }

    /// The folder, in the archive's.
    pub(super) fn folder(&self, root: &Path) -> PathBuf {
        root.join(&self.folder)
    }

    /// The file when it is finished.
    pub(super) fn finished(&self, root: &Path) -> PathBuf {
        self.folder(root).join(&self.file)
    }

    /// The file until then. The same for the same segment: one that comes again after a crash takes its own place.
    pub(super) fn unfinished(&self, root: &Path) -> PathBuf {
        self.folder(root).join(format!(".{}.{UNFINISHED}", self.file))
    }
}

/// What files of a type are called. The type is the broadcaster's word, so it is chosen from, not copied.
fn extension(mime: &str) -> &'static str {
    let essence = mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "video/webm" | "audio/webm" => "webm",
        "video/mp4" | "audio/mp4" => "mp4",
        "video/x-matroska" | "audio/x-matroska" | "video/matroska" | "audio/matroska" => "mkv",
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use blobcast_wire::MAX_SEGMENT;
    use proptest::prelude::*;
    use std::path::Component;

    const ROOT: &str = "/archive";

    fn place(name: &str, segment: Segment, mime: &str) -> Place {
        Place::new(&name.parse().expect("a name"), segment, mime)
    }

    #[test]
    fn a_place_says_when_the_segment_began_and_what_it_is() {
        let place = place("school/1", 1_795_366_800_123_456, "video/webm;codecs=vp8,opus");
        let file = "2026-11-22T17-00-00.123Z-1795366800123456.webm";
        assert_eq!(place.finished(Path::new("a")), Path::new("a/school/1").join(file));
        assert_eq!(place.unfinished(Path::new("a")), Path::new("a/school/1").join(format!(".{file}.part")));
    }

    #[test]
    fn files_sort_as_the_segments_do() {
        let numbers = [1_795_366_800_999_999, 1_795_366_800_999_998, 1_795_366_801_000_000, MAX_SEGMENT];
        let mut files = numbers.map(|number| place("a", number, "video/webm").file);
        files.sort();
        let mut sorted = numbers;
        sorted.sort();
        assert_eq!(files, sorted.map(|number| place("a", number, "video/webm").file));
    }

    #[test]
    fn the_extension_is_one_of_a_few_whatever_the_type_says() {
        for (mime, expected) in [
            ("video/webm", "webm"),
            ("Audio/WebM; codecs=opus", "webm"),
            ("video/mp4;codecs=avc1", "mp4"),
            ("video/x-matroska", "mkv"),
            ("video/../../etc/passwd", "bin"),
            ("../x", "bin"),
            ("", "bin"),
        ] {
            assert_eq!(extension(mime), expected, "{mime}");
        }
    }

    proptest! {
        /// Whatever is taken for a name.
        #[test]
        fn no_place_is_outside_of_the_archive(
            name in r"[A-Za-z0-9_\-./\\%:~ \x00]{1,24}|(\.\.|[a-c_]|-|\.|~|CON){0,3}(/(\.\.|[a-c_]{1,3}|\.)){0,8}",
            segment in 0..=MAX_SEGMENT,
            mime in r"[ -~]{0,40}",
        ) {
            if let Ok(name) = name.parse::<Name>() {
                let place = Place::new(&name, segment, &mime);
                let root = Path::new(ROOT);
                for path in [place.folder(root), place.finished(root), place.unfinished(root)] {
                    let inner = path.strip_prefix(root).expect("below the root");
                    let is_plain = |part: Component| matches!(part, Component::Normal(_));
                    prop_assert!(inner.components().all(is_plain), "{}", path.display());
                    prop_assert!(inner.components().count() > 0);
                    // The same by its text, whatever takes it apart.
                    let text = path.to_str().expect("text");
                    prop_assert!(!text.contains("/..") && !text.contains(['\\', '\0', ':']), "{}", text);
                }
                // A folder of another name is never in a file's way.
                prop_assert!(!name.as_str().contains('.'));
            }
        }
    }
}
