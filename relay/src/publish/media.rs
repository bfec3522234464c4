//! From a recording's bytes to the frames that are broadcast: one track of pictures and one of sound at most, as browsers play them.

use super::refusal::What;
use blobcast_container::{Announced, Error, Frame, Tidy, TrackKind, announced, only};

/// So much of the beginning tells one kind of file from another.
const HEAD: usize = 64;

/// How much there may be before the first frame, bytes: more than any encoder has to say.
const LONGEST_HEAD: u64 = 16 << 20;

/// The codecs that browsers play from WebM, and what they are called in a type. AV1's string is that of most recordings: decoders look
/// into the first frame for what it is.
const CODECS: [(&str, &str); 4] =
    [("V_VP8", "vp8"), ("V_VP9", "vp9"), ("V_AV1", "av01.0.08M.08"), ("A_OPUS", "opus")];

/// A recording, as it is read.
#[derive(Debug, Default)]
pub(super) struct Media {
    tidy: Tidy,
    head: Vec<u8>,
    /// How much has come, bytes.
    given: u64,
    format: Option<Format>,
}

/// What every segment has in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) init: Vec<u8>,
    pub(super) mime: String,
    pub(super) has_pictures: bool,
    /// The tracks that are broadcast.
    tracks: Vec<u64>,
}

impl Media {
    /// Takes the next bytes. What came of them is whole, also where something is wrong behind it.
    pub(super) fn push(&mut self, bytes: &[u8]) -> (Vec<Frame>, Result<(), What>) {
        self.head.extend(bytes.iter().take(HEAD.saturating_sub(self.head.len())));
        self.given += bytes.len() as u64;
        let pushed = self.tidy.push(bytes);
        if self.format.is_none()
            && let Ok(tracks) = announced(self.tidy.init())
        {
            match Format::choose(&tracks) {
                Ok(format) => self.format = Some(format),
                Err(what) => return (Vec::new(), Err(what)),
            }
        }
        let mut frames = self.tidy.take();
        if let Some(format) = &mut self.format {
            frames.retain(|frame| format.tracks.contains(&frame.track()));
            if format.init.is_empty() && !frames.is_empty() {
                // Whatever stands behind the tracks is in it too, now that there is a frame.
                format.init = only(self.tidy.init(), &format.tracks).unwrap_or_default();
            }
        }
        let is_endless = self.given > LONGEST_HEAD && !self.tidy.has_begun();
        let pushed = if is_endless { pushed.and(Err(Error::TooLarge)) } else { pushed };
        (frames, pushed.map_err(|error| self.what(error)))
    }

    /// What every segment has in common; known once there is a frame.
    pub(super) fn format(&self) -> Option<&Format> {
        self.format.as_ref().filter(|format| !format.init.is_empty())
    }

    /// Nothing more comes.
    pub(super) fn end(&self) -> Result<(), What> {
        if self.given == 0 {
            return Err(What::Empty);
        }
        if self.tidy.position() < self.given {
            let is_webm = self.tidy.position() > 0;
            return Err(if is_webm { What::Cut(self.tidy.position()) } else { self.what(Error::Damaged) });
        }
        if self.tidy.has_begun() { Ok(()) } else { Err(What::Empty) }
    }

    fn what(&self, error: Error) -> What {
        match self.tidy.position() {
            0 => What::NoWebm(kind(&self.head)),
            at => What::Bad(error, at),
        }
    }
}

impl Format {
    fn choose(tracks: &[Announced]) -> Result<Self, What> {
        let mut chosen = Vec::new();
        for kind in [TrackKind::Picture, TrackKind::Sound] {
            let mut of_kind = tracks.iter().filter(|track| track.kind == kind).peekable();
            let Some(&first) = of_kind.peek() else { continue };
            let played = of_kind.find_map(|track| Some((track, codec(&track.codec)?)));
            chosen.push(played.ok_or_else(|| What::Codec(first.codec.clone()))?);
        }
        let has_pictures = chosen.iter().any(|(track, _)| track.kind == TrackKind::Picture);
        let codecs: Vec<_> = chosen.iter().map(|(_, codec)| *codec).collect();
        let kind = if has_pictures { "video" } else { "audio" };
        let mime = format!("{kind}/webm;codecs={}", codecs.join(","));
        let tracks: Vec<_> = chosen.iter().map(|(track, _)| track.number).collect();
        if tracks.is_empty() {
            Err(What::Empty)
        } else {
            Ok(Self { init: Vec::new(), mime, has_pictures, tracks })
        }
    }
}

