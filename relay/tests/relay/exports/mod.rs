//! What is kept of a name as one film, by HTTP and by `blobcast-relay export`.

mod cut_short;
mod films;
mod program;
mod requests;

use crate::common::{
    TestServer,
    film::{Probed, duration_of, probe, seekable},
};
use blobcast_relay::{Config, Limits};
use blobcast_wire::Segment;
use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};
use tempfile::TempDir;

const START: Segment = 1_795_653_808_123_456;

async fn server(folder: &TempDir) -> TestServer {
    let limits =
        Limits { max_segments_per_second: u32::MAX, max_bytes_per_second: u64::MAX, ..Limits::default() };
    TestServer::with(Config { archive: Some(folder.path().into()), limits, ..Config::default() }).await
}

/// A finished file as an earlier relay has left it.
fn keep(folder: &Path, name: &str, number: Segment, segment: &[u8]) -> PathBuf {
    let file = path_of(folder, name, number, duration_of(segment));
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, seekable(segment)).unwrap();
    file
}

fn path_of(folder: &Path, name: &str, number: Segment, millis: u64) -> PathBuf {
    let start = humantime::format_rfc3339_millis(UNIX_EPOCH + Duration::from_micros(number));
    let start = start.to_string().replace(':', "-");
    folder.join(name).join(format!("{start}-{number}-{millis}ms-vp8+opus.webm"))
}

/// What ffprobe finds in what came.
fn probed(folder: &TempDir, film: &[u8]) -> Probed {
    let file = folder.path().join("film.webm");
    fs::write(&file, film).unwrap();
    probe(&file)
}

/// So many times as much.
fn times(one: &Probed, count: usize) -> Vec<(String, usize)> {
    one.frames.iter().map(|(codec, frames)| (codec.clone(), frames * count)).collect()
}
