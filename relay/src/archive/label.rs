//! What the name of a segment's file says. Pure.
//!
//! ```text
//! 2026-11-26T00-43-28.123Z-1795653808123456-2000ms-vp8+opus.webm
//! └── when it began ─────┘ └── number ────┘ └ how long, and what, as far as that is known
//! ```
//!
//! So whoever lists a folder knows all of its segments but their bytes, and opens none of them.

use super::kind::Kind;
use blobcast_wire::{MAX_SEGMENT, Segment};
use std::{
    fmt,
    num::NonZeroU32,
    time::{Duration, UNIX_EPOCH},
};

/// What a file is called until it is finished, after a dot in front: not even a listing shows it.
const UNFINISHED: &str = ".part";

/// What is behind that while the segment comes again.
const BEFORE: &str = ".before";

/// The name of a finished file, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    /// The segment's number: when it began, µs since the Unix epoch.
    pub(crate) number: Segment,
    /// How long it plays, ms. `None` if that is not known: it is no recording whose form is known.
    pub(crate) duration: Option<NonZeroU32>,
    /// What it is.
    pub(crate) kind: Kind,
}

impl Label {
    /// Of a segment that begins, whose duration nobody knows yet.
    pub(crate) fn new(number: Segment, mime: &str) -> Self {
        Self { number, duration: None, kind: Kind::of(mime) }
    }

    /// The same when that is known.
    pub(crate) fn lasting(self, duration: Option<Duration>) -> Self {
        let millis = |duration: Duration| u32::try_from((duration.as_micros() + 500) / 1000).ok();
        Self { duration: duration.and_then(millis).and_then(NonZeroU32::new), ..self }
    }

    /// When it ends, µs since the Unix epoch. At its beginning if nobody knows.
    pub(crate) fn end(&self) -> Segment {
        end_of(self.number, self.duration)
    }

    /// Reads a file's name. Nothing but what [`Display`](fmt::Display) writes is accepted.
    pub(crate) fn parse(file: &str) -> Option<Self> {
        let (stem, extension) = file.rsplit_once('.')?;
        // The start, which is told by the number, has three dashes in its date and two in its time.
        let mut parts = stem.splitn(6, '-').nth(5)?.split('-').peekable();
        let number = parts.next()?.parse().ok().filter(|number| *number <= MAX_SEGMENT)?;
        let millis = parts.peek().and_then(|part| part.strip_suffix("ms")?.parse().ok());
        let duration = parts.next_if(|_| millis.is_some()).and(millis);
        let label =
            Self { number, duration, kind: Kind::parse(parts.next().unwrap_or_default(), extension)? };
        // However a number may be written: there is one name for a segment.
        (label.to_string() == file).then_some(label)
    }

    /// What the file is called until it is finished.
    pub(crate) fn unfinished(&self) -> String {
        format!(".{}{UNFINISHED}", Self { duration: None, ..self.clone() })
    }

    /// What it is called while the segment comes again.
    pub(crate) fn before(&self) -> String {
        format!("{}{BEFORE}", self.unfinished())
    }

    /// Reads the name of one that is not finished, whether it comes again or not.
    pub(crate) fn parse_unfinished(file: &str) -> Option<Self> {
        let file = file.strip_suffix(BEFORE).unwrap_or(file);
        let label = Self::parse(file.strip_prefix('.')?.strip_suffix(UNFINISHED)?)?;
        label.duration.is_none().then_some(label)
    }
}

/// When a segment ends, µs since the Unix epoch.
pub(super) fn end_of(number: Segment, duration: Option<NonZeroU32>) -> Segment {
    number + duration.map_or(0, |millis| u64::from(millis.get()) * 1000)
}