fn codec(id: &str) -> Option<&'static str> {
    CODECS.into_iter().find(|(known, _)| *known == id).map(|(_, name)| name)
}

/// What a file is that begins so. <https://en.wikipedia.org/wiki/List_of_file_signatures>
fn kind(head: &[u8]) -> &'static str {
    let holds = |word: &[u8]| head.windows(word.len()).any(|part| part == word);
    match head {
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "MP4",
        [0x1A, 0x45, 0xDF, 0xA3, ..] if holds(b"matroska") => "Matroska",
        [b'O', b'g', b'g', b'S', ..] => "Ogg",
        [b'F', b'L', b'V', ..] => "FLV",
        [0x47, ..] => "MPEG-TS",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIREFOX: &[u8] = include_bytes!("../../../container/tests/recordings/firefox-camera-vp8-opus.webm");

    fn track(number: u64, kind: TrackKind, codec: &str) -> Announced {
        Announced { number, kind, codec: codec.into() }
    }

    #[test]
    fn one_of_each_kind_is_chosen_the_first_that_browsers_play() {
        let chosen = Format::choose(&[
            track(1, TrackKind::Other, "D_WEBVTT/SUBTITLES"),
            track(2, TrackKind::Sound, "A_VORBIS"),
            track(3, TrackKind::Picture, "V_VP9"),
            track(4, TrackKind::Sound, "A_OPUS"),
            track(5, TrackKind::Sound, "A_OPUS"),
        ])
        .expect("both");
        assert_eq!((chosen.mime.as_str(), chosen.tracks), ("video/webm;codecs=vp9,opus", vec![3, 4]));
        let sound = Format::choose(&[track(1, TrackKind::Sound, "A_OPUS")]).expect("sound");
        assert_eq!((sound.mime.as_str(), sound.has_pictures), ("audio/webm;codecs=opus", false));
        let vorbis = [track(1, TrackKind::Picture, "V_VP8"), track(2, TrackKind::Sound, "A_VORBIS")];
        assert_eq!(Format::choose(&vorbis), Err(What::Codec("A_VORBIS".into())));
        assert_eq!(Format::choose(&[]), Err(What::Empty));
    }

    #[test]
    fn it_does_not_matter_how_the_bytes_come() {
        let mut whole = Media::default();
        let (frames, read) = whole.push(FIREFOX);
        assert_eq!((read, whole.end()), (Ok(()), Ok(())));
        let mut pieces = Media::default();
        let parts = FIREFOX.chunks(777).flat_map(|bytes| pieces.push(bytes).0);
        assert!(parts.eq(frames), "the same frames");
        assert_eq!(pieces.format(), whole.format());
        assert_eq!(whole.format().map(|format| format.mime.as_str()), Some("video/webm;codecs=vp8,opus"));
    }

    #[test]
    fn damage_is_told_by_its_place() {
        let (mut cut, mut damaged) = (Media::default(), Media::default());
        let (frames, read) = cut.push(&FIREFOX[..FIREFOX.len() - 1]);
        assert_eq!(read, Ok(()));
        assert!(!frames.is_empty());
        let Err(What::Cut(at)) = cut.end() else { panic!("{:?}", cut.end()) };
        let at = at as usize;
        let bytes = [&FIREFOX[..at], &[0; 8], &FIREFOX[at..]].concat();
        let (before, read) = damaged.push(&bytes);
        assert_eq!((before, read), (frames, Err(What::Bad(Error::Damaged, at as u64))));
    }

    #[test]
    fn other_files_are_called_by_their_names() {
        for (head, kind) in [
            (&b"\0\0\0\x20ftypisom"[..], "MP4"),
            (b"\x1A\x45\xDF\xA3\x8B\x42\x82\x88matroska", "Matroska"),
            (b"OggS\0", "Ogg"),
            (b"hello, world", ""),
        ] {
            let mut media = Media::default();
            let (_, read) = media.push(head);
            assert_eq!(read.and_then(|()| media.end()), Err(What::NoWebm(kind)));
        }
        assert_eq!(Media::default().end(), Err(What::Empty));
    }
}
