//! Where a segment's file is in the archive. Pure.

use super::label::Label;
use blobcast_wire::{Name, Segment};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// A segment's place: a folder for each name, and in it files that sort by when they began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The name, which may be several folders deep.
    pub(super) name: Name,
    /// What the file is called, but for how long it plays.
    pub(super) label: Label,
}

impl Place {
    /// The place of a segment of a name. Of what a broadcaster says, only letters, digits, `_`, `-` and the `/` between the
    /// parts of a name get into it, and in the name of a codec dots with something in between: so it is below the archive's
    /// folder.
    pub(super) fn new(name: &Name, segment: Segment, mime: &str) -> Self {
        Self { name: name.clone(), label: Label::new(segment, mime) }
    }

    /// The folder, in the archive's.
    pub(super) fn folder(&self, root: &Path) -> PathBuf {
        root.join(self.name.as_str())
    }

    /// The file when it is finished, and plays for so long.
    pub(super) fn finished(&self, root: &Path, duration: Option<Duration>) -> PathBuf {
        self.folder(root).join(self.label.clone().lasting(duration).to_string())
    }

    /// The file until then. The same for the same segment: one that comes again after a crash takes its own place.
    pub(super) fn unfinished(&self, root: &Path) -> PathBuf {
        self.folder(root).join(self.label.unfinished())
    }

    /// What a crash has left of it and could not be finished, while it comes again.
    pub(super) fn before(&self, root: &Path) -> PathBuf {
        self.folder(root).join(self.label.before())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use blobcast_wire::MAX_SEGMENT;
    use proptest::prelude::*;
    use std::path::Component;

    const ROOT: &str = "/archive";

    #[test]
    fn a_place_is_in_the_folder_of_its_name() {
        let name = "school/1".parse().expect("a name");
        let place = Place::new(&name, 1_795_366_800_123_456, "video/webm;codecs=vp8,opus");
        let start = "2026-11-22T17-00-00.123Z-1795366800123456";
        let path = |file: String| Path::new("a/school/1").join(file);
        let root = Path::new("a");
        let duration = Some(Duration::from_millis(2040));
        assert_eq!(place.finished(root, duration), path(format!("{start}-2040ms-vp8+opus.webm")));
        assert_eq!(place.finished(root, None), path(format!("{start}-vp8+opus.webm")));
        assert_eq!(place.unfinished(root), path(format!(".{start}-vp8+opus.webm.part")));
    }

    proptest! {
        /// Whatever is taken for a name.
        #[test]
        fn no_place_is_outside_of_the_archive(
            name in r"[A-Za-z0-9_\-./\\%:~ \x00]{1,24}|(\.\.|[a-c_]|-|\.|~|CON){0,3}(/(\.\.|[a-c_]{1,3}|\.)){0,8}",
            segment in 0..=MAX_SEGMENT,
            mime in r"[ -~]{0,40}|video/webm;codecs=[a-z0-9./,+\-]{0,40}",
        ) {
            if let Ok(name) = name.parse::<Name>() {
                let place = Place::new(&name, segment, &mime);
                let root = Path::new(ROOT);
                for path in [place.folder(root), place.finished(root, None), place.unfinished(root)] {
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
