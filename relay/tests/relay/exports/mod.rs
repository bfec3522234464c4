//! What is kept of a name as one film, by HTTP and by `blobcast-relay export`.

mod cut_short;
mod films;
mod program;
mod requests;

use crate::common::{
    TestServer,
    archive::{file_name, leave},
    film::{Probed, duration_of, probe, seekable},
};
use blobcast_relay::Config;
use blobcast_wire::Segment;
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

async fn server(folder: &TempDir) -> TestServer {
    TestServer::keeping(folder.path(), Config::default()).await
}

/// A finished file as an earlier relay has left it.
fn keep(folder: &Path, name: &str, number: Segment, segment: &[u8]) -> PathBuf {
    leave(folder, name, &file_lasting(number, duration_of(segment)), seekable(segment))
}

/// Where one would be.
fn path_of(folder: &Path, name: &str, number: Segment, millis: u64) -> PathBuf {
    folder.join(name).join(file_lasting(number, millis))
}

fn file_lasting(number: Segment, millis: u64) -> String {
    file_name(number, Some(millis), "vp8+opus")
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
