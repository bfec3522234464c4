//! What a real browser recorded, and what ffprobe sees in a file.

use blobcast_container::{Stored, Tidy, Writer};
use std::{
    path::Path,
    process::{Command, Stdio},
};

/// A recording of Chromium, 3 s of VP8 and Opus.
const CLIP: &[u8] = include_bytes!("../../../../container/tests/recordings/chromium-camera-vp8-opus.webm");

/// The same as a broadcaster sends it.
pub(crate) fn film() -> Vec<u8> {
    normal(CLIP)
}

/// A recording in normal form.
pub(crate) fn normal(recording: &[u8]) -> Vec<u8> {
    let mut tidy = Tidy::default();
    tidy.push(recording).unwrap();
    let frames = tidy.take();
    let mut writer = Writer::new(tidy.init(), 0);
    frames.iter().for_each(|frame| writer.add(frame).unwrap());
    writer.take()
}

/// How long a segment plays, ms.
pub(crate) fn duration_of(segment: &[u8]) -> u64 {
    Stored::read(segment).expect("frames").duration().into()
}

/// A segment as a file in which players can seek.
pub(crate) fn seekable(segment: &[u8]) -> Vec<u8> {
    Stored::read(segment).expect("frames").seekable().expect("a file")
}

/// What ffprobe finds in a file, in which nothing is wrong.
#[derive(Debug, PartialEq)]
pub(crate) struct Probed {
    /// ms.
    pub(crate) duration: f64,
    /// Codecs and how many frames of each are decoded, in order.
    pub(crate) frames: Vec<(String, usize)>,
}

pub(crate) fn probe(file: &Path) -> Probed {
    let mut probe = Command::new("ffprobe");
    probe.args(["-v", "error", "-count_frames", "-of", "csv=p=0"]);
    probe.args(["-show_entries", "format=duration:stream=codec_name,nb_read_frames"]);
    let out = probe.arg(file).stdin(Stdio::null()).output().expect("ffprobe, of ffmpeg");
    assert_eq!(String::from_utf8_lossy(&out.stderr), "", "{}", file.display());
    let text = String::from_utf8(out.stdout).unwrap();
    let mut found = Probed { duration: 0.0, frames: Vec::new() };
    for line in text.lines().map(|line| line.trim_end_matches(',')) {
        match line.split_once(',') {
            Some((codec, count)) => found.frames.push((codec.into(), count.parse().expect("a number"))),
            None => found.duration = line.parse::<f64>().expect("seconds") * 1000.0,
        }
    }
    found.frames.sort();
    found
}
