//! Why a recording is not broadcast, as one sentence that says what to do.

use blobcast_container::Error;
use std::fmt;

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// It is another kind of file, of an unknown kind if this is empty.
    NoWebm(&'static str),
    /// One of its tracks is not encoded as browsers play it.
    Codec(String),
    /// It has neither pictures nor sound.
    Empty,
    /// It cannot be read from this byte on.
    Bad(Error, u64),
    /// It ends in the middle of something that begins at this byte.
    Cut(u64),
    /// No keyframe came for so long.
    NoKeyframe,
    /// It cannot be had at all.
    Unreadable(String),
}

/// A recording and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// Its file; `-` is standard input.
    pub(super) input: String,
    pub(super) what: What,
}

/// What any input becomes something by that can be broadcast.
const CONVERTED: &str = "-c:v libvpx -deadline realtime -g 60 -c:a libopus -f webm";

/// What a damaged recording becomes a whole one by, without what was there.
const SAVED: &str = "-c copy -f webm";

/// What becomes of the file itself.
fn out(input: &str) -> &str {
    if input == "-" { "-" } else { "out.webm" }
}

/// A file's name as a shell takes it for one word.
fn quoted(name: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "./_-+=:,@%".contains(letter);
    if name.chars().all(is_plain) { name.into() } else { format!("'{}'", name.replace('\'', r"'\''")) }
}

impl fmt::Display for Refusal {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { input, what } = self;
        let name = if input == "-" { "standard input" } else { input };
        let ffmpeg = |options: &str| {
            let input = if input == "-" { "INPUT".into() } else { quoted(input) };
            format!("ffmpeg -i {input} {options} {}", out(&self.input))
        };
        // What comes by a pipe is another program's to say.
        let again = |file: &str| {
            if input == "-" {
                "see what the program that writes it says, and start both again".into()
            } else {
                file.to_owned()
            }
        };
        match what {
            What::NoWebm("Matroska") => write!(
                to,
                "{name} is Matroska, not WebM: if it holds VP8, VP9 or AV1 with Opus, `{}` wraps it anew, else `{}` converts it",
                ffmpeg(SAVED),
                ffmpeg(CONVERTED)
            ),
            What::NoWebm("") => {
                write!(to, "{name} is no WebM: `{}` converts whatever ffmpeg reads", ffmpeg(CONVERTED))
            }
            What::NoWebm(kind) => {
                write!(to, "{name} is {kind}, not WebM: `{}` converts it", ffmpeg(CONVERTED))
            }
            What::Codec(codec) => write!(
                to,
                "{name} has a track of {codec}, and browsers play VP8, VP9 or AV1 with Opus: `{}` converts it",
                ffmpeg(CONVERTED)
            ),
            What::Empty => write!(
                to,
                "{name} has neither a picture nor a packet of sound: {}",
                again("give one that has")
            ),
            What::Bad(Error::Damaged | Error::TooLarge, at) => write!(
                to,
                "{name} is damaged at byte {at}, and all before that was sent: {}",
                again(&format!("`{}` saves what can be read behind it, too", ffmpeg(SAVED)))
            ),
            What::Bad(error, at) => {
                write!(to, "{error} (at byte {at} of {name}): `{}` converts it", ffmpeg(CONVERTED))
            }
            What::Cut(at) => {
                let again = again("if there should be more of it, copy or record the file once more");
                write!(
                    to,
                    "{name} ends in the middle of what begins at byte {at}, and all before that was sent: {again}"
                )
            }
            What::NoKeyframe => write!(
                to,
                "{name} had no keyframe for 30 s, and a segment is no longer: have the encoder make one every two seconds or so \
                 (ffmpeg: -g 60)"
            ),
            What::Unreadable(error) => {
                let again = again("check that the file is there and that you may read it");
                write!(to, "cannot read {name} ({error}): {again}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sentence_says_what_to_type() {
        let say = |input: &str, what| Refusal { input: input.into(), what }.to_string();
        let mp4 = say("a.mp4", What::NoWebm("MP4"));
        assert!(mp4.starts_with("a.mp4 is MP4, not WebM: `ffmpeg -i a.mp4 -c:v libvpx "), "{mp4}");
        let spaced = say("Ann's talk.mp4", What::NoWebm("MP4"));
        assert!(spaced.contains(r"`ffmpeg -i 'Ann'\''s talk.mp4' -c:v "), "{spaced}");
        let vorbis = say("-", What::Codec("A_VORBIS".into()));
        assert!(vorbis.contains("standard input has a track of A_VORBIS"), "{vorbis}");
        assert!(vorbis.contains("`ffmpeg -i INPUT ") && vorbis.contains("-f webm -`"), "{vorbis}");
        let damaged = say("a.webm", What::Bad(Error::Damaged, 4711));
        assert!(damaged.starts_with("a.webm is damaged at byte 4711, and"), "{damaged}");
        for what in [
            What::Bad(Error::Damaged, 4711),
            What::Bad(Error::TooLarge, 4711),
            What::Cut(4711),
            What::Empty,
            What::Unreadable("it is a folder".into()),
        ] {
            let (file, piped) = (say("a.webm", what.clone()), say("-", what));
            assert!(!file.contains("program") && file.contains(": "), "{file}");
            assert!(
                piped.ends_with("see what the program that writes it says, and start both again"),
                "{piped}"
            );
        }
        let laced = say("a.webm", What::Bad(Error::Laced, 12));
        assert!(laced.contains("several frames in one block") && laced.contains("byte 12"), "{laced}");
    }
}
