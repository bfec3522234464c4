//! What an archive has on the disk: how its files are called, and some that an earlier relay has left.

use blobcast_wire::Segment;
use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

/// A segment that begins at 2026-11-26T00:43:28.123456Z.
pub(crate) const START: Segment = 1_795_653_808_123_456;

/// What a finished segment's file is called; `millis` is how long it plays, if that is known.
pub(crate) fn file_name(segment: Segment, millis: Option<u64>, codecs: &str) -> String {
    let start = humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_micros(segment));
    let start = start.to_string().replace(':', "-");
    let lasting = millis.map(|millis| format!("-{millis}ms")).unwrap_or_default();
    format!("{start}-{segment}{lasting}-{codecs}.webm")
}

/// Leaves a file in the folder of a name; where it is.
pub(crate) fn leave(archive: &Path, name: &str, file: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let folder = archive.join(name);
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(file);
    fs::write(&path, bytes).unwrap();
    path
}
