//! Recordings of real browsers, and what ffprobe sees in a file.
#![allow(dead_code, reason = "each test file uses its own part of it")]

use blobcast_container::{Error, Frame, Tidy, Writer};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Every recording, by its path.
pub fn recordings() -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let mut found: Vec<_> = fs::read_dir(folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "webm"))
        .map(|path| (path.clone(), fs::read(path).expect("a recording")))
        .collect();
    found.sort();
    assert!(found.len() >= 13, "{} recordings", found.len());
    found
}

/// A recording on its way into one segment in normal form.
#[derive(Default)]
pub struct Normal {
    tidy: Tidy,
    writer: Option<Writer>,
}

impl Normal {
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let pushed = self.tidy.push(bytes);
        for frame in self.tidy.take() {
            self.writer.get_or_insert_with(|| Writer::new(self.tidy.init(), 0)).add(&frame)?;
        }
        pushed
    }

    pub fn take(&mut self) -> Vec<u8> {
        self.writer.as_mut().map(Writer::take).unwrap_or_default()
    }
}

/// A whole recording in normal form.
pub fn normal(bytes: &[u8]) -> Vec<u8> {
    let mut normal = Normal::default();
    normal.push(bytes).expect("a good recording");
    normal.take()
}

/// A whole recording's init segment and frames.
pub fn frames_of(bytes: &[u8]) -> (Vec<u8>, Vec<Frame>) {
    let mut tidy = Tidy::default();
    tidy.push(bytes).expect("a good recording");
    (tidy.init().to_vec(), tidy.take())
}

/// Writes a file that goes with the build folder.
pub fn write(name: &str, bytes: &[u8]) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&file, bytes).expect("written");
    file
}

/// A packet as ffprobe sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Packet {
    /// "video" or "audio".
    pub kind: String,
    /// ms.
    pub time: i64,
    /// ms; 0 if it does not say.
    pub duration: i64,
    /// Bytes.
    pub size: usize,
}

/// All packets of a file, in which ffprobe must find nothing to complain about.
pub fn packets(file: &Path) -> Vec<Packet> {
    let milliseconds = |text: &str| (text.parse::<f64>().unwrap_or(0.0) * 1000.0).round() as i64;
    let read = |line: &str| {
        let mut fields = line.split(',');
        let mut next = || fields.next().unwrap_or_default();
        let (kind, time, duration) = (next().to_owned(), milliseconds(next()), milliseconds(next()));
        Packet { kind, time, duration, size: next().parse().expect("a size") }
    };
    // A packet with an alpha plane is followed by an empty line.
    let lines = ffprobe(file, &["-show_entries", "packet=codec_type,pts_time,duration_time,size"]);
    let packets: Vec<_> = lines.lines().filter(|line| !line.is_empty()).map(read).collect();
    assert!(packets.len() > 10, "{}: {lines}", file.display());
    packets
}

/// How many frames each track decodes to.
pub fn frames(file: &Path) -> String {
    ffprobe(file, &["-count_frames", "-show_entries", "stream=codec_name,nb_read_frames"])
}

/// How long the file says that it plays, ms.
pub fn duration(file: &Path) -> f64 {
    let seconds = ffprobe(file, &["-show_entries", "format=duration"]);
    seconds.trim().parse::<f64>().expect("a duration") * 1000.0
}

/// The first packet of a kind that a player gets that seeks to so many ms.
pub fn sought(file: &Path, kind: &str, ms: i64) -> i64 {
    let interval = format!("{:.3}%+#1", ms as f64 / 1000.0);
    let what = ["-select_streams", kind, "-read_intervals", &interval, "-show_entries", "packet=pts_time"];
    let time = ffprobe(file, &what);
    let time = time.trim().trim_end_matches(',').parse::<f64>();
    (time.expect("a packet") * 1000.0).round() as i64
}

fn ffprobe(file: &Path, what: &[&str]) -> String {
    let mut probe = Command::new("ffprobe");
    probe.args(["-v", "error", "-of", "csv=p=0"]).args(what).arg(file).stdin(Stdio::null());
    let out = probe.output().expect("ffprobe, which comes with ffmpeg");
    let complaints = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success() && complaints.is_empty(), "{}: {complaints}", file.display());
    String::from_utf8(out.stdout).expect("text")
}