impl fmt::Display for Label {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_micros(self.number));
        // Colons are none in a file's name for Windows, and for ffmpeg a protocol's end.
        write!(out, "{}-{}", start.to_string().replace(':', "-"), self.number)?;
        if let Some(duration) = self.duration {
            write!(out, "-{duration}ms")?;
        }
        write!(out, "{}", self.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn label(number: Segment, millis: u64, mime: &str) -> Label {
        Label::new(number, mime).lasting(Some(Duration::from_millis(millis)))
    }

    #[test]
    fn a_name_says_when_the_segment_began_how_long_it_plays_and_what_it_is() {
        let label = label(1_795_653_808_123_456, 2000, "video/webm;codecs=vp8,opus");
        let file = "2026-11-26T00-43-28.123Z-1795653808123456-2000ms-vp8+opus.webm";
        assert_eq!(label.to_string(), file);
        let part = ".2026-11-26T00-43-28.123Z-1795653808123456-vp8+opus.webm.part";
        assert_eq!(label.unfinished(), part);
        assert_eq!(Label::parse(file), Some(label.clone()));
        assert_eq!(Label::parse_unfinished(part), Some(Label { duration: None, ..label.clone() }));
        assert_eq!(label.kind.mime(), "video/webm;codecs=vp8,opus");
    }

    #[test]
    fn names_sort_as_the_segments_do() {
        let numbers = [1_795_366_800_999_999, 1_795_366_800_999_998, 1_795_366_801_000_000, MAX_SEGMENT];
        let mut files = numbers.map(|number| label(number, number % 7, "video/webm").to_string());
        files.sort();
        let mut sorted = numbers;
        sorted.sort();
        assert_eq!(files, sorted.map(|number| label(number, number % 7, "video/webm").to_string()));
    }

    #[test]
    fn what_was_not_written_here_is_no_label() {
        let good = "2026-11-26T00-43-28.123Z-1795653808123456-2000ms-vp8.webm";
        assert!(Label::parse(good).is_some());
        for (from, to) in [
            ("2026", "2025"),
            ("00-43", "00:43"),
            (".123Z", ".124Z"),
            ("Z-1795653808123456", "Z-01795653808123456"),
            ("Z-1795653808123456", "Z-+1795653808123456"),
            ("Z-1795653808123456", "Z"),
            ("-2000ms", "-02000ms"),
            ("-2000ms", "-0ms"),
            ("-2000ms", "-+2000ms"),
            ("-2000ms", "-2000"),
            ("-2000ms", "-2000ms-2000ms"),
            ("-2000ms", "-9999999999ms"),
            ("-vp8", "-"),
            ("-vp8", "-vp8-opus"),
            ("-vp8", "-vp8+"),
            ("-vp8", "-vp8/../x"),
            (".webm", ".WEBM"),
            (".webm", ".webm.part"),
            (".webm", ".lock"),
            (".webm", ""),
            ("2026", ".2026"),
            ("2026", "../2026"),
        ] {
            let bad = good.replace(from, to);
            assert_eq!(Label::parse(&bad), None, "{bad}");
        }
        assert_eq!(Label::parse_unfinished(&format!(".{good}.part")), None, "nobody knows its duration yet");
        for bad in ["", ".", ".lock", "-", "a.webm", "-----1.webm", ".part", "..part"] {
            assert_eq!((Label::parse(bad), Label::parse_unfinished(bad)), (None, None), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_parsed_back(
            number in 0..=MAX_SEGMENT,
            millis in proptest::option::of(0..u64::from(u32::MAX) + 9),
            essence in "(video|audio)/(webm|mp4|x-matroska)|[ -~]{0,12}",
            codecs in r"(;codecs=)?[a-z0-9.,+\-]{0,80}|;codecs=(vp8|avc1\.42E01E|[0-9]{1,4}ms),opus",
        ) {
            let label = Label::new(number, &format!("{essence}{codecs}")).lasting(millis.map(Duration::from_millis));
            let file = label.to_string();
            prop_assert!(file.len() <= 255, "what file systems take: {}", file);
            prop_assert!(label.unfinished().len() <= 255, "what file systems take: {}", file);
            prop_assert_eq!(Label::parse(&label.unfinished()), None);
            prop_assert_eq!(Label::parse_unfinished(&label.unfinished()), Some(Label { duration: None, ..label.clone() }));
            prop_assert_eq!(Label::parse(&file), Some(label));
        }

        #[test]
        fn nothing_else_is_accepted(
            file in r"[ -~]{0,40}|2026-11-2[56]T00-43-28\.123Z-179565380812345[67](-[0-9+]{0,5}ms)?(-[a-z0-9+.\-/]{0,9})?\.[webm4kpart.]{1,5}",
        ) {
            if let Some(label) = Label::parse(&file) {
                prop_assert_eq!(label.to_string(), file);
            } else {
                prop_assert_eq!(Label::parse_unfinished(&format!(".{file}.part")), None);
            }
        }
    }
}
